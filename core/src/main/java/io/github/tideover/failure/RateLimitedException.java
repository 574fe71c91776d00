package io.github.tideover.failure;

import java.util.List;

/**
 * Too many requests for now: slow down until {@link ChatException#retryAt()}.
 *
 * @since 0.1
 */
public final class RateLimitedException extends ChatException {
    private static final long serialVersionUID = 1L;

    RateLimitedException(Failure failure, int attempts, List<Failure> failures) {
        super(failure, attempts, failures, "slow down and ask again later");
    }
}
