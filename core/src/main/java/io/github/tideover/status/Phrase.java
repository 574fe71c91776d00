package io.github.tideover.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A sentence in no language yet: its key among the {@linkplain StatusWords#keys() words}, and what goes into it.
 *
 * @param key the key
 * @param arguments names of providers, times, durations and texts
 */
record Phrase(String key, List<Object> arguments) {
    /**
     * A provider, to be called as users know it.
     *
     * @param provider the name it has here
     */
    record Name(String provider) {}

    Phrase {
        arguments = List.copyOf(arguments);
        for (Object argument : arguments) {
            boolean known = argument instanceof Name
                    || argument instanceof Instant
                    || argument instanceof Duration
                    || argument instanceof String;
            if (!known) {
                throw new IllegalArgumentException(
                        "not a part of a phrase: " + argument.getClass().getName());
            }
        }
    }

    static Phrase of(String key, Object... arguments) {
        return new Phrase(key, List.of(arguments));
    }
}
