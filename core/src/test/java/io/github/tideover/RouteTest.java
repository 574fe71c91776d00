package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.status.ServiceState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One provider as all calls share it. */
class RouteTest {
    private static final long FIVE_SECONDS = Duration.ofSeconds(5).toNanos();

    private final LadderFixture fixture = new LadderFixture(1);
    private final ManualTime time = fixture.time;
    private final Route route = fixture.route(0);

    RouteTest() {
        time.dice(0.5); // pauses without variation: 1, 2, 4, 8 s
    }

    private Permit admitted() {
        Permit permit = route.admit(time.now(), 0, false).permit;
        assertThat(permit).as("permit").isNotNull();
        return permit;
    }

    private Failure refusal() {
        Failure refusal = route.admit(time.now(), 0, false).refusal;
        assertThat(refusal).as("refusal").isNotNull();
        return refusal;
    }

    private void fail(FailureKind kind) {
        route.failed(admitted(), Failure.of(kind).build(), time.now());
    }

    private void succeed() {
        route.succeeded(admitted(), time.now(), 0);
    }

    private void open() {
        time.advance(Duration.ofSeconds(2));
        for (int i = 0; i < Route.TRIP_FAILURES; i++) {
            fail(FailureKind.TRANSIENT);
        }
        assertThat(route.circuit()).isEqualTo(State.OPEN);
    }

    private void close() {
        time.advance(Duration.ofSeconds(10));
        succeed();
        succeed();
        assertThat(route.circuit()).isEqualTo(State.CLOSED);
    }

    @Test
    void sevenFailuresInARowAndTwoSecondsWithoutSuccessOpenTheCircuit() {
        time.advance(Duration.ofSeconds(5));
        succeed();
        for (int i = 0; i < 9; i++) {
            fail(FailureKind.TRANSIENT);
        }
        assertThat(route.circuit()).as("a success a moment ago").isEqualTo(State.CLOSED);
        time.advance(Duration.ofSeconds(2));
        fail(FailureKind.TRANSIENT);
        assertThat(route.circuit()).isEqualTo(State.OPEN);
    }

    @Test
    void oneSuccessInAQuarterOfFailuresKeepsTheCircuitClosed() {
        for (int i = 0; i < 400; i++) {
            time.advance(Duration.ofMillis(100));
            if (i % 4 == 0) {
                fail(FailureKind.TRANSIENT);
            } else {
                succeed();
            }
        }
        assertThat(route.circuit()).isEqualTo(State.CLOSED);
    }

    @Test
    void ninetyPercentOfTwentySecondsOpenTheCircuitThoughSomeSucceed() {
        time.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 40 && route.circuit() == State.CLOSED; i++) {
            time.advance(Duration.ofMillis(300));
            if (i % 15 == 0) {
                succeed();
            } else if (i % 15 == 14) {
                succeed();
                fail(FailureKind.TRANSIENT);
            } else {
                fail(FailureKind.TRANSIENT);
            }
        }
        assertThat(route.circuit()).isEqualTo(State.OPEN);
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void onlyTheProvidersFaultsOpenTheCircuit(FailureKind kind) {
        time.advance(Duration.ofSeconds(5));
        for (int i = 0; i < 40 && route.circuit() == State.CLOSED; i++) {
            Permit permit = route.admit(time.now(), 0, false).permit;
            if (permit != null) {
                route.failed(permit, Failure.of(kind).build(), time.now());
            }
            time.advance(Duration.ofMinutes(6)); // past every rest
        }
        boolean blamed = kind.blame() == FailureKind.Blame.PROVIDER;
        assertThat(route.circuit()).isEqualTo(blamed ? State.OPEN : State.CLOSED);
        assertThat(route.underWay()).isZero();
    }

    @Test
    void pausesGrowToEightSecondsAndNoFurther() {
        open();
        long[] pauses = {1, 2, 4, 8, 8, 8};
        for (long pause : pauses) {
            Instant retryAt = refusal().retryAt().orElseThrow();
            assertThat(Duration.between(time.instant(), retryAt)).isEqualTo(Duration.ofSeconds(pause));
            time.advance(Duration.ofSeconds(pause).minusMillis(1));
            assertThat(refusal().kind()).isEqualTo(FailureKind.CIRCUIT_OPEN);
            time.advance(Duration.ofMillis(1));
            fail(FailureKind.TRANSIENT); // the probe
        }
    }

