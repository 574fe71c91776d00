package io.github.tideover.provider.responses;

import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.ToolCallIds;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/**
 * Writes a conversation as items, in which a tool call and its result are items of their own. What has no image or file is
 * written as a plain text: a message of the assistant's with parts would have to be one that the API gave, with its id.
 */
final class InputItems {
    private final List<Message> messages;
    private final ToolCallIds ids = new ToolCallIds(ToolCallIds.Form.PLAIN);
    private int first;

    InputItems(List<Message> messages) {
        this.messages = messages;
    }

    /** The system message that comes first, which then is no item any more; none if nothing would be left. */
    Optional<String> takeInstructions() {
        if (messages.size() == 1 || messages.get(0).role() != Role.SYSTEM) {
            return Optional.empty();
        }
        first = 1;
        return Optional.of(messages.get(0).text()).filter(text -> !text.isEmpty());
    }

    /** Leaves out what the provider has, of which only the ids of its tool calls are of account. */
    void skip(int messages) {
        for (Message message : this.messages.subList(0, messages)) {
            message.toolCalls().forEach(ids::of);
            if (message.role() == Role.TOOL) {
                ids.answeredBy(message.answered());
            }
        }
        first = Math.max(first, messages);
    }

    void write(JsonGenerator out) {
        out.writeStartArray();
        for (Message message : messages.subList(first, messages.size())) {
            switch (message.role()) {
                case SYSTEM -> writeText(out, "system", message.text());
                case USER -> writeUser(out, message);
                case ASSISTANT -> writeAssistant(out, message);
                case TOOL -> writeToolResult(out, message);
            }
        }
        out.writeEndArray();
    }

    private static void writeText(JsonGenerator out, String role, String text) {
        out.writeStartObject();
        out.writeStringProperty("role", role);
        out.writeName("content");
        Json.string(out, text);
        out.writeEndObject();
    }

    private static void writeUser(JsonGenerator out, Message message) {
        if (message.parts().size() == 1 && message.parts().get(0) instanceof Part.Text) {
            writeText(out, "user", message.text());
            return;
        }
        out.writeStartObject();
        out.writeStringProperty("role", "user");
        out.writeName("content");
        out.writeStartArray();
        for (Part part : message.parts()) {
            out.writeStartObject();
            writePart(out, part);
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void writePart(JsonGenerator out, Part part) {
        if (part instanceof Part.Text text) {
            out.writeStringProperty("type", "input_text");
            out.writeName("text");
            Json.string(out, text.text());
        } else if (part instanceof Part.Image image) {
            out.writeStringProperty("type", "input_image");
            out.writeName("image_url");
            Json.string(out, image.address().orElseGet(() -> dataUrl(image.mediaType(), image.base64())));
            out.writeStringProperty("detail", "auto"); // the default, which the API's schema wants to be said
        } else if (part instanceof Part.File file) {
            out.writeStringProperty("type", "input_file");
            out.writeName("filename");
            Json.string(out, file.name());
            out.writeName("file_data");
            Json.string(out, dataUrl(file.mediaType(), file.base64()));
        }
    }

    private static String dataUrl(String mediaType, String base64) {
        return "data:" + mediaType + ";base64," + base64;
    }

    private void writeAssistant(JsonGenerator out, Message message) {
        if (!message.text().isEmpty() || message.toolCalls().isEmpty()) {
            writeText(out, "assistant", message.text());
        }
        for (ToolCall call : message.toolCalls()) {
            out.writeStartObject();
            out.writeStringProperty("type", "function_call");
            out.writeName("call_id");
            Json.string(out, ids.of(call));
            out.writeName("name");
            Json.string(out, call.name());
            out.writeName("arguments");
            Json.string(out, call.arguments().isBlank() ? "{}" : call.arguments());
            out.writeEndObject();
        }
    }

    private void writeToolResult(JsonGenerator out, Message message) {
        out.writeStartObject();
        out.writeStringProperty("type", "function_call_output");
        out.writeName("call_id");
        Json.string(out, ids.answeredBy(message.answered()));
        out.writeName("output");
        Json.string(out, message.text());
        out.writeEndObject();
    }
}
