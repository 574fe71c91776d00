package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RequestRejectedException;
import io.github.tideover.provider.Provider;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Gemini behind a provider of another tongue, over real HTTP on loopback. */
@Timeout(30)
class GeminiTakesOverTest {
    private static final Tool ORDER = Tool.function(
            "order",
            "Looks up an order.",
            Map.of("type", "object", "properties", Map.of("number", Map.of("type", "integer"))));

    @StartStop
    private final MockWebServer primary = new MockWebServer();

    @StartStop
    private final MockWebServer gemini = new MockWebServer();

    private Tideover tideover =
            Tideover.builder().provider(Provider.ollama().model("m")).build();

    @AfterEach
    void close() {
        tideover.close();
    }

    private Provider gemini() {
        return Provider.geminiCompatible(gemini.url("/v1beta/").toString())
                .name("gemini")
                .apiKey("AIza-test-key-of-gemini")
                .model("gemini-3-flash-preview");
    }

    private void start() {
        tideover.close();
        tideover = Tideover.builder()
                .provider(Provider.openAiCompatible(primary.url("/v1/").toString())
                        .name("main")
                        .apiKey("sk-test-key")
                        .model("small"))
                .alternate(gemini())
                .retryPolicy(RetryPolicy.never())
                .build();
    }

    private static MockResponse json(int status, String body) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "application/json")
                .body(body)
                .build();
    }

    private static String candidate(String parts) {
        return "{\"candidates\":[{\"content\":{\"parts\":[" + parts
                + "],\"role\":\"model\"},\"finishReason\":\"STOP\"}],"
                + "\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":2,\"totalTokenCount\":5},"
                + "\"modelVersion\":\"gemini-3-flash\",\"responseId\":\"r1\"}";
    }

    private static MockResponse events(String... pieces) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body("data: " + String.join("\r\n\r\ndata: ", pieces) + "\r\n\r\n")
                .build();
    }

    private static JsonNode tree(String json) {
        return JsonMapper.builder().build().readTree(json);
    }

    @Test
    void aConversationWithAToolAndAnImageGoesOnAtGemini() throws Exception {
        start();
        ChatRequest.Builder conversation = ChatRequest.builder()
                .system("Help with orders.")
                .message(Message.user(Part.text("Where is this?"), Part.image("image/png", new byte[] {1, 2, 3})))
                .tools(ORDER);
        primary.enqueue(events(
                "{\"id\":\"c1\",\"model\":\"small-1\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,"
                        + "\"id\":\"call_7\",\"type\":\"function\",\"function\":{\"name\":\"order\",\"arguments\":"
                        + "\"{\\\"number\\\":7}\"}}]},\"finish_reason\":\"tool_calls\"}]}",
                "[DONE]"));
        ChatReply wish = tideover.chat(conversation.build());
        assertThat(wish.provider()).isEqualTo("main");
        ToolCall call = wish.toolCalls().get(0);

        primary.enqueue(json(503, "{\"error\":{\"message\":\"no\"}}"));
        gemini.enqueue(json(200, candidate("{\"text\":\"It ships Monday.\"}")));
        conversation.message(Message.assistant(wish)).message(Message.toolResult(call, "{\"ships\":\"Monday\"}"));
        ChatReply answer = tideover.chat(conversation.build());

        assertThat(answer.text()).isEqualTo("It ships Monday.");
        assertThat(answer.origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(answer.provider()).isEqualTo("gemini");
        assertThat(answer.model()).isEqualTo("gemini-3-flash");
        assertThat(answer.usage().totalTokens()).isEqualTo(5);
        assertThat(answer.adapted()).isEmpty();
        RecordedRequest sent = gemini.takeRequest();
        assertThat(sent.getTarget()).isEqualTo("/v1beta/models/gemini-3-flash-preview:generateContent");
        assertThat(sent.getHeaders().values("x-goog-api-key")).containsExactly("AIza-test-key-of-gemini");
        assertThat(sent.getHeaders().get("Authorization")).isNull();
        assertThat(tree(sent.getBody().utf8())).isEqualTo(tree("""
                {"systemInstruction":{"parts":[{"text":"Help with orders."}]},
                 "contents":[
                   {"role":"user","parts":[{"text":"Where is this?"},{"inlineData":{"mimeType":"image/png","data":"AQID"}}]},
                   {"role":"model","parts":[{"functionCall":{"id":"call_7","name":"order","args":{"number":7}},
                     "thoughtSignature":"skip_thought_signature_validator"}]},
                   {"role":"user","parts":[{"functionResponse":{"id":"call_7","name":"order","response":{"ships":"Monday"}}}]}],
                 "tools":[{"functionDeclarations":[{"name":"order","description":"Looks up an order.",
                   "parametersJsonSchema":{"type":"object","properties":{"number":{"type":"integer"}}}}]}]}"""));
    }

    @Test
    void geminisOwnCallGoesBackToGeminiWithItsSignatureAndToOthersWithout() throws Exception {
        start();
        primary.enqueue(json(503, "{}"));
        gemini.enqueue(json(
                200,
                candidate("{\"functionCall\":{\"name\":\"order\",\"args\":{\"number\":7}},"
                        + "\"thoughtSignature\":\"c2lnbmVk\"}")));
        ChatRequest.Builder conversation =
                ChatRequest.builder().user("Where is order 7?").tools(ORDER);
        ChatReply wish = tideover.chat(conversation.build());
        assertThat(wish.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        gemini.takeRequest();
        primary.takeRequest();
        ToolCall call = wish.toolCalls().get(0);
        assertThat(call.id()).isEqualTo("call_r1_1");

        conversation.message(Message.assistant(wish)).message(Message.toolResult(call, "Monday"));
        primary.enqueue(json(503, "{}"));
        gemini.enqueue(json(200, candidate("{\"text\":\"Monday.\"}")));
        assertThat(tideover.chat(conversation.build()).text()).isEqualTo("Monday.");

        JsonNode toGemini = tree(gemini.takeRequest().getBody().utf8());
        assertThat(toGemini.at("/contents/1/parts/0/thoughtSignature").asString())
                .isEqualTo("c2lnbmVk");
        assertThat(toGemini.at("/contents/2/parts/0/functionResponse"))
                .isEqualTo(tree("{\"id\":\"call_r1_1\",\"name\":\"order\",\"response\":{\"result\":\"Monday\"}}"));
        String toPrimary = primary.takeRequest().getBody().utf8();
        assertThat(toPrimary).contains("\"tool_call_id\":\"call_r1_1\"").doesNotContain("c2lnbmVk");
    }

    @Test
    void aConversationStreamsOnAtGemini() throws Exception {
        start();
        Conversation conversation = tideover.conversation();
        primary.enqueue(json(503, "{}"));
        gemini.enqueue(events(candidate("{\"text\":\"Hello \"}").replace("STOP", ""), candidate("{\"text\":\"Ann\"}")));
        try (ReplyStream stream = conversation.stream("I am Ann")) {
            assertThat(String.join("", stream)).isEqualTo("Hello Ann");
            assertThat(stream.reply().provider()).isEqualTo("gemini");
        }
        assertThat(gemini.takeRequest().getTarget())
                .isEqualTo("/v1beta/models/gemini-3-flash-preview:streamGenerateContent?alt=sse");
        assertThat(conversation.history()).isEqualTo(List.of(Message.user("I am Ann"), Message.assistant("Hello Ann")));
    }

    @Test
    void aPromptThatGeminiBlocksIsARejection() {
        tideover.close();
        tideover = Tideover.builder().provider(gemini()).build();
        gemini.enqueue(json(200, "{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"}}"));
        assertThatThrownBy(() -> tideover.chat("Hi"))
                .isInstanceOfSatisfying(
                        RequestRejectedException.class,
                        rejected ->
                                assertThat(rejected.failures().get(0).kind()).isEqualTo(FailureKind.CONTENT_FILTER))
                .hasMessageContaining("PROHIBITED_CONTENT");
        assertThat(gemini.getRequestCount()).isEqualTo(1);
    }
}
