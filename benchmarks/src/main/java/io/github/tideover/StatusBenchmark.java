package io.github.tideover;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.RouteName;
import io.github.tideover.status.ServiceHealth;
import io.github.tideover.status.StatusBoard;
import io.github.tideover.status.StatusRecorder;
import io.github.tideover.status.StatusWords;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the status costs each attempt while all is well, with one in a hundred failing by chance, and what it costs to read the
 * figures of two providers.
 */
@NullUnmarked // JMH fills the fields
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StatusBenchmark {
    private static final long FIRST_CONTENT = TimeUnit.MILLISECONDS.toNanos(500);
    private static final Failure FAILURE = Failure.of(FailureKind.TRANSIENT).build();

    private StatusBoard board;
    private Tideover tideover;
    private int outcomes;

    @Setup(Level.Trial)
    public void start() {
        List<RouteName> names = List.of(RouteName.of("a", "m"), RouteName.of("b", "m"));
        StatusWords words = StatusWords.english();
        Clock clock = Clock.systemUTC();
        board = new StatusBoard(
                names, place -> false, System::nanoTime, clock, Runnable::run, (task, delay) -> {}, words);
        board.recordTo(new StatusRecorder(
                names, clock, System::nanoTime, words, List.of(), Runnable::run, null, Runnable::run));
        tideover = Tideover.builder()
                .provider(Provider.openAi("key").model("gpt-5-mini"))
                .alternate(Provider.anthropic("key").model("claude-haiku-4-5"))
                .build();
    }

    @TearDown
    public void stop() {
        tideover.close();
    }

    @Benchmark
    public void recordOutcome() {
        long now = System.nanoTime();
        if (++outcomes % 100 == 0) {
            board.failed(0, FAILURE, false, true, now - FIRST_CONTENT, now);
        } else {
            board.answered(0, FIRST_CONTENT, false, false, now);
        }
    }

    @Benchmark
    public ServiceHealth readHealth() {
        return tideover.health();
    }
}
