package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The AWS SDKs' published test vectors for retries, run against our backoff and budget with the SDKs' own numbers:
 * standard mode 2.0 (base 1 s, cost 5) and 2.1 (base 50 ms, throttling 1 s, cost 14, throttling 5), every throw of the
 * dice 1.
 */
class RetryVectorsTest {
    /** How a scripted call went: tokens left and wait after each failure, and tokens left in the end. */
    private record Run(List<Integer> tokens, List<Duration> waits, int end) {}

    private static final class Sdk {
        private final Backoff backoff;
        private final int maxAttempts;
        private final int cost;
        private final int throttledCost;
        private final RetryBudget budget;

        Sdk(Duration base, Duration cap, int maxAttempts, int cost, int throttledCost, int tokens) {
            backoff = new Backoff(RetryPolicy.builder()
                    .firstDelay(base)
                    .overloadDelay(cap.compareTo(Duration.ofSeconds(1)) < 0 ? cap : Duration.ofSeconds(1))
                    .longestDelay(cap)
                    .maxAttempts(maxAttempts)
                    .build());
            this.maxAttempts = maxAttempts;
            this.cost = cost;
            this.throttledCost = throttledCost;
            this.budget = new RetryBudget(500, 0);
            assertThat(budget.tryTake(500 - tokens, 0)).isTrue();
        }

        /** One call: a status for each attempt it would make. */
        Run call(int... statuses) {
            List<Integer> tokens = new ArrayList<>();
            List<Duration> waits = new ArrayList<>();
            int lastCost = 0;
            for (int attempt = 1; attempt <= statuses.length; attempt++) {
                int status = statuses[attempt - 1];
                if (status == 200) {
                    budget.succeeded(lastCost);
                    break;
                }
                FailureKind kind = status == 429 ? FailureKind.THROTTLED : FailureKind.TRANSIENT;
                int price = status == 429 ? throttledCost : cost;
                if (status == 400 || attempt == maxAttempts || !budget.tryTake(price, 0)) {
                    break;
                }
                lastCost = price;
                tokens.add((int) budget.tokens(0));
                waits.add(backoff.before(attempt, Failure.of(kind).build(), 1));
            }
            return new Run(tokens, waits, (int) budget.tokens(0));
        }
    }

    private static Sdk standard20(int maxAttempts, Duration cap, int tokens) {
        return new Sdk(Duration.ofSeconds(1), cap, maxAttempts, 5, 5, tokens);
    }

    private static Sdk standard21(int maxAttempts, Duration cap, int tokens) {
        return new Sdk(Duration.ofMillis(50), cap, maxAttempts, 14, 5, tokens);
    }

    private static final Duration CAP = Duration.ofSeconds(20);

