package io.github.tideover.failure;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a provider said, in the headers of one answer, of how much it still allows. It is a snapshot of that moment, as the provider
 * tells it: other clients of the same account use up the same limits.
 *
 * @since 0.1
 */
public final class RateLimits implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Nothing was said. */
    public static final RateLimits NONE = new RateLimits(List.of());

    /** In the order of their headers. */
    @SuppressWarnings("serial") // List.copyOf gives a list that is serializable
    private final List<Limit> all;

    private RateLimits(List<Limit> all) {
        this.all = all;
    }

    /**
     * Puts limits together.
     *
     * @param limits the limits
     * @return the limits
     */
    public static RateLimits of(List<Limit> limits) {
        return limits.isEmpty() ? NONE : new RateLimits(List.copyOf(limits));
    }

    /**
     * All limits that were told.
     *
     * @return an unmodifiable list, empty if nothing was said
     */
    public List<Limit> all() {
        return all;
    }

    /**
     * The limit of a sort of which the least is left. A provider may have one for a minute and one for a day.
     *
     * @param unit what is counted
     * @return the limit with the smallest share remaining, or empty if none of this sort told what remains
     */
    public Optional<Limit> tightest(Unit unit) {
        requireNonNull(unit, "unit == null");
        Limit tightest = null;
        for (Limit limit : all) {
            boolean counts = limit.unit == unit && limit.remaining >= 0;
            if (counts && (tightest == null || limit.share() < tightest.share())) {
                tightest = limit;
            }
        }
        return Optional.ofNullable(tightest);
    }

    /**
     * Whether nothing was said.
     *
     * @return true if there is no limit in here
     */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RateLimits that && all.equals(that.all);
    }

    @Override
    public int hashCode() {
        return all.hashCode();
    }

    @Override
    public String toString() {
        return "RateLimits" + all;
    }

    /**
     * What is counted.
     *
     * @since 0.1
     */
    public enum Unit {
        /** Requests. */
        REQUESTS,
        /** Tokens in and out together. */
        TOKENS,
        /** Tokens of requests. */
        INPUT_TOKENS,
        /** Tokens of replies. */
        OUTPUT_TOKENS
    }

    /**
     * One limit.
     *
     * @since 0.1
     */
    public static final class Limit implements Serializable {
        private static final long serialVersionUID = 1L;

        /** What is counted. */
        private final Unit unit;
        /** The provider's name for it. */
        private final String name;
        /** How much is allowed, -1 if unknown. */
        private final long limit;
        /** How much is left, -1 if unknown. */
        private final long remaining;
        /** When it is whole again. */
        private final @Nullable Duration resetsAfter;

        private Limit(Builder builder) {
            unit = builder.unit;
            name = builder.name;
            limit = builder.limit;
            remaining = builder.remaining;
            resetsAfter = builder.resetsAfter;
        }

        /**
         * Starts a limit.
         *
         * @param unit what is counted
         * @param name the provider's name for it
         * @return a builder of which nothing else is known
         */
        public static Builder of(Unit unit, String name) {
            return new Builder(unit, name);
        }

        /**
         * What is counted.
         *
         * @return the unit
         */
        public Unit unit() {
            return unit;
        }

        /**
         * The provider's name for the limit.
         *
         * @return the end of its header's name, such as {@code "requests"} or {@code "tokens-minute"}, or the name of the
         *     policy
         */
        public String name() {
            return name;
        }

        /**
         * How much is allowed in all.
         *
         * @return the number, or empty if it was not told
         */
        public OptionalLong limit() {
            return limit < 0 ? OptionalLong.empty() : OptionalLong.of(limit);
        }

        /**
         * How much is left.
         *
         * @return the number, zero if the provider named a negative one; empty if it was not told
         */
        public OptionalLong remaining() {
            return remaining < 0 ? OptionalLong.empty() : OptionalLong.of(remaining);
        }

        /**
         * How long it takes until the limit is whole again, counted from the answer. With some providers all comes back at that
         * moment, with others bit by bit up to it.
         *
         * @return a time of more than zero, or empty if it was not told
         */
        public Optional<Duration> resetsAfter() {
            return Optional.ofNullable(resetsAfter);
        }

        private double share() {
            return limit > 0 ? (double) remaining / limit : remaining;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Limit that
                    && unit == that.unit
                    && name.equals(that.name)
                    && limit == that.limit
                    && remaining == that.remaining
                    && resetsAfter().equals(that.resetsAfter());
        }

        @Override
        public int hashCode() {
            return name.hashCode() * 31 + Long.hashCode(remaining);
        }

        /** Such as {@code requests: 3 of 60 left, whole again in PT20S}. */
        @Override
        public String toString() {
            return name + ": " + (remaining < 0 ? "?" : String.valueOf(remaining)) + " of "
                    + (limit < 0 ? "?" : String.valueOf(limit)) + " left"
                    + (resetsAfter == null ? "" : ", whole again in " + resetsAfter);
        }

        /**
         * Builds a {@link Limit}. Not safe for use by several threads at once.
         *
         * @since 0.1
         */
        public static final class Builder {
            private final Unit unit;
            private final String name;
            private long limit = -1;
            private long remaining = -1;
            private @Nullable Duration resetsAfter;

            private Builder(Unit unit, String name) {
                this.unit = requireNonNull(unit, "unit == null");
                this.name = requireNonNull(name, "name == null");
            }

            /**
             * Sets how much is allowed in all.
             *
             * @param limit the number; a negative one says nothing
             * @return this builder
             */
            public Builder limit(long limit) {
                this.limit = Math.max(-1, limit);
                return this;
            }

            /**
             * Sets how much is left.
             *
             * @param remaining the number; a negative one means that more was used than is allowed, so nothing is left
             * @return this builder
             */
            public Builder remaining(long remaining) {
                this.remaining = Math.max(0, remaining);
                return this;
            }

            /**
             * Sets how long it takes until the limit is whole again.
             *
             * @param resetsAfter the time; null, zero and negative ones say nothing
             * @return this builder
             */
            public Builder resetsAfter(@Nullable Duration resetsAfter) {
                boolean saysNothing = resetsAfter == null || resetsAfter.isZero() || resetsAfter.isNegative();
                this.resetsAfter = saysNothing ? null : resetsAfter;
                return this;
            }

            /**
             * Builds the limit.
             *
             * @return the limit
             */
            public Limit build() {
                return new Limit(this);
            }
        }
    }
}
