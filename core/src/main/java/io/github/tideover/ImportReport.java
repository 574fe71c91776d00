package io.github.tideover;

import java.util.List;

/**
 * What came of an import of answers. Lines that are good are taken whatever is wrong with others.
 *
 * @since 0.1
 */
public final class ImportReport {
    /** How many problems are told of; more are only counted. */
    static final int MOST_PROBLEMS = 100;

    private final int imported;
    private final int refused;
    private final List<String> problems;

    ImportReport(int imported, int refused, List<String> problems) {
        this.imported = imported;
        this.refused = refused;
        this.problems = List.copyOf(problems);
    }

    /**
     * How many answers were taken.
     *
     * @return the number
     */
    public int imported() {
        return imported;
    }

    /**
     * How many lines were not taken.
     *
     * @return the number, 0 if all is well
     */
    public int refused() {
        return refused;
    }

    /**
     * What was wrong with the lines that were not taken.
     *
     * @return an unmodifiable list of sentences with the number of the line and without its content, the first 100
     */
    public List<String> problems() {
        return problems;
    }

    @Override
    public String toString() {
        return "ImportReport{" + imported + " imported, " + refused + " refused}";
    }
}
