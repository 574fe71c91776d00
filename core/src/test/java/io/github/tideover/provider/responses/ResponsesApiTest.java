package io.github.tideover.provider.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.Exchange;
import io.github.tideover.provider.KnownModels;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
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
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import retrofit2.Response;

/** The rules for both that Retrofit makes of the interface and that the engine uses, and for the dialect on top of it. */
@Timeout(30)
@ParameterizedClass
@ValueSource(booleans = {false, true})
class ResponsesApiTest {
    private static final ChatRequest HI = ChatRequest.of("Hi");
    private static final ResponseRequest HELLO = ResponseRequest.of("gpt-1", ChatRequest.of("Hello"));
    private static final String RESPONSE = Events.response(
            "completed",
            "[" + Events.REASONING + "," + Events.message("completed", "Hel") + ","
                    + "{\"type\":\"web_search_call\",\"name\":\"x\"}," + Events.message("completed", "lo") + ","
                    + Events.call("fc_1", "call_1", "weather", "{\"city\":\"Paris\"}") + "]",
            Events.USAGE);

    @StartStop
    final MockWebServer server = new MockWebServer();

    private final OkHttpClient http =
            new OkHttpClient.Builder().connectionPool(new ConnectionPool()).build();
    private final boolean direct;

    ResponsesApiTest(boolean direct) {
        this.direct = direct;
    }

    private ResponsesApi api() {
        return direct
                ? new DirectResponsesApi(
                        Transport.direct(http), server.url("/v1/"), Endpoint.headers("sk-key", Map.of()), 16 << 20)
                : ResponsesApi.create(server.url("/v1/").toString(), "sk-key", http);
    }

    private ResponsesDialect dialect(boolean background) {
        return new ResponsesDialect(
                Transport.direct(http),
                server.url("/v1/"),
                Endpoint.headers("sk-key", Map.of()),
                KnownModels.byResponses("m"),
                background,
                false,
                1 << 20);
    }

