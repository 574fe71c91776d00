package io.github.tideover;

/**
 * How long a provider took for its recent answers: counts in 64 classes, each a quarter wider than the one before, from
 * 1 ms to 20 minutes; halved now and then so that the past fades.
 */
final class LatencyHistory {
    /** Fewer answers than this say nothing about the slow ones. */
    static final int ENOUGH = 20;

    private static final int CLASSES = 64;
    private static final double GROWTH = 1.25;
    private static final double LOG_GROWTH = Math.log(GROWTH);
    private static final int FADE_AT = 1_024;

    private final int[] counts = new int[CLASSES];
    private int total;

    synchronized void add(long nanos) {
        counts[classOf(nanos)]++;
        if (++total >= FADE_AT) {
            total = 0;
            for (int i = 0; i < CLASSES; i++) {
                counts[i] /= 2;
                total += counts[i];
            }
        }
    }

    /**
     * The latency that a share of the answers stayed under.
     *
     * @param share such as 0.95
     * @return nanoseconds, or -1 if there were too few answers
     */
    synchronized long percentile(double share) {
        if (total < ENOUGH) {
            return -1;
        }
        long wanted = (long) Math.ceil(share * total);
        int i = 0;
        for (long seen = counts[0]; seen < wanted && i < CLASSES - 1; seen += counts[i]) {
            i++;
        }
        return upperEndOf(i);
    }

    /**
     * The longest latency there was.
     *
     * @return nanoseconds, or -1 if there was no answer yet
     */
    synchronized long longest() {
        for (int i = CLASSES - 1; i >= 0; i--) {
            if (counts[i] > 0) {
                return upperEndOf(i);
            }
        }
        return -1;
    }

    private static long upperEndOf(int i) {
        return (long) (1e6 * Math.pow(GROWTH, i));
    }

    private static int classOf(long nanos) {
        double millis = nanos / 1e6;
        return millis <= 1 ? 0 : Math.min(CLASSES - 1, (int) Math.ceil(Math.log(millis) / LOG_GROWTH));
    }
}
