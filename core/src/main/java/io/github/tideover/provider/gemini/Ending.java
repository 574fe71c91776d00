package io.github.tideover.provider.gemini;

import io.github.tideover.chat.FinishReason;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.StopWord;
import java.io.IOException;
import okhttp3.Headers;

/**
 * What Gemini's words for the end of a reply mean.
 *
 * @see <a href="https://ai.google.dev/api/generate-content#FinishReason">FinishReason</a>
 */
final class Ending {
    private Ending() {}

    static boolean isSaid(String word) {
        return !word.isEmpty() && !word.equals("FINISH_REASON_UNSPECIFIED");
    }

    static FinishReason of(String word, boolean hasToolCalls) {
        return word.equals("STOP") && hasToolCalls ? FinishReason.TOOL_CALLS : StopWord.reason(word);
    }

    /**
     * Tells an end from a fault.
     *
     * @throws MalformedReplyException if the model wrote something unusable
     * @throws RefusedException if the request was at fault
     */
    static void requireReply(String word, Headers headers) throws IOException {
        StopWord.requireUsable(word);
        if (word.equals("MISSING_THOUGHT_SIGNATURE")) {
            throw refused(headers, "{\"status\":\"INVALID_ARGUMENT\",\"details\":[{\"reason\":\"" + word + "\"}]}");
        }
    }

    /** A prompt that a policy does not let through, as other providers say it: by an error. */
    static RefusedException blocked(Headers headers, String reason) {
        return refused(
                headers, "{\"status\":\"content_filter\",\"details\":[{\"reason\":" + Json.quoted(reason) + "}]}");
    }

    /** The error in the shape in which it would have come with an HTTP error, so that it is sorted by the same rules. */
    static RefusedException refused(Headers headers, String error) {
        return new RefusedException(200, headers, "{\"error\":" + error + "}");
    }
}
