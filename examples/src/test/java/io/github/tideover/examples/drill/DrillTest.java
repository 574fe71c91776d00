package io.github.tideover.examples.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.testkit.OutageServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Short drills, over real HTTP and in real time. Nothing here is said of how fast anything is. */
class DrillTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int drill(boolean isTerminal, Stop stop, String... args) {
        return Drill.run(
                args,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                isTerminal,
                stop);
    }

    private int drill(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--report", file("report.html"), "--json", file("numbers.json")));
        return drill(false, new Stop(), all.toArray(String[]::new));
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private JsonNode numbers() throws Exception {
        return new JsonMapper().readTree(Files.readString(folder.resolve("numbers.json")));
    }

    private static int sum(JsonNode outcomes) {
        int sum = 0;
        for (JsonNode count : outcomes) {
            sum += count.intValue();
        }
        return sum;
    }

    @Test
    void anOutageOfThePastIsSurvivedAndReported() throws Exception {
        int status = drill(
                "--outage", "CHATGPT_2025_01_23", "--duration", "3s", "--rate", "20", "--junit", file("junit.xml"));
        assertThat(status).as(printed()).isZero();
        assertThat(printed()).contains("The provider: database gone", "Survived", "The picture: ");
        String html = Files.readString(folder.resolve("report.html"));
        ReportsTest.parsed(html.replaceFirst("<!DOCTYPE html>\\s*", ""));
        JsonNode numbers = numbers();
        int users = Arrival.schedule(java.time.Duration.ofSeconds(3), 20, 1).size();
        for (String client : List.of("tideover", "bare")) {
            assertThat(numbers.path(client).path("callCount").intValue()).isEqualTo(users);
            assertThat(numbers.path(client).path("calls").size()).isEqualTo(users);
            assertThat(sum(numbers.path(client).path("outcomes"))).isEqualTo(users);
        }
        JsonNode ours = numbers.path("tideover").path("outcomes");
        assertThat(ours.path("ALTERNATE").intValue()).as("%s", ours).isPositive();
        assertThat(ours.path("FAILED").intValue()).isZero();
        assertThat(numbers.path("tideover").path("attempts").intValue()).isPositive();
        assertThat(Files.readString(folder.resolve("junit.xml"))).contains("tests=\"3\" failures=\"0\"");
        for (String said : List.of(html, printed(), numbers.toString())) {
            assertThat(said).doesNotContain("test-key", OutageServer.HEALTHY_ANSWER.substring(0, 20));
        }
    }

    @Test
    void anApplicationThatTriesOnceAndHasNoBackupDoesNotSurvive() throws Exception {
        Path timeline = Files.writeString(folder.resolve("dark.json"), """
                {"name": "dark", "phases": [{"name": "dark", "length": "1h", "trouble": [{"percent": 100, "meets": "SERVER_ERROR"}]}]}
                """);
        int status = drill(
                "--timeline=" + timeline,
                "--duration=1s",
                "--backup=none",
                "--comparison=none",
                "--application=" + TriesOnce.class.getName());
        assertThat(status).isEqualTo(1);
        assertThat(printed()).contains("Not survived: 1 goal missed", "Not met: No calls fail.");
        assertThat(numbers().path("bare").isNull()).isTrue();
        // Who comes in its last moments may be answered after it: the last user comes 9 ms before the second is over.
        List<JsonNode> inTheDark = numbers()
                .path("tideover")
                .path("calls")
                .valueStream()
                .filter(call ->
                        call.path("at").doubleValue() + call.path("wait").doubleValue() < 0.999)
                .toList();
        assertThat(inTheDark)
                .isNotEmpty()
                .allSatisfy(
                        call -> assertThat(call.path("outcome").stringValue()).isEqualTo("FAILED"));
    }

    @Test
    void wrongUseIsToldInASentenceAndLeavesNoFile() {
        assertThat(drill("--outage", "YESTERDAY")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("there is no outage YESTERDAY")
                .hasLineCount(1);
        assertThat(printed()).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aPlaceThatCannotBeWrittenToIsToldBeforeTheDrill() throws Exception {
        Files.writeString(folder.resolve("taken"), "");
        int status = drill(false, new Stop(), "--duration=1s", "--report=" + folder.resolve("taken/report.html"));
        assertThat(status).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("The drill cannot go on: ");
        assertThat(printed()).isEmpty();
    }

    @Test
    void anApplicationThatCannotBuildItsClientIsToldSo() {
        int status = drill("--duration=1s", "--application=" + NoKey.class.getName());
        assertThat(status).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .endsWith("NoKey could not build its client: java.lang.IllegalStateException: no key"
                        + System.lineSeparator());
    }

    @Test
    void helpIsPrinted() {
        assertThat(drill(false, new Stop(), "--help")).isZero();
        assertThat(printed()).contains("--max-failed PERCENT");
    }

    @Test
    void aDrillThatIsStoppedWritesWhatThereIs() throws Exception {
        Stop stop = new Stop();
        Path report = folder.resolve("report.html");
        Thread drill = new Thread(() -> drill(
                true, stop, "--duration=10m", "--report=" + report, "--json=" + file("numbers.json"), "--rate=30"));
        drill.start();
        while (drill.isAlive() && !printed().contains(" answered")) {
            Thread.onSpinWait();
        }
        stop.wish();
        drill.join(30_000);
        assertThat(drill.isAlive()).isFalse();
        assertThat(printed()).contains("The drill was stopped after ", "\r\u001b[2K");
        assertThat(Files.readString(report)).contains("The drill was stopped after ", "class=\"stopped\"");
        assertThat(numbers().path("drill").path("stoppedAt").isNumber()).isTrue();
        assertThat(numbers().path("tideover").path("callCount").intValue()).isLessThan(18_000);
    }

    /** An application that lacks a setting. */
    public static final class NoKey implements DrilledApplication {
        @Override
        public Tideover client(OutageServer provider, Optional<OutageServer> backup) {
            throw new IllegalStateException("no key");
        }
    }

    /** An application that gives up at once. */
    public static final class TriesOnce implements DrilledApplication {
        @Override
        public Tideover client(OutageServer provider, Optional<OutageServer> backup) {
            return Tideover.builder()
                    .provider(provider.provider())
                    .retryPolicy(RetryPolicy.never())
                    .build();
        }
    }
}
