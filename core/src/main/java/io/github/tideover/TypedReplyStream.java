package io.github.tideover;

import io.github.tideover.failure.ChatException;

/**
 * An answer that fills a record, as it comes: the JSON in {@link #pieces()}, the record at the end.
 *
 * <p>An answer that turns out not to fit when all of it is there is treated as a stream that broke: another answer begins from
 * the start, as {@link StreamRescue} says, and readers of events are told. To readers of text alone this is a
 * {@link io.github.tideover.failure.PartialReplyException} as a rule, since two answers seldom begin with the same JSON.
 *
 * @param <T> the record
 * @since 0.1
 */
public final class TypedReplyStream<T extends Record> implements AutoCloseable {
    private final ReplyStream pieces;
    private final RecordGoal<T> goal;

    TypedReplyStream(ReplyStream pieces, RecordGoal<T> goal) {
        this.pieces = pieces;
        this.goal = goal;
    }

    /**
     * The answer's pieces, in any of the forms in which a stream is read.
     *
     * @return the stream, which is this one's to close
     */
    public ReplyStream pieces() {
        return pieces;
    }

    /**
     * The record. Reads what is left of the stream first.
     *
     * @return the record and the reply
     * @throws ChatException if the call ends without an answer that fits
     * @throws IllegalStateException if the stream was closed before its end, or is read by a subscriber
     */
    public TypedReply<T> reply() {
        return goal.filled(pieces.reply(), pieces.history());
    }

    /** Ends the call and frees the connection at once. May be called from any thread, and more than once. */
    @Override
    public void close() {
        pieces.close();
    }
}
