package io.github.tideover.status;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleBiFunction;

/**
 * Simulated histories of incidents, and how often what {@link ResidualLife} foretells of the next one comes true. Nothing
 * of the next one is known to it: it is held out.
 */
final class IncidentHistories {
    static final int SEEDS = 200;
    /** How long an incident has lasted when it is asked how much longer. */
    private static final List<Integer> ASKED_AFTER_MINUTES = List.of(0, 15, 30, 60, 120);

    private IncidentHistories() {}

    /** How incidents last. */
    enum Shape {
        LOGNORMAL("log-normal, median 45 min", (random, age) -> lognormal(random, 45, 1)),
        EXPONENTIAL("exponential, mean 60 min", (random, age) -> -60 * Math.log(1 - random.nextDouble())),
        WEIBULL(
                "Weibull, shape 0.6, scale 50 min",
                (random, age) -> 50 * Math.pow(-Math.log(1 - random.nextDouble()), 1 / 0.6)),
        BIMODAL(
                "6 of 10 about 12 min, the others about 4 h",
                (random, age) -> random.nextDouble() < 0.6
                        ? Math.abs(12 + 3 * random.nextGaussian())
                        : Math.abs(240 + 40 * random.nextGaussian())),
        PARETO("Pareto, shape 1.5, from 10 min", (random, age) -> 10 * Math.pow(1 - random.nextDouble(), -1 / 1.5)),
        ALIKE("30 min, give or take 2", (random, age) -> Math.abs(30 + 2 * random.nextGaussian())),
        QUARTERS(
                "log-normal, written in quarters of an hour",
                (random, age) -> 15 * Math.max(1, Math.rint(lognormal(random, 45, 0.8) / 15))),
        LONGER("growing threefold over 50", (random, age) -> lognormal(random, 45, 0.7) * Math.pow(3, -age / 50.0)),
        SHORTER("shrinking to a third over 50", (random, age) -> lognormal(random, 45, 0.7) * Math.pow(3, age / 50.0)),
        FOURFOLD("the last 15 four times as long", (random, age) -> lognormal(random, 45, 0.7) * (age <= 15 ? 4 : 1));

        private final String words;
        private final ToDoubleBiFunction<Random, Integer> minutes;

        Shape(String words, ToDoubleBiFunction<Random, Integer> minutes) {
            this.words = words;
            this.minutes = minutes;
        }

        /** Whether earlier incidents are like the next. */
        boolean isSteady() {
            return compareTo(LONGER) < 0;
        }

        /** The incident that is the {@code age}-th before the one that goes on, which is the 0-th. */
        Duration duration(Random random, int age) {
            return Duration.ofMillis((long) (60_000 * minutes.applyAsDouble(random, age)));
        }

        List<Duration> history(Random random, int incidents) {
            List<Duration> history = new ArrayList<>();
            for (int age = 1; age <= incidents; age++) {
                history.add(duration(random, age));
            }
            return history;
        }
    }

    private static double lognormal(Random random, double median, double sigma) {
        return median * Math.exp(sigma * random.nextGaussian());
    }

    /** What came of asking. */
    static final class Tally {
        int asked;
        int answered;
        private int byP50;
        private int byP80;

        double p50() {
            return (double) byP50 / answered;
        }

        double p80() {
            return (double) byP80 / answered;
        }

        double shown() {
            return (double) answered / asked;
        }
    }

    /** Asks about the next incident of each of many histories; with what proves wrong in the past hidden, or not. */
    static Tally ask(Shape shape, int incidents, boolean hidesWhatProvesWrong) {
        Tally tally = new Tally();
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed * 1_000L + incidents);
            ResidualLife life = ResidualLife.of(shape.history(random, incidents));
            Duration next = shape.duration(random, 0);
            for (int minutes : ASKED_AFTER_MINUTES) {
                Duration elapsed = Duration.ofMinutes(minutes);
                if (next.compareTo(elapsed) <= 0) {
                    break;
                }
                tally.asked++;
                Optional<ResidualLife.Left> left = hidesWhatProvesWrong ? life.after(elapsed) : life.reckon(elapsed);
                if (left.isPresent()) {
                    Duration rest = next.minus(elapsed);
                    tally.answered++;
                    tally.byP50 += rest.compareTo(left.get().p50()) <= 0 ? 1 : 0;
                    tally.byP80 += rest.compareTo(left.get().p80()) <= 0 ? 1 : 0;
                }
            }
        }
        return tally;
    }

    /** The table of the documentation: one row for each shape, as Markdown. */
    static String table() {
        StringBuilder table = new StringBuilder("| how long incidents last | P50 holds | P80 holds | shown | "
                + "P50 unguarded | P80 unguarded |\n|---|---|---|---|---|---|\n");
        for (Map.Entry<Shape, Tally[]> row : tallies()) {
            Tally shown = row.getValue()[0];
            Tally unguarded = row.getValue()[1];
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %.0f %% | %.0f %% | %.0f %% |%n",
                    row.getKey().words,
                    percent(shown.p50(), shown.answered),
                    percent(shown.p80(), shown.answered),
                    100 * shown.shown(),
                    100 * unguarded.p50(),
                    100 * unguarded.p80()));
        }
        return table.toString();
    }

    /** Fewer answers than this give no share worth printing. */
    private static String percent(double share, int of) {
        return of < SEEDS / 4 ? "hardly ever shown" : String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static List<Map.Entry<Shape, Tally[]>> tallies() {
        return Arrays.stream(Shape.values())
                .map(shape -> Map.entry(shape, new Tally[] {ask(shape, 50, true), ask(shape, 50, false)}))
                .toList();
    }
}
