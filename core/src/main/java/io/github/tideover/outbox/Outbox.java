package io.github.tideover.outbox;

import static java.util.Objects.requireNonNull;

import io.github.tideover.store.RecordSeal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what was said while nothing can answer, so that it is answered later: after an outage, and after a restart of the
 * application too. A client that has one answers with a receipt ({@link io.github.tideover.chat.Origin#QUEUED}) before it falls
 * back on the application's own words.
 *
 * <p>One process uses a directory at a time. Several clients of one process may share an {@code Outbox}; it is closed with the
 * last of them.
 *
 * @since 0.1
 */
public final class Outbox {
    /** How long a message is tried unless {@link Builder#keepFor} says otherwise: 48 hours. */
    public static final Duration DEFAULT_KEEP_FOR = Duration.ofHours(48);

    /** How many messages are kept at most unless {@link Builder#maxMessages} says otherwise: 10,000. */
    public static final int DEFAULT_MAX_MESSAGES = 10_000;

    /** How many bytes of messages are kept at most unless {@link Builder#maxBytes} says otherwise: 64 MiB. */
    public static final long DEFAULT_MAX_BYTES = 64L << 20;

    private final Opening opening;
    private final Duration keepFor;
    private final int maxMessages;
    private final long maxBytes;
    private final String words;
    private final RecordSeal seal;
    private @Nullable Ledger ledger;

    private Outbox(Builder builder, Opening opening) {
        this.opening = opening;
        keepFor = builder.keepFor;
        maxMessages = builder.maxMessages;
        maxBytes = builder.maxBytes;
        words = builder.words;
        seal = builder.keys.isEmpty()
                ? RecordSeal.unencrypted("the outbox")
                : RecordSeal.encrypted("the outbox", builder.keys);
    }

    private interface Opening {
        OutboxStore open(RecordSeal seal);
    }

    /**
     * An outbox in a directory, with the defaults. Its file is {@code outbox.mv}; it may share the directory with a reply
     * cache.
     *
     * @param directory where to; made if it is not there
     * @return the outbox, opened when a client is built with it
     */
    public static Outbox onDisk(Path directory) {
        return builder().directory(directory).build();
    }

    /**
     * Starts an outbox. It needs a {@linkplain Builder#directory place} to keep messages in; everything else has a default.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * What a reply says while the message waits.
     *
     * @return the words, empty for none
     */
    public String words() {
        return words;
    }

    /**
     * Opens it, or joins those who have it open. Part of the seam between this library's own packages.
     *
     * @param clock the wall clock
     * @param nanos the monotonic clock
     * @return what is in it
     * @throws IllegalStateException if it cannot be opened
     */
    public synchronized Ledger open(Clock clock, LongSupplier nanos) {
        Ledger open = ledger;
        if (open != null && !open.isClosed()) {
            return open;
        }
        OutboxStore store = opening.open(seal);
        open = null;
        try {
            boolean isIncomplete = store instanceof DiskStore ours && ours.isIncomplete(Ledger.STATE, Ledger.MESSAGE);
            open = new Ledger(new SealedStore(store, seal), isIncomplete, keepFor, maxMessages, maxBytes, clock, nanos);
        } catch (IOException e) {
            throw new IllegalStateException("the outbox cannot be opened: " + e.getMessage(), e);
        } finally {
            if (open == null && store instanceof DiskStore ours) {
                ours.close(); // or the next attempt would find it in use
            }
        }
        ledger = open;
        return open;
    }

    @Override
    public String toString() {
        return "Outbox{at most " + maxMessages + " messages, for " + keepFor + "}";
    }

    /**
     * Builds an {@link Outbox}. Not safe for use by several threads at once.
     *
     * @since 0.1
     */
    public static final class Builder {
        private @Nullable Opening opening;
        private Duration keepFor = DEFAULT_KEEP_FOR;
        private int maxMessages = DEFAULT_MAX_MESSAGES;
        private long maxBytes = DEFAULT_MAX_BYTES;
        private String words = "";
        private final Map<String, SecretKey> keys = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Keeps messages in a file in a directory. It takes H2's MVStore, {@code com.h2database:h2-mvstore}, which the application
         * adds to its dependencies. Of a file that is damaged all is saved that can be read; it is set aside with a warning then, as one
         * of another kind is.
         *
         * @param directory where to; made if it is not there
         * @return this builder
         */
        public Builder directory(Path directory) {
            requireNonNull(directory, "directory == null");
            opening = seal -> DiskStore.open(directory, (key, record) -> seal.isWhole(SealedStore.MAP, key, record));
            return this;
        }

        /**
         * Encrypts what is kept, by AES in Galois/Counter Mode. Keys may be changed: add the new one after the old one, which is
         * needed as long as something is there that was written with it. What was written without a key can still be read.
         *
         * @param keyId the key's name, which is written beside each record
         * @param key a key for AES, of 16, 24 or 32 bytes
         * @return this builder
         * @throws IllegalArgumentException if the name has none or more than 100 bytes, or the key is no key for AES
         */
        public Builder encryptedWith(String keyId, SecretKey key) {
            RecordSeal.checkKey(keyId, key);
            keys.remove(keyId);
            keys.put(keyId, key);
            return this;
        }

        /**
         * Keeps messages in a store of the application's. It is closed with the last client that uses the outbox.
         *
         * @param store the store
         * @return this builder
         */
        public Builder store(OutboxStore store) {
            requireNonNull(store, "store == null");
            opening = seal -> store;
            return this;
        }

        /**
         * Sets how long a message is tried. After that it is listed as {@link MessageState#EXPIRED}, for as long again. Default
         * 48 hours.
         *
         * @param keepFor at least a second, at most 365 days
         * @return this builder
         * @throws IllegalArgumentException if it is less or more
         */
        public Builder keepFor(Duration keepFor) {
            if (keepFor.compareTo(Duration.ofSeconds(1)) < 0 || keepFor.compareTo(Duration.ofDays(365)) > 0) {
                throw new IllegalArgumentException("keepFor must be from a second to 365 days, not " + keepFor);
            }
            this.keepFor = keepFor;
            return this;
        }

        /**
         * Sets how many messages are kept at most, those included that were not answered and only the application can still do
         * something about: when there is no room, the oldest of these go. Default 10,000.
         *
         * @param maxMessages at least 1, at most 1,000,000
         * @return this builder
         * @throws IllegalArgumentException if it is less or more
         */
        public Builder maxMessages(int maxMessages) {
            if (maxMessages < 1 || maxMessages > 1_000_000) {
                throw new IllegalArgumentException("maxMessages must be from 1 to 1000000, not " + maxMessages);
            }
            this.maxMessages = maxMessages;
            return this;
        }

        /**
         * Sets how many bytes all messages may have together, each with the conversation that it is sent with. Default 64 MiB.
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
         * Sets the text of a reply that is a receipt, such as "I'll answer as soon as I can." Default none: it is for the
         * application to show from {@link io.github.tideover.chat.ChatReply#origin()}.
         *
         * @param words what to say, not blank
         * @return this builder
         * @throws IllegalArgumentException if it is blank
         */
        public Builder words(String words) {
            if (words.isBlank()) {
                throw new IllegalArgumentException("words must say something; leave it out to say nothing");
            }
            this.words = words;
            return this;
        }

        /**
         * Makes the outbox. It is opened when a client is built with it.
         *
         * @return the outbox
         * @throws IllegalStateException if it has no place to keep messages in
         */
        public Outbox build() {
            if (opening == null) {
                throw new IllegalStateException(
                        "an outbox needs a place; give it one with directory(path) or store(store)");
            }
            return new Outbox(this, opening);
        }
    }
}
