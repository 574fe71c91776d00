package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Origin;
import io.github.tideover.provider.Provider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listings in docs/reply-cache.md. */
class ReplyCachePageTest {
    @TempDir
    Path directory;

    private final Loopback server = new Loopback();
    private final Provider provider = server.provider("main");
    private final List<String> shown = new ArrayList<>();

    @AfterEach
    void close() {
        server.close();
    }

    private void show(String text, String notice) {
        shown.add(text + " (" + notice + ")");
    }

    @Test
    void anOutageIsAnsweredFromDisk() {
        String question = "What is a tide?";
        try (Tideover before = Tideover.builder()
                .provider(provider)
                .replyCache(ReplyCache.onDisk(directory))
                .build()) {
            assertThat(before.chat(question).isLive()).isTrue();
        }
        server.answers(Loopback.fails(500));
        // region: reply-cache
        Tideover tideover = Tideover.builder()
                .provider(provider)
                .replyCache(ReplyCache.onDisk(directory))
                // hidden
                .retryPolicy(RetryPolicy.never())
                // shown
                .build();

        ChatReply reply = tideover.chat(question);
        if (reply.origin() == Origin.CACHED) {
            show(reply.text(), "as of " + reply.age().toMinutes() + " minutes ago");
        }
        // end
        tideover.close();
        assertThat(shown).hasSize(1).allMatch(text -> text.endsWith("(as of 0 minutes ago)"));
    }

    @Test
    void aRequestSaysHowOldAnAnswerMayBe() {
        try (Tideover tideover = Tideover.builder()
                .provider(provider)
                .replyCache(ReplyCache.inMemory(10))
                .build()) {
            // region: reply-cache-request
            ChatReply reply = tideover.chat(ChatRequest.builder()
                    .user("What does it cost?")
                    .tenant("acme")
                    .maxStale(Duration.ofHours(1)) // an older price is worse than none
                    .build());
            // end
            assertThat(reply.isLive()).isTrue();
        }
    }

    @Test
    void memoryOverDiskAndForgetting() {
        // region: reply-cache-layers
        ReplyCache cache = ReplyCache.inMemory()
                .maxEntries(1_000)
                .over(ReplyCache.onDisk()
                        .directory(directory)
                        .maxEntries(1_000_000)
                        .maxBytes(2L << 30)
                        .keepFor(Duration.ofDays(7))
                        .build())
                .build();
        // end
        ChatRequest ofAcme =
                ChatRequest.builder().user("What is a tide?").tenant("acme").build();
        try (Tideover tideover = Tideover.builder()
                .provider(provider)
                .retryPolicy(RetryPolicy.never())
                .replyCache(cache)
                .lastResort("Later.")
                .build()) {
            tideover.chat(ofAcme);
        }
        // region: reply-cache-forget
        cache.forget("acme");
        // end
        server.answers(Loopback.fails(500));
        try (Tideover tideover = Tideover.builder()
                .provider(provider)
                .retryPolicy(RetryPolicy.never())
                .replyCache(cache)
                .lastResort("Later.")
                .build()) {
            assertThat(tideover.chat(ofAcme).origin()).isEqualTo(Origin.CANNED);
        }
    }

    @Test
    void keysAreChanged() {
        SecretKey oldKey = new SecretKeySpec(new byte[32], "AES");
        SecretKey newKey =
                new SecretKeySpec("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII), "AES");
        // region: reply-cache-keys
        ReplyCache cache = ReplyCache.onDisk()
                .directory(directory)
                .encryptionKey("2026-12", newKey) // new replies
                .formerKey("2026-06", oldKey) // for as long as replies are kept
                .build();
        // end
        cache.close();
    }

    @Test
    void freshReplies() {
        // region: reply-cache-fresh
        Tideover tideover = Tideover.builder()
                .provider(provider)
                .replyCache(ReplyCache.inMemory(1_000))
                .freshFor(Duration.ofMinutes(5))
                .build();
        // end
        try (tideover) {
            assertThat(tideover.chat("What is a tide?").isLive()).isTrue();
            assertThat(tideover.chat("What is a tide?").origin()).isEqualTo(Origin.CACHED);
        }
    }
}
