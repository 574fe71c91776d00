package io.github.tideover.status;

import io.github.tideover.wire.Json;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the status as Atlassian Statuspage writes its {@code summary.json} (https://metastatuspage.com/api): fields, words
 * and forms are theirs. Ids are made of what they stand for, so that they stay the same from one document to the next.
 */
final class StatusJson {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final String name;
    private final String url;
    private final ServiceStatus status;
    private final StatusHistory history;
    private final StatusWords words;
    private final String pageId;

    StatusJson(String name, String url, ServiceStatus status, StatusHistory history, StatusWords words) {
        this.name = name;
        this.url = url;
        this.status = status;
        this.history = history;
        this.words = words;
        this.pageId = id("page", name);
    }

    String write() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        Map<String, @Nullable Object> page = new LinkedHashMap<>();
        page.put("id", pageId);
        page.put("name", name);
        page.put("url", url);
        page.put("time_zone", "Etc/UTC");
        page.put("updated_at", time(history.asOf()));
        json.put("page", page);
        json.put("components", components());
        json.put(
                "incidents",
                history.ongoing().map(each -> List.of(incident(each))).orElse(List.of()));
        json.put("scheduled_maintenances", maintenances());
        Map<String, @Nullable Object> overall = new LinkedHashMap<>();
        overall.put("indicator", indicator(status.state()));
        overall.put("description", words.say(Telling.headline(status), history.asOf()));
        json.put("status", overall);
        return Json.written(json);
    }

    private List<Map<String, @Nullable Object>> components() {
        List<Map<String, @Nullable Object>> components = new ArrayList<>();
        for (ProviderStatus provider : status.providers()) {
            components.add(component(provider, components.size() + 1));
        }
        return components;
    }

    private Map<String, @Nullable Object> component(ProviderStatus provider, int position) {
        Map<String, @Nullable Object> component = new LinkedHashMap<>();
        component.put("id", id("component", provider.name()));
        component.put("name", words.name(provider.name()));
        component.put("status", component(provider.state()));
        component.put("created_at", time(provider.since()));
        component.put("updated_at", time(provider.since()));
        component.put("position", position);
        component.put("description", null);
        component.put("showcase", true);
        component.put("start_date", null);
        component.put("group_id", null);
        component.put("page_id", pageId);
        component.put("group", false);
        component.put("only_show_if_degraded", false);
        return component;
    }

    private Map<String, @Nullable Object> incident(OutageReport report) {
        String id = id("incident", report.began().toString());
        List<Map<String, @Nullable Object>> updates = new ArrayList<>();
        String progress = "investigating";
        for (OutageReport.Entry entry : report.timeline()) {
            progress = progress(progress, entry);
            Map<String, @Nullable Object> update = new LinkedHashMap<>();
            update.put("id", id("update", report.began() + " " + entry.number()));
            update.put("status", progress);
            update.put("body", body(entry));
            update.put("incident_id", id);
            update.put("created_at", time(entry.at()));
            update.put("updated_at", time(entry.at()));
            update.put("display_at", time(entry.at()));
            updates.add(0, update);
        }
        Instant last = report.timeline().isEmpty()
                ? report.began()
                : report.timeline().get(report.timeline().size() - 1).at();
        Map<String, @Nullable Object> incident = new LinkedHashMap<>();
        incident.put("id", id);
        incident.put("name", words.say(Telling.headline(status), history.asOf()));
        incident.put("status", progress);
        incident.put("created_at", time(report.began()));
        incident.put("updated_at", time(last));
        incident.put("monitoring_at", null);
        incident.put("resolved_at", null);
        incident.put("impact", indicator(report.worst()));
        incident.put("shortlink", url);
        incident.put("started_at", time(report.began()));
        incident.put("page_id", pageId);
        incident.put("incident_updates", updates);
        incident.put(
                "components",
                components().stream()
                        .filter(component -> report.providers().stream()
                                .anyMatch(provider -> id("component", provider).equals(component.get("id"))))
                        .toList());
        return incident;
    }

    private String body(OutageReport.Entry entry) {
        String headline = words.say(entry.headline(), entry.at());
        String detail = words.say(entry.detail(), entry.at());
        return detail.isEmpty() ? headline : headline + " " + detail;
    }

    private static String progress(String before, OutageReport.Entry entry) {
        if (entry.scope().isPresent() && entry.kind() != StatusEvent.Kind.CAUSE_UNDERSTOOD) {
            return before;
        }
        return switch (entry.state()) {
            case RECOVERING -> "monitoring";
            case OPERATIONAL -> before;
            default ->
                entry.kind() == StatusEvent.Kind.CAUSE_UNDERSTOOD || before.equals("monitoring")
                        ? "identified"
                        : before;
        };
    }

    private List<Map<String, @Nullable Object>> maintenances() {
        List<Map<String, @Nullable Object>> maintenances = new ArrayList<>();
        for (ProviderStatus provider : status.providers()) {
            for (PageReport.Maintenance each :
                    provider.page().map(PageReport::maintenances).orElse(List.of())) {
                each.from().ifPresent(from -> maintenances.add(maintenance(provider, each, from)));
            }
        }
        return maintenances;
    }

    private Map<String, @Nullable Object> maintenance(
            ProviderStatus provider, PageReport.Maintenance each, Instant from) {
        String id = id("maintenance", provider.name() + " " + each.id());
        String progress = each.isUnderWay() ? "in_progress" : "scheduled";
        Instant told = provider.page().map(PageReport::fetchedAt).orElse(from);
        Map<String, @Nullable Object> update = new LinkedHashMap<>();
        update.put("id", id("update", provider.name() + " " + each.id()));
        update.put("status", progress);
        update.put("body", words.say(Telling.ahead(provider, each), history.asOf()));
        update.put("incident_id", id);
        update.put("created_at", time(told));
        update.put("updated_at", time(told));
        update.put("display_at", time(told));
        Map<String, @Nullable Object> maintenance = new LinkedHashMap<>();
        maintenance.put("id", id);
        maintenance.put("name", StatusWords.oneLine(each.name()));
        maintenance.put("status", progress);
        maintenance.put("created_at", time(told));
        maintenance.put("updated_at", time(told));
        maintenance.put("monitoring_at", null);
        maintenance.put("resolved_at", null);
        maintenance.put("impact", "maintenance");
        maintenance.put("shortlink", url);
        maintenance.put("started_at", each.isUnderWay() ? time(from) : null);
        maintenance.put("page_id", pageId);
        maintenance.put("incident_updates", List.of(update));
        maintenance.put(
                "components",
                components().stream()
                        .filter(component -> id("component", provider.name()).equals(component.get("id")))
                        .toList());
        maintenance.put("scheduled_for", time(from));
        maintenance.put("scheduled_until", each.until().map(StatusJson::time).orElse(null));
        return maintenance;
    }

    private static String indicator(ServiceState state) {
        return switch (state) {
            case OPERATIONAL -> "none";
            case DEGRADED, RECOVERING -> "minor";
            case PARTIAL_OUTAGE -> "major";
            case MAJOR_OUTAGE -> "critical";
            case MAINTENANCE -> "maintenance";
        };
    }

    private static String component(ServiceState state) {
        return switch (state) {
            case OPERATIONAL -> "operational";
            case DEGRADED, RECOVERING -> "degraded_performance";
            case PARTIAL_OUTAGE -> "partial_outage";
            case MAJOR_OUTAGE -> "major_outage";
            case MAINTENANCE -> "under_maintenance";
        };
    }

    private static String time(Instant at) {
        return TIME.format(at);
    }

    /** Twelve characters, as theirs. */
    private static String id(String kind, String of) {
        byte[] hash = StatusPublisher.sha256(kind + " " + of);
        return HexFormat.of().formatHex(hash, 0, 6);
    }
}
