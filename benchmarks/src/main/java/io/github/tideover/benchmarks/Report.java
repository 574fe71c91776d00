package io.github.tideover.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.tideover.DecisionBenchmark;
import io.github.tideover.OutageBenchmark;
import io.github.tideover.StatusBenchmark;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures everything and writes, in Markdown, what each contender costs as a share of what {@code raw} costs.
 *
 * <p>Contenders take turns, and a ratio is taken between turns that lie side by side: a machine that is busy for a minute
 * is then busy for both.
 */
public final class Report {
    /** {@code raw} once more, as if it were another: how far its ratio is from 1 is how much all of this can be trusted. */
    private static final String CONTROL = "raw, once more";

    private static final String COMPLETIONS_CONTROL = Speech.COMPLETIONS.contender + ", once more";

    private static final String PEERS = """

            - **openai-java** is that SDK with its defaults, %s, on the same OkHttp as the others; its further libraries are
              those that Maven picks beside ours. Its class path is its own. Add the profile `peers` to the command to have it
              in the tables.""".formatted(System.getProperty("peers.openai"));

    private static final int WARM_UPS = 5;
    private static final int WARM_UP_MILLIS = 2_000;
    private static final int SLICES = 60;
    private static final int SLICE_MILLIS = 100;
    private static final int COLD_STARTS = 5;
    private static final int ANSWERS = 10_000;
    /** The first Java on which a stream that waits does so on a virtual thread. */
    private static final int WAITING_NEEDS_NO_THREAD = 24;

    /** On the class path of these benchmarks and not on that of {@code core}. Whatever is missing here makes core larger. */
    private static final List<String> NOT_OURS = List.of(
            "jmh-core",
            "jopt-simple",
            "commons-math3",
            "resilience4j-retry",
            "converter-jackson",
            "jackson-databind-2.",
            "jackson-core-2.",
            "slf4j-nop",
            "okhttp-sse",
            "h2-mvstore");

    private final int rounds;
    private final Random order = new Random(1);
    private final List<String> contenders = new ArrayList<>();
    private final StringBuilder goals = new StringBuilder();
    private final StringBuilder details = new StringBuilder();

    private Report(int rounds) {
        this.rounds = rounds;
        Collections.addAll(contenders, Contender.RAW, CONTROL, Contender.HAND_ASSEMBLED, Contender.TIDEOVER);
        contenders.addAll(Peers.names());
    }

    /** {@code args}: how many rounds, and the file to write. */
    public static void main(String[] args) throws IOException, InterruptedException, RunnerException {
        Report report = new Report(Integer.parseInt(args[0]));
        double loadBefore = load();
        report.wholeReplies();
        report.streams();
        report.dialects();
        report.eventStreams();
        report.decision();
        report.status();
        report.outage();
        report.coldStart();
        report.openStreams();
        report.classPath();
        Files.writeString(Path.of(args[1]), report.page(loadBefore, load()), UTF_8);
    }

    private void wholeReplies() throws IOException {
        Map<String, List<Slices.Cost>> costs = inSlices(Slices.Kind.WHOLE_REPLIES, contenders);
        goal("Whole reply, CPU ÷ raw", 0.95, costs, Slices.Cost::cpu);
        goal("Whole reply, allocation ÷ raw", 1.0, costs, Slices.Cost::bytes);
        title("One whole reply", "A blocking call, 300 bytes of JSON, over a connection that is open already.");
        sliceTable(costs);
    }

    private void streams() throws IOException {
        Map<String, List<Slices.Cost>> costs = inSlices(Slices.Kind.STREAMS, contenders);
        goal("Stream, CPU per chunk ÷ raw", 0.20, costs, Slices.Cost::cpu);
        goal("Stream, allocation per chunk ÷ raw", 0.10, costs, Slices.Cost::bytes);
        title(
                "One streamed reply",
                String.format(
                        Locale.ROOT,
                        "%,d chunks of some 320 bytes, as fast as the client takes them; the figures are for one chunk.",
                        StubProvider.EVENTS));
        sliceTable(costs);
    }

