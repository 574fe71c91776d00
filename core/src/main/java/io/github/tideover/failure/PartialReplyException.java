package io.github.tideover.failure;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A streamed answer broke after some of it was delivered. {@link #partialText()} is all that arrived; it is not a
 * complete answer.
 *
 * @since 0.1
 */
public final class PartialReplyException extends ChatException {
    private static final long serialVersionUID = 1L;

    /** The text that was delivered. */
    private final String partialText;

    PartialReplyException(Failure failure, int attempts, List<Failure> failures, String partialText) {
        super(failure, attempts, failures, "the text so far is in partialText(); ask again for a whole answer");
        this.partialText = requireNonNull(partialText, "partialText == null");
    }

    /**
     * The text that was delivered before the break.
     *
     * @return the text so far, never empty
     */
    public String partialText() {
        return partialText;
    }
}
