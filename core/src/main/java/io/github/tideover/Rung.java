package io.github.tideover;

import io.github.tideover.chat.Origin;
import io.github.tideover.failure.Failure;
import io.github.tideover.outbox.Ledger;
import io.github.tideover.provider.Ability;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.Dialect;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/** A place on the ladder from which an answer may come. A rung that is not configured is not there. */
sealed interface Rung {
    /**
     * Ask a provider.
     *
     * @param origin LIVE for the first provider, ALTERNATE for the others
     * @param provider its name
     * @param model the model to ask
     * @param isLocal whether it runs on this machine and so can be reached without a network
     * @param capabilities what the model can do there
     * @param tags what the provider is tagged with
     * @param route what all calls to it share
     * @param dialects how it is spoken to, with each of its keys
     * @param sorter sorts what it says
     */
    record Ask(
            Origin origin,
            String provider,
            String model,
            boolean isLocal,
            Capabilities capabilities,
            Set<String> tags,
            Route route,
            List<Dialect> dialects,
            BiFunction<Throwable, Instant, Failure> sorter)
            implements Rung {
        /** The window of a model of which none is known. */
        static final long UNKNOWN_WINDOW = Long.MAX_VALUE;

        /** Whether it can give a reply as a stream: it is taken to. */
        boolean canStream() {
            return !capabilities.lacks(Ability.STREAMING);
        }

        /** Whether it goes on with a reply whose beginning is sent as the last message: few do. */
        boolean continues() {
            return capabilities.has(Ability.CONTINUATION);
        }

        /** How many tokens a conversation and its reply may have together, or {@link #UNKNOWN_WINDOW}. */
        long window() {
            return capabilities.contextWindow().isPresent()
                    ? capabilities.contextWindow().getAsInt()
                    : UNKNOWN_WINDOW;
        }
    }

    /** Look for what was answered before. */
    record Remember() implements Rung {}

    /** Look for what was answered to a question that was put in other words. */
    record Resemble() implements Rung {}

    /**
     * Keep the message for later.
     *
     * @param outbox where
     * @param words what the reply says that the caller gets
     */
    record Keep(Ledger outbox, String words) implements Rung {}

    /**
     * Say the application's own words.
     *
     * @param words the words
     */
    record Speak(String words) implements Rung {}
}
