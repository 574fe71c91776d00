package io.github.tideover.wire;

/**
 * Whose it is what a provider wants back with a tool call of its own. It is kept with the call as opaque text, and goes back to
 * the one it came from.
 */
public final class ThoughtSeal {
    private ThoughtSeal() {}

    /**
     * Whether these are blocks of thinking, in Anthropic's form, kept as a JSON array. Gemini's signature is Base64, which has no
     * brackets.
     *
     * @param seal what was kept
     * @return true if so
     */
    public static boolean isOfBlocks(String seal) {
        return seal.startsWith("[");
    }

    /**
     * Whether these are plain words of thinking, as DeepSeek wants them back, kept as a text in JSON.
     *
     * @param seal what was kept
     * @return true if so
     */
    public static boolean isOfWords(String seal) {
        return seal.startsWith("\"");
    }

    /**
     * Whether this is a signature, as Gemini wants it back.
     *
     * @param seal what was kept
     * @return true if so
     */
    public static boolean isSignature(String seal) {
        return !seal.isEmpty() && !isOfBlocks(seal) && !isOfWords(seal);
    }
}
