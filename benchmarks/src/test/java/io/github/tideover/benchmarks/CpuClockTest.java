package io.github.tideover.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CpuClockTest {
    private static final long WORK_NANOS = 30_000_000;
    /** By how much Java's own figure, where it has to serve, is behind. */
    private static final long STEP_NANOS = 10_000_000;

    @Test
    void countsWhatEveryThreadSpends() throws Exception {
        CpuClock clock = new CpuClock();
        CountDownLatch worked = new CountDownLatch(1);
        CountDownLatch counted = new CountDownLatch(1);
        Thread other = new Thread(() -> {
            work();
            worked.countDown();
            await(counted);
        });
        long before = clock.nanos();
        other.start();
        work();
        await(worked);
        long spent = clock.nanos() - before;
        counted.countDown();
        other.join();
        assertThat(spent).isGreaterThanOrEqualTo(2 * WORK_NANOS - STEP_NANOS);
        assertThat(clock.nanos() - before).as("with one thread less").isGreaterThanOrEqualTo(spent);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void work() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        while (threads.getCurrentThreadCpuTime() - start < WORK_NANOS) {
            Thread.onSpinWait();
        }
    }
}
