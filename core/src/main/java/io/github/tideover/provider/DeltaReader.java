package io.github.tideover.provider;

import io.github.tideover.chat.ChatReply;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A streamed reply as it comes. For one thread; {@link #close()} may come from another.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public interface DeltaReader extends Closeable {
    /**
     * Waits for the next piece of content: text, reasoning or a part of a tool call. Role chunks, pings, comments and
     * metadata are read over. The finish reason is a turn of its own, without text: {@link #isFinished()} is true from then on,
     * and what may still come is usage.
     *
     * @return false when the reply has proved to be complete
     * @throws IOException if the stream broke, ended without proof of completion, or carried an error
     */
    boolean next() throws IOException;

    /**
     * The text of the piece that {@link #next()} found.
     *
     * @return the text, or null if the piece holds none
     */
    @Nullable
    String text();

    /**
     * The reasoning of the piece that {@link #next()} found.
     *
     * @return what the model thinks aloud, or null if the piece holds none
     */
    @Nullable
    String reasoning();

    /**
     * How much content came so far, of every sort: the measure of a stream's progress.
     *
     * @return characters
     */
    long length();

    /**
     * Whether a finish reason was seen. What may still come is usage, and the reply is complete without it.
     *
     * @return true once the provider has said that the reply is complete
     */
    boolean isFinished();

    /**
     * The reply read so far: complete after {@link #next()} gave false, or when {@link #isFinished()}.
     *
     * @return a builder with all that the stream told
     */
    ChatReply.Builder reply();

    /**
     * Prepares an attempt that goes on with this very stream where it broke. Nothing is asked a second time: its pieces are those
     * that were missed, and its reply is the whole one, beginning and all. Of use once {@link #next()} has thrown, before or
     * after {@link #close()}.
     *
     * @return the attempt, or empty if the stream did not break off, or the provider keeps none of it
     */
    default Optional<Exchange<?, DeltaReader>> resumption() {
        return Optional.empty();
    }

    /**
     * Prepares a message that has the provider stop writing a reply for which nobody waits any more.
     *
     * @return the message, or empty where closing the connection does that, or nothing is being written
     */
    default Optional<Exchange<?, ?>> abandonment() {
        return Optional.empty();
    }

    /** Frees the connection at once, whether or not the stream was read to its end. */
    @Override
    void close();
}
