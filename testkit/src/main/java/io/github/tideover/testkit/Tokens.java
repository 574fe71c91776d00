package io.github.tideover.testkit;

import java.util.List;

/** A text in the pieces in which it is streamed: a word and the space after it each. */
final class Tokens {
    private Tokens() {}

    static List<String> of(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split("(?<= )"));
    }
}
