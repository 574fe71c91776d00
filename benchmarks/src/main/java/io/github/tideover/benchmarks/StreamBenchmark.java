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
    private StubProvider provider;
    private RawClient rawClient;
    private RawClient.ChatCompletionRequest rawRequest;

    @Setup
    public void start() throws IOException {
        provider = StubProvider.start();
        rawClient = new RawClient(provider.baseUrl(), Question.API_KEY);
        rawRequest = RawClient.ChatCompletionRequest.of(Question.MODEL, Question.SYSTEM, Question.USER)
                .streamed();
    }

    @TearDown
    public void stop() {
        provider.close();
    }

    @Benchmark
    public Tally raw() throws IOException {
        Tally tally = new Tally();
        rawClient.stream(rawRequest, tally::add);
        return tally.checked();
    }

    /** What arrived: every token is looked at, none is kept. */
    public static final class Tally {
        private int tokens;
        private int characters;

        void add(String token) {
            // The first event has an empty one, and not every client hands that on.
            if (!token.isEmpty()) {
                tokens++;
                characters += token.length();
            }
        }

        Tally checked() {
            if (tokens != StubProvider.STREAMED_TOKENS || characters != StubProvider.STREAMED_CHARACTERS) {
                throw new AssertionError("a stream of " + tokens + " tokens and " + characters + " characters");
            }
            return this;
        }
    }
}
