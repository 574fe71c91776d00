package io.github.tideover.testkit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An outage, phase by phase. A server {@linkplain OutageServer#plays plays} it; what comes after its last phase is fair
 * weather. Immutable: each method gives another one.
 *
 * @since 0.1
 */
public final class Timeline {
    /**
     * How long a status page takes to notice, unless said otherwise. On 10 June 2025 it was eight minutes from the first
     * reports of users to the first word on OpenAI's page
     * (<a href="https://www.launchidea.in/blog/technology/chatgpt-outage-june-2025">a timeline by a third party</a>).
     */
    static final Duration USUAL_PAGE_LAG = Duration.ofMinutes(8);

    private final String name;
    private final List<Phase> phases;
    private final Duration pageLag;

    private Timeline(String name, List<Phase> phases, Duration pageLag) {
        this.name = name;
        this.phases = phases;
        this.pageLag = pageLag;
    }

    /**
     * A part of a timeline.
     *
     * @since 0.1
     */
    public static final class Phase {
        private final String name;
        private final Duration length;
        private final Weather weather;

        Phase(String name, Duration length, Weather weather) {
            this.name = name;
            this.length = length;
            this.weather = weather;
        }

        /**
         * What it is called.
         *
         * @return the name
         */
        public String name() {
            return name;
        }

        /**
         * How long it lasts.
         *
         * @return more than 0
         */
        public Duration length() {
            return length;
        }

        /**
         * What requests meet in it.
         *
         * @return the weather
         */
        public Weather weather() {
            return weather;
        }

        @Override
        public String toString() {
            return name + " for " + length + ": " + weather;
        }
    }

    /**
     * Starts a timeline with no phase yet.
     *
     * @param name what to call it in messages
     * @return the timeline
     */
    public static Timeline named(String name) {
        return new Timeline(requireNonNull(name, "name == null"), List.of(), USUAL_PAGE_LAG);
    }

    /**
     * The same, and then this.
     *
     * @param name what to call the phase in messages
     * @param length how long it lasts, more than 0
     * @param weather what requests meet in it
     * @return another timeline
     * @throws IllegalArgumentException if it does not last
     */
    public Timeline phase(String name, Duration length, Weather weather) {
        if (length.isNegative() || length.isZero()) {
            throw new IllegalArgumentException("phase " + name + " must last longer than nothing, not " + length);
        }
        List<Phase> more = new ArrayList<>(phases);
        more.add(new Phase(requireNonNull(name, "name == null"), length, requireNonNull(weather, "weather == null")));
        return new Timeline(this.name, List.copyOf(more), pageLag);
    }

    /**
     * The same, with a status page that shows each change so long after it happened. Default 8 minutes.
     *
     * @param lag how long, not negative
     * @return another timeline
     * @throws IllegalArgumentException if it is negative
     */
    public Timeline pageLag(Duration lag) {
        if (lag.isNegative()) {
            throw new IllegalArgumentException("a status page is never ahead of what happens: " + lag);
        }
        return new Timeline(name, phases, lag);
    }

    /**
     * The same, faster or slower: all of it, the page's lag too, in so much time. What is inside a behaviour stays as it is: a
     * {@code Retry-After} of 20 s is one of 20 s.
     *
     * @param length how long the timeline shall last, more than 0
     * @return another timeline
     * @throws IllegalArgumentException if that is nothing
     * @throws IllegalStateException if the timeline has no phase
     */
    public Timeline compressedTo(Duration length) {
        if (length.isNegative() || length.isZero()) {
            throw new IllegalArgumentException("a timeline must last longer than nothing, not " + length);
        }
        if (phases.isEmpty()) {
            throw new IllegalStateException("timeline " + name + " has no phase; add one with phase(...)");
        }
        double factor = (double) length.toNanos() / length().toNanos();
        List<Phase> scaled = new ArrayList<>();
        for (Phase phase : phases) {
            scaled.add(new Phase(phase.name(), times(phase.length(), factor), phase.weather()));
        }
        return new Timeline(name, List.copyOf(scaled), times(pageLag, factor));
    }

    private static Duration times(Duration time, double factor) {
        return Duration.ofNanos(Math.round(time.toNanos() * factor));
    }

    /**
     * What it is called.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * How long it lasts.
     *
     * @return the length of all its phases
     */
    public Duration length() {
        return phases.stream().map(Phase::length).reduce(Duration.ZERO, Duration::plus);
    }

    /**
     * Its phases.
     *
     * @return in order, an unmodifiable list
     */
    public List<Phase> phases() {
        return phases;
    }

    /**
     * How long after a change a status page shows it.
     *
     * @return how long
     */
    public Duration pageLag() {
        return pageLag;
    }

    /** The weather so long after the beginning. */
    Weather at(Duration since) {
        Duration left = since;
        for (Phase phase : phases) {
            left = left.minus(phase.length());
            if (left.isNegative()) {
                return phase.weather();
            }
        }
        return Weather.fair();
    }

    /** When the last trouble is over, from the beginning. */
    Duration recovery() {
        Duration end = Duration.ZERO;
        Duration recovery = Duration.ZERO;
        for (Phase phase : phases) {
            end = end.plus(phase.length());
            if (phase.weather().level() != PageLevel.OPERATIONAL) {
                recovery = end;
            }
        }
        return recovery;
    }

    @Override
    public String toString() {
        return name + ", " + length() + ": "
                + String.join("; ", phases.stream().map(Phase::toString).toList());
    }
}
