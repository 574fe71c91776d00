package io.github.tideover.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

import io.github.tideover.Tideover;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.StatusPages;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Timelines, outages of the past, capacity, and the page beside it all. */
class WeatherTest {
    private static final Timeline MONDAY = Timeline.named("Monday")
            .phase("well", Duration.ofMinutes(10), Weather.fair())
            .phase("brownout", Duration.ofMinutes(20), Weather.partly(25, Behaviour.fails(Fault.SERVER_ERROR)))
            .phase("dark", Duration.ofMinutes(30), Weather.all(Behaviour.fails(Fault.OVERLOADED)));

    private final ManualTime time = new ManualTime();
    private final OutageServer service = OutageServer.start(time);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        service.close();
    }

    private HttpResponse<String> send(HttpRequest request) {
        return http.sendAsync(request, BodyHandlers.ofString())
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private int ask() {
        return ask(service);
    }

    private int ask(OutageServer server) {
        return send(HttpRequest.newBuilder(URI.create(server.baseUrl() + "chat/completions"))
                        .POST(HttpRequest.BodyPublishers.ofString("{}"))
                        .build())
                .statusCode();
    }

    private Map<Integer, Integer> ask(int times) {
        Map<Integer, Integer> statuses = new HashMap<>();
        for (int i = 0; i < times; i++) {
            statuses.merge(ask(), 1, Integer::sum);
        }
        return statuses;
    }

    @Test
    void aTimelineIsPlayedPhaseByPhaseAndThenTheProviderIsWell() throws Exception {
        service.plays(MONDAY);
        assertThat(ask(5)).containsExactly(Map.entry(200, 5));
        time.advance(Duration.ofMinutes(10));
        Map<Integer, Integer> brownout = ask(200);
        assertThat(brownout.keySet()).containsExactlyInAnyOrder(200, 500);
        assertThat(brownout.get(500)).isBetween(35, 65); // 25 %, and three deviations
        time.advance(Duration.ofMinutes(20));
        assertThat(ask(5)).containsExactly(Map.entry(503, 5));
        time.advance(Duration.ofMinutes(30));
        assertThat(ask(5)).containsExactly(Map.entry(200, 5));
    }

    @Test
    void aLineOfTheScriptGoesBeforeTheWeather() throws Exception {
        service.plays(Timeline.named("dark")
                .phase("dark", Duration.ofMinutes(1), Weather.all(Behaviour.fails(Fault.OVERLOADED))));
        service.says("All the same");
        assertThat(ask()).isEqualTo(200);
        assertThat(ask()).isEqualTo(503);
    }

    @Test
    void aTimelineCanBeCompressed() throws Exception {
        Timeline minute = MONDAY.compressedTo(Duration.ofMinutes(1));
        assertThat(minute.length()).isEqualTo(Duration.ofMinutes(1));
        assertThat(minute.pageLag()).isEqualTo(Duration.ofSeconds(8));
        assertThat(minute.phases())
                .extracting(Timeline.Phase::name, Timeline.Phase::length)
                .containsExactly(
                        tuple("well", Duration.ofSeconds(10)),
                        tuple("brownout", Duration.ofSeconds(20)),
                        tuple("dark", Duration.ofSeconds(30)));
        service.plays(minute);
        time.advance(Duration.ofSeconds(31));
        assertThat(ask()).isEqualTo(503);
        time.advance(Duration.ofSeconds(29));
        assertThat(ask()).isEqualTo(200);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Weather.partly(60, Behaviour.answers()).and(50, Behaviour.goesSilent()))
                .withMessageContaining("40");
        assertThatIllegalArgumentException().isThrownBy(() -> Weather.partly(0, Behaviour.answers()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MONDAY.phase("none", Duration.ZERO, Weather.fair()))
                .withMessageContaining("none");
        assertThatIllegalArgumentException().isThrownBy(() -> MONDAY.compressedTo(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> MONDAY.pageLag(Duration.ofNanos(-1)));
        assertThatIllegalStateException()
                .isThrownBy(() -> Timeline.named("empty").compressedTo(Duration.ofMinutes(1)))
                .withMessageContaining("no phase");
        assertThatIllegalArgumentException().isThrownBy(() -> Capacity.perSecond(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Capacity.perSecond(1).line(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Capacity.perSecond(1).refusalsCosting(-1));
    }

    /** Asks so often a second, for so long; returns how many were answered. */
    private int load(int perSecond, int seconds) {
        int answered = 0;
        for (int i = 0; i < perSecond * seconds; i++) {
            answered += ask() == 200 ? 1 : 0;
            time.advance(Duration.ofSeconds(1).dividedBy(perSecond));
        }
        return answered;
    }

    @Test
    void aProviderThatIsHammeredStaysDownAndComesBackWhenItIsLeftAlone() throws Exception {
        service.takes(Capacity.perSecond(5).refusalsCosting(0.5));
        assertThat(load(4, 5)).isEqualTo(20); // below what it can do, all is well
        load(20, 5); // a spike
        assertThat(load(12, 5))
                .as("hammered on, it does less than half of what it can")
                .isLessThan(12);
        time.advance(Duration.ofSeconds(10));
        assertThat(load(4, 5)).as("left alone, it is back").isEqualTo(20);
    }

    @ParameterizedTest
    @EnumSource(PastOutage.class)
    void anOutageOfThePastBeginsAndEndsWellAndSaysWhereItIsFrom(PastOutage outage) {
        Timeline timeline = outage.timeline();
        assertThat(outage.name()).endsWith(outage.date().toString().replace('-', '_'));
        assertThat(outage.source()).hasScheme("https");
        assertThat(outage.reported()).isNotBlank();
        assertThat(outage.reconstructed()).isNotBlank();
        assertThat(timeline.at(Duration.ZERO).level()).isEqualTo(PageLevel.OPERATIONAL);
        assertThat(timeline.at(timeline.length().minusNanos(1)).level()).isEqualTo(PageLevel.OPERATIONAL);
        assertThat(timeline.recovery()).isPositive().isLessThan(timeline.length());
    }

    @Test
    void theBrownoutOfJune2025IsOneInFour() throws Exception {
        service.plays(PastOutage.OPENAI_2025_06_10.timeline());
        time.advance(Duration.ofHours(4));
        Map<Integer, Integer> statuses = ask(200);
        assertThat(statuses.get(200)).isBetween(132, 168); // 75 %, and three deviations
    }

    @Test
    void anOutageOfThePastIsSurvivedInCompressedTime() {
        try (OutageServer primary = OutageServer.builder().name("primary").start();
                OutageServer backup = OutageServer.builder().name("backup").start();
                Tideover tideover = Tideover.builder()
                        .provider(primary.provider())
                        .alternate(backup.provider(Dialect.MESSAGES))
                        .build()) {
            primary.plays(PastOutage.OPENAI_2023_11_08.timeline().compressedTo(Duration.ofSeconds(3)));
            WatchedClient client =
                    WatchedClient.of(question -> tideover.chat(question).text(), primary, backup);
            int number = 0;
            while (primary.wellFor().isEmpty()) {
                client.tries("Question " + number++);
            }
            assertThat(number).isPositive();
            TideoverAssertions.assertThat(client).neverShowedATruncatedAnswer().alwaysAnswered();
            TideoverAssertions.assertThat(primary).wasTreatedWell();
        }
    }

    private JsonNode page(String document) {
        return Speech.JSON.readTree(
                send(HttpRequest.newBuilder(URI.create(service.statusPage().address() + document))
                                .build())
                        .body());
    }

    @Test
    void thePageLearnsOfTroubleAndOfItsEndLate() throws Exception {
        service.plays(MONDAY); // trouble from minute 10 to 60
        LaggingPage page = service.statusPage();
        time.advance(Duration.ofMinutes(17));
        assertThat(page.level()).isEqualTo(PageLevel.OPERATIONAL);
        assertThat(page("api/v2/summary.json").at("/status/indicator").asString())
                .isEqualTo("none");
        time.advance(Duration.ofMinutes(1));
        assertThat(page("api/v2/components.json").at("/components/0/status").asString())
                .isEqualTo("partial_outage");
        time.advance(Duration.ofMinutes(20));
        JsonNode incident = page("api/v2/summary.json").at("/incidents/0");
        assertThat(incident.at("/impact").asString()).isEqualTo("critical");
        assertThat(incident.at("/incident_updates/0/status").asString()).isEqualTo("identified");
        time.advance(Duration.ofMinutes(29));
        assertThat(page.level())
                .as("well for seven minutes, and the page does not know")
                .isEqualTo(PageLevel.MAJOR_OUTAGE);
        time.advance(Duration.ofMinutes(1));
        assertThat(page.level()).isEqualTo(PageLevel.OPERATIONAL);
        assertThat(page("api/v2/summary.json").at("/incidents").size()).isZero();
        JsonNode past = page("api/v2/incidents.json").at("/incidents/0");
        assertThat(past.at("/status").asString()).isEqualTo("resolved");
        assertThat(Duration.between(
                        java.time.Instant.parse(past.at("/started_at").asString()),
                        java.time.Instant.parse(past.at("/resolved_at").asString())))
                .isEqualTo(Duration.ofMinutes(50));
    }

    @Test
    void thePageMayBeWrong() throws Exception {
        service.statusPage().shows(PageLevel.MAJOR_OUTAGE);
        assertThat(ask()).isEqualTo(200);
        assertThat(page("api/v2/status.json").at("/status/indicator").asString())
                .isEqualTo("critical");
        assertThat(page("api/v2/incidents.json").at("/incidents").size()).isEqualTo(1);
        service.statusPage().showsWhatHappens();
        assertThat(page("api/v2/status.json").at("/status/indicator").asString())
                .isEqualTo("none");
    }

    @Test
    void ourOwnClientReadsIt() {
        RecordingStatusListener listener = new RecordingStatusListener();
        try (OutageServer real = OutageServer.start();
                Tideover tideover = Tideover.builder()
                        .provider(real.provider())
                        .statusPages(StatusPages.ofProviders()
                                .page(real.name(), real.statusPage().page()))
                        .onStatus(listener)
                        .build()) {
            real.statusPage().shows(PageLevel.MAJOR_OUTAGE);
            tideover.chat("Hello");
            assertThat(listener.await(ServiceState.DEGRADED).detail()).isNotBlank();
        }
    }

    @Test
    void theSameSeedMeansTheSameLuckAndAnotherOneAnother() throws Exception {
        Set<String> runs = new HashSet<>();
        for (long seed : new long[] {7, 7, 8}) {
            try (OutageServer server =
                    OutageServer.builder().time(time).seed(seed).start()) {
                server.plays(Timeline.named("half")
                        .phase("half", Duration.ofDays(1), Weather.partly(50, Behaviour.fails(Fault.OVERLOADED))));
                StringBuilder run = new StringBuilder();
                for (int i = 0; i < 30; i++) {
                    run.append(ask(server));
                }
                runs.add(run.toString());
            }
        }
        assertThat(runs).hasSize(2);
    }
}
