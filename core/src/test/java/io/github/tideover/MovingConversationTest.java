package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One conversation, begun at a provider of each dialect and finished at a provider of each, streamed and whole, over real HTTP:
 * what is sent after the move is, field by field, what the other provider wants.
 */
@Timeout(60)
class MovingConversationTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @StartStop
    private final MockWebServer first = new MockWebServer();

    @StartStop
    private final MockWebServer second = new MockWebServer();

    /** A dialect: how a provider of it wishes for two tools, how it answers, and what it is to be sent. */
    private enum Spoken {
        CHAT("small", "call.1:a", "call.2:b") {
            @Override
            Provider at(MockWebServer server) {
                return Provider.openAiCompatible(server.url("/v1/").toString());
            }

            @Override
            String wish() {
                return """
                        {"id":"c1","model":"small","choices":[{"index":0,"finish_reason":"tool_calls","message":{
                          "role":"assistant","reasoning_content":"Hm.","content":"I ask.","tool_calls":[
                          {"id":"call.1:a","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Paris\\"}"}},
                          {"id":"call.2:b","type":"function","function":{"name":"now","arguments":"{}"}}]}}]}""";
            }

            @Override
            List<String> wishes() {
                return List.of(
                        "{'id':'c1','model':'small','choices':[{'index':0,'delta':{'reasoning_content':'Hm.'}}]}",
                        "{'id':'c1','model':'small','choices':[{'index':0,'delta':{'content':'I ask.'}}]}",
                        "{'choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'id':'call.1:a','type':'function',"
                                + "'function':{'name':'weather','arguments':''}}]}}]}",
                        "{'choices':[{'index':0,'delta':{'tool_calls':[{'index':1,'id':'call.2:b','type':'function',"
                                + "'function':{'name':'now','arguments':'{}'}}]}}]}",
                        "{'choices':[{'index':0,'delta':{'tool_calls':[{'index':0,"
                                + "'function':{'arguments':'{\\'city\\':\\'Paris\\'}'}}]},'finish_reason':'tool_calls'}]}",
                        "[DONE]");
            }

            @Override
            String answer() {
                return """
                        {"id":"c2","model":"small","choices":[{"index":0,"finish_reason":"stop",
                          "message":{"role":"assistant","content":"{\\"coat\\":true}"}}]}""";
            }

            @Override
            List<String> answers() {
                return List.of(
                        "{'id':'c2','model':'small','choices':[{'index':0,'delta':{'content':'{\\'coat\\':'}}]}",
                        "{'choices':[{'index':0,'delta':{'content':'true}'},'finish_reason':'stop'}]}",
                        "[DONE]");
            }

            @Override
            String sent() {
                return """
                        {"model":"small","messages":[
                          {"role":"system","content":"Be brief."},
                          {"role":"user","content":[{"type":"text","text":"What to wear here?"},
                            {"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}]},
                          {"role":"assistant","content":"I ask.","tool_calls":[
                            {"id":"ID1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Paris\\"}"}},
                            {"id":"ID2","type":"function","function":{"name":"now","arguments":"{}"}}]},
                          {"role":"tool","tool_call_id":"ID1","content":"{\\"sky\\":\\"rain\\"}"},
                          {"role":"tool","tool_call_id":"ID2","content":"noon"}],
                         "tools":[
                          {"type":"function","function":{"name":"weather","description":"Tells the weather.","parameters":WEATHER}},
                          {"type":"function","function":{"name":"now","parameters":NOW}}],
                         "response_format":{"type":"json_schema","json_schema":{"name":"advice","schema":ADVICE,"strict":true}}
                         STREAM}""";
            }

            @Override
            String stream() {
                return ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
            }
        },
        RESPONSES("gpt-m", "call_r1", "call_r2") {
            @Override
            Provider at(MockWebServer server) {
                return Provider.responsesCompatible(server.url("/v1/").toString());
            }

            @Override
            String wish() {
                return """
                        {"id":"resp_1","object":"response","status":"completed","model":"gpt-m","output":[
                          {"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"Hm."}]},
                          {"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"I ask."}]},
                          {"id":"fc_1","type":"function_call","call_id":"call_r1","name":"weather","arguments":"{\\"city\\":\\"Paris\\"}"},
                          {"id":"fc_2","type":"function_call","call_id":"call_r2","name":"now","arguments":"{}"}]}""";
            }

            @Override
            List<String> wishes() {
                return List.of(
                        "{'type':'response.created','response':{'id':'resp_1','status':'in_progress','model':'gpt-m'}}",
                        "{'type':'response.reasoning_summary_text.delta','output_index':0,'delta':'Hm.'}",
                        "{'type':'response.output_text.delta','output_index':1,'delta':'I ask.'}",
                        "{'type':'response.output_item.added','output_index':2,'item':{'id':'fc_1','type':'function_call',"
                                + "'call_id':'call_r1','name':'weather','arguments':''}}",
                        "{'type':'response.function_call_arguments.delta','output_index':2,'delta':'{\\'city\\':\\'Paris\\'}'}",
                        "{'type':'response.output_item.added','output_index':3,'item':{'id':'fc_2','type':'function_call',"
                                + "'call_id':'call_r2','name':'now','arguments':''}}",
                        "{'type':'response.function_call_arguments.delta','output_index':3,'delta':'{}'}",
                        "{'type':'response.completed','response':{'id':'resp_1','status':'completed','model':'gpt-m'}}");
            }

            @Override
            String answer() {
                return """
                        {"id":"resp_2","status":"completed","model":"gpt-m","output":[
                          {"type":"message","role":"assistant","content":[{"type":"output_text","text":"{\\"coat\\":true}"}]}]}""";
            }

            @Override
            List<String> answers() {
                return List.of(
                        "{'type':'response.created','response':{'id':'resp_2','status':'in_progress','model':'gpt-m'}}",
                        "{'type':'response.output_text.delta','output_index':0,'delta':'{\\'coat\\':'}",
                        "{'type':'response.output_text.delta','output_index':0,'delta':'true}'}",
                        "{'type':'response.completed','response':{'id':'resp_2','status':'completed','model':'gpt-m'}}");
            }

            @Override
            String sent() {
                return """
                        {"model":"gpt-m","instructions":"Be brief.","input":[
                          {"role":"user","content":[{"type":"input_text","text":"What to wear here?"},
                            {"type":"input_image","image_url":"data:image/png;base64,AQID","detail":"auto"}]},
                          {"role":"assistant","content":"I ask."},
                          {"type":"function_call","call_id":"ID1","name":"weather","arguments":"{\\"city\\":\\"Paris\\"}"},
                          {"type":"function_call","call_id":"ID2","name":"now","arguments":"{}"},
                          {"type":"function_call_output","call_id":"ID1","output":"{\\"sky\\":\\"rain\\"}"},
                          {"type":"function_call_output","call_id":"ID2","output":"noon"}],
                         "tools":[
                          {"type":"function","name":"weather","description":"Tells the weather.","parameters":WEATHER,"strict":false},
                          {"type":"function","name":"now","parameters":NOW,"strict":false}],
                         "text":{"format":{"type":"json_schema","name":"advice","schema":ADVICE,"strict":true}},
                         "store":false STREAM}""";
            }

            @Override
            String stream() {
                return ",\"stream\":true";
            }
        },
        MESSAGES("claude-haiku-4-5", "toolu_1", "toolu_2") {
            @Override
            Provider at(MockWebServer server) {
                return Provider.anthropicCompatible(server.url("/").toString());
            }

            @Override
            String wish() {
                return """
                        {"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5","stop_reason":"tool_use","content":[
                          {"type":"thinking","thinking":"Hm.","signature":"c2ln"},{"type":"text","text":"I ask."},
                          {"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Paris"}},
                          {"type":"tool_use","id":"toolu_2","name":"now","input":{}}]}""";
            }

            @Override
            List<String> wishes() {
                return List.of(
                        "{'type':'message_start','message':{'id':'msg_1','model':'claude-haiku-4-5'}}",
                        "{'type':'content_block_delta','index':0,'delta':{'type':'thinking_delta','thinking':'Hm.'}}",
                        "{'type':'content_block_delta','index':0,'delta':{'type':'signature_delta','signature':'c2ln'}}",
                        "{'type':'content_block_delta','index':1,'delta':{'type':'text_delta','text':'I ask.'}}",
                        "{'type':'content_block_start','index':2,'content_block':{'type':'tool_use','id':'toolu_1',"
                                + "'name':'weather','input':{}}}",
                        "{'type':'content_block_delta','index':2,'delta':{'type':'input_json_delta','partial_json':''}}",
                        "{'type':'content_block_delta','index':2,'delta':{'type':'input_json_delta',"
                                + "'partial_json':'{\\'city\\':\\'Paris\\'}'}}",
                        "{'type':'content_block_stop','index':2}",
                        "{'type':'content_block_start','index':3,'content_block':{'type':'tool_use','id':'toolu_2',"
                                + "'name':'now','input':{}}}",
                        "{'type':'content_block_stop','index':3}",
                        "{'type':'message_delta','delta':{'stop_reason':'tool_use'},'usage':{'output_tokens':5}}",
                        "{'type':'message_stop'}");
            }

            @Override
            String answer() {
                return """
                        {"id":"msg_2","type":"message","role":"assistant","model":"claude-haiku-4-5","stop_reason":"end_turn",
                         "content":[{"type":"text","text":"{\\"coat\\":true}"}]}""";
            }

            @Override
            List<String> answers() {
                return List.of(
                        "{'type':'message_start','message':{'id':'msg_2','model':'claude-haiku-4-5'}}",
                        "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'{\\'coat\\':'}}",
                        "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'true}'}}",
                        "{'type':'message_delta','delta':{'stop_reason':'end_turn'}}",
                        "{'type':'message_stop'}");
            }

            @Override
            String sent() {
                return """
                        {"model":"claude-haiku-4-5","max_tokens":16384,"system":"Be brief.","messages":[
                          {"role":"user","content":[{"type":"text","text":"What to wear here?"},
                            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AQID"}}]},
                          {"role":"assistant","content":[THOUGHT{"type":"text","text":"I ask."},
                            {"type":"tool_use","id":"ID1","name":"weather","input":{"city":"Paris"}},
                            {"type":"tool_use","id":"ID2","name":"now","input":{}}]},
                          {"role":"user","content":[
                            {"type":"tool_result","tool_use_id":"ID1","content":"{\\"sky\\":\\"rain\\"}"},
                            {"type":"tool_result","tool_use_id":"ID2","content":"noon"}]}],
                         "tools":[
                          {"name":"weather","description":"Tells the weather.","input_schema":WEATHER},
                          {"name":"now","input_schema":NOW}],
                         "output_config":{"format":{"type":"json_schema","schema":ADVICE}} STREAM}""";
            }

            @Override
            String stream() {
                return ",\"stream\":true";
            }

            @Override
            String idOf(String id) {
                return plain(id);
            }
        },
        GEMINI("gemini-3-flash-preview", "call_resp-g_1", "call_resp-g_2") {
            @Override
            Provider at(MockWebServer server) {
                return Provider.geminiCompatible(server.url("/v1beta/").toString());
            }

            @Override
            String wish() {
                return """
                        {"candidates":[{"index":0,"finishReason":"STOP","content":{"role":"model","parts":[
                          {"text":"Hm.","thought":true},{"text":"I ask."},
                          {"functionCall":{"name":"weather","args":{"city":"Paris"}},"thoughtSignature":"c2VhbA=="},
                          {"functionCall":{"name":"now","args":{}}}]}}],
                         "modelVersion":"gemini-3-flash-preview","responseId":"resp-g"}""";
            }

            @Override
            List<String> wishes() {
                return List.of(
                        "{'candidates':[{'content':{'parts':[{'text':'Hm.','thought':true}]}}],'responseId':'resp-g',"
                                + "'modelVersion':'gemini-3-flash-preview'}",
                        "{'candidates':[{'content':{'parts':[{'text':'I ask.'}]}}]}",
                        "{'candidates':[{'content':{'parts':[{'functionCall':{'name':'weather','args':{'city':'Paris'}},"
                                + "'thoughtSignature':'c2VhbA=='}]}}]}",
                        "{'candidates':[{'content':{'parts':[{'functionCall':{'name':'now','args':{}}}]},'finishReason':'STOP'}]}");
            }

            @Override
            String answer() {
                return """
                        {"candidates":[{"content":{"parts":[{"text":"{\\"coat\\":true}"}]},"finishReason":"STOP"}],
                         "modelVersion":"gemini-3-flash-preview","responseId":"resp-h"}""";
            }

            @Override
            List<String> answers() {
                return List.of(
                        "{'candidates':[{'content':{'parts':[{'text':'{\\'coat\\':'}]}}],'responseId':'resp-h',"
                                + "'modelVersion':'gemini-3-flash-preview'}",
                        "{'candidates':[{'content':{'parts':[{'text':'true}'}]},'finishReason':'STOP'}]}");
            }

            @Override
            String sent() {
                return """
                        {"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[
                          {"role":"user","parts":[{"text":"What to wear here?"},{"inlineData":{"mimeType":"image/png","data":"AQID"}}]},
                          {"role":"model","parts":[{"text":"I ask."},
                            {"functionCall":{"id":"ID1","name":"weather","args":{"city":"Paris"}},"thoughtSignature":"SEAL"},
                            {"functionCall":{"id":"ID2","name":"now","args":{}}}]},
                          {"role":"user","parts":[
                            {"functionResponse":{"id":"ID1","name":"weather","response":{"sky":"rain"}}},
                            {"functionResponse":{"id":"ID2","name":"now","response":{"result":"noon"}}}]}],
                         "tools":[{"functionDeclarations":[
                          {"name":"weather","description":"Tells the weather.","parametersJsonSchema":WEATHER},
                          {"name":"now","parametersJsonSchema":NOW}]}],
                         "generationConfig":{"responseMimeType":"application/json","responseJsonSchema":ADVICE}}""";
            }

            @Override
            String stream() {
                return "";
            }
        };

        final String model;
        final List<String> ids;

        Spoken(String model, String... ids) {
            this.model = model;
            this.ids = List.of(ids);
        }

        abstract Provider at(MockWebServer server);

        /** Two tool calls, whole. */
        abstract String wish();

        /** The same, in pieces. */
        abstract List<String> wishes();

        /** A JSON answer, whole. */
        abstract String answer();

        abstract List<String> answers();

        /** What a provider of this dialect is sent, with marks for what depends on where the conversation comes from. */
        abstract String sent();

        abstract String stream();

        /** Another's id as it is sent to this one. */
        String idOf(String id) {
            return this == RESPONSES ? plain(id) : id;
        }

        private static String plain(String id) {
            return id.replaceAll("[^A-Za-z0-9_-]", "_");
        }

        MockResponse whole(String body) {
            return new MockResponse.Builder()
                    .setHeader("Content-Type", "application/json")
                    .body(body)
                    .build();
        }

        MockResponse streamed(List<String> events) {
            StringBuilder body = new StringBuilder();
            for (String event : events) {
                body.append("data: ")
                        .append(event.replace("\\'", "\\\"").replace('\'', '"'))
                        .append("\n\n");
            }
            return new MockResponse.Builder()
                    .setHeader("Content-Type", "text/event-stream")
                    .body(body.toString())
                    .build();
        }
    }

    private static Stream<Arguments> moves() {
        List<Arguments> moves = new ArrayList<>();
        for (Spoken from : Spoken.values()) {
            for (Spoken to : Spoken.values()) {
                moves.add(Arguments.of(from, to, false));
                moves.add(Arguments.of(from, to, true));
            }
        }
        return moves.stream();
    }

    @ParameterizedTest(name = "from {0} to {1}, streamed: {2}")
    @MethodSource("moves")
    void aConversationIsBegunAtOneProviderAndFinishedAtAnother(Spoken from, Spoken to, boolean streamed)
            throws Exception {
        ChatReply wish = begin(from, streamed);
        assertThat(wish.text()).isEqualTo("I ask.");
        assertThat(wish.reasoning()).isEqualTo("Hm.");
        assertThat(wish.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(wish.toolCalls()).extracting(ToolCall::name).containsExactly("weather", "now");
        assertThat(wish.toolCalls()).extracting(ToolCall::arguments).containsExactly("{\"city\":\"Paris\"}", "{}");
        assertThat(wish.toolCalls()).extracting(ToolCall::id).isEqualTo(from.ids);

        ChatReply answer = finish(from, to, Journey.goOn(wish), streamed);
        assertThat(answer.text()).isEqualTo("{\"coat\":true}");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(answer.provider()).isEqualTo("second");
        assertThat(answer.model()).isEqualTo(to.model);
        assertThat(answer.adapted()).isEmpty();
        assertThat(answer.skipped())
                .singleElement()
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(FailureKind.QUOTA));

        RecordedRequest sent = second.takeRequest();
        assertThat(JSON.readTree(sent.getBody().utf8())).isEqualTo(expected(from, to, streamed));
    }

    private static JsonNode expected(Spoken from, Spoken to, boolean streamed) {
        return JSON.readTree(to.sent()
                .replace("ID1", to.idOf(from.ids.get(0)))
                .replace("ID2", to.idOf(from.ids.get(1)))
                // Gemini's own seal goes back to Gemini; a call of another's has the mark that Google documents for it.
                .replace("SEAL", from == Spoken.GEMINI ? "c2VhbA==" : "skip_thought_signature_validator")
                // What Claude thought goes back to Claude.
                .replace(
                        "THOUGHT",
                        from == Spoken.MESSAGES
                                ? "{\"type\":\"thinking\",\"thinking\":\"Hm.\",\"signature\":\"c2ln\"},"
                                : "")
                .replace("WEATHER", JSON.writeValueAsString(Journey.WEATHER.parameters()))
                .replace("NOW", JSON.writeValueAsString(Journey.NOW.parameters()))
                .replace("ADVICE", JSON.writeValueAsString(Journey.ADVICE))
                .replace("STREAM", streamed ? to.stream() : ""));
    }

    private ChatReply begin(Spoken from, boolean streamed) {
        first.enqueue(streamed ? from.streamed(from.wishes()) : from.whole(from.wish()));
        try (Tideover tideover = Tideover.builder().provider(first(from)).build()) {
            return answer(tideover, Journey.begin(), streamed);
        }
    }

    private ChatReply finish(Spoken from, Spoken to, ChatRequest request, boolean streamed) {
        first.enqueue(new MockResponse.Builder()
                .code(429)
                .body("{\"error\":{\"code\":\"insufficient_quota\"}}")
                .build());
        second.enqueue(streamed ? to.streamed(to.answers()) : to.whole(to.answer()));
        try (Tideover tideover = Tideover.builder()
                .provider(first(from))
                .alternate(to.at(second).name("second").model(to.model))
                .build()) {
            return answer(tideover, request, streamed);
        }
    }

    private Provider first(Spoken from) {
        return from.at(first).name("first").model(from.model);
    }

    private static ChatReply answer(Tideover tideover, ChatRequest request, boolean streamed) {
        if (!streamed) {
            return tideover.chat(request);
        }
        try (ReplyStream stream = tideover.stream(request)) {
            stream.forEach(piece -> {});
            return stream.reply();
        }
    }
}
