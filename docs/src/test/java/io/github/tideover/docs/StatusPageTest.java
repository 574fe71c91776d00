package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.Tideover;
import io.github.tideover.failure.ServiceUnavailableException;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.Cause;
import io.github.tideover.status.Diagnosis;
import io.github.tideover.status.Eta;
import io.github.tideover.status.Evidence;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.StatusEvent;
import io.github.tideover.status.StatusHistory;
import io.github.tideover.status.StatusPage;
import io.github.tideover.status.StatusPages;
import io.github.tideover.status.StatusPublisher;
import io.github.tideover.status.StatusWords;
import io.github.tideover.status.Uptime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listings in docs/status.md. */
class StatusPageTest {
    private final Loopback server = new Loopback();
    private final Provider provider = server.provider("openai");

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void theWordsOfALanguage() {
        // region: status-words
        StatusWords words = StatusWords.in(Locale.GERMAN).zone(ZoneId.of("Europe/Berlin"));
        Tideover tideover = Tideover.builder()
                .provider(provider)
                .statusWords(words)
                .onStatus(event -> System.out.println(event.headline()))
                .build();
        String german = tideover.status().headline();
        String french = tideover.status().headline(Locale.FRENCH); // where each user has a language of their own
        // end
        tideover.close();
        assertThat(german).isEqualTo("Der Assistent arbeitet normal.");
        assertThat(french).isEqualTo("L’assistant fonctionne normalement.");
    }

    @Test
    void wordsOfOnesOwn() {
        // region: status-own-words
        StatusWords words = StatusWords.in(Locale.ITALIAN)
                .with(Locale.ITALIAN, Map.of("headline.major_outage", "Il consulente non è disponibile."))
                .with(Locale.ENGLISH, Map.of("name.openai", "the model we rent"));
        Map<String, String> toTranslate = StatusWords.keys(); // every key, with our English
        // end
        assertThat(words.locale()).isEqualTo(Locale.ITALIAN);
        assertThat(toTranslate).containsEntry("headline.recovering", "The assistant is coming back.");
    }

    @Test
    void statusPages() {
        Provider gateway = server.provider("gateway");
        // region: status-pages
        Tideover tideover = Tideover.builder()
                .provider(provider)
                .alternate(gateway)
                .statusPages(StatusPages.ofProviders() // those whose page is known
                        .page(
                                "gateway",
                                StatusPage.instatus("https://status.example.com/", "Chat API")) // and one of your own
                        .announceAhead(Duration.ofHours(48)))
                .build();
        // end
        tideover.close();
        assertThat(tideover.status().providers().get(1).page()).isEmpty();
    }

    @Test
    void theKnownPagesAreThoseOfTheCode() {
        List<List<String>> rows = Pages.rows(Pages.page("docs/status.md"), "Status pages");
        Map<String, Provider> providers = Map.of(
                "OpenAI", Provider.openAi("sk-test-key"),
                "Anthropic", Provider.anthropic("sk-test-key"),
                "Groq", Provider.groq("sk-test-key"),
                "Perplexity", Provider.perplexity("sk-test-key"));
        assertThat(rows).extracting(row -> row.get(1)).containsExactlyInAnyOrderElementsOf(providers.keySet());
        for (List<String> row : rows) {
            StatusPage page = StatusPages.ofProviders()
                    .pageOf("it", providers.get(row.get(1)).baseUrl())
                    .orElseThrow();
            assertThat(row.get(0)).isEqualTo("<" + page.address() + ">");
            assertThat(row.get(2)).isEqualTo("`" + String.join("`, `", page.components()) + "`");
        }
    }

    @Test
    void theTablesHaveEveryStateKindAndBasisThereIs() {
        String page = Pages.page("docs/status.md");
        assertThat(firstCells(page, "What the states mean, and how they are reached"))
                .containsExactlyElementsOf(names(ServiceState.values()));
        assertThat(firstCells(page, "What is told"))
                .containsExactlyInAnyOrderElementsOf(names(StatusEvent.Kind.values()));
        assertThat(firstCells(page, "What the facts are")).containsExactlyElementsOf(names(Evidence.Kind.values()));
        assertThat(firstCells(page, "How long it may take").stream().limit(Eta.Basis.values().length))
                .containsExactlyInAnyOrderElementsOf(names(Eta.Basis.values()));
        List<String> counted = Pages.rows(page, "Uptime").stream()
                .map(row -> row.get(0))
                .filter(cell -> cell.startsWith("`"))
                .flatMap(cell -> Stream.of(cell.split(", ", -1)))
                .toList();
        assertThat(counted).containsExactlyInAnyOrderElementsOf(names(ServiceState.values()));
    }

