package io.github.tideover;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How often and how soon one provider is asked again within a call.
 *
 * <p>The wait before an attempt is drawn evenly between zero and a bound that doubles with each attempt ("full jitter";
 * M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015), and is never shorter than what the provider
 * asked for. A budget shared by all calls to a provider and model keeps retries from multiplying an outage; it is not
 * configurable.
 *
 * @since 0.1
 */
public final class RetryPolicy {
    private static final Duration FIRST_DELAY = Duration.ofMillis(250);
    private static final Duration OVERLOAD_DELAY = Duration.ofSeconds(1);
    private static final RetryPolicy DEFAULTS = new RetryPolicy(new Builder());

    private final int maxAttempts;
    private final Duration firstDelay;
    private final Duration overloadDelay;
    private final Duration longestDelay;
    private final Duration longestRetryAfter;

    private RetryPolicy(Builder builder) {
        maxAttempts = builder.maxAttempts;
        firstDelay = builder.orDefault(builder.firstDelay, FIRST_DELAY);
        overloadDelay = builder.orDefault(builder.overloadDelay, OVERLOAD_DELAY);
        longestDelay = builder.longestDelay;
        longestRetryAfter = builder.longestRetryAfter;
    }

    /**
     * Three attempts; bounds of 250 ms after an error and 1 s after an overload or a rate limit, doubled up to 8 s; a
     * provider's own wish followed up to 120 s.
     *
     * @return the defaults
     */
    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    /**
     * One attempt for each provider: failures go straight to the next rung.
     *
     * @return a policy without retries
     */
    public static RetryPolicy never() {
        return builder().maxAttempts(1).build();
    }

    /**
     * Starts a policy from the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    int maxAttempts() {
        return maxAttempts;
    }

    Duration firstDelay() {
        return firstDelay;
    }

    Duration overloadDelay() {
        return overloadDelay;
    }

    Duration longestDelay() {
        return longestDelay;
    }

    Duration longestRetryAfter() {
        return longestRetryAfter;
    }

    @Override
    public String toString() {
        return "RetryPolicy{" + maxAttempts + " attempts, from " + firstDelay + " to " + longestDelay + "}";
    }

    /**
     * Builds a {@link RetryPolicy}.
     *
     * @since 0.1
     */
    public static final class Builder {
        private int maxAttempts = 3;
        private @Nullable Duration firstDelay;
        private @Nullable Duration overloadDelay;
        private Duration longestDelay = Duration.ofSeconds(8);
        private Duration longestRetryAfter = Duration.ofSeconds(120);

        private Builder() {}

        /**
         * Limits the attempts a call makes at one provider, the first included. Default 3, as in the AWS SDKs' standard
         * mode and the Google SRE book, chapter 21.
         *
         * @param maxAttempts 1 to 10
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder maxAttempts(int maxAttempts) {
            if (maxAttempts < 1 || maxAttempts > 10) {
                throw new IllegalArgumentException("maxAttempts must be from 1 (no retry) to 10, not " + maxAttempts);
            }
            this.maxAttempts = maxAttempts;
            return this;
        }

        /**
         * Bounds the wait before the second attempt after an error. Default 250 ms.
         *
         * @param firstDelay more than zero, at most a day
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative, or longer than a day
         */
        public Builder firstDelay(Duration firstDelay) {
            this.firstDelay = Settings.positive("firstDelay", firstDelay);
            return this;
        }

        /**
         * Bounds the wait before the second attempt after an overload or a rate limit. Default 1 s.
         *
         * @param overloadDelay more than zero, at most a day
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative, or longer than a day
         */
        public Builder overloadDelay(Duration overloadDelay) {
            this.overloadDelay = Settings.positive("overloadDelay", overloadDelay);
            return this;
        }

        /**
         * Bounds every wait that the provider did not ask for. Default 8 s.
         *
         * @param longestDelay more than zero, at most a day
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative, or longer than a day
         */
        public Builder longestDelay(Duration longestDelay) {
            this.longestDelay = Settings.positive("longestDelay", longestDelay);
            return this;
        }

        /**
         * Limits how long a call waits because the provider asked for it; a longer wish sends the call to the next rung.
         * Default 120 s, as in openai-python. Where another provider stands by, a call moves on after
         * {@link #longestDelay}.
         *
         * @param longestRetryAfter more than zero, at most a day
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative, or longer than a day
         */
        public Builder longestRetryAfter(Duration longestRetryAfter) {
            this.longestRetryAfter = Settings.positive("longestRetryAfter", longestRetryAfter);
            return this;
        }

        /**
         * Builds the policy.
         *
         * @return the policy
         * @throws IllegalStateException if a first wait's bound is longer than the longest
         */
        public RetryPolicy build() {
            checkNotLongest("firstDelay", firstDelay);
            checkNotLongest("overloadDelay", overloadDelay);
            return new RetryPolicy(this);
        }

        /** A default gives way to a longest delay that is shorter; a delay that was set must make sense beside it. */
        private Duration orDefault(@Nullable Duration set, Duration usual) {
            if (set != null) {
                return set;
            }
            return usual.compareTo(longestDelay) < 0 ? usual : longestDelay;
        }

        private void checkNotLongest(String name, @Nullable Duration delay) {
            if (delay != null && delay.compareTo(longestDelay) > 0) {
                throw new IllegalStateException(
                        name + " " + delay + " must not be longer than longestDelay " + longestDelay);
            }
        }
    }
}
