package io.github.tideover.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is remembered, for how long, and for whom. */
class ReplyCacheTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private static RequestFingerprint key(String text) {
        return RequestFingerprint.of("https://a/ m", ChatRequest.of(text));
    }

    private static ChatReply reply(String text) {
        return ChatReply.builder().text(text).build();
    }

    @Test
    void aReplyComesBackWithItsAge() {
        ReplyCache cache = ReplyCache.inMemory(10);
        cache.store(key("q"), reply("a"), NOON);
        ChatReply found = cache.find(key("q"), NOON.plusSeconds(90)).orElseThrow();
        assertThat(found.text()).isEqualTo("a");
        assertThat(found.age()).isEqualTo(Duration.ofSeconds(90));
        assertThat(cache.find(key("other"), NOON)).isEmpty();
    }

    @Test
    void aReplyThatIsTooOldIsNotServed() {
        ReplyCache cache = ReplyCache.inMemory().keepFor(Duration.ofHours(1)).build();
        cache.store(key("q"), reply("a"), NOON);
        assertThat(cache.find(key("q"), NOON.plus(Duration.ofHours(1)))).isPresent();
        assertThat(cache.find(key("q"), NOON.plus(Duration.ofHours(1)).plusMillis(1)))
                .isEmpty();
    }

    @Test
    void aClockSetBackMakesNoAnswerComeFromTheFuture() {
        ReplyCache cache = ReplyCache.inMemory(10);
        cache.store(key("q"), reply("a"), NOON);
        assertThat(cache.find(key("q"), NOON.minusSeconds(60)).orElseThrow().age())
                .isZero();
    }

    @Test
    void entriesAreBounded() {
        ReplyCache cache = ReplyCache.inMemory(100);
        for (int i = 0; i < 10_000; i++) {
            cache.store(key("q" + i), reply("a"), NOON);
        }
        assertThat(kept(cache, 10_000)).isBetween(50L, 100L);
    }

    @Test
    void bytesAreBounded() {
        ReplyCache cache =
                ReplyCache.inMemory().maxEntries(1_000).maxBytes(1 << 20).build();
        String tenThousand = "x".repeat(10_000);
        for (int i = 0; i < 1_000; i++) {
            cache.store(key("q" + i), reply(tenThousand), NOON);
        }
        assertThat(kept(cache, 1_000)).isBetween(25L, 52L); // two bytes a character and a little more
        cache.store(key("huge"), reply("x".repeat(1 << 20)), NOON);
        assertThat(cache.find(key("huge"), NOON))
                .as("more than the whole cache")
                .isEmpty();
    }

    private static long kept(ReplyCache cache, int asked) {
        long kept = 0;
        for (int i = 0; i < asked; i++) {
            kept += cache.find(key("q" + i), NOON).isPresent() ? 1 : 0;
        }
        return kept;
    }

    @Test
    void whateverChangesTheAnswerChangesTheKey() {
        ChatRequest plain = ChatRequest.of("q");
        Set<RequestFingerprint> keys = new HashSet<>();
        List<ChatRequest> different = List.of(
                plain,
                ChatRequest.of("Q"),
                ChatRequest.builder().system("q").build(),
                ChatRequest.builder().system("q").user("").build(),
                ChatRequest.builder().user("").system("q").build(),
                plain.toBuilder().tenant("t").build(),
                plain.toBuilder().tenant("").build(),
                plain.toBuilder().temperature(0).build(),
                plain.toBuilder().temperature(1).build(),
                plain.toBuilder().topP(1).build(),
                plain.toBuilder().maxOutputTokens(1).build(),
                plain.toBuilder().seed(1).build(),
                plain.toBuilder().stop("1").build(),
                plain.toBuilder().stop("1", "1").build(),
                plain.toBuilder().reasoningEffort("1").build(),
                plain.toBuilder().extra("a", 1).build(),
                plain.toBuilder().extra("a", "1").build(),
                plain.toBuilder().extra("a", List.of(1)).build(),
                plain.toBuilder().extra("a", Map.of("b", 1)).build(),
                plain.toBuilder().extra("a", 1).extra("b", 1).build(),
                plain.toBuilder().extra("p", "a", 1).build(),
                plain.toBuilder().extra("q", "a", 1).build(),
                plain.toBuilder().extra("p", "a", 2).build());
        for (ChatRequest request : different) {
            keys.add(RequestFingerprint.of("https://a/ m", request));
            keys.add(RequestFingerprint.of("https://a/ n", request));
        }
        assertThat(keys).hasSize(2 * different.size());
    }

    @Test
    void whatDoesNotChangeTheAnswerDoesNotChangeTheKey() {
        ChatRequest one =
                ChatRequest.builder().user("q").extra("a", 1).extra("b", 2).build();
        ChatRequest two = ChatRequest.builder()
                .user("q")
                .extra("b", 2)
                .extra("a", 1)
                .timeout(Duration.ofSeconds(1))
                .build();
        assertThat(RequestFingerprint.of("x", one)).isEqualTo(RequestFingerprint.of("x", two));
    }

    @Test
    void limitsThatMakeNoSenseAreRefusedAtOnce() {
        assertThatThrownBy(() -> ReplyCache.inMemory(0)).hasMessage("maxEntries must be at least 1, not 0");
        assertThatThrownBy(() -> ReplyCache.inMemory().maxBytes(5)).hasMessage("maxBytes must be at least 1024, not 5");
        assertThatThrownBy(() -> ReplyCache.inMemory().keepFor(Duration.ZERO))
                .hasMessage("keepFor must be more than zero, not PT0S");
    }
}
