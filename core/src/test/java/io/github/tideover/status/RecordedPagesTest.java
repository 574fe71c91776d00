package io.github.tideover.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Status pages as they were. Skipped without the folder that the system property {@code tideover.fixtures} names. */
class RecordedPagesTest {
    private static final Instant NOW = Instant.parse("2026-10-09T12:30:00Z");

    private static Path pages = Path.of("");

    @BeforeAll
    static void findFixtures() {
        String folder = System.getProperty("tideover.fixtures", "");
        assumeTrue(
                !folder.isEmpty(),
                "skipped: the system property tideover.fixtures names no folder of recorded replies");
        pages = Path.of(folder, "status");
        assumeTrue(Files.isDirectory(pages), "skipped: there is no folder " + pages);
    }

    private static PageReport report(StatusPage page, String name) throws IOException {
        Path file = pages.resolve(name);
        assumeTrue(Files.exists(file), "skipped: there is no " + file);
        return ApiReport.of(page, List.of(PageReader.read(Files.readAllBytes(file))), null, NOW);
    }

    @Test
    void openAisHealthyPageThatIsTenDaysOldSaysThatAllIsWell() throws IOException {
        PageReport report = report(StatusPage.of("api.openai.com").orElseThrow(), "openai-summary-2026-10-09.json");
        assertThat(report.components())
                .extracting(PageReport.Component::name)
                .containsExactlyInAnyOrder("Chat Completions", "Responses");
        assertThat(report.worst()).contains(ServiceState.OPERATIONAL);
        assertThat(report.updatedAt()).contains(Instant.parse("2026-09-29T18:29:41Z"));
        assertThat(report.incidents()).isEmpty();
        assertThat(report.maintenances()).isEmpty();
    }

    @Test
    void anthropicsIncidentWithItsConsoleIsNoneOfItsApi() throws IOException {
        String name = "claude-summary-2026-10-09.json";
        PageReport api = report(StatusPage.of("api.anthropic.com").orElseThrow(), name);
        assertThat(api.worst()).contains(ServiceState.OPERATIONAL);
        assertThat(api.incidents()).isEmpty();

        PageReport console = report(
                StatusPage.statuspage("https://status.claude.com/", "Claude Console (platform.claude.com)"), name);
        assertThat(console.worst()).contains(ServiceState.DEGRADED);
        assertThat(console.incidents()).hasSize(1);
        PageReport.Incident incident = console.incidents().get(0);
        assertThat(incident.impact()).isEqualTo("major");
        assertThat(incident.status()).isEqualTo("monitoring");
        assertThat(incident.isMended()).isTrue();
        assertThat(incident.startedAt()).contains(Instant.parse("2026-10-07T13:25:04.155Z"));
        assertThat(incident.updates()).hasSize(4);
        assertThat(incident.updates().get(0).at()).contains(Instant.parse("2026-10-07T21:44:41.466Z"));
    }

    @Test
    void everyRecordedPageCanBeRead() throws IOException {
        try (Stream<Path> files = Files.list(pages)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".json")).toList()) {
                PageDocument page = PageReader.read(Files.readAllBytes(file));
                assertThat(page.components.size() + page.incidents.size() + page.maintenances.size())
                        .as(file.toString())
                        .isPositive();
            }
        }
    }
}
