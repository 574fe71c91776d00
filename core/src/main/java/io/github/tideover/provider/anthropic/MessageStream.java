package io.github.tideover.provider.anthropic;

import io.github.tideover.provider.DeltaReader;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.TypedEvents;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import okhttp3.Headers;
import okhttp3.ResponseBody;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * A message as it is written, event by event, for one pass in one thread. It must be closed; a wait for the next event is
 * ended from another thread by cancelling the call.
 *
 * <pre>{@code
 * try (MessageStream stream = api.stream(request).execute().body()) {
 *     for (MessageEvent event : stream) {
 *         show(event.text());
 *     }
 * }
 * }</pre>
 *
 * <p>The loop ends when the server has said that the message is complete, by a stop reason or by {@code message_stop}. A
 * stream that ends without either was cut, whatever the connection says, and then the loop ends with an
 * {@link UncheckedIOException}; so it does when the connection breaks, and when what comes is not an event.
 *
 * @since 0.1
 */
public final class MessageStream implements Iterable<MessageEvent>, Closeable {
    static final String PROOF = "a stop reason or message_stop";

    private final ResponseBody body;
    private @Nullable Events events;

    MessageStream(ResponseBody body) {
        this.body = body;
    }

    /** Hands the stream over to the engine's reader, which closes it. */
    DeltaReader deltas(Runnable abort, Headers headers, String model, List<String> adapted, long maxReplyBytes) {
        return new MessageEventReader(
                new EventStreamReader(body.source(), abort), headers, model, adapted, maxReplyBytes);
    }

    /**
     * The events, in order. {@code hasNext} waits for the next one.
     *
     * @return the one iterator of this stream
     * @throws IllegalStateException if it was asked for before
     */
    @Override
    public Iterator<MessageEvent> iterator() {
        if (events != null) {
            throw new IllegalStateException("a stream can be read once only");
        }
        events = new Events(body.source());
        return events;
    }

    /** Frees the connection, whether or not the stream was read to its end. */
    @Override
    public void close() {
        if (events == null) {
            body.close();
        } else {
            events.close();
        }
    }

    private static final class Events extends TypedEvents<MessageEvent> {
        Events(BufferedSource source) {
            super(source, PROOF);
        }

        @Override
        protected MessageEvent read(byte[] bytes, int from, int to) throws IOException {
            MessageEvent event = MessageEvent.read(bytes, from, to);
            if (!event.stopReason().isEmpty()) {
                proven();
            }
            if (event.type().equals("message_stop")) {
                end();
            }
            return event;
        }
    }
}
