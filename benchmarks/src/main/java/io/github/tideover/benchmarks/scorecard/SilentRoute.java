package io.github.tideover.benchmarks.scorecard;

import java.util.Locale;

/**
 * A number of ours: how long a caller waits for the whole answer when the first provider is silent, as in S06.
 *
 * @param limit by when it must be there, in real milliseconds
 */
record SilentRoute(String options, Cell cell, long limit, Observation seen) {
    boolean isMet() {
        return seen.call().isWhole() && seen.millis() - seen.stalled() <= limit;
    }

    String row() {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.1f s | %.1f s | %d + %d | %s | %s |%n",
                options,
                cell.form(),
                limit / 1e3,
                seen.millis() / 1e3,
                seen.primaryAttempts(),
                seen.otherAttempts(),
                seen.call().story(),
                isMet() ? "met" : "missed");
    }
}
