package io.github.tideover.provider.responses;

import io.github.tideover.provider.DeltaReader;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.TypedEvents;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import okhttp3.Headers;
import okhttp3.ResponseBody;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * A response as it is written, event by event, for one pass in one thread. It must be closed; a wait for the next event is
 * ended from another thread by cancelling the call.
 *
 * <pre>{@code
 * try (ResponseStream stream = api.stream(request).execute().body()) {
 *     for (ResponseEvent event : stream) {
 *         show(event.text());
 *     }
 * }
 * }</pre>
 *
 * <p>The loop ends when the server has said what became of the response: {@code response.completed},
 * {@code response.incomplete} or {@code response.failed}. A stream that ends without any of them was cut, whatever the
 * connection says, and then the loop ends with an {@link UncheckedIOException}; so it does when the connection breaks, and when
 * what comes is not an event.
 *
 * @since 0.1
 */
public final class ResponseStream implements Iterable<ResponseEvent>, Closeable {
    static final String PROOF = "response.completed or another end";

    /**
     * How long one event may be, in bytes: the first ones repeat the instructions and tools of the request, and the last one
     * the whole output too.
     */
    private static final int MAX_EVENT = 16 * 1024 * 1024;

    private final ResponseBody body;
    private @Nullable Events events;

    ResponseStream(ResponseBody body) {
        this.body = body;
    }

    static EventStreamReader reader(BufferedSource source, Runnable abort) {
        return new EventStreamReader(source, abort, MAX_EVENT, MAX_EVENT, Long.MAX_VALUE);
    }

    static boolean isDone(byte[] bytes, int from, int to) {
        return to - from <= 20
                && new String(bytes, from, to - from, StandardCharsets.US_ASCII)
                        .strip()
                        .equals("[DONE]");
    }

    /** Hands the stream over to the engine's reader, which closes it. */
    DeltaReader deltas(
            Runnable abort, Headers headers, ResponseEventReader.Asked asked, @Nullable ResponseEventReader broken) {
        return new ResponseEventReader(reader(body.source(), abort), headers, asked, broken);
    }

    /**
     * The events, in order. {@code hasNext} waits for the next one.
     *
     * @return the one iterator of this stream
     * @throws IllegalStateException if it was asked for before
     */
    @Override
    public Iterator<ResponseEvent> iterator() {
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

    private static final class Events extends TypedEvents<ResponseEvent> {
        Events(BufferedSource source) {
            super(reader(source, () -> {}), PROOF);
        }

        @Override
        protected ResponseEvent read(byte[] bytes, int from, int to) throws IOException {
            if (isDone(bytes, from, to)) {
                throw new CutReplyException("the stream said [DONE] without " + PROOF);
            }
            ResponseEvent event = ResponseEvent.read(bytes, from, to);
            if (event.isLast()) {
                end();
            }
            return event;
        }
    }
}
