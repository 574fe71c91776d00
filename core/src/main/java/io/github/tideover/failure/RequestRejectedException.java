package io.github.tideover.failure;

import java.util.List;

/**
 * The provider understood the request and refused it: do not send it again as it is. The kind tells why: invalid, too
 * long, blocked by a policy, or for a model it does not have.
 *
 * @since 0.1
 */
public final class RequestRejectedException extends ChatException {
    private static final long serialVersionUID = 1L;

    RequestRejectedException(Failure failure, int attempts, List<Failure> failures) {
        super(failure, attempts, failures, "change the request; sending it again will not help");
    }
}
