package io.github.tideover.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.wire.EventsByTheBook.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever comes, however its packets fall: the events of the standard, or an IOException, after a bounded number of reads. */
class EventStreamReaderFuzzTest {
    private static final String[] WORDS = {
        "data",
        "data:",
        "data: ",
        "dat",
        "event:",
        "event",
        "id:",
        "id: 7",
        "retry: 10",
        "retry:",
        "9",
        ":",
        " ",
        "a",
        "é",
        "€",
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
        "\uFEFF",
        "\u0000",
        "\t",
        "\u000b",
        "x".repeat(40),
        "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}",
        "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"bc\"},\"finish_reason\":null}]}\n\n"
    };

    @Test
    void anyBytesReadAsByTheBook() {
        Fuzz.play(12_000, dice -> readsAsByTheBook(Fuzz.anyBytes(dice, 120), dice));
    }

    @Test
    void anyWordsReadAsByTheBook() {
        Fuzz.play(15_000, dice -> readsAsByTheBook(Fuzz.anyOf(WORDS, dice, 30), dice));
    }

    @Test
    void damagedWordsReadAsByTheBook() {
        Fuzz.play(12_000, dice -> readsAsByTheBook(Fuzz.damaged(Fuzz.anyOf(WORDS, dice, 30), WORDS, dice), dice));
    }

    @Test
    void linesThatBeginAlikeReadAsByTheBook() {
        Fuzz.play(2_000, dice -> {
            String head = (dice.nextBoolean() ? "data: " : ": ") + "abcdefgh".repeat(8 + dice.nextInt(20));
            String[] ends = {"\n", "\n\n", "\r", "\r\n", "\r\n\r\n", "\n" + head + "\n"};
            StringBuilder stream = new StringBuilder();
            for (int i = dice.nextInt(40); i >= 0; i--) {
                stream.append(head, 0, head.length() - (dice.nextBoolean() ? 0 : dice.nextInt(head.length())))
                        .append("é\t\u000b".repeat(dice.nextInt(3)))
                        .append(dice.nextBoolean() ? head : "")
                        .append(ends[dice.nextInt(ends.length)]);
            }
            readsAsByTheBook(stream.toString().getBytes(UTF_8), dice);
        });
    }

    @Test
    void recordedStreamsReadAsByTheBookSoundAndDamaged() throws IOException {
        List<byte[]> recorded = Fuzz.recordedStreams();
        for (byte[] body : recorded) {
            readsAsByTheBook(body, new Random(0));
        }
        Fuzz.play(800, dice -> {
            byte[] body = recorded.get(dice.nextInt(recorded.size()));
            readsAsByTheBook(Fuzz.damaged(body, WORDS, dice), dice);
        });
    }

    @Test
    void boundsArePassedAtTheSamePlaceHoweverThePacketsFall() {
        Fuzz.play(12_000, dice -> {
            byte[] body = Fuzz.damaged(Fuzz.anyOf(WORDS, dice, 30), WORDS, dice);
            int maxLine = 1 + dice.nextInt(120);
            int maxEvent = 1 + dice.nextInt(120);
            EventsByTheBook book = new EventsByTheBook(body, maxLine, maxEvent);
            for (int i = 0; i < 3; i++) {
                ScriptedSource source = i == 0 ? ScriptedSource.of(body) : Fuzz.inPackets(body, dice);
                EventStreamReader reader =
                        new EventStreamReader(source.buffered(), () -> {}, maxLine, maxEvent, Long.MAX_VALUE);
                List<Event> events = new ArrayList<>();
                String passed = readInto(events, reader);
                assertThat(events).isEqualTo(book.events);
                assertThat(passed).isEqualTo(book.passed);
            }
        });
    }

    @Test
    void theBoundOfAllIsNeverPassedUnseen() {
        Fuzz.play(10_000, dice -> {
            byte[] body = Fuzz.anyOf(WORDS, dice, 30);
            int maxTotal = 1 + dice.nextInt(body.length + 10);
            List<Event> events = new ArrayList<>();
            String passed = readInto(
                    events,
                    new EventStreamReader(Fuzz.inPackets(body, dice).buffered(), () -> {}, 10_000, 10_000, maxTotal));
            List<Event> all = new EventsByTheBook(body).events;
            assertThat(passed).isEqualTo(body.length > maxTotal ? "stream" : "");
            assertThat(events).isEqualTo(all.subList(0, events.size()));
            if (body.length <= maxTotal) {
                assertThat(events).hasSameSizeAs(all);
            }
        });
    }

    @Test
    void lookingAtTheOpeningChangesNothing() {
        Fuzz.play(10_000, dice -> {
            byte[] body = dice.nextBoolean() ? Fuzz.anyBytes(dice, 40) : Fuzz.anyOf(WORDS, dice, 12);
            ScriptedSource source = Fuzz.inPackets(body, dice);
            EventStreamReader reader = new EventStreamReader(source.buffered(), () -> {});
            EventStreamReader.Opening opening = reader.opening();
            assertThat(reader.opening()).isEqualTo(opening);
            List<Event> events = new ArrayList<>();
            assertThat(readInto(events, reader)).isEmpty();
            EventsByTheBook book = new EventsByTheBook(body);
            assertThat(events).isEqualTo(book.events);
            assertThat(opening == EventStreamReader.Opening.NOTHING)
                    .isEqualTo((String.join("", book.lines) + book.rest).matches("[ \t\r\n]*"));
        });
    }

    private static void readsAsByTheBook(byte[] body, Random dice) {
        EventsByTheBook book = new EventsByTheBook(body);
        for (int i = 0; i < 3; i++) {
            ScriptedSource source = i == 0 ? ScriptedSource.of(body) : Fuzz.inPackets(body, dice);
            EventStreamReader reader = new EventStreamReader(source.buffered(), () -> {});
            List<Event> events = new ArrayList<>();
            assertThat(readInto(events, reader)).isEmpty();
            assertThat(events).isEqualTo(book.events);
            assertThat(reader.retryMillis()).isEqualTo(book.retryMillis);
            assertThat(source.reads()).isLessThanOrEqualTo(body.length + 1);
            assertThat(reader.bytes()).hasSizeLessThanOrEqualTo(Math.max(8 * 1024, 4 * body.length));
        }
    }

    /** Reads to the end, and says which bound was passed on the way. */
    private static String readInto(List<Event> events, EventStreamReader reader) {
        try {
            while (reader.next()) {
                byte[] data = reader.bytes();
                events.add(new Event(
                        reader.eventType(),
                        reader.lastEventId(),
                        new String(data, reader.dataStart(), reader.dataEnd() - reader.dataStart(), ISO_8859_1)));
            }
            assertThat(reader.dataEnd()).isEqualTo(reader.dataStart());
            return "";
        } catch (MalformedReplyException e) {
            String message = String.valueOf(e.getMessage());
            return message.startsWith("a line") ? "line" : message.startsWith("an event") ? "event" : "stream";
        } catch (IOException e) {
            throw new AssertionError("nothing broke", e);
        }
    }
}
