package io.github.tideover.examples;

import io.github.tideover.status.Eta;
import io.github.tideover.status.RouteHealth;
import io.github.tideover.status.ServiceHealth;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.ServiceStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How the service is, in a few lines for a person at a console. */
final class StatusText {
    private final DateTimeFormatter clock;

    StatusText(ZoneId zone) {
        clock = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(zone);
    }

    String of(ServiceStatus status, ServiceHealth health, Instant now) {
        StringBuilder text = new StringBuilder();
        add(
                text,
                "State",
                status.state() + " since " + clock.format(status.since()) + ", "
                        + time(Duration.between(status.since(), now)));
        add(text, "Told", (status.headline() + " " + status.detail()).strip());
        status.diagnosis().ifPresent(diagnosis -> {
            add(text, "Cause", diagnosis.cause() + ", " + Math.round(100 * diagnosis.confidence()) + " % sure");
            diagnosis.evidence().forEach(fact -> add(text, "", fact.words()));
        });
        if (status.state() != ServiceState.OPERATIONAL) {
            add(text, "Back", status.eta().map(this::eta).orElse("nobody knows yet"));
        }
        String label = "Routes";
        for (RouteHealth route : health.routes()) {
            add(text, label, route.name() + " " + route.state());
            add(text, "", "  " + figures(route, now));
            label = "";
        }
        return text.toString();
    }

    private static void add(StringBuilder text, String label, String words) {
        text.append(String.format(Locale.ROOT, "%-6s %s%n", label, words));
    }

    private String figures(RouteHealth route, Instant now) {
        StringBuilder figures = new StringBuilder();
        if (route.attempts() == 0) {
            figures.append("no attempt in the last minute");
        } else {
            figures.append(route.attempts())
                    .append(route.attempts() == 1 ? " attempt" : " attempts")
                    .append(" in the last minute, of which ")
                    .append(percent(route.failureShareAtLeast()))
                    .append(" to ")
                    .append(percent(route.failureShareAtMost()))
                    .append(" % fail");
        }
        route.firstContentP50()
                .ifPresent(p50 -> figures.append(", first word in ").append(Tally.seconds(p50)));
        route.openUntil()
                .filter(until -> until.isAfter(now))
                .ifPresent(until -> figures.append(", next asked at ").append(clock.format(until)));
        if (route.retryBudgetLeft() < 1) {
            figures.append(", ").append(percent(route.retryBudgetLeft())).append(" % of its retries left");
        }
        return figures.toString();
    }

    private String eta(Eta eta) {
        return switch (eta.basis()) {
            case UNKNOWN -> "nobody knows yet";
            case SCHEDULED_END, NOT_BEFORE ->
                "not before " + clock.format(eta.notBefore().orElseThrow());
            case HISTORY ->
                "of " + eta.sampleSize() + " earlier ones, half were over by "
                        + clock.format(eta.p50().orElseThrow()) + ", 80 of 100 by "
                        + clock.format(eta.p80().orElseThrow());
        };
    }

    private static long percent(double share) {
        return Math.round(100 * share);
    }

    /** A time in the two largest units that it has. */
    static String time(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        return seconds < 60
                ? seconds + " s"
                : seconds < 3_600
                        ? seconds / 60 + " min " + seconds % 60 + " s"
                        : seconds / 3_600 + " h " + seconds / 60 % 60 + " min";
    }
}
