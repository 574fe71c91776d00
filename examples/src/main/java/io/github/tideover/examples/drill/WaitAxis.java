package io.github.tideover.examples.drill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Waits from bottom to top, each tenfold as far from the next: a wait of a millisecond and one of a minute are both to be seen.
 *
 * @param decades how many tenfolds there are from one millisecond on
 */
record WaitAxis(int decades, double top, double bottom) {
    /** An axis on which this wait has its place; up to a second at least. */
    static WaitAxis upTo(Duration longest, double top, double bottom) {
        int decades = (int) Math.ceil(Math.log10(Math.max(1, longest.toNanos() / 1e6)) - 1e-9);
        return new WaitAxis(Math.max(3, decades), top, bottom);
    }

    double y(Duration wait) {
        double share = Math.log10(Math.max(1, wait.toNanos() / 1e6)) / decades;
        return bottom - Math.min(1, share) * (bottom - top);
    }

    List<Duration> ticks() {
        List<Duration> ticks = new ArrayList<>();
        long millis = 1;
        for (int i = 0; i <= decades; i++) {
            ticks.add(Duration.ofMillis(millis));
            millis *= 10;
        }
        return ticks;
    }

    static String label(Duration tick) {
        return tick.toMillis() < 1_000 ? tick.toMillis() + " ms" : tick.toSeconds() + " s";
    }
}
