package io.github.tideover.provider.gemini;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.provider.Adaptation;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.KnownModels;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.ThoughtSeal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The body of a request to Gemini: a {@link ChatRequest} and the model it is for, which decides how some of it is said.
 * Exactly one reply is asked for. Fields beyond those of {@code ChatRequest} are its {@link ChatRequest.Builder#extra
 * extra} fields; one with the name of a field that is set here replaces it, and those in an extra
 * {@code generationConfig} join what is set there.
 *
 * <p>System messages become the system instruction, and messages of one role that follow each other become one content, as
 * Gemini wants it. What the request asks and Gemini cannot do is left out or put in another way; {@link #adapted()} says
 * what.
 *
 * @since 0.1
 */
public final class GenerateContentRequest {
    private static final String CONFIG = "generationConfig";

    private static final int LONGEST_NAME = 40;

    private final Model model;
    private final ChatRequest asked;
    /** What is asked, as the model can take it. */
    private final ChatRequest request;

    private final List<String> adapted;

    private GenerateContentRequest(String model, ChatRequest asked, Capabilities capabilities) {
        this.model = Model.of(model);
        this.asked = asked;
        Adaptation fit = Adaptation.of(asked, this.model.name(), capabilities);
        this.request = fit.request();
        this.adapted = List.copyOf(adaptations(fit.sentences()));
    }

    /**
     * Makes a request.
     *
     * @param model the model to ask, such as {@code "gemini-2.5-flash"}; {@code models/} before it may be given or left out
     * @param request what is asked; its tenant and timeout are not sent
     * @return the request
     */
    public static GenerateContentRequest of(String model, ChatRequest request) {
        return of(
                model,
                requireNonNull(request, "request == null"),
                KnownModels.byGemini(requireNonNull(model, "model == null")));
    }

    static GenerateContentRequest of(String model, ChatRequest request, Capabilities capabilities) {
        return new GenerateContentRequest(model, request, capabilities);
    }

    /**
     * The model to ask.
     *
     * @return the model's name as it stands in the address
     */
    public String model() {
        return model.name();
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
     * What the request asks and Gemini cannot do, and what is sent instead.
     *
     * @return an unmodifiable list of plain sentences, empty if the request is sent as it is
     */
    public List<String> adapted() {
        return adapted;
    }

    private List<String> adaptations(List<String> first) {
        List<String> sentences = new ArrayList<>(first);
        if (isSystemOnly()) {
            sentences.add("Gemini answers no request of system messages alone; they were sent as the user's.");
        } else if (hasLateSystemMessage()) {
            sentences.add(
                    "Gemini takes system messages at the beginning only; those from the middle of the conversation"
                            + " were put there.");
        }
        for (Message message : request.messages()) {
            for (Part part : message.parts()) {
                if (part instanceof Part.File) {
                    addOnce(sentences, "Gemini takes no names of files; they were left out.");
                }
            }
            for (ToolCall call : message.toolCalls()) {
                if (argumentsOf(call) == null) {
                    addOnce(
                            sentences,
                            "The arguments of a call of " + shortened(call.name())
                                    + " are no JSON object, and Gemini takes nothing else; they were left out.");
                }
            }
        }
        if (request.seed().isPresent() && seed().isEmpty()) {
            sentences.add("Gemini takes a seed of 32 bits; the seed is longer and was left out.");
        }
        request.reasoningEffort()
                .map(effort -> Thinking.of(model, effort).adaptation())
                .filter(sentence -> !sentence.isEmpty())
                .ifPresent(sentences::add);
        return sentences;
    }

    private static void addOnce(List<String> sentences, String sentence) {
        if (!sentences.contains(sentence)) {
            sentences.add(sentence);
        }
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "\u2026";
    }

    private boolean isSystemOnly() {
        return request.messages().stream().allMatch(message -> message.role() == Role.SYSTEM);
    }

    private boolean hasLateSystemMessage() {
        boolean others = false;
        for (Message message : request.messages()) {
            if (message.role() != Role.SYSTEM) {
                others = true;
            } else if (others) {
                return true;
            }
        }
        return false;
    }

    private OptionalLong seed() {
        OptionalLong seed = request.seed();
        return seed.isPresent() && seed.getAsLong() == (int) seed.getAsLong() ? seed : OptionalLong.empty();
    }

    void write(JsonGenerator out) {
        Map<String, Object> extra = request.extra();
        out.writeStartObject();
        boolean systemOnly = isSystemOnly();
        if (!systemOnly && !extra.containsKey("systemInstruction")) {
            writeSystemInstruction(out);
        }
        if (!extra.containsKey("contents")) {
            writeContents(out, systemOnly);
        }
        if (!request.tools().isEmpty()) {
            writeTools(out);
        }
        writeConfig(out);
        for (Map.Entry<String, Object> field : extra.entrySet()) {
            if (!isMergedConfig(field.getKey())) {
                out.writeName(field.getKey());
                Json.value(out, field.getValue());
            }
        }
        out.writeEndObject();
    }

    private boolean isMergedConfig(String field) {
        return field.equals(CONFIG) && request.extra().get(CONFIG) instanceof Map;
    }

    private void writeSystemInstruction(JsonGenerator out) {
        if (request.messages().stream().noneMatch(message -> message.role() == Role.SYSTEM)) {
            return;
        }
        out.writeName("systemInstruction");
        out.writeStartObject();
        out.writeName("parts");
        out.writeStartArray();
        for (Message message : request.messages()) {
            if (message.role() == Role.SYSTEM) {
                writeText(out, message.text());
            }
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void writeContents(JsonGenerator out, boolean systemOnly) {
        out.writeName("contents");
        out.writeStartArray();
        String open = "";
        for (Message message : request.messages()) {
            if (message.role() == Role.SYSTEM ? !systemOnly : saysNothing(message)) {
                continue;
            }
            String role = message.role() == Role.ASSISTANT ? "model" : "user";
            if (!role.equals(open)) {
                if (!open.isEmpty()) {
                    endContent(out);
                }
                startContent(out, role);
                open = role;
            }
            writeParts(out, message);
        }
        if (open.isEmpty()) {
            startContent(out, "user");
            writeText(out, "");
        }
        endContent(out);
        out.writeEndArray();
    }

    /** Gemini refuses a part of empty text, so a message that is no more than that is passed over. */
    private static boolean saysNothing(Message message) {
        return message.role() != Role.TOOL
                && message.toolCalls().isEmpty()
                && message.parts().stream().allMatch(GenerateContentRequest::isEmptyText);
    }

    private static boolean isEmptyText(Part part) {
        return part instanceof Part.Text said && said.text().isEmpty();
    }

    private static void startContent(JsonGenerator out, String role) {
        out.writeStartObject();
        out.writeStringProperty("role", role);
        out.writeName("parts");
        out.writeStartArray();
    }

    private static void endContent(JsonGenerator out) {
        out.writeEndArray();
        out.writeEndObject();
    }

    private void writeParts(JsonGenerator out, Message message) {
        if (message.role() == Role.TOOL) {
            writeResult(out, message.answered(), message.text());
            return;
        }
        for (Part part : message.parts()) {
            if (!isEmptyText(part)) {
                writePart(out, part);
            }
        }
        boolean isFirst = true;
        for (ToolCall call : message.toolCalls()) {
            writeCall(out, call, isFirst);
            isFirst = false;
        }
    }

    private static void writePart(JsonGenerator out, Part part) {
        if (part instanceof Part.Text said) {
            writeText(out, said.text());
        } else if (part instanceof Part.File file) {
            writeInline(out, file.mediaType(), file.base64());
        } else if (part instanceof Part.Image image) {
            if (image.address().isEmpty()) {
                writeInline(out, image.mediaType(), image.base64());
                return;
            }
            // Gemini fetches what lies at a public address: https://ai.google.dev/gemini-api/docs/file-input-methods.
            String address = image.address().get();
            out.writeStartObject();
            out.writeName("fileData");
            out.writeStartObject();
            String type = MediaTypes.ofImage(address);
            if (!type.isEmpty()) {
                out.writeStringProperty("mimeType", type);
            }
            out.writeName("fileUri");
            Json.string(out, address);
            out.writeEndObject();
            out.writeEndObject();
        }
    }

    private static void writeText(JsonGenerator out, String text) {
        out.writeStartObject();
        out.writeName("text");
        Json.string(out, text);
        out.writeEndObject();
    }

    private static void writeInline(JsonGenerator out, String mediaType, String base64) {
        out.writeStartObject();
        out.writeName("inlineData");
        out.writeStartObject();
        out.writeName("mimeType");
        Json.string(out, mediaType);
        out.writeStringProperty("data", base64);
        out.writeEndObject();
        out.writeEndObject();
    }

    private void writeCall(JsonGenerator out, ToolCall call, boolean isFirst) {
        out.writeStartObject();
        out.writeName("functionCall");
        out.writeStartObject();
        writeIdAndName(out, call);
        out.writeName("args");
        String arguments = argumentsOf(call);
        out.writeRawValue(arguments == null ? "{}" : arguments);
        out.writeEndObject();
        String signature = ThoughtSeal.isSignature(call.thoughtSignature()) ? call.thoughtSignature() : "";
        if (signature.isEmpty() && isFirst && model.signsCalls()) {
            signature = ThoughtSeal.UNSIGNED;
        }
        if (!signature.isEmpty()) {
            out.writeName("thoughtSignature");
            Json.string(out, signature);
        }
        out.writeEndObject();
    }

    private static void writeResult(JsonGenerator out, ToolCall call, String result) {
        out.writeStartObject();
        out.writeName("functionResponse");
        out.writeStartObject();
        writeIdAndName(out, call);
        out.writeName("response");
        String object = objectOf(result);
        if (object != null) {
            out.writeRawValue(object);
        } else {
            out.writeStartObject();
            out.writeName("result");
            Json.string(out, result);
            out.writeEndObject();
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void writeIdAndName(JsonGenerator out, ToolCall call) {
        if (!call.id().isEmpty()) {
            out.writeName("id");
            Json.string(out, call.id());
        }
        out.writeName("name");
        Json.string(out, call.name());
    }

    /** The arguments as a JSON object, or null if they are none. */
    private static @Nullable String argumentsOf(ToolCall call) {
        return call.arguments().isBlank() ? "{}" : objectOf(call.arguments());
    }

    /** The text as it is if it is one JSON object and nothing else, or null. */
    private static @Nullable String objectOf(String text) {
        if (text.isEmpty() || "{ \t\r\n".indexOf(text.charAt(0)) < 0) {
            return null;
        }
        // Through bytes and back: half of a surrogate pair could not be sent.
        byte[] json = text.strip().getBytes(StandardCharsets.UTF_8);
        try {
            boolean isAll = Json.read(json, 0, json.length, in -> {
                in.skipChildren();
                return in.nextToken() == null;
            });
            return isAll ? new String(json, StandardCharsets.UTF_8) : null;
        } catch (MalformedReplyException e) {
            return null;
        }
    }

    private void writeTools(JsonGenerator out) {
        Map<String, Object> extra = request.extra();
        if (!extra.containsKey("tools")) {
            out.writeName("tools");
            out.writeStartArray();
            out.writeStartObject();
            out.writeName("functionDeclarations");
            out.writeStartArray();
            for (Tool tool : request.tools()) {
                out.writeStartObject();
                out.writeStringProperty("name", tool.name());
                if (!tool.description().isEmpty()) {
                    out.writeName("description");
                    Json.string(out, tool.description());
                }
                if (!tool.parameters().isEmpty()) {
                    // JSON schema as it is. The older "parameters" takes a part of it only, and refuses the rest.
                    out.writeName("parametersJsonSchema");
                    Json.value(out, tool.parameters());
                }
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
            out.writeEndArray();
        }
        if (request.toolChoice().isPresent() && !extra.containsKey("toolConfig")) {
            writeToolChoice(out, request.toolChoice().get());
        }
    }

    private static void writeToolChoice(JsonGenerator out, ToolChoice choice) {
        out.writeName("toolConfig");
        out.writeStartObject();
        out.writeName("functionCallingConfig");
        out.writeStartObject();
        out.writeStringProperty(
                "mode",
                switch (choice.mode()) {
                    case AUTO -> "AUTO";
                    case NONE -> "NONE";
                    case REQUIRED, TOOL -> "ANY";
                });
        if (choice.tool().isPresent()) {
            out.writeName("allowedFunctionNames");
            out.writeStartArray();
            Json.string(out, choice.tool().get());
            out.writeEndArray();
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    private void writeConfig(JsonGenerator out) {
        Object given = request.extra().get(CONFIG);
        if (given != null && !(given instanceof Map)) {
            return; // written with the other extra fields, and the provider's to refuse
        }
        Config config = new Config(out, given instanceof Map<?, ?> map ? map : Map.of());
        if (request.temperature().isPresent() && config.wants("temperature")) {
            out.writeNumber(request.temperature().getAsDouble());
        }
        if (request.topP().isPresent() && config.wants("topP")) {
            out.writeNumber(request.topP().getAsDouble());
        }
        if (request.maxOutputTokens().isPresent() && config.wants("maxOutputTokens")) {
            out.writeNumber(request.maxOutputTokens().getAsInt());
        }
        if (seed().isPresent() && config.wants("seed")) {
            out.writeNumber(seed().getAsLong());
        }
        if (!request.stop().isEmpty() && config.wants("stopSequences")) {
            Json.value(out, request.stop());
        }
        ResponseFormat format = request.responseFormat().orElse(null);
        if (format != null && config.wants("responseMimeType")) {
            out.writeString("application/json");
        }
        if (format != null && format.schema().isPresent() && config.wants("responseJsonSchema")) {
            Json.value(out, format.schema().get());
        }
        if (request.reasoningEffort().isPresent()) {
            Thinking thinking = Thinking.of(model, request.reasoningEffort().get());
            if (!thinking.isDefault() && config.wants("thinkingConfig")) {
                thinking.write(out);
            }
        }
        config.end();
    }

    /** The generation config, which is not there at all if nothing is in it. */
    private static final class Config {
        private final JsonGenerator out;
        private final Map<?, ?> given;
        private boolean begun;

        Config(JsonGenerator out, Map<?, ?> given) {
            this.out = out;
            this.given = given;
        }

        /** Whether the field is ours to write; its name is written then. */
        boolean wants(String field) {
            if (given.containsKey(field)) {
                return false;
            }
            begin();
            out.writeName(field);
            return true;
        }

        private void begin() {
            if (!begun) {
                begun = true;
                out.writeName(CONFIG);
                out.writeStartObject();
            }
        }

        void end() {
            for (Map.Entry<?, ?> field : given.entrySet()) {
                begin();
                out.writeName((String) field.getKey());
                Json.value(out, field.getValue());
            }
            if (begun) {
                out.writeEndObject();
            }
        }
    }

    /** Names the model and counts the messages; their texts are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "GenerateContentRequest{" + model.name() + ", " + request + "}";
    }
}
