package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.failure.RateLimits;
import io.github.tideover.failure.RateLimits.Limit;
import io.github.tideover.failure.RateLimits.Unit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of rate limits, provider by provider. */
class RateLimitHeadersTest {
    private static final Instant NOW = Instant.parse("2026-09-29T16:26:37Z");

    private static RateLimits read(String... headers) {
        return RateLimitHeaders.read(Headers.of(headers), () -> NOW);
    }

    private static Limit limit(Unit unit, String name, long limit, long remaining, @Nullable String reset) {
        return Limit.of(unit, name)
                .limit(limit)
                .remaining(remaining)
                .resetsAfter(reset == null ? null : Duration.parse(reset))
                .build();
    }

    private static Arguments of(String name, List<String> headers, Limit... limits) {
        return Arguments.of(name, headers, List.of(limits));
    }

    static Stream<Arguments> providers() {
        return Stream.of(
                of(
                        "OpenAI",
                        List.of(
                                "x-ratelimit-limit-requests", "60",
                                "x-ratelimit-limit-tokens", "150000",
                                "x-ratelimit-limit-tokens_usage_based", "150000",
                                "x-ratelimit-remaining-requests", "59",
                                "x-ratelimit-remaining-tokens", "149984",
                                "x-ratelimit-remaining-tokens_usage_based", "149984",
                                "x-ratelimit-reset-requests", "1s",
                                "x-ratelimit-reset-tokens", "6m0s"),
                        limit(Unit.REQUESTS, "requests", 60, 59, "PT1S"),
                        limit(Unit.TOKENS, "tokens", 150_000, 149_984, "PT6M")),
                of(
                        "Groq",
                        List.of(
                                "X-RateLimit-Limit-Requests", "14400",
                                "X-RateLimit-Remaining-Requests", "14370",
                                "X-RateLimit-Reset-Requests", "2m59.56s",
                                "X-RateLimit-Limit-Tokens", "18000",
                                "X-RateLimit-Remaining-Tokens", "17997",
                                "X-RateLimit-Reset-Tokens", "547ms"),
                        limit(Unit.REQUESTS, "requests", 14_400, 14_370, "PT2M59.56S"),
                        limit(Unit.TOKENS, "tokens", 18_000, 17_997, "PT0.547S")),
                of(
                        "Azure",
                        List.of(
                                "x-ratelimit-limit-requests", "250",
                                "x-ratelimit-remaining-requests", "249",
                                "x-ratelimit-reset-requests", "10"),
                        limit(Unit.REQUESTS, "requests", 250, 249, "PT10S")),
                of(
                        "xAI",
                        List.of("x-ratelimit-limit-requests", "480", "x-ratelimit-remaining-requests", "479"),
                        limit(Unit.REQUESTS, "requests", 480, 479, null)),
                of(
                        "Anthropic",
                        List.of(
                                "date", "Tue, 29 Sep 2026 16:30:00 GMT",
                                "anthropic-ratelimit-requests-limit", "50",
                                "anthropic-ratelimit-requests-remaining", "49",
                                "anthropic-ratelimit-requests-reset", "2026-09-29T16:30:01Z",
                                "anthropic-ratelimit-input-tokens-limit", "30000",
                                "anthropic-ratelimit-input-tokens-remaining", "29000",
                                "anthropic-ratelimit-input-tokens-reset", "2026-09-29T16:30:02.5+00:00",
                                "anthropic-ratelimit-output-tokens-limit", "8000",
                                "anthropic-ratelimit-output-tokens-remaining", "8000",
                                "anthropic-ratelimit-output-tokens-reset", "2026-09-29T16:30:00Z",
                                "anthropic-ratelimit-unified-5h-utilization", "0.4"),
                        limit(Unit.REQUESTS, "requests", 50, 49, "PT1S"),
                        limit(Unit.INPUT_TOKENS, "input-tokens", 30_000, 29_000, "PT2.5S"),
                        limit(Unit.OUTPUT_TOKENS, "output-tokens", 8_000, 8_000, null)),
                of(
                        "Mistral",
                        List.of(
                                "x-ratelimit-limit-req-minute", "60",
                                "x-ratelimit-limit-tokens-minute", "50000",
                                "x-ratelimit-limit-tokens-month", "4000000",
                                "x-ratelimit-remaining-req-minute", "59",
                                "x-ratelimit-remaining-tokens-minute", "47196",
                                "x-ratelimit-remaining-tokens-month", "3950246",
                                "x-ratelimit-tokens-query-cost", "2804"),
                        limit(Unit.REQUESTS, "req-minute", 60, 59, null),
                        limit(Unit.TOKENS, "tokens-minute", 50_000, 47_196, null),
                        limit(Unit.TOKENS, "tokens-month", 4_000_000, 3_950_246, null)),
                of(
                        "Mistral, by five minutes",
                        List.of(
                                "x-ratelimit-limit-tokens-5-minute", "250000",
                                "x-ratelimit-remaining-tokens-5-minute", "249000"),
                        limit(Unit.TOKENS, "tokens-5-minute", 250_000, 249_000, null)),
                of(
                        "Kong",
                        List.of(
                                "RateLimit-Limit", "60",
                                "RateLimit-Remaining", "45",
                                "RateLimit-Reset", "47",
                                "X-RateLimit-Limit-Minute", "60",
                                "X-RateLimit-Remaining-Minute", "45",
                                "X-RateLimit-Limit-Hour", "1000",
                                "X-RateLimit-Remaining-Hour", "900"),
                        limit(Unit.REQUESTS, "requests", 60, 45, "PT47S"),
                        limit(Unit.REQUESTS, "minute", 60, 45, null),
                        limit(Unit.REQUESTS, "hour", 1_000, 900, null)),
                of(
                        "Cerebras",
                        List.of(
                                "x-ratelimit-limit-tokens-minute", "60000",
                                "x-ratelimit-remaining-tokens-minute", "59000",
                                "x-ratelimit-reset-tokens-minute", "22.381"),
                        limit(Unit.TOKENS, "tokens-minute", 60_000, 59_000, "PT22.381S")),
                of(
                        "Fireworks",
                        List.of(
                                "x-ratelimit-limit-tokens-prompt", "7200000",
                                "x-ratelimit-remaining-tokens-prompt", "7193993",
                                "x-ratelimit-limit-tokens-generated", "72000",
                                "x-ratelimit-remaining-tokens-generated", "69338",
                                "x-ratelimit-over-limit", "no"),
                        limit(Unit.INPUT_TOKENS, "tokens-prompt", 7_200_000, 7_193_993, null),
                        limit(Unit.OUTPUT_TOKENS, "tokens-generated", 72_000, 69_338, null)),
                of(
                        "Together",
                        List.of(
                                "x-ratelimit-limit", "10",
                                "x-ratelimit-remaining", "9",
                                "x-ratelimit-reset", "1",
                                "x-tokenlimit-limit", "3000",
                                "x-tokenlimit-remaining", "2900"),
                        limit(Unit.REQUESTS, "requests", 10, 9, "PT1S"),
                        limit(Unit.TOKENS, "tokens", 3_000, 2_900, null)),
                of(
                        "OpenRouter",
                        List.of(
                                "X-RateLimit-Limit", "20",
                                "X-RateLimit-Remaining", "0",
                                "X-RateLimit-Reset",
                                        String.valueOf(NOW.plusSeconds(30).toEpochMilli())),
                        limit(Unit.REQUESTS, "requests", 20, 0, "PT30S")),
                of(
                        "a clock of Unix in seconds",
                        List.of(
                                "x-ratelimit-remaining",
                                "5",
                                "x-ratelimit-reset",
                                String.valueOf(NOW.plusSeconds(7).getEpochSecond())),
                        Limit.of(Unit.REQUESTS, "requests")
                                .remaining(5)
                                .resetsAfter(Duration.ofSeconds(7))
                                .build()),
                of(
                        "the IETF's draft",
                        List.of(
                                "RateLimit-Policy", "\"burst\";q=100;w=60, \"day\";q=1000;w=86400;pk=:cHsdsRa894==:",
                                "RateLimit", "\"burst\";r=50;t=30"),
                        limit(Unit.REQUESTS, "burst", 100, 50, "PT30S"),
                        Limit.of(Unit.REQUESTS, "day").limit(1_000).build()),
                of(
                        "the draft over two lines, with tokens and with what is no matter of time",
                        List.of(
                                "ratelimit-policy", "\"t\";q=9000;qu=\"tokens\"",
                                "ratelimit-policy", "\"c\";q=5;qu=\"concurrent-requests\"",
                                "ratelimit", "\"t\";r=10;t=3",
                                "ratelimit", "\"c\";r=0"),
                        limit(Unit.TOKENS, "t", 9_000, 10, "PT3S")),
                of(
                        "the draft's first versions",
                        List.of(
                                "RateLimit-Limit", "100, 100;w=60",
                                "RateLimit-Remaining", "50",
                                "RateLimit-Reset", "30"),
                        limit(Unit.REQUESTS, "requests", 100, 50, "PT30S")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    void eachProvidersHeadersAreRead(String name, List<String> headers, List<Limit> limits) {
        assertThat(read(headers.toArray(String[]::new)).all()).isEqualTo(limits);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -12     | 0
            0       | 0
            007     | 7
            12.9    | 12
            ?       |
            ''      |
            1e9     |
            99999999999999999999 |
            NaN     |
            """)
    void whatCannotBeReadSaysNothingAndLessThanNothingIsNothing(String remaining, @Nullable Long left) {
        RateLimits limits = read("x-ratelimit-limit-requests", "60", "x-ratelimit-remaining-requests", remaining);
        assertThat(limits.all()).singleElement().satisfies(limit -> {
            assertThat(limit.limit()).hasValue(60);
            assertThat(limit.remaining().isPresent()).isEqualTo(left != null);
            assertThat(limit.remaining().orElse(-1)).isEqualTo(left == null ? -1 : left);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            410400s              | PT114H
            114h0m0s             | PT114H
            Tue, 29 Sep 2026 16:27:37 GMT | PT1M
            2026-09-29T16:26:30Z |
            -3                   |
            -3s                  |
            0                    |
            0s                   |
            soon                 |
            1h2                  |
            ''                   |
            999999999999999      | PT277280361H20M2.999S
            """)
    void resetsAreReadAsFarAsTheyGoAndNoFurther(String reset, @Nullable Duration time) {
        assertThat(read("x-ratelimit-remaining-requests", "1", "x-ratelimit-reset-requests", reset)
                        .all())
                .singleElement()
                .satisfies(limit -> assertThat(limit.resetsAfter().orElse(null)).isEqualTo(time));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"a\";r=5;t",
                "\"a\";r=five",
                "\"a\";r=-1",
                "\"a\";r=5.0",
                "\"a\"; r=5,",
                "\"a\";R=5",
                "\"a;r=5",
                "\"a\" ;r=5",
                "limit=100, remaining=50, reset=5",
                "(\"a\");r=5",
                "5;r=5",
                "\"a\";r=1234567890123456",
                "\"\\u00e9\";r=5",
                "\u00e9",
                "",
                ",",
            })
    void aFieldWithOneErrorInItIsNoField(String field) {
        Headers headers =
                new Headers.Builder().addUnsafeNonAscii("RateLimit", field).build();
        assertThat(RateLimitHeaders.read(headers, () -> NOW).tightest(Unit.REQUESTS))
                .as(field)
                .matches(limit -> limit.isEmpty() || limit.get().remaining().orElse(0) == 5 && field.endsWith(";t"));
    }

    @Test
    void whereNothingIsSaidTheClockIsNotEvenAsked() {
        RateLimits limits = RateLimitHeaders.read(
                Headers.of("content-type", "text/plain", "x-request-id", "req_1", "date", "today"), () -> {
                    throw new AssertionError("asked");
                });
        assertThat(limits).isSameAs(RateLimits.NONE);
    }

    @Test
    void nonsenseIsNeverAnException() {
        Random random = new Random(4711);
        List<String> names = List.of(
                "RateLimit",
                "RateLimit-Policy",
                "x-ratelimit-limit-requests",
                "x-ratelimit-remaining-tokens",
                "x-ratelimit-reset-requests",
                "anthropic-ratelimit-tokens-reset",
                "x-ratelimit-reset",
                "ratelimit-reset",
                "date");
        String letters = "0123456789-.,;:=\"\\ ?*()abtqrwsmhZTez+\u00e9";
        for (int round = 0; round < 50_000; round++) {
            Headers.Builder headers = new Headers.Builder();
            for (int i = 0; i < 4; i++) {
                StringBuilder value = new StringBuilder();
                for (int length = random.nextInt(24); length > 0; length--) {
                    value.append(letters.charAt(random.nextInt(letters.length())));
                }
                headers.addUnsafeNonAscii(names.get(random.nextInt(names.size())), value.toString());
            }
            RateLimits limits = RateLimitHeaders.read(headers.build(), () -> NOW);
            List<Duration> resets = new ArrayList<>();
            limits.all().forEach(limit -> limit.resetsAfter().ifPresent(resets::add));
            assertThat(resets).allMatch(reset -> !reset.isNegative() && !reset.isZero());
            assertThat(limits.toString().toLowerCase(Locale.ROOT)).startsWith("ratelimits");
        }
    }

    @Test
    void theTightestOfSeveralIsTheOneOfWhichTheLeastIsLeft() {
        RateLimits limits = read(
                "x-ratelimit-limit-tokens-minute", "1000",
                "x-ratelimit-remaining-tokens-minute", "100",
                "x-ratelimit-limit-tokens-day", "100000",
                "x-ratelimit-remaining-tokens-day", "5000");
        assertThat(limits.tightest(Unit.TOKENS)).map(Limit::name).contains("tokens-day");
        assertThat(limits.tightest(Unit.REQUESTS)).isEmpty();
        assertThat(limits.toString()).contains("tokens-minute: 100 of 1000 left");
    }
}
