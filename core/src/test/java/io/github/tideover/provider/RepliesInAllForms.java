package io.github.tideover.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.FailureSorter;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.ScriptedSource;
import io.github.tideover.wire.StreamedReply;
import io.github.tideover.wire.ThoughtSeal;
import io.github.tideover.wire.Transport;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSink;
import okio.GzipSink;
import okio.Okio;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every reply is read, through the dialect it is in, for exactly what it is: at once, byte by byte, split anywhere, with any ends
 * of lines, zipped, over HTTP, and never as complete when it is cut.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class RepliesInAllForms {
    private static final HttpUrl NOWHERE = HttpUrl.get("http://localhost/v1/");
    private static final ChatRequest ASKED = ChatRequest.of("Hello");
    private static final String MODEL = "model-that-was-asked";

    /** Answers every request with the body that is put here. */
    private ScriptedSource answer = ScriptedSource.of("");

    private String type = "text/event-stream";

    private final OkHttpClient http = new OkHttpClient.Builder()
            .addInterceptor(chain -> new Response.Builder()
                    .request(chain.request())
                    .protocol(Protocol.HTTP_1_1)
                    .code(200)
                    .message("OK")
                    .header("Content-Type", type)
                    .body(ResponseBody.create(answer.buffered(), MediaType.parse(type), -1))
                    .build())
            .build();

    private final Map<Tongue, Dialect> dialects = dialects(http, NOWHERE);

    private static Map<Tongue, Dialect> dialects(OkHttpClient http, HttpUrl url) {
        Map<Tongue, Dialect> dialects = new EnumMap<>(Tongue.class);
        for (Tongue tongue : Tongue.values()) {
            dialects.put(tongue, tongue.dialect(http, url));
        }
        return dialects;
    }

    /** What came of a body: the reply as far as it was read, and what ended the reading, if something did. */
    private record Outcome(
            ChatReply reply,
            @Nullable Throwable problem,
            boolean isFinished,
            int skipped,
            String pieces,
            String thoughts) {}

    /** The replies to read. */
    abstract Stream<Recording> recordings();

    private Stream<Recording> streams() {
        return recordings().filter(Recording::isStream);
    }

    private Stream<Recording> wholes() {
        return recordings().filter(recording -> !recording.isStream());
    }

    @ParameterizedTest
    @MethodSource("streams")
    void aStreamIsReadForWhatItIsHoweverItComes(Recording recording) {
        byte[] body = recording.body();
        check(recording, ScriptedSource.of(body), "");
        check(recording, ScriptedSource.byteByByte(body), "byte by byte");
        for (int seed = 0; seed < 50; seed++) {
            check(recording, ScriptedSource.split(body, 1 + seed * 40, new Random(seed)), "seed " + seed);
        }
        for (int at = 0; at <= body.length; at += recording.step()) {
            check(recording, ScriptedSource.splitAt(body, at), "split at " + at);
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void theEndsOfLinesMakeNoDifference(Recording recording) {
        for (String[] ends : new String[][] {{"\n"}, {"\r\n"}, {"\r"}, {"\n", "\r\n", "\r", "\r\n"}}) {
            byte[] body = recording.withLineEnds(ends);
            String as =
                    "lines end in " + Arrays.toString(ends).replace("\r", "CR").replace("\n", "LF");
            check(recording, ScriptedSource.of(body), as);
            check(recording, ScriptedSource.byteByByte(body), as + ", byte by byte");
            for (int at = 0; at <= body.length; at += 7 * recording.step()) {
                check(recording, ScriptedSource.splitAt(body, at), as + ", split at " + at);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void aByteOrderMarkMakesNoDifference(Recording recording) {
        byte[] mark = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
        type = recording.isStream() ? "text/event-stream" : "application/json";
        check(recording, ScriptedSource.of(mark, recording.body()), "with a byte order mark");
    }

    @ParameterizedTest
    @MethodSource("streams")
    void aStreamThatIsCutIsNeverComplete(Recording recording) {
        for (int at = 0; at < recording.endOfProof(); at += recording.step()) {
            Outcome outcome = streamed(recording, ScriptedSource.of(Arrays.copyOf(recording.body(), at)));
            assertThat(outcome.problem()).as("%s cut at %d", recording, at).isInstanceOf(IOException.class);
            assertThat(outcome.isFinished()).as("%s cut at %d", recording, at).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void aByteThatChangedOnTheWayIsNoFaultInThisProgram(Recording recording) {
        FailureSorter sorter = new FailureSorter(List.of(), () -> true);
        for (int seed = 0; seed < 300; seed++) {
            Random dice = new Random(seed);
            byte[] body = recording.body().clone();
            body[dice.nextInt(body.length)] = (byte) dice.nextInt(256);
            String as = recording + " with seed " + seed;
            Outcome outcome = streamed(recording, ScriptedSource.of(body));
            if (outcome.problem() == null) {
                if (recording.isStream() && breaksAnEvent(recording.body(), body)) {
                    verifyNothingIsMissing(outcome, recording, as);
                }
                assertThat(outcome.isFinished()).as(as).isTrue();
                assertThat(recording.tongue().hasProof(new String(body, ISO_8859_1)) || !recording.isStream())
                        .as(as)
                        .isTrue();
            } else {
                assertThat(outcome.problem()).as(as).isInstanceOf(IOException.class);
                assertThat(sorter.sort(outcome.problem(), Instant.EPOCH).message())
                        .as(as)
                        .doesNotContain("fault in this program");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void anEventWhoseFieldIsNotCalledDataAnyMoreIsNotMissedUnseen(Recording recording) {
        String[] lines = new String(recording.body(), ISO_8859_1).split("(?<=[\r\n])");
        int step = 1 + lines.length / 60;
        for (int at = 0; at < lines.length; at += step) {
            String value = lines[at].startsWith("data:") ? lines[at].substring("data:".length()) : "";
            if (!value.stripLeading().startsWith("{")) {
                continue;
            }
            for (String name : new String[] {"dXta:", "dta:", "daata:", ":ata:", "data;", "datA:", "data", "xdata:"}) {
                String[] body = lines.clone();
                body[at] = name + value;
                Outcome outcome = streamed(
                        recording, ScriptedSource.of(String.join("", body).getBytes(ISO_8859_1)));
                if (outcome.problem() == null) {
                    verifyNothingIsMissing(outcome, recording, recording + ", line " + at + " is " + name);
                } else {
                    assertThat(outcome.problem()).isInstanceOf(IOException.class);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void anEventThatIsDamagedNeverLeavesACompleteReplyWithoutItsPiece(Recording recording) {
        String[] lines = new String(recording.body(), ISO_8859_1).split("(?<=[\r\n])");
        int step = 1 + lines.length / 100;
        int tried = 0;
        int failed = 0;
        for (int at = 0; at < lines.length; at += at < 12 || at > lines.length - 12 ? 1 : step) {
            String line = lines[at];
            int from = line.indexOf('{');
            int to = line.lastIndexOf('}') + 1;
            if (!line.startsWith("data:") || from < 0 || to <= from) {
                continue;
            }
            int middle = (from + to) / 2;
            String end = line.substring(to);
            String[] damaged = {
                line.substring(0, to - 1) + end,
                line.substring(0, from) + line.substring(from + 1),
                line.substring(0, middle) + end,
                line.substring(0, from) + line.substring(middle),
                line.substring(0, middle) + "\u0000" + line.substring(middle),
                line.substring(0, to) + line.substring(from),
            };
            for (int how = 0; how < damaged.length; how++) {
                tried++;
                String[] body = lines.clone();
                body[at] = damaged[how];
                String as = recording + ", line " + at + ", damage " + how;
                Outcome outcome = streamed(
                        recording, ScriptedSource.of(String.join("", body).getBytes(ISO_8859_1)));
                if (outcome.problem() == null) {
                    verifyNothingIsMissing(outcome, recording, as);
                } else {
                    assertThat(outcome.problem()).as(as).isInstanceOf(IOException.class);
                    failed++;
                }
            }
        }
        assertThat(failed)
                .as("%s: damage that was noticed", recording)
                .isGreaterThanOrEqualTo(Math.min(1, tried)); // one has its pieces in an array and no event at all
    }

    /** Whether the one byte that is another now makes no JSON of what was some, or no data of it. */
    private static boolean breaksAnEvent(byte[] sound, byte[] changed) {
        int at = Arrays.mismatch(sound, changed);
        if (at < 0 || isLineEnd(sound[at]) || isLineEnd(changed[at])) {
            return false;
        }
        int from = at;
        while (from > 0 && !isLineEnd(sound[from - 1])) {
            from--;
        }
        int to = at;
        while (to < sound.length && !isLineEnd(sound[to])) {
            to++;
        }
        String line = new String(sound, from, to - from, ISO_8859_1);
        int data = from + "data:".length();
        if (!line.startsWith("data:") || !isJson(sound, data, to)) {
            return false;
        }
        return at < data ? line.substring("data:".length()).stripLeading().startsWith("{") : !isJson(changed, data, to);
    }

    private static boolean isLineEnd(byte b) {
        return b == '\n' || b == '\r';
    }

    private static boolean isJson(byte[] bytes, int from, int to) {
        try {
            return JsonMapper.shared().readTree(bytes, from, to - from).isContainer();
        } catch (JacksonException e) {
            return false;
        }
    }

    /** It says all that the sound one says. */
    private void verifyNothingIsMissing(Outcome outcome, Recording recording, String as) {
        ChatReply sound =
                streamed(recording, ScriptedSource.of(recording.body())).reply();
        ChatReply reply = outcome.reply();
        assertThat(reply.text()).as(as).isEqualTo(sound.text());
        assertThat(reply.reasoning()).as(as).isEqualTo(sound.reasoning());
        assertThat(reply.refusal()).as(as).isEqualTo(sound.refusal());
        assertThat(reply.toolCalls()).as(as).isEqualTo(sound.toolCalls());
        assertThat(reply.finishReason()).as(as).isEqualTo(sound.finishReason());
        assertThat(reply.adapted()).as(as).isEqualTo(sound.adapted());
    }

    @ParameterizedTest
    @MethodSource("wholes")
    void aWholeReplyIsReadForWhatItIsAlsoInAnswerToAStreamRequest(Recording recording) {
        byte[] body = recording.body();
        type = "application/json";
        for (int at = 0; at <= body.length; at += recording.step()) {
            verify(recording, whole(recording, ScriptedSource.splitAt(body, at)), "asked for whole, split at " + at);
            check(recording, ScriptedSource.splitAt(body, at), "asked for as a stream, split at " + at);
        }
        verify(recording, whole(recording, ScriptedSource.byteByByte(body)), "asked for whole, byte by byte");
        check(recording, ScriptedSource.byteByByte(body), "asked for as a stream, byte by byte");
        for (int at = 0; at < new String(body, UTF_8).stripTrailing().length(); at++) {
            byte[] cut = Arrays.copyOf(body, at);
            assertThat(whole(recording, ScriptedSource.of(cut)).problem())
                    .as("%s cut at %d", recording, at)
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void itComesOverHttpZippedAndInChunksToo(Recording recording) throws Exception {
        Transport transport = Transport.open(null, 4, Transport.CONNECT_TIMEOUT);
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            Dialect dialect = recording.tongue().dialect(transport.client(), server.url("/v1/"));
            String as = recording.isStream() ? "text/event-stream" : "application/json";
            for (int pieceOf : new int[] {1, 7, 1_000}) {
                server.enqueue(new MockResponse.Builder()
                        .setHeader("Content-Type", as)
                        .chunkedBody(new Buffer().write(recording.body()), pieceOf)
                        .build());
                verify(recording, streamed(dialect), "over HTTP in pieces of " + pieceOf);
                server.enqueue(new MockResponse.Builder()
                        .setHeader("Content-Type", as)
                        .setHeader("Content-Encoding", "gzip")
                        .chunkedBody(zipped(recording.body()), pieceOf)
                        .build());
                verify(recording, streamed(dialect), "over HTTP, zipped, in pieces of " + pieceOf);
            }
        } finally {
            transport.close();
        }
    }

    private static Buffer zipped(byte[] body) throws IOException {
        Buffer zipped = new Buffer();
        try (BufferedSink sink = Okio.buffer(new GzipSink(zipped))) {
            sink.write(body);
        }
        return zipped;
    }

    // ---------------------------------------------------------------- reading

    private void check(Recording recording, ScriptedSource source, String as) {
        verify(recording, streamed(recording, source), as);
        assertThat(source.isClosed()).as("%s %s", recording, as).isTrue();
    }

    private Outcome streamed(Recording recording, ScriptedSource source) {
        answer = source;
        return streamed(dialect(recording));
    }

    private Dialect dialect(Recording recording) {
        Dialect dialect = dialects.get(recording.tongue());
        if (dialect == null) {
            throw new AssertionError("no dialect for " + recording.tongue());
        }
        return dialect;
    }

    private static Outcome streamed(Dialect dialect) {
        StringBuilder pieces = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        try (DeltaReader reader = dialect.streamed(ASKED, MODEL).perform()) {
            Throwable problem = catchThrowable(() -> {
                while (reader.next()) {
                    pieces.append(reader.text() == null ? "" : reader.text());
                    thoughts.append(reader.reasoning() == null ? "" : reader.reasoning());
                }
            });
            return new Outcome(
                    reader.reply().build(),
                    problem,
                    reader.isFinished(),
                    ((StreamedReply) reader).skippedEvents(),
                    pieces.toString(),
                    thoughts.toString());
        } catch (IOException e) {
            throw new AssertionError("a good answer was refused before it was read", e);
        }
    }

    private Outcome whole(Recording recording, ScriptedSource source) {
        answer = source;
        try {
            ChatReply reply = dialect(recording).whole(ASKED, MODEL).perform().build();
            return new Outcome(reply, null, true, 0, reply.text(), reply.reasoning());
        } catch (IOException e) {
            return new Outcome(ChatReply.builder().build(), e, false, 0, "", "");
        }
    }

    // ---------------------------------------------------------------- comparing

    private static void verify(Recording recording, Outcome outcome, String how) {
        String as = recording + " " + how;
        JsonNode expected = recording.expected();
        ChatReply reply = outcome.reply();
        verifyEnd(recording, outcome, as);
        if (outcome.problem() instanceof RefusedException && !recording.isStream()) {
            return; // a whole reply that is an error leaves nothing
        }
        assertThat(reply.text()).as(as).isEqualTo(text(expected, "text"));
        assertThat(outcome.pieces()).as(as).isEqualTo(reply.text());
        assertThat(reply.reasoning()).as(as).isEqualTo(text(expected, "reasoning"));
        assertThat(outcome.thoughts()).as(as).isEqualTo(reply.reasoning());
        assertThat(reply.refusal()).as(as).isEqualTo(text(expected, "refusal"));
        assertThat(reply.id()).as(as).isEqualTo(text(expected, "id"));
        if (!text(expected, "model").isEmpty() || recording.isStream()) {
            assertThat(reply.model()).as(as).isEqualTo(text(expected, "model"));
        }
        assertThat(reply.usage())
                .as(as)
                .isEqualTo(
                        expected.path("usage").isObject()
                                ? recording.tongue().usage(expected.path("usage"))
                                : Usage.NONE);
        verifyToolCalls(reply.toolCalls(), expected.path("tool_calls"), as);
        assertThat(reply.adapted()).as(as).isEqualTo(recording.adapted());
        assertThat(outcome.skipped()).as(as).isZero();
    }

    private static void verifyToolCalls(List<ToolCall> calls, JsonNode expected, String as) {
        assertThat(calls).as(as).extracting(ToolCall::name).isEqualTo(names(expected));
        for (int i = 0; i < calls.size(); i++) {
            ToolCall call = calls.get(i);
            JsonNode wanted = expected.get(i);
            String id = text(wanted, "id");
            if (id.isEmpty()) {
                // Gemini's are given ids, since no other provider takes a call without one.
                assertThat(call.id()).as(as).matches("(call_[A-Za-z0-9_-]+)?");
            } else {
                assertThat(call.id()).as(as).isEqualTo(id);
            }
            if (wanted.has("thought_signature")) {
                if (!ThoughtSeal.isOfBlocks(call.thoughtSignature())) { // of these, recordings say nothing
                    assertThat(call.thoughtSignature()).as(as).isEqualTo(text(wanted, "thought_signature"));
                }
            }
            JsonNode arguments = wanted.path("arguments");
            if (arguments.isString()) {
                String text = arguments.asString();
                assertThat(call.arguments().equals(text) || isSameJson(call.arguments(), text))
                        .as("%s: the arguments of %s", as, call.name())
                        .isTrue();
            } else {
                assertThat(JsonMapper.shared().readTree(call.arguments()))
                        .as(as)
                        .isEqualTo(arguments);
            }
        }
    }

    private static List<String> names(JsonNode calls) {
        List<String> names = new ArrayList<>();
        calls.forEach(call -> names.add(text(call, "name")));
        return names;
    }

    /** For calls that came as JSON and not as a text; white space is nobody's then. */
    private static boolean isSameJson(String one, String other) {
        try {
            return JsonMapper.shared().readTree(one).equals(JsonMapper.shared().readTree(other));
        } catch (RuntimeException e) {
            return false; // cut JSON must be the same text
        }
    }

    private static void verifyEnd(Recording recording, Outcome outcome, String as) {
        JsonNode expected = recording.expected();
        String word = text(expected, "finish_reason");
        switch (text(expected, "terminal")) {
            case "error" -> {
                assertThat(outcome.problem()).as(as).isInstanceOf(RefusedException.class);
                verifyFailure(outcome.problem(), expected, as);
                return;
            }
            case "malformed" -> {
                assertThat(outcome.problem()).as(as).isInstanceOf(MalformedReplyException.class);
                return;
            }
            case "finish", "done-only" -> {
                assertThat(outcome.problem()).as(as).isNull();
                assertThat(outcome.isFinished()).as(as).isTrue();
            }
            default -> {
                assertThat(outcome.problem()).as(as).isInstanceOf(CutReplyException.class);
                assertThat(outcome.isFinished()).as(as).isFalse();
                return;
            }
        }
        boolean hasToolCalls = !expected.path("tool_calls").isEmpty();
        FinishReason meaning = Tongue.meaningOf(word, hasToolCalls);
        if (word.equals(
                "incomplete")) { // the API's word says no more, and the reason beside it is not in the expectation
            assertThat(outcome.reply().finishReason())
                    .as(as)
                    .isIn(FinishReason.LENGTH, FinishReason.CONTENT_FILTER, FinishReason.OTHER);
        } else {
            assertThat(outcome.reply().finishReason()).as(as).isEqualTo(meaning);
        }
    }

    private static void verifyFailure(Throwable problem, JsonNode expected, String as) {
        JsonNode error = expected.path("error");
        Failure failure = new FailureSorter(List.of(), () -> true).sort(problem, Instant.EPOCH);
        assertThat(failure.kind()).as(as).isNotIn(FailureKind.UNEXPECTED, FailureKind.MALFORMED);
        if (expected.has("kind")) {
            assertThat(failure.kind()).as(as).isEqualTo(FailureKind.valueOf(text(expected, "kind")));
        }
        String code = error.path("code").isString() ? text(error, "code") : "";
        if (!code.isEmpty()) {
            assertThat(failure.code()).as(as).contains(code);
        }
        String message = error.path("message").asString("");
        if (message.length() > 10) {
            assertThat(failure.message()).as(as).doesNotContain(message);
        }
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }
}
