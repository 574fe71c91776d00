package io.github.tideover.status;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How the attempts of the last minute ended, counted by the second, and what that says about the share that fails: Wilson's
 * one-sided 95 % bounds (E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927).
 * Allocates nothing once it is made. Not safe for several threads.
 */
final class OutcomeWindow {
    static final int SECONDS = 60;
    /** The 95 % quantile of the normal distribution. */
    private static final double Z = 1.6449;

    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int[] answered = new int[SECONDS];
    private final int[] failed = new int[SECONDS];
    private final int[] limited = new int[SECONDS];
    private int allAnswered;
    private int allFailed;
    private int allLimited;
    private long newest;

    OutcomeWindow(long now) {
        newest = secondOf(now);
    }

    private static long secondOf(long now) {
        return (long) Math.floor(now / SECOND);
    }

    void answered(long now) {
        answered[slot(now)]++;
        allAnswered++;
    }

    void failed(long now) {
        failed[slot(now)]++;
        allFailed++;
    }

    /** The provider turned an attempt away for too many requests, which says nothing about whether it works. */
    void limited(long now) {
        limited[slot(now)]++;
        allLimited++;
    }

    /** Lets go of what is older than a minute by now. */
    void moveTo(long now) {
        long second = secondOf(now);
        if (second - newest >= SECONDS) {
            forget();
        } else {
            for (long each = newest + 1; each <= second; each++) {
                int slot = slotOf(each);
                allAnswered -= answered[slot];
                allFailed -= failed[slot];
                allLimited -= limited[slot];
                answered[slot] = 0;
                failed[slot] = 0;
                limited[slot] = 0;
            }
        }
        newest = Math.max(newest, second);
    }

    private int slot(long now) {
        moveTo(now);
        return slotOf(newest);
    }

    private static int slotOf(long second) {
        return (int) Math.floorMod(second, (long) SECONDS);
    }

    void forget() {
        Arrays.fill(answered, 0);
        Arrays.fill(failed, 0);
        Arrays.fill(limited, 0);
        allAnswered = 0;
        allFailed = 0;
        allLimited = 0;
    }

    /** Attempts that were answered or failed. */
    int attempts() {
        return allAnswered + allFailed;
    }

    int failures() {
        return allFailed;
    }

    /** Attempts that the provider turned away for too many requests. */
    int limited() {
        return allLimited;
    }

    /** The lowest share of failures that is consistent with so many of so many. */
    static double low(int failures, int attempts) {
        return attempts == 0 ? 0 : Math.max(0, middle(failures, attempts) - half(failures, attempts));
    }

    /** The highest share of failures that is consistent with so many of so many. */
    static double high(int failures, int attempts) {
        return attempts == 0 ? 1 : Math.min(1, middle(failures, attempts) + half(failures, attempts));
    }

    private static double middle(double failures, double attempts) {
        return (failures / attempts + Z * Z / (2 * attempts)) / (1 + Z * Z / attempts);
    }

    private static double half(double failures, double attempts) {
        double share = failures / attempts;
        double spread = share * (1 - share) / attempts + Z * Z / (4 * attempts * attempts);
        return Z * Math.sqrt(spread) / (1 + Z * Z / attempts);
    }
}
