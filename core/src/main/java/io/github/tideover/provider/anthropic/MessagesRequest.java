package io.github.tideover.provider.anthropic;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.wire.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * The body of a Messages request: a {@link ChatRequest} and a model. Fields beyond those of {@code ChatRequest} are its
 * {@link ChatRequest.Builder#extra extra} fields; one with the name of a field that is set here replaces it.
 *
 * <p>What the API or the model cannot do is sent as near to it as can be, or left out, and {@link #adapted()} says so. What a
 * model takes is known by its name, for the models of Anthropic that were there in October 2026; newer ones are taken to be
 * like the newest.
 *
 * <p>The API asks for a token limit. Without one in the request it is {@link #TOKEN_LIMIT}, and {@link #SHORT_TOKEN_LIMIT} for
 * a Claude before the 4th generation and for models of others.
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

    /** The token limit of a request that sets none, for older models: what the Claude 3 models can write at most. */
    public static final int SHORT_TOKEN_LIMIT = 4_096;

    private final String model;
    private final ChatRequest request;
    private final Fitting fitting;
    private final int tokenLimit;

    private MessagesRequest(String model, ChatRequest request) {
        this.model = requireNonNull(model, "model == null");
        this.request = requireNonNull(request, "request == null");
        ModelTraits traits = new ModelTraits(model);
        this.fitting = new Fitting(request, model, traits);
        this.tokenLimit = request.maxOutputTokens().orElse(traits.writesLong() ? TOKEN_LIMIT : SHORT_TOKEN_LIMIT);
    }

    /**
     * Makes a request.
     *
     * @param model the model to ask
     * @param request what is asked; its tenant and timeout are not sent
     * @return the request
     */
    public static MessagesRequest of(String model, ChatRequest request) {
        return new MessagesRequest(model, request);
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

    /**
     * What is asked for and not sent as it is asked.
     *
     * @return an unmodifiable list of sentences for people to read, empty as a rule
     */
    public List<String> adapted() {
        return fitting.adapted;
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
        if (fitting.temperature != null) {
            out.writeNumberProperty("temperature", fitting.temperature);
        }
        if (fitting.topP != null) {
            out.writeNumberProperty("top_p", fitting.topP);
        }
        if (!fitting.stop.isEmpty()) {
            out.writeName("stop_sequences");
            Json.value(out, fitting.stop);
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
                writeSchema(out, tool.parameters());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        if (!extra.containsKey("tool_choice")) {
            writeToolChoice(out);
        }
    }

    /** Anthropic refuses a schema that does not say it is an object's; others take it, of a tool without arguments above all. */
    private static void writeSchema(JsonGenerator out, Map<String, Object> schema) {
        out.writeStartObject();
        if (!schema.containsKey("type")) {
            out.writeStringProperty("type", "object");
        }
        for (Map.Entry<String, Object> field : schema.entrySet()) {
            out.writeName(field.getKey());
            Json.value(out, field.getValue());
        }
        out.writeEndObject();
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
        if (fitting.effort == null && fitting.schema == null) {
            return;
        }
        out.writeName("output_config");
        out.writeStartObject();
        if (fitting.effort != null) {
            out.writeName("effort");
            Json.string(out, fitting.effort);
        }
        if (fitting.schema != null) {
            out.writeName("format");
            out.writeStartObject();
            out.writeStringProperty("type", "json_schema");
            out.writeName("schema");
            Json.value(out, fitting.schema);
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
