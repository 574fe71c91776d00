package io.github.tideover;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** What is logged as a warning while this is open. SLF4J's simple logger looks up where to write for each line. */
final class Warnings implements AutoCloseable {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    Warnings() {
        System.setErr(new PrintStream(log, true, UTF_8));
    }

    /** The lines that have some words in them. */
    List<String> with(String words) {
        return log.toString(UTF_8)
                .lines()
                .filter(line -> line.contains("WARN") && line.contains(words))
                .toList();
    }

    @Override
    public void close() {
        System.setErr(before);
        before.print(log.toString(UTF_8));
    }
}
