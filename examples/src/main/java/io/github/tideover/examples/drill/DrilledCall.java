package io.github.tideover.examples.drill;

import java.time.Duration;

/**
 * A call, and what became of it.
 *
 * @param number which, from 1 on
 * @param question which question was asked, from 1 on
 * @param at when the user asked, from the drill's beginning
 * @param took from then until there was a reply or an error; it counts the time that the drill itself was late
 * @param outcome what became of it
 * @param attempts how many requests the client says it took
 * @param reason the kind of failure, where nobody answered; else empty
 */
record DrilledCall(
        int number, int question, Duration at, Duration took, Outcome outcome, int attempts, String reason) {}
