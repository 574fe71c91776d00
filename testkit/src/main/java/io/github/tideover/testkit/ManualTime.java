package io.github.tideover.testkit;

import io.github.tideover.Time;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still until a test moves it. Moving it runs what fell due, in order, on the thread that moves it.
 *
 * <p>{@link #time()} is for {@code Tideover.builder().time(...)}. An {@link OutageServer} that goes by the same time answers,
 * drips and recovers by it. What goes over the network still takes real time, so a test that moves time past a wait lets the
 * client begin to wait first: {@link #awaitTask}.
 *
 * @since 0.1
 */
public final class ManualTime {
    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration REAL_PATIENCE = Duration.ofSeconds(20);

    private final AtomicLong nanos = new AtomicLong();
    private final PriorityQueue<Task<?>> tasks = new PriorityQueue<>();
    private final Clock clock = new WallClock(ZoneOffset.UTC);
    private final ScheduledExecutorService scheduler = new Scheduler();
    private final Time time = Time.of(nanos::get, clock, scheduler, this::dice);
    private volatile double dice = 0.5;
    private volatile Duration wallShift = Duration.ZERO;
    private long tasksMade;

    /** Makes a time that stands at noon of a day, UTC. Every throw of the dice gives 0.5. */
    public ManualTime() {}

    /**
     * Time and chance for a client.
     *
     * @return always the same
     */
    public Time time() {
        return time;
    }

    /**
     * The monotonic clock.
     *
     * @return nanoseconds since this time was made
     */
    public long nanos() {
        return nanos.get();
    }

    /**
     * The wall clock's time.
     *
     * @return the time
     */
    public Instant instant() {
        return clock.instant();
    }

    /**
     * The wall clock.
     *
     * @return a clock in UTC
     */
    public Clock clock() {
        return clock;
    }

    /**
     * A scheduler that runs its tasks when time is moved past them. What it is told to
     * execute, it runs at once, on the thread that says so. It is never shut down.
     *
     * @return the scheduler
     */
    public ScheduledExecutorService scheduler() {
        return scheduler;
    }

    /**
     * Sets what every throw of the dice gives from now on: with 0, waits are as short as they may be, and just below 1 as long.
     *
     * @param value from 0 up to 1
     * @throws IllegalArgumentException if it is not
     */
    public void dice(double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException("dice give a number from 0 up to, and not, 1: " + value);
        }
        dice = value;
    }

    private double dice() {
        return dice;
    }

    /**
     * Sets the wall clock alone, as a person or a time server does.
     *
     * @param shift by how much
     */
    public synchronized void shiftWallClock(Duration shift) {
        wallShift = wallShift.plus(shift);
    }

    /**
     * Moves time, and runs what fell due on the way, each task at its own time.
     *
     * @param duration how far, not negative
     * @throws IllegalArgumentException if it is negative
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("time does not go back: " + duration);
        }
        long target = nanos.get() + duration.toNanos();
        while (true) {
            Task<?> due;
            synchronized (tasks) {
                due = tasks.peek();
                if (due == null || due.at > target) {
                    break;
                }
                tasks.remove();
            }
            nanos.accumulateAndGet(due.at, Math::max);
            due.run();
        }
        nanos.accumulateAndGet(target, Math::max);
    }

    /**
     * Waits, in real time, until something is scheduled to happen within a time from now: until a client has heard a failure, say,
     * and begun its wait. Then {@link #advance} does not come too early.
     *
     * @param within how soon it is due at the latest
     * @throws AssertionError if nothing is within 20 s of real time
     */
    public void awaitTask(Duration within) {
        long latest = nanos.get() + within.toNanos();
        Patience.until(REAL_PATIENCE, "a task due within " + within, () -> {
            synchronized (tasks) {
                Task<?> first = tasks.peek();
                return first != null && first.at <= latest;
            }
        });
    }

    private final class WallClock extends Clock {
        private final ZoneId zone;

        WallClock(ZoneId zone) {
            this.zone = zone;
        }

        @Override
        public Instant instant() {
            return START.plusNanos(nanos.get()).plus(wallShift);
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return new WallClock(other);
        }
    }

    private final class Task<V extends @Nullable Object> extends FutureTask<V> implements ScheduledFuture<V> {
        private final long order;
        /** Nanoseconds from one run to the next; 0 for a task that runs once. */
        private final long period;

        private volatile long at;

        Task(Callable<V> body, long at, long period, long order) {
            super(body);
            this.at = at;
            this.period = period;
            this.order = order;
        }

        @Override
        public void run() {
            if (period == 0) {
                super.run();
            } else if (runAndReset()) {
                long next = at + period;
                at = next;
                enter(this);
            }
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

    private void enter(Task<?> task) {
        synchronized (tasks) {
            tasks.add(task);
        }
    }

    private <V extends @Nullable Object> Task<V> enter(Callable<V> body, long delay, long period, TimeUnit unit) {
        synchronized (tasks) {
            long at = nanos.get() + Math.max(0, unit.toNanos(delay));
            Task<V> task = new Task<>(body, at, unit.toNanos(period), ++tasksMade);
            tasks.add(task);
            return task;
        }
    }

    private final class Scheduler extends AbstractExecutorService implements ScheduledExecutorService {
        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            return enter(Executors.callable(command), delay, 0, unit);
        }

        @Override
        public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
            return enter(callable, delay, 0, unit);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long delay, long period, TimeUnit unit) {
            return enter(Executors.callable(command), delay, positive(period), unit);
        }

        /** As at a fixed rate: what runs here takes no time. */
        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initial, long delay, TimeUnit unit) {
            return enter(Executors.callable(command), initial, positive(delay), unit);
        }

        private long positive(long period) {
            if (period <= 0) {
                throw new IllegalArgumentException("a period must be more than 0, not " + period);
            }
            return period;
        }

        @Override
        public void execute(Runnable command) {
            command.run();
        }

        /** Does nothing: clients come and go within one time. */
        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
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
            return false;
        }
    }
}
