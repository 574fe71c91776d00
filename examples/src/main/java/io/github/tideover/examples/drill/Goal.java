package io.github.tideover.examples.drill;

import io.github.tideover.examples.drill.DrillOptions.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * What a drill has to show.
 *
 * @param name what it is, as it should be
 * @param found how it was
 */
record Goal(String name, boolean isMet, String found) {
    private static final int SHOWN = 5;

    static List<Goal> of(Summary summary, Limits limits) {
        Numbers numbers = summary.tideover();
        List<Goal> goals = new ArrayList<>();
        if (numbers.calls() == 0) {
            goals.add(new Goal("Somebody asks", false, "No call came; raise --rate or --duration."));
        }
        // Who still waited when a person ended the drill might have had an answer.
        int open = summary.record().stoppedAt().isPresent() ? numbers.of(Outcome.UNFINISHED) : 0;
        goals.add(share("fail", numbers.nothing() - open, numbers.calls(), limits.maxFailed()));
        if (limits.maxUnanswered() < 100) {
            goals.add(share(
                    "are left without an answer",
                    numbers.calls() - numbers.answered() - open,
                    numbers.calls(),
                    limits.maxUnanswered()));
        }
        limits.maxWait()
                .ifPresent(most -> goals.add(new Goal(
                        "Nobody waits longer than " + Words.time(most),
                        numbers.longest().compareTo(most) <= 0,
                        "The longest wait was " + Words.time(numbers.longest()) + ".")));
        goals.add(blame(
                "No truncated answer is shown as a whole one",
                summary.record().tideover().truncated(),
                "Every answer that was shown was whole."));
        goals.add(blame(
                "The provider is treated well",
                summary.record().tideover().complaints(),
                "No hammering, no early knock, no useless attempt, no completion paid for twice."));
        return List.copyOf(goals);
    }

    private static Goal share(String what, int count, int calls, double most) {
        return new Goal(
                (most == 0 ? "No calls " : "At most " + Words.plain(most) + " % of the calls ") + what,
                count <= most / 100 * calls + 1e-9,
                count + " of " + Words.count(calls, "call") + ": " + Words.percent(count, calls) + ".");
    }

    private static Goal blame(String name, List<String> complaints, String praise) {
        String more = complaints.size() > SHOWN ? "; and " + (complaints.size() - SHOWN) + " more" : "";
        return new Goal(
                name,
                complaints.isEmpty(),
                complaints.isEmpty()
                        ? praise
                        : String.join("; ", complaints.subList(0, Math.min(SHOWN, complaints.size()))) + more + ".");
    }
}
