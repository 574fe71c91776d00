package io.github.tideover.outbox;

import io.github.tideover.failure.FailureKind;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message in the outbox, as it was when this was made. What was said is not in it, so that it can be listed and logged.
 *
 * @since 0.1
 */
public final class OutboxMessage {
    private final String id;
    private final MessageState state;
    private final @Nullable String conversation;
    private final @Nullable String tenant;
    private final Instant acceptedAt;
    private final Instant expiresAt;
    private final int faults;
    private final @Nullable FailureKind lastFailure;

    OutboxMessage(
            String id,
            MessageState state,
            @Nullable String conversation,
            @Nullable String tenant,
            Instant acceptedAt,
            Instant expiresAt,
            int faults,
            @Nullable FailureKind lastFailure) {
        this.id = id;
        this.state = state;
        this.conversation = conversation;
        this.tenant = tenant;
        this.acceptedAt = acceptedAt;
        this.expiresAt = expiresAt;
        this.faults = faults;
        this.lastFailure = lastFailure;
    }

    /**
     * By what it is known: the id of its receipt.
     *
     * @return the id
     */
    public String id() {
        return id;
    }

    /**
     * What has become of it.
     *
     * @return the state
     */
    public MessageState state() {
        return state;
    }

    /**
     * The conversation it is a turn of.
     *
     * @return the conversation's id, empty if it stands alone
     */
    public Optional<String> conversation() {
        return Optional.ofNullable(conversation);
    }

    /**
     * Whose it is, as its request said.
     *
     * @return the tenant, empty for none
     */
    public Optional<String> tenant() {
        return Optional.ofNullable(tenant);
    }

    /**
     * When it was accepted.
     *
     * @return the time
     */
    public Instant acceptedAt() {
        return acceptedAt;
    }

    /**
     * Until when it is tried.
     *
     * @return the time
     */
    public Instant expiresAt() {
        return expiresAt;
    }

    /**
     * How often it failed by its own fault: while others were answered. What fails in an outage is not counted.
     *
     * @return the number, at most 3
     */
    public int faults() {
        return faults;
    }

    /**
     * Why it was last not answered: for {@link MessageState#REFUSED}, {@link MessageState#FAILED} and
     * {@link MessageState#EXPIRED} the reason.
     *
     * @return the kind of failure, empty if it was not tried since it was accepted
     */
    public Optional<FailureKind> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    @Override
    public String toString() {
        return "OutboxMessage{" + id + ", " + state + (lastFailure == null ? "" : ", " + lastFailure) + ", accepted "
                + acceptedAt + "}";
    }
}
