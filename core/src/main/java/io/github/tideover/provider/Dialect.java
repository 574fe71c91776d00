package io.github.tideover.provider;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;

/**
 * How one kind of provider is spoken to: writes requests, reads replies. Safe for use by many threads.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public interface Dialect {
    /**
     * Prepares one attempt that asks for the whole reply at once. Nothing is sent yet.
     *
     * @param request what is asked
     * @param model the model to ask
     * @return the attempt
     */
    Exchange<?, ChatReply.Builder> whole(ChatRequest request, String model);

    /**
     * Prepares one attempt that asks for the reply as a stream. Nothing is sent yet.
     *
     * @param request what is asked
     * @param model the model to ask
     * @return the attempt
     */
    Exchange<?, DeltaReader> streamed(ChatRequest request, String model);

    /**
     * Whether a stream that breaks off can be gone on with, by {@link DeltaReader#resumption}.
     *
     * @return true if the provider keeps what it streams
     */
    default boolean resumes() {
        return false;
    }

    /**
     * Prepares one attempt that asks, as a stream, for the rest of a reply that broke. What comes may repeat the end of the
     * beginning; the caller sees to that. Where the provider can resume the very stream that broke,
     * {@link DeltaReader#resumption} is the better way.
     *
     * @param request what was asked
     * @param beginning the text that came before the break
     * @param model the model to ask
     * @return the attempt
     */
    default Exchange<?, DeltaReader> continued(ChatRequest request, String beginning, String model) {
        return streamed(
                request.toBuilder().message(Message.assistant(beginning)).build(), model);
    }
}
