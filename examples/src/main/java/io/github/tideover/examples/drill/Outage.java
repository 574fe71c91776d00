package io.github.tideover.examples.drill;

import io.github.tideover.testkit.PageLevel;
import io.github.tideover.testkit.PastOutage;
import io.github.tideover.testkit.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is lived through.
 *
 * @param key what it is called on the command line and in the names of files
 * @param timeline at its real length
 * @param source where it is reported; empty if it is the user's own
 * @param reported what the source says
 * @param reconstructed what the source does not say and is filled in
 */
record Outage(String key, Timeline timeline, String source, String reported, String reconstructed) {
    /**
     * A part of it, on some clock.
     *
     * @param phase its name; empty on a status page
     */
    record Span(String phase, Duration from, Duration to, PageLevel level) {
        boolean isTrouble() {
            return level != PageLevel.OPERATIONAL;
        }
    }

    static Outage of(PastOutage past) {
        return new Outage(
                past.name(), past.timeline(), past.source().toString(), past.reported(), past.reconstructed());
    }

    String name() {
        return timeline.name();
    }

    /** The phases of a timeline, from its beginning on. */
    static List<Span> spans(Timeline timeline) {
        List<Span> spans = new ArrayList<>();
        Duration at = Duration.ZERO;
        for (Timeline.Phase phase : timeline.phases()) {
            Duration end = at.plus(phase.length());
            spans.add(new Span(phase.name(), at, end, phase.weather().level()));
            at = end;
        }
        return spans;
    }

    /** What a status page shows of it that is late, up to the timeline's end; like after like is one. */
    static List<Span> pageSpans(Timeline timeline) {
        List<Span> spans = new ArrayList<>();
        Duration length = timeline.length();
        add(spans, new Span("", Duration.ZERO, least(timeline.pageLag(), length), PageLevel.OPERATIONAL));
        for (Span span : spans(timeline)) {
            Duration from = least(span.from().plus(timeline.pageLag()), length);
            Duration to = least(span.to().plus(timeline.pageLag()), length);
            add(spans, new Span("", from, to, span.level()));
        }
        return spans;
    }

    private static void add(List<Span> spans, Span next) {
        if (next.from().equals(next.to())) {
            return;
        }
        int last = spans.size() - 1;
        if (last >= 0 && spans.get(last).level() == next.level()) {
            spans.set(last, new Span("", spans.get(last).from(), next.to(), next.level()));
        } else {
            spans.add(next);
        }
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** When the trouble of a timeline begins; empty if there is none. */
    static Optional<Duration> trouble(Timeline timeline) {
        return spans(timeline).stream().filter(Span::isTrouble).map(Span::from).findFirst();
    }

    /** When the last trouble of a timeline is over; empty if it has none, or ends in it. */
    static Optional<Duration> recovery(Timeline timeline) {
        List<Span> spans = spans(timeline);
        for (int i = spans.size() - 1; i >= 0; i--) {
            if (spans.get(i).isTrouble()) {
                return i == spans.size() - 1
                        ? Optional.empty()
                        : Optional.of(spans.get(i).to());
            }
        }
        return Optional.empty();
    }
}
