package io.github.tideover.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Anthropic's Messages: https://docs.claude.com/en/api/messages, its stream in
 * https://docs.claude.com/en/docs/build-with-claude/streaming, its refusals in https://docs.claude.com/en/api/errors.
 */
final class MessagesSpeech extends Speech {
    static final Speech SPEECH = new MessagesSpeech();

    private MessagesSpeech() {}

    @Override
    boolean isAskedBy(String path) {
        return path.endsWith("/messages");
    }

    @Override
    JsonNode turns(JsonNode body) {
        return body.path("messages");
    }

    @Override
    List<JsonNode> conversation(JsonNode body) {
        return List.of(body.path("system"), turns(body));
    }

    @Override
    String whole(Answering reply) {
        List<Object> content = reply.parts(
                text -> map("type", "text", "text", text),
                (index, call) -> toolUse(reply, index, JSON.readTree(call.arguments())));
        return json(message(reply, content, stopReason(reply), reply.outputTokens()));
    }

    private static Map<String, @Nullable Object> toolUse(Answering reply, int index, Object input) {
        return map(
                "type",
                "tool_use",
                "id",
                "toolu_" + reply.callId(index),
                "name",
                reply.calls().get(index).name(),
                "input",
                input);
    }

    private static String stopReason(Answering reply) {
        return reply.calls().isEmpty() ? "end_turn" : "tool_use";
    }

    @Override
    Streamed streamed(Answering reply, boolean isWhole) {
        String opening =
                named("message_start", map("type", "message_start", "message", message(reply, List.of(), null, 1)));
        int block = -1;
        if (reply.hasText()) {
            block++;
            opening += begun(block, map("type", "text", "text", ""));
        }
        opening += named("ping", map("type", "ping"));
        List<String> pieces = new ArrayList<>();
        for (String token : reply.textTokens()) {
            pieces.add(delta(block, map("type", "text_delta", "text", token)));
        }
        for (int i = 0; i < reply.calls().size(); i++) {
            String before = (block < 0 ? "" : stopped(block)) + begun(block + 1, toolUse(reply, i, map()));
            block++;
            for (String token : reply.calls().get(i).tokens()) {
                pieces.add(before + delta(block, map("type", "input_json_delta", "partial_json", token)));
                before = "";
            }
        }
        Object ending = map(
                "type",
                "message_delta",
                "delta",
                map("stop_reason", stopReason(reply), "stop_sequence", null),
                "usage",
                map("output_tokens", reply.outputTokens()));
        return new Streamed(
                opening,
                pieces,
                stopped(block) + named("message_delta", ending) + named("message_stop", map("type", "message_stop")));
    }

    private static String begun(int block, Object content) {
        return named(
                "content_block_start", map("type", "content_block_start", "index", block, "content_block", content));
    }

    private static String delta(int block, Object delta) {
        return named("content_block_delta", map("type", "content_block_delta", "index", block, "delta", delta));
    }

    private static String stopped(int block) {
        return named("content_block_stop", map("type", "content_block_stop", "index", block));
    }

    @Override
    Refusal refusal(Fault fault, String model, @Nullable Duration wait) {
        return switch (fault) {
            case OVERLOADED -> refusal(529, "overloaded_error", "Overloaded");
            case SERVER_ERROR -> refusal(500, "api_error", "Internal server error");
            case RATE_LIMITED -> refusal(429, "rate_limit_error", "Number of requests has exceeded your rate limit");
            case QUOTA_EXHAUSTED ->
                refusal(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.");
            case UNAUTHORIZED -> refusal(401, "authentication_error", "invalid x-api-key");
            case MODEL_NOT_FOUND -> refusal(404, "not_found_error", "model: " + model);
            case CONTEXT_TOO_LONG ->
                refusal(400, "invalid_request_error", "prompt is too long: 213462 tokens > 200000 maximum");
            case CONTENT_POLICY -> refusal(400, "invalid_request_error", "Output blocked by content filtering policy");
            case INVALID_REQUEST -> refusal(400, "invalid_request_error", "temperature: range: 0..1");
        };
    }

    @Override
    String errorEvent(int events) {
        return named("error", map("type", "error", "error", map("type", "overloaded_error", "message", "Overloaded")));
    }

    private static Refusal refusal(int status, String type, String message) {
        return new Refusal(status, json(map("type", "error", "error", map("type", type, "message", message))));
    }

    private static Map<String, @Nullable Object> message(
            Answering reply, List<Object> content, @Nullable String stopReason, long outputTokens) {
        return map(
                "id",
                "msg_" + reply.number(),
                "type",
                "message",
                "role",
                "assistant",
                "model",
                reply.model(),
                "content",
                content,
                "stop_reason",
                stopReason,
                "stop_sequence",
                null,
                "usage",
                map("input_tokens", reply.inputTokens(), "output_tokens", outputTokens));
    }
}
