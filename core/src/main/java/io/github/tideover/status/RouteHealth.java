package io.github.tideover.status;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one provider and model does, in figures: for dashboards, load balancers and whoever decides by numbers.
 *
 * @since 0.1
 */
public final class RouteHealth {
    private final RouteName name;
    private final ServiceState state;
    private final Instant since;
    private final int attempts;
    private final double failureLow;
    private final double failureHigh;
    private final long median;
    private final long slow;
    private final @Nullable Instant openUntil;
    private final double budgetLeft;
    private final int underWay;

    RouteHealth(
            RouteName name,
            ServiceState state,
            Instant since,
            int attempts,
            double failureLow,
            double failureHigh,
            long median,
            long slow,
            @Nullable Instant openUntil,
            double budgetLeft,
            int underWay) {
        this.name = name;
        this.state = state;
        this.since = since;
        this.attempts = attempts;
        this.failureLow = failureLow;
        this.failureHigh = failureHigh;
        this.median = median;
        this.slow = slow;
        this.openUntil = openUntil;
        this.budgetLeft = budgetLeft;
        this.underWay = underWay;
    }

    /**
     * The provider and model.
     *
     * @return the name
     */
    public RouteName name() {
        return name;
    }

    /**
     * How well it answers.
     *
     * @return the state
     */
    public ServiceState state() {
        return state;
    }

    /**
     * When that state began.
     *
     * @return the time
     */
    public Instant since() {
        return since;
    }

    /**
     * How many attempts of the last minute the bounds rest on.
     *
     * @return those that were answered, failed, or have been waiting for too long
     */
    public int attempts() {
        return attempts;
    }

    /**
     * The lowest share of failures that the last minute's attempts allow for (Wilson's one-sided 95 % bound).
     *
     * @return from 0 to 1; 0 without attempts
     */
    public double failureShareAtLeast() {
        return failureLow;
    }

    /**
     * The highest share of failures that the last minute's attempts allow for (Wilson's one-sided 95 % bound).
     *
     * @return from 0 to 1; 1 without attempts
     */
    public double failureShareAtMost() {
        return failureHigh;
    }

    /**
     * What half of the first contents of late came within.
     *
     * @return the time, a quarter too long at most, or empty after fewer than 20 streamed answers
     */
    public Optional<Duration> firstContentP50() {
        return optional(median);
    }

    /**
     * What 95 of 100 first contents of late came within.
     *
     * @return the time, a quarter too long at most, or empty after fewer than 20 streamed answers
     */
    public Optional<Duration> firstContentP95() {
        return optional(slow);
    }

    private static Optional<Duration> optional(long nanos) {
        return nanos < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }

    /**
     * Until when no request goes out, because the circuit is open or the provider asked for a rest.
     *
     * @return the time, or empty if a request may go out now
     */
    public Optional<Instant> openUntil() {
        return Optional.ofNullable(openUntil);
    }

    /**
     * How much of the budget for retries is left.
     *
     * @return from 0, none, to 1, all of it
     */
    public double retryBudgetLeft() {
        return budgetLeft;
    }

    /**
     * The attempts under way.
     *
     * @return their number
     */
    public int underWay() {
        return underWay;
    }

    @Override
    public String toString() {
        return name + " " + state + ", " + underWay + " under way";
    }
}
