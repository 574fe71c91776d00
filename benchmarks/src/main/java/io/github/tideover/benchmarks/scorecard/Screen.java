package io.github.tideover.benchmarks.scorecard;

import org.jspecify.annotations.Nullable;

/** What a client has put before its user, and what it reported beside it. Keeps what was shown when the call then failed. */
final class Screen {
    private final StringBuilder text = new StringBuilder();
    private @Nullable String model;
    private boolean hasUsage;

    synchronized void show(String piece) {
        text.append(piece);
    }

    /** Takes everything away that was shown so far. */
    synchronized void clear() {
        text.setLength(0);
    }

    /** Notes the model that the reply says it comes from, and how many tokens it says were used. */
    synchronized void report(@Nullable String model, long tokens) {
        this.model = model;
        hasUsage |= tokens > 0;
    }

    synchronized String text() {
        return text.toString();
    }

    synchronized @Nullable String model() {
        return model;
    }

    synchronized boolean hasUsage() {
        return hasUsage;
    }
}
