package io.github.tideover.status;

import static java.util.concurrent.TimeUnit.MINUTES;

import io.github.tideover.failure.FailureKind;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One provider over all of its models in use, together with what its status page says. The page is evidence and never the
 * truth: alone it raises the state to degraded or maintenance, with a failure of our own to what it says, and it lowers
 * nothing. Guarded by the board's lock.
 */
final class ProviderHealth {
    /** A page that was not heard for this long says nothing any more. */
    static final long PAGE_STALE = MINUTES.toNanos(60);
    /** A failure of our own within this span confirms what the page says. */
    static final long CONFIRMED_WITHIN = MINUTES.toNanos(1);

    private final String name;
    private final List<RouteMonitor> routes = new ArrayList<>(1);
    private final Rollup rollup = new Rollup();
    private ServiceState state = ServiceState.OPERATIONAL;
    private long since;
    private Instant shownSince;
    private boolean raisedByPage;
    private @Nullable PageReport page;
    private long pageHeardAt;
    private volatile boolean calm = true;

    ProviderHealth(String name, long now, Instant shownNow) {
        this.name = name;
        this.since = now;
        this.shownSince = shownNow;
    }

    void add(RouteMonitor route) {
        routes.add(route);
    }

    String name() {
        return name;
    }

    ServiceState state() {
        return state;
    }

    List<RouteMonitor> routes() {
        return routes;
    }

    void heardFromPage(PageReport report, long now) {
        page = report;
        pageHeardAt = now;
        boolean green = report.worst().filter(ServiceState.OPERATIONAL::equals).isPresent();
        for (RouteMonitor route : routes) {
            route.pageIs(green);
        }
        calm = green && state == ServiceState.OPERATIONAL;
    }

    /** Whether an outcome that is no news to its route is none here. May be read without the lock. */
    boolean isCalm() {
        return calm;
    }

    /** What the page says, while it is fresh. */
    @Nullable
    PageReport page(long now) {
        return page != null && now - pageHeardAt < PAGE_STALE ? page : null;
    }

    /** Works out the state; true if it has changed. */
    boolean settle(long now, Clock clock) {
        for (int i = 0; i < routes.size(); i++) {
            routes.get(i).settle(now, clock);
        }
        ServiceState seen = seen(now);
        ServiceState said = said(now);
        // A page is slow to turn green: that it still tells of trouble is no news of a provider that is coming back.
        boolean isLate = seen == ServiceState.RECOVERING && said == ServiceState.DEGRADED;
        ServiceState next = said.isWorseThan(seen) && !isLate ? said : seen;
        if (raisedByPage && state.isWorseThan(next)) {
            next = lowered(next, now);
        }
        raisedByPage = next.isWorseThan(seen);
        calm = next == ServiceState.OPERATIONAL && (page == null || said == ServiceState.OPERATIONAL);
        if (next == state) {
            return false;
        }
        state = next;
        since = now;
        shownSince = clock.instant();
        return true;
    }

    /** The way down from what the page raised: not at once, and from an outage not at one stroke. */
    private ServiceState lowered(ServiceState next, long now) {
        if (now - since < RouteMonitor.DWELL) {
            return state;
        }
        boolean wasOut = state.isDown() || state.isOutage();
        return wasOut && next == ServiceState.OPERATIONAL ? ServiceState.RECOVERING : next;
    }

    /** What our own attempts say. */
    private ServiceState seen(long now) {
        boolean anyHeard = false;
        for (int i = 0; i < routes.size(); i++) {
            anyHeard |= !routes.get(i).isIdle(now);
        }
        rollup.begin();
        for (int i = 0; i < routes.size(); i++) {
            RouteMonitor route = routes.get(i);
            if (!anyHeard || !route.isIdle(now)) {
                rollup.add(route.state());
            }
        }
        return rollup.state();
    }

    /** What the page says, as far as it may be believed. */
    private ServiceState said(long now) {
        PageReport report = page(now);
        if (report == null) {
            return ServiceState.OPERATIONAL;
        }
        ServiceState worst = report.worst().orElse(ServiceState.OPERATIONAL);
        if (worst == ServiceState.OPERATIONAL || worst == ServiceState.RECOVERING) {
            return ServiceState.OPERATIONAL;
        }
        boolean isConfirmed = false;
        boolean hasTraffic = false;
        for (int i = 0; i < routes.size(); i++) {
            isConfirmed |= routes.get(i).failedWithin(CONFIRMED_WITHIN, now);
            hasTraffic |= routes.get(i).wasHeardWithin(CONFIRMED_WITHIN, now);
        }
        if (worst == ServiceState.MAINTENANCE) {
            return isConfirmed || !hasTraffic ? worst : ServiceState.OPERATIONAL;
        }
        return isConfirmed ? worst : ServiceState.DEGRADED;
    }

