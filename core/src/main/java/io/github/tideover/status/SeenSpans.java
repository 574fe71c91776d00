package io.github.tideover.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What was seen of one provider: a list of times and states, in order, that do not overlap.
 *
 * <p>A span grows with each attempt that is heard of. Silence of more than 30 minutes ends it, and so does a wall clock that
 * moved otherwise than time did: what lies between is not known. Where a clock was set back, what had been recorded under the
 * times that come again gives way.
 *
 * <p>Guarded by the recorder's lock.
 */
final class SeenSpans {
    /** For how long an attempt speaks: a provider that is used a few times an hour is one of which something is known. */
    static final Duration HEARD_FOR = Duration.ofMinutes(30);
    /** Ninety days of fifty changes of state a day. */
    static final int MOST = 4_500;

    private static final long TICK = HEARD_FOR.toNanos();
    /** How far wall clock and time may part in one step: a time server corrects by less, a person by more. */
    private static final long SKEW = TimeUnit.SECONDS.toNanos(5);
    /** A span that grows is written down this often. */
    private static final long WRITE_EVERY = TimeUnit.MINUTES.toNanos(5);

    private final Deque<Span> spans = new ArrayDeque<>();
    private final Consumer<Span> file;
    private ServiceState state = ServiceState.OPERATIONAL;
    /** Whether the last span still grows. */
    private boolean open;

    private long heardAt;
    private long writtenAt;

    /**
     * Begins with nothing seen.
     *
     * @param file is given each span when it ends, and now and then while it grows
     */
    SeenSpans(Consumer<Span> file) {
        this.file = file;
    }

    /** There was an attempt, however it ended: the state holds. */
    void heard(Instant shownNow, long now) {
        Span last = spans.peekLast();
        if (open && last != null && goesOn(last, shownNow, now)) {
            replaceLast(last.until(shownNow));
            if (now - writtenAt >= WRITE_EVERY) {
                write(now);
            }
        } else {
            begin(shownNow, now);
        }
        heardAt = now;
    }

    private boolean goesOn(Span last, Instant shownNow, long now) {
        long passed = now - heardAt;
        // The comparison with until comes first: a duration of centuries has no nanoseconds.
        Duration shown = Duration.between(last.until(), shownNow);
        return passed <= TICK
                && !shown.isNegative()
                && shown.compareTo(HEARD_FOR.multipliedBy(2)) < 0
                && Math.abs(shown.toNanos() - passed) <= SKEW;
    }

    void changed(ServiceState next, Instant shownNow, long now) {
        if (next == state) {
            return;
        }
        heard(shownNow, now);
        state = next;
        begin(shownNow, now);
    }

    private void begin(Instant shownNow, long now) {
        if (open) {
            write(now);
        }
        add(new Span(state, shownNow, shownNow));
        open = true;
        write(now);
    }

    private void write(long now) {
        Span last = spans.peekLast();
        if (last != null) {
            file.accept(last);
        }
        writtenAt = now;
    }

    /** Writes down how far the last span has grown. */
    void end(long now) {
        if (open) {
            write(now);
        }
    }

    /** Adds a span from an earlier life, in the order in which they were written. */
    void add(Span span) {
        while (!spans.isEmpty() && !spans.getLast().from().isBefore(span.from())) {
            spans.removeLast();
        }
        Span last = spans.peekLast();
        if (last != null && last.until().isAfter(span.from())) {
            replaceLast(last.until(span.from()));
        }
        spans.addLast(span);
        if (spans.size() > MOST) {
            spans.removeFirst();
        }
    }

    private void replaceLast(Span span) {
        spans.removeLast();
        spans.addLast(span);
    }

    /** All spans; the last attempt speaks for the time since, for as long as attempts do. */
    List<Span> upTo(long now) {
        List<Span> all = new ArrayList<>(spans);
        long passed = now - heardAt;
        if (open && passed > 0 && passed <= TICK) {
            Span last = all.remove(all.size() - 1);
            all.add(last.until(last.until().plusNanos(passed)));
        }
        return all;
    }

    List<Span> spans() {
        return List.copyOf(spans);
    }
}
