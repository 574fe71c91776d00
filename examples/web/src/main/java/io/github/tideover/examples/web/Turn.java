package io.github.tideover.examples.web;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Receipt;
import io.github.tideover.chat.Similarity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A question, and what has become of its answer. Guarded by the {@link Room} it is in. */
final class Turn {
    /** How an answer stands. */
    enum State {
        /** Nothing has come yet. */
        ASKED,
        /** It is coming. */
        STREAMING,
        /** It is here, all of it. */
        ANSWERED,
        /** It comes later: the question is kept. */
        QUEUED,
        /** It broke off, and what had come is still shown. */
        BROKEN,
        /** There is none. */
        FAILED,
        /** The user has stopped it. */
        STOPPED,
        /** The user has taken back a question that was kept. */
        WITHDRAWN;

        boolean isUnderWay() {
            return this == ASKED || this == STREAMING;
        }
    }

    private final long number;
    private final String question;
    private final Instant askedAt;
    private final StringBuilder text = new StringBuilder();
    private State state = State.ASKED;
    private int told;
    private boolean isRestarted;
    private boolean isLater;
    private @Nullable ChatReply reply;
    private @Nullable Instant givenAt;
    private @Nullable String sentence;

    Turn(long number, String question, Instant askedAt) {
        this.number = number;
        this.question = question;
        this.askedAt = askedAt;
    }

    long number() {
        return number;
    }

    String question() {
        return question;
    }

    State state() {
        return state;
    }

    /** The receipt of a question that waits; null if it does not. */
    @Nullable
    Receipt receipt() {
        return state == State.QUEUED && reply != null ? reply.receipt().orElse(null) : null;
    }

    /** Adds to the answer; null if there is nothing to show yet. */
    @Nullable
    Piece add(String more) {
        state = State.STREAMING;
        text.append(more);
        int end = text.length();
        if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--; // half a character: the other half is in the next piece
        }
        if (end <= told) {
            return null;
        }
        Piece piece = new Piece(number, told, text.substring(told, end));
        told = end;
        return piece;
    }

    /** Takes back what was shown: another answer begins. */
    void restart() {
        text.setLength(0);
        told = 0;
        isRestarted = true;
        state = State.ASKED;
    }

    /** What has come is the answer, or a receipt for one. */
    void answered(ChatReply given, Instant now) {
        show(given, now);
        state = given.origin() == Origin.QUEUED ? State.QUEUED : State.ANSWERED;
    }

    /** The answer to a question that was kept. */
    void delivered(ChatReply given, Instant now) {
        show(given, now);
        isLater = true;
        state = State.ANSWERED;
    }

    private void show(ChatReply given, Instant now) {
        reply = given;
        givenAt = now.minus(given.age());
        text.setLength(0);
        text.append(given.refusal().isEmpty() ? given.text() : given.refusal());
        told = text.length();
    }

    /** There is no answer, or not all of it. */
    void ended(State how, String why) {
        state = how;
        sentence = why;
    }

    View view() {
        ChatReply given = reply;
        Similarity similarity = given == null ? null : given.similarity().orElse(null);
        return new View(
                number,
                question,
                askedAt.toEpochMilli(),
                state,
                text.substring(0, told),
                given == null ? null : given.origin(),
                given == null ? "" : given.provider(),
                givenAt == null ? 0 : givenAt.toEpochMilli(),
                similarity == null ? "" : similarity.question(),
                given == null ? 0 : given.attempts(),
                isLater,
                isRestarted,
                given != null && given.isContinued(),
                given == null || given.isComplete(),
                sentence == null ? "" : sentence);
    }

    /**
     * A turn as a page is told of it.
     *
     * @param number which of the room's, from 1
     * @param askedAt milliseconds since the epoch
     * @param text what there is of the answer
     * @param origin null while there is no whole answer
     * @param provider who gave it, or empty
     * @param givenAt when it was given, in milliseconds since the epoch; 0 while there is none
     * @param similarTo the question it was given to, where that is another
     * @param attempts how many requests it took
     * @param later whether it came after a receipt
     * @param restarted whether another one broke off before it
     * @param continued whether somebody else finished it
     * @param complete false if it was cut at the provider's limit
     * @param sentence why there is none, or empty
     */
    record View(
            long number,
            String question,
            long askedAt,
            State state,
            String text,
            @Nullable Origin origin,
            String provider,
            long givenAt,
            String similarTo,
            int attempts,
            boolean later,
            boolean restarted,
            boolean continued,
            boolean complete,
            String sentence) {}

    /**
     * A piece of an answer.
     *
     * @param turn the turn it belongs to
     * @param at behind how many characters
     */
    record Piece(long turn, int at, String text) {}
}
