package io.github.tideover;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.failure.ChatException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call ran tools and then ended without an answer: no provider answered, the time was up, or a tool ended in an {@link Error}. Or
 * the model wished for tools once too often, whether or not one of them could be run. What the tools gave is kept: {@link #resumption()} is the request to go on
 * with, and a call with it runs no tool again that has given its result.
 *
 * <p>The message is free of keys, prompts, replies and what tools gave.
 *
 * @since 0.1
 */
public final class ToolLoopException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Holds the conversation, and stays in this process: not written when the exception is serialized. */
    private final transient @Nullable ChatRequest resumption;

    ToolLoopException(String message, @Nullable Throwable cause, ChatRequest resumption) {
        super(message + "; what was done is in history(), and resumption() goes on from there", cause);
        this.resumption = resumption;
    }

    /**
     * Why there was no answer, where that is a failure as any call may meet it.
     *
     * @return the exception that {@link Tideover#chat(ChatRequest)} would have thrown; empty if the model wished for too many
     *     rounds, or a tool ended in an error, which is the {@linkplain #getCause() cause} then
     */
    public Optional<ChatException> failure() {
        return getCause() instanceof ChatException failure ? Optional.of(failure) : Optional.empty();
    }

    /**
     * The request to go on with, now or later: hand it to {@link Tideover#chat(ChatRequest, io.github.tideover.tool.Toolbox)}
     * with the same tools. Tools that were wished for and not begun are run first then, and none that was: also not one that was
     * running still, of which the model is told that nobody knows whether it took effect.
     *
     * @return the request with everything that was said and done
     * @throws IllegalStateException if this exception has come from another process, where the conversation stayed
     */
    public ChatRequest resumption() {
        if (resumption == null) {
            throw new IllegalStateException("the conversation stayed in the process in which this was thrown");
        }
        return resumption;
    }

    /**
     * What was said and done: the messages of the request, the tools' calls and their results.
     *
     * @return the messages, unmodifiable
     * @throws IllegalStateException as {@link #resumption()} says
     */
    public List<Message> history() {
        return resumption().messages();
    }
}
