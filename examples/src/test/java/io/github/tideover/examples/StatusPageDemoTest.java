package io.github.tideover.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusPageDemoTest {
    @Test
    void anOutageLeavesItsPagesAndItsReport(@TempDir Path folder) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StatusPageDemo.play(folder, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("The assistant is not available right now.", "Written to ");
        assertThat(Files.readString(folder.resolve("status-during.html")))
                .contains("The assistant is not available right now.");
        assertThat(Files.readString(folder.resolve("status-after.de.html"))).contains("Der Assistent arbeitet normal.");
        assertThat(Files.readString(folder.resolve("status-during.json"))).contains("\"indicator\":\"critical\"");
        assertThat(Files.readString(folder.resolve("outage-report.md"))).contains("# Disruption report", "| Cause |");
    }
}
