package io.github.tideover.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.wire.Allocation;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.RepeatedSource;
import io.github.tideover.wire.Transport;
import java.io.IOException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What says nothing takes no memory, however often it is said. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ChunkReaderMemoryTest {
    private static final long ONE_OF_EACH = 64 * 1024;

    @ParameterizedTest
    @ValueSource(strings = {"data:\n\n", "data: \r\n\r\n", ": still thinking\n\n"})
    void tenMillionEventsThatSayNothingAreCutAndAllocateNothing(String event) throws IOException {
        long allocated = Allocation.of(() -> {
            ChunkReader reader = new ChunkReader(
                    new EventStreamReader(new RepeatedSource(": hello\n", event, 10_000_000).buffered(), () -> {}),
                    ChunkReaderTest.STREAM,
                    json -> {
                        throw new AssertionError("this is a stream");
                    },
                    Transport.MAX_REPLY_BYTES);
            assertThatThrownBy(reader::next)
                    .isInstanceOf(CutReplyException.class)
                    .hasMessageContaining("after 0 events");
        });
        assertThat(allocated).isLessThan(ONE_OF_EACH);
    }
}
