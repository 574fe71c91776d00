package io.github.tideover.wire;

/**
 * Whose it is what a provider wants back with a tool call of its own. It is kept with the call as opaque text, and goes back to
 * the one it came from.
 */
public final class ThoughtSeal {
    /**
     * What Google documents for calls that another model made: Gemini 3 asks for a signature with the first call of a step.
     * See the questions and answers of https://ai.google.dev/gemini-api/docs/thought-signatures.
     */
    public static final String UNSIGNED = "skip_thought_signature_validator";

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
     * Whether these are OpenRouter's reasoning details, kept as a JSON object of which the one field is named for the model's maker.
     *
     * @param seal what was kept
     * @return true if so
     */
    public static boolean isOfDetails(String seal) {
        return seal.startsWith("{");
    }

    /**
     * Whether this is a signature, as Gemini wants it back.
     *
     * @param seal what was kept
     * @return true if so
     */
    public static boolean isSignature(String seal) {
        return !seal.isEmpty() && !isOfBlocks(seal) && !isOfWords(seal) && !isOfDetails(seal);
    }
}
