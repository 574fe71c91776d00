package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Tool;
import io.github.tideover.failure.AccountException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RequestRejectedException;
import io.github.tideover.provider.Ability;
import io.github.tideover.provider.Provider;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
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
    void whatAModelOfOnesOwnCanDo() {
        String address = server.address();
        // region: capabilities
        Provider ours = Provider.openAiCompatible(address)
                .model("our-model")
                .capabilities(c -> c.lacks(Ability.TOOLS)
                        .imageTypes("image/png", "image/jpeg")
                        .contextWindow(32_768)
                        .maxOutputTokens(4_096));
        // end
        try (Tideover tideover = Tideover.builder().provider(ours).build()) {
            ChatReply reply = tideover.chat(ChatRequest.builder()
                    .user("What is a tide?")
                    .maxOutputTokens(10_000)
                    .build());
            assertThat(reply.adapted())
                    .containsExactly("the limit of 10000 tokens became 4096, the most that our-model writes");
            assertThatThrownBy(() -> tideover.chat(ChatRequest.builder()
                            .user("What is a tide?")
                            .tools(Tool.function("f", "", Map.of()))
                            .build()))
                    .isInstanceOf(RequestRejectedException.class)
                    .hasMessageStartingWith("no model of this client can do what is asked: it takes tools");
        }
    }

    @Test
    void whoMaySeeWhat() {
        Provider first = server.provider("main");
        try (Loopback other = new Loopback()) {
            Provider second = other.provider("other");
            // region: policy
            Tideover tideover = Tideover.builder()
                    .provider(first.name("us-company").tags("no-training"))
                    .alternate(second.name("eu-company").tags("no-training", "eu"))
                    .build();
            ChatReply reply = tideover.chat(ChatRequest.builder()
                    .user("Summarize this patient's file: ...")
                    .requiredTags("eu")
                    .build());
            // end
            tideover.close();
            assertThat(reply.provider()).isEqualTo("eu-company");
            assertThat(reply.skipped()).extracting(Failure::kind).containsExactly(FailureKind.NOT_ALLOWED);
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
