package io.github.tideover.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.KnownModels;
import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.FailureSorter;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.Transport;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class GeminiDialectTest {
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

    private GeminiDialect dialect() {
        return new GeminiDialect(
                http,
                server.url("/v1beta/"),
                Endpoint.headers(null, Map.of(GeminiApi.KEY_HEADER, "AIza-key")),
                KnownModels.byGemini(null),
                1 << 20);
    }

    private ChatReply reply(String body) throws IOException {
        return reply(body, ChatRequest.of("Hello"));
    }

    private ChatReply reply(String body, ChatRequest request) throws IOException {
        server.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", "application/json; charset=UTF-8")
                .body(body)
                .build());
        return dialect().whole(request, "models/gemini-2.5-flash").perform().build();
    }

    private static Failure sorted(Throwable problem) {
        return new FailureSorter(List.of(), () -> true).sort(problem, Instant.EPOCH);
    }

    @Test
    void aReplyCarriesAllThatTheProviderSaid() throws IOException {
        ChatReply reply = reply("""
                {"candidates":[{"index":1},{"index":0,"content":{"parts":[{"text":"hm","thought":true},{"text":"Hi"},
                   {"functionCall":{"name":"f","args":{}}},{"functionCall":{"name":"f","args":{"a":1}}}]},
                   "finishReason":"STOP"}],
                 "usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2,"totalTokenCount":3},
                 "modelVersion":"gemini-2.5-flash-001","responseId":"r1"}""");
        assertThat(reply.text()).isEqualTo("Hi");
        assertThat(reply.reasoning()).isEqualTo("hm");
        assertThat(reply.toolCalls())
                .containsExactly(ToolCall.of("call_r1_1", "f", "{}"), ToolCall.of("call_r1_2", "f", "{\"a\":1}"));
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(reply.id()).isEqualTo("r1");
        assertThat(reply.model()).isEqualTo("gemini-2.5-flash-001");
        assertThat(reply.usage()).isEqualTo(Usage.of(1, 2, 3, 0, 0));
        assertThat(reply.adapted()).isEmpty();
    }

    @Test
    void aReplyTellsWhatWasNotAskedAsItWasMeant() throws IOException {
        ChatRequest request = ChatRequest.builder().user("Hello").seed(1L << 40).build();
        List<String> sentences = List.of("Gemini takes a seed of 32 bits; the seed is longer and was left out.");
        ChatReply whole = reply(ContentReaderTest.candidate("{\"text\":\"Hi\"}", "STOP"), request);
        assertThat(whole.adapted()).isEqualTo(sentences);
        assertThat(whole.toBuilder().build().adapted()).isEqualTo(sentences);
        assertThat(whole.model()).isEqualTo("gemini-2.5-flash");
        server.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body(ContentReaderTest.event(ContentReaderTest.candidate("{\"text\":\"Hi\"}", "STOP")))
                .build());
        try (DeltaReader reader =
                dialect().streamed(request, "gemini-2.5-flash").perform()) {
            assertThat(reader.next()).isTrue();
            assertThat(reader.text()).isEqualTo("Hi");
            assertThat(reader.next()).isTrue();
            assertThat(reader.next()).isFalse();
            assertThat(reader.reply().build().adapted()).isEqualTo(sentences);
        }
    }

    @ParameterizedTest
    @CsvSource({"SAFETY, CONTENT_FILTER", "MAX_TOKENS, LENGTH", "OTHER, OTHER", "'', OTHER"})
    void anEmptyTextIsAReplyAndTheReasonSaysWhy(String word, FinishReason reason) throws IOException {
        ChatReply reply =
                reply("{\"candidates\":[{\"content\":{\"role\":\"model\"},\"finishReason\":\"" + word + "\"}]}");
        assertThat(reply.text()).isEmpty();
        assertThat(reply.finishReason()).isEqualTo(reason);
    }

    @Test
    void aPromptThatIsBlockedIsAgainstPolicy() {
        Failure failure =
                sorted(catchThrowable(() -> reply("{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"}}")));
        assertThat(failure.kind()).isEqualTo(FailureKind.CONTENT_FILTER);
        assertThat(failure.code()).contains("PROHIBITED_CONTENT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "[%s]", "[ %s ]\n"})
    void anErrorInsideAGoodStatusIsARefusal(String form) {
        String error = "{\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}}";
        assertThat(sorted(catchThrowable(() -> reply(form.formatted(error)))).kind())
                .isEqualTo(FailureKind.OVERLOADED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"candidates\":[]}",
                "{\"candidates\":[{\"index\":1}]}",
                "{\"candidates\":[{\"finishReason\":\"MALFORMED_FUNCTION_CALL\"}]}",
                "[]",
                "[[]]",
                "[{\"candidates\":[{\"finishReason\":\"STOP\"}]},{}]",
                "[{\"candidates\":[{\"finishReason\":\"STOP\"}]}",
                "",
                "<html>",
            })
    void aGoodStatusWithoutAReplyIsMalformed(String body) {
        assertThatThrownBy(() -> reply(body)).isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void anErrorStatusIsARefusal() {
        server.enqueue(new MockResponse.Builder()
                .code(400)
                .body(
                        "{\"error\":{\"code\":400,\"message\":\"API key not valid. Please pass a valid API key.\",\"status\":"
                                + "\"INVALID_ARGUMENT\",\"details\":[{\"reason\":\"API_KEY_INVALID\"}]}}")
                .build());
        Throwable problem = catchThrowable(() ->
                dialect().whole(ChatRequest.of("Hello"), "gemini-2.5-flash").perform());
        assertThat(sorted(problem).kind()).isEqualTo(FailureKind.AUTH);
    }
}
