package io.github.tideover;

import io.github.tideover.benchmarks.StubProvider;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.Provider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A question in an outage: the provider answered it once and is gone now, its circuit is open, the cache has the answer.
 *
 * <p>The engine's clock is stopped once the circuit is open, or every few seconds a probe would go out. That is why this
 * is in the engine's package: the clock is nobody else's to set.
 */
@NullUnmarked // JMH fills the fields
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OutageBenchmark {
    private static final ChatRequest REQUEST = ChatRequest.of("Where is my order?");

    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger sockets = new AtomicInteger();
    private volatile boolean clockStopped;
    private volatile long stoppedAt;
    private ScheduledExecutorService scheduler;
    private Tideover tideover;

    @Setup
    public void start() throws IOException {
        scheduler = Executors.newSingleThreadScheduledExecutor();
        try (StubProvider provider = StubProvider.start()) {
            tideover = Tideover.builder()
                    .provider(Provider.openAiCompatible(provider.baseUrl()).model("small-model"))
                    .replyCache(ReplyCache.inMemory(1_000))
                    .httpClient(new OkHttpClient.Builder()
                            .socketFactory(new CountedSockets())
                            .eventListenerFactory(call -> {
                                calls.incrementAndGet();
                                return EventListener.NONE;
                            })
                            .build())
                    .time(new Time(this::now, Clock.systemUTC(), scheduler, () -> 0.5))
                    .build();
            if (tideover.chat(REQUEST).origin() != Origin.LIVE) {
                throw new AssertionError("the provider was to answer this");
            }
            if (calls.get() != 1 || sockets.get() != 1) {
                throw new AssertionError("what is counted must be there to be counted");
            }
        }
        while (!isFromOpenCircuit(tideover.chat(REQUEST))) {
            // The provider is gone; it takes some failures and two seconds until the circuit opens.
        }
        stoppedAt = System.nanoTime();
        clockStopped = true;
        answer();
    }

    @TearDown
    public void stop() {
        tideover.close();
        scheduler.shutdownNow();
    }

    @Benchmark
    public ChatReply answer() {
        ChatReply reply = tideover.chat(REQUEST);
        if (!isFromOpenCircuit(reply)) {
            throw new AssertionError(reply);
        }
        return reply;
    }

    /** What a number of answers did to the world outside, one figure for each kind of thing. */
    public Touched touched(int answers) {
        int threadsBefore = threadsStarted();
        int callsBefore = calls.get();
        int socketsBefore = sockets.get();
        for (int i = 0; i < answers; i++) {
            answer();
        }
        return new Touched(
                answers, threadsStarted() - threadsBefore, calls.get() - callsBefore, sockets.get() - socketsBefore);
    }

    private static boolean isFromOpenCircuit(ChatReply reply) {
        return reply.origin() == Origin.CACHED
                && reply.attempts() == 0
                && reply.skipped().get(0).kind() == FailureKind.CIRCUIT_OPEN;
    }

    private static int threadsStarted() {
        return (int) ManagementFactory.getThreadMXBean().getTotalStartedThreadCount();
    }

    private long now() {
        return clockStopped ? stoppedAt : System.nanoTime();
    }

    /** See {@link #touched}. */
    public record Touched(int answers, int threads, int httpCalls, int sockets) {}

    private final class CountedSockets extends SocketFactory {
        @Override
        public Socket createSocket() {
            sockets.incrementAndGet();
            return new Socket();
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
            throw new UnsupportedOperationException();
        }
    }
}
