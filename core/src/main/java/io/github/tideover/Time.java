package io.github.tideover;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Time and chance, handed in, so that tests can move them by hand. A client takes the system's own unless it is given
 * others; {@code ManualTime} of {@code tideover-testkit} is one that stands still until a test moves it.
 *
 * @since 0.1
 */
public final class Time {
    private final LongSupplier nanos;
    private final Clock clock;
    private final ScheduledExecutorService scheduler;
    private final DoubleSupplier dice;

    Time(LongSupplier nanos, Clock clock, ScheduledExecutorService scheduler, DoubleSupplier dice) {
        this.nanos = requireNonNull(nanos, "nanos == null");
        this.clock = requireNonNull(clock, "clock == null");
        this.scheduler = requireNonNull(scheduler, "scheduler == null");
        this.dice = requireNonNull(dice, "dice == null");
    }

    /**
     * Time and chance of somebody else's.
     *
     * @param nanos a monotonic clock in nanoseconds; every decision is made by it. It is asked from many threads.
     * @param clock the wall clock, for what people are shown and for dates that providers send
     * @param scheduler runs short tasks later, on a thread where nothing may block. It is not shut down by the clients that
     *     use it.
     * @param dice numbers from 0 up to 1: what is drawn at random, such as the wait before another attempt, is drawn from it
     * @return time and chance
     */
    public static Time of(LongSupplier nanos, Clock clock, ScheduledExecutorService scheduler, DoubleSupplier dice) {
        return new Time(nanos, clock, scheduler, dice);
    }

    LongSupplier nanos() {
        return nanos;
    }

    Clock clock() {
        return clock;
    }

    ScheduledExecutorService scheduler() {
        return scheduler;
    }

    DoubleSupplier dice() {
        return dice;
    }

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