    @Test
    void noPauseIsLongerThanEightAndAHalfSecondsUnlessTheProviderAsksForIt() {
        time.dice(0.999);
        open();
        for (int i = 0; i < 6; i++) {
            Duration pause =
                    Duration.between(time.instant(), refusal().retryAt().orElseThrow());
            assertThat(pause).isLessThanOrEqualTo(Duration.ofMillis(8_500));
            time.advance(pause);
            fail(FailureKind.TRANSIENT);
        }
        time.advance(Duration.ofSeconds(9));
        route.failed(
                admitted(),
                Failure.of(FailureKind.OVERLOADED)
                        .retryAfter(Duration.ofSeconds(40))
                        .build(),
                time.now());
        assertThat(Duration.between(time.instant(), refusal().retryAt().orElseThrow()))
                .isEqualTo(Duration.ofSeconds(40));
    }

    @Test
    void oneProbeGoesOutAtATimeAndTwoGoodOnesCloseTheCircuit() {
        open();
        time.advance(Duration.ofSeconds(1));
        Permit probe = admitted();
        for (int i = 0; i < 100; i++) {
            assertThat(refusal().message()).contains("a probe is under way");
        }
        route.succeeded(probe, time.now(), 0);
        assertThat(route.circuit()).isEqualTo(State.HALF_OPEN);
        Permit second = admitted();
        assertThat(refusal().kind()).isEqualTo(FailureKind.CIRCUIT_OPEN);
        route.succeeded(second, time.now(), 0);
        assertThat(route.circuit()).isEqualTo(State.CLOSED);
    }

    @Test
    void aFailedProbeOpensTheCircuitAgainAtOnce() {
        open();
        time.advance(Duration.ofSeconds(1));
        fail(FailureKind.TIMEOUT);
        assertThat(route.circuit()).isEqualTo(State.OPEN);
    }

