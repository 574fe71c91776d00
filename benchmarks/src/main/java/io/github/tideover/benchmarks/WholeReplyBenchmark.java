package io.github.tideover.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
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

/** One blocking call, one short reply of 300 bytes, over a connection that is already open. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class WholeReplyBenchmark {
    private StubProvider provider;
    private RawClient rawClient;
    private RawClient.ChatCompletionRequest rawRequest;

    @Setup
    public void start() throws IOException {
        provider = StubProvider.start();
        rawClient = new RawClient(provider.baseUrl(), Question.API_KEY);
        rawRequest = RawClient.ChatCompletionRequest.of(Question.MODEL, Question.SYSTEM, Question.USER);
    }

    @TearDown
    public void stop() {
        provider.close();
    }

    @Benchmark
    public String raw() throws IOException {
        return checked(rawClient.chat(rawRequest));
    }

    private static String checked(String text) {
        if (!text.equals(StubProvider.TEXT)) {
            throw new AssertionError("the reply was: " + text);
        }
        return text;
    }
}
