package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import io.github.tideover.failure.FailureKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the status from what the calls meet, under one lock, and tells the listeners in order on one lane.
 *
 * <p>The breaker decides about outage and return, the {@link OutageDetector} about trouble before that. The board only
 * informs: no call waits for it or is decided by it.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class StatusBoard {
    private static final Logger log = LoggerFactory.getLogger(StatusBoard.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Clock clock;
    private final Executor lane;
    private final BiConsumer<Runnable, Duration> timer;
    private final StatusWords words;
    private final List<RouteHealth> routes;
    private final Map<String, ProviderHealth> providers;
    private final boolean[] lookScheduled;
    private final List<Consumer<StatusEvent>> listeners = new CopyOnWriteArrayList<>();
    private volatile ServiceStatus current;
    private long sequence;

    /**
     * Makes a board that shows all routes as operational.
     *
     * @param names the providers and models, the first provider first
     * @param clock tells the time shown to users
     * @param lane runs the listeners, one task after the other; it may drop a task when it cannot keep up
     * @param timer runs a task after a delay, on a thread where nothing may block
     * @param words what users are told
     */
    public StatusBoard(
            List<RouteName> names,
            Clock clock,
            Executor lane,
            BiConsumer<Runnable, Duration> timer,
            StatusWords words) {
        this.words = words;
        this.clock = clock;
        this.lane = lane;
        this.timer = timer;
        Instant now = clock.instant();
        routes = names.stream().map(name -> new RouteHealth(name, now)).toList();
        lookScheduled = new boolean[routes.size()];
        providers = new LinkedHashMap<>();
        for (RouteHealth route : routes) {
            providers
                    .computeIfAbsent(route.name().provider(), name -> new ProviderHealth(name, now))
                    .add(route);
        }
        current = snapshot(ServiceState.OPERATIONAL, now);
    }

    /**
     * The status now.
     *
     * @return the status
     */
    public ServiceStatus status() {
        return current;
    }

    /**
     * Adds a listener.
     *
     * @param listener told of every change of state from now on, on the lane
     * @return closes the subscription
     */
    public Subscription subscribe(Consumer<StatusEvent> listener) {
        // Wrapped, so that a listener subscribed twice has two subscriptions and closing one leaves the other.
        Consumer<StatusEvent> place = new Place(requireNonNull(listener, "listener == null"));
        listeners.add(place);
        return () -> listeners.remove(place);
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

    /**
     * An attempt was answered.
     *
     * @param route the route's place in the list
     */
    public void succeeded(int route) {
        if (!routes.get(route).isCalm()) { // the usual case takes no lock
            update(route, (health, now) -> health.succeeded());
        }
    }

    /**
     * An attempt failed by the provider's fault.
     *
     * @param route the route's place in the list
     * @param kind what went wrong
     */
    public void failed(int route, FailureKind kind) {
        update(route, (health, now) -> health.failed(kind, now));
    }

    /**
     * The route stopped taking requests: its circuit opened, or its account, key or model cannot be used.
     *
     * @param route the route's place in the list
     * @param kind why
     * @param nextTry when a request may be tried on it
     */
    public void stopped(int route, FailureKind kind, Instant nextTry) {
        update(route, (health, now) -> health.stopped(kind, nextTry));
    }

    /**
     * The route takes requests again.
     *
     * @param route the route's place in the list
     */
    public void resumed(int route) {
        update(route, RouteHealth::resumed);
    }

    private void update(int route, BiConsumer<RouteHealth, Instant> event) {
        lock.lock();
        try {
            RouteHealth health = routes.get(route);
            Instant now = clock.instant();
            event.accept(health, now);
            boolean news = health.settle(now);
            lookAgainWhenQuiet(route, health, now);
            if (news) {
                publish(now);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Where there are no calls, only the passing of time ends trouble. */
    private void lookAgainWhenQuiet(int route, RouteHealth health, Instant now) {
        Duration wait = health.untilQuiet(now);
        if (wait == null || lookScheduled[route]) {
            return;
        }
        lookScheduled[route] = true;
        timer.accept(
                () -> {
                    lock.lock();
                    try {
                        lookScheduled[route] = false;
                    } finally {
                        lock.unlock();
                    }
                    update(route, (same, then) -> {});
                },
                wait);
    }

    private void publish(Instant now) {
        ServiceStatus previous = current;
        providers.values().forEach(provider -> provider.settle(now));
        ServiceState state = ProviderHealth.over(
                providers.values().stream().map(ProviderHealth::state).toList());
        current = snapshot(state, state == previous.state() ? previous.since() : now);
        if (state != previous.state()) {
            changed.signalAll();
            send(now, null, previous.state(), state);
            return;
        }
        for (int i = 0; i < current.providers().size(); i++) {
            ProviderStatus before = previous.providers().get(i);
            ProviderStatus after = current.providers().get(i);
            if (before.state() != after.state()) {
                send(now, after.name(), before.state(), after.state());
            }
        }
    }

    private void send(Instant now, @Nullable String scope, ServiceState before, ServiceState after) {
        StatusEvent.Kind kind = switch (after) {
            case OPERATIONAL -> StatusEvent.Kind.RESTORED;
            case RECOVERING -> StatusEvent.Kind.RECOVERING;
            default -> StatusEvent.Kind.STATE_CHANGED;
        };
        StatusEvent event = new StatusEvent(++sequence, now, kind, scope, before, after, current);
        lane.execute(() -> listeners.forEach(listener -> tell(listener, event)));
    }

    private ServiceStatus snapshot(ServiceState state, Instant since) {
        List<ProviderStatus> each =
                providers.values().stream().map(ProviderHealth::status).toList();
        return new ServiceStatus(
                state,
                since,
                each.stream()
                        .flatMap(provider -> provider.diagnosis().stream())
                        .findFirst()
                        .orElse(null),
                each,
                routes.stream().map(RouteHealth::status).toList(),
                words);
    }

    /**
     * A provider's status page was read.
     *
     * @param provider the provider's name
     * @param report what it said
     */
    public void heardFromPage(String provider, PageReport report) {
        requireNonNull(report, "report == null");
        lock.lock();
        try {
            ProviderHealth health = providers.get(provider);
            if (health == null) {
                throw new IllegalArgumentException(
                        "no provider is called " + provider + "; there are " + providers.keySet());
            }
            health.heardFromPage(report);
            publish(clock.instant());
        } finally {
            lock.unlock();
        }
    }

    private static void tell(Consumer<StatusEvent> listener, StatusEvent event) {
        try {
            listener.accept(event);
        } catch (Throwable e) { // whatever a listener throws, the next one and the lane go on
            log.warn("A status listener failed on {}: {}", event, e.getClass().getName());
        }
    }

    private record Place(Consumer<StatusEvent> listener) implements Consumer<StatusEvent> {
        @Override
        public void accept(StatusEvent event) {
            listener.accept(event);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
