package io.github.tideover.provider.anthropic;

import static io.github.tideover.provider.anthropic.Events.START;
import static io.github.tideover.provider.anthropic.Events.STOP;
import static io.github.tideover.provider.anthropic.Events.blockStop;
import static io.github.tideover.provider.anthropic.Events.delta;
import static io.github.tideover.provider.anthropic.Events.event;
import static io.github.tideover.provider.anthropic.Events.json;
import static io.github.tideover.provider.anthropic.Events.text;
import static io.github.tideover.provider.anthropic.Events.textBlock;
import static io.github.tideover.provider.anthropic.Events.toolBlock;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.FailureSorter;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.ScriptedSource;
import io.github.tideover.wire.Transport;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class MessageEventReaderTest {
    static final Headers STREAM = Headers.of("Content-Type", "text/event-stream; charset=utf-8", "request-id", "req_1");
    private static final Headers JSON = Headers.of("Content-Type", "application/json");

    static MessageEventReader reader(ScriptedSource source, Headers headers) {
        return new MessageEventReader(
                new EventStreamReader(source.buffered(), () -> {}),
                headers,
                "asked-model",
                List.of(),
                Transport.MAX_REPLY_BYTES);
    }

    private static MessageEventReader reader(String body) {
        return reader(ScriptedSource.of(body), STREAM);
    }

    /** The texts of all pieces, null for a piece without one; the turn of the finish reason is none. */
    static List<String> pieces(MessageEventReader reader) throws IOException {
        List<String> pieces = new ArrayList<>();
        boolean wasFinished = false;
        while (reader.next()) {
            if (reader.isFinished() == wasFinished) {
                pieces.add(reader.text());
            }
            wasFinished = reader.isFinished();
        }
        return pieces;
    }

    private static ChatReply read(String body) throws IOException {
        MessageEventReader reader = reader(body);
        pieces(reader);
        assertThat(reader.isFinished()).isTrue();
        return reader.reply().build();
    }

    // --- what a stream says

    @Test
    void piecesComeOneByOneAndMakeTheReply() throws IOException {
        MessageEventReader reader = reader(Events.TEXT);
        assertThat(pieces(reader)).containsExactly("Caf\u00e9 ", "\ud83d\ude00");
        ChatReply reply = reader.reply().build();
        assertThat(reply.text()).isEqualTo("Caf\u00e9 \ud83d\ude00");
        assertThat(reply.id()).isEqualTo("msg_1");
        assertThat(reply.model()).isEqualTo("claude-1");
        assertThat(reply.requestId()).isEqualTo("req_1");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(reply.usage()).isEqualTo(Usage.of(12, 9, 21, 0, 0));
        assertThat(reply.adapted()).isEmpty();
        assertThat(reader.length()).isEqualTo(7);
    }

    @Test
    void thinkingTextAndToolCallsAreKeptApart() throws IOException {
        MessageEventReader reader = reader(Events.THOUGHT_AND_TOOL);
        pieces(reader);
        ChatReply reply = reader.reply().build();
        assertThat(reply.reasoning()).isEqualTo("Let me see");
        assertThat(reply.text()).isEqualTo("I look.");
        assertThat(reply.toolCalls())
                .containsExactly(ToolCall.of("toolu_1", "weather", "{\"city\": \"Paris\"}")
                        .thoughtSignature("[" + SIGNED + "]"));
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void argumentsThatTheTokenLimitCutAreKeptAsTheyAre() throws IOException {
        ChatReply reply = read(Events.CUT_ARGUMENTS);
        assertThat(reply.toolCalls()).containsExactly(ToolCall.of("toolu_1", "write", "{\"lines\": [\"one\",\n\"tw"));
        assertThat(reply.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(reply.usage()).isEqualTo(Usage.of(10, 124, 134, 0, 0));
    }

    @Test
    void aToolCallWithoutPartsHasTheArgumentsItBeganWith() throws IOException {
        ChatReply reply = read(START
                + toolBlock(0, "a", "now", "{}")
                + json(0, "")
                + blockStop(0)
                + toolBlock(1, "b", "at", "{\"hour\":3}")
                + blockStop(1)
                + toolBlock(2, "c", "at", "{\"hour\":3}")
                + json(2, "{\"hour\":4}")
                + blockStop(2)
                + delta("tool_use", 5)
                + STOP);
        assertThat(reply.toolCalls())
                .containsExactly(
                        ToolCall.of("a", "now", "{}"),
                        ToolCall.of("b", "at", "{\"hour\":3}"),
                        ToolCall.of("c", "at", "{\"hour\":4}"));
    }

    @Test
    void toolsThatTheProviderCallsByItselfAreNobodysToCall() throws IOException {
        ChatReply reply = read(START
                + event(
                        "content_block_start",
                        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"server_tool_use\","
                                + "\"id\":\"s\",\"name\":\"web_search\",\"input\":{}}}")
                + json(0, "{\"query\":\"x\"}")
                + blockStop(0)
                + event(
                        "content_block_start",
                        "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"web_search_tool_result\","
                                + "\"content\":[{\"type\":\"text\",\"text\":\"found\"}]}}")
                + blockStop(1)
                + textBlock(2)
                + text(2, "So.")
                + delta("end_turn", 5)
                + STOP);
        assertThat(reply.toolCalls()).isEmpty();
        assertThat(reply.text()).isEqualTo("So.");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(reply.adapted())
                .containsExactly("the answer also held what is not read here: server_tool_use, web_search_tool_result");
    }

    @Test
    void toolsOfTheApplicationAreCalledBesideThoseOfTheProvider() throws IOException {
        String step = event(
                "content_block_start",
                "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"server_tool_use\","
                        + "\"id\":\"s\",\"name\":\"s3cret\",\"input\":{}}}");
        ChatReply reply = read(START
                + step
                + blockStop(0)
                + toolBlock(1, "toolu_1", "weather", "{}")
                + blockStop(1)
                + delta("tool_use", 5)
                + STOP);
        assertThat(reply.toolCalls()).containsExactly(ToolCall.of("toolu_1", "weather", "{}"));
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(reply.adapted()).containsExactly("the answer also held what is not read here: server_tool_use");
        ChatReply cut = read(START + step + blockStop(0) + delta("max_tokens", 5) + STOP);
        assertThat(cut.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(cut.adapted()).isEqualTo(reply.adapted());
    }

    @ParameterizedTest
    @CsvSource({
        "end_turn, STOP",
        "stop_sequence, STOP",
        "max_tokens, LENGTH",
        "model_context_window_exceeded, LENGTH",
        "tool_use, TOOL_CALLS",
        "refusal, CONTENT_FILTER",
        "pause_turn, OTHER",
        "sung, OTHER",
    })
    void aStopReasonIsSorted(String word, FinishReason reason) throws IOException {
        assertThat(read(START + textBlock(0) + text(0, "a") + delta(word, 1) + STOP)
                        .finishReason())
                .isEqualTo(reason);
    }

    @Test
    void whyAModelRefusedIsItsRefusal() throws IOException {
        ChatReply reply = read(START
                + event(
                        "message_delta",
                        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"refusal\",\"stop_details\":"
                                + "{\"type\":\"refusal\",\"category\":\"bio\",\"explanation\":\"I will not.\"}},"
                                + "\"usage\":{\"output_tokens\":1}}")
                + STOP);
        assertThat(reply.refusal()).isEqualTo("I will not.");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
    }

    @Test
    void theLastCountStandsAndZeroesUndoNothing() throws IOException {
        String start = "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1,"
                + "\"cache_read_input_tokens\":100,\"cache_creation_input_tokens\":20}}}";
        String late =
                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"input_tokens\":7,"
                        + "\"cache_read_input_tokens\":0,\"output_tokens\":30,\"output_tokens_details\":{\"thinking_tokens\":11}}}";
        ChatReply reply = read(event("message_start", start) + event("message_delta", late) + STOP);
        assertThat(reply.usage()).isEqualTo(Usage.of(127, 30, 157, 100, 11));
    }

    @Test
    void theStopReasonHasATurnOfItsOwnAndIsNotHeldBackUntilTheEnd() throws IOException {
        MessageEventReader reader = reader(
                ScriptedSource.of(START + textBlock(0) + text(0, "a") + blockStop(0), delta("end_turn", 1))
                        .thenStaysOpen(),
                STREAM);
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isEqualTo("a");
        assertThat(reader.isFinished()).isFalse();
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isNull();
        assertThat(reader.isFinished()).isTrue();
    }

    @Test
    void typesMayBeMissingInOneOfTheirTwoPlaces() throws IOException {
        assertThat(read(Events.THOUGHT_AND_TOOL.replaceAll("event: .*\n", "")))
                .usingRecursiveComparison()
                .isEqualTo(read(Events.THOUGHT_AND_TOOL));
        String bare = Events.TEXT.replaceAll("\"type\":\"(message_|content_block_)[a-z]*\",?", "");
        assertThat(bare).doesNotContain("\"content_block_delta\"");
        assertThat(read(bare).text()).isEqualTo("Caf\u00e9 \ud83d\ude00");
    }

    // --- however it is cut into packets

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void howTheBytesComeMakesNoDifference(String lineEnd) throws IOException {
        for (String stream : List.of(Events.TEXT, Events.THOUGHT_AND_TOOL, Events.CUT_ARGUMENTS)) {
            byte[] body = stream.replace("\n", lineEnd).getBytes(UTF_8);
            ChatReply whole = read(stream);
            assertSame(ScriptedSource.byteByByte(body), whole, "byte by byte");
            for (int at = 0; at <= body.length; at++) {
                assertSame(ScriptedSource.splitAt(body, at), whole, "split at " + at);
            }
            for (int seed = 0; seed < 20; seed++) {
                assertSame(ScriptedSource.split(body, 1 + seed * 40, new Random(seed)), whole, "seed " + seed);
            }
        }
    }

    private static void assertSame(ScriptedSource source, ChatReply whole, String as) throws IOException {
        MessageEventReader reader = reader(source, STREAM);
        pieces(reader);
        assertThat(reader.reply().build()).as(as).usingRecursiveComparison().isEqualTo(whole);
        assertThat(reader.skippedEvents()).as(as).isZero();
    }

    // --- what is not a complete reply

    @Test
    void aStreamThatIsCutIsNeverComplete() {
        for (String stream : List.of(Events.TEXT, Events.THOUGHT_AND_TOOL, Events.CUT_ARGUMENTS)) {
            byte[] body = stream.getBytes(UTF_8);
            int proof = indexAfterStopReason(body);
            for (int at = 0; at < proof; at++) {
                MessageEventReader reader = reader(ScriptedSource.of(Arrays.copyOf(body, at)), STREAM);
                assertThat(catchThrowable(() -> pieces(reader)))
                        .as("cut at %d", at)
                        .isInstanceOf(IOException.class);
                assertThat(reader.isFinished()).isFalse();
            }
            assertThat(catchThrowable(() -> pieces(reader(ScriptedSource.of(Arrays.copyOf(body, proof)), STREAM))))
                    .isNull();
        }
    }

    private static int indexAfterStopReason(byte[] body) {
        String text = new String(body, java.nio.charset.StandardCharsets.ISO_8859_1);
        return text.indexOf("\n\n", text.indexOf("\"stop_reason\":\"")) + 2;
    }

    @Test
    void aCutSaysWhatIsMissing() {
        MessageEventReader reader = reader(START + textBlock(0) + text(0, "a") + blockStop(0));
        assertThatThrownBy(() -> pieces(reader))
                .isInstanceOf(CutReplyException.class)
                .hasMessage("the stream ended after 4 events without a stop reason or message_stop; unreadable: 0");
        assertThatThrownBy(reader::next).isInstanceOf(CutReplyException.class);
        assertThat(reader.reply().build().text()).isEqualTo("a");
    }

    @Test
    void aBreakAfterTheStopReasonDoesNoHarm() throws IOException {
        MessageEventReader reader = reader(
                ScriptedSource.of(START + textBlock(0) + text(0, "a") + delta("end_turn", 3))
                        .thenFails(new IOException("reset")),
                STREAM);
        assertThat(pieces(reader)).containsExactly("a");
        assertThat(reader.reply().build().usage().outputTokens()).isEqualTo(3);
    }

    @Test
    void theMarkOfTheEndWithoutAStopReasonIsProofToo() throws IOException {
        assertThat(read(START + textBlock(0) + text(0, "a") + STOP).finishReason())
                .isEqualTo(FinishReason.OTHER);
    }

    @Test
    void theMarkOfTheEndAloneIsNoReply() {
        assertThatThrownBy(() -> pieces(reader(STOP))).isInstanceOf(MalformedReplyException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"oops", "7", "null", "\"a\"", "[1]", "[DONE]"})
    void wordsThatCanBeNoPieceArePassedOver(String data) throws IOException {
        MessageEventReader reader =
                reader(START + event("x", data) + textBlock(0) + text(0, "a") + delta("end_turn", 1) + STOP);
        assertThat(pieces(reader)).containsExactly("a");
        assertThat(reader.skippedEvents()).isEqualTo(1);
        MessageEventReader nothingElse = reader(event("x", data));
        assertThatThrownBy(() -> pieces(nothingElse)).isInstanceOf(MalformedReplyException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"a\":1} x",
                "{\"a\":1}{\"a\":2}",
                "{\"delta\":{\"text\":\"s3cret",
                "\"text\":\"s3cret\"}}"
            })
    void aDamagedPieceMakesTheReplyMalformedAtOnceAndIsNotQuoted(String data) {
        String begun = START + textBlock(0) + text(0, "a");
        for (String after : new String[] {"", text(0, "b") + delta("end_turn", 1) + STOP, STOP}) {
            MessageEventReader reader = reader(begun + event("content_block_delta", data) + after);
            assertThatThrownBy(() -> pieces(reader))
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessageStartingWith("event 4 of the stream is damaged")
                    .hasMessageNotContaining("s3cret");
            assertThat(reader.reply().build().text()).isEqualTo("a");
        }
    }

    @Test
    void whatIsDamagedBehindTheStopReasonTakesNoReplyAway() throws IOException {
        MessageEventReader reader = reader(
                START + textBlock(0) + text(0, "a") + delta("end_turn", 1) + event("message_stop", "{\"type\":\"mess"));
        assertThat(pieces(reader)).containsExactly("a");
        assertThat(reader.isFinished()).isTrue();
        assertThat(reader.reply().build().finishReason()).isEqualTo(FinishReason.STOP);
        MessageEventReader withoutReason =
                reader(START + textBlock(0) + text(0, "a") + event("message_delta", "{\"type\":\"mess") + STOP);
        assertThatThrownBy(() -> pieces(withoutReason))
                .as("it may have said that the token limit was met")
                .isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void unknownEventsAndValuesOfTheWrongKindBreakNothing() throws IOException {
        ChatReply reply = read(START
                + event("content_block_delta", "{\"type\":\"content_block_delta\",\"index\":\"x\",\"delta\":[1]}")
                + event("content_block_start", "{\"type\":\"content_block_start\",\"content_block\":7}")
                + event("message_start", "{\"type\":\"message_start\",\"message\":[],\"usage\":3}")
                + event("message_delta", "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":{}},\"usage\":null}")
                + event("vibe", "{\"type\":\"vibe\",\"delta\":{\"text\":\"not this\"}}")
                + "data:\n\n: comment\n\n"
                + textBlock(0)
                + text(0, "a")
                + delta("end_turn", 1)
                + STOP);
        assertThat(reply.text()).isEqualTo("a");
        assertThat(reply.id()).isEqualTo("msg_1");
    }

    // --- errors

    @ParameterizedTest
    @CsvSource({
        "overloaded_error, OVERLOADED",
        "rate_limit_error, THROTTLED",
        "api_error, TRANSIENT",
        "timeout_error, TRANSIENT",
        "billing_error, QUOTA",
        "authentication_error, AUTH",
        "permission_error, AUTH",
        "invalid_request_error, INVALID_REQUEST",
        "request_too_large, CONTEXT_LENGTH",
    })
    void anErrorAfterAGoodStatusIsSortedByItsType(String type, FailureKind kind) {
        String error =
                "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"x\"},\"request_id\":\"req_9\"}";
        for (String stream : List.of(
                START + textBlock(0) + text(0, "half") + event("error", error),
                START + event("", error),
                Events.TEXT.replace(STOP, event("error", error)),
                error)) {
            MessageEventReader reader = reader(stream);
            Throwable thrown = catchThrowable(() -> pieces(reader));
            assertThat(thrown).isInstanceOf(RefusedException.class);
            Failure failure = new FailureSorter(List.of(), () -> true).sort(thrown, Instant.EPOCH);
            assertThat(failure.kind()).isEqualTo(kind);
        }
    }

    @Test
    void aStopReasonThatTellsOfAFaultIsARefusal() {
        assertThatThrownBy(() -> pieces(reader(START + delta("overloaded_error", 1))))
                .isInstanceOf(RefusedException.class);
    }

    // --- what is no stream

    @Test
    void aWholeMessageInAnswerToAStreamRequestIsOnePiece() throws IOException {
        String message = "{\"id\":\"msg_2\",\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],"
                + "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}";
        MessageEventReader reader = reader(ScriptedSource.of(message), JSON);
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isEqualTo("Hi");
        assertThat(reader.next()).isFalse();
        assertThat(reader.isFinished()).isTrue();
        assertThat(reader.reply().build().model()).isEqualTo("asked-model");
        assertThat(reader.reply().build().usage()).isEqualTo(Usage.of(1, 2, 3, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n ", "<html>s3cret</html>", "s3cret", "{\"s3cret\":", "{\"a\":1}", "[\"s3cret\"]"})
    void whatIsNeitherAStreamNorAMessageIsMalformedAndNotQuoted(String body) {
        MalformedReplyException thrown = catchThrowableOfType(
                MalformedReplyException.class, () -> pieces(reader(ScriptedSource.of(body), JSON)));
        assertThat(thrown).hasMessageNotContaining("s3cret").hasNoCause();
    }

    @Test
    void aReplyThatIsTooLongIsMalformed() {
        MessageEventReader reader = new MessageEventReader(
                new EventStreamReader(
                        ScriptedSource.of(
                                        START,
                                        textBlock(0),
                                        text(0, "x".repeat(60)),
                                        text(0, "x".repeat(60)),
                                        text(0, "x"))
                                .buffered(),
                        () -> {}),
                STREAM,
                "m",
                List.of(),
                100);
        assertThatThrownBy(() -> pieces(reader))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage("the answer is larger than 100 bytes");
    }

    // --- what was thought, to be sent back

    private static final String SIGNED = "{\"type\":\"thinking\",\"thinking\":\"Let me see\",\"signature\":\"c2ln\"}";

    @Test
    void whatWasThoughtBeforeACallIsKeptWithItsSignature() throws IOException {
        ToolCall call = read(Events.THOUGHT_AND_TOOL).toolCalls().get(0);
        assertThat(call.thoughtSignature()).isEqualTo("[" + SIGNED + "]");
    }

    @Test
    void thinkingThatIsKeptFromUsIsKeptToo() throws IOException {
        String hidden = "{\"type\":\"redacted_thinking\",\"data\":\"RW5j\"}";
        ChatReply reply = read(START
                + event(
                        "content_block_start",
                        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":" + hidden + "}")
                + blockStop(0)
                + event(
                        "content_block_start",
                        "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":" + SIGNED + "}")
                + blockStop(1)
                + toolBlock(2, "toolu_1", "weather", "{}")
                + blockStop(2)
                + toolBlock(3, "toolu_2", "weather", "{}")
                + blockStop(3)
                + delta("tool_use", 65)
                + STOP);
        assertThat(reply.toolCalls())
                .extracting(ToolCall::thoughtSignature)
                .containsExactly("[" + hidden + "," + SIGNED + "]", "");
    }

    @Test
    void thinkingWithoutASignatureIsNotSentBack() throws IOException {
        ChatReply reply = read(Events.THOUGHT_AND_TOOL.replace("c2ln", ""));
        assertThat(reply.reasoning()).isEqualTo("Let me see");
        assertThat(reply.toolCalls().get(0).thoughtSignature()).isEmpty();
    }

    @Test
    void aWholeMessageKeepsItAlike() throws IOException {
        MessageEventReader reader = reader(
                ScriptedSource.of("{\"id\":\"m\",\"type\":\"message\",\"content\":[" + SIGNED
                        + ",{\"type\":\"text\",\"text\":\"I look.\"},"
                        + "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"weather\",\"input\":{}}],"
                        + "\"stop_reason\":\"tool_use\"}"),
                JSON);
        pieces(reader);
        assertThat(reader.reply().build().toolCalls().get(0).thoughtSignature()).isEqualTo("[" + SIGNED + "]");
    }
}
