package io.github.tideover.testkit;

import java.time.Duration;
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
    List<JsonNode> conversation(JsonNode body) {
        return List.of(body.path("messages"));
    }

    @Override
    String whole(Answering reply) {
        Map<String, @Nullable Object> message = map("role", "assistant", "content", reply.text(), "refusal", null);
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
                List.of(map("index", 0, "message", message, "logprobs", null, "finish_reason", "stop")),
                "usage",
                usage(reply)));
    }

    @Override
    String opening(Answering reply) {
        return chunk(reply, map("role", "assistant", "content", "", "refusal", null), null);
    }

    @Override
    String piece(Answering reply, int index, String text) {
        return chunk(reply, map("content", text), null);
    }

    @Override
    String closing(Answering reply) {
        String counts = reply.wantsUsage() ? event(chunkOf(reply, List.of(), usage(reply))) : "";
        return chunk(reply, map(), "stop") + counts + "data: [DONE]\n\n";
    }

    @Override
    Refusal refusal(Fault fault, String model, @Nullable Duration wait) {
        return OpenAiRefusals.of(fault, model, false);
    }

    @Override
    String errorEvent(Answering reply) {
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
