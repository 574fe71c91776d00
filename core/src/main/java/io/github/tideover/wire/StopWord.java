package io.github.tideover.wire;

import io.github.tideover.chat.FinishReason;
import java.util.Locale;

/** The words by which providers say why a model stopped. Gateways pass on those of others, so every dialect knows all. */
public final class StopWord {
    private StopWord() {}

    /**
     * Whether the word tells of a fault, not of an end: {@code error}, {@code overloaded_error} and their like.
     *
     * @param word the provider's word
     * @return true for a fault
     */
    public static boolean isFailure(String word) {
        String name = word.toLowerCase(Locale.ROOT);
        return name.equals("error")
                || name.endsWith("_error")
                || name.contains("overloaded")
                || name.equals("insufficient_system_resource");
    }

    /**
     * What the word means.
     *
     * @param word the provider's word
     * @return the reason, {@link FinishReason#OTHER} for an unknown word
     */
    public static FinishReason reason(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "stop", "end_turn", "stop_sequence", "eos" -> FinishReason.STOP;
            case "length", "max_tokens", "model_length", "model_context_window_exceeded" -> FinishReason.LENGTH;
            case "tool_calls", "tool_use", "function_call" -> FinishReason.TOOL_CALLS;
            case "content_filter", "safety", "sensitive", "refusal" -> FinishReason.CONTENT_FILTER;
            default -> FinishReason.OTHER;
        };
    }
}
