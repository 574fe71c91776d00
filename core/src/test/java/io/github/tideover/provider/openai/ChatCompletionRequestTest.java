package io.github.tideover.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What stands in the body of a request. */
class ChatCompletionRequestTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, Object> SCHEMA =
            Map.of("type", "object", "properties", Map.of("city", Map.of("type", "string")));

    private static JsonNode written(ChatRequest.Builder request) {
        Buffer body = new Buffer();
        try {
            ChatCompletionRequest made = ChatCompletionRequest.of("m", request.build());
            Json.body(out -> made.write(out, false)).writeTo(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return JSON.readTree(body.readByteArray());
    }

    private static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }

    private static JsonNode messages(Message... messages) {
        return written(ChatRequest.builder().messages(List.of(messages))).get("messages");
    }

    @Test
    void aMessageOfTextIsAString() {
        assertThat(messages(Message.user(Part.text("Hi")))).isEqualTo(json("[{'role':'user','content':'Hi'}]"));
    }

    @Test
    void anImageThatIsSentAlongIsADataUrl() {
        byte[] bytes = "png".getBytes(StandardCharsets.UTF_8);
        assertThat(messages(Message.user(Part.text("What is this?"), Part.image("image/png", bytes))))
                .isEqualTo(json("[{'role':'user','content':[{'type':'text','text':'What is this?'},"
                        + "{'type':'image_url','image_url':{'url':'data:image/png;base64,cG5n'}}]}]"));
    }

    @Test
    void anImageAtAnAddressIsNamed() {
        assertThat(messages(Message.user(Part.image("https://example.com/a.png"))))
                .isEqualTo(json("[{'role':'user','content':[{'type':'image_url',"
                        + "'image_url':{'url':'https://example.com/a.png'}}]}]"));
    }

    @Test
    void aFileIsSentWithItsName() {
        byte[] bytes = "pdf".getBytes(StandardCharsets.UTF_8);
        assertThat(messages(Message.user(Part.file("a.pdf", "application/pdf", bytes))))
                .isEqualTo(json("[{'role':'user','content':[{'type':'file','file':{'filename':'a.pdf',"
                        + "'file_data':'data:application/pdf;base64,cGRm'}}]}]"));
    }

    @Test
    void toolsTheirCallsAndTheirResultsAreWritten() {
        ToolCall call = ToolCall.of("call_1", "weather", "{\"city\":\"Kiel\"}");
        JsonNode body = written(ChatRequest.builder()
                .user("Rain?")
                .message(Message.assistant("", List.of(call)))
                .message(Message.toolResult(call, "dry"))
                .tools(Tool.function("weather", "Tells the weather.", SCHEMA))
                .toolChoice(ToolChoice.AUTO)
                .parallelToolCalls(false));
        assertThat(body.get("messages"))
                .isEqualTo(json("[{'role':'user','content':'Rain?'},"
                        + "{'role':'assistant','content':null,'tool_calls':[{'id':'call_1','type':'function',"
                        + "'function':{'name':'weather','arguments':'{\\\"city\\\":\\\"Kiel\\\"}'}}]},"
                        + "{'role':'tool','tool_call_id':'call_1','content':'dry'}]"));
        assertThat(body.get("tools"))
                .isEqualTo(json("[{'type':'function','function':{'name':'weather','description':'Tells the weather.',"
                        + "'parameters':{'type':'object','properties':{'city':{'type':'string'}}}}}]"));
        assertThat(body.get("tool_choice").asString()).isEqualTo("auto");
        assertThat(body.get("parallel_tool_calls").asBoolean()).isFalse();
    }

    /** Anthropic takes either, OpenAI neither. */
    @Test
    void aToolWithoutArgumentsIsAnObjectWithoutProperties() {
        for (Map<String, ?> schema : List.of(Map.<String, Object>of(), Map.of("type", "object"))) {
            assertThat(written(ChatRequest.builder().user("When?").tools(Tool.function("now", "", schema)))
                            .get("tools")
                            .get(0)
                            .get("function")
                            .get("parameters"))
                    .isEqualTo(json("{'type':'object','properties':{}}"));
        }
    }

    @Test
    void oneToolCanBeDemanded() {
        JsonNode body = written(ChatRequest.builder()
                .user("Rain?")
                .tools(Tool.function("weather", "", SCHEMA))
                .toolChoice(ToolChoice.tool("weather")));
        assertThat(body.get("tool_choice")).isEqualTo(json("{'type':'function','function':{'name':'weather'}}"));
    }

    @Test
    void aSchemaIsHeldToStrictly() {
        JsonNode body =
                written(ChatRequest.builder().user("Rain?").responseFormat(ResponseFormat.jsonSchema("w", SCHEMA)));
        assertThat(body.get("response_format"))
                .isEqualTo(json("{'type':'json_schema','json_schema':{'name':'w','strict':true,"
                        + "'schema':{'type':'object','properties':{'city':{'type':'string'}}}}}"));
        JsonNode any = written(ChatRequest.builder().user("Rain?").responseFormat(ResponseFormat.json()));
        assertThat(any.get("response_format")).isEqualTo(json("{'type':'json_object'}"));
    }

    @Test
    void extraFieldsReplaceTools() {
        JsonNode body = written(ChatRequest.builder()
                .user("Rain?")
                .tools(Tool.function("weather", "", SCHEMA))
                .toolChoice(ToolChoice.AUTO)
                .responseFormat(ResponseFormat.json())
                .extra("tools", List.of())
                .extra("tool_choice", "none")
                .extra("response_format", Map.of("type", "text")));
        assertThat(body.get("tools")).isEqualTo(json("[]"));
        assertThat(body.get("tool_choice").asString()).isEqualTo("none");
        assertThat(body.get("response_format")).isEqualTo(json("{'type':'text'}"));
    }

    private static JsonNode sentTo(String model, ToolCall call) {
        return sentTo(
                model, Message.user("Hi"), Message.assistant("", List.of(call)), Message.toolResult(call, "noon"));
    }

    private static JsonNode sentToOpenRouter(String model, ToolCall call) {
        List<Message> messages =
                List.of(Message.user("Hi"), Message.assistant("", List.of(call)), Message.toolResult(call, "noon"));
        return sent(ChatCompletionRequest.of(
                        model, ChatRequest.builder().messages(messages).build())
                .forOpenRouter());
    }

    private static JsonNode sentTo(String model, Message... messages) {
        return sent(ChatCompletionRequest.of(
                model, ChatRequest.builder().messages(List.of(messages)).build()));
    }

    private static JsonNode sent(ChatCompletionRequest request) {
        Buffer body = new Buffer();
        try {
            Json.body(out -> request.write(out, false)).writeTo(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return JSON.readTree(body.readByteArray()).get("messages");
    }

    @Test
    void mistralsModelsGetIdsOfNineLettersAndDigitsForAnothersCalls() {
        ToolCall call = ToolCall.of("toolu_01NRLabsLyVHZPKxbKvkfSMn", "now", "{}");
        for (String model : List.of("mistral-large-latest", "mistralai/Devstral-Small-2507", "Codestral-2508")) {
            JsonNode messages = sentTo(model, call);
            String id = messages.get(1).get("tool_calls").get(0).get("id").asString();
            assertThat(id).matches("[a-zA-Z0-9]{9}");
            assertThat(messages.get(2).get("tool_call_id").asString()).isEqualTo(id);
        }
    }

    @Test
    void aCallWithoutAnIdGetsOneInTheCallAndItsResult() {
        JsonNode messages = sentTo("m", ToolCall.of("", "now", ""));
        assertThat(messages.get(1).get("tool_calls").get(0).get("id").asString())
                .isEqualTo("call");
        assertThat(messages.get(2).get("tool_call_id").asString()).isEqualTo("call");
        assertThat(messages.get(1)
                        .get("tool_calls")
                        .get(0)
                        .get("function")
                        .get("arguments")
                        .asString())
                .isEqualTo("{}");
    }

    @Test
    void geminisSealGoesBackToGeminiAndToNobodyElse() {
        ToolCall call = ToolCall.of("a", "now", "{}").thoughtSignature("c2VhbA==");
        assertThat(sentTo("google/gemini-3-flash", call)
                        .get(1)
                        .get("tool_calls")
                        .get(0)
                        .get("extra_content"))
                .isEqualTo(json("{'google':{'thought_signature':'c2VhbA=='}}"));
        assertThat(sentTo("gpt-5", call).get(1).get("tool_calls").get(0).has("extra_content"))
                .isFalse();
        ToolCall anothers = call.thoughtSignature("[{\"type\":\"thinking\"}]");
        assertThat(sentTo("google/gemini-3-flash", anothers)
                        .get(1)
                        .get("tool_calls")
                        .get(0)
                        .has("extra_content"))
                .isFalse();
    }

    @Test
    void whatDeepSeekAndKimiThoughtBeforeACallGoesBackToThemAndToNobodyElse() {
        ToolCall call = ToolCall.of("a", "now", "{}").thoughtSignature("\"Hm, \\\"now\\\"?\"");
        for (String model :
                List.of("deepseek-v4-pro", "kimi-k2.6", "deepseek-ai/DeepSeek-V4", "moonshotai/kimi-k2.6")) {
            assertThat(sentTo(model, call).get(1).get("reasoning_content").asString())
                    .as(model)
                    .isEqualTo("Hm, \"now\"?");
        }
        for (String model : List.of("gpt-5", "google/gemini-3-flash", "mistral-large")) {
            JsonNode sent = sentTo(model, call).get(1);
            assertThat(sent.has("reasoning_content")).as(model).isFalse();
            assertThat(sent.get("tool_calls").get(0).has("extra_content"))
                    .as(model)
                    .isFalse();
        }
    }

    @Test
    void whatAModelBehindOpenRouterThoughtBeforeACallGoesBackToItsMakersAndToNobodyElse() {
        String details = "[{\"type\":\"reasoning.encrypted\",\"data\":\"c2VhbA==\",\"id\":\"a\"}]";
        ToolCall call = ToolCall.of("a", "now", "{}").thoughtSignature("{\"google\":" + details + "}");
        for (String model :
                List.of("google/gemini-3-flash", "~google/gemini-pro-latest", "Google/other", "openrouter/auto")) {
            assertThat(sentToOpenRouter(model, call).get(1).get("reasoning_details"))
                    .as(model)
                    .isEqualTo(JSON.readTree(details));
        }
        assertThat(sentToOpenRouter("anthropic/claude-sonnet-5", call).get(1).has("reasoning_details"))
                .isFalse();
        for (String model : List.of("google/gemini-3-flash", "gpt-5", "deepseek-v4-pro")) {
            JsonNode sent = sentTo(model, call).get(1);
            assertThat(sent.has("reasoning_details")).as(model).isFalse();
            assertThat(sent.get("tool_calls").get(0).has("extra_content"))
                    .as(model)
                    .isFalse();
        }
    }

    /** A conversation that another model began: https://github.com/RooCodeInc/Roo-Code/pull/10640. */
    @Test
    void openRoutersGeminiIsToldOfCallsThatAnotherModelMade() {
        JsonNode unsigned = json("[{'type':'reasoning.encrypted','data':'skip_thought_signature_validator','id':'a',"
                + "'format':'google-gemini-v1','index':0}]");
        ToolCall plain = ToolCall.of("a", "now", "{}");
        for (ToolCall call : List.of(
                plain,
                plain.thoughtSignature("\"Hm.\""),
                plain.thoughtSignature("{\"x-ai\":[]}"),
                plain.thoughtSignature("{"))) {
            for (String model :
                    List.of("google/gemini-3-flash", "google/gemini-3.1-pro", "~google/gemini-flash-latest")) {
                assertThat(sentToOpenRouter(model, call).get(1).get("reasoning_details"))
                        .as(model)
                        .isEqualTo(unsigned);
            }
            for (String model : List.of("google/gemini-2.5-pro", "google/gemma-4", "openai/gpt-5")) {
                assertThat(sentToOpenRouter(model, call).get(1).has("reasoning_details"))
                        .as(model)
                        .isFalse();
            }
        }
    }

    /** Their own APIs refuse a conversation with tool calls that lacks thoughts, of whichever answer. */
    @Test
    void aBlankStandsForThoughtsThatDeepSeekAndKimiDidNotThink() {
        ToolCall call = ToolCall.of("a", "now", "{}").thoughtSignature("c2VhbA==");
        Message[] messages = {
            Message.user("When?"),
            Message.assistant("", List.of(call)),
            Message.toolResult(call, "noon"),
            Message.assistant("At noon."),
            Message.user("Thanks")
        };
        for (String model : List.of("deepseek-v4-flash", "deepseek-reasoner", "kimi-k2.6")) {
            JsonNode sent = sentTo(model, messages);
            assertThat(sent.get(1).get("reasoning_content").asString())
                    .as(model)
                    .isEqualTo(" ");
            assertThat(sent.get(3).get("reasoning_content").asString())
                    .as(model)
                    .isEqualTo(" ");
            assertThat(sent.get(0).has("reasoning_content")).as(model).isFalse();
            assertThat(sent.get(2).has("reasoning_content")).as(model).isFalse();
        }
        // Whoever else runs them may not know the field.
        assertThat(sentTo("deepseek-r1:8b", messages).get(1).has("reasoning_content"))
                .isFalse();
        assertThat(sentTo("deepseek-v4-flash", Message.user("Hi"), Message.assistant("Hello"), Message.user("When?"))
                        .get(1)
                        .has("reasoning_content"))
                .isFalse();
    }
}
