package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What there is to say about an outage: when, how long, why, and what became of the calls. It begins when chat is no longer
 * {@link ServiceState#OPERATIONAL} and ends when it is again; trouble that never became an outage or maintenance has no report.
 *
 * <p>It holds numbers, names and what status pages said, and nothing of what users said or were answered.
 *
 * @since 0.1
 */
public final class OutageReport {
    private final Instant began;
    private final Instant asOf;
    private final boolean over;
    private final Duration duration;
    private final @Nullable Duration detectionDelay;
    private final ServiceState worst;
    private final Cause cause;
    private final double confidence;
    private final List<String> evidence;
    private final List<String> providers;
    private final Map<Origin, Integer> answered;
    private final int failed;
    private final int affected;
    private final int queued;
    private final int delivered;
    private final long attempts;
    private final Duration longestWait;
    private final List<Entry> timeline;
    private final int omitted;
    private final StatusWords words;

    private OutageReport(Builder builder) {
        began = builder.began;
        asOf = builder.asOf;
        over = builder.over;
        duration = builder.duration;
        detectionDelay = builder.detectionDelay;
        worst = builder.worst;
        cause = builder.cause;
        confidence = builder.confidence;
        evidence = List.copyOf(builder.evidence);
        providers = List.copyOf(builder.providers);
        answered = new EnumMap<>(builder.answered);
        failed = builder.failed;
        affected = builder.affected;
        queued = builder.queued;
        delivered = builder.delivered;
        attempts = builder.attempts;
        longestWait = builder.longestWait;
        timeline = List.copyOf(builder.timeline);
        omitted = builder.omitted;
        words = builder.words;
    }

    /**
     * When it began, as far as could be noticed.
     *
     * @return the time of the first event
     */
    public Instant began() {
        return began;
    }

    /**
     * When it was over.
     *
     * @return the time, or empty while it is not
     */
    public Optional<Instant> ended() {
        return over ? Optional.of(asOf) : Optional.empty();
    }

    /**
     * How long it lasted, or has lasted so far, by a clock that is not set.
     *
     * @return the time from its first event
     */
    public Duration duration() {
        return duration;
    }

    /**
     * How long it took to notice: from the first of the failed attempts to the first event.
     *
     * @return the time, or empty if no attempt had failed when it began
     */
    public Optional<Duration> detectionDelay() {
        return Optional.ofNullable(detectionDelay);
    }

    /**
     * The worst state there was.
     *
     * @return the state of chat as a whole
     */
    public ServiceState worst() {
        return worst;
    }

    /**
     * What was most likely behind it.
     *
     * @return the cause that most was seen of
     */
    public Cause cause() {
        return cause;
    }

    /**
     * How much spoke for that cause and for no other.
     *
     * @return as {@link Diagnosis#confidence()}
     */
    public double confidence() {
        return confidence;
    }

    /**
     * What the cause rests on.
     *
     * @return an unmodifiable list of clauses in English, as {@link Evidence#words()} and whom they are about
     */
    public List<String> evidence() {
        return evidence;
    }

    /**
     * The providers that were not well.
     *
     * @return an unmodifiable list of names
     */
    public List<String> providers() {
        return providers;
    }

    /**
     * The calls that ended while it lasted, those that were cancelled left out.
     *
     * @return their number
     */
    public int calls() {
        return answered.values().stream().mapToInt(Integer::intValue).sum() + failed + queued;
    }

    /**
     * The calls that noticed it: not answered by the first provider at the first attempt.
     *
     * @return their number
     */
    public int affected() {
        return affected;
    }

    /**
     * The calls that one rung of the ladder answered.
     *
     * @param origin the rung
     * @return their number
     */
    public int answered(Origin origin) {
        return answered.getOrDefault(requireNonNull(origin, "origin == null"), 0);
    }

    /**
     * The calls that ended with an exception.
     *
     * @return their number
     */
    public int failed() {
        return failed;
    }

    /**
     * The calls that were kept for later.
     *
     * @return their number; 0 without an outbox
     */
    public int queued() {
        return queued;
    }

    /**
     * The messages kept for later whose answers were delivered before the outage was over.
     *
     * @return their number; 0 without an outbox
     */
    public int delivered() {
        return delivered;
    }

    /**
     * The requests that these calls sent.
     *
     * @return their number
     */
    public long attempts() {
        return attempts;
    }

    /**
     * The longest that a call took, from its beginning to its answer or exception.
     *
     * @return the time
     */
    public Duration longestWait() {
        return longestWait;
    }

    /**
     * What happened, in order. Of an outage with more than 200 events, updates are left out first.
     *
     * @return an unmodifiable list
     */
    public List<Entry> timeline() {
        return timeline;
    }

    /**
     * How many events are not in the timeline.
     *
     * @return the number
     */
    public int omitted() {
        return omitted;
    }

    /**
     * The report for people, in the language of the client's {@link StatusWords}.
     *
     * @return Markdown, in which what came from others is escaped
     */
    public String toMarkdown() {
        return new ReportMarkdown(this, words).write();
    }

    /**
     * The report for people.
     *
     * @param language the language, and country if it matters
     * @return Markdown, in which what came from others is escaped
     */
    public String toMarkdown(Locale language) {
        return new ReportMarkdown(this, words.speaking(language)).write();
    }

    /**
     * The report for programs. Times are in ISO 8601, durations in milliseconds.
     *
     * @return a JSON object
     */
    public String toJson() {
        return ReportJson.write(this, words);
    }

    @Override
    public String toString() {
        return worst + " from " + began + (over ? " for " : ", not over, for ") + duration + ", " + calls() + " calls, "
                + affected + " affected";
    }

    /** When it ended, or was looked at. */
    Instant asOf() {
        return asOf;
    }

    StatusWords words() {
        return words;
    }

    static Builder builder(Instant began, StatusWords words) {
        return new Builder(began, words);
    }

    /**
     * An event in the course of an outage.
     *
     * @since 0.1
     */
    public static final class Entry {
        private final int number;
        private final Instant at;
        private final StatusEvent.Kind kind;
        private final @Nullable String scope;
        private final ServiceState state;
        private final Phrase headline;
        private final List<Phrase> detail;

        Entry(
                int number,
                Instant at,
                StatusEvent.Kind kind,
                @Nullable String scope,
                ServiceState state,
                Phrase headline,
                List<Phrase> detail) {
            this.number = number;
            this.at = at;
            this.kind = kind;
            this.scope = scope;
            this.state = state;
            this.headline = headline;
            this.detail = List.copyOf(detail);
        }

        static Entry of(int number, StatusEvent event) {
            return new Entry(
                    number,
                    event.at(),
                    event.kind(),
                    event.scope().orElse(null),
                    event.state(),
                    Telling.headline(event),
                    Telling.detail(event));
        }

        /**
         * Its number in this outage.
         *
         * @return 1 for the first
         */
        public int number() {
            return number;
        }

        /**
         * When it came about.
         *
         * @return the time
         */
        public Instant at() {
            return at;
        }

        /**
         * What it told.
         *
         * @return the kind of event
         */
        public StatusEvent.Kind kind() {
            return kind;
        }

        /**
         * Whom it was about.
         *
         * @return a provider's name, or empty if it was about chat as a whole
         */
        public Optional<String> scope() {
            return Optional.ofNullable(scope);
        }

        /**
         * The state from then on, of whom it was about.
         *
         * @return the state
         */
        public ServiceState state() {
            return state;
        }

        @Override
        public String toString() {
            return number + " " + at + " " + kind + (scope == null ? "" : " " + scope) + " " + state;
        }

        Phrase headline() {
            return headline;
        }

        List<Phrase> detail() {
            return detail;
        }
    }

    /** Puts a report together. */
    static final class Builder {
        private final Instant began;
        private final StatusWords words;
        private Instant asOf;
        private boolean over;
        private Duration duration = Duration.ZERO;
        private @Nullable Duration detectionDelay;
        private ServiceState worst = ServiceState.DEGRADED;
        private Cause cause = Cause.UNKNOWN;
        private double confidence;
        private List<String> evidence = List.of();
        private List<String> providers = List.of();
        private Map<Origin, Integer> answered = new EnumMap<>(Origin.class);
        private int failed;
        private int affected;
        private int queued;
        private int delivered;
        private long attempts;
        private Duration longestWait = Duration.ZERO;
        private List<Entry> timeline = List.of();
        private int omitted;

        private Builder(Instant began, StatusWords words) {
            this.began = began;
            this.asOf = began;
            this.words = words;
        }

        Builder asOf(Instant asOf, boolean over) {
            this.asOf = asOf;
            this.over = over;
            return this;
        }

        Builder duration(Duration duration) {
            this.duration = duration;
            return this;
        }

        Builder detectionDelay(@Nullable Duration detectionDelay) {
            this.detectionDelay = detectionDelay;
            return this;
        }

        Builder worst(ServiceState worst) {
            this.worst = worst;
            return this;
        }

        Builder cause(Cause cause, double confidence, List<String> evidence) {
            this.cause = cause;
            this.confidence = confidence;
            this.evidence = evidence;
            return this;
        }

        Builder providers(List<String> providers) {
            this.providers = providers;
            return this;
        }

        Builder answered(Origin origin, int calls) {
            answered.put(origin, calls);
            return this;
        }

        Builder failed(int failed) {
            this.failed = failed;
            return this;
        }

        Builder affected(int affected) {
            this.affected = affected;
            return this;
        }

        Builder queued(int queued, int delivered) {
            this.queued = queued;
            this.delivered = delivered;
            return this;
        }

        Builder attempts(long attempts) {
            this.attempts = attempts;
            return this;
        }

        Builder longestWait(Duration longestWait) {
            this.longestWait = longestWait;
            return this;
        }

        Builder timeline(List<Entry> timeline, int omitted) {
            this.timeline = timeline;
            this.omitted = omitted;
            return this;
        }

        Builder tally(CallTally tally) {
            for (Origin origin : Origin.values()) {
                if (origin != Origin.QUEUED) { // a receipt is no answer
                    answered(origin, tally.answered(origin));
                }
            }
            return queued(tally.answered(Origin.QUEUED), tally.deliveredSoFar())
                    .failed(tally.failed())
                    .affected(tally.affected())
                    .attempts(tally.attempts())
                    .longestWait(Duration.ofNanos(tally.longestNanos()));
        }

        OutageReport build() {
            return new OutageReport(this);
        }
    }
}
