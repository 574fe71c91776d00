package io.github.tideover.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.tideover.cache.ReplyCache;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Measures what a reply cache costs, and writes the page: {@code CacheCosts PAGE}. */
public final class CacheCosts {
    private static final String FILE = "replies.store";

    private CacheCosts() {}

    public static void main(String[] args) throws IOException, InterruptedException, RunnerException {
        if (args.length == 2) {
            child(args[0], Path.of(args[1]));
            return;
        }
        Path directory = Files.createTempDirectory("tideover-cache");
        try {
            double fill = inChild("fill", directory);
            long bytes = Files.size(directory.resolve(FILE));
            List<Double> opened = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                opened.add(inChild("open", directory));
            }
            inChild("crash", directory);
            double afterKill = inChild("open", directory);
            StringBuilder page = new StringBuilder();
            page.append("# What a reply cache costs\n\n")
                    .append(
                            "Written by `mvn -q -pl benchmarks -am -Pcache -DskipTests verify`; nothing here is typed in by hand.\n\n")
                    .append("| | goal | measured |\n| --- | ---: | ---: |\n");
            for (RunResult each : new Runner(new OptionsBuilder()
                            .include(ReplyCacheBenchmark.class.getName())
                            .jvmArgsAppend("-D" + ReplyCacheBenchmark.DIRECTORY + "=" + directory)
                            .build())
                    .run()) {
                String name = each.getPrimaryResult().getLabel();
                double micros = each.getPrimaryResult().getScore() / 1_000;
                row(page, what(name), goal(name), micros, "µs");
            }
            opened.sort(Comparator.naturalOrder());
            row(page, "A million replies, 64 MB of heap: to open, median of 5", "< 1,000", opened.get(2), "ms");
            row(page, "The same, after the process was killed", "< 1,000", afterKill, "ms");
            row(page, "The same, to fill one by one, for each", "", fill / ReplyCacheBenchmark.ENTRIES * 1_000, "µs");
            row(page, "The same, the file", "", bytes / 1e6, "MB");
            page.append(
                            "\nA reply has some 600 characters. Keys of the file of a million are drawn from a thousand that lie far apart;"
                                    + " the operating system\nmay have had what was read in its memory. Average times of JMH,"
                                    + " one thread.\n\n")
                    .append(String.format(
                            Locale.ROOT,
                            "%s, Java %s, %d processors, %s %s, load average %.1f at the end.%n",
                            LocalDate.now(ZoneOffset.UTC),
                            System.getProperty("java.vm.version"),
                            Runtime.getRuntime().availableProcessors(),
                            System.getProperty("os.name"),
                            System.getProperty("os.arch"),
                            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
            Files.writeString(Path.of(args[0]), page);
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    private static String what(String name) {
        return switch (name) {
            case "findInMemory" -> "To find a reply in memory";
            case "findOnDisk" -> "To find a reply in a file of a million";
            case "keepInMemory" -> "To keep a reply in memory";
            case "keepOnDisk" -> "To keep a reply in a file of a million";
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static String goal(String name) {
        return switch (name) {
            case "findInMemory" -> "< 2";
            case "findOnDisk" -> "< 100";
            default -> "";
        };
    }

    private static void row(StringBuilder page, String what, String goal, double value, String unit) {
        page.append(String.format(Locale.ROOT, "| %s, %s | %s | %,.1f |%n", what, unit, goal, value));
    }

    private static double inChild(String task, Path directory) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CacheCosts.class.getName(),
                        task,
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        process.waitFor();
        return Double.parseDouble(said);
    }

    /** Says how many milliseconds its task took. */
    private static void child(String task, Path directory) {
        long began = System.nanoTime();
        ReplyCache cache = ReplyCacheBenchmark.million(directory);
        if (task.equals("fill")) {
            for (int i = 0; i < ReplyCacheBenchmark.ENTRIES; i++) {
                cache.store(ReplyCacheBenchmark.key(i), ReplyCacheBenchmark.reply(i), ReplyCacheBenchmark.NOW);
            }
        }
        System.out.println((System.nanoTime() - began) / 1e6);
        for (int i = 0; i < ReplyCacheBenchmark.ENTRIES; i += 997) {
            if (cache.find(ReplyCacheBenchmark.key(i), ReplyCacheBenchmark.NOW).isEmpty()) {
                throw new IllegalStateException("reply " + i + " is not there");
            }
        }
        if (task.equals("crash")) {
            Runtime.getRuntime().halt(1);
        }
        cache.close();
    }
}
