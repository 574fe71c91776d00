package io.github.tideover.status;

import static io.github.tideover.status.ServiceState.DEGRADED;
import static io.github.tideover.status.ServiceState.MAJOR_OUTAGE;
import static io.github.tideover.status.ServiceState.OPERATIONAL;
import static io.github.tideover.status.ServiceState.PARTIAL_OUTAGE;
import static io.github.tideover.status.ServiceState.RECOVERING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.status.StatusEvent.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The status over several providers, and how listeners hear of it. */
class StatusBoardTest {
    private final BoardFixture sky = new BoardFixture("a/m", "b/m");
    private final StatusBoard board = sky.board;

    @Test
    void oneProviderOutIsAPartialOutageAndAllOutIsAMajorOne() {
        sky.stops(0, FailureKind.TIMEOUT, 4);
        assertThat(sky.state()).isEqualTo(PARTIAL_OUTAGE);
        assertThat(board.status().headline()).isEqualTo("The assistant is running on a backup.");
        sky.stops(1, FailureKind.QUOTA, 300);
        assertThat(sky.state()).isEqualTo(MAJOR_OUTAGE);
        assertThat(board.status().detail())
                .isEqualTo("a is not answering. Its answers take longer than usual. "
                        + "b is not answering. Our access to it needs attention. Nothing is wrong on your side. "
                        + "Since: Nov 22, 2026, 12:00 PM UTC. We don’t know yet how long it will take.");
        sky.resumes(1);
        assertThat(sky.state()).isEqualTo(PARTIAL_OUTAGE);
        assertThat(sky.state("b")).isEqualTo(RECOVERING);
    }

    @Test
    void oneOfAProvidersModelsOutIsAPartialOutageOfTheProvider() {
        BoardFixture models = new BoardFixture("a/large", "a/small");
        models.stops(0, FailureKind.OVERLOADED, 4);
        assertThat(models.state("a")).isEqualTo(PARTIAL_OUTAGE);
        models.stops(1, FailureKind.OVERLOADED, 4);
        assertThat(models.state("a")).isEqualTo(MAJOR_OUTAGE);
        assertThat(models.told()).containsExactly(PARTIAL_OUTAGE, MAJOR_OUTAGE);
    }

    @Test
    void aBackupThatNobodyAsksAnyMoreCountsNoLonger() {
        sky.stops(0, FailureKind.TIMEOUT, 4);
        sky.stops(1, FailureKind.TIMEOUT, 4);
        sky.resumes(0);
        for (int i = 0; i < 60; i++) {
            sky.answers(0);
            sky.passes(1);
        }
        assertThat(sky.state()).as("the backup was out a minute ago").isEqualTo(PARTIAL_OUTAGE);
        sky.passes(600);
        assertThat(sky.state()).isEqualTo(OPERATIONAL);
        assertThat(sky.state("b")).as("as far as anybody knows").isEqualTo(MAJOR_OUTAGE);
        sky.stops(1, FailureKind.TIMEOUT, 4);
        assertThat(sky.state()).as("asked again, and still out").isEqualTo(PARTIAL_OUTAGE);
    }

    @Test
    void whatNobodyAsksStaysOutWhereItIsAllThereIs() {
        BoardFixture single = new BoardFixture("a/m");
        single.stops(0, FailureKind.TIMEOUT, 4);
        single.passes(86_400);
        assertThat(single.state()).isEqualTo(MAJOR_OUTAGE);
        assertThat(single.timers()).as("timers").isZero();
    }

