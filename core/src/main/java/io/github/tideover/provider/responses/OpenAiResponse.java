package io.github.tideover.provider.responses;

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
 * A response as the server sent it, its items put together by what they hold. Fields and items this version does not know are
 * read over; a missing or null text is empty.
 *
 * @since 0.1
 */
public final class OpenAiResponse {
    private final String id;
    private final String status;
    private final String model;
    private final String text;
    private final String reasoning;
    private final String refusal;
    private final List<ToolCall> toolCalls;
    private final Unread unread;
    private final boolean isOpen;
    private final String incompleteReason;
    private final boolean hasOutput;
    private final @Nullable Boolean background;
    private final @Nullable Usage usage;
    private final @Nullable String error;
    /** OpenRouter's word for what went wrong, which says more than the code that it gives for the API's sake. */
    private final String errorType;

    private OpenAiResponse(Draft draft) {
        id = draft.id;
        status = draft.status;
        model = draft.model;
        text = draft.text.toString();
        reasoning = draft.reasoning.toString();
        refusal = draft.refusal.toString();
        toolCalls = List.copyOf(draft.toolCalls);
        unread = draft.unread;
        isOpen = draft.isOpen;
        incompleteReason = draft.incompleteReason;
        hasOutput = draft.hasOutput;
        background = draft.background;
        usage = draft.usage;
        String complaint = draft.complaint == null || draft.hasOutput ? null : draft.complaint.json();
        error = draft.error == null ? complaint : draft.error;
        errorType = draft.errorType;
    }

    static OpenAiResponse read(JsonParser in) {
        Draft draft = new Draft();
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (name) {
                case "id" -> draft.id = Json.text(in);
                case "status" -> draft.status = Json.text(in, "completed");
                case "model" -> draft.model = Json.text(in);
                case "output" -> draft.readOutput(in, value);
                case "incomplete_details" -> draft.incompleteReason = Json.textIn(in, "reason");
                case "background" ->
                    draft.background = value == JsonToken.VALUE_TRUE
                            ? Boolean.TRUE
                            : value == JsonToken.VALUE_FALSE ? Boolean.FALSE : draft.skipped(in);
                case "usage" -> draft.usage = Usages.read(in);
                case "error" -> draft.error = Json.error(in);
                case "error_type" -> draft.errorType = Json.text(in);
                default -> draft.complaint = Complaint.take(draft.complaint, name, in);
            }
        }
        return new OpenAiResponse(draft);
    }

    /**
     * The server's id for the response.
     *
     * @return the id, empty if it gave none
     */
    public String id() {
        return id;
    }

    /**
     * How far the response has come, in the server's word: {@code "completed"}, {@code "incomplete"}, {@code "failed"},
     * {@code "in_progress"}, {@code "queued"}, {@code "cancelled"}, or one that is newer than this version.
     *
     * @return the word, empty if the server did not say
     */
    public String status() {
        return status;
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
     * What the model said, in all its messages.
     *
     * @return the text, possibly empty
     */
    public String text() {
        return text;
    }

    /**
     * What the model thought, or a summary of it, as far as the server shows it.
     *
     * @return the text, empty for none
     */
    public String reasoning() {
        return reasoning;
    }

    /**
     * The model's own words of refusal.
     *
     * @return the text, empty if it did not refuse
     */
    public String refusal() {
        return refusal;
    }

    /**
     * The functions the model wants called, and the custom tools, whose arguments are any text. Tools that the server calls by
     * itself are not among them.
     *
     * @return an unmodifiable list, empty for none
     */
    public List<ToolCall> toolCalls() {
        return toolCalls;
    }

    /**
     * Why the response is incomplete, in the server's word: {@code "max_output_tokens"}, {@code "content_filter"}, or one that
     * is newer than this version.
     *
     * @return the word, empty if the response is not known to be incomplete
     */
    public String incompleteReason() {
        return incompleteReason;
    }

    /**
     * What the response cost.
     *
     * @return the tokens, or {@link Usage#NONE} if the server did not say
     */
    public Usage usage() {
        return usage == null ? Usage.NONE : usage;
    }

    /**
     * Why the response failed.
     *
     * @return the error's JSON, or empty if there is none
     */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /** What it holds beside. */
    Unread unread() {
        return unread;
    }

    /** Whether something in it may wait for an answer that nobody gives here. */
    boolean isOpen() {
        return isOpen;
    }

    boolean hasOutput() {
        return hasOutput;
    }

    boolean hasUsage() {
        return usage != null;
    }

    /** Whether it is written in the background; null if the server does not say. */
    @Nullable
    Boolean background() {
        return background;
    }

    /** Whether it has come to an end at which there is no reply. */
    boolean isFailed() {
        return error != null || status.equals("failed") || status.equals("cancelled");
    }

    boolean isIncomplete() {
        return status.equals("incomplete");
    }

    /** What went wrong, in the shape in which it would have come with an HTTP error, so that it is sorted by the same rules. */
    String failure() {
        return "{\"error\":"
                + (error != null ? error : "{\"type\":" + Json.quoted(status.isEmpty() ? "server_error" : status) + "}")
                + (errorType.isEmpty() ? "" : ",\"error_type\":" + Json.quoted(errorType))
                + "}";
    }

    /** Why the model stopped, in a word that chat completions have for it. */
    String stopWord() {
        return stopWord(status);
    }

    /** The same by what the last event of a stream calls the response. */
    String stopWord(String status) {
        return switch (status) {
            case "completed", "" -> toolCalls.isEmpty() ? "stop" : "tool_calls";
            case "incomplete" -> incompleteReason.isEmpty() ? "incomplete" : incompleteReason;
            default -> status;
        };
    }

    /** Gives id, model and status; the texts are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "OpenAiResponse{" + id + ", " + model + ", " + text.length() + " characters, " + toolCalls.size()
                + " tool calls, " + status + "}";
    }

    private static final class Draft {
        private String id = "";
        private String status = "";
        private String model = "";
        private final JoinedText text = new JoinedText();
        private final JoinedText reasoning = new JoinedText();
        private final JoinedText refusal = new JoinedText();
        private List<ToolCall> toolCalls = List.of();
        private Unread unread = Unread.NOTHING;
        private boolean isOpen;
        private String incompleteReason = "";
        private boolean hasOutput;
        private @Nullable Boolean background;
        private @Nullable Usage usage;
        private @Nullable String error;
        private String errorType = "";
        private @Nullable Complaint complaint;

        void readOutput(JsonParser in, JsonToken value) {
            hasOutput |= value == JsonToken.START_ARRAY;
            Json.eachObject(in, each -> add(OutputItem.read(each)));
        }

        private void add(OutputItem item) {
            text.add(item.text());
            refusal.add(item.refusal());
            reasoning.add(item.reasoning());
            if (item.isToolCall()) {
                if (toolCalls.isEmpty()) {
                    toolCalls = new ArrayList<>(2);
                }
                toolCalls.add(item.toolCall());
            }
            unread = unread.and(item.unread());
            isOpen |= item.isOpen();
        }

        @Nullable
        Boolean skipped(JsonParser in) {
            in.skipChildren();
            return null;
        }
    }
}
