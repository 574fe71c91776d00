package io.github.tideover;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Time and chance, handed in, so that tests can move them by hand.
 *
 * @param nanos a monotonic clock in nanoseconds; every decision is made by it
 * @param clock the wall clock, for what people are shown and for dates that providers send
 * @param scheduler runs short tasks later, on a thread where nothing may block
 * @param dice numbers from 0 up to 1
 */
record Time(LongSupplier nanos, Clock clock, ScheduledExecutorService scheduler, DoubleSupplier dice) {
    long now() {
        return nanos.getAsLong();
    }

    /** The wall-clock time of a moment on the monotonic clock. */
    Instant at(long moment) {
        return clock.instant().plusNanos(moment - now());
    }

    /** The monotonic clock as a {@link Clock}: for code that measures waits, so that a changed wall clock moves none. */
    Clock monotonic() {
        return new Monotonic(nanos);
    }

    private static final class Monotonic extends Clock {
        private final LongSupplier nanos;
        private final long start;

        Monotonic(LongSupplier nanos) {
            this.nanos = nanos;
            this.start = nanos.getAsLong();
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plus(Duration.ofNanos(nanos.getAsLong() - start));
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
