package io.github.tideover.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * CPU time of this process: every thread, the collector and the compiler included. For one thread.
 *
 * <p>Java's own figure moves in steps of 10 ms on Linux, which is a tenth of a turn of 100 ms. The scheduler counts each thread in
 * nanoseconds, and so these are added up where they can be read. A thread that has ended takes with it what it spent since the
 * clock was last read.
 *
 * @see <a href="https://docs.kernel.org/scheduler/sched-stats.html">the scheduler's statistics, /proc/pid/schedstat</a>
 */
final class CpuClock {
    private static final Path THREADS = Path.of("/proc/self/task");

    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final boolean isFine = Files.isReadable(Path.of("/proc/self/schedstat"));
    private Map<Path, Long> seen = new HashMap<>();
    private long spent;

    /** Nanoseconds spent; only the difference of two readings means anything. */
    long nanos() throws IOException {
        if (!isFine) {
            return system.getProcessCpuTime();
        }
        Map<Path, Long> now = new HashMap<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                long nanos = nanosOf(thread);
                now.put(thread, nanos);
                spent += nanos - seen.getOrDefault(thread, 0L);
            }
        }
        seen = now;
        return spent;
    }

    private long nanosOf(Path thread) {
        try {
            String statistics = Files.readString(thread.resolve("schedstat"));
            return Long.parseLong(statistics.substring(0, statistics.indexOf(' ')));
        } catch (IOException e) { // it has just ended
            return seen.getOrDefault(thread, 0L);
        }
    }
}
