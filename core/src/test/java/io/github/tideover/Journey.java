package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import java.util.List;
import java.util.Map;

/** The conversation that travels from one provider to another: a system message, an image, two tool calls at once, a JSON answer. */
final class Journey {
    static final Tool WEATHER = Tool.function(
            "weather",
            "Tells the weather.",
            Map.of(
                    "type",
                    "object",
                    "properties",
                    Map.of("city", Map.of("type", "string")),
                    "required",
                    List.of("city"),
                    "additionalProperties",
                    false));
    static final Tool NOW = Tool.function("now", "", Map.of("type", "object", "properties", Map.of()));
    static final Map<String, Object> ADVICE = Map.of(
            "type",
            "object",
            "properties",
            Map.of("coat", Map.of("type", "boolean")),
            "required",
            List.of("coat"),
            "additionalProperties",
            false);

    private Journey() {}

    /** What the first provider is asked. */
    static ChatRequest begin() {
        return ChatRequest.builder()
                .system("Be brief.")
                .message(Message.user(Part.text("What to wear here?"), Part.image("image/png", new byte[] {1, 2, 3})))
                .tools(WEATHER, NOW)
                .build();
    }

    /** What is asked when the tools have run that the first provider wished for. */
    static ChatRequest goOn(ChatReply wish) {
        List<ToolCall> calls = wish.toolCalls();
        return begin().toBuilder()
                .message(Message.assistant(wish))
                .message(Message.toolResult(calls.get(0), "{\"sky\":\"rain\"}"))
                .message(Message.toolResult(calls.get(1), "noon"))
                .responseFormat(ResponseFormat.jsonSchema("advice", ADVICE))
                .build();
    }
}
