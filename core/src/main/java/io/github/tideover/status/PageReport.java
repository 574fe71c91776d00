package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a provider's status page said at one time, of the components that are its API. What could not be read is left out:
 * it is unknown, and not operational.
 *
 * @since 0.1
 */
public final class PageReport {
    private final String source;
    private final Instant fetchedAt;
    private final @Nullable Instant updatedAt;
    private final List<Component> components;
    private final List<Incident> incidents;
    private final List<Maintenance> maintenances;
    private final List<Incident> history;
    private final @Nullable Incident open;
    private final @Nullable ResidualLife outlook;

    private PageReport(Builder builder) {
        source = builder.source;
        fetchedAt = builder.fetchedAt;
        updatedAt = builder.updatedAt;
        components = List.copyOf(builder.components);
        incidents = List.copyOf(builder.incidents);
        maintenances = List.copyOf(builder.maintenances);
        history = List.copyOf(builder.history);
        open = openOf(incidents);
        outlook = open == null ? null : outlookOf(open, history);
    }

    static Builder builder(String source, Instant fetchedAt) {
        return new Builder(source, fetchedAt);
    }

    /**
     * Where it comes from.
     *
     * @return the page's address
     */
    public String source() {
        return source;
    }

    /**
     * When it was fetched.
     *
     * @return the time, by this machine's clock
     */
    public Instant fetchedAt() {
        return fetchedAt;
    }

    /**
     * When the page says that it was changed last. On a healthy page that may be months ago.
     *
     * @return the time, by the page's clock, or empty if it does not say
     */
    public Optional<Instant> updatedAt() {
        return Optional.ofNullable(updatedAt);
    }

    /**
     * The components that are the API.
     *
     * @return an unmodifiable list of those whose state could be read
     */
    public List<Component> components() {
        return components;
    }

    /**
     * The incidents that touch the API, the newest first.
     *
     * @return an unmodifiable list
     */
    public List<Incident> incidents() {
        return incidents;
    }

    /**
     * The maintenances of the API, under way or ahead, the soonest first.
     *
     * @return an unmodifiable list
     */
    public List<Maintenance> maintenances() {
        return maintenances;
    }

    /**
     * The incidents of the page that are over, whatever they touched, the newest first. The page is asked for them only
     * while something is wrong; they are what an {@link Eta} rests on.
     *
     * @return an unmodifiable list, empty if they were not read
     */
    public List<Incident> history() {
        return history;
    }

    /**
     * The worst that the page says of the API.
     *
     * @return a major outage before maintenance, partial outage, degraded and operational; empty if nothing could be read
     */
    public Optional<ServiceState> worst() {
        return components.stream().map(Component::state).reduce(PageReport::worse);
    }

    static ServiceState worse(ServiceState one, ServiceState other) {
        return other.isWorseThan(one) ? other : one;
    }

    /** Whether this says that the trouble which {@code before} spoke of is over, or believed to be. */
    boolean saysMendedAfter(PageReport before) {
        if (components.isEmpty()) {
            return false; // it says nothing at all
        }
        boolean wasUnwell = before.worst()
                .filter(state -> state != ServiceState.OPERATIONAL)
                .isPresent();
        boolean isWell =
                worst().filter(state -> state == ServiceState.OPERATIONAL).isPresent();
        return wasUnwell && isWell
                || before.incidents.stream()
                        .filter(incident -> !incident.isMended())
                        .anyMatch(incident -> incidents.stream()
                                .filter(now -> now.id().equals(incident.id()))
                                .findFirst()
                                .map(Incident::isMended)
                                .orElse(true));
    }

    /** When the maintenance under way is to end; the latest if there are several. */
    Optional<Instant> endOfMaintenance() {
        return maintenances.stream()
                .filter(Maintenance::isUnderWay)
                .flatMap(maintenance -> maintenance.until().stream())
                .max(Comparator.naturalOrder());
    }

    /** What earlier incidents say of the one that is open; empty if none is, or if they say nothing. */
    Optional<Eta> residualLife(Instant now) {
        if (open == null || outlook == null) {
            return Optional.empty();
        }
        Instant began = open.startedAt().orElse(now);
        Duration elapsed = began.isAfter(now) ? Duration.ZERO : Duration.between(began, now);
        return outlook.after(elapsed)
                .map(left -> Eta.history(now.plus(left.p50()), now.plus(left.p80()), outlook.sampleSize(), now));
    }

