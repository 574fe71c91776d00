package io.github.tideover.status;

import java.time.Instant;

/**
 * A change of state. Events are numbered without gaps in the order in which the state changed; a listener that misses
 * one, because it was too slow for too long, sees a gap in the numbers and has the whole truth in the next.
 *
 * @since 0.1
 */
public final class StatusEvent {
    private final long sequence;
    private final Instant at;
    private final ServiceState previous;
    private final ServiceStatus status;

    StatusEvent(long sequence, Instant at, ServiceState previous, ServiceStatus status) {
        this.sequence = sequence;
        this.at = at;
        this.previous = previous;
        this.status = status;
    }

    /**
     * The event's number.
     *
     * @return 1 for the first event of a client
     */
    public long sequence() {
        return sequence;
    }

    /**
     * When the state changed.
     *
     * @return the time
     */
    public Instant at() {
        return at;
    }

    /**
     * The state before.
     *
     * @return the state
     */
    public ServiceState previous() {
        return previous;
    }

    /**
     * The state now.
     *
     * @return the state
     */
    public ServiceState state() {
        return status.state();
    }

    /**
     * The whole status at the moment of the change.
     *
     * @return the status
     */
    public ServiceStatus status() {
        return status;
    }

    /**
     * The new state in one sentence that users understand.
     *
     * @return a sentence in English
     */
    public String headline() {
        return status.headline();
    }

    /**
     * What is behind it.
     *
     * @return sentences in English, empty if all is well
     */
    public String detail() {
        return status.detail();
    }

    @Override
    public String toString() {
        return "#" + sequence + " " + previous + " -> " + status.state();
    }
}
