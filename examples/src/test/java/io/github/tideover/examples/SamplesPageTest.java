package io.github.tideover.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.Tideover;
import io.github.tideover.examples.embedded.Breakage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What docs/samples.md says of the console chat is what it does. */
class SamplesPageTest {
    private static String page() throws Exception {
        return Files.readString(Path.of(System.getProperty("basedir", "."), "..", "docs", "samples.md"));
    }

    @Test
    void everyCommandIsDescribedAndNoOther() throws Exception {
        Matcher rows = Pattern.compile("^\\| `(/\\w+)", Pattern.MULTILINE).matcher(page());
        List<String> described = rows.results().map(row -> row.group(1)).toList();
        Screen screen = new PlainScreen(new PrintStream(new ByteArrayOutputStream()));
        try (Playground playground = Playground.start();
                Tideover tideover = playground.client().build()) {
            Commands commands = new Commands(tideover, Optional.of(playground), screen, Clock.systemUTC());
            assertThat(commands.completions(List.of()).keySet()).containsExactlyElementsOf(described);
        }
    }

    @Test
    void everyWayToBreakAProviderIsNamed() throws Exception {
        String ways = Arrays.stream(Breakage.values())
                .map(way -> "`" + way.word() + "`")
                .collect(Collectors.joining(", "));
        int last = ways.lastIndexOf(", ");
        assertThat(page().replaceAll("\\s+", " "))
                .contains("The ways are " + ways.substring(0, last) + " and" + ways.substring(last + 1) + ".");
    }
}
