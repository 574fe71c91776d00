package io.github.tideover.wire;

import io.github.tideover.chat.FinishReason;
import java.io.IOException;
import java.util.Locale;
import okhttp3.Headers;

/**
 * The words by which providers say why a model stopped. Gateways pass on those of others, so every dialect knows all.
 *
 * <p>Gemini's compatible API says who stopped the model before it says why: {@code content_filter: RECITATION}. The second word is
 * the one that counts, where it is known.
 */
public final class StopWord {
    private StopWord() {}

    /**
     * What the word means, if it is the end of a reply.
     *
     * @param word the provider's word
     * @param headers the answer's headers
     * @return the reason, {@link FinishReason#OTHER} for an unknown word
     * @throws RefusedException if the word tells of a fault, as an error would have that should have come instead
     * @throws MalformedReplyException if the model wrote nothing that can be used
     */
    public static FinishReason end(String word, Headers headers) throws IOException {
        if (isFailure(word)) {
            throw refused(word, headers);
        }
        requireUsable(word);
        return reason(word);
    }

    /**
     * The error that an answer with such a word should have held.
     *
     * @param word the provider's word
     * @param headers the answer's headers
     * @return what to throw
     */
    public static RefusedException refused(String word, Headers headers) {
        return new RefusedException(200, headers, "{\"error\":{\"type\":" + Json.quoted(word) + "}}");
    }

    /**
     * Whether the word tells of a fault, not of an end: {@code error}, {@code overloaded_error} and their like. vLLM says
     * {@code abort} when its server gives a reply up, and marks the end of the stream all the same.
     *
     * @see <a href="https://github.com/vllm-project/vllm/issues/57082">how vLLM ends a stream that it aborts</a>
     */
    private static boolean isFailure(String word) {
        String name = name(word);
        return switch (name) {
            case "error", "abort", "aborted", "cancelled", "canceled", "insufficient_system_resource" -> true;
            default -> name.endsWith("_error") || name.endsWith("timeout") || name.contains("overloaded");
        };
    }

    /**
     * Makes sure that the model wrote something that can be used. Where it wrote a tool call that is none, Gemini withholds it and
     * what it would have led to, so that there is nothing to work with, and the next try mostly goes well.
     *
     * @param word the provider's word
     * @throws MalformedReplyException if there is nothing
     * @see <a href="https://ai.google.dev/api/generate-content#FinishReason">Gemini's FinishReason</a>
     */
    public static void requireUsable(String word) throws MalformedReplyException {
        String name = name(word);
        switch (name) {
            case "malformed_function_call",
                    "unexpected_tool_call",
                    "malformed_response",
                    "malformed_model_output",
                    "malformed_tool_use" ->
                throw new MalformedReplyException(
                        "the model wrote what the provider could not use: " + name.toUpperCase(Locale.ROOT));
            default -> {
                // An end, if not always a good one.
            }
        }
    }

    /**
     * What the word means, whatever it is the end of.
     *
     * @param word the provider's word
     * @return the reason, {@link FinishReason#OTHER} for an unknown word
     */
    public static FinishReason reason(String word) {
        FinishReason reason = meaning(name(word));
        int colon = word.indexOf(':');
        return reason == FinishReason.OTHER && colon > 0 ? meaning(name(word.substring(0, colon))) : reason;
    }

    private static FinishReason meaning(String name) {
        return switch (name) {
            case "stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete" -> FinishReason.STOP;
            case "length",
                    "max_tokens",
                    "max_output_tokens",
                    "max_completion_tokens",
                    "model_length",
                    "model_context_window_exceeded" -> FinishReason.LENGTH;
            case "tool_calls", "tool_call", "tool_use", "function_call" -> FinishReason.TOOL_CALLS;
            case "content_filter",
                    "content_filtered",
                    "guardrail_intervened",
                    "refusal",
                    "sensitive",
                    "error_toxic",
                    "safety",
                    "recitation",
                    "blocklist",
                    "prohibited_content",
                    "spii",
                    "model_armor",
                    "image_safety",
                    "image_prohibited_content",
                    "image_recitation" -> FinishReason.CONTENT_FILTER;
            default -> FinishReason.OTHER;
        };
    }

    private static String name(String word) {
        return word.substring(word.indexOf(':') + 1).strip().toLowerCase(Locale.ROOT);
    }
}
