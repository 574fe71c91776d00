package io.github.tideover.examples.drill;

import io.github.tideover.examples.drill.DrillRecord.Side;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A client's calls in numbers.
 *
 * @param by how many calls came to what; every outcome is in it
 * @param median the wait of the call in the middle, and so on; who still waits counts with the wait so far
 * @param attempts how often the provider was asked
 * @param attemptsPerTroubledCall how often it was asked for each call that came while it was in trouble; empty if none came
 * @param backAfter how long after the end of the trouble the first answer came from the provider
 */
record Numbers(
        Map<Outcome, Integer> by,
        int calls,
        int answered,
        int nothing,
        Duration median,
        Duration p95,
        Duration longest,
        int attempts,
        OptionalDouble attemptsPerTroubledCall,
        Optional<Duration> backAfter) {

    static Numbers of(Side side, List<Outage.Span> phases, Optional<Duration> recovery) {
        Map<Outcome, Integer> by = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            by.put(outcome, 0);
        }
        side.calls().forEach(call -> by.merge(call.outcome(), 1, Integer::sum));
        List<Duration> waits =
                side.calls().stream().map(DrilledCall::took).sorted().toList();
        long troubled = side.calls().stream()
                .filter(call -> isTrouble(call.at(), phases))
                .count();
        long attempts =
                side.attempts().stream().filter(at -> isTrouble(at, phases)).count();
        return new Numbers(
                by,
                side.calls().size(),
                by.entrySet().stream()
                        .filter(each -> each.getKey().isAnswer())
                        .mapToInt(Map.Entry::getValue)
                        .sum(),
                by.entrySet().stream()
                        .filter(each -> each.getKey().isNothing())
                        .mapToInt(Map.Entry::getValue)
                        .sum(),
                rank(waits, 0.5),
                rank(waits, 0.95),
                rank(waits, 1),
                side.attempts().size(),
                troubled == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) attempts / troubled),
                recovery.flatMap(end -> side.calls().stream()
                        .filter(call -> call.outcome() == Outcome.LIVE)
                        .map(call -> call.at().plus(call.took()))
                        .filter(at -> at.compareTo(end) >= 0)
                        .map(at -> at.minus(end))
                        .min(Duration::compareTo)));
    }

    private static boolean isTrouble(Duration at, List<Outage.Span> phases) {
        return phases.stream()
                .anyMatch(
                        phase -> phase.isTrouble() && at.compareTo(phase.from()) >= 0 && at.compareTo(phase.to()) < 0);
    }

    /** The smallest wait that this share of all calls does not exceed. */
    private static Duration rank(List<Duration> sorted, double share) {
        return sorted.isEmpty() ? Duration.ZERO : sorted.get((int) Math.ceil(share * sorted.size()) - 1);
    }

    int of(Outcome outcome) {
        return by.getOrDefault(outcome, 0);
    }

    /** Those who were told something, and it was no answer. */
    int ownWords() {
        return calls - answered - nothing;
    }
}
