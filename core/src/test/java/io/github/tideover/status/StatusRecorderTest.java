package io.github.tideover.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is written down of outages and of the time between them, in memory and on disk. */
class StatusRecorderTest {
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
    private static final StatusWords ENGLISH = StatusWords.english();

    @TempDir
    Path directory;

    private static Weather weather() {
        return new Weather(START, ENGLISH, null, "openai", "anthropic");
    }

    private Weather onDisk() {
        return new Weather(START, ENGLISH, directory, "openai");
    }

    private Path file() {
        return directory.resolve(HistoryFile.NAME);
    }

    /** Down after four seconds of failures, for ten minutes. */
    private static void outage(Weather weather) {
        weather.fails(0);
        weather.passes(Duration.ofSeconds(4));
        weather.fails(0);
        weather.diagnosed(
                0,
                Diagnosis.of(
                        Cause.OVERLOAD,
                        0.8,
                        List.of(Evidence.of(
                                Evidence.Kind.FAILURES, weather.now(), "openai/m", 1, "2 of 2 attempts failed"))),
                null);
        weather.becomes(0, ServiceState.MAJOR_OUTAGE);
        weather.recorder.answered(Origin.LIVE, 1, 1_000_000L);
        weather.recorder.answered(Origin.LIVE, 2, 2_000_000L);
        weather.recorder.answered(Origin.ALTERNATE, 2, 3_500_000_000L);
        weather.recorder.answered(Origin.CACHED, 1, 1L);
        weather.recorder.failed(3, 9_000_000_000L);
        weather.passes(Duration.ofMinutes(10));
        // As it comes back the cause is surer still, and what it rested on is over.
        weather.diagnosed(0, Diagnosis.of(Cause.OVERLOAD, 0.9, List.of()), null);
        weather.becomes(0, ServiceState.RECOVERING);
        weather.passes(Duration.ofMinutes(1));
        weather.becomes(0, ServiceState.OPERATIONAL);
        weather.deliver();
    }

