package io.github.tideover.status;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How well chat works at one moment, with words to show to users.
 *
 * @since 0.1
 */
public final class ServiceStatus {
    private final ServiceState state;
    private final Instant since;
    private final @Nullable Diagnosis diagnosis;
    private final List<ProviderStatus> providers;
    private final List<RouteStatus> routes;

    ServiceStatus(
            ServiceState state,
            Instant since,
            @Nullable Diagnosis diagnosis,
            List<ProviderStatus> providers,
            List<RouteStatus> routes) {
        this.state = state;
        this.since = since;
        this.diagnosis = diagnosis;
        this.providers = List.copyOf(providers);
        this.routes = List.copyOf(routes);
    }

    /**
     * How well chat works.
     *
     * @return the state over all providers
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
     * What is most likely behind the trouble of the first provider that has any; or {@link Cause#LOCAL_NETWORK}, if nobody
     * can be reached from here.
     *
     * @return the diagnosis, or empty while all is well
     */
    public Optional<Diagnosis> diagnosis() {
        return Optional.ofNullable(diagnosis);
    }

    /**
     * When the first provider that has trouble is likely back.
     *
     * @return the estimate, which may be that nobody knows; empty while there is nothing to wait for
     */
    public Optional<Eta> eta() {
        return providers.stream()
                .filter(provider -> provider.state() != ServiceState.OPERATIONAL)
                .findFirst()
                .flatMap(ProviderStatus::eta);
    }

    /**
     * Each provider, the first one first.
     *
     * @return an unmodifiable list
     */
    public List<ProviderStatus> providers() {
        return providers;
    }

    /**
     * Each provider and model, the first provider first.
     *
     * @return an unmodifiable list
     */
    public List<RouteStatus> routes() {
        return routes;
    }

    /**
     * The state in one sentence that users understand.
     *
     * @return a sentence in English
     */
    public String headline() {
        return switch (state) {
            case OPERATIONAL -> "The assistant is working normally.";
            case DEGRADED -> "The assistant is having trouble; answers may take longer.";
            case PARTIAL_OUTAGE ->
                providers.size() == 1
                        ? "The assistant answers only some requests."
                        : providers.get(0).state().isDown()
                                ? "The assistant is running on a backup."
                                : "The assistant is working; a backup is not available.";
            case MAJOR_OUTAGE -> "The assistant is not available right now.";
            case MAINTENANCE -> "The assistant is down for planned maintenance.";
            case RECOVERING -> "The assistant is coming back.";
        };
    }

    /**
     * What is behind it, in a sentence for each provider that is not well.
     *
     * @return the sentences, empty if all is well
     */
    public String detail() {
        StringBuilder detail = new StringBuilder();
        for (RouteStatus route : routes) {
            if (route.state() == ServiceState.OPERATIONAL) {
                continue;
            }
            detail.append(detail.isEmpty() ? "" : " ")
                    .append(route.name())
                    .append(
                            switch (route.state()) {
                                case DEGRADED, PARTIAL_OUTAGE -> " has trouble";
                                case RECOVERING -> " is answering again";
                                case MAINTENANCE -> " is down for maintenance";
                                default -> " is not answering";
                            });
            if (route.state() != ServiceState.RECOVERING) {
                route.cause().ifPresent(cause -> detail.append(": ").append(cause.cause()));
                route.nextTry().ifPresent(at -> detail.append("; next try at ").append(at));
            }
            detail.append('.');
        }
        return detail.toString();
    }

    @Override
    public String toString() {
        return state + " since " + since + " " + routes;
    }
}
