package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Role;
import io.github.tideover.failure.ChatException;
import io.github.tideover.tool.Toolbox;
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
     * Says something and waits for the reply, with tools that are run as the model wishes.
     *
     * <p>If there is no reply after a tool has run, the history holds what was said, called and given, so that nothing that was
     * done is lost; {@link #resume} goes on from there. What was said is not to be said again then.
     *
     * @param text what the person says
     * @param toolbox the tools, run on the calling thread
     * @return the reply, as {@link Tideover#chat(ChatRequest, Toolbox)} gives it
     * @throws ToolLoopException if there is no reply after a tool has run; the history holds what was done
     * @throws ChatException if there is none and nothing was done; the history is as before
     */
    public ToolReply say(String text, Toolbox toolbox) {
        return ask(requestWith(Message.user(text)), toolbox);
    }

    /**
     * Goes on where a {@link ToolLoopException} ended: asks for the reply once more, with what the tools gave. No tool that has
     * given its result is run again.
     *
     * @param toolbox the tools, run on the calling thread
     * @return the reply
     * @throws IllegalStateException if nothing was said yet, or the reply to it is there
     * @throws ChatException as {@link #say(String, Toolbox)} does
     */
    public ToolReply resume(Toolbox toolbox) {
        Message last = history.isEmpty() ? null : history.get(history.size() - 1);
        boolean isOwed =
                last != null && (last.role() == Role.TOOL || !last.toolCalls().isEmpty());
        if (!isOwed) {
            throw new IllegalStateException("no tool's result waits for an answer; say something");
        }
        return ask(asked().build(), toolbox);
    }

    private ToolReply ask(ChatRequest request, Toolbox toolbox) {
        ToolReply reply = tideover.chat(request, toolbox, this::become);
        become(reply.history());
        return reply;
    }

    /**
     * Says something and reads the reply as it comes, with tools that are run as the model wishes, on the thread that reads.
     *
     * @param text what the person says
     * @param toolbox the tools
     * @return the reply's pieces; to be closed
     */
    public ReplyStream stream(String text, Toolbox toolbox) {
        return tideover.stream(requestWith(Message.user(text)), toolbox, this::become);
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
        return asked().message(said).build();
    }

    private ChatRequest.Builder asked() {
        return (beginning == null ? ChatRequest.builder() : beginning.toBuilder())
                .messages(history.subList(begun, history.size()));
    }

    private void become(List<Message> now) {
        List<Message> all = List.copyOf(now);
        history.clear();
        history.addAll(all);
    }

    private void add(Message said, ChatReply reply) {
        history.add(said);
        become(History.with(history, reply));
    }
}