    /** The same client in other dialects: what a dialect adds, with its provider's own fields to be read, to chat completions. */
    private void dialects() throws IOException {
        List<String> spoken = new ArrayList<>(List.of(Speech.COMPLETIONS.contender, COMPLETIONS_CONTROL));
        spoken.addAll(Speech.others());
        Map<String, List<Slices.Cost>> wholes = inSlices(Slices.Kind.WHOLE_REPLIES, spoken);
        Map<String, List<Slices.Cost>> streams = inSlices(Slices.Kind.STREAMS, spoken);
        dialectGoals("Whole reply, CPU", wholes);
        dialectGoals("Stream, CPU per chunk", streams);
        title("Other dialects", String.format(Locale.ROOT, """
                        The same client, reply and tokens in each dialect, with all that its provider sends beside; a whole reply
                        of chat completions too is what OpenAI sends, and not the 300 bytes from above. First one whole reply, then one
                        chunk of %,d.

                        ¹ *%s* is the same once more, as *%s* is above.""", StubProvider.EVENTS, COMPLETIONS_CONTROL, CONTROL));
        for (Map<String, List<Slices.Cost>> costs : List.of(wholes, streams)) {
            row("dialect", "CPU, ns", "CPU ÷ chat completions", "allocated, B", "allocated ÷ chat completions");
            row("---", "---:", "---:", "---:", "---:");
            for (String contender : spoken) {
                List<Slices.Cost> own = costs.get(contender);
                row(
                        contender,
                        format("%,.0f", median(own, Slices.Cost::cpu)),
                        spread(ratios(costs, contender, Speech.COMPLETIONS.contender, Slices.Cost::cpu)),
                        format("%,.0f", median(own, Slices.Cost::bytes)),
                        spread(ratios(costs, contender, Speech.COMPLETIONS.contender, Slices.Cost::bytes)));
            }
            details.append('\n');
        }
    }

    private void dialectGoals(String what, Map<String, List<Slices.Cost>> costs) {
        String base = Speech.COMPLETIONS.contender;
        double control = ratios(costs, COMPLETIONS_CONTROL, base, Slices.Cost::cpu)[1];
        for (String contender : Speech.others()) {
            double measured = ratios(costs, contender, base, Slices.Cost::cpu)[1];
            String dialect = contender.substring(contender.indexOf(' ') + 1);
            goal(what + ", " + dialect + " ÷ chat completions", 1.05, "%.2f", measured, format("%.2f ¹", control));
        }
    }

