package io.github.tideover.provider.anthropic;

import io.github.tideover.wire.Json;
import io.github.tideover.wire.Unread;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;

/**
 * One block of a message's content: of text, of thinking, or a tool call. Of all others, such as the steps of tools that the provider
 * runs by itself, only the kind is known. Thinking has a signature; where the provider keeps it to itself, it has data alone.
 *
 * @param unread the kind of a block that is not read, or that a text has citations
 * @see <a href="https://platform.claude.com/docs/en/api/messages">Anthropic's blocks of content</a>
 */
record Block(
        String type,
        String text,
        String thinking,
        String signature,
        String data,
        String id,
        String name,
        String input,
        Unread unread) {
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
        Unread unread = Unread.NOTHING;
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
                case "citations" -> unread = unread.and(name, in);
                default -> in.skipChildren();
            }
        }
        return new Block(
                type,
                text,
                thinking,
                signature,
                data,
                id,
                tool,
                input,
                isRead(type) ? unread : Unread.NOTHING.and(type));
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

    private static boolean isRead(String type) {
        return switch (type) {
            case "text", "thinking", "redacted_thinking", "tool_use" -> true;
            default -> false;
        };
    }

    /** Whether more is known of it than its kind. */
    boolean isRead() {
        return isRead(type);
    }

    /** Whether the application is to call a tool. */
    boolean isToolCall() {
        return type.equals("tool_use");
    }
}
