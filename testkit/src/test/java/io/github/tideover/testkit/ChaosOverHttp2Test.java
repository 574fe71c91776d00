package io.github.tideover.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Providers speak HTTP/2, where many requests share one connection: who is hurt must not hurt the others. */
class ChaosOverHttp2Test {
    private static final String EVENT = "data: {\"choices\":[]}\n\n";

    private final MockWebServer server = new MockWebServer();
    private OkHttpClient plain;

    @BeforeEach
    void start() throws IOException {
        HeldCertificate held = new HeldCertificate.Builder()
                .addSubjectAlternativeName("localhost")
                .build();
        HandshakeCertificates certificates = new HandshakeCertificates.Builder()
                .heldCertificate(held)
                .addTrustedCertificate(held.certificate())
                .build();
        server.useHttps(certificates.sslSocketFactory());
        server.setProtocols(List.of(Protocol.HTTP_2, Protocol.HTTP_1_1));
        server.start();
        plain = new OkHttpClient.Builder()
                .sslSocketFactory(certificates.sslSocketFactory(), certificates.trustManager())
                .build();
    }

    @AfterEach
    void close() {
        plain.connectionPool().evictAll();
        server.close();
    }

    private Response ask(OkHttpClient client) throws IOException {
        return client.newCall(new Request.Builder()
                        .url(server.url("/v1/chat/completions"))
                        .post(RequestBody.create("{}".getBytes(UTF_8)))
                        .build())
                .execute();
    }

    private void isWell(Response response) throws IOException {
        try (response) {
            assertThat(response.protocol()).isEqualTo(Protocol.HTTP_2);
            assertThat(response.body().string()).isEqualTo(EVENT.repeat(3));
        }
    }

    private void serves(int requests) {
        for (int i = 0; i < requests; i++) {
            server.enqueue(new MockResponse.Builder()
                    .setHeader("Content-Type", "text/event-stream")
                    .body(EVENT.repeat(3))
                    .build());
        }
    }

    @Test
    void whoIsHurtLeavesTheConnectionToTheOthers() throws Exception {
        serves(6);
        isWell(ask(plain));
        for (Behaviour behaviour : List.of(
                Behaviour.hangsUp(),
                Behaviour.breaksAfter(2, StreamBreak.CLOSE),
                Behaviour.breaksAfter(2, StreamBreak.RESET),
                Behaviour.goesSilent())) {
            Chaos chaos = Chaos.in("staging").weather(Weather.all(behaviour)).build();
            boolean isSilent = behaviour.toString().startsWith("goesSilent");
            OkHttpClient client = chaos.over(
                    isSilent
                            ? plain.newBuilder()
                                    .readTimeout(Duration.ofMillis(200))
                                    .build()
                            : plain);
            chaos.begin();
            if (behaviour.toString().contains("CLOSE")) {
                try (Response response = ask(client)) {
                    assertThat(response.body().string()).isEqualTo(EVENT.repeat(2));
                }
            } else {
                assertThatIOException().isThrownBy(() -> ask(client).body().string());
            }
            chaos.end();
            assertThat(chaos.hurt()).isEqualTo(1);
        }
        for (int i = 0; i < 3; i++) {
            isWell(ask(plain));
        }
        // The reset and the silence have sent nothing. All others came over one connection, one after the other.
        assertThat(server.getRequestCount()).isEqualTo(6);
        for (int i = 0; i < 6; i++) {
            var request = server.takeRequest();
            assertThat(request.getConnectionIndex()).isZero();
            assertThat(request.getExchangeIndex()).isEqualTo(i);
        }
    }
}
