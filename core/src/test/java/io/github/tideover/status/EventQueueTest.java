package io.github.tideover.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a listener that is slow is told in the end. */
class EventQueueTest {
    private final EventQueue<StatusEvent> queue = new EventQueue<>(
            event -> event.kind() + " of " + event.scope(), event -> event.kind() == StatusEvent.Kind.UPDATE);
    private final ServiceStatus status = new BoardFixture("a/m", "b/m").board.status();
    private long sequence;

    private boolean add(StatusEvent.Kind kind, @Nullable String scope) {
        return queue.add(new StatusEvent(
                ++sequence, Instant.EPOCH, kind, scope, ServiceState.DEGRADED, ServiceState.DEGRADED, status));
    }

    private List<Long> delivered() {
        List<Long> all = new ArrayList<>();
        for (StatusEvent event = queue.next(); event != null; event = queue.next()) {
            all.add(event.sequence());
        }
        return all;
    }

    @Test
    void whatWaitsIsDeliveredInOrder() {
        assertThat(add(StatusEvent.Kind.SUSPECTED, "a"))
                .as("somebody has to begin")
                .isTrue();
        assertThat(add(StatusEvent.Kind.STATE_CHANGED, null)).isFalse();
        assertThat(add(StatusEvent.Kind.RESTORED, null)).isFalse();
        assertThat(delivered()).containsExactly(1L, 2L, 3L);
        assertThat(add(StatusEvent.Kind.SUSPECTED, "a"))
                .as("it is over, and begins anew")
                .isTrue();
        assertThat(delivered()).containsExactly(4L);
    }

    @Test
    void anUpdateGivesWayToTheNextAboutTheSame() {
        add(StatusEvent.Kind.STATE_CHANGED, null);
        add(StatusEvent.Kind.UPDATE, null);
        add(StatusEvent.Kind.UPDATE, "a");
        add(StatusEvent.Kind.STATE_CHANGED, "b");
        add(StatusEvent.Kind.UPDATE, null);
        assertThat(delivered()).containsExactly(1L, 3L, 4L, 5L);
    }

    @Test
    void whereThereIsNoRoomWhatALaterOneReplacesGoesFirst() {
        add(StatusEvent.Kind.MAINTENANCE_AHEAD, "a");
        add(StatusEvent.Kind.SUSPECTED, "b");
        for (int i = 0; i < EventQueue.MOST / 2; i++) {
            add(StatusEvent.Kind.STATE_CHANGED, null);
            add(StatusEvent.Kind.RECOVERING, null);
        }
        assertThat(delivered())
                .hasSize(EventQueue.MOST)
                .startsWith(1L, 2L, 5L, 6L)
                .endsWith(sequence - 1, sequence)
                .isSorted();
    }

    @Test
    void whereNothingIsReplacedTheOldestGoes() {
        for (int i = 0; i < EventQueue.MOST; i++) {
            add(StatusEvent.Kind.SUSPECTED, "provider " + i);
        }
        add(StatusEvent.Kind.RESTORED, null);
        assertThat(delivered()).hasSize(EventQueue.MOST).startsWith(2L).endsWith(sequence);
    }

    @Test
    void whoNoLongerListensIsDeliveredNothing() {
        add(StatusEvent.Kind.SUSPECTED, "a");
        add(StatusEvent.Kind.STATE_CHANGED, null);
        queue.end();
        assertThat(delivered()).isEmpty();
        assertThat(add(StatusEvent.Kind.RESTORED, null)).isFalse();
        assertThat(delivered()).isEmpty();
    }
}
