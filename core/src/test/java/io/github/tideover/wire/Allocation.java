package io.github.tideover.wire;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/** Counts what a piece of work allocates. */
public final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /** What is done twice. */
    @FunctionalInterface
    public interface Work {
        void run() throws IOException;
    }

    /** Bytes, of this thread alone, once everything that happens only the first time has happened. */
    public static long of(Work work) throws IOException {
        work.run();
        long thread = Thread.currentThread().getId();
        long before = THREADS.getThreadAllocatedBytes(thread);
        work.run();
        return THREADS.getThreadAllocatedBytes(thread) - before;
    }
}
