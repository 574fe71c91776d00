package io.github.tideover;

/**
 * Joins the rest of a reply to its beginning, when the model that writes the rest repeats some of the beginning first. What
 * comes is held back while it occurs in the beginning, a few words as a rule; then what the beginning ends with is left
 * out.
 */
final class Overlap {
    /** What is shorter may be the same by chance: "ha" after "haha". */
    static final int SHORTEST = 12;

    private final String beginning;
    private final StringBuilder rest = new StringBuilder();
    private boolean joined;
    private int handed;

    Overlap(String beginning) {
        this.beginning = beginning;
    }

    /** Takes the next piece and gives what is new, perhaps nothing yet. */
    String add(String piece) {
        rest.append(piece);
        if (!joined && beginning.contains(rest)) {
            return "";
        }
        return hand();
    }

    /** No more comes: gives what was held back and is new. */
    String end() {
        return hand();
    }

    /** All that is new. */
    String rest() {
        return rest.substring(0, handed);
    }

    private String hand() {
        if (!joined) {
            joined = true;
            rest.delete(0, repeated());
        }
        String fresh = rest.substring(handed);
        handed = rest.length();
        return fresh;
    }

    private int repeated() {
        for (int length = Math.min(beginning.length(), rest.length()); length >= SHORTEST; length--) {
            if (beginning.regionMatches(beginning.length() - length, rest.toString(), 0, length)) {
                return length;
            }
        }
        return 0;
    }
}
