package io.github.tideover.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class OpenAiDialectTest {
    private static final String GOOD = "{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}";

    @StartStop
    final MockWebServer server = new MockWebServer();

    private final Transport transport = Transport.open(null, 4, Transport.CONNECT_TIMEOUT);
    private final OkHttpClient http = transport.client();

    @AfterEach
    void close() {
        assertThat(http.connectionPool().idleConnectionCount())
                .isEqualTo(http.connectionPool().connectionCount());
        transport.close();
    }

    private OpenAiDialect dialect() {
        Headers headers = Endpoint.headers("sk-key", Map.of());
        return new OpenAiDialect(
                http, server.url("/v1/"), headers, "max_tokens", false, Capabilities.unknown(), 1 << 20);
    }

    private ChatReply reply(String body) throws IOException {
        server.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .setHeader("x-request-id", "req_1")
                .body(body)
                .build());
        return dialect().whole(ChatRequest.of("Hello"), "asked-model").perform().build();
    }

    /** As Azure, Mistral, DeepSeek and Amazon name it, for replies as for refusals. */
    @ParameterizedTest
    @ValueSource(
            strings = {"request-id", "apim-request-id", "mistral-correlation-id", "x-ds-trace-id", "x-amzn-RequestId"})
    void theIdOfARequestIsFoundByAllItsNames(String header) throws IOException {
        server.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .setHeader(header, "req_7")
                .body("{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}")
                .build());
        assertThat(dialect()
                        .whole(ChatRequest.of("Hello"), "m")
                        .perform()
                        .build()
                        .requestId())
                .isEqualTo("req_7");
    }

    @Test
    void aReplyCarriesAllThatTheProviderSaid() throws IOException {
        ChatReply reply = reply("""
                {"id":"c1","model":"m1","choices":[{"index":0,"finish_reason":"tool_calls","message":{"content":"Hi",
                  "reasoning_content":"hm","refusal":"no","tool_calls":[{"id":"t","function":{"name":"f","arguments":"{}"}}]}}],
                 "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"prompt_cache_hit_tokens":1}}""");
        assertThat(reply.text()).isEqualTo("Hi");
        assertThat(reply.reasoning()).isEqualTo("hm");
        assertThat(reply.refusal()).isEqualTo("no");
        assertThat(reply.toolCalls()).containsExactly(ToolCall.of("t", "f", "{}"));
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(reply.id()).isEqualTo("c1");
        assertThat(reply.model()).isEqualTo("m1");
        assertThat(reply.requestId()).isEqualTo("req_1");
        assertThat(reply.usage()).isEqualTo(Usage.of(1, 2, 3, 1, 0));
    }

    @Test
    void aServerThatDoesNotNameItsModelIsTakenToHaveUsedTheOneAsked() throws IOException {
        assertThat(reply(GOOD).model()).isEqualTo("asked-model");
    }

    @ParameterizedTest
    @CsvSource({
        "stop, STOP",
        "length, LENGTH",
        "tool_calls, TOOL_CALLS",
        "function_call, TOOL_CALLS",
        "content_filter, CONTENT_FILTER",
        "sung, OTHER",
        "'', OTHER",
    })
    void aFinishReasonIsSortedAndAnUnknownOneIsOther(String word, FinishReason reason) throws IOException {
        assertThat(reply(GOOD.replace("stop", word)).finishReason()).isEqualTo(reason);
    }

    @Test
    void anEmptyTextIsAReply() throws IOException {
        ChatReply reply = reply("{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"stop\"}]}");
        assertThat(reply.text()).isEmpty();
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void ofSeveralRepliesTheFirstByNumberCounts() throws IOException {
        assertThat(reply("{\"choices\":[{\"index\":1,\"message\":{\"content\":\"b\"}},"
                                + "{\"index\":0,\"message\":{\"content\":\"a\"}}]}")
                        .text())
                .isEqualTo("a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | the answer has no choices",
                "{\"choices\":[]} | the answer has no choices",
                "{\"choices\":null} | the answer has no choices",
                "{\"choices\":{}} | the answer has no choices",
                "{\"choices\":[{}]} | the answer has no message",
                "{\"choices\":[{\"message\":null}]} | the answer has no message",
                "{\"choices\":[{\"message\":{\"content\":\"s3cret | the answer ends in the middle of its JSON",
                "<html>s3cret</html> | the answer is not JSON (application/json)",
                "'' | the answer is empty (application/json)",
            })
    void aGoodStatusWithoutAReplyIsMalformedAndNotQuoted(String body, String message) {
        assertThatThrownBy(() -> reply(body))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage(message)
                .hasNoCause();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"busy\",\"code\":502}}",
                "{\"error\":\"busy\"}",
                "{\"error\":{\"code\":502},\"choices\":[{\"message\":{\"content\":\"half\"}}]}",
                "{\"object\":\"error\",\"message\":\"busy\",\"code\":502}",
                "{\"choices\":[{\"error\":{\"code\":502},\"finish_reason\":\"error\"}]}",
                "{\"choices\":[{\"finish_reason\":\"overloaded_error\",\"message\":{\"content\":\"\"}}]}",
            })
    void anErrorInsideAGoodStatusIsARefusal(String body) {
        assertThatThrownBy(() -> reply(body))
                .isInstanceOf(RefusedException.class)
                .hasMessage("HTTP 200");
    }

    @Test
    void aReplyThatIsTooLongIsMalformed() {
        assertThatThrownBy(() -> reply(GOOD.replace("Hi", "x".repeat(1 << 20))))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage("the answer is larger than 1048576 bytes");
    }

    @Test
    void anErrorStatusIsARefusal() {
        server.enqueue(new MockResponse.Builder().code(503).body("busy").build());
        assertThatThrownBy(() -> dialect().whole(ChatRequest.of("Hello"), "m").perform())
                .isInstanceOf(RefusedException.class)
                .hasMessage("HTTP 503");
    }

    @Test
    void anAnswerWithoutContentIsMalformed() {
        server.enqueue(new MockResponse.Builder().code(204).build());
        assertThatThrownBy(() -> dialect().whole(ChatRequest.of("Hello"), "m").perform())
                .isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void aStreamIsAskedForAndRead() throws Exception {
        server.enqueue(events("""
                data: {"id":"c1","choices":[{"index":0,"delta":{"content":"Hel"}}]}

                data: {"id":"c1","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}

                data: [DONE]

                """));
        List<String> pieces = new ArrayList<>();
        try (DeltaReader stream =
                dialect().streamed(ChatRequest.of("Hello"), "m").perform()) {
            while (stream.next()) {
                if (stream.text() != null) {
                    pieces.add(stream.text());
                }
            }
            assertThat(stream.reply().build().text()).isEqualTo("Hello");
        }
        assertThat(pieces).containsExactly("Hel", "lo");
        var sent = server.takeRequest();
        assertThat(sent.getBody().utf8()).contains("\"stream\":true");
        assertThat(sent.getHeaders().get("Accept")).isEqualTo("text/event-stream");
        assertThat(sent.getHeaders().get("Authorization")).isEqualTo("Bearer sk-key");
    }

    @Test
    void aWholeReplyInAnswerToAStreamRequestIsRead() throws IOException {
        server.enqueue(new MockResponse.Builder().body(GOOD).build());
        try (DeltaReader stream =
                dialect().streamed(ChatRequest.of("Hello"), "m").perform()) {
            assertThat(stream.next()).isTrue();
            assertThat(stream.text()).isEqualTo("Hi");
            assertThat(stream.next()).isFalse();
            assertThat(stream.reply().build().finishReason()).isEqualTo(FinishReason.STOP);
        }
    }

    private static MockResponse events(String body) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body(body)
                .build();
    }
}
