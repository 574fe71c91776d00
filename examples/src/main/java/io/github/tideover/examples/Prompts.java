package io.github.tideover.examples;

import java.time.Duration;
import java.util.Optional;

/** What a person asks, one thing after the other. */
interface Prompts {
    /** The next prompt, whenever it comes; empty at the end of input. A blank line is a prompt too. */
    Optional<String> next() throws InterruptedException;

    /** The next prompt; empty if nobody began to type one in that time, or none will come. */
    Optional<String> next(Duration timeout) throws InterruptedException;

    /** Whether the end of input was reached. */
    boolean isEnded();

    /** How many prompts have come that were not taken. */
    int waiting();

    /** Takes none any more: the end of input. */
    void end();

    /** Has commands completed where they are typed. */
    void complete(Commands commands);

    /** Whether a person who can see the screen types them, so that it need not repeat them. */
    boolean areTyped();
}
