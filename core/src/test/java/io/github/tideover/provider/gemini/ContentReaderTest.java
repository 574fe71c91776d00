package io.github.tideover.provider.gemini;

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
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.FailureSorter;
import io.github.tideover.wire.Json;
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
import okio.Buffer;
import okio.GzipSink;
import okio.GzipSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class ContentReaderTest {
    static final Headers STREAM = Headers.of("Content-Type", "text/event-stream", "x-request-id", "req_1");
    static final Headers JSON = Headers.of("Content-Type", "application/json; charset=UTF-8");

    private static final String STOP = event("{\"candidates\":[{\"finishReason\":\"STOP\",\"index\":0}]}");

    /** A reply with everything in it. */
    private static final String FULL = """
            {"candidates":[{"content":{"parts":[{"text":"Let me ","thought":true}],"role":"model"},"index":0}],\
            "usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"gemini-3","responseId":"r1"}
            {"candidates":[{"content":{"parts":[{"thought":true,"text":"see"},{"text":"Caf\u00e9 \ud83d\ude00 "}],"role":"model"},"index":0}],\
            "modelVersion":"gemini-3","responseId":"r1"}
            {"candidates":[{"content":{"parts":[{"functionCall":{"name":"order","args":{"number":7,"deep":{"a":[1.50,null]}},"id":"f1"},\
            "thoughtSignature":"c2lnbmVk"},{"functionCall":{"name":"order","args":{"number":8}}}],"role":"model"},"index":0}]}
            {"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"bW9yZQ=="}],"role":"model"},"finishReason":"STOP","index":0}],\
            "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":4,"thoughtsTokenCount":6,"cachedContentTokenCount":3,"totalTokenCount":25,\
            "toolUsePromptTokenCount":5},"modelVersion":"gemini-3","responseId":"r1"}
            """;

    // --- what a stream says

    @Test
    void piecesComeOneByOneAndMakeTheReply() throws IOException {
        ContentReader reader = reader(text("Your") + text(" order") + STOP);
        assertThat(pieces(reader)).containsExactly("Your", " order", null);
        ChatReply reply = reader.reply().build();
        assertThat(reply.text()).isEqualTo("Your order");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(reply.requestId()).isEqualTo("req_1");
        assertThat(reply.usage()).isEqualTo(Usage.NONE);
    }

    @Test
    void aPieceIsHandedOutBeforeTheNextOneIsThere() throws IOException {
        ContentReader reader =
                reader(ScriptedSource.of(text("Your"), text(" order")).thenStaysOpen(), STREAM);
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isEqualTo("Your");
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isEqualTo(" order");
        assertThat(reader.isFinished()).isFalse();
    }

    @Test
    void theFinishReasonIsATurnOfItsOwnAndNeedsNothingAfterIt() throws IOException {
        String last = event(candidate("{\"text\":\"all\"}", "STOP"));
        ContentReader reader = reader(ScriptedSource.of(last).thenStaysOpen(), STREAM);
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isEqualTo("all");
        assertThat(reader.isFinished()).isFalse();
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isNull();
        assertThat(reader.isFinished()).isTrue();
    }

    @Test
    void aFullReplyIsReadHoweverItIsCutIntoPackets() throws IOException {
        for (String end : List.of("\n", "\r\n", "\r")) {
            byte[] body = full(end).getBytes(UTF_8);
            verifyFull(ScriptedSource.of(body));
            verifyFull(ScriptedSource.byteByByte(body));
            for (int at = 0; at <= body.length; at++) {
                verifyFull(ScriptedSource.splitAt(body, at));
            }
            for (int seed = 0; seed < 20; seed++) {
                verifyFull(ScriptedSource.split(body, 1 + seed * 20, new Random(seed)));
            }
        }
    }

    @Test
    void aCompressedReplyIsReadToo() throws IOException {
        Buffer packed = new Buffer();
        try (GzipSink gzip = new GzipSink(packed)) {
            gzip.write(new Buffer().writeUtf8(full("\n")), full("\n").getBytes(UTF_8).length);
        }
        EventStreamReader events = new EventStreamReader(
                Okio.buffer(new GzipSource(ScriptedSource.byteByByte(packed.readByteArray()))), () -> {});
        verifyFull(new ContentReader(events, STREAM, "asked", List.of(), 1 << 20), "Let me ", "see");
    }

    @Test
    void aStreamThatIsCutIsNeverComplete() {
        String body = full("\n");
        int proof = body.lastIndexOf("data: ")
                + body.substring(body.lastIndexOf("data: ")).indexOf("\n\n");
        byte[] bytes = body.getBytes(UTF_8);
        int end = body.substring(0, proof + 2).getBytes(UTF_8).length;
        for (int at = 0; at < end; at++) {
            ContentReader reader = reader(ScriptedSource.of(Arrays.copyOf(bytes, at)), STREAM);
            assertThat(catchThrowable(() -> pieces(reader))).as("cut at %d", at).isInstanceOf(IOException.class);
            assertThat(reader.isFinished()).isFalse();
        }
    }

    @Test
    void idAndModelAreTheFirstThatAreNotEmpty() throws IOException {
        ChatReply reply = read(event("{\"usageMetadata\":{}}")
                + event("{\"responseId\":\"a\",\"modelVersion\":\"m\"}")
                + event("{\"responseId\":\"b\",\"modelVersion\":\"n\"}")
                + text("x")
                + STOP);
        assertThat(reply.id()).isEqualTo("a");
        assertThat(reply.model()).isEqualTo("m");
    }

    @Test
    void onlyTheFirstOfSeveralCandidatesIsTheReply() throws IOException {
        ChatReply reply = read(event("{\"candidates\":[{\"index\":1,\"content\":{\"parts\":[{\"text\":\"other\"}]},"
                        + "\"finishReason\":\"MAX_TOKENS\"},{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}")
                + STOP);
        assertThat(reply.text()).isEqualTo("a");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void theLastUsageCountsAndNothingIsAdded() throws IOException {
        ChatReply reply = read(usage(15, 0, 15)
                + usage(15, 3, 18)
                + usage(13, 8, 30)
                + STOP
                + event("{}")
                + event("{\"usageMetadata\":{}}"));
        assertThat(reply.usage()).isEqualTo(Usage.of(13, 8, 30, 0, 0));
    }

    @Test
    void whatIsToldAfterTheFinishReasonIsStillRead() throws IOException {
        ContentReader reader = reader(text("a") + STOP + usage(1, 2, 3));
        assertThat(pieces(reader)).containsExactly("a", null);
        assertThat(reader.reply().build().usage()).isEqualTo(Usage.of(1, 2, 3, 0, 0));
    }

    // --- tool calls

    @Test
    void aToolCallHasItsArgumentsAsJsonAndMakesTheReasonOne() throws IOException {
        ChatReply reply = read(event(candidate(
                "{\"functionCall\":{\"id\":\"f1\",\"name\":\"now\",\"args\":{ \"zone\" : \"UTC\" }}}", "STOP")));
        assertThat(reply.toolCalls()).containsExactly(ToolCall.of("f1", "now", "{\"zone\":\"UTC\"}"));
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"args\":null", ",\"args\":{}"})
    void aToolCallWithoutArgumentsHasAnEmptyObject(String arguments) throws IOException {
        ChatReply reply =
                read(event(candidate("{\"functionCall\":{\"id\":\"a\",\"name\":\"now\"" + arguments + "}}", "STOP")));
        assertThat(reply.toolCalls()).containsExactly(ToolCall.of("a", "now", "{}"));
    }

    @Test
    void toolCallsWithoutAnIdGetOneThatNoOtherCallHas() throws IOException {
        String call = event(
                "{\"responseId\":\"r-1\",\"candidates\":[{\"content\":{\"parts\":["
                        + "{\"functionCall\":{\"name\":\"now\",\"args\":{}}},{\"functionCall\":{\"name\":\"now\",\"args\":{}}}]}}]}");
        assertThat(read(call + STOP).toolCalls()).extracting(ToolCall::id).containsExactly("call_r-1_1", "call_r-1_2");
        ContentReader unnamed = reader(call.replace("r-1", "not fit for an id") + STOP);
        pieces(unnamed);
        List<ToolCall> calls = unnamed.reply().build().toolCalls();
        assertThat(calls)
                .extracting(ToolCall::id)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[a-z0-9_-]{1,40}"));
        assertThat(unnamed.reply().build().toolCalls()).isEqualTo(calls);
    }

    // --- ends

    @ParameterizedTest
    @CsvSource({
        "STOP, STOP",
        "MAX_TOKENS, LENGTH",
        "SAFETY, CONTENT_FILTER",
        "RECITATION, CONTENT_FILTER",
        "BLOCKLIST, CONTENT_FILTER",
        "PROHIBITED_CONTENT, CONTENT_FILTER",
        "SPII, CONTENT_FILTER",
        "IMAGE_SAFETY, CONTENT_FILTER",
        "LANGUAGE, OTHER",
        "TOO_MANY_TOOL_CALLS, OTHER",
        "OTHER, OTHER",
        "SOMETHING_NEW, OTHER",
    })
    void aFinishReasonIsSortedAndAnUnknownOneIsOther(String word, FinishReason reason) throws IOException {
        assertThat(read(text("a") + STOP.replace("STOP", word)).finishReason()).isEqualTo(reason);
    }

    @Test
    void aCallThatRanIntoTheTokenLimitIsNoCallToMake() throws IOException {
        assertThat(read(event(candidate("{\"functionCall\":{\"name\":\"now\"}}", "MAX_TOKENS")))
                        .finishReason())
                .isEqualTo(FinishReason.LENGTH);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            $.a;$.b                          | {"a":"x","b":"x"}
            $.a;$.a                          | {"a":"xx"}
            $.a[0];$.a[1];$.a[1]             | {"a":["x","xx"]}
            $.a[0].b;$.a[0].c[0]             | {"a":[{"b":"x","c":["x"]}]}
            $['a b'];$["c.d"]["e"]           | {"a b":"x","c.d":{"e":"x"}}
            $['it\\'s']                      | {"it's":"x"}
            """)
    void argumentsThatComeOneByOneAreWhereTheirPathsSay(String paths, String arguments) throws IOException {
        StringBuilder body =
                new StringBuilder(event(candidate("{\"functionCall\":{\"name\":\"f\",\"willContinue\":true}}", "")));
        for (String path : paths.split(";")) {
            body.append(argument(path));
        }
        assertThat(read(body + STOP).toolCalls())
                .extracting(ToolCall::arguments)
                .containsExactly(arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "$",
                "$[0]",
                "$.a[1]",
                "$.a[",
                "$.a.",
                "$..a",
                "$.a[-1]",
                "$.a[99999999]",
                "$.a['b",
                "$.t.a"
            })
    void anArgumentWithoutAPlaceIsMalformed(String path) {
        String body =
                event(candidate("{\"functionCall\":{\"name\":\"f\",\"willContinue\":true}}", "")) + argument("$.t");
        assertThatThrownBy(() -> read(body + argument(path) + STOP)).isInstanceOf(MalformedReplyException.class);
        assertThatThrownBy(() -> read(body + argument("$." + "a".repeat(1_000)) + STOP))
                .isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void theEndOfACallThatNeverBeganIsNoCall() throws IOException {
        ChatReply reply = read(event(candidate("{\"functionCall\":{}}", "STOP")));
        assertThat(reply.toolCalls()).isEmpty();
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void argumentsWithoutEndPassTheBoundToo() {
        String body = event(candidate("{\"functionCall\":{\"name\":\"f\",\"willContinue\":true}}", ""))
                + argument("$.a").repeat(20);
        ContentReader reader = new ContentReader(
                new EventStreamReader(ScriptedSource.of(body).buffered(), () -> {}), STREAM, "asked", List.of(), 50);
        assertThatThrownBy(() -> pieces(reader))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage("the answer is larger than 50 bytes");
    }

    @Test
    void aCandidateThatIsBlockedHasNoContent() throws IOException {
        ChatReply reply = read(event("{\"candidates\":[{\"finishReason\":\"SAFETY\",\"index\":0,\"safetyRatings\":"
                + "[{\"category\":\"HARM_CATEGORY_HARASSMENT\",\"probability\":\"HIGH\",\"blocked\":true}]}]}"));
        assertThat(reply.text()).isEmpty();
        assertThat(reply.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE"})
    void whatTheModelWroteAndTheProviderCouldNotUseIsMalformed(String word) {
        assertThatThrownBy(() -> read(STOP.replace("STOP", word)))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage("the model wrote what the provider could not use: " + word);
    }

    @Test
    void aMissingSignatureIsTheRequestsFault() {
        Failure failure = failure(STOP.replace("STOP", "MISSING_THOUGHT_SIGNATURE"), STREAM);
        assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_REQUEST);
        assertThat(failure.code()).contains("MISSING_THOUGHT_SIGNATURE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY"})
    void aPromptThatIsBlockedIsAgainstPolicy(String word) {
        String blocked = "{\"promptFeedback\":{\"safetyRatings\":[],\"blockReason\":\"" + word + "\"},"
                + "\"usageMetadata\":{\"promptTokenCount\":4,\"totalTokenCount\":4},\"modelVersion\":\"m\"}";
        for (Failure failure : List.of(failure(event(blocked), STREAM), failure("[" + blocked + "]", JSON))) {
            assertThat(failure.kind()).isEqualTo(FailureKind.CONTENT_FILTER);
            assertThat(failure.code()).contains(word);
        }
    }

    @Test
    void feedbackOnAPromptThatWasLetThroughMeansNothing() throws IOException {
        assertThat(read(event("{\"promptFeedback\":{\"blockReason\":\"BLOCK_REASON_UNSPECIFIED\"}}")
                                + text("a")
                                + event("{\"promptFeedback\":{\"blockReason\":\"OTHER\"}}")
                                + STOP)
                        .text())
                .isEqualTo("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "FINISH_REASON_UNSPECIFIED"})
    void withoutAFinishReasonTheReplyIsCut(String word) {
        ContentReader reader = reader(text("half") + STOP.replace("STOP", word));
        assertThatThrownBy(() -> pieces(reader))
                .isInstanceOf(CutReplyException.class)
                .hasMessage("the stream ended after 2 events without a finish reason; unreadable: 0");
        assertThat(reader.reply().build().text()).isEqualTo("half");
        assertThatThrownBy(reader::next).isInstanceOf(CutReplyException.class);
    }

    @Test
    void aConnectionThatBreaksAfterTheFinishReasonDoesNoHarm() throws IOException {
        ContentReader reader = reader(ScriptedSource.of(text("a") + STOP).thenFails(new IOException("reset")), STREAM);
        assertThat(pieces(reader)).containsExactly("a", null);
    }

    @Test
    void aConnectionThatBreaksBeforeItIsAFailure() {
        ContentReader reader = reader(ScriptedSource.of(text("a")).thenFails(new IOException("reset")), STREAM);
        assertThatThrownBy(() -> pieces(reader)).hasRootCauseMessage("reset");
        assertThat(reader.isFinished()).isFalse();
    }

    // --- errors

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}}\n\n",
                "data: [{\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}}]\n\n",
                "event: error\ndata: {\"error\":{\"code\":503,\"message\":\"The model is overloaded.\"}}\n\n",
            })
    void anErrorInTheStreamIsARefusal(String error) {
        assertThat(failure(text("half") + error, STREAM).kind()).isEqualTo(FailureKind.OVERLOADED);
        assertThat(failure(text("all") + STOP + error, STREAM).kind()).isEqualTo(FailureKind.OVERLOADED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "[%s]", " \n[{\"candidates\":[]},\r\n%s]"})
    void anErrorInPlaceOfAStreamIsARefusal(String form) {
        String error = "{\"error\":{\"code\":429,\"message\":\"Resource has been exhausted (e.g. check quota).\","
                + "\"status\":\"RESOURCE_EXHAUSTED\"}}";
        assertThat(failure(form.formatted(error), JSON).kind()).isEqualTo(FailureKind.THROTTLED);
    }

    @Test
    void noErrorIsNone() throws IOException {
        assertThat(read(event("{\"error\":null}") + text("a") + STOP).text()).isEqualTo("a");
    }

    // --- what is no event stream

    @Test
    void anArrayOfPiecesIsReadInPlaceOfEvents() throws IOException {
        String array = "[" + FULL.strip().replace("}\n{", "}\n,\r\n{") + "\n]\n";
        verifyFull(reader(ScriptedSource.of(array), JSON), "Let me see");
        verifyFull(reader(ScriptedSource.byteByByte(array.getBytes(UTF_8)), STREAM), "Let me see");
        assertThatThrownBy(() -> pieces(reader(ScriptedSource.of(array.substring(0, array.length() - 3)), JSON)))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage("the answer begins like JSON and is not");
        assertThatThrownBy(() -> pieces(reader(ScriptedSource.of(array.replace("STOP", "")), JSON)))
                .isInstanceOf(CutReplyException.class);
    }

    @Test
    void aWholeReplyIsHandedOutAsOnePiece() throws IOException {
        ContentReader reader = reader(ScriptedSource.of(candidate("{\"text\":\"all\"}", "STOP")), JSON);
        assertThat(pieces(reader)).containsExactly("all");
        assertThat(reader.isFinished()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<html>s3cret</html> | the answer is markup, not an event stream",
                "' ' | the answer is empty",
                "s3cret | the answer is text, not an event stream",
                "{} | the answer has no candidates",
                "[] | the answer is JSON without candidates, not an event stream",
                "[1] | the answer begins like JSON and is not",
                "{\"candidates\":[{\"s3cret | the answer begins like JSON and is not",
                "'data: s3cret\n\n' | none of the stream's 1 events was a part of a reply",
            })
    void whatIsNoReplyIsMalformedAndNotQuoted(String body, String message) {
        assertThatThrownBy(() -> pieces(reader(ScriptedSource.of(body), JSON)))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage(message)
                .hasNoCause();
    }

    @Test
    void wordsThatCanBeNoPieceArePassedOver() throws IOException {
        ContentReader reader = reader(": hello\n\ndata:\n\ndata: \n\n" + text("a") + event("ping") + event("[1]")
                + event("true") + text("b") + event("[DONE]") + STOP);
        assertThat(pieces(reader)).containsExactly("a", "b", null);
        assertThat(reader.skippedEvents()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"candidates\":[{", "[{},1]", "[{\"candidates\":[]}", "\"text\":\"s3cret\"}]}}]}"})
    void aDamagedPieceMakesTheReplyMalformedAtOnceAndIsNotQuoted(String data) {
        for (String after : new String[] {"", text("b") + STOP}) {
            ContentReader reader = reader(text("a") + event(data) + after);
            assertThatThrownBy(() -> pieces(reader))
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessageStartingWith("event 2 of the stream is damaged")
                    .hasMessageNotContaining("s3cret");
            assertThat(reader.reply().build().text()).isEqualTo("a");
        }
    }

    @Test
    void whatIsDamagedBehindTheFinishReasonTakesNoReplyAway() throws IOException {
        ContentReader reader = reader(text("a") + STOP + event("{\"usageMetadata\":{\"prompt"));
        assertThat(pieces(reader)).containsExactly("a", null);
        assertThat(reader.isFinished()).isTrue();
        assertThat(reader.reply().build().finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void fieldsOfTheWrongKindAreAsIfTheyWereNotThere() throws IOException {
        ChatReply reply = read(event("{\"candidates\":{},\"usageMetadata\":[],\"promptFeedback\":1,\"responseId\":{}}")
                + event("{\"candidates\":[1,{\"content\":[]},{\"content\":{\"parts\":{}}},"
                        + "{\"content\":{\"parts\":[1,{\"text\":[],\"functionCall\":1,\"thought\":{}}]}}]}")
                + event(
                        "{\"candidates\":[{\"content\":{\"parts\":[{\"executableCode\":{\"code\":\"x\"}},{\"text\":\"a\"}]}}]}")
                + STOP);
        assertThat(reply.text()).isEqualTo("a");
        assertThat(reply.toolCalls()).isEmpty();
    }

    @Test
    void whatIsNotReadIsNamedAndAloneIsNoNormalAnswer() throws IOException {
        String picture =
                "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"s3cret\"},\"thoughtSignature\":\"c2VhbA==\"}";
        ChatReply alone = read(event(candidate(picture, "")) + STOP);
        assertThat(alone.text()).isEmpty();
        assertThat(alone.finishReason()).isEqualTo(FinishReason.OTHER);
        assertThat(alone.adapted()).containsExactly("the answer also held what is not read here: inlineData");
        ChatReply between = read(text("a")
                + text("b")
                + event(candidate(picture + ",{\"text\":\"c\"}", ""))
                + event(candidate("{\"text\":\"d\"}", ""))
                + text("e")
                + STOP);
        assertThat(between.text()).isEqualTo("abcde");
        assertThat(between.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(between.adapted()).isEqualTo(alone.adapted());
        ChatReply odd = read(event(
                        candidate("{\"text\":\"a\"},{\"Oh no, s3cret!\":1,\"mediaResolution\":{\"level\":\"x\"}}", ""))
                + event("{\"candidates\":[{\"index\":1,\"content\":{\"parts\":[" + picture + "]}}]}")
                + event("{\"candidates\":[{\"groundingMetadata\":{},\"citationMetadata\":null,\"safetyRatings\":[1]}]}")
                + STOP);
        assertThat(odd.adapted())
                .containsExactly(
                        "the answer also held what is not read here: something of an unlikely type, candidates");
    }

    @Test
    void aCallOfTheApplicationsToolsIsOneBesideThoseOfTheProvider() throws IOException {
        String call = "{\"functionCall\":{\"id\":\"f\",\"name\":\"order\",\"args\":{}}}";
        ChatReply reply = read(event(candidate("{\"toolCall\":{\"id\":\"t\"}}," + call, "STOP")));
        assertThat(reply.toolCalls()).containsExactly(ToolCall.of("f", "order", "{}"));
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(reply.adapted()).containsExactly("the answer also held what is not read here: toolCall");
    }

    @Test
    void aReplyThatGrowsTooLongIsMalformed() {
        ContentReader reader = new ContentReader(
                new EventStreamReader(
                        ScriptedSource.of(text("0123456789").repeat(3) + STOP).buffered(), () -> {}),
                STREAM,
                "asked",
                List.of(),
                15);
        assertThatThrownBy(() -> pieces(reader))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage("the answer is larger than 15 bytes");
    }

    // --- helpers

    private static String full(String end) {
        StringBuilder body = new StringBuilder();
        for (String piece : FULL.split("\n")) {
            body.append("data: ").append(piece).append(end).append(end);
        }
        return body.toString();
    }

    private static void verifyFull(ScriptedSource source) throws IOException {
        verifyFull(reader(source, STREAM), "Let me ", "see");
    }

    private static void verifyFull(ContentReader reader, String... expectedThoughts) throws IOException {
        List<String> thoughts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        while (reader.next()) {
            if (reader.reasoning() != null) {
                thoughts.add(reader.reasoning());
            }
            text.append(reader.text() == null ? "" : reader.text());
        }
        ChatReply reply = reader.reply().build();
        assertThat(thoughts).containsExactly(expectedThoughts);
        assertThat(text).hasToString("Caf\u00e9 \ud83d\ude00 ");
        assertThat(reply.text()).isEqualTo("Caf\u00e9 \ud83d\ude00 ");
        assertThat(reply.reasoning()).isEqualTo("Let me see");
        assertThat(reply.toolCalls())
                .containsExactly(
                        ToolCall.of("f1", "order", "{\"number\":7,\"deep\":{\"a\":[1.50,null]}}")
                                .thoughtSignature("c2lnbmVk"),
                        ToolCall.of("call_r1_2", "order", "{\"number\":8}"));
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(reply.usage()).isEqualTo(Usage.of(15, 10, 25, 3, 6));
        assertThat(reply.model()).isEqualTo("gemini-3");
        assertThat(reply.id()).isEqualTo("r1");
        assertThat(reader.skippedEvents()).isZero();
    }

    static String event(String json) {
        return "data: " + json + "\n\n";
    }

    static String text(String text) {
        return event("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + text + "\"}],\"role\":\"model\"}}]}");
    }

    static String candidate(String part, String finishReason) {
        return "{\"candidates\":[{\"content\":{\"parts\":[" + part + "],\"role\":\"model\"},\"finishReason\":\""
                + finishReason + "\"}]}";
    }

    /** Puts an x into that place. */
    private static String argument(String path) {
        return event(candidate(
                "{\"functionCall\":{\"willContinue\":true,\"partialArgs\":[{\"jsonPath\":" + Json.quoted(path)
                        + ",\"stringValue\":\"x\"}]}}",
                ""));
    }

    private static String usage(int prompt, int candidates, int total) {
        return event("{\"usageMetadata\":{\"promptTokenCount\":" + prompt + ",\"candidatesTokenCount\":" + candidates
                + ",\"totalTokenCount\":" + total + "}}");
    }

    private static ContentReader reader(String body) {
        return reader(ScriptedSource.of(body), STREAM);
    }

    static ContentReader reader(ScriptedSource source, Headers headers) {
        return new ContentReader(
                new EventStreamReader(source.buffered(), () -> {}),
                headers,
                "asked",
                List.of(),
                Transport.MAX_REPLY_BYTES);
    }

    private static ChatReply read(String body) throws IOException {
        ContentReader reader = reader(body);
        pieces(reader);
        assertThat(reader.isFinished()).isTrue();
        return reader.reply().build();
    }

    /** The text of each turn, null for one without. */
    static List<@Nullable String> pieces(ContentReader reader) throws IOException {
        List<@Nullable String> pieces = new ArrayList<>();
        while (reader.next()) {
            pieces.add(reader.text());
        }
        assertThat(reader.next()).isFalse();
        return pieces;
    }

    private static Failure failure(String body, Headers headers) {
        ContentReader reader = reader(ScriptedSource.of(body), headers);
        Throwable problem = catchThrowable(() -> pieces(reader));
        assertThat(problem).isInstanceOf(RefusedException.class);
        return new FailureSorter(List.of(), () -> true).sort(problem, Instant.EPOCH);
    }
}
