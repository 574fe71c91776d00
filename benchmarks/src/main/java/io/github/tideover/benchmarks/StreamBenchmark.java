package io.github.tideover.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One streamed reply of {@value StubProvider#EVENTS} events, sent as fast as the client takes it. An operation is one event. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(StubProvider.EVENTS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class StreamBenchmark {
    @Param({Contender.RAW, Contender.HAND_ASSEMBLED, Contender.TIDEOVER})
    public String contender;

    private StubProvider provider;
    private Contender.Client client;

    @Setup
    public void start() throws IOException {
        provider = StubProvider.start();
        client = Contender.open(contender, provider.baseUrl());
    }

    @TearDown
    public void stop() {
        client.close();
        provider.close();
    }

    @Benchmark
    public Tally reply() throws IOException {
        Tally tally = new Tally();
        client.stream(tally);
        return tally.checked();
    }
}
