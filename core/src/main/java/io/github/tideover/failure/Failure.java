package io.github.tideover.failure;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One thing that went wrong at one place: an attempt that failed, or a rung of the ladder that could not be taken.
 *
 * <p>Holds no key, prompt or reply, so it may be logged and shown.
 *
 * @since 0.1
 */
public final class Failure implements Serializable {
    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    private final FailureKind kind;
    /** Whether the same provider may be asked again. */
    private final FailureKind.Again again;
    /** Where it went wrong. */
    private final String source;
    /** What happened, in one sentence. */
    private final String message;
    /** The HTTP status, 0 for none. */
    private final int httpStatus;
    /** The provider's own code. */
    private final @Nullable String code;
    /** The provider's id for the request. */
    private final @Nullable String requestId;
    /** The place of the key it happened with, 0 for none or the only one. */
    private final int keyNumber;
    /** How long the provider asked to be left alone. */
    private final @Nullable Duration retryAfter;
    /** What the answer said of rate limits. */
    private final RateLimits rateLimits;
    /** When it makes sense to ask again. */
    private final @Nullable Instant retryAt;
    /** The exception behind it. */
    private final @Nullable Throwable cause;

    private Failure(Builder builder) {
        kind = builder.kind;
        again = builder.again;
        source = builder.source;
        message = builder.message;
        httpStatus = builder.httpStatus;
        code = builder.code;
        requestId = builder.requestId;
        keyNumber = builder.keyNumber;
        retryAfter = builder.retryAfter;
        rateLimits = builder.rateLimits;
        retryAt = builder.retryAt;
        cause = builder.cause;
    }

    /**
     * Starts a failure of a kind.
     *
     * @param kind what went wrong
     * @return a builder whose message is the kind's own words
     */
    public static Builder of(FailureKind kind) {
        return new Builder(kind);
    }

    /**
     * Starts from this failure.
     *
     * @return a builder with the same content
     */
    public Builder toBuilder() {
        Builder builder = new Builder(kind);
        builder.again = again;
        builder.source = source;
        builder.message = message;
        builder.httpStatus = httpStatus;
        builder.code = code;
        builder.requestId = requestId;
        builder.keyNumber = keyNumber;
        builder.retryAfter = retryAfter;
        builder.rateLimits = rateLimits;
        builder.retryAt = retryAt;
        builder.cause = cause;
        return builder;
    }

    /**
     * What went wrong, sorted by what can be done about it.
     *
     * @return the kind
     */
    public FailureKind kind() {
        return kind;
    }

    /**
     * Whether the same provider may be asked again: the kind's rule, or what the provider's {@code x-should-retry}
     * header made of it.
     *
     * @return the rule
     */
    public FailureKind.Again again() {
        return again;
    }

    /**
     * Where it went wrong.
     *
     * @return the provider and model, such as {@code "openai/gpt-5-mini"}, or {@code "reply cache"}; empty if unknown
     */
    public String source() {
        return source;
    }

    /**
     * What happened, in one sentence for the person who runs the application.
     *
     * @return a sentence without key, prompt or reply
     */
    public String message() {
        return message;
    }

    /**
     * The HTTP status of the provider's answer.
     *
     * @return the status, or empty if there was no answer
     */
    public OptionalInt httpStatus() {
        return httpStatus == 0 ? OptionalInt.empty() : OptionalInt.of(httpStatus);
    }

    /**
     * The provider's own code for the error, such as {@code "insufficient_quota"}.
     *
     * @return the code, or empty if it gave none
     */
    public Optional<String> code() {
        return Optional.ofNullable(code);
    }

    /**
     * The provider's id for the request, which its support will ask for.
     *
     * @return the id, or empty if it gave none
     */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /**
     * Which of the provider's keys it happened with, by its place among those that were given.
     *
     * @return 1 for the first; empty if there was but one key, or it was not a matter of a key
     */
    public OptionalInt keyNumber() {
        return keyNumber == 0 ? OptionalInt.empty() : OptionalInt.of(keyNumber);
    }

