package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.wire.DocumentFetcher.Answer;
import io.github.tideover.wire.DocumentFetcher.Found;
import io.github.tideover.wire.DocumentFetcher.Refused;
import io.github.tideover.wire.DocumentFetcher.Unchanged;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okio.Buffer;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a request for a document, over real HTTP. */
class DocumentFetcherTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);
    private static final int MOST = 10_000;

    private final MockWebServer server = new MockWebServer();
    private final MockWebServer elsewhere = new MockWebServer();
    private DocumentFetcher fetcher = fetcher(new OkHttpClient(), Duration.ofSeconds(5));

    private static DocumentFetcher fetcher(OkHttpClient origin, Duration timeout) {
        return new DocumentFetcher(origin, MOST, Map.of("127.0.0.1", "localhost"), CLOCK, timeout);
    }

    @BeforeEach
    void start() throws IOException {
        server.start();
        elsewhere.start();
    }

    @AfterEach
    void stop() {
        fetcher.close();
        server.close();
        elsewhere.close();
    }

    private static MockResponse document(String body) {
        return new MockResponse.Builder().body(body).build();
    }

    private static MockResponse redirect(Object to) {
        return new MockResponse.Builder()
                .code(302)
                .setHeader("Location", to.toString())
                .build();
    }

    private static HttpUrl at(MockWebServer server, String host, String path) {
        return server.url(path).newBuilder().host(host).build();
    }

    private Answer fetch(HttpUrl url) throws IOException {
        return fetcher.fetch(url.toString(), null);
    }

    private static String body(Answer answer) {
        return new String(((Found) answer).body(), StandardCharsets.UTF_8);
    }

    @Test
    void aDocumentIsFetchedAndSaysWhoAsks() throws Exception {
        server.enqueue(document("{\"a\":1}"));
        assertThat(body(fetch(server.url("/summary.json")))).isEqualTo("{\"a\":1}");
        RecordedRequest request = server.takeRequest();
        assertThat(request.getMethod()).isEqualTo("GET");
        assertThat(request.getHeaders().get("User-Agent")).startsWith("tideover/");
        assertThat(request.getHeaders().get("Accept")).isEqualTo("application/json");
        assertThat(request.getHeaders().get("If-None-Match")).isNull();
    }

    @Test
    void aKnownStateIsNotSentAgain() throws Exception {
        server.enqueue(document("{}").newBuilder().setHeader("ETag", "W/\"7\"").build());
        server.enqueue(new MockResponse.Builder().code(304).build());
        String url = server.url("/summary.json").toString();
        Found found = (Found) fetcher.fetch(url, null);
        assertThat(found.etag()).isEqualTo("W/\"7\"");
        assertThat(fetcher.fetch(url, found.etag())).isInstanceOf(Unchanged.class);
        server.takeRequest();
        assertThat(server.takeRequest().getHeaders().get("If-None-Match")).isEqualTo("W/\"7\"");
    }

    @Test
    void unchangedFromWhatNobodyKnowsIsNoDocument() throws IOException {
        server.enqueue(new MockResponse.Builder().code(304).build());
        assertThat(fetch(server.url("/"))).isInstanceOf(Refused.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 206, 301, 400, 401, 403, 404, 405, 418, 429, 500, 503})
    void whatIsNotTwoHundredIsNoDocument(int status) throws IOException {
        server.enqueue(document(status == 204 ? "" : "{\"components\":[]}")
                .newBuilder()
                .code(status)
                .build());
        Refused refused = (Refused) fetch(server.url("/"));
        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.retryAfter()).isZero();
    }

    @Test
    void aServersWishForRestIsHeard() throws IOException {
        server.enqueue(new MockResponse.Builder()
                .code(429)
                .setHeader("Retry-After", "120")
                .build());
        server.enqueue(new MockResponse.Builder()
                .code(503)
                .setHeader("Retry-After", "Sun, 22 Nov 2026 13:00:00 GMT")
                .build());
        assertThat(((Refused) fetch(server.url("/"))).retryAfter()).isEqualTo(Duration.ofMinutes(2));
        assertThat(((Refused) fetch(server.url("/"))).retryAfter()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void aRedirectWithinTheSiteIsFollowed() throws IOException {
        server.enqueue(redirect("/api/v2/summary.json"));
        server.enqueue(document("there"));
        assertThat(body(fetch(server.url("/old")))).isEqualTo("there");
    }

    @Test
    void aRedirectToTheKnownNewHomeIsFollowed() throws IOException {
        server.enqueue(redirect(at(elsewhere, "localhost", "/summary.json")));
        elsewhere.enqueue(document("moved"));
        assertThat(body(fetch(at(server, "127.0.0.1", "/summary.json")))).isEqualTo("moved");
    }

    @Test
    void aRedirectToSomebodyElseIsNot() throws IOException {
        server.enqueue(redirect(at(elsewhere, "127.0.0.1", "/challenge")));
        elsewhere.enqueue(document("prove that you are human"));
        assertThat(((Refused) fetch(at(server, "localhost", "/"))).status()).isEqualTo(302);
        assertThat(elsewhere.getRequestCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ftp://127.0.0.1/", "http://", ":::"})
    void aRedirectToNowhereIsNoDocument(String location) throws IOException {
        server.enqueue(redirect(location));
        server.enqueue(redirect(location));
        server.enqueue(redirect(location));
        server.enqueue(redirect(location));
        assertThat(((Refused) fetch(server.url("/"))).status()).isEqualTo(302);
    }

    @Test
    void redirectsEnd() throws IOException {
        for (int i = 0; i < 10; i++) {
            server.enqueue(redirect("/again"));
        }
        assertThat(((Refused) fetch(server.url("/"))).status()).isEqualTo(302);
        assertThat(server.getRequestCount()).isEqualTo(4);
    }

    @Test
    void aDocumentThatIsTooLongIsLeft() {
        server.enqueue(document("x".repeat(MOST + 1)));
        assertThatThrownBy(() -> fetch(server.url("/"))).isInstanceOf(IOException.class);
    }

    @Test
    void oneThatDoesNotSayHowLongItIsIsReadNoFurtherThanAllowed() throws IOException {
        server.enqueue(
                new MockResponse.Builder().chunkedBody("x".repeat(MOST), 1_000).build());
        server.enqueue(new MockResponse.Builder()
                .chunkedBody("x".repeat(MOST + 1), 1_000)
                .build());
        assertThat(body(fetch(server.url("/")))).hasSize(MOST);
        assertThatThrownBy(() -> fetch(server.url("/"))).isInstanceOf(IOException.class);
    }

    /** A hundred megabytes that come in a tenth of one. */
    @Test
    void aBombGoesOffOutside() throws IOException {
        Buffer bomb = new Buffer();
        try (okio.BufferedSink into = Okio.buffer(new GzipSink(bomb))) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 100; i++) {
                into.write(zeros);
            }
        }
        assertThat(bomb.size()).isLessThan(150_000);
        server.enqueue(new MockResponse.Builder()
                .setHeader("Content-Encoding", "gzip")
                .body(bomb)
                .build());
        assertThatThrownBy(() -> fetch(server.url("/"))).isInstanceOf(IOException.class);
    }

    @Test
    void aServerThatSaysNothingIsLeft() {
        fetcher = fetcher(new OkHttpClient(), Duration.ofMillis(100));
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build());
        assertThatThrownBy(() -> fetch(server.url("/"))).isInstanceOf(InterruptedIOException.class);
    }

    @Test
    void aServerThatOnlyDripsIsLeft() {
        fetcher = fetcher(new OkHttpClient(), Duration.ofMillis(200));
        server.enqueue(document("x".repeat(1_000))
                .newBuilder()
                .throttleBody(1, 20, TimeUnit.MILLISECONDS)
                .build());
        assertThatThrownBy(() -> fetch(server.url("/"))).isInstanceOf(InterruptedIOException.class);
    }

    @Test
    void nothingThatTheApplicationAddsToItsCallsGoesOut() throws Exception {
        OkHttpClient own = new OkHttpClient.Builder()
                .addInterceptor(chain -> chain.proceed(chain.request()
                        .newBuilder()
                        .header("Authorization", "Bearer sk-secret")
                        .build()))
                .addNetworkInterceptor(chain -> chain.proceed(chain.request()
                        .newBuilder()
                        .header("X-Api-Key", "sk-secret")
                        .build()))
                .authenticator((route, response) -> response.request()
                        .newBuilder()
                        .header("Authorization", "Bearer sk-secret")
                        .build())
                .cookieJar(new CookieJar() {
                    @Override
                    public void saveFromResponse(HttpUrl url, java.util.List<Cookie> cookies) {
                        throw new AssertionError("a cookie was kept");
                    }

                    @Override
                    public java.util.List<Cookie> loadForRequest(HttpUrl url) {
                        return java.util.List.of(Objects.requireNonNull(Cookie.parse(url, "session=secret")));
                    }
                })
                .build();
        fetcher = fetcher(own, Duration.ofSeconds(5));
        server.enqueue(new MockResponse.Builder()
                .code(401)
                .setHeader("WWW-Authenticate", "Bearer")
                .setHeader("Set-Cookie", "a=b")
                .build());
        assertThat(fetch(server.url("/"))).isInstanceOf(Refused.class);
        assertThat(server.getRequestCount()).isEqualTo(1);
        assertThat(server.takeRequest().getHeaders().toString())
                .doesNotContain("secret")
                .doesNotContain("Cookie");
    }

    @Test
    void theApplicationsProxyIsUsed() throws Exception {
        fetcher = fetcher(
                new OkHttpClient.Builder().proxy(server.getProxyAddress()).build(), Duration.ofSeconds(5));
        server.enqueue(document("by proxy"));
        assertThat(body(fetcher.fetch("http://status.example.com/summary.json", null)))
                .isEqualTo("by proxy");
        assertThat(server.takeRequest().getRequestLine()).startsWith("GET http://status.example.com/summary.json");
    }

    @Test
    void theApplicationsClientIsLeftAsItWas() {
        OkHttpClient own = new OkHttpClient();
        fetcher = fetcher(own, Duration.ofSeconds(5));
        fetcher.close();
        assertThat(own.dispatcher().executorService().isShutdown()).isFalse();
        own.dispatcher().executorService().shutdown();
    }

    @Test
    void closingBreaksOffWhatIsUnderWay() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        server.setDispatcher(new mockwebserver3.Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                asked.countDown();
                return new MockResponse.Builder()
                        .onResponseStart(SocketEffect.Stall.INSTANCE)
                        .build();
            }
        });
        fetcher = fetcher(new OkHttpClient(), Duration.ofMinutes(5));
        CompletableFuture<Answer> fetched = CompletableFuture.supplyAsync(() -> {
            try {
                return fetch(server.url("/"));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        fetcher.close();
        assertThatThrownBy(() -> fetched.get(20, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
    }
}
