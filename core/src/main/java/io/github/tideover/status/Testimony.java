package io.github.tideover.status;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What speaks for which cause, of one provider at one moment. */
final class Testimony {
    private static final Cause[] ALL = Cause.values();
    /** So much evidence for one cause and none for another gives half of all confidence. */
    private static final double HALF_WAY = 1;

    private final Map<Cause, Double> weights = new EnumMap<>(Cause.class);
    private final List<Evidence> evidence = new ArrayList<>();
    private int accounts;
    private int rejected;
    private boolean workedBefore;
    private boolean pageIsRed;
    private boolean othersAreReached;
    private boolean isMaintenance;

    void add(Causes causes) {
        for (Cause cause : ALL) {
            add(cause, causes.weight(cause));
        }
    }

    void add(Cause cause, double weight) {
        weights.merge(cause, weight, Double::sum);
    }

    void add(Evidence fact) {
        evidence.add(fact);
    }

    /** A route is stopped because its account, key or model is not served. */
    void account(boolean isKeyRejected, boolean hasWorked) {
        accounts++;
        rejected += isKeyRejected ? 1 : 0;
        workedBefore |= isKeyRejected && hasWorked;
    }

    void pageIsRed() {
        pageIsRed = true;
    }

    void othersAreReached() {
        othersAreReached = true;
    }

    void maintenance() {
        isMaintenance = true;
    }

    private double weight(Cause cause) {
        return weights.getOrDefault(cause, 0.0);
    }

    /** What is most likely. */
    Diagnosis verdict() {
        evidence.sort(Comparator.comparing(Evidence::kind));
        if (isMaintenance) {
            return Diagnosis.of(Cause.MAINTENANCE, pageIsRed ? 0.95 : 0.9, evidence);
        }
        if (accounts > 0) {
            return account();
        }
        Cause best = Cause.UNKNOWN;
        double all = 0;
        for (Cause cause : ALL) {
            double weight = weight(cause);
            all += weight;
            best = cause != Cause.UNKNOWN && weight > weight(best) ? cause : best;
        }
        double confidence = weight(best) / (all + HALF_WAY);
        boolean isConfirmed = pageIsRed && best != Cause.RATE_LIMIT || othersAreReached && best == Cause.NETWORK;
        return Diagnosis.of(best, isConfirmed ? 1 - (1 - confidence) / 2 : confidence, evidence);
    }

    /**
     * A key that was taken until now and is turned away may have been revoked. That several are at once, or that the
     * provider says it is in trouble, is another matter.
     */
    private Diagnosis account() {
        if (rejected == 0 || !workedBefore) {
            return Diagnosis.of(Cause.ACCOUNT, 0.8, evidence);
        }
        boolean isEverybody = pageIsRed || rejected > 1;
        return Diagnosis.of(Cause.LOGIN_FAILURE, isEverybody ? 0.9 : 0.6, evidence);
    }
}
