package io.github.tideover;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs the status listeners one after the other on a thread of their own, which is there only while it has work. When
 * they fall far behind, the oldest news is dropped: every event holds the whole status, so the newest is enough.
 */
final class StatusLane implements Executor {
    private static final int WAITING_EVENTS = 256;

    private final ThreadPoolExecutor thread;

    StatusLane() {
        thread = new ThreadPoolExecutor(
                1,
                1,
                5,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING_EVENTS),
                task -> {
                    Thread made = new Thread(task, "tideover-status");
                    made.setDaemon(true);
                    return made;
                },
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
}
