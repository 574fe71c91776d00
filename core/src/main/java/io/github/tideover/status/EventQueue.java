package io.github.tideover.status;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Events that wait for listeners that are slow. Of those that a later one replaces, the later one is enough: each holds the whole
 * status. An {@link StatusEvent.Kind#UPDATE} gives way to the next one at once; when there is no more room, the oldest gives way of
 * which there is a later one of the same kind about the same.
 */
final class EventQueue {
    static final int MOST = 256;

    private final Deque<StatusEvent> waiting = new ArrayDeque<>();
    private boolean isDelivering;

    /** What makes a later event stand for an earlier one. */
    private record Subject(StatusEvent.Kind kind, String scope) {
        static Subject of(StatusEvent event) {
            return new Subject(event.kind(), event.scope().orElse(""));
        }
    }

    /**
     * Adds an event.
     *
     * @return whether nobody is delivering, so that somebody has to begin
     */
    synchronized boolean add(StatusEvent event) {
        if (event.kind() == StatusEvent.Kind.UPDATE) {
            waiting.removeIf(each -> Subject.of(each).equals(Subject.of(event)));
        }
        if (waiting.size() >= MOST) {
            makeRoom(event);
        }
        waiting.add(event);
        boolean isFirst = !isDelivering;
        isDelivering = true;
        return isFirst;
    }

    private void makeRoom(StatusEvent event) {
        Set<Subject> later = new HashSet<>();
        later.add(Subject.of(event));
        StatusEvent replaced = null;
        for (Iterator<StatusEvent> newestFirst = waiting.descendingIterator(); newestFirst.hasNext(); ) {
            StatusEvent each = newestFirst.next();
            replaced = later.add(Subject.of(each)) ? replaced : each;
        }
        if (replaced == null) {
            waiting.removeFirst();
        } else {
            waiting.remove(replaced);
        }
    }

    /** The next event to deliver; null if there is none, and the delivery is over. */
    synchronized @Nullable StatusEvent next() {
        StatusEvent next = waiting.poll();
        isDelivering = next != null;
        return next;
    }
}
