package io.github.tideover.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.junit5.StartStop;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okio.Buffer;
import okio.GzipSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import retrofit2.Response;

/** The rules for both that Retrofit makes of the interface and that the engine uses. */
@Timeout(30)
@ParameterizedClass
@ValueSource(booleans = {false, true})
class GeminiApiTest {
    private static final GenerateContentRequest HELLO =
            GenerateContentRequest.of("gemini-2.5-flash", ChatRequest.of("Hello"));

    private static final String EVENTS = ContentReaderTest.text("Hel")
            + ": ping\n\ndata: \n\n"
            + ContentReaderTest.event(ContentReaderTest.candidate("{\"text\":\"lo\"}", "STOP"));

    @StartStop
    final MockWebServer server = new MockWebServer();

    private final OkHttpClient http = new OkHttpClient.Builder()
            .connectionPool(new ConnectionPool())
            .readTimeout(Duration.ofSeconds(10))
            .build();

    private final boolean direct;

    GeminiApiTest(boolean direct) {
        this.direct = direct;
    }

    private GeminiApi api() {
        return direct
                ? new DirectGeminiApi(
                        Transport.direct(http),
                        server.url("/v1beta/"),
                        Endpoint.headers(null, Map.of(GeminiApi.KEY_HEADER, "AIza-key")),
                        16 << 20)
                : GeminiApi.create(server.url("/v1beta/").toString(), "AIza-key", http);
    }

