package io.github.tideover.tool;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A tool failed, and the model is to know why: thrown by a {@link ToolFunction}. Any other exception stays with the
 * application, since its message may hold what is nobody else's.
 *
 * @since 0.1
 */
public final class ToolFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What the model is told. */
    private final String messageForTheModel;

    /**
     * Makes the exception.
     *
     * @param messageForTheModel what the model is told, and so the provider: {@code "there is no order 7"}
     */
    public ToolFailedException(String messageForTheModel) {
        this(messageForTheModel, null);
    }

    /**
     * Makes the exception.
     *
     * @param messageForTheModel what the model is told, and so the provider
     * @param cause what is behind it, which the model is not told; or null
     */
    public ToolFailedException(String messageForTheModel, @Nullable Throwable cause) {
        super(requireNonNull(messageForTheModel, "messageForTheModel == null"), cause);
        this.messageForTheModel = messageForTheModel;
    }

    /**
     * What the model is told.
     *
     * @return the words
     */
    public String messageForTheModel() {
        return messageForTheModel;
    }
}
