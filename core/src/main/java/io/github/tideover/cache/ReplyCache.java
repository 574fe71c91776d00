package io.github.tideover.cache;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.store.RecordSeal;
import io.github.tideover.store.StoreLibrary;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

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
     * A cache in a file, which outlasts the process: of at most 100,000 replies and 256 MiB, kept for 24 hours, not encrypted.
     *
     * @param directory where the file is; made if it is not there
     * @return the cache
     * @throws IllegalStateException as {@link DiskBuilder#build} does
     * @throws java.io.UncheckedIOException as {@link DiskBuilder#build} does
     */
    static ReplyCache onDisk(Path directory) {
        return onDisk().directory(directory).build();
    }

    /**
     * Starts a cache in a file.
     *
     * @return a builder with 100,000 entries, 256 MiB and 24 hours
     */
    static DiskBuilder onDisk() {
        return new DiskBuilder();
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
        private @Nullable ReplyCache over;

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
            this.keepFor = checked(keepFor);
            return this;
        }

        private static Duration checked(Duration keepFor) {
            if (keepFor.isNegative() || keepFor.isZero()) {
                throw new IllegalArgumentException("keepFor must be more than zero, not " + keepFor);
            }
            return keepFor;
        }

        /**
         * Puts the memory over another cache, such as one {@linkplain #onDisk(Path) on disk}: replies go to both, and one that is found
         * below is in memory from then on. Closing the whole closes the one below.
         *
         * @param below where all replies are
         * @return this builder
         */
        public Builder over(ReplyCache below) {
            this.over = requireNonNull(below, "below == null");
            return this;
        }

        /**
         * Builds the cache.
         *
         * @return the cache
         */
        public ReplyCache build() {
            InMemoryReplyCache memory = new InMemoryReplyCache(maxEntries, maxBytes, keepFor);
            return over == null ? memory : new LayeredReplyCache(memory, over);
        }
    }

    /**
     * Builds a cache in a file. It is open from {@link #build} on; the last client that uses it, when it is closed, closes the file as well, and
     * the next one opens it again. Whoever uses it without a client closes it.
     *
     * @since 0.1
     */
    final class DiskBuilder {
        private int maxEntries = 100_000;
        private long maxBytes = 256L << 20;
        private Duration keepFor = DEFAULT_KEEP_FOR;
        private @Nullable Path directory;
        private @Nullable String newestKey;
        private final Map<String, SecretKey> keys = new LinkedHashMap<>();

        private DiskBuilder() {}

        /**
         * Says where the file is. One process at a time has it open.
         *
         * @param directory where to; made if it is not there
         * @return this builder
         */
        public DiskBuilder directory(Path directory) {
            this.directory = requireNonNull(directory, "directory == null");
            return this;
        }

        /**
         * Limits the number of replies. What was stored least often goes first, and of that the oldest.
         *
         * @param maxEntries at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public DiskBuilder maxEntries(int maxEntries) {
            if (maxEntries < 1) {
                throw new IllegalArgumentException("maxEntries must be at least 1, not " + maxEntries);
            }
            this.maxEntries = maxEntries;
            return this;
        }

        /**
         * Limits the bytes of all replies together. The file is larger while it has gaps that are not filled yet.
         *
         * @param maxBytes at least 65,536
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public DiskBuilder maxBytes(long maxBytes) {
            if (maxBytes < 65_536) {
                throw new IllegalArgumentException("maxBytes must be at least 65536, not " + maxBytes);
            }
            this.maxBytes = maxBytes;
            return this;
        }

        /**
         * Limits how old a reply may be when it is served. Older ones are removed, whether or not anybody calls, while a client
         * that uses the cache is open.
         *
         * @param keepFor more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative
         */
        public DiskBuilder keepFor(Duration keepFor) {
            this.keepFor = Builder.checked(keepFor);
            return this;
        }

        /**
         * Encrypts what is kept, with AES-GCM. What an earlier run kept without is removed. Each record names its key by the id,
         * so that keys can be changed: give the new one here, and the old one to {@link #formerKey} for as long as replies are kept.
         * One key is good for 2^32 replies.
         *
         * @param id a name for the key, kept beside each reply; no secret
         * @param key for AES, of 16, 24 or 32 bytes
         * @return this builder
         * @throws IllegalArgumentException if the key is not of that kind, or the id is empty or longer than 100 bytes
         */
        public DiskBuilder encryptionKey(String id, SecretKey key) {
            RecordSeal.checkKey(id, key);
            newestKey = id;
            keys.put(id, key);
            return this;
        }

        /**
         * Adds a key that replies may have been encrypted with, and that no new ones are.
         *
         * @param id its name
         * @param key the key
         * @return this builder
         * @throws IllegalArgumentException as {@link #encryptionKey} does
         */
        public DiskBuilder formerKey(String id, SecretKey key) {
            RecordSeal.checkKey(id, key);
            keys.put(id, key);
            return this;
        }

        /**
         * Opens the cache. A file that is damaged, or was encrypted with a key that is not there, is set aside under another
         * name, with one warning in the log, and a new one takes its place.
         *
         * @return the cache
         * @throws IllegalStateException if there is no directory, the library is missing that files are kept with
         *     ({@code com.h2database:h2-mvstore}), or the file is open already, here or in another process
         * @throws java.io.UncheckedIOException if the directory or the file cannot be made, read or written
         */
        public ReplyCache build() {
            if (directory == null) {
                throw new IllegalStateException("a cache on disk needs a directory; give one with directory(path)");
            }
            if (newestKey == null && !keys.isEmpty()) {
                throw new IllegalStateException("formerKey " + keys.keySet()
                        + " is of no use without encryptionKey; give the one that new replies are encrypted with");
            }
            StoreLibrary.check("the reply cache");
            return new OnDiskReplyCache(
                    directory, maxEntries, maxBytes, keepFor, seal(), new SecureRandom()::nextDouble);
        }

        private RecordSeal seal() {
            String title = "the reply cache in " + directory;
            if (newestKey == null) {
                return RecordSeal.unencrypted(title);
            }
            Map<String, SecretKey> newestLast = new LinkedHashMap<>(keys);
            SecretKey newest = requireNonNull(newestLast.remove(newestKey));
            newestLast.put(newestKey, newest);
            return RecordSeal.encrypted(title, newestLast);
        }
    }
}
