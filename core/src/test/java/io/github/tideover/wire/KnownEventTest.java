package io.github.tideover.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events that the reader recognises while it looks for their end. */
class KnownEventTest {
    private static final String LEARNED = "{\"type\":\"delta\",\"n\":17,\"id\":\"abc\",\"text\":\"Hi\"}";
    private static final String OTHER = "{\"type\":\"delta\",\"n\":18,\"id\":\"abc\",\"text\":\" you\"}";

    private final ChunkTemplate template =
            new ChunkTemplate(ChunkFields.text("text").counting("n").ignoring("id"));

    KnownEventTest() {
        byte[] learned = LEARNED.getBytes(UTF_8);
        assertThat(template.learn(learned, 0, learned.length, "Hi")).isTrue();
        // Once it has matched, it knows which of its holes differ.
        byte[] other = OTHER.getBytes(UTF_8);
        assertThat(template.match(other, 0, other.length)).isEqualTo(" you");
    }

    @Test
    void anEventIsWhatItsLinesSay() throws IOException {
        EventStreamReader reader = reader("event: delta\nid: 4\ndata: " + OTHER.replace("18", "19")
                + "\n\nevent: delta\ndata:" + LEARNED + "\r\n\r\ndata: " + OTHER + "\n\n");
        assertThat(reader.next()).isTrue();
        assertThat(reader.known()).isEqualTo(" you");
        assertThat(template.count(0)).isEqualTo(19);
        assertThat(data(reader)).isEqualTo(OTHER.replace("18", "19"));
        assertThat(reader.eventType()).isEqualTo("delta");
        assertThat(reader.lastEventId()).isEqualTo("4");
        assertThat(reader.next()).isTrue();
        assertThat(reader.known()).isEqualTo("Hi");
        assertThat(data(reader)).isEqualTo(LEARNED);
        assertThat(reader.eventType()).isEqualTo("delta");
        assertThat(reader.next()).isTrue();
        assertThat(reader.known()).isEqualTo(" you");
        assertThat(reader.eventType()).isEqualTo("message");
        assertThat(reader.next()).isFalse();
        assertThat(reader.known()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: %s\r\r", // such line ends are rare, and left to the general way
                "data: %s\n\r\n",
                "data: %s \n\n",
                "data:  %s\n\n",
                "data: %s\nevent: late\n\n",
                "data: \ndata: %s\n\n",
                "data: %s\ndata: \n\n",
            })
    void anEventThatIsPutInAnotherWayIsReadInTheGeneralOne(String event) throws IOException {
        EventStreamReader reader = reader(event.formatted(OTHER));
        assertThat(reader.next()).isTrue();
        assertThat(reader.known()).isNull();
        assertThat(data(reader).strip()).isEqualTo(OTHER);
        assertThat(reader.eventType()).isEqualTo(event.contains("late") ? "late" : "message");
        assertThat(reader.next()).isFalse();
    }

    @Test
    void anotherFieldIsNotTheData() throws IOException {
        EventStreamReader reader = reader("dato: " + OTHER + "\n\ndata " + OTHER + "\n\n: " + OTHER + "\n\n");
        assertThat(reader.next()).isFalse();
        assertThat(reader.known()).isNull();
    }

    @Test
    void whatIsCutIsNoEvent() throws IOException {
        String event = "data: " + OTHER + "\n\n";
        for (int length = 0; length < event.length(); length++) {
            EventStreamReader reader = reader(event.substring(0, length));
            assertThat(reader.next()).isFalse();
            assertThat(reader.known()).isNull();
        }
    }

    @Test
    void theBoundsHold() throws IOException {
        String event = "data: " + OTHER + "\n\n";
        int line = event.length() - 2;
        EventStreamReader wide = reader(event, line, OTHER.length());
        assertThat(wide.next()).isTrue();
        assertThat(wide.known()).isEqualTo(" you");
        assertThatThrownBy(() -> reader(event, line - 1, OTHER.length()).next())
                .isInstanceOf(MalformedReplyException.class)
                .hasMessageContaining("line");
        assertThatThrownBy(() -> reader(event, line, OTHER.length() - 1).next())
                .isInstanceOf(MalformedReplyException.class)
                .hasMessageContaining("data");
    }

    @Test
    void aChunkOfSeveralLinesIsNotLearned() {
        byte[] lines = LEARNED.replace(",", ",\n").getBytes(UTF_8);
        assertThat(new ChunkTemplate(ChunkFields.text("text")).learn(lines, 0, lines.length, "Hi"))
                .isFalse();
    }

    @Test
    void aHoleThatWasTheSameSoFarIsOpenedByTheFirstThatDiffers() {
        byte[] other = OTHER.replace("abc", "de").getBytes(UTF_8);
        assertThat(template.find(other, 0, other.length)).isEqualTo(-1);
        assertThat(template.match(other, 0, other.length)).isEqualTo(" you");
        assertThat(template.find(other, 0, other.length)).isEqualTo(other.length);
        byte[] damaged = OTHER.replace("abc", "d\\e").getBytes(UTF_8);
        assertThat(template.match(damaged, 0, damaged.length)).isNull();
    }

    private EventStreamReader reader(String stream) {
        return reader(stream, 1_000, 1_000);
    }

    private EventStreamReader reader(String stream, int maxLine, int maxEvent) {
        EventStreamReader reader = new EventStreamReader(
                ScriptedSource.of(stream.getBytes(UTF_8)).buffered(), () -> {}, maxLine, maxEvent, Long.MAX_VALUE);
        reader.recognise(template);
        return reader;
    }

    private static String data(EventStreamReader reader) {
        return new String(reader.bytes(), reader.dataStart(), reader.dataEnd() - reader.dataStart(), UTF_8);
    }
}
