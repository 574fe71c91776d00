package io.github.tideover.testkit;

import static io.github.tideover.testkit.Speech.map;
import static java.util.Objects.requireNonNull;

import io.github.tideover.status.StatusPage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A provider's status page, at an address of its own, in the shape of Atlassian's Statuspage: {@code api/v2/summary.json},
 * {@code api/v2/status.json}, {@code api/v2/components.json} and {@code api/v2/incidents.json}
 * (<a href="https://developer.statuspage.io/">its documentation</a>). As real ones do, it learns of trouble and of its end some
 * time after they began: {@link Timeline#pageLag}.
 *
 * @since 0.1
 */
public final class LaggingPage {
    private static final String COMPONENT = "API";

    private final String name;
    private final ServerTime time;
    private final Supplier<OutageServer.@Nullable Playing> playing;
    private final Listener listener;
    private final Instant start;
    private volatile @Nullable PageLevel shown;

    LaggingPage(String name, ServerTime time, Supplier<OutageServer.@Nullable Playing> playing) {
        this.name = name;
        this.time = time;
        this.playing = playing;
        start = time.wall().get();
        listener = new Listener(name + "-page", time, null, this::answer);
        listener.begin();
    }

    /**
     * Where it is.
     *
     * @return the address, ending in a slash
     */
    public String address() {
        return "http://127.0.0.1:" + listener.port() + "/";
    }

    /**
     * The page as a client of this library reads it, with the component that is the API.
     *
     * @return the page
     */
    public StatusPage page() {
        return StatusPage.statuspage(address(), COMPONENT);
    }

    /**
     * Shows this from now on, whatever happens: a page may be green in an outage, and red while all is well.
     *
     * @param level what to show
     */
    public void shows(PageLevel level) {
        shown = requireNonNull(level, "level == null");
    }

    /** Shows what happens again, as late as it does. */
    public void showsWhatHappens() {
        shown = null;
    }

    /**
     * What it shows now.
     *
     * @return the level of the component that is the API
     */
    public PageLevel level() {
        PageLevel fixed = shown;
        if (fixed != null) {
            return fixed;
        }
        List<Incident> incidents = incidents();
        Incident last = incidents.isEmpty() ? null : incidents.get(incidents.size() - 1);
        return last == null || last.end != null ? PageLevel.OPERATIONAL : last.now;
    }

    void close() {
        listener.close();
    }

    /** Trouble without a break, as the page knows it. */
    private static final class Incident {
        final Instant begin;
        final List<Update> updates = new ArrayList<>();
        PageLevel worst;
        PageLevel now;

        @Nullable
        Instant end;

        Incident(Instant begin, PageLevel level) {
            this.begin = begin;
            worst = level;
            now = level;
            updates.add(new Update(begin, "investigating"));
        }

        void becomes(Instant at, PageLevel level) {
            updates.add(new Update(at, "identified"));
            now = level;
            worst = level.compareTo(worst) > 0 ? level : worst;
        }

        void ends(Instant at) {
            updates.add(new Update(at, "resolved"));
            end = at;
        }
    }

    private record Update(Instant at, String status) {}

    /** All that the page knows of by now. */
    private List<Incident> incidents() {
        List<Incident> incidents = new ArrayList<>();
        OutageServer.Playing current = playing.get();
        if (current == null) {
            return incidents;
        }
        Timeline timeline = current.timeline();
        Duration elapsed = current.elapsed(time.now());
        Instant epoch = time.wall().get().minus(elapsed);
        Duration at = timeline.pageLag();
        Incident open = null;
        for (Timeline.Phase phase : timeline.phases()) {
            if (at.compareTo(elapsed) > 0) {
                return incidents;
            }
            PageLevel level = phase.weather().level();
            Instant when = epoch.plus(at);
            if (level == PageLevel.OPERATIONAL) {
                if (open != null) {
                    open.ends(when);
                    open = null;
                }
            } else if (open == null) {
                open = new Incident(when, level);
                incidents.add(open);
            } else {
                open.becomes(when, level);
            }
            at = at.plus(phase.length());
        }
        if (open != null && at.compareTo(elapsed) <= 0) {
            open.ends(epoch.plus(at));
        }
        return incidents;
    }

    private boolean answer(Received received, Connection connection) throws IOException {
        Map<String, @Nullable Object> document = switch (received.path()) {
            case "/api/v2/summary.json" -> summary();
            case "/api/v2/status.json" -> map("page", head(), "status", status());
            case "/api/v2/components.json" -> map("page", head(), "components", components());
            case "/api/v2/incidents.json" -> map("page", head(), "incidents", written(false));
            default -> null;
        };
        if (document == null) {
            connection.send(404, "text/html", "<html><body>Not found</body></html>", Map.of());
        } else {
            connection.send(200, "application/json; charset=utf-8", Speech.json(document), Map.of());
        }
        return true;
    }

    private Map<String, @Nullable Object> summary() {
        return map(
                "page",
                head(),
                "components",
                components(),
                "incidents",
                written(true),
                "scheduled_maintenances",
                List.of(),
                "status",
                status());
    }

    private Map<String, @Nullable Object> head() {
        return map("id", "page1", "name", name, "url", address(), "time_zone", "Etc/UTC", "updated_at", stamp(now()));
    }

    private Map<String, @Nullable Object> status() {
        PageLevel level = level();
        return map(
                "indicator",
                level.indicator(),
                "description",
                level == PageLevel.OPERATIONAL ? "All Systems Operational" : "Trouble");
    }

    private List<Object> components() {
        return List.of(map(
                "id",
                "component1",
                "name",
                COMPONENT,
                "status",
                level().word(),
                "created_at",
                stamp(start),
                "updated_at",
                stamp(now()),
                "position",
                1,
                "group",
                false));
    }

    private List<Object> written(boolean onlyOpen) {
        List<Object> written = new ArrayList<>();
        PageLevel fixed = shown;
        List<Incident> incidents = fixed == null
                ? incidents()
                : fixed == PageLevel.OPERATIONAL ? List.of() : List.of(new Incident(start, fixed));
        for (int i = incidents.size() - 1; i >= 0; i--) { // the newest first
            Incident incident = incidents.get(i);
            if (!onlyOpen || incident.end == null) {
                written.add(written("incident" + (i + 1), incident));
            }
        }
        return written;
    }

    private static Map<String, @Nullable Object> written(String id, Incident incident) {
        List<Object> updates = new ArrayList<>();
        for (int i = incident.updates.size() - 1; i >= 0; i--) {
            Update update = incident.updates.get(i);
            updates.add(map(
                    "id",
                    id + "-update" + (i + 1),
                    "incident_id",
                    id,
                    "status",
                    update.status(),
                    "body",
                    "This is " + update.status() + ".",
                    "created_at",
                    stamp(update.at()),
                    "updated_at",
                    stamp(update.at()),
                    "display_at",
                    stamp(update.at())));
        }
        Update last = incident.updates.get(incident.updates.size() - 1);
        return map(
                "id",
                id,
                "name",
                "Elevated error rates",
                "status",
                last.status(),
                "impact",
                incident.worst.indicator(),
                "created_at",
                stamp(incident.begin),
                "started_at",
                stamp(incident.begin),
                "updated_at",
                stamp(last.at()),
                "resolved_at",
                incident.end == null ? null : stamp(incident.end),
                "components",
                List.of(map("id", "component1", "name", COMPONENT, "status", incident.now.word())),
                "incident_updates",
                updates);
    }

    private Instant now() {
        return time.wall().get();
    }

    private static String stamp(Instant at) {
        return at.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    @Override
    public String toString() {
        return "status page of " + name + " at " + address() + ": " + level();
    }
}
