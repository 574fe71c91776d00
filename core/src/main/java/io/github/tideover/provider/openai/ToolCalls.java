package io.github.tideover.provider.openai;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.ToolCallPart;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the tool calls of a message, or the parts of them that a chunk has. */
final class ToolCalls {
    private ToolCalls() {}

    /** Makes what one tool call, or a part of one, is read as. */
    @FunctionalInterface
    interface Maker<T> {
        T make(long index, String id, String name, String arguments, String thoughtSignature);
    }

    static List<ToolCall> read(JsonParser in) {
        return read(in, ToolCalls::whole);
    }

    private static ToolCall whole(long index, String id, String name, String arguments, String thoughtSignature) {
        return ToolCall.of(id, name, arguments).thoughtSignature(thoughtSignature);
    }

    static <T> List<T> read(JsonParser in, Maker<T> maker) {
        List<T> calls = new ArrayList<>(2);
        Json.eachObject(in, each -> calls.add(readCall(each, maker)));
        return List.copyOf(calls);
    }

    /** Reads the one call of the older form, {@code function_call}, which has neither number nor id. */
    static <T> List<T> readOldForm(JsonParser in, Maker<T> maker) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return List.of();
        }
        Draft draft = new Draft();
        draft.readFunction(in);
        return List.of(draft.make(0, maker));
    }

    static List<ToolCall> readOldForm(JsonParser in) {
        return readOldForm(in, ToolCalls::whole);
    }

    private static <T> T readCall(JsonParser in, Maker<T> maker) {
        long index = ToolCallPart.NO_INDEX;
        Draft draft = new Draft();
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (name) {
                case "index" -> index = value == JsonToken.VALUE_NULL ? ToolCallPart.NO_INDEX : Json.count(in);
                case "id" -> draft.id = Json.text(in);
                // A tool of OpenAI's other kind has an input of any text in place of arguments.
                case "function", "custom" -> {
                    if (value == JsonToken.START_OBJECT) {
                        draft.readFunction(in);
                    } else {
                        in.skipChildren();
                    }
                }
                case "extra_content" -> draft.thoughtSignature = ThoughtSignature.read(in);
                default -> in.skipChildren();
            }
        }
        return draft.make(index, maker);
    }

    private static final class Draft {
        private String id = "";
        private String tool = "";
        private String arguments = "";
        private String thoughtSignature = "";

        void readFunction(JsonParser in) {
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                JsonToken value = in.nextToken();
                switch (name) {
                    case "name" -> tool = Json.text(in);
                    // JSON in a string, by the book; JSON as it is, from some local servers.
                    case "arguments", "input" -> {
                        if (value == JsonToken.START_OBJECT) {
                            String json = Json.json(in);
                            arguments = json == null ? "" : json;
                        } else {
                            arguments = Json.text(in);
                        }
                    }
                    default -> in.skipChildren();
                }
            }
        }

        <T> T make(long index, Maker<T> maker) {
            return maker.make(index, id, tool, arguments, thoughtSignature);
        }
    }
}
