package io.github.tideover.status;

/**
 * How well chat works, seen from here. More may be added in later versions.
 *
 * @since 0.1
 */
public enum ServiceState {
    /** All is well. */
    OPERATIONAL(0),
    /** Requests fail more often, or are answered more slowly, than they should be; most are answered. */
    DEGRADED(2),
    /** A provider fails for a good part of the requests, or one of several does not answer at all. */
    PARTIAL_OUTAGE(3),
    /** Nobody answers. */
    MAJOR_OUTAGE(5),
    /** Nobody answers, on purpose and announced. */
    MAINTENANCE(4),
    /** There are answers again after an outage; it is not over until they have held for a while. */
    RECOVERING(1);

    private final int severity;

    ServiceState(int severity) {
        this.severity = severity;
    }

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

    /**
     * Whether this state is worse for those who ask than another one. From good to bad: operational, recovering, degraded, a
     * partial outage, maintenance, in which nobody answers, and a major outage, of which nobody knows the end either.
     *
     * @param other the other state
     * @return true if it is worse; false for the same one
     */
    public boolean isWorseThan(ServiceState other) {
        return severity > other.severity;
    }
}
