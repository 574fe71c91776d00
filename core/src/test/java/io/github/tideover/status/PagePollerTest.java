package io.github.tideover.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When pages are read, and what is told of them, over real HTTP and in hand-moved time. */
class PagePollerTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final MockWebServer server = new MockWebServer();
    private final HandMovedTime time = new HandMovedTime();
    private final Map<String, MockResponse> documents = new ConcurrentHashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final Heard heard = new Heard();
    private @Nullable PagePoller poller;

    /** What a hearer hears, in order. */
    private static final class Heard implements PagePoller.Hearer {
        private final Map<String, List<PageReport>> reports = new LinkedHashMap<>();
        private final List<String> mended = new ArrayList<>();
        private volatile boolean unwell;
        private boolean throwsAll;

        @Override
        public boolean isUnwell(String provider) {
            return unwell;
        }

        @Override
        public void heard(String provider, PageReport report) {
            reports.computeIfAbsent(provider, name -> new ArrayList<>()).add(report);
            if (throwsAll) {
                throw new IllegalStateException("the hearer's own trouble");
            }
        }

        @Override
        public void mended(String provider) {
            mended.add(provider);
        }

        List<PageReport> of(String provider) {
            return reports.getOrDefault(provider, List.of());
        }

        PageReport last() {
            return of("main").get(of("main").size() - 1);
        }
    }

    @BeforeEach
    void start() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                String path = request.getUrl().encodedPath();
                synchronized (asked) {
                    asked.add(path);
                }
                return documents.getOrDefault(
                        path, new MockResponse.Builder().code(404).build());
            }
        });
        server.start();
        says("operational", "");
    }

    @AfterEach
    void stop() {
        if (poller != null) {
            poller.close();
        }
        server.close();
    }

    private StatusPage page(String... components) {
        return StatusPage.statuspage(server.url("/").toString(), components);
    }

    private void polls(Map<String, StatusPage> pages) {
        poller = new PagePoller(
                pages, new OkHttpClient(), heard, time.clock(), time::nanos, time::later, time::dice, Runnable::run);
        poller.start();
    }

    private void polls() {
        polls(Map.of("main", page("API")));
    }

    private void says(String state, String more) {
        answers(body("{\"components\":[{\"id\":\"c\",\"name\":\"API\",\"status\":\"" + state
                + "\"},{\"id\":\"d\",\"name\":\"App\",\"status\":\"major_outage\"}]" + more + "}"));
    }

    private void answers(MockResponse response) {
        documents.put("/api/v2/summary.json", response);
    }

    private static MockResponse body(String body) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .body(body)
                .build();
    }

    private static String incident(String status) {
        return ",\"incidents\":[{\"id\":\"i\",\"name\":\"Errors\",\"status\":\"" + status
                + "\",\"impact\":\"major\",\"started_at\":\"2026-11-22T11:00:00Z\","
                + "\"components\":[{\"id\":\"c\",\"name\":\"API\",\"status\":\"partial_outage\"}]}]";
    }

    private int summaries() {
        synchronized (asked) {
            return (int) asked.stream().filter("/api/v2/summary.json"::equals).count();
        }
    }

    @Test
    void nothingIsAskedBeforeThePollerIsStarted() {
        poller = new PagePoller(
                Map.of("main", page("API")),
                new OkHttpClient(),
                heard,
                time.clock(),
                time::nanos,
                time::later,
                time::dice,
                Runnable::run);
        time.advance(Duration.ofHours(2));
        assertThat(asked).isEmpty();
    }

    @Test
    void whileAllIsWellAPageIsReadEveryTenMinutes() {
        polls();
        time.advance(Duration.ofSeconds(5));
        assertThat(summaries()).isEqualTo(1);
        assertThat(heard.last().worst()).contains(ServiceState.OPERATIONAL);
        time.advance(Duration.ofHours(1));
        assertThat(summaries()).isEqualTo(7);
        assertThat(heard.of("main")).hasSize(7);
        assertThat(asked).containsOnly("/api/v2/summary.json"); // there is no use for its history now
    }

    @Test
    void inTroubleAPageIsReadEveryMinute() {
        heard.unwell = true;
        polls();
        time.advance(Duration.ofSeconds(5));
        time.advance(MINUTE.multipliedBy(10));
        assertThat(summaries()).isEqualTo(11);
    }

    @Test
    void pausesVaryByAFifth() {
        for (double dice : new double[] {0, 0.999_999}) {
            time.dice = dice;
            int before = summaries();
            heard.unwell = true;
            polls();
            time.advance(Duration.ofSeconds(10));
            assertThat(summaries()).isEqualTo(before + 1);
            time.advance(Duration.ofSeconds(dice == 0 ? 37 : 61)); // 10 s are over, of which the first took none or all
            assertThat(summaries()).isEqualTo(before + 1);
            time.advance(Duration.ofSeconds(11));
            assertThat(summaries()).isEqualTo(before + 2);
            poller.close();
        }
    }

    @Test
    void whenTroubleBeginsThePageIsReadSoonAndOnce() {
        polls();
        time.advance(MINUTE.multipliedBy(5));
        heard.unwell = true;
        for (int i = 0; i < 100; i++) {
            poller.wake();
        }
        time.advance(Duration.ofSeconds(14));
        assertThat(summaries()).isEqualTo(1);
        time.advance(Duration.ofSeconds(2));
        assertThat(summaries()).isEqualTo(2);
        time.advance(Duration.ofSeconds(58));
        assertThat(summaries()).isEqualTo(2);
        time.advance(Duration.ofSeconds(2));
        assertThat(summaries()).isEqualTo(3);
    }

    @Test
    void troubleThatComesAndGoesAsksForNoMoreThanTroubleThatStays() {
        polls();
        time.advance(Duration.ofSeconds(5));
        for (int i = 0; i < 600; i++) {
            heard.unwell = i % 2 == 0;
            poller.wake();
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(summaries()).isBetween(9, 11);
    }

    @Test
    void wakingWhileAllIsWellAsksForNothing() {
        polls();
        time.advance(MINUTE);
        for (int i = 0; i < 100; i++) {
            poller.wake();
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(summaries()).isEqualTo(1);
    }

    @Test
    void aStateThatIsKnownIsNotSentAgainAndCountsAsHeard() throws Exception {
        polls();
        answers(body("{\"components\":[{\"name\":\"API\",\"status\":\"partial_outage\"}]}")
                .newBuilder()
                .setHeader("ETag", "\"1\"")
                .build());
        time.advance(Duration.ofSeconds(5));
        answers(new MockResponse.Builder().code(304).build());
        time.advance(MINUTE.multipliedBy(10));
        assertThat(server.takeRequest().getHeaders().get("If-None-Match")).isNull();
        assertThat(server.takeRequest().getHeaders().get("If-None-Match")).isEqualTo("\"1\"");
        assertThat(heard.of("main")).hasSize(2);
        assertThat(heard.last().worst()).contains(ServiceState.PARTIAL_OUTAGE);
        assertThat(heard.last().fetchedAt()).isEqualTo(HandMovedTime.START.plusSeconds(605));
    }

    /** What may come instead of a page. */
    private enum Instead {
        METHOD_NOT_ALLOWED(
                new MockResponse.Builder().code(405).body("challenge").build()),
        FORBIDDEN(
                new MockResponse.Builder().code(403).body("{\"components\":[]}").build()),
        TOO_MANY_REQUESTS(new MockResponse.Builder().code(429).build()),
        SERVER_ERROR(new MockResponse.Builder().code(500).build()),
        CHALLENGE(new MockResponse.Builder()
                .code(302)
                .setHeader("Location", "https://challenges.example.net/prove-it")
                .build()),
        HTML(new MockResponse.Builder()
                .setHeader("Content-Type", "text/html")
                .body("<!DOCTYPE html><title>Just a moment...</title>")
                .build()),
        TRUNCATED(body("{\"components\":[{\"name\":\"API\",\"status\":\"operational\"}")),
        OTHER_JSON(body("{\"error\":\"no\"}")),
        EMPTY(body("")),
        CUT(new MockResponse.Builder()
                .body("x".repeat(1_000))
                .onResponseBody(SocketEffect.ShutdownConnection.INSTANCE)
                .build()),
        HUNG_UP(new MockResponse.Builder()
                .onResponseStart(SocketEffect.ShutdownConnection.INSTANCE)
                .build()),
        HUNDRED_MEGABYTES(new MockResponse.Builder()
                .setHeader("Content-Length", 100 << 20)
                .setHeader("Content-Type", "application/json")
                .build()),
        ENDLESS(new MockResponse.Builder()
                .chunkedBody("{\"components\":[" + "{},".repeat(400_000), 100_000)
                .build());

        private final MockResponse response;

        Instead(MockResponse response) {
            this.response = response;
        }
    }

    @ParameterizedTest
    @EnumSource(Instead.class)
    void whatComesInsteadOfAPageChangesNothingUntilThePageIsAnHourOld(Instead instead) {
        heard.unwell = true;
        polls();
        says("partial_outage", "");
        time.advance(Duration.ofSeconds(5));
        answers(instead.response);
        time.advance(Duration.ofMinutes(60).minusMillis(1));
        assertThat(heard.of("main")).hasSize(1);
        time.advance(Duration.ofMillis(1));
        assertThat(heard.of("main")).hasSize(2);
        assertThat(heard.last().worst()).isEmpty();
        time.advance(Duration.ofHours(5));
        assertThat(heard.of("main")).hasSize(2);
        says("operational", "");
        time.advance(PageWatch.LONGEST_PAUSE);
        assertThat(heard.last().worst()).contains(ServiceState.OPERATIONAL);
        assertThat(heard.mended).isEmpty(); // it was not this page that said so
    }

    @Test
    void aPageThatNeverCouldBeReadSaysNothingAtAll() {
        answers(Instead.HTML.response);
        polls();
        time.advance(Duration.ofHours(12));
        assertThat(heard.reports).isEmpty();
    }

    @Test
    void aPageThatCannotBeReadIsAskedMoreAndMoreRarely() {
        heard.unwell = true;
        answers(Instead.FORBIDDEN.response);
        polls();
        time.advance(Duration.ofSeconds(5));
        int[] pauses = {2, 4, 8, 16, 30, 30};
        int count = 1;
        for (int pause : pauses) {
            time.advance(MINUTE.multipliedBy(pause).minusSeconds(1));
            assertThat(summaries()).isEqualTo(count);
            for (int i = 0; i < 10; i++) {
                poller.wake(); // is no reason to knock again
            }
            time.advance(Duration.ofSeconds(1));
            assertThat(summaries()).isEqualTo(++count);
        }
    }

    @Test
    void aPagesWishForRestIsAFloor() {
        heard.unwell = true;
        answers(new MockResponse.Builder()
                .code(429)
                .setHeader("Retry-After", "3600")
                .build());
        polls();
        time.advance(Duration.ofSeconds(5));
        for (int i = 0; i < 3_599; i++) {
            poller.wake();
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(summaries()).isEqualTo(1);
        time.advance(Duration.ofSeconds(2));
        assertThat(summaries()).isEqualTo(2);
    }

    @Test
    void aWishForRestBeyondSixHoursIsNotBelieved() {
        answers(new MockResponse.Builder()
                .code(503)
                .setHeader("Retry-After", "999999999")
                .build());
        polls();
        time.advance(Duration.ofHours(6).plusSeconds(6));
        assertThat(summaries()).isEqualTo(2);
    }

    @Test
    void twoProvidersOnOnePageShareEachRead() {
        Map<String, StatusPage> pages = new LinkedHashMap<>();
        pages.put("main", page("API"));
        pages.put("other", page("App"));
        polls(pages);
        time.advance(Duration.ofSeconds(5));
        assertThat(summaries()).isEqualTo(1);
        assertThat(heard.last().worst()).contains(ServiceState.OPERATIONAL);
        assertThat(heard.of("other").get(0).worst()).contains(ServiceState.MAJOR_OUTAGE);
    }

    @Test
    void historyIsAskedForInTroubleOnlyAndEveryHalfHour() {
        documents.put(
                "/api/v2/incidents.json",
                body("{\"incidents\":[{\"id\":\"o\",\"status\":\"resolved\",\"impact\":\"major\","
                        + "\"started_at\":\"2026-11-01T00:00:00Z\",\"resolved_at\":\"2026-11-01T01:00:00Z\"}]}"));
        polls();
        time.advance(Duration.ofHours(1));
        assertThat(asked).doesNotContain("/api/v2/incidents.json");
        heard.unwell = true;
        poller.wake();
        time.advance(MINUTE.multipliedBy(29));
        assertThat(asked.stream().filter("/api/v2/incidents.json"::equals)).hasSize(1);
        assertThat(heard.last().history()).hasSize(1);
        time.advance(MINUTE.multipliedBy(3));
        assertThat(asked.stream().filter("/api/v2/incidents.json"::equals)).hasSize(2);
        time.advance(MINUTE.multipliedBy(120));
        assertThat(heard.of("main").stream()
                        .skip(heard.of("main").size() - 120)
                        .allMatch(report -> report.history().size() == 1))
                .isTrue();
    }

    @Test
    void aHistoryThatIsNotThereIsAskedForNoMoreOften() {
        heard.unwell = true;
        polls();
        time.advance(MINUTE.multipliedBy(29));
        assertThat(summaries()).isGreaterThan(25);
        assertThat(asked.stream().filter("/api/v2/incidents.json"::equals)).hasSize(1);
    }

    @Test
    void aWishForRestAtTheHistoryIsAFloorForAll() {
        heard.unwell = true;
        documents.put(
                "/api/v2/incidents.json",
                new MockResponse.Builder()
                        .code(429)
                        .setHeader("Retry-After", "1200")
                        .build());
        polls();
        time.advance(MINUTE.multipliedBy(19));
        assertThat(summaries()).isEqualTo(1);
    }

    @Test
    void theSecondDocumentMayBeMissing() {
        polls(Map.of("main", StatusPage.incidentIo(server.url("/").toString(), "API")));
        time.advance(Duration.ofSeconds(5));
        assertThat(asked).containsExactly("/api/v2/summary.json", "/proxy/" + server.getHostName());
        assertThat(heard.last().worst()).contains(ServiceState.OPERATIONAL);
        time.advance(MINUTE.multipliedBy(10));
        assertThat(summaries()).isEqualTo(2);
    }

    @Test
    void theFirstDocumentMayBeMissingAsWell() {
        documents.remove("/api/v2/summary.json");
        documents.put(
                "/proxy/" + server.getHostName(),
                body("{\"ongoing_incidents\":[{\"id\":\"i\",\"affected_components\":[{\"name\":\"API\","
                        + "\"current_status\":\"full_outage\"}]}]}"));
        polls(Map.of("main", StatusPage.incidentIo(server.url("/").toString(), "API")));
        time.advance(Duration.ofSeconds(5));
        assertThat(heard.last().worst()).contains(ServiceState.MAJOR_OUTAGE);
    }

    @Test
    void thePageSaysItIsMendedOnce() {
        heard.unwell = true;
        says("partial_outage", incident("investigating"));
        polls();
        time.advance(Duration.ofSeconds(5));
        says("partial_outage", incident("identified"));
        time.advance(MINUTE.multipliedBy(2));
        assertThat(heard.mended).isEmpty();
        says("partial_outage", incident("monitoring"));
        time.advance(MINUTE.multipliedBy(5));
        assertThat(heard.mended).containsExactly("main");
        says("operational", incident("monitoring").replace("partial_outage", "operational"));
        time.advance(MINUTE.multipliedBy(5));
        assertThat(heard.mended).hasSize(2);
        says("operational", incident("resolved"));
        time.advance(MINUTE.multipliedBy(5));
        says("operational", "");
        time.advance(MINUTE.multipliedBy(5));
        assertThat(heard.mended).hasSize(2);
    }

    @Test
    void anIncidentThatIsGoneFromThePageIsOver() {
        heard.unwell = true;
        says("operational", incident("investigating").replace("partial_outage", "operational"));
        polls();
        time.advance(Duration.ofSeconds(5));
        says("operational", "");
        time.advance(MINUTE);
        assertThat(heard.mended).containsExactly("main");
    }

    @Test
    void aGreenPageIsNoNewsOfMending() {
        heard.unwell = true;
        polls();
        time.advance(Duration.ofHours(1));
        assertThat(heard.mended).isEmpty();
    }

    @Test
    void aWallClockThatJumpsMovesNoReadAndAgesNothing() {
        polls();
        time.advance(Duration.ofSeconds(5));
        for (Duration jump : List.of(Duration.ofHours(1), Duration.ofHours(-3))) {
            time.shiftWallClock(jump);
            int before = summaries();
            time.advance(MINUTE.multipliedBy(10));
            assertThat(summaries()).isEqualTo(before + 1);
            assertThat(heard.last().worst()).contains(ServiceState.OPERATIONAL);
        }
    }

    @Test
    void aHearerThatThrowsStopsNoReading() {
        heard.throwsAll = true;
        polls();
        time.advance(Duration.ofMinutes(35));
        assertThat(summaries()).isEqualTo(4);
    }

    @Test
    void aClosedPollerAsksForNothingMore() {
        polls();
        time.advance(Duration.ofSeconds(5));
        poller.close();
        poller.close();
        heard.unwell = true;
        poller.wake();
        time.advance(Duration.ofHours(3));
        assertThat(summaries()).isEqualTo(1);
    }

    @Test
    void pagesThatHangHoldOneThreadAndAreBrokenOffAtTheEnd() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                hanging.countDown();
                return new MockResponse.Builder()
                        .onResponseStart(SocketEffect.Stall.INSTANCE)
                        .build();
            }
        });
        Map<String, StatusPage> pages = new LinkedHashMap<>();
        for (int i = 0; i < 10; i++) {
            pages.put(
                    "provider-" + i,
                    StatusPage.statuspage(server.url("/" + i + "/").toString(), "API"));
        }
        poller = new PagePoller(pages, new OkHttpClient(), heard, time.clock(), time::nanos, time::later, time::dice);
        poller.start();
        time.advance(Duration.ofSeconds(10)); // hands ten reads over, and waits for none
        assertThat(hanging.await(20, TimeUnit.SECONDS)).isTrue();
        List<Thread> threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("tideover-status-pages"))
                .toList();
        assertThat(threads).hasSize(1);
        assertThat(threads.get(0).isDaemon()).isTrue();
        poller.close();
        threads.get(0).join(20_000);
        assertThat(threads.get(0).isAlive()).isFalse();
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void theAddressesOfEachFormatAreThoseThatAreDocumented() {
        assertThat(StatusPage.statuspage("https://status.example.com", "API").documents())
                .containsExactly("https://status.example.com/api/v2/summary.json");
        assertThat(StatusPage.incidentIo("https://status.example.com/", "API").documents())
                .containsExactly(
                        "https://status.example.com/api/v2/summary.json",
                        "https://status.example.com/proxy/status.example.com");
        assertThat(StatusPage.instatus("https://example.com/status", "API").documents())
                .containsExactly(
                        "https://example.com/status/v2/components.json", "https://example.com/status/summary.json");
        assertThat(StatusPage.instatus("https://status.example.com/", "API").history())
                .isNull();
    }
}