    boolean isFlapping() {
        for (int i = 0; i < routes.size(); i++) {
            if (routes.get(i).isFlapping()) {
                return true;
            }
        }
        return false;
    }

    boolean isSuspicious() {
        for (int i = 0; i < routes.size(); i++) {
            if (routes.get(i).isSuspicious()) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is out, and was not asked for so long that nobody knows whether it still is. */
    boolean isIdle(long now) {
        for (int i = 0; i < routes.size(); i++) {
            if (!routes.get(i).isIdle(now)) {
                return false;
            }
        }
        return true;
    }

    /** Whether all of it runs on this machine. */
    boolean isLocal() {
        for (int i = 0; i < routes.size(); i++) {
            if (!routes.get(i).isLocal()) {
                return false;
            }
        }
        return true;
    }

    /** Nanoseconds until time alone may change the state; -1 if it never does. */
    long untilNext(long now) {
        long next = -1;
        for (int i = 0; i < routes.size(); i++) {
            long each = routes.get(i).untilNext(now);
            next = each >= 0 && (next < 0 || each < next) ? each : next;
        }
        if (raisedByPage) {
            long left = Math.max(RouteMonitor.DWELL, since + RouteMonitor.DWELL - now);
            next = next < 0 ? left : Math.min(next, left);
        }
        return next;
    }

    ProviderStatus status(long now, Instant shownNow, boolean othersAreReached) {
        List<RouteStatus> each = new ArrayList<>(routes.size());
        for (RouteMonitor route : routes) {
            each.add(route.status());
        }
        Diagnosis diagnosis = state == ServiceState.OPERATIONAL ? null : diagnosis(now, shownNow, othersAreReached);
        boolean isWaitedFor = state != ServiceState.OPERATIONAL && state != ServiceState.RECOVERING;
        Eta eta = isWaitedFor ? Eta.of(page(now), notBefore(each), shownNow) : null;
        return new ProviderStatus(name, state, shownSince, isFlapping(), diagnosis, eta, page(now), each);
    }

    /**
     * The time before which the provider asked not to be called: the earliest over its models, and only if all of them are
     * closed until some time. A rest that is our own idea, because only a person can mend it, is no wish of the provider's.
     */
    private static @Nullable Instant notBefore(List<RouteStatus> routes) {
        Instant earliest = null;
        for (RouteStatus route : routes) {
            Instant next = route.nextTry().orElse(null);
            boolean isOurIdea = route.cause()
                    .filter(cause -> cause.again() == FailureKind.Again.NEVER)
                    .isPresent();
            if (next == null || isOurIdea) {
                return null;
            }
            earliest = earliest == null || next.isBefore(earliest) ? next : earliest;
        }
        return earliest;
    }

    private Diagnosis diagnosis(long now, Instant shownNow, boolean othersAreReached) {
        Testimony testimony = new Testimony();
        for (RouteMonitor route : routes) {
            route.testify(testimony, now, shownNow);
        }
        PageReport report = page(now);
        if (report != null) {
            ServiceState worst = report.worst().orElse(null);
            if (worst != null) {
                testimony.add(Evidence.of(
                        Evidence.Kind.STATUS_PAGE,
                        report.fetchedAt(),
                        report.source(),
                        "the provider reports: " + words(worst)));
            }
            if (worst != null && worst != ServiceState.OPERATIONAL) {
                testimony.pageIsRed();
            }
        }
        if (state == ServiceState.MAINTENANCE) {
            testimony.maintenance();
        }
        if (othersAreReached) {
            testimony.othersAreReached();
            testimony.add(Evidence.of(Evidence.Kind.CANARY, shownNow, name, 1, "another host is reached from here"));
        }
        return testimony.verdict();
    }

    private static String words(ServiceState state) {
        return switch (state) {
            case OPERATIONAL -> "all is well";
            case RECOVERING -> "recovering";
            case DEGRADED -> "degraded performance";
            case PARTIAL_OUTAGE -> "a partial outage";
            case MAJOR_OUTAGE -> "a major outage";
            case MAINTENANCE -> "maintenance";
        };
    }
}
