package io.github.tideover.testkit;

import java.util.List;

/** A text in the pieces in which it is streamed. */
final class Tokens {
    private Tokens() {}

    /** A word and the space after it each. */
    static List<String> of(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split("(?<= )"));
    }

    /** What ends with a colon, a comma or a space each: they need not be JSON, as a provider's are not. */
    static List<String> ofJson(String json) {
        return List.of(json.split("(?<=[:, ])"));
    }
}
