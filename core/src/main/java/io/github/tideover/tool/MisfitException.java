package io.github.tideover.tool;

/**
 * What a model wrote does not fit a record. The message says where and why in this library's words, and quotes nothing.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class MisfitException extends Exception {
    private static final long serialVersionUID = 1L;

    MisfitException(String why) {
        super(why);
    }

    /**
     * What does not fit.
     *
     * @return a clause in English without a full stop, such as {@code "items[2].price is missing"}
     */
    public String why() {
        return String.valueOf(getMessage());
    }
}
