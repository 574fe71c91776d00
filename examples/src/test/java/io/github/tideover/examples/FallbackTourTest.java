package io.github.tideover.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FallbackTourTest {
    @Test
    void eachRungIsTakenOnceAndInOrderAndABrokenStreamIsMended() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FallbackTour.tour(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        List<String> rungs = bytes.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith(" "))
                .toList();
        assertThat(rungs).hasSize(7);
        assertThat(rungs.get(0)).isEqualTo("1 LIVE from main/small, attempts 1: It ships on Monday.");
        assertThat(rungs.get(1)).isEqualTo("2 ALTERNATE from spare/small, attempts 2: Yes, within 30 days.");
        assertThat(rungs.get(2)).matches("3 CACHED from main/small, \\d+ ms old, attempts 2: It ships on Monday\\.");
        assertThat(rungs.get(3)).startsWith("4 CANNED from the application, attempts 2: I cannot reach the assistant");
        assertThat(rungs.get(4)).startsWith("5 RequestRejectedException: main/small: ");
        assertThat(rungs.get(5)).isEqualTo("6 Lamps travel in a st...");
        assertThat(rungs.get(6)).isEqualTo("6 ALTERNATE from spare/small, attempts 2: They are wrapped in wool.");
    }
}
