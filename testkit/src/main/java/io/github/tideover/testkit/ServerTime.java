package io.github.tideover.testkit;

import java.time.Instant;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The time by which servers go: the machine's, or a test's own.
 *
 * @param nanos a monotonic clock
 * @param wall the wall clock
 * @param isManual whether it moves only when a test moves it
 */
record ServerTime(LongSupplier nanos, Supplier<Instant> wall, boolean isManual) {
    static ServerTime system() {
        return new ServerTime(System::nanoTime, Instant::now, false);
    }

    static ServerTime of(ManualTime time) {
        return new ServerTime(time::nanos, time::instant, true);
    }

    long now() {
        return nanos.getAsLong();
    }
}
