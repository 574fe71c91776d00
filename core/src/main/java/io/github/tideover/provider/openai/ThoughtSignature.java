package io.github.tideover.provider.openai;

import io.github.tideover.wire.Json;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;

/**
 * The seal under which Gemini keeps what it thought, as its compatible API sends it with a tool call and wants it back:
 * {@code extra_content.google.thought_signature}. Gemini 3 refuses a call of its own that comes back without.
 *
 * @see <a href="https://ai.google.dev/gemini-api/docs/thought-signatures">thought signatures</a>
 */
final class ThoughtSignature {
    private ThoughtSignature() {}

    /** Reads the value of {@code extra_content}; empty for none. */
    static String read(JsonParser in) {
        String signature = "";
        if (Json.isInObject(in)) {
            while (Json.find(in, "google")) {
                signature = Json.textIn(in, "thought_signature");
            }
        }
        return signature;
    }

    /** Whether a model of that name knows such seals: Gemini's, however a gateway calls it. Others may refuse the field. */
    static boolean isKnownTo(String model) {
        return model.toLowerCase(Locale.ROOT).contains("gemini");
    }

    static void write(JsonGenerator out, String signature) {
        out.writeName("extra_content");
        out.writeStartObject();
        out.writeName("google");
        out.writeStartObject();
        out.writeName("thought_signature");
        Json.string(out, signature);
        out.writeEndObject();
        out.writeEndObject();
    }
}
