package io.github.tideover.examples;

import io.github.tideover.ReplyStream;
import io.github.tideover.Tideover;
import io.github.tideover.examples.embedded.Breakage;
import io.github.tideover.failure.ChatException;
import io.github.tideover.status.OutageReport;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.StatusPublisher;
import io.github.tideover.testkit.OutageServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Lets a provider on this machine fail and come back, and writes what an application would publish of it: a status page while it
 * is down and one when it is back, and the report after. Takes a minute or two.
 *
 * <pre>{@code
 * mvn -q -ntp -pl examples -am compile exec:java -Dexec.mainClass=io.github.tideover.examples.StatusPageDemo
 * }</pre>
 */
public final class StatusPageDemo {
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private StatusPageDemo() {}

    /**
     * Plays the outage and prints where the files are.
     *
     * @param args a folder to write to, or nothing for {@code target/status-page-demo}
     * @throws IOException if the folder cannot be written to
     * @throws java.io.UncheckedIOException if no server may listen on the loopback address
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        play(Path.of(args.length > 0 ? args[0] : "target/status-page-demo"), System.out);
    }

    static void play(Path folder, PrintStream out) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        StatusPublisher publisher = StatusPublisher.of("Lamplight Assistant");
        BlockingQueue<OutageReport> reports = new ArrayBlockingQueue<>(1);
        try (OutageServer main =
                        OutageServer.builder().name("main").answers(Answers::to).start();
                Tideover tideover = Tideover.builder()
                        .provider(main.provider().model("large"))
                        .lastResort("I cannot reach the assistant right now. Please ask again in a minute.")
                        .statusHistory(folder) // so that the next run knows of this one
                        .onStatus(event -> out.println(event.kind() + ": " + event.headline() + " " + event.detail()))
                        .onOutageReport(reports::offer)
                        .build()) {
            ask(tideover, 10, () -> false);
            Breakage.OVERLOADED.breaks(main);
            ask(tideover, 400, () -> tideover.status().state() == ServiceState.MAJOR_OUTAGE);
            ask(tideover, 20, () -> false);
            publish(publisher, tideover, folder, "status-during");

            Breakage.mends(main);
            long end = System.nanoTime() + PATIENCE.toNanos();
            ask(tideover, Integer.MAX_VALUE, () -> !reports.isEmpty() || System.nanoTime() - end >= 0);
            OutageReport report = reports.poll(1, TimeUnit.SECONDS);
            if (report == null) {
                throw new IllegalStateException("the outage was not over in time; the status is " + tideover.status());
            }
            publish(publisher, tideover, folder, "status-after");
            write(folder, "outage-report.md", report.toMarkdown());
            write(folder, "outage-report.json", report.toJson());
        }
        out.println("Written to " + folder.toAbsolutePath().normalize() + ":");
        out.println("  status-during.html, .de.html and .json, status-after.html, .de.html and .json");
        out.println("  outage-report.md and .json");
    }

    private static void ask(Tideover tideover, int times, BooleanSupplier isEnough) throws InterruptedException {
        for (int i = 0; i < times && !isEnough.getAsBoolean(); i++) {
            try (ReplyStream reply = tideover.stream(Answers.USUAL.get(i % Answers.USUAL.size()))) {
                reply.forEach(piece -> {});
            } catch (ChatException e) {
                // No answer this time: the report counts it.
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    private static void publish(StatusPublisher publisher, Tideover tideover, Path folder, String name)
            throws IOException {
        write(folder, name + ".html", publisher.html(tideover.status(), tideover.statusHistory()));
        write(folder, name + ".de.html", publisher.html(tideover.status(), tideover.statusHistory(), Locale.GERMAN));
        write(folder, name + ".json", publisher.json(tideover.status(), tideover.statusHistory()));
    }

    private static void write(Path folder, String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }
}
