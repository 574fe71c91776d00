package io.github.tideover.provider;

import io.github.tideover.failure.RateLimits;
import io.github.tideover.wire.DirectCall;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RateLimitHeaders;
import io.github.tideover.wire.RefusedException;
import java.io.IOException;
import java.time.InstantSource;
import okhttp3.Headers;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;
import retrofit2.Call;
import retrofit2.Response;

/**
 * One attempt: a call that is ready to be sent once, and the way to read what comes back.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @param <W> the reply on the wire
 * @param <R> what it is read as
 * @since 0.1
 */
public final class Exchange<W, R> {
    private final Call<W> call;
    private final Reader<W, R> reader;
    private final Remedy<R> remedy;
    private volatile @Nullable Exchange<?, R> instead;
    private volatile boolean cancelled;
    private @Nullable String idempotencyKey;
    private Headers headers = Headers.EMPTY;

    /**
     * Makes an attempt.
     *
     * @param call the call
     * @param reader reads its reply
     */
    public Exchange(Call<W> call, Reader<W, R> reader) {
        this(call, reader, refusal -> null);
    }

    /**
     * Makes an attempt that may be made in another way.
     *
     * @param call the call
     * @param reader reads its reply
     * @param remedy what to do instead when it is refused
     */
    public Exchange(Call<W> call, Reader<W, R> reader, Remedy<R> remedy) {
        this.call = call;
        this.reader = reader;
        this.remedy = remedy;
    }

    /**
     * Lets the provider tell another attempt from another question. Before it is performed.
     *
     * @param key the same for every attempt
     */
    public void idempotencyKey(String key) {
        idempotencyKey = key;
        if (call instanceof DirectCall<W> direct) {
            direct.header("Idempotency-Key", key);
        }
    }

    /**
     * Sends the request and waits for the reply on the calling thread.
     *
     * @return what was read
     * @throws IOException everything that is not a reply
     */
    public R perform() throws IOException {
        Exchange<?, R> other;
        try {
            return read(call.execute());
        } catch (RefusedException e) {
            other = remedy.instead(e);
            if (other == null) {
                throw e;
            }
        }
        if (idempotencyKey != null) {
            other.idempotencyKey(idempotencyKey);
        }
        instead = other;
        if (cancelled) { // before it could be seen
            other.cancel();
        }
        return other.perform();
    }

    /**
     * What the answer said of rate limits, once {@link #perform()} has given it.
     *
     * @param clock tells the time of the answer, if that is needed
     * @return the limits
     */
    public RateLimits rateLimits(InstantSource clock) {
        Exchange<?, R> other = instead;
        return other == null ? RateLimitHeaders.read(headers, clock) : other.rateLimits(clock);
    }

    /** Ends the attempt from any thread: a waiting {@link #perform()} throws, the connection is closed. */
    public void cancel() {
        cancelled = true;
        call.cancel();
        Exchange<?, R> other = instead;
        if (other != null) {
            other.cancel();
        }
    }

    private R read(Response<W> response) throws IOException {
        if (!response.isSuccessful()) {
            ResponseBody body = response.errorBody();
            throw new RefusedException(response.code(), response.headers(), body == null ? "" : body.string());
        }
        headers = response.headers();
        W body = response.body();
        if (body == null) {
            throw new MalformedReplyException("the answer has no body");
        }
        return reader.read(body, response.headers());
    }

    /**
     * Knows another way to ask for the same, where a refusal is about the way and not about what was asked.
     *
     * @param <R> what the reply is read as
     * @since 0.1
     */
    @FunctionalInterface
    public interface Remedy<R> {
        /**
         * Prepares the other way, for the same attempt and within its limits.
         *
         * @param refusal what the provider said
         * @return what to do instead, or null if the refusal stands
         */
        @Nullable
        Exchange<?, R> instead(IOException refusal);
    }

    /**
     * Reads a reply off the wire.
     *
     * @param <W> the reply on the wire
     * @param <R> what it is read as
     * @since 0.1
     */
    @FunctionalInterface
    public interface Reader<W, R> {
        /**
         * Reads a reply.
         *
         * @param body the reply on the wire
         * @param headers the answer's headers
         * @return what was read
         * @throws IOException if it is not a reply after all
         */
        R read(W body, Headers headers) throws IOException;
    }
}
