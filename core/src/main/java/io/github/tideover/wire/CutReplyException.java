package io.github.tideover.wire;

import java.io.IOException;

/** An event stream ended without a sign that the answer was complete. */
public final class CutReplyException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message where the stream ended, without quoting it
     */
    public CutReplyException(String message) {
        super(message);
    }
}
