package io.github.tideover.provider.anthropic;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.KnownModels;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.ToolSchema;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * The body of a Messages request: a {@link ChatRequest} and a model. Fields beyond those of {@code ChatRequest} are its
 * {@link ChatRequest.Builder#extra extra} fields; one with the name of a field that is set here replaces it.
 *
 * <p>What the API or the model cannot do is sent as near to it as can be, or left out, and {@link #adapted()} says so. What a
 * model takes is known by its name, for the models of Anthropic that were there in November 2026; newer ones are taken to be
 * like the newest.
 *
 * <p>The API asks for a token limit. Without one in the request it is {@link #TOKEN_LIMIT}, or what the model writes at most
 * if that is less; {@link #SHORT_TOKEN_LIMIT} for a model of which that is not known.
 *
 * <p>The reasoning effort is sent as {@code output_config.effort}. Whether the model thinks at all is left as it is by default;
 * the extra field {@code thinking} sets it.
 *
 * @since 0.1
 */
public final class MessagesRequest {
    /**
     * The token limit of a request that sets none. Every Claude since the 4th generation writes at least 32,000 tokens, after
     * Anthropic's overview of its models, and the limit counts thinking too, which some of them do unasked. So long a reply
     * still comes whole within the ten minutes that Anthropic's own libraries allow for one that is not streamed, at the
     * 128,000 tokens an hour they reckon with.
     */
    public static final int TOKEN_LIMIT = 16_384;

    /** The token limit of a request that sets none, for models nobody knows: what the first Claude 3 can write at most. */
    public static final int SHORT_TOKEN_LIMIT = 4_096;

    private final String model;
    private final ChatRequest asked;
    /** What is asked, as the model can take it. */
    private final ChatRequest request;

    private final List<String> adapted;
    private final int tokenLimit;

    private MessagesRequest(String model, ChatRequest asked, Capabilities capabilities) {
        this.model = model;
        this.asked = asked;
        Fitting fitting = new Fitting(asked, model, capabilities);
        this.request = fitting.request;
        this.adapted = fitting.adapted;
        int most = capabilities.maxOutputTokens().orElse(SHORT_TOKEN_LIMIT);
        this.tokenLimit = request.maxOutputTokens().orElse(Math.min(TOKEN_LIMIT, most));
    }

    /**
     * Makes a request.
     *
     * @param model the model to ask
     * @param request what is asked; its tenant and timeout are not sent
     * @return the request
     */
    public static MessagesRequest of(String model, ChatRequest request) {
        return of(
                model,
                requireNonNull(request, "request == null"),
                KnownModels.byMessages(requireNonNull(model, "model == null")));
    }

    static MessagesRequest of(String model, ChatRequest request, Capabilities capabilities) {
        return new MessagesRequest(model, request, capabilities);
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
        return asked;
    }

    /**
     * What is asked for and not sent as it is asked.
     *
     * @return an unmodifiable list of sentences for people to read, empty as a rule
     */
    public List<String> adapted() {
        return adapted;
    }

    void write(JsonGenerator out, boolean stream) {
        Map<String, Object> extra = request.extra();
        out.writeStartObject();
        if (!extra.containsKey("model")) {
            out.writeName("model");
            Json.string(out, model);
        }
        if (!extra.containsKey("max_tokens")) {
            out.writeNumberProperty("max_tokens", tokenLimit);
        }
        if (!extra.containsKey("system")) {
            writeSystem(out);
        }
        if (!extra.containsKey("messages")) {
            out.writeName("messages");
            new Turns(request.messages()).write(out);
        }
        if (request.temperature().isPresent() && !extra.containsKey("temperature")) {
            out.writeNumberProperty("temperature", request.temperature().getAsDouble());
        }
        if (request.topP().isPresent() && !extra.containsKey("top_p")) {
            out.writeNumberProperty("top_p", request.topP().getAsDouble());
        }
        if (!request.stop().isEmpty() && !extra.containsKey("stop_sequences")) {
            out.writeName("stop_sequences");
            Json.value(out, request.stop());
        }
        if (!request.tools().isEmpty()) {
            writeTools(out);
        }
        writeOutputConfig(out);
        for (Map.Entry<String, Object> field : extra.entrySet()) {
            // Whether to stream is the method's to say: the reader of the reply depends on it.
            if (!field.getKey().equals("stream")) {
                out.writeName(field.getKey());
                Json.value(out, field.getValue());
            }
        }
        if (stream) {
            out.writeBooleanProperty("stream", true);
        }
        out.writeEndObject();
    }

    private void writeSystem(JsonGenerator out) {
        List<String> texts = request.messages().stream()
                .filter(message -> message.role() == Role.SYSTEM)
                .map(Message::text)
                .filter(text -> !text.isBlank())
                .toList();
        if (texts.isEmpty()) {
            return;
        }
        out.writeName("system");
        if (texts.size() == 1) {
            Json.string(out, texts.get(0));
            return;
        }
        out.writeStartArray();
        texts.forEach(text -> Turns.writeText(out, text));
        out.writeEndArray();
    }

    private void writeTools(JsonGenerator out) {
        Map<String, Object> extra = request.extra();
        if (!extra.containsKey("tools")) {
            out.writeName("tools");
            out.writeStartArray();
            for (Tool tool : request.tools()) {
                out.writeStartObject();
                out.writeStringProperty("name", tool.name());
                if (!tool.description().isEmpty()) {
                    out.writeName("description");
                    Json.string(out, tool.description());
                }
                out.writeName("input_schema");
                ToolSchema.write(out, tool.parameters());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        if (!extra.containsKey("tool_choice")) {
            writeToolChoice(out);
        }
    }

    private void writeToolChoice(JsonGenerator out) {
        boolean oneAtATime = !request.parallelToolCalls().orElse(true);
        if (request.toolChoice().isEmpty() && !oneAtATime) {
            return;
        }
        ToolChoice choice = request.toolChoice().orElse(ToolChoice.AUTO);
        out.writeName("tool_choice");
        out.writeStartObject();
        out.writeStringProperty(
                "type",
                choice.mode() == ToolChoice.Mode.REQUIRED
                        ? "any"
                        : choice.mode().name().toLowerCase(Locale.ROOT));
        if (choice.tool().isPresent()) {
            out.writeName("name");
            Json.string(out, choice.tool().get());
        }
        if (oneAtATime && choice.mode() != ToolChoice.Mode.NONE) {
            out.writeBooleanProperty("disable_parallel_tool_use", true);
        }
        out.writeEndObject();
    }

    private void writeOutputConfig(JsonGenerator out) {
        String effort = request.reasoningEffort().orElse(null);
        Map<String, Object> schema =
                request.responseFormat().flatMap(ResponseFormat::schema).orElse(null);
        if (effort == null && schema == null || request.extra().containsKey("output_config")) {
            return;
        }
        out.writeName("output_config");
        out.writeStartObject();
        if (effort != null) {
            out.writeName("effort");
            Json.string(out, effort);
        }
        if (schema != null) {
            out.writeName("format");
            out.writeStartObject();
            out.writeStringProperty("type", "json_schema");
            out.writeName("schema");
            Json.value(out, schema);
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    /** Names the model and counts the messages; their texts are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "MessagesRequest{" + model + ", " + request + "}";
    }
}
