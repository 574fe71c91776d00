package io.github.tideover.chat;

import static java.util.Objects.requireNonNull;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.RateLimits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A reply, and where it came from.
 *
 * @since 0.1
 */
public final class ChatReply {
    private final String text;
    private final String reasoning;
    private final String refusal;
    private final List<ToolCall> toolCalls;
    private final FinishReason finishReason;
    private final Origin origin;
    private final Duration age;
    private final @Nullable Similarity similarity;
    private final String provider;
    private final String model;
    private final String id;
    private final String requestId;
    private final int keyNumber;
    private final Usage usage;
    private final RateLimits rateLimits;
    private final int attempts;
    private final List<Failure> skipped;
    private final boolean continued;
    private final List<String> adapted;
    private final @Nullable Receipt receipt;

    private ChatReply(Builder builder) {
        text = builder.text;
        reasoning = builder.reasoning;
        refusal = builder.refusal;
        toolCalls = builder.toolCalls;
        finishReason = builder.finishReason;
        origin = builder.origin;
        age = builder.age;
        similarity = builder.similarity;
        provider = builder.provider;
        model = builder.model;
        id = builder.id;
        requestId = builder.requestId;
        keyNumber = builder.keyNumber;
        usage = builder.usage;
        rateLimits = builder.rateLimits;
        attempts = builder.attempts;
        skipped = builder.skipped;
        continued = builder.continued;
        adapted = builder.adapted;
        receipt = builder.receipt;
    }

    /**
     * Starts a reply.
     *
     * @return an empty builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts from this reply.
     *
     * @return a builder with the same content
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.text = text;
        builder.reasoning = reasoning;
        builder.refusal = refusal;
        builder.toolCalls = toolCalls;
        builder.finishReason = finishReason;
        builder.origin = origin;
        builder.age = age;
        builder.similarity = similarity;
        builder.provider = provider;
        builder.model = model;
        builder.id = id;
        builder.requestId = requestId;
        builder.keyNumber = keyNumber;
        builder.usage = usage;
        builder.rateLimits = rateLimits;
        builder.attempts = attempts;
        builder.skipped = skipped;
        builder.continued = continued;
        builder.adapted = adapted;
        builder.receipt = receipt;
        return builder;
    }

    /**
     * What the model said.
     *
     * @return the text; empty when the model only called tools or refused
     */
    public String text() {
        return text;
    }

    /**
     * The model's reasoning, where the provider shows it.
     *
     * @return the text, empty if there is none
     */
    public String reasoning() {
        return reasoning;
    }

    /**
     * The model's own words of refusal, where the provider tells them apart.
     *
     * @return the text, empty if it did not refuse
     */
    public String refusal() {
        return refusal;
    }

    /**
     * The tools the model wants called.
     *
     * @return an unmodifiable list, empty for none
     */
    public List<ToolCall> toolCalls() {
        return toolCalls;
    }

    /**
     * Why the model stopped.
     *
     * @return the reason
     */
    public FinishReason finishReason() {
        return finishReason;
    }

    /**
     * Which rung of the ladder the reply came from.
     *
     * @return the origin
     */
    public Origin origin() {
        return origin;
    }

    /**
     * How old the answer is.
     *
     * @return zero for one given just now; for a cached one the time since it was given
     */
    public Duration age() {
        return age;
    }

    /**
     * Which question this is the answer to, where it is not the one that was asked.
     *
     * @return the question and how like it is; empty unless the origin is {@link Origin#SIMILAR}
     */
    public Optional<Similarity> similarity() {
        return Optional.ofNullable(similarity);
    }

    /**
     * Which provider answered.
     *
     * @return the provider's name; empty for the application's own words
     */
    public String provider() {
        return provider;
    }

    /**
     * Which model answered, by its own account.
     *
     * @return the model; empty for the application's own words
     */
    public String model() {
        return model;
    }

    /**
     * The provider's id for the reply.
     *
     * @return the id, empty if it gave none
     */
    public String id() {
        return id;
    }

    /**
     * The provider's id for the request, which its support will ask for.
     *
     * @return the id, empty if it gave none
     */
    public String requestId() {
        return requestId;
    }

