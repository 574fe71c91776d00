package io.github.tideover.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Chat completions, as OpenAI sends them: https://platform.openai.com/docs/api-reference/chat. */
final class ChatSpeech extends Speech {
    static final Speech SPEECH = new ChatSpeech();

    private ChatSpeech() {}

    @Override
    boolean isAskedBy(String path) {
        return path.endsWith("/chat/completions");
    }

    @Override
    JsonNode turns(JsonNode body) {
        return body.path("messages");
    }

    @Override
    List<JsonNode> conversation(JsonNode body) {
        return List.of(turns(body));
    }

    @Override
    String whole(Answering reply) {
        Map<String, @Nullable Object> message =
                map("role", "assistant", "content", reply.hasText() ? reply.text() : null, "refusal", null);
        List<Object> calls = new ArrayList<>();
        for (int i = 0; i < reply.calls().size(); i++) {
            calls.add(call(reply, i, reply.calls().get(i).arguments()));
        }
        if (!calls.isEmpty()) {
            message.put("tool_calls", calls);
        }
        return json(map(
                "id",
                id(reply),
                "object",
                "chat.completion",
                "created",
                reply.created(),
                "model",
                reply.model(),
                "choices",
                List.of(map("index", 0, "message", message, "logprobs", null, "finish_reason", finishReason(reply))),
                "usage",
                usage(reply)));
    }

    private static Map<String, @Nullable Object> call(Answering reply, int index, String arguments) {
        return map(
                "id",
                "call_" + reply.callId(index),
                "type",
                "function",
                "function",
                map("name", reply.calls().get(index).name(), "arguments", arguments));
    }

    private static String finishReason(Answering reply) {
        return reply.calls().isEmpty() ? "stop" : "tool_calls";
    }

    @Override
    Streamed streamed(Answering reply, boolean isWhole) {
        List<String> pieces = new ArrayList<>();
        reply.textTokens().forEach(token -> pieces.add(chunk(reply, map("content", token), null)));
        for (int i = 0; i < reply.calls().size(); i++) {
            Map<String, @Nullable Object> begun = map("index", i);
            begun.putAll(call(reply, i, ""));
            String opening = chunk(reply, map("tool_calls", List.of(begun)), null);
            for (String token : reply.calls().get(i).tokens()) {
                Map<String, @Nullable Object> more = map("index", i, "function", map("arguments", token));
                pieces.add(opening + chunk(reply, map("tool_calls", List.of(more)), null));
                opening = "";
            }
        }
        String counts = reply.wantsUsage() ? event(chunkOf(reply, List.of(), usage(reply))) : "";
        return new Streamed(
                chunk(reply, map("role", "assistant", "content", reply.hasText() ? "" : null, "refusal", null), null),
                pieces,
                chunk(reply, map(), finishReason(reply)) + counts + "data: [DONE]\n\n");
    }

    @Override
    Refusal refusal(Fault fault, String model, @Nullable Duration wait) {
        return OpenAiRefusals.of(fault, model, false);
    }

    @Override
    String errorEvent(int events) {
        return event(map(
                "error",
                map(
                        "message",
                        "The server had an error while processing your request.",
                        "type",
                        "server_error",
                        "param",
                        null,
                        "code",
                        null)));
    }

    private static String chunk(Answering reply, Map<String, @Nullable Object> delta, @Nullable String finishReason) {
        return event(chunkOf(
                reply,
                List.of(map("index", 0, "delta", delta, "logprobs", null, "finish_reason", finishReason)),
                null));
    }

    private static Map<String, @Nullable Object> chunkOf(
            Answering reply, List<Object> choices, @Nullable Object usage) {
        return map(
                "id",
                id(reply),
                "object",
                "chat.completion.chunk",
                "created",
                reply.created(),
                "model",
                reply.model(),
                "choices",
                choices,
                "usage",
                usage);
    }

    private static String id(Answering reply) {
        return "chatcmpl-" + reply.number();
    }

    private static Map<String, @Nullable Object> usage(Answering reply) {
        return map(
                "prompt_tokens",
                reply.inputTokens(),
                "completion_tokens",
                reply.outputTokens(),
                "total_tokens",
                reply.inputTokens() + reply.outputTokens());
    }
}
