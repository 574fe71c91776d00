package io.github.tideover.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ToolCall;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Keeps replies in a Caffeine cache; the age limit is checked on reading, against the time handed in. */
final class InMemoryReplyCache implements ReplyCache {
    /** A generous estimate of the key, the entry, the reply and the small objects in it. */
    private static final int OVERHEAD_BYTES = 640;

    private final Cache<RequestFingerprint, Kept> replies;
    private final Duration keepFor;

    InMemoryReplyCache(int maxEntries, long maxBytes, Duration keepFor) {
        this.keepFor = keepFor;
        // Caffeine takes one bound. An entry that weighs its bytes, or its share of them if that is more, keeps both:
        // the weights sum up to at most maxBytes, and no more than maxEntries shares fit in.
        int share = (int) Math.min(Integer.MAX_VALUE, (maxBytes + maxEntries - 1) / maxEntries);
        replies = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((RequestFingerprint key, Kept kept) -> Math.max(share, bytesOf(kept.reply())))
                // Its default is the common pool: a thread for what takes a microsecond.
                .executor(Runnable::run)
                .build();
    }

    @Override
    public void store(RequestFingerprint key, ChatReply reply, Instant now) {
        replies.put(key, new Kept(reply, now));
    }

    @Override
    public Optional<ChatReply> find(RequestFingerprint key, Instant now) {
        Kept kept = replies.getIfPresent(key);
        if (kept == null) {
            return Optional.empty();
        }
        Duration age = Duration.between(kept.at(), now);
        if (age.compareTo(keepFor) > 0) {
            replies.invalidate(key);
            return Optional.empty();
        }
        return Optional.of(KeptReply.withAge(kept.reply(), age));
    }

    @Override
    public void forget(String tenant) {
        byte[] hash = RequestFingerprint.hashOfTenant(tenant);
        replies.asMap().keySet().removeIf(key -> key.isOfTenant(hash));
    }

    private static int bytesOf(ChatReply reply) {
        long characters = (long) reply.text().length()
                + reply.reasoning().length()
                + reply.refusal().length();
        for (ToolCall call : reply.toolCalls()) {
            characters += call.arguments().length();
        }
        return (int) Math.min(Integer.MAX_VALUE, OVERHEAD_BYTES + 2 * characters);
    }

    private record Kept(ChatReply reply, Instant at) {}
}
