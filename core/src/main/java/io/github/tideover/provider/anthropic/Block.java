package io.github.tideover.provider.anthropic;

import io.github.tideover.wire.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;

/**
 * One block of a message's content: of text, of thinking, or a tool call. All others say nothing here. Thinking has a signature;
 * where the provider keeps it to itself, it has data alone.
 */
record Block(
        String type,
        String text,
        String thinking,
        String signature,
        String data,
        String id,
        String name,
        String input) {
    /** Reads the object at whose start the parser stands. */
    static Block read(JsonParser in) {
        String type = "";
        String text = "";
        String thinking = "";
        String signature = "";
        String data = "";
        String id = "";
        String tool = "";
        String input = "{}";
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "type" -> type = Json.text(in, "text");
                case "text" -> text = Json.text(in);
                case "thinking" -> thinking = Json.text(in);
                case "signature" -> signature = Json.text(in);
                case "data" -> data = Json.text(in);
                case "id" -> id = Json.text(in);
                case "name" -> tool = Json.text(in);
                case "input" -> {
                    if (type.isEmpty() || type.equals("tool_use")) {
                        input = inputOf(Json.json(in));
                    } else {
                        in.skipChildren(); // of a tool that the provider calls by itself
                    }
                }
                default -> in.skipChildren();
            }
        }
        return new Block(type, text, thinking, signature, data, id, tool, input);
    }

    /** Reads the blocks in the array at whose start the parser stands; none if it is another value. */
    static List<Block> readAll(JsonParser in) {
        List<Block> blocks = new ArrayList<>(2);
        Json.eachObject(in, each -> blocks.add(read(each)));
        return blocks;
    }

    private static String inputOf(@Nullable String json) {
        return json == null ? "{}" : json;
    }

    /** Whether the application is to call a tool. */
    boolean isToolCall() {
        return type.equals("tool_use");
    }
}
