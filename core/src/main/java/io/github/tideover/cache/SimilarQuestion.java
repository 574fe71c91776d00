package io.github.tideover.cache;

/**
 * A question that is like another, and where its reply is kept. Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class SimilarQuestion {
    private final String text;
    private final double score;
    private final RequestFingerprint key;

    SimilarQuestion(String text, double score, RequestFingerprint key) {
        this.text = text;
        this.score = score;
        this.key = key;
    }

    /**
     * The question.
     *
     * @return its text
     */
    public String text() {
        return text;
    }

    /**
     * How like the other it is.
     *
     * @return from 0 to 1
     */
    public double score() {
        return score;
    }

    /**
     * Where its reply is kept.
     *
     * @return the fingerprint of its request
     */
    public RequestFingerprint key() {
        return key;
    }

    /** Gives the score; the question is left out so that a log cannot hold it. */
    @Override
    public String toString() {
        return "SimilarQuestion{" + score + "}";
    }
}
