package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.Usage;
import io.github.tideover.failure.RateLimits;
import io.github.tideover.failure.RateLimits.Limit;
import io.github.tideover.failure.RateLimits.Unit;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** One key's limits, told and counted. */
class LimiterTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Limiter limiter = new Limiter();
    private long now = 1_000 * SECOND;
    private long requests;

    private static RateLimits of(Unit unit, long remaining, long limit, int resetSeconds) {
        return RateLimits.of(List.of(Limit.of(unit, "it")
                .limit(limit)
                .remaining(remaining)
                .resetsAfter(Duration.ofSeconds(resetSeconds))
                .build()));
    }

    private void heard(RateLimits limits) {
        limiter.heard(limits, requests++, 0, false, now);
    }

    private long waitSeconds() {
        return limiter.waitFrom(now) / SECOND;
    }

    @Test
    void everybodyGoesWhileMoreThanATenthIsLeft() {
        heard(of(Unit.REQUESTS, 12, 100, 60));
        assertThat(limiter.waitFrom(now)).isZero();
        limiter.sent(false, now);
        limiter.sent(false, now);
        assertThat(limiter.waitFrom(now)).as("the first that finds less goes").isZero();
        limiter.sent(false, now);
        assertThat(limiter.waitFrom(now)).as("then there are turns").isPositive();
    }

    @Test
    void whatIsLeftIsSpreadOverTheTimeToTheReset() {
        heard(of(Unit.REQUESTS, 5, 100, 50));
        long[] waits = new long[6];
        for (int i = 0; i < waits.length; i++) {
            waits[i] = waitSeconds();
            limiter.reserve(limiter.waitFrom(now), now);
        }
        assertThat(waits).containsExactly(0, 10, 20, 30, 40, 50);
    }

    @Test
    void whatComesBackAllTheTimeIsSpentAsItComes() {
        // 60 in a minute: one a second, and the reset is when all would be back.
        for (int left = 40; left >= 6; left -= 2) {
            heard(of(Unit.REQUESTS, left, 60, 60 - left));
            now += SECOND / 2;
        }
        now -= SECOND / 2;
        long first = limiter.waitFrom(now);
        limiter.reserve(first, now);
        long second = limiter.waitFrom(now);
        assertThat(Duration.ofNanos(second - first)).isBetween(Duration.ofMillis(950), Duration.ofMillis(1_050));
    }

    @Test
    void tokensAreCountedAsTheLastRepliesTookThem() {
        heard(of(Unit.TOKENS, 4_000, 30_000, 60));
        assertThat(limiter.waitFrom(now))
                .as("nothing is known of what a reply takes")
                .isZero();
        limiter.used(Usage.of(1_000, 500, 1_500, 0, 0));
        assertThat(limiter.waitFrom(now)).isZero();
        limiter.sent(false, now);
        assertThat(waitSeconds()).as("60 s for 4000 tokens, 1500 of them each").isEqualTo(22);
    }

    @Test
    void tokensInAndOutAreCountedApart() {
        limiter.used(Usage.of(4_000, 100, 4_100, 0, 0));
        heard(of(Unit.OUTPUT_TOKENS, 5_000, 8_000, 60));
        assertThat(limiter.waitFrom(now)).isZero();
        heard(of(Unit.INPUT_TOKENS, 5_000, 30_000, 60));
        limiter.sent(false, now);
        assertThat(limiter.waitFrom(now)).isPositive();
    }

    @Test
    void anAnswerThatWasOvertakenSaysNothing() {
        limiter.heard(of(Unit.REQUESTS, 0, 100, 60), 7, 0, false, now);
        limiter.heard(of(Unit.REQUESTS, 90, 100, 60), 3, 0, false, now);
        assertThat(limiter.waitFrom(now)).isPositive();
    }

    @Test
    void requestsThatTheAnswerDoesNotKnowOfAreCounted() {
        limiter.heard(of(Unit.REQUESTS, 15, 100, 60), 0, 15, false, now);
        assertThat(waitSeconds()).as("until something goes out to see").isEqualTo(30);
    }

    @Test
    void theTighterOfTwoLimitsCountsAndOneThatIsFarOffDoesNot() {
        heard(RateLimits.of(List.of(
                Limit.of(Unit.REQUESTS, "minute")
                        .limit(60)
                        .remaining(50)
                        .resetsAfter(Duration.ofSeconds(60))
                        .build(),
                Limit.of(Unit.REQUESTS, "second")
                        .limit(2)
                        .remaining(0)
                        .resetsAfter(Duration.ofSeconds(1))
                        .build(),
                Limit.of(Unit.REQUESTS, "day")
                        .limit(9_000)
                        .remaining(0)
                        .resetsAfter(Duration.ofHours(8))
                        .build())));
        assertThat(waitSeconds()).isEqualTo(1);
    }

    @Test
    void aHeaderThatAnswersContradictIsDisbelievedUntilTheProviderTurnsSomebodyAway() {
        heard(of(Unit.REQUESTS, 0, 100, 60));
        now += 30 * SECOND;
        assertThat(limiter.waitFrom(now)).as("one goes out to see").isZero();
        assertThat(limiter.sent(false, now)).as("its answer will show").isTrue();
        heard(of(Unit.REQUESTS, 0, 100, 60));
        limiter.doubted(now);
        assertThat(limiter.waitFrom(now)).isZero();
        heard(of(Unit.REQUESTS, 0, 100, 60));
        assertThat(limiter.waitFrom(now)).isZero();
        limiter.heard(of(Unit.REQUESTS, 0, 100, 60), requests++, 0, true, now);
        assertThat(limiter.waitFrom(now)).isPositive();
    }

    @Test
    void afterItsResetALimitIsTakenForWholeAndThenForgotten() {
        heard(of(Unit.REQUESTS, 0, 20, 10));
        now += 10 * SECOND;
        for (int i = 0; i < 18; i++) {
            assertThat(limiter.waitFrom(now)).isZero();
            limiter.sent(false, now);
        }
        limiter.sent(false, now);
        assertThat(limiter.waitFrom(now)).isPositive();
        now += 10 * SECOND;
        for (int i = 0; i < 100; i++) {
            assertThat(limiter.waitFrom(now)).isZero();
            limiter.sent(false, now);
        }
    }

    @Test
    void aLimitOfNothingAtAllBlocksNobodyForEver() {
        heard(of(Unit.REQUESTS, 0, 0, 60));
        assertThat(waitSeconds()).isLessThanOrEqualTo(60);
        now += 121 * SECOND;
        assertThat(limiter.waitFrom(now)).isZero();
    }
}
