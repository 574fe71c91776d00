package io.github.tideover.failure;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call that ended without an answer. There is one subclass for each thing the caller can do next.
 *
 * <p>The message and everything else in it is free of keys, prompts and replies.
 *
 * @since 0.1
 */
public abstract sealed class ChatException extends RuntimeException
        permits RequestRejectedException,
                RateLimitedException,
                AccountException,
                ServiceUnavailableException,
                PartialReplyException,
                DeadlineExceededException {
    private static final long serialVersionUID = 1L;

    /** The failure that decided the call. */
    private final Failure failure;
    /** How many attempts were made. */
    private final int attempts;

    /** Every failure of the call, in order. */
    @SuppressWarnings("serial") // always the JDK's unmodifiable list, which is serializable
    private final List<Failure> failures;

    ChatException(Failure failure, int attempts, List<Failure> failures, String advice) {
        super(sentence(failure, attempts, failures, advice), failure.cause().orElse(null));
        this.failure = failure;
        this.attempts = attempts;
        this.failures = List.copyOf(failures);
    }

    /**
     * Makes the exception that fits a failure.
     *
     * @param failure the failure that decided the call
     * @param attempts how many requests were sent
     * @param failures every failure of the call, in order
     * @return an exception of the subclass that tells the caller what to do
     */
    public static ChatException of(Failure failure, int attempts, List<Failure> failures) {
        return switch (requireNonNull(failure, "failure == null").kind().remedy()) {
            case REJECTED -> new RequestRejectedException(failure, attempts, failures);
            case RATE_LIMITED -> new RateLimitedException(failure, attempts, failures);
            case ACCOUNT -> new AccountException(failure, attempts, failures);
            case UNAVAILABLE -> new ServiceUnavailableException(failure, attempts, failures);
            case DEADLINE -> new DeadlineExceededException(failure, attempts, failures);
        };
    }

    /**
     * Makes the exception for a streamed answer that broke after some of it was delivered.
     *
     * @param failure what broke it
     * @param attempts how many requests were sent
     * @param failures every failure of the call, in order
     * @param partialText the text that was delivered
     * @return the exception
     */
    public static PartialReplyException partial(
            Failure failure, int attempts, List<Failure> failures, String partialText) {
        return new PartialReplyException(failure, attempts, failures, partialText);
    }

    /**
     * What went wrong, sorted by what can be done about it.
     *
     * @return the kind of the failure that decided the call
     */
    public FailureKind kind() {
        return failure.kind();
    }

    /**
     * The failure that decided the call: as a rule that of the first provider, whatever its alternates then met.
     *
     * @return the failure
     */
    public Failure failure() {
        return failure;
    }

    /**
     * Every failure of the call in order: failed attempts, and rungs of the ladder that could not be taken.
     *
     * @return an unmodifiable list
     */
    public List<Failure> failures() {
        return failures;
    }

    /**
     * The provider and model where the deciding failure happened.
     *
     * @return the name, such as {@code "openai/gpt-5-mini"}
     */
    public String provider() {
        return failure.source();
    }

    /**
     * The provider's id for the request.
     *
     * @return the id, or empty if it gave none
     */
    public Optional<String> requestId() {
        return failure.requestId();
    }

    /**
     * How many attempts this call made at providers, those that found no connection included.
     *
     * @return the number of attempts, 0 if none was sent
     */
    public int attempts() {
        return attempts;
    }

    /**
     * The earliest time at which asking again makes sense.
     *
     * @return the time, or empty if it is not known
     */
    public Optional<Instant> retryAt() {
        @Nullable Instant earliest = failure.retryAt().orElse(null);
        for (Failure each : failures) {
            Instant at = each.retryAt().orElse(null);
            if (at != null && (earliest == null || at.isBefore(earliest))) {
                earliest = at;
            }
        }
        return Optional.ofNullable(earliest);
    }

    private static String sentence(Failure failure, int attempts, List<Failure> failures, String advice) {
        StringBuilder sentence = new StringBuilder(160);
        if (!failure.source().isEmpty()) {
            sentence.append(failure.source()).append(": ");
        }
        sentence.append(failure.message());
        failure.requestId()
                .ifPresent(id -> sentence.append(" (request ").append(id).append(')'));
        sentence.append("; ").append(attempts).append(attempts == 1 ? " attempt" : " attempts");
        failure.retryAt().ifPresent(at -> sentence.append("; not before ").append(at));
        sentence.append("; ").append(advice);
        for (Failure other : failures) {
            if (other != failure && !other.source().equals(failure.source())) {
                sentence.append(". Also ").append(other);
            }
        }
        return sentence.toString();
    }
}
