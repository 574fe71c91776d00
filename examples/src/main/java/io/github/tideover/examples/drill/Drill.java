package io.github.tideover.examples.drill;

import io.github.tideover.examples.Terminals;
import io.github.tideover.examples.drill.DrillRecord.Setting;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets an application live through an outage of the past, compressed, over real HTTP on this machine, and draws what became of
 * every call: docs/drills.md.
 *
 * <pre>{@code
 * mvn -q -ntp -pl examples -am compile exec:java -Dexec.mainClass=io.github.tideover.examples.drill.Drill
 * }</pre>
 */
public final class Drill {
    private static final int SURVIVED = 0;
    private static final int NOT_SURVIVED = 1;
    private static final int WRONG_USE = 2;
    /** A report of many calls is written in less. */
    private static final long WRITING_SECONDS = 20;

    private Drill() {}

    /**
     * Runs the drill and ends the program: with 0 if the application survived, 1 if it did not, and 2 if the drill was not asked
     * for in the right way or its files could not be written.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        Stop stop = new Stop();
        CountDownLatch written = new CountDownLatch(1);
        // Ctrl-C ends the drill, and what was seen until then is written before the program is gone.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            stop.wish();
                            try {
                                var unused = written.await(WRITING_SECONDS, TimeUnit.SECONDS);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "drill's end"));
        boolean isTerminal = Terminals.isTerminal(System.console()) && !"dumb".equals(System.getenv("TERM"));
        int status = WRONG_USE;
        try {
            status = run(args, System.out, System.err, isTerminal, stop);
        } finally {
            written.countDown();
        }
        System.exit(status);
    }

    static int run(String[] args, PrintStream out, PrintStream err, boolean isTerminal, Stop stop) {
        DrillOptions options;
        try {
            options = DrillOptions.parse(args);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return WRONG_USE;
        }
        if (options.isHelp()) {
            out.print(Option.help());
            return SURVIVED;
        }
        try {
            return drill(options, out, isTerminal, stop);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return WRONG_USE;
        } catch (IOException | UncheckedIOException e) {
            err.println("The drill cannot go on: " + e);
            return WRONG_USE;
        }
    }

    private static int drill(DrillOptions options, PrintStream out, boolean isTerminal, Stop stop) throws IOException {
        // Before the drill rather than after it: a folder that nobody may write to would cost all of its time.
        for (Path file : files(options)) {
            makeRoomFor(file);
        }
        List<JunitReport.Suite> suites = new ArrayList<>();
        boolean isSurvived = true;
        for (int i = 0; i < options.outages().size() && !stop.isWished(); i++) {
            Setting setting = new Setting(
                    options.outages().get(i),
                    options.length(),
                    options.perSecond(),
                    options.seed(),
                    options.hasBackup(),
                    options.applicationName());
            Progress progress = new Progress(out, isTerminal, setting);
            DrillRecord record =
                    new LiveDrill(setting, options.application(), options.isCompared(), progress, stop).run();
            Summary summary = Summary.of(record);
            List<Goal> goals = Goal.of(summary, options.limits());
            Verdict verdict = Verdict.of(summary, goals);
            isSurvived &= verdict.isSurvived();
            suites.add(new JunitReport.Suite(setting.outage().key(), goals));
            write(options.report().get(i), new HtmlReport(summary, goals, verdict).write());
            if (!options.json().isEmpty()) {
                write(options.json().get(i), JsonReport.write(summary, goals, verdict));
            }
            tell(progress, verdict, goals, options.report().get(i));
        }
        if (options.junit().isPresent()) {
            write(options.junit().get(), JunitReport.write(suites));
        }
        return isSurvived ? SURVIVED : NOT_SURVIVED;
    }

    private static void tell(Progress progress, Verdict verdict, List<Goal> goals, Path report) {
        progress.line("");
        progress.line(verdict.title());
        verdict.sentences().forEach(sentence -> progress.line("  " + sentence));
        for (Goal goal : goals) {
            if (!goal.isMet()) {
                progress.line("  Not met: " + goal.name() + ". " + goal.found());
            }
        }
        progress.line("  The picture: " + report.toAbsolutePath().normalize());
        progress.line("");
    }

    private static List<Path> files(DrillOptions options) {
        List<Path> files = new ArrayList<>(options.report());
        files.addAll(options.json());
        options.junit().ifPresent(files::add);
        return files;
    }

    private static void makeRoomFor(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
            if (!Files.isWritable(folder)) {
                throw new IOException("nobody may write to " + folder);
            }
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
    }
}
