package io.github.tideover.provider.anthropic;

import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.ToolCallIds;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/**
 * Writes a conversation as turns of the user and the assistant that alternate. What tools gave is the user's to say, and comes
 * first in its turn, as Anthropic wants it; system messages are not part of it; a text of white space, which Anthropic refuses,
 * says nothing.
 */
final class Turns {
    private final List<Message> messages;
    private final ToolCallIds ids = new ToolCallIds(ToolCallIds.Form.PLAIN);

    Turns(List<Message> messages) {
        this.messages = messages;
    }

    void write(JsonGenerator out) {
        out.writeStartArray();
        int from = 0;
        while (from < messages.size()) {
            boolean isAssistant = isAssistant(messages.get(from));
            int to = from;
            boolean saysSomething = false;
            while (to < messages.size()
                    && (isSystem(messages.get(to)) || isAssistant(messages.get(to)) == isAssistant)) {
                saysSomething |= saysSomething(messages.get(to));
                to++;
            }
            if (saysSomething) {
                writeTurn(out, messages.subList(from, to), isAssistant, to == messages.size());
            }
            from = to;
        }
        out.writeEndArray();
    }

    private static boolean isSystem(Message message) {
        return message.role() == Role.SYSTEM;
    }

    private static boolean isAssistant(Message message) {
        return message.role() == Role.ASSISTANT;
    }

    private static boolean saysSomething(Message message) {
        return switch (message.role()) {
            case SYSTEM -> false;
            case TOOL -> true;
            case ASSISTANT -> !message.toolCalls().isEmpty() || !message.text().isBlank();
            case USER -> message.parts().stream().anyMatch(Turns::saysSomething);
        };
    }

    private static boolean saysSomething(Part part) {
        return !(part instanceof Part.Text text) || !text.text().isBlank();
    }

    private void writeTurn(JsonGenerator out, List<Message> turn, boolean isAssistant, boolean isLast) {
        out.writeStartObject();
        out.writeStringProperty("role", isAssistant ? "assistant" : "user");
        out.writeName("content");
        out.writeStartArray();
        if (isAssistant) {
            for (Message message : turn) {
                writeAssistant(out, message, isLast);
            }
        } else {
            for (Message message : turn) {
                if (message.role() == Role.TOOL) {
                    writeToolResult(out, message);
                }
            }
            for (Message message : turn) {
                if (message.role() == Role.USER) {
                    message.parts().stream().filter(Turns::saysSomething).forEach(part -> writePart(out, part));
                }
            }
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void writeAssistant(JsonGenerator out, Message message, boolean isLast) {
        if (isSystem(message)) {
            return;
        }
        List<ToolCall> calls = message.toolCalls();
        if (!calls.isEmpty()) {
            Thoughts.write(out, calls.get(0)); // before everything else, or Anthropic refuses it
        }
        if (!message.text().isBlank()) {
            // A reply that is to be gone on with must not end in white space.
            writeText(out, isLast ? message.text().stripTrailing() : message.text());
        }
        for (int i = 0; i < calls.size(); i++) {
            ToolCall call = calls.get(i);
            if (i > 0) {
                Thoughts.write(out, call);
            }
            out.writeStartObject();
            out.writeStringProperty("type", "tool_use");
            out.writeName("id");
            Json.string(out, ids.of(call));
            out.writeName("name");
            Json.string(out, call.name());
            out.writeName("input");
            writeArguments(out, call.arguments());
            out.writeEndObject();
        }
    }

    /** Anthropic takes an object only. What the model wrote otherwise, cut by a token limit as a rule, is put into one. */
    private static void writeArguments(JsonGenerator out, String arguments) {
        if (Json.isObject(arguments)) {
            Json.raw(out, arguments);
            return;
        }
        out.writeStartObject();
        if (!arguments.isBlank()) {
            out.writeName("arguments");
            Json.string(out, arguments);
        }
        out.writeEndObject();
    }

    private void writeToolResult(JsonGenerator out, Message message) {
        out.writeStartObject();
        out.writeStringProperty("type", "tool_result");
        out.writeName("tool_use_id");
        Json.string(out, ids.answeredBy(message.answered()));
        if (!message.text().isBlank()) {
            out.writeName("content");
            Json.string(out, message.text());
        }
        out.writeEndObject();
    }

    private static void writePart(JsonGenerator out, Part part) {
        if (part instanceof Part.Text text) {
            writeText(out, text.text());
        } else if (part instanceof Part.Image image) {
            out.writeStartObject();
            out.writeStringProperty("type", "image");
            if (image.address().isPresent()) {
                writeSource(out, "url", "", "url", image.address().get());
            } else {
                writeSource(out, "base64", imageType(image.mediaType()), "data", image.base64());
            }
            out.writeEndObject();
        } else if (part instanceof Part.File file) {
            writeFile(out, file);
        }
    }

    /** A PDF document as it is, and text as text; what else there is the server may refuse. */
    private static void writeFile(JsonGenerator out, Part.File file) {
        out.writeStartObject();
        out.writeStringProperty("type", "document");
        if (isText(file.mediaType())) {
            String text = new String(Base64.getDecoder().decode(file.base64()), StandardCharsets.UTF_8);
            writeSource(out, "text", "text/plain", "data", text);
        } else {
            writeSource(out, "base64", file.mediaType(), "data", file.base64());
        }
        out.writeName("title");
        Json.string(out, file.name());
        out.writeEndObject();
    }

    private static boolean isText(String mediaType) {
        String type = mediaType.toLowerCase(Locale.ROOT);
        return type.startsWith("text/") || type.startsWith("application/json") || type.startsWith("application/xml");
    }

    /** The name many give to {@code image/jpeg} is refused. */
    private static String imageType(String mediaType) {
        return mediaType.equalsIgnoreCase("image/jpg") ? "image/jpeg" : mediaType;
    }

    private static void writeSource(JsonGenerator out, String type, String mediaType, String field, String value) {
        out.writeName("source");
        out.writeStartObject();
        out.writeStringProperty("type", type);
        if (!mediaType.isEmpty()) {
            out.writeName("media_type");
            Json.string(out, mediaType);
        }
        out.writeName(field);
        Json.string(out, value);
        out.writeEndObject();
    }

    static void writeText(JsonGenerator out, String text) {
        out.writeStartObject();
        out.writeStringProperty("type", "text");
        out.writeName("text");
        Json.string(out, text);
        out.writeEndObject();
    }
}
