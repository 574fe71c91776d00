package io.github.tideover.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tideover.failure.FailureKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The status as seen from here, and how listeners hear of it. */
class StatusBoardTest {
    private Instant now = Instant.parse("2026-11-22T12:00:00Z");
    private final Queue<Runnable> lane = new ArrayDeque<>();
    private final List<Runnable> timers = new ArrayList<>();
    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };
    private final StatusBoard board = new StatusBoard(
            List.of(RouteName.of("a", "m"), RouteName.of("b", "m")),
            clock,
            lane::add,
            (task, delay) -> timers.add(task),
            StatusWords.english());
    private final List<ServiceState> heard = new ArrayList<>();

    private void deliver() {
        while (!lane.isEmpty()) {
            lane.remove().run();
        }
    }

    private ServiceState state() {
        return board.status().state();
    }

    private void passes(Duration duration) {
        now = now.plus(duration);
        List<Runnable> due = List.copyOf(timers);
        timers.clear();
        due.forEach(Runnable::run);
    }

    @Test
    void threeFailuresInARowAreTrouble() {
        board.failed(0, FailureKind.TRANSIENT);
        board.failed(0, FailureKind.TRANSIENT);
        assertThat(state()).isEqualTo(ServiceState.OPERATIONAL);
        board.failed(0, FailureKind.OVERLOADED);
        assertThat(state()).isEqualTo(ServiceState.DEGRADED);
        assertThat(board.status().detail())
                .isEqualTo(
                        "a is having trouble. It is receiving more requests than it can handle. Since: Nov 22, 2026, 12:00 PM UTC.");
    }

    @Test
    void aFailureInAHundredIsNone() {
        for (int i = 0; i < 5_000; i++) {
            if (i % 100 == 0) {
                board.failed(0, FailureKind.TRANSIENT);
            } else {
                board.succeeded(0);
            }
        }
        assertThat(state()).isEqualTo(ServiceState.OPERATIONAL);
    }

    @Test
    void troubleIsOverAfterTwentySuccesses() {
        for (int i = 0; i < 3; i++) {
            board.failed(0, FailureKind.TRANSIENT);
        }
        for (int i = 0; i < 19; i++) {
            board.succeeded(0);
        }
        assertThat(state()).isEqualTo(ServiceState.DEGRADED);
        board.succeeded(0);
        assertThat(state()).isEqualTo(ServiceState.OPERATIONAL);
        assertThat(board.status().detail()).isEmpty();
    }

    @Test
    void withoutCallsTroubleIsOverAfterTwoMinutes() {
        for (int i = 0; i < 3; i++) {
            board.failed(0, FailureKind.TRANSIENT);
        }
        passes(Duration.ofSeconds(60));
        assertThat(state()).isEqualTo(ServiceState.DEGRADED);
        passes(Duration.ofSeconds(60));
        assertThat(state()).isEqualTo(ServiceState.OPERATIONAL);
    }

    @Test
    void oneProviderOutIsAPartialOutageAndAllOutIsAMajorOne() {
        board.stopped(0, FailureKind.TIMEOUT, now.plusSeconds(4));
        assertThat(state()).isEqualTo(ServiceState.PARTIAL_OUTAGE);
        assertThat(board.status().headline()).isEqualTo("The assistant is running on a backup.");
        board.stopped(1, FailureKind.QUOTA, now.plusSeconds(300));
        assertThat(state()).isEqualTo(ServiceState.MAJOR_OUTAGE);
        assertThat(board.status().detail())
                .isEqualTo("a is not answering. Its answers take longer than usual. "
                        + "b is not answering. Our access to it needs attention. Nothing is wrong on your side. "
                        + "Since: Nov 22, 2026, 12:00 PM UTC. We don’t know yet how long it will take.");
        board.resumed(1);
        assertThat(state()).isEqualTo(ServiceState.PARTIAL_OUTAGE);
    }

    @Test
    void anOutageEndsInRecoveryAndRecoveryInTenSuccesses() {
        board.stopped(0, FailureKind.TIMEOUT, now.plusSeconds(4));
        board.resumed(0);
        assertThat(state()).isEqualTo(ServiceState.RECOVERING);
        for (int i = 0; i < 9; i++) {
            board.succeeded(0);
        }
        assertThat(state()).isEqualTo(ServiceState.RECOVERING);
        board.succeeded(0);
        assertThat(state()).isEqualTo(ServiceState.OPERATIONAL);
    }

    @Test
    void withoutCallsRecoveryEndsAfterAMinute() {
        board.stopped(0, FailureKind.TIMEOUT, now.plusSeconds(4));
        board.resumed(0);
        passes(Duration.ofSeconds(60));
        assertThat(state()).isEqualTo(ServiceState.OPERATIONAL);
    }

    @Test
    void eventsAreNumberedAndComeInOrder() {
        List<Long> numbers = new ArrayList<>();
        board.subscribe(event -> {
            numbers.add(event.sequence());
            heard.add(event.state());
        });
        board.stopped(0, FailureKind.TIMEOUT, now);
        board.stopped(1, FailureKind.TIMEOUT, now);
        board.resumed(1);
        board.resumed(0);
        deliver();
        assertThat(numbers).containsExactly(1L, 2L, 3L, 4L);
        assertThat(heard)
                .containsExactly(
                        ServiceState.PARTIAL_OUTAGE,
                        ServiceState.MAJOR_OUTAGE,
                        ServiceState.PARTIAL_OUTAGE,
                        ServiceState.RECOVERING);
    }

    @Test
    void aListenerThatThrowsHurtsNobody() {
        board.subscribe(event -> {
            throw new AssertionError("a listener's own trouble");
        });
        board.subscribe(event -> heard.add(event.state()));
        board.stopped(0, FailureKind.TIMEOUT, now);
        deliver();
        assertThat(heard).containsExactly(ServiceState.PARTIAL_OUTAGE);
    }

    @Test
    void aClosedSubscriptionHearsNothingMoreAndItsTwinGoesOn() {
        java.util.function.Consumer<StatusEvent> listener = event -> heard.add(event.state());
        Subscription first = board.subscribe(listener);
        board.subscribe(listener);
        first.close();
        first.close();
        board.stopped(0, FailureKind.TIMEOUT, now);
        deliver();
        assertThat(heard).containsExactly(ServiceState.PARTIAL_OUTAGE);
    }

    @Test
    void aWaiterIsWokenByTheStateItWaitsFor() throws Exception {
        CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(() -> {
            try {
                return board.await(ServiceState.MAJOR_OUTAGE, Duration.ofSeconds(20));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        board.stopped(0, FailureKind.TIMEOUT, now);
        board.stopped(1, FailureKind.TIMEOUT, now);
        assertThat(waiter.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(board.await(ServiceState.OPERATIONAL, Duration.ofMillis(1))).isFalse();
    }

    @Test
    void aChangeThatLeavesTheWholeAsItIsIsToldOfItsProvider() {
        List<StatusEvent> events = new ArrayList<>();
        board.subscribe(events::add);
        board.stopped(1, FailureKind.OVERLOADED, now);
        for (int i = 0; i < 3; i++) {
            board.failed(0, FailureKind.TRANSIENT);
        }
        deliver();
        assertThat(events).extracting(StatusEvent::scope).containsExactly(Optional.empty(), Optional.of("a"));
        assertThat(events)
                .extracting(StatusEvent::state)
                .containsExactly(ServiceState.PARTIAL_OUTAGE, ServiceState.DEGRADED);
        assertThat(events.get(0).diagnosis().orElseThrow().cause()).isEqualTo(Cause.OVERLOAD);
        assertThat(events.get(1).diagnosis().orElseThrow().cause()).isEqualTo(Cause.SOFTWARE_FAULT);
    }

    @Test
    void aPageIsHeardForAProviderThatThereIs() {
        PageReport report = PageReport.builder("https://status.example.com", now)
                .component(PageReport.Component.of("API", ServiceState.MAINTENANCE))
                .component(PageReport.Component.of("API", ServiceState.MAJOR_OUTAGE))
                .component(PageReport.Component.of("API", ServiceState.OPERATIONAL))
                .build();
        assertThat(report.worst()).contains(ServiceState.MAJOR_OUTAGE);
        board.heardFromPage("b", report);
        assertThat(board.status().providers().get(1).page()).contains(report);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> board.heardFromPage("c", report))
                .withMessage("no provider is called c; there are [a, b]");
    }
}
