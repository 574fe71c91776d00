package io.github.tideover.wire;

import org.jspecify.annotations.Nullable;

/** A text that may come in several pieces and nearly always comes in one, which then is not copied. For one thread. */
public final class JoinedText {
    private String first = "";
    private @Nullable StringBuilder all;

    /** Makes an empty text. */
    public JoinedText() {}

    /**
     * Adds a piece.
     *
     * @param piece goes behind what is there
     */
    public void add(String piece) {
        if (piece.isEmpty()) {
            return;
        }
        if (first.isEmpty()) {
            first = piece;
            return;
        }
        if (all == null) {
            all = new StringBuilder(first);
        }
        all.append(piece);
    }

    /** The whole text. */
    @Override
    public String toString() {
        return all == null ? first : all.toString();
    }
}
