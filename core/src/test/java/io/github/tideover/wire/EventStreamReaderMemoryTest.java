package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import okio.Okio;
import okio.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stream may take of the memory: its window, and nothing for each line. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class EventStreamReaderMemoryTest {
    /** The window, Okio's segments, and whatever else there is one of. */
    private static final long ONE_OF_EACH = 64 * 1024;

    private static final int MANY = 1_000_000;

    @ParameterizedTest
    @ValueSource(
            strings = {
                ": keep-alive\n",
                "\n",
                "\r\n",
                "foo: bar\n",
                "date: today\r\n",
                "retry: 3000\n",
                "id: 7\n",
                "event: ping\n\n"
            })
    void aMillionLinesThatBringNoEventAllocateNothing(String line) throws IOException {
        long allocated = Allocation.of(() -> {
            EventStreamReader reader = reader(new RepeatedSource("", line, MANY));
            assertThat(reader.next()).isFalse();
        });
        assertThat(allocated).isLessThan(ONE_OF_EACH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"data:\n\n", "data: {\"a\":1}\n\n", ": c\nid: 7\nevent: a\ndata: x\ndata: y\r\n\r\n"})
    void aMillionEventsAllocateNothingUntilTheyAreAskedFor(String event) throws IOException {
        long allocated = Allocation.of(() -> {
            EventStreamReader reader = reader(new RepeatedSource("", event, MANY));
            int events = 0;
            while (reader.next()) {
                events++;
            }
            assertThat(events).isEqualTo(MANY);
        });
        assertThat(allocated).isLessThan(ONE_OF_EACH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "data: x\n"})
    void anEventOfAHundredMegabytesIsRefusedWithinItsBoundAndInTheMemoryOfTheBound(String piece) throws IOException {
        int pieces = 100 * 1024 * 1024 / piece.length();
        long mostOfAll =
                16L * EventStreamReader.DEFAULT_MAX_EVENT; // what a doubled window comes to, all its sizes added up
        RepeatedSource source = new RepeatedSource("data: ", piece, pieces);
        long allocated = Allocation.of(() -> {
            RepeatedSource again = new RepeatedSource("data: ", piece, pieces);
            assertThatThrownBy(reader(again)::next).isInstanceOf(MalformedReplyException.class);
        });
        assertThat(allocated).isLessThan(mostOfAll);
        EventStreamReader reader = reader(source);
        assertThatThrownBy(reader::next)
                .isInstanceOf(MalformedReplyException.class)
                .hasMessageContaining(piece.equals("x") ? "longer than 1048576 bytes" : "more than 4194304 bytes");
        assertThat(source.served()).isLessThan(5L * EventStreamReader.DEFAULT_MAX_EVENT);
        assertThat(reader.bytes()).hasSizeLessThanOrEqualTo(4 * EventStreamReader.DEFAULT_MAX_EVENT);
    }

    @Test
    void aStreamWithoutEndIsRefusedAtItsBoundInConstantMemory() throws IOException {
        long allocated = Allocation.of(() -> {
            RepeatedSource source = new RepeatedSource("", ": and so on\n", Integer.MAX_VALUE);
            EventStreamReader reader =
                    new EventStreamReader(Okio.buffer((Source) source), () -> {}, 1_000, 1_000, 100L * 1024 * 1024);
            assertThatThrownBy(reader::next).hasMessage("the event stream is longer than 104857600 bytes");
        });
        assertThat(allocated).isLessThan(ONE_OF_EACH);
    }

    private static EventStreamReader reader(Source source) {
        return new EventStreamReader(Okio.buffer(source), () -> {});
    }
}
