package io.github.tideover.wire;

import java.io.IOException;

/** Nothing was sent, since the application's own source of tokens gave none. */
public final class NoCredentialsException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param problem what the source of tokens threw, or what is wrong with its token
     */
    public NoCredentialsException(RuntimeException problem) {
        super("no token", problem);
    }
}
