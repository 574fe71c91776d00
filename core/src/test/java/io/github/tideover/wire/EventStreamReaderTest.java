package io.github.tideover.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import okio.Buffer;
import okio.Okio;
import okio.Source;
import okio.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@org.junit.jupiter.api.Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class EventStreamReaderTest {
    private static final String BOM = "\uFEFF";

    /** What the standard makes of a stream: each event as {@code type|last id|data}. */
    static List<Arguments> theStandard() {
        return List.of(
                arguments("an event", "data: a\n\n", List.of("message||a")),
                arguments("two events", "data: a\n\ndata: b\n\n", List.of("message||a", "message||b")),
                arguments("no space after the colon", "data:a\n\n", List.of("message||a")),
                arguments("one space goes, a second stays", "data:  a\n\n", List.of("message|| a")),
                arguments("a tab is no space", "data:\ta\n\n", List.of("message||\ta")),
                arguments("spaces at the end stay", "data: a  \n\n", List.of("message||a  ")),
                arguments("a colon in the value", "data: a:b\n\n", List.of("message||a:b")),
                arguments("CR", "data: a\r\rdata: b\r\r", List.of("message||a", "message||b")),
                arguments("CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", List.of("message||a", "message||b")),
                arguments("mixed ends", "data: a\r\n\ndata: b\n\r\ndata: c\r\r\n", abc()),
                arguments("CR LF CR", "data: a\n\r\ndata: b\r\n\rdata: c\n\n", abc()),
                arguments("lines join with LF", "data: a\rdata: b\r\ndata: c\n\n", List.of("message||a\nb\nc")),
                arguments("empty lines of data", "data\ndata\n\n", List.of("message||\n")),
                arguments("data, then none", "data: a\ndata\ndata:\ndata: b\n\n", List.of("message||a\n\n\nb")),
                arguments("empty data is an event", "data:\n\n", List.of("message||")),
                arguments("data without a colon", "data\n\n", List.of("message||")),
                arguments("only a space", "data: \n\n", List.of("message||")),
                arguments("no data, no event", "event: a\nid: 1\n\n\n\n", List.of()),
                arguments("a type", "event: ping\ndata: a\n\ndata: b\n\n", List.of("ping||a", "message||b")),
                arguments("a type after the data", "data: a\nevent: ping\n\n", List.of("ping||a")),
                arguments("the last type counts", "event: a\nevent: b\ndata: c\n\n", List.of("b||c")),
                arguments("an empty type", "event: a\nevent\ndata: c\n\n", List.of("message||c")),
                arguments("a type without data is lost", "event: a\n\ndata: b\n\n", List.of("message||b")),
                arguments("a type comes back", "event: a\ndata: 1\n\nevent: a\ndata: 2\n\n", List.of("a||1", "a||2")),
                arguments("an id stays", "id: 7\ndata: a\n\ndata: b\n\n", List.of("message|7|a", "message|7|b")),
                arguments("an id goes", "id: 7\ndata: a\n\nid\ndata: b\n\n", List.of("message|7|a", "message||b")),
                arguments("an id without data", "id: 7\n\ndata: a\n\n", List.of("message|7|a")),
                arguments("an id with NUL", "id: 7\nid: 8\u0000\ndata: a\n\n", List.of("message|7|a")),
                arguments("a comment", ": hello\ndata: a\n:\n: again\n\n", List.of("message||a")),
                arguments("comments and nothing else", ": a\n\n: b\n\n", List.of()),
                arguments("a comment between lines of data", "data: a\n: and\ndata: b\n\n", List.of("message||a\nb")),
                arguments("fields without meaning", "dat: a\ndataa: b\nDATA: c\n data: d\ndata : e\n\n", List.of()),
                arguments("a field between lines of data", "data: a\nfoo: x\ndata: b\n\n", List.of("message||a\nb")),
                arguments("a mark at the start", BOM + "data: a\n\n", List.of("message||a")),
                arguments("a second mark is a letter", BOM + BOM + "data: a\n\ndata: b\n\n", List.of("message||b")),
                arguments("a mark later is a letter", "data: a\n\n" + BOM + "data: b\n\n", List.of("message||a")),
                arguments("a mark in the data", "data: " + BOM + "a\n\n", List.of("message||" + BOM + "a")),
                arguments("half a mark", "\uFEC0data: a\n\ndata: b\n\n", List.of("message||b")),
                arguments("a mark and no more", BOM, List.of()),
                arguments("nothing", "", List.of()),
                arguments("blank lines first", "\r\n\n\rdata: a\n\n", List.of("message||a")),
                arguments("an end without a blank line", "data: a\n\ndata: b\n", List.of("message||a")),
                arguments("an end without a line end", "data: a\n\ndata: b", List.of("message||a")),
                arguments("an unterminated mark of the end", "data: a\n\ndata: [DONE]", List.of("message||a")),
                arguments("an end after CR", "data: a\r\n\r", List.of("message||a")),
                arguments("characters of every length", "data: aé€😀\n\n", List.of("message||aé€😀")),
                arguments("separators of other alphabets", "data: a\u2028b\u0085c\fd\n\n", separators()),
                arguments("a NUL in the data", "data: a\u0000b\n\n", List.of("message||a\u0000b")));
    }

    private static List<String> abc() {
        return List.of("message||a", "message||b", "message||c");
    }

    private static List<String> separators() {
        return List.of("message||a\u2028b\u0085c\fd");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("theStandard")
    void readsAsTheStandardSays(String name, String stream, List<String> expected) throws IOException {
        byte[] bytes = stream.getBytes(UTF_8);
        assertThat(events(ScriptedSource.of(bytes))).isEqualTo(expected);
        assertThat(byTheBook(bytes)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("theStandard")
    void readsTheSameHoweverThePacketsFall(String name, String stream, List<String> expected) throws IOException {
        byte[] bytes = stream.getBytes(UTF_8);
        assertThat(events(ScriptedSource.byteByByte(bytes))).isEqualTo(expected);
        for (int at = 0; at <= bytes.length; at++) {
            assertThat(events(ScriptedSource.splitAt(bytes, at)))
                    .as("split at %d", at)
                    .isEqualTo(expected);
        }
    }

    @Test
    void randomStreamsReadAsByTheBook() throws IOException {
        String[] words = {
            "data",
            "data:",
            "data: ",
            "event:",
            "event",
            "id:",
            "id",
            "retry: 10",
            ":",
            " ",
            "a",
            "é",
            "😀",
            "{\"a\":1}",
            "\n",
            "\n",
            "\n",
            "\r",
            "\r",
            "\r\n",
            "\r\n",
            "\n\n",
            BOM,
            "\u0000",
            "x".repeat(40),
            "\t",
            "\u000b"
        };
        for (int seed = 0; seed < 20_000; seed++) {
            Random dice = new Random(seed);
            StringBuilder stream = new StringBuilder();
            for (int i = dice.nextInt(30); i >= 0; i--) {
                stream.append(words[dice.nextInt(words.length)]);
            }
            byte[] bytes = stream.toString().getBytes(UTF_8);
            List<String> expected = byTheBook(bytes);
            assertThat(events(ScriptedSource.of(bytes))).as("seed %d", seed).isEqualTo(expected);
            assertThat(events(ScriptedSource.split(bytes, 9, dice)))
                    .as("seed %d, split", seed)
                    .isEqualTo(expected);
        }
    }

    @Test
    void longEventsReadAsByTheBook() throws IOException {
        for (int seed = 0; seed < 60; seed++) {
            Random dice = new Random(seed);
            StringBuilder stream = new StringBuilder();
            for (int i = 0; i < 40; i++) {
                stream.append("data: ")
                        .append("é".repeat(dice.nextInt(6_000)))
                        .append(dice.nextBoolean() ? "\n" : "\r\n");
                stream.append(dice.nextInt(3) == 0 ? "\n" : ": " + "c".repeat(dice.nextInt(3_000)) + "\r");
            }
            byte[] bytes = stream.append("\n\n").toString().getBytes(UTF_8);
            assertThat(events(ScriptedSource.split(bytes, 5_000, dice)))
                    .as("seed %d", seed)
                    .isEqualTo(byTheBook(bytes));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"data: a\n\n", "data: a\r\r", "data: a\r\n\r", "data: a\r\n\n", "data: a\n\r", "data: a\r\n\r\n"
            })
    void anEventIsThereWithItsBlankLineAndNothingMoreIsWaitedFor(String stream) throws IOException {
        EventStreamReader reader = reader(ScriptedSource.of(stream).thenStaysOpen());
        assertThat(reader.next()).isTrue();
        assertThat(data(reader)).isEqualTo("a");
    }

    @Test
    void anLfThatComesLateStillBelongsToItsCr() throws IOException {
        EventStreamReader reader = reader(ScriptedSource.of("data: a\r\n\r", "\n", "data: b\r", "\ndata: c\r", "\n\r")
                .thenStaysOpen());
        assertThat(reader.next()).isTrue();
        assertThat(data(reader)).isEqualTo("a");
        assertThat(reader.next()).isTrue();
        assertThat(data(reader)).isEqualTo("b\nc");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dXta: {",
                "dXta:{",
                "dta: {",
                "dta:{",
                "daata: {",
                "ata:{",
                "xdata: {",
                "data; {",
                "data;{",
                "data {",
                "data{",
                ":ata: {",
                "dXta:  {",
                "da{a: {",
                "{ata: {",
                "data : {"
            })
    void aLineWithANameThatWasDataIsHandedOutToThoseWhoLookForDamage(String line) throws IOException {
        for (boolean looks : new boolean[] {true, false}) {
            EventStreamReader events = new EventStreamReader(
                    ScriptedSource.of(line + "\"a\":1}\n\ndata: x\n\n").buffered(), () -> {});
            if (looks) {
                events.lookForDamage();
                assertThat(events.next()).isTrue();
                assertThat(dataOf(events)).isEqualTo(line + "\"a\":1}");
            }
            assertThat(events.next()).isTrue();
            assertThat(dataOf(events))
                    .as("to the standard, a field of an unknown name")
                    .isEqualTo("x");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{}",
                ": {}",
                "meta: {}",
                "id: {}",
                "event: {}",
                "retry: {}",
                "dXtX: {}",
                "dXta: x",
                "dXta: [1]",
                "dXta",
                "d",
                "data_x: {}",
                "comment {}",
                "daXXta: {}",
                "da: {}"
            })
    void aLineWithAnyOtherNameIsNoDataToThoseWhoLookForDamage(String line) throws IOException {
        EventStreamReader events = new EventStreamReader(
                ScriptedSource.of(line + "\n\ndata: x\n\n").buffered(), () -> {});
        events.lookForDamage();
        assertThat(events.next()).isTrue();
        assertThat(dataOf(events)).isEqualTo("x");
    }

    private static String dataOf(EventStreamReader events) {
        return new String(events.bytes(), events.dataStart(), events.dataEnd() - events.dataStart(), UTF_8);
    }

    @Test
    void afterTheEndThereIsNothing() throws IOException {
        EventStreamReader reader = reader(ScriptedSource.of("data: a\n\nevent: b\ndata: b"));
        assertThat(reader.next()).isTrue();
        assertThat(reader.next()).isFalse();
        assertThat(reader.next()).isFalse();
        assertThat(data(reader)).isEmpty();
        assertThat(reader.eventType()).isEqualTo("message");
    }

    @Test
    void aBrokenConnectionIsNotAnEnd() throws IOException {
        EventStreamReader reader =
                reader(ScriptedSource.of("data: a\n\ndata: b\n").thenFails(new IOException("reset")));
        assertThat(reader.next()).isTrue();
        assertThatThrownBy(reader::next).isInstanceOf(IOException.class).hasMessage("reset");
    }

    @ParameterizedTest
    @CsvSource({
        "retry: 3000,3000",
        "retry:0,0",
        "retry,-1",
        "retry: ,-1",
        "retry: 10s,-1",
        "retry: -5,-1",
        "retry: 1.5,-1"
    })
    void aRetryIsDigits(String line, long expected) throws IOException {
        EventStreamReader reader = reader(ScriptedSource.of(line + "\n\n"));
        assertThat(reader.next()).isFalse();
        assertThat(reader.retryMillis()).isEqualTo(expected);
    }

    @Test
    void aRetryBeyondAllTimeStaysOne() throws IOException {
        EventStreamReader reader = reader(ScriptedSource.of("retry: " + "9".repeat(100) + "\n"));
        assertThat(reader.next()).isFalse();
        assertThat(reader.retryMillis()).isGreaterThan(Long.MAX_VALUE / 2);
    }

    @Test
    void aLineMayBeAsLongAsItsBoundAndNoLonger() throws IOException {
        for (int packet : new int[] {1, 7, 100_000}) {
            byte[] fits = ("data: " + "x".repeat(94) + "\n\n").getBytes(UTF_8);
            assertThat(bounded(ScriptedSource.split(fits, packet, null)).next()).isTrue();
            byte[] over = ("data: " + "x".repeat(95) + "\n\n").getBytes(UTF_8);
            EventStreamReader reader = bounded(ScriptedSource.split(over, packet, null));
            assertThatThrownBy(reader::next)
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessage("a line of the event stream is longer than 100 bytes");
        }
    }

    @Test
    void anEndlessLineIsNotReadToItsEnd() {
        AtomicInteger served = new AtomicInteger();
        EventStreamReader reader = new EventStreamReader(
                Okio.buffer(endless("x".repeat(1_000), served)), () -> {}, 50_000, 50_000, Long.MAX_VALUE);
        assertThatThrownBy(reader::next).isInstanceOf(MalformedReplyException.class);
        assertThat(served).hasValueLessThan(52);
    }

    @Test
    void anEventMayBeAsLongAsItsBoundAndNoLonger() throws IOException {
        for (int packet : new int[] {1, 7, 100_000}) {
            String line = "data: " + "x".repeat(49) + "\n"; // 49, and an LF from the second on: 199 with four lines
            byte[] fits = (line.repeat(3) + "data: " + "x".repeat(50) + "\n\n").getBytes(UTF_8);
            EventStreamReader reader = bounded(ScriptedSource.split(fits, packet, null));
            assertThat(reader.next()).isTrue();
            assertThat(data(reader)).hasSize(200);
            byte[] over = (line.repeat(3) + "data: " + "x".repeat(51) + "\n\n").getBytes(UTF_8);
            EventStreamReader refusing = bounded(ScriptedSource.split(over, packet, null));
            assertThatThrownBy(refusing::next)
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessage("an event of the stream has more than 200 bytes of data");
        }
    }

    @Test
    void anEndlessEventIsNotReadToItsEnd() {
        AtomicInteger served = new AtomicInteger();
        EventStreamReader reader = new EventStreamReader(
                Okio.buffer(endless("data: " + "x".repeat(993) + "\n", served)),
                () -> {},
                10_000,
                50_000,
                Long.MAX_VALUE);
        assertThatThrownBy(reader::next).isInstanceOf(MalformedReplyException.class);
        assertThat(served).hasValueLessThan(60);
    }

    @Test
    void endlessCommentsEndWithTheTotalBoundAndTakeNoRoom() {
        for (String comment : new String[] {": keep-alive\n\n", ":\n", "data: a\n" + ": so\n".repeat(20) + "x\n"}) {
            AtomicInteger served = new AtomicInteger();
            EventStreamReader reader =
                    new EventStreamReader(Okio.buffer(endless(comment, served)), () -> {}, 1_000, 1_000_000, 300_000);
            assertThatThrownBy(reader::next)
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessage("the event stream is longer than 300000 bytes");
            assertThat(reader.bytes()).hasSizeLessThan(40_000);
        }
    }

    @Test
    void aBoundThatCannotBeIsRefused() {
        Buffer body = new Buffer();
        assertThatThrownBy(() -> new EventStreamReader(body, () -> {}, 0, 1, 1)).hasMessageContaining("maxLine");
        assertThatThrownBy(() -> new EventStreamReader(body, () -> {}, 1, -1, 1))
                .hasMessageContaining("maxEvent");
        assertThatThrownBy(() -> new EventStreamReader(body, () -> {}, 1, 1, 0)).hasMessageContaining("maxTotal");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data: a|EVENTS",
                "data|TEXT",
                ": hi|EVENTS",
                "event:x|EVENTS",
                "id: 1|EVENTS",
                "retry: 1|EVENTS",
                "retry later|TEXT",
                "database error|TEXT",
                "{\"a\":1}|JSON",
                "[1]|JSON",
                "<html>|MARKUP",
                "upstream connect error|TEXT",
                "42|TEXT"
            })
    void aBodyIsKnownByItsFirstWord(String body, EventStreamReader.Opening expected) throws IOException {
        for (String before : new String[] {"", " \r\n\t", BOM}) {
            byte[] bytes = (before + body).getBytes(UTF_8);
            assertThat(reader(ScriptedSource.byteByByte(bytes)).opening()).isEqualTo(expected);
        }
    }

    @Test
    void lookingTakesNothingAway() throws IOException {
        EventStreamReader reader = reader(ScriptedSource.of(BOM + "\ndata\n\n"));
        assertThat(reader.opening()).isEqualTo(EventStreamReader.Opening.EVENTS);
        assertThat(reader.next()).isTrue();
        EventStreamReader json = reader(ScriptedSource.of(BOM, " {", "}"));
        assertThat(json.opening()).isEqualTo(EventStreamReader.Opening.JSON);
        assertThat(new String(json.rest(10), UTF_8)).isEqualTo(" {}");
        assertThat(json.next()).isFalse();
    }

    @Test
    void blankIsNothing() throws IOException {
        assertThat(reader(ScriptedSource.of("")).opening()).isEqualTo(EventStreamReader.Opening.NOTHING);
        assertThat(reader(ScriptedSource.of(" \n")).opening()).isEqualTo(EventStreamReader.Opening.NOTHING);
        assertThat(reader(ScriptedSource.of(BOM)).opening()).isEqualTo(EventStreamReader.Opening.NOTHING);
    }

    @Test
    void whatIsLeftIsReadWithinABound() throws IOException {
        byte[] body = "{\"a\":\"b\"}".repeat(3_000).getBytes(UTF_8);
        assertThat(reader(ScriptedSource.split(body, 999, null)).rest(body.length))
                .isEqualTo(body);
        EventStreamReader reader = reader(ScriptedSource.split(body, 999, null));
        assertThatThrownBy(() -> reader.rest(body.length - 1)).isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void closingEndsAReadFromAnotherThreadAndLeavesTheSourceToThatThread() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch aborted = new CountDownLatch(1);
        AtomicBoolean inRead = new AtomicBoolean();
        AtomicBoolean closedInRead = new AtomicBoolean();
        CountDownLatch closed = new CountDownLatch(1);
        Source source = new Source() {
            @Override
            public long read(Buffer sink, long byteCount) throws IOException {
                inRead.set(true);
                reading.countDown();
                try {
                    assertThat(aborted.await(30, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                inRead.set(false);
                throw new IOException("aborted");
            }

            @Override
            public Timeout timeout() {
                return Timeout.NONE;
            }

            @Override
            public void close() {
                closedInRead.set(inRead.get());
                closed.countDown();
            }
        };
        EventStreamReader reader = new EventStreamReader(Okio.buffer(source), aborted::countDown);
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                reader.next();
                outcome.complete(null);
            } catch (Throwable e) {
                outcome.complete(e);
            }
        });
        thread.start();
        assertThat(reading.await(30, TimeUnit.SECONDS)).isTrue();
        reader.close();
        assertThat(outcome.get(30, TimeUnit.SECONDS))
                .isInstanceOf(IOException.class)
                .hasMessage("aborted");
        assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(closedInRead).isFalse();
        thread.join(30_000);
    }

    @Test
    void closingAbortsOnlyAStreamOfWhichMoreIsWanted() throws IOException {
        AtomicInteger aborts = new AtomicInteger();
        ScriptedSource open = ScriptedSource.of("data: a\n\n").thenStaysOpen();
        EventStreamReader cut = new EventStreamReader(open.buffered(), aborts::incrementAndGet);
        assertThat(cut.next()).isTrue();
        cut.close();
        cut.close();
        assertThat(aborts).hasValue(1);
        assertThat(open.isClosed()).isTrue();
        assertThatThrownBy(cut::next).isInstanceOf(IOException.class).hasMessageContaining("closed");

        ScriptedSource ended = ScriptedSource.of("data: a\n\n");
        EventStreamReader whole = new EventStreamReader(ended.buffered(), aborts::incrementAndGet);
        assertThat(whole.next()).isTrue();
        assertThat(whole.next()).isFalse();
        whole.close();
        EventStreamReader enough = new EventStreamReader(
                ScriptedSource.of("data: a\n\n").thenStaysOpen().buffered(), aborts::incrementAndGet);
        assertThat(enough.next()).isTrue();
        enough.finish();
        enough.close();
        assertThat(aborts).hasValue(1);
        assertThat(ended.isClosed()).isTrue();
    }

    @Test
    void manyEventsOfOneTypeShareOneString() throws IOException {
        EventStreamReader reader = reader(ScriptedSource.of("event: delta\ndata: 1\n\nevent: delta\ndata: 2\n\n"));
        assertThat(reader.next()).isTrue();
        String first = reader.eventType();
        assertThat(reader.next()).isTrue();
        assertThat(reader.eventType()).isSameAs(first);
    }

    private static EventStreamReader reader(ScriptedSource source) {
        return new EventStreamReader(source.buffered(), () -> {});
    }

    private static EventStreamReader bounded(ScriptedSource source) {
        return new EventStreamReader(source.buffered(), () -> {}, 100, 200, Long.MAX_VALUE);
    }

    private static List<String> events(ScriptedSource source) throws IOException {
        EventStreamReader reader = reader(source);
        List<String> events = new ArrayList<>();
        while (reader.next()) {
            events.add(reader.eventType() + "|" + reader.lastEventId() + "|" + data(reader));
        }
        return events;
    }

    private static String data(EventStreamReader reader) {
        return new String(reader.bytes(), reader.dataStart(), reader.dataEnd() - reader.dataStart(), UTF_8);
    }

    private static Source endless(String piece, AtomicInteger served) {
        byte[] bytes = piece.getBytes(UTF_8);
        return new Source() {
            @Override
            public long read(Buffer sink, long byteCount) {
                served.incrementAndGet();
                sink.write(bytes);
                return bytes.length;
            }

            @Override
            public Timeout timeout() {
                return Timeout.NONE;
            }

            @Override
            public void close() {
                // Nothing to free.
            }
        };
    }

    /** The standard's algorithm, word by word and without regard to speed. */
    private static List<String> byTheBook(byte[] bytes) {
        List<String> events = new ArrayList<>();
        String data = "";
        String type = "";
        String newId = "";
        for (String line : lines(bytes)) {
            if (line.isEmpty()) {
                if (!data.isEmpty()) {
                    events.add((type.isEmpty() ? "message" : type) + "|" + newId + "|"
                            + data.substring(0, data.length() - 1));
                }
                data = "";
                type = "";
                continue;
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            if (value.startsWith(" ")) {
                value = value.substring(1);
            }
            switch (name) {
                case "data" -> data += value + "\n";
                case "event" -> type = value;
                case "id" -> newId = value.contains("\u0000") ? newId : value;
                default -> {
                    // means nothing here
                }
            }
        }
        return events;
    }

    /** The lines that have an end, without it. */
    private static List<String> lines(byte[] bytes) {
        List<String> lines = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean hasMark = bytes.length >= 3 && new String(bytes, 0, 3, UTF_8).equals(BOM);
        for (int i = hasMark ? 3 : 0; i < bytes.length; i++) {
            if (bytes[i] == '\r' || bytes[i] == '\n') {
                lines.add(line.toString(UTF_8));
                line.reset();
                if (bytes[i] == '\r' && i + 1 < bytes.length && bytes[i + 1] == '\n') {
                    i++;
                }
            } else {
                line.write(bytes[i]);
            }
        }
        return lines;
    }
}
