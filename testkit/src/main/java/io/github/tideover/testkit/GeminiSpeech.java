package io.github.tideover.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Gemini's own API: https://ai.google.dev/api/generate-content. */
final class GeminiSpeech extends Speech {
    static final Speech SPEECH = new GeminiSpeech();

    private static final String MODELS = "/models/";

    private GeminiSpeech() {}

    @Override
    boolean isAskedBy(String path) {
        return path.endsWith(":generateContent") || path.endsWith(":streamGenerateContent");
    }

    @Override
    boolean isStream(String path, JsonNode body) {
        return path.endsWith(":streamGenerateContent");
    }

    @Override
    String model(String path, JsonNode body) {
        int from = path.lastIndexOf(MODELS);
        return from < 0 ? "unnamed" : path.substring(from + MODELS.length(), path.lastIndexOf(':'));
    }

    @Override
    List<JsonNode> conversation(JsonNode body) {
        return List.of(body.path("systemInstruction"), body.path("contents"));
    }

    @Override
    String whole(Answering reply) {
        return json(response(reply, reply.text(), true));
    }

    @Override
    String opening(Answering reply) {
        return "";
    }

    @Override
    String piece(Answering reply, int index, String text) {
        return event(response(reply, text, false));
    }

    @Override
    String lastPiece(Answering reply, int index, String text) {
        return event(response(reply, text, true));
    }

    /** Where there is no text, that it is over is left to say. */
    @Override
    String closing(Answering reply) {
        return reply.outputTokens() == 0 ? event(response(reply, "", true)) : "";
    }

    @Override
    Refusal refusal(Fault fault, String model, @Nullable Duration wait) {
        return switch (fault) {
            case OVERLOADED ->
                refusal(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", details(wait));
            case SERVER_ERROR -> refusal(500, "INTERNAL", "An internal error has occurred.", details(wait));
            case RATE_LIMITED ->
                refusal(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", details(wait));
            case QUOTA_EXHAUSTED ->
                refusal(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.", List.of());
            case UNAUTHORIZED ->
                refusal(
                        400,
                        "INVALID_ARGUMENT",
                        "API key not valid. Please pass a valid API key.",
                        List.of(map(
                                "@type",
                                "type.googleapis.com/google.rpc.ErrorInfo",
                                "reason",
                                "API_KEY_INVALID",
                                "domain",
                                "googleapis.com")));
            case MODEL_NOT_FOUND ->
                refusal(404, "NOT_FOUND", "models/" + model + " is not found for API version v1beta.", List.of());
            case CONTEXT_TOO_LONG ->
                refusal(
                        400,
                        "INVALID_ARGUMENT",
                        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
                        List.of());
            case CONTENT_POLICY ->
                new Refusal(
                        200,
                        json(map("promptFeedback", map("blockReason", "PROHIBITED_CONTENT"), "modelVersion", model)));
            case INVALID_REQUEST ->
                refusal(400, "INVALID_ARGUMENT", "Request contains an invalid argument.", List.of());
        };
    }

    @Override
    String errorEvent(Answering reply) {
        return event(map(
                "error",
                map(
                        "code",
                        503,
                        "message",
                        "The model is overloaded. Please try again later.",
                        "status",
                        "UNAVAILABLE")));
    }

    /** Google names the wait in the body, and in no header. */
    private static List<Object> details(@Nullable Duration wait) {
        List<Object> details = new ArrayList<>();
        if (wait != null) {
            String seconds = wait.toNanosPart() == 0
                    ? wait.toSeconds() + "s"
                    : wait.toSeconds() + "." + String.format("%09d", wait.toNanosPart()) + "s";
            details.add(map("@type", "type.googleapis.com/google.rpc.RetryInfo", "retryDelay", seconds));
        }
        return details;
    }

    private static Refusal refusal(int status, String code, String message, List<Object> details) {
        Map<String, @Nullable Object> error = map("code", status, "message", message, "status", code);
        if (!details.isEmpty()) {
            error.put("details", details);
        }
        return new Refusal(status, json(map("error", error)));
    }

    private static Map<String, @Nullable Object> response(Answering reply, String text, boolean isLast) {
        Map<String, @Nullable Object> candidate =
                map("content", map("parts", List.of(map("text", text)), "role", "model"), "index", 0);
        Map<String, @Nullable Object> usage = map("promptTokenCount", reply.inputTokens());
        if (isLast) {
            candidate.put("finishReason", "STOP");
            usage.put("candidatesTokenCount", reply.outputTokens());
        }
        usage.put("totalTokenCount", reply.inputTokens() + (isLast ? reply.outputTokens() : 0));
        return map(
                "candidates",
                List.of(candidate),
                "usageMetadata",
                usage,
                "modelVersion",
                reply.model(),
                "responseId",
                "r" + reply.number());
    }
}
