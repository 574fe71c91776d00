package io.github.tideover.benchmarks.scorecard;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.benchmarks.scorecard.FaultyProvider.Attempt;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final String HALF = HealthyAnswer.TEXT.substring(0, HealthyAnswer.TEXT.length() / 2);

    @Test
    void theWholeAnswerInTimeIsAPass() {
        assertThat(verdict(Scenario.S04, List.of(whole("fb-ok", 900)), primary(0, 200, 700)))
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void whitespaceDoesNotMakeAnotherAnswer() {
        String spaced = "  " + HealthyAnswer.TEXT.replace(" ", "\n ") + "\n";
        assertThat(verdict(Scenario.S04, List.of(success(spaced, "fb-ok", 900)), primary(0)))
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void aPartShownAsTheWholeIsAFailureInEveryScenario() {
        for (Scenario scenario : Scenario.values()) {
            assertThat(verdict(scenario, List.of(success(HALF, "fb-ok", 900)), primary(0)))
                    .as(scenario.name())
                    .isEqualTo(Verdict.FAIL);
        }
    }

    @Test
    void garbageShownAsTheAnswerIsAFailure() {
        Observation seen = new Observation(
                Scenario.S10,
                Profile.FULL,
                true,
                List.of(success(HealthyAnswer.TEXT + "§", "primary", 900)),
                primary(0),
                whole("primary", 900));
        assertThat(Verdict.of(seen).verdict()).isEqualTo(Verdict.FAIL);
    }

    @Test
    void aHangIsAFailureInEveryScenario() {
        for (Scenario scenario : Scenario.values()) {
            Call hanging = new Call(0, 60_000, false, HALF, null, false, null);
            assertThat(verdict(scenario, List.of(hanging), primary(0)))
                    .as(scenario.name())
                    .isEqualTo(Verdict.FAIL);
        }
    }

    @Test
    void aCleanErrorInTimeIsSafe() {
        assertThat(verdict(Scenario.S08, List.of(error(900)), primary(0))).isEqualTo(Verdict.SAFE);
    }

    @Test
    void anErrorAfterAPartOfTheTextIsSafe() {
        Call broken = new Call(0, 900, true, HALF, null, false, "PartialReplyException");
        assertThat(verdict(Scenario.S08, List.of(broken), primary(0))).isEqualTo(Verdict.SAFE);
    }

    @Test
    void aLateErrorIsAFailure() {
        assertThat(verdict(Scenario.S08, List.of(error(40_000)), primary(0))).isEqualTo(Verdict.FAIL);
    }

    @Test
    void aLateAnswerIsAFailure() {
        Observation seen = observation(Scenario.S11, List.of(whole("primary", 8_000)), primary(0));
        assertThat(Verdict.of(seen)).isEqualTo(new Verdict.Reasoned(Verdict.FAIL, List.of("ends in 8 s")));
    }

    @Test
    void goodAdviceThatWasNotTakenMakesItPartial() {
        Observation seen = observation(Scenario.S06, List.of(whole("fb-ok", 95_000)), primary(0, 31_000, 62_000));
        assertThat(Verdict.of(seen)).isEqualTo(new Verdict.Reasoned(Verdict.PARTIAL, List.of("1 primary attempt")));
    }

    @Test
    void goodAdviceMakesNoDifferenceToAnError() {
        assertThat(verdict(Scenario.S06, List.of(error(95_000)), primary(0, 31_000, 62_000)))
                .isEqualTo(Verdict.SAFE);
    }

    @Test
    void aTightLoopIsAFailureEvenIfItIsRescued() {
        assertThat(verdict(Scenario.S02, List.of(whole("fb-ok", 2_000)), primary(0, 100, 200, 300, 400)))
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void fourAttemptsInThreeSecondsAndTwoLaterAreNoTightLoop() {
        assertThat(verdict(Scenario.S02, List.of(whole("fb-ok", 9_000)), primary(0, 100, 200, 300, 3_000, 7_000)))
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void whoIsAskedToWaitTwoSecondsIsAskedAgainNoSooner() {
        assertThat(verdict(Scenario.S01, List.of(whole("primary", 3_000)), primary(0, 1_800)))
                .isEqualTo(Verdict.PASS);
        assertThat(verdict(Scenario.S01, List.of(whole("primary", 3_000)), primary(0, 1_700)))
                .isEqualTo(Verdict.PARTIAL);
        assertThat(verdict(Scenario.S01, List.of(whole("primary", 3_000)), primary(0, 400, 1_000)))
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void failingOverAtOnceIsAllowedAndNotTheBest() {
        assertThat(verdict(
                        Scenario.S01,
                        List.of(whole("fb-ok", 1_000)),
                        List.of(new Attempt("primary", 0, true), new Attempt("fb-ok", 10, true))))
                .isEqualTo(Verdict.PARTIAL);
    }

    @Test
    void aRefusalIsHandedOn() {
        assertThat(verdict(Scenario.S13, List.of(error(100)), primary(0))).isEqualTo(Verdict.PASS);
    }

    @Test
    void aRefusalThatIsRoutedAroundIsPartial() {
        assertThat(verdict(Scenario.S13, List.of(whole("fb-ok", 900)), primary(0)))
                .isEqualTo(Verdict.PARTIAL);
    }

    @Test
    void aRefusedRequestIsNotSentAgain() {
        assertThat(verdict(Scenario.S13, List.of(error(100)), primary(0, 50))).isEqualTo(Verdict.FAIL);
        assertThat(verdict(Scenario.S12, List.of(whole("fb-ok", 100)), primary(0, 50)))
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void theCallAfterwardsMustSucceed() {
        for (Scenario scenario : List.of(Scenario.S09, Scenario.S10)) {
            List<Call> calls = List.of(whole("fb-ok", 900));
            assertThat(Verdict.of(new Observation(scenario, Profile.FULL, true, calls, primary(0), error(100)))
                            .verdict())
                    .isEqualTo(Verdict.FAIL);
            assertThat(Verdict.of(new Observation(
                                    scenario, Profile.FULL, true, calls, primary(0), whole("primary", 900)))
                            .verdict())
                    .isEqualTo(Verdict.PASS);
        }
    }

    @Test
    void theFallbacksRefusalIsNotForTheCaller() {
        Call told = new Call(0, 900, true, HALF, null, false, "HTTP 400: " + FaultyProvider.NO_CONTINUATION);
        assertThat(verdict(Scenario.S14, List.of(told), primary(0))).isEqualTo(Verdict.FAIL);
    }

    @Test
    void theReplyMustNameTheModelThatAnswered() {
        assertThat(verdict(Scenario.S16, List.of(whole("primary", 900)), primary(0)))
                .isEqualTo(Verdict.FAIL);
        assertThat(verdict(Scenario.S16, List.of(whole("fb-ok", 900)), primary(0)))
                .isEqualTo(Verdict.PASS);
        assertThat(verdict(Scenario.S16, List.of(error(900)), primary(0))).isEqualTo(Verdict.SAFE);
    }

    @Test
    void missingUsageIsPartial() {
        Call call = new Call(0, 900, true, HealthyAnswer.TEXT, "primary", false, null);
        assertThat(verdict(Scenario.S11, List.of(call), primary(0))).isEqualTo(Verdict.PARTIAL);
    }

    @Test
    void anOutageIsServedByTheFallbackAndOverWhenThePrimaryIsBack() {
        assertThat(verdict(Scenario.S15, outage(64_000), primary(0))).isEqualTo(Verdict.PASS);
    }

    @Test
    void whoNeverReturnsToThePrimaryFails() {
        assertThat(verdict(Scenario.S15, outage(Long.MAX_VALUE), primary(0))).isEqualTo(Verdict.FAIL);
    }

    @Test
    void oneRequestWithoutAnAnswerInTheOutageIsAFailure() {
        List<Call> calls = new ArrayList<>(outage(64_000));
        calls.set(3, new Call(12_000, 12_100, true, "", null, false, "CallNotPermittedException"));
        assertThat(verdict(Scenario.S15, calls, primary(0))).isEqualTo(Verdict.FAIL);
    }

    @Test
    void theFastProfileShortensTheBoundsToo() {
        assertThat(Verdict.of(new Observation(
                                Scenario.S11, Profile.FAST, true, List.of(whole("primary", 1_599)), primary(0), null))
                        .verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(Verdict.of(new Observation(
                                Scenario.S11, Profile.FAST, true, List.of(whole("primary", 1_600)), primary(0), null))
                        .verdict())
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void whatTheMachineHeldUpIsNotTheClientsTime() {
        Observation late =
                new Observation(Scenario.S11, Profile.FAST, true, List.of(whole("primary", 2_400)), primary(0), null);
        assertThat(Verdict.of(late).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(Verdict.of(late.stalledFor(800)).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(Verdict.of(late.stalledFor(801)).verdict()).isEqualTo(Verdict.PASS);
    }

    private static Verdict verdict(Scenario scenario, List<Call> calls, List<Attempt> attempts) {
        return Verdict.of(observation(scenario, calls, attempts)).verdict();
    }

    private static Observation observation(Scenario scenario, List<Call> calls, List<Attempt> attempts) {
        return new Observation(scenario, Profile.FULL, true, calls, attempts, null);
    }

    private static List<Attempt> primary(long... millis) {
        return IntStream.range(0, millis.length)
                .mapToObj(i -> new Attempt("primary", millis[i], true))
                .toList();
    }

    private static Call whole(String model, long millis) {
        return success(HealthyAnswer.TEXT, model, millis);
    }

    private static Call success(String text, String model, long millis) {
        return new Call(0, millis, true, text, model, true, null);
    }

    private static Call error(long millis) {
        return new Call(0, millis, true, "", null, false, "ServiceUnavailableException: all is down");
    }

    /** Twenty calls, one every four seconds; those that began from {@code back} on are the primary's. */
    private static List<Call> outage(long back) {
        return Stream.iterate(0L, began -> began + 4_000)
                .limit(Scenario.REQUESTS_IN_S15)
                .map(began -> new Call(
                        began, began + 900, true, HealthyAnswer.TEXT, began < back ? "fb-ok" : "primary", true, null))
                .toList();
    }
}
