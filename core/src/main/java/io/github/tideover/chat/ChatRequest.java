package io.github.tideover.chat;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request for a reply, in no provider's own format. Immutable; {@link #toBuilder()} changes one thing.
 *
 * @since 0.1
 */
public final class ChatRequest {
    /** The longest {@link Builder#timeout} a call may have: a day. */
    public static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

    private final List<Message> messages;
    private final @Nullable Double temperature;
    private final @Nullable Double topP;
    private final @Nullable Integer maxOutputTokens;
    private final @Nullable Long seed;
    private final List<String> stop;
    private final @Nullable String reasoningEffort;
    private final List<Tool> tools;
    private final @Nullable ToolChoice toolChoice;
    private final @Nullable Boolean parallelToolCalls;
    private final @Nullable ResponseFormat responseFormat;
    private final @Nullable String tenant;
    private final @Nullable Duration timeout;
    private final Map<String, Object> extra;
    private final Map<String, Map<String, Object>> extraFor;
    private final Set<String> allowedProviders;
    private final Set<String> requiredTags;
    private final boolean noStore;
    private final @Nullable Duration maxStale;
    private final @Nullable Duration freshFor;
    private final @Nullable String conversation;
    private final @Nullable String idempotencyKey;
    private final @Nullable Boolean queueable;

