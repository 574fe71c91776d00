package io.github.tideover.wire;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What an answer holds and a reply has no place for, such as a picture, a step of a tool that the provider ran by itself, or the
 * sources of a text: each by the provider's word for its kind, and nothing of what is in it. The words are few and short, whatever
 * the provider sends. Immutable; an answer that is read in whole has {@link #NOTHING} and costs nothing.
 */
public final class Unread {
    /** All was read. */
    public static final Unread NOTHING = new Unread(List.of());

    /** An answer holds a handful of kinds, and people shall read the sentence. */
    private static final int MOST = 8;

    private static final String OTHERS = "others";
    private static final String UNLIKELY = "something of an unlikely type";
    private static final Pattern KIND = Pattern.compile("[A-Za-z0-9_:.-]{1,40}");

    private final List<String> kinds;

    private Unread(List<String> kinds) {
        this.kinds = kinds;
    }

    /**
     * Adds a kind.
     *
     * @param kind the provider's word for it; in place of one that is no identifier, or a long one, stands that it is unlikely
     * @return all kinds; this, if it is not the first of its kind
     */
    public Unread and(String kind) {
        if (kinds.contains(kind)) {
            return this;
        }
        return KIND.matcher(kind).matches() ? with(kind) : with(UNLIKELY);
    }

    /**
     * Adds kinds.
     *
     * @param others the kinds
     * @return all kinds
     */
    public Unread and(Unread others) {
        if (kinds.isEmpty()) {
            return others;
        }
        Unread all = this;
        for (String kind : others.kinds) {
            all = all.with(kind);
        }
        return all;
    }

    /**
     * Adds the kind of a value, if it holds anything: null, false, what is empty and what has nothing else in it do not.
     *
     * @param kind the provider's word for it
     * @param in the parser, which stands at the value and is left at its end
     * @return all kinds
     */
    public Unread and(String kind, JsonParser in) {
        return holdsSomething(in) ? and(kind) : this;
    }

    private Unread with(String kind) {
        if (kinds.contains(kind) || kinds.size() > MOST) {
            return this;
        }
        List<String> more = new ArrayList<>(kinds);
        more.add(kinds.size() == MOST ? OTHERS : kind);
        return new Unread(more);
    }

    private static boolean holdsSomething(JsonParser in) {
        JsonToken value = in.currentToken();
        if (value.isStructStart()) {
            boolean holds = false;
            for (JsonToken each = in.nextToken(); !each.isStructEnd(); each = in.nextToken()) {
                if (each != JsonToken.PROPERTY_NAME) {
                    holds |= holdsSomething(in);
                }
            }
            return holds;
        }
        return switch (value) {
            case VALUE_NULL, VALUE_FALSE -> false;
            case VALUE_STRING -> in.getStringLength() > 0;
            default -> true;
        };
    }

    /**
     * Whether all was read.
     *
     * @return true if there is no kind
     */
    public boolean isNothing() {
        return kinds.isEmpty();
    }

    /**
     * Has a reply say what it lacks. One that consists of nothing else is no answer, and no normal end of one: an end like that of
     * an answer becomes {@link FinishReason#OTHER}.
     *
     * @param reply what was read
     * @param adapted what was not sent as it was asked
     * @return the reply
     */
    public ChatReply.Builder toldBy(ChatReply.Builder reply, List<String> adapted) {
        if (kinds.isEmpty()) {
            return reply.adapted(adapted);
        }
        List<String> sentences = new ArrayList<>(adapted);
        sentences.add("the answer also held what is not read here: " + String.join(", ", kinds));
        ChatReply read = reply.build();
        boolean isEmptyAnswer = read.finishReason() == FinishReason.STOP
                && read.text().isEmpty()
                && read.refusal().isEmpty()
                && read.toolCalls().isEmpty();
        return reply.adapted(sentences).finishReason(isEmptyAnswer ? FinishReason.OTHER : read.finishReason());
    }

    /** Gives the kinds, which say nothing of what is in them. */
    @Override
    public String toString() {
        return "Unread" + kinds;
    }
}
