package io.github.tideover.provider.openai;

import io.github.tideover.chat.Usage;
import io.github.tideover.wire.Complaint;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.ToolCallPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A piece of a streamed chat completion as the server sent it. Fields this version does not know are read over; a missing
 * or null text is empty.
 *
 * @since 0.1
 */
public final class ChatCompletionChunk {
    private final String id;
    private final String model;
    private final List<Choice> choices;
    private final @Nullable Usage usage;
    private final @Nullable String error;

    private ChatCompletionChunk(
            String id, String model, List<Choice> choices, @Nullable Usage usage, @Nullable String error) {
        this.id = id;
        this.model = model;
        this.choices = choices;
        this.usage = usage;
        this.error = error;
    }

    static ChatCompletionChunk read(JsonParser in) {
        String id = "";
        String model = "";
        List<Choice> choices = List.of();
        Usage usage = null;
        String error = null;
        Complaint complaint = null;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "id" -> id = Json.text(in);
                case "model" -> model = Json.text(in);
                case "choices" -> choices = readChoices(in);
                case "usage" -> usage = Usages.read(in);
                case "error" -> error = Json.error(in);
                default -> complaint = Complaint.take(complaint, name, in);
            }
        }
        if (error == null && complaint != null && choices.isEmpty()) {
            error = complaint.json();
        }
        return new ChatCompletionChunk(id, model, choices, usage, error);
    }

    private static List<Choice> readChoices(JsonParser in) {
        List<Choice> choices = new ArrayList<>(1);
        Json.eachObject(in, each -> choices.add(Choice.read(each)));
        return List.copyOf(choices);
    }

    /**
     * The server's id for the completion.
     *
     * @return the id, empty if this chunk has none
     */
    public String id() {
        return id;
    }

    /**
     * The model that answers.
     *
     * @return the name, empty if this chunk does not say
     */
    public String model() {
        return model;
    }

    /**
     * What is new in each reply.
     *
     * @return an unmodifiable list, often empty in the first or the last chunk
     */
    public List<Choice> choices() {
        return choices;
    }

    /**
     * What is new in the text of the first reply.
     *
     * @return the text, empty if nothing is
     */
    public String text() {
        return choices.isEmpty() ? "" : choices.get(0).delta().text();
    }

    /**
     * What the completion cost so far: of several chunks that say, the last is right.
     *
     * @return the tokens, or empty if this chunk does not say
     */
    public Optional<Usage> usage() {
        return Optional.ofNullable(usage);
    }

    /**
     * The error that a server sends when it cannot go on.
     *
     * @return its JSON, or empty if there is none
     */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    boolean isLast() {
        return !choices.isEmpty() && !choices.get(0).finishReason().isEmpty();
    }

    /** Gives id and model; the texts are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "ChatCompletionChunk{" + id + ", " + model + "}";
    }

    /**
     * What is new in one reply.
     *
     * @since 0.1
     */
    public static final class Choice {
        private final long index;
        private final Delta delta;
        private final String finishReason;

        private Choice(long index, Delta delta, String finishReason) {
            this.index = index;
            this.delta = delta;
            this.finishReason = finishReason;
        }

        private static Choice read(JsonParser in) {
            long index = 0;
            Delta delta = Delta.NONE;
            String finishReason = "";
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                JsonToken value = in.nextToken();
                switch (name) {
                    case "index" -> index = Json.count(in);
                    case "delta" -> {
                        if (value == JsonToken.START_OBJECT) {
                            delta = Delta.read(in);
                        } else {
                            in.skipChildren();
                        }
                    }
                    case "finish_reason" -> finishReason = Json.text(in);
                    default -> in.skipChildren();
                }
            }
            return new Choice(index, delta, finishReason);
        }

        /**
         * Which of several replies this is.
         *
         * @return the number, from 0
         */
        public long index() {
            return index;
        }

        /**
         * What is new.
         *
         * @return the delta, possibly an empty one
         */
        public Delta delta() {
            return delta;
        }

        /**
         * Why the model stopped, in the server's word.
         *
         * @return the word, empty while the model goes on
         */
        public String finishReason() {
            return finishReason;
        }

        /** Gives the finish reason; the text is left out so that a log cannot hold it. */
        @Override
        public String toString() {
            return "Choice{" + index + ", " + finishReason + "}";
        }
    }

    /**
     * What a chunk adds to a message.
     *
     * @since 0.1
     */
    public static final class Delta {
        private static final Delta NONE = new Delta("", "", "", "", List.of());

        private final String role;
        private final String text;
        private final String reasoning;
        private final String refusal;
        private final List<ToolCallDelta> toolCalls;

        private Delta(String role, String text, String reasoning, String refusal, List<ToolCallDelta> toolCalls) {
            this.role = role;
            this.text = text;
            this.reasoning = reasoning;
            this.refusal = refusal;
            this.toolCalls = toolCalls;
        }

        private static Delta read(JsonParser in) {
            String role = "";
            Content content = Content.NONE;
            String reasoning = "";
            ReasoningDetails reasoningDetails = null;
            String transcript = "";
            String refusal = "";
            List<ToolCallDelta> toolCalls = List.of();
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                JsonToken value = in.nextToken();
                switch (name) {
                    case "role" -> role = Json.text(in);
                    case "content" ->
                        content = value == JsonToken.START_ARRAY ? Content.read(in) : Content.of(Json.text(in));
                    case "reasoning_content", "reasoning", "reasoning_text" -> {
                        String more = Json.text(in);
                        // Some servers send both, with the same text.
                        reasoning = reasoning.isEmpty() ? more : reasoning;
                    }
                    case "reasoning_details" -> reasoningDetails = ReasoningDetails.read(in);
                    case "audio" -> transcript = Json.textIn(in, "transcript");
                    case "refusal" -> refusal = Json.text(in);
                    case "tool_calls" -> {
                        List<ToolCallDelta> calls = new ArrayList<>(2);
                        ToolCalls.read(in, ToolCallDelta::new, calls);
                        toolCalls = calls.isEmpty() ? toolCalls : calls;
                    }
                    case "function_call" -> {
                        List<ToolCallDelta> call = ToolCalls.readOldForm(in, ToolCallDelta::new);
                        toolCalls = toolCalls.isEmpty() ? call : toolCalls;
                    }
                    default -> in.skipChildren();
                }
            }
            reasoning = reasoning.isEmpty() ? content.reasoning() : reasoning;
            return new Delta(
                    role,
                    content.text().isEmpty() ? transcript : content.text(),
                    reasoning.isEmpty() && reasoningDetails != null ? reasoningDetails.words() : reasoning,
                    refusal.isEmpty() ? content.refusal() : refusal,
                    List.copyOf(toolCalls));
        }

        /**
         * Who speaks.
         *
         * @return the role, empty if this chunk does not say
         */
        public String role() {
            return role;
        }

        /**
         * What is new in the text; of an answer that is only spoken, in its transcript.
         *
         * @return the text, possibly empty
         */
        public String text() {
            return text;
        }

        /**
         * What is new in the model's reasoning.
         *
         * @return the text, possibly empty
         */
        public String reasoning() {
            return reasoning;
        }

        /**
         * What is new in the model's words of refusal.
         *
         * @return the text, possibly empty
         */
        public String refusal() {
            return refusal;
        }

        /**
         * What is new in the tool calls.
         *
         * @return an unmodifiable list, empty for none
         */
        public List<ToolCallDelta> toolCalls() {
            return toolCalls;
        }

        /** Counts; the text is left out so that a log cannot hold it. */
        @Override
        public String toString() {
            return "Delta{" + text.length() + " characters, " + toolCalls.size() + " parts of tool calls}";
        }
    }

    /**
     * What a chunk adds to a tool call. What it does not give is empty, and must not replace what came before.
     *
     * @since 0.1
     */
    public static final class ToolCallDelta {
        private final long index;
        private final String id;
        private final String name;
        private final String arguments;
        private final String thoughtSignature;

        private ToolCallDelta(long index, String id, String name, String arguments, String thoughtSignature) {
            this.index = index;
            this.id = id;
            this.name = name;
            this.arguments = arguments;
            this.thoughtSignature = thoughtSignature;
        }

        /**
         * Which of the message's tool calls this belongs to.
         *
         * @return the number, from 0, or empty from servers that send each call whole
         */
        public OptionalInt index() {
            return index == ToolCallPart.NO_INDEX ? OptionalInt.empty() : OptionalInt.of((int) index);
        }

        /**
         * The server's id for the call.
         *
         * @return the id, possibly empty
         */
        public String id() {
            return id;
        }

        /**
         * The tool's name.
         *
         * @return the name, possibly empty
         */
        public String name() {
            return name;
        }

        /**
         * What is new in the arguments.
         *
         * @return a part of a JSON text, possibly empty
         */
        public String arguments() {
            return arguments;
        }

        /**
         * The seal under which Gemini keeps what it thought when it made the call.
         *
         * @return opaque text, empty from every other model
         */
        public String thoughtSignature() {
            return thoughtSignature;
        }

        /** Names the tool; the arguments are left out, since they may quote the conversation. */
        @Override
        public String toString() {
            return "ToolCallDelta{" + index + " " + name + "}";
        }
    }
}
