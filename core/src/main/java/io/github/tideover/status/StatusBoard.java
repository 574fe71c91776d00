package io.github.tideover.status;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RateLimits;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Computes the status from what the calls meet, and tells each listener in order.
 *
 * <p>Each {@link RouteMonitor} works out the state of one provider and model, each {@link ProviderHealth} that of a provider;
 * this class puts them together, notices that it is this machine that is cut off, and makes the events. It only informs: no call
 * waits for it or is decided by it. An outcome that is no news takes a route's own lock and not the board's.
 *
 * <p>All times that are handed in are of the monotonic clock, in nanoseconds. The wall clock is for what people are shown.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class StatusBoard {
    /** Evidence that changes is told of this often at most. */
    static final long UPDATE_EVERY = SECONDS.toNanos(30);
    /** One provider is suspected this often at most. */
    static final long SUSPECT_EVERY = MINUTES.toNanos(10);
    /** A cause is told from this confidence on. */
    static final double TOLD_FROM = 0.7;
    /** Without a new sign of it, this machine is not taken to be cut off any longer. */
    static final long OFFLINE_FOR = SECONDS.toNanos(60);
    /** How long another host that was reached counts as one that can be. */
    static final long REACHED_FOR = SECONDS.toNanos(60);
    /** A provider that answered within this time is reached from here: our own network does not go away in between, mostly. */
    static final long ANSWERED_LATELY = SECONDS.toNanos(10);
    /** The limits that are told are those of a minute, mostly. */
    private static final Duration LIMIT_PAUSE = Duration.ofMinutes(1);
    /** How old the snapshot of a trouble that goes on may become. */
    private static final long FRESH = SECONDS.toNanos(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final LongSupplier nanos;
    private final Clock clock;
    private final BiConsumer<Runnable, Duration> timer;
    private final StatusWords words;
    private final List<RouteMonitor> routes = new ArrayList<>();
    private final List<ProviderHealth> owners = new ArrayList<>();
    private final List<ProviderHealth> providers;
    private final long[] suspectedAt;
    private final @Nullable Cause[] toldCauses;
    private final Rollup rollup = new Rollup();
    private final Listeners<StatusEvent> listeners;
    private final MaintenanceNotices notices = new MaintenanceNotices();
    private volatile Runnable pageReader = () -> {};
    private volatile Consumer<String> networkCheck = provider -> {};
    private volatile ServiceStatus current;
    private @Nullable StatusRecorder recorder;
    private volatile boolean offline;
    private volatile long cutOffUntil;
    private long offlineUntil;
    private boolean wasReached;
    private long reachedAt;
    private long refreshedAt;
    private long lastEventAt;
    private String toldEvidence = "";
    private boolean lookPlanned;
    private long nextLook;
    private long sequence;

    /** What makes a later event stand for an earlier one: each holds the whole status. */
    private record Subject(StatusEvent.Kind kind, String scope) {
        static Subject of(StatusEvent event) {
            return new Subject(event.kind(), event.scope().orElse(""));
        }
    }

    /**
     * Makes a board that shows all routes as operational.
     *
     * @param names the providers and models, the first provider first
     * @param isLocal whether the one at that place runs on this machine and so can be reached without a network
     * @param nanos the monotonic clock, by which all is decided
     * @param clock tells the time shown to users
     * @param threads runs the listeners, each in a task of its own
     * @param timer runs a task after a delay, on a thread where nothing may block
     * @param words what users are told
     */
    public StatusBoard(
            List<RouteName> names,
            IntPredicate isLocal,
            LongSupplier nanos,
            Clock clock,
            Executor threads,
            BiConsumer<Runnable, Duration> timer,
            StatusWords words) {
        this.words = words;
        this.nanos = nanos;
        this.clock = clock;
        listeners =
                new Listeners<>("the status", threads, Subject::of, event -> event.kind() == StatusEvent.Kind.UPDATE);
        this.timer = timer;
        long now = nanos.getAsLong();
        Instant shownNow = clock.instant();
        Map<String, ProviderHealth> byName = new LinkedHashMap<>();
        for (RouteName name : names) {
            RouteMonitor route = new RouteMonitor(name, isLocal.test(routes.size()), now, shownNow);
            ProviderHealth owner =
                    byName.computeIfAbsent(name.provider(), each -> new ProviderHealth(each, now, shownNow));
            owner.add(route);
            routes.add(route);
            owners.add(owner);
        }
        providers = List.copyOf(byName.values());
        suspectedAt = new long[providers.size()];
        Arrays.fill(suspectedAt, now - SUSPECT_EVERY);
        toldCauses = new Cause[providers.size()];
        refreshedAt = now;
        cutOffUntil = now - 1;
        lastEventAt = now - UPDATE_EVERY;
        current = snapshot(ServiceState.OPERATIONAL, shownNow, now);
    }

    /**
     * Has what happens from now on written down. To be called once, before the first attempt.
     *
     * @param recorder writes it down
     */
    public void recordTo(StatusRecorder recorder) {
        this.recorder = recorder;
    }

    /**
     * The status now.
     *
     * @return the status; while trouble goes on, its numbers may be a second old
     */
    public ServiceStatus status() {
        return current;
    }

    /**
     * Adds a listener.
     *
     * @param listener told of every event from now on, in order
     * @return closes the subscription
     */
    public Subscription subscribe(Consumer<StatusEvent> listener) {
        return listeners.subscribe(listener);
    }

    /**
     * Waits for a state.
     *
     * @param state the state to wait for
     * @param timeout how long to wait at most
     * @return false if the time passed first
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public boolean await(ServiceState state, Duration timeout) throws InterruptedException {
        // A wait without end, as people write it, is more nanoseconds than there are.
        long left = timeout.compareTo(Duration.ofDays(365)) > 0 ? Long.MAX_VALUE : timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (current.state() != state) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    // What the calls meet.

    /**
     * An attempt was answered.
     *
     * @param route the route's place in the list
     * @param firstContent nanoseconds to its first content; -1 if the answer was not read as it came
     * @param wasSuspect whether the attempt was {@linkplain #suspected told of as suspect}
     * @param isEasing whether requests are still let back step by step
     * @param now the time
     */
    public void answered(int route, long firstContent, boolean wasSuspect, boolean isEasing, long now) {
        if (recorder != null) {
            recorder.attemptAnswered(route);
        }
        RouteMonitor monitor = routes.get(route);
        boolean isNews = monitor.answered(firstContent, wasSuspect, isEasing, now);
        if (offline && !monitor.isLocal()) {
            online(now);
        }
        settleIf(isNews, route, now);
    }

    /**
     * An attempt failed.
     *
     * @param route the route's place in the list
     * @param failure what went wrong, by whomever's fault
     * @param wasSuspect whether the attempt was {@linkplain #suspected told of as suspect}
     * @param isFirst whether it was the first attempt of its call at this route
     * @param began when it went out
     * @param now the time
     */
    public void failed(int route, Failure failure, boolean wasSuspect, boolean isFirst, long began, long now) {
        RouteMonitor monitor = routes.get(route);
        FailureKind kind = failure.kind();
        boolean isCutOff = isOfTheNetwork(kind) && wasCutOffSince(began, route);
        boolean isNews;
        if (kind.blame() == FailureKind.Blame.PROVIDER && !isCutOff) {
            isNews = monitor.failed(kind, wasSuspect, isFirst, now);
            if (recorder != null) {
                recorder.attemptFailed(route);
            }
        } else if (kind == FailureKind.THROTTLED) {
            isNews = monitor.limited(isThoughThereIsRoom(failure), wasSuspect, now);
        } else {
            isNews = wasSuspect && monitor.cleared(now);
            if (kind == FailureKind.MAINTENANCE) {
                isNews = monitor.inMaintenance(endOf(failure, now), now);
            }
        }
        if (kind == FailureKind.NETWORK_LOCAL) {
            offline(now);
        }
        settleIf(isNews, route, now);
        if (Causes.of(kind) == Cause.NETWORK && !monitor.isLocal()) {
            doubtNetwork(owners.get(route), now);
        }
    }

    /** Whose network it is: an answer from somebody else tells, and if there is none, hosts of others are tried. */
    private void doubtNetwork(ProviderHealth owner, long now) {
        if (offline) { // whoever answers ends that by himself
            networkCheck.accept(owner.name());
        } else if (isUnwell(owner)) {
            if (isAnyoneElseHeard(owner, now - ANSWERED_LATELY)) {
                triedOthers(true, now, now);
            } else {
                networkCheck.accept(owner.name());
            }
        }
    }

    private boolean isAnyoneElseHeard(@Nullable ProviderHealth owner, long since) {
        for (int i = 0; i < routes.size(); i++) {
            RouteMonitor each = routes.get(i);
            if (owners.get(i) != owner && !each.isLocal() && each.hasAnsweredSince(since)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the provider turned us away although our own limits, as it told them, leave more than half: then it has too much
     * to do, and not we too many requests. A long pause is one for a limit that it did not tell, such as that of a day.
     */
    private static boolean isThoughThereIsRoom(Failure failure) {
        boolean isToldLong = failure.retryAfter()
                .filter(wait -> wait.compareTo(LIMIT_PAUSE) > 0)
                .isPresent();
        boolean isAnyTold = false;
        for (RateLimits.Limit each : failure.rateLimits().all()) {
            if (each.remaining().isEmpty() || each.limit().isEmpty()) {
                continue;
            }
            isAnyTold = true;
            if (2 * each.remaining().getAsLong() <= each.limit().getAsLong()) {
                return false;
            }
        }
        return isAnyTold && !isToldLong;
    }

    private static long endOf(Failure maintenance, long now) {
        return maintenance
                .retryAfter()
                .map(Duration::toNanos)
                .map(wait -> now + wait)
                .orElse(Long.MAX_VALUE);
    }

    private static boolean isOfTheNetwork(FailureKind kind) {
        return Causes.of(kind) == Cause.NETWORK || kind == FailureKind.TIMEOUT || kind == FailureKind.STALL;
    }

    /**
     * An attempt under way has waited for longer than attempts do: it counts as failed until it ends. How it ends is then told
     * with {@code wasSuspect}.
     *
     * @param route the route's place in the list
     * @param now the time
     */
    public void suspected(int route, long now) {
        settleIf(routes.get(route).suspected(now), route, now);
    }

    /**
     * An attempt that was suspect was given up for no fault of the provider's.
     *
     * @param route the route's place in the list
     * @param now the time
     */
    public void cleared(int route, long now) {
        settleIf(routes.get(route).cleared(now), route, now);
    }

    /**
     * A call is held back by a pace that was learned from rate limits, for so long that its caller notices. For the status it is one
     * that meets the limit.
     *
     * @param route the route's place in the list
     * @param now the time
     */
    public void heldBack(int route, long now) {
        settleIf(routes.get(route).limited(false, false, now), route, now);
    }

    /**
     * The route stopped taking requests: its circuit opened, or its account, key or model cannot be used.
     *
     * @param route the route's place in the list
     * @param kind why
     * @param nextTry when a request may be tried on it
     * @param now the time
     */
    public void stopped(int route, FailureKind kind, long nextTry, long now) {
        Instant shown = clock.instant().plusNanos(nextTry - now);
        lock.lock();
        try {
            routes.get(route).stopped(kind, nextTry, shown, offline, now);
            settle(owners.get(route), true, now); // the time of the next try is news, if the state is none
        } finally {
            lock.unlock();
        }
    }

    /**
     * The route takes requests again.
     *
     * @param route the route's place in the list
     * @param now the time
     */
    public void resumed(int route, long now) {
        settleIf(routes.get(route).resumed(now), route, now);
    }

    /**
     * Hosts of other companies were tried, because a provider could not be reached.
     *
     * @param isReached whether one of them was
     * @param began when they were begun to be tried: that none was reached counts for nothing if a provider answered since
     * @param now the time
     */
    public void triedOthers(boolean isReached, long began, long now) {
        if (!isReached) {
            if (!isAnyoneElseHeard(null, began)) {
                offline(now);
            }
            return;
        }
        lock.lock();
        try {
            boolean isNews = !wasReached || now - reachedAt > REACHED_FOR;
            wasReached = true;
            reachedAt = now;
            if (offline) {
                online(now);
            } else if (isNews) {
                publish(now, true); // evidence for whose network it is
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Says who tries other hosts when a provider cannot be reached.
     *
     * @param check told a provider's name each time it could not be, on the way of a call; it returns at once
     */
    public void othersAreTriedBy(Consumer<String> check) {
        networkCheck = check;
    }

    /**
     * Whether this machine is taken to be cut off.
     *
     * @return true while it is
     */
    public boolean isOffline() {
        return offline;
    }

    /**
     * Whether an attempt may have waited in vain because this machine was cut off.
     *
     * @param began when it went out
     * @param route the route's place in the list
     * @return true if this machine was taken to be cut off at some time since, and the route needs the network
     */
    public boolean wasCutOffSince(long began, int route) {
        return (offline || cutOffUntil - began >= 0) && !routes.get(route).isLocal();
    }

    /** This machine is cut off: what its attempts meet says nothing about the providers, whose states stay as they are. */
    private void offline(long now) {
        lock.lock();
        try {
            offlineUntil = now + OFFLINE_FOR;
            wasReached = false;
            if (!offline) {
                offline = true;
                for (RouteMonitor route : routes) {
                    if (!route.isLocal()) {
                        route.cutOff(now);
                    }
                }
                publish(now, true);
            }
            planLook(now);
        } finally {
            lock.unlock();
        }
    }

    private void online(long now) {
        lock.lock();
        try {
            if (offline) {
                offline = false;
                cutOffUntil = now;
                for (RouteMonitor route : routes) {
                    if (!route.isLocal()) {
                        route.backOnline(now, clock);
                    }
                }
                settleAll(now);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Says who reads the status pages, and how long ahead a maintenance on them is announced.
     *
     * @param wake told, under the board's lock, when there may be reason to read a page sooner; it returns at once
     * @param lead how long ahead
     */
    public void pagesAreReadBy(Runnable wake, Duration lead) {
        lock.lock();
        try {
            pageReader = wake;
            notices.lead(lead);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether a provider is in trouble, or suspected to be.
     *
     * @param provider the provider's name
     * @return true if so
     */
    public boolean isUnwell(String provider) {
        return isUnwell(ownerOf(provider));
    }

    private boolean isUnwell(ProviderHealth owner) {
        lock.lock();
        try {
            return owner.state() != ServiceState.OPERATIONAL || owner.isSuspicious();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A provider's status page was read.
     *
     * @param provider the provider's name
     * @param report what it said
     */
    public void heardFromPage(String provider, PageReport report) {
        requireNonNull(report, "report == null");
        ProviderHealth owner = ownerOf(provider);
        lock.lock();
        try {
            long now = nanos.getAsLong();
            PageReport before = owner.page(now);
            owner.heardFromPage(report, now);
            settle(owner, true, now);
            if (isNewsOfAnIncident(before, report)) {
                send(StatusEvent.Kind.PROVIDER_UPDATE, scopeOf(owner), owner.state(), owner.state(), now);
            }
            for (PageReport.Maintenance maintenance : report.maintenances()) {
                if (notices.isDue(provider, maintenance, clock.instant())) {
                    send(StatusEvent.Kind.MAINTENANCE_AHEAD, scopeOf(owner), owner.state(), owner.state(), now);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private ProviderHealth ownerOf(String provider) {
        return providers.stream()
                .filter(each -> each.name().equals(provider))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no provider is called " + provider + "; there are "
                        + providers.stream().map(ProviderHealth::name).toList()));
    }

    private static boolean isNewsOfAnIncident(@Nullable PageReport before, PageReport after) {
        for (PageReport.Incident incident : after.incidents()) {
            PageReport.Incident known = before == null
                    ? null
                    : before.incidents().stream()
                            .filter(each -> each.id().equals(incident.id()))
                            .findFirst()
                            .orElse(null);
            if (known == null ? !incident.isOver() : isFurther(known, incident)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFurther(PageReport.Incident known, PageReport.Incident incident) {
        return !known.status().equals(incident.status())
                || known.updates().size() != incident.updates().size();
    }

    /**
     * The health of a route, from the figures of its calls and what the board makes of their outcomes.
     *
     * @param route the route's place in the list
     * @param firstContentMedian nanoseconds that half of the first contents came within; -1 if there were too few
     * @param firstContentSlow nanoseconds that 95 of 100 first contents came within; -1 if there were too few
     * @param closedFor nanoseconds for which no request goes out from now on; 0 if one may
     * @param budgetLeft the share of the retry budget that is left
     * @param underWay the attempts under way
     * @param now the time
     * @return the health
     */
    public RouteHealth health(
            int route,
            long firstContentMedian,
            long firstContentSlow,
            long closedFor,
            double budgetLeft,
            int underWay,
            long now) {
        Instant openUntil = closedFor > 0 ? clock.instant().plusNanos(closedFor) : null;
        return routes.get(route).health(firstContentMedian, firstContentSlow, openUntil, budgetLeft, underWay, now);
    }

    // The state and the events that follow.

    private void settleIf(boolean isNews, int route, long now) {
        if (!isNews && owners.get(route).isCalm()) {
            return; // the usual case takes no lock that others want
        }
        lock.lock();
        try {
            settle(owners.get(route), false, now);
        } finally {
            lock.unlock();
        }
    }

    private void settle(ProviderHealth owner, boolean isNews, long now) {
        boolean isChange = !isFrozen(owner) && owner.settle(now, clock);
        publish(now, isNews || isChange);
        planLook(now);
    }

    private void settleAll(long now) {
        boolean isChange = false;
        for (ProviderHealth provider : providers) {
            isChange |= !isFrozen(provider) && provider.settle(now, clock);
        }
        publish(now, isChange);
        planLook(now);
    }

    private boolean isFrozen(ProviderHealth provider) {
        return offline && !provider.isLocal();
    }

    /** Where there are no calls, only the passing of time ends trouble. */
    private void planLook(long now) {
        long wait = offline ? Math.max(1, offlineUntil - now) : -1;
        for (int i = 0; i < providers.size(); i++) { // no iterator: this is on the way of each outcome in trouble
            ProviderHealth provider = providers.get(i);
            long each = isFrozen(provider) ? -1 : provider.untilNext(now);
            wait = each >= 0 && (wait < 0 || each < wait) ? each : wait;
        }
        if (wait < 0 || lookPlanned && nextLook - now - wait <= 0) {
            return;
        }
        lookPlanned = true;
        nextLook = now + wait;
        timer.accept(this::look, Duration.ofNanos(wait));
    }

    private void look() {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            if (!lookPlanned || nextLook - now > 0) {
                return; // an earlier plan, which a later one replaced
            }
            lookPlanned = false;
            if (offline && offlineUntil - now <= 0) {
                online(now);
            } else {
                settleAll(now);
            }
        } finally {
            lock.unlock();
        }
    }

    private void publish(long now, boolean isChange) {
        ServiceStatus previous = current;
        ServiceState state = overall(now);
        boolean isUnwell = state != ServiceState.OPERATIONAL || previous.state() != ServiceState.OPERATIONAL;
        boolean isDue = isUnwell && now - refreshedAt >= FRESH;
        if (isChange || isDue || state != previous.state()) {
            Instant shownNow = clock.instant();
            refreshedAt = now;
            current = snapshot(state, state == previous.state() ? previous.since() : shownNow, now);
            if (recorder != null) {
                recorder.changed(current);
            }
            tellChanges(previous, now);
        }
        tellSuspicions(now);
    }

    private ServiceState overall(long now) {
        boolean anyHeard = false;
        for (int i = 0; i < providers.size(); i++) {
            anyHeard |= !providers.get(i).isIdle(now);
        }
        rollup.begin();
        for (int i = 0; i < providers.size(); i++) {
            ProviderHealth provider = providers.get(i);
            if (isFrozen(provider)) {
                rollup.add(ServiceState.MAJOR_OUTAGE);
            } else if (!anyHeard || !provider.isIdle(now)) {
                rollup.add(provider.state());
            }
        }
        return rollup.state();
    }

    private ServiceStatus snapshot(ServiceState state, Instant since, long now) {
        Instant shownNow = clock.instant();
        boolean othersAreReached = wasReached && now - reachedAt <= REACHED_FOR;
        List<ProviderStatus> each = new ArrayList<>(providers.size());
        for (ProviderHealth provider : providers) {
            each.add(provider.status(now, shownNow, othersAreReached));
        }
        List<RouteStatus> all = new ArrayList<>(routes.size());
        for (RouteMonitor route : routes) {
            all.add(route.status());
        }
        Diagnosis diagnosis = offline
                ? Diagnosis.of(
                        Cause.LOCAL_NETWORK,
                        0.9,
                        List.of(Evidence.of(
                                Evidence.Kind.CANARY, shownNow, "this machine", 0, "nobody is reached from here")))
                : each.stream()
                        .flatMap(provider -> provider.diagnosis().stream())
                        .findFirst()
                        .orElse(null);
        return new ServiceStatus(state, since, diagnosis, each, all, words);
    }

    private void tellChanges(ServiceStatus previous, long now) {
        ServiceStatus status = current;
        boolean isTold = false;
        if (status.state() != previous.state()) {
            changed.signalAll();
            sendChange(null, previous.state(), status.state(), now);
            isTold = true;
        }
        for (int i = 0; i < providers.size(); i++) {
            ProviderStatus before = previous.providers().get(i);
            ProviderStatus after = status.providers().get(i);
            boolean isNew = after.state() != before.state();
            if (isNew && !isTold) {
                sendChange(after.name(), before.state(), after.state(), now);
            }
            tellCause(i, after, isNew, now);
        }
        if (!isTold && previous.diagnosis().map(Diagnosis::cause).orElse(null) != Cause.LOCAL_NETWORK && offline) {
            send(StatusEvent.Kind.CAUSE_UNDERSTOOD, null, status.state(), status.state(), now);
        }
        tellUpdate(status, now);
    }

    /** What a change of state tells already is not told again. */
    private void tellCause(int provider, ProviderStatus status, boolean isWithChange, long now) {
        Diagnosis diagnosis = status.diagnosis().orElse(null);
        if (diagnosis == null) {
            toldCauses[provider] = null;
            return;
        }
        boolean isSure = diagnosis.confidence() >= TOLD_FROM && diagnosis.cause() != Cause.UNKNOWN;
        if (!isSure || diagnosis.cause() == toldCauses[provider]) {
            return;
        }
        toldCauses[provider] = diagnosis.cause();
        if (!isWithChange && status.state() != ServiceState.RECOVERING) {
            send(
                    StatusEvent.Kind.CAUSE_UNDERSTOOD,
                    scopeOf(providers.get(provider)),
                    status.state(),
                    status.state(),
                    now);
        }
    }

    private void tellUpdate(ServiceStatus status, long now) {
        if (status.state() == ServiceState.OPERATIONAL) {
            toldEvidence = "";
            return;
        }
        String evidence = outline(status);
        if (now == lastEventAt) {
            toldEvidence = evidence; // with the event that was just sent
        } else if (!evidence.equals(toldEvidence) && now - lastEventAt >= UPDATE_EVERY) {
            toldEvidence = evidence;
            send(StatusEvent.Kind.UPDATE, null, status.state(), status.state(), now);
        }
    }

    /** What is worth an update when it changes. */
    private static String outline(ServiceStatus status) {
        StringBuilder outline = new StringBuilder();
        for (ProviderStatus provider : status.providers()) {
            if (provider.state() == ServiceState.OPERATIONAL) {
                continue;
            }
            outline.append(provider.name()).append(provider.isFlapping());
            provider.diagnosis().ifPresent(diagnosis -> {
                outline.append(diagnosis.cause());
                for (Evidence fact : diagnosis.evidence()) {
                    boolean isShare = fact.kind() == Evidence.Kind.FAILURES;
                    outline.append(fact.kind())
                            .append(isShare ? Math.round(4 * fact.number().orElse(0)) : "");
                }
            });
        }
        return outline.toString();
    }

    private void tellSuspicions(long now) {
        for (int i = 0; i < providers.size(); i++) {
            ProviderHealth provider = providers.get(i);
            boolean isNew = now - suspectedAt[i] >= SUSPECT_EVERY;
            if (isNew && provider.state() == ServiceState.OPERATIONAL && provider.isSuspicious()) {
                suspectedAt[i] = now;
                send(StatusEvent.Kind.SUSPECTED, scopeOf(provider), provider.state(), provider.state(), now);
            }
        }
    }

    /** Where there is one provider, it is the whole. */
    private @Nullable String scopeOf(ProviderHealth provider) {
        return providers.size() == 1 ? null : provider.name();
    }

    private void sendChange(@Nullable String scope, ServiceState before, ServiceState after, long now) {
        StatusEvent.Kind kind = switch (after) {
            case OPERATIONAL -> StatusEvent.Kind.RESTORED;
            case RECOVERING -> StatusEvent.Kind.RECOVERING;
            default -> StatusEvent.Kind.STATE_CHANGED;
        };
        send(kind, scope, before, after, now);
    }

    private void send(
            StatusEvent.Kind kind, @Nullable String scope, ServiceState before, ServiceState after, long now) {
        lastEventAt = now;
        StatusEvent event = new StatusEvent(++sequence, clock.instant(), kind, scope, before, after, current);
        listeners.tell(event);
        pageReader.run();
        if (recorder != null) {
            recorder.sent(event);
        }
    }
}
