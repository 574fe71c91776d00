package io.github.tideover;

import static io.github.tideover.status.ServiceState.DEGRADED;
import static io.github.tideover.status.ServiceState.MAINTENANCE;
import static io.github.tideover.status.ServiceState.MAJOR_OUTAGE;
import static io.github.tideover.status.ServiceState.PARTIAL_OUTAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.failure.FailureKind;
import io.github.tideover.status.ServiceState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * How soon and how surely trouble is noticed: incidents of ten minutes in an hour, many seeds each. One seed runs with every
 * build; {@code -Dtideover.detection.seeds=200 -Dtideover.detection.page=docs/detection.md} writes the page.
 */
class DetectionTest {
    private static final int SEEDS = Integer.getInteger("tideover.detection.seeds", 1);
    private static final ServiceState[] ANY_TROUBLE = {DEGRADED, PARTIAL_OUTAGE, MAJOR_OUTAGE, MAINTENANCE};

    /**
     * One kind of incident.
     *
     * @param goal seconds within which it is to be noticed, or NaN for no goal
     */
    private record Scenario(String name, double callsPerSecond, double goal, DetectionSimulation.Script script) {}

    private static DetectionSimulation.Script during(FailureKind kind, double share) {
        return (second, random) ->
                second >= 0 && second < DetectionSimulation.LASTS && random.nextDouble() < share ? kind : null;
    }

    private static final DetectionSimulation.Script FLAPS = (second, random) ->
            second >= 0 && second < DetectionSimulation.LASTS && second % 40 < 20 ? FailureKind.OVERLOADED : null;

    /** Ten minutes in which nothing works for half of the time and then more and more does. */
    private static final DetectionSimulation.Script SLOW_RETURN = (second, random) -> {
        double works = second < 300 ? 0 : 0.1 + 0.9 * (second - 300) / 300;
        boolean isOn = second >= 0 && second < DetectionSimulation.LASTS;
        return isOn && random.nextDouble() >= works ? FailureKind.TRANSIENT : null;
    };

    private static final DetectionSimulation.Script SLOW = new DetectionSimulation.Script() {
        @Override
        public @Nullable FailureKind fails(double second, Random random) {
            return null;
        }

        @Override
        public double slower(double second) {
            return second >= 0 && second < DetectionSimulation.LASTS ? 10 : 1;
        }
    };

    /** Serves so many attempts in each second, and turns away the others, which come again. */
    private static final class Capacity implements DetectionSimulation.Script {
        private final int perSecond;
        private long second = Long.MIN_VALUE;
        private int taken;

        Capacity(int perSecond) {
            this.perSecond = perSecond;
        }

        @Override
        public @Nullable FailureKind fails(double at, Random random) {
            if (at < 0 || at >= DetectionSimulation.LASTS) {
                return null;
            }
            taken = (long) at == second ? taken + 1 : 1;
            second = (long) at;
            return taken > perSecond ? FailureKind.OVERLOADED : null;
        }
    }

    private static final DetectionSimulation.Script OUT_WHILE_THE_CLOCK_IS_SET = new DetectionSimulation.Script() {
        @Override
        public @Nullable FailureKind fails(double second, Random random) {
            return during(FailureKind.OVERLOADED, 1).fails(second, random);
        }

        @Override
        public boolean setsTheClock() {
            return true;
        }
    };

    private static final DetectionSimulation.Script OUT_UNDER_A_GREEN_PAGE = new DetectionSimulation.Script() {
        @Override
        public @Nullable FailureKind fails(double second, Random random) {
            return during(FailureKind.OVERLOADED, 1).fails(second, random);
        }

        @Override
        public ServiceState page(double second) {
            return ServiceState.OPERATIONAL;
        }
    };

    private static final DetectionSimulation.Script WELL_UNDER_A_RED_PAGE = new DetectionSimulation.Script() {
        @Override
        public @Nullable FailureKind fails(double second, Random random) {
            return null;
        }

        @Override
        public ServiceState page(double second) {
            return second >= 0 && second < DetectionSimulation.LASTS ? MAJOR_OUTAGE : ServiceState.OPERATIONAL;
        }
    };

