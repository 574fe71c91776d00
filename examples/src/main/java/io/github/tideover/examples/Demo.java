package io.github.tideover.examples;

import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.Origin;
import io.github.tideover.examples.EmbeddedProvider.Mood;
import io.github.tideover.status.ServiceState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A scripted outage: a provider and a backup on this machine go through a brownout, a blackout and a recovery while
 * questions are asked, those of whoever sits at the keyboard first.
 *
 * <p>Each act lasts until what it is there to show has been seen, or until its time is up. All ends within a minute.
 */
final class Demo implements AutoCloseable {
    /** Who waits for the first words of a demo: long enough for a pipe to deliver, too short to be noticed. */
    private static final Duration FIRST_LOOK = Duration.ofMillis(300);

    private static final Duration PAUSE = Duration.ofMillis(400);

    private final Screen screen;
    private final Tally tally;
    private final EmbeddedProvider main;
    private final EmbeddedProvider spare;
    private final Tideover tideover;
    private final Chat chat;
    private final long started = System.nanoTime();
    private int asked;

    private Demo(Screen screen, Tally tally, EmbeddedProvider main, EmbeddedProvider spare) {
        this.screen = screen;
        this.tally = tally;
        this.main = main;
        this.spare = spare;
        tideover = Tideover.builder()
                .provider(main.provider())
                .alternate(spare.provider())
                .replyCache(ReplyCache.inMemory(100))
                .lastResort("I cannot reach the assistant right now. Please ask again in a minute.")
                .onStatus(screen::statusChanged)
                // All of this has defaults for real services. A demo of a minute has less patience.
                .connectTimeout(Duration.ofSeconds(1))
                .firstTokenTimeout(Duration.ofMillis(1_200))
                .stallTimeout(Duration.ofSeconds(2))
                .streamTimeout(Duration.ofSeconds(6))
                .retryPolicy(RetryPolicy.builder()
                        .firstDelay(Duration.ofMillis(100))
                        .overloadDelay(Duration.ofMillis(250))
                        .longestDelay(Duration.ofMillis(500))
                        .build())
                .build();
        chat = new Chat(tideover::stream, screen, tally);
    }

    static Demo start(Screen screen, Tally tally) throws IOException {
        EmbeddedProvider main = EmbeddedProvider.start("main", "large");
        EmbeddedProvider spare = null;
        try {
            spare = EmbeddedProvider.start("spare", "small");
            return new Demo(screen, tally, main, spare);
        } catch (IOException | RuntimeException e) { // a server left running would keep the program from ending
            main.close();
            if (spare != null) {
                spare.close();
            }
            throw e;
        }
    }

    /** Plays all acts, or until a person at a terminal ends the input. */
    void play(Prompts prompts, boolean terminal) throws InterruptedException {
        screen.note("""
                Tideover demo: an outage on this machine, in less than a minute. No key, no network.
                Asked first: %s
                Its backup:  %s
                After them:  answers kept from before, then the application's own words.
                """.formatted(main, spare));
        if (terminal) {
            screen.note("Type a question at any time; Ctrl-D ends the demo.");
        }
        screen.status(tideover.status());
        Optional<String> typed = prompts.next(FIRST_LOOK);
        for (Act act : acts()) {
            if (terminal && prompts.isEnded()) {
                return;
            }
            screen.note("\n");
            screen.story(act.story);
            main.become(act.main);
            spare.become(act.spare);
            do {
                ask(typed, act);
                typed = next(prompts, terminal);
            } while (!(terminal && prompts.isEnded())
                    && elapsed().compareTo(act.latestEnd) < 0
                    && !act.isShown.getAsBoolean());
        }
        int late = prompts.waiting() + (typed.isPresent() ? 1 : 0);
        if (late > 0) {
            screen.note("The demo is over; of what you asked, " + late + " came too late for it.");
        }
    }

    private void ask(Optional<String> typed, Act act) {
        if (typed.isEmpty()) {
            chat.ask("demo> ", act.questions.get(asked++ % act.questions.size()));
        } else if (!typed.get().isEmpty()) {
            chat.ask(" you> ", typed.get());
        }
    }

    /** What comes in during the pause between two questions. A pipe has all at once: it is given no more than a person. */
    private static Optional<String> next(Prompts prompts, boolean terminal) throws InterruptedException {
        if (!terminal || prompts.isEnded()) {
            Thread.sleep(PAUSE.toMillis());
        }
        return prompts.next(terminal ? PAUSE : Duration.ZERO);
    }

    private List<Act> acts() {
        List<String> mixed = new ArrayList<>();
        for (int i = 0; i < Answers.NEW.size(); i++) {
            mixed.add(Answers.NEW.get(i));
            mixed.add(Answers.USUAL.get(i));
        }
        return List.of(
                new Act(
                        "The provider is well, and so is the backup.",
                        Mood.WELL,
                        Mood.WELL,
                        Answers.USUAL,
                        8,
                        () -> tally.of(Origin.LIVE) >= 5),
                new Act(
                        "Brownout: the provider answers some requests with errors, and others late.",
                        Mood.SHAKY,
                        Mood.WELL,
                        Answers.USUAL,
                        17,
                        () -> tideover.status().state() != ServiceState.OPERATIONAL && tally.calls() >= 9),
                new Act(
                        "Blackout: the provider is overloaded or silent. The backup is well.",
                        Mood.DARK,
                        Mood.WELL,
                        Answers.USUAL,
                        27,
                        after(() -> tideover.status().state() == ServiceState.PARTIAL_OUTAGE, 2)),
                new Act(
                        "The backup goes dark too. Now nobody answers.",
                        Mood.DARK,
                        Mood.DARK,
                        mixed,
                        37,
                        after(() -> tideover.status().state() == ServiceState.MAJOR_OUTAGE, 4)),
                new Act(
                        "The backup is well again. The provider is still dark.",
                        Mood.DARK,
                        Mood.WELL,
                        Answers.USUAL,
                        41,
                        after(() -> tideover.status().state() == ServiceState.PARTIAL_OUTAGE, 10)),
                new Act(
                        "The provider is well again.",
                        Mood.WELL,
                        Mood.WELL,
                        Answers.USUAL,
                        52,
                        after(() -> tideover.status().state() == ServiceState.RECOVERING, 3)));
    }

    /** True a number of calls after something has come about. */
    private BooleanSupplier after(BooleanSupplier event, int calls) {
        int[] since = {-1};
        return () -> {
            if (since[0] < 0 && event.getAsBoolean()) {
                since[0] = tally.calls();
            }
            return since[0] >= 0 && tally.calls() >= since[0] + calls;
        };
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    @Override
    public void close() {
        tideover.close();
        main.close();
        spare.close();
    }

    private record Act(
            String story, Mood main, Mood spare, List<String> questions, Duration latestEnd, BooleanSupplier isShown) {
        Act(String story, Mood main, Mood spare, List<String> questions, int latestSecond, BooleanSupplier isShown) {
            this(story, main, spare, questions, Duration.ofSeconds(latestSecond), isShown);
        }
    }
}
