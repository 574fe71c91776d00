package io.github.tideover.failure;

import java.util.List;

/**
 * No provider could answer and there was nothing to fall back on. It is not the caller's fault, and nothing was stored.
 *
 * @since 0.1
 */
public final class ServiceUnavailableException extends ChatException {
    private static final long serialVersionUID = 1L;

    ServiceUnavailableException(Failure failure, int attempts, List<Failure> failures) {
        super(failure, attempts, failures, "nothing was stored; ask again later");
    }
}
