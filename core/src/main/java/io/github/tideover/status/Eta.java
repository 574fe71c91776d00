package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When service is likely back, and what that rests on. It is never a countdown: as an outage lasts, its end does not come
 * nearer by itself, and a later estimate may be later.
 *
 * @since 0.1
 */
public final class Eta {
    /**
     * What an estimate rests on.
     *
     * @since 0.1
     */
    public enum Basis {
        /** The end of a maintenance, as the provider announced it. */
        SCHEDULED_END,
        /** The provider asked not to be called before then. It does not say that it will be back. */
        NOT_BEFORE,
        /** How long earlier incidents of the same kind lasted. */
        HISTORY,
        /** Nothing: nobody knows. */
        UNKNOWN
    }

    /** What is said is never more exact than this. */
    static final Duration NARROWEST = Duration.ofMinutes(5);

    private final Basis basis;
    private final Instant asOf;
    private final @Nullable Instant notBefore;
    private final @Nullable Instant p50;
    private final @Nullable Instant p80;
    private final int sampleSize;

    private Eta(
            Basis basis,
            Instant asOf,
            @Nullable Instant notBefore,
            @Nullable Instant p50,
            @Nullable Instant p80,
            int sampleSize) {
        this.basis = basis;
        this.asOf = requireNonNull(asOf, "asOf == null");
        this.notBefore = notBefore;
        this.p50 = p50;
        this.p80 = p80;
        this.sampleSize = sampleSize;
    }

    /**
     * The most that can honestly be said: the end of a maintenance that is under way; or else the time that the provider
     * asked for, if that is far enough off to mean anything; or else how long the page's earlier incidents of the same
     * impact went on from here.
     *
     * @param page what the provider's page said last, or null
     * @param notBefore the time before which the provider asked not to be called, or null
     * @param now the time
     */
    static Eta of(@Nullable PageReport page, @Nullable Instant notBefore, Instant now) {
        if (page != null) {
            Optional<Instant> end = page.endOfMaintenance();
            if (end.isPresent()) {
                return end.get().isAfter(now) ? scheduledEnd(end.get(), now) : unknown(now);
            }
        }
        if (notBefore != null && !notBefore.isBefore(now.plus(NARROWEST))) {
            return notBefore(notBefore, now);
        }
        return page == null ? unknown(now) : page.residualLife(now).orElseGet(() -> unknown(now));
    }

    static Eta unknown(Instant asOf) {
        return new Eta(Basis.UNKNOWN, asOf, null, null, null, 0);
    }

    static Eta scheduledEnd(Instant end, Instant asOf) {
        return new Eta(Basis.SCHEDULED_END, asOf, requireNonNull(end, "end == null"), null, null, 0);
    }

    static Eta notBefore(Instant notBefore, Instant asOf) {
        return new Eta(Basis.NOT_BEFORE, asOf, requireNonNull(notBefore, "notBefore == null"), null, null, 0);
    }

    /** The two times are never less than 5 minutes apart: nobody knows it better. */
    static Eta history(Instant p50, Instant p80, int sampleSize, Instant asOf) {
        Instant late = p50.plus(NARROWEST);
        return new Eta(Basis.HISTORY, asOf, null, p50, p80.isBefore(late) ? late : p80, sampleSize);
    }

    /**
     * What the estimate rests on.
     *
     * @return the basis
     */
    public Basis basis() {
        return basis;
    }

    /**
     * When the estimate was made.
     *
     * @return the time
     */
    public Instant asOf() {
        return asOf;
    }

    /**
     * The time before which service is not expected.
     *
     * @return the scheduled end, or the time the provider asked for; empty on any other basis
     */
    public Optional<Instant> notBefore() {
        return Optional.ofNullable(notBefore);
    }

    /**
     * The time by which half of the earlier incidents that had lasted this long were over.
     *
     * @return the time, only on the basis of history
     */
    public Optional<Instant> p50() {
        return Optional.ofNullable(p50);
    }

    /**
     * The time by which 80 of 100 of the earlier incidents that had lasted this long were over.
     *
     * @return the time, only on the basis of history
     */
    public Optional<Instant> p80() {
        return Optional.ofNullable(p80);
    }

    /**
     * How many earlier incidents it rests on.
     *
     * @return the number; 0 on any basis but history
     */
    public int sampleSize() {
        return sampleSize;
    }

    @Override
    public String toString() {
        return switch (basis) {
            case UNKNOWN -> "unknown";
            case SCHEDULED_END -> "scheduled to end at " + notBefore;
            case NOT_BEFORE -> "not before " + notBefore;
            case HISTORY -> "half by " + p50 + ", 80 of 100 by " + p80 + " (" + sampleSize + " incidents)";
        };
    }
}
