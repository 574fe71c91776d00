package io.github.tideover.provider.responses;

import static io.github.tideover.provider.responses.Events.START;
import static io.github.tideover.provider.responses.Events.USAGE;
import static io.github.tideover.provider.responses.Events.added;
import static io.github.tideover.provider.responses.Events.arguments;
import static io.github.tideover.provider.responses.Events.call;
import static io.github.tideover.provider.responses.Events.completed;
import static io.github.tideover.provider.responses.Events.delta;
import static io.github.tideover.provider.responses.Events.done;
import static io.github.tideover.provider.responses.Events.end;
import static io.github.tideover.provider.responses.Events.event;
import static io.github.tideover.provider.responses.Events.message;
import static io.github.tideover.provider.responses.Events.response;
import static io.github.tideover.provider.responses.Events.summary;
import static io.github.tideover.provider.responses.Events.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.tideover.chat.ChatReply;
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
class ResponseEventReaderTest {
    private static final Headers STREAM =
            Headers.of("Content-Type", "text/event-stream; charset=utf-8", "x-request-id", "req_1");

    static ResponseEventReader reader(ScriptedSource source) {
        return new ResponseEventReader(
                ResponseStream.reader(source.buffered(), () -> {}),
                STREAM,
                new ResponseEventReader.Asked(
                        "asked-model", List.of(), Transport.MAX_REPLY_BYTES, null, ResponseEventReader.History.NONE),
                null);
    }

    private static ResponseEventReader reader(String body) {
        return reader(ScriptedSource.of(body));
    }

    /** The texts of all pieces, null for a piece without one; the turn of the finish reason is none. */
    static List<String> pieces(ResponseEventReader reader) throws IOException {
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
        ResponseEventReader reader = reader(body);
        pieces(reader);
        assertThat(reader.isFinished()).isTrue();
        return reader.reply().build();
    }

    private static Failure failure(String body) {
        Throwable problem = catchThrowable(() -> pieces(reader(body)));
        assertThat(problem).isInstanceOf(RefusedException.class);
        return new FailureSorter(List.of(), () -> true).sort(problem, Instant.EPOCH);
    }

    // --- what a stream says

    @Test
    void piecesComeOneByOneAndMakeTheReply() throws IOException {
        ResponseEventReader reader = reader(Events.TEXT);
        assertThat(pieces(reader)).containsExactly("Caf\u00e9 ", "\ud83d\ude00");
        ChatReply reply = reader.reply().build();
        assertThat(reply.text()).isEqualTo("Caf\u00e9 \ud83d\ude00");
        assertThat(reply.id()).isEqualTo("resp_1");
        assertThat(reply.model()).isEqualTo("gpt-1");
        assertThat(reply.requestId()).isEqualTo("req_1");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(reply.usage()).isEqualTo(Usage.of(13, 40, 53, 5, 30));
        assertThat(reader.length()).isEqualTo(7);
        assertThat(reader.sequenceNumber()).isEqualTo(8);
        assertThat(reader.resumption()).isEmpty();
    }

