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
        T make(long index, String id, String name, String arguments);
    }

    static List<ToolCall> read(JsonParser in) {
        return read(in, (index, id, name, arguments) -> ToolCall.of(id, name, arguments));
    }

    static <T> List<T> read(JsonParser in, Maker<T> maker) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return List.of();
        }
        List<T> calls = new ArrayList<>(2);
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() == JsonToken.START_OBJECT) {
                calls.add(readCall(in, maker));
            } else {
                in.skipChildren();
            }
        }
        return List.copyOf(calls);
    }

    private static <T> T readCall(JsonParser in, Maker<T> maker) {
        long index = ToolCallPart.NO_INDEX;
        String id = "";
        String tool = "";
        String arguments = "";
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (name) {
                case "index" -> index = value == JsonToken.VALUE_NULL ? ToolCallPart.NO_INDEX : Json.count(in);
                case "id" -> id = Json.text(in);
                case "function" -> {
                    if (value != JsonToken.START_OBJECT) {
                        in.skipChildren();
                        break;
                    }
                    for (String part = in.nextName(); part != null; part = in.nextName()) {
                        JsonToken partValue = in.nextToken();
                        switch (part) {
                            case "name" -> tool = Json.text(in);
                            // JSON in a string, by the book; JSON as it is, from some local servers.
                            case "arguments" -> {
                                if (partValue == JsonToken.START_OBJECT) {
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
                default -> in.skipChildren();
            }
        }
        return maker.make(index, id, tool, arguments);
    }
}
