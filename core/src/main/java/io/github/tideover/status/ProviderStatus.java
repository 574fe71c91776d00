package io.github.tideover.status;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How well one provider answers, over all of its models in use, seen from here.
 *
 * @since 0.1
 */
public final class ProviderStatus {
    private final String name;
    private final ServiceState state;
    private final Instant since;
    private final boolean flapping;
    private final @Nullable Diagnosis diagnosis;
    private final @Nullable Eta eta;
    private final @Nullable PageReport page;
    private final List<RouteStatus> routes;

    ProviderStatus(
            String name,
            ServiceState state,
            Instant since,
            boolean flapping,
            @Nullable Diagnosis diagnosis,
            @Nullable Eta eta,
            @Nullable PageReport page,
            List<RouteStatus> routes) {
        this.name = name;
        this.state = state;
        this.since = since;
        this.flapping = flapping;
        this.diagnosis = diagnosis;
        this.eta = eta;
        this.page = page;
        this.routes = List.copyOf(routes);
    }

    /**
     * The provider.
     *
     * @return its name
     */
    public String name() {
        return name;
    }

    /**
     * How well it answers.
     *
     * @return the state over its models in use
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
     * Whether it has come and gone so often of late that the worse state is held for a while.
     *
     * @return true while it flaps
     */
    public boolean isFlapping() {
        return flapping;
    }

    /**
     * What is most likely behind it.
     *
     * @return the diagnosis, or empty while all is well
     */
    public Optional<Diagnosis> diagnosis() {
        return Optional.ofNullable(diagnosis);
    }

    /**
     * When it is likely back.
     *
     * @return the estimate, which may be that nobody knows; empty while there is nothing to wait for
     */
    public Optional<Eta> eta() {
        return Optional.ofNullable(eta);
    }

    /**
     * What its status page said last.
     *
     * @return the report, or empty if none was read of late
     */
    public Optional<PageReport> page() {
        return Optional.ofNullable(page);
    }

    /**
     * Its models in use.
     *
     * @return an unmodifiable list, in the order in which they are asked
     */
    public List<RouteStatus> routes() {
        return routes;
    }

    @Override
    public String toString() {
        return name + " " + state + " since " + since + (flapping ? ", flapping" : "")
                + (diagnosis == null ? "" : " " + diagnosis);
    }
}
