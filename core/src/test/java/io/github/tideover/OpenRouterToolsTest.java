package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.provider.Provider;
import io.github.tideover.tool.Toolbox;
import io.github.tideover.tool.TypedTool;
import java.net.InetAddress;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Gemini 3 behind OpenRouter refuses a call of its own without what it thought: over real HTTP, at a host of OpenRouter's. */
@Timeout(30)
class OpenRouterToolsTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String DETAILS =
            "[{\"type\":\"reasoning.encrypted\",\"data\":\"c2VhbA==\",\"id\":\"t1\",\"format\":\"google-gemini-v1\",\"index\":0}]";
    private static final String CALL =
            "\"tool_calls\":[{\"index\":0,\"id\":\"t1\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"{}\"}}]";

    @StartStop
    private final MockWebServer server = new MockWebServer();

    private final OkHttpClient http = new OkHttpClient.Builder()
            .dns(host -> List.of(InetAddress.getLoopbackAddress()))
            .build();
    private Tideover tideover =
            Tideover.builder().provider(Provider.ollama().model("m")).build();

    @AfterEach
    void close() {
        tideover.close();
    }

    private void start() {
        tideover.close();
        tideover = Tideover.builder()
                .httpClient(http)
                .retryPolicy(RetryPolicy.never())
                .provider(Provider.openAiCompatible("http://eu.openrouter.ai:" + server.getPort() + "/api/v1/")
                        .name("openrouter")
                        .model("google/gemini-3-flash"))
                .build();
    }

    private void answers(Form form, String message, String reason) {
        String field = form == Form.STREAM ? "delta" : "message";
        String json = "{\"id\":\"c\",\"model\":\"google/gemini-3-flash\",\"choices\":[{\"index\":0,\"" + field
                + "\":{\"role\":\"assistant\"," + message + "},\"finish_reason\":\"" + reason + "\"}]}";
        boolean isStream = form == Form.STREAM;
        server.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", isStream ? "text/event-stream" : "application/json")
                .body(isStream ? "data: " + json + "\n\ndata: [DONE]\n\n" : json)
                .build());
    }

    private JsonNode sent() throws InterruptedException {
        return JSON.readTree(server.takeRequest().getBody().utf8()).get("messages");
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"BLOCKING", "STREAM"})
    void itsThoughtsGoBackWithWhatItsToolGave(Form form) throws Exception {
        start();
        Toolbox toolbox = Toolbox.of(TypedTool.withoutArguments("now", "Tells the time.", () -> "noon"));
        answers(form, "\"content\":null,\"reasoning_details\":" + DETAILS + "," + CALL, "tool_calls");
        answers(form, "\"content\":\"It is noon.\"", "stop");
        try (ReplyStream stream = tideover.stream(ChatRequest.of("When?"), toolbox)) {
            ChatReply answer = form == Form.STREAM
                    ? stream.reply()
                    : tideover.chat("When?", toolbox).reply();
            assertThat(answer.text()).isEqualTo("It is noon.");
        }
        assertThat(sent()).hasSize(1);
        JsonNode second = sent();
        assertThat(second.get(1).get("reasoning_details")).isEqualTo(JSON.readTree(DETAILS));
        assertThat(second.get(2).get("content").asString()).isEqualTo("noon");
    }

    @Test
    void aCallThatAnotherModelMadeIsMarkedAsOne() throws Exception {
        start();
        answers(Form.BLOCKING, "\"content\":\"It is noon.\"", "stop");
        ToolCall call = ToolCall.of("toolu_1", "now", "{}");
        tideover.chat(ChatRequest.builder()
                .user("When?")
                .message(Message.assistant("", List.of(call)))
                .message(Message.toolResult(call, "noon"))
                .build());
        JsonNode details = sent().get(1).get("reasoning_details").get(0);
        assertThat(details.get("data").asString()).isEqualTo("skip_thought_signature_validator");
        assertThat(details.get("id").asString()).isEqualTo("toolu_1");
    }
}
