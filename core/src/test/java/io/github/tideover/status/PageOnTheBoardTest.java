package io.github.tideover.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.failure.FailureKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the board makes of a page: maintenance ahead, and when service is back. */
class PageOnTheBoardTest {
    private final BoardFixture fixture = new BoardFixture("a/m", "b/m");

    private PageReport.Builder page() {
        return PageReport.builder("https://status.example.com/", fixture.instant());
    }

    private void hears(PageReport.Builder report) {
        fixture.board.heardFromPage("a", report.build());
        fixture.deliver();
    }

    private PageReport.Maintenance maintenance(Duration from, Duration until) {
        return PageReport.Maintenance.of(
                "m1", "Move", fixture.instant().plus(from), fixture.instant().plus(until), from.isNegative());
    }

    private List<StatusEvent> announced() {
        return fixture.events.stream()
                .filter(event -> event.kind() == StatusEvent.Kind.MAINTENANCE_AHEAD)
                .toList();
    }

    @Test
    void aMaintenanceIsAnnouncedOnceADayAhead() {
        Instant from = fixture.instant().plus(Duration.ofHours(25));
        PageReport.Maintenance ahead =
                PageReport.Maintenance.of("m1", "Move", from, from.plus(Duration.ofHours(2)), false);
        hears(page().maintenance(ahead));
        assertThat(announced()).isEmpty();
        fixture.passes(3_600);
        for (int i = 0; i < 10; i++) {
            hears(page().maintenance(ahead));
            fixture.passes(600);
        }
        assertThat(announced()).hasSize(1);
        StatusEvent event = announced().get(0);
        assertThat(event.scope()).contains("a");
        assertThat(event.previous()).isEqualTo(event.state());
        assertThat(event.headline()).isNotBlank();
        assertThat(event.detail()).contains("a").isNotBlank();
        assertThat(event.status().providers().get(0).page().orElseThrow().maintenances())
                .containsExactly(ahead);
    }

    @Test
    void itIsAnnouncedAgainWhenItsTimesChange() {
        hears(page().maintenance(maintenance(Duration.ofHours(2), Duration.ofHours(3))));
        hears(page().maintenance(maintenance(Duration.ofHours(2), Duration.ofHours(3))));
        assertThat(announced()).hasSize(1);
        hears(page().maintenance(maintenance(Duration.ofHours(2), Duration.ofHours(5))));
        assertThat(announced()).hasSize(2);
        // Put off beyond a day: who was told of the old time is told of the new one.
        hears(page().maintenance(maintenance(Duration.ofHours(50), Duration.ofHours(52))));
        assertThat(announced()).hasSize(3);
    }

    @Test
    void aPageThatIsGoneForAWhileAnnouncesNothingTwice() {
        PageReport.Maintenance ahead = maintenance(Duration.ofHours(8), Duration.ofHours(9));
        hears(page().maintenance(ahead));
        hears(page());
        fixture.passes(3_700);
        hears(page().maintenance(ahead));
        assertThat(announced()).hasSize(1);
    }

    @Test
    void whatHasBegunOrHasNoTimeIsNotAhead() {
        hears(page().maintenance(maintenance(Duration.ofHours(-1), Duration.ofHours(1)))
                .maintenance(PageReport.Maintenance.of("m2", "Some day", null, null, false)));
        assertThat(announced()).isEmpty();
    }

    @Test
    void howLongAheadIsTheApplicationsChoice() {
        fixture.board.pagesAreReadBy(() -> {}, Duration.ofHours(72));
        hears(page().maintenance(maintenance(Duration.ofHours(71), Duration.ofHours(73))));
        assertThat(announced()).hasSize(1);
    }

    @Test
    void manyMaintenancesFillNoMemory() {
        MaintenanceNotices notices = new MaintenanceNotices();
        Instant now = fixture.instant();
        for (int i = 0; i < 10_000; i++) {
            PageReport.Maintenance each =
                    PageReport.Maintenance.of("m" + i, "", now.plusSeconds(60), now.plusSeconds(120), false);
            assertThat(notices.isDue("a", each, now)).isTrue();
            assertThat(notices.isDue("a", each, now)).isFalse();
        }
    }

