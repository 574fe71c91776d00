package io.github.tideover.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.tideover.status.IncidentHistories.Shape;
import io.github.tideover.status.IncidentHistories.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said of when service is back, and how often it comes true. */
class EtaTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private static PageReport.Incident incident(String impact, String status, Instant from, Instant until) {
        return PageReport.Incident.of(
                "i" + from, "An incident", impact, status, from, until, List.of("API"), List.of());
    }

    private static PageReport.Builder page() {
        return PageReport.builder("https://status.example.com/", NOW);
    }

    /** Incidents of these many minutes, which is not in their order, so that the reckoning proves right. */
    private static List<Duration> minutes(int from, int to) {
        List<Duration> all = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            all.add(Duration.ofMinutes(i));
        }
        Collections.shuffle(all, new Random(5));
        return all;
    }

    private static PageReport.Builder with(PageReport.Builder page, List<Duration> history, String impact) {
        Instant at = NOW.minus(Duration.ofDays(1));
        for (Duration duration : history) {
            page.past(incident(impact, "resolved", at.minus(duration), at));
            at = at.minus(Duration.ofDays(1));
        }
        return page;
    }

    private static PageReport.Builder open(PageReport.Builder page, String impact, Duration elapsed) {
        return page.incident(incident(impact, "identified", NOW.minus(elapsed), null));
    }

    @Test
    void nothingIsKnownWithoutAPage() {
        Eta eta = Eta.of(null, null, NOW);
        assertThat(eta.basis()).isEqualTo(Eta.Basis.UNKNOWN);
        assertThat(eta.asOf()).isEqualTo(NOW);
        assertThat(eta.notBefore()).isEmpty();
        assertThat(eta.p50()).isEmpty();
        assertThat(eta.p80()).isEmpty();
        assertThat(eta.sampleSize()).isZero();
    }

    @Test
    void aMaintenanceUnderWayEndsWhenItIsScheduledTo() {
        Instant end = NOW.plus(Duration.ofMinutes(40));
        PageReport page = page().maintenance(PageReport.Maintenance.of("m", "Move", NOW.minusSeconds(60), end, true))
                .maintenance(PageReport.Maintenance.of("n", "Later", end, end.plusSeconds(3600), false))
                .build();
        Eta eta = Eta.of(page, NOW.plus(Duration.ofHours(1)), NOW);
        assertThat(eta.basis()).isEqualTo(Eta.Basis.SCHEDULED_END);
        assertThat(eta.notBefore()).contains(end);
    }

    @Test
    void ofAMaintenanceThatOverrunsNobodyKnowsTheEnd() {
        PageReport page = page().maintenance(
                        PageReport.Maintenance.of("m", "Move", NOW.minusSeconds(7200), NOW.minusSeconds(1), true))
                .build();
        assertThat(Eta.of(page, null, NOW).basis()).isEqualTo(Eta.Basis.UNKNOWN);
    }

    @Test
    void aMaintenanceAheadSaysNothingOfNow() {
        PageReport page = page().maintenance(
                        PageReport.Maintenance.of("m", "Move", NOW.plusSeconds(60), NOW.plusSeconds(3600), false))
                .build();
        assertThat(Eta.of(page, null, NOW).basis()).isEqualTo(Eta.Basis.UNKNOWN);
    }

    @Test
    void whatTheProviderAskedForIsNotBeforeAndNoPromise() {
        Instant wished = NOW.plus(Duration.ofMinutes(20));
        Eta eta = Eta.of(null, wished, NOW);
        assertThat(eta.basis()).isEqualTo(Eta.Basis.NOT_BEFORE);
        assertThat(eta.notBefore()).contains(wished);
        assertThat(eta.p50()).isEmpty();
    }

    @Test
    void aWishForAFewSecondsIsNoEstimate() {
        assertThat(Eta.of(null, NOW.plusSeconds(299), NOW).basis()).isEqualTo(Eta.Basis.UNKNOWN);
        assertThat(Eta.of(null, NOW.plusSeconds(300), NOW).basis()).isEqualTo(Eta.Basis.NOT_BEFORE);
        assertThat(Eta.of(null, NOW.minusSeconds(300), NOW).basis()).isEqualTo(Eta.Basis.UNKNOWN);
    }

    @Test
    void earlierIncidentsOfTheSameImpactSayHowLongItGoesOn() {
        PageReport page = open(with(page(), minutes(11, 49), "major"), "MAJOR", Duration.ZERO)
                .build();
        Eta eta = Eta.of(page, NOW.plusSeconds(8), NOW);
        assertThat(eta.basis()).isEqualTo(Eta.Basis.HISTORY);
        assertThat(eta.sampleSize()).isEqualTo(39);
        assertThat(eta.p50()).contains(NOW.plus(Duration.ofMinutes(30)));
        assertThat(eta.p80()).contains(NOW.plus(Duration.ofMinutes(42)));
        assertThat(eta.notBefore()).isEmpty();
    }

    @Test
    void incidentsOfAnotherImpactSayNothing() {
        PageReport page = open(with(page(), minutes(11, 49), "major"), "minor", Duration.ZERO)
                .build();
        assertThat(Eta.of(page, null, NOW).basis()).isEqualTo(Eta.Basis.UNKNOWN);
    }

    @Test
    void withoutAnOpenIncidentThereIsNothingToReckonFrom() {
        PageReport page = with(page(), minutes(11, 49), "major").build();
        assertThat(Eta.of(page, null, NOW).basis()).isEqualTo(Eta.Basis.UNKNOWN);
        PageReport over = with(page(), minutes(11, 49), "major")
                .incident(incident("major", "resolved", NOW.minusSeconds(900), null))
                .build();
        assertThat(Eta.of(over, null, NOW).basis()).isEqualTo(Eta.Basis.UNKNOWN);
    }

    @Test
    void nineteenIncidentsAreTooFewAndTwentyAreNot() {
        assertThat(ResidualLife.of(minutes(30, 48)).reckon(Duration.ZERO)).isEmpty();
        assertThat(ResidualLife.of(minutes(30, 49)).reckon(Duration.ZERO)).isPresent();
    }

    @Test
    void fourThatLastedBeyondAreTooFewAndFiveAreNot() {
        ResidualLife life = ResidualLife.of(minutes(1, 40));
        assertThat(life.reckon(Duration.ofMinutes(36))).isEmpty();
        assertThat(life.reckon(Duration.ofMinutes(35))).isPresent();
    }

    @Test
    void onlyTheNewestFiftyCount() {
        List<Duration> history = new ArrayList<>(Collections.nCopies(50, Duration.ofMinutes(30)));
        history.addAll(Collections.nCopies(500, Duration.ofHours(20)));
        ResidualLife life = ResidualLife.of(history);
        assertThat(life.sampleSize()).isEqualTo(50);
        assertThat(life.reckon(Duration.ZERO))
                .contains(new ResidualLife.Left(Duration.ofMinutes(30), Duration.ofMinutes(30)));
    }

    @Test
    void whatIsSaidIsNeverMoreExactThanFiveMinutes() {
        Eta eta = Eta.history(NOW.plusSeconds(60), NOW.plusSeconds(61), 20, NOW);
        assertThat(Duration.between(eta.p50().orElseThrow(), eta.p80().orElseThrow()))
                .isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void incidentsWithoutBothEndsOrWithThemReversedDoNotCount() {
        PageReport.Builder page = with(page(), minutes(11, 49), "major");
        for (int i = 0; i < 50; i++) {
            page.past(incident("major", "resolved", NOW, null));
            page.past(incident("major", "resolved", NOW, NOW));
            page.past(incident("major", "resolved", NOW, NOW.minusSeconds(60)));
            page.past(PageReport.Incident.of("x", "", "major", "resolved", null, NOW, List.of(), List.of()));
        }
        Eta eta = Eta.of(open(page, "major", Duration.ZERO).build(), null, NOW);
        assertThat(eta.sampleSize()).isEqualTo(39);
    }

    @Test
    void aClockAheadOfThePagesDoesNoHarm() {
        PageReport page = open(with(page(), minutes(11, 49), "major"), "major", Duration.ofHours(-1))
                .build();
        assertThat(Eta.of(page, null, NOW).p50()).contains(NOW.plus(Duration.ofMinutes(30)));
    }

    /** The longer it has lasted, the longer it will: durations are log-normal with a median of 45 minutes. */
    @ParameterizedTest
    @CsvSource({"0, 45, 104", "30, 40, 108", "60, 47, 127", "120, 61, 164", "240, 88, 231"})
    void waitingDoesNotBringTheEndNearer(int elapsed, double p50, double p80) {
        Random random = new Random(45);
        double[] durations =
                new double[200_000]; // of which a thousandth part suffices as a rule; this is for the table's sake
        Arrays.setAll(durations, i -> Shape.LOGNORMAL.duration(random, 0).toMillis() / 1e3);
        ResidualLife.Left left = ResidualLife.reckon(durations, 60.0 * elapsed).orElseThrow();
        // At 240 minutes, 9,400 are left. Three standard errors of their quantiles are 4 %.
        assertThat(left.p50().toMillis() / 60e3).isCloseTo(p50, within(0.04 * p50));
        assertThat(left.p80().toMillis() / 60e3).isCloseTo(p80, within(0.04 * p80));
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void whatIsShownComesTrueAsOftenAsItSays(Shape shape) {
        Tally shown = IncidentHistories.ask(shape, 50, true);
        if (shape.isSteady()) {
            assertThat(shown.p50()).isCloseTo(0.5, within(ResidualLife.TOLERANCE));
            assertThat(shown.p80()).isCloseTo(0.8, within(ResidualLife.TOLERANCE));
            assertThat(shown.shown()).isGreaterThan(0.6);
        } else {
            // Where the past is no guide, it has shown before, and so hardly anything is said.
            assertThat(shown.shown()).isLessThan(0.2);
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void fewerIncidentsAreAnsweredForLessOftenAndNotWorse(Shape shape) {
        if (!shape.isSteady()) {
            return;
        }
        Tally shown = IncidentHistories.ask(shape, 25, true);
        assertThat(shown.p50()).isCloseTo(0.5, within(0.12));
        assertThat(shown.p80()).isCloseTo(0.8, within(0.12));
        assertThat(shown.shown()).isBetween(0.3, 0.8);
    }

    @Test
    void theTableInTheDocumentationIsThis() throws IOException {
        Path page = Path.of(System.getProperty("basedir", "."), "..", "docs", "status.md");
        assertThat(Files.readString(page)).contains(IncidentHistories.table());
    }
}
