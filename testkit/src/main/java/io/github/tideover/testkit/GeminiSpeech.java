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
    JsonNode turns(JsonNode body) {
        return body.path("contents");
    }

    @Override
    List<JsonNode> conversation(JsonNode body) {
        return List.of(body.path("systemInstruction"), turns(body));
    }

    @Override
    String whole(Answering reply) {
        return json(response(reply, parts(reply), true));
    }

    private static List<Object> parts(Answering reply) {
        return reply.parts(
                GeminiSpeech::text,
                (index, call) ->
                        map("functionCall", map("name", call.name(), "args", JSON.readTree(call.arguments()))));
    }

    private static Map<String, @Nullable Object> text(String text) {
        return map("text", text);
    }

    /** What ends a reply comes with its last part, where there is one. A call is one part. */
    @Override
    Streamed streamed(Answering reply, boolean isWhole) {
        List<Object> parts = new ArrayList<>();
        reply.textTokens().forEach(token -> parts.add(text(token)));
        List<Object> all = parts(reply);
        parts.addAll(all.subList(reply.hasText() ? 1 : 0, all.size()));
        boolean endsWithAPart = isWhole && !parts.isEmpty();
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            boolean isLast = endsWithAPart && i == parts.size() - 1;
            pieces.add(event(response(reply, List.of(parts.get(i)), isLast)));
        }
        return new Streamed("", pieces, endsWithAPart ? "" : event(response(reply, List.of(text("")), true)));
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
    String errorEvent(int events) {
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

    private static Map<String, @Nullable Object> response(Answering reply, List<Object> parts, boolean isLast) {
        Map<String, @Nullable Object> candidate = map("content", map("parts", parts, "role", "model"), "index", 0);
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
