package io.github.tideover.status;

/**
 * Notices that a provider fails more often than it should, from a handful of outcomes.
 *
 * <p>A one-sided cumulative sum over failures and successes (E. S. Page, "Continuous inspection schemes", Biometrika
 * 41, 1954) that tells a failure rate of 2 % from one of 50 %: each outcome adds its log-likelihood ratio, the sum never
 * falls below zero, and at 8 the alarm is raised. A total outage raises it at the third attempt; at a failure rate of
 * 1 % a false alarm comes once in about 190,000 attempts.
 *
 * <p>An attempt that waits for longer than attempts do counts as a failure until it is answered after all.
 *
 * <p>Not safe for several threads.
 */
final class OutageDetector {
    private static final double HEALTHY_RATE = 0.02;
    private static final double SICK_RATE = 0.5;
    private static final double FAILURE_STEP = Math.log(SICK_RATE / HEALTHY_RATE);
    private static final double SUCCESS_STEP = Math.log((1 - SICK_RATE) / (1 - HEALTHY_RATE));
    private static final double ALARM = 8;
    /** Two failures, and no more than a success in between. */
    private static final double SUSPICION = 5.5;
    /** A failure close to another one. One alone is what happens now and then. */
    private static final double CLUSTER = 4;
    /** Keeps the way down as long as 17 successes, however long an outage was. */
    private static final double MOST = ALARM + FAILURE_STEP;

    private double sum;

    void failed() {
        sum = Math.min(MOST, sum + FAILURE_STEP);
    }

    void succeeded() {
        sum = Math.max(0, sum + SUCCESS_STEP);
    }

    /** What was counted as a failure was none. */
    void takeBackFailure() {
        sum = Math.max(0, sum - FAILURE_STEP);
    }

    void forget() {
        sum = 0;
    }

    boolean isAlarmed() {
        return sum >= ALARM;
    }

    boolean isSuspicious() {
        return sum >= SUSPICION;
    }

    boolean isClustered() {
        return sum >= CLUSTER;
    }
}
