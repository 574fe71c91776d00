package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RateLimits;
import io.github.tideover.failure.RateLimits.Limit;
import io.github.tideover.failure.RateLimits.Unit;
import io.github.tideover.status.Cause;
import io.github.tideover.status.ServiceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pace that a key learns from refusals, and how calls keep to it. */
class LearnedPaceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final Failure REFUSED = Failure.of(FailureKind.THROTTLED).build();

    private static long at(double seconds) {
        return Math.round(seconds * 1e9);
    }

    private static LearnedPace refusedOnce(double perSecond, long now) {
        LearnedPace pace = new LearnedPace(now);
        pace.refused(now, perSecond, 0, now);
        return pace;
    }

    /**
     * The seventeen steps with which the AWS SDKs' adaptive mode is tested: a request each 0.2 s, refused at 2.0 and 3.2 s. Before
     * the first refusal theirs works out a rate and does not keep to it; here there is none.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17})
    void theStepsOfTheSdks(int step) {
        double off = Double.POSITIVE_INFINITY;
        double[][] expected = {
            {0, off},
            {0, off},
            {4.8, off},
            {4.8, off},
            {4.16, off},
            {4.16, off},
            {4.16, off},
            {5.632, off},
            {5.632, off},
            {4.3264, 3.02848},
            {4.3264, 3.486639},
            {4.3264, 3.821874},
            {5.66528, 4.053386},
            {5.66528, 4.200373},
            {4.333056, 4.282037},
            {4.333056, 2.997426},
            {4.333056, 3.452226},
        };
        LearnedPace pace = new LearnedPace(0);
        for (int i = 1; i <= step; i++) {
            long now = i * SECOND / 5;
            pace.sent(new Claim(), now);
            if (i == 10 || i == 16) {
                pace.refused(now, 0, 0, now);
            } else {
                pace.answered(now);
            }
        }
        assertThat(pace.measured()).as("measured").isCloseTo(expected[step - 1][0], within(1e-6));
        if (expected[step - 1][1] == off) {
            assertThat(pace.isOn()).isFalse();
        } else {
            assertThat(pace.rate()).as("rate").isCloseTo(expected[step - 1][1], within(1e-6));
        }
    }

    @ParameterizedTest
    @CsvSource({"5, 7.0", "6, 9.65", "7, 10.0", "8, 10.45", "9, 13.41", "10, 19.0"})
    void theCurveOfTheSdksAfterTenASecondWereRefused(int second, double expected) {
        LearnedPace pace = refusedOnce(10, 5 * SECOND);
        if (second > 5) {
            pace.answered(second * SECOND);
        }
        // At 10 s the curve has 21.27: no more than twice of what goes out.
        assertThat(pace.rate()).isCloseTo(Math.min(expected, 20), within(second == 10 ? 1.01 : 0.01));
    }

    @Test
    void aRefusalOfWhatWentOutBeforeTheCutCutsNothing() {
        LearnedPace pace = refusedOnce(10, SECOND);
        pace.refused(SECOND - 1, 10, 0, at(1.5));
        assertThat(pace.rate()).isEqualTo(7);
        pace.refused(at(1.2), 10, 0, at(1.5));
        assertThat(pace.rate()).isCloseTo(4.9, within(1e-9));
    }

    @Test
    void ifEverythingIsRefusedItSinksToThatOfProbes() {
        LearnedPace pace = refusedOnce(100, 0);
        for (int i = 1; i <= 30; i++) {
            pace.refused(i * SECOND, 0, 0, i * SECOND);
        }
        assertThat(pace.rate()).isEqualTo((double) SECOND / LearnedPace.LONGEST_GAP);
        assertThat(pace.waitFrom(30 * SECOND)).isEqualTo(LearnedPace.LONGEST_GAP);
    }

    @Test
    void itIsOffHalfAMinuteAfterTheLastRefusal() {
        LearnedPace pace = refusedOnce(10, 0);
        pace.waitFrom(LearnedPace.OVER_AFTER);
        assertThat(pace.isOn()).isTrue();
        assertThat(pace.waitFrom(LearnedPace.OVER_AFTER + 1)).isZero();
        assertThat(pace.isOn()).isFalse();
    }

    @Test
    void callersGoInTheOrderInWhichTheyCameAndARefusedOneInFront() {
        LearnedPace pace = refusedOnce(2 / LearnedPace.CUT, 0);
        Claim first = new Claim();
        Claim second = new Claim();
        Claim again = new Claim();
        pace.queue(first, false, SECOND, 0);
        pace.queue(second, false, SECOND, 0);
        pace.queue(again, true, SECOND, 0);
        assertThat(List.of(
                        pace.waitFrom(again, true, 0), pace.waitFrom(first, false, 0), pace.waitFrom(second, false, 0)))
                .containsExactly(SECOND / 2, SECOND, SECOND * 3 / 2);
        assertThat(pace.waitFrom(0)).as("who comes now").isEqualTo(2 * SECOND);
        pace.leave(first);
        assertThat(pace.waitFrom(second, false, 0)).as("all move up").isEqualTo(SECOND);
        pace.sent(again, SECOND / 2);
        assertThat(pace.waitFrom(second, false, SECOND / 2)).isEqualTo(SECOND / 2);
    }

    @Test
    void whoDoesNotComeBackHoldsUpNobody() {
        LearnedPace pace = refusedOnce(1 / LearnedPace.CUT, 0);
        pace.queue(new Claim(), false, SECOND, 0);
        Claim second = new Claim();
        pace.queue(second, false, SECOND, 0);
        assertThat(pace.waitFrom(second, false, 2 * SECOND)).isPositive();
        assertThat(pace.waitFrom(second, false, 2 * SECOND + 1)).isZero();
    }

    /** All who waited would go together when the rest is over. */
    @Test
    void aRefusalThatSaysOnlyWhenToComeBackBeginsAPaceTooFromTheEndOfItsRestOn() {
        LadderFixture fixture = new LadderFixture(1);
        Route route = fixture.route(0);
        Failure refusal = Failure.of(FailureKind.THROTTLED)
                .retryAfter(Duration.ofSeconds(20))
                .build();
        route.failed(granted(fixture), refusal, fixture.time.now());
        fixture.time.advance(Duration.ofSeconds(19));
        assertThat(route.isStanding(fixture.time.now())).as("in its rest").isFalse();
        fixture.time.advance(Duration.ofSeconds(1));
        assertThat(LadderFixture.told(fixture.plan().first(fixture.time.now()))).isEqualTo("send a");
        assertThat(LadderFixture.told(fixture.plan().first(fixture.time.now()))).isEqualTo("wait");
        fixture.time.advance(Duration.ofSeconds(1));
        assertThat(route.isStanding(fixture.time.now()))
                .as("for the one that waits")
                .isFalse();
    }

    @Test
    void aRefusalThatALimitHeardOfExplainsBeginsNoPace() {
        LadderFixture fixture = new LadderFixture(1);
        Route route = fixture.route(0);
        Failure refusal = Failure.of(FailureKind.THROTTLED)
                .retryAfter(Duration.ofMillis(100))
                .rateLimits(RateLimits.of(List.of(Limit.of(Unit.REQUESTS, "requests")
                        .limit(100)
                        .remaining(0)
                        .resetsAfter(Duration.ofMillis(100))
                        .build())))
                .build();
        route.failed(granted(fixture), refusal, fixture.time.now());
        fixture.time.advance(Duration.ofMillis(100));
        for (int i = 0; i < 20; i++) {
            assertThat(LadderFixture.told(fixture.plan().first(fixture.time.now())))
                    .isEqualTo("send a");
        }
    }

    @Test
    void whoStandsInTheQueueKeepsItsPlaceInARest() {
        LadderFixture fixture = new LadderFixture(1);
        Route route = fixture.route(0);
        Permit late = granted(fixture);
        route.failed(granted(fixture), REFUSED, fixture.time.now());
        CallPlan first = fixture.plan();
        CallPlan second = fixture.plan();
        first.first(fixture.time.now());
        second.first(fixture.time.now());
        Failure rest = REFUSED.toBuilder().retryAfter(Duration.ofSeconds(10)).build();
        route.failed(late, rest, fixture.time.now());
        fixture.time.advance(Duration.ofSeconds(1));
        for (CallPlan plan : List.of(second, first)) {
            assertThat(LadderFixture.told(plan.next(Outcome.WAITED, fixture.time.now())))
                    .isEqualTo("wait");
        }
        fixture.time.advance(Duration.ofSeconds(9));
        assertThat(LadderFixture.told(second.next(Outcome.WAITED, fixture.time.now())))
                .isEqualTo("wait");
        assertThat(LadderFixture.told(first.next(Outcome.WAITED, fixture.time.now())))
                .isEqualTo("send a");
    }

    @Test
    void whoseTimeIsUpInTheQueueLeavesIt() {
        LadderFixture fixture = new LadderFixture(1).timeout(Duration.ofSeconds(10));
        fixture.time.dice(0);
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        plan.next(LadderFixture.failed(FailureKind.THROTTLED), fixture.time.now());
        assertThat(LadderFixture.told(plan.next(Outcome.WAITED, fixture.time.now())))
                .as("in the queue")
                .isEqualTo("wait");
        fixture.time.advance(Duration.ofSeconds(9));
        assertThat(plan.next(Outcome.WAITED, fixture.time.now())).isInstanceOf(Step.Fail.class);
        plan.abandon();
        assertThat(LadderFixture.told(fixture.plan().first(fixture.time.now()))).isEqualTo("send a");
    }

    @Test
    void aPaceThatHoldsSomebodyBackStaysOnThoughTheyGoElsewhere() {
        LearnedPace pace = refusedOnce(10, 0);
        pace.heldBack(LearnedPace.OVER_AFTER);
        assertThat(pace.isOn(2 * LearnedPace.OVER_AFTER)).isTrue();
        assertThat(pace.isOn(2 * LearnedPace.OVER_AFTER + 1)).isFalse();
    }

    /** One that goes out each four seconds, where one a second is allowed, does not make the limit one in four. */
    @Test
    void timeInWhichNobodyAskedSaysNothingOfTheLimit() {
        LearnedPace pace = refusedOnce(1 / LearnedPace.CUT, 0);
        long now = 0;
        for (int i = 1; i <= 40; i++) {
            now = 4 * i * SECOND;
            pace.heldBack(now);
            assertThat(pace.waitFrom(now)).isZero();
            pace.sent(new Claim(), now);
            pace.answered(now);
        }
        pace.refused(now + SECOND, 0, 0, now + SECOND);
        assertThat(pace.rate()).as("a second").isBetween(0.8, 1.2);
    }

    @Test
    void aCallThatIsHeldBackGoesToTheAlternateAtOnceAndIsOnRecordWithItsTurn() {
        LadderFixture fixture = new LadderFixture(2);
        fixture.plan().first(fixture.time.now());
        fixture.route(0).failed(granted(fixture), REFUSED, fixture.time.now());
        CallPlan plan = fixture.plan();
        assertThat(LadderFixture.told(plan.first(fixture.time.now()))).isEqualTo("send b");
        assertThat(plan.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(FailureKind.PAUSED);
            assertThat(failure.retryAt())
                    .hasValueSatisfying(turn -> assertThat(turn)
                            .isAfter(fixture.time.instant())
                            .isBeforeOrEqualTo(fixture.time.instant().plusSeconds(1)));
        });
    }

    private static Permit granted(LadderFixture fixture) {
        Permit permit = fixture.route(0).admit(fixture.time.now(), 0, false).permit;
        assertThat(permit).isNotNull();
        return permit;
    }

    @Test
    void theStatusTellsOfALimitForAsLongAsCallsAreHeldBack() {
        LadderFixture fixture = new LadderFixture(2);
        for (int i = 0; i < 300; i++) {
            CallPlan plan = fixture.plan();
            Step step = plan.first(fixture.time.now());
            while (!(step instanceof Step.Answer)) {
                boolean isMain = step instanceof Step.Send send && send.rung().route() == fixture.route(0);
                if (step instanceof Step.Wait wait) {
                    fixture.time.advance(Duration.ofNanos(wait.nanos()));
                }
                Outcome outcome = step instanceof Step.Wait
                        ? Outcome.WAITED
                        : isMain ? LadderFixture.failed(FailureKind.THROTTLED) : LadderFixture.answered("fine");
                step = plan.next(outcome, fixture.time.now());
            }
            fixture.time.advance(Duration.ofSeconds(1));
            if (i >= 60) {
                assertThat(fixture.board.status().providers().get(0).state())
                        .as("after %s calls", i)
                        .isEqualTo(ServiceState.DEGRADED);
            }
        }
        assertThat(fixture.board
                        .status()
                        .providers()
                        .get(0)
                        .diagnosis()
                        .orElseThrow()
                        .cause())
                .isEqualTo(Cause.RATE_LIMIT);
    }

    /** The caller stands at the route's lock when another's refusal begins the pace. */
    @RepeatedTest(20)
    void whoComesWhileAPaceBeginsWaitsForItsTurn() throws Exception {
        LadderFixture fixture = new LadderFixture(1);
        Permit refused = granted(fixture);
        long now = fixture.time.now();
        CallPlan plan = fixture.plan();
        ExecutorService caller = Executors.newSingleThreadExecutor();
        try {
            Future<Step> step;
            synchronized (fixture.route(0)) {
                AtomicReference<Thread> thread = new AtomicReference<>();
                step = caller.submit(() -> {
                    thread.set(Thread.currentThread());
                    return plan.first(now);
                });
                Awaiting.until(() -> thread.get() != null && thread.get().getState() == Thread.State.BLOCKED);
                fixture.route(0).failed(refused, REFUSED, now);
            }
            assertThat(LadderFixture.told(step.get())).isEqualTo("wait");
        } finally {
            caller.shutdownNow();
        }
    }

    @RepeatedTest(100)
    void ofManyWhoComeAtOnceOneHasTheTurn() throws Exception {
        int threads = 16;
        LadderFixture fixture = new LadderFixture(1);
        fixture.route(0).failed(granted(fixture), REFUSED, fixture.time.now());
        fixture.time.advance(Duration.ofSeconds(1));
        long now = fixture.time.now();
        CyclicBarrier together = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Step>> steps = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                CallPlan plan = fixture.plan();
                steps.add(pool.submit(() -> {
                    together.await();
                    return plan.first(now);
                }));
            }
            int sent = 0;
            for (Future<Step> step : steps) {
                Step found = step.get();
                sent += found instanceof Step.Send ? 1 : 0;
                assertThat(found).as("none is turned away").isInstanceOfAny(Step.Send.class, Step.Wait.class);
            }
            assertThat(sent).isEqualTo(1);
        } finally {
            pool.shutdownNow();
        }
    }
}
