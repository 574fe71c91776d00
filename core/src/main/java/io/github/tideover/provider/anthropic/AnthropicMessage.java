package io.github.tideover.provider.anthropic;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.wire.Complaint;
import io.github.tideover.wire.JoinedText;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.Unread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A message as the server sent it, its blocks put together by what they hold. Fields and blocks this version does not know
 * are read over; a missing or null text is empty.
 *
 * @since 0.1
 */
public final class AnthropicMessage {
    private final String id;
    private final String type;
    private final String model;
    private final String text;
    private final String thinking;
    private final List<ToolCall> toolCalls;
    private final Unread unread;
    private final String stopReason;
    private final String stopSequence;
    private final String refusal;
    private final boolean hasContent;
    private final @Nullable Tokens tokens;
    private final @Nullable String error;

    private AnthropicMessage(Draft draft) {
        id = draft.id;
        type = draft.type;
        model = draft.model;
        text = draft.text.toString();
        thinking = draft.thinking.toString();
        toolCalls = List.copyOf(draft.toolCalls);
        unread = draft.unread;
        stopReason = draft.stopReason;
        stopSequence = draft.stopSequence;
        refusal = draft.refusal;
        hasContent = draft.hasContent;
        tokens = draft.tokens;
        String complaint = draft.complaint == null || draft.hasContent ? null : draft.complaint.json();
        error = draft.error == null ? complaint : draft.error;
    }

    static AnthropicMessage read(JsonParser in) {
        Draft draft = new Draft();
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (name) {
                case "id" -> draft.id = Json.text(in);
                case "type" -> draft.type = Json.text(in, "message");
                case "model" -> draft.model = Json.text(in);
                case "content" -> draft.readContent(in, value);
                case "stop_reason" -> draft.stopReason = Json.text(in, "end_turn");
                case "stop_sequence" -> draft.stopSequence = Json.text(in);
                case "stop_details" -> draft.refusal = explanation(in);
                case "usage" -> draft.tokens = Tokens.read(in);
                case "error" -> draft.error = Json.error(in);
                default -> draft.complaint = Complaint.take(draft.complaint, name, in);
            }
        }
        return new AnthropicMessage(draft);
    }

    /** Why the model refused, in words. */
    static String explanation(JsonParser in) {
        return Json.textIn(in, "explanation");
    }

    /**
     * The server's id for the message.
     *
     * @return the id, empty if it gave none
     */
    public String id() {
        return id;
    }

    /**
     * What the server calls this kind of document.
     *
     * @return {@code "message"}, or {@code "error"} if there is an {@link #error()}; empty if it did not say
     */
    public String type() {
        return type;
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
     * What the model said, in all its blocks of text.
     *
     * @return the text, possibly empty
     */
    public String text() {
        return text;
    }

    /**
     * What the model thought, as far as the server shows it.
     *
     * @return the text, empty for none
     */
    public String thinking() {
        return thinking;
    }

    /**
     * The tools the model wants called. Tools that the server calls by itself are not among them.
     *
     * @return an unmodifiable list, empty for none
     */
    public List<ToolCall> toolCalls() {
        return toolCalls;
    }

    /**
     * Why the model stopped, in the server's word: {@code "end_turn"}, {@code "max_tokens"}, {@code "stop_sequence"},
     * {@code "tool_use"}, {@code "pause_turn"}, {@code "refusal"}, {@code "model_context_window_exceeded"}, or one that is
     * newer than this version.
     *
     * @return the word, empty if the server did not say
     */
    public String stopReason() {
        return stopReason;
    }

    /**
     * The stop text at which the model stopped.
     *
     * @return the text, empty if it was none of them
     */
    public String stopSequence() {
        return stopSequence;
    }

    /**
     * Why the model refused, where the server explains it.
     *
     * @return the explanation, empty if it did not refuse or nothing is explained
     */
    public String refusal() {
        return refusal;
    }

    /**
     * What the message cost. Tokens that the server had cached, or cached now, count among those of the request; the total is
     * the sum, since the server gives none.
     *
     * @return the tokens, or {@link Usage#NONE} if the server did not say
     */
    public Usage usage() {
        return tokens == null ? Usage.NONE : tokens.usage();
    }

    /**
     * The error that some servers send with HTTP 200 in place of a message.
     *
     * @return its JSON, or empty if there is none
     */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /** What it holds beside. */
    Unread unread() {
        return unread;
    }

    boolean hasContent() {
        return hasContent;
    }

    /** Gives id and model; the texts are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "AnthropicMessage{" + id + ", " + model + ", " + text.length() + " characters, " + toolCalls.size()
                + " tool calls, " + stopReason + "}";
    }

    private static final class Draft {
        private String id = "";
        private String type = "";
        private String model = "";
        private final JoinedText text = new JoinedText();
        private final JoinedText thinking = new JoinedText();
        private final Thoughts thoughts = new Thoughts();
        private List<ToolCall> toolCalls = List.of();
        private Unread unread = Unread.NOTHING;
        private String stopReason = "";
        private String stopSequence = "";
        private String refusal = "";
        private boolean hasContent;
        private @Nullable Tokens tokens;
        private @Nullable String error;
        private @Nullable Complaint complaint;

        void readContent(JsonParser in, JsonToken value) {
            if (value == JsonToken.VALUE_STRING) {
                hasContent = true;
                text.add(in.getString());
                return;
            }
            hasContent |= value == JsonToken.START_ARRAY;
            Block.readAll(in).forEach(this::add);
        }

        private void add(Block block) {
            thoughts.begin(block);
            unread = unread.and(block.unread());
            switch (block.type()) {
                case "text" -> text.add(block.text());
                case "thinking" -> thinking.add(block.thinking());
                case "tool_use" -> {
                    if (toolCalls.isEmpty()) {
                        toolCalls = new ArrayList<>(2);
                    }
                    toolCalls.add(
                            ToolCall.of(block.id(), block.name(), block.input()).thoughtSignature(thoughts.take()));
                }
                default -> {
                    // Named above, or thinking that the server keeps to itself.
                }
            }
        }
    }
}
