package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.ChatException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A conversation that remembers what was said, so that it survives a change of provider in its middle.
 *
 * <p>What the person says joins the history when it is answered. After an exception it has not joined, so that saying it
 * again does not say it twice. The application's own words ({@link Origin#CANNED}) are no model's and stay out of the
 * history, while what the person said stays in: the next answer can still refer to it.
 *
 * <p>For one thread at a time.
 *
 * @since 0.1
 */
public final class Conversation {
    private final Tideover tideover;
    private final @Nullable ChatRequest beginning;
    private final int begun;
    private final List<Message> history = new ArrayList<>();

    Conversation(Tideover tideover, @Nullable ChatRequest beginning) {
        this.tideover = tideover;
        this.beginning = beginning;
        if (beginning != null) {
            history.addAll(beginning.messages());
        }
        begun = history.size();
    }

    /**
     * Says something and waits for the reply.
     *
     * @param text what the person says
     * @return the reply
     * @throws ChatException if there is none; the history is as before
     */
    public ChatReply say(String text) {
        Message said = Message.user(text);
        ChatReply reply = tideover.chat(requestWith(said));
        add(said, reply);
        return reply;
    }

    /**
     * Says something whose answer is to fill a record, and waits for it.
     *
     * @param <T> the record
     * @param text what the person says
     * @param type the record's class
     * @return the record, and the reply it came in, as {@link Tideover#chat(ChatRequest, Class)} gives them
     * @throws ChatException if there is no answer that fits; the history is as before
     */
    public <T extends Record> TypedReply<T> say(String text, Class<T> type) {
        Message said = Message.user(text);
        TypedReply<T> answer = tideover.chat(requestWith(said), type);
        add(said, answer.reply());
        return answer;
    }

    /**
     * Says something and reads the reply as it comes. Both join the history when the reply is complete.
     *
     * @param text what the person says
     * @return the reply's pieces; to be closed
     */
    public ReplyStream stream(String text) {
        Message said = Message.user(text);
        return tideover.stream(requestWith(said), reply -> add(said, reply));
    }

    /**
     * What was said so far, oldest first.
     *
     * @return an unmodifiable view
     */
    public List<Message> history() {
        return Collections.unmodifiableList(history);
    }

    private ChatRequest requestWith(Message said) {
        return (beginning == null ? ChatRequest.builder() : beginning.toBuilder())
                .messages(history.subList(begun, history.size()))
                .message(said)
                .build();
    }

    private void add(Message said, ChatReply reply) {
        history.add(said);
        if (reply.origin() != Origin.CANNED) {
            history.add(Message.assistant(reply));
        }
    }
}
