package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HedgeBudgetTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final HedgeBudget budget = new HedgeBudget();

    private void calls(int count, long now) {
        for (int i = 0; i < count; i++) {
            budget.called(now);
        }
    }

    @Test
    void oneCallInTwentyMayHaveASecondAttempt() {
        calls(19, 0);
        assertThat(budget.tryTake(0)).isFalse();
        calls(1, 0);
        assertThat(budget.tryTake(0)).isTrue();
        assertThat(budget.tryTake(0)).isFalse();
        calls(20, SECOND);
        assertThat(budget.tryTake(SECOND)).isTrue();
        assertThat(budget.tryTake(SECOND)).isFalse();
    }

    @Test
    void nothingIsInReserve() {
        assertThat(budget.tryTake(0)).isFalse();
        calls(10_000, 0);
        assertThat(budget.tryTake(10 * SECOND)).isFalse();
        calls(20, 11 * SECOND);
        assertThat(budget.tryTake(11 * SECOND)).isTrue();
        assertThat(budget.tryTake(11 * SECOND)).isFalse();
    }

    @Test
    void aClockThatBeginsAnywhereIsAsGood() {
        for (long start : new long[] {-1_000 * SECOND, -1, Long.MIN_VALUE + 1, Long.MAX_VALUE - 100 * SECOND}) {
            HedgeBudget young = new HedgeBudget();
            for (int i = 0; i < 20; i++) {
                young.called(start + i);
            }
            assertThat(young.tryTake(start + 30)).as("from %s on", start).isTrue();
            assertThat(young.tryTake(start + 40)).isFalse();
            assertThat(young.tryTake(start + 20 * SECOND)).isFalse();
        }
    }

    @Test
    void aThreadThatReadTheClockALittleEarlierDoesNoHarm() {
        calls(20, 30 * SECOND);
        calls(20, 29 * SECOND);
        assertThat(budget.tryTake(29 * SECOND)).isTrue();
        assertThat(budget.tryTake(30 * SECOND)).isTrue();
        assertThat(budget.tryTake(29 * SECOND)).isFalse();
    }

    @Test
    void neverMoreThanATwentiethOfTheCallsOfTheLastTenSecondsWhateverTheTraffic() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            HedgeBudget each = new HedgeBudget();
            Deque<Long> calls = new ArrayDeque<>();
            Deque<Long> hedges = new ArrayDeque<>();
            int all = 0;
            int taken = 0;
            long now = random.nextLong() >> 2;
            int eagerness = 1 + random.nextInt(30);
            for (int i = 0; i < 3_000; i++) {
                now += (long) (Math.pow(random.nextDouble(), 6) * 4 * SECOND);
                each.called(now);
                calls.add(now);
                all++;
                if (random.nextInt(eagerness) == 0 && each.tryTake(now)) {
                    hedges.add(now);
                    taken++;
                    while (now - calls.element() > 10 * SECOND) {
                        calls.remove();
                    }
                    // What was taken more than nine seconds ago may have left the window with its second.
                    while (now - hedges.element() > 9 * SECOND) {
                        hedges.remove();
                    }
                    assertThat(hedges.size() * 20).as("seed %s", seed).isLessThanOrEqualTo(calls.size());
                }
            }
            assertThat(taken * 20).as("in all, seed %s", seed).isLessThanOrEqualTo(all);
        }
    }
}
