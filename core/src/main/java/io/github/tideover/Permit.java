package io.github.tideover;

/** The right to one attempt on a {@link Route}, to be given back exactly once. Its fields belong to the route. */
final class Permit {
    final int generation;
    final boolean probe;
    final long startedAt;
    /** The place of the key to ask with. */
    final int key;
    /** The breaker has heard how the attempt went. */
    boolean judged;
    /** The place among the attempts under way is free again. */
    boolean returned;

    Permit(int generation, boolean probe, long startedAt, int key) {
        this.generation = generation;
        this.probe = probe;
        this.startedAt = startedAt;
        this.key = key;
    }
}
