package io.github.tideover.wire;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The threads under asynchronous calls. None keeps a program from ending. */
final class HttpThreads {
    /** The first Java whose virtual threads may wait inside a synchronized block without holding on to a real thread. */
    private static final int CAREFREE_VIRTUAL_THREADS = 24;

    private HttpThreads() {}

    /**
     * A thread for each asynchronous call, virtual where that is safe: a stream that waits then takes a quarter of the
     * memory.
     */
    static ExecutorService forCalls() {
        ExecutorService virtual = Runtime.version().feature() < CAREFREE_VIRTUAL_THREADS ? null : virtual();
        return virtual == null ? pool("tideover-http-") : virtual;
    }

    /** Real threads, since a lookup waits in native code. */
    static ExecutorService forLookups() {
        return pool("tideover-dns-");
    }

    /** Real threads too, and for the same reason. */
    static ExecutorService forChecks() {
        return pool("tideover-network-check-");
    }

    /** By reflection, for we compile for Java 17; null if it is not there after all. */
    private static @Nullable ExecutorService virtual() {
        try {
            Class<?> builder = Class.forName("java.lang.Thread$Builder");
            Object named = builder.getMethod("name", String.class, long.class)
                    .invoke(Thread.class.getMethod("ofVirtual").invoke(null), "tideover-http-", 1L);
            Object factory = builder.getMethod("factory").invoke(named);
            return (ExecutorService) Executors.class
                    .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                    .invoke(null, factory);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private static ExecutorService pool(String name) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, name + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 60, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
    }
}
