package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;

/**
 * What is most likely behind a provider's trouble, how sure that is, and what it rests on.
 *
 * @since 0.1
 */
public final class Diagnosis {
    private final Cause cause;
    private final double confidence;
    private final List<Evidence> evidence;

    private Diagnosis(Cause cause, double confidence, List<Evidence> evidence) {
        this.cause = requireNonNull(cause, "cause == null");
        this.confidence = Math.max(0, Math.min(1, confidence));
        this.evidence = List.copyOf(evidence);
    }

    static Diagnosis of(Cause cause, double confidence, List<Evidence> evidence) {
        return new Diagnosis(cause, confidence, evidence);
    }

    /**
     * The likeliest cause.
     *
     * @return the cause; {@link Cause#UNKNOWN} if nothing speaks for any
     */
    public Cause cause() {
        return cause;
    }

    /**
     * How much of what was seen speaks for this cause and for no other; little of it weighs little. It orders diagnoses;
     * it is no probability.
     *
     * @return from 0, nothing known, to 1, beyond doubt
     */
    public double confidence() {
        return confidence;
    }

    /**
     * The facts, those that weigh most first.
     *
     * @return an unmodifiable list, which may be empty
     */
    public List<Evidence> evidence() {
        return evidence;
    }

    @Override
    public String toString() {
        return cause + String.format(Locale.ROOT, " (%.2f) ", confidence) + evidence;
    }
}