    @Test
    void aProbeGivenUpForAnotherReasonLetsTheNextOneGo() {
        open();
        time.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 50; i++) {
            route.released(admitted());
        }
        for (int i = 0; i < 5; i++) {
            route.failed(admitted(), Failure.of(FailureKind.INVALID_REQUEST).build(), time.now());
        }
        succeed();
        succeed();
        assertThat(route.circuit()).isEqualTo(State.CLOSED);
    }

    @Test
    void attemptsFromBeforeTheOutageDecideNoProbe() {
        Permit early = admitted();
        Permit another = admitted();
        open();
        time.advance(Duration.ofSeconds(1));
        Permit probe = admitted();
        route.succeeded(early, time.now(), 0);
        assertThat(route.circuit()).isEqualTo(State.HALF_OPEN);
        route.failed(another, Failure.of(FailureKind.TRANSIENT).build(), time.now());
        assertThat(route.circuit()).isEqualTo(State.HALF_OPEN);
        route.released(probe);
        assertThat(route.underWay()).isZero();
    }

    @Test
    void aPermitIsGivenBackOnce() {
        Permit permit = admitted();
        route.failed(permit, Failure.of(FailureKind.TRANSIENT).build(), time.now());
        route.released(permit);
        route.succeeded(permit, time.now(), 0);
        assertThat(route.underWay()).isZero();
    }

    @Test
    void afterAnOutageCallsAreLetBackStepByStep() {
        for (int second = 0; second < 20; second++) { // 40 a second before it
            for (int i = 0; i < 40; i++) {
                succeed();
                time.advance(Duration.ofMillis(25));
            }
        }
        open();
        close();
        int[] admittedInSecond = new int[4];
        for (int second = 0; second < 4; second++) {
            for (int i = 0; i < 100; i++) {
                Permit permit = route.admit(time.now(), 0, false).permit;
                if (permit != null) {
                    admittedInSecond[second]++;
                    route.succeeded(permit, time.now(), 0);
                }
                time.advance(Duration.ofMillis(10));
            }
        }
        assertThat(admittedInSecond[0]).as("a quarter of 40").isBetween(9, 13);
        assertThat(admittedInSecond[1]).as("half of 40").isBetween(19, 27);
        assertThat(admittedInSecond[2]).as("as many as before").isBetween(38, 44);
        assertThat(admittedInSecond[3]).as("nobody waited: no limit").isEqualTo(100);
    }

    @Test
    void aCallThatComesTooSoonAfterAnOutageIsToldHowLongToWait() {
        open();
        close();
        Admission admission = route.admit(time.now(), FIVE_SECONDS, false);
        while (admission.permit != null) {
            route.succeeded(admission.permit, time.now(), 0);
            admission = route.admit(time.now(), FIVE_SECONDS, false);
        }
        assertThat(admission.waitFor).isEqualTo(Admission.WaitFor.TURN);
        assertThat(Duration.ofNanos(admission.wait)).isLessThanOrEqualTo(Duration.ofMillis(500));
        Admission next = route.admit(time.now(), FIVE_SECONDS, false);
        assertThat(next.wait).as("a turn of its own").isGreaterThan(admission.wait);
        time.advance(Duration.ofNanos(admission.wait));
        Permit permit = route.admit(time.now(), FIVE_SECONDS, true).permit;
        assertThat(permit).as("its turn has come").isNotNull();
        route.succeeded(permit, time.now(), 0);
    }

    @Test
    void anAccountOutOfCreditIsNotAskedForFiveMinutesAndKeepsItsName() {
        fail(FailureKind.QUOTA);
        assertThat(refusal().kind()).isEqualTo(FailureKind.QUOTA);
        assertThat(fixture.board.status().state()).isEqualTo(ServiceState.MAJOR_OUTAGE);
        time.advance(Duration.ofMinutes(5));
        succeed();
        assertThat(fixture.board.status().state()).isEqualTo(ServiceState.RECOVERING);
    }

    @Test
    void aRejectedKeyIsTriedAgainAfterHalfAMinute() {
        fail(FailureKind.AUTH);
        time.advance(Duration.ofSeconds(29));
        assertThat(refusal().kind()).isEqualTo(FailureKind.AUTH);
        time.advance(Duration.ofSeconds(1));
        succeed();
    }

    @Test
    void aRejectedKeyIsOverWithTheFirstAnswerWhateverCameInBetween() {
        fail(FailureKind.AUTH);
        time.advance(Duration.ofSeconds(31));
        route.failed(
                admitted(),
                Failure.of(FailureKind.THROTTLED)
                        .retryAfter(Duration.ofSeconds(2))
                        .build(),
                time.now());
        assertThat(refusal().kind()).isEqualTo(FailureKind.PAUSED);
        time.advance(Duration.ofSeconds(2));
        assertThat(fixture.board.status().state()).isEqualTo(ServiceState.MAJOR_OUTAGE);
        succeed();
        assertThat(fixture.board.status().state()).isEqualTo(ServiceState.RECOVERING);
    }

    @Test
    void aRestOfDaysIsNotBelieved() {
        route.failed(
                admitted(),
                Failure.of(FailureKind.THROTTLED)
                        .retryAfter(Duration.ofHours(114))
                        .build(),
                time.now());
        time.advance(Duration.ofSeconds(1)); // as if nothing had been said: a pace begins
        succeed();
    }

    @Test
    void aRateLimitIsNoOutage() {
        route.failed(
                admitted(),
                Failure.of(FailureKind.THROTTLED)
                        .retryAfter(Duration.ofSeconds(5))
                        .build(),
                time.now());
        assertThat(refusal().kind()).isEqualTo(FailureKind.PAUSED);
        time.advance(Duration.ofSeconds(5));
        succeed();
        assertThat(fixture.board.status().state()).isEqualTo(ServiceState.OPERATIONAL);
    }

    @Test
    void aWallClockThatJumpsChangesNoPause() {
        open();
        time.shiftWallClock(Duration.ofHours(1));
        assertThat(refusal().kind()).isEqualTo(FailureKind.CIRCUIT_OPEN);
        time.shiftWallClock(Duration.ofHours(-2));
        time.advance(Duration.ofSeconds(1));
        succeed();
    }

    @Test
    void aStreamCountsAsAnsweredAtItsFirstWordAndHoldsItsPlaceToTheEnd() {
        open();
        time.advance(Duration.ofSeconds(1));
        Permit stream = admitted();
        route.answering(stream, time.now());
        assertThat(route.underWay()).isEqualTo(1);
        succeed(); // the second probe need not wait for the stream's end
        assertThat(route.circuit()).isEqualTo(State.CLOSED);
        route.succeeded(stream, time.now(), 0);
        assertThat(route.underWay()).isZero();
    }

    @Test
    void theFirstTokenLimitFollowsWhatTheProviderDoes() {
        assertThat(route.firstTokenLimit(false, false))
                .isEqualTo(Duration.ofSeconds(30).toNanos());
        for (int i = 0; i < LatencyHistory.ENOUGH; i++) {
            Permit permit = admitted();
            time.advance(Duration.ofMillis(400));
            route.answering(permit, time.now());
            route.succeeded(permit, time.now(), 0);
        }
        assertThat(route.firstTokenLimit(false, false))
                .isEqualTo(Duration.ofSeconds(10).toNanos());
        for (int i = 0; i < 100; i++) {
            Permit permit = admitted();
            time.advance(Duration.ofSeconds(8));
            route.answering(permit, time.now());
            route.succeeded(permit, time.now(), 0);
        }
        assertThat(Duration.ofNanos(route.firstTokenLimit(true, false)))
                .isBetween(Duration.ofSeconds(32), Duration.ofSeconds(41));
    }

    @Test
    void aProviderNobodyKnowsYetGetsTenSecondsIfAnotherCouldAnswer() {
        assertThat(route.firstTokenLimit(true, false))
                .isEqualTo(Duration.ofSeconds(10).toNanos());
        answerAfter(Duration.ofSeconds(1));
        assertThat(route.firstTokenLimit(true, false))
                .isEqualTo(Duration.ofSeconds(10).toNanos());
    }

    @Test
    void aProbeOfAModelThatThinksForLongCanShowThatItWorksAndThenHasTheTimeItNeeds() {
        assertThat(route.firstTokenLimit(true, true))
                .isEqualTo(Duration.ofSeconds(30).toNanos());
        answerAfter(Duration.ofSeconds(15));
        assertThat(route.firstTokenLimit(true, false))
                .isEqualTo(Duration.ofSeconds(60).toNanos());
    }

    private void answerAfter(Duration duration) {
        Permit permit = admitted();
        time.advance(duration);
        route.answering(permit, time.now());
        route.succeeded(permit, time.now(), 0);
    }

    @Test
    void whatIsUnderWayIsBounded() {
        LadderFixture small = new LadderFixture(1, 2);
        Route narrow = small.route(0);
        Permit one = narrow.admit(small.time.now(), 0, false).permit;
        assertThat(narrow.admit(small.time.now(), 0, false).permit).isNotNull();
        Admission third = narrow.admit(small.time.now(), 0, false);
        assertThat(third.waitFor).isEqualTo(Admission.WaitFor.PLACE);
        assertThat(third.refusal.kind()).isEqualTo(FailureKind.BULKHEAD_FULL);
        narrow.released(one);
        assertThat(narrow.admit(small.time.now(), 0, false).permit).isNotNull();
    }

    @Test
    void aPageThatSaysItIsMendedBringsTheNextProbeNear() {
        open();
        for (int i = 0; i < 3; i++) {
            time.advance(Duration.ofSeconds(9));
            fail(FailureKind.TRANSIENT); // the pause grows to 8 s
        }
        time.dice(0.2);
        route.hearsItIsMended(time.now());
        time.advance(Duration.ofMillis(1_999));
        assertThat(refusal().kind()).isEqualTo(FailureKind.CIRCUIT_OPEN);
        time.advance(Duration.ofMillis(1));
        admitted();
    }

    @Test
    void aPageThatSaysItIsMendedPutsNoProbeOff() {
        open();
        time.dice(1);
        route.hearsItIsMended(time.now());
        time.advance(Duration.ofSeconds(1));
        admitted();
    }

    @Test
    void aPageThatSaysItIsMendedDoesNotOverrideTheProvidersWish() {
        time.advance(Duration.ofSeconds(2));
        for (int i = 0; i < Route.TRIP_FAILURES; i++) {
            route.failed(
                    admitted(),
                    Failure.of(FailureKind.OVERLOADED)
                            .retryAfter(i < Route.TRIP_FAILURES - 1 ? null : Duration.ofSeconds(60))
                            .build(),
                    time.now());
        }
        assertThat(route.circuit()).isEqualTo(State.OPEN);
        time.dice(0);
        route.hearsItIsMended(time.now());
        time.advance(Duration.ofMillis(59_999));
        refusal();
        time.advance(Duration.ofMillis(1));
        admitted();
    }

    @Test
    void aPageThatSaysItIsMendedChangesNothingWhileTheCircuitIsClosed() {
        route.hearsItIsMended(time.now());
        assertThat(route.circuit()).isEqualTo(State.CLOSED);
        assertThat(fixture.board.status().state()).isEqualTo(ServiceState.OPERATIONAL);
        succeed();
    }
}