    private static MockResponse json(String body) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "application/json; charset=UTF-8")
                .body(body)
                .build();
    }

    private static MockResponse events(String body) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body(body)
                .build();
    }

    private GeneratedContent generate(String body) throws IOException {
        server.enqueue(json(body));
        GeneratedContent content = api().generate(HELLO).execute().body();
        assertThat(content).isNotNull();
        return content;
    }

    // --- requests

    @Test
    void aWholeReplyIsAskedForWithTheKeyInAHeader() throws Exception {
        generate("{}");
        RecordedRequest sent = server.takeRequest();
        assertThat(sent.getMethod()).isEqualTo("POST");
        assertThat(sent.getTarget()).isEqualTo("/v1beta/models/gemini-2.5-flash:generateContent");
        assertThat(sent.getBody().utf8())
                .isEqualTo("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hello\"}]}]}");
        assertThat(sent.getHeaders().values("x-goog-api-key")).containsExactly("AIza-key");
        assertThat(sent.getHeaders().get("Authorization")).isNull();
        assertThat(sent.getHeaders().get("Content-Type")).isEqualTo("application/json");
        assertThat(sent.getHeaders().values("Accept")).containsExactly("application/json");
        assertThat(sent.getHeaders().get("User-Agent")).startsWith("tideover/");
    }

    @Test
    void aStreamIsAskedForAsEvents() throws Exception {
        server.enqueue(events(EVENTS));
        api().stream(HELLO).execute().body().close();
        RecordedRequest sent = server.takeRequest();
        assertThat(sent.getTarget()).isEqualTo("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
        assertThat(sent.getBody().utf8()).doesNotContain("stream");
        assertThat(sent.getHeaders().values("Accept")).containsExactly("text/event-stream");
    }

    @Test
    void theModelMayHaveItsPrefixOrAnotherNameInTheAddress() throws Exception {
        GeminiApi api = api();
        for (int i = 0; i < 3; i++) {
            server.enqueue(json("{}"));
        }
        api.generate(GenerateContentRequest.of("models/gemini-3-pro", ChatRequest.of("Hello")))
                .execute();
        api.generate("a/b c", HELLO).execute();
        api.generate(HELLO).execute();
        assertThat(server.takeRequest().getTarget()).isEqualTo("/v1beta/models/gemini-3-pro:generateContent");
        assertThat(server.takeRequest().getTarget()).isEqualTo("/v1beta/models/a%2Fb%20c:generateContent");
        assertThat(server.takeRequest().getTarget()).isEqualTo("/v1beta/models/gemini-2.5-flash:generateContent");
    }

    @Test
    void addressAndKeyAreCheckedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GeminiApi.create("https://generativelanguage.googleapis.com/v1beta", "k"))
                .withMessageStartingWith("baseUrl must end in / or its last part is dropped");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GeminiApi.create("https://generativelanguage.googleapis.com/v1beta/", " "))
                .withMessageStartingWith("apiKey must not be blank");
    }

    // --- whole replies

    @Test
    void contentIsRead() throws IOException {
        GeneratedContent content = generate("""
                {"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"Hi "},{"text":"there"},
                   {"functionCall":{"name":"now","args":{"zone":"UTC"}},"thoughtSignature":"c2ln"}],"role":"model"},
                  "finishReason":"STOP","avgLogprobs":-0.1,"citationMetadata":{"citationSources":[{}]}},{"index":1}],
                 "usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2,"totalTokenCount":9,"thoughtsTokenCount":5,
                  "promptTokensDetails":[{"modality":"TEXT","tokenCount":1}]},
                 "modelVersion":"gemini-2.5-flash","responseId":"r1","new":{"deep":[1,{"a":[]}]}} trailing""");
        assertThat(content.id()).isEqualTo("r1");
        assertThat(content.model()).isEqualTo("gemini-2.5-flash");
        assertThat(content.text()).isEqualTo("Hi there");
        assertThat(content.usage()).contains(Usage.of(1, 7, 9, 0, 5));
        assertThat(content.error()).isEmpty();
        assertThat(content.blockReason()).isEmpty();
        assertThat(content.candidates()).hasSize(2);
        GeneratedContent.Candidate candidate = content.candidates().get(0);
        assertThat(candidate.reasoning()).isEqualTo("hm");
        assertThat(candidate.finishReason()).isEqualTo("STOP");
        assertThat(candidate.toolCalls())
                .containsExactly(ToolCall.of("", "now", "{\"zone\":\"UTC\"}").thoughtSignature("c2ln"));
        assertThat(content.candidates().get(1).index()).isEqualTo(1);
        assertThat(content).hasToString("GeneratedContent{r1, gemini-2.5-flash}");
        assertThat(candidate).hasToString("Candidate{0, STOP}");
    }

    @Test
    void aNumberInArgumentsKeepsItsDigits() throws IOException {
        assertThat(generate("{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":"
                                + "{\"a\":0.12345678901234567890123,\"b\":12345678901234567890123}}}]}}]}")
                        .candidates()
                        .get(0)
                        .toolCalls()
                        .get(0)
                        .arguments())
                .isEqualTo("{\"a\":0.12345678901234567890123,\"b\":12345678901234567890123}");
    }

    @Test
    void whatIsThereInPlaceOfContentIsTold() throws IOException {
        assertThat(generate("{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}").blockReason())
                .isEqualTo("SAFETY");
        assertThat(generate("{\"error\":{\"code\":503}}").error()).contains("{\"code\":503}");
        assertThat(generate("{}").text()).isEmpty();
    }

    @Test
    void whatIsNotContentIsAnExceptionThatDoesNotQuoteIt() {
        malformed("{\"candidates\":\"s3cret", "the answer ends in the middle of its JSON");
        malformed("<html>s3cret</html>", "the answer is not JSON (application/json)");
        malformed("[]", "the answer is JSON but not an object");
        malformed("", "the answer is empty (application/json)");
    }

    private void malformed(String body, String message) {
        assertThatThrownBy(() -> generate(body))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage(message)
                .hasNoCause();
    }

    @Test
    void aRefusalIsAResponseWithItsBody() throws IOException {
        server.enqueue(new MockResponse.Builder()
                .code(400)
                .body("{\"error\":{\"status\":\"INVALID_ARGUMENT\"}}")
                .build());
        Response<GeneratedContent> response = api().generate(HELLO).execute();
        assertThat(response.isSuccessful()).isFalse();
        assertThat(response.errorBody().string()).isEqualTo("{\"error\":{\"status\":\"INVALID_ARGUMENT\"}}");
    }

    // --- streams

    private List<String> texts(MockResponse response) throws IOException {
        server.enqueue(response);
        List<String> texts = new ArrayList<>();
        try (GeneratedContentStream stream = api().stream(HELLO).execute().body()) {
            stream.forEach(piece -> texts.add(piece.text()));
        }
        return texts;
    }

    @Test
    void aStreamIsReadPieceByPiece() throws IOException {
        assertThat(texts(events(EVENTS))).containsExactly("Hel", "lo");
        assertThat(texts(events(EVENTS.replace("\n", "\r\n")))).containsExactly("Hel", "lo");
    }

    @Test
    void aCompressedStreamIsReadToo() throws IOException {
        Buffer packed = new Buffer();
        try (GzipSink gzip = new GzipSink(packed)) {
            gzip.write(new Buffer().writeUtf8(EVENTS), EVENTS.length());
        }
        assertThat(texts(new MockResponse.Builder()
                        .setHeader("Content-Type", "text/event-stream")
                        .setHeader("Content-Encoding", "gzip")
                        .body(packed)
                        .build()))
                .containsExactly("Hel", "lo");
    }

    @Test
    void aStreamWithoutAFinishReasonWasCut() {
        assertThatThrownBy(() -> texts(events(ContentReaderTest.text("Hel"))))
                .isInstanceOf(UncheckedIOException.class)
                .hasCauseInstanceOf(CutReplyException.class);
    }

    @Test
    void aBlockedPromptAndAnErrorAreTheLastPiece() throws IOException {
        assertThat(texts(events("data: {\"promptFeedback\":{\"blockReason\":\"OTHER\"}}\n\n")))
                .containsExactly("");
        assertThat(texts(events("data: {\"error\":{\"code\":503}}\n\n"))).containsExactly("");
    }

    @Test
    void whatIsNoStreamIsMalformed() {
        for (String body : List.of("", "{}", "<html>", "data: s3cret\n\n")) {
            assertThatThrownBy(() -> texts(events(body)))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasCauseInstanceOf(MalformedReplyException.class)
                    .hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void aStreamCannotBeReadPastItsFailure() throws IOException {
        server.enqueue(events("data: {\"candidates\":[{\n\n" + EVENTS));
        try (GeneratedContentStream stream = api().stream(HELLO).execute().body()) {
            Iterator<GeneratedContent> pieces = stream.iterator();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(pieces::next)
                        .isInstanceOf(UncheckedIOException.class)
                        .hasCauseInstanceOf(MalformedReplyException.class);
            }
        }
    }

    @Test
    void aKeepAliveOfAnyLengthIsNoPiece() throws IOException {
        assertThat(texts(events("data: " + " ".repeat(50) + "\n\n" + EVENTS))).containsExactly("Hel", "lo");
    }

    @Test
    void aStreamIsReadOnceOnly() throws IOException {
        server.enqueue(events(EVENTS));
        try (GeneratedContentStream stream = api().stream(HELLO).execute().body()) {
            stream.iterator();
            assertThatIllegalStateException().isThrownBy(stream::iterator);
        }
    }
}