    private void answer(String type, String body) {
        server.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", type)
                .setHeader("x-request-id", "req_1")
                .body(body)
                .build());
    }

    // --- alone

    @Test
    void aResponseIsAskedForAndRead() throws Exception {
        answer("application/json", RESPONSE);
        OpenAiResponse response = api().create(HELLO).execute().body();
        assertThat(response.id()).isEqualTo("resp_1");
        assertThat(response.status()).isEqualTo("completed");
        assertThat(response.model()).isEqualTo("gpt-1");
        assertThat(response.text()).isEqualTo("Hello");
        assertThat(response.reasoning()).isEqualTo("Let me see.Yes.");
        assertThat(response.refusal()).isEmpty();
        assertThat(response.toolCalls()).containsExactly(ToolCall.of("call_1", "weather", "{\"city\":\"Paris\"}"));
        assertThat(response.incompleteReason()).isEmpty();
        assertThat(response.usage()).isEqualTo(Usage.of(13, 40, 53, 5, 30));
        assertThat(response.error()).isEmpty();
        assertThat(response).hasToString("OpenAiResponse{resp_1, gpt-1, 5 characters, 1 tool calls, completed}");

        RecordedRequest sent = server.takeRequest();
        assertThat(sent.getMethod()).isEqualTo("POST");
        assertThat(sent.getTarget()).isEqualTo("/v1/responses");
        assertThat(sent.getHeaders().values("Authorization")).containsExactly("Bearer sk-key");
        assertThat(sent.getHeaders().values("Accept")).containsExactly("application/json");
        assertThat(sent.getHeaders().get("Content-Type")).isEqualTo("application/json");
        assertThat(sent.getHeaders().get("User-Agent")).startsWith("tideover/");
        assertThat(sent.getBody().utf8()).doesNotContain("\"stream\"");
    }

    @Test
    void aStreamIsAskedForAndReadEventByEvent() throws Exception {
        answer("text/event-stream", Events.THOUGHT_AND_TOOLS);
        StringBuilder text = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        StringBuilder arguments = new StringBuilder();
        List<String> calls = new ArrayList<>();
        long number = -1;
        try (ResponseStream stream = api().stream(HELLO).execute().body()) {
            for (ResponseEvent event : stream) {
                assertThat(event.sequenceNumber()).hasValue(++number);
                text.append(event.text());
                reasoning.append(event.reasoning());
                arguments.append(event.arguments());
                if (event.type().equals("response.output_item.added")
                        && !event.toolName().isEmpty()) {
                    calls.add(event.toolCallId() + " " + event.toolName() + " "
                            + event.outputIndex().getAsInt());
                }
                assertThat(event.refusal()).isEmpty();
                assertThat(event.error()).isEmpty();
                if (event.type().equals("response.completed")) {
                    assertThat(event.response().orElseThrow().text()).isEqualTo("I look.");
                    assertThat(event).hasToString("ResponseEvent{response.completed 17}");
                }
            }
            assertThatIllegalStateException().isThrownBy(stream::iterator);
        }
        assertThat(number).isEqualTo(17);
        assertThat(text).hasToString("I look.");
        assertThat(reasoning).hasToString("Let me see.Yes.");
        assertThat(arguments).hasToString("{\"city\":\"Paris\"}");
        assertThat(calls).containsExactly("call_1 weather 2", "call_2 now 3");
        RecordedRequest sent = server.takeRequest();
        assertThat(sent.getHeaders().values("Accept")).containsExactly("text/event-stream");
        assertThat(sent.getBody().utf8()).endsWith("\"stream\":true}");
    }

    @Test
    void theRestOfAStreamIsAskedForByNumber() throws Exception {
        answer("text/event-stream", Events.text(5, 0, "b") + Events.completed(6, "[]"));
        try (ResponseStream stream = api().resume("resp_1", 4).execute().body()) {
            assertThat(stream.iterator().next().text()).isEqualTo("b");
        }
        RecordedRequest sent = server.takeRequest();
        assertThat(sent.getMethod()).isEqualTo("GET");
        assertThat(sent.getTarget()).isEqualTo("/v1/responses/resp_1?stream=true&starting_after=4");
        assertThat(sent.getHeaders().values("Accept")).containsExactly("text/event-stream");
        assertThat(sent.getHeaders().values("Authorization")).containsExactly("Bearer sk-key");
    }

    @Test
    void aStoredResponseIsDeleted() throws Exception {
        answer("application/json", "{\"id\":\"resp_1\",\"object\":\"response\",\"deleted\":true}");
        assertThat(api().delete("resp_1").execute().isSuccessful()).isTrue();
        RecordedRequest sent = server.takeRequest();
        assertThat(sent.getMethod()).isEqualTo("DELETE");
        assertThat(sent.getTarget()).isEqualTo("/v1/responses/resp_1");
        assertThat(sent.getHeaders().values("Authorization")).containsExactly("Bearer sk-key");
    }

    @Test
    void aResponseInTheBackgroundIsLookedAtAndCancelled() throws Exception {
        answer("application/json", Events.response("queued", "[]", "null"));
        answer("application/json", Events.response("cancelled", "[]", "null"));
        assertThat(api().response("resp_1").execute().body().status()).isEqualTo("queued");
        assertThat(api().cancel("resp_1").execute().body().status()).isEqualTo("cancelled");
        assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/responses/resp_1");
        RecordedRequest cancel = server.takeRequest();
        assertThat(cancel.getMethod()).isEqualTo("POST");
        assertThat(cancel.getTarget()).isEqualTo("/v1/responses/resp_1/cancel");
    }

    @Test
    void aStreamThatIsCutEndsInAnException() throws IOException {
        String beginning = Events.START + Events.text(2, 0, "a");
        for (String body : List.of(beginning, beginning + "data: [DONE]\n\n")) {
            answer("text/event-stream", body);
            try (ResponseStream stream = api().stream(HELLO).execute().body()) {
                assertThatThrownBy(() -> stream.forEach(event -> {}))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasCauseInstanceOf(CutReplyException.class);
            }
        }
    }

    @Test
    void whatIsNoStreamEndsInAnException() throws IOException {
        for (String body : List.of("", "<html>", "{}", "data: oops\n\n", "data: {} {}\n\n")) {
            answer("text/event-stream", body);
            try (ResponseStream stream = api().stream(HELLO).execute().body()) {
                assertThatThrownBy(() -> stream.forEach(event -> {}))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasCauseInstanceOf(MalformedReplyException.class);
            }
        }
    }

    @Test
    void anErrorInAStreamIsAnEvent() throws IOException {
        String failed = Events.response("failed", "[]", "null").replace("\"error\":null", "\"error\":{\"code\":\"y\"}");
        answer(
                "text/event-stream",
                Events.START
                        + Events.event("error", "{\"type\":\"error\",\"error\":{\"type\":\"x\"}}")
                        + Events.event("error", "{\"type\":\"error\",\"code\":\"x\"}")
                        + Events.end("response.failed", 3, failed));
        List<String> errors = new ArrayList<>();
        try (ResponseStream stream = api().stream(HELLO).execute().body()) {
            stream.forEach(event -> event.error().ifPresent(errors::add));
        }
        assertThat(errors)
                .containsExactly("{\"type\":\"x\"}", "{\"type\":\"error\",\"code\":\"x\"}", "{\"code\":\"y\"}");
    }

    @Test
    void aRefusalHasTheProvidersWords() throws IOException {
        server.enqueue(
                new MockResponse.Builder().code(404).body("{\"error\":{}}").build());
        Response<OpenAiResponse> response = api().create(HELLO).execute();
        assertThat(response.code()).isEqualTo(404);
        assertThat(response.errorBody().string()).isEqualTo("{\"error\":{}}");
    }

    @Test
    void anAddressThatCannotWorkIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResponsesApi.create("https://api.openai.com/v1/responses/", "k"))
                .withMessageContaining("baseUrl must end before responses/");
        assertThatIllegalArgumentException().isThrownBy(() -> ResponsesApi.create("https://api.openai.com/v1/", ""));
    }

    // --- under the engine

    @Test
    void aWholeReplyCarriesAllThatTheProviderSaid() throws Exception {
        answer("application/json", RESPONSE);
        ChatRequest request = ChatRequest.builder().user("Hi").seed(7).build();
        ChatReply reply = dialect(true).whole(request, "asked-model").perform().build();
        assertThat(reply.text()).isEqualTo("Hello");
        assertThat(reply.reasoning()).isEqualTo("Let me see.Yes.");
        assertThat(reply.toolCalls()).hasSize(1);
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(reply.requestId()).isEqualTo("req_1");
        assertThat(reply.model()).isEqualTo("gpt-1");
        assertThat(reply.adapted())
                .containsExactly(
                        "the seed was left out: asked-model takes none",
                        "the answer also held what is not read here: annotations, web_search_call");
        // A whole reply cannot be resumed, and in the background would have to be asked for again and again.
        assertThat(server.takeRequest().getBody().utf8())
                .contains("\"store\":false")
                .doesNotContain("background");
    }

    @Test
    void aStreamedReplyThatIsCompressedIsRead() throws IOException {
        Buffer zipped = new Buffer();
        try (var sink = Okio.buffer(new GzipSink(zipped))) {
            sink.writeUtf8(Events.TEXT);
        }
        server.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .setHeader("Content-Encoding", "gzip")
                .body(zipped)
                .build());
        ChatRequest request = ChatRequest.builder().user("Hi").stop("END").build();
        try (DeltaReader reader = dialect(false).streamed(request, "gpt-1").perform()) {
            while (reader.next()) {
                // reply() has it all
            }
            ChatReply reply = reader.reply().build();
            assertThat(reply.text()).isEqualTo("Caf\u00e9 \ud83d\ude00");
            assertThat(reply.adapted())
                    .containsExactly(
                            "the stop texts were left out: gpt-1 takes none",
                            "the answer also held what is not read here: annotations");
        }
    }

    @Test
    void anErrorInsideAGoodStatusIsARefusal() {
        for (String body : List.of(
                RESPONSE.replace("\"error\":null", "\"error\":{\"code\":\"server_error\"}"),
                Events.response("failed", "[]", "null"),
                Events.response("cancelled", "[]", "null"),
                Events.response("incomplete\",\"incomplete_details\":{\"reason\":\"x_error\"},\"x\":\"", "[]", "null"),
                "{\"detail\":\"busy\"}")) {
            answer("application/json", body);
            assertThatThrownBy(() -> dialect(false).whole(HI, "m").perform())
                    .isInstanceOf(RefusedException.class)
                    .hasMessage("HTTP 200");
        }
    }

    @Test
    void aGoodStatusWithoutAReplyIsMalformed() {
        for (String body : List.of(
                "{}",
                "{\"output\":null}",
                "{\"output\":[{\"text\":\"half",
                "<html>",
                "",
                Events.response("queued", "[]", "null"),
                Events.response("in_progress", "[]", "null"))) {
            answer("application/json", body);
            assertThatThrownBy(() -> dialect(false).whole(HI, "m").perform())
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessageNotContaining("half");
        }
    }

    @Test
    void anEmptyOutputIsAReply() throws IOException {
        answer("application/json", "{\"output\":[7,{\"content\":\"Hi\"}],\"background\":1,\"usage\":7}");
        ChatReply reply = dialect(false).whole(HI, "asked").perform().build();
        assertThat(reply.text()).isEqualTo("Hi");
        assertThat(reply.model()).isEqualTo("asked");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        answer("application/json", "{\"output\":[],\"status\":\"incomplete\",\"incomplete_details\":null}");
        assertThat(dialect(false).whole(HI, "asked").perform().build().finishReason())
                .isEqualTo(FinishReason.OTHER);
    }

    // --- a stream that broke is resumed

    /** The events up to that number, and the others. */
    private static String[] brokenAfter(int number, String stream) {
        int at = 0;
        for (int i = 0; i <= number; i++) {
            at = stream.indexOf("\n\n", at) + 2;
        }
        return new String[] {stream.substring(0, at), stream.substring(at)};
    }

    private DeltaReader broken(boolean background, String beginning) throws Exception {
        answer("text/event-stream", beginning);
        DeltaReader reader = dialect(background).streamed(HI, "gpt-1").perform();
        assertThatThrownBy(() -> textOf(reader)).isInstanceOf(CutReplyException.class);
        reader.close();
        server.takeRequest();
        return reader;
    }

    private static String textOf(DeltaReader reader) throws IOException {
        StringBuilder text = new StringBuilder();
        while (reader.next()) {
            text.append(reader.text() == null ? "" : reader.text());
        }
        return text.toString();
    }

    @Test
    void aStreamThatBreaksAnywhereIsResumedAndItsReplyIsWhole() throws Exception {
        for (String stream : List.of(Events.TEXT, Events.THOUGHT_AND_TOOLS, Events.CUT_ARGUMENTS)) {
            answer("text/event-stream", stream);
            DeltaReader unbroken = dialect(true).streamed(HI, "gpt-1").perform();
            String text = textOf(unbroken);
            ChatReply whole = unbroken.reply().build();
            server.takeRequest();
            int last = stream.split("\n\n").length - 1;
            for (int number = 0; number < last; number++) {
                String[] halves = brokenAfter(number, stream);
                DeltaReader reader = broken(true, halves[0]);
                String before = reader.reply().build().text();
                Exchange<?, DeltaReader> rest = reader.resumption().orElseThrow();
                answer("text/event-stream", halves[1]);
                DeltaReader resumed = rest.perform();
                assertThat(resumed.reply().build().text()).isEqualTo(before);
                assertThat(textOf(resumed)).as("after %d", number).isEqualTo(text.substring(before.length()));
                assertThat(resumed.reply().build())
                        .as("after %d", number)
                        .usingRecursiveComparison()
                        .isEqualTo(whole);
                assertThat(resumed.resumption()).isEmpty();
                assertThat(server.takeRequest().getTarget())
                        .isEqualTo("/v1/responses/resp_1?stream=true&starting_after=" + number);
            }
        }
    }

    @Test
    void aResumedStreamThatBreaksIsResumedAgain() throws Exception {
        DeltaReader first = broken(true, Events.START + Events.text(2, 0, "a"));
        answer("text/event-stream", Events.text(3, 0, "b"));
        DeltaReader second = first.resumption().orElseThrow().perform();
        assertThatThrownBy(() -> textOf(second)).isInstanceOf(CutReplyException.class);
        answer("text/event-stream", Events.text(4, 0, "c") + Events.completed(5, "[]"));
        DeltaReader third = second.resumption().orElseThrow().perform();
        assertThat(textOf(third)).isEqualTo("c");
        assertThat(third.reply().build().text()).isEqualTo("abc");
    }

    @Test
    void whatComesASecondTimeIsReadOver() throws Exception {
        DeltaReader reader = broken(true, Events.START + Events.text(2, 0, "a"));
        answer(
                "text/event-stream",
                Events.START + Events.text(2, 0, "a") + Events.text(3, 0, "b") + Events.completed(4, "[]"));
        assertThat(textOf(reader.resumption().orElseThrow().perform())).isEqualTo("b");
    }

    @Test
    void whatTheRestLacksIsTakenFromTheEnd() throws Exception {
        DeltaReader reader = broken(true, Events.START + Events.text(2, 0, "a"));
        answer("text/event-stream", Events.completed(9, "[" + Events.message("completed", "abc") + "]"));
        DeltaReader resumed = reader.resumption().orElseThrow().perform();
        assertThat(textOf(resumed)).isEqualTo("bc");
        assertThat(resumed.reply().build().text()).isEqualTo("abc");
    }

    @Test
    void aRestThatDoesNotGoWithItsBeginningIsMalformed() throws Exception {
        for (String rest : List.of(
                Events.text(9, 0, "z") + Events.completed(10, "[" + Events.message("completed", "abz") + "]"),
                RESPONSE)) {
            DeltaReader reader = broken(true, Events.START + Events.text(2, 0, "a"));
            answer("text/event-stream", rest);
            DeltaReader resumed = reader.resumption().orElseThrow().perform();
            assertThatThrownBy(() -> textOf(resumed)).isInstanceOf(MalformedReplyException.class);
            assertThat(resumed.resumption()).isEmpty();
            server.takeRequest();
        }
    }

    @Test
    void aStreamThatIsKeptNoLongerIsRefused() throws Exception {
        DeltaReader reader = broken(true, Events.START + Events.text(2, 0, "a"));
        server.enqueue(new MockResponse.Builder()
                .code(400)
                .body("{\"error\":{\"message\":\"This response can no longer be streamed\"}}")
                .build());
        assertThatThrownBy(() -> reader.resumption().orElseThrow().perform()).isInstanceOf(RefusedException.class);
    }

    @Test
    void whatNobodyKeepsIsNotResumed() throws Exception {
        String beginning = Events.START + Events.text(2, 0, "a");
        assertThat(broken(false, beginning).resumption()).isEmpty();
        assertThat(broken(true, beginning.replace("\"background\":true", "\"background\":false"))
                        .resumption())
                .isEmpty();
        assertThat(broken(true, beginning.replaceAll(",\"sequence_number\":[0-9]+", ""))
                        .resumption())
                .isEmpty();
        assertThat(broken(true, ": nothing\n\n" + Events.text(2, 0, "a")).resumption())
                .isEmpty();
        assertThat(broken(true, beginning.replace("\"background\":true,", "")).resumption())
                .isPresent();
    }

    @Test
    void aStreamThatTheProviderEndedIsNotResumed() throws Exception {
        answer(
                "text/event-stream",
                Events.START + Events.event("error", "{\"type\":\"error\",\"code\":\"server_error\"}"));
        DeltaReader reader = dialect(true).streamed(HI, "gpt-1").perform();
        assertThat(reader.resumption()).isEmpty();
        assertThatThrownBy(() -> textOf(reader)).isInstanceOf(RefusedException.class);
        assertThat(reader.resumption()).isEmpty();
        assertThat(server.takeRequest().getBody().utf8())
                .endsWith("\"store\":true,\"background\":true,\"stream\":true}");
    }
}
