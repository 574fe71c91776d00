package io.github.tideover.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The time by which servers go: the machine's, or a test's own.
 *
 * @param nanos a monotonic clock
 * @param wall the wall clock
 * @param timer runs a task so much later
 * @param isManual whether it moves only when a test moves it
 */
record ServerTime(LongSupplier nanos, Supplier<Instant> wall, BiConsumer<Duration, Runnable> timer, boolean isManual) {
    static ServerTime system() {
        return new ServerTime(
                System::nanoTime,
                Instant::now,
                (delay, task) -> CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS)
                        .execute(task),
                false);
    }

    static ServerTime of(ManualTime time) {
        return new ServerTime(
                time::nanos,
                time::instant,
                (delay, task) -> {
                    ScheduledFuture<?> unused = time.scheduler().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
                },
                true);
    }

    void later(Duration delay, Runnable task) {
        timer.accept(delay, task);
    }

    long now() {
        return nanos.getAsLong();
    }
}
