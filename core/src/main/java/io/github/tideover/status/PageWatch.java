package io.github.tideover.status;

import io.github.tideover.wire.DocumentFetcher;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One status page, read for all providers that have it: when it is read next, and what was read last. Whatever comes
 * instead of a page leaves what is known as it is, until that is an hour old.
 */
final class PageWatch {
    private static final Logger log = LoggerFactory.getLogger(PageWatch.class);

    /** Pauses while all is well and while it is not, each varied by a fifth. */
    static final Duration CALM_PAUSE = Duration.ofMinutes(10);

    static final Duration UNWELL_PAUSE = Duration.ofSeconds(60);
    /** The longest that a page which cannot be read is left alone; the pause doubles up to this. */
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(30);
    /** A page's wish for rest is followed up to this. */
    static final Duration LONGEST_REST = Duration.ofHours(6);
    /** The first read comes within this, and one after trouble has begun within three times this: not all at once. */
    static final Duration SPREAD = Duration.ofSeconds(10);
    /** What was read counts for this long. */
    static final Duration KEPT = Duration.ofMinutes(60);
    /** Earlier incidents are read again after this, as long as there is trouble. */
    static final Duration HISTORY_PAUSE = Duration.ofMinutes(30);

    /** A document that was read leaves no wish for rest. */
    private static final Duration READ = Duration.ofSeconds(-1);

    private final StatusPage page;
    private final Map<String, StatusPage> providers = new LinkedHashMap<>();
    private final DocumentFetcher fetcher;
    private final PagePoller.Hearer hearer;
    private final Clock clock;
    private final LongSupplier nanos;
    private final DoubleSupplier dice;
    private final BiConsumer<Runnable, Duration> timer;

    /** What was read, by address. Used by the poller's thread alone, as is what follows. */
    private final Map<String, Kept> kept = new HashMap<>();

    private final Map<String, PageReport> reports = new HashMap<>();
    private @Nullable Long historyAskedAt;

    // Guarded by this.
    private long lastRead;
    private long nextRead;
    private long rest;
    private int failures;
    private int generation;
    private boolean closed;

    PageWatch(
            StatusPage page,
            DocumentFetcher fetcher,
            PagePoller.Hearer hearer,
            Clock clock,
            LongSupplier nanos,
            DoubleSupplier dice,
            BiConsumer<Runnable, Duration> timer) {
        this.page = page;
        this.fetcher = fetcher;
        this.hearer = hearer;
        this.clock = clock;
        this.nanos = nanos;
        this.dice = dice;
        this.timer = timer;
        rest = nanos.getAsLong();
    }

    boolean isOf(StatusPage other) {
        return page.isSamePageAs(other);
    }

    void add(String provider, StatusPage withItsComponents) {
        providers.put(provider, withItsComponents);
    }

    synchronized void start() {
        long now = nanos.getAsLong();
        lastRead = now - CALM_PAUSE.toNanos();
        nextRead = now + thrown(SPREAD);
        schedule(nextRead - now);
    }

    /** Reads sooner if there is trouble now and was none when the next read was planned. */
    void wake() {
        if (!isUnwell()) {
            return;
        }
        synchronized (this) {
            long now = nanos.getAsLong();
            long soon = now + thrown(SPREAD.multipliedBy(3));
            soon = later(later(soon, lastRead + pause(true, failures)), rest);
            if (soon - nextRead < 0) {
                nextRead = soon;
                schedule(nextRead - now);
            }
        }
    }

    synchronized void close() {
        closed = true;
        generation++;
    }

    private void schedule(long delay) {
        int planned = ++generation;
        if (!closed) {
            timer.accept(() -> due(planned), Duration.ofNanos(Math.max(0, delay)));
        }
    }

    private void due(int planned) {
        boolean read;
        synchronized (this) {
            if (planned != generation) {
                return; // there is a later plan
            }
            read = nextRead - nanos.getAsLong() <= 0;
        }
        try {
            if (read) {
                read();
            }
            forgetOld();
        } catch (RuntimeException e) { // whatever it is, the next read comes
            log.warn(
                    "Status page {} could not be read: {}",
                    page.address(),
                    e.getClass().getName());
        } finally {
            planNext(read);
        }
    }

