package io.github.tideover.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * From the start of a JVM to the first reply, and what a program would do next.
 *
 * <p>Its own {@code main} is that program: it makes a client, asks one question and prints the answer.
 */
final class ColdStart {
    /** One start: nanoseconds until the reply was there, and of CPU time until then, to a hundredth of a second. */
    record Cost(double wall, double cpu) {}

    private ColdStart() {}

    static Cost measure(String contender, StubProvider provider) throws IOException, InterruptedException {
        ProcessBuilder child = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        Peers.classPathOf(contender),
                        ColdStart.class.getName(),
                        contender,
                        provider.baseUrl())
                .redirectError(Redirect.INHERIT);
        long start = System.nanoTime();
        Process process = child.start();
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
            String reply = said.readLine();
            double wall = System.nanoTime() - start;
            if (!StubProvider.TEXT.equals(reply)) {
                throw new IOException(contender + " said: " + reply);
            }
            double cpu = Double.parseDouble(said.readLine());
            process.waitFor();
            return new Cost(wall, cpu);
        } finally {
            process.destroy();
        }
    }

    /** {@code args}: who asks, and where. */
    public static void main(String[] args) throws IOException {
        try (Contender.Client client = Contender.open(args[0], args[1])) {
            System.out.println(client.chat());
        }
        Duration cpu = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        System.out.println(cpu.toNanos());
        System.exit(0); // whatever threads are left
    }
}
