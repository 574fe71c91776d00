package io.github.tideover.cache;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Remembers complete replies, to be read only when the ladder reaches its rung: a cache for outages, not for saving
 * money. Safe for use by many threads, and by several clients at once.
 *
 * <p>An application can write one of its own, over a store that it has. Whatever that does, it fails no call.
 *
 * @since 0.1
 */
public interface ReplyCache extends AutoCloseable {
    /** Replies older than this are not served unless {@link Builder#keepFor} says otherwise: 24 hours. */
    Duration DEFAULT_KEEP_FOR = Duration.ofHours(24);

    /**
     * A cache in this process's memory of at most 64 MiB, with replies kept for 24 hours.
     *
     * @param maxEntries how many replies to keep at most
     * @return the cache
     * @throws IllegalArgumentException if the limit is not positive
     */
    static ReplyCache inMemory(int maxEntries) {
        return inMemory().maxEntries(maxEntries).build();
    }

    /**
     * Starts a cache in this process's memory.
     *
     * @return a builder with 1,000 entries, 64 MiB and 24 hours
     */
    static Builder inMemory() {
        return new Builder();
    }

    /**
     * Keeps a reply, in place of one kept before for the same request.
     *
     * @param key the request's fingerprint
     * @param reply a complete reply
     * @param now the time it was given
     */
    void store(RequestFingerprint key, ChatReply reply, Instant now);

    /**
     * Looks for a reply.
     *
     * @param key the request's fingerprint
     * @param now the time
     * @return the reply with its {@linkplain ChatReply#age() age}, or empty if none is kept that is young enough
     */
    Optional<ChatReply> find(RequestFingerprint key, Instant now);

    /**
     * Forgets all replies to one tenant's requests. Calls of the tenant that are under way may keep theirs afterwards.
     *
     * @param tenant the name that its requests were {@linkplain ChatRequest.Builder#tenant given}
     */
    void forget(String tenant);

    /** Lets go of what the cache holds open. A client does not close its cache: another may share it. */
    @Override
    default void close() {}

    /**
     * Builds a cache in memory.
     *
     * @since 0.1
     */
    final class Builder {
        private int maxEntries = 1_000;
        private long maxBytes = 64L << 20;
        private Duration keepFor = DEFAULT_KEEP_FOR;

        private Builder() {}

        /**
         * Limits the number of replies.
         *
         * @param maxEntries at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder maxEntries(int maxEntries) {
            if (maxEntries < 1) {
                throw new IllegalArgumentException("maxEntries must be at least 1, not " + maxEntries);
            }
            this.maxEntries = maxEntries;
            return this;
        }

        /**
         * Limits the memory the replies take, by a careful estimate.
         *
         * @param maxBytes at least 1,024
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder maxBytes(long maxBytes) {
            if (maxBytes < 1_024) {
                throw new IllegalArgumentException("maxBytes must be at least 1024, not " + maxBytes);
            }
            this.maxBytes = maxBytes;
            return this;
        }

        /**
         * Limits how old a reply may be when it is served.
         *
         * @param keepFor more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative
         */
        public Builder keepFor(Duration keepFor) {
            if (keepFor.isNegative() || keepFor.isZero()) {
                throw new IllegalArgumentException("keepFor must be more than zero, not " + keepFor);
            }
            this.keepFor = keepFor;
            return this;
        }

        /**
         * Builds the cache.
         *
         * @return the cache
         */
        public ReplyCache build() {
            return new InMemoryReplyCache(maxEntries, maxBytes, keepFor);
        }
    }
}
