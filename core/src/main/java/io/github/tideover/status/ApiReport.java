package io.github.tideover.status;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds in the documents of a page what they say of the API: its components, and the incidents and maintenances that touch
 * them.
 */
final class ApiReport {
    private final StatusPage page;
    /** Names of all components by id, and of those that are the API with the worst that was said of each. */
    private final Map<String, String> names = new LinkedHashMap<>();

    private final Map<String, ServiceState> states = new LinkedHashMap<>();

    private ApiReport(StatusPage page) {
        this.page = page;
    }

    /**
     * Makes a report.
     *
     * @param page which components are the API
     * @param documents what says how it is now, the document on the components first
     * @param history what says how it was, or null
     * @param fetchedAt when it was fetched
     */
    static PageReport of(
            StatusPage page, List<PageDocument> documents, @Nullable PageDocument history, Instant fetchedAt) {
        return new ApiReport(page).read(documents, history, fetchedAt);
    }

    private PageReport read(List<PageDocument> documents, @Nullable PageDocument history, Instant fetchedAt) {
        List<PageDocument.Event> incidents = new ArrayList<>();
        List<PageDocument.Event> maintenances = new ArrayList<>();
        Instant updatedAt = null;
        for (PageDocument document : documents) {
            updatedAt = updatedAt == null ? document.updatedAt : updatedAt;
            document.components.forEach(this::learnName);
            document.incidents.forEach(event -> merge(event, incidents));
            document.maintenances.forEach(event -> merge(event, maintenances));
        }
        if (history != null) {
            // It may be old, so that it opens nothing; of what is open it may know more.
            history.incidents.forEach(
                    event -> incidents.stream().filter(event::isSameAs).forEach(known -> known.addFrom(event)));
        }
        incidents.forEach(event -> event.components.forEach(this::learnName));
        documents.forEach(document -> document.components.forEach(this::learnState));
        incidents.stream()
                .filter(event -> !event.isOver())
                .forEach(event -> event.components.forEach(this::learnState));

        PageReport.Builder report =
                PageReport.builder(page.address(), fetchedAt).updatedAt(updatedAt);
        states.forEach((name, state) -> report.component(PageReport.Component.of(name, state)));
        boolean unwell = states.values().stream().anyMatch(state -> state != ServiceState.OPERATIONAL);
        incidents.stream()
                .filter(event -> touchesApi(event)
                        || unwell && !event.isOver() && refersTo(event).isEmpty())
                .sorted(newestFirst())
                .forEach(event -> report.incident(incident(event)));
        maintenances.stream()
                .filter(event -> !event.isOver() && (event.isAhead() || event.isUnderWay()))
                .filter(this::touchesApi)
                .sorted(Comparator.comparing(event -> event.from() == null ? Instant.MAX : event.from()))
                .forEach(event -> report.maintenance(PageReport.Maintenance.of(
                        idOf(event), event.name, event.from(), event.until(), event.isUnderWay())));
        if (history != null) {
            history.incidents.stream()
                    .filter(PageDocument.Event::isOver)
                    .sorted(newestFirst())
                    .forEach(event -> report.past(incident(event)));
        }
        return report.build();
    }

    private void learnName(PageDocument.Component component) {
        if (!component.id.isEmpty() && !component.name.isEmpty()) {
            names.putIfAbsent(component.id, component.name);
        }
    }

    private void learnState(PageDocument.Component component) {
        String name = nameOf(component);
        ServiceState state = PageDocument.state(component.status);
        if (state != null && page.isApi(name)) {
            states.merge(name, state, PageReport::worse);
        }
    }

    private String nameOf(PageDocument.Component component) {
        return component.name.isEmpty() ? names.getOrDefault(component.id, "") : component.name;
    }

    private Set<String> refersTo(PageDocument.Event event) {
        Set<String> touched = new HashSet<>();
        for (PageDocument.Component component : event.components) {
            String name = nameOf(component);
            touched.add(name.isEmpty() ? component.id : name);
        }
        touched.remove("");
        return touched;
    }

    private boolean touchesApi(PageDocument.Event event) {
        return refersTo(event).stream().anyMatch(page::isApi);
    }

    private PageReport.Incident incident(PageDocument.Event event) {
        return PageReport.Incident.of(
                idOf(event),
                event.name,
                event.impact,
                event.status,
                event.start(),
                event.endedAt,
                refersTo(event).stream().sorted().toList(),
                event.updates.stream()
                        .sorted(Comparator.comparing(
                                update -> update.at().orElse(Instant.EPOCH), Comparator.reverseOrder()))
                        .toList());
    }

    private static String idOf(PageDocument.Event event) {
        return event.id.isEmpty() ? event.name : event.id;
    }

    private static Comparator<PageDocument.Event> newestFirst() {
        return Comparator.comparing(
                event -> event.start() == null ? Instant.EPOCH : event.start(), Comparator.reverseOrder());
    }

    /** Adds an event, or what it says beyond what another document said of the same one. */
    private static void merge(PageDocument.Event event, List<PageDocument.Event> into) {
        into.stream()
                .filter(event::isSameAs)
                .findFirst()
                .ifPresentOrElse(known -> known.addFrom(event), () -> into.add(event.copy()));
    }
}
