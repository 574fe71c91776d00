package io.github.tideover.status;

/**
 * A listener's place on the list.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    /** Ends the subscription. An event that is being delivered just now may still arrive; later ones do not. */
    @Override
    void close();
}
