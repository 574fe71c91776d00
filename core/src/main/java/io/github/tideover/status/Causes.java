package io.github.tideover.status;

import io.github.tideover.failure.FailureKind;
import java.util.EnumMap;
import java.util.Map;

/** What the failures of late speak for: each failure adds to its cause and takes a tenth from all others. */
final class Causes {
    private static final double FADE = 0.9;

    private final Map<Cause, Double> weights = new EnumMap<>(Cause.class);

    void add(Cause cause) {
        weights.replaceAll((each, weight) -> weight * FADE);
        weights.merge(cause, 1.0, Double::sum);
    }

    void forget() {
        weights.clear();
    }

    double weight(Cause cause) {
        return weights.getOrDefault(cause, 0.0);
    }

    /** What one failure speaks for by itself. */
    static Cause of(FailureKind kind) {
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
