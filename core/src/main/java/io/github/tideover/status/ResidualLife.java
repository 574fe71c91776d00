package io.github.tideover.status;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How much longer an incident lasts that has lasted this long, reckoned from how long earlier ones lasted: of those that
 * lasted beyond this, the time after which half were over, and 80 of 100. Nothing is assumed of how durations are
 * distributed. Nothing is said from too few, nor if saying it would have proved wrong in the past.
 *
 * <p>An incident that goes on does not come nearer to its end by that: with durations as incidents have them, what is left
 * grows with what has passed.
 */
final class ResidualLife {
    /** The newest this many count; those before tell of another system. */
    static final int MOST = 50;
    /** Fewer incidents say nothing. */
    static final int ENOUGH = 20;
    /** Fewer that lasted beyond now say nothing about later. */
    static final int ENOUGH_BEYOND = 5;
    /** Each incident that has at least this many before it is one on which the reckoning is tried. */
    static final int ENOUGH_TO_TRY = 10;
    /** How far, in shares of 1, what came true may be from what was said, before nothing is said. */
    static final double TOLERANCE = 0.1;

    private static final double HALF = 0.5;
    private static final double MOST_OF_THEM = 0.8;

    /** In seconds, the newest first. */
    private final double[] durations;

    private final boolean provedRight;

    private ResidualLife(double[] durations) {
        this.durations = durations;
        this.provedRight = holds(HALF) && holds(MOST_OF_THEM);
    }

    /**
     * Learns from earlier incidents.
     *
     * @param durations how long they lasted, the newest first
     */
    static ResidualLife of(List<Duration> durations) {
        return new ResidualLife(durations.stream()
                .limit(MOST)
                .mapToDouble(ResidualLife::seconds)
                .toArray());
    }

    int sampleSize() {
        return durations.length;
    }

    /**
     * What is left.
     *
     * @param p50 the time after which half were over
     * @param p80 the time after which 80 of 100 were over
     */
    record Left(Duration p50, Duration p80) {}

    /** What is left of an incident that has lasted this long; empty if that cannot be told honestly. */
    Optional<Left> after(Duration elapsed) {
        return provedRight ? reckon(elapsed) : Optional.empty();
    }

    /** The same, whether or not it would have proved right in the past. */
    Optional<Left> reckon(Duration elapsed) {
        return reckon(durations, seconds(elapsed));
    }

    /** The same for any number of durations, in seconds. */
    static Optional<Left> reckon(double[] durations, double elapsed) {
        double[] left = Arrays.stream(durations)
                .filter(duration -> duration > elapsed)
                .map(duration -> duration - elapsed)
                .sorted()
                .toArray();
        return durations.length < ENOUGH || left.length < ENOUGH_BEYOND
                ? Optional.empty()
                : Optional.of(new Left(duration(quantile(left, HALF)), duration(quantile(left, MOST_OF_THEM))));
    }

    /** Whether each duration, foretold from those before it alone, would have come out as foretold often enough. */
    private boolean holds(double share) {
        int tried = durations.length - ENOUGH_TO_TRY;
        int cameTrue = 0;
        for (int i = 0; i < tried; i++) {
            double[] before = Arrays.copyOfRange(durations, i + 1, durations.length);
            Arrays.sort(before);
            cameTrue += durations[i] <= quantile(before, share) ? 1 : 0;
        }
        // The last digit is for what binary fractions do to 0.8 - 0.7.
        return tried > 0 && Math.abs((double) cameTrue / tried - share) <= TOLERANCE + 1e-9;
    }

    /**
     * The place below which the next of the same kind falls with this probability: the (n + 1) p-th of n in order, between
     * its neighbours in proportion. (R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", The American
     * Statistician 50, 1996, definition 6.)
     */
    private static double quantile(double[] sorted, double p) {
        double place = Math.max(1, Math.min(sorted.length, (sorted.length + 1) * p));
        int below = (int) place;
        double lower = sorted[below - 1];
        return below == sorted.length ? lower : lower + (place - below) * (sorted[below] - lower);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }

    private static Duration duration(double seconds) {
        return Duration.ofMillis((long) (seconds * 1e3));
    }
}
