package io.github.tideover.provider.openai;

import io.github.tideover.wire.Json;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JsonParser;

/**
 * An answer in sound, as comes where a field of the application's own asked for it. A reply holds text, and so its transcript.
 *
 * @see <a href="https://platform.openai.com/docs/guides/audio">OpenAI's guide to audio</a>
 */
final class SpokenAnswer {
    private SpokenAnswer() {}

    /** What the object says at whose start the parser stands; empty if it is none, or has no words yet. */
    static String transcript(JsonParser in) {
        return Json.textIn(in, "transcript");
    }

    /** Adds that the sound is not in the reply. */
    static List<String> leftOut(List<String> adapted, boolean isSpoken) {
        return isSpoken
                ? Stream.concat(adapted.stream(), Stream.of("the answer was spoken too, and its sound was left out"))
                        .toList()
                : adapted;
    }
}
