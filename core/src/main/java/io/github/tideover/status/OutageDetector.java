package io.github.tideover.status;

/**
 * Notices that a provider fails more often than it should, from a handful of outcomes.
 *
 * <p>A one-sided cumulative sum over failures and successes (E. S. Page, "Continuous inspection schemes", Biometrika
 * 41, 1954) that tells a failure rate of 2 % from one of 50 %: each outcome adds its log-likelihood ratio, the sum never
 * falls below zero, and at 8 the alarm is raised. A total outage raises it at the third attempt; at a failure rate of
 * 1 % a false alarm comes once in about 190,000 attempts.
 *
 * <p>Not safe for several threads: {@link StatusBoard} guards it.
 */
final class OutageDetector {
    private static final double HEALTHY_RATE = 0.02;
    private static final double SICK_RATE = 0.5;
    private static final double FAILURE_STEP = Math.log(SICK_RATE / HEALTHY_RATE);
    private static final double SUCCESS_STEP = Math.log((1 - SICK_RATE) / (1 - HEALTHY_RATE));
    private static final double ALARM = 8;
    /** Keeps the way down as long as 20 successes, however long an outage was. */
    private static final double MOST = ALARM + FAILURE_STEP;

    private double sum;

    void failed() {
        sum = Math.min(MOST, sum + FAILURE_STEP);
    }

    void succeeded() {
        sum = Math.max(0, sum + SUCCESS_STEP);
    }

    void forget() {
        sum = 0;
    }

    boolean isAlarmed() {
        return sum >= ALARM;
    }

    boolean isCalm() {
        return sum == 0;
    }
}
