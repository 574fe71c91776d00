package io.github.tideover.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatRequest;
import java.nio.file.Path;
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
 * holds them only to what the slowest machine should do.
 */
@Timeout(120)
class ReceiptPaceTest {
    private static final int WRITERS = 1_000;
    private static final int EACH = 20;

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
        for (int i = -100; i < took.length; i++) { // the first ones warm up
            long start = System.nanoTime();
            keep(ledger);
            if (i >= 0) {
                took[i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(took);
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
                "A receipt alone: p50 %.2f ms, p99 %.2f ms; %d writers at once: %.0f receipts a second%n",
                took[took.length / 2] / 1e6, took[took.length * 99 / 100] / 1e6, WRITERS, rate);
        assertThat(ledger.list()).hasSize(500 + WRITERS * EACH);
        assertThat(Duration.ofNanos(took[took.length / 2])).isLessThan(Duration.ofMillis(100));
        assertThat(rate).isGreaterThan(200);
        Ledgers.close(ledger, 30);
    }
}
