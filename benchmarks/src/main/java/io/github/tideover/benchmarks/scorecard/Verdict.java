package io.github.tideover.benchmarks.scorecard;

import java.util.List;

/** How a client came through a scenario. */
enum Verdict {
    /** Rescued, and every check held. */
    PASS,
    /** Rescued, and a check that is good advice did not hold. */
    PARTIAL,
    /** Not rescued; the caller was told so, in time. */
    SAFE,
    /** Hung, took a part for the whole, or broke a rule. */
    FAIL;

    /** A verdict, and the rules that were broken on the way to it. */
    record Reasoned(Verdict verdict, List<String> broken) {}

    /** Judges what was seen. Pure: the same views always give the same verdict. */
    static Reasoned of(Observation seen) {
        List<String> required = broken(seen, true);
        List<String> advisory = broken(seen, false);
        if (seen.calls().stream().anyMatch(call -> !call.hasEnded())) {
            return new Reasoned(FAIL, List.of("ends at all"));
        }
        if (seen.calls().stream().anyMatch(Call::isFalseSuccess)) {
            return new Reasoned(FAIL, List.of("no part is taken for the whole"));
        }
        if (!required.isEmpty()) {
            return new Reasoned(FAIL, required);
        }
        if (seen.scenario().isRescued(seen)) {
            return new Reasoned(advisory.isEmpty() ? PASS : PARTIAL, advisory);
        }
        return new Reasoned(SAFE, List.of());
    }

    private static List<String> broken(Observation seen, boolean required) {
        return seen.scenario().checks().stream()
                .filter(check ->
                        check.isRequired() == required && !check.holds().test(seen))
                .map(Check::rule)
                .toList();
    }
}
