package io.github.tideover;

import static io.github.tideover.LadderFixture.answered;
import static io.github.tideover.LadderFixture.failed;
import static io.github.tideover.LadderFixture.failedAfter;
import static io.github.tideover.LadderFixture.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RateLimits;
import io.github.tideover.status.ServiceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The decision as a table: outcomes in, steps out. */
class CallPlanTest {
    /** Plays outcomes to a plan, moving time by each wait; "hit", "miss" and "ok" are answers, the rest failure kinds. */
    private static List<String> play(LadderFixture fixture, CallPlan plan, String outcomes) {
        List<String> steps = new ArrayList<>();
        Step step = plan.first(fixture.time.now());
        steps.add(told(step));
        for (String outcome : outcomes.isBlank()
                ? List.<String>of()
                : Arrays.asList(outcomes.trim().split(" +"))) {
            while (step instanceof Step.Wait wait) {
                fixture.time.advance(Duration.ofNanos(wait.nanos()));
                step = plan.next(Outcome.WAITED, fixture.time.now());
                steps.add(told(step));
            }
            if (outcome.equals("content")) {
                plan.answering(fixture.time.now());
                continue;
            }
            step = plan.next(outcomeOf(outcome), fixture.time.now());
            steps.add(told(step));
        }
        return steps;
    }

    private static Outcome outcomeOf(String name) {
        return switch (name) {
            case "ok" -> answered("fine");
            case "hit" ->
                new Outcome.Recalled(ChatReply.builder()
                        .text("before")
                        .age(Duration.ofMinutes(3))
                        .build());
            case "miss" -> new Outcome.Recalled(null);
            default -> {
                if (name.startsWith("broken")) {
                    yield brokenBy(name);
                }
                yield name.startsWith("kept_")
                        ? new Outcome.Failed(
                                Failure.of(kindOf(name.substring(5))).build(), true)
                        : failed(kindOf(name));
            }
        };
    }

    private static Outcome brokenBy(String name) {
        String kind = name.substring(name.indexOf('_') + 1);
        return new Outcome.Broken(
                Failure.of(kindOf(kind)).build(), !name.startsWith("brokentool"), name.startsWith("brokenkept"));
    }

    private static FailureKind kindOf(String name) {
        return FailureKind.valueOf(name.toUpperCase(Locale.ROOT));
    }

