package io.github.tideover.testkit;

import io.github.tideover.status.ServiceState;
import io.github.tideover.status.StatusEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A status listener that keeps what it is told: {@code Tideover.builder().onStatus(listener)}. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class RecordingStatusListener implements Consumer<StatusEvent> {
    private static final Duration REAL_PATIENCE = Duration.ofSeconds(20);

    private final List<StatusEvent> events = new CopyOnWriteArrayList<>();

    /** Makes a listener that has heard nothing yet. */
    public RecordingStatusListener() {}

    @Override
    public void accept(StatusEvent event) {
        events.add(event);
    }

    /**
     * What it was told.
     *
     * @return in order, an unmodifiable list
     */
    public List<StatusEvent> events() {
        return List.copyOf(events);
    }

    /**
     * The states of the whole service that it was told of, each change once.
     *
     * @return in order, an unmodifiable list
     */
    public List<ServiceState> states() {
        List<ServiceState> states = new ArrayList<>();
        for (StatusEvent event : events) {
            ServiceState state = event.status().state();
            if (states.isEmpty() || states.get(states.size() - 1) != state) {
                states.add(state);
            }
        }
        return List.copyOf(states);
    }

    /**
     * Waits, in real time, until it is told of a state: listeners are told on a thread of their own, a little later.
     *
     * @param state the state of the whole service
     * @return the first event that told of it
     * @throws AssertionError if it does not within 20 s
     */
    public StatusEvent await(ServiceState state) {
        Patience.until(REAL_PATIENCE, "news of " + state, () -> first(state).isPresent());
        return first(state).orElseThrow();
    }

    private Optional<StatusEvent> first(ServiceState state) {
        return events.stream().filter(event -> event.status().state() == state).findFirst();
    }

    @Override
    public String toString() {
        return "told of " + events;
    }
}
