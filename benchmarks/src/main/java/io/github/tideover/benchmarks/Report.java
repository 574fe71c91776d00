package io.github.tideover.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks and prints, in Markdown, what each contender costs as a share of what {@code raw} costs.
 *
 * <p>Contenders take turns, each in a fresh JVM, and a ratio is taken within a round: a machine that is busy for a minute
 * is then busy for both. The table shows the median of the rounds and, in brackets, the lowest and highest.
 */
public final class Report {
    private static final String BASELINE = "raw";
    private static final List<Class<?>> BENCHMARKS = List.of(WholeReplyBenchmark.class, StreamBenchmark.class);

    private final Map<String, List<Cost>> costs = new LinkedHashMap<>();

    private Report() {}

    /** {@code args[0]}: how many rounds, 5 if not given. */
    public static void main(String[] args) throws RunnerException {
        int rounds = args.length == 0 ? 5 : Integer.parseInt(args[0]);
        for (Class<?> benchmark : BENCHMARKS) {
            Report report = new Report();
            for (int round = 1; round <= rounds; round++) {
                System.err.printf("%s, round %d of %d%n", benchmark.getSimpleName(), round, rounds);
                report.add(benchmark);
            }
            report.print(benchmark.getSimpleName());
        }
        System.out.printf(
                "Java %s, %s, %d processors, %d rounds.%n",
                Runtime.version(),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                rounds);
    }

    private void add(Class<?> benchmark) throws RunnerException {
        Options options = new OptionsBuilder()
                .include("^" + benchmark.getName().replace(".", "\\.") + "\\.")
                .addProfiler(CpuTimeProfiler.class)
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
        for (RunResult result : new Runner(options).run()) {
            String method = result.getParams().getBenchmark();
            costs.computeIfAbsent(method.substring(method.lastIndexOf('.') + 1), name -> new ArrayList<>())
                    .add(Cost.of(result));
        }
    }

    private void print(String title) {
        List<Cost> raw = costs.get(BASELINE);
        System.out.printf("## %s%n%n", title);
        System.out.println("| contender | CPU, ns | CPU ÷ raw | allocated, B | allocated ÷ raw | wall, ns |");
        System.out.println("| --- | ---: | ---: | ---: | ---: | ---: |");
        costs.forEach((contender, own) -> System.out.printf(
                Locale.ROOT,
                "| %s | %.0f | %s | %.0f | %s | %.0f |%n",
                contender,
                median(own.stream().mapToDouble(Cost::cpu).toArray()),
                ratio(
                        own.stream().mapToDouble(Cost::cpu).toArray(),
                        raw.stream().mapToDouble(Cost::cpu).toArray()),
                median(own.stream().mapToDouble(Cost::bytes).toArray()),
                ratio(
                        own.stream().mapToDouble(Cost::bytes).toArray(),
                        raw.stream().mapToDouble(Cost::bytes).toArray()),
                median(own.stream().mapToDouble(Cost::wall).toArray())));
        System.out.println();
    }

    private static String ratio(double[] own, double[] raw) {
        double[] ratios = new double[own.length];
        for (int round = 0; round < own.length; round++) {
            ratios[round] = own[round] / raw[round];
        }
        Arrays.sort(ratios);
        return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", median(ratios), ratios[0], ratios[ratios.length - 1]);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** One contender in one round, per operation: nanoseconds of CPU, bytes allocated, nanoseconds gone by. */
    private record Cost(double cpu, double bytes, double wall) {
        static Cost of(RunResult result) {
            return new Cost(
                    result.getSecondaryResults().get(CpuTimeProfiler.LABEL).getScore(),
                    result.getSecondaryResults().get("gc.alloc.rate.norm").getScore(),
                    result.getPrimaryResult().getScore());
        }
    }
}
