package io.github.tideover.provider.responses;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.wire.JoinedText;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.Unread;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * One item of what the model gave: a message, its reasoning, or a call of one of the application's tools. Of all others, such as
 * what the provider did by itself on the way, only the kind is known.
 *
 * @param unread the kind of an item that is not read, or of what a message holds beside its words
 * @see <a href="https://platform.openai.com/docs/api-reference/responses/object">OpenAI's items of output</a>
 */
record OutputItem(
        String type,
        String callId,
        String name,
        String arguments,
        String text,
        String refusal,
        String reasoning,
        Unread unread) {
    /** Reads the object at whose start the parser stands. */
    static OutputItem read(JsonParser in) {
        Draft draft = new Draft();
        for (String field = in.nextName(); field != null; field = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (field) {
                case "type" -> draft.type = Json.text(in, "message");
                case "id" -> draft.id = Json.text(in);
                case "call_id" -> draft.callId = Json.text(in);
                case "name" -> draft.name = Json.text(in);
                case "arguments" -> draft.arguments = textOrJson(in, value);
                case "input" -> draft.input = Json.text(in);
                case "content", "summary" -> draft.readParts(in, value);
                default -> in.skipChildren();
            }
        }
        return draft.item();
    }

    /** Some servers give the arguments as the object that they are. */
    private static String textOrJson(JsonParser in, JsonToken value) {
        if (value != JsonToken.START_OBJECT) {
            return Json.text(in);
        }
        String json = Json.json(in);
        return json == null ? "" : json;
    }

    /** Whether the application is to call a function, or a tool that takes any text. */
    boolean isToolCall() {
        return type.equals("function_call") || isCustomCall(type);
    }

    private static boolean isCustomCall(String type) {
        return type.equals("custom_tool_call");
    }

    /**
     * Whether it may wait for an answer that nobody gives here, such as an approval: the provider's own steps do not, and whatever
     * else is read.
     */
    boolean isOpen() {
        return switch (type) {
            case "", "message", "reasoning", "function_call", "custom_tool_call" -> false;
            case "web_search_call",
                    "file_search_call",
                    "code_interpreter_call",
                    "mcp_call",
                    "mcp_list_tools",
                    "tool_search_call",
                    "tool_search_output",
                    "compaction" -> false;
            default -> true;
        };
    }

    ToolCall toolCall() {
        return ToolCall.of(callId, name, arguments);
    }

    private static final class Draft {
        private String type = "";
        private String id = "";
        private String callId = "";
        private String name = "";
        private String arguments = "";
        private String input = "";
        private final JoinedText text = new JoinedText();
        private final JoinedText refusal = new JoinedText();
        private final JoinedText reasoning = new JoinedText();
        private Unread ofParts = Unread.NOTHING;

        void readParts(JsonParser in, JsonToken value) {
            if (value == JsonToken.VALUE_STRING) {
                text.add(in.getString());
                return;
            }
            Json.eachObject(in, this::readPart);
        }

        private void readPart(JsonParser in) {
            String kind = "";
            String said = "";
            for (String field = in.nextName(); field != null; field = in.nextName()) {
                in.nextToken();
                switch (field) {
                    case "type" -> kind = Json.text(in, "output_text");
                    case "text" -> said = Json.text(in);
                    case "refusal" -> refusal.add(Json.text(in));
                    // Where the text comes from, or what it names: pages, files.
                    case "annotations" -> ofParts = ofParts.and(field, in);
                    default -> in.skipChildren();
                }
            }
            if (kind.equals("summary_text") || kind.equals("reasoning_text")) {
                reasoning.add(said);
            } else {
                text.add(said);
            }
            if (said.isEmpty() && !isOfWords(kind)) {
                ofParts = ofParts.and(kind);
            }
        }

        private static boolean isOfWords(String kind) {
            return switch (kind) {
                case "", "output_text", "text", "refusal", "summary_text", "reasoning_text" -> true;
                default -> false;
            };
        }

        private Unread unread() {
            return switch (type) {
                case "", "message", "reasoning" -> ofParts;
                case "function_call", "custom_tool_call" -> Unread.NOTHING;
                default -> Unread.NOTHING.and(type);
            };
        }

        OutputItem item() {
            boolean isMessage = type.equals("message") || type.isEmpty();
            return new OutputItem(
                    type,
                    callId.isEmpty() ? id : callId,
                    name,
                    isCustomCall(type) ? input : arguments,
                    isMessage ? text.toString() : "",
                    isMessage ? refusal.toString() : "",
                    type.equals("reasoning") ? reasoning.toString() : "",
                    unread());
        }
    }
}
