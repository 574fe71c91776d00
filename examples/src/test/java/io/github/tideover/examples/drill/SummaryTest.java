package io.github.tideover.examples.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.examples.drill.DrillOptions.Limits;
import io.github.tideover.testkit.PageLevel;
import io.github.tideover.testkit.PastOutage;
import io.github.tideover.testkit.Timeline;
import io.github.tideover.testkit.Weather;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbers, goals and words of drills that nobody has run. */
class SummaryTest {
    private final Summary summary = Summary.of(Samples.record());

    private static List<Boolean> met(Summary summary, Limits limits) {
        return Goal.of(summary, limits).stream().map(Goal::isMet).toList();
    }

    @Test
    void everyCallIsCountedOnce() {
        Numbers ours = summary.tideover();
        assertThat(ours.by().values().stream().mapToInt(count -> count).sum()).isEqualTo(ours.calls());
        assertThat(ours.by()).containsOnlyKeys(Outcome.values());
        assertThat(ours.answered()).isEqualTo(5);
        assertThat(ours.ownWords()).isEqualTo(1);
        assertThat(ours.nothing()).isZero();
        assertThat(summary.bare().orElseThrow().nothing()).isEqualTo(2);
    }

    @Test
    void waitsAreThoseOfCallsByRank() {
        Numbers ours = summary.tideover();
        assertThat(ours.median()).isEqualTo(Duration.ofMillis(4));
        assertThat(ours.p95()).isEqualTo(Duration.ofMillis(500));
        assertThat(ours.longest()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void requestsInTroubleAreThoseOfItsTime() {
        // From 10 to 30 s: three calls, and three of our requests; twelve of the bare client's.
        assertThat(summary.tideover().attemptsPerTroubledCall()).hasValue(1);
        assertThat(summary.bare().orElseThrow().attemptsPerTroubledCall()).hasValue(4);
    }

    @Test
    void whatWasNoticedAndWhenTheProviderWasBackCountFromTheMomentsThatMatter() {
        assertThat(summary.noticedAfter()).contains(Duration.ofMillis(2_500));
        assertThat(summary.tideover().backAfter()).contains(Duration.ofMillis(1_250));
        assertThat(summary.bare().orElseThrow().backAfter()).contains(Duration.ofMillis(1_002));
    }

    @Test
    void theDrillGoesOnForThoseWhoStillWait() {
        assertThat(summary.afterwards()).isEqualTo(Duration.ofSeconds(16)); // who came at 25 s waited for 31 s
    }

    @Test
    void theVerdictSaysItInWords() {
        List<Goal> goals = Goal.of(summary, Samples.USUAL);
        Verdict verdict = Verdict.of(summary, goals);
        assertThat(verdict.isSurvived()).isTrue();
        assertThat(verdict.title()).isEqualTo("Survived");
        assertThat(verdict.sentences())
                .containsExactly(
                        "Of 6 calls, 5 were answered: 3 by the provider, 1 by the backup and 1 from what was answered before. "
                                + "1 got the application's own words.",
                        "Users waited 4 ms in the median and 500 ms at most.",
                        "The bare client left 2 of the same 6 calls without an answer, and its longest wait was 31 s.",
                        "In trouble, the provider was asked 1.00 times for each call, and 4.00 times by the bare client.",
                        "Tideover said that something is wrong 2.5 s after it began, and the provider answered again 1.3 s "
                                + "after it was well.");
    }

    @Test
    void goalsDecide() {
        assertThat(met(summary, Samples.USUAL)).containsExactly(true, true, true);
        assertThat(met(summary, new Limits(0, 16, Optional.empty()))).containsExactly(true, false, true, true);
        assertThat(met(summary, new Limits(0, 17, Optional.empty()))).containsExactly(true, true, true, true);
        assertThat(met(summary, new Limits(0, 100, Optional.of(Duration.ofMillis(499)))))
                .containsExactly(true, false, true, true);
        assertThat(met(summary, new Limits(0, 100, Optional.of(Duration.ofMillis(500)))))
                .containsExactly(true, true, true, true);
    }

    @Test
    void whoTreatsTheProviderBadlyOrShowsHalfAnAnswerHasNotSurvived() {
        Summary bad = Summary.of(
                Samples.record(List.of("hammering", "b", "c", "d", "e", "f", "g"), List.of("answer 3 is empty")));
        List<Goal> goals = Goal.of(bad, Samples.USUAL);
        assertThat(goals).extracting(Goal::isMet).containsExactly(true, false, false);
        assertThat(goals.get(1).found()).isEqualTo("answer 3 is empty.");
        assertThat(goals.get(2).found()).isEqualTo("hammering; b; c; d; e; and 2 more.");
        assertThat(Verdict.of(bad, goals).title()).isEqualTo("Not survived: 2 goals missed");
    }

    @Test
    void whoStillWaitsWhenADrillIsStoppedCountsAgainstNoGoal() {
        DrillRecord record = Samples.record();
        DrillRecord swapped = new DrillRecord(
                record.setting(),
                record.startedAt(),
                Optional.of(Duration.ofSeconds(35)),
                record.latestArrival(),
                record.said(),
                new DrillRecord.Side(
                        List.of(
                                Samples.call(1, 1, 2, Outcome.FAILED, 4),
                                Samples.call(2, 2, 33, Outcome.UNFINISHED, 0),
                                Samples.call(3, 3, 0.1, Outcome.QUEUED, 0)),
                        List.of(),
                        0,
                        List.of(),
                        List.of()),
                Optional.empty());
        Summary all = Summary.of(swapped);
        assertThat(met(all, Samples.USUAL)).containsExactly(false, true, true);
        assertThat(met(all, new Limits(34, 100, Optional.empty()))).containsExactly(true, true, true);
        assertThat(Goal.of(all, Samples.USUAL).get(0).found()).isEqualTo("1 of 3 calls: 33.3 %.");
        DrillRecord toItsEnd = new DrillRecord(
                swapped.setting(),
                swapped.startedAt(),
                Optional.empty(),
                swapped.latestArrival(),
                swapped.said(),
                swapped.tideover(),
                swapped.bare());
        assertThat(Goal.of(Summary.of(toItsEnd), Samples.USUAL).get(0).found()).isEqualTo("2 of 3 calls: 66.7 %.");
        assertThat(Verdict.of(all, Goal.of(all, Samples.USUAL)).sentences())
                .startsWith(
                        "The drill was stopped after 35 s, before its end.",
                        "Of 3 calls, 0 were answered. 1 was kept to be answered later, 1 got an error and 1 got nothing yet.");
    }

    @Test
    void aDrillThatNobodyCameToIsNotSurvived() {
        Summary nobody = Summary.of(Samples.empty());
        List<Goal> goals = Goal.of(nobody, Samples.USUAL);
        assertThat(goals.get(0).isMet()).isFalse();
        assertThat(Verdict.of(nobody, goals).isSurvived()).isFalse();
        assertThat(Verdict.of(nobody, goals).sentences().get(1)).isEqualTo("Of 0 calls, 0 were answered.");
    }

    @ParameterizedTest
    @EnumSource(PastOutage.class)
    void phasesFillTheTimelineAndThePageFollowsThem(PastOutage past) {
        Timeline played = past.timeline().compressedTo(Duration.ofSeconds(60));
        List<Outage.Span> phases = Outage.spans(played);
        assertThat(phases.get(0).from()).isZero();
        assertThat(phases.get(phases.size() - 1).to()).isEqualTo(played.length());
        List<Outage.Span> page = Outage.pageSpans(played);
        assertThat(page.get(0).level()).isEqualTo(PageLevel.OPERATIONAL);
        assertThat(page.get(page.size() - 1).to()).isEqualTo(played.length());
        for (int i = 1; i < page.size(); i++) {
            assertThat(page.get(i).from()).isEqualTo(page.get(i - 1).to());
            assertThat(page.get(i).level()).isNotEqualTo(page.get(i - 1).level());
        }
        Duration begin = Outage.trouble(played).orElseThrow();
        assertThat(page.get(0).to()).isEqualTo(begin.plus(played.pageLag()));
        assertThat(Outage.recovery(played).orElseThrow()).isGreaterThan(begin);
    }

    @Test
    void aTimelineThatEndsInTroubleHasNoRecoveryAndAFairOneHasNoTrouble() {
        Timeline fair = Timeline.named("fair").phase("well", Duration.ofMinutes(1), Weather.fair());
        assertThat(Outage.trouble(fair)).isEmpty();
        assertThat(Outage.recovery(fair)).isEmpty();
        Timeline bad = fair.phase("bad", Duration.ofMinutes(1), Weather.all(Trouble.SILENCE.behaviour()));
        assertThat(Outage.trouble(bad)).contains(Duration.ofMinutes(1));
        assertThat(Outage.recovery(bad)).isEmpty();
    }
}
