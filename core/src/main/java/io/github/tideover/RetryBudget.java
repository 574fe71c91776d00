package io.github.tideover;

/**
 * What all calls to one provider and model together may spend on retries: the token bucket of the AWS SDKs' standard mode
 * with a smaller burst. A retry takes tokens; a success gives back what its last retry took, or one token if it needed
 * none. With failures everywhere the bucket runs dry and only first attempts go out; with a few it never does.
 */
final class RetryBudget {
    /** Some sixteen retries in a burst. */
    static final int CAPACITY = 100;
    /**
     * An attempt that failed fast. The SDKs take 5, which comes to 1.2 attempts a call, and a little more by chance, when
     * half of them fail; 6 comes to less than 1.2, and still pays for all the retries a quarter of failures needs.
     */
    static final int COST = 6;
    /** A retry after an overload or a rate limit: it falls on a provider that has too much to do already. */
    static final int HEAVY_COST = 10;
    /** A client that lost its tokens and makes few calls gets a retry back after a while. */
    static final double PER_SECOND = 0.1;

    private final double capacity;
    private double tokens;
    private long filledAt;

    RetryBudget(double capacity, long now) {
        this.capacity = capacity;
        this.tokens = capacity;
        this.filledAt = now;
    }

    /** Takes tokens for a retry if there are enough. */
    synchronized boolean tryTake(int cost, long now) {
        trickle(now);
        if (tokens < cost) {
            return false;
        }
        tokens -= cost;
        return true;
    }

    /** A call succeeded: gives back what its last retry took, or one token if it needed none. */
    synchronized void succeeded(int lastCost) {
        tokens = Math.min(capacity, tokens + (lastCost == 0 ? 1 : lastCost));
    }

    synchronized double tokens(long now) {
        trickle(now);
        return tokens;
    }

    private void trickle(long now) {
        tokens = Math.min(capacity, tokens + PER_SECOND * Math.max(0, now - filledAt) / 1e9);
        filledAt = now;
    }
}
