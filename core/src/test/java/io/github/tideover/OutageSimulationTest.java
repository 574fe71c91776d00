package io.github.tideover;

import static io.github.tideover.LadderFixture.answered;
import static io.github.tideover.LadderFixture.failed;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.failure.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The promises about conduct in an outage, on the very plan and route that real calls use, in virtual time: many seeds,
 * and hours of calls in a moment.
 */
class OutageSimulationTest {
    /** A client that calls at a steady rate, and a provider that fails as the script says. */
    private static final class World {
        final LadderFixture fixture = new LadderFixture(1);
        final Random random;
        final PriorityQueue<Event> events = new PriorityQueue<>();
        final List<Long> attempts = new ArrayList<>();
        final List<Long> answers = new ArrayList<>();
        final long start = fixture.time.now();
        int calls;
        int over;
        private long order;

        World(long seed) {
            random = new Random(seed);
        }

        private record Event(long at, long order, Runnable what) implements Comparable<Event> {
            @Override
            public int compareTo(Event that) {
                return at != that.at ? Long.compare(at, that.at) : Long.compare(order, that.order);
            }
        }

        /** The share of attempts that fail, by seconds since the start. */
        interface Script {
            double failing(double second);
        }

        void at(long nanos, Runnable what) {
            events.add(new Event(nanos, order++, what));
        }

        void run(Duration whole, double callsPerSecond, Duration latency, Script script) {
            long gap = (long) (1e9 / callsPerSecond);
            long phase = (long) (random.nextDouble() * gap);
            for (long t = phase; t < whole.toNanos(); t += gap) {
                at(start + t, () -> {
                    calls++;
                    CallPlan plan = fixture.plan();
                    perform(plan, plan.first(fixture.time.now()), latency, script);
                });
            }
            while (!events.isEmpty()) {
                Event event = events.remove();
                fixture.time.dice(random.nextDouble());
                fixture.time.advance(Duration.ofNanos(event.at() - fixture.time.now()));
                event.what().run();
            }
        }

        private void perform(CallPlan plan, Step step, Duration latency, Script script) {
            long now = fixture.time.now();
            if (step instanceof Step.Wait wait) {
                at(
                        now + wait.nanos(),
                        () -> perform(plan, plan.next(Outcome.WAITED, fixture.time.now()), latency, script));
            } else if (step instanceof Step.Send) {
                attempts.add(now - start);
                boolean fails = random.nextDouble() < script.failing((now - start) / 1e9);
                Duration takes = fails ? Duration.ofMillis(50) : latency;
                at(now + takes.toNanos(), () -> {
                    fixture.time.dice(random.nextDouble());
                    if (!fails) {
                        answers.add(fixture.time.now() - start);
                    }
                    Outcome outcome = fails ? failed(FailureKind.TRANSIENT) : answered("fine");
                    perform(plan, plan.next(outcome, fixture.time.now()), latency, script);
                });
            } else {
                over++;
            }
        }

        long attemptsBetween(double from, double to) {
            return attempts.stream()
                    .filter(at -> at >= from * 1e9 && at < to * 1e9)
                    .count();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void withHalfOfTheAttemptsFailingACallMakesAtMostOneAndAFifth(long seed) {
        World world = new World(seed);
        world.run(Duration.ofMinutes(30), 10, Duration.ofSeconds(1), second -> 0.5);
        assertThat(world.over).isEqualTo(world.calls);
        assertThat((double) world.attempts.size() / world.calls).isLessThanOrEqualTo(1.2);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void inAHardOutageOnlyProbesGoOut(long seed) {
        World world = new World(seed);
        world.run(Duration.ofMinutes(10), 10, Duration.ofSeconds(1), second -> 1);
        assertThat(world.over).isEqualTo(world.calls);
        assertThat((double) world.attempts.size() / world.calls).isLessThanOrEqualTo(0.2);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aQuarterOfFailuresIsRiddenOutByRetries(long seed) {
        World world = new World(seed);
        world.run(Duration.ofMinutes(10), 10, Duration.ofSeconds(1), second -> 0.25);
        assertThat((double) world.answers.size() / world.calls).isGreaterThan(0.97);
    }

    @ParameterizedTest(name = "after an outage of about {0} s")
    @ValueSource(ints = {20, 60, 300, 900})
    void theFirstLiveAnswerComesSoonAfterServiceIsBack(int outage) {
        List<Double> waits = new ArrayList<>();
        for (long seed = 1; seed <= 200; seed++) {
            World world = new World(seed);
            double back = 30 + outage + world.random.nextDouble() * 10;
            world.run(
                    Duration.ofSeconds((long) back + 40),
                    1,
                    Duration.ofMillis(300),
                    second -> second >= 30 && second < back ? 1 : 0);
            long first = world.answers.stream()
                    .filter(at -> at > back * 1e9)
                    .findFirst()
                    .orElseThrow();
            waits.add(first / 1e9 - back);
        }
        Collections.sort(waits);
        assertThat(waits.get(waits.size() / 2)).as("median").isLessThanOrEqualTo(5);
        assertThat(waits.get(waits.size() - 1)).as("worst").isLessThanOrEqualTo(10);
    }

    @ParameterizedTest(name = "at {0} calls a second")
    @ValueSource(ints = {10, 100})
    void theProviderIsNotOverrunWhenItComesBack(int rate) {
        for (long seed = 1; seed <= 10; seed++) {
            World world = new World(seed);
            world.run(
                    Duration.ofSeconds(160),
                    rate,
                    Duration.ofMillis(300),
                    second -> second >= 30 && second < 100 ? 1 : 0);
            for (double second = 100; second < 135; second += 0.5) {
                assertThat(world.attemptsBetween(second, second + 5) / 5.0)
                        .as("attempts a second in the five seconds from %s, seed %s", second, seed)
                        .isLessThanOrEqualTo(1.2 * rate);
            }
        }
    }
}
