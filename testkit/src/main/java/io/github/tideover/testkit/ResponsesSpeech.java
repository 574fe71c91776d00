package io.github.tideover.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** OpenAI's Responses: https://platform.openai.com/docs/api-reference/responses. */
final class ResponsesSpeech extends Speech {
    static final Speech SPEECH = new ResponsesSpeech();

    /** How many events come before the first text. */
    private static final int OPENING = 4;

    private ResponsesSpeech() {}

    @Override
    boolean isAskedBy(String path) {
        return path.endsWith("/responses");
    }

    @Override
    List<JsonNode> conversation(JsonNode body) {
        return List.of(body.path("instructions"), body.path("previous_response_id"), body.path("input"));
    }

    @Override
    String whole(Answering reply) {
        return json(response(reply, "completed"));
    }

    @Override
    String opening(Answering reply) {
        return typed("response.created", 0, "response", response(reply, "in_progress"))
                + typed("response.in_progress", 1, "response", response(reply, "in_progress"))
                + typed(
                        "response.output_item.added",
                        2,
                        "output_index",
                        0,
                        "item",
                        item(reply, "in_progress", List.of()))
                + typed(
                        "response.content_part.added",
                        3,
                        "item_id",
                        itemId(reply),
                        "output_index",
                        0,
                        "content_index",
                        0,
                        "part",
                        part(""));
    }

    @Override
    String piece(Answering reply, int index, String text) {
        return typed(
                "response.output_text.delta",
                OPENING + index,
                "item_id",
                itemId(reply),
                "output_index",
                0,
                "content_index",
                0,
                "delta",
                text,
                "logprobs",
                List.of());
    }

    @Override
    String closing(Answering reply) {
        int number = OPENING + reply.outputTokens();
        return typed(
                        "response.output_text.done",
                        number,
                        "item_id",
                        itemId(reply),
                        "output_index",
                        0,
                        "content_index",
                        0,
                        "text",
                        reply.text(),
                        "logprobs",
                        List.of())
                + typed(
                        "response.content_part.done",
                        number + 1,
                        "item_id",
                        itemId(reply),
                        "output_index",
                        0,
                        "content_index",
                        0,
                        "part",
                        part(reply.text()))
                + typed(
                        "response.output_item.done",
                        number + 2,
                        "output_index",
                        0,
                        "item",
                        item(reply, "completed", List.of(part(reply.text()))))
                + typed("response.completed", number + 3, "response", response(reply, "completed"));
    }

    @Override
    Refusal refusal(Fault fault, String model, @Nullable Duration wait) {
        return OpenAiRefusals.of(fault, model, true);
    }

    @Override
    String errorEvent(Answering reply) {
        return typed(
                "error",
                OPENING + reply.outputTokens(),
                "code",
                "server_error",
                "message",
                "The server had an error while processing your request.",
                "param",
                null);
    }

    private static String typed(String type, int number, @Nullable Object... fields) {
        Map<String, @Nullable Object> event = map("type", type, "sequence_number", number);
        event.putAll(map(fields));
        return named(type, event);
    }

    private static Map<String, @Nullable Object> response(Answering reply, String status) {
        boolean isComplete = status.equals("completed");
        return map(
                "id",
                "resp_" + reply.number(),
                "object",
                "response",
                "created_at",
                reply.created(),
                "status",
                status,
                "error",
                null,
                "incomplete_details",
                null,
                "instructions",
                null,
                "max_output_tokens",
                null,
                "model",
                reply.model(),
                "output",
                isComplete ? List.of(item(reply, status, List.of(part(reply.text())))) : List.of(),
                "parallel_tool_calls",
                true,
                "previous_response_id",
                null,
                "store",
                false,
                "temperature",
                1.0,
                "text",
                map("format", map("type", "text")),
                "tool_choice",
                "auto",
                "tools",
                List.of(),
                "top_p",
                1.0,
                "truncation",
                "disabled",
                "usage",
                isComplete ? usage(reply) : null,
                "metadata",
                map());
    }

    private static Map<String, @Nullable Object> item(Answering reply, String status, List<Object> content) {
        return map("id", itemId(reply), "type", "message", "status", status, "role", "assistant", "content", content);
    }

    private static Map<String, @Nullable Object> part(String text) {
        return map("type", "output_text", "text", text, "annotations", List.of(), "logprobs", List.of());
    }

    private static String itemId(Answering reply) {
        return "msg_" + reply.number();
    }

    private static Map<String, @Nullable Object> usage(Answering reply) {
        return map(
                "input_tokens",
                reply.inputTokens(),
                "input_tokens_details",
                map("cached_tokens", 0),
                "output_tokens",
                reply.outputTokens(),
                "output_tokens_details",
                map("reasoning_tokens", 0),
                "total_tokens",
                reply.inputTokens() + reply.outputTokens());
    }
}
