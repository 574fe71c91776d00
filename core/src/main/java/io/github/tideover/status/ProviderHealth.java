package io.github.tideover.status;

import io.github.tideover.failure.FailureKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One provider over all of its models in use. Guarded by the board's lock. */
final class ProviderHealth {
    private final String name;
    private final List<RouteHealth> routes = new ArrayList<>(1);
    private ServiceState state = ServiceState.OPERATIONAL;
    private Instant since;
    private @Nullable PageReport page;

    ProviderHealth(String name, Instant now) {
        this.name = name;
        this.since = now;
    }

    void add(RouteHealth route) {
        routes.add(route);
    }

    void heardFromPage(PageReport report) {
        page = report;
    }

    void settle(Instant now) {
        ServiceState before = state;
        state = over(routes.stream().map(RouteHealth::state).toList());
        if (state != before) {
            since = now;
        }
    }

    ServiceState state() {
        return state;
    }

    /** The state of a whole, given the states of its parts. */
    static ServiceState over(List<ServiceState> parts) {
        if (parts.stream().allMatch(ServiceState::isDown)) {
            return parts.contains(ServiceState.MAJOR_OUTAGE) ? ServiceState.MAJOR_OUTAGE : ServiceState.MAINTENANCE;
        }
        if (parts.stream().anyMatch(part -> part.isDown() || part.isOutage())) {
            return ServiceState.PARTIAL_OUTAGE;
        }
        if (parts.contains(ServiceState.RECOVERING)) {
            return ServiceState.RECOVERING;
        }
        return parts.contains(ServiceState.DEGRADED) ? ServiceState.DEGRADED : ServiceState.OPERATIONAL;
    }

    ProviderStatus status() {
        return new ProviderStatus(
                name,
                state,
                since,
                false,
                diagnosis(),
                null,
                page,
                routes.stream().map(RouteHealth::status).toList());
    }

    private @Nullable Diagnosis diagnosis() {
        for (RouteHealth route : routes) {
            FailureKind kind = route.cause();
            if (kind != null && state != ServiceState.OPERATIONAL) {
                Evidence last = Evidence.of(
                        Evidence.Kind.FAILURES, route.since(), route.name().toString(), kind.cause());
                return Diagnosis.of(causeOf(kind), 0.5, List.of(last));
            }
        }
        return null;
    }

    static Cause causeOf(FailureKind kind) {
        return switch (kind) {
            case OVERLOADED -> Cause.OVERLOAD;
            case TRANSIENT, MALFORMED -> Cause.SOFTWARE_FAULT;
            case NETWORK, NETWORK_AMBIGUOUS, DNS, TLS -> Cause.NETWORK;
            case NETWORK_LOCAL -> Cause.LOCAL_NETWORK;
            case MAINTENANCE -> Cause.MAINTENANCE;
            case AUTH, FORBIDDEN, QUOTA, MODEL_NOT_FOUND -> Cause.ACCOUNT;
            case TIMEOUT -> Cause.SLOW;
            case STALL, CUT -> Cause.CUT_STREAMS;
            case THROTTLED -> Cause.RATE_LIMIT;
            default -> Cause.UNKNOWN;
        };
    }
}
