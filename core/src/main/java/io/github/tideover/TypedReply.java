package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Message;
import java.util.List;

/**
 * An answer that fills a record, and the reply it came in.
 *
 * @param <T> the record
 * @since 0.1
 */
public final class TypedReply<T> {
    private final T value;
    private final ChatReply reply;
    private final List<Message> history;

    TypedReply(T value, ChatReply reply, List<Message> history) {
        this.value = value;
        this.reply = reply;
        this.history = history;
    }

    /**
     * The answer.
     *
     * @return the record, filled in by the model
     */
    public T value() {
        return value;
    }

    /**
     * The reply: where it came from, how old it is, what it took, and the text that was read.
     *
     * @return the reply
     */
    public ChatReply reply() {
        return reply;
    }

    /**
     * What was said: the messages of the request, the tools' calls and results if there was a toolbox, and the reply.
     *
     * @return the messages of a conversation that goes on, unmodifiable
     */
    public List<Message> history() {
        return history;
    }

    /** Gives what the reply's own does; the value is left out, as a reply's text is. */
    @Override
    public String toString() {
        return "TypedReply{" + reply + "}";
    }
}
