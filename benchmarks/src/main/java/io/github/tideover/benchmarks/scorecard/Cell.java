package io.github.tideover.benchmarks.scorecard;

import io.github.tideover.benchmarks.scorecard.FaultyProvider.Attempt;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One client in one scenario and one form: a new client, a new provider, and what both saw. */
record Cell(String client, ScoredClient.Opener opener, Scenario scenario, Profile profile, boolean streamed) {
    private static final double SECONDS_FOR_THE_CALL_AFTERWARDS = 20;

    /** Beyond its bound a call gets this much more, so that one that is late can be told from one that hangs. */
    private static final double SECONDS_UNTIL_IT_HANGS = 60;

    private static final int CAUSES = 4;

    String form() {
        return streamed ? "streaming" : "whole";
    }

    Observation run() throws IOException, InterruptedException {
        try (FaultyProvider provider = FaultyProvider.start(scenario, profile);
                ScoredClient asked = opener.open(provider.baseUrl(), profile)) {
            provider.begin();
            List<Asking> askings = new ArrayList<>();
            for (int i = 0; i < scenario.requests(); i++) {
                // A client that is slow to answer does not get its next request later.
                long due = i * profile.pace().toMillis();
                TimeUnit.MILLISECONDS.sleep(Math.max(0, due - provider.millis()));
                askings.add(new Asking(asked, provider).start());
            }
            Duration limit = profile.seconds(scenario.bound() + SECONDS_UNTIL_IT_HANGS);
            List<Call> calls = new ArrayList<>();
            for (Asking asking : askings) {
                calls.add(asking.await(limit));
            }
            List<Attempt> attempts = provider.attempts();
            Call afterwards = null;
            if (scenario.asksAfterwards()) {
                provider.heal();
                afterwards =
                        new Asking(asked, provider).start().await(profile.seconds(SECONDS_FOR_THE_CALL_AFTERWARDS));
            }
            return new Observation(scenario, profile, streamed, calls, attempts, afterwards);
        }
    }

    /** An exception and its causes, on one line and without the port, which is another in each run. */
    static String describe(Throwable problem) {
        StringBuilder words = new StringBuilder();
        Throwable each = problem;
        for (int i = 0; each != null && i < CAUSES; i++, each = each.getCause()) {
            words.append(i == 0 ? "" : " ← ").append(each.getClass().getSimpleName());
            String message = each.getMessage();
            if (message != null && words.indexOf(message) < 0) { // many repeat what their cause says
                words.append(": ").append(message);
            }
        }
        return words.toString()
                .replaceAll("\\s+", " ")
                .replaceAll("127\\.0\\.0\\.1[:/]\\d+", "provider")
                .replace('`', '\'');
    }

    /** A call on a thread of its own, which is left behind if it does not end. */
    private final class Asking {
        private final ScoredClient asked;
        private final FaultyProvider provider;
        private final Screen screen = new Screen();
        private final CountDownLatch over = new CountDownLatch(1);
        private final Thread thread = new Thread(this::ask, "caller");
        private volatile long began;
        private volatile long ended;
        private volatile @Nullable Throwable problem;

        Asking(ScoredClient asked, FaultyProvider provider) {
            this.asked = asked;
            this.provider = provider;
        }

        Asking start() {
            began = provider.millis();
            thread.setDaemon(true);
            thread.start();
            return this;
        }

        private void ask() {
            try {
                asked.ask(streamed, screen);
            } catch (Throwable e) { // whatever it is, the caller gets it
                problem = e;
            } finally {
                ended = provider.millis();
                over.countDown();
            }
        }

        Call await(Duration limit) throws InterruptedException {
            long left = began + limit.toMillis() - provider.millis();
            boolean hasEnded = over.await(Math.max(0, left), TimeUnit.MILLISECONDS);
            if (!hasEnded) {
                thread.interrupt();
            }
            Throwable met = hasEnded ? problem : null;
            return new Call(
                    began,
                    hasEnded ? ended : provider.millis(),
                    hasEnded,
                    screen.text(),
                    screen.model(),
                    screen.hasUsage(),
                    met == null ? null : describe(met));
        }
    }
}