    /**
     * Which of the provider's keys the reply was asked for with, by its place among those that were given.
     *
     * @return 1 for the first; empty if the provider has but one key, and for the application's own words
     */
    public OptionalInt keyNumber() {
        return keyNumber == 0 ? OptionalInt.empty() : OptionalInt.of(keyNumber);
    }

    /**
     * The tokens the reply cost.
     *
     * @return the usage; {@link Usage#NONE} if it was not reported
     */
    public Usage usage() {
        return usage;
    }

    /**
     * What the provider's answer said of how much it still allows, where it says so. The client paces itself by it; it is here for
     * those who want to see it, or to plan by it.
     *
     * @return the limits at the time of the answer; {@link RateLimits#NONE} if nothing was said, and for replies that no
     *     provider gave just now
     */
    public RateLimits rateLimits() {
        return rateLimits;
    }

    /**
     * How many attempts this call made at providers, this reply's own and those that found no connection included.
     *
     * @return the number, 0 if none was sent
     */
    public int attempts() {
        return attempts;
    }

    /**
     * Why earlier attempts and rungs did not answer.
     *
     * @return an unmodifiable list in order, empty if the first attempt answered
     */
    public List<Failure> skipped() {
        return skipped;
    }

    /**
     * Whether the first provider gave this answer just now.
     *
     * @return true for {@link Origin#LIVE}
     */
    public boolean isLive() {
        return origin == Origin.LIVE;
    }

    /**
     * Whether the model said all it meant to. A reply cut by the token limit is not complete.
     *
     * @return false if the text is cut
     */
    public boolean isComplete() {
        return finishReason != FinishReason.LENGTH;
    }

    /**
     * Whether the stream broke on the way and another answer went on from there: the text then has two authors, of whom
     * the last one is named here, and {@link #usage()} is the last one's alone.
     *
     * @return true if the beginning came from an attempt before
     */
    public boolean isContinued() {
        return continued;
    }

    /**
     * What was asked for and the provider cannot do, and what was sent instead. Providers differ in what they take: a
     * temperature above 1, a seed, a format. What one of them lacks keeps no call from being answered, and is told here; so
     * is what the provider sent and a reply has no place for, such as pictures, the steps of tools that it runs by itself, and
     * the sources of a text: their kinds, in the provider's words.
     *
     * @return an unmodifiable list of sentences for people to read, empty as a rule
     */
    public List<String> adapted() {
        return adapted;
    }

    /**
     * By what the message is known that is kept for later, of a reply of origin {@link Origin#QUEUED}.
     *
     * @return the receipt; empty for every other origin
     */
    public Optional<Receipt> receipt() {
        return Optional.ofNullable(receipt);
    }

    /** Gives origin, model and length; the text is left out so that a log cannot hold it. */
    @Override
    public String toString() {
        return "ChatReply{" + origin + (provider.isEmpty() ? "" : " " + provider + "/" + model) + ", " + text.length()
                + " characters, " + finishReason + ", attempts=" + attempts + "}";
    }

    /**
     * Builds a {@link ChatReply}. Not safe for use by several threads at once.
     *
     * @since 0.1
     */
    public static final class Builder {
        private String text = "";
        private String reasoning = "";
        private String refusal = "";
        private List<ToolCall> toolCalls = List.of();
        private FinishReason finishReason = FinishReason.STOP;
        private Origin origin = Origin.LIVE;
        private Duration age = Duration.ZERO;
        private @Nullable Similarity similarity;
        private String provider = "";
        private String model = "";
        private String id = "";
        private String requestId = "";
        private int keyNumber;
        private Usage usage = Usage.NONE;
        private RateLimits rateLimits = RateLimits.NONE;
        private int attempts;
        private List<Failure> skipped = List.of();
        private boolean continued;
        private List<String> adapted = List.of();
        private @Nullable Receipt receipt;

        private Builder() {}

        /**
         * Sets what the model said.
         *
         * @param text what the model said
         * @return this builder
         */
        public Builder text(String text) {
            this.text = requireNonNull(text, "text == null");
            return this;
        }

        /**
         * Sets the model's reasoning, empty for none.
         *
         * @param reasoning the model's reasoning, empty for none
         * @return this builder
         */
        public Builder reasoning(String reasoning) {
            this.reasoning = requireNonNull(reasoning, "reasoning == null");
            return this;
        }

