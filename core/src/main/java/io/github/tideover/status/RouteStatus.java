package io.github.tideover.status;

import io.github.tideover.failure.FailureKind;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How well one provider and model answers, seen from here.
 *
 * @since 0.1
 */
public final class RouteStatus {
    private final RouteName name;
    private final ServiceState state;
    private final Instant since;
    private final @Nullable FailureKind cause;
    private final @Nullable Instant nextTry;

    RouteStatus(
            RouteName name, ServiceState state, Instant since, @Nullable FailureKind cause, @Nullable Instant nextTry) {
        this.name = name;
        this.state = state;
        this.since = since;
        this.cause = cause;
        this.nextTry = nextTry;
    }

    /**
     * The provider and model.
     *
     * @return the name, such as {@code "openai/gpt-5-mini"}
     */
    public String name() {
        return name.toString();
    }

    /**
     * The provider.
     *
     * @return its name
     */
    public String provider() {
        return name.provider();
    }

    /**
     * The model.
     *
     * @return as the provider calls it
     */
    public String model() {
        return name.model();
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
     * What went wrong last.
     *
     * @return the kind of failure, or empty while operational
     */
    public Optional<FailureKind> cause() {
        return Optional.ofNullable(cause);
    }

    /**
     * When a request may be tried on it again.
     *
     * @return the time, or empty if it may be asked now
     */
    public Optional<Instant> nextTry() {
        return Optional.ofNullable(nextTry);
    }

    @Override
    public String toString() {
        return name + " " + state + (cause == null ? "" : " (" + cause.cause() + ")");
    }
}
