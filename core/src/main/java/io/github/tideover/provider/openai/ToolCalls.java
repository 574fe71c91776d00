package io.github.tideover.provider.openai;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.ToolCallPart;
import io.github.tideover.wire.Unread;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The tool calls of a message, or the parts of them that a chunk has. */
final class ToolCalls {
    private ToolCalls() {}

    /** Makes what one tool call, or a part of one, is read as. */
    @FunctionalInterface
    interface Maker<T> {
        T make(long index, String id, String name, String arguments, String thoughtSignature);
    }

    static ToolCall whole(long index, String id, String name, String arguments, String thoughtSignature) {
        return ToolCall.of(id, name, arguments).thoughtSignature(thoughtSignature);
    }

    /** The same calls, the first of them with what its provider wants back, unless it has that already. */
    static List<ToolCall> firstSealed(List<ToolCall> calls, Supplier<String> seal) {
        if (calls.isEmpty() || !calls.get(0).thoughtSignature().isEmpty()) {
            return calls;
        }
        List<ToolCall> all = new ArrayList<>(calls);
        all.set(0, calls.get(0).thoughtSignature(seal.get()));
        return all;
    }

    /**
     * Reads the array at whose start the parser stands.
     *
     * @param calls takes the calls
     * @return the kinds of tools among them that the provider runs by itself, as Zhipu's search is, of which nothing else is read
     */
    static <T> Unread read(JsonParser in, Maker<T> maker, List<T> calls) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            return Unread.NOTHING.and("tool_calls", in);
        }
        Unread unread = Unread.NOTHING;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() == JsonToken.START_OBJECT) {
                unread = unread.and(readCall(in, maker, calls));
            } else {
                in.skipChildren();
            }
        }
        return unread;
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

    private static <T> Unread readCall(JsonParser in, Maker<T> maker, List<T> calls) {
        long index = ToolCallPart.NO_INDEX;
        String kind = "";
        boolean isOurs = false;
        Draft draft = new Draft();
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (name) {
                case "index" -> index = value == JsonToken.VALUE_NULL ? ToolCallPart.NO_INDEX : Json.count(in);
                case "id" -> draft.id = Json.text(in);
                case "type" -> kind = Json.text(in, "function");
                // A tool of OpenAI's other kind has an input of any text in place of arguments.
                case "function", "custom" -> {
                    isOurs = true;
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
        if (isOurs || kind.isEmpty() || kind.equals("function")) {
            calls.add(draft.make(index, maker));
            return Unread.NOTHING;
        }
        return Unread.NOTHING.and(kind);
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