    @Test
    void reasoningTextAndToolCallsAreKeptApart() throws IOException {
        ChatReply reply = read(Events.THOUGHT_AND_TOOLS);
        assertThat(reply.reasoning()).isEqualTo("Let me see.Yes.");
        assertThat(reply.text()).isEqualTo("I look.");
        assertThat(reply.toolCalls())
                .containsExactly(
                        ToolCall.of("call_1", "weather", "{\"city\":\"Paris\"}"), ToolCall.of("call_2", "now", "{}"));
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void aCustomToolIsCalledWithAnyText() throws IOException {
        String item =
                "{\"type\":\"custom_tool_call\",\"id\":\"ctc_1\",\"call_id\":\"call_1\",\"name\":\"sql\",\"input\":\"%s\"}";
        String begun = START + added(2, 0, item.formatted(""));
        String deltas = delta("response.custom_tool_call_input.delta", 3, 0, "", "select ")
                + delta("response.custom_tool_call_input.delta", 4, 0, "", "1");
        String whole = item.formatted("select 1");
        for (String stream : new String[] {
            begun + deltas + completed(5, "[]"),
            begun + deltas + done(5, 0, whole) + completed(6, "[" + whole + "]"),
            begun + done(3, 0, whole) + completed(4, "[]"),
            START + completed(2, "[" + whole + "]")
        }) {
            ChatReply reply = read(stream);
            assertThat(reply.toolCalls()).containsExactly(ToolCall.of("call_1", "sql", "select 1"));
            assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(reply.adapted()).isEmpty();
        }
    }

    @Test
    void whatIsNotReadIsNamedAndAloneIsNoNormalAnswer() throws IOException {
        String approval =
                "{\"type\":\"mcp_approval_request\",\"id\":\"mcpr_1\",\"name\":\"s3cret\",\"arguments\":\"{}\"}";
        String odd = "{\"type\":\"Oh no, s3cret!\"}";
        String search = "{\"type\":\"web_search_call\",\"id\":\"ws_1\",\"status\":\"completed\"}";
        for (String stream : new String[] {
            START + done(2, 0, approval) + done(3, 1, odd) + completed(4, "[]"),
            START + done(2, 0, search) + completed(3, "[" + search + "," + approval + "," + approval + "," + odd + "]")
        }) {
            ChatReply reply = read(stream);
            assertThat(reply.text()).isEmpty();
            assertThat(reply.finishReason()).isEqualTo(FinishReason.OTHER);
            assertThat(reply.adapted())
                    .containsExactly("the answer also held what is not read here: "
                            + (stream.contains("web_search_call") ? "web_search_call, " : "")
                            + "mcp_approval_request, something of an unlikely type");
        }
        ChatReply spoken = read(START + done(2, 0, approval) + text(3, 1, "May I?") + completed(4, "[]"));
        assertThat(spoken.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(spoken.adapted()).hasSize(1);
        ChatReply searched = read(START + done(2, 0, search) + text(3, 1, "Yes") + completed(4, "[" + search + "]"));
        assertThat(searched.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(searched.adapted()).containsExactly("the answer also held what is not read here: web_search_call");
    }

    @Test
    void wordsThatCanBeNoPieceArePassedOver() throws IOException {
        ResponseEventReader reader =
                reader(START + "data: ping\n\ndata: [DONE]\n\n" + text(2, 0, "a") + completed(3, "[]"));
        assertThat(pieces(reader)).containsExactly("a");
        assertThat(reader.skippedEvents()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"response.output_text.delta\",\"delta\":\"s3cret",
                "\"delta\":\"s3cret\"}",
                "{\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\"}",
                "{}{}"
            })
    void aDamagedPieceMakesTheReplyMalformedAtOnceAndIsNotQuoted(String data) {
        for (String after : new String[] {"", text(4, 0, "b") + completed(5, "[]"), completed(4, "[]")}) {
            ResponseEventReader reader = reader(START + text(2, 0, "a") + "data: " + data + "\n\n" + after);
            assertThatThrownBy(() -> pieces(reader))
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessageContaining(" of the stream is damaged")
                    .hasMessageNotContaining("s3cret");
            assertThat(reader.reply().build().text()).isEqualTo("a");
        }
    }

    @Test
    void argumentsThatTheTokenLimitCutAreKeptAsTheyAre() throws IOException {
        ChatReply reply = read(Events.CUT_ARGUMENTS);
        assertThat(reply.toolCalls()).containsExactly(ToolCall.of("call_1", "write", "{\"lines\":[\"one\",\"tw"));
        assertThat(reply.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(reply.isComplete()).isFalse();
    }

    @Test
    void callsWhoseArgumentsComeInTurnsAreKeptApart() throws IOException {
        ChatReply reply = read(START
                + added(2, 0, call("fc_1", "a", "f", ""))
                + added(3, 1, call("fc_2", "b", "g", ""))
                + arguments(4, 1, "{\"x\":")
                + arguments(5, 0, "{}")
                + arguments(6, 1, "1}")
                + completed(7, "[]"));
        assertThat(reply.toolCalls()).containsExactly(ToolCall.of("a", "f", "{}"), ToolCall.of("b", "g", "{\"x\":1}"));
    }

    @Test
    void aCallThatIsToldOnlyOnceItIsCompleteCountsToo() throws IOException {
        assertThat(read(START + done(2, 0, call("fc_1", "a", "f", "{}")) + completed(3, "[]"))
                        .toolCalls())
                .containsExactly(ToolCall.of("a", "f", "{}"));
        assertThat(read(START + completed(2, "[" + call("fc_1", "", "f", "{}") + "]"))
                        .toolCalls())
                .containsExactly(ToolCall.of("fc_1", "f", "{}"));
        String asObject = call("fc_1", "a", "f", "").replace("\"arguments\":\"\"", "\"arguments\":{\"x\":1}");
        assertThat(read(START + done(2, 0, asObject) + completed(3, "[]")).toolCalls())
                .containsExactly(ToolCall.of("a", "f", "{\"x\":1}"));
    }

    @Test
    void toolsThatTheProviderCallsByItselfAreNobodysToCall() throws IOException {
        String search = "{\"id\":\"ws_1\",\"type\":\"web_search_call\",\"name\":\"search\",\"arguments\":\"{}\","
                + "\"content\":[{\"type\":\"text\",\"text\":\"found\"}]}";
        ChatReply reply = read(START
                + added(2, 0, search)
                + arguments(3, 0, "{\"q\":")
                + event(
                        "response.mcp_call_arguments.delta",
                        "{\"type\":\"response.mcp_call_arguments.delta\",\"delta\":\"no\",\"output_index\":0}")
                + done(4, 0, search)
                + text(5, 1, "So.")
                + completed(6, "[" + search + "," + message("completed", "So.") + "]"));
        assertThat(reply.toolCalls()).isEmpty();
        assertThat(reply.text()).isEqualTo("So.");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void theModelsWordsOfRefusalAreNotItsText() throws IOException {
        ChatReply reply = read(START
                + delta("response.refusal.delta", 2, 0, "\"content_index\":0,", "I will")
                + delta("response.refusal.delta", 3, 0, "\"content_index\":0,", " not.")
                + completed(
                        4,
                        "[{\"type\":\"message\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"I will not.\"}]}]"));
        assertThat(reply.refusal()).isEqualTo("I will not.");
        assertThat(reply.text()).isEmpty();
    }

    @Test
    void whatTheEndAloneTellsIsHandedOutBeforeIt() throws IOException {
        ResponseEventReader reader =
                reader(START + completed(2, "[" + Events.REASONING + "," + message("x", "Yes.") + "]"));
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isEqualTo("Yes.");
        assertThat(reader.reasoning()).isEqualTo("Let me see.Yes.");
        assertThat(reader.isFinished()).isFalse();
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isNull();
        assertThat(reader.isFinished()).isTrue();
        assertThat(reader.next()).isFalse();
        assertThat(pieces(reader(START + text(2, 0, "Ye") + completed(3, "[" + message("x", "Yes.") + "]"))))
                .containsExactly("Ye", "s.");
    }

    @Test
    void aTextOfWhichTheEndHasMoreThanItsPiecesIsNotComplete() {
        for (String lost : List.of("bYes.", "aYes.", "ab.")) {
            String pieces = text(2, 0, lost.substring(0, 1)) + text(3, 0, lost.substring(1));
            assertThatThrownBy(() -> read(START + pieces + completed(4, "[" + message("x", "abYes.") + "]")))
                    .as(lost)
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessage("the stream held less of the answer than its end does");
        }
        String refused = "[{\"type\":\"message\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"I will not.\"}]}]";
        assertThatThrownBy(() -> read(START
                        + delta("response.refusal.delta", 2, 0, "\"content_index\":0,", "I not.")
                        + completed(3, refused)))
                .isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void anotherTextAtTheEndDoesNotReplaceWhatWasShownAndIsNotHidden() throws IOException {
        ChatReply other = read(START + text(2, 0, "abc") + completed(3, "[" + message("x", "cba") + "]"));
        assertThat(other.text()).isEqualTo("abc");
        assertThat(other.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(other.adapted())
                .containsExactly("the answer also held what is not read here: output_text, annotations");
        ChatReply less = read(START + text(2, 0, "abc") + completed(3, "[" + message("x", "bc") + "]"));
        assertThat(less.text()).isEqualTo("abc");
        assertThat(less.adapted()).containsExactly("the answer also held what is not read here: annotations");
    }

    @ParameterizedTest
    @CsvSource({
        "max_output_tokens, LENGTH",
        "content_filter, CONTENT_FILTER",
        "sung, OTHER",
    })
    void whyAResponseIsIncompleteIsSorted(String word, FinishReason reason) throws IOException {
        String details = "incomplete\",\"incomplete_details\":{\"reason\":\"" + word + "\"},\"x\":\"";
        ChatReply reply = read(START + text(2, 0, "a") + end("response.incomplete", 3, response(details, "[]", USAGE)));
        assertThat(reply.finishReason()).isEqualTo(reason);
        assertThat(reply.text()).isEqualTo("a");
    }

    @Test
    void theEndIsNotWaitedForOnceItIsTold() throws IOException {
        ResponseEventReader reader = reader(ScriptedSource.of(Events.TEXT).thenStaysOpen());
        assertThat(pieces(reader)).hasSize(2);
        assertThat(reader.isFinished()).isTrue();
    }

    @Test
    void aMarkOfTheEndIsReadOverAndProvesNothing() throws IOException {
        assertThat(read(Events.TEXT + "data: [DONE]\n\n").text()).isEqualTo("Caf\u00e9 \ud83d\ude00");
        assertThatThrownBy(() -> read(START + text(2, 0, "a") + "data: [DONE]\n\n"))
                .isInstanceOf(CutReplyException.class);
    }

    @Test
    void typesMayBeMissingInOneOfTheirTwoPlaces() throws IOException {
        ChatReply whole = read(Events.THOUGHT_AND_TOOLS);
        assertThat(read(Events.THOUGHT_AND_TOOLS.replaceAll("event: .*\n", "")))
                .usingRecursiveComparison()
                .isEqualTo(whole);
        assertThat(read(Events.THOUGHT_AND_TOOLS.replaceAll("\"type\":\"response[.][a-z_.]*\",", "")))
                .usingRecursiveComparison()
                .isEqualTo(whole);
    }

    @Test
    void anEventAsLongAsAWholeRequestIsRead() throws IOException {
        String instructions = "x".repeat(5 << 20);
        assertThat(read(Events.TEXT.replace("Be brief.", instructions)).text()).isEqualTo("Caf\u00e9 \ud83d\ude00");
    }

    @Test
    void aWholeResponseInsteadOfAStreamIsReadInOnePiece() throws IOException {
        ResponseEventReader reader =
                reader(" " + response("completed", "[" + message("completed", "Yes.") + "]", USAGE));
        assertThat(pieces(reader)).containsExactly("Yes.");
        assertThat(reader.reply().build().finishReason()).isEqualTo(FinishReason.STOP);
    }

    // --- however it is cut into packets

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void howTheBytesComeMakesNoDifference(String lineEnd) throws IOException {
        for (String stream : List.of(Events.TEXT, Events.THOUGHT_AND_TOOLS, Events.CUT_ARGUMENTS)) {
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
        ResponseEventReader reader = reader(source);
        pieces(reader);
        assertThat(reader.reply().build()).as(as).usingRecursiveComparison().isEqualTo(whole);
        assertThat(reader.skippedEvents()).as(as).isZero();
    }

    // --- what is not a complete reply

    @Test
    void aStreamThatIsCutIsNeverComplete() {
        for (String stream : List.of(Events.TEXT, Events.THOUGHT_AND_TOOLS, Events.CUT_ARGUMENTS)) {
            byte[] body = stream.getBytes(UTF_8);
            for (int at = 0; at < body.length; at++) {
                ResponseEventReader reader = reader(ScriptedSource.of(Arrays.copyOf(body, at)));
                assertThat(catchThrowable(() -> pieces(reader)))
                        .as("cut at %d", at)
                        .isInstanceOf(IOException.class);
                assertThat(reader.isFinished()).isFalse();
            }
        }
    }

    @Test
    void whatIsNoStreamOfResponseEventsIsMalformed() {
        for (String body : List.of(
                "",
                "<html>",
                "{\"object\":\"list\"}",
                response("queued", "[]", "null"),
                "data: oops\n\n",
                "data: {\"type\":\"response.completed\"}\n\n")) {
            assertThatThrownBy(() -> pieces(reader(body))).as(body).isInstanceOf(MalformedReplyException.class);
        }
    }

    @Test
    void aResponseThatFailedIsARefusal() {
        String failed = end(
                "response.failed",
                3,
                response("failed", "[]", "null")
                        .replace(
                                "\"error\":null", "\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"slow\"}"));
        assertThat(failure(START + text(2, 0, "a") + failed).kind()).isEqualTo(FailureKind.THROTTLED);
        assertThat(failure(START + failed.replace("rate_limit_exceeded", "server_error"))
                        .kind())
                .isEqualTo(FailureKind.TRANSIENT);
        assertThat(failure(START + failed.replace("rate_limit_exceeded", "invalid_image"))
                        .kind())
                .isEqualTo(FailureKind.INVALID_REQUEST);
        assertThat(failure(START + failed.replace("rate_limit_exceeded", "image_content_policy_violation"))
                        .kind())
                .isEqualTo(FailureKind.CONTENT_FILTER);
        assertThat(failure(START + end("response.failed", 3, response("failed", "[]", "null")))
                        .kind())
                .isEqualTo(FailureKind.TRANSIENT);
        assertThat(failure(START + event("response.failed", "{\"type\":\"response.failed\"}"))
                        .kind())
                .isEqualTo(FailureKind.TRANSIENT);
        assertThat(failure(START + end("response.cancelled", 3, response("cancelled", "[]", "null")))
                        .kind())
                .isEqualTo(FailureKind.TRANSIENT);
    }

    @Test
    void anErrorInAnyShapeIsARefusal() {
        String flat = "{\"type\":\"error\",\"code\":\"insufficient_quota\",\"message\":\"x\",\"sequence_number\":2}";
        String nested = "{\"type\":\"error\",\"error\":{\"code\":\"insufficient_quota\"},\"sequence_number\":2}";
        for (String error : List.of(flat, nested)) {
            assertThat(failure(START + event("error", error)).kind()).isEqualTo(FailureKind.QUOTA);
            assertThat(failure(START + "data: " + error + "\n\n").kind()).isEqualTo(FailureKind.QUOTA);
            assertThat(failure(error).kind()).isEqualTo(FailureKind.QUOTA);
        }
    }

    @Test
    void aReplyLargerThanAllowedIsRefused() {
        ResponseEventReader reader = new ResponseEventReader(
                ResponseStream.reader(
                        ScriptedSource.of(START + text(2, 0, "abcdef") + text(3, 0, "g"))
                                .buffered(),
                        () -> {}),
                STREAM,
                new ResponseEventReader.Asked("m", List.of(), 5, null, ResponseEventReader.History.NONE),
                null);
        assertThatThrownBy(() -> pieces(reader)).isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void theReasoningIsWhatWasSentOfItAndNothingMore() throws IOException {
        String stream = START + summary(2, 0, "a") + summary(3, 0, "b") + summary(4, 1, "c") + completed(5, "[]");
        assertThat(read(stream).reasoning()).isEqualTo("abc");
    }
}
