package io.github.tideover;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How late this machine wakes a thread up while something is measured: what no program can be blamed for. It is close to
 * nothing unless the machine has more to do than it can.
 */
final class Lateness implements AutoCloseable {
    private static final long NAP = TimeUnit.MILLISECONDS.toNanos(2);
    /** Timer, socket and caller wake one after the other. */
    private static final int WAKINGS = 4;

    private final Thread thread = new Thread(this::watch, "lateness");
    private volatile boolean over;
    private volatile long worst;

    Lateness() {
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        while (!over) {
            long start = System.nanoTime();
            LockSupport.parkNanos(NAP);
            worst = Math.max(worst, System.nanoTime() - start - NAP);
        }
    }

    /** The deadline, and what the machine itself was late. */
    Duration allow(Duration deadline) {
        return deadline.plusNanos(WAKINGS * worst);
    }

    @Override
    public void close() {
        over = true;
    }
}
