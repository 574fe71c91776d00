package io.github.tideover.provider.gemini;

import io.github.tideover.provider.DeltaReader;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.Json;
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
 * Content as it is generated, piece by piece, for one pass in one thread. It must be closed; a wait for the next piece is
 * ended from another thread by cancelling the call.
 *
 * <pre>{@code
 * try (GeneratedContentStream stream = api.stream(request).execute().body()) {
 *     for (GeneratedContent piece : stream) {
 *         show(piece.text());
 *     }
 * }
 * }</pre>
 *
 * <p>The loop ends well when the server gave a finish reason, stopped the prompt by a policy, or told an error, and then the
 * connection ended. A stream that ends without one of these was cut, whatever the connection says, and then the loop ends
 * with an {@link UncheckedIOException}; so it does when the connection breaks, and when what comes is not a piece.
 *
 * @since 0.1
 */
public final class GeneratedContentStream implements Iterable<GeneratedContent>, Closeable {
    static final String PROOF = "a finish reason";

    private final ResponseBody body;
    private @Nullable Pieces pieces;

    GeneratedContentStream(ResponseBody body) {
        this.body = body;
    }

    /** Hands the stream over to the engine's reader, which closes it. */
    DeltaReader deltas(Runnable abort, Headers headers, String model, List<String> adapted, long maxReplyBytes) {
        return new ContentReader(new EventStreamReader(body.source(), abort), headers, model, adapted, maxReplyBytes);
    }

    /**
     * The pieces, in order. {@code hasNext} waits for the next one.
     *
     * @return the one iterator of this stream
     * @throws IllegalStateException if it was asked for before
     */
    @Override
    public Iterator<GeneratedContent> iterator() {
        if (pieces != null) {
            throw new IllegalStateException("a stream can be read once only");
        }
        pieces = new Pieces(body.source());
        return pieces;
    }

    /** Frees the connection, whether or not the stream was read to its end. */
    @Override
    public void close() {
        if (pieces == null) {
            body.close();
        } else {
            pieces.close();
        }
    }

    private static final class Pieces extends TypedEvents<GeneratedContent> {
        Pieces(BufferedSource source) {
            super(source, PROOF);
        }

        @Override
        protected GeneratedContent read(byte[] bytes, int from, int to) throws IOException {
            GeneratedContent piece = Json.read(bytes, from, to, GeneratedContent::read);
            if (isLast(piece)) {
                proven();
            }
            return piece;
        }

        private static boolean isLast(GeneratedContent piece) {
            return piece.error().isPresent()
                    || !piece.blockReason().isEmpty()
                    || piece.first()
                            .filter(candidate -> Ending.isSaid(candidate.finishReason()))
                            .isPresent();
        }
    }
}
