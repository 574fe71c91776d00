package io.github.tideover;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends attempts that run past their limit, and waits when their time has come. A timer for each attempt would wake its thread for each attempt; this one
 * sleeps until the earliest limit it knows of, and an attempt that is over by then never costs it anything.
 */
final class Watchdog {
    private static final long NEVER = Long.MAX_VALUE;
    private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final ScheduledExecutorService scheduler;
    private final LongSupplier nanos;
    private final Watch head = new Watch(0, () -> {}); // ring of the watches under way
    private long nextLook;
    private boolean lookPlanned;
    private boolean closed;

    Watchdog(Time time) {
        scheduler = time.scheduler();
        nanos = time.nanos();
    }

    /** Watches an attempt; {@code end} is run once, on the scheduler's thread, when the limit passes or all is closed. */
    Watch watch(long limit, Runnable end) {
        Watch watch = new Watch(limit, end);
        boolean tooLate;
        lock.lock();
        try {
            tooLate = closed;
            if (!tooLate) {
                watch.linkBefore(head);
                lookBy(limit);
            }
        } finally {
            lock.unlock();
        }
        if (tooLate) {
            watch.endedBy = Ending.CLOSED;
            watch.runEnd();
        }
        return watch;
    }

    /** Ends every attempt under way, and every later one at its start. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        endAll(NEVER, Ending.CLOSED);
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    int underWay() {
        lock.lock();
        try {
            int count = 0;
            for (Watch watch = head.next; watch != head; watch = watch.next) {
                count++;
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // look() lets nothing through
    private void lookBy(long limit) {
        if (lookPlanned && nextLook - limit <= 0) {
            return;
        }
        lookPlanned = true;
        nextLook = limit;
        try {
            scheduler.schedule(this::look, Math.max(0, limit - nanos.getAsLong()), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            lookPlanned = false; // closing: close() ends what is under way
        }
    }

    private void look() {
        endAll(nanos.getAsLong(), Ending.LIMIT);
    }

    private void endAll(long now, Ending ending) {
        Watch over = null;
        lock.lock();
        try {
            lookPlanned = false;
            long earliest = NEVER;
            for (Watch watch = head.next; watch != head; ) {
                Watch following = watch.next;
                if (now == NEVER || watch.limit - now <= 0) {
                    watch.unlink();
                    watch.endedBy = ending;
                    watch.next = over == null ? watch : over;
                    over = watch;
                } else {
                    earliest = earliest == NEVER || watch.limit - earliest < 0 ? watch.limit : earliest;
                }
                watch = following;
            }
            if (earliest != NEVER) {
                lookBy(earliest);
            }
        } finally {
            lock.unlock();
        }
        while (over != null) {
            Watch following = over.next == over ? null : over.next;
            over.next = over;
            over.runEnd();
            over = following;
        }
    }

    /** What ended a watch. */
    enum Ending {
        /** What was watched came to its own end. */
        STOPPED,
        /** The limit passed. */
        LIMIT,
        /** The client was closed. */
        CLOSED
    }

    /** One attempt, or one wait, under watch. */
    final class Watch implements AutoCloseable {
        private final Runnable end;
        private volatile long limit;
        private volatile @Nullable Ending endedBy;
        private Watch previous = this;
        private Watch next = this;

        private Watch(long limit, Runnable end) {
            this.limit = limit;
            this.end = end;
        }

        /** Moves the limit, because there was progress or a new phase begins. */
        void until(long newLimit) {
            long before = limit;
            limit = newLimit;
            if (newLimit - before < 0) {
                lock.lock();
                try {
                    lookBy(newLimit);
                } finally {
                    lock.unlock();
                }
            }
        }

        /** What ended the watch, or null while it goes on. */
        @Nullable
        Ending endedBy() {
            return endedBy;
        }

        /** Ends the watch; false if its limit came first. */
        boolean stop() {
            lock.lock();
            try {
                if (endedBy != null) {
                    return false;
                }
                endedBy = Ending.STOPPED;
                unlink();
                return true;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            stop();
        }

        /** One end that fails must not keep the others from being ended. */
        private void runEnd() {
            try {
                end.run();
            } catch (RuntimeException e) {
                log.warn("An attempt could not be ended: {}", e.getClass().getName());
            }
        }

        private void linkBefore(Watch other) {
            previous = other.previous;
            next = other;
            previous.next = this;
            other.previous = this;
        }

        private void unlink() {
            previous.next = next;
            next.previous = previous;
            previous = this;
            next = this;
        }
    }
}