    @ParameterizedTest(name = "{0} provider(s), {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                // providers | what happens                                  | what is done
                "1 | ok                                    | send a, answer LIVE",
                "1 | transient ok                          | send a, wait, send a, answer LIVE",
                "1 | transient transient ok                | send a, wait, send a, wait, send a, answer LIVE",
                "1 | transient transient transient         | send a, wait, send a, wait, send a, fail TRANSIENT",
                "2 | transient transient transient ok      | send a, wait, send a, wait, send a, send b, answer ALTERNATE",
                "2 | timeout ok                            | send a, send b, answer ALTERNATE",
                "2 | timeout timeout                       | send a, send b, fail TIMEOUT",
                "3 | timeout timeout ok                    | send a, send b, send c, answer ALTERNATE",
                "1 | network ok                            | send a, send a, answer LIVE",
                "1 | network network ok                    | send a, send a, wait, send a, answer LIVE",
                "1 | malformed ok                          | send a, wait, send a, answer LIVE",
                "2 | malformed malformed ok                | send a, wait, send a, send b, answer ALTERNATE",
                "2 | cut ok                                | send a, wait, send a, answer LIVE",
                "2 | quota ok                              | send a, send b, answer ALTERNATE",
                "2 | auth ok                               | send a, send b, answer ALTERNATE",
                "2 | model_not_found ok                    | send a, send b, answer ALTERNATE",
                "2 | context_length ok                     | send a, send b, answer ALTERNATE",
                "2 | context_length context_length         | send a, send b, fail CONTEXT_LENGTH",
                "2 | invalid_request                       | send a, fail INVALID_REQUEST",
                "2 | content_filter                        | send a, fail CONTENT_FILTER",
                "3 | timeout content_filter                | send a, send b, fail CONTENT_FILTER",
                "3 | timeout invalid_request ok            | send a, send b, send c, answer ALTERNATE",
                "2 | timeout invalid_request               | send a, send b, fail TIMEOUT",
                "2 | unexpected                            | send a, fail UNEXPECTED",
                "2 | cancelled                             | send a, fail CANCELLED",
                "2 | tls ok                                | send a, send b, answer ALTERNATE",
                "2 | maintenance ok                        | send a, send b, answer ALTERNATE",
                "2 | network_local network_local network_local | send a, wait, send a, wait, send a, fail NETWORK_LOCAL",
            })
    void theWayUpTheLadder(int providers, String outcomes, String steps) {
        LadderFixture fixture = new LadderFixture(providers);
        assertThat(String.join(", ", play(fixture, fixture.plan(), outcomes))).isEqualTo(steps);
    }

    @ParameterizedTest(name = "with cache and words: {0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "timeout hit          | send a, recall, answer CACHED",
                "timeout miss         | send a, recall, answer CANNED",
                "quota hit            | send a, recall, answer CACHED",
                "auth                 | send a, answer CANNED",
                "tls                  | send a, answer CANNED",
                "throttled throttled throttled | send a, wait, send a, wait, send a, answer CANNED",
                "context_length       | send a, fail CONTEXT_LENGTH",
                "invalid_request      | send a, fail INVALID_REQUEST",
                "content_filter       | send a, fail CONTENT_FILTER",
                "cancelled            | send a, fail CANCELLED",
                "deadline hit         | send a, recall, answer CACHED",
                "stall hit            | send a, recall, answer CACHED",
            })
    void theRungsBelowTheProviders(String outcomes, String steps) {
        LadderFixture fixture = new LadderFixture(1).cache().words();
        assertThat(String.join(", ", play(fixture, fixture.plan(), outcomes))).isEqualTo(steps);
    }

    @Test
    void withoutANetworkOnlyWhatRunsOnThisMachineIsAsked() {
        LadderFixture fixture = new LadderFixture(3).retries(RetryPolicy.never());
        assertThat(play(fixture, fixture.plan(), "network_local ok"))
                .containsExactly("send a", "send c", "answer ALTERNATE");
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void whateverHappensACallEndsAndHoldsNothing(FailureKind kind) {
        LadderFixture fixture = new LadderFixture(3).cache();
        CallPlan plan = fixture.plan();
        Step step = plan.first(fixture.time.now());
        int steps = 0;
        while (!(step instanceof Step.Answer || step instanceof Step.Fail)) {
            assertThat(++steps).as("steps").isLessThan(40);
            if (step instanceof Step.Wait wait) {
                fixture.time.advance(Duration.ofNanos(wait.nanos()));
                step = plan.next(Outcome.WAITED, fixture.time.now());
            } else {
                step = plan.next(
                        step instanceof Step.Recall ? new Outcome.Recalled(null) : failed(kind), fixture.time.now());
            }
        }
        assertThat(step).isInstanceOf(Step.Fail.class);
        assertThat(fixture.routes)
                .allSatisfy(route -> assertThat(route.underWay()).isZero());
    }

    @ParameterizedTest
    @CsvSource({"TRANSIENT, 250, 500", "OVERLOADED, 1000, 2000", "THROTTLED, 1000, 2000"})
    void backoffIsJitteredOverTheWholeOfItsBound(FailureKind kind, long first, long second) {
        LadderFixture fixture = new LadderFixture(1);
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        Step.Wait full = (Step.Wait) plan.next(failed(kind), fixture.time.now());
        assertThat(Duration.ofNanos(full.nanos())).isEqualTo(Duration.ofMillis(first));
        fixture.time.advance(Duration.ofNanos(full.nanos()));
        plan.next(Outcome.WAITED, fixture.time.now());
        fixture.time.dice(0.5);
        Step.Wait half = (Step.Wait) plan.next(failed(kind), fixture.time.now());
        assertThat(Duration.ofNanos(half.nanos())).isEqualTo(Duration.ofMillis(second / 2));
    }

    @Test
    void aProvidersWishIsNeverUndercut() {
        LadderFixture fixture = new LadderFixture(1);
        fixture.time.dice(0);
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        Step.Wait wait =
                (Step.Wait) plan.next(failedAfter(FailureKind.THROTTLED, Duration.ofSeconds(20)), fixture.time.now());
        assertThat(Duration.ofNanos(wait.nanos())).isEqualTo(Duration.ofSeconds(20));
    }

    @ParameterizedTest(name = "Retry-After {0} s: {1}")
    @CsvSource({"20, wait", "60, wait", "61, wait", "120, wait", "121, fail THROTTLED", "3600, fail THROTTLED"})
    void aWishOfMoreThanTwoMinutesIsNotWaitedFor(long seconds, String step) {
        LadderFixture fixture = new LadderFixture(1).timeout(Duration.ofMinutes(10));
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        Outcome outcome = failedAfter(FailureKind.THROTTLED, Duration.ofSeconds(seconds));
        assertThat(told(plan.next(outcome, fixture.time.now()))).isEqualTo(step);
    }

    @Test
    void aWishOfMoreThanAFewSecondsGoesToAnAlternateThatStands() {
        LadderFixture fixture = new LadderFixture(2);
        CallPlan patient = fixture.plan();
        patient.first(fixture.time.now());
        assertThat(told(patient.next(failedAfter(FailureKind.THROTTLED, Duration.ofSeconds(2)), fixture.time.now())))
                .isEqualTo("wait");
        LadderFixture other = new LadderFixture(2);
        CallPlan hasty = other.plan();
        hasty.first(other.time.now());
        assertThat(told(hasty.next(failedAfter(FailureKind.THROTTLED, Duration.ofSeconds(9)), other.time.now())))
                .isEqualTo("send b");
    }

    @Test
    void aWishForRestHoldsForEveryCall() {
        LadderFixture fixture = new LadderFixture(2);
        CallPlan first = fixture.plan();
        first.first(fixture.time.now());
        first.next(failedAfter(FailureKind.THROTTLED, Duration.ofSeconds(30)), fixture.time.now());
        assertThat(told(fixture.plan().first(fixture.time.now()))).isEqualTo("send b");
        fixture.time.advance(Duration.ofSeconds(31));
        assertThat(told(fixture.plan().first(fixture.time.now()))).isEqualTo("send a");
    }

    @Test
    void withNowhereElseToGoAShortRestIsWaitedOut() {
        LadderFixture fixture = new LadderFixture(1);
        CallPlan first = fixture.plan();
        first.first(fixture.time.now());
        first.next(failedAfter(FailureKind.THROTTLED, Duration.ofSeconds(30)), fixture.time.now());
        CallPlan second = fixture.plan();
        Step.Wait wait = (Step.Wait) second.first(fixture.time.now());
        fixture.time.advance(Duration.ofNanos(wait.nanos()));
        assertThat(told(second.next(Outcome.WAITED, fixture.time.now()))).isEqualTo("send a");
    }

    @Test
    void noRetryIsBegunThatTheDeadlineWouldCut() {
        LadderFixture fixture = new LadderFixture(1).timeout(Duration.ofSeconds(20));
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        fixture.time.advance(Duration.ofSeconds(18));
        assertThat(told(plan.next(failed(FailureKind.TRANSIENT), fixture.time.now())))
                .isEqualTo("fail TRANSIENT");
    }

    @Test
    void anAttemptLeavesHalfOfTheTimeToAnAlternateThatStands() {
        LadderFixture fixture = new LadderFixture(2).timeout(Duration.ofSeconds(10));
        CallPlan plan = fixture.plan();
        Step.Send first = (Step.Send) plan.first(fixture.time.now());
        assertThat(Duration.ofNanos(first.limit() - fixture.time.now()))
                .isBetween(Duration.ofMillis(4_900), Duration.ofSeconds(5));
        fixture.time.advance(Duration.ofSeconds(5));
        Step.Send second = (Step.Send) plan.next(failed(FailureKind.TIMEOUT), fixture.time.now());
        assertThat(Duration.ofNanos(second.limit() - fixture.time.now()))
                .isBetween(Duration.ofMillis(4_900), Duration.ofSeconds(5));
    }

    @Test
    void theTimeForAnAttemptGrowsWithTheTokensAskedFor() {
        LadderFixture fixture = new LadderFixture(1).timeout(Duration.ofMinutes(20));
        Step.Send small = (Step.Send) fixture.plan().first(fixture.time.now());
        Step.Send large = (Step.Send) fixture.plan(ChatRequest.builder()
                        .user("write")
                        .maxOutputTokens(10_000)
                        .build())
                .first(fixture.time.now());
        assertThat(small.limit() - fixture.time.now())
                .isEqualTo(Duration.ofSeconds(30).toNanos());
        assertThat(large.limit() - fixture.time.now())
                .isEqualTo(Duration.ofSeconds(290).toNanos());
    }

    @Test
    void whenTimeIsUpTheExceptionSaysSoAndWhatWasMet() {
        LadderFixture fixture = new LadderFixture(1).timeout(Duration.ofSeconds(15));
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        fixture.time.advance(Duration.ofSeconds(15));
        Step.Fail fail = (Step.Fail) plan.next(failed(FailureKind.TIMEOUT), fixture.time.now());
        assertThat(fail.exception().kind()).isEqualTo(FailureKind.DEADLINE);
        assertThat(fail.exception().failures()).extracting(Failure::kind).containsExactly(FailureKind.TIMEOUT);
    }

    @Test
    void aShortDeadlineIsNotHeldAgainstTheProvider() {
        LadderFixture fixture = new LadderFixture(1).timeout(Duration.ofSeconds(3));
        for (int i = 0; i < 30; i++) {
            CallPlan plan = fixture.plan();
            assertThat(told(plan.first(fixture.time.now()))).isEqualTo("send a");
            fixture.time.advance(Duration.ofSeconds(3));
            assertThat(told(plan.next(failed(FailureKind.TIMEOUT), fixture.time.now())))
                    .isEqualTo("fail DEADLINE");
        }
    }

    @Test
    void anAnswerTellsWhereItCameFromAndWhatWasMetBefore() {
        LadderFixture fixture = new LadderFixture(2);
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        plan.next(failed(FailureKind.TIMEOUT), fixture.time.now());
        ChatReply reply = ((Step.Answer) plan.next(answered("hi"), fixture.time.now())).reply();
        assertThat(reply.provider()).isEqualTo("b");
        assertThat(reply.model()).isEqualTo("m-1");
        assertThat(reply.attempts()).isEqualTo(2);
        assertThat(reply.skipped()).singleElement().satisfies(skipped -> {
            assertThat(skipped.source()).isEqualTo("a/m");
            assertThat(skipped.kind()).isEqualTo(FailureKind.TIMEOUT);
        });
    }

    @Test
    void anAnswerStoppedByAPolicyIsARefusalAndNobodyElseIsAsked() {
        LadderFixture fixture = new LadderFixture(2);
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        Outcome stopped =
                new Outcome.Answered(ChatReply.builder().text("Well, ").finishReason(FinishReason.CONTENT_FILTER));
        assertThat(told(plan.next(stopped, fixture.time.now()))).isEqualTo("fail CONTENT_FILTER");
    }

    @ParameterizedTest(name = "{0}, {1} provider(s), {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                // policy | providers | what happens                | what is done
                "FAIL     | 2 | broken_cut                          | send a, fail CUT",
                "RESTART  | 2 | broken_cut ok                       | send a, send b, answer ALTERNATE",
                "RESTART  | 2 | broken_cut transient ok             | send a, send b, wait, send b, answer ALTERNATE",
                "RESTART  | 3 | broken_stall timeout ok             | send a, send b, send c, answer ALTERNATE",
                "RESTART  | 3 | broken_cut broken_cut               | send a, send b, fail CUT",
                "RESTART  | 1 | broken_cut ok                       | send a, wait, send a, answer LIVE",
                "RESTART  | 1 | broken_network_ambiguous ok         | send a, wait, send a, answer LIVE",
                "RESTART  | 1 | broken_stall                        | send a, fail STALL",
                "RESTART  | 1 | broken_content_filter               | send a, fail CONTENT_FILTER",
                "RESTART  | 2 | broken_cancelled                    | send a, fail CANCELLED",
                "RESTART  | 2 | broken_quota ok                     | send a, send b, answer ALTERNATE",
                "CONTINUE | 2 | broken_cut ok                       | send a, continue b, answer ALTERNATE",
                "CONTINUE | 2 | broken_cut invalid_request ok       | send a, continue b, send b, answer ALTERNATE",
                "CONTINUE | 3 | broken_cut timeout ok               | send a, continue b, send c, answer ALTERNATE",
                "CONTINUE | 2 | broken_cut broken_cut               | send a, continue b, fail CUT",
                "CONTINUE | 2 | brokentool_cut ok                   | send a, send b, answer ALTERNATE",
                "CONTINUE | 1 | broken_cut ok                       | send a, wait, send a, answer LIVE",
            })
    void aStreamThatBreaksInSightOfTheCaller(StreamRescue policy, int providers, String outcomes, String steps) {
        LadderFixture fixture = new LadderFixture(providers).rescue(policy);
        assertThat(String.join(", ", play(fixture, fixture.streamed(), outcomes)))
                .isEqualTo(steps);
        assertThat(fixture.routes)
                .allSatisfy(route -> assertThat(route.underWay()).isZero());
    }

    @ParameterizedTest(name = "{0}, {1} provider(s), {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                // "kept": the provider can go on with the very stream; "content": its first content has come
                "RESTART  | 2 | brokenkept_cut content ok           | send a, wait, resume a, answer LIVE",
                "FAIL     | 1 | brokenkept_cut content ok           | send a, wait, resume a, answer LIVE",
                "RESTART  | 2 | brokenkept_stall ok                 | send a, wait, resume a, answer LIVE",
                "RESTART  | 2 | kept_cut ok                         | send a, wait, resume a, answer LIVE",
                "RESTART  | 2 | kept_network_ambiguous content ok   | send a, wait, resume a, answer LIVE",
                // once for each break
                "RESTART  | 2 | brokenkept_cut content brokenkept_cut content ok | send a, wait, resume a, wait, resume a, answer LIVE",
                "RESTART  | 2 | brokenkept_cut brokenkept_cut ok    | send a, wait, resume a, send b, answer ALTERNATE",
                "RESTART  | 2 | kept_cut kept_cut ok                | send a, wait, resume a, wait, send a, answer LIVE",
                // what does not go on is mended as if nothing had been tried
                "FAIL     | 2 | brokenkept_cut unexpected           | send a, wait, resume a, fail CUT",
                "RESTART  | 2 | brokenkept_cut unexpected ok        | send a, wait, resume a, send b, answer ALTERNATE",
                "RESTART  | 2 | brokenkept_cut invalid_request ok   | send a, wait, resume a, send b, answer ALTERNATE",
                "RESTART  | 2 | brokenkept_stall timeout ok         | send a, wait, resume a, send b, answer ALTERNATE",
                "RESTART  | 2 | brokenkept_cut auth ok              | send a, wait, resume a, send b, answer ALTERNATE",
                "RESTART  | 1 | brokenkept_cut transient ok         | send a, wait, resume a, wait, send a, answer LIVE",
                "RESTART  | 1 | brokenkept_stall timeout            | send a, wait, resume a, fail STALL",
                "CONTINUE | 2 | brokenkept_cut transient ok         | send a, wait, resume a, continue b, answer ALTERNATE",
                "RESTART  | 1 | kept_cut invalid_request ok         | send a, wait, resume a, wait, send a, answer LIVE",
                "RESTART  | 2 | kept_stall timeout ok               | send a, wait, resume a, send b, answer ALTERNATE",
                // a rescue may break too, and be gone on with
                "RESTART  | 2 | broken_cut brokenkept_cut content ok | send a, send b, wait, resume b, answer ALTERNATE",
                "RESTART  | 2 | broken_cut brokenkept_cut transient | send a, send b, wait, resume b, fail CUT",
                // silence, and what the provider or the caller ended, is no break
                "RESTART  | 2 | kept_timeout ok                     | send a, send b, answer ALTERNATE",
                "RESTART  | 2 | brokenkept_cancelled                | send a, fail CANCELLED",
                "RESTART  | 2 | brokenkept_cut cancelled            | send a, wait, resume a, fail CANCELLED",
                "RESTART  | 2 | brokenkept_cut content_filter       | send a, wait, resume a, fail CONTENT_FILTER",
                "RESTART  | 2 | brokenkept_quota ok                 | send a, send b, answer ALTERNATE",
            })
    void aStreamThatTheProviderKeepsIsGoneOnWith(StreamRescue policy, int providers, String outcomes, String steps) {
        LadderFixture fixture = new LadderFixture(providers).rescue(policy);
        assertThat(String.join(", ", play(fixture, fixture.streamed(), outcomes)))
                .isEqualTo(steps);
        assertThat(fixture.routes)
                .allSatisfy(route -> assertThat(route.underWay()).isZero());
    }

    @Test
    void goingOnWithAStreamIsPaidForLikeAnOverloadAndPaidBackWhenItSucceeds() {
        LadderFixture fixture = new LadderFixture(1);
        CallPlan plan = fixture.streamed();
        play(fixture, plan, "brokenkept_cut");
        assertThat(fixture.route(0).budget().tokens(fixture.time.now()))
                .isEqualTo((double) RetryBudget.CAPACITY - RetryBudget.HEAVY_COST);
        fixture.time.advance(Duration.ofMillis(250));
        plan.next(Outcome.WAITED, fixture.time.now());
        plan.answering(fixture.time.now());
        plan.next(answered("fine"), fixture.time.now());
        assertThat(fixture.route(0).budget().tokens(fixture.time.now())).isEqualTo(RetryBudget.CAPACITY);
    }

    /**
     * 30 s without a success is a major outage after five failures of three calls. Two calls whose streams broke, were gone on
     * with and broke again are two, however often they were tried.
     */
    @Test
    void goingOnWithAStreamIsNoCallOfItsOwnToTheStatus() {
        LadderFixture fixture = new LadderFixture(1).timeout(Duration.ofMinutes(10));
        for (String outcomes : List.of("kept_cut kept_cut cut", "kept_cut kept_cut")) {
            CallPlan plan = fixture.streamed();
            Step step = plan.first(fixture.time.now());
            for (String outcome : outcomes.split(" ")) {
                while (step instanceof Step.Wait wait) {
                    fixture.time.advance(Duration.ofNanos(wait.nanos()));
                    step = plan.next(Outcome.WAITED, fixture.time.now());
                }
                assertThat(step).isInstanceOf(Step.Send.class);
                fixture.time.advance(Duration.ofSeconds(20));
                step = plan.next(outcomeOf(outcome), fixture.time.now());
            }
            plan.abandon();
        }
        assertThat(fixture.board.status().state()).isEqualTo(ServiceState.DEGRADED);
    }

    @Test
    void whatCannotBePaidForIsNotGoneOnWith() {
        LadderFixture fixture = new LadderFixture(2);
        while (fixture.route(0).budget().tryTake(RetryBudget.HEAVY_COST, fixture.time.now())) {
            continue;
        }
        assertThat(play(fixture, fixture.streamed(), "brokenkept_cut ok"))
                .containsExactly("send a", "send b", "answer ALTERNATE");
    }

    @Test
    void aResumptionHasAFirstTokenLimitOfItsOwn() {
        LadderFixture fixture = new LadderFixture(2);
        CallPlan plan = fixture.streamed();
        play(fixture, plan, "brokenkept_cut");
        fixture.time.advance(Duration.ofMillis(250));
        Step.Send resumed = (Step.Send) plan.next(Outcome.WAITED, fixture.time.now());
        assertThat(resumed.limit() - fixture.time.now())
                .isEqualTo(Duration.ofSeconds(10).toNanos());
    }

    @Test
    void nothingIsGoneOnWithWhenTheTimeIsUp() {
        LadderFixture fixture = new LadderFixture(1).timeout(Duration.ofSeconds(60));
        CallPlan plan = fixture.streamed();
        plan.first(fixture.time.now());
        plan.answering(fixture.time.now());
        fixture.time.advance(Duration.ofMillis(57_800)); // 2 s, the wait and the reserve are more than what is left
        assertThat(told(plan.next(outcomeOf("brokenkept_cut"), fixture.time.now())))
                .isEqualTo("fail CUT");
    }

    @Test
    void aProviderThatRestsOrIsCutOffIsNotAskedToGoOn() {
        LadderFixture resting = new LadderFixture(2);
        CallPlan plan = resting.streamed();
        plan.first(resting.time.now());
        Failure rest =
                Failure.of(FailureKind.CUT).retryAfter(Duration.ofSeconds(5)).build();
        assertThat(told(plan.next(new Outcome.Broken(rest, true, true), resting.time.now())))
                .isEqualTo("send b");

        LadderFixture open = new LadderFixture(2);
        CallPlan late = open.streamed();
        play(open, late, "brokenkept_cut"); // and waits
        open.time.advance(Duration.ofSeconds(3));
        for (int i = 0; i < Route.TRIP_FAILURES; i++) {
            CallPlan other = open.plan();
            other.first(open.time.now());
            other.next(failed(FailureKind.TIMEOUT), open.time.now());
            other.abandon();
        }
        assertThat(told(late.next(Outcome.WAITED, open.time.now()))).isEqualTo("send b");
    }

    /** What a provider keeps is no new request: that nothing is left of its limits does not stand in the way. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aStreamIsGoneOnWithThoughNothingIsLeftOfTheRateLimit(int providers) {
        LadderFixture fixture = new LadderFixture(providers);
        CallPlan plan = fixture.streamed();
        plan.first(fixture.time.now());
        plan.heard(nothingLeft(), fixture.time.now());
        plan.answering(fixture.time.now());
        Step step = plan.next(outcomeOf("brokenkept_cut"), fixture.time.now());
        assertThat(told(step)).isEqualTo("wait");
        fixture.time.advance(Duration.ofNanos(((Step.Wait) step).nanos()));
        assertThat(told(plan.next(Outcome.WAITED, fixture.time.now()))).isEqualTo("resume a");
    }

    private static RateLimits nothingLeft() {
        return RateLimits.of(List.of(RateLimits.Limit.of(RateLimits.Unit.REQUESTS, "requests")
                .limit(100)
                .remaining(0)
                .resetsAfter(Duration.ofSeconds(20))
                .build()));
    }

    @Test
    void whatAnAnswerSaysOfLimitsIsHeardThoughItWasStoppedByAPolicy() {
        LadderFixture fixture = new LadderFixture(2);
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        Outcome stopped = new Outcome.Answered(
                ChatReply.builder().rateLimits(nothingLeft()).finishReason(FinishReason.CONTENT_FILTER));
        assertThat(told(plan.next(stopped, fixture.time.now()))).isEqualTo("fail CONTENT_FILTER");
        assertThat(told(fixture.plan().first(fixture.time.now()))).isEqualTo("send b");
    }

    @Test
    void theRouteHearsOfTheBreakAndOfTheContentThatFollows() {
        LadderFixture fixture = new LadderFixture(1);
        for (int i = 0; i < 3 * Route.TRIP_FAILURES; i++) {
            fixture.time.advance(Duration.ofSeconds(1));
            CallPlan plan = fixture.streamed();
            plan.first(fixture.time.now());
            Step step = plan.next(outcomeOf("kept_cut"), fixture.time.now());
            fixture.time.advance(Duration.ofNanos(((Step.Wait) step).nanos()));
            step = plan.next(Outcome.WAITED, fixture.time.now());
            assertThat(told(step)).isEqualTo("resume a");
            plan.answering(fixture.time.now());
            assertThat(told(plan.next(answered("fine"), fixture.time.now()))).isEqualTo("answer LIVE");
        }
        assertThat(fixture.route(0).circuit().name())
                .as("half of it is success")
                .isEqualTo("CLOSED");
    }

    @Test
    void aBrokenStreamIsMendedFromTheCacheButNotWithTheApplicationsOwnWords() {
        LadderFixture fixture = new LadderFixture(1).cache().words();
        assertThat(play(fixture, fixture.streamed(), "broken_stall hit"))
                .containsExactly("send a", "recall", "answer CACHED");
        assertThat(play(fixture, fixture.streamed(), "broken_stall miss"))
                .containsExactly("send a", "recall", "fail STALL");
    }

    @Test
    void aRequestForToolsOrJsonIsNotContinuedByAnother() {
        ChatRequest hello = ChatRequest.of("hello");
        for (ChatRequest request : List.of(
                hello.toBuilder().extra("response_format", "json").build(),
                hello.toBuilder().extra("a", "response_format", "json").build())) {
            LadderFixture fixture = new LadderFixture(2).rescue(StreamRescue.CONTINUE);
            assertThat(play(fixture, fixture.plan(request, true), "broken_cut ok"))
                    .containsExactly("send a", "send b", "answer ALTERNATE");
        }
    }

    @Test
    void aRescueByTheSameProviderIsPaidForLikeAnOverload() {
        LadderFixture fixture = new LadderFixture(1);
        play(fixture, fixture.streamed(), "broken_cut");
        assertThat(fixture.route(0).budget().tokens(fixture.time.now()))
                .isEqualTo((double) RetryBudget.CAPACITY - RetryBudget.HEAVY_COST);
    }

    @Test
    void aWholeReplyIsReadAsAStreamWhileAnotherProviderCouldAnswerInstead() {
        LadderFixture fixture = new LadderFixture(2);
        CallPlan plan = fixture.plan();
        Step.Send first = (Step.Send) plan.first(fixture.time.now());
        assertThat(first.mode()).isEqualTo(Step.Mode.STREAM);
        assertThat(first.limit() - fixture.time.now())
                .isEqualTo(Duration.ofSeconds(10).toNanos());
        Step.Send last = (Step.Send) plan.next(failed(FailureKind.TIMEOUT), fixture.time.now());
        assertThat(last.mode()).isEqualTo(Step.Mode.WHOLE);
    }

    @Test
    void withABusyBulkheadACallWaitsAMomentThenMovesOn() {
        LadderFixture fixture = new LadderFixture(2, 1);
        fixture.plan().first(fixture.time.now());
        CallPlan second = fixture.plan();
        Step step = second.first(fixture.time.now());
        Duration waited = Duration.ZERO;
        while (step instanceof Step.Wait wait) {
            fixture.time.advance(Duration.ofNanos(wait.nanos()));
            waited = waited.plusNanos(wait.nanos());
            step = second.next(Outcome.WAITED, fixture.time.now());
        }
        assertThat(told(step)).isEqualTo("send b");
        assertThat(waited).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aProviderThatSaidWhenToComeBackIsAnsweredForByTheCacheFromTheFirstCallOn() {
        LadderFixture fixture = new LadderFixture(1).cache();
        CallPlan first = fixture.plan();
        first.first(fixture.time.now());
        assertThat(told(first.next(failedAfter(FailureKind.THROTTLED, Duration.ofMinutes(10)), fixture.time.now())))
                .isEqualTo("recall");
        assertThat(told(fixture.plan().first(fixture.time.now()))).isEqualTo("recall");
    }

    @Test
    void anOpenCircuitIsPassedWithoutAWait() {
        LadderFixture fixture = new LadderFixture(1);
        fixture.time.advance(Duration.ofSeconds(2));
        for (int i = 0; i < Route.TRIP_FAILURES; i++) {
            Permit permit = fixture.route(0).admit(fixture.time.now(), 0, false).permit;
            fixture.route(0).failed(permit, Failure.of(FailureKind.TRANSIENT).build(), fixture.time.now());
        }
        CallPlan plan = fixture.plan();
        assertThat(told(plan.first(fixture.time.now()))).isEqualTo("fail CIRCUIT_OPEN");
        assertThat(plan.attempts()).isZero();
    }

    @Test
    void anAbandonedCallGivesBackItsPlace() {
        LadderFixture fixture = new LadderFixture(1, 1);
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        assertThat(fixture.route(0).underWay()).isEqualTo(1);
        plan.abandon();
        plan.abandon();
        assertThat(fixture.route(0).underWay()).isZero();
    }

    @Test
    void anEmptyRetryBudgetEndsRetriesForAllCalls() {
        LadderFixture fixture = new LadderFixture(1);
        assertThat(fixture.route(0).budget().tryTake(RetryBudget.CAPACITY, fixture.time.now()))
                .isTrue();
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        assertThat(told(plan.next(failed(FailureKind.TRANSIENT), fixture.time.now())))
                .isEqualTo("fail TRANSIENT");
    }

    @Test
    void theExceptionNamesWhatTheFirstProviderMetWhateverTheOthersSay() {
        LadderFixture fixture = new LadderFixture(3);
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        plan.next(failed(FailureKind.TIMEOUT), fixture.time.now());
        plan.next(failed(FailureKind.AUTH), fixture.time.now());
        Step.Fail fail = (Step.Fail) plan.next(failed(FailureKind.MODEL_NOT_FOUND), fixture.time.now());
        assertThat(fail.exception().kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(fail.exception().provider()).isEqualTo("a/m");
        assertThat(fail.exception().getMessage()).contains("a/m: ", "b/m: AUTH", "c/m: MODEL_NOT_FOUND", "3 attempts");
    }
}
