package io.github.tideover.wire;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The provider answered with success and something that is not a reply. The message says what, without quoting it. */
public final class MalformedReplyException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what came instead, without quoting it
     */
    public MalformedReplyException(String message) {
        super(message);
    }

    /**
     * Makes the exception.
     *
     * @param message what came instead, without quoting it
     * @param cause what noticed it; must not quote the reply either
     */
    public MalformedReplyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
