package io.github.tideover;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import java.time.Duration;

/** How long to wait before an attempt: arithmetic without a thread or a clock. */
final class Backoff {
    /** Jitter on top of a provider's wish, so that all who were told "20 s" do not return in the same instant. */
    private static final double FLOOR_JITTER = 0.1;

    private static final Duration MOST_FLOOR_JITTER = Duration.ofSeconds(5);

    private final RetryPolicy policy;

    Backoff(RetryPolicy policy) {
        this.policy = policy;
    }

    /**
     * The wait after a failed attempt.
     *
     * @param retry 1 for the wait before the second attempt
     * @param failure how the last attempt failed
     * @param dice from 0 up to 1
     * @return never shorter than the provider asked for
     */
    Duration before(int retry, Failure failure, double dice) {
        Duration own = fullJitter(retry, failure.kind(), dice);
        Duration floor = failure.retryAfter().orElse(Duration.ZERO);
        if (floor.isZero()) {
            return own;
        }
        Duration spread = times(floor, FLOOR_JITTER);
        return longer(floor, own)
                .plus(times(spread.compareTo(MOST_FLOOR_JITTER) < 0 ? spread : MOST_FLOOR_JITTER, dice));
    }

    /** A wait drawn evenly from zero up to a bound that doubles with each retry. */
    Duration fullJitter(int retry, FailureKind kind, double dice) {
        Duration base = isOverload(kind) ? policy.overloadDelay() : policy.firstDelay();
        // 2^30 doublings of a millisecond are twelve days: past every cap, and short of overflow.
        Duration bound = base.multipliedBy(1L << Math.min(30, retry - 1));
        return times(shorter(bound, policy.longestDelay()), dice);
    }

    static boolean isOverload(FailureKind kind) {
        return kind == FailureKind.THROTTLED || kind == FailureKind.OVERLOADED || kind == FailureKind.CONFLICT;
    }

    private static Duration times(Duration duration, double factor) {
        return Duration.ofNanos((long) (duration.toNanos() * factor));
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
