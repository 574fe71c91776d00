package io.github.tideover.wire;

import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import okhttp3.Authenticator;
import okhttp3.ConnectionPool;
import okhttp3.CookieJar;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client under everything. It does what it is told once: no retries, no redirects, no time limits but the one
 * on connecting. The engine has all of these, and sees what happens only if nothing below it has them too.
 *
 * <p>An application's own client is never changed: this one is made from it, with its connections, proxy, certificates
 * and interceptors, and with threads of its own.
 */
public final class Transport implements Closeable {
    /** How long a connection may take to be made, unless said otherwise. */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** The longest reply that is read, unless said otherwise. */
    public static final long MAX_REPLY_BYTES = 16L << 20;

    // A call that is cancelled leaves its HTTP/2 connection to the others. Only a ping finds out that it is dead.
    private static final Duration PING_INTERVAL = Duration.ofSeconds(5);
    private static final int SPARE_REQUESTS = 8;

    private final OkHttpClient origin;
    private final OkHttpClient client;
    private final ExecutorService threads;
    private final ExecutorService lookups;
    private final @Nullable ConnectionPool ownConnections;

    private Transport(
            OkHttpClient origin,
            OkHttpClient client,
            ExecutorService threads,
            ExecutorService lookups,
            @Nullable ConnectionPool ownConnections) {
        this.origin = origin;
        this.client = client;
        this.threads = threads;
        this.lookups = lookups;
        this.ownConnections = ownConnections;
    }

    /**
     * Makes the HTTP client for an engine that has its own timers.
     *
     * @param base the application's own client, or null for none
     * @param maxConcurrent how many requests will be under way at once
     * @param connectTimeout how long a connection may take to be made, and a name to be looked up
     * @return the transport, to be closed
     */
    public static Transport open(@Nullable OkHttpClient base, int maxConcurrent, Duration connectTimeout) {
        ExecutorService threads = HttpThreads.forCalls();
        ExecutorService lookups = HttpThreads.forLookups();
        Dispatcher dispatcher = new Dispatcher(threads);
        // OkHttp admits 5 asynchronous calls to one host unless told otherwise, and we have few hosts.
        dispatcher.setMaxRequests(maxConcurrent + SPARE_REQUESTS);
        dispatcher.setMaxRequestsPerHost(maxConcurrent + SPARE_REQUESTS);
        ConnectionPool ownConnections = null;
        OkHttpClient origin = base;
        if (origin == null) {
            ownConnections = new ConnectionPool(maxConcurrent, 5, TimeUnit.MINUTES);
            origin = new OkHttpClient.Builder().connectionPool(ownConnections).build();
        }
        OkHttpClient.Builder builder = origin.newBuilder();
        if (origin.pingIntervalMillis() == 0) {
            builder.pingInterval(PING_INTERVAL);
        }
        builder.dispatcher(dispatcher)
                // OkHttp refuses less than a millisecond.
                .connectTimeout(connectTimeout.toMillis() > 0 ? connectTimeout : Duration.ofMillis(1))
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .callTimeout(Duration.ZERO)
                .dns(new BoundedDns(origin.dns(), connectTimeout, lookups))
                .eventListenerFactory(withLookups(origin.eventListenerFactory()));
        return new Transport(origin, guarded(builder), threads, lookups, ownConnections);
    }

    /**
     * Makes the HTTP client for use without an engine: the same caution, but the time limits stay as they are.
     *
     * @param base the client to start from
     * @return another client, which shares its connections and threads
     */
    public static OkHttpClient direct(OkHttpClient base) {
        return guarded(base.newBuilder());
    }

    /**
     * The beginning of a client for what is asked beside the calls, of third parties: it takes proxy, certificates and name
     * resolution from another one, and nothing that an application adds to its calls, which may be a key.
     */
    static OkHttpClient.Builder apart(OkHttpClient origin) {
        OkHttpClient.Builder builder = origin.newBuilder();
        builder.interceptors().clear();
        builder.networkInterceptors().clear();
        return builder.protocols(List.of(Protocol.HTTP_1_1)) // HTTP/2 would keep a thread to read each connection
                .eventListener(EventListener.NONE)
                .authenticator(Authenticator.NONE)
                .cookieJar(CookieJar.NO_COOKIES)
                .cache(null)
                .followRedirects(false)
                .followSslRedirects(false);
    }

    private static EventListener.Factory withLookups(EventListener.Factory own) {
        return call -> {
            EventListener listener = own.create(call);
            return EventListener.NONE.equals(listener) ? BoundedDns.CALLER : BoundedDns.CALLER.plus(listener);
        };
    }

    private static OkHttpClient guarded(OkHttpClient.Builder builder) {
        // First of the network interceptors, so that it sees what the application's own ones make of an answer.
        builder.networkInterceptors().add(0, new ConnectionGuard());
        return builder.retryOnConnectionFailure(false)
                // A redirect would carry the conversation, and a key in a header of its own, to who knows whom.
                .followRedirects(false)
                .followSslRedirects(false)
                .build();
    }

    /**
     * The HTTP client.
     *
     * @return the client, the same every time
     */
    public OkHttpClient client() {
        return client;
    }

    /**
     * The client this one was made from: the application's, or a plain one. Another transport made from it shares the
     * connections.
     *
     * @return the client
     */
    public OkHttpClient origin() {
        return origin;
    }

    /** Ends what is under way and frees the threads and, unless they are the application's, the connections. */
    @Override
    public void close() {
        client.dispatcher().cancelAll();
        threads.shutdown();
        lookups.shutdown();
        if (ownConnections != null) {
            ownConnections.evictAll();
        }
    }
}
