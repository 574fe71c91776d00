package io.github.tideover.status;

/**
 * A listener's place on the list.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    /**
     * Ends the subscription, and waits for nothing. What another thread is delivering just now, one event at most, may still
     * arrive; no other does, also of those that wait. A listener may end its own and others' subscriptions while it is told.
     */
    @Override
    void close();
}
