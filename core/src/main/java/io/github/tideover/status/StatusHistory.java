package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of the providers up to one moment: uptime, time to recover, and the reports of past outages. It is bounded: the
 * last 4,500 changes of state of each provider, which is ninety days with fifty a day, and the last 100 reports.
 *
 * @since 0.1
 */
public final class StatusHistory {
    private final Instant asOf;
    private final Map<String, List<Span>> spans;
    private final List<OutageReport> reports;
    private final @Nullable OutageReport ongoing;

    StatusHistory(
            Instant asOf, Map<String, List<Span>> spans, List<OutageReport> reports, @Nullable OutageReport ongoing) {
        this.asOf = asOf;
        this.spans = new LinkedHashMap<>(spans);
        this.reports = List.copyOf(reports);
        this.ongoing = ongoing;
    }

    /**
     * The moment up to which it goes.
     *
     * @return the time
     */
    public Instant asOf() {
        return asOf;
    }

    /**
     * The providers that something is known of: those in use first, then those that were.
     *
     * @return an unmodifiable list of names
     */
    public List<String> providers() {
        return List.copyOf(spans.keySet());
    }

    /**
     * For how much of a time a provider answered.
     *
     * @param provider its name
     * @param window how far to look back, such as a day, or 90
     * @return the parts of that time, what is unknown among them
     * @throws IllegalArgumentException if nothing is known of such a provider, or the window is not more than zero
     */
    public Uptime uptime(String provider, Duration window) {
        if (window.isNegative() || window.isZero()) {
            throw new IllegalArgumentException("the window must be more than zero, not " + window);
        }
        return uptime(spansOf(provider), asOf.minus(window), asOf);
    }

    private static Uptime uptime(List<Span> spans, Instant from, Instant until) {
        Duration well = Duration.ZERO;
        Duration troubled = Duration.ZERO;
        Duration down = Duration.ZERO;
        Duration maintenance = Duration.ZERO;
        for (Span span : spans) {
            Duration part = span.within(from, until);
            switch (span.state()) {
                case OPERATIONAL -> well = well.plus(part);
                case DEGRADED, RECOVERING -> troubled = troubled.plus(part);
                case PARTIAL_OUTAGE, MAJOR_OUTAGE -> down = down.plus(part);
                case MAINTENANCE -> maintenance = maintenance.plus(part);
            }
        }
        return new Uptime(Duration.between(from, until), well, troubled, down, maintenance);
    }

    /**
     * How long it took a provider to answer again, on average over the outages whose beginning and end were seen.
     *
     * @param provider its name
     * @return the time from the first state of outage to the first other one, maintenance left out; empty if there was none
     * @throws IllegalArgumentException if nothing is known of such a provider
     */
    public Optional<Duration> meanTimeToRecover(String provider) {
        Duration sum = Duration.ZERO;
        int outages = 0;
        Instant began = null;
        Span before = null;
        for (Span span : spansOf(provider)) {
            boolean follows = before != null && span.from().equals(before.until());
            if (!follows) {
                began = null; // how the one before ended was not seen
            }
            before = span;
            if (span.state() == ServiceState.MAINTENANCE) {
                continue; // neither down by mishap nor back
            }
            if (span.isDown()) {
                // One that was found down, after a time of which nothing is known, began nobody knows when.
                began = began == null && follows ? span.from() : began;
            } else if (began != null) {
                sum = sum.plus(Duration.between(began, span.from()));
                outages++;
                began = null;
            }
        }
        return outages == 0 ? Optional.empty() : Optional.of(sum.dividedBy(outages));
    }

    /**
     * The reports of past outages.
     *
     * @return an unmodifiable list, the newest first
     */
    public List<OutageReport> reports() {
        return reports;
    }

    /**
     * The outage, or the trouble before one, that is not over.
     *
     * @return its report so far, or empty while all is well
     */
    public Optional<OutageReport> ongoing() {
        return Optional.ofNullable(ongoing);
    }

    /** A day and what was seen of it. */
    record Day(LocalDate date, Uptime uptime) {}

    /** The last days, the one of this moment last. */
    List<Day> days(String provider, int count, ZoneId zone) {
        List<Span> all = spans.getOrDefault(provider, List.of());
        LocalDate today = asOf.atZone(zone).toLocalDate();
        List<Day> days = new ArrayList<>(count);
        for (int i = count - 1; i >= 0; i--) {
            LocalDate date = today.minusDays(i);
            Instant from = date.atStartOfDay(zone).toInstant();
            Instant until = date.plusDays(1).atStartOfDay(zone).toInstant();
            days.add(new Day(date, uptime(all, from, until.isAfter(asOf) ? asOf : until)));
        }
        return days;
    }

    private List<Span> spansOf(String provider) {
        List<Span> found = spans.get(requireNonNull(provider, "provider == null"));
        if (found == null) {
            throw new IllegalArgumentException(
                    "nothing is known of a provider " + provider + "; there are " + spans.keySet());
        }
        return found;
    }

    @Override
    public String toString() {
        return "history of " + spans.keySet() + " up to " + asOf + ", " + reports.size() + " reports"
                + (ongoing == null ? "" : ", one outage not over");
    }
}
