package io.github.tideover.status;

import io.github.tideover.failure.FailureKind;
import java.util.Arrays;

/** What the failures of late speak for: each failure adds to its cause and takes a tenth from all others. */
@SuppressWarnings("EnumOrdinal") // a map would box a number for each cause at each failure; these never leave memory
final class Causes {
    private static final double FADE = 0.9;

    private final double[] weights = new double[Cause.values().length];

    void add(Cause cause) {
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= FADE;
        }
        weights[cause.ordinal()]++;
    }

    void forget() {
        Arrays.fill(weights, 0);
    }

    double weight(Cause cause) {
        return weights[cause.ordinal()];
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
