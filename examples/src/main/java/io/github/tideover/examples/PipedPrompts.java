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

/** What is piped in, line by line, read ahead on a thread of its own. */
final class PipedPrompts implements Prompts {
    /** An empty one stands for the end of input. */
    private final BlockingQueue<Optional<String>> lines = new ArrayBlockingQueue<>(1_000);

    private volatile boolean ended;

    /** Begins to read. */
    PipedPrompts(InputStream in, Charset charset) {
        Thread reader = new Thread(() -> read(in, charset), "prompts");
        reader.setDaemon(true); // it may wait for a line that never comes
        reader.start();
    }

    @Override
    public Optional<String> next(Duration timeout) throws InterruptedException {
        if (ended) {
            return Optional.empty();
        }
        Optional<String> line = lines.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
        return line == null ? Optional.empty() : taken(line);
    }

    @Override
    public Optional<String> next() throws InterruptedException {
        return ended ? Optional.empty() : taken(lines.take());
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    @Override
    public void end() {
        ended = true;
    }

    @Override
    public void complete(Commands commands) {
        // Nobody presses Tab.
    }

    @Override
    public int waiting() {
        return (int) lines.stream().filter(Optional::isPresent).count();
    }

    @Override
    public boolean areTyped() {
        return false;
    }

    private Optional<String> taken(Optional<String> line) {
        ended = line.isEmpty();
        return line;
    }

    private void read(InputStream in, Charset charset) {
        try {
            try {
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, charset));
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.put(Optional.of(line));
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
