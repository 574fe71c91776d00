package io.github.tideover.status;

import static io.github.tideover.status.ServiceState.DEGRADED;
import static io.github.tideover.status.ServiceState.MAINTENANCE;
import static io.github.tideover.status.ServiceState.MAJOR_OUTAGE;
import static io.github.tideover.status.ServiceState.OPERATIONAL;
import static io.github.tideover.status.ServiceState.PARTIAL_OUTAGE;
import static io.github.tideover.status.ServiceState.RECOVERING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RateLimits;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** By which rules a provider gets from one state to another. One provider with one model, so that it is the whole. */
class StateRulesTest {
    private final BoardFixture sky = new BoardFixture("a/m");

    /** What happens, and the states it leads through. */
    private interface Story {
        void happen(BoardFixture sky);
    }

    private static Arguments rule(String rule, Story story, ServiceState... states) {
        return arguments(rule, story, List.of(states));
    }

    private static void outage(BoardFixture sky, double seconds) {
        sky.attempts(0, "x", 7, 0.3);
        sky.stops(0, FailureKind.TRANSIENT, 1);
        sky.passes(seconds);
        sky.answers(0);
        sky.answers(0);
        sky.resumes(0);
    }

    static Stream<Arguments> rules() {
        return Stream.of(
                rule("two failures are no trouble", sky -> sky.attempts(0, "x", 2, 1)),
                rule("the third failure in a row is trouble", sky -> sky.attempts(0, "x", 3, 0), DEGRADED),
                rule("a failure in a hundred is none", sky -> sky.attempts(0, "x" + "o".repeat(99), 50, 0.1)),
                rule(
                        "a quarter of failures is a partial outage, once it has lasted 5 s",
                        sky -> sky.attempts(0, "xxoooooo", 10, 0.5),
                        DEGRADED,
                        PARTIAL_OUTAGE),
                rule(
                        "five of five failures are a major outage",
                        sky -> sky.attempts(0, "x", 5, 0),
                        DEGRADED,
                        MAJOR_OUTAGE),
                rule(
                        "the open circuit is a major outage, however few failures there were",
                        sky -> sky.stops(0, FailureKind.TRANSIENT, 1),
                        MAJOR_OUTAGE),
                rule(
                        "half a minute without a success over three calls is a major outage, also after many successes",
                        sky -> {
                            sky.attempts(0, "o", 50, 0.1);
                            sky.attempts(0, "x", 5, 8);
                        },
                        DEGRADED,
                        MAJOR_OUTAGE),
                rule(
                        "trouble is over after two clean minutes in which next to nothing failed",
                        sky -> {
                            sky.attempts(0, "xxx", 1, 0);
                            sky.attempts(0, "o", 119, 1);
                            assertThat(sky.state()).isEqualTo(DEGRADED);
                            sky.attempts(0, "o", 2, 1);
                        },
                        DEGRADED,
                        OPERATIONAL),
                rule(
                        "a lone failure does not prolong trouble",
                        sky -> {
                            sky.attempts(0, "xxx", 1, 0);
                            sky.attempts(0, "o".repeat(60) + "x", 2, 1);
                        },
                        DEGRADED,
                        OPERATIONAL),
                rule(
                        "without calls trouble is over after two minutes",
                        sky -> {
                            sky.attempts(0, "xxx", 1, 0);
                            sky.passes(119);
                            assertThat(sky.state()).isEqualTo(DEGRADED);
                            sky.passes(1);
                        },
                        DEGRADED,
                        OPERATIONAL),
                rule(
                        "a partial outage ends in recovery, when next to nothing has failed for a minute",
                        sky -> {
                            sky.attempts(0, "xxoooooo", 10, 0.5);
                            sky.attempts(0, "o", 170, 1);
                        },
                        DEGRADED,
                        PARTIAL_OUTAGE,
                        RECOVERING,
                        OPERATIONAL),
                rule(
                        "an outage that came out of a partial one ends in recovery after 20 successes in a row",
                        sky -> {
                            sky.attempts(0, "xxoooooo", 10, 0.5);
                            assertThat(sky.state()).isEqualTo(PARTIAL_OUTAGE);
                            sky.fails(0, FailureKind.TRANSIENT);
                            sky.stops(0, FailureKind.TRANSIENT, 1);
                            sky.passes(20);
                            sky.resumes(0);
                            sky.attempts(0, "o", 19, 0.5);
                            assertThat(sky.state()).isEqualTo(MAJOR_OUTAGE);
                            sky.attempts(0, "o", 1, 0.5);
                        },
                        DEGRADED,
                        PARTIAL_OUTAGE,
                        MAJOR_OUTAGE,
                        RECOVERING),
                rule(
                        "or after a minute without a failure, where there are few calls",
                        sky -> {
                            sky.attempts(0, "xxoooooo", 10, 0.5);
                            sky.fails(0, FailureKind.TRANSIENT);
                            sky.stops(0, FailureKind.TRANSIENT, 1);
                            sky.passes(20);
                            sky.resumes(0);
                            sky.attempts(0, "o", 2, 15);
                            assertThat(sky.state()).isEqualTo(MAJOR_OUTAGE);
                            sky.attempts(0, "o", 1, 15);
                        },
                        DEGRADED,
                        PARTIAL_OUTAGE,
                        MAJOR_OUTAGE,
                        RECOVERING),
                rule(
                        "an outage is over after 20 successes that held for half a minute",
                        sky -> {
                            outage(sky, 20);
                            sky.attempts(0, "o", 29, 1);
                            assertThat(sky.state()).isEqualTo(RECOVERING);
                            sky.attempts(0, "o", 2, 1);
                        },
                        DEGRADED,
                        MAJOR_OUTAGE,
                        RECOVERING,
                        OPERATIONAL),
                rule(
                        "where there are few calls it is over after a minute",
                        sky -> {
                            outage(sky, 20);
                            sky.attempts(0, "o", 5, 11);
                            assertThat(sky.state()).isEqualTo(RECOVERING);
                            sky.passes(5);
                        },
                        DEGRADED,
                        MAJOR_OUTAGE,
                        RECOVERING,
                        OPERATIONAL),
                rule(
                        "two failures among the first five are the outage again",
                        sky -> {
                            outage(sky, 20);
                            sky.attempts(0, "oxoox", 1, 1);
                        },
                        DEGRADED,
                        MAJOR_OUTAGE,
                        RECOVERING,
                        MAJOR_OUTAGE),
                rule(
                        "a tenth of failures is the outage again",
                        sky -> {
                            outage(sky, 20);
                            sky.attempts(0, "oooooxxx", 1, 1);
                        },
                        DEGRADED,
                        MAJOR_OUTAGE,
                        RECOVERING,
                        MAJOR_OUTAGE),
                rule(
                        "an outage that nobody's circuit opened for is over with two successes",
                        sky -> {
                            sky.attempts(0, "x", 5, 0);
                            sky.attempts(0, "oo", 1, 1);
                        },
                        DEGRADED,
                        MAJOR_OUTAGE,
                        RECOVERING),
                rule(
                        "what the provider calls maintenance is maintenance, until an answer",
                        sky -> {
                            sky.fails(0, FailureKind.MAINTENANCE);
                            sky.passes(600);
                            sky.answers(0);
                        },
                        MAINTENANCE,
                        RECOVERING),
                rule(
                        "a maintenance that goes on for a quarter of an hour after its end is an outage",
                        sky -> {
                            sky.fails(
                                    0,
                                    Failure.of(FailureKind.MAINTENANCE)
                                            .retryAfter(Duration.ofMinutes(10))
                                            .build());
                            sky.passes(24 * 60);
                            sky.fails(0, FailureKind.TRANSIENT);
                            assertThat(sky.state()).isEqualTo(MAINTENANCE);
                            sky.passes(60);
                            sky.fails(0, FailureKind.TRANSIENT);
                        },
                        MAINTENANCE,
                        MAJOR_OUTAGE),
                rule(
                        "a rejected key is an outage of the account, until an answer",
                        sky -> {
                            sky.stops(0, FailureKind.AUTH, 30);
                            sky.passes(31);
                            sky.resumes(0);
                            sky.answers(0);
                        },
                        MAJOR_OUTAGE,
                        RECOVERING),
                rule(
                        "too many requests, says a fifth of the answers",
                        sky -> {
                            sky.attempts(0, "o", 10, 0.1);
                            for (int i = 0; i < 3; i++) {
                                sky.fails(0, FailureKind.THROTTLED);
                            }
                        },
                        DEGRADED),
                rule(
                        "first words that take ten times as long are trouble",
                        sky -> {
                            usual(sky, 100);
                            for (int i = 0; i < 4; i++) {
                                sky.answers(0, 5);
                            }
                        },
                        DEGRADED),
                rule("a single slow answer is none", sky -> {
                    usual(sky, 100);
                    sky.answers(0, 500);
                    usual(sky, 10);
                    sky.answers(0, 500);
                }),
                rule(
                        "what is slow for an hour is how fast it is",
                        sky -> {
                            usual(sky, 100);
                            for (int i = 0; i < 4_000; i++) {
                                sky.answers(0, 5);
                                sky.passes(1);
                            }
                        },
                        DEGRADED,
                        OPERATIONAL),
                rule(
                        "three attempts that wait for too long are trouble",
                        sky -> {
                            sky.attempts(0, "o", 30, 1);
                            for (int i = 0; i < 3; i++) {
                                sky.board.suspected(0, sky.now());
                            }
                        },
                        DEGRADED),
                rule("attempts that were suspect and are answered are none", sky -> {
                    sky.attempts(0, "o", 30, 1);
                    for (int i = 0; i < 20; i++) {
                        sky.board.suspected(0, sky.now());
                        sky.board.answered(0, -1, true, false, sky.now());
                    }
                }),
                rule("three failures over three days are none", sky -> sky.attempts(0, "x", 3, 86_400)));
    }

