package io.github.tideover.wire;

import java.io.IOException;

/**
 * The connection failed when the request was, or may have been, on its way: the provider may have worked on it. Any
 * other connection failure happened before the request left.
 */
final class AfterSendException extends IOException {
    private static final long serialVersionUID = 1L;

    AfterSendException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
