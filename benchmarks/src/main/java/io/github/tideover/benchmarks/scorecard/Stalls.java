package io.github.tideover.benchmarks.scorecard;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long this machine held threads up, which no client can be blamed for: again and again a timer wakes a thread, which hands over to
 * a second and that to a third, as in a call whose time is up, and that takes next to no time where there is a processor for them.
 */
final class Stalls implements AutoCloseable {
    private static final long NAP = TimeUnit.MILLISECONDS.toNanos(3);
    private static final long WORTH_COUNTING = TimeUnit.MILLISECONDS.toNanos(20);

    private record Stall(long end, long nanos) {}

    private final List<Stall> stalls = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "stalls");
        thread.setDaemon(true);
        return thread;
    });

    private Stalls() {}

    /** Watches from now on. */
    static Stalls watch() {
        Stalls stalls = new Stalls();
        stalls.threads.execute(stalls::run);
        return stalls;
    }

    private void run() {
        try {
            while (!threads.isShutdown()) {
                long start = System.nanoTime();
                LockSupport.parkNanos(NAP);
                threads.submit(() -> threads.submit(() -> {}).get()).get();
                long end = System.nanoTime();
                if (end - start - NAP >= WORTH_COUNTING) {
                    stalls.add(new Stall(end, end - start - NAP));
                }
            }
        } catch (InterruptedException | ExecutionException | RejectedExecutionException e) {
            // it was closed
        }
    }

    /** All of them together that ended after a moment of {@link System#nanoTime()}. */
    long millisSince(long moment) {
        return TimeUnit.NANOSECONDS.toMillis(stalls.stream()
                .filter(each -> each.end() - moment > 0)
                .mapToLong(Stall::nanos)
                .sum());
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
