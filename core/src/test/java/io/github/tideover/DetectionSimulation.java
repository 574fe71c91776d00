package io.github.tideover;

import static io.github.tideover.LadderFixture.answered;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.status.PageSays;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.StatusEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One incident, lived through by the very plan, route and status board that real calls use, in virtual time: what a script
 * says the provider does, and what the status makes of it. Streamed calls at an even pace from a moment of chance on.
 */
final class DetectionSimulation {
    static final double BEGINS = 120;
    static final double LASTS = 600;
    static final double ENDS = BEGINS + LASTS;
    static final double OVER = 3_600;
    private static final double AFTER = 600;

    /** What becomes of an attempt. */
    interface Script {
        /** The kind of failure, or null for an answer. {@code second} is since the beginning of the incident. */
        @Nullable
        FailureKind fails(double second, Random random);

        /** How many times the usual time the first content takes. */
        default double slower(double second) {
            return 1;
        }

        /** What the provider's status page says, if one is read. */
        default @Nullable ServiceState page(double second) {
            return null;
        }

        /** Whether somebody sets the wall clock, an hour ahead when it begins and an hour back while it goes on. */
        default boolean setsTheClock() {
            return false;
        }
    }

    private record Happening(long at, long order, Runnable what) implements Comparable<Happening> {
        @Override
        public int compareTo(Happening that) {
            return at != that.at ? Long.compare(at, that.at) : Long.compare(order, that.order);
        }
    }

    private record Change(double second, ServiceState state) {}

    private final LadderFixture fixture = new LadderFixture(1);
    private final Random random;
    private final Script script;
    private final PriorityQueue<Happening> happenings = new PriorityQueue<>();
    private final List<Change> changes = new ArrayList<>();
    private final long start = fixture.time.now();
    private long order;
    int attemptsInIncident;
    int attemptsAtDetection = -1;

    DetectionSimulation(long seed, Script script) {
        this.random = new Random(seed);
        this.script = script;
        fixture.board.subscribe(this::heard);
    }

    private void heard(StatusEvent event) {
        if (event.state() != event.previous()) {
            changes.add(new Change(second(), event.state()));
            if (attemptsAtDetection < 0) {
                attemptsAtDetection = attemptsInIncident;
            }
        }
    }

    private double second() {
        return (fixture.time.now() - start) / 1e9;
    }

    private void at(double second, Runnable what) {
        happenings.add(new Happening(start + (long) (second * 1e9), order++, what));
    }

    DetectionSimulation run(double callsPerSecond, double until) {
        double phase = random.nextDouble() / callsPerSecond;
        for (long i = 0; phase + i / callsPerSecond < until; i++) {
            at(phase + i / callsPerSecond, () -> {
                CallPlan plan = fixture.streamed();
                perform(plan, plan.first(fixture.time.now()));
            });
        }
        for (double second = 10; second < until && script.page(0) != null; second += 60) {
            at(second, this::readPage);
        }
        if (script.setsTheClock()) {
            at(BEGINS + 1, () -> fixture.time.shiftWallClock(Duration.ofHours(1)));
            at(BEGINS + 100, () -> fixture.time.shiftWallClock(Duration.ofHours(-2)));
        }
        while (!happenings.isEmpty()) {
            Happening next = happenings.remove();
            fixture.time.dice(random.nextDouble());
            fixture.time.advance(Duration.ofNanos(next.at() - fixture.time.now()));
            next.what().run();
        }
        return this;
    }

    private void readPage() {
        ServiceState said = script.page(second() - BEGINS);
        if (said != null) {
            fixture.board.heardFromPage(
                    "a", PageSays.that(said, fixture.time.time().clock().instant()));
        }
    }

    private void perform(CallPlan plan, Step step) {
        if (step instanceof Step.Wait wait) {
            at(second() + wait.nanos() / 1e9, () -> perform(plan, plan.next(Outcome.WAITED, fixture.time.now())));
        } else if (step instanceof Step.Send send) {
            send(plan, send);
        }
    }

    private void send(CallPlan plan, Step.Send send) {
        double since = second() - BEGINS;
        attemptsInIncident += since >= 0 ? 1 : 0;
        FailureKind kind = script.fails(since, random);
        double first = 0.5 * Math.exp(0.3 * random.nextGaussian()) * script.slower(since);
        if (kind == null) {
            at(second() + first, () -> plan.answering(fixture.time.now()));
            end(plan, first + 1.5, answered("fine"));
        } else if (kind == FailureKind.TIMEOUT) {
            end(plan, (send.limit() - fixture.time.now()) / 1e9, LadderFixture.failed(kind));
        } else {
            boolean isMidStream = kind == FailureKind.STALL || kind == FailureKind.CUT;
            if (isMidStream) {
                at(second() + first, () -> plan.answering(fixture.time.now()));
            }
            Failure failure = Failure.of(kind).build();
            double lasts = isMidStream ? first + (kind == FailureKind.STALL ? 30 : 0.5) : 0.05;
            end(plan, lasts, isMidStream ? new Outcome.Broken(failure, false, false) : new Outcome.Failed(failure));
        }
    }

    private void end(CallPlan plan, double after, Outcome outcome) {
        at(second() + after, () -> perform(plan, plan.next(outcome, fixture.time.now())));
    }

    ServiceState state() {
        return fixture.board.status().state();
    }

    /** Those until ten minutes after the end. One that comes later is a false alarm, and counted as that elsewhere. */
    int changes() {
        return (int) changes.stream()
                .filter(change -> change.second() < ENDS + AFTER)
                .count();
    }

    /** Seconds from the beginning until the state was as bad as that; infinite if it never was. */
    double until(ServiceState... states) {
        List<ServiceState> any = List.of(states);
        return changes.stream()
                .filter(change -> change.second() >= BEGINS && any.contains(change.state()))
                .mapToDouble(change -> change.second() - BEGINS)
                .findFirst()
                .orElse(Double.POSITIVE_INFINITY);
    }

    boolean everWas(ServiceState state) {
        return changes.stream().anyMatch(change -> change.state() == state);
    }

    /** The share of the hour in which trouble was shown as none, or none as trouble. A recovery is wrong about neither. */
    double wrong() {
        double wrong = 0;
        double from = 0;
        ServiceState state = ServiceState.OPERATIONAL;
        List<Change> all = new ArrayList<>(changes);
        all.add(new Change(OVER, ServiceState.OPERATIONAL));
        for (Change change : all) {
            double to = Math.min(OVER, change.second());
            double inTrouble = Math.max(0, Math.min(to, ENDS) - Math.max(from, BEGINS));
            if (state == ServiceState.OPERATIONAL) {
                wrong += inTrouble;
            } else if (state != ServiceState.RECOVERING) {
                wrong += to - from - inTrouble;
            }
            from = to;
            state = change.state();
        }
        return wrong / OVER;
    }
}