    @ParameterizedTest(name = "2.0 {0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "eventual success | 3 | 20000 | 500 | 500 500 200         | 495 490         | 1000 2000           | 495",
                "max attempts 3   | 3 | 20000 | 500 | 500 500 500         | 495 490         | 1000 2000           | 490",
                "quota 5          | 3 | 20000 | 5   | 500 500             | 0               | 1000                | 0",
                "quota 0          | 3 | 20000 | 0   | 500                 |                 |                     | 0",
                "max 5            | 5 | 20000 | 500 | 500 500 500 500 500 | 495 490 485 480 | 1000 2000 4000 8000 | 480",
                "cap 3 s          | 5 | 3000  | 500 | 500 500 500 500 500 | 495 490 485 480 | 1000 2000 3000 3000 | 480"
            })
    void standardMode20(
            String name,
            int maxAttempts,
            long capMillis,
            int tokens,
            String statuses,
            String left,
            String waits,
            int end) {
        Run run = standard20(maxAttempts, Duration.ofMillis(capMillis), tokens).call(numbers(statuses));
        assertThat(run).isEqualTo(new Run(list(left), millis(waits), end));
    }

    @ParameterizedTest(name = "2.1 {0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "500 500 200   | 3 | 20000 | 500 | 500 500 200         | 486 472         | 50 100         | 486",
                "throttle, 200 | 3 | 20000 | 500 | 429 200             | 495             | 1000           | 500",
                "capacity 14   | 5 | 20000 | 14  | 500 500             | 0               | 50             | 0",
                "capacity 20   | 5 | 20000 | 20  | 500 500             | 6               | 50             | 6",
                "cap 200 ms    | 5 | 200   | 500 | 500 500 500 500 500 | 486 472 458 444 | 50 100 200 200 | 444",
                "first-try 400 | 3 | 20000 | 486 | 400                 |                 |                | 486",
                "first-try 200 | 3 | 20000 | 486 | 200                 |                 |                | 487"
            })
    void standardMode21(
            String name,
            int maxAttempts,
            long capMillis,
            int tokens,
            String statuses,
            String left,
            String waits,
            int end) {
        Run run = standard21(maxAttempts, Duration.ofMillis(capMillis), tokens).call(numbers(statuses));
        assertThat(run).isEqualTo(new Run(list(left), millis(waits), end));
    }

    @Test
    void capacity30OverTwoCallsGivesBackOnlyTheLastRetry() {
        Sdk sdk = standard21(5, CAP, 30);
        Run first = sdk.call(500, 500, 200);
        Run second = sdk.call(500, 200);
        assertThat(first).isEqualTo(new Run(List.of(16, 2), millis("50 100"), 16));
        assertThat(second).isEqualTo(new Run(List.of(2), millis("50"), 16));
    }

    @Test
    void theBackoffSeriesDoublesUpToItsCap() {
        Backoff backoff = new Backoff(RetryPolicy.builder()
                .firstDelay(Duration.ofMillis(50))
                .longestDelay(CAP)
                .build());
        List<Duration> series = new ArrayList<>();
        for (int retry = 1; retry <= 11; retry++) {
            series.add(backoff.fullJitter(retry, FailureKind.TRANSIENT, 1));
        }
        assertThat(series).isEqualTo(millis("50 100 200 400 800 1600 3200 6400 12800 20000 20000"));
    }

    /**
     * Here we differ on purpose: AWS cuts a server's hint down to five seconds more than its own backoff, we never knock
     * early. The vector's value is what is left of ours when it is cut down like that.
     */
    @ParameterizedTest(name = "hint {0} ms: {1} ms at AWS, at least {2} ms here")
    @CsvSource({"1500, 1500, 1500", "0, 50, 50", "10000, 5050, 10000", "3000, 3000, 3000", "10, 50, 50"})
    void aServersHintIsAFloor(long hintMillis, long awsMillis, long ourMillis) {
        Failure failure = Failure.of(FailureKind.TRANSIENT)
                .retryAfter(Duration.ofMillis(hintMillis))
                .build();
        Backoff backoff = new Backoff(RetryPolicy.builder()
                .firstDelay(Duration.ofMillis(50))
                .longestDelay(CAP)
                .build());
        Duration own = Duration.ofMillis(50);
        // Jitter on top of the floor is the dice's; without it the whole own backoff is the same as AWS's at dice 1.
        Duration ours = hintMillis > 50 ? backoff.before(1, failure, 0) : backoff.before(1, failure, 1);
        assertThat(ours).isBetween(Duration.ofMillis(ourMillis), Duration.ofMillis(ourMillis + 1));
        Duration cut = ours.compareTo(own.plusSeconds(5)) > 0 ? own.plusSeconds(5) : ours;
        assertThat(cut).isBetween(Duration.ofMillis(awsMillis), Duration.ofMillis(awsMillis + 1));
    }

    @Test
    void jitterOnAFloorIsATenthOfItAndFiveSecondsAtMost() {
        Backoff backoff = new Backoff(RetryPolicy.defaults());
        Failure ten = Failure.of(FailureKind.THROTTLED)
                .retryAfter(Duration.ofSeconds(10))
                .build();
        Failure hundred = Failure.of(FailureKind.THROTTLED)
                .retryAfter(Duration.ofSeconds(100))
                .build();
        assertThat(backoff.before(1, ten, 1)).isEqualTo(Duration.ofSeconds(11));
        assertThat(backoff.before(1, hundred, 1)).isEqualTo(Duration.ofSeconds(105));
        assertThat(backoff.before(1, hundred, 0)).isEqualTo(Duration.ofSeconds(100));
    }

    @Test
    void aShortLongestDelayTakesTheDefaultsWithIt() {
        Backoff hasty = new Backoff(
                RetryPolicy.builder().longestDelay(Duration.ofMillis(100)).build());
        assertThat(hasty.fullJitter(1, FailureKind.TRANSIENT, 1)).isEqualTo(Duration.ofMillis(100));
        assertThat(hasty.fullJitter(1, FailureKind.OVERLOADED, 1)).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void anEmptyBudgetFillsByATenthOfATokenEachSecond() {
        RetryBudget budget = new RetryBudget(100, 0);
        assertThat(budget.tryTake(100, 0)).isTrue();
        assertThat(budget.tryTake(5, Duration.ofSeconds(49).toNanos())).isFalse();
        assertThat(budget.tryTake(5, Duration.ofSeconds(50).toNanos())).isTrue();
    }

    private static int[] numbers(String text) {
        return Arrays.stream(text.trim().split(" +"))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static List<Integer> list(String text) {
        return text == null ? List.of() : Arrays.stream(numbers(text)).boxed().toList();
    }

    private static List<Duration> millis(String text) {
        return list(text).stream().map(Duration::ofMillis).toList();
    }
}
