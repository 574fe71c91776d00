package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import mockwebserver3.junit5.StartStop;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.ConnectionPool;
import okhttp3.Dns;
import okhttp3.EventListener;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSink;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;

@Timeout(30)
class TransportTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @StartStop
    final MockWebServer server = new MockWebServer();

    private final Transport transport = Transport.open(null, 4, SECOND);
    private final OkHttpClient client = transport.client();

    @AfterEach
    void close() {
        transport.close();
    }

    // --- an application's own client

    @Test
    void anApplicationsClientIsLeftAsItIsAndItsConnectionsAreShared() {
        OkHttpClient own = new OkHttpClient.Builder()
                .readTimeout(Duration.ofSeconds(7))
                .dns(host -> List.of(InetAddress.getLoopbackAddress()))
                .build();
        String before = settings(own);
        try (Transport other = Transport.open(own, 64, SECOND)) {
            OkHttpClient made = other.client();

            assertThat(made.connectionPool()).isSameAs(own.connectionPool());
            assertThat(made.proxySelector()).isSameAs(own.proxySelector());
            assertThat(made.sslSocketFactory()).isSameAs(own.sslSocketFactory());
            assertThat(made.dispatcher()).isNotSameAs(own.dispatcher());
            assertThat(made.dispatcher().getMaxRequests()).isEqualTo(72);
            assertThat(made.dispatcher().getMaxRequestsPerHost()).isEqualTo(72);
            assertThat(made.retryOnConnectionFailure()).isFalse();
            assertThat(made.followRedirects()).isFalse();
            assertThat(made.followSslRedirects()).isFalse();
            assertThat(made.connectTimeoutMillis()).isEqualTo(1_000);
            assertThat(made.readTimeoutMillis()).isZero();
            assertThat(made.writeTimeoutMillis()).isZero();
            assertThat(made.callTimeoutMillis()).isZero();
        }
        assertThat(settings(own)).isEqualTo(before);
        assertThat(own.dispatcher().executorService().isShutdown()).isFalse();
    }

    private static String settings(OkHttpClient client) {
        return List.of(
                        client.readTimeoutMillis(),
                        client.writeTimeoutMillis(),
                        client.connectTimeoutMillis(),
                        client.callTimeoutMillis(),
                        client.pingIntervalMillis(),
                        client.followRedirects(),
                        client.followSslRedirects(),
                        client.retryOnConnectionFailure(),
                        client.interceptors(),
                        client.networkInterceptors(),
                        client.dns(),
                        client.dispatcher(),
                        client.dispatcher().getMaxRequests(),
                        client.dispatcher().getMaxRequestsPerHost(),
                        client.connectionPool())
                .toString();
    }

    @Test
    void anApplicationsInterceptorsStillRun() throws IOException {
        AtomicInteger ran = new AtomicInteger();
        OkHttpClient own = new OkHttpClient.Builder()
                .addInterceptor(chain -> {
                    ran.incrementAndGet();
                    return chain.proceed(chain.request());
                })
                .addNetworkInterceptor(chain -> {
                    ran.incrementAndGet();
                    return chain.proceed(chain.request());
                })
                .build();
        server.enqueue(new MockResponse.Builder().body("{}").build());
        try (Transport other = Transport.open(own, 1, SECOND);
                Response response = other.client().newCall(post()).execute()) {
            assertThat(response.code()).isEqualTo(200);
        }
        assertThat(ran).hasValue(2);
    }

    @Test
    void anApplicationsEventListenerStillHears() throws IOException {
        List<String> heard = new CopyOnWriteArrayList<>();
        OkHttpClient own = new OkHttpClient.Builder()
                .eventListener(new EventListener() {
                    @Override
                    public void dnsStart(Call call, String host) {
                        heard.add("dnsStart " + host);
                    }

                    @Override
                    public void callEnd(Call call) {
                        heard.add("callEnd");
                    }
                })
                .build();
        server.enqueue(new MockResponse.Builder().body("{}").build());
        Request request = new Request.Builder()
                .url(server.url("/").newBuilder().host("localhost").build())
                .post(body())
                .build();
        try (Transport other = Transport.open(own, 1, SECOND);
                Response response = other.client().newCall(request).execute()) {
            response.body().string();
        }
        assertThat(heard).containsExactly("dnsStart localhost", "callEnd");
    }

    @Test
    void withoutAnEngineTheTimeLimitsStayAndNothingElseIsTriedTwice() {
        OkHttpClient own = new OkHttpClient.Builder()
                .readTimeout(Duration.ofSeconds(7))
                .callTimeout(Duration.ofSeconds(9))
                .build();
        OkHttpClient made = Transport.direct(own);
        assertThat(made.readTimeoutMillis()).isEqualTo(7_000);
        assertThat(made.callTimeoutMillis()).isEqualTo(9_000);
        assertThat(made.retryOnConnectionFailure()).isFalse();
        assertThat(made.followRedirects()).isFalse();
        assertThat(made.connectionPool()).isSameAs(own.connectionPool());
    }

    // --- nothing is sent twice

    /** OkHttp replays a 503 with a zero, and throws a NumberFormatException at a number that is no int. */
    @ParameterizedTest
    @CsvSource({
        "0, 0.0",
        "000, 000.0",
        "99999999999, 99999999999.0",
        "12, 12",
        "'Fri, 31 Dec 1999 23:59:59 GMT', 'Fri, 31 Dec 1999 23:59:59 GMT'",
    })
    void aServerThatSaysWhenToComeBackIsAskedOnceAndItsWordsAreKept(String said, String heard) throws IOException {
        server.enqueue(new MockResponse.Builder()
                .code(503)
                .setHeader("Retry-After", said)
                .body("busy")
                .build());
        try (Response response = client.newCall(post()).execute()) {
            assertThat(response.code()).isEqualTo(503);
            assertThat(response.header("Retry-After")).isEqualTo(heard);
            assertThat(response.body().string()).isEqualTo("busy");
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 421, 425, 500, 502, 503, 504})
    void noRefusalMakesARequestGoOutAgain(int status) throws IOException {
        server.enqueue(new MockResponse.Builder().code(status).build());
        try (Response response = client.newCall(post()).execute()) {
            assertThat(response.code()).isEqualTo(status);
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void aRequestWhoseConnectionIsDroppedGoesOutOnceAndIsMarkedAsSent() {
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());
        assertThatThrownBy(() -> client.newCall(post()).execute()).isInstanceOf(AfterSendException.class);
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void aRequestOnAKeptConnectionThatTheServerClosedGoesOutAtMostOnce() throws IOException {
        server.enqueue(new MockResponse.Builder()
                .body("{}")
                .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
                .build());
        server.enqueue(new MockResponse.Builder().body("{}").build());
        try (Response response = client.newCall(post()).execute()) {
            response.body().string();
        }
        try (Response response = client.newCall(post()).execute()) {
            assertThat(response.code()).isEqualTo(200);
        } catch (AfterSendException e) {
            assertThat(server.getRequestCount()).isEqualTo(1);
        }
        assertThat(server.getRequestCount()).isLessThanOrEqualTo(2);
    }

    @Test
    void aConnectionThatWasNeverMadeIsNotMarkedAsSent() throws IOException {
        try (Socket deaf = new Socket()) {
            deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // its own, and nobody listens
            Request request = new Request.Builder()
                    .url("http://127.0.0.1:" + deaf.getLocalPort() + "/")
                    .post(body())
                    .build();
            assertThatThrownBy(() -> client.newCall(request).execute()).isInstanceOf(ConnectException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void aRedirectIsNotFollowed(int status) throws IOException {
        server.enqueue(new MockResponse.Builder()
                .code(status)
                .setHeader("Location", server.url("/elsewhere"))
                .build());
        try (Response response = client.newCall(post()).execute()) {
            assertThat(response.code()).isEqualTo(status);
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    // --- nothing is too long

    @Test
    void aRefusalIsReadUpTo64KiB() throws IOException {
        server.enqueue(new MockResponse.Builder()
                .code(500)
                .setHeader("Content-Type", "text/html")
                .body("x".repeat(1_000_000))
                .build());
        try (Response response = client.newCall(post()).execute()) {
            assertThat(response.body().contentType()).hasToString("text/html");
            assertThat(response.body().string()).hasSize(65_536);
        }
    }

    @Test
    void aRefusalIsUnpacked() throws IOException {
        server.enqueue(new MockResponse.Builder()
                .code(500)
                .setHeader("Content-Encoding", "gzip")
                .body(gzip("sorry", 1))
                .build());
        try (Response response = client.newCall(post()).execute()) {
            assertThat(response.header("Content-Encoding")).isNull();
            assertThat(response.body().string()).isEqualTo("sorry");
        }
    }

    @Test
    void aBombInARefusalIsUnpackedUpTo64KiB() throws IOException {
        server.enqueue(new MockResponse.Builder()
                .code(500)
                .setHeader("Content-Encoding", "gzip")
                .body(gzip("0".repeat(1 << 20), 200))
                .build());
        try (Response response = client.newCall(post()).execute()) {
            assertThat(response.body().bytes()).hasSize(65_536);
        }
    }

    @Test
    void aRefusalThatNeverEndsIsReadUpTo64KiB() throws IOException {
        try (RawServer endless = new RawServer(out -> {
            head(out, "HTTP/1.1 502 Bad Gateway", "Content-Type: text/html");
            while (true) {
                out.write("<p>sorry</p>".getBytes(StandardCharsets.US_ASCII));
            }
        })) {
            try (Response response = client.newCall(post(endless)).execute()) {
                assertThat(response.code()).isEqualTo(502);
                assertThat(response.body().bytes()).hasSize(65_536);
            }
        }
        assertThat(client.connectionPool().connectionCount()).isZero();
    }

    @Test
    void aRefusalThatBreaksOffIsStillARefusal() throws IOException {
        try (RawServer broken = new RawServer(out -> {
            head(out, "HTTP/1.1 503 Service Unavailable", "Content-Length: 100");
            out.write("overl".getBytes(StandardCharsets.US_ASCII));
        })) {
            try (Response response = client.newCall(post(broken)).execute()) {
                assertThat(response.code()).isEqualTo(503);
                assertThat(response.body().string()).isEqualTo("overl");
            }
        }
    }

    @Test
    void aRefusalThatStallsIsStillARefusal() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        try (RawServer stalled = new RawServer(out -> {
            head(out, "HTTP/1.1 503 Service Unavailable", "Content-Length: 100");
            out.write("overl".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            await(over);
        })) {
            try (Response response = client.newCall(post(stalled)).execute()) {
                assertThat(response.code()).isEqualTo(503);
                assertThat(response.body().string()).isEqualTo("overl");
            }
            over.countDown();
        }
    }

    @Test
    void aHeaderThatNeverEndsIsAFailure() throws IOException {
        try (RawServer endless = new RawServer(out -> {
            out.write("HTTP/1.1 200 OK\r\nX-Endless: ".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write("for ever and ever ".getBytes(StandardCharsets.US_ASCII));
            }
        })) {
            assertThatThrownBy(() -> client.newCall(post(endless)).execute()).isInstanceOf(AfterSendException.class);
        }
    }

    @Test
    void aBombIsNotUnpackedBeyondTheLimit() throws IOException {
        Buffer bomb = gzip(" ".repeat(1 << 20), 200);
        assertThat(bomb.size()).isLessThan(1 << 20);
        server.enqueue(new MockResponse.Builder()
                .setHeader("Content-Encoding", "gzip")
                .body(bomb)
                .build());
        assertThatThrownBy(() -> read(post(), 16 << 20))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage("the answer is larger than 16777216 bytes");
    }

    @Test
    void aReplyThatNeverEndsIsReadUpToTheLimit() throws IOException {
        try (RawServer endless = new RawServer(out -> {
            head(out, "HTTP/1.1 200 OK", "Content-Type: application/json");
            out.write("{\"text\":\"".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write("and on ".getBytes(StandardCharsets.US_ASCII));
            }
        })) {
            assertThatThrownBy(() -> read(post(endless), 1 << 20))
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessage("the answer is larger than 1048576 bytes");
        }
        assertThat(client.connectionPool().connectionCount()).isZero();
    }

    @Test
    void aReplyWhoseConnectionBreaksIsMarkedAsSent() throws IOException {
        try (RawServer broken = new RawServer(out -> {
            head(out, "HTTP/1.1 200 OK", "Content-Length: 1000");
            out.write("{\"text\":\"half of".getBytes(StandardCharsets.US_ASCII));
        })) {
            assertThatThrownBy(() -> read(post(broken), 1 << 20)).isInstanceOf(AfterSendException.class);
        }
    }

    @Test
    void aReplyLeavesItsConnectionForTheNext() throws IOException {
        for (int time = 0; time < 3; time++) {
            server.enqueue(new MockResponse.Builder()
                    .chunkedBody("{\"text\":\"whole\"}  \n", 5)
                    .build());
            assertThat(read(post(), 1_000)).isTrue();
        }
        assertThat(client.connectionPool().connectionCount()).isEqualTo(1);
        assertThat(client.connectionPool().idleConnectionCount()).isEqualTo(1);
    }

    // --- names

    @Test
    void aLookupThatHangsEndsWithTheTimeToConnect() {
        CountDownLatch over = new CountDownLatch(1);
        OkHttpClient own = hangingDns(over, new AtomicInteger());
        try (Transport other = Transport.open(own, 1, Duration.ofMillis(200))) {
            assertThatThrownBy(
                            () -> other.client().newCall(get("http://a.test/")).execute())
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessage("no answer about a.test from the name service within 200 ms; "
                            + "check this machine's DNS settings");
        } finally {
            over.countDown();
        }
    }

    @Test
    void aLookupThatHangsEndsWithItsCall() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        OkHttpClient own = new OkHttpClient.Builder()
                .dns(host -> {
                    asked.countDown();
                    await(over);
                    return Dns.SYSTEM.lookup("localhost");
                })
                .build();
        try (Transport other = Transport.open(own, 1, Duration.ofSeconds(25))) {
            Call call = other.client().newCall(get("http://a.test/"));
            CompletableFuture<IOException> failure = new CompletableFuture<>();
            call.enqueue(new Callback() {
                @Override
                public void onFailure(Call failed, IOException e) {
                    failure.complete(e);
                }

                @Override
                public void onResponse(Call answered, Response response) {
                    failure.completeExceptionally(new AssertionError("answered"));
                }
            });
            asked.await();
            call.cancel();
            assertThat(failure.get(5, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
        } finally {
            over.countDown();
        }
    }

    @Test
    void thoseWhoWaitForTheSameNameShareOneLookup() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        AtomicInteger lookups = new AtomicInteger();
        OkHttpClient own = hangingDns(over, lookups);
        try (Transport other = Transport.open(own, 8, Duration.ofMillis(200))) {
            List<CompletableFuture<Boolean>> all = IntStream.range(0, 8)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                        try {
                            other.client().newCall(get("http://a.test/")).execute();
                            return false;
                        } catch (IOException e) {
                            return e instanceof UnknownHostException;
                        }
                    }))
                    .toList();
            for (CompletableFuture<Boolean> each : all) {
                assertThat(each.get()).isTrue();
            }
            assertThat(lookups).hasValue(1);
        } finally {
            over.countDown();
        }
    }

    @Test
    void anUnknownNameStaysAnUnknownName() {
        OkHttpClient own = new OkHttpClient.Builder()
                .dns(host -> {
                    throw new UnknownHostException(host + ": Name or service not known");
                })
                .build();
        try (Transport other = Transport.open(own, 1, SECOND)) {
            assertThatThrownBy(
                            () -> other.client().newCall(get("http://a.test/")).execute())
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessage("a.test could not be looked up")
                    .hasRootCauseMessage("a.test: Name or service not known");
        }
    }

    // --- threads

    @Test
    void callsRunOnDaemonThreadsThatEndWithTheTransport() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        server.enqueue(new MockResponse.Builder().body("{}").build());
        client.newCall(post()).enqueue(new Callback() {
            @Override
            public void onFailure(Call call, IOException e) {
                thread.completeExceptionally(e);
            }

            @Override
            public void onResponse(Call call, Response response) {
                response.close();
                thread.complete(Thread.currentThread());
            }
        });
        Thread used = thread.get();
        assertThat(used.isDaemon()).isTrue();
        transport.close();
        used.join(5_000);
        assertThat(used.isAlive()).isFalse();
    }

    @Test
    void aClosedTransportKeepsNoConnectionOfItsOwn() throws IOException {
        server.enqueue(new MockResponse.Builder().body("{}").build());
        assertThat(read(post(), 100)).isTrue();
        assertThat(client.connectionPool().idleConnectionCount()).isEqualTo(1);
        transport.close();
        assertThat(client.connectionPool().connectionCount()).isZero();
    }

    @Test
    void aClosedTransportLeavesAnApplicationsConnectionsOpen() throws IOException {
        OkHttpClient own =
                new OkHttpClient.Builder().connectionPool(new ConnectionPool()).build();
        server.enqueue(new MockResponse.Builder().body("{}").build());
        try (Transport other = Transport.open(own, 1, SECOND);
                Response response = other.client().newCall(post()).execute()) {
            response.body().string();
        }
        assertThat(own.connectionPool().idleConnectionCount()).isEqualTo(1);
    }

    private static OkHttpClient hangingDns(CountDownLatch over, AtomicInteger lookups) {
        return new OkHttpClient.Builder()
                .dns(host -> {
                    lookups.incrementAndGet();
                    await(over);
                    throw new UnknownHostException(host);
                })
                .build();
    }

    private static Buffer gzip(String text, int times) throws IOException {
        Buffer packed = new Buffer();
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        try (BufferedSink sink = Okio.buffer(new GzipSink(packed))) {
            for (int time = 0; time < times; time++) {
                sink.write(bytes);
            }
        }
        return packed;
    }

    private boolean read(Request request, long maxBytes) throws IOException {
        return Json.read(client.newCall(request).execute().body(), maxBytes, TransportTest::skip);
    }

    private static boolean skip(JsonParser in) {
        in.skipChildren();
        return true;
    }

    private static void head(OutputStream out, String... lines) throws IOException {
        out.write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Request post() {
        return new Request.Builder().url(server.url("/v1/")).post(body()).build();
    }

    private static Request post(RawServer raw) {
        return new Request.Builder().url(raw.baseUrl()).post(body()).build();
    }

    private static Request get(String url) {
        return new Request.Builder().url(url).build();
    }

    private static RequestBody body() {
        return RequestBody.create("{}", MediaType.get("application/json"));
    }
}
