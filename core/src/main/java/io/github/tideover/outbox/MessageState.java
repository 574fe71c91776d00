package io.github.tideover.outbox;

/**
 * What has become of a message in the outbox. More may be added in later versions.
 *
 * @since 0.1
 */
public enum MessageState {
    /** It waits to be sent, or is being sent. */
    WAITING(true),
    /** Its answer is there and safe, and has not been acknowledged: the callback has yet to return. */
    ANSWERED(true),
    /** The callback that was given its answer has returned: it is no longer kept. */
    DELIVERED(false),
    /** There was no answer in the time it was given. */
    EXPIRED(false),
    /** A provider refused it: sending it again will not help. */
    REFUSED(false),
    /**
     * It failed three times while others were answered and all was well, so that the fault is its own; or what was kept of it is
     * damaged ({@link io.github.tideover.failure.FailureKind#LOST}).
     */
    FAILED(false),
    /** Its answer is there, but the callback failed each time it was given it, or what was asked is damaged. */
    UNDELIVERED(false),
    /** The application took it back: it is no longer kept. */
    CANCELLED(false);

    private final boolean open;

    MessageState(boolean open) {
        this.open = open;
    }

    /**
     * Whether something is still to happen to it by itself.
     *
     * @return false for a state that only the application changes
     */
    public boolean isOpen() {
        return open;
    }
}
