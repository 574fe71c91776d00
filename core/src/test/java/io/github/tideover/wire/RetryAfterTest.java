package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_696_004_797); // Fri, 29 Sep 2023 16:26:37 GMT

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            20                                  | PT20S
            0                                   |
            0.0                                 |
            -10                                 |
            -0.5                                |
            60                                  | PT1M
            61                                  | PT1M1S
            120                                 | PT2M
            121                                 | PT2M1S
            3600                                | PT1H
            410400                              | PT114H
            1.234                               | PT1.234S
            ' 20 '                              | PT20S
            Fri, 29 Sep 2023 16:26:57 GMT       | PT20S
            Fri, 29 Sep 2023 16:26:42 GMT       | PT5S
            Fri, 29 Sep 2023 16:26:37 GMT       |
            Fri, 29 Sep 2023 16:26:27 GMT       |
            Fri, 29 Sep 2023 16:28:37 GMT       | PT2M
            Fri, 29 Sep 2023 16:28:38 GMT       | PT2M1S
            Friday, 29-Sep-23 16:26:57 GMT      | PT20S
            Fri Sep 29 16:26:57 2023            | PT20S
            Fri, 29 Sep 2023 16:26:60 GMT       | PT23S
            Zun, 29 Sep 2023 16:26:57 GMT       |
            fri, 29 sep 2023 16:26:57 gmt       |
            Fri, 29 Sep 100000 16:26:57 GMT     |
            Fri, 29 Sep 9999 16:26:57 GMT       | PT876000H
            99999999999999999999999999999999999 | PT876000H
            99999999999999999999                | PT876000H
            9999999999                          | PT876000H
            inf                                 | PT876000H
            Infinity                            | PT876000H
            -inf                                |
            nan                                 |
            ''                                  |
            soon                                |
            20 s                                |
            0x20                                |
            1e3                                 |
            0.0000000000001                     |
            """)
    void retryAfterIsSecondsOrADate(String header, @Nullable Duration time) {
        assertThat(read(429, "retry-after", header)).isEqualTo(Optional.ofNullable(time));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            120000  |      | PT2M
            120001  |      | PT2M0.001S
            50      | 2    | PT0.05S
            0.5     |      | PT0.0005S
            1234.5  |      | PT1.2345S
            0       | 1    | PT1S
            -5      | 1    | PT1S
            nan     | 1    | PT1S
            ''      | 1    | PT1S
            inf     | 1    | PT876000H
            0       | 0    |
            """)
    void millisecondsComeBeforeSecondsIfTheySayAnything(
            String millis, @Nullable String seconds, @Nullable Duration time) {
        Headers.Builder headers = new Headers.Builder().add("Retry-After-Ms", millis);
        if (seconds != null) {
            headers.add("Retry-After", seconds);
        }
        assertThat(RetryAfter.of(429, headers.build(), null, NOW)).isEqualTo(Optional.ofNullable(time));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            48s        | PT48S
            48.9s      | PT48.9S
            0s         |
            -3s        |
            48         |
            ''         |
            """)
    void aDelayInTheBodyCountsWhenNoHeaderDoes(String delay, @Nullable Duration time) {
        assertThat(RetryAfter.of(503, Headers.EMPTY, delay, NOW)).isEqualTo(Optional.ofNullable(time));
        assertThat(RetryAfter.of(503, Headers.of("retry-after", "7"), delay, NOW))
                .contains(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1s         | PT1S
            6m0s       | PT6M
            547ms      | PT0.547S
            17ms       | PT0.017S
            1h2m3.5s   | PT1H2M3.5S
            2m59.56s   | PT2M59.56S
            12us       | PT0.000012S
            0s         |
            -1s        |
            6 m        |
            m          |
            """)
    void anExhaustedRateLimitTellsItsReset(String reset, @Nullable Duration time) {
        assertThat(read(429, "x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", reset))
                .isEqualTo(Optional.ofNullable(time));
        assertThat(read(429, "x-ratelimit-remaining-requests", "-12", "x-ratelimit-reset-requests", reset))
                .isEqualTo(Optional.ofNullable(time));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            requests      | 2023-09-29T16:26:57Z       | PT20S
            tokens        | 2023-09-29T18:26:57+02:00  | PT20S
            input-tokens  | 2023-09-29T16:26:57.5Z     | PT20.5S
            output-tokens | 2023-09-29T16:26:37Z       |
            requests      | tomorrow                   |
            """)
    void anthropicTellsTheTimeOfTheReset(String limit, String reset, @Nullable Duration time) {
        String name = "anthropic-ratelimit-" + limit;
        assertThat(read(429, name + "-remaining", "0", name + "-reset", reset)).isEqualTo(Optional.ofNullable(time));
    }

    @Test
    void theLaterOfTwoResetsCounts() {
        assertThat(read(
                        429,
                        "x-ratelimit-remaining-requests",
                        "0",
                        "x-ratelimit-reset-requests",
                        "2s",
                        "x-ratelimit-remaining-tokens",
                        "0",
                        "x-ratelimit-reset-tokens",
                        "1m0s"))
                .contains(Duration.ofMinutes(1));
    }

    @Test
    void aRateLimitThatIsNotExhaustedSaysNothing() {
        assertThat(read(429, "x-ratelimit-remaining-tokens", "5", "x-ratelimit-reset-tokens", "6m0s"))
                .isEmpty();
        assertThat(read(429, "x-ratelimit-reset-tokens", "6m0s")).isEmpty();
        assertThat(read(429, "x-ratelimit-remaining-tokens", "?", "x-ratelimit-reset-tokens", "6m0s"))
                .isEmpty();
    }

    @Test
    void resetsSayNothingWhenNoLimitWasHit() {
        assertThat(read(503, "x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "6m0s"))
                .isEmpty();
    }

    @Test
    void aResetIsOnlyAFallback() {
        assertThat(read(
                        429,
                        "retry-after",
                        "3",
                        "x-ratelimit-remaining-tokens",
                        "0",
                        "x-ratelimit-reset-tokens",
                        "6m0s"))
                .contains(Duration.ofSeconds(3));
    }

    @Test
    void neverCanBeCountedInNanosecondsWithRoomForJitter() {
        assertThat(RetryAfter.NEVER.multipliedBy(2).toNanos()).isPositive();
    }

    private static Optional<Duration> read(int status, String... headers) {
        return RetryAfter.of(status, Headers.of(headers), null, NOW);
    }
}