    private void planNext(boolean hasRead) {
        boolean unwell = isUnwell();
        synchronized (this) {
            long now = nanos.getAsLong();
            if (hasRead) {
                lastRead = now;
                nextRead = later(now + pause(unwell, failures), rest);
            }
            schedule(Math.min(nextRead - now, untilOld(now)));
        }
    }

    /** Varied by a fifth, and doubled with each failure in a row. */
    private long pause(boolean unwell, int failed) {
        Duration usual = unwell ? UNWELL_PAUSE : CALM_PAUSE;
        long nanosOfPause = Math.min(LONGEST_PAUSE.toNanos(), usual.toNanos() << Math.min(10, failed));
        return (long) (nanosOfPause * (0.8 + 0.4 * dice.getAsDouble()));
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    private long thrown(Duration most) {
        return (long) (most.toNanos() * dice.getAsDouble());
    }

    private boolean isUnwell() {
        return providers.keySet().stream().anyMatch(hearer::isUnwell);
    }

    private void read() {
        boolean any = false;
        Duration wished = Duration.ZERO;
        for (String url : page.documents()) {
            Duration rested = fetch(url);
            any |= rested.isNegative();
            wished = wished.compareTo(rested) > 0 ? wished : rested;
        }
        String history = page.history();
        if (any && history != null && isHistoryDue() && isUnwell()) {
            historyAskedAt = nanos.getAsLong();
            Duration rested = fetch(history);
            wished = wished.compareTo(rested) > 0 ? wished : rested;
        }
        synchronized (this) {
            failures = any ? 0 : failures + 1;
            Duration believed = wished.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : wished;
            rest = nanos.getAsLong() + believed.toNanos();
        }
        if (any) {
            tell();
        }
    }

    /** Whether or not it could be read the last time. */
    private boolean isHistoryDue() {
        return historyAskedAt == null || nanos.getAsLong() - historyAskedAt >= HISTORY_PAUSE.toNanos();
    }

    /** Fetches a document; negative if it was read, or else how long the server asks to be left alone. */
    private Duration fetch(String url) {
        Kept known = kept.get(url);
        try {
            DocumentFetcher.Answer answer = fetcher.fetch(url, known == null ? null : known.etag);
            if (answer instanceof DocumentFetcher.Found found) {
                keep(url, PageReader.read(found.body()), found.etag());
                return READ;
            }
            if (answer instanceof DocumentFetcher.Unchanged && known != null) {
                keep(url, known.document, known.etag);
                return READ;
            }
            if (answer instanceof DocumentFetcher.Refused refused) {
                log.debug("Status page document {} was refused: HTTP {}", url, refused.status());
                return refused.retryAfter();
            }
        } catch (IOException e) {
            log.debug(
                    "Status page document {} could not be read: {}",
                    url,
                    e.getClass().getName());
        }
        return Duration.ZERO;
    }

    private void keep(String url, PageDocument document, @Nullable String etag) {
        kept.put(url, new Kept(document, etag, nanos.getAsLong(), clock.instant()));
    }

    private void forgetOld() {
        long now = nanos.getAsLong();
        if (kept.values().removeIf(each -> now - each.at >= KEPT.toNanos())) {
            tell();
        }
    }

    private long untilOld(long now) {
        return kept.values().stream()
                .mapToLong(each -> each.at + KEPT.toNanos() - now)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private void tell() {
        List<PageDocument> documents = new ArrayList<>();
        Instant newest = null;
        for (String url : page.documents()) {
            Kept known = kept.get(url);
            if (known != null) {
                documents.add(known.document);
                newest = newest == null || known.fetchedAt.isAfter(newest) ? known.fetchedAt : newest;
            }
        }
        Kept past = page.history() == null ? null : kept.get(page.history());
        Instant fetchedAt = newest == null ? clock.instant() : newest;
        providers.forEach((provider, itsPage) -> {
            PageReport report = ApiReport.of(itsPage, documents, past == null ? null : past.document, fetchedAt);
            PageReport before = reports.put(provider, report);
            hearer.heard(provider, report);
            if (before != null && report.saysMendedAfter(before)) {
                hearer.mended(provider);
            }
        });
    }

    private record Kept(PageDocument document, @Nullable String etag, long at, Instant fetchedAt) {}
}
