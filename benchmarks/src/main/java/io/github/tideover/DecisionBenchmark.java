package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Origin;
import io.github.tideover.provider.Dialect;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.RouteName;
import io.github.tideover.status.StatusBoard;
import io.github.tideover.status.StatusWords;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
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
 * All that is decided about a call that goes well, and nothing that is performed: may it go out, by when must it be back,
 * what does its end say about the provider. In this package because nobody outside sees a plan.
 */
@NullUnmarked // JMH fills the fields
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecisionBenchmark {
    /** Never spoken: nothing is sent. */
    private static final List<Dialect> DIALECTS = Provider.ollama().dialects(new OkHttpClient(), 1 << 20);

    private ScheduledExecutorService scheduler;
    private Ladder ladder;
    private Backoff backoff;
    private final Settings settings = new Settings();
    private final HedgeBudget hedges = new HedgeBudget();
    private Time time;
    private ChatRequest request;
    private Outcome answered;

    @Setup(Level.Trial)
    public void start() {
        scheduler = Executors.newSingleThreadScheduledExecutor();
        time = new Time(
                System::nanoTime,
                Clock.systemUTC(),
                scheduler,
                () -> ThreadLocalRandom.current().nextDouble());
        StatusBoard board = new StatusBoard(
                List.of(RouteName.of("a", "m"), RouteName.of("b", "m")),
                place -> false,
                time.nanos(),
                time.clock(),
                scheduler,
                (task, delay) -> {},
                StatusWords.english());
        ladder = new Ladder(List.of(
                ask(
                        Origin.LIVE,
                        new Route("a", 0, 64, 1, time, board),
                        Provider.openAi("key").model("gpt-5-mini")),
                ask(
                        Origin.ALTERNATE,
                        new Route("b", 1, 64, 1, time, board),
                        Provider.anthropic("key").model("claude-haiku-4-5")),
                new Rung.Remember(),
                new Rung.Speak("Back soon.")));
        backoff = new Backoff(RetryPolicy.defaults());
        request = ChatRequest.of("Where is my order?");
        answered = new Outcome.Answered(
                ChatReply.builder().text("It left today.").model("m").finishReason(FinishReason.STOP));
    }

    @TearDown
    public void stop() {
        scheduler.shutdownNow();
    }

    @Benchmark
    public Step decide() {
        CallPlan plan = new CallPlan(
                ladder, settings, backoff, hedges, time.dice(), request, false, true, false, false, time.now());
        if (!(plan.first(time.now()) instanceof Step.Send)) {
            throw new AssertionError("nothing to send");
        }
        return plan.next(answered, time.now());
    }

    private static Rung.Ask ask(Origin origin, Route route, Provider provider) {
        return new Rung.Ask(
                origin,
                route.name(),
                "m",
                false,
                provider.capabilities(),
                provider.tags(),
                route,
                DIALECTS,
                (problem, now) -> null);
    }
}
