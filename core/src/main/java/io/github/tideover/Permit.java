package io.github.tideover;

import org.jspecify.annotations.Nullable;

/** The right to one attempt on a {@link Route}, to be given back exactly once. Its fields belong to the route. */
final class Permit {
    final int generation;
    final boolean probe;
    final long startedAt;
    /** The place of the key to ask with. */
    final int key;
    /** Which request with this key it is, counted from the first. */
    long number;
    /** By what was heard of its limits, there is nothing left for it. */
    boolean isDoubtful;
    /** What its answer says of limits has been heard. */
    boolean isHeard;
    /** The breaker has heard how the attempt went. */
    boolean judged;
    /** The place among the attempts under way is free again. */
    boolean returned;
    /** It is the first attempt of its call at this route. */
    boolean first;
    /** When the attempt will have waited for longer than attempts do. */
    long suspectAt;
    /** The status has been told that it has. */
    boolean suspect;
    /** Its neighbours among the unanswered attempts; null where there is none, or it is not among them. */
    @Nullable
    Permit previous;

    @Nullable
    Permit next;

    Permit(int generation, boolean probe, long startedAt, int key) {
        this.generation = generation;
        this.probe = probe;
        this.startedAt = startedAt;
        this.key = key;
    }
}
