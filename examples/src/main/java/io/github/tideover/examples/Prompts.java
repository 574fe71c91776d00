package io.github.tideover.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** What is typed or piped in, line by line, read ahead on a thread of its own so that a person can type at any time. */
final class Prompts {
    /** An empty one stands for the end of input. */
    private final BlockingQueue<Optional<String>> lines = new ArrayBlockingQueue<>(1_000);

    private final Runnable lineTaken;
    private boolean ended;

    /**
     * Begins to read.
     *
     * @param lineTaken called after each line, on the reading thread
     */
    Prompts(InputStream in, Charset charset, Runnable lineTaken) {
        this.lineTaken = lineTaken;
        Thread reader = new Thread(() -> read(in, charset), "prompts");
        reader.setDaemon(true); // it may wait for a line that never comes
        reader.start();
    }

    /** The next prompt; empty if none came in that time, or none will. A blank line is a prompt too. */
    Optional<String> next(Duration timeout) throws InterruptedException {
        if (ended) {
            return Optional.empty();
        }
        Optional<String> line = lines.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
        return line == null ? Optional.empty() : taken(line);
    }

    /** The next prompt, whenever it comes; empty at the end of input. */
    Optional<String> next() throws InterruptedException {
        return ended ? Optional.empty() : taken(lines.take());
    }

    /** Whether the end of input was reached. */
    boolean isEnded() {
        return ended;
    }

    /** How many prompts have come that were not taken. */
    int waiting() {
        return (int) lines.stream().filter(Optional::isPresent).count();
    }

    private Optional<String> taken(Optional<String> line) {
        ended = line.isEmpty();
        return line.map(String::strip);
    }

    private void read(InputStream in, Charset charset) {
        try {
            try {
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, charset));
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.put(Optional.of(line));
                    lineTaken.run();
                }
            } catch (IOException e) {
                // An input that breaks has ended.
            }
            lines.put(Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
