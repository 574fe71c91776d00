package io.github.tideover.provider.custom;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Usage;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.ToolCallPart;
import io.github.tideover.wire.ToolCallParts;
import io.github.tideover.wire.Unread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a {@link CustomDialect} finds in an answer. Texts are added to those that came before; of names and counts, empty
 * ones say nothing. For the thread that reads the answer, and while it does.
 *
 * @since 0.1
 */
public final class ReplyDraft {
    private final Headers headers;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final List<ToolCallPart> toolCalls = new ArrayList<>(2);
    private String id = "";
    private String model = "";
    private Unread unread = Unread.NOTHING;
    private @Nullable Usage usage;
    private @Nullable FinishReason finishReason;
    private boolean ended;

    ReplyDraft(Headers headers) {
        this.headers = headers;
    }

    /**
     * Takes text that the model said.
     *
     * @param piece what is new of it
     * @return this draft
     */
    public ReplyDraft text(String piece) {
        text.append(requireNonNull(piece, "piece == null"));
        return this;
    }

    /**
     * Takes what the model thought aloud.
     *
     * @param piece what is new of it
     * @return this draft
     */
    public ReplyDraft reasoning(String piece) {
        reasoning.append(requireNonNull(piece, "piece == null"));
        return this;
    }

    /**
     * Takes the model's own words of refusal.
     *
     * @param piece what is new of them
     * @return this draft
     */
    public ReplyDraft refusal(String piece) {
        refusal.append(requireNonNull(piece, "piece == null"));
        return this;
    }

    /**
     * Takes a tool call, or a part of one: what has the same index is one call.
     *
     * @param index which call of this reply, from 0
     * @param id the provider's id for it, empty if it is not in this part or there is none
     * @param name the tool's name, empty if it is not in this part
     * @param arguments what is new of the arguments, as JSON
     * @return this draft
     */
    public ReplyDraft toolCall(int index, String id, String name, String arguments) {
        toolCalls.add(new ToolCallPart(
                index,
                requireNonNull(id, "id == null"),
                requireNonNull(name, "name == null"),
                requireNonNull(arguments, "arguments == null")));
        return this;
    }

    /**
     * Takes the provider's id for the reply.
     *
     * @param id the id
     * @return this draft
     */
    public ReplyDraft id(String id) {
        this.id = requireNonNull(id, "id == null");
        return this;
    }

    /**
     * Takes the name of the model that answers.
     *
     * @param model its name; the one that was asked, unless this says otherwise
     * @return this draft
     */
    public ReplyDraft model(String model) {
        this.model = requireNonNull(model, "model == null");
        return this;
    }

    /**
     * Takes what the reply has cost so far; the last one counts.
     *
     * @param usage the tokens
     * @return this draft
     */
    public ReplyDraft usage(Usage usage) {
        this.usage = requireNonNull(usage, "usage == null");
        return this;
    }

    /**
     * Takes note of what the answer holds and a reply has no place for, such as a picture: {@link ChatReply#adapted()} names it, and
     * a reply of nothing else ends in {@link FinishReason#OTHER} in place of {@link FinishReason#STOP}.
     *
     * @param kind the provider's word for what it is, such as {@code "image"}, and never what is in it: letters, digits and
     *     {@code _:.-}, of up to 40 characters, or it is only told that there is something
     * @return this draft
     */
    public ReplyDraft unread(String kind) {
        unread = unread.and(requireNonNull(kind, "kind == null"));
        return this;
    }

    /**
     * Takes the provider's word that the reply is complete. What may still come is usage: it is waited for no longer than a second,
     * and a stream that breaks after this point is complete without it.
     *
     * @param reason why the model stopped; {@link FinishReason#OTHER} for a word that nobody knows
     * @return this draft
     */
    public ReplyDraft finish(FinishReason reason) {
        finishReason = requireNonNull(reason, "reason == null");
        return this;
    }

    /**
     * Takes the mark after which nothing more comes, for APIs that have one and keep the connection open behind it.
     *
     * @return this draft
     * @throws IllegalStateException if the reply was never {@linkplain #finish finished}
     */
    public ReplyDraft end() {
        if (finishReason == null) {
            throw new IllegalStateException("end() before finish(reason)");
        }
        ended = true;
        return this;
    }

    /**
     * Makes the exception for an answer that is none, to be thrown.
     *
     * @param what what came instead, without quoting it: it is part of the failure's message
     * @return the exception
     */
    public IOException malformed(String what) {
        return new MalformedReplyException(requireNonNull(what, "what == null"));
    }

    /**
     * Makes the exception for an error inside a good answer, to be thrown. It is sorted like one with a bad HTTP status.
     *
     * @param error the error as the provider sent it, JSON or text; never shown as it is
     * @return the exception
     */
    public IOException refused(String error) {
        return new RefusedException(200, headers, requireNonNull(error, "error == null"));
    }

    String textSoFar() {
        return text.toString();
    }

    String reasoningSoFar() {
        return reasoning.toString();
    }

    String refusalSoFar() {
        return refusal.toString();
    }

    List<ToolCallPart> toolCallParts() {
        return toolCalls;
    }

    String idSoFar() {
        return id;
    }

    String modelSoFar() {
        return model;
    }

    Unread unreadSoFar() {
        return unread;
    }

    @Nullable
    Usage usageSoFar() {
        return usage;
    }

    @Nullable
    FinishReason finishReason() {
        return finishReason;
    }

    boolean isEnded() {
        return ended;
    }

    /** Makes ready for what the next piece says. That the reply is finished stays. */
    void clear() {
        text.setLength(0);
        reasoning.setLength(0);
        refusal.setLength(0);
        toolCalls.clear();
        id = "";
        model = "";
        unread = Unread.NOTHING;
        usage = null;
    }

    /** The whole reply. */
    ChatReply.Builder reply(String asked) throws MalformedReplyException {
        if (finishReason == null) {
            throw new MalformedReplyException("the answer does not say that it is complete");
        }
        ToolCallParts calls = new ToolCallParts();
        toolCalls.forEach(calls::add);
        return ChatReply.builder()
                .text(text.toString())
                .reasoning(reasoning.toString())
                .refusal(refusal.toString())
                .toolCalls(calls.toList())
                .finishReason(finishReason)
                .id(id)
                .model(model.isEmpty() ? asked : model)
                .usage(usage == null ? Usage.NONE : usage);
    }

    /** Counts; the texts are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "ReplyDraft{" + text.length() + " characters, " + toolCalls.size() + " parts of tool calls, "
                + finishReason + "}";
    }
}
