package io.github.tideover;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Threads for a client's listeners, which are there only while there is something to tell. One that hangs keeps its thread; only when
 * that is so of all of them do others wait.
 */
final class ListenerThreads implements Executor {
    static final int MOST = 32;

    private final ThreadPoolExecutor threads = DaemonThreads.asNeeded("tideover-listener");

    // Guarded by this.
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int working;

    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            waiting.add(task);
            if (working == MOST) {
                return;
            }
            working++;
        }
        try {
            threads.execute(this::work);
        } catch (RejectedExecutionException
                | OutOfMemoryError e) { // closed, or no thread to be had: the next one does it
            synchronized (this) {
                working--;
            }
        }
    }

    private void work() {
        for (Runnable task = next(); task != null; task = next()) {
            task.run();
            Thread.interrupted(); // what one listener leaves behind is not for the next
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable next = waiting.poll();
        working -= next == null ? 1 : 0;
        return next;
    }

    /** Whether everything is told. */
    synchronized boolean isIdle() {
        return working == 0 && waiting.isEmpty();
    }

    /** Has what waits told, and takes no more. Waits for nobody. */
    void close() {
        threads.shutdown();
    }
}
