package io.github.tideover.examples.drill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Time from left to right.
 *
 * @param length the time at the right end
 */
record TimeAxis(Duration length, double left, double right) {
    private static final long[] STEPS = {
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400
    };

    double x(Duration at) {
        double share = (double) at.toNanos() / length.toNanos();
        return left + Math.max(0, Math.min(1, share)) * (right - left);
    }

    /** Round times from 0 on, at most so many. */
    List<Duration> ticks(int most) {
        double seconds = length.toNanos() / 1e9;
        long step = STEPS[STEPS.length - 1];
        for (long each : STEPS) {
            if (seconds / each < most) {
                step = each;
                break;
            }
        }
        while (seconds / step >= most) {
            step *= 2; // a timeline of weeks
        }
        List<Duration> ticks = new ArrayList<>();
        for (long at = 0; at <= seconds; at += step) {
            ticks.add(Duration.ofSeconds(at));
        }
        return ticks;
    }

    /** "0:20", in minutes and seconds, or in hours and minutes where the axis is long. */
    String label(Duration at) {
        long unit = isHours() ? at.toMinutes() : at.toSeconds();
        return String.format(Locale.ROOT, "%d:%02d", unit / 60, unit % 60);
    }

    boolean isHours() {
        return length.compareTo(Duration.ofMinutes(20)) > 0;
    }
}
