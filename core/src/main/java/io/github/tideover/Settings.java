package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long things may take, how often they are tried, and what is done when a stream breaks. Changed only while a client is
 * being built.
 */
final class Settings {
    /** An interactive user has left by then; vendors' own 600 s suit no screen. */
    static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(120);
    /** A long answer may take minutes; the first-token and stall limits govern a stream. */
    static final Duration DEFAULT_STREAM_TIMEOUT = Duration.ofSeconds(600);
    /** Gaps between tokens measure below 250 ms, keep-alives come within 30 s. */
    static final Duration DEFAULT_STALL_TIMEOUT = Duration.ofSeconds(30);
    /** One a second: a quarter of what a model on a slow processor writes at a token a second. Our own number. */
    static final int DEFAULT_LOWEST_THROUGHPUT = 60;

    /** Anthropic's reckoning for replies that are not streamed: an hour for 128,000 tokens is 28 ms a token. */
    private static final long NANOS_PER_TOKEN = 28_000_000L;

    private static final long ATTEMPT_BASE = Duration.ofSeconds(10).toNanos();
    private static final long SHORTEST_ATTEMPT = Duration.ofSeconds(30).toNanos();
    private static final long LONGEST_ATTEMPT = Duration.ofSeconds(600).toNanos();
    /** Models that reason say nothing for minutes. */
    private static final long REASONING_ATTEMPT = Duration.ofSeconds(180).toNanos();

    /** The deadline of a call for a whole reply. */
    Duration timeout = DEFAULT_TIMEOUT;
    /** The deadline of a streamed call. */
    Duration streamTimeout = DEFAULT_STREAM_TIMEOUT;
    /** What one attempt for a whole reply is given; null to reckon it from the request. */
    @Nullable
    Duration attemptTimeout;
    /** What a stream is given until its first content; null to learn it from the provider. */
    @Nullable
    Duration firstTokenTimeout;
    /** How long a stream may pause between two pieces of content. */
    Duration stallTimeout = DEFAULT_STALL_TIMEOUT;
    /** How many characters of content must come within a minute; 0 for any number. */
    int lowestThroughput = DEFAULT_LOWEST_THROUGHPUT;
    /** How often one provider is asked again. */
    RetryPolicy retryPolicy = RetryPolicy.defaults();
    /** What becomes of a stream that breaks. */
    StreamRescue streamRescue = StreamRescue.RESTART;
    /** Whether a slow attempt may get a second one beside it. */
    boolean hedging;
    /** How old a reply may be that is served instead of asking; zero for never. */
    Duration freshFor = Duration.ZERO;

    Settings() {}

    Settings(Settings that) {
        timeout = that.timeout;
        streamTimeout = that.streamTimeout;
        attemptTimeout = that.attemptTimeout;
        firstTokenTimeout = that.firstTokenTimeout;
        stallTimeout = that.stallTimeout;
        lowestThroughput = that.lowestThroughput;
        retryPolicy = that.retryPolicy;
        streamRescue = that.streamRescue;
        hedging = that.hedging;
        freshFor = that.freshFor;
    }

    /** The same for a message that nobody waits for: it has time, and is tried once at a time. */
    Settings forLater() {
        Settings later = new Settings(this);
        later.timeout = timeout.compareTo(DEFAULT_TIMEOUT) < 0 ? DEFAULT_TIMEOUT : timeout;
        later.retryPolicy = RetryPolicy.never();
        later.hedging = false;
        return later;
    }

    /** The deadline of a call, in nanoseconds from its start. */
    long deadlineOf(ChatRequest request, boolean streamed) {
        return request.timeout().orElse(streamed ? streamTimeout : timeout).toNanos();
    }

    /** What one attempt for a whole reply is given, in nanoseconds. */
    long attemptNanos(ChatRequest request) {
        if (attemptTimeout != null) {
            return attemptTimeout.toNanos();
        }
        long forTokens = ATTEMPT_BASE + request.maxOutputTokens().orElse(0) * NANOS_PER_TOKEN;
        long shortest = request.reasoningEffort().isPresent() ? REASONING_ATTEMPT : SHORTEST_ATTEMPT;
        return Math.max(shortest, Math.min(LONGEST_ATTEMPT, forTokens));
    }

    /** What a stream is given until its first content, in nanoseconds. */
    long firstTokenNanos(ChatRequest request, long learned) {
        if (firstTokenTimeout != null) {
            return firstTokenTimeout.toNanos();
        }
        return request.reasoningEffort().isPresent() ? Math.max(learned, REASONING_ATTEMPT) : learned;
    }

    /** Refuses settings of which one could never come to bear. */
    void check(@Nullable Duration connectTimeout) {
        within("connectTimeout", connectTimeout, "timeout", timeout);
        within("attemptTimeout", attemptTimeout, "timeout", timeout);
        within("firstTokenTimeout", firstTokenTimeout, "streamTimeout", streamTimeout);
        if (!stallTimeout.equals(DEFAULT_STALL_TIMEOUT)) { // a default gives way to a short stream timeout
            within("stallTimeout", stallTimeout, "streamTimeout", streamTimeout);
        }
    }

    private static void within(String inner, @Nullable Duration part, String outer, Duration whole) {
        if (part != null && part.compareTo(whole) > 0) {
            throw new IllegalStateException(inner + " " + part + " is longer than " + outer + " " + whole
                    + ", which would always end first; make " + inner + " shorter or " + outer + " longer");
        }
    }

    static Duration positive(String name, Duration value) {
        if (requireNonNull(value, () -> name + " == null").isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be more than zero, not " + value);
        }
        if (value.compareTo(ChatRequest.LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    name + " must be at most " + ChatRequest.LONGEST_TIMEOUT + ", not " + value);
        }
        return value;
    }
}
