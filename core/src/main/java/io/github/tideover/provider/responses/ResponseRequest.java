package io.github.tideover.provider.responses;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.provider.Adaptation;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.KnownModels;
import io.github.tideover.provider.responses.StoredResponses.Before;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.ToolSchema;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The body of a request for a response: a {@link ChatRequest} and a model. Fields beyond those of {@code ChatRequest} are its
 * {@link ChatRequest.Builder#extra extra} fields; one with the name of a field that is set here replaces it. What the API lacks
 * is left out, and {@link #adapted()} says so.
 *
 * <p>The provider is asked to store nothing, unless {@link #store(boolean)} says otherwise or the response is to be written
 * {@linkplain #background in the background}.
 * Tools are sent with {@code strict: false}, as they are with chat completions: left to itself the API would hold the model to
 * a schema in which every argument is required.
 *
 * @since 0.1
 */
public final class ResponseRequest {
    private final String model;
    private final ChatRequest asked;
    /** What is asked, as the model can take it. */
    private final ChatRequest request;

    private final List<String> adapted;
    private final boolean background;
    private final boolean store;
    /** The response that this goes on from; null to send all that was said. */
    private final @Nullable Before before;

    private ResponseRequest(
            String model,
            ChatRequest asked,
            ChatRequest request,
            List<String> adapted,
            boolean background,
            boolean store,
            @Nullable Before before) {
        this.model = model;
        this.asked = asked;
        this.request = request;
        this.adapted = adapted;
        this.background = background;
        this.store = store;
        this.before = before;
    }

    /**
     * Makes a request of which what the API lacks, or a model of OpenAI's by its name, is left out or put in another way.
     *
     * @param model the model to ask
     * @param request what is asked; its tenant and timeout are not sent
     * @return the request
     */
    public static ResponseRequest of(String model, ChatRequest request) {
        return of(model, request, KnownModels.byResponses(requireNonNull(model, "model == null")));
    }

    static ResponseRequest of(String model, ChatRequest request, Capabilities capabilities) {
        Adaptation fit = Adaptation.of(requireNonNull(request, "request == null"), model, capabilities);
        return new ResponseRequest(model, request, fit.request(), fit.sentences(), false, false, null);
    }

    /**
     * Sets whether the response is written and stored whether or not anybody listens. Its stream can then be
     * {@linkplain ResponsesApi#resume resumed}, and only {@link ResponsesApi#cancel} stops it. The first piece comes later than
     * of a response in the foreground.
     *
     * @param background whether it is; it is not unless this says so
     * @return a request for which that holds, this one if it does already
     */
    public ResponseRequest background(boolean background) {
        return background == this.background
                ? this
                : new ResponseRequest(model, asked, request, adapted, background, store, before);
    }

    /**
     * Sets whether the provider keeps request and response, so that a later request can go on from there by the extra field
     * {@code previous_response_id}. One in the background is kept in any case.
     *
     * @param store whether it does; it does not unless this says so
     * @return a request for which that holds, this one if it does already
     */
    public ResponseRequest store(boolean store) {
        return store == this.store
                ? this
                : new ResponseRequest(model, asked, request, adapted, background, store, before);
    }

    /** Goes on from a response: what was said up to and with it is not sent. */
    ResponseRequest after(@Nullable Before before) {
        return new ResponseRequest(model, asked, request, adapted, background, store, before);
    }

    @Nullable
    Before before() {
        return before;
    }

    /** Whether what is new may do: the provider has the rest, and the application has not said itself what to send. */
    boolean canGoOn() {
        return isStored()
                && asked.messages().size() == request.messages().size()
                && !isOverridden("previous_response_id")
                && !isOverridden("conversation")
                && !isOverridden("input")
                && !wantsAnyJson(); // whose system message is among what was said, and is to be there
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
     * Whether the response is written in the background.
     *
     * @return true if it is, by {@link #background(boolean)} or by the extra field of that name
     */
    public boolean isBackground() {
        Object extra = request.extra().get("background");
        return extra == null ? background : Boolean.TRUE.equals(extra);
    }

    /**
     * Whether the provider is asked to keep request and response.
     *
     * @return true if it is, by {@link #store(boolean)}, for the background, or by the extra field of that name
     */
    public boolean isStored() {
        Object extra = request.extra().get("store");
        return extra == null ? store || isBackground() : Boolean.TRUE.equals(extra);
    }

    /**
     * What is asked for and not sent as it is asked.
     *
     * @return an unmodifiable list of sentences for people to read, empty as a rule
     */
    public List<String> adapted() {
        return adapted;
    }

    private boolean isOverridden(String field) {
        return request.extra().containsKey(field);
    }

    void write(JsonGenerator out, boolean stream) {
        out.writeStartObject();
        if (!isOverridden("model")) {
            out.writeName("model");
            Json.string(out, model);
        }
        writeConversation(out);
        if (request.temperature().isPresent() && !isOverridden("temperature")) {
            out.writeNumberProperty("temperature", request.temperature().getAsDouble());
        }
        if (request.topP().isPresent() && !isOverridden("top_p")) {
            out.writeNumberProperty("top_p", request.topP().getAsDouble());
        }
        if (request.maxOutputTokens().isPresent() && !isOverridden("max_output_tokens")) {
            out.writeNumberProperty(
                    "max_output_tokens", request.maxOutputTokens().getAsInt());
        }
        if (request.reasoningEffort().isPresent() && !isOverridden("reasoning")) {
            out.writeName("reasoning");
            out.writeStartObject();
            out.writeName("effort");
            Json.string(out, request.reasoningEffort().get());
            out.writeEndObject();
        }
        if (!request.tools().isEmpty()) {
            writeTools(out);
        }
        if (request.responseFormat().isPresent() && !isOverridden("text")) {
            writeFormat(out, request.responseFormat().get());
        }
        if (!isOverridden("store")) {
            out.writeBooleanProperty("store", isStored());
        }
        if (background && !isOverridden("background")) {
            out.writeBooleanProperty("background", true);
        }
        for (Map.Entry<String, Object> field : request.extra().entrySet()) {
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

    private void writeConversation(JsonGenerator out) {
        InputItems input = new InputItems(request.messages());
        // The word JSON, without which no JSON object is given, is not looked for in the instructions.
        Optional<String> instructions = wantsAnyJson() ? Optional.empty() : input.takeInstructions();
        if (instructions.isPresent() && !isOverridden("instructions")) {
            out.writeName("instructions");
            Json.string(out, instructions.get());
        }
        if (before != null) {
            out.writeStringProperty("previous_response_id", before.id());
            input.skip(before.messages());
        }
        if (!isOverridden("input")) {
            out.writeName("input");
            input.write(out);
        }
    }

    private boolean wantsAnyJson() {
        return request.responseFormat()
                .filter(format -> format.schema().isEmpty())
                .isPresent();
    }

    private void writeTools(JsonGenerator out) {
        if (!isOverridden("tools")) {
            out.writeName("tools");
            out.writeStartArray();
            for (Tool tool : request.tools()) {
                out.writeStartObject();
                out.writeStringProperty("type", "function");
                out.writeStringProperty("name", tool.name());
                if (!tool.description().isEmpty()) {
                    out.writeName("description");
                    Json.string(out, tool.description());
                }
                out.writeName("parameters");
                ToolSchema.write(out, tool.parameters());
                out.writeBooleanProperty("strict", false);
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        if (request.toolChoice().isPresent() && !isOverridden("tool_choice")) {
            writeToolChoice(out, request.toolChoice().get());
        }
        if (request.parallelToolCalls().isPresent() && !isOverridden("parallel_tool_calls")) {
            out.writeBooleanProperty(
                    "parallel_tool_calls", request.parallelToolCalls().get());
        }
    }

    private static void writeToolChoice(JsonGenerator out, ToolChoice choice) {
        out.writeName("tool_choice");
        if (choice.mode() != ToolChoice.Mode.TOOL) {
            out.writeString(choice.mode().name().toLowerCase(Locale.ROOT));
            return;
        }
        out.writeStartObject();
        out.writeStringProperty("type", "function");
        out.writeStringProperty("name", choice.tool().orElseThrow());
        out.writeEndObject();
    }

    private static void writeFormat(JsonGenerator out, ResponseFormat format) {
        out.writeName("text");
        out.writeStartObject();
        out.writeName("format");
        out.writeStartObject();
        if (format.schema().isEmpty()) {
            out.writeStringProperty("type", "json_object");
        } else {
            out.writeStringProperty("type", "json_schema");
            out.writeName("name");
            Json.string(out, format.name());
            out.writeName("schema");
            Json.value(out, format.schema().get());
            out.writeBooleanProperty("strict", true);
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    /** Names the model and counts the messages; their texts are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "ResponseRequest{" + model + ", " + request + (isBackground() ? ", in the background" : "") + "}";
    }
}
