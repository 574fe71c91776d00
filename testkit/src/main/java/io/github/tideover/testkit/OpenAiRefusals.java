package io.github.tideover.testkit;

import static io.github.tideover.testkit.Speech.map;

import org.jspecify.annotations.Nullable;

/**
 * OpenAI's refusals, the same on both of its APIs but for two codes. The codes are those of
 * https://platform.openai.com/docs/guides/error-codes.
 */
final class OpenAiRefusals {
    private OpenAiRefusals() {}

    static Refusal of(Fault fault, String model, boolean isResponses) {
        return switch (fault) {
            case OVERLOADED ->
                refusal(
                        503,
                        "The engine is currently overloaded, please try again later",
                        "service_unavailable_error",
                        "server_is_overloaded");
            case SERVER_ERROR ->
                refusal(500, "The server had an error while processing your request.", "server_error", null);
            case RATE_LIMITED -> refusal(429, "Rate limit reached for " + model, "requests", "rate_limit_exceeded");
            case QUOTA_EXHAUSTED ->
                refusal(
                        429,
                        "You exceeded your current quota, please check your plan and billing details.",
                        "insufficient_quota",
                        "insufficient_quota");
            case UNAUTHORIZED ->
                refusal(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key");
            case MODEL_NOT_FOUND ->
                refusal(
                        isResponses ? 400 : 404,
                        "The model '" + model + "' does not exist.",
                        "invalid_request_error",
                        "model_not_found");
            case CONTEXT_TOO_LONG ->
                refusal(
                        400,
                        "Your input exceeds the context window of this model.",
                        "invalid_request_error",
                        "context_length_exceeded");
            case CONTENT_POLICY ->
                refusal(
                        400,
                        "The prompt was flagged as potentially violating the usage policy.",
                        "invalid_request_error",
                        isResponses ? "invalid_prompt" : "content_policy_violation");
            case INVALID_REQUEST ->
                refusal(
                        400,
                        "Unsupported value: 'temperature' does not support this value.",
                        "invalid_request_error",
                        "unsupported_value");
        };
    }

    private static Refusal refusal(int status, String message, String type, @Nullable String code) {
        return new Refusal(
                status, Speech.json(map("error", map("message", message, "type", type, "param", null, "code", code))));
    }
}