    /**
     * How long the provider asked to be left alone, counted from its answer.
     *
     * @return the time to wait at least, or empty if it did not say
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * What the provider's answer said of its rate limits.
     *
     * @return the limits; {@link RateLimits#NONE} if it said nothing, or there was no answer
     */
    public RateLimits rateLimits() {
        return rateLimits;
    }

    /**
     * When it makes sense to ask this source again.
     *
     * @return the time, or empty if it is not known
     */
    public Optional<Instant> retryAt() {
        return Optional.ofNullable(retryAt);
    }

    /**
     * The exception behind this failure.
     *
     * @return the exception, or empty if there was none
     */
    public Optional<Throwable> cause() {
        return Optional.ofNullable(cause);
    }

    @Override
    public String toString() {
        return (source.isEmpty() ? "" : source + ": ") + kind + ": " + message;
    }

    /**
     * Builds a {@link Failure}.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final FailureKind kind;
        private FailureKind.Again again;
        private String source = "";
        private String message;
        private int httpStatus;
        private @Nullable String code;
        private @Nullable String requestId;
        private int keyNumber;
        private @Nullable Duration retryAfter;
        private RateLimits rateLimits = RateLimits.NONE;
        private @Nullable Instant retryAt;
        private @Nullable Throwable cause;

        private Builder(FailureKind kind) {
            this.kind = requireNonNull(kind, "kind == null");
            this.again = kind.again();
            this.message = kind.cause();
        }

        /**
         * Overrides the kind's rule for asking again.
         *
         * @param again the rule
         * @return this builder
         */
        public Builder again(FailureKind.Again again) {
            this.again = requireNonNull(again, "again == null");
            return this;
        }

        /**
         * Says where it went wrong.
         *
         * @param source the provider and model, or the name of the rung
         * @return this builder
         */
        public Builder source(String source) {
            this.source = requireNonNull(source, "source == null");
            return this;
        }

        /**
         * Says what happened.
         *
         * @param message a sentence without key, prompt or reply
         * @return this builder
         */
        public Builder message(String message) {
            this.message = requireNonNull(message, "message == null");
            return this;
        }

        /**
         * Sets the HTTP status.
         *
         * @param httpStatus the status, 0 for none
         * @return this builder
         */
        public Builder httpStatus(int httpStatus) {
            this.httpStatus = httpStatus;
            return this;
        }

        /**
         * Sets the provider's own error code.
         *
         * @param code the code, or null
         * @return this builder
         */
        public Builder code(@Nullable String code) {
            this.code = code;
            return this;
        }

        /**
         * Sets the provider's id for the request.
         *
         * @param requestId the id, or null
         * @return this builder
         */
        public Builder requestId(@Nullable String requestId) {
            this.requestId = requestId;
            return this;
        }

        /**
         * Says which of the provider's keys it happened with.
         *
         * @param keyNumber 1 for the first, 0 for the only one or none
         * @return this builder
         */
        public Builder keyNumber(int keyNumber) {
            this.keyNumber = keyNumber;
            return this;
        }

        /**
         * Sets how long the provider asked to be left alone.
         *
         * @param retryAfter the time, or null
         * @return this builder
         */
        public Builder retryAfter(@Nullable Duration retryAfter) {
            this.retryAfter = retryAfter;
            return this;
        }

        /**
         * Sets what the answer said of rate limits.
         *
         * @param rateLimits the limits
         * @return this builder
         */
        public Builder rateLimits(RateLimits rateLimits) {
            this.rateLimits = requireNonNull(rateLimits, "rateLimits == null");
            return this;
        }

        /**
         * Sets when it makes sense to ask again.
         *
         * @param retryAt the time, or null
         * @return this builder
         */
        public Builder retryAt(@Nullable Instant retryAt) {
            this.retryAt = retryAt;
            return this;
        }

        /**
         * Sets the exception behind this failure.
         *
         * @param cause the exception, or null
         * @return this builder
         */
        public Builder cause(@Nullable Throwable cause) {
            this.cause = cause;
            return this;
        }

        /**
         * Builds the failure.
         *
         * @return the failure
         */
        public Failure build() {
            return new Failure(this);
        }
    }
}