    private static List<String> firstCells(String page, String heading) {
        return Pages.rows(page, heading).stream().map(row -> row.get(0)).toList();
    }

    private static List<String> names(Enum<?>[] constants) {
        return Stream.of(constants).map(each -> "`" + each.name() + "`").toList();
    }

    @Test
    void events() {
        server.answers(Loopback.fails(500));
        List<String> shown = new CopyOnWriteArrayList<>();
        // region: events-by-kind
        Tideover tideover = Tideover.builder()
                .provider(provider)
                .onStatus(event -> {
                    switch (event.kind()) {
                        case STATE_CHANGED, RECOVERING, RESTORED -> shown.add(event.headline());
                        case CAUSE_UNDERSTOOD, PROVIDER_UPDATE, UPDATE -> shown.add(event.detail());
                        default -> {} // what is told to nobody yet
                    }
                })
                .build();
        // end
        while (tideover.status().state() == ServiceState.OPERATIONAL) {
            assertThatThrownBy(() -> tideover.chat("What is a tide?")).isInstanceOf(ServiceUnavailableException.class);
        }
        tideover.close(); // what waits is told still
        while (shown.isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(shown.get(0)).contains("assistant");
        Diagnosis diagnosis = tideover.status().diagnosis().orElseThrow();
        // region: diagnosis
        System.out.println(diagnosis.cause() + ", " + Math.round(100 * diagnosis.confidence()) + " % sure");
        for (Evidence fact : diagnosis.evidence()) {
            System.out.println(fact.kind() + " of " + fact.source() + ": " + fact.words());
        }
        // end
        assertThat(diagnosis.cause()).isEqualTo(Cause.SOFTWARE_FAULT);
    }

    private final Map<String, String> saved = new ConcurrentHashMap<>();

    private void save(String name, String text) {
        saved.put(name, text);
    }

    @Test
    void theReportAfter() {
        // region: outage-report
        Tideover tideover = Tideover.builder()
                .provider(provider)
                .onOutageReport(report -> {
                    save("outage.md", report.toMarkdown()); // or toMarkdown(Locale.FRENCH)
                    save("outage.json", report.toJson());
                })
                .build();
        // end
        tideover.chat("What is a tide?");
        tideover.close();
        assertThat(saved).isEmpty(); // no outage, no report
    }

    @Test
    void uptime() {
        Tideover tideover = Tideover.builder().provider(provider).build();
        tideover.chat("What is a tide?");
        String said = Printed.by(() -> {
            // region: uptime
            StatusHistory history = tideover.statusHistory();
            for (String provider : history.providers()) {
                Uptime quarter = history.uptime(provider, Duration.ofDays(90));
                System.out.println(provider + ": up " + quarter.ratio() + ", not known for " + quarter.unknown());
                System.out.println(provider + ": back after " + history.meanTimeToRecover(provider));
            }
            // end
        });
        tideover.close();
        assertThat(said).contains("openai: up OptionalDouble", "openai: back after Optional.empty");
    }

    @Test
    void aHistoryThatOutlivesARestart(@TempDir Path dataDir) {
        // region: history-on-disk
        Tideover tideover =
                Tideover.builder().provider(provider).statusHistory(dataDir).build();
        // end
        tideover.close();
        assertThat(dataDir.resolve("status-history.jsonl")).exists();
    }

    @Test
    void aStatusPageOfOnesOwn() {
        Tideover tideover = Tideover.builder().provider(provider).build();
        // region: publisher
        StatusPublisher publisher = StatusPublisher.of("Lamplight Assistant").url("https://status.lamplight.example/");
        String html = publisher.html(tideover.status(), tideover.statusHistory());
        String german = publisher.html(tideover.status(), tideover.statusHistory(), Locale.GERMAN);
        String json = publisher.json(tideover.status(), tideover.statusHistory());
        String policy = StatusPublisher.contentSecurityPolicy();
        // end
        tideover.close();
        assertThat(html).contains("Lamplight Assistant: status", "The assistant is working normally.");
        assertThat(german).contains("<html lang=\"de\"");
        assertThat(json).contains("\"indicator\":\"none\"");
        assertThat(policy).startsWith("default-src 'none'");
    }
}
