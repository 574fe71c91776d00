package io.github.tideover.wire;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/**
 * Fetches small public documents from third parties, on the calling thread and beside the calls: with connections and
 * threads of its own, and with nothing that an application adds to its calls, which may be a key. Proxy, certificates and
 * name resolution are the application's.
 *
 * <p>A redirect is followed within the same site, or to a home that is known to be the site's new one. Whatever else comes
 * instead of the document is no document.
 */
public final class DocumentFetcher implements Closeable {
    /** For making a connection, for each read and for each write; the whole may take twice as long. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final int MOST_REDIRECTS = 3;

    private final OkHttpClient client;
    private final long maxBytes;
    private final Map<String, String> newHomes;
    private final Clock clock;

    /**
     * Makes a fetcher.
     *
     * @param origin the client to take proxy, certificates and name resolution from
     * @param maxBytes how long a document may be, after decompression
     * @param newHomes hosts that have moved, and where to
     * @param clock tells the time, for dates that servers send
     */
    public DocumentFetcher(OkHttpClient origin, long maxBytes, Map<String, String> newHomes, Clock clock) {
        this(origin, maxBytes, newHomes, clock, TIMEOUT);
    }

    DocumentFetcher(OkHttpClient origin, long maxBytes, Map<String, String> newHomes, Clock clock, Duration timeout) {
        this.maxBytes = maxBytes;
        this.newHomes = Map.copyOf(newHomes);
        this.clock = clock;
        client = Transport.apart(origin)
                .dispatcher(new Dispatcher())
                .connectionPool(new ConnectionPool(2, 2, TimeUnit.MINUTES))
                .connectTimeout(timeout)
                .readTimeout(timeout)
                .writeTimeout(timeout)
                .callTimeout(timeout.multipliedBy(2))
                .retryOnConnectionFailure(true) // a connection that was kept from the last time may be dead
                .build();
    }

    /** What came. */
    public sealed interface Answer {}

    /**
     * A document.
     *
     * @param body its bytes
     * @param etag the server's mark for this state of it, or null
     */
    @SuppressWarnings("ArrayRecordComponent") // read once, by whoever asked
    public record Found(byte[] body, @Nullable String etag) implements Answer {}

    /** The document is as it was when its mark was given. */
    public record Unchanged() implements Answer {}

    /**
     * No document.
     *
     * @param status the HTTP status
     * @param retryAfter how long the server asks to be left alone, zero if it does not
     */
    public record Refused(int status, Duration retryAfter) implements Answer {}

    /**
     * Fetches a document, in 10 s at most once the host's name is looked up.
     *
     * @param url its address
     * @param etag the mark of the state that is known already, or null
     * @return what came
     * @throws IOException if the server cannot be reached, takes too long, or sends more than is allowed
     */
    public Answer fetch(String url, @Nullable String etag) throws IOException {
        HttpUrl at = HttpUrl.get(url);
        for (int redirects = 0; ; redirects++) {
            Request.Builder request = new Request.Builder()
                    .url(at)
                    .header("Accept", "application/json")
                    .header("User-Agent", UserAgent.VALUE);
            if (etag != null) {
                request.header("If-None-Match", etag);
            }
            try (Response response = client.newCall(request.build()).execute()) {
                HttpUrl next = response.isRedirect() ? redirect(at, response) : null;
                if (next == null || redirects == MOST_REDIRECTS) {
                    return read(response, etag != null);
                }
                at = next;
            }
        }
    }

    private Answer read(Response response, boolean knowsOne) throws IOException {
        if (response.code() == 304 && knowsOne) {
            return new Unchanged();
        }
        if (response.code() != 200) {
            return new Refused(
                    response.code(),
                    RetryAfter.of(response.code(), response.headers(), null, clock.instant())
                            .orElse(Duration.ZERO));
        }
        ResponseBody body = response.body();
        if (body.contentLength() > maxBytes) {
            throw BoundedInput.tooLong(maxBytes);
        }
        return new Found(new BoundedInput(body.source(), maxBytes).readAllBytes(), response.header("ETag"));
    }

    /** Where to go on, or null if it leads to somebody else's or to where others can read along. */
    private @Nullable HttpUrl redirect(HttpUrl from, Response response) {
        String location = response.header("Location");
        HttpUrl to = location == null ? null : from.resolve(location);
        if (to == null || from.isHttps() && !to.isHttps()) {
            return null;
        }
        return isSameSite(from, to) || to.host().equals(newHomes.get(from.host())) ? to : null;
    }

    private static boolean isSameSite(HttpUrl one, HttpUrl other) {
        String site = one.topPrivateDomain();
        return one.host().equals(other.host()) || site != null && site.equals(other.topPrivateDomain());
    }

    /** Ends what is under way and frees the connections. */
    @Override
    public void close() {
        client.dispatcher().cancelAll();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
