package io.github.tideover;

import org.jspecify.annotations.Nullable;

/**
 * Leaves out the beginning of a new answer as far as it says what was shown before, so that no character is shown twice.
 */
final class Echo {
    private final String shown;
    private int repeated;

    Echo(String shown) {
        this.shown = shown;
    }

    /** Takes the next piece and gives what is new, perhaps nothing; null if it says something else than what was shown. */
    @Nullable
    String add(String piece) {
        int known = Math.min(piece.length(), shown.length() - repeated);
        if (!shown.regionMatches(repeated, piece, 0, known)) {
            return null;
        }
        repeated += known;
        return piece.substring(known);
    }

    /** Whether all that was shown has been said again. */
    boolean isOver() {
        return repeated == shown.length();
    }
}
