package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.wire.HostCheck.Finding;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is found of hosts, over real sockets, with TLS and through proxies. */
class HostCheckTest {
    private static final HeldCertificate CERTIFICATE = new HeldCertificate.Builder()
            .addSubjectAlternativeName("localhost")
            .addSubjectAlternativeName("host.test")
            .build();

    @StartStop
    private final MockWebServer server = new MockWebServer();

    private final BlockingQueue<Finding> found = new LinkedBlockingQueue<>();
    private HostCheck check = new HostCheck(new OkHttpClient(), Duration.ofSeconds(20));

    @AfterEach
    void close() {
        check.close();
    }

    private void with(OkHttpClient origin) {
        check.close();
        check = new HostCheck(origin, Duration.ofSeconds(20));
    }

    private void secure() {
        server.useHttps(new HandshakeCertificates.Builder()
                .heldCertificate(CERTIFICATE)
                .build()
                .sslSocketFactory());
    }

    private static OkHttpClient.Builder trusting() {
        HandshakeCertificates trusted = new HandshakeCertificates.Builder()
                .addTrustedCertificate(CERTIFICATE.certificate())
                .build();
        return new OkHttpClient.Builder().sslSocketFactory(trusted.sslSocketFactory(), trusted.trustManager());
    }

    private Finding find(HttpUrl host) throws InterruptedException {
        check.reach(List.of(host), found::add);
        return found.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void aHostThatTakesAConnectionIsReachedAndGetsNoRequest() throws Exception {
        assertThat(find(server.url("/v1/"))).isEqualTo(Finding.REACHED);
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    void aHostThatTakesNoneIsNot() throws Exception {
        try (Socket deaf = new Socket()) {
            deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // its own, and nobody listens
            assertThat(find(HttpUrl.get("http://localhost:" + deaf.getLocalPort() + "/")))
                    .isEqualTo(Finding.UNREACHED);
        }
    }

    @Test
    void withTlsTheHostMustProveWhoItIs() throws Exception {
        secure();
        assertThat(find(server.url("/")))
                .as("as behind a log-in page of a hotel")
                .isEqualTo(Finding.UNREACHED);
        with(trusting().build());
        assertThat(find(server.url("/"))).isEqualTo(Finding.REACHED);
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    void aHostBehindAProxyIsReachedThroughIt() throws Exception {
        secure();
        with(trusting().proxy(server.getProxyAddress()).build());
        server.enqueue(new MockResponse.Builder().inTunnel().build());
        assertThat(find(HttpUrl.get("https://host.test/"))).isEqualTo(Finding.REACHED);
        assertThat(server.getRequestCount()).isEqualTo(1);
        assertThat(server.takeRequest().getRequestLine()).startsWith("CONNECT host.test:443 ");
    }

    @Test
    void aProxyThatCannotReachTheHostSaysSo() throws Exception {
        with(new OkHttpClient.Builder().proxy(server.getProxyAddress()).build());
        server.enqueue(new MockResponse.Builder().code(504).build());
        assertThat(find(HttpUrl.get("https://host.test/"))).isEqualTo(Finding.UNREACHED);
    }

    @Test
    void aProxyForPlainHttpSaysNothingOfTheHostBehindIt() throws Exception {
        with(new OkHttpClient.Builder().proxy(server.getProxyAddress()).build());
        assertThat(find(HttpUrl.get("http://host.test/"))).isEqualTo(Finding.UNKNOWN);
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    void aHostThatLetsTlsWaitIsUnreachedWhenTheTimeIsUp() throws Exception {
        check.close();
        check = new HostCheck(new OkHttpClient(), Duration.ofMillis(200));
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(find(HttpUrl.get("https://localhost:" + silent.getLocalPort() + "/")))
                    .isEqualTo(Finding.UNREACHED);
        }
    }
}
