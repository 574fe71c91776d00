package io.github.tideover;

import io.github.tideover.Watchdog.Watch;
import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.Ledger;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives answers to the application's callback, on threads of their own: four at a time, in order within a conversation. One that
 * throws is tried again after a pause that grows, eight times in all. One that takes longer than 30 s gives its place to others and
 * keeps its thread, of which there are sixteen at most. It is not called again for the same message before it has come to its end, so
 * that each message holds one thread at most; what it comes to then holds, however late.
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

    // Guarded by this.
    private int working;
    private int hanging;
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
        threads = DaemonThreads.asNeeded("tideover-delivery");
    }

    /** Begins what can be begun. */
    void pump() {
        for (Handing next = take(); next != null; next = take()) {
            try {
                threads.execute(next);
            } catch (RejectedExecutionException
                    | OutOfMemoryError e) { // stopped in this moment, or no thread to be had
                next.end();
                ledger.notAcknowledged(next.id, time.now() + FIRST_PAUSE);
                return;
            }
        }
    }

    private synchronized @Nullable Handing take() {
        if (stopped || working == PLACES || working + hanging == MOST_THREADS) {
            return null;
        }
        String id = ledger.nextAnswer(time.now());
        if (id == null) {
            return null;
        }
        working++;
        return new Handing(id);
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

        // Guarded by the deliveries.
        private boolean hangs;
        private boolean isOver;

        Handing(String id) {
            this.id = id;
        }

        @Override
        public void run() {
            long began = time.now();
            int attempt = 0;
            boolean isDone = false;
            Watch watch = watchdog.watch(began + LIMIT, this::late);
            try {
                Optional<Delivery> delivery = ledger.delivery(id);
                if (delivery.isPresent()) {
                    attempt = delivery.get().attempt();
                    callback.accept(delivery.get());
                }
                isDone = true;
            } catch (IOException e) {
                log.warn(
                        "An answer in the outbox cannot be read now: {}",
                        e.getClass().getName());
            } catch (Throwable e) { // whatever it throws is the callback's affair
                log.warn(
                        "The onDelivered callback failed for message {}: {}",
                        id,
                        e.getClass().getName());
            } finally {
                watch.stop();
            }
            if (isDone && attempt > 0) {
                ledger.acknowledged(id);
            } else if (attempt >= MOST_ATTEMPTS) {
                ledger.undelivered(id);
            } else if (!isDone) {
                long pause = FIRST_PAUSE << Math.max(0, attempt - 1);
                ledger.notAcknowledged(id, time.now() + pause);
                wakeIn.accept(pause);
            }
            if (end()) {
                log.info(
                        "The onDelivered callback came to its end for message {}, after {} s",
                        id,
                        TimeUnit.NANOSECONDS.toSeconds(time.now() - began));
            }
            wakeIn.accept(0);
        }

        /** Gives up what it held; returns whether it had hung. */
        private boolean end() {
            synchronized (Deliveries.this) {
                isOver = true;
                hanging -= hangs ? 1 : 0;
                working -= hangs ? 0 : 1;
                return hangs;
            }
        }

        /** It takes too long, or the client is closed. */
        private void late() {
            if (watchdog.isClosed()) {
                return;
            }
            boolean isLastThread;
            synchronized (Deliveries.this) {
                if (isOver) {
                    return;
                }
                hangs = true;
                working--;
                hanging++;
                isLastThread = hanging == MOST_THREADS;
            }
            log.warn(
                    "The onDelivered callback has taken longer than {} s for message {}; it is not called again for it"
                            + " until it has returned or thrown",
                    TimeUnit.NANOSECONDS.toSeconds(LIMIT),
                    id);
            if (isLastThread) {
                log.warn(
                        "The onDelivered callback hangs in all of its {} threads: no answer is given out until it returns"
                                + " in one of them, or the application is restarted",
                        MOST_THREADS);
            }
            wakeIn.accept(0);
        }
    }
}
