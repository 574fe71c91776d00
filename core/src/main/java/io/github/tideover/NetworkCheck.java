package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.provider.Provider;
import io.github.tideover.status.StatusBoard;
import io.github.tideover.wire.HostCheck;
import io.github.tideover.wire.HostCheck.Finding;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/**
 * Where a provider cannot be reached, finds out whether anybody can: connects to the other hosts that the application has
 * named, its other providers first and then status pages, and tells the board. It does so beside the calls, on threads that are
 * there only while it does, and rarely.
 */
final class NetworkCheck implements Closeable {
    /** Longer than a connection takes over a bad line; a verdict that comes later is too late to be shown first. */
    static final Duration LIMIT = Duration.ofSeconds(2);
    /** Half of what the board believes a verdict for. */
    static final long EVERY = TimeUnit.SECONDS.toNanos(30);
    /** If three companies cannot be reached, a fourth will not make it surer. */
    static final int MOST_HOSTS = 3;

    private final Map<String, HttpUrl> providers = new LinkedHashMap<>();
    private final List<HttpUrl> hosts = new ArrayList<>();
    private final HostCheck check;
    private final StatusBoard board;
    private final Time time;
    private final BiConsumer<Runnable, Duration> timer;
    private final AtomicLong nextAt;

    /**
     * Makes a check, which sends nothing until the board is in doubt.
     *
     * @param providers the providers
     * @param pages the addresses of the status pages that are read
     * @param origin the HTTP client to take proxy, certificates and name resolution from
     * @param board is told what came of it
     * @param timer runs a task after a delay, on a thread where nothing may block
     * @param connectLimit how long a connection may take, on the system's clock
     */
    NetworkCheck(
            List<Provider> providers,
            List<String> pages,
            OkHttpClient origin,
            StatusBoard board,
            Time time,
            BiConsumer<Runnable, Duration> timer,
            Duration connectLimit) {
        this.board = board;
        this.time = time;
        this.timer = timer;
        nextAt = new AtomicLong(time.now());
        check = new HostCheck(origin, connectLimit);
        for (Provider provider : providers) {
            HttpUrl url = HttpUrl.get(provider.baseUrl());
            this.providers.put(provider.name(), url);
            if (!provider.isLocal()) { // needs no network, and tells nothing of it
                hosts.add(url);
            }
        }
        pages.forEach(page -> hosts.add(HttpUrl.get(page)));
    }

    /** A provider cannot be reached, and nobody else has been of late. Returns at once. */
    void doubt(String provider) {
        long now = time.now();
        long due = nextAt.get();
        if (now - due < 0) {
            return;
        }
        List<HttpUrl> others = othersThan(requireNonNull(providers.get(provider)));
        // A name that is still being looked up from the last time would be so again.
        if (others.isEmpty() || check.isBusy() || !nextAt.compareAndSet(due, now + EVERY)) {
            return;
        }
        Round round = new Round(others.size(), now);
        check.reach(others, round::found);
        timer.accept(round::isOver, LIMIT);
    }

    private List<HttpUrl> othersThan(HttpUrl provider) {
        List<HttpUrl> others = new ArrayList<>(MOST_HOSTS);
        for (HttpUrl host : hosts) {
            boolean isNew = others.stream().noneMatch(other -> isSameHost(other, host));
            if (others.size() < MOST_HOSTS && isNew && !isSameHost(provider, host)) {
                others.add(host);
            }
        }
        return others;
    }

    private static boolean isSameHost(HttpUrl one, HttpUrl other) {
        return one.host().equals(other.host());
    }

    @Override
    public void close() {
        check.close();
    }

    /** What is found of all hosts together: one that is reached is enough, and that none is takes all of them. */
    private final class Round {
        private final long began;
        private int left;
        private boolean isUnsure;
        private boolean isTold;

        Round(int hosts, long began) {
            this.left = hosts;
            this.began = began;
        }

        synchronized void found(Finding finding) {
            left--;
            isUnsure |= finding == Finding.UNKNOWN;
            if (finding == Finding.REACHED) {
                tell(true);
            } else if (left == 0) {
                isOver();
            }
        }

        synchronized void isOver() {
            if (!isUnsure) {
                tell(false);
            }
        }

        private void tell(boolean isReached) {
            if (!isTold) {
                isTold = true;
                board.triedOthers(isReached, began, time.now());
            }
        }
    }
}
