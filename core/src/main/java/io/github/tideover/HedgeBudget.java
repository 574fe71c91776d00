package io.github.tideover;

import java.util.concurrent.TimeUnit;

/**
 * How many calls may have a second attempt beside the first: one in twenty of those begun in the last ten seconds, with
 * nothing in reserve, so that a client that makes few calls makes none twice.
 */
final class HedgeBudget {
    private static final int CALLS_PER_HEDGE = 20;
    private static final int SECONDS = 10;

    private final int[] calls = new int[SECONDS];
    private final int[] hedges = new int[SECONDS];
    private long second = Long.MIN_VALUE;

    /** A call has begun. */
    synchronized void called(long now) {
        calls[placeOf(now)]++;
    }

    /** Takes the right to one hedge, if there is one. */
    synchronized boolean tryTake(long now) {
        int place = placeOf(now);
        int begun = 0;
        int hedged = 0;
        for (int i = 0; i < SECONDS; i++) {
            begun += calls[i];
            hedged += hedges[i];
        }
        if ((hedged + 1) * CALLS_PER_HEDGE > begun) {
            return false;
        }
        hedges[place]++;
        return true;
    }

    /** The place of this second, after those of the seconds that have gone by were emptied. */
    private int placeOf(long now) {
        long current = TimeUnit.NANOSECONDS.toSeconds(now);
        long gone = second == Long.MIN_VALUE ? SECONDS : Math.min(SECONDS, current - second);
        for (long i = 0; i < gone; i++) {
            int place = (int) Math.floorMod(current - i, (long) SECONDS);
            calls[place] = 0;
            hedges[place] = 0;
        }
        second = Math.max(second, current);
        return (int) Math.floorMod(second, (long) SECONDS);
    }
}