    private static final List<Scenario> SCENARIOS = List.of(
            new Scenario("every attempt fails (503), 10 calls/s", 10, 1, during(FailureKind.OVERLOADED, 1)),
            new Scenario("every attempt fails (503), 1 call/s", 1, 3, during(FailureKind.OVERLOADED, 1)),
            new Scenario("silence, 10 calls/s", 10, 10, during(FailureKind.TIMEOUT, 1)),
            new Scenario("silence, 1 call/s", 1, 10, during(FailureKind.TIMEOUT, 1)),
            new Scenario("a quarter fails, 10 calls/s", 10, Double.NaN, during(FailureKind.TRANSIENT, 0.25)),
            new Scenario("a quarter fails, 1 call/s", 1, Double.NaN, during(FailureKind.TRANSIENT, 0.25)),
            new Scenario("429 to everybody, 1 call/s", 1, Double.NaN, during(FailureKind.THROTTLED, 1)),
            new Scenario("overload: half fails, 1 call/s", 1, Double.NaN, during(FailureKind.OVERLOADED, 0.5)),
            new Scenario("overload: serves 5 of 10 calls/s", 10, Double.NaN, new Capacity(5)),
            new Scenario("first content takes ten times as long, 1 call/s", 1, Double.NaN, SLOW),
            new Scenario("20 s out, 20 s well, 10 calls/s", 10, Double.NaN, FLAPS),
            new Scenario("slow return, 1 call/s", 1, Double.NaN, SLOW_RETURN),
            new Scenario("streams stall in the middle, 1 call/s", 1, Double.NaN, during(FailureKind.STALL, 1)),
            new Scenario("streams are cut in the middle, 1 call/s", 1, Double.NaN, during(FailureKind.CUT, 1)),
            new Scenario("HTML with 200, 1 call/s", 1, Double.NaN, during(FailureKind.MALFORMED, 1)),
            new Scenario("the name does not resolve, 1 call/s", 1, Double.NaN, during(FailureKind.DNS, 1)),
            new Scenario("TLS fails, 1 call/s", 1, Double.NaN, during(FailureKind.TLS, 1)),
            new Scenario("this machine is offline, 1 call/s", 1, Double.NaN, during(FailureKind.NETWORK_LOCAL, 1)),
            new Scenario(
                    "every attempt fails (503), 1 call/s, and the wall clock is set by an hour",
                    1,
                    3,
                    OUT_WHILE_THE_CLOCK_IS_SET),
            new Scenario(
                    "every attempt fails (503), 1 call/s, and the status page stays green",
                    1,
                    3,
                    OUT_UNDER_A_GREEN_PAGE),
            new Scenario(
                    "maintenance (503 that says so), 1 call/s", 1, Double.NaN, during(FailureKind.MAINTENANCE, 1)));

    private static double percentile(List<Double> sorted, double share) {
        return sorted.get((int) Math.min(sorted.size() - 1L, Math.round(share * (sorted.size() - 1))));
    }

