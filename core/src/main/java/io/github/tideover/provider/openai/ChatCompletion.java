package io.github.tideover.provider.openai;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.wire.Complaint;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.Unread;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A chat completion as the server sent it. Fields this version does not know are read over; a missing or null text is
 * empty, and a missing or null number is 0.
 *
 * @since 0.1
 */
public final class ChatCompletion {
    private final String id;
    private final String object;
    private final long created;
    private final String model;
    private final List<Choice> choices;
    private final Unread unread;
    private final @Nullable Usage usage;
    private final @Nullable String error;

    private ChatCompletion(
            String id,
            String object,
            long created,
            String model,
            List<Choice> choices,
            Unread unread,
            @Nullable Usage usage,
            @Nullable String error) {
        this.id = id;
        this.object = object;
        this.created = created;
        this.model = model;
        this.choices = choices;
        this.unread = unread;
        this.usage = usage;
        this.error = error;
    }

    static ChatCompletion read(JsonParser in) {
        String id = "";
        String object = "";
        long created = 0;
        String model = "";
        List<Choice> choices = List.of();
        Unread unread = Unread.NOTHING;
        Usage usage = null;
        String error = null;
        Complaint complaint = null;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (name) {
                case "id" -> id = Json.text(in);
                case "object" -> object = Json.text(in, "chat.completion");
                case "created" -> created = Json.count(in);
                case "model" -> model = Json.text(in);
                case "choices" -> choices = value == JsonToken.START_ARRAY ? readChoices(in) : skip(in);
                case "usage" -> usage = Usages.read(in);
                case "error" -> error = Json.error(in);
                default -> {
                    if (BesideWords.isBesideChoices(name)) {
                        unread = unread.and(name, in);
                    } else {
                        complaint = Complaint.take(complaint, name, in);
                    }
                }
            }
        }
        if (error == null && complaint != null && choices.isEmpty()) {
            error = complaint.json();
        }
        return new ChatCompletion(id, object, created, model, choices, unread, usage, error);
    }

    private static List<Choice> skip(JsonParser in) {
        in.skipChildren();
        return List.of();
    }

    private static List<Choice> readChoices(JsonParser in) {
        List<Choice> choices = List.of();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() != JsonToken.START_OBJECT) {
                in.skipChildren();
                continue;
            }
            Choice choice = Choice.read(in);
            // One is what was asked for, and what comes.
            if (choices.isEmpty()) {
                choices = List.of(choice);
            } else {
                choices = new ArrayList<>(choices);
                choices.add(choice);
            }
        }
        return choices.size() > 1 ? Collections.unmodifiableList(choices) : choices;
    }

    /**
     * The server's id for the completion.
     *
     * @return the id, empty if it gave none
     */
    public String id() {
        return id;
    }

    /**
     * What the server calls this kind of document, {@code "chat.completion"} as a rule.
     *
     * @return the name, empty if it gave none
     */
    public String object() {
        return object;
    }

    /**
     * When the server made it.
     *
     * @return seconds since 1970, 0 if it did not say
     */
    public long created() {
        return created;
    }

    /**
     * The model that answered.
     *
     * @return the name, empty if the server did not say
     */
    public String model() {
        return model;
    }

    /**
     * The replies: one, unless an extra field asked for more.
     *
     * @return an unmodifiable list, empty if the server sent an {@link #error()} instead
     */
    public List<Choice> choices() {
        return choices;
    }

    /**
     * The text of the first reply.
     *
     * @return the text, empty if there is none
     */
    public String text() {
        return choices.isEmpty() ? "" : choices.get(0).message().text();
    }

    /** The one that counts where one was asked for; not to be asked of none. */
    Choice first() {
        for (Choice choice : choices) {
            if (choice.index() == 0) {
                return choice;
            }
        }
        return choices.get(0);
    }

    /** What its first reply holds beside words, and it itself. */
    Unread unread() {
        if (choices.isEmpty()) {
            return unread;
        }
        Unread all = first().message().unread.and(unread);
        return choices.size() == 1 ? all : all.and(BesideWords.OTHER_CHOICES);
    }

    /**
     * What the completion cost.
     *
     * @return the tokens, or {@link Usage#NONE} if the server did not say
     */
    public Usage usage() {
        return usage == null ? Usage.NONE : usage;
    }

    /**
     * The error that some servers send with HTTP 200 in place of a reply.
     *
     * @return its JSON, or empty if there is none
     */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /** Gives id and model; the texts are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "ChatCompletion{" + id + ", " + model + ", " + choices.size()
                + (choices.size() == 1 ? " choice}" : " choices}");
    }

    /**
     * One reply.
     *
     * @since 0.1
     */
    public static final class Choice {
        private final long index;
        private final @Nullable Message message;
        private final String finishReason;
        private final @Nullable String error;

        private Choice(long index, @Nullable Message message, String finishReason, @Nullable String error) {
            this.index = index;
            this.message = message;
            this.finishReason = finishReason;
            this.error = error;
        }

        private static Choice read(JsonParser in) {
            long index = 0;
            Message message = null;
            String finishReason = "";
            String error = null;
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                JsonToken value = in.nextToken();
                switch (name) {
                    case "index" -> index = Json.count(in);
                    case "message" -> {
                        if (value == JsonToken.START_OBJECT) {
                            message = Message.read(in);
                        } else {
                            in.skipChildren();
                        }
                    }
                    case "finish_reason" -> finishReason = Json.text(in, "stop");
                    case "error" -> error = Json.error(in);
                    default -> in.skipChildren();
                }
            }
            return new Choice(index, message, finishReason, error);
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
         * What the model said.
         *
         * @return the message, an empty one if there is none
         */
        public Message message() {
            return message == null ? Message.NONE : message;
        }

        /**
         * Why the model stopped, in the server's word: {@code "stop"}, {@code "length"}, {@code "tool_calls"},
         * {@code "content_filter"}, or one that is newer than this version.
         *
         * @return the word, empty if the server did not say
         */
        public String finishReason() {
            return finishReason;
        }

        /**
         * The error that some servers put in place of a message.
         *
         * @return the value of the field {@code error} as JSON, or empty if there is none
         */
        public Optional<String> error() {
            return Optional.ofNullable(error);
        }

        boolean hasMessage() {
            return message != null;
        }

        /** Gives the finish reason; the text is left out so that a log cannot hold it. */
        @Override
        public String toString() {
            return "Choice{" + index + ", " + finishReason + "}";
        }
    }

    /**
     * What the model said.
     *
     * @since 0.1
     */
    public static final class Message {
        private static final Message NONE = new Message("", "", "", false, "", List.of(), Unread.NOTHING, null);

        private final String role;
        private final String text;
        private final String reasoning;
        private final boolean hasReasoningContent;
        private final String refusal;
        private final List<ToolCall> toolCalls;
        private final Unread unread;
        /** The reasoning in OpenRouter's own form. */
        final @Nullable ReasoningDetails reasoningDetails;

        private Message(
                String role,
                String text,
                String reasoning,
                boolean hasReasoningContent,
                String refusal,
                List<ToolCall> toolCalls,
                Unread unread,
                @Nullable ReasoningDetails reasoningDetails) {
            this.role = role;
            this.text = text;
            this.reasoning = reasoning;
            this.hasReasoningContent = hasReasoningContent;
            this.refusal = refusal;
            this.toolCalls = toolCalls;
            this.unread = unread;
            this.reasoningDetails = reasoningDetails;
        }

        private static Message read(JsonParser in) {
            String role = "";
            Content content = null;
            String text = "";
            String reasoning = "";
            boolean hasReasoningContent = false;
            String refusal = "";
            ReasoningDetails reasoningDetails = null;
            String transcript = "";
            Unread unread = Unread.NOTHING;
            List<ToolCall> toolCalls = List.of();
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                JsonToken value = in.nextToken();
                switch (name) {
                    case "role" -> role = Json.text(in, "assistant");
                    case "content" -> {
                        if (value == JsonToken.START_ARRAY) {
                            content = Content.read(in);
                            unread = unread.and(content.unread());
                        } else {
                            text = Json.text(in);
                        }
                    }
                    case "reasoning_content", "reasoning", "reasoning_text" -> {
                        String more = Json.text(in);
                        // Some servers send both, with the same text.
                        reasoning = reasoning.isEmpty() ? more : reasoning;
                        hasReasoningContent |= name.equals(KeptThoughts.FIELD) && !more.isEmpty();
                    }
                    case "reasoning_details" -> reasoningDetails = ReasoningDetails.read(in);
                    case "audio" -> {
                        unread = value == JsonToken.START_OBJECT ? unread.and(name) : unread;
                        transcript = Json.textIn(in, "transcript");
                    }
                    case "refusal" -> refusal = Json.text(in);
                    case "tool_calls" -> {
                        List<ToolCall> calls = new ArrayList<>(2);
                        unread = unread.and(ToolCalls.read(in, ToolCalls::whole, calls));
                        toolCalls = calls.isEmpty() ? toolCalls : calls;
                    }
                    case "function_call" -> {
                        List<ToolCall> call = ToolCalls.readOldForm(in);
                        toolCalls = toolCalls.isEmpty() ? call : toolCalls;
                    }
                    default -> unread = BesideWords.ofMessage(unread, name, in);
                }
            }
            if (content != null) {
                text = content.text();
                reasoning = reasoning.isEmpty() ? content.reasoning() : reasoning;
                refusal = refusal.isEmpty() ? content.refusal() : refusal;
            }
            return new Message(
                    role,
                    text.isEmpty() ? transcript : text,
                    reasoning.isEmpty() && reasoningDetails != null ? reasoningDetails.words() : reasoning,
                    hasReasoningContent,
                    refusal,
                    List.copyOf(toolCalls),
                    unread,
                    reasoningDetails);
        }

        /**
         * Who speaks, {@code "assistant"} as a rule.
         *
         * @return the role, empty if the server did not say
         */
        public String role() {
            return role;
        }

        /**
         * The text, put together if it came in parts; of an answer that was only spoken, its transcript.
         *
         * @return the text, possibly empty
         */
        public String text() {
            return text;
        }

        /**
         * The model's reasoning, from servers that show it.
         *
         * @return the text, empty for none
         */
        public String reasoning() {
            return reasoning;
        }

        /**
         * The model's words of refusal, from servers that tell them from the text.
         *
         * @return the text, empty if it did not refuse
         */
        public String refusal() {
            return refusal;
        }

        /**
         * The tools the model wants called.
         *
         * @return an unmodifiable list, empty for none
         */
        public List<ToolCall> toolCalls() {
            return toolCalls;
        }

        /** Whether the reasoning came by the name that {@link KeptThoughts} goes back by. */
        boolean hasReasoningContent() {
            return hasReasoningContent;
        }

        /** Counts; the text is left out so that a log cannot hold it. */
        @Override
        public String toString() {
            return "Message{" + role + ", " + text.length() + " characters, " + toolCalls.size() + " tool calls}";
        }
    }
}
