package io.github.tideover.status;

import io.github.tideover.chat.Origin;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what the board sees and what became of the calls: the history, and a report of each outage.
 *
 * <p>While all is well a call costs it two reads; during an outage, four counters. Nothing a user said comes here.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class StatusRecorder {
    /** An attempt is noted this often. */
    private static final long NOTE_EVERY = TimeUnit.MINUTES.toNanos(1);
    /** Successes in a row after which failures before them are no part of what comes later. */
    private static final int GOOD_RUN = 20;
    /** A suspicion is part of the outage that follows it within this time. */
    private static final long SUSPECTED_BEFORE = TimeUnit.MINUTES.toNanos(10);

    private static final int MOST_ENTRIES = 200;
    private static final int MOST_REPORTS = 100;

    private final ReentrantLock lock = new ReentrantLock();
    private final Clock clock;
    private final LongSupplier nanos;
    private final StatusWords words;
    private final Listeners<OutageReport> listeners;
    private final int[] providerOf;
    private final List<String> providers;
    private final Map<String, SeenSpans> seen = new LinkedHashMap<>();
    private final @Nullable HistoryFile file;
    /** By provider: when an attempt is next to be noted; how many successes have followed the first of some failures. */
    private final AtomicLongArray noteAt;

    private final AtomicLongArray goodRun;
    private final long[] firstFailure;

    private final Deque<OutageReport> reports = new ArrayDeque<>();
    private @Nullable Outage outage;
    private @Nullable StatusEvent suspicion;
    private long suspectedAt;
    /** What calls are counted in; null while all is well. */
    private volatile @Nullable CallTally tally;

    /**
     * Makes a recorder, and reads the history that is there.
     *
     * @param names the providers and models, by their place
     * @param clock tells the time shown to users
     * @param nanos the monotonic clock
     * @param words what users are told
     * @param listeners told of each outage when it is over
     * @param listenerThreads runs the listeners, each in a task of its own
     * @param directory where the history is kept; null for in memory only
     * @param fileLane writes to disk
     */
    public StatusRecorder(
            List<RouteName> names,
            Clock clock,
            LongSupplier nanos,
            StatusWords words,
            List<Consumer<OutageReport>> listeners,
            Executor listenerThreads,
            @Nullable Path directory,
            Executor fileLane) {
        this.clock = clock;
        this.nanos = nanos;
        this.words = words;
        this.listeners = new Listeners<>("outage reports", listenerThreads, report -> report, report -> false);
        listeners.forEach(this.listeners::subscribe);
        providers = names.stream().map(RouteName::provider).distinct().toList();
        providerOf = names.stream()
                .mapToInt(name -> providers.indexOf(name.provider()))
                .toArray();
        long[] now = new long[providers.size()];
        Arrays.fill(now, nanos.getAsLong());
        noteAt = new AtomicLongArray(now);
        goodRun = new AtomicLongArray(providers.size());
        firstFailure = new long[providers.size()];
        Arrays.setAll(firstFailure, i -> {
            goodRun.set(i, -1);
            return 0;
        });
        file = directory == null ? null : new HistoryFile(directory, fileLane, this::everything);
        providers.forEach(this::spansOf);
        if (file != null) {
            file.open(new HistoryFile.Reader() {
                @Override
                public void span(String provider, Span span) {
                    spansOf(provider).add(span);
                }

                @Override
                public void report(Map<?, ?> json) {
                    keep(ReportJson.read(json, words));
                }
            });
        }
    }

    private SeenSpans spansOf(String provider) {
        return seen.computeIfAbsent(
                provider,
                name -> new SeenSpans(span -> {
                    if (file != null) {
                        file.append(HistoryFile.line(name, span));
                    }
                }));
    }

    // What calls and attempts tell, mostly without a lock.

    /**
     * A call was answered.
     *
     * @param origin by which rung
     * @param attempts how many requests it sent
     * @param took nanoseconds from its beginning
     */
    public void answered(Origin origin, int attempts, long took) {
        CallTally open = tally;
        if (open != null) {
            open.answered(origin, attempts, took);
        }
    }

    /** The answer to a message that was kept has been delivered. */
    public void delivered() {
        CallTally open = tally;
        if (open != null) {
            open.delivered();
        }
    }

    /**
     * A call ended with an exception, and not because it was cancelled.
     *
     * @param attempts how many requests it sent
     * @param took nanoseconds from its beginning
     */
    public void failed(int attempts, long took) {
        CallTally open = tally;
        if (open != null) {
            open.failed(attempts, took);
        }
    }

    /** An attempt was answered. */
    void attemptAnswered(int route) {
        int provider = providerOf[route];
        if (goodRun.get(provider) >= 0 && goodRun.incrementAndGet(provider) >= GOOD_RUN) {
            goodRun.set(provider, -1);
        }
        note(provider, nanos.getAsLong());
    }

    /** An attempt failed by the provider's fault. */
    void attemptFailed(int route) {
        long now = nanos.getAsLong();
        int provider = providerOf[route];
        if (goodRun.getAndSet(provider, 0) < 0) {
            lock.lock();
            try {
                firstFailure[provider] = now;
            } finally {
                lock.unlock();
            }
        }
        note(provider, now);
    }

    private void note(int provider, long now) {
        long due = noteAt.get(provider);
        if (now - due < 0 || !noteAt.compareAndSet(provider, due, now + NOTE_EVERY)) {
            return;
        }
        lock.lock();
        try {
            spansOf(providers.get(provider)).heard(clock.instant(), now);
        } finally {
            lock.unlock();
        }
    }

    // What the board tells, in order.

    /** The board has a new snapshot. */
    void changed(ServiceStatus status) {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            Instant shownNow = clock.instant();
            for (ProviderStatus provider : status.providers()) {
                spansOf(provider.name()).changed(provider.state(), shownNow, now);
            }
            if (outage == null && status.state() != ServiceState.OPERATIONAL) {
                begin(status, shownNow, now);
            }
            if (outage != null) {
                outage.saw(status);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The board sends an event. */
    void sent(StatusEvent event) {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            if (outage == null) {
                if (event.kind() == StatusEvent.Kind.SUSPECTED) {
                    suspicion = event;
                    suspectedAt = now;
                }
                return;
            }
            outage.add(event);
            if (event.status().state() == ServiceState.OPERATIONAL) {
                end(outage, now);
            }
        } finally {
            lock.unlock();
        }
    }

    private void begin(ServiceStatus status, Instant shownNow, long now) {
        Outage begun = new Outage(shownNow, now, detectionDelay(status, now));
        outage = begun;
        tally = begun.tally;
        if (suspicion != null && now - suspectedAt <= SUSPECTED_BEFORE) {
            begun.add(suspicion);
        }
        suspicion = null;
    }

    private @Nullable Duration detectionDelay(ServiceStatus status, long now) {
        long longest = -1;
        for (ProviderStatus provider : status.providers()) {
            int place = providers.indexOf(provider.name());
            if (provider.state() != ServiceState.OPERATIONAL && place >= 0 && goodRun.get(place) >= 0) {
                longest = Math.max(longest, now - firstFailure[place]);
            }
        }
        return longest < 0 ? null : Duration.ofNanos(longest);
    }

    private void end(Outage over, long now) {
        outage = null;
        tally = null;
        OutageReport report = over.report(clock.instant(), now, true);
        if (!over.worst.isOutage() && over.worst != ServiceState.MAINTENANCE) {
            return; // trouble that was overcome
        }
        keep(report);
        if (file != null) {
            file.append(HistoryFile.line(report));
        }
        listeners.tell(report);
    }

    private void keep(OutageReport report) {
        reports.addFirst(report);
        if (reports.size() > MOST_REPORTS) {
            reports.removeLast();
        }
    }

    // What is read of it.

    /**
     * What was seen up to now.
     *
     * @return a snapshot
     */
    public StatusHistory history() {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            Instant shownNow = clock.instant();
            Map<String, List<Span>> spans = new LinkedHashMap<>();
            seen.forEach((name, each) -> spans.put(name, each.upTo(now)));
            return new StatusHistory(
                    shownNow,
                    spans,
                    new ArrayList<>(reports),
                    outage == null ? null : outage.report(shownNow, now, false));
        } finally {
            lock.unlock();
        }
    }

    private List<String> everything() {
        List<String> lines = new ArrayList<>();
        lock.lock();
        try {
            seen.forEach((name, each) -> each.spans().forEach(span -> lines.add(HistoryFile.line(name, span))));
            reports.descendingIterator().forEachRemaining(report -> lines.add(HistoryFile.line(report)));
        } finally {
            lock.unlock();
        }
        return lines;
    }

    /** Writes down what is not yet, on the lane for it. */
    public void close() {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            seen.values().forEach(each -> each.end(now));
        } finally {
            lock.unlock();
        }
        if (file != null) {
            file.close();
        }
    }

    /** An outage under way. Guarded by the lock, its tally excepted. */
    private final class Outage {
        private final Instant began;
        private final long beganAt;
        private final @Nullable Duration detectionDelay;
        private final CallTally tally = new CallTally();
        private final List<OutageReport.Entry> entries = new ArrayList<>();
        private final Set<String> unwell = new LinkedHashSet<>();
        private ServiceState worst = ServiceState.OPERATIONAL;
        private @Nullable Diagnosis diagnosis;
        private int told;

        Outage(Instant began, long beganAt, @Nullable Duration detectionDelay) {
            this.began = began;
            this.beganAt = beganAt;
            this.detectionDelay = detectionDelay;
        }

        void saw(ServiceStatus status) {
            if (status.state().isWorseThan(worst)) {
                worst = status.state();
            }
            for (ProviderStatus provider : status.providers()) {
                if (provider.state() != ServiceState.OPERATIONAL) {
                    unwell.add(provider.name());
                }
            }
            status.diagnosis().filter(this::tellsMore).ifPresent(found -> diagnosis = found);
        }

        private boolean tellsMore(Diagnosis found) {
            if (diagnosis == null || diagnosis.cause() == Cause.UNKNOWN) {
                return true;
            }
            // As the outage ends, the cause is still told of, and its evidence is gone.
            boolean hasGrounds =
                    !found.evidence().isEmpty() || diagnosis.evidence().isEmpty();
            return hasGrounds && found.cause() != Cause.UNKNOWN && found.confidence() >= diagnosis.confidence();
        }

        void add(StatusEvent event) {
            told++;
            if (entries.size() >= MOST_ENTRIES) {
                makeRoom();
            }
            entries.add(OutageReport.Entry.of(told, event));
        }

        /** News that a later one replaces goes first; how it began and how it went on stay as long as they can. */
        private void makeRoom() {
            for (int i = 0; i < entries.size(); i++) {
                StatusEvent.Kind kind = entries.get(i).kind();
                if (kind == StatusEvent.Kind.UPDATE || kind == StatusEvent.Kind.PROVIDER_UPDATE) {
                    entries.remove(i);
                    return;
                }
            }
            entries.remove(entries.size() / 2);
        }

        OutageReport report(Instant shownNow, long now, boolean over) {
            OutageReport.Builder report = OutageReport.builder(began, words)
                    .asOf(shownNow.isBefore(began) ? began : shownNow, over)
                    .duration(Duration.ofNanos(now - beganAt))
                    .detectionDelay(detectionDelay)
                    .worst(worst)
                    .providers(List.copyOf(unwell))
                    .tally(tally)
                    .timeline(entries, told - entries.size());
            if (diagnosis != null) {
                report.cause(
                        diagnosis.cause(),
                        diagnosis.confidence(),
                        diagnosis.evidence().stream()
                                .map(fact -> fact.source() + ": " + fact.words())
                                .toList());
            }
            return report.build();
        }
    }
}
