package io.github.tideover.outbox;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what waits to be written, all of it at once and in order: the disk is made to confirm once for everybody who waits. One
 * thread, which is there only while there is something to write.
 */
final class Committer {
    private static final Logger log = LoggerFactory.getLogger(Committer.class);
    /** More would keep the first of them waiting for the last. */
    private static final int MOST_WRITES = 4_096;

    private final OutboxStore store;
    private final Deque<Write> waiting = new ArrayDeque<>();
    private final ThreadPoolExecutor thread;
    private boolean planned;
    private boolean closed;

    Committer(OutboxStore store) {
        this.store = store;
        thread = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, "tideover-outbox");
            made.setDaemon(true);
            return made;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    /** Something to be written. What is to be written is asked for on the committer's thread, when all before it is written. */
    interface Write {
        /** Says what is to be written. */
        void prepare(Changes changes) throws IOException;

        /** Whether what is to be written depends on what was written before. */
        default boolean isLate() {
            return false;
        }

        /** All of it is safe; or nothing of it, and why. */
        void done(@Nullable Throwable problem);
    }

    /** Has something written, after all that was handed in before. */
    void write(Write write) {
        synchronized (waiting) {
            if (!closed) {
                waiting.add(write);
                if (!planned) {
                    planned = true;
                    thread.execute(this::run);
                }
                return;
            }
        }
        write.done(new IOException("the outbox is closed"));
    }

    private void run() {
        for (List<Write> batch = next(); !batch.isEmpty(); batch = next()) {
            Throwable problem = null;
            try {
                Changes changes = new Changes();
                for (Write each : batch) {
                    each.prepare(changes);
                }
                store.write(changes.entries(), changes.removed());
            } catch (Throwable e) { // never leave anybody waiting, whatever the store does
                log.warn("The outbox cannot be written to: {}", e.getClass().getName());
                problem = e;
            }
            for (Write each : batch) {
                each.done(problem);
            }
        }
    }

    private List<Write> next() {
        List<Write> batch = new ArrayList<>();
        synchronized (waiting) {
            while (!waiting.isEmpty() && batch.size() < MOST_WRITES) {
                if (!batch.isEmpty() && waiting.peek().isLate()) {
                    break;
                }
                batch.add(waiting.remove());
            }
            planned = !batch.isEmpty();
        }
        return batch;
    }

    /** Writes what waits, takes no more, and waits for that if it is soon. */
    boolean close(Duration atMost) {
        synchronized (waiting) {
            closed = true;
        }
        thread.shutdown();
        try {
            return thread.awaitTermination(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
