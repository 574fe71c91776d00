package io.github.tideover.status;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one JSON document of a status page says, in the page's own words. The three formats that are read differ in the
 * names of fields more than in what they say, so that one shape holds them all.
 */
final class PageDocument {
    /** How a Statuspage says how bad an incident is, and how its history does. */
    private static final Set<String> IMPACTS = Set.of("none", "minor", "major", "critical");

    /** Whether anything in it is as in a document of a status page. */
    boolean recognised;

    @Nullable
    Instant updatedAt;

    final List<Component> components = new ArrayList<>();
    final List<Event> incidents = new ArrayList<>();
    final List<Event> maintenances = new ArrayList<>();

    /** A component, or what is said of one elsewhere. Anything may be missing: then it is empty. */
    static final class Component {
        String id = "";
        String name = "";
        String status = "";
    }

    /** An incident or a maintenance. Anything may be missing: then it is empty or null. */
    static final class Event {
        String id = "";
        String name = "";
        String status = "";
        String impact = "";

        @Nullable
        Instant startedAt;

        @Nullable
        Instant publishedAt;

        @Nullable
        Instant endedAt;

        @Nullable
        Instant scheduledFrom;

        @Nullable
        Instant scheduledUntil;

        long minutes;
        boolean underWay;
        final List<Component> components = new ArrayList<>();
        final List<PageReport.Update> updates = new ArrayList<>();

        /** When an incident began. */
        @Nullable
        Instant start() {
            return startedAt != null ? startedAt : publishedAt;
        }

        /** When a maintenance begins. */
        @Nullable
        Instant from() {
            return scheduledFrom != null ? scheduledFrom : startedAt;
        }

        /** When a maintenance ends. */
        @Nullable
        Instant until() {
            Instant from = from();
            return scheduledUntil == null && from != null && minutes > 0
                    ? from.plusSeconds(60 * minutes)
                    : scheduledUntil;
        }

        Event copy() {
            Event copy = new Event();
            copy.id = id;
            copy.name = name;
            copy.underWay = underWay;
            copy.minutes = minutes;
            copy.endedAt = endedAt;
            copy.addFrom(this);
            return copy;
        }

        boolean isSameAs(Event other) {
            return !id.isEmpty() && id.equals(other.id);
        }

        /** Takes over what another document says of the same event and this one does not. */
        void addFrom(Event other) {
            components.addAll(other.components);
            if (updates.size() < other.updates.size()) {
                updates.clear();
                updates.addAll(other.updates);
            }
            status = status.isEmpty() ? other.status : status;
            impact = impact.isEmpty() || IMPACTS.contains(plain(other.impact)) ? other.impact : impact;
            startedAt = startedAt == null ? other.startedAt : startedAt;
            publishedAt = publishedAt == null ? other.publishedAt : publishedAt;
            scheduledFrom = scheduledFrom == null ? other.scheduledFrom : scheduledFrom;
            scheduledUntil = scheduledUntil == null ? other.scheduledUntil : scheduledUntil;
        }

        boolean isOver() {
            return endedAt != null || PageDocument.isOver(status);
        }

        /** Whether a maintenance is ahead, by its own word, or if it has none by the list it is in. */
        boolean isAhead() {
            return switch (plain(status)) {
                case "scheduled", "notstartedyet", "maintenancescheduled" -> true;
                case "" -> !underWay;
                default -> false;
            };
        }

        /** Whether a maintenance has begun, by its own word, or if it has none by the list it is in. */
        boolean isUnderWay() {
            return switch (plain(status)) {
                case "inprogress", "verifying", "maintenanceinprogress" -> true;
                case "" -> underWay;
                default -> false;
            };
        }
    }

    static boolean isOver(String word) {
        return switch (plain(word)) {
            case "resolved", "postmortem", "completed", "maintenancecomplete" -> true;
            default -> false;
        };
    }

    /** A word as all the formats would write it: {@code under_maintenance} and {@code UNDERMAINTENANCE} are one. */
    static String plain(String word) {
        StringBuilder plain = new StringBuilder(word.length());
        word.toLowerCase(Locale.ROOT).chars().filter(Character::isLetter).forEach(plain::appendCodePoint);
        return plain.toString();
    }

    /** What a component's word means; null for a word nobody has heard of, which is no evidence of anything. */
    static @Nullable ServiceState state(String word) {
        return switch (plain(word)) {
            case "operational" -> ServiceState.OPERATIONAL;
            case "undermaintenance" -> ServiceState.MAINTENANCE;
            case "degradedperformance", "minoroutage" -> ServiceState.DEGRADED;
            case "partialoutage" -> ServiceState.PARTIAL_OUTAGE;
            case "majoroutage", "fulloutage" -> ServiceState.MAJOR_OUTAGE;
            default -> null;
        };
    }
}
