package io.github.tideover.testkit;

import java.time.Duration;
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
    List<JsonNode> conversation(JsonNode body) {
        return List.of(body.path("system"), body.path("messages"));
    }

    @Override
    String whole(Answering reply) {
        return json(
                message(reply, List.of(map("type", "text", "text", reply.text())), "end_turn", reply.outputTokens()));
    }

    @Override
    String opening(Answering reply) {
        return named("message_start", map("type", "message_start", "message", message(reply, List.of(), null, 1)))
                + named(
                        "content_block_start",
                        map(
                                "type",
                                "content_block_start",
                                "index",
                                0,
                                "content_block",
                                map("type", "text", "text", "")))
                + named("ping", map("type", "ping"));
    }

    @Override
    String piece(Answering reply, int index, String text) {
        return named(
                "content_block_delta",
                map("type", "content_block_delta", "index", 0, "delta", map("type", "text_delta", "text", text)));
    }

    @Override
    String closing(Answering reply) {
        return named("content_block_stop", map("type", "content_block_stop", "index", 0))
                + named(
                        "message_delta",
                        map(
                                "type",
                                "message_delta",
                                "delta",
                                map("stop_reason", "end_turn", "stop_sequence", null),
                                "usage",
                                map("output_tokens", reply.outputTokens())))
                + named("message_stop", map("type", "message_stop"));
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
    String errorEvent(Answering reply) {
        return named("error", map("type", "error", "error", map("type", "overloaded_error", "message", "Overloaded")));
    }

    private static Refusal refusal(int status, String type, String message) {
        return new Refusal(status, json(map("type", "error", "error", map("type", type, "message", message))));
    }

    private static Map<String, @Nullable Object> message(
            Answering reply, List<Object> content, @Nullable String stopReason, int outputTokens) {
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