    private void eventStreams() throws RunnerException {
        ReaderBenchmark benchmark = new ReaderBenchmark();
        benchmark.start();
        List<String> readers = List.of("okhttpSse", "tideover", "tideoverToStrings");
        Map<String, List<JmhCost>> costs = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            progress("ReaderBenchmark", round, rounds);
            for (String reader : readers) {
                costs.computeIfAbsent(reader, name -> new ArrayList<>())
                        .add(inJmh(ReaderBenchmark.class.getName() + "." + reader));
            }
        }
        double[] faster = ratios(costs, "okhttpSse", "tideover", JmhCost::cpu);
        goalAtLeast("Event-stream reader, bytes per CPU second ÷ okhttp-sse's", 5.0, "%.1f", faster[1]);
        title(
                "One event stream",
                String.format(
                        Locale.ROOT,
                        "%,d bytes that are all in memory, in %,d events, found and looked at. The figures are for the whole.",
                        benchmark.bytes(),
                        StubProvider.EVENTS + 1));
        row("reader", "CPU, µs", "MB per CPU second", "÷ okhttp-sse's", "allocated, B");
        row("---", "---:", "---:", "---:", "---:");
        List<String> names = List.of("okhttp-sse, to a String", "tideover, as bytes", "tideover, to a String");
        for (int i = 0; i < readers.size(); i++) {
            List<JmhCost> own = costs.get(readers.get(i));
            double cpu = median(own, JmhCost::cpu);
            row(
                    names.get(i),
                    format("%,.0f", cpu / 1_000),
                    format("%,.0f", benchmark.bytes() / cpu * 1_000),
                    spread(ratios(costs, "okhttpSse", readers.get(i), JmhCost::cpu)),
                    format("%,.0f", median(own, JmhCost::bytes)));
        }
        details.append('\n');
    }

    private void decision() throws RunnerException {
        double[] cost = inJmh(DecisionBenchmark.class);
        goal("One decision, ns", 2_000, "%,.0f", cost[0]);
        goal("One decision, bytes", 1_024, "%,.0f", cost[1]);
        title(
                "One decision",
                "All that is decided about a call that goes well, without performing it: may it go out, by when must it be "
                        + "back, what does its end say about the provider.");
        details.append(String.format(Locale.ROOT, "%.0f ns and %.0f bytes.%n%n", cost[0], cost[1]));
    }

    private void status() throws RunnerException {
        double[] recorded = inJmh(StatusBenchmark.class, "recordOutcome");
        double[] read = inJmh(StatusBenchmark.class, "readHealth");
        goal("Status of one outcome, ns", 300, "%,.0f", recorded[0]);
        goal("Status of one outcome, bytes", 0, "%,.0f", recorded[1]);
        title(
                "The status",
                "What each attempt's outcome costs while all is well, one in a hundred failing by chance; and what it costs to read "
                        + "the health of two providers.");
        details.append(String.format(
                Locale.ROOT,
                "%.0f ns and %.0f bytes for an outcome, %.0f ns and %.0f bytes for the health.%n%n",
                recorded[0],
                recorded[1],
                read[0],
                read[1]));
    }

    private void outage() throws IOException, RunnerException {
        double[] cost = inJmh(OutageBenchmark.class);
        OutageBenchmark outage = new OutageBenchmark();
        outage.start();
        OutageBenchmark.Touched touched = outage.touched(ANSWERS);
        outage.stop();
        goal("Answer from the cache, circuit open, µs", 100.0, "%.1f", cost[0] / 1_000);
        goal("The same, threads started", 0, "%.0f", touched.threads());
        goal("The same, HTTP calls begun", 0, "%.0f", touched.httpCalls());
        goal("The same, sockets made", 0, "%.0f", touched.sockets());
        title(
                "An answer in an outage",
                "The provider is gone, its circuit is open, there is no other, and the cache has the answer.");
        details.append(String.format(
                Locale.ROOT,
                "%.1f µs and %.0f bytes. In %,d such answers: %d threads started, %d HTTP calls begun, %d sockets made.%n%n",
                cost[0] / 1_000,
                cost[1],
                touched.answers(),
                touched.threads(),
                touched.httpCalls(),
                touched.sockets()));
    }

    private void coldStart() throws IOException, InterruptedException {
        Map<String, List<ColdStart.Cost>> costs = new LinkedHashMap<>();
        try (StubProvider provider = StubProvider.start()) {
            for (String contender : contenders) {
                ColdStart.measure(nameOf(contender), provider); // reads the jars into memory
            }
            for (int i = 0; i < COLD_STARTS * rounds; i++) {
                progress("cold start", i, COLD_STARTS * rounds);
                for (String contender : shuffled(contenders)) {
                    costs.computeIfAbsent(contender, name -> new ArrayList<>())
                            .add(ColdStart.measure(nameOf(contender), provider));
                }
            }
        }
        goal("Start of a JVM to the first reply ÷ raw", 1.15, costs, ColdStart.Cost::wall);
        title("Cold start", "From the start of a JVM to the first whole reply, with the class data of the JDK alone.");
        row("client", "time, ms", "time ÷ raw", "CPU, ms", "CPU ÷ raw");
        row("---", "---:", "---:", "---:", "---:");
        for (String contender : contenders) {
            List<ColdStart.Cost> own = costs.get(contender);
            row(
                    contender,
                    format("%.0f", median(own, ColdStart.Cost::wall) / 1e6),
                    spread(ratios(costs, contender, ColdStart.Cost::wall)),
                    format("%.0f", median(own, ColdStart.Cost::cpu) / 1e6),
                    spread(ratios(costs, contender, ColdStart.Cost::cpu)));
        }
        details.append('\n');
    }

    private void openStreams() throws IOException, InterruptedException {
        Map<Footprint.Held, List<Footprint.Cost>> costs = new LinkedHashMap<>();
        try (StubProvider provider = StubProvider.start()) {
            for (int round = 0; round < rounds; round++) {
                progress("open streams", round, rounds);
                for (Footprint.Held held : Footprint.Held.values()) {
                    costs.computeIfAbsent(held, who -> new ArrayList<>()).add(Footprint.measure(held, provider));
                }
            }
        }
        List<Footprint.Cost> atRest = costs.get(Footprint.Held.AT_REST);
        List<Footprint.Cost> waiting = costs.get(Footprint.Held.WAITING);
        goal("Open stream, nothing asked for, KB", 64, "%.1f", median(atRest, Footprint.Cost::both) / 1_024);
        goal("The same, threads", 0.05, "%.2f", median(atRest, Footprint.Cost::threads));
        goal("Open stream, waiting for more, KB", 64, "%.1f", median(waiting, Footprint.Cost::both) / 1_024);
        goal("The same, threads", 0.05, "%.2f", median(waiting, Footprint.Cost::threads));
        title(
                "Open streams",
                String.format(
                        Locale.ROOT,
                        """
                        %,d streams, each with a connection of its own, whose provider has fallen silent after %d tokens; the
                        figures are for one of them. Live heap is what is left after a collection; outside is what the process
                        grew by beyond its heap. A thread is a platform thread. A stream that waits for more holds one before Java
                        %d, as every client on OkHttp does, and then a virtual one, which is in the heap: so the two goals for
                        streams that wait are missed on older Javas.""",
                        Footprint.STREAMS,
                        StubProvider.TOKENS_BEFORE_SILENCE,
                        WAITING_NEEDS_NO_THREAD));
        row("client", "live heap, KB", "outside, KB", "both, KB", "threads");
        row("---", "---:", "---:", "---:", "---:");
        costs.forEach((held, own) -> row(
                held.title(),
                format("%.1f", median(own, Footprint.Cost::heap) / 1_024),
                format("%.1f", median(own, Footprint.Cost::outside) / 1_024),
                format("%.1f", median(own, Footprint.Cost::both) / 1_024),
                format("%.2f", median(own, Footprint.Cost::threads))));
        details.append('\n');
    }

    private void classPath() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(element);
            String name = path.getFileName().toString();
            if (name.endsWith(".jar") && NOT_OURS.stream().noneMatch(name::startsWith)) {
                jars.add(path);
            }
        }
        long bytes = 0;
        for (Path jar : jars) {
            bytes += Files.size(jar);
        }
        goal("Runtime class path, MB", 8.0, "%.2f", bytes / 1e6);
        title(
                "Class path",
                String.format(Locale.ROOT, "%d jars, %,d bytes at run time, ours among them.", jars.size(), bytes));
        row("jar", "bytes");
        row("---", "---:");
        for (Path jar : jars) {
            row(jar.getFileName().toString(), String.format(Locale.ROOT, "%,d", Files.size(jar)));
        }
        details.append('\n');
    }

    private Map<String, List<Slices.Cost>> inSlices(Slices.Kind kind, List<String> contenders) throws IOException {
        Map<String, List<Slices.Cost>> costs = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            progress(kind.name(), round, rounds);
            Map<String, Slices> running = new LinkedHashMap<>();
            try {
                for (String contender : contenders) {
                    running.put(contender, Slices.start(kind, nameOf(contender)));
                }
                for (int i = 0; i < WARM_UPS; i++) {
                    for (Slices slices : running.values()) {
                        slices.run(WARM_UP_MILLIS);
                    }
                }
                for (int i = 0; i < SLICES; i++) {
                    for (String contender : shuffled(contenders)) {
                        costs.computeIfAbsent(contender, name -> new ArrayList<>())
                                .add(running.get(contender).run(SLICE_MILLIS));
                    }
                }
            } finally {
                running.values().forEach(Slices::close);
            }
        }
        return costs;
    }

    /** CPU time and bytes of one operation: the median of as many JVMs as there are rounds. */
    private double[] inJmh(Class<?> benchmark) throws RunnerException {
        return inJmh(benchmark, "*");
    }

    private double[] inJmh(Class<?> benchmark, String method) throws RunnerException {
        List<JmhCost> costs = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            progress(benchmark.getSimpleName(), round, rounds);
            costs.add(inJmh(benchmark.getName() + "." + method));
        }
        return new double[] {median(costs, JmhCost::cpu), median(costs, JmhCost::bytes)};
    }

    /** What one operation cost in one JVM: nanoseconds of CPU of all threads, bytes allocated by all. */
    private record JmhCost(double cpu, double bytes) {}

    /** Runs the one benchmark whose name is that, in a JVM of its own; {@code *} stands for any characters. */
    private static JmhCost inJmh(String name) throws RunnerException {
        RunResult result = new Runner(new OptionsBuilder()
                        .include("^" + name.replace(".", "\\.").replace("*", ".*") + "$")
                        .addProfiler(CpuTimeProfiler.class)
                        .addProfiler(GCProfiler.class)
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true)
                        .build())
                .runSingle();
        return new JmhCost(
                result.getSecondaryResults().get(CpuTimeProfiler.LABEL).getScore(),
                result.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
    }

    private <C> void goal(String what, double goal, Map<String, List<C>> costs, ToDoubleFunction<C> figure) {
        double measured = ratios(costs, Contender.TIDEOVER, figure)[1];
        goal(what, goal, "%.2f", measured, format("%.2f", ratios(costs, CONTROL, figure)[1]));
    }

    private void goal(String what, double goal, String format, double measured) {
        goal(what, goal, format, measured, "");
    }

    private void goal(String what, double goal, String format, double measured, String control) {
        String most = goal == 0 ? "0" : "≤ " + format(format, goal);
        goalRow(what, most, format(format, measured), control, shown(format, measured) <= goal);
    }

    private void goalAtLeast(String what, double goal, String format, double measured) {
        goalRow(what, "≥ " + format(format, goal), format(format, measured), "", shown(format, measured) >= goal);
    }

    /** A figure is judged as it is shown: no row says that 1.05 is more than 1.05. */
    private static double shown(String format, double measured) {
        return Double.parseDouble(format(format, measured).replace(",", ""));
    }

    private void goalRow(String what, String goal, String measured, String control, boolean isMet) {
        String verdict = isMet ? "met" : "**missed**";
        goals.append(String.format("| %s | %s | %s | %s | %s |%n", what, goal, measured, control, verdict));
    }

    private void title(String title, String text) {
        details.append("## ").append(title).append("\n\n").append(text).append("\n\n");
    }

    private void sliceTable(Map<String, List<Slices.Cost>> costs) {
        row("client", "CPU, ns", "CPU ÷ raw", "allocated, B", "allocated ÷ raw", "time, ns");
        row("---", "---:", "---:", "---:", "---:", "---:");
        for (String contender : contenders) {
            List<Slices.Cost> own = costs.get(contender);
            row(
                    contender,
                    format("%,.0f", median(own, Slices.Cost::cpu)),
                    spread(ratios(costs, contender, Slices.Cost::cpu)),
                    format("%,.0f", median(own, Slices.Cost::bytes)),
                    spread(ratios(costs, contender, Slices.Cost::bytes)),
                    format("%,.0f", median(own, Slices.Cost::wall)));
        }
        details.append('\n');
    }

    private void row(String... cells) {
        details.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private String page(double loadBefore, double loadAfter) throws IOException {
        return """
                # Performance

                What Tideover costs, as a share of what the same call costs without it. Written by
                `mvn -q -pl benchmarks -am -Preport -DskipTests verify`; nothing here is typed in by hand.

                | | goal | measured | raw, once more | |
                | --- | ---: | ---: | ---: | --- |
                %s
                ## How it was measured

                - **raw** is what an application writes when it has no SDK: OkHttp as it comes, Jackson 3 databind with a record
                  for every shape, no deadline, retry, breaker or fallback. All ratios are to it, in the same run. Databind of records is
                  the common way to read JSON and not the cheapest: Jackson 2, as in handAssembled, allocates less for a stream.
                - **handAssembled** is Retrofit with its Jackson 2 converter, a call timeout, and Resilience4j's breaker and retry
                  around `execute()`.%s
                - **tideover** has everything on: deadline, retries, breaker, limits, status, reply cache, last words.
                - All use the same OkHttp and ask the same question of a provider on loopback, in a process of its own, which sends
                  bytes made beforehand. Every reply is checked.
                - Each client has a warm JVM (128 MB, serial collector) and works for %d ms at a time, in random order; a
                  ratio is taken between turns that lie side by side. Shown is the median of %d such turns in %d JVMs, and in
                  brackets the quartiles. CPU time is that of the whole process, with collector and compiler, in the nanoseconds of
                  Linux's scheduler (other systems: in the steps of Java's own figure); bytes are those of all threads.
                  Cold starts take turns too, %d of each. The event stream, the decision and the answer in an outage are
                  JMH's, the median of %d JVMs, in CPU time.
                - **How far to trust it:** *%s* is raw, measured as if it were another client. As far as its ratio is from 1,
                  and as wide as its quartiles lie apart, any other may be off by chance. CPU and time depend on what else the machine
                  did; allocation hardly does.

                %s, Java %s (%s), %s, %d processors, %s %s.
                Load average %.1f at the start and %.1f at the end, the benchmarks' own included.

                %s""".formatted(
                        goals,
                        Peers.names().isEmpty() ? "" : PEERS,
                        SLICE_MILLIS,
                        SLICES * rounds,
                        rounds,
                        COLD_STARTS * rounds,
                        rounds,
                        CONTROL,
                        LocalDate.now(ZoneOffset.UTC),
                        Runtime.version(),
                        System.getProperty("java.vm.name"),
                        processor(),
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        loadBefore,
                        loadAfter,
                        details.toString().stripTrailing() + "\n");
    }

    private List<String> shuffled(List<String> contenders) {
        List<String> turn = new ArrayList<>(contenders);
        Collections.shuffle(turn, order);
        return turn;
    }

    /** Who a control is once more. */
    private static String nameOf(String contender) {
        return contender.equals(CONTROL)
                ? Contender.RAW
                : contender.equals(COMPLETIONS_CONTROL) ? Speech.COMPLETIONS.contender : contender;
    }

    /** Quartiles of the ratios to raw. */
    private static <C> double[] ratios(Map<String, List<C>> costs, String contender, ToDoubleFunction<C> figure) {
        return ratios(costs, contender, Contender.RAW, figure);
    }

    /** Quartiles of the one's figures divided by the other's of the same turn. */
    private static <C> double[] ratios(
            Map<String, List<C>> costs, String above, String below, ToDoubleFunction<C> figure) {
        List<C> dividends = costs.get(above);
        List<C> divisors = costs.get(below);
        double[] ratios = new double[dividends.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = figure.applyAsDouble(dividends.get(i)) / figure.applyAsDouble(divisors.get(i));
        }
        return quartiles(ratios);
    }

    private static <C> double median(List<C> costs, ToDoubleFunction<C> figure) {
        return quartiles(costs.stream().mapToDouble(figure).toArray())[1];
    }

    private static double[] quartiles(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new double[] {sorted[sorted.length / 4], median, sorted[sorted.length * 3 / 4]};
    }

    private static String spread(double[] quartiles) {
        return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", quartiles[1], quartiles[0], quartiles[2]);
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static void progress(String what, int done, int all) {
        System.err.printf("%s, %d of %d%n", what, done + 1, all);
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static String processor() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.exists(info)) {
            return "unknown processor";
        }
        try (Stream<String> lines = Files.lines(info, UTF_8)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown processor");
        }
    }
}
