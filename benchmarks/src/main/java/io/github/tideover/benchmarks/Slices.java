package io.github.tideover.benchmarks;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One contender in a warm process of its own, which works for a slice of time when it is told to. */
final class Slices implements AutoCloseable {
    /** What is asked for. */
    enum Kind {
        WHOLE_REPLIES(1),
        STREAMS(StubProvider.EVENTS);

        private final int operations;

        Kind(int operations) {
            this.operations = operations;
        }
    }

    private interface Work {
        Object once() throws IOException;
    }

    /** One slice, per operation: nanoseconds of CPU of all threads, bytes allocated by all, nanoseconds gone by. */
    record Cost(double cpu, double bytes, double wall) {}

    private final String contender;
    private final Process process;
    private final BufferedReader said;
    private final PrintStream order;

    private Slices(String contender, Process process) {
        this.contender = contender;
        this.process = process;
        said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        order = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
    }

    static Slices start(Kind kind, String contender) throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of("-Xms128m", "-Xmx128m", "-XX:+UseSerialGC", "-cp", Peers.classPathOf(contender)));
        command.addAll(List.of(Slices.class.getName(), kind.name(), contender));
        return new Slices(
                contender,
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
    }

    /** Works for at least that long. */
    Cost run(int millis) throws IOException {
        order.println(millis);
        String line = said.readLine();
        if (line == null) {
            throw new EOFException(contender + " ended before it was done");
        }
        String[] numbers = line.split(" ", -1);
        return new Cost(Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]), Double.parseDouble(numbers[2]));
    }

    @Override
    public void close() {
        process.destroy();
    }

    /** Serves slices until standard input ends. */
    public static void main(String[] args) throws IOException {
        Kind kind = Kind.valueOf(args[0]);
        Work work;
        if (kind == Kind.WHOLE_REPLIES) {
            WholeReplyBenchmark benchmark = new WholeReplyBenchmark();
            benchmark.contender = args[1];
            benchmark.start();
            work = benchmark::reply;
        } else {
            StreamBenchmark benchmark = new StreamBenchmark();
            benchmark.contender = args[1];
            benchmark.start();
            work = benchmark::reply;
        }
        CpuClock clock = new CpuClock();
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String millis = orders.readLine(); millis != null; millis = orders.readLine()) {
            Cost cost = slice(clock, work, kind.operations, Integer.parseInt(millis) * 1_000_000L);
            System.out.println(cost.cpu() + " " + cost.bytes() + " " + cost.wall());
        }
        System.exit(0); // whatever threads are left
    }

    private static Cost slice(CpuClock clock, Work work, int operationsAtOnce, long nanos) throws IOException {
        long bytes = allocated();
        long cpu = clock.nanos();
        long start = System.nanoTime();
        long operations = 0;
        while (System.nanoTime() - start < nanos) {
            work.once();
            operations += operationsAtOnce;
        }
        double done = operations;
        return new Cost((clock.nanos() - cpu) / done, (allocated() - bytes) / done, (System.nanoTime() - start) / done);
    }

    /** Bytes allocated so far by the threads that live now; a thread that ended takes its count with it. */
    private static long allocated() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }
}
