package io.github.tideover;

import static io.github.tideover.LadderFixture.answered;
import static io.github.tideover.LadderFixture.failed;
import static io.github.tideover.LadderFixture.failedAfter;
import static io.github.tideover.LadderFixture.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.failure.AccountException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.status.ServiceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several keys of one provider, as the plan and the route see them. */
class KeysTest {
    private static final int KEYS = 3;

    private final LadderFixture fixture = new LadderFixture(2, 64, KEYS);
    private final ManualTime time = fixture.time;
    private final Route route = fixture.route(0);

    private static int keyOf(Step step) {
        assertThat(step).isInstanceOf(Step.Send.class);
        return ((Step.Send) step).key();
    }

    /** One call that is answered; the place of its key. */
    private int call() {
        CallPlan plan = fixture.plan();
        int key = keyOf(plan.first(time.now()));
        assertThat(plan.next(answered("fine"), time.now())).isInstanceOf(Step.Answer.class);
        return key;
    }

    private List<Integer> calls(int number) {
        return Stream.generate(this::call).limit(number).toList();
    }

    private static Outcome failedWith(FailureKind kind, Step step) {
        return new Outcome.Failed(Failure.of(kind).keyNumber(keyOf(step) + 1).build());
    }

    @Test
    void callsAreSpreadEvenlyOverTheKeys() {
        assertThat(calls(7)).containsExactly(0, 1, 2, 0, 1, 2, 0);
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"AUTH", "QUOTA", "THROTTLED"})
    void aCallGoesOnAtOnceWithTheNextKeyAndTheRefusedOneRests(FailureKind kind) {
        CallPlan plan = fixture.plan();
        assertThat(keyOf(plan.first(time.now()))).isZero();
        Step next = plan.next(failedAfter(kind, Duration.ofSeconds(20)), time.now());
        assertThat(told(next)).isEqualTo("send a");
        assertThat(keyOf(next)).isEqualTo(1);
        assertThat(plan.next(answered("fine"), time.now())).isInstanceOf(Step.Answer.class);
        assertThat(plan.attempts()).as("attempts are counted and seen").isEqualTo(2);
        assertThat(calls(4)).containsExactly(2, 1, 2, 1);
        assertThat(fixture.board.status().state()).isEqualTo(ServiceState.OPERATIONAL);
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"FORBIDDEN", "MODEL_NOT_FOUND", "OVERLOADED", "INVALID_REQUEST", "CONTENT_FILTER"})
    void whatDoesNotSpeakOfTheKeyIsNotTriedWithTheOthers(FailureKind kind) {
        CallPlan plan = fixture.plan();
        plan.first(time.now());
        assertThat(told(plan.next(failedAfter(kind, Duration.ofSeconds(20)), time.now())))
                .isNotEqualTo("send a");
        assertThat(plan.attempts()).isLessThanOrEqualTo(2);
    }

    @Test
    void aKeyThatWasRefusedIsBackAfterHalfAMinuteAndAnEmptyAccountAfterFive() {
        CallPlan plan = fixture.plan();
        plan.first(time.now());
        plan.next(failed(FailureKind.AUTH), time.now());
        plan.next(failed(FailureKind.QUOTA), time.now());
        plan.next(answered("fine"), time.now());
        assertThat(calls(3)).containsOnly(2);
        time.advance(Duration.ofSeconds(30).minusNanos(1));
        assertThat(calls(3)).containsOnly(2);
        time.advance(Duration.ofNanos(1));
        assertThat(calls(4)).containsOnly(0, 2);
        time.advance(Duration.ofMinutes(5));
        assertThat(calls(6)).containsOnly(0, 1, 2);
    }

    @Test
    void aKeyOverItsLimitRestsForAsLongAsTheProviderSays() {
        CallPlan plan = fixture.plan();
        plan.first(time.now());
        plan.next(failedAfter(FailureKind.THROTTLED, Duration.ofSeconds(7)), time.now());
        plan.next(answered("fine"), time.now());
        time.advance(Duration.ofMillis(6_999));
        assertThat(calls(4)).doesNotContain(0);
        time.advance(Duration.ofMillis(1));
        assertThat(calls(4)).contains(0);
    }

    @Test
    void aKeyOverItsLimitWithoutAWordIsSparedForASecond() {
        CallPlan plan = fixture.plan();
        plan.first(time.now());
        plan.next(failed(FailureKind.THROTTLED), time.now());
        plan.next(answered("fine"), time.now());
        assertThat(calls(4)).doesNotContain(0);
        time.advance(Duration.ofSeconds(1));
        assertThat(calls(3)).contains(0);
    }

    @Test
    void eachKeyIsTriedOnceAndThenTheNextProvider() {
        CallPlan plan = fixture.plan();
        List<Integer> tried = new ArrayList<>();
        Step step = plan.first(time.now());
        while (told(step).equals("send a")) {
            tried.add(keyOf(step));
            step = plan.next(failed(FailureKind.AUTH), time.now());
        }
        assertThat(tried).containsExactly(0, 1, 2);
        assertThat(told(step)).isEqualTo("send b");
        assertThat(plan.attempts()).isEqualTo(4);
    }

    @Test
    void aKeyThatWasRefusedIsNotTriedAgainInTheSameCallThoughItsRestIsOver() {
        LadderFixture alone = new LadderFixture(1, 64, 2).timeout(Duration.ofMinutes(10));
        CallPlan plan = alone.plan();
        alone.time.dice(0);
        assertThat(keyOf(plan.first(alone.time.now()))).isZero();
        assertThat(keyOf(plan.next(failed(FailureKind.AUTH), alone.time.now()))).isEqualTo(1);
        alone.time.advance(Duration.ofSeconds(40));
        assertThat(plan.next(failed(FailureKind.TRANSIENT), alone.time.now())).isInstanceOf(Step.Wait.class);
        assertThat(keyOf(plan.next(Outcome.WAITED, alone.time.now()))).isEqualTo(1);
    }

    @Test
    void aKeyThatWasRefusedTakesNothingFromTheRetryBudgetAndOneOverItsLimitDoes() {
        CallPlan refused = fixture.plan();
        refused.first(time.now());
        refused.next(failed(FailureKind.AUTH), time.now());
        assertThat(route.budget().tokens(time.now())).isEqualTo(RetryBudget.CAPACITY);
        CallPlan over = fixture.plan();
        over.first(time.now());
        over.next(failed(FailureKind.THROTTLED), time.now());
        assertThat(route.budget().tokens(time.now())).isEqualTo(RetryBudget.CAPACITY - RetryBudget.HEAVY_COST);
    }

    @Test
    void aProviderThatTurnsEverybodyAwayIsNotAskedOnceMoreForEachKey() {
        int attempts = 0;
        int calls = 200;
        LadderFixture many = new LadderFixture(1, 64, 8);
        for (int i = 0; i < calls; i++) {
            CallPlan plan = many.plan();
            Step step = plan.first(many.time.now());
            while (!(step instanceof Step.Fail)) {
                many.time.advance(step instanceof Step.Wait wait ? Duration.ofNanos(wait.nanos()) : Duration.ZERO);
                step = plan.next(
                        step instanceof Step.Wait ? Outcome.WAITED : failed(FailureKind.THROTTLED), many.time.now());
            }
            attempts += plan.attempts();
        }
        assertThat(attempts).isLessThan(calls * 12 / 10);
    }

    @Test
    void theRouteRestsWhenAllKeysDoUntilTheFirstIsBack() {
        CallPlan plan = fixture.plan();
        plan.first(time.now());
        plan.next(failedAfter(FailureKind.THROTTLED, Duration.ofSeconds(50)), time.now());
        plan.next(failedAfter(FailureKind.THROTTLED, Duration.ofSeconds(10)), time.now());
        assertThat(route.isStanding(time.now())).isTrue();
        plan.next(failedAfter(FailureKind.THROTTLED, Duration.ofSeconds(30)), time.now());
        assertThat(route.isStanding(time.now())).isFalse();
        Admission resting = route.admit(time.now(), 0, false);
        assertThat(resting.waitFor).isEqualTo(Admission.WaitFor.REST);
        assertThat(Duration.ofNanos(resting.wait)).isEqualTo(Duration.ofSeconds(10));
        time.advance(Duration.ofSeconds(10));
        assertThat(calls(2)).containsOnly(1);
    }

    @Test
    void theRouteStopsWhenNoKeyIsGoodAndIsBackWithTheFirstThatIs() {
        LadderFixture alone = new LadderFixture(1, 64, 2);
        CallPlan call = alone.plan();
        Step first = call.first(alone.time.now());
        Step second = call.next(failedWith(FailureKind.QUOTA, first), alone.time.now());
        assertThat(alone.board.status().state()).isEqualTo(ServiceState.OPERATIONAL);
        Step end = call.next(failedWith(FailureKind.AUTH, second), alone.time.now());
        assertThat(((Step.Fail) end).exception()).isInstanceOf(AccountException.class);
        assertThat(alone.board.status().state().isOutage()).isTrue();
        Admission refused = alone.route(0).admit(alone.time.now(), 0, false);
        assertThat(refused.refusal).isNotNull();
        assertThat(refused.refusal.kind()).isEqualTo(FailureKind.AUTH);
        assertThat(refused.waitFor).isEqualTo(Admission.WaitFor.NOTHING);
        alone.time.advance(Duration.ofSeconds(30));
        CallPlan next = alone.plan();
        assertThat(keyOf(next.first(alone.time.now()))).isEqualTo(1);
        next.next(answered("fine"), alone.time.now());
        assertThat(alone.board.status().state().isOutage()).isFalse();
    }

    @Test
    void aKeyThatComesBackByItselfIsWaitedForThoughAnotherIsOfNoUse() {
        LadderFixture alone = new LadderFixture(1, 64, 2);
        CallPlan call = alone.plan();
        Step first = call.first(alone.time.now());
        Step second = call.next(
                new Outcome.Failed(Failure.of(FailureKind.THROTTLED)
                        .keyNumber(1)
                        .retryAfter(Duration.ofSeconds(60))
                        .build()),
                alone.time.now());
        assertThat(keyOf(second)).isNotEqualTo(keyOf(first));
        Step end = call.next(failedWith(FailureKind.AUTH, second), alone.time.now());
        assertThat(((Step.Fail) end).exception().kind())
                .as("that one key is bad hides what the other met")
                .isEqualTo(FailureKind.THROTTLED);
        Admission resting = alone.route(0).admit(alone.time.now(), 0, false);
        assertThat(resting.waitFor).isEqualTo(Admission.WaitFor.REST);
        assertThat(alone.board.status().state()).isEqualTo(ServiceState.OPERATIONAL);
    }

    @Test
    void aRequestThatIsTooLargeForOneKeyIsNotTriedWithTheOthers() {
        CallPlan plan = fixture.plan();
        plan.first(time.now());
        Outcome tooLarge = new Outcome.Failed(Failure.of(FailureKind.THROTTLED)
                .again(FailureKind.Again.ELSEWHERE)
                .build());
        assertThat(told(plan.next(tooLarge, time.now()))).isEqualTo("send b");
    }

    @Test
    void aHedgeUsesTheNextKeyAndOneThatWasRefusedDoesNotSpendItsProvider() {
        LadderFixture hedged = new LadderFixture(2, 64, 2).hedging();
        for (int i = 0; i < 25; i++) {
            CallPlan warm = hedged.plan();
            warm.first(hedged.time.now());
            hedged.time.advance(Duration.ofMillis(100));
            warm.next(answered("fine"), hedged.time.now());
        }
        CallPlan plan = hedged.plan();
        plan.first(hedged.time.now());
        Step.Send second = plan.hedge(hedged.time.now());
        assertThat(second).isNotNull();
        assertThat(told(second)).isEqualTo("send b");
        plan.hedgeFailed(Failure.of(FailureKind.AUTH).build(), hedged.time.now());
        Step next = plan.next(failed(FailureKind.TIMEOUT), hedged.time.now());
        assertThat(told(next)).isEqualTo("send b");
        assertThat(keyOf(next)).isNotEqualTo(second.key());
    }

    @Test
    void aStreamThatBreaksForItsKeyIsMendedWithAnother() {
        LadderFixture alone = new LadderFixture(1, 64, 2);
        CallPlan plan = alone.streamed();
        Step first = plan.first(alone.time.now());
        plan.answering(alone.time.now());
        Step rescue =
                plan.next(new Outcome.Broken(Failure.of(FailureKind.QUOTA).build(), false, false), alone.time.now());
        assertThat(keyOf(rescue)).isNotEqualTo(keyOf(first));
        assertThat(alone.route(0).budget().tokens(alone.time.now()))
                .as("a rescue is paid for")
                .isEqualTo(RetryBudget.CAPACITY - RetryBudget.HEAVY_COST);
    }

    @Test
    void aStreamThatBreaksGoesOnWithTheKeyItWasAskedForWith() {
        for (int round = 0; round < KEYS; round++) {
            CallPlan plan = fixture.streamed();
            int key = keyOf(plan.first(time.now()));
            plan.answering(time.now());
            Outcome cut = new Outcome.Broken(Failure.of(FailureKind.CUT).build(), true, true);
            assertThat(told(plan.next(cut, time.now()))).isEqualTo("wait");
            time.advance(Duration.ofMillis(250));
            Step resumed = plan.next(Outcome.WAITED, time.now());
            assertThat(told(resumed)).isEqualTo("resume a");
            assertThat(keyOf(resumed)).isEqualTo(key);
            plan.next(answered("fine"), time.now());
        }
    }

    @Test
    void whereItsKeyRestsByThenTheStreamDoesNotGoOn() {
        CallPlan plan = fixture.streamed();
        plan.first(time.now());
        plan.answering(time.now());
        plan.next(new Outcome.Broken(Failure.of(FailureKind.CUT).build(), true, true), time.now());
        for (int key = 1; key < KEYS; key++) {
            call();
        }
        CallPlan other = fixture.plan();
        assertThat(keyOf(other.first(time.now()))).isZero();
        other.next(failed(FailureKind.QUOTA), time.now());
        other.abandon();
        time.advance(Duration.ofMillis(250));
        assertThat(told(plan.next(Outcome.WAITED, time.now()))).isEqualTo("send b");
    }
}
