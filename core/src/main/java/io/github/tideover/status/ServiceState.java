package io.github.tideover.status;

/**
 * How well chat works, seen from here. More may be added in later versions.
 *
 * @since 0.1
 */
public enum ServiceState {
    /** All is well. */
    OPERATIONAL,
    /** Requests fail more often than they should, yet most are answered. */
    DEGRADED,
    /** At least one provider does not answer, and at least one does. */
    PARTIAL_OUTAGE,
    /** No provider answers. */
    MAJOR_OUTAGE,
    /** A provider answers again and is being eased back in. */
    RECOVERING;

    /**
     * Whether this is a state of outage.
     *
     * @return true for a partial or a major outage
     */
    public boolean isOutage() {
        return this == PARTIAL_OUTAGE || this == MAJOR_OUTAGE;
    }
}
