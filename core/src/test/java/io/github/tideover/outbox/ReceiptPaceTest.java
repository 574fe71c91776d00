package io.github.tideover.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatRequest;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How soon a message is safe, and how many are in a second, on the disk that holds the temporary directory. It prints both, and
 * holds them only to what the slowest machine should do: a message takes little longer than the disk alone takes to have a page safe.
 */
@Timeout(120)
class ReceiptPaceTest {
    private static final int WRITERS = 1_000;
    private static final int EACH = 20;
    /** What a receipt takes of the disk's time at most, in pages written one by one; it is about three. */
    private static final int MOST_WRITES = 5;

    @TempDir
    private Path directory;

    private static void keep(Ledger ledger) throws InterruptedException {
        assertThat(Ledgers.keep(ledger, ChatRequest.of("Where is my order? It was to come last Monday."), 30))
                .isPresent();
    }

    @Test
    void aMessageIsSafeSoonAndManyAreSafeTogether() throws Exception {
        Ledger ledger = Outbox.builder()
                .directory(directory)
                .maxMessages(1_000_000)
                .build()
                .open(Clock.systemUTC(), System::nanoTime);
        long[] took = new long[400];
        long[] bare = new long[took.length];
        ByteBuffer page = ByteBuffer.allocate(4_096);
        try (FileChannel file =
                FileChannel.open(directory.resolve("bare"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = -100; i < took.length; i++) { // the first ones warm up
                long start = System.nanoTime();
                keep(ledger);
                long kept = System.nanoTime();
                file.write(page.clear());
                file.force(true);
                if (i >= 0) {
                    took[i] = kept - start;
                    bare[i] = System.nanoTime() - kept;
                }
            }
        }
        Arrays.sort(took);
        Arrays.sort(bare);
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Thread writer = new Thread(() -> {
                try {
                    go.await();
                    for (int message = 0; message < EACH; message++) {
                        keep(ledger);
                    }
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            writers.add(writer);
            writer.start();
        }
        long start = System.nanoTime();
        go.countDown();
        for (Thread writer : writers) {
            writer.join();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double rate = WRITERS * EACH / seconds;
        System.out.printf(
                "A receipt alone: p50 %.2f ms, p99 %.2f ms, where the disk alone takes %.2f ms; %d writers at once: %.0f receipts a second%n",
                took[took.length / 2] / 1e6,
                took[took.length * 99 / 100] / 1e6,
                bare[bare.length / 2] / 1e6,
                WRITERS,
                rate);
        assertThat(ledger.list()).hasSize(500 + WRITERS * EACH);
        assertThat(Duration.ofNanos(took[took.length / 2]))
                .isLessThan(Duration.ofMillis(100).plusNanos(MOST_WRITES * bare[bare.length / 2]));
        assertThat(rate).isGreaterThan(200);
        Ledgers.close(ledger, 30);
    }
}
