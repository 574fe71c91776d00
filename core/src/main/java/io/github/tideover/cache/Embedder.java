package io.github.tideover.cache;

/**
 * Turns a question into a point on a sphere, so that questions that mean the same lie close together. What makes two questions
 * different however alike they sound (numbers, negation, names, opposites) is checked beside it, whichever embedder is used.
 *
 * <p>An embedder is asked by several threads at once, and on the way of a call during an outage: it should take a few
 * milliseconds at most, and reach no network. One that throws or is late leaves the call without a similar answer, and does
 * nothing worse.
 *
 * @since 0.1
 */
public interface Embedder {
    /**
     * The bundled embedder, which needs no model: it compares words, pairs of words and parts of words. It finds questions that
     * are put in nearly the same words, in any language that is written with letters, and no others.
     *
     * @return the embedder, which takes some 40 microseconds for a question
     */
    static Embedder lexical() {
        return LexicalEmbedder.INSTANCE;
    }

    /**
     * What it is, with its version: questions are compared only if the same embedder placed them.
     *
     * @return the name, such as {@code "lexical-1"}
     */
    String name();

    /**
     * How many numbers it gives for a question.
     *
     * @return at least 1, always the same
     */
    int dimension();

    /**
     * From which likeness on two questions are taken for the same: the least cosine at which it is right often enough.
     *
     * @return more than 0, at most 1
     */
    double threshold();

    /**
     * Places a question.
     *
     * @param text the question, which is to be kept out of logs and exceptions
     * @return {@link #dimension()} numbers of which the squares sum up to 1; the caller may change them
     */
    float[] embed(String text);
}
