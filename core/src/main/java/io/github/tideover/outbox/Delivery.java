package io.github.tideover.outbox;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import java.time.Instant;
import java.util.Optional;

/**
 * The answer to a message that was kept. When the callback that is given it returns, it is acknowledged: it is not given out
 * again, after a restart neither. A callback that throws is given it again; one that hangs is not, until the application is restarted.
 *
 * <p>A crash between the callback's return and the next write to the disk, some milliseconds later, has it given out once more
 * after the restart: {@link #id()} is the same then.
 *
 * @since 0.1
 */
public final class Delivery {
    private final OutboxMessage message;
    private final ChatRequest request;
    private final ChatReply reply;
    private final int attempt;

    Delivery(OutboxMessage message, ChatRequest request, ChatReply reply, int attempt) {
        this.message = message;
        this.request = request;
        this.reply = reply;
        this.attempt = attempt;
    }

    /**
     * By what the message is known: the id of its receipt. The same whenever the same answer is given out.
     *
     * @return the id
     */
    public String id() {
        return message.id();
    }

    /**
     * The conversation the message is a turn of.
     *
     * @return the conversation's id, empty if it stands alone
     */
    public Optional<String> conversation() {
        return message.conversation();
    }

    /**
     * Whose message it is, as its request said.
     *
     * @return the tenant, empty for none
     */
    public Optional<String> tenant() {
        return message.tenant();
    }

    /**
     * When the message was accepted.
     *
     * @return the time
     */
    public Instant acceptedAt() {
        return message.acceptedAt();
    }

    /**
     * What was asked: the request as it was sent, with the answers to earlier messages of the conversation that came in the
     * meantime.
     *
     * @return the request
     */
    public ChatRequest request() {
        return request;
    }

    /**
     * The answer, of the provider or of an alternate.
     *
     * @return the reply
     */
    public ChatReply reply() {
        return reply;
    }

    /**
     * How often the answer has been given out since the client was opened.
     *
     * @return 1 for the first time
     */
    public int attempt() {
        return attempt;
    }

    /** Gives the id; what was said is left out. */
    @Override
    public String toString() {
        return "Delivery{" + id() + ", attempt " + attempt + ", " + reply + "}";
    }
}
