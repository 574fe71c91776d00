package io.github.tideover.status;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of a status page, in each of the formats and with each of their oddities. */
class ApiReportTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final StatusPage PAGE = StatusPage.statuspage("https://status.example.com/", "Chat API");

    private static PageReport report(String... documents) throws IOException {
        return report(PAGE, null, documents);
    }

    private static PageReport report(StatusPage page, String history, String... documents) throws IOException {
        List<PageDocument> read = new ArrayList<>();
        for (String document : documents) {
            read.add(read(document));
        }
        return ApiReport.of(page, read, history == null ? null : read(history), NOW);
    }

    private static PageDocument read(String document) throws IOException {
        return PageReader.read(document.getBytes(UTF_8));
    }

    private static String summary(String apiStatus, String more) {
        return """
                {"page": {"id": "p1", "updated_at": "2026-11-22T11:00:00.123Z"},
                 "status": {"indicator": "none", "description": "All fine"},
                 "components": [
                   {"id": "c1", "name": "Chat app", "status": "major_outage"},
                   {"id": "c2", "name": "Chat API", "status": "%s", "group": false, "description": null}]%s}""".formatted(apiStatus, more);
    }

    @ParameterizedTest
    @CsvSource({
        "operational, OPERATIONAL",
        "degraded_performance, DEGRADED",
        "partial_outage, PARTIAL_OUTAGE",
        "major_outage, MAJOR_OUTAGE",
        "full_outage, MAJOR_OUTAGE",
        "under_maintenance, MAINTENANCE",
        "OPERATIONAL, OPERATIONAL",
        "DEGRADEDPERFORMANCE, DEGRADED",
        "MINOROUTAGE, DEGRADED",
        "PARTIALOUTAGE, PARTIAL_OUTAGE",
        "MAJOROUTAGE, MAJOR_OUTAGE",
        "UNDERMAINTENANCE, MAINTENANCE"
    })
    void theWordsOfAllFormatsAreUnderstood(String word, ServiceState state) throws IOException {
        assertThat(report(summary(word, "")).worst()).contains(state);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "on_fire", "Operational?", "ok", "null"})
    void aWordNobodyHasHeardOfIsNoEvidence(String word) throws IOException {
        PageReport report = report(summary(word, ""));
        if (word.equals("Operational?")) {
            assertThat(report.worst()).contains(ServiceState.OPERATIONAL); // punctuation is no difference
        } else {
            assertThat(report.worst()).isEmpty();
            assertThat(report.components()).isEmpty();
        }
    }

    @Test
    void onlyTheComponentsThatAreTheApiCount() throws IOException {
        PageReport report = report(summary("operational", ""));
        assertThat(report.components()).hasSize(1);
        assertThat(report.components().get(0).name()).isEqualTo("Chat API");
        assertThat(report.worst()).contains(ServiceState.OPERATIONAL);
        assertThat(report.source()).isEqualTo("https://status.example.com/");
        assertThat(report.fetchedAt()).isEqualTo(NOW);
        assertThat(report.updatedAt()).contains(Instant.parse("2026-11-22T11:00:00.123Z"));
    }

    @Test
    void capitalsAndSpacesInANameDoNotMatter() throws IOException {
        StatusPage page = StatusPage.statuspage("https://status.example.com", " chat api ");
        assertThat(report(page, null, summary("partial_outage", "")).worst()).contains(ServiceState.PARTIAL_OUTAGE);
    }

    @Test
    void theWordOverThePageCountsForNothing() throws IOException {
        String page = summary("operational", "").replace("\"none\"", "\"critical\"");
        assertThat(report(page).worst()).contains(ServiceState.OPERATIONAL);
    }

    @Test
    void aPageWithoutTheApisComponentSaysNothingOfIt() throws IOException {
        assertThat(report(summary("operational", "").replace("Chat API", "Chat API v2"))
                        .worst())
                .isEmpty();
    }

    @Test
    void ofTwoComponentsWithOneNameTheWorseCounts() throws IOException {
        assertThat(report("""
                        {"components": [
                          {"id": "a", "name": "Chat API", "status": "operational"},
                          {"id": "b", "name": "Chat API", "status": "degraded_performance"},
                          {"id": "c", "name": "chat api", "status": "unheard of"}]}""").worst()).contains(ServiceState.DEGRADED);
    }

    @Test
    void whatIsNullMissingOrOfAnotherTypeIsPassedOver() throws IOException {
        PageReport report = report("""
                {"page": null, "status": 7,
                 "components": [null, 3, "x", [], {}, {"name": null, "status": null}, {"name": {"a": 1}, "status": []},
                   {"name": "Chat API", "status": "operational", "id": 12}],
                 "incidents": null, "scheduled_maintenances": {"a": []}, "other": [[[]]]}""");
        assertThat(report.worst()).contains(ServiceState.OPERATIONAL);
        assertThat(report.incidents()).isEmpty();
        assertThat(report.maintenances()).isEmpty();
        assertThat(report.updatedAt()).isEmpty();
    }

    @Test
    void anIncidentIsReadWithItsUpdatesTheNewestFirst() throws IOException {
        PageReport report = report(summary("partial_outage", """
                , "incidents": [{"id": "i1", "name": "Elevated errors", "status": "identified", "impact": "major",
                   "created_at": "2026-11-22T09:00:00+00:00", "started_at": "2026-11-22T04:30:00-04:00",
                   "resolved_at": null, "components": [{"id": "c2", "name": "Chat API", "status": "partial_outage"}],
                   "incident_updates": [
                     {"status": "investigating", "body": "We look.", "created_at": "2026-11-22T09:00:00Z",
                      "affected_components": [{"code": "c2", "name": "Chat API", "new_status": "major_outage"}]},
                     {"status": "identified", "body": "We know.", "display_at": "2026-11-22T10:00:00Z",
                      "created_at": "2026-11-22T08:00:00Z"},
                     null, {"body": null, "status": null}]}]"""));
        assertThat(report.worst()).contains(ServiceState.PARTIAL_OUTAGE); // not what an update says it was
        assertThat(report.incidents()).hasSize(1);
        PageReport.Incident incident = report.incidents().get(0);
        assertThat(incident.id()).isEqualTo("i1");
        assertThat(incident.impact()).isEqualTo("major");
        assertThat(incident.status()).isEqualTo("identified");
        assertThat(incident.startedAt()).contains(Instant.parse("2026-11-22T08:30:00Z"));
        assertThat(incident.resolvedAt()).isEmpty();
        assertThat(incident.components()).containsExactly("Chat API");
        assertThat(incident.updates()).extracting(PageReport.Update::text).containsExactly("We know.", "We look.");
        assertThat(incident.updates().get(0).at()).contains(Instant.parse("2026-11-22T10:00:00Z"));
    }

    @Test
    void anIncidentWithoutUpdatesTimesOrImpactIsStillOne() throws IOException {
        PageReport report = report(summary(
                "degraded_performance",
                ", \"incidents\": [{\"name\": \"Slow\", \"status\": \"new word\", \"components\": [{\"name\": \"CHAT API\"}],"
                        + " \"started_at\": \"yesterday\"}]"));
        assertThat(report.incidents()).hasSize(1);
        assertThat(report.incidents().get(0).id()).isEqualTo("Slow");
        assertThat(report.incidents().get(0).startedAt()).isEmpty();
        assertThat(report.incidents().get(0).updates()).isEmpty();
    }

    @Test
    void anIncidentOfAnImpactOfNoneIsReal() throws IOException {
        PageReport report = report(summary("degraded_performance", """
                , "incidents": [{"id": "i", "name": "Errors", "status": "investigating", "impact": "none",
                   "components": [{"name": "Chat API", "status": "degraded_performance"}]}]"""));
        assertThat(report.incidents()).extracting(PageReport.Incident::impact).containsExactly("none");
    }

    @Test
    void anIncidentElsewhereOnThePageIsNoneOfTheApis() throws IOException {
        String elsewhere = ", \"incidents\": [{\"id\": \"i\", \"name\": \"App down\", \"status\": \"investigating\","
                + " \"impact\": \"critical\", \"components\": [{\"id\": \"c1\", \"name\": \"Chat app\"}]}]";
        assertThat(report(summary("operational", elsewhere)).incidents()).isEmpty();
        assertThat(report(summary("major_outage", elsewhere)).incidents()).isEmpty();
    }

    @Test
    void anIncidentThatNamesNoComponentIsTheApisWhileTheApiIsUnwell() throws IOException {
        String nameless = ", \"incidents\": [{\"id\": \"i\", \"name\": \"Errors\", \"status\": \"investigating\"}]";
        assertThat(report(summary("operational", nameless)).incidents()).isEmpty();
        assertThat(report(summary("partial_outage", nameless)).incidents()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-22T04:30:00-04:00, 2026-11-22T08:30:00Z",
        "2026-11-22T14:15:00+05:45, 2026-11-22T08:30:00Z",
        "2026-11-22T08:30:00.5Z, 2026-11-22T08:30:00.500Z",
        "Sun Nov 22 2026 08:30:00 GMT+0000 (Coordinated Universal Time), 2026-11-22T08:30:00Z",
        "Sun Nov 22 2026 03:30:00 GMT-0500, 2026-11-22T08:30:00Z",
        "2026-11-22T08:30:00,",
        "2026-11-22,",
        "0001-01-01T00:00:00Z,",
        "9999-12-31T23:59:59Z,",
        "1764000000,",
        "soon,",
        "'',"
    })
    void timesMayHaveAnyOffsetAndMayBeNone(String written, Instant meant) throws IOException {
        PageReport report = report(summary(
                "partial_outage",
                ", \"incidents\": [{\"id\": \"i\", \"components\": [{\"name\": \"Chat API\"}], \"started_at\": \""
                        + written + "\"}]"));
        if (meant == null) {
            assertThat(report.incidents().get(0).startedAt()).isEmpty();
        } else {
            assertThat(report.incidents().get(0).startedAt()).contains(meant);
        }
    }

    @Test
    void maintenancesOfTheApiAreReadAheadAndUnderWay() throws IOException {
        PageReport report = report(summary("under_maintenance", """
                , "scheduled_maintenances": [
                  {"id": "m1", "name": "Move", "status": "scheduled", "scheduled_for": "2026-11-23T01:00:00Z",
                   "scheduled_until": "2026-11-23T03:00:00Z", "components": [{"id": "c2", "name": "Chat API"}]},
                  {"id": "m2", "name": "Now", "status": "in_progress", "scheduled_for": "2026-11-22T11:00:00Z",
                   "scheduled_until": "2026-11-22T13:00:00Z", "components": [{"id": "c2"}]},
                  {"id": "m3", "name": "Done", "status": "completed", "components": [{"id": "c2"}]},
                  {"id": "m4", "name": "Called off", "status": "cancelled", "components": [{"id": "c2"}]},
                  {"id": "m5", "name": "Elsewhere", "status": "scheduled", "components": [{"id": "c1"}]},
                  {"id": "m6", "name": "Of what?", "status": "scheduled"}]"""));
        assertThat(report.maintenances())
                .extracting(PageReport.Maintenance::id, PageReport.Maintenance::isUnderWay)
                .containsExactly(tuple("m2", true), tuple("m1", false));
        assertThat(report.maintenances().get(1).from()).contains(Instant.parse("2026-11-23T01:00:00Z"));
        assertThat(report.maintenances().get(1).until()).contains(Instant.parse("2026-11-23T03:00:00Z"));
    }

    @Test
    void incidentIosOwnDocumentAddsToItsSummary() throws IOException {
        StatusPage page = StatusPage.incidentIo("https://status.example.com/", "Chat API", "Answers");
        String thin = """
                {"page": {"id": "P", "url": "https://status.example.com/", "updated_at": "2026-05-01T00:00:00Z"},
                 "status": {"indicator": "none"},
                 "components": [{"id": "C1", "name": "Chat API", "status": "operational"},
                                {"id": "C1b", "name": "Login", "status": "operational"},
                                {"id": "C1c", "name": "Login", "status": "operational"}]}""";
        String own = """
                {"summary": {"id": "P", "name": "Example",
                  "components": [{"id": "C1", "name": "Chat API"}, {"id": "C2", "name": "Answers"}],
                  "affected_components": [{"component_id": "C2", "status": "partial_outage"}],
                  "ongoing_incidents": [{"id": "I1", "name": "Errors", "status": "monitoring",
                    "published_at": "2026-11-22T10:00:00Z",
                    "component_impacts": [{"component_id": "C2", "status": "partial_outage",
                      "start_at": "2026-11-22T10:00:00Z", "end_at": null}],
                    "updates": [{"id": "u", "to_status": "monitoring", "published_at": "2026-11-22T11:00:00Z",
                      "message": {"text_node": {"type": "doc", "content": [{"type": "paragraph",
                        "content": [{"type": "text", "text": "A fix is "}, {"type": "text", "text": "in place."}]}]}}}]}],
                  "in_progress_maintenances": [], "scheduled_maintenances": [],
                  "structure": {"items": [{"group": {"components": [{"component_id": "C2", "name": "Answers"}]}}]}}}""";
        PageReport report = report(page, null, thin, own);
        assertThat(report.worst()).contains(ServiceState.PARTIAL_OUTAGE);
        assertThat(report.components()).hasSize(2);
        assertThat(report.incidents()).hasSize(1);
        PageReport.Incident incident = report.incidents().get(0);
        assertThat(incident.status()).isEqualTo("monitoring");
        assertThat(incident.startedAt()).contains(Instant.parse("2026-11-22T10:00:00Z"));
        assertThat(incident.components()).containsExactly("Answers");
        assertThat(incident.updates()).extracting(PageReport.Update::text).containsExactly("A fix is in place.");
        assertThat(report(page, null, thin).worst()).contains(ServiceState.OPERATIONAL);
        assertThat(report(page, null, own).worst()).contains(ServiceState.PARTIAL_OUTAGE);
    }

    @Test
    void incidentIosWidgetIsReadAsItIsDocumented() throws IOException {
        PageReport report = report(StatusPage.incidentIo("https://status.example.com/", "Chat API"), null, """
                {"page_title": "Example", "page_url": "https://status.example.com",
                 "ongoing_incidents": [{"id": "I1", "name": "Errors", "status": "identified", "url": "https://x",
                   "last_update_at": "2026-11-22T11:00:00Z", "last_update_message": "We know.",
                   "current_worst_impact": "full_outage",
                   "affected_components": [{"id": "C1", "name": "Chat API", "group_name": "APIs",
                     "current_status": "full_outage"}]}],
                 "in_progress_maintenances": [{"id": "M1", "name": "Now", "status": "maintenance_in_progress",
                   "started_at": "2026-11-22T11:30:00Z", "scheduled_end_at": "2026-11-22T12:30:00Z",
                   "affected_components": [{"id": "C1", "name": "Chat API", "current_status": "under_maintenance"}]}],
                 "scheduled_maintenances": [{"id": "M2", "name": "Later", "status": "maintenance_scheduled",
                   "starts_at": "2026-11-29T11:30:00Z", "ends_at": "2026-11-29T12:30:00Z",
                   "affected_components": [{"id": "C1", "name": "Chat API"}]}]}""");
        assertThat(report.worst()).contains(ServiceState.MAJOR_OUTAGE);
        assertThat(report.incidents().get(0).updates())
                .extracting(PageReport.Update::text)
                .containsExactly("We know.");
        assertThat(report.maintenances())
                .extracting(PageReport.Maintenance::isUnderWay)
                .containsExactly(true, false);
        assertThat(report.endOfMaintenance()).contains(Instant.parse("2026-11-22T12:30:00Z"));
    }

    @Test
    void instatusIsReadAsItIsDocumented() throws IOException {
        PageReport report = report(StatusPage.instatus("https://status.example.com/", "API"), null, """
                {"components": [{"id": "k1", "name": "API", "status": "PARTIALOUTAGE", "isParent": false,
                   "group": null, "children": []}, {"id": "k2", "name": "Website", "status": "OPERATIONAL"}]}""", """
                {"page": {"name": "Example", "url": "https://status.example.com", "status": "HASISSUES"},
                 "activeIncidents": [{"id": "i1", "name": "We have an issue with our API",
                   "started": "Sat Nov 21 2026 18:55:50 GMT+0000 (Coordinated Universal Time)",
                   "status": "INVESTIGATING", "impact": "PARTIALOUTAGE", "url": "https://x"}],
                 "activeMaintenances": [{"id": "m1", "name": "Database", "start": "2026-11-22T11:45:00.000Z",
                   "status": "INPROGRESS", "duration": "60", "url": "https://x", "components": [{"id": "k1"}]}]}""");
        assertThat(report.worst()).contains(ServiceState.PARTIAL_OUTAGE);
        assertThat(report.incidents()).hasSize(1);
        assertThat(report.incidents().get(0).startedAt()).contains(Instant.parse("2026-11-21T18:55:50Z"));
        assertThat(report.maintenances().get(0).isUnderWay()).isTrue();
        assertThat(report.maintenances().get(0).until()).contains(Instant.parse("2026-11-22T12:45:00Z"));
    }

    @Test
    void historyHoldsWhatIsOverAndCompletesWhatIsOpen() throws IOException {
        StatusPage page = StatusPage.incidentIo("https://status.example.com/", "Chat API");
        PageReport report = report(page, """
                {"incidents": [
                  {"id": "I1", "status": "investigating", "impact": "major", "created_at": "2026-11-22T10:00:00Z"},
                  {"id": "I0", "status": "investigating", "impact": "major", "created_at": "2026-11-20T10:00:00Z"},
                  {"id": "I2", "status": "resolved", "impact": "minor", "created_at": "2026-11-01T10:00:00Z",
                   "resolved_at": "2026-11-01T10:45:00Z", "components": [{"name": "Chat API", "status": "major_outage"}]},
                  {"id": "I3", "status": "postmortem", "impact": "major", "created_at": "2026-11-09T10:00:00Z"}]}""", """
                {"components": [{"id": "C1", "name": "Chat API", "status": "partial_outage"}],
                 "ongoing_incidents": [{"id": "I1", "name": "Errors", "status": "identified",
                   "current_worst_impact": "partial_outage", "affected_components": [{"id": "C1", "name": "Chat API"}]}]}""");
        assertThat(report.worst()).contains(ServiceState.PARTIAL_OUTAGE);
        assertThat(report.incidents()).hasSize(1); // the other may be over since
        assertThat(report.incidents().get(0).impact()).isEqualTo("major");
        assertThat(report.incidents().get(0).status()).isEqualTo("identified");
        assertThat(report.incidents().get(0).startedAt()).contains(Instant.parse("2026-11-22T10:00:00Z"));
        assertThat(report.history()).extracting(PageReport.Incident::id).containsExactly("I3", "I2");
        assertThat(report.history().get(0).duration()).isEmpty();
        assertThat(report.history().get(1).duration()).contains(Duration.ofMinutes(45));
    }

    @Test
    void aDocumentThatIsKeptIsNotChangedByWhatIsMadeOfIt() throws IOException {
        PageDocument one = read("{\"incidents\": [{\"id\": \"i\", \"components\": [{\"name\": \"Chat API\"}]}]}");
        PageDocument two =
                read("{\"incidents\": [{\"id\": \"i\", \"impact\": \"minor\", \"components\": [{\"name\": \"B\"}]}]}");
        for (int i = 0; i < 3; i++) {
            PageReport report = ApiReport.of(PAGE, List.of(one, two), null, NOW);
            assertThat(report.incidents().get(0).components()).containsExactly("B", "Chat API");
        }
        assertThat(one.incidents.get(0).components).hasSize(1);
        assertThat(one.incidents.get(0).impact).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>",
                "<html><body>{\"components\": []}</body></html>",
                "null",
                "true",
                "[]",
                "[{\"components\": []}]",
                "{}",
                "{\"error\": \"rate limited\"}",
                "{\"status\": \"UP\"}",
                "{\"components\": \"none\"}",
                "{\"components\": [{\"name\": \"Chat API\", \"status\": \"operational\"",
                "{\"components\": [{\"name\": \"Chat API\", \"status\": \"operational\"}]",
                "{\"components\": [{\"name\": \"Chat A",
                "{'components': []}",
                "\u0000\u0001\u0002"
            })
    void whatIsNoPageIsNotTakenForOne(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(IOException.class);
    }

    @Test
    void aPageCutAnywhereIsUnreadable() {
        String whole = summary(
                "operational", ", \"incidents\": [{\"id\": \"i\", \"incident_updates\": [{\"body\": {\"a\": 1}}]}]");
        for (int end = 0; end < whole.length(); end++) {
            String cut = whole.substring(0, end);
            assertThatThrownBy(() -> read(cut)).as(cut).isInstanceOf(IOException.class);
        }
    }

    @Test
    void nestingBeyondReasonIsUnreadable() {
        assertThatThrownBy(() -> read("{\"components\": " + "[".repeat(200_000)))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> read("{\"summary\": ".repeat(100_000))).isInstanceOf(IOException.class);
    }

    @Test
    void noPageOverturnsTheReader() throws IOException {
        String whole = summary("partial_outage", """
                , "incidents": [{"id": "i1", "started_at": "2026-11-22T04:30:00-04:00", "components": [{"id": "c2"}],
                   "incident_updates": [{"status": "x", "message": {"text": "y"}, "affected_components": [{"id": "c2"}]}]}],
                 "scheduled_maintenances": [{"status": "scheduled", "duration": "60", "components": [{"id": "c2"}]}]""");
        byte[] bytes = whole.getBytes(UTF_8);
        int read = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] broken = bytes.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                broken[random.nextInt(broken.length)] = (byte) " {}[]\",:0ane\\u-\u00e9".charAt(random.nextInt(16));
            }
            try {
                ApiReport.of(PAGE, List.of(PageReader.read(broken)), PageReader.read(broken), NOW);
                read++;
            } catch (IOException e) {
                // As it should be. Anything else would be thrown on.
            }
        }
        assertThat(read).isBetween(1_000, 19_000);
    }

    @Test
    void textsAreCutAndListsEnd() throws IOException {
        String long1 = "\ud83d\ude00".repeat(20_000);
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            many.append(i == 0 ? "" : ",")
                    .append("{\"id\":\"")
                    .append(i)
                    .append("\",\"components\":[{\"name\":\"Chat API\"}]}");
        }
        PageReport report =
                report("{\"incidents\": [{\"name\": \"" + long1 + "\", \"components\": [{\"name\": \"Chat API\"}],"
                        + " \"incident_updates\": [{\"body\": \"" + long1 + "\"}]}," + many + "]}");
        assertThat(report.incidents()).hasSize(200);
        PageReport.Incident cut = report.incidents().stream()
                .filter(incident -> !incident.name().isEmpty())
                .findFirst()
                .orElseThrow();
        assertThat(cut.name()).hasSize(200);
        assertThat(cut.updates().get(0).text()).hasSize(2_000);
        assertThat(cut.name().codePoints().allMatch(point -> point == 0x1F600)).isTrue();
    }

    @Test
    void aReportTellsOfItselfWithoutTheProvidersWords() throws IOException {
        PageReport report = report(summary(
                "partial_outage",
                ", \"incidents\": [{\"id\": \"i1\", \"name\": \"<b>title</b>\", \"components\": [{\"name\": \"Chat API\"}],"
                        + "\"incident_updates\": [{\"body\": \"what they wrote\"}]}]"));
        assertThat(report.toString()).contains("i1").doesNotContain("title").doesNotContain("wrote");
    }
}
