package io.github.tideover.benchmarks.scorecard;

import static io.github.tideover.benchmarks.scorecard.Check.advisory;
import static io.github.tideover.benchmarks.scorecard.Check.required;

import java.util.List;
import java.util.stream.Stream;

/** A way in which the first provider fails, and what is asked of a client then. Seconds are those of the full profile. */
enum Scenario {
    S01(
            "first attempt 429 with `Retry-After: 2`, then healthy",
            20,
            required("at most 2 attempts in the first 1.5 s", seen -> seen.attemptsWithinRetryAfter(0.75) <= 2),
            advisory(
                    "a second primary attempt, at least 1.8 s after the first",
                    seen -> seen.isPrimaryAskedAgainAfter(0.9))),
    S02(
            "429 for ever, no `Retry-After`",
            40,
            required("at most 4 primary attempts in 3 s", seen -> seen.primaryAttemptsWithin(3) <= 4),
            atMostSixPrimaryAttempts()),
    S03("500 once, then healthy", 20, advisory("2 primary attempts", seen -> seen.primaryAttempts() == 2)),
    S04("503 for ever", 40, atMostSixPrimaryAttempts()),
    S05("connection reset before any byte, then healthy", 20),
    S06("silence for 120 s", 100, advisory("1 primary attempt", seen -> seen.primaryAttempts() == 1)),
    S07("headers at once, content after 20 s", 60, advisory("under 15 s", seen -> seen.seconds() < 15)),
    S08("the connection dies after 40 of 60 tokens", 40),
    S09("20 of 60 tokens, 30 s of silence, then the connection dies", 45, isHealthyAfterwards()),
    S10("invalid JSON in an otherwise whole answer", 30, isHealthyAfterwards()),
    S11(
            "a complete answer, closed cleanly, without `[DONE]` (whole: without a length)",
            8,
            advisory("usage reported", Scenario::isUsageReported)),
    S12("400 `context_length_exceeded` for ever", 20, onePrimaryAttempt()),
    S13(
            "400 `content_policy_violation` for ever",
            20,
            onePrimaryAttempt(),
            advisory("the refusal is handed on", seen -> seen.call().isError())),
    S14(
            "as S08, and the fallback refuses to continue an answer",
            40,
            required(
                    "the fallback's refusal stays unseen", seen -> !seen.call().shows(FaultyProvider.NO_CONTINUATION))),
    S15(
            "503 for 60 s, then healthy; 20 requests, one every 4 s",
            40,
            required(
                    "every request in the outage answered",
                    seen -> seen.callsInOutage().stream().allMatch(Call::isWhole)),
            required("back on the primary within 30 s of its recovery", Observation::isBackInTime)),
    S16(
            "503 for ever: who answered?",
            40,
            required(
                    "the reply names the fallback's model",
                    seen -> !seen.call().isSuccess() || seen.call().names(FaultyProvider.FALLBACK)),
            atMostSixPrimaryAttempts(),
            advisory("usage reported", Scenario::isUsageReported));

    /** How many requests S15 makes. */
    static final int REQUESTS_IN_S15 = 20;

    private final String fault;
    private final int bound;

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list of records without state
    private final List<Check> checks;

    Scenario(String fault, int bound, Check... checks) {
        this.fault = fault;
        this.bound = bound;
        this.checks = Stream.concat(Stream.of(Check.endsWithin(bound)), Stream.of(checks))
                .toList();
    }

    String fault() {
        return fault;
    }

    /** By when each call must have ended, in seconds of the scenario. */
    int bound() {
        return bound;
    }

    List<Check> checks() {
        return checks;
    }

    int requests() {
        return this == S15 ? REQUESTS_IN_S15 : 1;
    }

    /** Whether the provider is asked once more, healthy again, when the call is over. */
    boolean asksAfterwards() {
        return this == S09 || this == S10;
    }

    /** Whether the caller got what can be had: the whole answer, or the refusal where it is one. */
    boolean isRescued(Observation seen) {
        return this == S13 && seen.call().isError() || seen.calls().stream().allMatch(Call::isWhole);
    }

    private static Check atMostSixPrimaryAttempts() {
        return required("at most 6 primary attempts", seen -> seen.primaryAttempts() <= 6);
    }

    private static Check onePrimaryAttempt() {
        return required("exactly 1 primary attempt", seen -> seen.primaryAttempts() == 1);
    }

    private static Check isHealthyAfterwards() {
        return required("a healthy call right after succeeds", seen -> {
            Call afterwards = seen.afterwards();
            return afterwards != null && afterwards.isWhole();
        });
    }

    private static boolean isUsageReported(Observation seen) {
        return seen.call().hasUsage();
    }
}
