package io.github.tideover.benchmarks.scorecard;

import java.util.Locale;

/** A cell with what was seen in it and the verdict. */
record Result(Cell cell, Observation seen, Verdict.Reasoned judged) {
    static Result of(Cell cell, Observation seen) {
        return new Result(cell, seen, Verdict.of(seen));
    }

    Verdict verdict() {
        return judged.verdict();
    }

    /** Verdict, time, and attempts on the primary and on the fallback. */
    String figures() {
        return String.format(
                Locale.ROOT,
                "%s, %.1f s, %d + %d",
                verdict().name().toLowerCase(Locale.ROOT),
                seen.millis() / 1e3,
                seen.primaryAttempts(),
                seen.otherAttempts());
    }

    /** What happened, in one line. */
    String story() {
        StringBuilder story = new StringBuilder(told());
        Call afterwards = seen.afterwards();
        if (afterwards != null && !afterwards.isWhole()) {
            story.append("; the call afterwards: ").append(afterwards.story());
        }
        if (!judged.broken().isEmpty()) {
            story.append("; not held: ").append(String.join(", ", judged.broken()));
        }
        return story.toString();
    }

    private String told() {
        if (seen.calls().size() == 1) {
            return seen.call().story();
        }
        long unanswered = seen.calls().stream().filter(call -> !call.isWhole()).count();
        return unanswered == 0
                ? "all answered"
                : unanswered + " of " + seen.calls().size() + " requests not answered, the first: "
                        + seen.calls().stream()
                                .filter(call -> !call.isWhole())
                                .findFirst()
                                .map(Call::story)
                                .orElseThrow();
    }
}
