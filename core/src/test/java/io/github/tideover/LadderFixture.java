package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.Ability;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.Dialect;
import io.github.tideover.provider.Exchange;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.RouteName;
import io.github.tideover.status.StatusBoard;
import io.github.tideover.status.StatusWords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A ladder without a network: routes a, b, c as asked for, then a cache, then words. */
final class LadderFixture {
    final ManualTime time;
    final List<Rung> ladder = new ArrayList<>();
    final List<Route> routes = new ArrayList<>();
    final StatusBoard board;
    private final Settings settings = new Settings();
    private final HedgeBudget hedges = new HedgeBudget();

    LadderFixture(int providers) {
        this(providers, 64);
    }

    LadderFixture(int providers, int maxConcurrent) {
        this(providers, maxConcurrent, 1);
    }

    LadderFixture(int providers, int maxConcurrent, int keys) {
        this(providers, maxConcurrent, keys, new ManualTime());
    }

    LadderFixture(int providers, int maxConcurrent, int keys, ManualTime time) {
        this.time = time;
        List<String> names = List.of("a/m", "b/m", "c/m").subList(0, providers);
        board = new StatusBoard(
                names.stream()
                        .map(name -> RouteName.of(name.substring(0, 1), "m"))
                        .toList(),
                place -> names.get(place).startsWith("c"),
                time.time().nanos(),
                time.time().clock(),
                Runnable::run,
                this::later,
                StatusWords.english());
        for (String name : names) {
            Route route = new Route(name, routes.size(), maxConcurrent, keys, time.time(), board);
            ladder.add(new Rung.Ask(
                    routes.isEmpty() ? Origin.LIVE : Origin.ALTERNATE,
                    name.substring(0, 1),
                    "m",
                    name.startsWith("c"),
                    name.startsWith("b") ? capable(c -> c.has(Ability.CONTINUATION)) : Capabilities.unknown(),
                    Set.of(),
                    route,
                    Collections.nCopies(keys, new NoDialect()),
                    (problem, now) -> {
                        throw new AssertionError("nothing was sent, so nothing is sorted");
                    }));
            routes.add(route);
        }
    }

    /** Knows something of a provider's model. */
    LadderFixture knows(int index, Consumer<Capabilities.Builder> says) {
        return with(index, capable(says), ((Rung.Ask) ladder.get(index)).tags());
    }

    LadderFixture tagged(int index, String... tags) {
        return with(index, ((Rung.Ask) ladder.get(index)).capabilities(), Set.of(tags));
    }

    private LadderFixture with(int index, Capabilities capabilities, Set<String> tags) {
        Rung.Ask ask = (Rung.Ask) ladder.get(index);
        ladder.set(
                index,
                new Rung.Ask(
                        ask.origin(),
                        ask.provider(),
                        ask.model(),
                        ask.isLocal(),
                        capabilities,
                        tags,
                        ask.route(),
                        ask.dialects(),
                        ask.sorter()));
        return this;
    }

    static Capabilities capable(Consumer<Capabilities.Builder> says) {
        return Provider.openAiCompatible("http://localhost/").capabilities(says).capabilities();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the board's look lets nothing through
    private void later(Runnable task, Duration delay) {
        time.time().scheduler().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    LadderFixture cache() {
        ladder.add(new Rung.Remember());
        return this;
    }

    LadderFixture words() {
        ladder.add(new Rung.Speak("later"));
        return this;
    }

    LadderFixture timeout(Duration timeout) {
        settings.timeout = timeout;
        settings.streamTimeout = timeout;
        return this;
    }

    LadderFixture retries(RetryPolicy policy) {
        settings.retryPolicy = policy;
        return this;
    }

    Route route(int index) {
        return routes.get(index);
    }

    CallPlan plan() {
        return plan(ChatRequest.of("hello"));
    }

    LadderFixture rescue(StreamRescue policy) {
        settings.streamRescue = policy;
        return this;
    }

    LadderFixture hedging() {
        settings.hedging = true;
        return this;
    }

    CallPlan plan(ChatRequest request) {
        return plan(request, false);
    }

    CallPlan streamed() {
        return plan(ChatRequest.of("hello"), true);
    }

    CallPlan plan(ChatRequest request, boolean streamed) {
        return new CallPlan(
                new Ladder(ladder),
                settings,
                new Backoff(settings.retryPolicy),
                hedges,
                time.time().dice(),
                request,
                streamed,
                true,
                true,
                false,
                time.now());
    }

    static Outcome failed(FailureKind kind) {
        return new Outcome.Failed(Failure.of(kind).build());
    }

    static Outcome failedAfter(FailureKind kind, Duration retryAfter) {
        return new Outcome.Failed(Failure.of(kind).retryAfter(retryAfter).build());
    }

    static Outcome answered(String text) {
        return new Outcome.Answered(ChatReply.builder().text(text).model("m-1"));
    }

    /** A step in a word: {@code send a}, {@code wait}, {@code recall}, {@code answer LIVE}, {@code fail TRANSIENT}. */
    static String told(Step step) {
        if (step instanceof Step.Send send) {
            String verb = switch (send.mode()) {
                case CONTINUATION -> "continue ";
                case RESUMPTION -> "resume ";
                default -> "send ";
            };
            return verb + send.rung().provider();
        }
        if (step instanceof Step.Wait) {
            return "wait";
        }
        if (step instanceof Step.Recall) {
            return "recall";
        }
        if (step instanceof Step.Keep) {
            return "keep";
        }
        if (step instanceof Step.Answer answer) {
            return "answer " + answer.reply().origin();
        }
        return "fail " + ((Step.Fail) step).exception().kind();
    }

    private static final class NoDialect implements Dialect {
        @Override
        public Exchange<?, ChatReply.Builder> whole(ChatRequest request, String model) {
            throw new AssertionError("a plan sends nothing by itself");
        }

        @Override
        public Exchange<?, DeltaReader> streamed(ChatRequest request, String model) {
            throw new AssertionError("a plan sends nothing by itself");
        }
    }
}
