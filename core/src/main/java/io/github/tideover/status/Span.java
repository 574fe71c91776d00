package io.github.tideover.status;

import java.time.Duration;
import java.time.Instant;

/**
 * A time in which a provider was seen to be in one state.
 *
 * @param state the state
 * @param from when it was first seen
 * @param until when it was last seen
 */
record Span(ServiceState state, Instant from, Instant until) {
    Span {
        if (until.isBefore(from)) {
            throw new IllegalArgumentException("a span ends before it begins: " + from + " to " + until);
        }
    }

    Span until(Instant end) {
        return new Span(state, from, end);
    }

    /** How much of it lies between two moments. */
    Duration within(Instant start, Instant end) {
        Instant first = from.isBefore(start) ? start : from;
        Instant last = until.isAfter(end) ? end : until;
        return last.isAfter(first) ? Duration.between(first, last) : Duration.ZERO;
    }

    /** Whether it is one of no answers: an outage, and no maintenance. */
    boolean isDown() {
        return state.isOutage();
    }
}
