package io.github.tideover.status;

import io.github.tideover.wire.Json;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads the documents of status pages: Atlassian Statuspage's {@code summary.json} and {@code incidents.json}
 * (https://metastatuspage.com/api), incident.io's imitation of them and its own document
 * (https://docs.incident.io/status-pages/widget-api), Instatus' {@code summary.json} and {@code components.json}
 * (https://instatus.com/help/api/public-data). Fields that are missing, null, of another type or unheard of are passed over.
 */
final class PageReader {
    private static final Set<String> FIELDS = Set.of(
            "page",
            "summary",
            "components",
            "affected_components",
            "incidents",
            "ongoing_incidents",
            "activeIncidents",
            "scheduled_maintenances",
            "in_progress_maintenances",
            "activeMaintenances");

    /** More than any page has, so that a page without end does not fill the memory. */
    private static final int MOST_COMPONENTS = 1_000;

    private static final int MOST_EVENTS = 200;
    private static final int MOST_UPDATES = 50;
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_TEXT = 2_000;

    /** Times outside of these are slips. */
    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    /** As JavaScript writes a date, and with it Instatus; what follows in parentheses is cut off before. */
    private static final DateTimeFormatter JAVASCRIPT =
            DateTimeFormatter.ofPattern("EEE MMM dd uuuu HH:mm:ss 'GMT'xx", Locale.ENGLISH);

    private final PageDocument page = new PageDocument();

    private PageReader() {}

    /**
     * Reads a document.
     *
     * @throws IOException if it is not a JSON object, breaks off, or has nothing in it that such a document has
     */
    static PageDocument read(byte[] body) throws IOException {
        PageDocument page = Json.read(body, 0, body.length, in -> {
            PageReader reader = new PageReader();
            reader.document(in);
            return reader.page;
        });
        if (!page.recognised) {
            throw new IOException("JSON, but not of a status page");
        }
        return page;
    }

    private void document(JsonParser in) {
        object(in, field -> {
            page.recognised |= FIELDS.contains(field) && in.currentToken().isStructStart();
            switch (field) {
                case "page" -> object(in, name -> ofPage(name, in));
                case "summary" -> document(in); // incident.io's own document has all of it one level down
                case "components", "affected_components" -> components(in, page.components);
                case "incidents", "ongoing_incidents", "activeIncidents" -> events(in, page.incidents, false);
                case "scheduled_maintenances", "activeMaintenances" -> events(in, page.maintenances, false);
                case "in_progress_maintenances" -> events(in, page.maintenances, true);
                default -> in.skipChildren();
            }
        });
    }

    private void ofPage(String field, JsonParser in) {
        if (field.equals("updated_at")) {
            page.updatedAt = time(in);
        } else {
            in.skipChildren();
        }
    }

    private static void components(JsonParser in, List<PageDocument.Component> into) {
        array(in, () -> {
            PageDocument.Component component = new PageDocument.Component();
            object(in, field -> {
                switch (field) {
                    case "id", "component_id", "code" -> component.id = text(in, LONGEST_NAME);
                    case "name" -> component.name = text(in, LONGEST_NAME);
                    case "status", "current_status", "component_status" -> component.status = text(in, LONGEST_NAME);
                    default -> in.skipChildren();
                }
            });
            if (into.size() < MOST_COMPONENTS) {
                into.add(component);
            }
        });
    }

    private static void events(JsonParser in, List<PageDocument.Event> into, boolean underWay) {
        array(in, () -> {
            PageDocument.Event event = new PageDocument.Event();
            event.underWay = underWay;
            object(in, field -> {
                switch (field) {
                    case "id" -> event.id = text(in, LONGEST_NAME);
                    case "name" -> event.name = text(in, LONGEST_NAME);
                    case "status" -> event.status = text(in, LONGEST_NAME);
                    case "impact" -> event.impact = text(in, LONGEST_NAME);
                    case "current_worst_impact" -> {
                        String impact = text(in, LONGEST_NAME);
                        event.impact = event.impact.isEmpty() ? impact : event.impact;
                    }
                    case "started_at", "started", "start" -> event.startedAt = time(in);
                    case "created_at", "published_at" -> event.publishedAt = time(in);
                    case "resolved_at", "completed_at" -> event.endedAt = time(in);
                    case "scheduled_for", "starts_at" -> event.scheduledFrom = time(in);
                    case "scheduled_until", "ends_at", "scheduled_end_at" -> event.scheduledUntil = time(in);
                    case "duration" -> event.minutes = Json.count(in);
                    case "components", "affected_components", "component_impacts" -> components(in, event.components);
                    case "incident_updates", "updates" -> updates(in, event);
                    case "last_update_message" -> update(event, null, "", text(in, LONGEST_TEXT));
                    default -> in.skipChildren();
                }
            });
            if (into.size() < MOST_EVENTS) {
                into.add(event);
            }
        });
    }

    private static void updates(JsonParser in, PageDocument.Event event) {
        array(in, () -> {
            Draft update = new Draft();
            object(in, field -> {
                switch (field) {
                    case "status", "to_status" -> update.status = text(in, LONGEST_NAME);
                    case "body", "message_string" -> update.text = text(in, LONGEST_TEXT);
                    case "message" -> {
                        String text = in.currentToken() == JsonToken.VALUE_STRING ? text(in, LONGEST_TEXT) : rich(in);
                        update.text = update.text.isEmpty() ? text : update.text;
                    }
                    case "display_at", "published_at" -> update.at = time(in);
                    case "created_at" -> {
                        Instant at = time(in);
                        update.at = update.at == null ? at : update.at;
                    }
                    case "affected_components" -> {
                        // What they were then, which says nothing about now.
                        int known = event.components.size();
                        components(in, event.components);
                        event.components.stream().skip(known).forEach(component -> component.status = "");
                    }
                    default -> in.skipChildren();
                }
            });
            update(event, update.at, update.status, update.text);
        });
    }

    private static void update(PageDocument.Event event, @Nullable Instant at, String status, String text) {
        if (event.updates.size() < MOST_UPDATES && !(status.isEmpty() && text.isEmpty())) {
            event.updates.add(PageReport.Update.of(at, status, text));
        }
    }

    /** The text in a tree of text nodes, as incident.io's own document has it. */
    private static String rich(JsonParser in) {
        if (!in.currentToken().isStructStart()) {
            return text(in, LONGEST_TEXT);
        }
        StringBuilder text = new StringBuilder();
        for (int depth = 1; depth > 0; ) {
            JsonToken token = in.nextToken();
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.VALUE_STRING
                    && "text".equals(in.currentName())
                    && text.length() < LONGEST_TEXT) {
                text.append(in.getString());
            }
        }
        return cut(text.toString(), LONGEST_TEXT);
    }

    private static String text(JsonParser in, int longest) {
        return cut(Json.text(in).strip(), longest);
    }

    private static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return text.substring(0, end);
    }

    /** A time with any offset, or null for what is none. */
    private static @Nullable Instant time(JsonParser in) {
        String text = text(in, LONGEST_NAME);
        if (text.isEmpty()) {
            return null;
        }
        try {
            int comment = text.indexOf(" (");
            Instant time = Character.isDigit(text.charAt(0))
                    ? OffsetDateTime.parse(text).toInstant()
                    : OffsetDateTime.parse(comment < 0 ? text : text.substring(0, comment), JAVASCRIPT)
                            .toInstant();
            return time.isBefore(EARLIEST) || time.isAfter(LATEST) ? null : time;
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Reads what may be an array, calling at the start of each object in it; all else is passed over. */
    private static void array(JsonParser in, Runnable object) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return;
        }
        for (JsonToken token = in.nextToken(); token != JsonToken.END_ARRAY; token = in.nextToken()) {
            if (token == JsonToken.START_OBJECT) {
                object.run();
            } else {
                in.skipChildren();
            }
        }
    }

    /** Reads what may be an object, calling at each value in it, which is to be read or passed over. */
    private static void object(JsonParser in, Consumer<String> value) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String field = in.currentName();
            in.nextToken();
            value.accept(field);
        }
    }

    private static final class Draft {
        private @Nullable Instant at;
        private String status = "";
        private String text = "";
    }
}
