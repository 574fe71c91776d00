package io.github.tideover;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what no call waits for, one after the other on a thread of its own, which is there only while it has work. Whoever has much
 * for it keeps that in a queue of its own; a task too many is dropped, the oldest first.
 */
final class BackgroundLane implements Executor {
    private static final int MOST_WAITING = 256;

    private static final Logger log = LoggerFactory.getLogger(BackgroundLane.class);

    private final ThreadPoolExecutor thread;

    BackgroundLane(String name) {
        thread = new ThreadPoolExecutor(
                1,
                1,
                5,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                DaemonThreads.named(name),
                new ThreadPoolExecutor.DiscardOldestPolicy());
        thread.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    /** Delivers what waits, and takes no more. */
    void close() {
        thread.shutdown();
    }

    /** Waits until what was delivered is done, if that is soon. */
    void await(Duration atMost) {
        try {
            if (!thread.awaitTermination(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
                log.debug("The client was closed before its last was written down");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