    private PageReport.Builder withIncident(PageReport.Builder page) {
        Instant at = fixture.instant().minus(Duration.ofDays(1));
        for (int i = 0; i < 39; i++) {
            int minutes = 11 + (i * 17) % 39; // 11 to 49 in an order of its own
            page.past(PageReport.Incident.of(
                    "p" + i,
                    "",
                    "major",
                    "resolved",
                    at.minus(Duration.ofMinutes(minutes)),
                    at,
                    List.of("API"),
                    List.of()));
            at = at.minus(Duration.ofDays(1));
        }
        return page.component(PageReport.Component.of("API", ServiceState.MAJOR_OUTAGE))
                .incident(PageReport.Incident.of(
                        "i", "Errors", "major", "identified", fixture.instant(), null, List.of("API"), List.of()));
    }

    @Test
    void anIncidentOnThePageGivesAnEstimateWithItsSample() {
        hears(withIncident(page()));
        Eta eta = fixture.provider("a").eta().orElseThrow();
        assertThat(eta.basis()).isEqualTo(Eta.Basis.HISTORY);
        assertThat(eta.sampleSize()).isEqualTo(39);
        assertThat(eta.p50()).contains(fixture.instant().plus(Duration.ofMinutes(30)));
        assertThat(fixture.provider("b").eta()).isEmpty();
    }

    @Test
    void anEstimateIsNoCountdown() {
        hears(withIncident(page()));
        Instant first = fixture.provider("a").eta().orElseThrow().p50().orElseThrow();
        PageReport.Builder later = withIncident(page());
        fixture.passes(1_500);
        fixture.board.heardFromPage("a", later.build());
        Instant second = fixture.provider("a").eta().orElseThrow().p50().orElseThrow();
        assertThat(second).isAfter(first);
    }

    @Test
    void troubleWithoutAPageHasAnUnknownEndAndHealthHasNone() {
        assertThat(fixture.provider("a").eta()).isEmpty();
        fixture.stops(0, FailureKind.TRANSIENT, 8);
        assertThat(fixture.provider("a").eta().orElseThrow().basis()).isEqualTo(Eta.Basis.UNKNOWN);
        fixture.resumes(0);
        assertThat(fixture.provider("a").eta()).isEmpty();
    }

    @Test
    void aLongWishOfTheProvidersIsToldAsNotBefore() {
        fixture.stops(0, FailureKind.OVERLOADED, 1_200);
        Eta eta = fixture.provider("a").eta().orElseThrow();
        assertThat(eta.basis()).isEqualTo(Eta.Basis.NOT_BEFORE);
        assertThat(eta.notBefore()).contains(fixture.instant().plusSeconds(1_200));
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"QUOTA", "AUTH", "FORBIDDEN", "MODEL_NOT_FOUND"})
    void aRestThatIsOurOwnIdeaIsNoWordOfTheProviders(FailureKind kind) {
        fixture.stops(0, kind, 1_200);
        assertThat(fixture.provider("a").eta().filter(eta -> eta.basis() != Eta.Basis.UNKNOWN))
                .isEmpty();
    }

    @Test
    void theReaderOfPagesIsWokenByEventsAndToldOfSuspicions() {
        int[] woken = new int[1];
        fixture.board.pagesAreReadBy(() -> woken[0]++, Duration.ofHours(24));
        assertThat(fixture.board.isUnwell("a")).isFalse();
        for (int i = 0; i < 3; i++) {
            fixture.fails(0, FailureKind.TRANSIENT);
        }
        assertThat(woken[0]).isPositive();
        assertThat(fixture.board.isUnwell("a")).isTrue();
        assertThat(fixture.board.isUnwell("b")).isFalse();
    }
}
