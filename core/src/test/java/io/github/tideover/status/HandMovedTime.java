package io.github.tideover.status;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that stands still until a test moves it. Moving it runs what fell due, on the thread that moves it. */
final class HandMovedTime {
    static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparing(Task::order));
    private long nanos = 5_000_000_000L;
    private Duration wallShift = Duration.ZERO;
    private long order;
    double dice = 0.5;

    private record Task(long at, long order, Runnable body) {}

    long nanos() {
        return nanos;
    }

    double dice() {
        return dice;
    }

    void later(Runnable task, Duration delay) {
        tasks.add(new Task(nanos + Math.max(0, delay.toNanos()), ++order, task));
    }

    /** How many tasks are not yet due. */
    int waiting() {
        return tasks.size();
    }

    void advance(Duration duration) {
        long target = nanos + duration.toNanos();
        for (Task next = tasks.peek(); next != null && next.at <= target; next = tasks.peek()) {
            tasks.remove();
            nanos = Math.max(nanos, next.at);
            next.body.run();
        }
        nanos = target;
    }

    /** Sets the wall clock alone, as a person or a time server does. */
    void shiftWallClock(Duration shift) {
        wallShift = wallShift.plus(shift);
    }

    Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                return START.plusNanos(nanos - 5_000_000_000L).plus(wallShift);
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }
}
