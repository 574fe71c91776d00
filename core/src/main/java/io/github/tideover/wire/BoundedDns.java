package io.github.tideover.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.Dns;
import okhttp3.EventListener;
import org.jspecify.annotations.Nullable;

/**
 * Looks names up on a thread of its own and waits for it no longer than for a connection: a lookup knows no time limit
 * and cannot be cancelled. Asked for new connections only. Callers who wait for the same name share one lookup, so a
 * resolver that hangs holds one thread for each name.
 */
final class BoundedDns implements Dns {
    private static final long LOOK_UP_MILLIS = 20;

    /** Tells on whose behalf the lookup is that follows on the same thread. */
    static final EventListener CALLER = new EventListener() {
        @Override
        public void dnsStart(okhttp3.Call call, String hostname) {
            CURRENT.set(call);
        }
    };

    /** The call whose cancellation ends the wait. */
    private static final ThreadLocal<okhttp3.@Nullable Call> CURRENT = new ThreadLocal<>();

    private final Dns dns;
    private final Duration limit;
    private final Executor threads;
    private final Map<String, FutureTask<List<InetAddress>>> underWay = new ConcurrentHashMap<>();

    BoundedDns(Dns dns, Duration limit, Executor threads) {
        this.dns = dns;
        this.limit = limit;
        this.threads = threads;
    }

    @Override
    public List<InetAddress> lookup(String hostname) throws UnknownHostException {
        okhttp3.Call call = CURRENT.get();
        CURRENT.remove();
        FutureTask<List<InetAddress>> lookup = start(hostname);
        long rounds = Math.max(1, limit.toMillis() / LOOK_UP_MILLIS);
        try {
            for (long round = 0; round < rounds; round++) {
                try {
                    return lookup.get(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException stillWaiting) {
                    if (call != null && call.isCanceled()) {
                        throw new UnknownHostException("cancelled while " + hostname + " was looked up");
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownHostException("interrupted while " + hostname + " was looked up");
        } catch (ExecutionException e) {
            UnknownHostException failure = new UnknownHostException(hostname + " could not be looked up");
            failure.initCause(e.getCause());
            throw failure;
        }
        throw new UnknownHostException("no answer about " + hostname + " from the name service within "
                + limit.toMillis() + " ms; check this machine's DNS settings");
    }

    private FutureTask<List<InetAddress>> start(String hostname) {
        FutureTask<List<InetAddress>> mine = new FutureTask<>(() -> dns.lookup(hostname));
        FutureTask<List<InetAddress>> others = underWay.putIfAbsent(hostname, mine);
        if (others != null) {
            return others;
        }
        Runnable run = () -> {
            try {
                mine.run();
            } finally {
                underWay.remove(hostname, mine);
            }
        };
        try {
            threads.execute(run);
        } catch (RejectedExecutionException closed) {
            run.run();
        }
        return mine;
    }
}
