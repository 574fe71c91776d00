package io.github.tideover.examples.drill;

import java.time.Duration;
import java.util.List;

/** Counts moments in stretches of time of one length. */
final class Bins {
    private Bins() {}

    /** How many moments are in each stretch; those before the first and after the last are in none. */
    static int[] count(List<Duration> moments, Duration end, int bins) {
        int[] counts = new int[bins];
        for (Duration moment : moments) {
            int bin = (int) Math.floor((double) moment.toNanos() / end.toNanos() * bins);
            if (bin >= 0 && bin < bins) {
                counts[bin]++;
            }
        }
        return counts;
    }
}