    /** The incident that goes on: the newest of those that began at a known time. */
    private static @Nullable Incident openOf(List<Incident> incidents) {
        return incidents.stream()
                .filter(incident -> !incident.isOver() && incident.startedAt().isPresent())
                .findFirst()
                .orElse(null);
    }

    private static ResidualLife outlookOf(Incident open, List<Incident> history) {
        return ResidualLife.of(history.stream()
                .filter(incident -> incident.impact().equalsIgnoreCase(open.impact()))
                .flatMap(incident -> incident.duration().stream())
                .toList());
    }

    @Override
    public String toString() {
        return source + " " + components + " " + incidents + " " + maintenances;
    }

    /**
     * A component of the page.
     *
     * @since 0.1
     */
    public static final class Component {
        private final String name;
        private final ServiceState state;

        private Component(String name, ServiceState state) {
            this.name = requireNonNull(name, "name == null");
            this.state = requireNonNull(state, "state == null");
        }

        static Component of(String name, ServiceState state) {
            return new Component(name, state);
        }

        /**
         * Its name.
         *
         * @return as the page has it
         */
        public String name() {
            return name;
        }

        /**
         * How well it works, says the page.
         *
         * @return operational, degraded, partial outage, major outage or maintenance
         */
        public ServiceState state() {
            return state;
        }

        @Override
        public String toString() {
            return name + " " + state;
        }
    }

    /**
     * An incident on the page.
     *
     * @since 0.1
     */
    public static final class Incident {
        private final String id;
        private final String name;
        private final String impact;
        private final String status;
        private final @Nullable Instant startedAt;
        private final @Nullable Instant resolvedAt;
        private final List<String> components;
        private final List<Update> updates;

        private Incident(
                String id,
                String name,
                String impact,
                String status,
                @Nullable Instant startedAt,
                @Nullable Instant resolvedAt,
                List<String> components,
                List<Update> updates) {
            this.id = requireNonNull(id, "id == null");
            this.name = requireNonNull(name, "name == null");
            this.impact = requireNonNull(impact, "impact == null");
            this.status = requireNonNull(status, "status == null");
            this.startedAt = startedAt;
            this.resolvedAt = resolvedAt;
            this.components = List.copyOf(components);
            this.updates = List.copyOf(updates);
        }

        static Incident of(
                String id,
                String name,
                String impact,
                String status,
                @Nullable Instant startedAt,
                @Nullable Instant resolvedAt,
                List<String> components,
                List<Update> updates) {
            return new Incident(id, name, impact, status, startedAt, resolvedAt, components, updates);
        }

        /**
         * The page's own mark for it.
         *
         * @return the id
         */
        public String id() {
            return id;
        }

        /**
         * Its title. These are the provider's words: show them as text, never as markup.
         *
         * @return the name
         */
        public String name() {
            return name;
        }

        /**
         * How bad it is, in the page's word.
         *
         * @return such as {@code none}, {@code minor}, {@code major} or {@code critical}; may be empty
         */
        public String impact() {
            return impact;
        }

        /**
         * How far it is, in the page's word.
         *
         * @return such as {@code investigating}, {@code identified}, {@code monitoring} or {@code resolved}; may be empty
         */
        public String status() {
            return status;
        }

        /**
         * When it began.
         *
         * @return the time, by the page's clock, or empty if it does not say
         */
        public Optional<Instant> startedAt() {
            return Optional.ofNullable(startedAt);
        }

        /**
         * When it was over.
         *
         * @return the time, by the page's clock, or empty while it is not
         */
        public Optional<Instant> resolvedAt() {
            return Optional.ofNullable(resolvedAt);
        }

        /** Whether it is over, says the page: by a time, or by a word. */
        boolean isOver() {
            return resolvedAt != null || PageDocument.isOver(status);
        }

        /** Whether the provider believes it mended. */
        boolean isMended() {
            return isOver() || PageDocument.plain(status).equals("monitoring");
        }

        /** How long it lasted; empty unless both ends are known and in order. */
        Optional<Duration> duration() {
            return startedAt == null || resolvedAt == null || !resolvedAt.isAfter(startedAt)
                    ? Optional.empty()
                    : Optional.of(Duration.between(startedAt, resolvedAt));
        }

