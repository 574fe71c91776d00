package io.github.tideover.provider.openai;

import io.github.tideover.provider.DeltaReader;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.MalformedReplyException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import okhttp3.Headers;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/**
 * A chat completion as it is written, chunk by chunk, for one pass in one thread. It must be closed; a wait for the next
 * chunk is ended from another thread by cancelling the call.
 *
 * <pre>{@code
 * try (ChatCompletionStream stream = api.stream(request).execute().body()) {
 *     for (ChatCompletionChunk chunk : stream) {
 *         show(chunk.text());
 *     }
 * }
 * }</pre>
 *
 * <p>The loop ends when the server has said that the reply is complete, by a finish reason or by {@code [DONE]}. A stream
 * that ends without either was cut, whatever the connection says, and then the loop ends with an
 * {@link UncheckedIOException}; so it does when the connection breaks, and when what comes is not a chunk.
 *
 * @since 0.1
 */
public final class ChatCompletionStream implements Iterable<ChatCompletionChunk>, Closeable {
    private final ResponseBody body;
    private @Nullable Chunks chunks;

    ChatCompletionStream(ResponseBody body) {
        this.body = body;
    }

    /** Hands the stream over to the engine's reader, which closes it. */
    DeltaReader deltas(Runnable abort, Headers headers, String model, long maxReplyBytes) {
        return new ChunkReader(
                new EventStreamReader(body.source(), abort),
                headers,
                json -> CompletionReader.read(Json.read(json, 0, json.length, ChatCompletion::read), headers, model),
                maxReplyBytes);
    }

    /**
     * The chunks, in order. {@code hasNext} waits for the next one.
     *
     * @return the one iterator of this stream
     * @throws IllegalStateException if it was asked for before
     */
    @Override
    public Iterator<ChatCompletionChunk> iterator() {
        if (chunks != null) {
            throw new IllegalStateException("a stream can be read once only");
        }
        chunks = new Chunks(new EventStreamReader(body.source(), () -> {}));
        return chunks;
    }

    /** Frees the connection, whether or not the stream was read to its end. */
    @Override
    public void close() {
        if (chunks == null) {
            body.close();
        } else {
            chunks.events.close();
        }
    }

    private static final class Chunks implements Iterator<ChatCompletionChunk> {
        private final EventStreamReader events;
        private boolean opened;
        private boolean finished;
        private boolean ended;
        private @Nullable ChatCompletionChunk next;
        private @Nullable UncheckedIOException failure;

        Chunks(EventStreamReader events) {
            this.events = events;
        }

        @Override
        public boolean hasNext() {
            if (next == null && !ended) {
                if (failure != null) {
                    throw failure; // or a second try could find the [DONE] behind what could not be read
                }
                try {
                    next = read();
                } catch (IOException e) {
                    failure = new UncheckedIOException(e);
                    throw failure;
                }
                ended = next == null;
            }
            return next != null;
        }

        @Override
        public ChatCompletionChunk next() {
            ChatCompletionChunk chunk = hasNext() ? next : null;
            if (chunk == null) {
                throw new NoSuchElementException("the stream has ended");
            }
            next = null;
            return chunk;
        }

        private @Nullable ChatCompletionChunk read() throws IOException {
            if (!opened) {
                opened = true;
                requireEvents();
            }
            while (hasNextEvent()) {
                int from = events.dataStart();
                int to = events.dataEnd();
                String start = new String(events.bytes(), from, Math.min(to - from, 20), StandardCharsets.US_ASCII);
                if (start.isBlank() && to - from <= 20) {
                    continue; // a keep-alive
                }
                if (start.strip().equals("[DONE]")) {
                    events.finish();
                    return null;
                }
                ChatCompletionChunk chunk = Json.read(events.bytes(), from, to, ChatCompletionChunk::read);
                finished |= chunk.isLast();
                return chunk;
            }
            if (!finished) {
                throw new CutReplyException("the stream ended without a finish reason or [DONE]");
            }
            return null;
        }

        /** Nothing that breaks after a finish reason takes the reply away. */
        private boolean hasNextEvent() throws IOException {
            try {
                return events.next();
            } catch (IOException e) {
                if (finished) {
                    return false;
                }
                throw e;
            }
        }

        private void requireEvents() throws IOException {
            String came = switch (events.opening()) {
                case EVENTS, TEXT -> "";
                case JSON -> "JSON";
                case MARKUP -> "markup";
                case NOTHING -> "empty";
            };
            if (!came.isEmpty()) {
                throw new MalformedReplyException("the answer is " + came + ", not an event stream");
            }
        }
    }
}
