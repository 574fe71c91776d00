package io.github.tideover;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads that keep no program from ending. */
final class DaemonThreads {
    private DaemonThreads() {}

    static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * A thread for each task that is under way, gone after 5 s without one. Who wants a bound counts what is begun: one of the pool's own
     * would refuse a task, or make another thread for it, while the thread that is free for it is still on its way back.
     */
    static ThreadPoolExecutor asNeeded(String name) {
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), named(name));
    }
}