        /**
         * The components it touches.
         *
         * @return an unmodifiable list of names, empty if the page does not say
         */
        public List<String> components() {
            return components;
        }

        /**
         * What the provider wrote about it, the newest first.
         *
         * @return an unmodifiable list
         */
        public List<Update> updates() {
            return updates;
        }

        @Override
        public String toString() {
            return id + " " + impact + " " + status;
        }
    }

    /**
     * A note that the provider wrote under an incident.
     *
     * @since 0.1
     */
    public static final class Update {
        private final @Nullable Instant at;
        private final String status;
        private final String text;

        private Update(@Nullable Instant at, String status, String text) {
            this.at = at;
            this.status = requireNonNull(status, "status == null");
            this.text = requireNonNull(text, "text == null");
        }

        static Update of(@Nullable Instant at, String status, String text) {
            return new Update(at, status, text);
        }

        /**
         * When it was written.
         *
         * @return the time, by the page's clock, or empty if it does not say
         */
        public Optional<Instant> at() {
            return Optional.ofNullable(at);
        }

        /**
         * How far the incident was, in the page's word.
         *
         * @return such as {@code identified}; may be empty
         */
        public String status() {
            return status;
        }

        /**
         * The note. These are the provider's words: show them as text, never as markup.
         *
         * @return the text
         */
        public String text() {
            return text;
        }

        @Override
        public String toString() {
            return at + " " + status;
        }
    }

    /**
     * A maintenance, under way or ahead.
     *
     * @since 0.1
     */
    public static final class Maintenance {
        private final String id;
        private final String name;
        private final @Nullable Instant from;
        private final @Nullable Instant until;
        private final boolean underWay;

        private Maintenance(String id, String name, @Nullable Instant from, @Nullable Instant until, boolean underWay) {
            this.id = requireNonNull(id, "id == null");
            this.name = requireNonNull(name, "name == null");
            this.from = from;
            this.until = until;
            this.underWay = underWay;
        }

        static Maintenance of(
                String id, String name, @Nullable Instant from, @Nullable Instant until, boolean underWay) {
            return new Maintenance(id, name, from, until, underWay);
        }

        /**
         * The page's own mark for it.
         *
         * @return the id
         */
        public String id() {
            return id;
        }

        /**
         * Its title. These are the provider's words: show them as text, never as markup.
         *
         * @return the name
         */
        public String name() {
            return name;
        }

        /**
         * When it is to begin.
         *
         * @return the time, by the page's clock, or empty if it does not say
         */
        public Optional<Instant> from() {
            return Optional.ofNullable(from);
        }

        /**
         * When it is to end.
         *
         * @return the time, by the page's clock, or empty if it does not say
         */
        public Optional<Instant> until() {
            return Optional.ofNullable(until);
        }

        /**
         * Whether it has begun, says the page.
         *
         * @return true while it is under way
         */
        public boolean isUnderWay() {
            return underWay;
        }

        @Override
        public String toString() {
            return id + " from " + from + " until " + until + (underWay ? ", under way" : "");
        }
    }

    /** Puts a report together as a page is read. */
    static final class Builder {
        private final String source;
        private final Instant fetchedAt;
        private @Nullable Instant updatedAt;
        private final List<Component> components = new ArrayList<>();
        private final List<Incident> incidents = new ArrayList<>();
        private final List<Maintenance> maintenances = new ArrayList<>();
        private final List<Incident> history = new ArrayList<>();

        private Builder(String source, Instant fetchedAt) {
            this.source = requireNonNull(source, "source == null");
            this.fetchedAt = requireNonNull(fetchedAt, "fetchedAt == null");
        }

        Builder updatedAt(@Nullable Instant updatedAt) {
            this.updatedAt = updatedAt;
            return this;
        }

        Builder component(Component component) {
            components.add(component);
            return this;
        }

        Builder incident(Incident incident) {
            incidents.add(incident);
            return this;
        }

        Builder maintenance(Maintenance maintenance) {
            maintenances.add(maintenance);
            return this;
        }

        Builder past(Incident incident) {
            history.add(incident);
            return this;
        }

        PageReport build() {
            return new PageReport(this);
        }
    }
}
