package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import okio.BufferedSource;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JSON lines, as the reader of events sees them. */
class LinesAsEventsTest {
    private static BufferedSource chunked(String body, int size) {
        return ScriptedSource.split(body.getBytes(StandardCharsets.UTF_8), size, null)
                .buffered();
    }

    private static List<String> read(LinesAsEvents lines) throws IOException {
        EventStreamReader events = new EventStreamReader(Okio.buffer(lines), () -> {});
        List<String> read = new ArrayList<>();
        while (events.next()) {
            read.add(new String(
                    events.bytes(), events.dataStart(), events.dataEnd() - events.dataStart(), StandardCharsets.UTF_8));
        }
        return read;
    }

    private static List<String> read(String body, int size) throws IOException {
        return read(new LinesAsEvents(chunked(body, size), 1_000));
    }

    @ParameterizedTest
    @CsvSource({
        "'{1}\n{2}\n',            '{1},{2}'",
        "'{1}\r\n\r\n{2}\r\n',    '{1} ,{2} '",
        "'\n\n  \n{1}\n\n{2}\n',  '{1},{2}'",
        "'{1}\n{2}',              '{1},{2}'",
        "'{1,\r2}\n',             '{1, 2}'",
        "' {1}\n: no comment\n',  ' {1},: no comment'",
        "'data: {1}\nid: 7\n',    'data: {1},id: 7'",
        "'',                      ''",
    })
    void eachLineThatIsNotBlankIsTheDataOfOneEvent(String body, String events) throws IOException {
        for (int size = 1; size <= Math.max(1, body.length()); size++) {
            assertThat(String.join(",", read(body, size)))
                    .as("in chunks of %d", size)
                    .isEqualTo(events);
        }
    }

    @Test
    void anyLinesComeThroughWhateverTheyHold() throws IOException {
        Random dice = new Random(7);
        for (int round = 0; round < 500; round++) {
            List<String> lines = new ArrayList<>();
            for (int i = dice.nextInt(20); i >= 0; i--) {
                StringBuilder line = new StringBuilder("{");
                for (int j = dice.nextInt(300); j > 0; j--) {
                    line.appendCodePoint("a:\u00e9 \ud83d\ude00\t{\"\\\u2028".codePointAt(dice.nextInt(8)));
                }
                lines.add(line.toString().replaceAll("\\p{Cs}", "x"));
            }
            assertThat(read(String.join("\n", lines) + "\n", 1 + dice.nextInt(50)))
                    .isEqualTo(lines);
        }
    }

    @Test
    void aLineIsThereBeforeTheNextOneBegins() throws IOException {
        BufferedSource body = ScriptedSource.of("{1}\n").thenStaysOpen().buffered();
        EventStreamReader events = new EventStreamReader(Okio.buffer(new LinesAsEvents(body, 1_000)), () -> {});
        assertThat(events.next()).isTrue();
    }

    @Test
    void aLineWithoutAnEndIsKnownAsSuch() throws IOException {
        LinesAsEvents whole = new LinesAsEvents(chunked("{1}\n{2}\n", 3), 1_000);
        read(whole);
        assertThat(whole.isOpenEnded()).isFalse();
        LinesAsEvents cut = new LinesAsEvents(chunked("{1}\n{2", 3), 1_000);
        assertThat(read(cut)).containsExactly("{1}", "{2");
        assertThat(cut.isOpenEnded()).isTrue();
    }

    @Test
    void aLineThatHasNoEndIsNotKeptWithoutBound() throws IOException {
        assertThat(read("x".repeat(1_000) + "\n", 77)).hasSize(1);
        FailureSorter sorter = new FailureSorter(List.of(), () -> true);
        for (String tooLong : List.of("x".repeat(1_001) + "\n", "x".repeat(100_000))) {
            assertThatThrownBy(() -> read(tooLong, 77)).satisfies(e -> {
                Failure failure = sorter.sort(e, Instant.EPOCH);
                assertThat(failure.kind()).isEqualTo(FailureKind.MALFORMED);
                assertThat(failure.message()).endsWith("a line is longer than 1000 bytes");
            });
        }
    }
}
