package io.github.tideover.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a visitor runs it: a program of its own, with a question piped in and no terminal. */
class DemoTest {
    private static final Duration A_MINUTE = Duration.ofSeconds(60);

    private static int exitStatus;
    private static Duration time;
    private static String output;
    private static String errors;
    private static List<String> lines;

    @BeforeAll
    static void run(@TempDir Path folder) throws Exception {
        Path err = folder.resolve("err.txt");
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ConsoleChat.class.getName(),
                        "--demo")
                .redirectError(err.toFile())
                .start();
        Future<?> end = CompletableFuture.runAsync(
                demo::destroyForcibly, CompletableFuture.delayedExecutor(90, TimeUnit.SECONDS));
        StringBuilder said = new StringBuilder();
        try (Reader out = demo.inputReader(StandardCharsets.UTF_8)) {
            ask(demo, "Where is my order?\nA question of my own\n");
            said.append((char) out.read());
            long began = System.nanoTime(); // how long a machine takes to start Java is not the demo's affair
            for (int next = out.read(); next >= 0; next = out.read()) {
                said.append((char) next);
            }
            exitStatus = demo.waitFor();
            time = Duration.ofNanos(System.nanoTime() - began);
        } finally {
            demo.destroyForcibly();
            end.cancel(false);
        }
        output = said.toString();
        errors = Files.readString(err);
        lines = output.lines().toList();
        keep(output);
    }

    private static void ask(Process demo, String questions) throws IOException {
        try (OutputStream in = demo.getOutputStream()) {
            in.write(questions.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Where a person can read it after the build. */
    private static void keep(String output) throws IOException {
        File folder = new File("target");
        if (folder.isDirectory()) {
            Files.writeString(folder.toPath().resolve("demo.txt"), output);
        }
    }

    @Test
    void itEndsByItselfWithinAMinute() {
        assertThat(exitStatus).isZero();
        assertThat(time).isLessThan(A_MINUTE);
    }

    @Test
    void nothingIsWrittenAsAnErrorAndNoEscapeCodeIntoAPipe() {
        assertThat(errors).isEmpty();
        assertThat(output).doesNotContain("\u001b").doesNotContain("Exception");
    }

    @Test
    void whatWasPipedInIsAskedFirst() {
        List<String> asked =
                lines.stream().filter(line -> line.matches("(demo| you)> .*")).toList();
        assertThat(asked).startsWith(" you> Where is my order?", " you> A question of my own");
        assertThat(asked).anyMatch(line -> line.startsWith("demo> "));
    }

    @Test
    void everyOriginIsSeen() {
        assertThat(output)
                .containsPattern("\\[live: main/large, .* s]")
                .containsPattern("\\[alternate: spare/small, .* s]")
                .containsPattern("\\[cached: \\d+ s old, .* s]")
                .containsPattern("\\[canned, .* s]");
    }

    @Test
    void theStatusGoesDownAndComesBack() {
        assertThat(output)
                .containsSubsequence(
                        " -> DEGRADED: ", " -> PARTIAL_OUTAGE: ", " -> MAJOR_OUTAGE: ", " -> RECOVERING: ");
    }

    @Test
    void theNumbersOfTheSummaryAreThoseOfTheAnswers() {
        Matcher summary = Pattern.compile(
                        "Summary: (\\d+) calls: (\\d+) live, (\\d+) alternate, (\\d+) cached, (\\d+) canned, "
                                + "(\\d+) failed;\\s+(\\d+) attempts sent; longest wait for a first word \\d+\\.\\d s\\s*$")
                .matcher(output);
        assertThat(summary.find()).isTrue();
        int[] n = new int[8];
        for (int i = 1; i < n.length; i++) {
            n[i] = Integer.parseInt(summary.group(i));
        }
        assertThat(n[2] + n[3] + n[4] + n[5] + n[6]).isEqualTo(n[1]);
        assertThat(n[1]).isEqualTo(count("  bot> "));
        assertThat(n[2]).isEqualTo(count("[live: ")).isPositive();
        assertThat(n[3]).isEqualTo(count("[alternate: ")).isPositive();
        assertThat(n[4]).isEqualTo(count("[cached: ")).isPositive();
        assertThat(n[5]).isEqualTo(count("[canned, ")).isPositive();
        assertThat(n[6]).isZero();
        assertThat(n[7]).isGreaterThanOrEqualTo(n[2] + n[3]);
    }

    private static int count(String text) {
        return (int) lines.stream().filter(line -> line.contains(text)).count();
    }
}
