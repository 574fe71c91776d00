package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.outbox.OutboxMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/**
 * What is in a client's outbox: to look at, to take back, to try again. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class QueuedMessages {
    private final OutboxDrain drain;

    QueuedMessages(OutboxDrain drain) {
        this.drain = drain;
    }

    /**
     * All messages that are kept: those that wait, those whose answer waits to be acknowledged, and those that came to an end
     * without a delivery. What has been delivered or cancelled is not kept.
     *
     * @return as they are now, the oldest first
     */
    public List<OutboxMessage> list() {
        return drain.ledger().list();
    }

    /**
     * One message.
     *
     * @param id the id of its receipt
     * @return as it is now, empty if it is not kept
     */
    public Optional<OutboxMessage> find(String id) {
        return drain.ledger().find(id);
    }

    /**
     * What was asked.
     *
     * @param id the id of the message's receipt
     * @return the request, empty if the message is not kept
     * @throws UncheckedIOException if it cannot be read
     */
    public Optional<ChatRequest> request(String id) {
        try {
            return drain.ledger().request(id);
        } catch (IOException e) {
            throw new UncheckedIOException("the outbox cannot be read", e);
        }
    }

    /**
     * What was answered, of a message whose answer is not acknowledged.
     *
     * @param id the id of the message's receipt
     * @return the reply, empty if there is none, or the message is not kept
     * @throws UncheckedIOException if it cannot be read
     */
    public Optional<ChatReply> reply(String id) {
        try {
            return drain.ledger().reply(id);
        } catch (IOException e) {
            throw new UncheckedIOException("the outbox cannot be read", e);
        }
    }

    /**
     * Takes a message back. It is not sent any more from now on; an attempt under way is broken off at its socket. What later
     * turns of its conversation repeat of it stays in them.
     *
     * @param id the id of its receipt
     * @return false if it is not kept, or its answer is on its way to the application
     */
    public boolean cancel(String id) {
        return drain.cancel(id);
    }

    /**
     * Has a message tried again that came to an end without a delivery: it has all the time it had at first, and what it
     * failed by is forgotten. Of one whose answer could not be delivered, the answer is given out again.
     *
     * @param id the id of its receipt
     * @return false if it is not kept, or has not come to such an end
     */
    public boolean retry(String id) {
        return drain.ledger().retry(id);
    }

    /** Counts the messages. */
    @Override
    public String toString() {
        return "QueuedMessages{" + list().size() + "}";
    }
}
