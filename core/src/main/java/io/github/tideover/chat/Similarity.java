package io.github.tideover.chat;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The question that a reply of {@link Origin#SIMILAR} was given to, and how like the one that was asked it is. Show it to the
 * user: they know best whether it is what they meant.
 *
 * @since 0.1
 */
public final class Similarity {
    private final String question;
    private final double score;

    private Similarity(String question, double score) {
        this.question = question;
        this.score = score;
    }

    /**
     * A likeness.
     *
     * @param question the question that was asked then
     * @param score how like it is, from 0 to 1
     * @return the likeness
     * @throws IllegalArgumentException if the score is not within 0 and 1
     */
    public static Similarity of(String question, double score) {
        requireNonNull(question, "question == null");
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("score must be within 0 and 1, not " + score);
        }
        return new Similarity(question, score);
    }

    /**
     * The question that was asked then.
     *
     * @return the text of its message
     */
    public String question() {
        return question;
    }

    /**
     * How like it is to what was asked now: the cosine of the two as the embedder placed them. Scores of two embedders cannot be
     * compared.
     *
     * @return from 0 to 1, where 1 is the same
     */
    public double score() {
        return score;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Similarity that && question.equals(that.question) && score == that.score;
    }

    @Override
    public int hashCode() {
        return Objects.hash(question, score);
    }

    /** Gives the score; the question is left out so that a log cannot hold it. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "Similarity{%.3f}", score);
    }
}
