package io.github.tideover.provider.openai;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.ThoughtSeal;
import io.github.tideover.wire.ToolCallIds;
import io.github.tideover.wire.ToolSchema;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
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

    /**
     * Models that take an id of nine letters and digits for a tool call and no other, wherever they run: see
     * <a href="https://github.com/mistralai/mistral-common">what turns their conversations into tokens</a>.
     */
    private static final Pattern OF_MISTRAL =
            Pattern.compile("(?i)mistral|mixtral|ministral|codestral|devstral|magistral|pixtral|voxtral");

    private final String model;
    private final ChatRequest request;
    private final String tokenLimitField;
    private final boolean isForOpenRouter;

    private ChatCompletionRequest(String model, ChatRequest request, String tokenLimitField, boolean isForOpenRouter) {
        this.model = requireNonNull(model, "model == null");
        this.request = requireNonNull(request, "request == null");
        this.tokenLimitField = requireNonNull(tokenLimitField, "tokenLimitField == null");
        this.isForOpenRouter = isForOpenRouter;
    }

    /**
     * Makes a request that gives the token limit as {@link #MAX_COMPLETION_TOKENS}.
     *
     * @param model the model to ask
     * @param request what is asked; its tenant and timeout are not sent
     * @return the request
     */
    public static ChatCompletionRequest of(String model, ChatRequest request) {
        return new ChatCompletionRequest(model, request, MAX_COMPLETION_TOKENS, false);
    }

    /**
     * Gives the token limit another name.
     *
     * @param field {@link #MAX_TOKENS} as a rule
     * @return a copy with that name
     */
    public ChatCompletionRequest tokenLimitField(String field) {
        return new ChatCompletionRequest(model, request, field, isForOpenRouter);
    }

    /** Says that it goes to OpenRouter, which wants {@link ReasoningDetails} back; others may refuse the field. */
    ChatCompletionRequest forOpenRouter() {
        return new ChatCompletionRequest(model, request, tokenLimitField, true);
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
        if (!request.tools().isEmpty()) {
            writeTools(out);
        }
        if (request.responseFormat().isPresent() && !extra.containsKey("response_format")) {
            writeResponseFormat(out, request.responseFormat().get());
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

    private void writeTools(JsonGenerator out) {
        Map<String, Object> extra = request.extra();
        if (!extra.containsKey("tools")) {
            out.writeName("tools");
            out.writeStartArray();
            for (Tool tool : request.tools()) {
                out.writeStartObject();
                out.writeStringProperty("type", "function");
                out.writeName("function");
                out.writeStartObject();
                out.writeStringProperty("name", tool.name());
                if (!tool.description().isEmpty()) {
                    out.writeName("description");
                    Json.string(out, tool.description());
                }
                out.writeName("parameters");
                ToolSchema.write(out, tool.parameters());
                out.writeEndObject();
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        if (request.toolChoice().isPresent() && !extra.containsKey("tool_choice")) {
            writeToolChoice(out, request.toolChoice().get());
        }
        if (request.parallelToolCalls().isPresent() && !extra.containsKey("parallel_tool_calls")) {
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
        out.writeName("function");
        out.writeStartObject();
        out.writeStringProperty("name", choice.tool().orElseThrow());
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void writeResponseFormat(JsonGenerator out, ResponseFormat format) {
        out.writeName("response_format");
        out.writeStartObject();
        if (format.schema().isEmpty()) {
            out.writeStringProperty("type", "json_object");
        } else {
            out.writeStringProperty("type", "json_schema");
            out.writeName("json_schema");
            out.writeStartObject();
            out.writeName("name");
            Json.string(out, format.name());
            out.writeName("schema");
            Json.value(out, format.schema().get());
            out.writeBooleanProperty("strict", true);
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static boolean callTools(List<Message> messages) {
        for (int i = 0; i < messages.size(); i++) {
            if (messages.get(i).role() == Role.TOOL
                    || !messages.get(i).toolCalls().isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private void writeMessages(JsonGenerator out) {
        out.writeName("messages");
        out.writeStartArray();
        List<Message> messages = request.messages();
        boolean callTools = callTools(messages);
        boolean keepThoughts = callTools && KeptThoughts.areWantedBy(model);
        ToolCallIds ids = new ToolCallIds(
                callTools && OF_MISTRAL.matcher(model).find() ? ToolCallIds.Form.NINE : ToolCallIds.Form.SHORT);
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            out.writeStartObject();
            out.writeStringProperty("role", nameOf(message.role()));
            if (message.role() == Role.TOOL) {
                out.writeName("tool_call_id");
                Json.string(out, ids.answeredBy(message.answered()));
            }
            out.writeName("content");
            if (!message.toolCalls().isEmpty() && message.text().isEmpty()) {
                out.writeNull(); // an empty text beside tool calls is refused by some
            } else if (message.parts().size() == 1 && message.parts().get(0) instanceof Part.Text) {
                Json.string(out, message.text());
            } else {
                writeParts(out, message.parts());
            }
            if (keepThoughts && message.role() == Role.ASSISTANT) {
                KeptThoughts.write(out, message, model);
            }
            if (!message.toolCalls().isEmpty()) {
                String idOfFirst = writeToolCalls(out, message.toolCalls(), ids);
                if (isForOpenRouter) {
                    ReasoningDetails.write(out, message.toolCalls().get(0), idOfFirst, model);
                }
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void writeParts(JsonGenerator out, List<Part> parts) {
        out.writeStartArray();
        for (Part part : parts) {
            out.writeStartObject();
            if (part instanceof Part.Text text) {
                out.writeStringProperty("type", "text");
                out.writeName("text");
                Json.string(out, text.text());
            } else if (part instanceof Part.Image image) {
                out.writeStringProperty("type", "image_url");
                out.writeName("image_url");
                out.writeStartObject();
                out.writeName("url");
                Json.string(out, image.address().orElseGet(() -> dataUrl(image.mediaType(), image.base64())));
                out.writeEndObject();
            } else if (part instanceof Part.File file) {
                out.writeStringProperty("type", "file");
                out.writeName("file");
                out.writeStartObject();
                out.writeName("filename");
                Json.string(out, file.name());
                out.writeName("file_data");
                Json.string(out, dataUrl(file.mediaType(), file.base64()));
                out.writeEndObject();
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static String dataUrl(String mediaType, String base64) {
        return "data:" + mediaType + ";base64," + base64;
    }

    /** Returns the id under which the first goes. */
    private String writeToolCalls(JsonGenerator out, List<ToolCall> calls, ToolCallIds ids) {
        String idOfFirst = "";
        out.writeName("tool_calls");
        out.writeStartArray();
        for (ToolCall call : calls) {
            String id = ids.of(call);
            idOfFirst = idOfFirst.isEmpty() ? id : idOfFirst;
            out.writeStartObject();
            out.writeName("id");
            Json.string(out, id);
            out.writeStringProperty("type", "function");
            out.writeName("function");
            out.writeStartObject();
            out.writeName("name");
            Json.string(out, call.name());
            out.writeName("arguments");
            Json.string(out, call.arguments().isBlank() ? "{}" : call.arguments());
            out.writeEndObject();
            String signature = call.thoughtSignature();
            if (ThoughtSeal.isSignature(signature) && ThoughtSignature.isKnownTo(model)) {
                ThoughtSignature.write(out, signature);
            }
            out.writeEndObject();
        }
        out.writeEndArray();
        return idOfFirst;
    }

    private static String nameOf(Role role) {
        return switch (role) {
            case SYSTEM -> "system";
            case USER -> "user";
            case ASSISTANT -> "assistant";
            case TOOL -> "tool";
        };
    }

    /** Names the model and counts the messages; their texts are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "ChatCompletionRequest{" + model + ", " + request + "}";
    }
}
