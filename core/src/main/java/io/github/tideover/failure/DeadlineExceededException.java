package io.github.tideover.failure;

import java.util.List;

/**
 * The call's deadline passed and there was nothing to fall back on.
 *
 * @since 0.1
 */
public final class DeadlineExceededException extends ChatException {
    private static final long serialVersionUID = 1L;

    DeadlineExceededException(Failure failure, int attempts, List<Failure> failures) {
        super(failure, attempts, failures, "allow the call more time, or ask again later");
    }
}
