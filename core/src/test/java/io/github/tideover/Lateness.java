package io.github.tideover;

import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.tideover.provider.Provider;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How late this machine is while something is measured: what no program can be blamed for. It hands a stick from a timer
 * to one thread and on to another, as a call does when its time is up, and measures what that takes. It is close to
 * nothing unless the machine has more to do than it can.
 */
final class Lateness implements AutoCloseable {
    private static final long NAP = TimeUnit.MILLISECONDS.toNanos(3);
    /** The worst that was seen in samples is not the worst there was. */
    private static final int CAUTION = 4;

    private final ExecutorService runners = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "lateness");
        thread.setDaemon(true);
        return thread;
    });
    private boolean over;
    private long worst;
    private long samples;

    Lateness() {
        runners.execute(this::watch);
    }

    private void watch() {
        long start = System.nanoTime();
        while (true) {
            LockSupport.parkNanos(NAP);
            try {
                runners.submit(() -> runners.submit(() -> {}).get()).get();
            } catch (Exception e) {
                close();
                return;
            }
            long end = System.nanoTime();
            if (!note(end - start - NAP)) {
                return;
            }
            start = end; // without a gap in which a pause would not be seen
        }
    }

    private synchronized boolean note(long late) {
        worst = Math.max(worst, late);
        samples++;
        notifyAll();
        return !over;
    }

    /** The deadline, and what the machine itself was late up to now: a pause may have begun in a sample that has not ended. */
    synchronized Duration allow(Duration deadline) {
        long before = samples;
        while (samples == before && !over) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return deadline.plusNanos(CAUTION * worst);
    }

    /** Has every form of call run into its deadline once, so that loading classes is not measured. */
    static void warmUp() {
        try (LoopbackProvider provider = new LoopbackProvider().does(LoopbackProvider.isSilent());
                Tideover tideover = Tideover.builder()
                        .provider(Provider.openAiCompatible(provider.baseUrl()).model("small"))
                        .timeout(Duration.ofMillis(50))
                        .streamTimeout(Duration.ofMillis(50))
                        .build()) {
            for (Form form : Form.values()) {
                catchThrowable(() -> form.ask(tideover, "Hi"));
            }
        }
    }

    @Override
    public synchronized void close() {
        over = true;
        notifyAll();
        runners.shutdownNow();
    }
}
