package io.github.tideover.provider.openai;

import io.github.tideover.provider.DeltaReader;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.TypedEvents;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import okhttp3.Headers;
import okhttp3.ResponseBody;
import okio.BufferedSource;
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
    DeltaReader deltas(Runnable abort, Headers headers, String model, List<String> adapted, long maxReplyBytes) {
        ChunkReader reader = new ChunkReader(
                new EventStreamReader(body.source(), abort),
                headers,
                json -> CompletionReader.read(Json.read(json, 0, json.length, ChatCompletion::read), headers, model),
                maxReplyBytes);
        return reader.adapted(adapted);
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
        chunks = new Chunks(body.source());
        return chunks;
    }

    /** Frees the connection, whether or not the stream was read to its end. */
    @Override
    public void close() {
        if (chunks == null) {
            body.close();
        } else {
            chunks.close();
        }
    }

    private static final class Chunks extends TypedEvents<ChatCompletionChunk> {
        Chunks(BufferedSource source) {
            super(source, "a finish reason or [DONE]");
        }

        @Override
        protected @Nullable ChatCompletionChunk read(byte[] bytes, int from, int to) throws IOException {
            String start = new String(bytes, from, Math.min(to - from, 20), StandardCharsets.US_ASCII);
            if (start.strip().equals("[DONE]")) {
                end();
                return null;
            }
            ChatCompletionChunk chunk = Json.read(bytes, from, to, ChatCompletionChunk::read);
            if (chunk.isLast()) {
                proven();
            }
            return chunk;
        }
    }
}
