package io.github.tideover.status;

import io.github.tideover.wire.DocumentFetcher;
import java.io.Closeable;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Reads status pages from time to time, on one thread that is there only while it reads. No call waits for it, and it uses
 * nothing of theirs: neither connections nor threads nor keys.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class PagePoller implements Closeable {
    /** Longer than any page. */
    private static final long MAX_PAGE_BYTES = 1L << 20;

    /** Pages that have moved to another site, and where to. */
    private static final Map<String, String> NEW_HOMES = Map.of("status.anthropic.com", "status.claude.com");

    private final DocumentFetcher fetcher;
    private final Executor thread;
    private final @Nullable ThreadPoolExecutor ownThread;
    private final List<PageWatch> watches = new ArrayList<>();
    private volatile boolean closed;

    /**
     * Makes a poller, which rests until it is started.
     *
     * @param pages the page of each provider that has one
     * @param origin the HTTP client to take proxy, certificates and name resolution from
     * @param hearer hears what the pages say
     * @param clock tells the time
     * @param nanos a monotonic clock in nanoseconds
     * @param timer runs a task after a delay, on a thread where nothing may block
     * @param dice numbers from 0 up to 1
     */
    public PagePoller(
            Map<String, StatusPage> pages,
            OkHttpClient origin,
            Hearer hearer,
            Clock clock,
            LongSupplier nanos,
            BiConsumer<Runnable, Duration> timer,
            DoubleSupplier dice) {
        this(pages, origin, hearer, clock, nanos, timer, dice, null);
    }

    PagePoller(
            Map<String, StatusPage> pages,
            OkHttpClient origin,
            Hearer hearer,
            Clock clock,
            LongSupplier nanos,
            BiConsumer<Runnable, Duration> timer,
            DoubleSupplier dice,
            @Nullable Executor givenThread) {
        fetcher = new DocumentFetcher(origin, MAX_PAGE_BYTES, NEW_HOMES, clock);
        if (givenThread == null) {
            ThreadPoolExecutor made = newThread();
            ownThread = made;
            thread = made;
        } else {
            ownThread = null;
            thread = givenThread;
        }
        pages.forEach((provider, page) -> watches.stream()
                .filter(watch -> watch.isOf(page))
                .findFirst()
                .ifPresentOrElse(watch -> watch.add(provider, page), () -> {
                    PageWatch watch = new PageWatch(
                            page, fetcher, hearer, clock, nanos, dice, (task, delay) -> later(timer, task, delay));
                    watch.add(provider, page);
                    watches.add(watch);
                }));
    }

    /**
     * Who hears what the pages say. Its methods are called on the poller's thread, {@link #isUnwell} on others too.
     *
     * @since 0.1
     */
    public interface Hearer {
        /**
         * Whether there is trouble, or a suspicion of it, so that news is worth more.
         *
         * @param provider the provider's name
         * @return true while there is
         */
        boolean isUnwell(String provider);

        /**
         * A page was read, or what it said is too old to count: then the report has nothing in it.
         *
         * @param provider the provider's name
         * @param report what its page says
         */
        void heard(String provider, PageReport report);

        /**
         * The page has begun to say that the trouble it spoke of is over, or believed to be.
         *
         * @param provider the provider's name
         */
        void mended(String provider);
    }

    /** Begins to read, within 10 s. */
    public void start() {
        watches.forEach(PageWatch::start);
    }

    /** Something may have changed for a provider: looks whether its page should be read sooner. Returns at once. */
    public void wake() {
        watches.forEach(PageWatch::wake);
    }

    private void later(BiConsumer<Runnable, Duration> timer, Runnable task, Duration delay) {
        timer.accept(
                () -> {
                    if (!closed) {
                        try {
                            thread.execute(task);
                        } catch (RejectedExecutionException e) {
                            // Closed in between.
                        }
                    }
                },
                delay);
    }

    private static ThreadPoolExecutor newThread() {
        ThreadPoolExecutor thread =
                new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread made = new Thread(task, "tideover-status-pages");
                    made.setDaemon(true);
                    return made;
                });
        thread.allowCoreThreadTimeOut(true);
        return thread;
    }

    /** Breaks off what is under way and reads no more. */
    @Override
    public void close() {
        closed = true;
        watches.forEach(PageWatch::close);
        fetcher.close();
        if (ownThread != null) {
            ownThread.shutdownNow();
        }
    }
}
