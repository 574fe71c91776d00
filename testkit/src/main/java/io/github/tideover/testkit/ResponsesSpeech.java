package io.github.tideover.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** OpenAI's Responses: https://platform.openai.com/docs/api-reference/responses. */
final class ResponsesSpeech extends Speech {
    static final Speech SPEECH = new ResponsesSpeech();

    private ResponsesSpeech() {}

    @Override
    boolean isAskedBy(String path) {
        return path.endsWith("/responses");
    }

    @Override
    JsonNode turns(JsonNode body) {
        return body.path("input");
    }

    @Override
    List<JsonNode> conversation(JsonNode body) {
        return List.of(body.path("instructions"), body.path("previous_response_id"), turns(body));
    }

    @Override
    String whole(Answering reply) {
        return json(response(reply, true));
    }

    @Override
    Streamed streamed(Answering reply, boolean isWhole) {
        Writer writer = new Writer();
        writer.event("response.created", "response", response(reply, false));
        writer.event("response.in_progress", "response", response(reply, false));
        int item = -1;
        if (reply.hasText()) {
            item++;
            writer.event(
                    "response.output_item.added",
                    "output_index",
                    item,
                    "item",
                    message(reply, "in_progress", List.of()));
            writer.textEvent("response.content_part.added", reply, "part", part(""));
        }
        String opening = writer.written();
        List<String> pieces = new ArrayList<>();
        for (String token : reply.textTokens()) {
            writer.textEvent("response.output_text.delta", reply, "delta", token, "logprobs", List.of());
            pieces.add(writer.written());
        }
        if (reply.hasText()) {
            writer.textEvent("response.output_text.done", reply, "text", reply.text(), "logprobs", List.of());
            writer.textEvent("response.content_part.done", reply, "part", part(reply.text()));
            writer.event(
                    "response.output_item.done",
                    "output_index",
                    item,
                    "item",
                    message(reply, "completed", List.of(part(reply.text()))));
        }
        for (int i = 0; i < reply.calls().size(); i++) {
            item++;
            String arguments = reply.calls().get(i).arguments();
            writer.event(
                    "response.output_item.added",
                    "output_index",
                    item,
                    "item",
                    functionCall(reply, i, "in_progress", ""));
            for (String token : reply.calls().get(i).tokens()) {
                writer.event(
                        "response.function_call_arguments.delta",
                        "item_id",
                        functionCallId(reply, i),
                        "output_index",
                        item,
                        "delta",
                        token);
                pieces.add(writer.written());
            }
            writer.event(
                    "response.function_call_arguments.done",
                    "item_id",
                    functionCallId(reply, i),
                    "output_index",
                    item,
                    "arguments",
                    arguments);
            writer.event(
                    "response.output_item.done",
                    "output_index",
                    item,
                    "item",
                    functionCall(reply, i, "completed", arguments));
        }
        writer.event("response.completed", "response", response(reply, true));
        return new Streamed(opening, pieces, writer.written());
    }

    /** Numbers events. */
    private static final class Writer {
        private final StringBuilder events = new StringBuilder();
        private int number;

        void event(String type, @Nullable Object... fields) {
            events.append(typed(type, number++, fields));
        }

        /** An event about the text, which is the first part of the first item. */
        void textEvent(String type, Answering reply, @Nullable Object... fields) {
            Map<String, @Nullable Object> event =
                    map("type", type, "sequence_number", number++, "item_id", messageId(reply));
            event.putAll(map("output_index", 0, "content_index", 0));
            event.putAll(map(fields));
            events.append(named(type, event));
        }

        /** What was written since this was last asked. */
        String written() {
            String written = events.toString();
            events.setLength(0);
            return written;
        }
    }

    @Override
    Refusal refusal(Fault fault, String model, @Nullable Duration wait) {
        return OpenAiRefusals.of(fault, model, true);
    }

    @Override
    String errorEvent(int events) {
        return typed(
                "error",
                events,
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

    private static Map<String, @Nullable Object> response(Answering reply, boolean isComplete) {
        return map(
                "id",
                "resp_" + reply.number(),
                "object",
                "response",
                "created_at",
                reply.created(),
                "status",
                isComplete ? "completed" : "in_progress",
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
                isComplete ? output(reply) : List.of(),
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

    private static List<Object> output(Answering reply) {
        return reply.parts(
                text -> message(reply, "completed", List.of(part(text))),
                (index, call) -> functionCall(reply, index, "completed", call.arguments()));
    }

    private static Map<String, @Nullable Object> message(Answering reply, String status, List<Object> content) {
        return map(
                "id", messageId(reply), "type", "message", "status", status, "role", "assistant", "content", content);
    }

    private static Map<String, @Nullable Object> functionCall(
            Answering reply, int index, String status, String arguments) {
        return map(
                "id",
                functionCallId(reply, index),
                "type",
                "function_call",
                "status",
                status,
                "call_id",
                "call_" + reply.callId(index),
                "name",
                reply.calls().get(index).name(),
                "arguments",
                arguments);
    }

    private static Map<String, @Nullable Object> part(String text) {
        return map("type", "output_text", "text", text, "annotations", List.of(), "logprobs", List.of());
    }

    private static String messageId(Answering reply) {
        return "msg_" + reply.number();
    }

    private static String functionCallId(Answering reply, int index) {
        return "fc_" + reply.callId(index);
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