        /**
         * Sets the words of refusal, empty for none.
         *
         * @param refusal the words of refusal, empty for none
         * @return this builder
         */
        public Builder refusal(String refusal) {
            this.refusal = requireNonNull(refusal, "refusal == null");
            return this;
        }

        /**
         * Sets the tool calls.
         *
         * @param toolCalls the tool calls
         * @return this builder
         */
        public Builder toolCalls(List<ToolCall> toolCalls) {
            this.toolCalls = List.copyOf(toolCalls);
            return this;
        }

        /**
         * Sets why the model stopped.
         *
         * @param finishReason why the model stopped
         * @return this builder
         */
        public Builder finishReason(FinishReason finishReason) {
            this.finishReason = requireNonNull(finishReason, "finishReason == null");
            return this;
        }

        /**
         * Sets the rung.
         *
         * @param origin the rung
         * @return this builder
         */
        public Builder origin(Origin origin) {
            this.origin = requireNonNull(origin, "origin == null");
            return this;
        }

        /**
         * Sets the time since it was given.
         *
         * @param age the time since it was given
         * @return this builder
         */
        public Builder age(Duration age) {
            this.age = requireNonNull(age, "age == null");
            return this;
        }

        /**
         * Sets which question it is the answer to.
         *
         * @param similarity the likeness, or null for an answer to what was asked
         * @return this builder
         */
        public Builder similarity(@Nullable Similarity similarity) {
            this.similarity = similarity;
            return this;
        }

        /**
         * Sets the provider's name.
         *
         * @param provider the provider's name
         * @return this builder
         */
        public Builder provider(String provider) {
            this.provider = requireNonNull(provider, "provider == null");
            return this;
        }

        /**
         * Sets the model that answered.
         *
         * @param model the model that answered
         * @return this builder
         */
        public Builder model(String model) {
            this.model = requireNonNull(model, "model == null");
            return this;
        }

        /**
         * Sets the provider's id for the reply.
         *
         * @param id the provider's id for the reply
         * @return this builder
         */
        public Builder id(String id) {
            this.id = requireNonNull(id, "id == null");
            return this;
        }

        /**
         * Sets the provider's id for the request.
         *
         * @param requestId the provider's id for the request
         * @return this builder
         */
        public Builder requestId(String requestId) {
            this.requestId = requireNonNull(requestId, "requestId == null");
            return this;
        }

        /**
         * Sets which of the provider's keys it was asked for with.
         *
         * @param keyNumber 1 for the first, 0 for the only one or none
         * @return this builder
         */
        public Builder keyNumber(int keyNumber) {
            this.keyNumber = keyNumber;
            return this;
        }

        /**
         * Sets the tokens it cost.
         *
         * @param usage the tokens it cost
         * @return this builder
         */
        public Builder usage(Usage usage) {
            this.usage = requireNonNull(usage, "usage == null");
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
         * Sets the number of requests sent.
         *
         * @param attempts the number of requests sent
         * @return this builder
         */
        public Builder attempts(int attempts) {
            this.attempts = attempts;
            return this;
        }

        /**
         * Sets the failures before this reply.
         *
         * @param skipped the failures before this reply
         * @return this builder
         */
        public Builder skipped(List<Failure> skipped) {
            this.skipped = List.copyOf(skipped);
            return this;
        }

        /**
         * Sets whether the beginning came from another attempt.
         *
         * @param continued whether it did
         * @return this builder
         */
        public Builder continued(boolean continued) {
            this.continued = continued;
            return this;
        }

        /**
         * Sets what was asked for and not sent as it was asked.
         *
         * @param adapted a sentence for each
         * @return this builder
         */
        public Builder adapted(List<String> adapted) {
            this.adapted = List.copyOf(adapted);
            return this;
        }

        /**
         * Sets by what the message is known that is kept for later.
         *
         * @param receipt the receipt, null for a reply that is an answer
         * @return this builder
         */
        public Builder receipt(@Nullable Receipt receipt) {
            this.receipt = receipt;
            return this;
        }

        /**
         * Builds the reply.
         *
         * @return the reply
         */
        public ChatReply build() {
            return new ChatReply(this);
        }
    }
}
