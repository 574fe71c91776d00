package io.github.tideover.provider.openai;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Role;
import io.github.tideover.wire.Json;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * The body of a chat completion request: a {@link ChatRequest}, a model, and the name this server has for the token
 * limit. Exactly one reply is asked for. Fields beyond those of {@code ChatRequest} are its
 * {@link ChatRequest.Builder#extra extra} fields; one with the name of a field that is set here replaces it.
 *
 * @since 0.1
 */
public final class ChatCompletionRequest {
    /**
     * The token limit's name at OpenAI, whose reasoning models refuse the older one: it counts the tokens spent on
     * reasoning too.
     */
    public static final String MAX_COMPLETION_TOKENS = "max_completion_tokens";

    /** The token limit's older name, the only one that many compatible servers know; they ignore the other. */
    public static final String MAX_TOKENS = "max_tokens";

    private final String model;
    private final ChatRequest request;
    private final String tokenLimitField;

    private ChatCompletionRequest(String model, ChatRequest request, String tokenLimitField) {
        this.model = requireNonNull(model, "model == null");
        this.request = requireNonNull(request, "request == null");
        this.tokenLimitField = requireNonNull(tokenLimitField, "tokenLimitField == null");
    }

    /**
     * Makes a request that gives the token limit as {@link #MAX_COMPLETION_TOKENS}.
     *
     * @param model the model to ask
     * @param request what is asked; its tenant and timeout are not sent
     * @return the request
     */
    public static ChatCompletionRequest of(String model, ChatRequest request) {
        return new ChatCompletionRequest(model, request, MAX_COMPLETION_TOKENS);
    }

    /**
     * Gives the token limit another name.
     *
     * @param field {@link #MAX_TOKENS} as a rule
     * @return a copy with that name
     */
    public ChatCompletionRequest tokenLimitField(String field) {
        return new ChatCompletionRequest(model, request, field);
    }

    /**
     * The model to ask.
     *
     * @return the model's name
     */
    public String model() {
        return model;
    }

    /**
     * What is asked.
     *
     * @return the request
     */
    public ChatRequest request() {
        return request;
    }

    void write(JsonGenerator out, boolean stream) {
        Map<String, Object> extra = request.extra();
        out.writeStartObject();
        if (!extra.containsKey("model")) {
            out.writeName("model");
            Json.string(out, model);
        }
        if (!extra.containsKey("messages")) {
            writeMessages(out);
        }
        if (request.temperature().isPresent() && !extra.containsKey("temperature")) {
            out.writeNumberProperty("temperature", request.temperature().getAsDouble());
        }
        if (request.topP().isPresent() && !extra.containsKey("top_p")) {
            out.writeNumberProperty("top_p", request.topP().getAsDouble());
        }
        if (request.maxOutputTokens().isPresent()
                && !extra.containsKey(MAX_TOKENS)
                && !extra.containsKey(MAX_COMPLETION_TOKENS)) {
            out.writeNumberProperty(tokenLimitField, request.maxOutputTokens().getAsInt());
        }
        if (request.seed().isPresent() && !extra.containsKey("seed")) {
            out.writeNumberProperty("seed", request.seed().getAsLong());
        }
        if (!request.stop().isEmpty() && !extra.containsKey("stop")) {
            out.writeName("stop");
            Json.value(out, request.stop());
        }
        if (request.reasoningEffort().isPresent() && !extra.containsKey("reasoning_effort")) {
            out.writeName("reasoning_effort");
            Json.string(out, request.reasoningEffort().get());
        }
        for (Map.Entry<String, Object> field : extra.entrySet()) {
            // Whether to stream is the method's to say: the reader of the reply depends on it.
            if (!field.getKey().equals("stream")) {
                out.writeName(field.getKey());
                Json.value(out, field.getValue());
            }
        }
        if (stream) {
            out.writeBooleanProperty("stream", true);
            if (!extra.containsKey("stream_options")) {
                out.writeName("stream_options");
                out.writeStartObject();
                out.writeBooleanProperty("include_usage", true);
                out.writeEndObject();
            }
        }
        out.writeEndObject();
    }

    private void writeMessages(JsonGenerator out) {
        out.writeName("messages");
        out.writeStartArray();
        List<Message> messages = request.messages();
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            out.writeStartObject();
            out.writeStringProperty("role", nameOf(message.role()));
            out.writeName("content");
            Json.string(out, message.text());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static String nameOf(Role role) {
        return switch (role) {
            case SYSTEM -> "system";
            case USER -> "user";
            case ASSISTANT -> "assistant";
        };
    }

    /** Names the model and counts the messages; their texts are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "ChatCompletionRequest{" + model + ", " + request + "}";
    }
}
