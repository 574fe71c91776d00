package io.github.tideover;

import io.github.tideover.Watchdog.Watch;
import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.Ledger;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives answers to the application's callback, on threads of their own: four at a time, in order within a conversation. One that
 * throws or hangs is tried again after a pause that grows, eight times in all, and holds up no other conversation: a callback
 * that takes longer than 30 s gives its place to others, while its thread, one of sixteen at most, waits for it.
 */
final class Deliveries {
    private static final Logger log = LoggerFactory.getLogger(Deliveries.class);

    private static final int PLACES = 4;
    private static final int MOST_THREADS = 16;
    private static final int MOST_ATTEMPTS = 8;
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(30);
    private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);

    private final Ledger ledger;
    private final Time time;
    private final Watchdog watchdog;
    private final Consumer<Delivery> callback;
    private final LongConsumer wakeIn;
    private final ThreadPoolExecutor threads;
    private int places = PLACES;
    private int busy;
    private boolean stopped;

    /**
     * Makes the lanes.
     *
     * @param callback takes answers
     * @param wakeIn has {@link #pump} called after so many nanoseconds
     */
    Deliveries(Ledger ledger, Time time, Watchdog watchdog, Consumer<Delivery> callback, LongConsumer wakeIn) {
        this.ledger = ledger;
        this.time = time;
        this.watchdog = watchdog;
        this.callback = callback;
        this.wakeIn = wakeIn;
        threads = new ThreadPoolExecutor(0, MOST_THREADS, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread made = new Thread(task, "tideover-delivery");
            made.setDaemon(true);
            return made;
        });
    }

    /** Begins what can be begun. */
    void pump() {
        for (Handing next = take(); next != null; next = take()) {
            try {
                threads.execute(next);
            } catch (RejectedExecutionException e) {
                next.over(true); // stopped in this moment
            }
        }
    }

    private synchronized @Nullable Handing take() {
        if (stopped || places == 0 || busy == MOST_THREADS) {
            return null;
        }
        String id = ledger.nextAnswer(time.now());
        if (id == null) {
            return null;
        }
        places--;
        busy++;
        return new Handing(id);
    }

    private synchronized void placeIsFree() {
        places++;
    }

    private synchronized void threadIsFree() {
        busy--;
    }

    /** Begins nothing more. */
    void stop() {
        synchronized (this) {
            stopped = true;
        }
        threads.shutdown();
    }

    /** Waits for callbacks that are under way, if they are soon done. */
    void await(Duration atMost) {
        try {
            if (!threads.awaitTermination(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
                log.debug("The client was closed while an answer was given out");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One answer, given out once. */
    private final class Handing implements Runnable {
        private final String id;
        private final AtomicBoolean placeGivenUp = new AtomicBoolean();
        private volatile @Nullable Thread thread;
        private volatile int attempt;

        Handing(String id) {
            this.id = id;
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            boolean returned = false;
            boolean isGone = false;
            Watch watch = watchdog.watch(time.now() + LIMIT, this::late);
            try {
                Optional<Delivery> delivery = ledger.delivery(id);
                isGone = delivery.isEmpty();
                if (delivery.isPresent()) {
                    attempt = delivery.get().attempt();
                    callback.accept(delivery.get());
                    returned = true;
                }
            } catch (IOException e) {
                log.warn(
                        "An answer in the outbox cannot be read now: {}",
                        e.getClass().getName());
            } catch (Throwable e) { // whatever it throws is the callback's affair
                log.warn("An onDelivered callback failed: {}", e.getClass().getName());
            } finally {
                watch.stop();
            }
            thread = null;
            if (returned) {
                ledger.acknowledged(id); // however long it took
            }
            over(returned || isGone);
            threadIsFree();
            wakeIn.accept(0);
        }

        /** It takes too long, or the client is closed. */
        private void late() {
            Thread hanging = thread;
            if (hanging != null && !watchdog.isClosed()) {
                log.warn("An onDelivered callback takes longer than {} s", TimeUnit.NANOSECONDS.toSeconds(LIMIT));
                over(false);
                wakeIn.accept(0);
            }
        }

        /** Gives up the place, once; and says when to try again unless it was taken. */
        void over(boolean taken) {
            if (!placeGivenUp.compareAndSet(false, true)) {
                return;
            }
            placeIsFree();
            if (taken) {
                return;
            }
            if (attempt >= MOST_ATTEMPTS) {
                ledger.undelivered(id);
            } else {
                long pause = FIRST_PAUSE << Math.max(0, attempt - 1);
                ledger.notAcknowledged(id, time.now() + pause);
                wakeIn.accept(pause);
            }
        }
    }
}
