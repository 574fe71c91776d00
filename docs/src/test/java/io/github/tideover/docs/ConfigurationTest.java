package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.AccountException;
import io.github.tideover.provider.Provider;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The listings in docs/configuration.md. */
class ConfigurationTest {
    private final Loopback server = new Loopback();
    private final Provider provider = server.provider("main");

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void aClientForAPersonWhoWaits() {
        // region: interactive
        Tideover tideover = Tideover.builder()
                .provider(provider.maxConcurrent(16))
                .timeout(Duration.ofSeconds(20))
                .retryPolicy(RetryPolicy.builder()
                        .maxAttempts(2)
                        .longestRetryAfter(Duration.ofSeconds(5))
                        .build())
                .replyCache(ReplyCache.inMemory()
                        .maxEntries(10_000)
                        .keepFor(Duration.ofHours(6))
                        .build())
                .lastResort("The assistant is away. Please ask again in a few minutes.")
                .build();
        // end
        try (tideover) {
            assertThat(tideover.chat("What is a tide?").isLive()).isTrue();
            server.answers(Loopback.fails(500));
            ChatReply kept = tideover.chat("What is a tide?");
            assertThat(kept.origin()).isEqualTo(Origin.CACHED);
            assertThat(kept.attempts()).isEqualTo(2);
        }
    }

    @Test
    void severalKeys() {
        String baseUrl = server.address();
        String firstKey = "first-key";
        String secondKey = "second-key";
        String thirdKey = "third-key";
        // region: several-keys
        Provider provider = Provider.openAiCompatible(baseUrl)
                .apiKeys(firstKey, secondKey, thirdKey)
                .model("small");
        // end
        try (Tideover tideover = Tideover.builder().provider(provider).build()) {
            assertThat(tideover.chat("What is a tide?").keyNumber()).hasValue(1);
            assertThat(tideover.chat("What is a tide?").keyNumber()).hasValue(2);
            server.answers(Loopback.fails(401));
            assertThatThrownBy(() -> tideover.chat("What is a tide?"))
                    .isInstanceOf(AccountException.class)
                    .hasMessageContaining("key 2 of 3");
        }
    }

    @Test
    void aProxy() {
        int port = URI.create(server.address()).getPort();
        // region: proxy
        OkHttpClient http = new OkHttpClient.Builder()
                .proxy(new Proxy(Proxy.Type.HTTP, new InetSocketAddress("localhost", port)))
                .build();
        Tideover tideover =
                Tideover.builder().provider(provider).httpClient(http).build();
        // end
        try (tideover) {
            assertThat(tideover.chat("What is a tide?").isLive()).isTrue();
            assertThat(server.lastRequest().getRequestLine()).startsWith("POST http://");
        }
        assertThat(http.dispatcher().executorService().isShutdown()).isFalse();
    }

    @Test
    void tenants() {
        try (Tideover tideover = Tideover.builder()
                .provider(provider)
                .retryPolicy(RetryPolicy.never())
                .replyCache(ReplyCache.inMemory(10))
                .lastResort("Later.")
                .build()) {
            assertThat(originFor(tideover, "alpha")).isEqualTo(Origin.LIVE);
            server.answers(Loopback.fails(500));
            assertThat(originFor(tideover, "alpha")).isEqualTo(Origin.CACHED);
            assertThat(originFor(tideover, "beta")).isEqualTo(Origin.CANNED);
        }
    }

    private static Origin originFor(Tideover tideover, String customer) {
        // region: tenant
        ChatReply reply = tideover.chat(ChatRequest.builder()
                .user("What did I order?")
                .tenant(customer) // no customer is given what was kept for another
                .build());
        // end
        return reply.origin();
    }
}
