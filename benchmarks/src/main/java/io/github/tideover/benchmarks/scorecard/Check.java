package io.github.tideover.benchmarks.scorecard;

import java.util.function.Predicate;

/** A rule of a scenario. One that is required makes a failure of the cell if it is broken, one that is advisory does not. */
record Check(String rule, boolean isRequired, Predicate<Observation> holds) {
    static Check required(String rule, Predicate<Observation> holds) {
        return new Check(rule, true, holds);
    }

    static Check advisory(String rule, Predicate<Observation> holds) {
        return new Check(rule, false, holds);
    }

    static Check endsWithin(int seconds) {
        return required("ends in " + seconds + " s", seen -> seen.seconds() < seconds);
    }
}
