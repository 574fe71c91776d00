package io.github.tideover.status;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Events that wait for a listener that is slow. Of those that a later one replaces, the later one is enough: each holds the whole of
 * its subject. An update gives way to the next one at once; when there is no more room, the oldest gives way of which there is a
 * later one of the same subject.
 */
final class EventQueue<T> {
    static final int MOST = 256;

    private final Function<? super T, ?> subject;
    private final Predicate<? super T> isUpdate;
    private final Deque<T> waiting = new ArrayDeque<>();
    private boolean isDelivering;
    private boolean isOver;

    /**
     * Makes an empty queue.
     *
     * @param subject what makes a later event stand for an earlier one
     * @param isUpdate whether an event gives way to the next of its subject even if there is room
     */
    EventQueue(Function<? super T, ?> subject, Predicate<? super T> isUpdate) {
        this.subject = subject;
        this.isUpdate = isUpdate;
    }

    /**
     * Adds an event.
     *
     * @return whether nobody is delivering, so that somebody has to begin
     */
    synchronized boolean add(T event) {
        if (isOver) {
            return false;
        }
        if (isUpdate.test(event)) {
            Object about = subject.apply(event);
            waiting.removeIf(each -> subject.apply(each).equals(about));
        }
        if (waiting.size() >= MOST) {
            makeRoom(event);
        }
        waiting.add(event);
        boolean isFirst = !isDelivering;
        isDelivering = true;
        return isFirst;
    }

    private void makeRoom(T event) {
        Set<Object> later = new HashSet<>();
        later.add(subject.apply(event));
        T replaced = null;
        for (Iterator<T> newestFirst = waiting.descendingIterator(); newestFirst.hasNext(); ) {
            T each = newestFirst.next();
            replaced = later.add(subject.apply(each)) ? replaced : each;
        }
        if (replaced == null) {
            waiting.removeFirst();
        } else {
            waiting.remove(replaced);
        }
    }

    /** The next event to deliver; null if there is none, and the delivery is over. */
    synchronized @Nullable T next() {
        T next = waiting.poll();
        isDelivering = next != null;
        return next;
    }

    /** Drops what waits, and takes no more. */
    synchronized void end() {
        isOver = true;
        waiting.clear();
    }
}