    /** First words after half a second, give or take. */
    private static void usual(BoardFixture sky, int times) {
        for (int i = 0; i < times; i++) {
            sky.answers(0, 0.4 + 0.2 * (i % 5) / 4);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void theStatesAProviderGoesThrough(String rule, Story story, List<ServiceState> states) {
        story.happen(sky);
        sky.deliver();
        assertThat(sky.told()).as(rule).isEqualTo(states);
        assertThat(sky.state()).isEqualTo(states.isEmpty() ? OPERATIONAL : states.get(states.size() - 1));
    }

    @Test
    void aRecoveryIsNotOverWhileRequestsAreStillLetBackStepByStep() {
        outage(sky, 20);
        for (int i = 0; i < 60; i++) {
            sky.board.answered(0, -1, false, true, sky.now());
            sky.passes(1);
        }
        assertThat(sky.state()).isEqualTo(RECOVERING);
        sky.board.answered(0, -1, false, false, sky.now());
        assertThat(sky.state()).isEqualTo(OPERATIONAL);
    }

    @Test
    void eachReturnThatDoesNotHoldDoublesTheTimeTheNextMustHold() {
        outage(sky, 20);
        sky.stops(0, FailureKind.TRANSIENT, 1); // first relapse
        sky.passes(300); // the time for which the worse state is held
        sky.resumes(0);
        sky.attempts(0, "o", 59, 1);
        assertThat(sky.state()).as("30 s are not enough any more").isEqualTo(RECOVERING);
        sky.attempts(0, "o", 2, 1);
        assertThat(sky.state()).isEqualTo(OPERATIONAL);
    }

    @Test
    void whatFlapsIsHeldInItsWorseStateForFiveTimesAsLongAsItsPauses() {
        for (int i = 0; i < 15; i++) { // 20 s out, 20 s well
            outage(sky, 18);
            sky.attempts(0, "o", 20, 1);
        }
        assertThat(sky.told()).containsExactly(DEGRADED, MAJOR_OUTAGE, RECOVERING, MAJOR_OUTAGE);
        assertThat(sky.provider("a").isFlapping()).isTrue();
        sky.attempts(0, "o", 155, 1);
        assertThat(sky.state())
                .as("since the circuit opened last, 40 s after the time before")
                .isEqualTo(MAJOR_OUTAGE);
        sky.attempts(0, "o", 20, 1);
        assertThat(sky.state()).isEqualTo(RECOVERING);
        sky.attempts(0, "o", 120, 1);
        assertThat(sky.state()).isEqualTo(OPERATIONAL);
        assertThat(sky.provider("a").isFlapping()).isFalse();
        assertThat(sky.told()).hasSize(6);
    }

    @Test
    void whatFlapsMoreSlowlyIsHeldForFiveMinutesAtMost() {
        for (int i = 0; i < 4; i++) { // two minutes out, two minutes well
            outage(sky, 118);
            sky.attempts(0, "o", 120, 1);
        }
        assertThat(sky.provider("a").isFlapping()).isTrue();
        assertThat(sky.state()).isEqualTo(MAJOR_OUTAGE);
        sky.attempts(0, "o", 55, 1);
        assertThat(sky.state()).as("since the circuit opened last").isEqualTo(MAJOR_OUTAGE);
        sky.attempts(0, "o", 10, 1);
        assertThat(sky.state()).isEqualTo(RECOVERING);
    }

    @Test
    void anOutageThatComesAndGoesOnceDoesNotFlap() {
        outage(sky, 60);
        sky.attempts(0, "o", 60, 1);
        assertThat(sky.told()).containsExactly(DEGRADED, MAJOR_OUTAGE, RECOVERING, OPERATIONAL);
        assertThat(sky.events)
                .noneMatch(event -> event.status().providers().get(0).isFlapping());
    }

    // The status page.

    static Stream<Arguments> pageRules() {
        return Stream.of(
                arguments("a red page alone", MAJOR_OUTAGE, "oooo", DEGRADED),
                arguments("a red page and a failure of our own", MAJOR_OUTAGE, "ooox", MAJOR_OUTAGE),
                arguments("a red page and a failure after which we were answered", MAJOR_OUTAGE, "oxoo", DEGRADED),
                arguments("a red page and no traffic", MAJOR_OUTAGE, "", DEGRADED),
                arguments("a yellow page and a failure of our own", PARTIAL_OUTAGE, "ox", PARTIAL_OUTAGE),
                arguments("maintenance while we are answered", MAINTENANCE, "oooo", OPERATIONAL),
                arguments("maintenance and no traffic", MAINTENANCE, "", MAINTENANCE),
                arguments("maintenance and a failure of our own", MAINTENANCE, "x", MAINTENANCE),
                arguments("a green page while we fail", OPERATIONAL, "xxxxx", MAJOR_OUTAGE));
    }

    @ParameterizedTest(name = "{0}: {3}")
    @MethodSource("pageRules")
    void aPageIsEvidenceAndNeverTheTruth(String rule, ServiceState said, String attempts, ServiceState expected) {
        if (!attempts.isEmpty()) {
            sky.attempts(0, attempts, 1, 0);
        }
        sky.board.heardFromPage("a", sky.page(said));
        assertThat(sky.state()).as(rule).isEqualTo(expected);
    }

    @Test
    void aFailureThatComesAfterThePageConfirmsIt() {
        sky.board.heardFromPage("a", sky.page(MAJOR_OUTAGE));
        sky.answers(0);
        assertThat(sky.state()).isEqualTo(DEGRADED);
        sky.fails(0, FailureKind.TRANSIENT);
        assertThat(sky.state()).isEqualTo(MAJOR_OUTAGE);
    }

    @Test
    void whatThePageRaisedGoesDownByWayOfRecovery() {
        sky.fails(0, FailureKind.TRANSIENT);
        sky.board.heardFromPage("a", sky.page(MAJOR_OUTAGE));
        sky.attempts(0, "o", 30, 1);
        sky.board.heardFromPage("a", sky.page(OPERATIONAL));
        assertThat(sky.state()).as("a minute at least").isEqualTo(MAJOR_OUTAGE);
        sky.attempts(0, "o", 31, 1);
        assertThat(sky.state()).isEqualTo(RECOVERING);
        sky.attempts(0, "o", 61, 1);
        assertThat(sky.told()).containsExactly(MAJOR_OUTAGE, RECOVERING, OPERATIONAL);
    }

    @Test
    void aPageThatIsStillRedMakesNoOutageOfAReturn() {
        outage(sky, 20);
        assertThat(sky.state()).isEqualTo(RECOVERING);
        sky.board.heardFromPage("a", sky.page(MAJOR_OUTAGE));
        sky.attempts(0, "o", 29, 1);
        assertThat(sky.state()).isEqualTo(RECOVERING);
        sky.attempts(0, "o", 2, 1);
        assertThat(sky.state()).as("the page's word alone").isEqualTo(DEGRADED);
        sky.board.heardFromPage("a", sky.page(OPERATIONAL));
        sky.attempts(0, "o", 61, 1);
        assertThat(sky.told()).containsExactly(DEGRADED, MAJOR_OUTAGE, RECOVERING, DEGRADED, OPERATIONAL);
    }

    @Test
    void aPageThatWasNotHeardForAnHourSaysNothing() {
        sky.board.heardFromPage("a", sky.page(MAJOR_OUTAGE));
        sky.passes(3_590);
        assertThat(sky.state()).isEqualTo(DEGRADED);
        sky.passes(100);
        assertThat(sky.state()).isEqualTo(OPERATIONAL);
        assertThat(sky.provider("a").page()).isEmpty();
    }

    @Test
    void aGreenPageHalvesTheTimeARecoveryMustHoldAndClearsNothing() {
        outage(sky, 20);
        sky.board.heardFromPage("a", sky.page(OPERATIONAL));
        assertThat(sky.state()).isEqualTo(RECOVERING);
        sky.attempts(0, "o", 28, 0.5);
        assertThat(sky.state()).isEqualTo(RECOVERING);
        sky.attempts(0, "o", 4, 0.5);
        assertThat(sky.state()).isEqualTo(OPERATIONAL);
    }

    @Test
    void newsOfAnIncidentIsToldOnce() {
        PageReport.Incident first = incident("investigating");
        for (PageReport.Incident incident : List.of(first, first, incident("identified"))) {
            sky.board.heardFromPage(
                    "a",
                    PageReport.builder("https://status.example.com", sky.instant())
                            .component(PageReport.Component.of("API", OPERATIONAL))
                            .incident(incident)
                            .build());
            sky.passes(60);
        }
        assertThat(sky.kinds()).containsExactly(StatusEvent.Kind.PROVIDER_UPDATE, StatusEvent.Kind.PROVIDER_UPDATE);
    }

    private PageReport.Incident incident(String status) {
        return PageReport.Incident.of("i1", "Errors", "none", status, sky.instant(), null, List.of(), List.of());
    }

    // The cause.

    static Stream<Arguments> causes() {
        return Stream.of(
                arguments(FailureKind.OVERLOADED, Cause.OVERLOAD),
                arguments(FailureKind.TRANSIENT, Cause.SOFTWARE_FAULT),
                arguments(FailureKind.NETWORK, Cause.NETWORK),
                arguments(FailureKind.NETWORK_AMBIGUOUS, Cause.NETWORK),
                arguments(FailureKind.DNS, Cause.NETWORK),
                arguments(FailureKind.TLS, Cause.NETWORK),
                arguments(FailureKind.TIMEOUT, Cause.SLOW),
                arguments(FailureKind.STALL, Cause.CUT_STREAMS),
                arguments(FailureKind.CUT, Cause.CUT_STREAMS));
    }

    @ParameterizedTest
    @MethodSource("causes")
    void failuresOfOneKindSpeakForItsCause(FailureKind kind, Cause cause) {
        for (int i = 0; i < 5; i++) {
            sky.fails(0, kind);
        }
        assertThat(sky.diagnosis().cause()).isEqualTo(cause);
        assertThat(sky.diagnosis().confidence()).isBetween(0.7, 1.0);
        assertThat(sky.diagnosis().evidence()).first().satisfies(fact -> {
            assertThat(fact.kind()).isEqualTo(Evidence.Kind.FAILURES);
            assertThat(fact.number()).hasValue(1);
            assertThat(fact.words()).contains("5 of 5 attempts", kind.cause());
        });
    }

    @Test
    void answersThatCannotBeReadAfterOnesThatCouldAreAFaultOfTheProvidersSoftware() {
        sky.answers(0);
        sky.passes(60 * 30);
        for (int i = 0; i < 4; i++) {
            sky.fails(0, FailureKind.MALFORMED);
            sky.passes(1);
        }
        assertThat(sky.diagnosis().cause()).isEqualTo(Cause.SOFTWARE_FAULT);
        assertThat(sky.diagnosis().evidence())
                .filteredOn(fact -> fact.kind() == Evidence.Kind.MALFORMED_ANSWERS)
                .singleElement()
                .satisfies(fact -> {
                    assertThat(fact.number()).hasValue(4);
                    assertThat(fact.words())
                            .isEqualTo("4 answers could not be read, and others could within the last hour");
                });
    }

    @Test
    void answersThatCouldNeverBeReadMayBeFromAWrongAddress() {
        for (int i = 0; i < 4; i++) {
            sky.fails(0, FailureKind.MALFORMED);
            sky.passes(1);
        }
        assertThat(sky.diagnosis().cause()).isEqualTo(Cause.UNKNOWN);
        assertThat(sky.diagnosis().evidence()).extracting(Evidence::words).contains("4 answers could not be read");
    }

    @Test
    void anAnswerThatCouldNotBeReadLongAgoIsNoEvidence() {
        sky.fails(0, FailureKind.MALFORMED);
        sky.attempts(0, "o", 20, 1);
        for (int i = 0; i < 4; i++) {
            sky.fails(0, FailureKind.TRANSIENT);
        }
        assertThat(sky.diagnosis().evidence())
                .extracting(Evidence::kind)
                .doesNotContain(Evidence.Kind.MALFORMED_ANSWERS);
    }

    @Test
    void statesAreOrderedByHowBadTheyAreForThoseWhoAsk() {
        List<ServiceState> fromGoodToBad =
                List.of(OPERATIONAL, RECOVERING, DEGRADED, PARTIAL_OUTAGE, MAINTENANCE, MAJOR_OUTAGE);
        assertThat(fromGoodToBad).containsExactlyInAnyOrder(ServiceState.values());
        for (int i = 0; i < fromGoodToBad.size(); i++) {
            for (int j = 0; j < fromGoodToBad.size(); j++) {
                assertThat(fromGoodToBad.get(i).isWorseThan(fromGoodToBad.get(j)))
                        .isEqualTo(i > j);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "100, 0, RATE_LIMIT",
        "90, 0, OVERLOAD",
        "50, 0, RATE_LIMIT",
        "90, 3600, RATE_LIMIT",
        "-1, 0, RATE_LIMIT"
    })
    void beingTurnedAwayWithRoomInOurLimitsIsTheirOverload(long left, long pause, Cause cause) {
        RateLimits.Limit.Builder limit = RateLimits.Limit.of(RateLimits.Unit.REQUESTS, "requests");
        RateLimits.Limit spent = RateLimits.Limit.of(RateLimits.Unit.TOKENS, "tokens")
                .limit(1_000)
                .remaining(left == 100 ? 0 : 1_000)
                .build();
        List<RateLimits.Limit> limits =
                left < 0 ? List.of() : List.of(limit.limit(100).remaining(left).build(), spent);
        Failure failure = Failure.of(FailureKind.THROTTLED)
                .retryAfter(pause == 0 ? null : Duration.ofSeconds(pause))
                .rateLimits(RateLimits.of(limits))
                .build();
        sky.attempts(0, "o", 10, 0.1);
        for (int i = 0; i < 5; i++) {
            sky.fails(0, failure);
        }
        assertThat(sky.diagnosis().cause()).isEqualTo(cause);
    }

    @Test
    void aKeyThatNeverWorkedIsOursAndOneThatWorkedIsTheirLogin() {
        sky.stops(0, FailureKind.AUTH, 30);
        assertThat(sky.diagnosis().cause()).isEqualTo(Cause.ACCOUNT);

        BoardFixture worked = new BoardFixture("a/large", "a/small");
        worked.answers(0);
        worked.answers(1);
        worked.passes(60);
        worked.stops(0, FailureKind.AUTH, 30);
        assertThat(worked.diagnosis().cause()).isEqualTo(Cause.LOGIN_FAILURE);
        assertThat(worked.diagnosis().confidence())
                .as("it may have been revoked")
                .isLessThan(StatusBoard.TOLD_FROM);
        worked.stops(1, FailureKind.AUTH, 30);
        assertThat(worked.diagnosis().confidence()).as("both at once").isGreaterThan(StatusBoard.TOLD_FROM);
    }

    @Test
    void anEmptyAccountIsOursAlone() {
        sky.answers(0);
        sky.stops(0, FailureKind.QUOTA, 300);
        assertThat(sky.diagnosis().cause()).isEqualTo(Cause.ACCOUNT);
    }

    @Test
    void aPageThatAgreesMakesSurer() {
        sky.attempts(0, "xxx", 1, 0);
        double alone = sky.diagnosis().confidence();
        sky.board.heardFromPage("a", sky.page(DEGRADED));
        assertThat(sky.diagnosis().confidence()).isGreaterThan(alone);
        assertThat(sky.diagnosis().evidence()).anySatisfy(fact -> {
            assertThat(fact.kind()).isEqualTo(Evidence.Kind.STATUS_PAGE);
            assertThat(fact.source()).isEqualTo("https://status.example.com");
        });
    }

    @Test
    void slowAnswersSayHowSlow() {
        usual(sky, 100);
        for (int i = 0; i < 40; i++) {
            sky.answers(0, 5);
            sky.passes(1);
        }
        assertThat(sky.diagnosis().cause()).isEqualTo(Cause.SLOW);
        assertThat(sky.diagnosis().evidence()).anySatisfy(fact -> {
            assertThat(fact.kind()).isEqualTo(Evidence.Kind.SLOW_ANSWERS);
            assertThat(fact.number().orElseThrow()).isBetween(8.0, 12.0);
        });
    }
}
