package io.github.tideover.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;

/** A chat that runs while the test types and reads what it shows: in a terminal on two pipes, or in lines. */
final class ChatAtHand implements AutoCloseable {
    static final String CTRL_C = "\u0003";
    static final String CTRL_D = "\u0004";
    static final String ENTER = "\r";
    static final String ALT_ENTER = "\u001b\r";

    private final PipedOutputStream keys = new PipedOutputStream();
    private final Shown shown = new Shown();
    private final PipedInputStream in;
    private final Optional<Terminal> terminal;
    private CompletableFuture<Integer> status = CompletableFuture.completedFuture(0);

    private ChatAtHand(boolean isTerminal) {
        try {
            in = new PipedInputStream(keys, 10_000);
            terminal = isTerminal
                    ? Optional.of(new ExternalTerminal("test", "xterm-256color", in, shown, UTF_8))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        terminal.ifPresent(each -> each.setSize(Size.of(80, 24)));
    }

    /** A terminal in which nothing runs yet. */
    static ChatAtHand terminal() {
        return new ChatAtHand(true);
    }

    static ChatAtHand lines() {
        return new ChatAtHand(false);
    }

    ChatAtHand runs(Map<String, String> environment, String... args) {
        PrintStream out = new PrintStream(shown, true, UTF_8);
        status = CompletableFuture.supplyAsync(
                () -> ConsoleChat.run(args, environment, in, out, out, () -> terminal), task -> {
                    Thread thread = new Thread(task, "chat");
                    thread.setDaemon(true);
                    thread.start();
                });
        return this;
    }

    Terminal asTerminal() {
        return terminal.orElseThrow();
    }

    void type(String text) {
        try {
            keys.write(text.getBytes(UTF_8));
            keys.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until this is shown, after all that was awaited before. */
    ChatAtHand awaits(String text) {
        shown.await(text);
        return this;
    }

    /** Waits for the end of the chat, and gives all that was shown. */
    String ended() {
        try {
            assertThat(status.get(30, TimeUnit.SECONDS)).isZero();
        } catch (Exception e) {
            throw new AssertionError("the chat did not end; it has shown: " + shown, e);
        }
        return shown.toString();
    }

    String soFar() {
        return shown.toString();
    }

    @Override
    public void close() throws IOException {
        keys.close();
    }

    private static final class Shown extends OutputStream {
        private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int seen;

        @Override
        public synchronized void write(int value) {
            bytes.write(value);
            notifyAll();
        }

        @Override
        public synchronized void write(byte[] source, int from, int length) {
            bytes.write(source, from, length);
            notifyAll();
        }

        synchronized void await(String text) {
            long end = System.nanoTime() + PATIENCE;
            int at = toString().indexOf(text, seen);
            while (at < 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("not shown: " + text + "; what is shown: " + this);
                }
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                at = toString().indexOf(text, seen);
            }
            seen = at + text.length();
        }

        @Override
        public synchronized String toString() {
            return bytes.toString(UTF_8);
        }
    }
}
