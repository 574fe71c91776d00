package io.github.tideover.examples;

import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.Origin;
import io.github.tideover.examples.embedded.Breakage;
import io.github.tideover.status.ServiceState;
import io.github.tideover.testkit.Behaviour;
import io.github.tideover.testkit.Fault;
import io.github.tideover.testkit.OutageServer;
import io.github.tideover.testkit.Timeline;
import io.github.tideover.testkit.Weather;
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
    private static final Duration LONGER_THAN_THE_DEMO = Duration.ofHours(1);

    private final Screen screen;
    private final Tally tally;
    private final Playground playground;
    private final Tideover tideover;
    private final Chat chat;
    private final long started = System.nanoTime();
    private Mood main = Mood.WELL;
    private Mood spare = Mood.WELL;
    /** Nanoseconds that a person took for typing. */
    private long waited;

    private int asked;

    /** How a provider can be. */
    private enum Mood {
        /** Answers everything. */
        WELL,
        /** Many errors, some slow answers. */
        SHAKY,
        /** Nothing but overload, and now and then silence. */
        DARK;

        void comesOver(OutageServer server) {
            switch (this) {
                case WELL -> Breakage.mends(server);
                case SHAKY ->
                    plays(
                            server,
                            Weather.partly(70, Behaviour.fails(Fault.SERVER_ERROR))
                                    .and(30, Behaviour.drips(30).after(Duration.ofMillis(500))));
                case DARK ->
                    plays(
                            server,
                            Weather.partly(75, Behaviour.fails(Fault.OVERLOADED))
                                    .and(25, Behaviour.goesSilent()));
            }
        }

        private void plays(OutageServer server, Weather weather) {
            server.plays(Timeline.named(name()).phase(name(), LONGER_THAN_THE_DEMO, weather));
        }
    }

    private Demo(Screen screen, Tally tally, Playground playground) {
        this.screen = screen;
        this.tally = tally;
        this.playground = playground;
        tideover = playground
                .client()
                .replyCache(ReplyCache.inMemory(100))
                .lastResort("I cannot reach the assistant right now. Please ask again in a minute.")
                .onStatus(screen::statusChanged)
                .build();
        chat = new Chat(tideover::stream, screen, tally);
    }

    static Demo start(Screen screen, Tally tally) {
        Playground playground = Playground.start();
        try {
            return new Demo(screen, tally, playground);
        } catch (RuntimeException e) { // a server left running would go on listening
            playground.close();
            throw e;
        }
    }

    /** Breaks off the answer that is under way. */
    void stop() {
        chat.stop();
    }

    /** Plays all acts, or until a person at a terminal ends the input. */
    void play(Prompts prompts) throws InterruptedException {
        screen.note("""
                Tideover demo: an outage on this machine, in less than a minute. No key, no network.
                %sAfter them:  answers kept from before, then the application's own words.
                """.formatted(playground));
        if (prompts.areTyped()) {
            screen.note("Type a question at any time: the demo waits for you. Ctrl-C or Ctrl-D ends it.");
        }
        screen.showStatus(tideover.status());
        Optional<String> typed = prompts.next(FIRST_LOOK);
        for (Act act : acts()) {
            if (prompts.areTyped() && prompts.isEnded()) {
                return;
            }
            screen.note("\n");
            screen.story(act.story);
            become(act);
            do {
                ask(typed, prompts.areTyped(), act);
                typed = next(prompts);
            } while (!(prompts.areTyped() && prompts.isEnded())
                    && elapsed().compareTo(act.latestEnd) < 0
                    && !act.isShown.getAsBoolean());
        }
        int late = prompts.waiting() + (typed.isPresent() ? 1 : 0);
        if (late > 0) {
            screen.note("The demo is over; of what you asked, " + late + " came too late for it.");
        }
    }

    private void become(Act act) {
        if (act.main != main) {
            main = act.main;
            main.comesOver(playground.main());
        }
        if (act.spare != spare) {
            spare = act.spare;
            spare.comesOver(playground.spare());
        }
    }

    private void ask(Optional<String> typed, boolean isOnScreen, Act act) {
        if (typed.isEmpty()) {
            chat.ask("demo> ", act.questions.get(asked++ % act.questions.size()));
        } else if (!typed.get().isBlank()) {
            chat.ask(isOnScreen ? "" : TerminalScreen.PROMPT, typed.get().strip());
        }
    }

    /**
     * What comes in during the pause between two questions. A person who begins to type has all the time there is, and the acts
     * wait. A pipe has all at once: it is given no more than a person.
     */
    private Optional<String> next(Prompts prompts) throws InterruptedException {
        if (!prompts.areTyped() || prompts.isEnded()) {
            Thread.sleep(PAUSE.toMillis());
            return prompts.next(Duration.ZERO);
        }
        long began = System.nanoTime();
        Optional<String> typed = prompts.next(PAUSE);
        waited += Math.max(0, System.nanoTime() - began - PAUSE.toNanos());
        return typed;
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
                        after(() -> tideover.status().state() == ServiceState.PARTIAL_OUTAGE, 5)),
                new Act(
                        "The provider is well again.",
                        Mood.WELL,
                        Mood.WELL,
                        Answers.USUAL,
                        56,
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
        return Duration.ofNanos(System.nanoTime() - started - waited);
    }

    @Override
    public void close() {
        tideover.close();
        playground.close();
    }

    private record Act(
            String story, Mood main, Mood spare, List<String> questions, Duration latestEnd, BooleanSupplier isShown) {
        Act(String story, Mood main, Mood spare, List<String> questions, int latestSecond, BooleanSupplier isShown) {
            this(story, main, spare, questions, Duration.ofSeconds(latestSecond), isShown);
        }
    }
}
