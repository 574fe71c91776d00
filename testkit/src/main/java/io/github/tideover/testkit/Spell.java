package io.github.tideover.testkit;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Interceptor;

/** One time for which {@link Chaos} is on: its end, and what it has done. */
final class Spell {
    /** How soon it is looked whether somebody still waits. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final ServerTime time;
    private final long until;
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong hurt = new AtomicLong();
    private volatile boolean ended;

    Spell(ServerTime time, Duration length) {
        this.time = time;
        this.until = time.now() + length.toNanos();
    }

    boolean isOver() {
        return ended || time.now() - until >= 0;
    }

    void end() {
        ended = true;
    }

    void count(boolean hurts) {
        asked.incrementAndGet();
        if (hurts) {
            hurt.incrementAndGet();
        }
    }

    long asked() {
        return asked.get();
    }

    long hurt() {
        return hurt.get();
    }

    long now() {
        return time.now();
    }

    /** Lets time pass for a call: up to a moment, or the end of it all. */
    void pauseUntil(long moment, Interceptor.Chain chain) throws IOException {
        long patience = patienceOf(chain);
        for (long left = moment - time.now(); left > 0 && !isOver(); left = moment - time.now()) {
            look(chain, patience, time.isManual() ? LOOK_NANOS : Math.min(left, LOOK_NANOS));
        }
    }

    /** Says nothing to a call until it is given up, or until the end of it all. */
    void silence(Interceptor.Chain chain) throws IOException {
        long patience = patienceOf(chain);
        while (!isOver()) {
            look(chain, patience, LOOK_NANOS);
        }
    }

    /** When a socket would have been waited for long enough: a limit of the client's, in real time whatever a test's time says. */
    private static long patienceOf(Interceptor.Chain chain) {
        int millis = chain.readTimeoutMillis();
        return millis == 0 ? Long.MAX_VALUE : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static void look(Interceptor.Chain chain, long patience, long nanos) throws IOException {
        LockSupport.parkNanos(nanos);
        if (chain.call().isCanceled()) {
            throw new IOException("Canceled");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
        if (patience != Long.MAX_VALUE && System.nanoTime() - patience >= 0) {
            throw new SocketTimeoutException("timeout");
        }
    }
}
