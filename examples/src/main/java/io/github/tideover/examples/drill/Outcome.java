package io.github.tideover.examples.drill;

import io.github.tideover.chat.Origin;

/** What became of a call: where its reply came from, or that there was none. */
enum Outcome {
    LIVE("answered by the provider", "by the provider"),
    ALTERNATE("answered by the backup", "by the backup"),
    CACHED("answered from what was answered before", "from what was answered before"),
    SIMILAR("answered from a similar question", "from a similar question"),
    QUEUED("kept, to be answered later", "kept to be answered later"),
    CANNED("told the application's own words", "the application's own words"),
    FAILED("failed", "an error"),
    UNFINISHED("still waiting when the drill ended", "nothing yet");

    private final String words;
    private final String brief;

    Outcome(String words, String brief) {
        this.words = words;
        this.brief = brief;
    }

    static Outcome of(Origin origin) {
        return switch (origin) {
            case LIVE -> LIVE;
            case ALTERNATE -> ALTERNATE;
            case CACHED -> CACHED;
            case SIMILAR -> SIMILAR;
            case QUEUED -> QUEUED;
            case CANNED -> CANNED;
        };
    }

    /** To go on from "the call was ...". */
    String words() {
        return words;
    }

    /** To go on from "12 ...". */
    String brief() {
        return brief;
    }

    /** Whether the user has an answer to the question. */
    boolean isAnswer() {
        return this == LIVE || this == ALTERNATE || this == CACHED || this == SIMILAR;
    }

    /** Whether the user was left with nothing. */
    boolean isNothing() {
        return this == FAILED || this == UNFINISHED;
    }
}
