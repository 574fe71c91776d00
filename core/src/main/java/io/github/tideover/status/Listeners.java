package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who listen to something. Each is told in order, one event at a time, from a queue of its own: one that hangs holds up nobody
 * else, and is behind by as many events at most as its queue has room for.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @param <T> what they are told
 * @since 0.1
 */
public final class Listeners<T> {
    private static final Logger log = LoggerFactory.getLogger(Listeners.class);

    private final String topic;
    private final Executor threads;
    private final Function<? super T, ?> subject;
    private final Predicate<? super T> isUpdate;
    private final List<Place> places = new CopyOnWriteArrayList<>();

    /**
     * Makes an empty list.
     *
     * @param topic what they listen to, for the log
     * @param threads runs one task for each listener that has something to hear, at the same time as those of others
     * @param subject what makes a later event stand for an earlier one when there is no room for both
     * @param isUpdate whether an event gives way to the next of its subject even if there is room
     */
    public Listeners(String topic, Executor threads, Function<? super T, ?> subject, Predicate<? super T> isUpdate) {
        this.topic = topic;
        this.threads = threads;
        this.subject = subject;
        this.isUpdate = isUpdate;
    }

    /**
     * Adds a listener. One that is added twice has two places, and may be told by both at the same time.
     *
     * @param listener told of every event from now on
     * @return closes the subscription
     */
    public Subscription subscribe(Consumer<? super T> listener) {
        Place place = new Place(requireNonNull(listener, "listener == null"));
        places.add(place);
        return place;
    }

    /**
     * Tells all, and waits for nobody. Whoever needs an order tells one event after the other.
     *
     * @param event what they are told
     */
    public void tell(T event) {
        for (Place place : places) {
            if (place.waiting.add(event)) {
                threads.execute(place);
            }
        }
    }

    private final class Place implements Runnable, Subscription {
        private final Consumer<? super T> listener;
        private final EventQueue<T> waiting = new EventQueue<>(subject, isUpdate);

        Place(Consumer<? super T> listener) {
            this.listener = listener;
        }

        @Override
        public void run() {
            for (T event = waiting.next(); event != null; event = waiting.next()) {
                try {
                    listener.accept(event);
                } catch (Throwable e) { // whatever it throws is the listener's affair
                    log.warn("A listener for {} failed: {}", topic, e.getClass().getName());
                }
            }
        }

        @Override
        public void close() {
            places.remove(this);
            waiting.end();
        }
    }
}
