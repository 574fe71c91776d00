package io.github.tideover.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FallbackTourTest {
    @Test
    void eachRungIsTakenOnceAndInOrderAndABrokenStreamIsMended(@TempDir Path folder) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FallbackTour.tour(folder, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        String all = bytes.toString(StandardCharsets.UTF_8);
        List<String> rungs = all.lines().filter(line -> !line.startsWith(" ")).toList();
        assertThat(rungs).hasSize(10);
        assertThat(rungs.get(0)).isEqualTo("1 LIVE from main/small, attempts 1: It ships on Monday.");
        assertThat(rungs.get(1)).isEqualTo("2 ALTERNATE from spare/small, attempts 2: Yes, within 30 days.");
        assertThat(rungs.get(2)).matches("3 CACHED from main/small, \\d+ ms old, attempts 2: It ships on Monday\\.");
        assertThat(rungs.get(3)).matches("4 SIMILAR from main/small, \\d+ ms old, attempts 2: It ships on Monday\\.");
        assertThat(all).contains("    an answer to: Where is my order?");
        assertThat(rungs.get(4)).startsWith("5 CANNED from the application, attempts 2: I cannot reach the assistant");
        assertThat(rungs.get(5)).startsWith("6 RequestRejectedException: main/small: ");
        assertThat(rungs.get(6)).isEqualTo("7 Lamps travel in a box ...");
        assertThat(rungs.get(7)).isEqualTo("7 ALTERNATE from spare/small, attempts 2: They are wrapped in wool.");
        assertThat(rungs.get(8)).isEqualTo("8 QUEUED from the application, attempts 2: I'll come back to you.");
        assertThat(rungs.get(9)).isEqualTo("8 LIVE from main/small, attempts 1: Yes, all of them.");
    }
}
