package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.failure.ChatException;
import io.github.tideover.tool.Toolbox;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A conversation that remembers what was said, so that it survives a change of provider in its middle.
 *
 * <p>What the person says joins the history when it is answered. After an exception it has not joined, so that saying it
 * again does not say it twice. The application's own words ({@link Origin#CANNED}) are no model's and stay out of the
 * history, while what the person said stays in: the next answer can still refer to it. So does what is kept in an outbox
 * ({@link Origin#QUEUED}); its answer joins the history, in its place, when it comes, and until then what is said next is kept
 * behind it. Where the model wished for tools that nobody
 * ran, and the person says something else, the model is told that they were not called.
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
    private final @Nullable String id;
    /** Where in the history the answers to messages belong that are kept for later. */
    private final Map<String, Integer> owed = new LinkedHashMap<>(0);

    private final Map<String, ChatReply> heard = new ConcurrentHashMap<>(0);

    Conversation(Tideover tideover, @Nullable ChatRequest beginning) {
        this.tideover = tideover;
        this.beginning = beginning;
        if (beginning != null) {
            history.addAll(beginning.messages());
        }
        begun = history.size();
        String given = beginning == null ? null : beginning.conversation().orElse(null);
        id = given == null && tideover.hasOutbox() ? UUID.randomUUID().toString() : given;
    }

    /**
     * By what this conversation is known in an outbox: the id that its {@linkplain ChatRequest#conversation() beginning} has, or
     * one of its own, which a restart of the application does not survive.
     *
     * @return the id; empty if the client has no outbox and the beginning has none
     */
    public Optional<String> id() {
        return Optional.ofNullable(id);
    }

    /**
     * Says something and waits for the reply.
     *
     * @param text what the person says
     * @return the reply
     * @throws ChatException if there is none; the history is as before
     */
    public ChatReply say(String text) {
        ChatRequest request = requestWith(text);
        ChatReply reply = tideover.chat(request);
        add(request, reply);
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
        ChatRequest request = requestWith(text);
        TypedReply<T> answer = tideover.chat(request, type);
        add(request, answer.reply());
        return answer;
    }

    /**
     * Says something and reads the reply as it comes. Both join the history when the reply is complete.
     *
     * @param text what the person says
     * @return the reply's pieces; to be closed
     */
    public ReplyStream stream(String text) {
        ChatRequest request = requestWith(text);
        return tideover.stream(request, reply -> add(request, reply));
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
        return ask(requestWith(text), toolbox);
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
     * Says something and reads the reply as it comes, with tools that are run as the model wishes, on the thread that reads. If it
     * is closed, or ends without a reply, after a tool was begun, the history holds what was said, called and given.
     *
     * @param text what the person says
     * @param toolbox the tools
     * @return the reply's pieces; to be closed
     */
    public ReplyStream stream(String text, Toolbox toolbox) {
        return tideover.stream(requestWith(text), toolbox, this::become);
    }

    /**
     * What was said so far, oldest first.
     *
     * @return an unmodifiable view
     */
    public List<Message> history() {
        takeAnswers();
        return Collections.unmodifiableList(history);
    }

    private ChatRequest requestWith(String text) {
        ChatRequest.Builder request = asked();
        callsWithoutResult().forEach(call -> request.message(Message.toolResult(call, "Not called.")));
        return request.message(Message.user(text)).build();
    }

    /** What the model wished for last and nobody ran: providers refuse a conversation that goes on without a word of it. */
    private List<ToolCall> callsWithoutResult() {
        List<ToolCall> open = new ArrayList<>(0);
        for (Message message : history) {
            if (message.role() == Role.TOOL) {
                open.remove(History.answered(open, message.answered()));
            } else {
                open = new ArrayList<>(message.toolCalls());
            }
        }
        return open;
    }

    private ChatRequest.Builder asked() {
        takeAnswers();
        ChatRequest.Builder request = (beginning == null ? ChatRequest.builder() : beginning.toBuilder())
                .messages(history.subList(begun, history.size()));
        if (id != null) {
            request.conversation(id);
        }
        return request;
    }

    /** An answer came to a message of this conversation that was kept. On any thread. */
    void hears(String message, ChatReply reply) {
        heard.put(message, reply);
    }

    /** Puts answers that came in the meantime where they belong. */
    private void takeAnswers() {
        for (String message : List.copyOf(owed.keySet())) {
            ChatReply reply = heard.remove(message);
            if (reply != null) {
                int place = requireNonNull(owed.remove(message));
                history.add(place, Message.assistant(reply));
                owed.replaceAll((other, at) -> at > place ? at + 1 : at);
            }
        }
    }

    private void become(List<Message> now) {
        List<Message> all = List.copyOf(now);
        history.clear();
        history.addAll(all);
    }

    private void add(ChatRequest request, ChatReply reply) {
        become(History.with(request.messages(), reply));
        reply.receipt().ifPresent(receipt -> {
            owed.put(receipt.id(), history.size());
            tideover.follow(receipt, this);
        });
    }
}
