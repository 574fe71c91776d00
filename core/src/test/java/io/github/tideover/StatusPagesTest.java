package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.provider.Provider;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.StatusEvent;
import io.github.tideover.status.StatusPage;
import io.github.tideover.status.StatusPages;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that reads its provider's status page, over real HTTP on loopback. */
class StatusPagesTest {
    @StartStop
    private final MockWebServer chat = new MockWebServer();

    @StartStop
    private final MockWebServer page = new MockWebServer();

    private final ManualTime time = new ManualTime();
    private final List<StatusEvent> events = new CopyOnWriteArrayList<>();
    private final List<RecordedRequest> pageRequests = new CopyOnWriteArrayList<>();
    private volatile Supplier<MockResponse> shown = () -> page("operational", "");
    private Tideover tideover;

    @BeforeEach
    void start() {
        chat.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return TideoverTest.says("Hello");
            }
        });
        page.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                pageRequests.add(request);
                return shown.get();
            }
        });
    }

    @AfterEach
    void stop() {
        if (tideover != null) {
            tideover.close();
        }
    }

    private static MockResponse page(String state, String more) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .body("{\"components\":[{\"id\":\"c\",\"name\":\"Chat API\",\"status\":\"" + state + "\"}]" + more
                        + "}")
                .build();
    }

    private Tideover.Builder client() {
        return Tideover.builder()
                .provider(Provider.openAiCompatible(chat.url("/v1/").toString())
                        .name("main")
                        .apiKey("sk-secret-key")
                        .model("small"))
                .onStatus(events::add)
                .time(time.time());
    }

    private StatusPage statusPage() {
        return StatusPage.statuspage(page.url("/").toString(), "Chat API");
    }

    private Tideover reading() {
        tideover = client().statusPages(StatusPages.ofProviders().page("main", statusPage()))
                .build();
        return tideover;
    }

    private ServiceState state() {
        return tideover.status().state();
    }

    /** Lets the poller's thread finish what was due. */
    private void read(int requests) {
        Awaiting.until(() -> pageRequests.size() >= requests);
    }

    @Test
    void noPageIsReadUnlessTheApplicationAsks() {
        tideover = client().build();
        tideover.chat("Hi");
        time.advance(Duration.ofHours(3));
        tideover.chat("Hi");
        assertThat(page.getRequestCount()).isZero();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("tideover-status-pages") && thread.isAlive());
    }

    @Test
    void aPageThatIsAskedForIsReadBesideTheCallsAndWithoutTheKey() {
        reading();
        assertThat(tideover.status().providers().get(0).page()).isEmpty();
        time.advance(Duration.ofSeconds(10));
        Awaiting.until(() -> tideover.status().providers().get(0).page().isPresent());
        assertThat(state()).isEqualTo(ServiceState.OPERATIONAL);
        assertThat(pageRequests).hasSize(1);
        assertThat(pageRequests.get(0).getHeaders().toString()).doesNotContain("sk-secret");
        assertThat(chat.getRequestCount()).isZero();
    }

    @Test
    void aPageAloneRaisesTheStatusToDegradedAtMost() {
        shown = () -> page("major_outage", "");
        reading();
        time.advance(Duration.ofSeconds(10));
        Awaiting.until(() -> state() == ServiceState.DEGRADED);
        assertThat(tideover.chat("Hi").text()).isEqualTo("Hello");
        assertThat(tideover.status().diagnosis().orElseThrow().evidence().toString())
                .contains(page.url("/").toString());
    }

    @Test
    void anIncidentOnThePageIsNewsAndAMaintenanceIsAnnounced() {
        shown = () -> page(
                "degraded_performance",
                ",\"incidents\":[{\"id\":\"i\",\"name\":\"Errors\",\"status\":\"investigating\",\"impact\":\"minor\","
                        + "\"started_at\":\"2026-11-22T11:30:00Z\",\"components\":[{\"name\":\"Chat API\"}]}],"
                        + "\"scheduled_maintenances\":[{\"id\":\"m\",\"name\":\"Move\",\"status\":\"scheduled\","
                        + "\"scheduled_for\":\"2026-11-23T01:00:00Z\",\"scheduled_until\":\"2026-11-23T02:00:00Z\","
                        + "\"components\":[{\"name\":\"Chat API\"}]}]");
        reading();
        time.advance(Duration.ofSeconds(10));
        Awaiting.until(() -> events.stream()
                .map(StatusEvent::kind)
                .toList()
                .containsAll(List.of(StatusEvent.Kind.PROVIDER_UPDATE, StatusEvent.Kind.MAINTENANCE_AHEAD)));
        assertThat(tideover.status().eta()).isPresent();
    }

    /** Ways of a page to be in the way. */
    private enum Nuisance {
        HANGS(() -> new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build()),
        DRIPS(() -> page("operational", "")
                .newBuilder()
                .throttleBody(1, 50, TimeUnit.MILLISECONDS)
                .build()),
        REFUSES(() -> new MockResponse.Builder().code(405).build()),
        IS_ENDLESS(() -> new MockResponse.Builder()
                .chunkedBody("{\"components\":[" + "{},".repeat(2_000_000), 1 << 20)
                .build()),
        LIES(() -> page("major_outage", ""));

        private final Supplier<MockResponse> response;

        Nuisance(Supplier<MockResponse> response) {
            this.response = response;
        }
    }

    @ParameterizedTest
    @EnumSource(Nuisance.class)
    void whateverAPageDoesTheChatGoesOnAtTheSameSpeed(Nuisance nuisance) {
        reading();
        time.advance(Duration.ofSeconds(10));
        Awaiting.until(() -> tideover.status().providers().get(0).page().isPresent() && time.scheduledTasks() > 0);
        tideover.chat("Hi");
        shown = nuisance.response;
        time.advance(Duration.ofMinutes(12));
        read(2); // it is at it now
        for (int i = 0; i < 20; i++) {
            long start = System.nanoTime();
            assertThat(tideover.chat("Hi").isLive()).isTrue();
            // A page in the way would hold a call for the 5 s that the page is given, or longer.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        }
        assertThat(tideover.status().providers().get(0).page().orElseThrow().worst())
                .isPresent(); // what was known is still known
        if (nuisance != Nuisance.LIES) {
            assertThat(state()).isEqualTo(ServiceState.OPERATIONAL);
        }
    }

    @Test
    void aClosedClientReadsNoPageAndKeepsNoThread() {
        reading();
        time.advance(Duration.ofSeconds(10));
        read(1);
        tideover.close();
        time.advance(Duration.ofHours(1));
        Awaiting.until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("tideover-status-pages")));
        assertThat(pageRequests).hasSize(1);
    }

    @Test
    void aClientMadeFromAnotherReadsTheSamePages() {
        reading();
        try (Tideover other = tideover.newBuilder().lastResort("Later.").build()) {
            time.advance(Duration.ofSeconds(10));
            Awaiting.until(() -> other.status().providers().get(0).page().isPresent());
        }
    }

    @Test
    void aPageOfAProviderThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> client().statusPages(StatusPages.ofProviders().page("mian", statusPage()))
                        .build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("statusPages names provider mian, which this client does not have; it has [main]");
        assertThatThrownBy(() -> client().statusPages(StatusPages.ofProviders().without("mian"))
                        .build())
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status.example.com",
                "ftp://status.example.com/",
                "https://status.example.com/?a=b",
                "https://me:secret@status.example.com/",
                "https://status.example.com/api/v2/summary.json"
            })
    void anAddressThatCannotBeOneIsRefusedAtOnce(String address) {
        assertThatThrownBy(() -> StatusPage.statuspage(address, "API"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the address of a status page must ")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aPageWithoutComponentsOrWithABlankOneIsRefused() {
        assertThatThrownBy(() -> StatusPage.statuspage("https://status.example.com/"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name the components");
        assertThatThrownBy(() -> StatusPage.instatus("https://status.example.com/", " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("blank");
    }

    @Test
    void howLongAheadMustBeATime() {
        for (Duration bad : List.of(Duration.ZERO, Duration.ofHours(-1), Duration.ofDays(366))) {
            assertThatThrownBy(() -> StatusPages.ofProviders().announceAhead(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at most 365 days");
        }
    }

    @Test
    void thePagesOfSomeProvidersAreKnownByTheirAddress() {
        StatusPages pages = StatusPages.ofProviders();
        assertThat(pages.pageOf("x", Provider.openAi("sk-k").baseUrl())
                        .orElseThrow()
                        .address())
                .isEqualTo("https://status.openai.com/");
        assertThat(pages.pageOf("x", Provider.openAiResponses("sk-k").baseUrl())
                        .orElseThrow()
                        .components())
                .containsExactly("Chat Completions", "Responses");
        assertThat(pages.pageOf("x", Provider.anthropic("sk-k").baseUrl())
                        .orElseThrow()
                        .address())
                .isEqualTo("https://status.claude.com/");
        assertThat(pages.pageOf("x", Provider.groq("sk-k").baseUrl())
                        .orElseThrow()
                        .address())
                .isEqualTo("https://groqstatus.com/");
        assertThat(pages.pageOf("x", Provider.perplexity("sk-k").baseUrl())
                        .orElseThrow()
                        .address())
                .isEqualTo("https://status.perplexity.com/");
        for (Provider unknown : List.of(
                Provider.mistral("sk-k"),
                Provider.deepSeek("sk-k"),
                Provider.xAi("sk-k"),
                Provider.openRouter("sk-k"),
                Provider.together("sk-k"),
                Provider.fireworks("sk-k"),
                Provider.cohere("sk-k"),
                Provider.gemini("sk-k"),
                Provider.azureOpenAi("https://mine.openai.azure.com/"),
                Provider.ollama())) {
            assertThat(pages.pageOf("x", unknown.baseUrl())).as(unknown.name()).isEmpty();
        }
        assertThat(pages.without("x").pageOf("x", Provider.openAi("sk-k").baseUrl()))
                .isEmpty();
        assertThat(pages.page("x", statusPage())
                        .pageOf("x", Provider.openAi("sk-k").baseUrl()))
                .map(StatusPage::address)
                .contains(page.url("/").toString());
    }
}
