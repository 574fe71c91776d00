package io.github.tideover.examples.drill;

import java.time.Duration;
import java.util.List;

/** Counts moments in stretches of time of one length. */
final class Bins {
    private Bins() {}

    /** How many moments are in each stretch; those before the first count there, and those after the last in the last. */
    static int[] count(List<Duration> moments, Duration end, int bins) {
        int[] counts = new int[bins];
        for (Duration moment : moments) {
            double share = (double) moment.toNanos() / end.toNanos();
            counts[Math.max(0, Math.min(bins - 1, (int) Math.floor(share * bins)))]++;
        }
        return counts;
    }
}
