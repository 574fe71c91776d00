package io.github.tideover.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.ScriptedSource;
import io.github.tideover.wire.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class ChunkReaderTest {
    static final Headers STREAM =
            Headers.of("Content-Type", "text/event-stream; charset=utf-8", "x-request-id", "req_1");
    static final Headers JSON = Headers.of("Content-Type", "application/json");

    private static final String STOP = event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    private static final String DONE = event("[DONE]");

    // Text

    @Test
    void tokensComeOneByOneAndMakeTheReply() throws IOException {
        ChunkReader reader = reader(delta("role", "assistant") + text("Your") + text(" order") + STOP + DONE);
        assertThat(pieces(reader)).containsExactly("Your", " order");
        ChatReply reply = reader.reply().build();
        assertThat(reply.text()).isEqualTo("Your order");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(reply.requestId()).isEqualTo("req_1");
        assertThat(reply.usage()).isEqualTo(Usage.NONE);
    }

    @Test
    void aTokenIsHandedOutBeforeTheNextOneIsThere() throws IOException {
        ChunkReader reader =
                reader(ScriptedSource.of(text("Your"), text(" order")).thenStaysOpen(), STREAM);
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isEqualTo("Your");
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isEqualTo(" order");
        assertThat(reader.isFinished()).isFalse();
    }

    @Test
    void idAndModelAreTheFirstThatAreNotEmpty() throws IOException {
        ChatReply reply = read(event("{\"id\":\"\",\"model\":\"\",\"choices\":[]}")
                + event("{\"id\":\"a\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}")
                + event("{\"id\":\"b\",\"model\":\"n\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"y\"}}]}")
                + STOP);
        assertThat(reply.id()).isEqualTo("a");
        assertThat(reply.model()).isEqualTo("m");
        assertThat(reply.text()).isEqualTo("xy");
    }

    @Test
    void onlyTheFirstOfSeveralAnswersIsTheReply() throws IOException {
        ChatReply reply = read(text("a")
                + event("{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"other\"},\"finish_reason\":\"length\"}]}")
                + event("{\"choices\":[{\"delta\":{\"content\":\"other\"},\"index\":2},"
                        + "{\"delta\":{\"content\":\"b\"},\"index\":0}]}")
                + STOP);
        assertThat(reply.text()).isEqualTo("ab");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void anotherAnswersEndIsNotTheReplysEnd() {
        ChunkReader reader =
                reader(text("a") + event("{\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}"));
        assertThatThrownBy(() -> pieces(reader)).isInstanceOf(CutReplyException.class);
    }

    @Test
    void contentMayBeAStringOrParts() throws IOException {
        ChunkReader reader =
                reader(content("[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"Let\"}]}]")
                        + content(
                                "[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\" me\"}],\"closed\":true},"
                                        + "{\"type\":\"text\",\"text\":\"1\"}]")
                        + text("4")
                        + content("[\"4\",{\"text\":\"!\"},{\"type\":\"reference\",\"ids\":[1]},null]")
                        + content("{\"type\":\"odd\"}")
                        + STOP);
        assertThat(pieces(reader)).containsExactly(null, "1", "4", "4!");
        assertThat(reader.reply().build().text()).isEqualTo("144!");
        assertThat(reader.reply().build().reasoning()).isEqualTo("Let me");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"reasoning_content\":\"hm\"}",
                "{\"reasoning\":\"hm\"}",
                "{\"reasoning\":\"hm\",\"reasoning_content\":\"hm\"}",
                "{\"content\":null,\"reasoning_content\":\"hm\",\"reasoning\":null}",
                "{\"content\":\"\",\"reasoning\":\"hm\",\"reasoning_content\":\"\"}",
                "{\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"}],\"reasoning_content\":null}"
            })
    void reasoningHasManyNamesAndIsTakenOnce(String delta) throws IOException {
        ChunkReader reader = reader(chunk(delta) + STOP);
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isNull();
        assertThat(pieces(reader)).isEmpty();
        assertThat(reader.reply().build().reasoning()).isEqualTo("hm");
        assertThat(reader.reply().build().text()).isEmpty();
    }

    @Test
    void aRefusalIsKeptApart() throws IOException {
        ChunkReader reader = reader(chunk("{\"refusal\":\"I will\"}") + chunk("{\"refusal\":\" not\"}") + STOP);
        assertThat(pieces(reader)).containsExactly(null, null);
        assertThat(reader.reply().build().refusal()).isEqualTo("I will not");
    }

    @Test
    void unknownFieldsAndValuesOfTheWrongKindBreakNothing() throws IOException {
        ChatReply reply = read(event(
                        "{\"id\":[7],\"model\":{},\"choices\":{},\"usage\":[],\"error\":null,\"x\":[[{}]]}")
                + event("{\"choices\":[null,1,[],\"a\",{\"delta\":null},{\"delta\":[1]},{\"delta\":{\"content\":{}}}]}")
                + event(
                        "{\"choices\":[{\"index\":null,\"delta\":{\"content\":\"a\",\"tool_calls\":null,\"refusal\":{}}}]}")
                + event("{\"choices\":[{\"delta\":{\"content\":\"b\",\"tool_calls\":{\"a\":1},\"reasoning\":[]}}]}")
                + event("{\"choices\":[{\"delta\":{\"tool_calls\":[]},\"finish_reason\":{}}]}")
                + event("{\"error\":false}")
                + event("{\"error\":\"\"}")
                + event("{\"error\":0}")
                + STOP);
        assertThat(reply.text()).isEqualTo("ab");
        assertThat(reply.id()).isEmpty();
        assertThat(reply.toolCalls()).isEmpty();
    }

    @Test
    void theLastOfTwoEqualNamesCounts() throws IOException {
        ChatReply reply = read(chunk("{\"content\":\"a\",\"content\":\"b\"}").repeat(3) + STOP);
        assertThat(reply.text()).isEqualTo("bbb");
    }

    @Test
    void aWholeMessageAtTheEndIsNotReadTwice() throws IOException {
        String whole = event("{\"choices\":[{\"message\":{\"content\":\"ab\"},\"finish_reason\":\"stop\"}]}");
        assertThat(read(text("a") + text("b") + whole).text()).isEqualTo("ab");
        assertThat(read(whole).text()).isEqualTo("ab");
    }

    // Ends

    @ParameterizedTest
    @CsvSource({
        "stop,STOP",
        "STOP,STOP",
        "length,LENGTH",
        "tool_calls,TOOL_CALLS",
        "function_call,TOOL_CALLS",
        "content_filter,CONTENT_FILTER",
        "a_reason_of_next_year,OTHER"
    })
    void everyFinishReasonIsAnEnd(String reason, FinishReason expected) throws IOException {
        ChatReply reply = read(text("a") + finish(reason));
        assertThat(reply.finishReason()).isEqualTo(expected);
        assertThat(reply.text()).isEqualTo("a");
    }

    @Test
    void aDoneMarkWithoutAFinishReasonIsAnEnd() throws IOException {
        for (String mark :
                new String[] {"data: [DONE]\n\n", "data:[DONE]\n\n", "data: [DONE] \n\n", "data:  [DONE]\t \r\r"}) {
            ChatReply reply = read(text("a") + mark);
            assertThat(reply.text()).isEqualTo("a");
            assertThat(reply.finishReason()).isEqualTo(FinishReason.OTHER);
        }
    }

    @Test
    void aCutStreamIsNeverComplete() {
        byte[] body = (delta("role", "assistant") + text("Your") + text(" order ships") + text(" Mon\\u0064ay") + STOP)
                .getBytes(UTF_8);
        for (int at = 0; at < body.length; at++) {
            ChunkReader reader = reader(ScriptedSource.splitAt(java.util.Arrays.copyOf(body, at), at / 2), STREAM);
            IOException cut = catchThrowableOfType(IOException.class, () -> pieces(reader));
            assertThat(cut).as("cut at %d", at).isNotNull();
            assertThat(reader.isFinished()).isFalse();
            assertThatThrownBy(reader::next).isSameAs(cut);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null"})
    void aReasonThatIsNoneIsNoEnd(String reason) {
        ChunkReader reader =
                reader(event("{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"" + reason + "\"}]}"));
        assertThatThrownBy(() -> pieces(reader)).isInstanceOf(CutReplyException.class);
    }

    @Test
    void anUnterminatedLastEventProvesNothing() {
        ChunkReader reader = reader(text("a") + "data: [DONE]");
        assertThatThrownBy(() -> pieces(reader)).isInstanceOf(CutReplyException.class);
    }

    @Test
    void aBrokenConnectionAfterTheFinishReasonDoesNoHarm() throws IOException {
        IOException reset = new IOException("Connection reset");
        ChunkReader finished = reader(ScriptedSource.of(text("a") + STOP).thenFails(reset), STREAM);
        assertThat(pieces(finished)).containsExactly("a");
        assertThat(finished.isFinished()).isTrue();
        assertThat(finished.next()).isFalse();
        ChunkReader cut = reader(ScriptedSource.of(text("a")).thenFails(reset), STREAM);
        assertThatThrownBy(() -> pieces(cut)).hasCause(reset);
        assertThat(cut.reply().build().text()).isEqualTo("a");
    }

    @Test
    void theFinishReasonIsToldAtOnceAndAfterTheLastPiece() throws IOException {
        String last = event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"!\"},\"finish_reason\":\"stop\"}]}");
        ChunkReader together = reader(ScriptedSource.of(text("a") + last).thenStaysOpen(), STREAM);
        assertThat(together.next()).isTrue();
        assertThat(together.next()).isTrue();
        assertThat(together.text()).isEqualTo("!");
        assertThat(together.isFinished()).isFalse();
        assertThat(together.next()).isTrue();
        assertThat(together.text()).isNull();
        assertThat(together.isFinished()).isTrue();
        assertThat(together.reply().build().text()).isEqualTo("a!");

        ChunkReader apart = reader(ScriptedSource.of(text("a") + STOP).thenStaysOpen(), STREAM);
        assertThat(apart.next()).isTrue();
        assertThat(apart.isFinished()).isFalse();
        assertThat(apart.next()).isTrue();
        assertThat(apart.text()).isNull();
        assertThat(apart.isFinished()).isTrue();
    }

    @Test
    void aSecondFinishReasonIsNoNews() throws IOException {
        ChunkReader reader = reader(text("a") + finish("length") + finish("length"));
        assertThat(reader.next()).isTrue();
        assertThat(reader.next()).isTrue();
        assertThat(reader.next()).isFalse();
    }

    @Test
    void afterTheDoneMarkNothingIsWaitedFor() throws IOException {
        ScriptedSource source = ScriptedSource.of(text("a") + STOP + DONE).thenStaysOpen();
        ChunkReader reader = new ChunkReader(
                new EventStreamReader(source.buffered(), () -> {
                    throw new AssertionError("this connection can serve another call");
                }),
                STREAM,
                ChunkReaderTest::wholeText,
                Transport.MAX_REPLY_BYTES);
        assertThat(pieces(reader)).containsExactly("a");
        assertThat(reader.next()).isFalse();
        reader.close();
        assertThat(source.isClosed()).isTrue();
    }

    // What is neither an error by name nor a choice

    @ParameterizedTest
    @ValueSource(strings = {"{\"detail\":\"gone\"}", "{\"message\":\"gone\",\"code\":503}", "{\"errors\":[{\"m\":1}]}"})
    void aComplaintInPlaceOfAChunkIsARefusal(String complaint) throws IOException {
        ChunkReader reader = reader(text("a") + event(complaint) + DONE);
        assertThatThrownBy(() -> pieces(reader)).isInstanceOf(RefusedException.class);
        assertThat(reader.isFinished()).isFalse();
        assertThat(read(text("a") + STOP + event(complaint) + DONE).text()).isEqualTo("a");
        String chunkToo = complaint.replaceFirst("\\{", "{\"choices\":[{\"delta\":{\"content\":\"b\"}}],");
        assertThat(read(text("a") + event(chunkToo) + STOP).text()).isEqualTo("ab");
    }

    @Test
    void reasoningThatComesInDetailsAloneIsRead() throws IOException {
        String details =
                "{\"content\":\"\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"Let \",\"signature\":null},"
                        + "{\"type\":\"reasoning.encrypted\",\"data\":\"c2VjcmV0\"}]}";
        String summary = "{\"reasoning_details\":[{\"type\":\"reasoning.summary\",\"summary\":\"me see\"}]}";
        ChatReply reply = read(chunk(details) + chunk(summary) + text("a") + STOP);
        assertThat(reply.reasoning()).isEqualTo("Let me see");
        assertThat(reply.text()).isEqualTo("a");
        String both =
                "{\"reasoning\":\"Let \",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"Let \"}]}";
        assertThat(read(chunk(both) + chunk(summary) + text("a") + STOP).reasoning())
                .as("not twice")
                .isEqualTo("Let ");
    }

    /** As OpenRouter sends what Gemini and Claude thought: bit by bit, with a seal or a signature, in front of the call or with it. */
    @Test
    void detailsOfWhatWasThoughtBeforeACallAreKeptWithItWhole() throws IOException {
        String call = "\"tool_calls\":[{\"index\":0,\"id\":\"t1\",\"type\":\"function\",\"function\":{\"name\":\"now\","
                + "\"arguments\":\"{}\"}},{\"index\":1,\"id\":\"t2\",\"function\":{\"name\":\"now\",\"arguments\":\"{}\"}}]";
        List<ToolCall> calls = calls(by(
                        "google/gemini-3-flash",
                        "{\"content\":\"\",\"reasoning\":\"Let \",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"Let \","
                                + "\"format\":\"google-gemini-v1\",\"index\":0,\"signature\":null}]}")
                + by(
                        "google/gemini-3-flash",
                        "{\"reasoning\":\"me \\\"see\\\"\",\"reasoning_details\":[{\"type\":\"reasoning.text\","
                                + "\"text\":\"me \\\"see\\\"\",\"format\":\"google-gemini-v1\",\"index\":0}]}")
                + by(
                        "google/gemini-3-flash",
                        "{" + call + ",\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"data\":\"c2VhbA==\","
                                + "\"id\":\"t1\",\"format\":\"google-gemini-v1\",\"index\":0}]}")
                + STOP);
        assertThat(calls).extracting(ToolCall::thoughtSignature).containsExactly("""
                {"google":[{"type":"reasoning.text","format":"google-gemini-v1","index":0,"text":"Let me \\"see\\""},\
                {"type":"reasoning.encrypted","data":"c2VhbA==","id":"t1","format":"google-gemini-v1","index":0}]}""", "");
        String thought = "{\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"%s\",\"index\":%d%s}]}";
        String claude = "~anthropic/claude-latest";
        assertThat(calls(by(claude, thought.formatted("Hm.", 0, ""))
                                + by(claude, thought.formatted("", 0, ",\"signature\":\"c2ln\""))
                                + by(claude, thought.formatted("So", 1, ""))
                                + by(claude, "{" + call + "}")
                                + STOP)
                        .get(0)
                        .thoughtSignature())
                .isEqualTo(
                        "{\"anthropic\":[{\"type\":\"reasoning.text\",\"index\":0,\"signature\":\"c2ln\",\"text\":\"Hm.\"},"
                                + "{\"type\":\"reasoning.text\",\"index\":1,\"text\":\"So\"}]}");
        assertThat(calls(by("no-maker", thought.formatted("Hm.", 0, "")) + by("no-maker", "{" + call + "}") + STOP))
                .as("nobody to give it back to")
                .extracting(ToolCall::thoughtSignature)
                .containsOnly("");
    }

    private static String by(String model, String delta) {
        return event("{\"model\":\"" + model + "\",\"choices\":[{\"index\":0,\"delta\":" + delta + "}]}");
    }

    /** It is kept beside the reply, and counts as much. */
    @Test
    void detailsWithoutAnEndAreTooMuch() {
        String sealed =
                "{\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"data\":\"" + "c2Vh".repeat(20) + "\"}]}";
        ChunkReader reader =
                reader(ScriptedSource.of(by("google/gemini-3", sealed).repeat(20) + STOP), STREAM, 1_000);
        assertThatThrownBy(() -> pieces(reader)).isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void theTranscriptOfASpokenAnswerIsItsText() throws IOException {
        ChunkReader reader = reader(
                chunk("{\"role\":\"assistant\",\"content\":null,\"audio\":{\"id\":\"audio_1\",\"transcript\":\"Caf\"}}")
                        + chunk("{\"audio\":{\"transcript\":\"é\"}}")
                        + chunk("{\"audio\":{\"data\":\"AAAA\"}}")
                        + chunk("{\"audio\":{\"expires_at\":1}}")
                        + STOP
                        + DONE);
        assertThat(pieces(reader)).containsExactly("Caf", "é");
        assertThat(reader.reply().build().text()).isEqualTo("Café");
        assertThat(reader.reply().build().adapted())
                .containsExactly("the answer also held what is not read here: audio");
        ChatReply both = read(chunk("{\"content\":\"a\",\"audio\":{\"transcript\":\"a\"}}") + STOP);
        assertThat(both.text()).isEqualTo("a");
    }

    @Test
    void whatStandsBesideTheWordsIsNamedThoughEveryChunkRepeatsIt() throws IOException {
        String cited = event(
                "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}],\"citations\":[\"https://s3cret.example\"]}");
        ChatReply reply = read(cited + cited.replace("\"a\"", "\"b\"") + STOP + DONE);
        assertThat(reply.text()).isEqualTo("ab");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(reply.adapted()).containsExactly("the answer also held what is not read here: citations");
        String none = cited.replace("[\"https://s3cret.example\"]", "[]");
        assertThat(read(none + STOP).adapted()).isEmpty();
    }

    @Test
    void ofSeveralAnswersTheFirstAloneSaysWhatItLacksAndThatThereAreOthers() throws IOException {
        String other = event("{\"choices\":[{\"index\":1,\"delta\":{\"images\":[1]}}]}");
        assertThat(read(text("a") + other + STOP).adapted())
                .containsExactly("the answer also held what is not read here: choices");
    }

    // Keep-alives and damage

    @Test
    void commentsAndEmptyEventsAreReadOver() throws IOException {
        String quiet = ": OPENROUTER PROCESSING\n\ndata:\n\ndata: \r\n\r\nevent: ping\ndata: {\"type\":\"ping\"}\n\n";
        ChunkReader reader = reader(quiet.repeat(17) + text("a") + quiet + text("b") + quiet + STOP + quiet + DONE);
        assertThat(pieces(reader)).containsExactly("a", "b");
        assertThat(reader.skippedEvents()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ping", "keep-alive", ": OPENROUTER PROCESSING", "7", "null", "\"a\"", "[1]", "[ERROR]"})
    void wordsThatCanBeNoPieceArePassedOver(String data) throws IOException {
        ChunkReader reader = reader(event(data) + text("a") + event(data) + text("b") + STOP + event(data) + DONE);
        assertThat(pieces(reader)).containsExactly("a", "b");
        assertThat(reader.skippedEvents()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"choices\":[{\"delta\":{\"content\":\"s3cret",
                "tent\":\"s3cret\"}}]}",
                "[{\"choices\":[{\"delta\":{\"content\":\"s3cret\"}}]}",
                "[{\"choices\":[{\"delta\":{\"content\":\"s3cret\"}}]},1]",
                "\"{\\\"choices\\\":[]}\"",
                "{\"a\":1} x",
                "{\"a\":1}{\"a\":2}",
                "{\"a\":1}\ndata: {\"a\":2}",
                "{\u0000\"a\":1}",
                "{\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]"
            })
    void aDamagedPieceMakesTheReplyMalformedAtOnceAndIsNotQuoted(String data) {
        for (String after : new String[] {"", text("c"), text("c") + STOP + DONE, DONE}) {
            ChunkReader reader = reader(text("a") + event("ping") + event(data) + after);
            assertThatThrownBy(() -> pieces(reader))
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessage(
                            "event 3 of the stream is damaged: a piece of JSON that cannot be read, and perhaps of the"
                                    + " reply")
                    .hasNoCause();
            assertThat(reader.reply().build().text()).isEqualTo("a");
            assertThat(reader.isFinished()).isFalse();
            assertThat(reader.skippedEvents()).isEqualTo(2);
        }
    }

    @Test
    void whatIsDamagedBehindTheFinishReasonTakesNoReplyAway() throws IOException {
        String damaged = event("{\"choices\":[],\"usage\":{\"prompt_tok");
        for (String end : new String[] {"", DONE}) {
            ChunkReader reader = reader(text("a") + STOP + damaged + end);
            assertThat(pieces(reader)).containsExactly("a");
            assertThat(reader.isFinished()).isTrue();
            assertThat(reader.skippedEvents()).isEqualTo(1);
        }
    }

    @Test
    void aFinishReasonThatWasNoEndExcusesNoDamage() {
        String damaged = event("{\"choices\":[{\"delta\":{\"content\":\"b");
        for (String early : new String[] {STOP, text("a") + STOP + text("b")}) {
            ChunkReader reader = reader(early + damaged + text("c") + STOP + DONE);
            assertThatThrownBy(() -> pieces(reader)).isInstanceOf(MalformedReplyException.class);
        }
    }

    @Test
    void aStreamThatEndsAfterWordsItCannotReadWasCut() {
        ChunkReader reader = reader(text("a") + event("ping") + "data: {\"choices\":[{\"del");
        assertThatThrownBy(() -> pieces(reader))
                .isInstanceOf(CutReplyException.class)
                .hasMessage("the stream ended after 2 events without a finish reason or [DONE]; unreadable: 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"oops", "7", "null", "\"a\"", "[1]"})
    void aStreamOfNothingReadableIsMalformed(String data) {
        for (String end : new String[] {"", DONE}) {
            ChunkReader reader = reader(event(data) + event(data) + end);
            assertThatThrownBy(() -> pieces(reader))
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessage("none of the stream's 2 events was a part of a reply");
        }
    }

    @Test
    void aDoneMarkAloneIsNoReply() {
        ChunkReader reader = reader(DONE);
        assertThatThrownBy(() -> pieces(reader)).isInstanceOf(MalformedReplyException.class);
        ChunkReader noChoice = reader(event("{\"choices\":[],\"prompt_filter_results\":[]}") + DONE);
        assertThatThrownBy(() -> pieces(noChoice)).isInstanceOf(MalformedReplyException.class);
    }

    // Usage

    @Test
    void usageComesLateAndIsTakenFromTheLast() throws IOException {
        String counted =
                event("{\"choices\":[],\"usage\":{\"prompt_tokens\":14,\"completion_tokens\":8,\"total_tokens\":30,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":3},"
                        + "\"completion_tokens_details\":{\"reasoning_tokens\":2,\"x\":{}},\"cost\":0.5}}");
        assertThat(read(text("a") + STOP + counted + DONE).usage()).isEqualTo(Usage.of(14, 8, 30, 3, 2));
        assertThat(read(text("a") + STOP + counted).usage()).isEqualTo(Usage.of(14, 8, 30, 3, 2));
    }

    @Test
    void cumulativeUsageIsNotAdded() throws IOException {
        StringBuilder stream = new StringBuilder();
        for (int i = 1; i <= 3; i++) {
            stream.append(event("{\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":" + i + ",\"total_tokens\":"
                    + (11 + i) + "},\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}"));
        }
        assertThat(read(stream + STOP).usage()).isEqualTo(Usage.of(11, 3, 14, 0, 0));
    }

    @Test
    void inputTokensMayBeCorrectedLate() throws IOException {
        String first = event("{\"choices\":[],\"usage\":{\"prompt_tokens\":40,\"completion_tokens\":1}}");
        String last = event("{\"choices\":[],\"usage\":{\"prompt_tokens\":14,\"completion_tokens\":8}}");
        assertThat(read(first + text("a") + STOP + last).usage()).isEqualTo(Usage.of(14, 8, 0, 0, 0));
    }

    @Test
    void usageOfNothingUndoesNothing() throws IOException {
        String usage = event("{\"choices\":[{\"delta\":{},\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}]}");
        ChatReply reply = read(text("a") + usage + event("{\"usage\":{}}") + event("{\"usage\":null}") + STOP);
        assertThat(reply.usage()).isEqualTo(Usage.of(1, 2, 0, 0, 0));
    }

    @Test
    void oddCountsAreNoReasonToFail() throws IOException {
        ChatReply reply = read(text("a")
                + STOP
                + event("{\"usage\":{\"prompt_tokens\":1.0,\"completion_tokens\":\"2\",\"total_tokens\":"
                        + "9".repeat(40) + ",\"prompt_cache_hit_tokens\":5,\"prompt_tokens_details\":null}}"));
        assertThat(reply.usage()).isEqualTo(Usage.of(1, 2, 0, 5, 0));
    }

    // Tool calls

    @Test
    void toolCallsInterleaveByIndex() throws IOException {
        ChunkReader reader = reader(tool("{\"index\":0,\"id\":\"c0\",\"function\":{\"name\":\"a\",\"arguments\":\"\"}}")
                + tool("{\"index\":1,\"id\":\"c1\",\"function\":{\"name\":\"b\",\"arguments\":\"{\"}}")
                + tool(
                        "{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\"\"}},{\"index\":1,\"function\":{\"arguments\":\"}\"}}")
                + tool("{\"index\":0,\"function\":{\"arguments\":\":1}\"}}")
                + finish("tool_calls"));
        assertThat(pieces(reader)).hasSize(4).containsOnlyNulls();
        ChatReply reply = reader.reply().build();
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(reply.toolCalls())
                .containsExactly(ToolCall.of("c0", "a", "{\"x\":1}"), ToolCall.of("c1", "b", "{}"));
    }

    @Test
    void laterPartsDoNotOverwriteIdOrName() throws IOException {
        assertThat(calls(tool("{\"index\":0,\"id\":\"c0\",\"function\":{\"name\":\"a\",\"arguments\":\"{\"}}")
                        + tool("{\"index\":0,\"id\":\"\",\"function\":{\"name\":\"\",\"arguments\":\"}\"}}")
                        + tool("{\"index\":0,\"id\":null,\"function\":{\"name\":null,\"arguments\":\"\"}}")
                        + tool("{\"index\":0,\"id\":\"another\",\"function\":{\"arguments\":\" \"}}")))
                .containsExactly(ToolCall.of("c0", "a", "{} "));
    }

    @Test
    void callsWithoutIndexOrIdAreCallsOfTheirOwn() throws IOException {
        assertThat(calls(tool("{\"id\":\"\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}")
                        + tool("{\"id\":\"\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}")))
                .containsExactly(ToolCall.of("", "a", "{}"), ToolCall.of("", "a", "{\"x\":1}"));
    }

    @Test
    void partsWithoutIndexGoOnWithTheirIdOrTheLastCall() throws IOException {
        assertThat(calls(tool("{\"id\":\"c0\",\"function\":{\"name\":\"a\",\"arguments\":\"[\"}}")
                        + tool("{\"function\":{\"arguments\":\"1\"}}")
                        + tool("{\"id\":\"c1\",\"function\":{\"name\":\"b\",\"arguments\":\"(\"}}")
                        + tool("{\"id\":\"c0\",\"function\":{\"arguments\":\"]\"}}")
                        + tool("{\"id\":\"\",\"function\":{\"name\":\"\",\"arguments\":\")\"}}")))
                .containsExactly(ToolCall.of("c0", "a", "[1]"), ToolCall.of("c1", "b", "()"));
    }

    @Test
    void twoNamedCallsUnderOneIndexAreTwo() throws IOException {
        assertThat(calls(tool("{\"index\":0,\"id\":\"c0\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}")
                        + tool("{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"b\",\"arguments\":\"{\"}}")
                        + tool("{\"index\":0,\"function\":{\"arguments\":\"}\"}}")))
                .containsExactly(ToolCall.of("c0", "a", "{}"), ToolCall.of("c1", "b", "{}"));
    }

    /** Gemini's compatible API does so, and may give none of them an id. */
    @Test
    void wholeCallsUnderOneIndexAreCallsOfTheirOwn() throws IOException {
        assertThat(calls(tool("{\"index\":0,\"id\":\"\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}}")
                        + tool("{\"index\":0,\"id\":\"\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}")))
                .containsExactly(ToolCall.of("", "a", "{\"x\":1}"), ToolCall.of("", "a", "{}"));
        // A server that repeats the name goes on with the call.
        assertThat(calls(tool("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":\"}}")
                        + tool("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}")
                        + tool("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":\"}\"}}")))
                .containsExactly(ToolCall.of("c", "a", "{\"x\":{}}"));
    }

    @Test
    void argumentsMayBeCutOrEmptyOrAnObject() throws IOException {
        assertThat(calls(tool(
                        "{\"index\":0,\"id\":\"c0\",\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":\"}}")))
                .containsExactly(ToolCall.of("c0", "a", "{\"x\":"));
        assertThat(calls(tool("{\"index\":0,\"id\":\"c0\",\"function\":{\"name\":\"a\"}}")))
                .containsExactly(ToolCall.of("c0", "a", ""));
        assertThat(
                        calls(
                                tool(
                                        "{\"index\":0,\"function\":{\"arguments\": {\"x\": [\"é\", {}]} ,\"name\":\"a\"},\"id\":\"c0\"}")))
                .containsExactly(ToolCall.of("c0", "a", "{\"x\":[\"é\",{}]}"));
    }

    // Errors

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event: error\ndata: {\"error\":{\"message\":\"m\",\"code\":\"tool_use_failed\"}}\n\n",
                "event: error\ndata: {\"message\":\"m\"}\n\n",
                "event: error\ndata: overloaded\n\n",
                "data: {\"error\":{\"message\":\"m\"}}\n\n",
                "data: {\"error\":\"m\"}\n\n",
                "data: {\"error\":{\"code\":400},\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":null}]}\n\n",
                "data: {\"choices\":[{\"error\":{\"code\":502},\"delta\":{},\"finish_reason\":\"error\"}]}\n\n",
                "data: {\"object\":\"error\",\"message\":\"m\",\"code\":400}\n\n",
                "data: [{\"error\":{\"code\":503}}]\n\n"
            })
    void anErrorInTheStreamIsARefusal(String error) {
        for (String before : new String[] {"", text("a").repeat(100), text("a") + finish("length")}) {
            ChunkReader reader = reader(before + error + DONE);
            assertThatThrownBy(() -> pieces(reader))
                    .isInstanceOf(RefusedException.class)
                    .hasMessage("HTTP 200");
            assertThatThrownBy(reader::next).isInstanceOf(RefusedException.class);
            assertThat(reader.reply().build().text())
                    .isEqualTo(before.isEmpty() ? "" : "a".repeat(before.length() > 1_000 ? 100 : 1));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"error", "overloaded_error", "network_error", "insufficient_system_resource", "x\\\"_error"})
    void aFinishReasonThatIsAFaultIsARefusal(String reason) {
        ChunkReader reader = reader(text("a") + finish(reason) + DONE);
        assertThatThrownBy(() -> pieces(reader)).isInstanceOf(RefusedException.class);
        assertThat(reader.isFinished()).isFalse();
        assertThat(reader.reply().build().text()).isEqualTo("a");
    }

    // What is not a stream

    @Test
    void aWholeReplyIsHandedOutAsOnePiece() throws IOException {
        String body =
                " {\"choices\":[{\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}],\"error\":null}\n";
        for (Headers headers : new Headers[] {JSON, STREAM, Headers.of()}) {
            ChunkReader reader = reader(ScriptedSource.byteByByte(body.getBytes(UTF_8)), headers);
            assertThat(reader.isFinished()).isFalse();
            assertThat(reader.next()).isTrue();
            assertThat(reader.text()).isEqualTo("Hello");
            assertThat(reader.next()).isFalse();
            assertThat(reader.isFinished()).isTrue();
            assertThat(reader.reply().build().text()).isEqualTo("Hello");
        }
    }

    @Test
    void aWholeReplyThatOnlyCallsToolsIsAPieceWithoutText() throws IOException {
        ChunkReader tools = whole(ChatReply.builder().toolCalls(List.of(ToolCall.of("", "a", "{}"))));
        assertThat(tools.next()).isTrue();
        assertThat(tools.text()).isNull();
        assertThat(tools.next()).isFalse();
        assertThat(whole(ChatReply.builder()).next()).isFalse();
    }

    private static ChunkReader whole(ChatReply.Builder reply) {
        ScriptedSource source = ScriptedSource.of("{\"choices\":[{}]}");
        return new ChunkReader(
                new EventStreamReader(source.buffered(), () -> {}), JSON, json -> reply, Transport.MAX_REPLY_BYTES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"m\"}}",
                "{\"error\":\"m\"}",
                "{\"detail\":\"m\"}",
                "{\"id\":\"x\",\"message\":\"m\"}",
                "[{\"error\":{\"code\":429}}]",
                "{\"object\":\"error\",\"message\":\"m\"}",
                "{\"error\":{\"code\":502},\"choices\":[{\"message\":{}}]}"
            })
    void anErrorInPlaceOfTheStreamIsARefusal(String body) {
        ChunkReader reader = reader(ScriptedSource.of(body), JSON);
        assertThatThrownBy(() -> pieces(reader)).isInstanceOf(RefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n",
                "<!DOCTYPE html><html>Bad gateway</html>",
                "upstream connect error",
                "{\"status\":\"ok\"}",
                "{\"choices\":[]}",
                "{\"choices\":[{\"message\":{\"content\":\"cut",
                "[]",
                "[DONE]",
                "{}{}"
            })
    void whatIsNoReplyAtAllIsMalformedAndNotQuoted(String body) {
        for (Headers headers : new Headers[] {JSON, STREAM, Headers.of("Content-Type", "text/html")}) {
            ChunkReader reader = reader(ScriptedSource.of(body), headers);
            assertThatThrownBy(() -> pieces(reader))
                    .isInstanceOf(MalformedReplyException.class)
                    .hasNoCause()
                    .hasMessageNotContainingAny("ok", "Bad", "cut", "upstream");
        }
    }

    @Test
    void aStreamIsReadWhateverItsContentTypeSays() throws IOException {
        for (Headers headers :
                new Headers[] {JSON, Headers.of(), Headers.of("Content-Type", "application/octet-stream")}) {
            ChunkReader reader = reader(ScriptedSource.of("\uFEFF" + text("a") + STOP), headers);
            assertThat(pieces(reader)).containsExactly("a");
            assertThat(reader.reply().build().requestId()).isEmpty();
        }
    }

    @Test
    void theRequestIdHasTwoNames() {
        ScriptedSource none = ScriptedSource.of("");
        ChunkReader reader = reader(none, Headers.of("request-id", "r2"));
        assertThat(reader.reply().build().requestId()).isEqualTo("r2");
    }

    @Test
    void anEndlessWholeReplyIsNotReadToItsEnd() {
        byte[] piece = ("{\"a\":\"" + "x".repeat(1024 * 1024)).getBytes(UTF_8);
        byte[][] pieces = Stream.generate(() -> piece).limit(20).toArray(byte[][]::new);
        ChunkReader reader = reader(ScriptedSource.of(pieces).thenStaysOpen(), JSON);
        assertThatThrownBy(reader::next).isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void aStreamIsReadUntilWhatIsKeptOfItPassesTheBound() throws IOException {
        String thousand = "x".repeat(1_000);
        ChunkReader fits = reader(ScriptedSource.of(text(thousand) + text(thousand) + STOP + DONE), STREAM, 2_000);
        assertThat(pieces(fits)).containsExactly(thousand, thousand);
        ChunkReader grows = reader(ScriptedSource.of(text(thousand).repeat(50)).thenStaysOpen(), STREAM, 20_000);
        assertThatThrownBy(() -> pieces(grows))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage("the answer is larger than 20000 bytes");
        assertThat(grows.reply().build().text()).hasSize(21_000);
    }

    @Test
    void toolCallsWithoutEndPassTheBoundToo() {
        String part = "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":"
                + "{\"arguments\":\"" + "x".repeat(500) + "\"}}]}}]}\n\n";
        ChunkReader reader = reader(ScriptedSource.of(part.repeat(50)).thenStaysOpen(), STREAM, 10_000);
        assertThatThrownBy(() -> pieces(reader)).hasMessage("the answer is larger than 10000 bytes");
    }

    // Noise

    @Test
    void noiseNeverHangsAndFailsOnlyAsAnIOException() {
        String[] words = {
            "data: ",
            "data:",
            "event: error\n",
            "\n\n",
            "\n\n",
            "\n",
            "\r",
            ": c\n",
            "[DONE]",
            "{",
            "}",
            "[",
            "]",
            "\"",
            "\\",
            "\\u00",
            "\"choices\":[{\"delta\":{\"content\":\"a\"}}]",
            "\"finish_reason\":\"stop\"",
            "\"error\":",
            "null",
            "1e999",
            ",",
            "\"usage\":{",
            "\"index\":-0",
            "é",
            "\u0000",
            text("a"),
            STOP,
            "\"tool_calls\":[{\"index\":99999999999999999999}]",
            "\uFEFF"
        };
        for (int seed = 0; seed < 30_000; seed++) {
            Random dice = new Random(seed);
            StringBuilder body = new StringBuilder(dice.nextBoolean() ? "data: {" : "");
            for (int i = dice.nextInt(25); i >= 0; i--) {
                body.append(words[dice.nextInt(words.length)]);
            }
            readToTheEnd(body.toString().getBytes(UTF_8), dice, "noise " + seed);
        }
    }

    @Test
    void damageNeverHangsAndFailsOnlyAsAnIOException() {
        byte[] sound = (event("{\"id\":\"i\",\"choices\":[],\"usage\":null}")
                        + text("aé😀").repeat(3)
                        + text("\\n\\ud83d\\ude0a\\\"").repeat(2)
                        + tool("{\"index\":0,\"id\":\"c0\",\"function\":{\"name\":\"a\",\"arguments\":{\"x\":1}}}")
                        + content("[{\"type\":\"thinking\",\"thinking\":[{\"text\":\"h\"}]}]")
                        + STOP
                        + event("{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}")
                        + DONE)
                .getBytes(UTF_8);
        for (int seed = 0; seed < 30_000; seed++) {
            Random dice = new Random(seed);
            byte[] body = sound.clone();
            for (int i = dice.nextInt(4); i >= 0; i--) {
                body[dice.nextInt(body.length)] =
                        (byte) (dice.nextBoolean() ? dice.nextInt() : "\"\\{}[]:,\n\r 0".charAt(dice.nextInt(12)));
            }
            readToTheEnd(body, dice, "damage " + seed);
        }
    }

    private static void readToTheEnd(byte[] body, Random dice, String name) {
        ChunkReader reader = reader(ScriptedSource.split(body, 40, dice), STREAM);
        int pieces = 0;
        try {
            while (reader.next()) {
                pieces++;
            }
        } catch (IOException e) {
            // The only thing allowed.
        }
        reader.reply().build();
        reader.close();
        assertThat(pieces).as(name).isLessThanOrEqualTo(body.length);
    }

    // Building streams

    static String event(String data) {
        return "data: " + data + "\n\n";
    }

    static String chunk(String delta) {
        return event("{\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":null}]}");
    }

    /** A chunk of text; {@code json} is escaped as JSON wants it. */
    static String text(String json) {
        return content("\"" + json + "\"");
    }

    private static String content(String json) {
        return chunk("{\"content\":" + json + "}");
    }

    private static String delta(String name, String value) {
        return chunk("{\"" + name + "\":\"" + value + "\",\"content\":\"\"}");
    }

    private static String tool(String parts) {
        return chunk("{\"tool_calls\":[" + parts + "]}");
    }

    private static String finish(String reason) {
        return event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}");
    }

    static ChunkReader reader(String body) {
        return reader(ScriptedSource.of(body), STREAM);
    }

    static ChunkReader reader(ScriptedSource source, Headers headers) {
        return reader(source, headers, Transport.MAX_REPLY_BYTES);
    }

    private static ChunkReader reader(ScriptedSource source, Headers headers, long maxReply) {
        return new ChunkReader(
                new EventStreamReader(source.buffered(), () -> {}), headers, ChunkReaderTest::wholeText, maxReply);
    }

    /** Stands in for the reader of whole replies. */
    private static ChatReply.Builder wholeText(byte[] json) {
        String body = new String(json, UTF_8);
        int from = body.indexOf("\"content\":\"") + 11;
        return ChatReply.builder().text(body.substring(from, body.indexOf('"', from)));
    }

    /** All pieces of content: what only says that the reply is finished is left out. */
    static List<String> pieces(ChunkReader reader) throws IOException {
        List<String> pieces = new ArrayList<>();
        boolean wasFinished = false;
        while (reader.next()) {
            if (reader.isFinished() == wasFinished) {
                pieces.add(reader.text());
            } else {
                wasFinished = true;
                assertThat(reader.text()).isNull();
            }
        }
        return pieces;
    }

    private static ChatReply read(String body) throws IOException {
        ChunkReader reader = reader(body);
        pieces(reader);
        return reader.reply().build();
    }

    private static List<ToolCall> calls(String body) throws IOException {
        return read(body + finish("tool_calls")).toolCalls();
    }
}
