package io.github.tideover;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Time that stands still until a test moves it. Moving it runs what fell due, on the thread that moves it. */
final class ManualTime {
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    private final AtomicLong nanos = new AtomicLong(1_000_000_000L);
    private final long startNanos = nanos.get();
    private volatile double dice = 1;
    private volatile Duration wallShift = Duration.ZERO;
    private final PriorityQueue<Task<?>> tasks = new PriorityQueue<>();
    private long tasksMade;

    Time time() {
        return new Time(nanos::get, clock, scheduler, () -> dice);
    }

    long now() {
        return nanos.get();
    }

    Instant instant() {
        return clock.instant();
    }

    /** Every throw from now on. */
    void dice(double value) {
        dice = value;
    }

    /** Sets the wall clock alone, as a person or a time server does. */
    void shiftWallClock(Duration shift) {
        wallShift = wallShift.plus(shift);
    }

    void advance(Duration duration) {
        long target = nanos.get() + duration.toNanos();
        while (true) {
            Task<?> due;
            synchronized (tasks) {
                due = tasks.peek();
                if (due == null || due.at - target > 0) {
                    break;
                }
                tasks.remove();
            }
            nanos.accumulateAndGet(due.at, Math::max);
            due.run();
        }
        nanos.accumulateAndGet(target, Math::max);
    }

    int scheduledTasks() {
        synchronized (tasks) {
            return tasks.size();
        }
    }

    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return START.plusNanos(nanos.get() - startNanos).plus(wallShift);
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

    private final ScheduledExecutorService scheduler = new Scheduler();

    private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
        private final long at;
        private final long order;

        Task(Callable<V> body, long at, long order) {
            super(body);
            this.at = at;
            this.order = order;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - nanos.get(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            Task<?> that = (Task<?>) other;
            return at != that.at ? Long.compare(at, that.at) : Long.compare(order, that.order);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        @Override
        protected void done() {
            if (isCancelled()) {
                synchronized (tasks) {
                    tasks.remove(this);
                }
            }
        }
    }

    private final class Scheduler extends AbstractExecutorService implements ScheduledExecutorService {
        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            return schedule(
                    () -> {
                        command.run();
                        return null;
                    },
                    delay,
                    unit);
        }

        @Override
        public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
            synchronized (tasks) {
                Task<V> task = new Task<>(callable, nanos.get() + Math.max(0, unit.toNanos(delay)), ++tasksMade);
                tasks.add(task);
                return task;
            }
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long delay, long period, TimeUnit unit) {
            throw new UnsupportedOperationException("nothing in core repeats");
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initial, long delay, TimeUnit unit) {
            throw new UnsupportedOperationException("nothing in core repeats");
        }

        @Override
        public void execute(Runnable command) {
            command.run();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            synchronized (tasks) {
                List<Runnable> left = new ArrayList<>(tasks);
                tasks.clear();
                return left;
            }
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return Collections.emptyList().isEmpty();
        }
    }
}
