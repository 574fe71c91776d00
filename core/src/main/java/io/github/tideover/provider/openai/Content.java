package io.github.tideover.provider.openai;

import io.github.tideover.wire.Json;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Content that came as an array of parts: text, thinking (which may have parts of its own, as Mistral sends it, or a summary of
 * parts, as Databricks does) and refusal.
 */
record Content(String text, String reasoning, String refusal) {
    static final Content NONE = new Content("", "", "");

    /** Reads an array of parts, from its start to its end. */
    static Content read(JsonParser in) {
        StringBuilder text = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        StringBuilder refusal = new StringBuilder();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() == JsonToken.START_OBJECT) {
                readPart(in, text, reasoning, refusal);
            } else {
                text.append(Json.text(in));
            }
        }
        return new Content(text.toString(), reasoning.toString(), refusal.toString());
    }

    private static void readPart(JsonParser in, StringBuilder text, StringBuilder reasoning, StringBuilder refusal) {
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (name) {
                case "text" -> text.append(Json.text(in));
                case "refusal" -> refusal.append(Json.text(in));
                case "thinking", "summary" -> {
                    if (value == JsonToken.START_ARRAY) {
                        reasoning.append(read(in).text());
                    } else {
                        reasoning.append(Json.text(in));
                    }
                }
                default -> in.skipChildren();
            }
        }
    }
}
