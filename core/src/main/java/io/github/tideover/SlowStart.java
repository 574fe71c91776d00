package io.github.tideover;

import java.util.concurrent.TimeUnit;

/**
 * Lets calls back to a provider step by step after an outage: at first 2 a second or a quarter of what there was before,
 * whichever is more, then twice as many each second, up to a little more than before. Each call that comes too soon is given
 * a turn of its own, so that those who wait do not arrive together. Guarded by its {@link Route}.
 */
final class SlowStart {
    private static final double FLOOR_PER_SECOND = 2;
    private static final double FIRST_SHARE = 0.25;
    /** Enough to work off those who waited, and less than what would overrun a provider that is just back. */
    private static final double MOST_SHARE = 1.1;
    /** After this long the rate before the outage no longer says what the rate should be, and the limit grows away. */
    private static final int HOLD_SECONDS = 30;

    private static final double GROWTH_AFTER = 1.1;

    private static final double SECOND = 1e9;
    /** The longest window over which the rate of calls before an outage is taken. */
    private static final long WINDOW = TimeUnit.SECONDS.toNanos(5);

    private long windowStart;
    private int windowCalls;
    private double ratePerSecond;
    private double rateBefore;
    private boolean easing;
    private long easingSince;
    private double turnsGiven;

    SlowStart(long now) {
        windowStart = now;
    }

    /** A call went out while the route was well. */
    void called(long now) {
        if (easing) {
            return; // what is let back says nothing about how many there would be
        }
        windowCalls++;
        if (now - windowStart > WINDOW) {
            rateBefore = ratePerSecond;
            ratePerSecond = rateOfWindow(now);
            startWindow(now);
        }
    }

    /** How many calls a second went out of late; while calls are let back, how many did before. */
    double perSecond(long now) {
        boolean isYoung = easing || now - windowStart < SECOND;
        return isYoung ? Math.max(ratePerSecond, rateOfWindow(now)) : rateOfWindow(now);
    }

    /** The route opened: what the rate was until now is what there is to come back to. */
    void stopped(long now) {
        if (easing) {
            easing = false; // broke down again on the way up: the rate before the first outage still holds
        } else {
            // The last window may hold the first silence of the outage: the one before it counts as well.
            ratePerSecond = Math.max(Math.max(rateBefore, ratePerSecond), rateOfWindow(now));
        }
    }

    /** The route closed. */
    void begin(long now) {
        easing = true;
        easingSince = now;
        turnsGiven = 0;
    }

    /** Whether turns are still given; no longer once nobody waits and the old rate is reached. */
    boolean isEasing(long now) {
        if (easing) {
            double seconds = (now - easingSince) / SECOND;
            if (rateAt((int) seconds) >= most() && turnsGiven <= turnsUpTo(seconds)) {
                easing = false;
                startWindow(now);
            }
        }
        return easing;
    }

    /**
     * Takes the next turn.
     *
     * @return nanoseconds until it, 0 for now; -1, and none is taken, if it is further off than {@code longestWait}
     */
    long takeTurn(long now, long longestWait) {
        double seconds = (now - easingSince) / SECOND;
        double turn = Math.max(turnsGiven, Math.floor(turnsUpTo(seconds)));
        long wait = Math.max(0, (long) Math.ceil((timeOf(turn) - seconds) * SECOND));
        if (wait > longestWait) {
            return -1;
        }
        turnsGiven = turn + 1;
        return wait;
    }

    /** A turn that was taken is not used. Who waits behind it keeps the time that was given; who comes next gains. */
    void giveBackTurn() {
        turnsGiven = Math.max(0, turnsGiven - 1);
    }

    /** The turns there are in the second that begins that many seconds after the start. */
    private double rateAt(int second) {
        double first = Math.max(FLOOR_PER_SECOND, FIRST_SHARE * ratePerSecond);
        double growth = Math.pow(GROWTH_AFTER, Math.max(0, second - HOLD_SECONDS));
        return Math.min(most() * growth, first * Math.pow(2, second));
    }

    private double most() {
        return Math.max(FLOOR_PER_SECOND, MOST_SHARE * ratePerSecond);
    }

    private double turnsUpTo(double seconds) {
        double turns = 0;
        int whole = (int) seconds;
        for (int second = 0; second < whole; second++) {
            turns += rateAt(second);
        }
        return turns + (seconds - whole) * rateAt(whole);
    }

    private double timeOf(double turn) {
        double before = 0;
        int second = 0;
        while (before + rateAt(second) <= turn) {
            before += rateAt(second++);
        }
        return second + (turn - before) / rateAt(second);
    }

    private void startWindow(long now) {
        windowStart = now;
        windowCalls = 0;
    }

    private double rateOfWindow(long now) {
        // A window of a moment says nothing: two calls in a microsecond are not two million a second.
        return windowCalls * SECOND / Math.max(SECOND, (double) (now - windowStart));
    }
}
