package io.github.tideover.status;

/**
 * How well chat works, seen from here. More may be added in later versions.
 *
 * @since 0.1
 */
public enum ServiceState {
    /** All is well. */
    OPERATIONAL,
    /** Requests fail more often, or are answered more slowly, than they should be; most are answered. */
    DEGRADED,
    /** A provider fails for a good part of the requests, or one of several does not answer at all. */
    PARTIAL_OUTAGE,
    /** Nobody answers. */
    MAJOR_OUTAGE,
    /** Nobody answers, on purpose and announced. */
    MAINTENANCE,
    /** There are answers again after an outage; it is not over until they have held for a while. */
    RECOVERING;

    /**
     * Whether this is a state of outage.
     *
     * @return true for a partial or a major outage, and not for maintenance
     */
    public boolean isOutage() {
        return this == PARTIAL_OUTAGE || this == MAJOR_OUTAGE;
    }

    /**
     * Whether nobody answers.
     *
     * @return true for a major outage and for maintenance
     */
    public boolean isDown() {
        return this == MAJOR_OUTAGE || this == MAINTENANCE;
    }
}
