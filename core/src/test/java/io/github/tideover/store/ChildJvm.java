package io.github.tideover.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Another Java process with this one's class path, which says things line by line and can be killed as the system kills. */
public final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final BufferedReader said;

    private ChildJvm(Process process) {
        this.process = process;
        this.said = process.inputReader(UTF_8);
    }

    /** Starts a class's main method. */
    public static ChildJvm start(Class<?> main, String... args) {
        return start(List.of(), System.getProperty("java.class.path"), main, args);
    }

    /** Starts a class's main method with options for the JVM and another class path. */
    public static ChildJvm start(List<String> options, String classPath, Class<?> main, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(args));
        try {
            return new ChildJvm(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its next line; null when it has ended. */
    public @Nullable String line() throws IOException {
        return said.readLine();
    }

    /** All that it says until its end. */
    public List<String> lines() {
        return said.lines().toList();
    }

    public long pid() {
        return process.pid();
    }

    /** Ends it with SIGKILL, and waits until it is gone. What it had said before can still be read. */
    public void kill() throws InterruptedException {
        process.toHandle().destroyForcibly(); // the process's own method would close what it said
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