    private ChatRequest(Builder builder) {
        messages = List.copyOf(builder.messages);
        temperature = builder.temperature;
        topP = builder.topP;
        maxOutputTokens = builder.maxOutputTokens;
        seed = builder.seed;
        stop = builder.stop;
        reasoningEffort = builder.reasoningEffort;
        tools = builder.tools;
        toolChoice = builder.toolChoice;
        parallelToolCalls = builder.parallelToolCalls;
        responseFormat = builder.responseFormat;
        tenant = builder.tenant;
        timeout = builder.timeout;
        extra = builder.extra.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(builder.extra));
        extraFor = builder.extraFor.isEmpty() ? Map.of() : copy(builder.extraFor);
        allowedProviders = builder.allowedProviders;
        requiredTags = builder.requiredTags;
        noStore = builder.noStore;
        maxStale = builder.maxStale;
        freshFor = builder.freshFor;
        conversation = builder.conversation;
        idempotencyKey = builder.idempotencyKey;
        queueable = builder.queueable;
    }

    private static Map<String, Map<String, Object>> copy(Map<String, Map<String, Object>> byProvider) {
        Map<String, Map<String, Object>> copy = new LinkedHashMap<>();
        byProvider.forEach(
                (provider, fields) -> copy.put(provider, Collections.unmodifiableMap(new LinkedHashMap<>(fields))));
        return Collections.unmodifiableMap(copy);
    }

    /**
     * A request of one user message.
     *
     * @param userText what the person says
     * @return the request
     */
    public static ChatRequest of(String userText) {
        return builder().user(userText).build();
    }

    /**
     * Starts a request.
     *
     * @return an empty builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts from this request.
     *
     * @return a builder with the same content
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.messages.addAll(messages);
        builder.temperature = temperature;
        builder.topP = topP;
        builder.maxOutputTokens = maxOutputTokens;
        builder.seed = seed;
        builder.stop = stop;
        builder.reasoningEffort = reasoningEffort;
        builder.tools = tools;
        builder.toolChoice = toolChoice;
        builder.parallelToolCalls = parallelToolCalls;
        builder.responseFormat = responseFormat;
        builder.tenant = tenant;
        builder.timeout = timeout;
        builder.extra.putAll(extra);
        extraFor.forEach((provider, fields) -> builder.extraFor.put(provider, new LinkedHashMap<>(fields)));
        builder.allowedProviders = allowedProviders;
        builder.requiredTags = requiredTags;
        builder.noStore = noStore;
        builder.maxStale = maxStale;
        builder.freshFor = freshFor;
        builder.conversation = conversation;
        builder.idempotencyKey = idempotencyKey;
        builder.queueable = queueable;
        return builder;
    }

    /**
     * The same request with other messages, a shortened history for one.
     *
     * @param messages the conversation, oldest first
     * @return a copy with these messages
     * @throws IllegalStateException if there is none
     */
    public ChatRequest withMessages(Collection<Message> messages) {
        Builder builder = toBuilder();
        builder.messages.clear();
        return builder.messages(messages).build();
    }

    /**
     * The conversation so far, oldest first.
     *
     * @return an unmodifiable list with at least one message
     */
    public List<Message> messages() {
        return messages;
    }

    /**
     * How freely the model chooses its words.
     *
     * @return the sampling temperature, or empty for the provider's default
     */
    public OptionalDouble temperature() {
        return temperature == null ? OptionalDouble.empty() : OptionalDouble.of(temperature);
    }

    /**
     * The share of probability mass the model chooses from.
     *
     * @return the value, or empty for the provider's default
     */
    public OptionalDouble topP() {
        return topP == null ? OptionalDouble.empty() : OptionalDouble.of(topP);
    }

    /**
     * The most tokens the reply may have.
     *
     * @return the limit, or empty for the provider's default
     */
    public OptionalInt maxOutputTokens() {
        return maxOutputTokens == null ? OptionalInt.empty() : OptionalInt.of(maxOutputTokens);
    }

    /**
     * The seed for repeatable sampling, where a provider has that.
     *
     * @return the seed, or empty
     */
    public OptionalLong seed() {
        return seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
    }

    /**
     * Texts at which the model stops.
     *
     * @return an unmodifiable list, empty for none
     */
    public List<String> stop() {
        return stop;
    }

    /**
     * How hard a reasoning model is to think, in the provider's words, such as {@code "low"}.
     *
     * @return the effort, or empty for the provider's default
     */
    public Optional<String> reasoningEffort() {
        return Optional.ofNullable(reasoningEffort);
    }

    /**
     * The functions that the model may wish to have called.
     *
     * @return an unmodifiable list, empty for none
     */
    public List<Tool> tools() {
        return tools;
    }

    /**
     * Whether the model may, must or must not wish to have a tool called.
     *
     * @return the choice, or empty for the provider's default
     */
    public Optional<ToolChoice> toolChoice() {
        return Optional.ofNullable(toolChoice);
    }

    /**
     * Whether the model may wish to have several tools called at once.
     *
     * @return the setting, or empty for the provider's default
     */
    public Optional<Boolean> parallelToolCalls() {
        return Optional.ofNullable(parallelToolCalls);
    }

    /**
     * The form in which the model is to answer.
     *
     * @return the format, or empty for plain text
     */
    public Optional<ResponseFormat> responseFormat() {
        return Optional.ofNullable(responseFormat);
    }

    /**
     * Whose request this is. Replies are kept apart by tenant, so that no tenant is ever served another's.
     *
     * @return the tenant, or empty where there is only one
     */
    public Optional<String> tenant() {
        return Optional.ofNullable(tenant);
    }

    /**
     * The deadline of this call, counted from its start, over all attempts, waits and alternates.
     *
     * @return the time, or empty for the client's own
     */
    public Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }

    /**
     * Fields that this library does not know, by name, for whoever is asked.
     *
     * @return an unmodifiable map of JSON values
     */
    public Map<String, Object> extra() {
        return extra;
    }

    /**
     * Fields that this library does not know and that are for one provider only, by its name and theirs.
     *
     * @return an unmodifiable map of unmodifiable maps of JSON values
     */
    public Map<String, Map<String, Object>> extraByProvider() {
        return extraFor;
    }

    /**
     * The request as one provider is to read it: what is {@linkplain Builder#extra(String, String, Object) for it alone} is
     * in {@link #extra()}, in the place of what was set for all by the same name, and what is for others is gone.
     *
     * @param provider the provider's name, as it is spelt there
     * @return this request, if it has no field for one provider only
     */
    public ChatRequest asSentTo(String provider) {
        if (extraFor.isEmpty()) {
            return this;
        }
        Builder builder = toBuilder();
        builder.extra.putAll(extraFor.getOrDefault(provider, Map.of()));
        builder.extraFor.clear();
        return builder.build();
    }

    /**
     * The providers that may see this request, by name.
     *
     * @return an unmodifiable set, empty if any may
     */
    public Set<String> allowedProviders() {
        return allowedProviders;
    }

    /**
     * What a provider must be tagged with to see this request.
     *
     * @return an unmodifiable set, empty if any provider may see it
     */
    public Set<String> requiredTags() {
        return requiredTags;
    }

    /**
     * Whether the reply is not to be kept.
     *
     * @return whether {@link Builder#noStore} was called
     */
    public boolean noStore() {
        return noStore;
    }

    /**
     * How old a kept reply may be that is served while no provider answers.
     *
     * @return the age, or empty for as old as the cache keeps them
     */
    public Optional<Duration> maxStale() {
        return Optional.ofNullable(maxStale);
    }

    /**
     * How old a kept reply may be that is served instead of asking.
     *
     * @return the age, zero for never, or empty for what the client says
     */
    public Optional<Duration> freshFor() {
        return Optional.ofNullable(freshFor);
    }

    /**
     * The conversation this is a turn of.
     *
     * @return the conversation's id, empty if the request stands alone
     */
    public Optional<String> conversation() {
        return Optional.ofNullable(conversation);
    }

    /**
     * By what a provider can tell that it has been sent this before.
     *
     * @return the key, empty for none
     */
    public Optional<String> idempotencyKey() {
        return Optional.ofNullable(idempotencyKey);
    }

    /**
     * Whether this may be kept in an outbox and answered later.
     *
     * @return what was set; otherwise true unless it has tools or asks for a format, since who acts on the answer must be
     *     there, or its reply is not to be kept
     */
    public boolean isQueueable() {
        return queueable != null ? queueable : tools.isEmpty() && responseFormat == null && !noStore;
    }

    /**
     * A setting that may be left to the provider.
     *
     * @since 0.1
     */
    public enum Setting {
        /** The sampling temperature. */
        TEMPERATURE,
        /** The share of probability mass. */
        TOP_P,
        /** The most tokens the reply may have. */
        MAX_OUTPUT_TOKENS,
        /** The seed. */
        SEED,
        /** The reasoning effort. */
        REASONING_EFFORT,
        /** Whether a tool must be called. */
        TOOL_CHOICE,
        /** Whether several tools may be called at once. */
        PARALLEL_TOOL_CALLS,
        /** The form of the answer. */
        RESPONSE_FORMAT
    }

    /** Counts the messages; their texts are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "ChatRequest{" + messages.size() + (messages.size() == 1 ? " message}" : " messages}");
    }

    /**
     * Builds a {@link ChatRequest}. Not safe for use by several threads at once.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final List<Message> messages = new ArrayList<>(4);
        private @Nullable Double temperature;
        private @Nullable Double topP;
        private @Nullable Integer maxOutputTokens;
        private @Nullable Long seed;
        private List<String> stop = List.of();
        private @Nullable String reasoningEffort;
        private List<Tool> tools = List.of();
        private @Nullable ToolChoice toolChoice;
        private @Nullable Boolean parallelToolCalls;
        private @Nullable ResponseFormat responseFormat;
        private @Nullable String tenant;
        private @Nullable Duration timeout;
        private final Map<String, Object> extra = new LinkedHashMap<>(2);
        private final Map<String, Map<String, Object>> extraFor = new LinkedHashMap<>(2);
        private Set<String> allowedProviders = Set.of();
        private Set<String> requiredTags = Set.of();
        private boolean noStore;
        private @Nullable Duration maxStale;
        private @Nullable Duration freshFor;
        private @Nullable String conversation;
        private @Nullable String idempotencyKey;
        private @Nullable Boolean queueable;

        private Builder() {}

        /**
         * Adds what the person says.
         *
         * @param text the text
         * @return this builder
         */
        public Builder user(String text) {
            return message(Message.user(text));
        }

        /**
         * Adds what the model is to know or to be.
         *
         * @param text the text
         * @return this builder
         */
        public Builder system(String text) {
            return message(Message.system(text));
        }

        /**
         * Adds what the model said before.
         *
         * @param text the text
         * @return this builder
         */
        public Builder assistant(String text) {
            return message(Message.assistant(text));
        }

        /**
         * Adds a message.
         *
         * @param message the message
         * @return this builder
         */
        public Builder message(Message message) {
            messages.add(requireNonNull(message, "message == null"));
            return this;
        }

        /**
         * Adds messages.
         *
         * @param more the messages, oldest first
         * @return this builder
         */
        public Builder messages(Collection<Message> more) {
            more.forEach(this::message);
            return this;
        }

        /**
         * Sets the sampling temperature.
         *
         * @param temperature 0 to 2
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder temperature(double temperature) {
            if (!(temperature >= 0 && temperature <= 2)) {
                throw new IllegalArgumentException("temperature must be from 0 to 2, not " + temperature);
            }
            this.temperature = temperature;
            return this;
        }

        /**
         * Sets the share of probability mass the model chooses from.
         *
         * @param topP above 0 and up to 1
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder topP(double topP) {
            if (!(topP > 0 && topP <= 1)) {
                throw new IllegalArgumentException("topP must be above 0 and at most 1, not " + topP);
            }
            this.topP = topP;
            return this;
        }

        /**
         * Sets the most tokens the reply may have.
         *
         * @param maxOutputTokens at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder maxOutputTokens(int maxOutputTokens) {
            if (maxOutputTokens < 1) {
                throw new IllegalArgumentException("maxOutputTokens must be at least 1, not " + maxOutputTokens);
            }
            this.maxOutputTokens = maxOutputTokens;
            return this;
        }

        /**
         * Sets the seed for repeatable sampling.
         *
         * @param seed any number
         * @return this builder
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Sets the texts at which the model stops.
         *
         * @param stop the texts, none of them empty
         * @return this builder
         * @throws IllegalArgumentException if one is empty
         */
        public Builder stop(String... stop) {
            List<String> texts = List.of(stop);
            if (texts.contains("")) {
                throw new IllegalArgumentException("a stop text must not be empty");
            }
            this.stop = texts;
            return this;
        }

        /**
         * Sets how hard a reasoning model is to think.
         *
         * @param reasoningEffort the provider's word for it, such as {@code "low"}
         * @return this builder
         */
        public Builder reasoningEffort(String reasoningEffort) {
            this.reasoningEffort = requireNonNull(reasoningEffort, "reasoningEffort == null");
            return this;
        }

        /**
         * Sets the functions that the model may wish to have called.
         *
         * @param tools the functions, no two of the same name
         * @return this builder
         * @throws IllegalArgumentException if two have the same name
         */
        public Builder tools(Tool... tools) {
            List<Tool> all = List.of(tools);
            long names = all.stream().map(Tool::name).distinct().count();
            if (names < all.size()) {
                throw new IllegalArgumentException("each tool needs a name of its own, and two of "
                        + all.stream().map(Tool::name).toList() + " are the same");
            }
            this.tools = all;
            return this;
        }

        /**
         * Sets whether the model may, must or must not wish to have a tool called.
         *
         * @param toolChoice the choice
         * @return this builder
         */
        public Builder toolChoice(ToolChoice toolChoice) {
            this.toolChoice = requireNonNull(toolChoice, "toolChoice == null");
            return this;
        }

        /**
         * Sets whether the model may wish to have several tools called at once.
         *
         * @param parallelToolCalls whether it may
         * @return this builder
         */
        public Builder parallelToolCalls(boolean parallelToolCalls) {
            this.parallelToolCalls = parallelToolCalls;
            return this;
        }

        /**
         * Sets the form in which the model is to answer.
         *
         * @param responseFormat the form
         * @return this builder
         */
        public Builder responseFormat(ResponseFormat responseFormat) {
            this.responseFormat = requireNonNull(responseFormat, "responseFormat == null");
            return this;
        }

        /**
         * Says whose request this is.
         *
         * @param tenant a name that no two tenants share
         * @return this builder
         */
        public Builder tenant(String tenant) {
            this.tenant = requireNonNull(tenant, "tenant == null");
            return this;
        }

        /**
         * Sets the deadline of this call, counted from its start.
         *
         * @param timeout more than zero, at most {@link #LONGEST_TIMEOUT}
         * @return this builder
         * @throws IllegalArgumentException if it is zero, negative or longer
         */
        public Builder timeout(Duration timeout) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("timeout must be more than zero, not " + timeout);
            }
            if (timeout.compareTo(LONGEST_TIMEOUT) > 0) {
                throw new IllegalArgumentException("timeout must be at most " + LONGEST_TIMEOUT + ", not " + timeout);
            }
            this.timeout = timeout;
            return this;
        }

        /**
         * Sets a field this library does not know, or overrides one it does. It is sent as it is, to whoever is asked: to
         * each alternate too. {@link #extra(String, String, Object)} is for one provider alone.
         *
         * @param name the field's name in the provider's request
         * @param value a String, Number, Boolean, or a List or Map (with String keys) of these
         * @return this builder
         * @throws IllegalArgumentException if the value is of another type
         */
        public Builder extra(String name, Object value) {
            extra.put(name, field(name, value));
            return this;
        }

        /**
         * Sets a field for one provider alone, as {@link #extra(String, Object)} does for all. No other is sent it. Where a
         * field of the same name is set for all, this provider gets this one. A name that no provider of the client has
         * is of no effect.
         *
         * @param provider the provider's {@linkplain ChatReply#provider() name}, as it is spelt there
         * @param name the field's name in the provider's request
         * @param value a String, Number, Boolean, or a List or Map (with String keys) of these
         * @return this builder
         * @throws IllegalArgumentException if the value is of another type, or a name is empty
         */
        public Builder extra(String provider, String name, Object value) {
            if (requireNonNull(provider, "provider == null").isBlank()) {
                throw new IllegalArgumentException("the name of the provider that the extra field " + name
                        + " is for must not be blank; leave it out for a field that all are sent");
            }
            Object checked = field(name, value);
            extraFor.computeIfAbsent(provider, any -> new LinkedHashMap<>()).put(name, checked);
            return this;
        }

        private static Object field(String name, Object value) {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("the name of an extra field must not be empty");
            }
            return JsonValues.value("extra field " + name, requireNonNull(value, "value == null"));
        }

        /**
         * Says which providers may see this request. It goes to no other, in no way: neither as an alternate, nor beside a
         * slow attempt, nor to mend a broken stream; nor is an answer served that another gave before.
         *
         * @param names their {@linkplain ChatReply#provider() names}, as they are spelt there
         * @return this builder
         * @throws IllegalArgumentException if there is none, or one is blank
         */
        public Builder allowedProviders(String... names) {
            allowedProviders = names("allowedProviders", "provider", names);
            return this;
        }

        /**
         * Says what providers must be tagged with to see this request, all of it. It goes to no other, as with
         * {@link #allowedProviders}. What a tag means is the application's to say.
         *
         * @param tags such as {@code "eu"}, as they are spelt there
         * @return this builder
         * @throws IllegalArgumentException if there is none, or one is blank
         */
        public Builder requiredTags(String... tags) {
            requiredTags = names("requiredTags", "tag", tags);
            return this;
        }

        /**
         * Has the reply not kept in the reply cache, nor given to others that ask the same at the same time. A reply that was kept
         * for the same request before may still be served.
         *
         * @return this builder
         */
        public Builder noStore() {
            noStore = true;
            return this;
        }

        /**
         * Limits how old a kept reply may be that is served while no provider answers. Default as old as the reply cache keeps
         * them.
         *
         * @param maxStale zero or more; with zero none is served
         * @return this builder
         * @throws IllegalArgumentException if it is negative
         */
        public Builder maxStale(Duration maxStale) {
            this.maxStale = notNegative("maxStale", maxStale);
            return this;
        }

        /**
         * Has a kept reply served instead of asking a provider, if it is at most this old; it is marked as
         * {@link Origin#CACHED}. Calls for a whole reply that ask the same at the same time share one answer then. Default what the
         * client says, which is never unless it was told otherwise. Of no effect with tools, with {@link #noStore}, or on a client
         * without a reply cache.
         *
         * @param freshFor zero or more; zero for never
         * @return this builder
         * @throws IllegalArgumentException if it is negative
         */
        public Builder freshFor(Duration freshFor) {
            this.freshFor = notNegative("freshFor", freshFor);
            return this;
        }

        private static Duration notNegative(String name, Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException(name + " must not be negative, and is " + value);
            }
            return value;
        }

        private static Set<String> names(String option, String what, String... names) {
            if (names.length == 0) {
                throw new IllegalArgumentException(
                        option + " needs a " + what + "; leave it out for a request that anybody may see");
            }
            Set<String> all = new LinkedHashSet<>();
            for (String name : names) {
                if (requireNonNull(name, () -> option + " has a null").isBlank()) {
                    throw new IllegalArgumentException(option + " must not be blank");
                }
                all.add(name);
            }
            return Collections.unmodifiableSet(all);
        }

        /**
         * Says which conversation this is a turn of. Messages of one conversation that are kept in an outbox are answered in
         * order, and a later turn waits for those before it. It is not sent.
         *
         * @param id the conversation's id: the application's own, so that it is known after a restart
         * @return this builder
         * @throws IllegalArgumentException if it is blank
         */
        public Builder conversation(String id) {
            if (requireNonNull(id, "conversation == null").isBlank()) {
                throw new IllegalArgumentException("conversation must not be blank; leave it out for a request alone");
            }
            conversation = id;
            return this;
        }

        /**
         * Has every attempt carry an {@code Idempotency-Key}, by which a provider that heeds it can tell a second attempt from a
         * second question. Which providers do is for their documentation to say; others pass over it.
         *
         * @param key 1 to 255 printable ASCII characters, unlike that of any other request
         * @return this builder
         * @throws IllegalArgumentException if it is none
         */
        public Builder idempotencyKey(String key) {
            boolean isPrintable =
                    requireNonNull(key, "idempotencyKey == null").chars().allMatch(c -> c > ' ' && c < 0x7f);
            if (key.isEmpty() || key.length() > 255 || !isPrintable) {
                throw new IllegalArgumentException("idempotencyKey must be 1 to 255 printable ASCII characters without"
                        + " spaces, such as a UUID; it has " + key.length());
            }
            idempotencyKey = key;
            return this;
        }

        /**
         * Says whether this may be kept in an outbox and answered later, if nothing can answer now. Without an outbox it is of
         * no account. Default true, but for requests with tools or a response format: when their answer comes, whoever would
         * have acted on it may be gone; and for those with {@link #noStore}. Calls for a record and calls with a toolbox are never kept.
         *
         * @param queueable whether it may
         * @return this builder
         */
        public Builder queueable(boolean queueable) {
            this.queueable = queueable;
            return this;
        }

        /**
         * Leaves settings to the provider again, whatever was set before.
         *
         * @param settings which
         * @return this builder
         */
        public Builder without(Setting... settings) {
            for (Setting each : settings) {
                switch (each) {
                    case TEMPERATURE -> temperature = null;
                    case TOP_P -> topP = null;
                    case MAX_OUTPUT_TOKENS -> maxOutputTokens = null;
                    case SEED -> seed = null;
                    case REASONING_EFFORT -> reasoningEffort = null;
                    case TOOL_CHOICE -> toolChoice = null;
                    case PARALLEL_TOOL_CALLS -> parallelToolCalls = null;
                    case RESPONSE_FORMAT -> responseFormat = null;
                }
            }
            return this;
        }

        /**
         * Builds the request.
         *
         * @return the request
         * @throws IllegalStateException if there is no message
         */
        public ChatRequest build() {
            if (messages.isEmpty()) {
                throw new IllegalStateException("a request needs at least one message; add one with user(text)");
            }
            return new ChatRequest(this);
        }
    }
}
