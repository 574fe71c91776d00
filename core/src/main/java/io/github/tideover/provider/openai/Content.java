package io.github.tideover.provider.openai;

import io.github.tideover.wire.Json;
import io.github.tideover.wire.Unread;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Content that came as an array of parts: text, thinking (which may have parts of its own, as Mistral sends it, or a summary of
 * parts, as Databricks does) and refusal. Of others, such as Mistral's references, only the kind is known.
 */
record Content(String text, String reasoning, String refusal, Unread unread) {
    static final Content NONE = of("");

    /** Content that came as a text. */
    static Content of(String text) {
        return new Content(text, "", "", Unread.NOTHING);
    }

    /** Reads an array of parts, from its start to its end. */
    static Content read(JsonParser in) {
        Draft draft = new Draft();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() == JsonToken.START_OBJECT) {
                draft.readPart(in);
            } else {
                draft.text.append(Json.text(in));
            }
        }
        return new Content(draft.text.toString(), draft.reasoning.toString(), draft.refusal.toString(), draft.unread);
    }

    private static final class Draft {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder reasoning = new StringBuilder();
        private final StringBuilder refusal = new StringBuilder();
        private Unread unread = Unread.NOTHING;

        void readPart(JsonParser in) {
            String kind = "";
            String words = "";
            boolean isRead = false;
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                JsonToken value = in.nextToken();
                switch (name) {
                    case "type" -> kind = Json.text(in, "text");
                    case "text" -> {
                        words = Json.text(in);
                        isRead = true;
                    }
                    case "refusal" -> {
                        refusal.append(Json.text(in));
                        isRead = true;
                    }
                    case "thinking", "summary" -> {
                        reasoning.append(thoughts(in, value));
                        isRead = true;
                    }
                    // Where the text comes from.
                    case "citations", "annotations" -> unread = unread.and(name, in);
                    default -> in.skipChildren();
                }
            }
            (isOfThoughts(kind) ? reasoning : text).append(words);
            unread = isRead || kind.isEmpty() ? unread : unread.and(kind);
        }

        private String thoughts(JsonParser in, JsonToken value) {
            if (value != JsonToken.START_ARRAY) {
                return Json.text(in);
            }
            Content parts = read(in);
            unread = unread.and(parts.unread());
            return parts.text().isEmpty() ? parts.reasoning() : parts.text();
        }

        /** A part of thinking may hold its words as one of text does. */
        private static boolean isOfThoughts(String kind) {
            return switch (kind) {
                case "reasoning", "reasoning_text", "thinking", "summary_text" -> true;
                default -> false;
            };
        }
    }
}