    @Test
    void incidentsAreNoticedSoonAndToldInFewChanges() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (Scenario scenario : SCENARIOS) {
            List<Double> noticed = new ArrayList<>();
            List<Double> wrong = new ArrayList<>();
            List<Double> changes = new ArrayList<>();
            List<Double> attempts = new ArrayList<>();
            for (long seed = 1; seed <= SEEDS; seed++) {
                DetectionSimulation run = new DetectionSimulation(seed, scenario.script())
                        .run(scenario.callsPerSecond(), DetectionSimulation.OVER);
                noticed.add(run.until(ANY_TROUBLE));
                wrong.add(run.wrong());
                changes.add((double) run.changes());
                attempts.add((double) run.attemptsAtDetection);
            }
            for (List<Double> each : List.of(noticed, wrong, changes, attempts)) {
                Collections.sort(each);
            }
            assertThat(percentile(noticed, 1))
                    .as("%s: noticed", scenario.name())
                    .isFinite();
            if (!Double.isNaN(scenario.goal())) {
                assertThat(percentile(noticed, 0.5))
                        .as("%s: seconds until noticed, median", scenario.name())
                        .isLessThanOrEqualTo(scenario.goal());
            }
            rows.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.1f / %.1f | %.0f | %.0f / %.0f%s | %.1f %%%s |%n",
                    scenario.name(),
                    Double.isNaN(scenario.goal()) ? "" : String.format(Locale.ROOT, "%.0f", scenario.goal()),
                    percentile(noticed, 0.5),
                    percentile(noticed, 1),
                    percentile(attempts, 0.5),
                    percentile(changes, 0.5),
                    percentile(changes, 1),
                    percentile(changes, 1) > 6 ? " missed" : "",
                    100 * percentile(wrong, 0.5),
                    percentile(wrong, 0.5) > 0.05 ? " missed" : ""));
        }
        write(rows.toString());
    }

    @Test
    void aQuarterOfFailuresIsNoticedWithinEighteenAttemptsInTheMedian() {
        List<Integer> attempts = new ArrayList<>();
        for (long seed = 1; seed <= 100; seed++) {
            attempts.add(new DetectionSimulation(seed, during(FailureKind.TRANSIENT, 0.25))
                    .run(10, DetectionSimulation.BEGINS + 60)
                    .attemptsAtDetection);
        }
        Collections.sort(attempts);
        assertThat(attempts.get(attempts.size() / 2)).isBetween(1, 18);
    }

    @Test
    void aRedPageAloneIsNeverAnOutage() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            DetectionSimulation run =
                    new DetectionSimulation(seed, WELL_UNDER_A_RED_PAGE).run(1, DetectionSimulation.OVER);
            assertThat(run.everWas(DEGRADED)).as("said, as the page's word").isTrue();
            assertThat(run.everWas(PARTIAL_OUTAGE) || run.everWas(MAJOR_OUTAGE)).isFalse();
        }
    }

    private static int healthyCalls() {
        return Integer.getInteger("tideover.detection.calls", 50_000);
    }

    /** How often healthy calls, of which one in a hundred fails by chance, were shown as trouble. */
    private static int[] falseAlarms() {
        int degraded = 0;
        int major = 0;
        for (long seed = 1; seed <= healthyCalls() / 10_000; seed++) {
            DetectionSimulation run = new DetectionSimulation(
                            seed, (second, random) -> random.nextInt(100) == 0 ? FailureKind.TRANSIENT : null)
                    .run(10, 1_000);
            degraded += run.everWas(DEGRADED) ? 1 : 0;
            major += run.everWas(MAJOR_OUTAGE) || run.everWas(PARTIAL_OUTAGE) ? 1 : 0;
        }
        return new int[] {degraded, major};
    }

    @Test
    void healthyCallsRaiseNextToNoAlarm() {
        int[] alarms = falseAlarms();
        assertThat(alarms[1]).as("outages that were none").isZero();
        assertThat(alarms[0]).as("degraded that was none").isLessThanOrEqualTo(Math.max(2, healthyCalls() / 100_000));
    }

    private static void write(String rows) throws IOException {
        String page = System.getProperty("tideover.detection.page");
        if (page == null) {
            return;
        }
        int[] alarms = falseAlarms();
        String text = """
                # How soon trouble is noticed

                Incidents of ten minutes in an hour, lived through by the plan, the route and the status board that real calls use,
                with streamed calls and in virtual time, %d seeds each. First content takes half a second, give or take, and a failure
                50 ms. This command writes the page again:

                ```bash
                mvn -B -ntp -pl core test -Dtest=DetectionTest -Djunit.jupiter.execution.timeout.mode=disabled \\
                    -Dtideover.detection.seeds=200 -Dtideover.detection.calls=1000000 -Dtideover.detection.page=$PWD/docs/detection.md
                ```

                *Noticed* is the time until the status was other than `OPERATIONAL`, *attempts* those of the incident by then, in the
                median. *Changes* are those of the state until ten minutes after the end of the incident; more than 6 miss the goal. *Wrong* is
                the share of the hour in which trouble was shown as none, or none as trouble (`RECOVERING` is neither), in the median; more
                than 5 %% miss the goal.

                | incident | goal, s | noticed after, s: median / worst | attempts | changes: median / worst | wrong |
                |---|---|---|---|---|---|
                %s
                In %,d healthy calls, of which one attempt in a hundred fails by chance: `DEGRADED` %d times (goal: 10 in a million at
                most), an outage %d times (goal: never). A status page that says `MAJOR_OUTAGE` for ten minutes while all calls are answered
                is shown as `DEGRADED`, and never as an outage, with all seeds.
                """.formatted(SEEDS, rows, healthyCalls(), alarms[0], alarms[1]);
        Files.writeString(Path.of(page), text);
    }
}
