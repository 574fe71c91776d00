package io.github.tideover.status;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A board whose clock, timer and lane are moved by hand. */
final class BoardFixture {
    private final HandMovedTime time = new HandMovedTime();
    private final Queue<Runnable> lane = new ArrayDeque<>();
    final List<StatusEvent> events = new ArrayList<>();
    final StatusBoard board;

    BoardFixture(String... names) {
        List<RouteName> all = new ArrayList<>();
        for (String name : names) {
            int slash = name.indexOf('/');
            all.add(RouteName.of(name.substring(0, slash), name.substring(slash + 1)));
        }
        board = new StatusBoard(
                all,
                place -> names[place].startsWith("local"),
                time::nanos,
                time.clock(),
                lane::add,
                time::later,
                StatusWords.english());
        board.subscribe(events::add);
    }

    Instant instant() {
        return time.clock().instant();
    }

    long now() {
        return time.nanos();
    }

    void shiftWallClock(Duration shift) {
        time.shiftWallClock(shift);
    }

    void passes(double seconds) {
        time.advance(Duration.ofNanos((long) (seconds * 1e9)));
        deliver();
    }

    int timers() {
        return time.waiting();
    }

    void deliver() {
        while (!lane.isEmpty()) {
            lane.remove().run();
        }
    }

    void answers(int route) {
        answers(route, -1);
    }

    void answers(int route, double firstContentSeconds) {
        board.answered(route, firstContentSeconds < 0 ? -1 : (long) (firstContentSeconds * 1e9), false, false, now());
        deliver();
    }

    void fails(int route, FailureKind kind) {
        fails(route, Failure.of(kind).build());
    }

    void fails(int route, Failure failure) {
        board.failed(route, failure, false, true, now(), now());
        deliver();
    }

    void stops(int route, FailureKind kind, double forSeconds) {
        board.stopped(route, kind, now() + (long) (forSeconds * 1e9), now());
        deliver();
    }

    void resumes(int route) {
        board.resumed(route, now());
        deliver();
    }

    /** Attempts at an even pace; each letter of the pattern is one: {@code o} is answered, {@code x} fails. */
    void attempts(int route, String pattern, int times, double secondsApart) {
        for (int i = 0; i < times * pattern.length(); i++) {
            if (pattern.charAt(i % pattern.length()) == 'x') {
                fails(route, FailureKind.TRANSIENT);
            } else {
                answers(route);
            }
            passes(secondsApart);
        }
    }

    ServiceState state() {
        return board.status().state();
    }

    ServiceState state(String provider) {
        return provider(provider).state();
    }

    ProviderStatus provider(String name) {
        return board.status().providers().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    Diagnosis diagnosis() {
        return board.status().diagnosis().orElseThrow();
    }

    /** The states that chat as a whole went through, as it was told. */
    List<ServiceState> told() {
        return events.stream()
                .filter(event -> event.scope().isEmpty() && event.state() != event.previous())
                .map(StatusEvent::state)
                .toList();
    }

    List<StatusEvent.Kind> kinds() {
        return events.stream().map(StatusEvent::kind).toList();
    }

    PageReport page(ServiceState api) {
        return PageSays.that(api, instant());
    }
}
