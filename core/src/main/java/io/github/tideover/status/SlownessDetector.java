package io.github.tideover.status;

/**
 * Notices that a provider's first words come later than they used to.
 *
 * <p>A one-sided cumulative sum over the logarithm of the time to the first content, measured in standard deviations of what
 * is usual: each answer adds its distance above the usual less 1, the sum never falls below zero, and at 6 the alarm is
 * raised. Answers that take ten times as long raise it at the third or fourth; a false alarm comes once in about 800,000 normal
 * answers (Siegmund's approximation: {@code (exp(2kb) - 2kb - 1) / 2k²} with {@code k = 1} and {@code b = 6 + 1.166}), where
 * a threshold of 4 would give one in 15,000. One answer counts for 3 deviations at most, so that none is an alarm by itself.
 *
 * <p>Not safe for several threads.
 */
final class SlownessDetector {
    /** Fewer answers than this say nothing about what is usual. */
    static final int ENOUGH = 30;

    private static final int MEMORY = 500;
    private static final double LEAST_DEVIATION = 0.25;
    private static final double SLACK = 1;
    private static final double ALARM = 6;
    private static final double FARTHEST = 3;
    /** Keeps the way down short, however long it was slow. */
    private static final double MOST = 2 * ALARM;
    /** How much of an answer's distance goes into what is shown as the present pace. */
    private static final double PACE = 0.1;

    private int seen;
    private double mean;
    private double variance;
    private double sum;
    private double pace;

    /**
     * An answer began.
     *
     * @param nanos the time to its first content
     * @param isUsual whether the provider is well, so that this is what is usual
     */
    void answered(long nanos, boolean isUsual) {
        double log = Math.log((double) Math.max(1, nanos));
        if (seen >= ENOUGH) {
            double distance = (log - mean) / Math.max(LEAST_DEVIATION, Math.sqrt(variance));
            sum = Math.min(MOST, Math.max(0, sum + Math.min(FARTHEST, distance) - SLACK));
            pace += PACE * (log - mean - pace);
        }
        if (isUsual) {
            learn(log);
        }
    }

    private void learn(double log) {
        seen = Math.min(MEMORY, seen + 1);
        double difference = log - mean;
        double weight = 1.0 / seen;
        mean += weight * difference;
        variance = (1 - weight) * (variance + weight * difference * difference);
    }

    boolean isAlarmed() {
        return sum >= ALARM;
    }

    /** Whether the pace is back to what is usual. */
    boolean isCalm() {
        return sum < SLACK;
    }

    /** How many times the usual time first words take of late. */
    double times() {
        return Math.exp(Math.max(0, pace));
    }

    /** Takes the pace of late for what is usual from now on, once it has been so for long. */
    void getUsedToIt() {
        seen = 0;
        mean = 0;
        variance = 0;
        forget();
    }

    void forget() {
        sum = 0;
        pace = 0;
    }
}
