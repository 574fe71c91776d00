package io.github.tideover.status;

import java.util.List;

/**
 * How chat does, in figures, at one moment. Cheap enough to be taken for every request.
 *
 * @since 0.1
 */
public final class ServiceHealth {
    private final ServiceState state;
    private final List<RouteHealth> routes;

    private ServiceHealth(ServiceState state, List<RouteHealth> routes) {
        this.state = state;
        this.routes = routes;
    }

    /**
     * Makes a snapshot. Part of the seam between this library's own packages.
     *
     * @param state the state of chat as a whole
     * @param routes the figures of each provider and model, the first provider first
     * @return the snapshot
     */
    public static ServiceHealth of(ServiceState state, List<RouteHealth> routes) {
        return new ServiceHealth(state, List.copyOf(routes));
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
     * Each provider and model, the first provider first.
     *
     * @return an unmodifiable list
     */
    public List<RouteHealth> routes() {
        return routes;
    }

    @Override
    public String toString() {
        return state + " " + routes;
    }
}
