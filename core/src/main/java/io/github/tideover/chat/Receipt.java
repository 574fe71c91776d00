package io.github.tideover.chat;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * What the caller has in hand while a message waits in the outbox. It is given out only once the message is safe from a
 * crash.
 *
 * @since 0.1
 */
public final class Receipt {
    private final String id;
    private final int position;
    private final Instant expiresAt;

    private Receipt(String id, int position, Instant expiresAt) {
        this.id = requireNonNull(id, "id == null");
        this.position = position;
        this.expiresAt = requireNonNull(expiresAt, "expiresAt == null");
    }

    /**
     * Makes a receipt.
     *
     * @param id by what the message is known
     * @param position its place in the queue
     * @param expiresAt until when it is tried
     * @return the receipt
     */
    public static Receipt of(String id, int position, Instant expiresAt) {
        return new Receipt(id, position, expiresAt);
    }

    /**
     * By what the message is known: in the delivery of its answer, in the list of what is kept, and at the provider, as the
     * idempotency key of every attempt unless the request has one of its own.
     *
     * @return the id, unlike any other
     */
    public String id() {
        return id;
    }

    /**
     * How many messages were in the queue with it when it was accepted. Messages of other conversations may be answered
     * before those that stand ahead of them here.
     *
     * @return its place, 1 for the only one
     */
    public int position() {
        return position;
    }

    /**
     * Until when it is tried. A message that has no answer by then is not sent any more, and is listed as expired.
     *
     * @return the time
     */
    public Instant expiresAt() {
        return expiresAt;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Receipt that
                && id.equals(that.id)
                && position == that.position
                && expiresAt.equals(that.expiresAt);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "Receipt{" + id + ", position " + position + ", expires " + expiresAt + "}";
    }
}
