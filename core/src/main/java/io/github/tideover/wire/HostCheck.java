package io.github.tideover.wire;

import java.io.Closeable;
import java.io.IOException;
import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Connection;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Finds out whether a host can be reached, by making a connection to it, with TLS where its address says so, and hanging up
 * before anything is sent: no request, no key, nothing of an application's. Proxy, certificates and name resolution are the
 * application's.
 */
public final class HostCheck implements Closeable {
    /** What came of it. */
    public enum Finding {
        /** A connection was made. */
        REACHED,
        /** None was. */
        UNREACHED,
        /** A proxy was reached that would have gone on by itself: it says nothing about the host. */
        UNKNOWN
    }

    private final OkHttpClient client;
    private final ExecutorService threads = HttpThreads.forChecks();

    /**
     * Makes a check.
     *
     * @param origin the client to take proxy, certificates and name resolution from
     * @param limit how long a connection may take; looking the name up may take longer
     */
    public HostCheck(OkHttpClient origin, Duration limit) {
        client = Transport.apart(origin)
                .addNetworkInterceptor(HostCheck::hangUp)
                .dispatcher(new Dispatcher(threads))
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
                .connectTimeout(limit)
                .readTimeout(limit) // for a TLS handshake that is not answered
                .writeTimeout(limit)
                .callTimeout(limit)
                .retryOnConnectionFailure(true) // another address of the same host will do
                .build();
    }

    /** OkHttp has made the connection, and is about to use it. */
    private static Response hangUp(Interceptor.Chain chain) throws IOException {
        Connection connection = chain.connection();
        boolean isOfTheProxy = connection != null
                && connection.route().proxy().type() == Proxy.Type.HTTP
                && !chain.request().isHttps();
        throw new Connected(isOfTheProxy ? Finding.UNKNOWN : Finding.REACHED);
    }

    /**
     * Tries to reach some hosts, all at the same time. Returns at once.
     *
     * @param hosts addresses there, of which the paths do not matter
     * @param told what came of it, once for each, on a thread where it must not block
     */
    public void reach(List<HttpUrl> hosts, Consumer<Finding> told) {
        for (HttpUrl host : hosts) {
            client.newCall(new Request.Builder().url(host).build()).enqueue(new Answered(told));
        }
    }

    /**
     * Whether something is under way still: a look-up of a name cannot be ended.
     *
     * @return true if so
     */
    public boolean isBusy() {
        return client.dispatcher().runningCallsCount() > 0;
    }

    /** Ends what is under way. */
    @Override
    public void close() {
        client.dispatcher().cancelAll();
        threads.shutdown();
    }

    private record Answered(Consumer<Finding> told) implements Callback {
        @Override
        public void onFailure(Call call, IOException e) {
            told.accept(e instanceof Connected connected ? connected.finding : Finding.UNREACHED);
        }

        @Override
        public void onResponse(Call call, Response response) {
            response.close();
            throw new IllegalStateException("a request went out, and none was to be sent");
        }
    }

    /** The way out of OkHttp between the connection and the first byte on it. */
    private static final class Connected extends IOException {
        private static final long serialVersionUID = 1L;

        private final Finding finding;

        Connected(Finding finding) {
            super("reached");
            this.finding = finding;
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }
}