    @Test
    void anOutageEndsInAReport() {
        Weather weather = weather();
        weather.calls(Duration.ofHours(1));
        weather.recorder.answered(Origin.CANNED, 1, 1L); // before: no part of it
        Instant before = weather.now();
        outage(weather);
        weather.recorder.answered(Origin.CANNED, 1, 1L); // after it
        assertThat(weather.delivered).hasSize(1);
        OutageReport report = weather.delivered.get(0);
        assertThat(report.began()).isEqualTo(before.plusSeconds(4));
        assertThat(report.ended()).contains(before.plusSeconds(664));
        assertThat(report.duration()).isEqualTo(Duration.ofSeconds(660));
        assertThat(report.detectionDelay()).contains(Duration.ofSeconds(4));
        assertThat(report.worst()).isEqualTo(ServiceState.PARTIAL_OUTAGE);
        assertThat(report.cause()).isEqualTo(Cause.OVERLOAD);
        assertThat(report.confidence()).isEqualTo(0.8);
        assertThat(report.evidence()).containsExactly("openai/m: 2 of 2 attempts failed");
        assertThat(report.providers()).containsExactly("openai");
        assertThat(report.calls()).isEqualTo(5);
        assertThat(report.affected()).isEqualTo(4);
        assertThat(report.answered(Origin.LIVE)).isEqualTo(2);
        assertThat(report.answered(Origin.ALTERNATE)).isEqualTo(1);
        assertThat(report.answered(Origin.CACHED)).isEqualTo(1);
        assertThat(report.answered(Origin.CANNED)).isZero();
        assertThat(report.failed()).isEqualTo(1);
        assertThat(report.attempts()).isEqualTo(9);
        assertThat(report.longestWait()).isEqualTo(Duration.ofSeconds(9));
        assertThat(report.timeline())
                .extracting(OutageReport.Entry::number, OutageReport.Entry::kind)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1, StatusEvent.Kind.STATE_CHANGED),
                        org.assertj.core.groups.Tuple.tuple(2, StatusEvent.Kind.RECOVERING),
                        org.assertj.core.groups.Tuple.tuple(3, StatusEvent.Kind.RESTORED));
        assertThat(weather.history().reports()).containsExactly(report);
        assertThat(weather.history().ongoing()).isEmpty();
    }

    @Test
    void troubleThatWasOvercomeHasNoReport() {
        Weather weather = weather();
        weather.becomes(0, ServiceState.DEGRADED);
        assertThat(weather.history().ongoing()).isPresent();
        weather.passes(Duration.ofMinutes(3));
        weather.becomes(0, ServiceState.OPERATIONAL);
        weather.deliver();
        assertThat(weather.delivered).isEmpty();
        assertThat(weather.history().reports()).isEmpty();
    }

    @Test
    void aSuspicionBeforeAnOutageIsItsFirstEntry() {
        Weather weather = weather();
        weather.tell(StatusEvent.Kind.SUSPECTED, "openai");
        weather.passes(Duration.ofMinutes(2));
        outage(weather);
        assertThat(weather.delivered.get(0).timeline().get(0).kind()).isEqualTo(StatusEvent.Kind.SUSPECTED);
    }

    @Test
    void failuresLongBeforeAreNoPartOfTheDetection() {
        Weather weather = weather();
        weather.fails(0);
        weather.passes(Duration.ofMinutes(5));
        for (int i = 0; i < 20; i++) {
            weather.recorder.attemptAnswered(0);
        }
        outage(weather);
        assertThat(weather.delivered.get(0).detectionDelay()).contains(Duration.ofSeconds(4));
    }

    @Test
    void aListenerThatFailsIsNotTheLastToHear() {
        Weather weather = new Weather(
                START,
                ENGLISH,
                null,
                List.of(report -> {
                    throw new IllegalStateException("no mail server");
                }),
                "openai");
        outage(weather);
        assertThat(weather.delivered).hasSize(1);
    }

    @Test
    void aLongOutageLosesUpdatesAndNotItsBeginning() {
        Weather weather = weather();
        weather.becomes(0, ServiceState.MAJOR_OUTAGE);
        for (int i = 0; i < 1_000; i++) {
            weather.passes(Duration.ofSeconds(30));
            weather.tell(StatusEvent.Kind.UPDATE, null);
        }
        weather.becomes(0, ServiceState.OPERATIONAL);
        weather.deliver();
        OutageReport report = weather.delivered.get(0);
        assertThat(report.timeline()).hasSize(200);
        assertThat(report.omitted()).isEqualTo(802);
        assertThat(report.timeline().get(0).kind()).isEqualTo(StatusEvent.Kind.STATE_CHANGED);
        assertThat(report.timeline().get(199).kind()).isEqualTo(StatusEvent.Kind.RESTORED);
        assertThat(report.toMarkdown()).contains("Entries left out: 802");
    }

    static Stream<Locale> languages() {
        return StatusWords.languages().stream();
    }

    @ParameterizedTest
    @MethodSource("languages")
    void theReportIsMarkdownInEveryLanguage(Locale language) {
        Weather weather = weather();
        outage(weather);
        String markdown = weather.delivered.get(0).toMarkdown(language);
        assertThat(markdown).doesNotContain("{0}", "null", "\\u").startsWith("# ");
        List<String> tableRows =
                markdown.lines().filter(line -> line.startsWith("|")).toList();
        assertThat(tableRows).hasSizeGreaterThan(20).allMatch(line -> line.endsWith("|"));
        if (language.equals(Locale.ENGLISH)) {
            assertThat(markdown)
                    .contains("# Disruption report\n\n**The assistant is running on a backup.**")
                    .contains("| Noticed after | 4 seconds |")
                    .contains("| Cause | Overload |")
                    .contains("| Longest wait | 9 seconds |")
                    .contains("- openai/m: 2 of 2 attempts failed")
                    .contains("| 1 | 12:00:04 PM | **The assistant is running on a backup.** OpenAI is not answering.");
        }
    }

    @Test
    void theReportIsJsonThatCanBeReadAgain() {
        Weather weather = weather();
        outage(weather);
        OutageReport report = weather.delivered.get(0);
        JsonNode json = new JsonMapper().readTree(report.toJson());
        assertThat(json.path("durationMillis").asLong()).isEqualTo(660_000);
        assertThat(json.path("answered").path("ALTERNATE").asInt()).isEqualTo(1);
        assertThat(json.path("timeline").get(0).path("headline").asString())
                .isEqualTo("The assistant is running on a backup.");
    }

    @Test
    void uptimeCountsWhatWasSeen() {
        Weather weather = weather();
        weather.calls(Duration.ofHours(10));
        weather.becomes(0, ServiceState.MAJOR_OUTAGE);
        weather.calls(Duration.ofHours(1));
        weather.becomes(0, ServiceState.RECOVERING);
        weather.calls(Duration.ofHours(1));
        weather.becomes(0, ServiceState.OPERATIONAL);
        weather.passes(Duration.ofHours(12)); // nobody asks
        Uptime day = weather.history().uptime("openai", Duration.ofDays(1));
        assertThat(day.window()).isEqualTo(Duration.ofDays(1));
        assertThat(day.well()).isEqualTo(Duration.ofHours(10));
        assertThat(day.troubled()).isEqualTo(Duration.ofHours(1));
        assertThat(day.down()).isEqualTo(Duration.ofHours(1));
        assertThat(day.unknown()).isEqualTo(Duration.ofHours(12));
        assertThat(day.ratio()).hasValue(11.0 / 12);
        assertThat(weather.history().meanTimeToRecover("openai")).contains(Duration.ofHours(1));
        assertThat(weather.history().meanTimeToRecover("anthropic")).isEmpty();
        assertThat(new Weather(START, ENGLISH, null, "x")
                        .history()
                        .uptime("x", Duration.ofDays(1))
                        .ratio())
                .isEmpty();
    }

    @Test
    void aQuestionAboutNobodyIsRefused() {
        assertThatThrownBy(() -> weather().history().uptime("opnai", Duration.ofDays(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("opnai; there are [openai, anthropic]");
        assertThatThrownBy(() -> weather().history().uptime("openai", Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than zero");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT1H", "-PT1H", "P20000D", "-P20000D", "PT10S", "-PT10S"})
    void aClockThatJumpsAddsNoTimeThatWasNot(Duration jump) {
        Weather weather = weather();
        weather.calls(Duration.ofHours(5));
        weather.clockIsSet(jump);
        weather.calls(Duration.ofHours(5));
        weather.clockIsSet(jump.negated());
        weather.calls(Duration.ofHours(5));
        StatusHistory history = weather.history();
        Uptime all = history.uptime("openai", Duration.ofDays(3));
        assertThat(all.unknown()).isPositive();
        assertThat(all.well()).isBetween(Duration.ofHours(4), Duration.ofHours(15));
        assertThat(all.ratio()).hasValue(1);
        assertThat(history.uptime("openai", Duration.ofHours(1)).well()).isGreaterThan(Duration.ofMinutes(50));
    }

    @Test
    void anOutageDuringWhichTheClockIsSetLastsAsLongAsItLasted() {
        Weather weather = weather();
        weather.becomes(0, ServiceState.MAJOR_OUTAGE);
        weather.passes(Duration.ofMinutes(5));
        weather.clockIsSet(Duration.ofHours(-3));
        weather.becomes(0, ServiceState.OPERATIONAL);
        weather.deliver();
        assertThat(weather.delivered.get(0).duration()).isEqualTo(Duration.ofMinutes(5));
        assertThat(weather.delivered.get(0).ended().orElseThrow())
                .isAfterOrEqualTo(weather.delivered.get(0).began());
    }

    @Test
    void theHistoryGoesOnAfterARestart() {
        try (Weather first = onDisk()) {
            first.calls(Duration.ofHours(2));
            outage(first);
            first.calls(Duration.ofHours(1));
        }
        try (Weather second =
                new Weather(START.plus(Duration.ofHours(6)), StatusWords.in(Locale.GERMAN), directory, "openai")) {
            StatusHistory history = second.history();
            assertThat(history.reports()).hasSize(1);
            OutageReport report = history.reports().get(0);
            assertThat(report.affected()).isEqualTo(4);
            assertThat(report.detectionDelay()).contains(Duration.ofSeconds(4));
            assertThat(report.toMarkdown())
                    .contains("**Der Assistent ist zurzeit nicht verfügbar.** OpenAI antwortet nicht.");
            assertThat(history.meanTimeToRecover("openai")).contains(Duration.ofMinutes(10));
            Uptime uptime = history.uptime("openai", Duration.ofHours(6));
            assertThat(uptime.down()).isEqualTo(Duration.ofMinutes(10));
            assertThat(uptime.well()).isBetween(Duration.ofMinutes(175), Duration.ofMinutes(181));
            assertThat(uptime.unknown()).isGreaterThan(Duration.ofHours(2));
        }
    }

    @Test
    void aKillLosesFiveMinutesAtMost() {
        Weather first = onDisk();
        first.calls(Duration.ofHours(2));
        first.write(); // and then nothing more: kill -9
        StatusHistory history = new Weather(
                        START.plus(Duration.ofHours(3)), ENGLISH, Files.exists(file()) ? copy() : directory, "openai")
                .history();
        assertThat(history.uptime("openai", Duration.ofHours(3)).well())
                .isGreaterThanOrEqualTo(Duration.ofMinutes(110));
    }

    /** The directory as another process would find it, without the lock. */
    private Path copy() {
        try {
            Path other = Files.createDirectory(directory.resolve("copy"));
            Files.copy(file(), other.resolve(HistoryFile.NAME));
            return other;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aTornLastLineIsLeftOutAtEveryByte() throws IOException {
        try (Weather first = onDisk()) {
            outage(first);
        }
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length <= whole.length; length += 7) {
            Path torn = Files.createDirectories(directory.resolve("torn-" + length));
            Files.write(torn.resolve(HistoryFile.NAME), java.util.Arrays.copyOf(whole, length));
            try (Weather second = new Weather(START.plus(Duration.ofDays(1)), ENGLISH, torn, "openai")) {
                second.calls(Duration.ofMinutes(20));
                second.write();
            }
            List<String> lines = Files.readAllLines(torn.resolve(HistoryFile.NAME));
            assertThat(lines).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
            try (Stream<Path> files = Files.list(torn)) {
                assertThat(files.map(path -> path.getFileName().toString()))
                        .as("cut at %s", length)
                        .containsExactlyInAnyOrder(HistoryFile.NAME, "status-history.lock");
            }
        }
    }

    @Test
    void linesThatCannotBeReadAreLeftOut() throws IOException {
        try (Weather first = onDisk()) {
            outage(first);
        }
        Files.writeString(
                file(),
                "{\"provider\":\"openai\",\"state\":\"SLEEPY\",\"from\":\"x\",\"until\":\"y\"}\n[]\nnot json\n{\"report\":{}}\n\n",
                StandardOpenOption.APPEND);
        try (Weather second = new Weather(START.plus(Duration.ofDays(1)), ENGLISH, directory, "openai")) {
            assertThat(second.history().reports()).hasSize(1);
        }
    }

    @Test
    void aForeignFileIsSetAsideAndKept() throws IOException {
        Files.writeString(file(), "dear diary\n");
        try (Weather weather = onDisk()) {
            outage(weather);
        }
        assertThat(directory.resolve(HistoryFile.NAME + ".foreign-1")).hasContent("dear diary\n");
        assertThat(Files.readAllLines(file()).get(0)).contains("\"tideover\":\"status history\"");
    }

    @Test
    void aDirectoryThatCannotBeChangesNothing() throws IOException {
        Path occupied = Files.writeString(directory.resolve("occupied"), "a file");
        Weather weather = new Weather(START, ENGLISH, occupied, "openai");
        outage(weather);
        weather.close();
        assertThat(weather.history().reports()).hasSize(1);
    }

    @Test
    void asTwoClientsOneWritesAndTheOtherReads() throws IOException {
        Weather first = onDisk();
        outage(first);
        first.write();
        Weather second = onDisk();
        assertThat(second.history().reports()).hasSize(1);
        outage(second);
        second.close();
        first.close();
        assertThat(Files.readString(file(), StandardCharsets.UTF_8).split("\"report\":", -1))
                .hasSize(2);
    }

    @Test
    void theFileIsWrittenAnewBeforeItGrowsForEver() throws IOException {
        try (Weather weather = onDisk()) {
            for (int i = 0; i < 30_000; i++) {
                weather.recorder.attemptAnswered(0);
                weather.passes(Duration.ofMinutes(5));
                weather.write();
            }
            outage(weather);
        }
        assertThat(Files.readAllLines(file())).hasSizeLessThan(12_000);
        try (Weather later = new Weather(START.plus(Duration.ofDays(120)), ENGLISH, directory, "openai")) {
            assertThat(later.history().reports()).hasSize(1);
            assertThat(later.history()
                            .uptime("openai", Duration.ofDays(90))
                            .ratio()
                            .orElseThrow())
                    .isGreaterThan(0.99);
        }
    }

    @Test
    void whatIsKeptIsBounded() {
        Weather weather = weather();
        for (int i = 0; i < 6_000; i++) {
            weather.becomes(0, i % 2 == 0 ? ServiceState.MAJOR_OUTAGE : ServiceState.OPERATIONAL);
            weather.passes(Duration.ofSeconds(1));
        }
        StatusHistory history = weather.history();
        assertThat(history.reports()).hasSize(100);
        assertThat(history.uptime("openai", Duration.ofHours(2)).down())
                .isLessThanOrEqualTo(Duration.ofSeconds(SeenSpans.MOST));
    }

    /**
     * It is read by whoever builds a client. There are no more lines than these of one provider before the file is written anew.
     * The limit is generous, for machines that are busy.
     */
    @Test
    void theLongestFileIsReadWhileAPersonWaits() throws IOException {
        StringBuilder text = new StringBuilder("{\"tideover\":\"status history\",\"version\":1}\n");
        Instant from = START.minus(Duration.ofMinutes(5 * 24_500L));
        for (int i = 0; i < 24_500; i++) {
            from = from.plus(Duration.ofMinutes(5));
            text.append("{\"provider\":\"openai\",\"state\":\"")
                    .append(i % 2 == 0 ? "OPERATIONAL" : "DEGRADED")
                    .append("\",\"from\":\"")
                    .append(from)
                    .append("\",\"until\":\"")
                    .append(from.plusSeconds(299))
                    .append("\"}\n");
        }
        Files.writeString(file(), text);
        long before = System.nanoTime();
        Weather weather = onDisk();
        Duration took = Duration.ofNanos(System.nanoTime() - before);
        assertThat(weather.recorder
                        .history()
                        .uptime("openai", Duration.ofDays(10))
                        .unknown())
                .isLessThan(Duration.ofDays(1));
        assertThat(took).as("24,500 lines, %s bytes", text.length()).isLessThan(Duration.ofSeconds(5));
    }
}
