package io.github.tideover.failure;

import java.util.List;

/**
 * Credentials, credit or permission: no retry helps, a person must act.
 *
 * @since 0.1
 */
public final class AccountException extends ChatException {
    private static final long serialVersionUID = 1L;

    AccountException(Failure failure, int attempts, List<Failure> failures) {
        super(failure, attempts, failures, "check the key, the plan and the billing of this provider");
    }
}