    @Test
    void tenProvidersThatFailAtOnceAreEachTold() {
        String[] names = new String[10];
        for (int i = 0; i < names.length; i++) {
            names[i] = "p" + i + "/m";
        }
        BoardFixture ten = new BoardFixture(names);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < names.length; i++) {
                ten.fails(i, FailureKind.OVERLOADED);
            }
        }
        assertThat(ten.state()).isEqualTo(DEGRADED);
        for (int i = 0; i < names.length; i++) {
            ten.stops(i, FailureKind.OVERLOADED, 1);
        }
        assertThat(ten.told()).containsExactly(DEGRADED, PARTIAL_OUTAGE, MAJOR_OUTAGE);
        assertThat(ten.events).extracting(StatusEvent::sequence).isSorted().doesNotHaveDuplicates();
        assertThat(ten.board.status().providers()).allMatch(provider -> provider.state() == MAJOR_OUTAGE);
    }

    @Test
    void aClockThatJumpsMovesNothingButTheTimesShown() {
        BoardFixture single = new BoardFixture("a/m");
        Instant before = single.instant();
        for (int jump = -1; jump <= 1; jump += 2) {
            single.shiftWallClock(Duration.ofHours(jump));
            single.passes(1);
            assertThat(single.state()).isEqualTo(OPERATIONAL);
        }
        single.stops(0, FailureKind.OVERLOADED, 1);
        single.shiftWallClock(Duration.ofHours(1));
        single.resumes(0);
        single.passes(10);
        assertThat(single.state()).isEqualTo(RECOVERING);
        assertThat(single.board.status().since()).isAfter(before.plus(Duration.ofMinutes(59)));
        single.shiftWallClock(Duration.ofHours(-2));
        single.passes(51);
        assertThat(single.state()).as("after a minute, whatever the clock says").isEqualTo(OPERATIONAL);
    }

    // Events.

    @Test
    void eventsAreNumberedAndComeInOrder() {
        sky.stops(0, FailureKind.TIMEOUT, 1);
        sky.stops(1, FailureKind.TIMEOUT, 1);
        sky.resumes(1);
        sky.resumes(0);
        assertThat(sky.events).extracting(StatusEvent::sequence).containsExactly(1L, 2L, 3L, 4L);
        assertThat(sky.events)
                .extracting(StatusEvent::state)
                .containsExactly(PARTIAL_OUTAGE, MAJOR_OUTAGE, PARTIAL_OUTAGE, RECOVERING);
    }

    @Test
    void aChangeThatLeavesTheWholeAsItIsIsToldOfItsProvider() {
        sky.stops(1, FailureKind.OVERLOADED, 1);
        for (int i = 0; i < 3; i++) {
            sky.fails(0, FailureKind.TRANSIENT);
        }
        assertThat(sky.kinds()).containsExactly(Kind.STATE_CHANGED, Kind.SUSPECTED, Kind.STATE_CHANGED);
        assertThat(sky.events)
                .extracting(StatusEvent::scope)
                .containsExactly(Optional.empty(), Optional.of("a"), Optional.of("a"));
        assertThat(sky.events.get(2).state()).isEqualTo(DEGRADED);
        assertThat(sky.events.get(2).diagnosis().orElseThrow().cause()).isEqualTo(Cause.SOFTWARE_FAULT);
    }

    /** Before it is known that the first provider is down as well, nobody is told that all works. */
    @Test
    void inADoubleOutageItIsNeverSaidThatTheAssistantWorks() {
        sky.stops(1, FailureKind.OVERLOADED, 30);
        assertThat(board.status().headline()).isEqualTo("The assistant is working. A backup is not available.");
        for (int i = 0; i < 3; i++) {
            sky.fails(0, FailureKind.TRANSIENT);
        }
        assertThat(sky.state("a")).isEqualTo(DEGRADED);
        assertThat(board.status().headline()).isEqualTo("Part of the assistant is not available.");
        sky.stops(0, FailureKind.OVERLOADED, 30);
        assertThat(board.status().headline()).isEqualTo("The assistant is not available right now.");
        assertThat(sky.events)
                .extracting(StatusEvent::headline)
                .containsExactly(
                        "The assistant is working. A backup is not available.",
                        "The assistant may be having trouble.",
                        "Part of the assistant is not available.",
                        "The assistant is not available right now.");
    }

    @Test
    void troubleIsSuspectedBeforeItIsCertainAndNotTwiceInTenMinutes() {
        BoardFixture single = new BoardFixture("a/m");
        single.attempts(0, "xx" + "o".repeat(40), 5, 1);
        assertThat(single.kinds()).containsExactly(Kind.SUSPECTED);
        assertThat(single.events.get(0).state()).isEqualTo(OPERATIONAL);
        single.passes(600);
        single.attempts(0, "xx", 1, 1);
        assertThat(single.kinds()).containsExactly(Kind.SUSPECTED, Kind.SUSPECTED);
    }

    @Test
    void anUpdateIsToldWhenTheEvidenceChangesAndOnceInThirtySecondsAtMost() {
        BoardFixture single = new BoardFixture("a/m");
        for (int i = 0; i < 600; i++) {
            single.fails(0, i / 20 % 2 == 0 ? FailureKind.OVERLOADED : FailureKind.TIMEOUT);
            single.passes(1);
        }
        List<StatusEvent> updates = single.events.stream()
                .filter(event -> event.kind() == Kind.UPDATE)
                .toList();
        for (int i = 1; i < updates.size(); i++) {
            assertThat(Duration.between(updates.get(i - 1).at(), updates.get(i).at()))
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(30));
        }
        assertThat(single.told()).containsExactly(DEGRADED, MAJOR_OUTAGE);
    }

    @Test
    void aCauseThatBecomesClearLaterIsToldByItself() {
        BoardFixture single = new BoardFixture("a/m");
        for (FailureKind kind : List.of(FailureKind.TRANSIENT, FailureKind.OVERLOADED, FailureKind.CUT)) {
            single.fails(0, kind);
        }
        assertThat(single.diagnosis().confidence()).isLessThan(StatusBoard.TOLD_FROM);
        for (int i = 0; i < 20; i++) {
            single.fails(0, FailureKind.OVERLOADED);
            single.passes(1);
        }
        assertThat(single.kinds()).containsOnlyOnce(Kind.CAUSE_UNDERSTOOD);
        assertThat(single.diagnosis().cause()).isEqualTo(Cause.OVERLOAD);
    }

    @Test
    void aListenerThatThrowsHurtsNobody() {
        board.subscribe(event -> {
            throw new AssertionError("a listener's own trouble");
        });
        List<ServiceState> heard = new ArrayList<>();
        board.subscribe(event -> heard.add(event.state()));
        sky.stops(0, FailureKind.TIMEOUT, 1);
        assertThat(heard).containsExactly(PARTIAL_OUTAGE);
    }

    @Test
    void aClosedSubscriptionHearsNothingMoreAndItsTwinGoesOn() {
        List<ServiceState> heard = new ArrayList<>();
        Consumer<StatusEvent> listener = event -> heard.add(event.state());
        Subscription first = board.subscribe(listener);
        board.subscribe(listener);
        first.close();
        first.close();
        sky.stops(0, FailureKind.TIMEOUT, 1);
        assertThat(heard).containsExactly(PARTIAL_OUTAGE);
    }

    @Test
    void aListenerMayUnsubscribeItselfAndOthersAndSubscribeMoreWhileItIsTold() {
        List<String> heard = new ArrayList<>();
        List<Subscription> all = new ArrayList<>();
        all.add(board.subscribe(event -> {
            heard.add("first");
            all.forEach(Subscription::close);
            board.subscribe(later -> heard.add("third"));
        }));
        all.add(board.subscribe(event -> heard.add("second")));
        sky.stops(0, FailureKind.TIMEOUT, 1);
        sky.stops(1, FailureKind.TIMEOUT, 1);
        assertThat(heard).as("what waited for the second does not arrive").containsExactly("first", "third");
    }

    @Test
    void aListenerMayMakeNewsItself() {
        List<ServiceState> heard = new ArrayList<>();
        board.subscribe(event -> {
            heard.add(event.state());
            if (event.state() == PARTIAL_OUTAGE) {
                board.stopped(1, FailureKind.TIMEOUT, sky.now(), sky.now());
            }
        });
        sky.stops(0, FailureKind.TIMEOUT, 1);
        assertThat(heard).containsExactly(PARTIAL_OUTAGE, MAJOR_OUTAGE);
    }

    @Test
    void aWaiterIsWokenByTheStateItWaitsFor() throws Exception {
        CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(() -> {
            try {
                return board.await(MAJOR_OUTAGE, Duration.ofSeconds(20));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        sky.stops(0, FailureKind.TIMEOUT, 1);
        sky.stops(1, FailureKind.TIMEOUT, 1);
        assertThat(waiter.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(board.await(OPERATIONAL, Duration.ofMillis(1))).isFalse();
    }

    // Cut off.

    @Test
    void aMachineThatIsCutOffSaysNothingOfTheProviders() {
        sky.fails(0, FailureKind.NETWORK_LOCAL);
        assertThat(sky.state()).isEqualTo(MAJOR_OUTAGE);
        assertThat(sky.diagnosis().cause()).isEqualTo(Cause.LOCAL_NETWORK);
        for (int i = 0; i < 20; i++) {
            sky.fails(0, FailureKind.NETWORK);
            sky.fails(1, FailureKind.DNS);
            sky.passes(1);
        }
        sky.stops(0, FailureKind.NETWORK, 4);
        assertThat(board.status().providers()).extracting(ProviderStatus::state).containsOnly(OPERATIONAL);
        sky.answers(1);
        assertThat(sky.state()).as("the network is back").isEqualTo(OPERATIONAL);
        assertThat(sky.told()).containsExactly(MAJOR_OUTAGE, OPERATIONAL);
    }

    @Test
    void attemptsThatHungWhileNobodyWasReachedSpeakAgainstNoProvider() {
        sky.fails(0, FailureKind.NETWORK_LOCAL);
        sky.passes(10);
        for (int i = 0; i < 5; i++) {
            board.suspected(0, sky.now());
        }
        sky.passes(1);
        sky.answers(0);
        assertThat(sky.state()).isEqualTo(OPERATIONAL);
        assertThat(sky.told()).containsExactly(MAJOR_OUTAGE, OPERATIONAL);
    }

    @Test
    void attemptsThatWentOutBeforeTheNetworkWasBackSpeakAgainstNoProviderWhenTheyEnd() {
        sky.fails(0, FailureKind.NETWORK_LOCAL);
        long began = sky.now();
        sky.passes(10);
        sky.answers(0);
        for (int i = 0; i < 8; i++) {
            board.failed(0, Failure.of(FailureKind.TIMEOUT).build(), false, true, began, sky.now());
        }
        assertThat(sky.state()).isEqualTo(OPERATIONAL);
        board.failed(0, Failure.of(FailureKind.TRANSIENT).build(), false, true, began, sky.now());
        board.failed(0, Failure.of(FailureKind.TRANSIENT).build(), false, true, began, sky.now());
        board.failed(0, Failure.of(FailureKind.TRANSIENT).build(), false, true, began, sky.now());
        assertThat(sky.state()).as("an error is an answer").isEqualTo(ServiceState.DEGRADED);
    }

    @Test
    void troubleThatWasOfTheNetworkAloneWasOursIfThisMachineTurnsOutToBeCutOff() {
        for (int i = 0; i < 7; i++) {
            sky.fails(0, FailureKind.DNS);
        }
        sky.stops(0, FailureKind.DNS, 1);
        assertThat(sky.state("a")).isEqualTo(MAJOR_OUTAGE);
        sky.passes(2);
        board.triedOthers(false, sky.now(), sky.now());
        sky.passes(20);
        sky.answers(1);
        assertThat(sky.state("a")).isEqualTo(OPERATIONAL);
    }

    @Test
    void troubleThatWasNotOfTheNetworkAloneOrIsOldStaysTheProviders() {
        for (int i = 0; i < 3; i++) {
            sky.fails(0, i == 1 ? FailureKind.TRANSIENT : FailureKind.NETWORK);
            sky.fails(1, FailureKind.NETWORK);
        }
        board.triedOthers(true, sky.now(), sky.now());
        sky.passes(31);
        board.triedOthers(false, sky.now(), sky.now());
        board.triedOthers(true, sky.now(), sky.now());
        assertThat(sky.state("b")).as("known for half a minute").isEqualTo(ServiceState.DEGRADED);
        BoardFixture young = new BoardFixture("a/m", "b/m");
        young.fails(0, FailureKind.NETWORK);
        young.fails(0, FailureKind.TRANSIENT);
        young.fails(0, FailureKind.NETWORK);
        young.board.triedOthers(false, young.now(), young.now());
        young.board.triedOthers(true, young.now(), young.now());
        assertThat(young.state("a")).as("an error is an answer").isEqualTo(ServiceState.DEGRADED);
    }

    @Test
    void othersAreTriedWhenAProviderIsInDoubtAndNobodyElseHasAnsweredLately() {
        List<String> tried = new ArrayList<>();
        board.othersAreTriedBy(tried::add);
        sky.answers(1);
        sky.passes(11);
        sky.fails(0, FailureKind.NETWORK);
        assertThat(tried).as("one failure is no doubt").isEmpty();
        sky.fails(0, FailureKind.TRANSIENT);
        assertThat(tried).as("an error is an answer").isEmpty();
        sky.fails(0, FailureKind.TLS);
        assertThat(tried).containsExactly("a");
        sky.answers(1);
        sky.passes(10);
        sky.fails(0, FailureKind.DNS);
        assertThat(tried).as("somebody else has answered").hasSize(1);
        sky.fails(0, FailureKind.NETWORK_LOCAL);
        sky.fails(1, FailureKind.NETWORK);
        assertThat(tried).as("the answer was before").containsExactly("a", "b");
    }

    @Test
    void thatNobodyWasReachedCountsForNothingIfSomebodyAnsweredMeanwhile() {
        long began = sky.now();
        sky.passes(1);
        sky.answers(1);
        sky.passes(1);
        board.triedOthers(false, began, sky.now());
        assertThat(board.isOffline()).isFalse();
    }

    @Test
    void aPageMovesNoProviderWhileThisMachineIsCutOff() {
        sky.fails(0, FailureKind.TRANSIENT);
        sky.fails(0, FailureKind.NETWORK_LOCAL);
        board.heardFromPage("a", sky.page(MAJOR_OUTAGE));
        assertThat(sky.state("a")).isEqualTo(OPERATIONAL);
        board.triedOthers(true, sky.now(), sky.now());
        assertThat(sky.state("a")).isEqualTo(MAJOR_OUTAGE);
    }

    @Test
    void theTimeOfTheNextTryIsShownAsSoonAsItMoves() {
        sky.stops(0, FailureKind.TRANSIENT, 1);
        sky.passes(0.5);
        sky.stops(0, FailureKind.TIMEOUT, 8);
        RouteStatus shown = board.status().routes().get(0);
        assertThat(shown.nextTry()).contains(sky.instant().plusSeconds(8));
        assertThat(shown.cause()).contains(FailureKind.TIMEOUT);
        assertThat(sky.kinds()).as("no event by itself").hasSize(1);
    }

    @Test
    void whatRunsOnThisMachineIsABackupWhileItIsCutOff() {
        BoardFixture withLocal = new BoardFixture("a/m", "local/m");
        withLocal.fails(0, FailureKind.NETWORK_LOCAL);
        withLocal.answers(1);
        assertThat(withLocal.state()).isEqualTo(PARTIAL_OUTAGE);
        assertThat(withLocal.diagnosis().cause()).isEqualTo(Cause.LOCAL_NETWORK);
    }

    @Test
    void beingCutOffIsNotBelievedForLongerThanAMinuteWithoutAnotherSign() {
        sky.fails(0, FailureKind.NETWORK_LOCAL);
        sky.passes(59);
        assertThat(sky.state()).isEqualTo(MAJOR_OUTAGE);
        sky.passes(1);
        assertThat(sky.state()).isEqualTo(OPERATIONAL);
    }

    @Test
    void anotherHostThatIsReachedMakesItTheProvidersNetwork() {
        for (int i = 0; i < 3; i++) {
            sky.fails(0, FailureKind.NETWORK);
        }
        double alone = sky.diagnosis().confidence();
        board.triedOthers(true, sky.now(), sky.now());
        sky.passes(1);
        sky.fails(0, FailureKind.NETWORK);
        assertThat(sky.diagnosis().cause()).isEqualTo(Cause.NETWORK);
        assertThat(sky.diagnosis().confidence()).isGreaterThan(alone);
        assertThat(sky.diagnosis().evidence())
                .extracting(Evidence::kind)
                .contains(Evidence.Kind.CANARY, Evidence.Kind.FAILURES);
        board.triedOthers(false, sky.now(), sky.now());
        assertThat(sky.diagnosis().cause()).isEqualTo(Cause.LOCAL_NETWORK);
    }

    @Test
    void aPageIsHeardForAProviderThatThereIs() {
        PageReport report = PageReport.builder("https://status.example.com", sky.instant())
                .component(PageReport.Component.of("API", ServiceState.MAINTENANCE))
                .component(PageReport.Component.of("API", MAJOR_OUTAGE))
                .component(PageReport.Component.of("API", OPERATIONAL))
                .build();
        assertThat(report.worst()).contains(MAJOR_OUTAGE);
        board.heardFromPage("b", report);
        assertThat(board.status().providers().get(1).page()).contains(report);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> board.heardFromPage("c", report))
                .withMessage("no provider is called c; there are [a, b]");
    }
}
