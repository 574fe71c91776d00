package io.github.tideover.status;

import java.math.RoundingMode;
import java.text.NumberFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Writes the status as one HTML page, in one language. What comes from others (names, what status pages say) goes through
 * {@link #escaped}; everything else is ours.
 *
 * <p>No state is told by colour alone: icons differ in shape, bars in how many pieces they are, and what the bars show is in the
 * label and the table as well.
 */
final class StatusHtml {
    private static final int DAYS = 90;
    private static final int MOST_UPDATES = 30;
    private static final int MOST_PAST = 10;
    /** A day with less of it than this is one with trouble, and not one of outage. */
    private static final Duration NOTABLE = Duration.ofMinutes(10);

    private final String name;
    private final String css;
    private final ServiceStatus status;
    private final StatusHistory history;
    private final StatusWords words;
    private final Instant now;
    private final StringBuilder out = new StringBuilder(40_000);

    StatusHtml(String name, String css, ServiceStatus status, StatusHistory history, StatusWords words) {
        this.name = name;
        this.css = css;
        this.status = status;
        this.history = history;
        this.words = words;
        this.now = history.asOf();
    }

    /** How a state looks: its colours, its icon, its bar. */
    private enum Look {
        OK(
                "ok",
                "<path d=\"M8 12.6l2.7 2.7L16 9.8\" fill=\"none\" stroke=\"var(--card)\" stroke-width=\"2.2\""
                        + " stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"),
        WARN("warn", "<path d=\"M7 12h10\" stroke=\"var(--card)\" stroke-width=\"2.4\" stroke-linecap=\"round\"/>"),
        BAD(
                "bad",
                "<path d=\"M8.7 8.7l6.6 6.6M15.3 8.7l-6.6 6.6\" stroke=\"var(--card)\" stroke-width=\"2.2\""
                        + " stroke-linecap=\"round\"/>"),
        PLAN(
                "plan",
                "<path d=\"M12 7.2V12l3.2 2\" fill=\"none\" stroke=\"var(--card)\" stroke-width=\"2.2\""
                        + " stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"),
        BACK(
                "back",
                "<path d=\"M12 16.6V8M8.4 11.4L12 7.6l3.6 3.8\" fill=\"none\" stroke=\"var(--card)\" stroke-width=\"2.2\""
                        + " stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"),
        NONE("none", "");

        private final String css;
        private final String sign;

        Look(String css, String sign) {
            this.css = css;
            this.sign = sign;
        }

        static Look of(ServiceState state) {
            return switch (state) {
                case OPERATIONAL -> OK;
                case DEGRADED, PARTIAL_OUTAGE -> WARN;
                case MAJOR_OUTAGE -> BAD;
                case MAINTENANCE -> PLAN;
                case RECOVERING -> BACK;
            };
        }

        /** Outages and the like in squares, all else in circles. */
        String icon() {
            String shape = this == BAD || this == WARN
                    ? "<rect x=\"2.5\" y=\"2.5\" width=\"19\" height=\"19\" rx=\"5\" fill=\"currentColor\"/>"
                    : "<circle cx=\"12\" cy=\"12\" r=\"10\" fill=\"currentColor\"/>";
            return "<svg class=\"icon " + css + "\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\">"
                    + shape + sign + "</svg>";
        }

        /** A bar of 5 by 40, whole, in two pieces, in three, hollow, or a stub. */
        String bar(int x) {
            return switch (this) {
                case OK, BACK -> piece("ok", x, 0, 40);
                case WARN -> piece("warn", x, 0, 25) + piece("warn", x, 29, 11);
                case BAD -> piece("bad", x, 0, 11) + piece("bad", x, 15, 10) + piece("bad", x, 29, 11);
                case PLAN ->
                    "<rect class=\"b-plan\" x=\"" + x + ".8\" y=\".8\" width=\"3.4\" height=\"38.4\" rx=\"1.2\"/>";
                case NONE -> piece("none", x, 34, 6);
            };
        }

        private static String piece(String css, int x, int y, int height) {
            return "<rect class=\"b-" + css + "\" x=\"" + x + "\" y=\"" + y + "\" width=\"5\" height=\"" + height
                    + "\" rx=\"1.2\"/>";
        }
    }

    String write() {
        String title = words.say("page.title", name);
        out.append("<!DOCTYPE html>\n<html lang=\"")
                .append(escaped(words.language().toLanguageTag()))
                .append("\" dir=\"")
                .append(words.isRightToLeft() ? "rtl" : "ltr")
                .append("\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
                .append(escaped(title))
                .append("</title>\n<style>")
                .append(css)
                .append("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">")
                .append(said("page.skip"))
                .append("</a>\n<header><h1>")
                .append(escaped(title))
                .append("</h1></header>\n<main id=\"content\">\n");
        current();
        disruption();
        ahead();
        services();
        past();
        out.append("</main>\n<footer><p>").append(said("page.note")).append("</p></footer>\n</body>\n</html>\n");
        return out.toString();
    }

    private void current() {
        Look look = Look.of(status.state());
        out.append("<section class=\"card now ")
                .append(look.css)
                .append("\" aria-labelledby=\"now\">\n<h2 id=\"now\">")
                .append(look.icon())
                .append("<span>")
                .append(escaped(words.say(Telling.headline(status), now)))
                .append("</span></h2>\n");
        String why = words.say(Telling.explanation(status), now);
        if (!why.isEmpty()) {
            out.append("<p>").append(escaped(why)).append("</p>\n");
        }
        if (status.state() != ServiceState.OPERATIONAL) {
            out.append("<dl class=\"facts\">\n<div><dt>")
                    .append(said("report.began"))
                    .append("</dt><dd>")
                    .append(time(history.ongoing().map(OutageReport::began).orElse(status.since())))
                    .append("</dd></div>\n");
            Telling.expected(status)
                    .ifPresent(expected -> out.append("<div><dt>")
                            .append(said("page.expected"))
                            .append("</dt><dd>")
                            .append(escaped(words.say(expected, now)))
                            .append("</dd></div>\n"));
            out.append("</dl>\n");
        }
        out.append("<p class=\"soft\">").append(withTime("page.as_of", now)).append("</p>\n</section>\n");
    }

    private void disruption() {
        OutageReport ongoing = history.ongoing().orElse(null);
        if (ongoing == null || ongoing.timeline().isEmpty()) {
            return;
        }
        begin("disruption", "page.disruption");
        out.append("<div class=\"card\">\n<ol class=\"updates\" reversed>\n");
        List<String> updates = new ArrayList<>();
        String before = "";
        for (OutageReport.Entry entry : ongoing.timeline()) {
            String headline = escaped(words.say(entry.headline(), now));
            String detail = escaped(words.say(
                    entry.detail().stream()
                            .filter(phrase -> !phrase.key().equals(Telling.SINCE))
                            .toList(),
                    now));
            if (!before.equals(headline + detail)) { // what is told a second time is no update
                updates.add("<li>" + lookOf(entry).icon() + "<h3>" + headline + "</h3><p class=\"soft\">"
                        + time(entry.at()) + "</p>" + (detail.isEmpty() ? "" : "<p>" + detail + "</p>") + "</li>\n");
            }
            before = headline + detail;
        }
        for (int i = updates.size() - 1; i >= Math.max(0, updates.size() - MOST_UPDATES); i--) {
            out.append(updates.get(i));
        }
        out.append("</ol>\n</div>\n</section>\n");
    }

    private static Look lookOf(OutageReport.Entry entry) {
        return entry.kind() == StatusEvent.Kind.SUSPECTED ? Look.WARN : Look.of(entry.state());
    }

    private void ahead() {
        List<String> lines = new ArrayList<>();
        for (ProviderStatus provider : status.providers()) {
            for (PageReport.Maintenance each :
                    provider.page().map(PageReport::maintenances).orElse(List.of())) {
                if (!each.isUnderWay() && each.from().isPresent() && lines.size() < MOST_PAST) {
                    String title = StatusWords.oneLine(each.name());
                    lines.add((title.isEmpty() ? "" : "<h3><bdi>" + escaped(title) + "</bdi></h3>") + "<p>"
                            + escaped(words.say(Telling.ahead(provider, each), now)) + "</p>");
                }
            }
        }
        if (lines.isEmpty()) {
            return;
        }
        begin("ahead", "page.ahead");
        out.append("<div class=\"card\">\n<ul class=\"past\">\n");
        lines.forEach(line -> out.append("<li>").append(line).append("</li>\n"));
        out.append("</ul>\n</div>\n</section>\n");
    }

    private void services() {
        begin("services", "page.services");
        int number = 0;
        for (ProviderStatus provider : status.providers()) {
            service(provider, ++number);
        }
        out.append("<ul class=\"legend\">\n");
        for (Look look : Look.values()) {
            String key = switch (look) {
                case OK -> "state.operational";
                case WARN -> "state.degraded";
                case BAD -> "state.major_outage";
                case PLAN -> "state.maintenance";
                case NONE -> "state.unknown";
                case BACK -> null; // a day is not one of coming back
            };
            if (key != null) {
                out.append(
                                "<li><svg viewBox=\"0 0 5 40\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">")
                        .append(look.bar(0))
                        .append("</svg>")
                        .append(said(key))
                        .append("</li>\n");
            }
        }
        out.append("</ul>\n</section>\n");
    }

    private void service(ProviderStatus provider, int number) {
        String called = words.name(provider.name());
        out.append("<article class=\"card\" aria-labelledby=\"service-")
                .append(number)
                .append("\">\n<div class=\"head\"><h3 id=\"service-")
                .append(number)
                .append("\"><bdi>")
                .append(escaped(called))
                .append("</bdi></h3>")
                .append(state(provider.state()))
                .append("</div>\n");
        List<StatusHistory.Day> days = history.days(provider.name(), DAYS, words.zone());
        bars(called, days);
        rates(provider.name());
        days(days);
        out.append("</article>\n");
    }

    private void bars(String called, List<StatusHistory.Day> days) {
        int[] count = new int[Look.values().length];
        StringBuilder bars = new StringBuilder();
        for (int i = 0; i < days.size(); i++) {
            Look look = lookOf(days.get(i).uptime());
            count[List.of(Look.values()).indexOf(look)]++;
            bars.append("<g>")
                    .append("<title>")
                    .append(escaped(words.date(days.get(i).date())))
                    .append(": ")
                    .append(said("state." + Telling.word(stateOf(look))))
                    .append("</title>")
                    .append(look.bar(8 * i))
                    .append("</g>");
        }
        NumberFormat number = NumberFormat.getIntegerInstance(words.locale());
        String label = words.say(
                "page.summary",
                called,
                number.format(count[0]),
                number.format(count[1]),
                number.format(count[2] + count[3]),
                number.format(count[5]));
        out.append("<svg class=\"bars\" viewBox=\"0 0 ")
                .append(8 * days.size() - 3)
                .append(" 40\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"")
                .append(escaped(label))
                .append("\">")
                .append(bars)
                .append("</svg>\n<div class=\"ends\" dir=\"ltr\" aria-hidden=\"true\"><span>")
                .append(said("page.first_day"))
                .append("</span><span>")
                .append(said("page.last_day"))
                .append("</span></div>\n");
    }

    /** What a day was like: its worst, unless that was short. */
    private static Look lookOf(Uptime day) {
        if (day.seen().isZero()) {
            return Look.NONE;
        }
        if (day.down().compareTo(NOTABLE) >= 0) {
            return Look.BAD;
        }
        if (day.maintenance().compareTo(NOTABLE) >= 0) {
            return Look.PLAN;
        }
        boolean isWell = day.down().isZero()
                && day.maintenance().isZero()
                && day.troubled().isZero();
        return isWell ? Look.OK : Look.WARN;
    }

    private static Unwell stateOf(Look look) {
        return switch (look) {
            case OK, BACK -> Unwell.OPERATIONAL;
            case WARN -> Unwell.DEGRADED;
            case BAD -> Unwell.MAJOR_OUTAGE;
            case PLAN -> Unwell.MAINTENANCE;
            case NONE -> Unwell.UNKNOWN;
        };
    }

    /** What a day can be called. */
    private enum Unwell {
        OPERATIONAL,
        DEGRADED,
        MAJOR_OUTAGE,
        MAINTENANCE,
        UNKNOWN
    }

    private void rates(String provider) {
        out.append("<p class=\"soft\">").append(said("page.availability")).append("</p>\n<dl class=\"rates\">\n");
        rate(provider, "page.span.day", Duration.ofDays(1));
        rate(provider, "page.span.week", Duration.ofDays(7));
        rate(provider, "page.span.quarter", Duration.ofDays(DAYS));
        out.append("</dl>\n");
        if (history.providers().contains(provider)) {
            history.meanTimeToRecover(provider)
                    .ifPresent(mean -> out.append("<p class=\"soft\">")
                            .append(escaped(words.say("page.recovery", words.duration(mean))))
                            .append("</p>\n"));
        }
    }

    private void rate(String provider, String key, Duration window) {
        OptionalDouble ratio = history.providers().contains(provider)
                ? history.uptime(provider, window).ratio()
                : OptionalDouble.empty();
        out.append("<div><dt>")
                .append(said(key))
                .append("</dt><dd>")
                .append(ratio.isPresent() ? escaped(percent(ratio.getAsDouble())) : said("state.unknown"))
                .append("</dd></div>\n");
    }

    /** Rounded down: 100 % is said of what was never down. */
    private String percent(double ratio) {
        NumberFormat format = NumberFormat.getPercentInstance(words.locale());
        format.setMaximumFractionDigits(2);
        format.setRoundingMode(RoundingMode.DOWN);
        return format.format(ratio);
    }

    private void days(List<StatusHistory.Day> days) {
        StringBuilder rows = new StringBuilder();
        for (int i = days.size() - 1; i >= 0; i--) {
            Uptime day = days.get(i).uptime();
            Look look = lookOf(day);
            if (look == Look.OK || look == Look.NONE) {
                continue;
            }
            Duration lasted = switch (look) {
                case BAD -> day.down();
                case PLAN -> day.maintenance();
                default -> day.down().plus(day.maintenance()).plus(day.troubled());
            };
            rows.append("<tr><th scope=\"row\">")
                    .append(escaped(words.date(days.get(i).date())))
                    .append("</th><td><span class=\"state ")
                    .append(look.css)
                    .append("\">")
                    .append(look.icon())
                    .append(said("state." + Telling.word(stateOf(look))))
                    .append("</span></td><td>")
                    .append(escaped(words.duration(lasted)))
                    .append("</td></tr>\n");
        }
        if (rows.isEmpty()) {
            return;
        }
        out.append("<details><summary>")
                .append(said("page.table"))
                .append("</summary>\n<table><thead><tr><th scope=\"col\">")
                .append(said("page.day"))
                .append("</th><th scope=\"col\">")
                .append(said("page.state"))
                .append("</th><th scope=\"col\">")
                .append(said("page.lasted"))
                .append("</th></tr></thead><tbody>\n")
                .append(rows)
                .append("</tbody></table></details>\n");
    }

    private void past() {
        begin("past", "page.past");
        out.append("<div class=\"card\">\n");
        List<OutageReport> reports = history.reports();
        if (reports.isEmpty()) {
            out.append("<p>").append(said("page.none")).append("</p>\n");
        } else {
            out.append("<ul class=\"past\">\n");
            reports.stream().limit(MOST_PAST).forEach(report -> {
                out.append("<li><div class=\"head\"><h3>")
                        .append(time(report.began()))
                        .append("</h3>")
                        .append(state(report.worst()))
                        .append("</div><p>")
                        .append(escaped(words.say(
                                "page.was",
                                words.duration(report.duration()),
                                words.say("reason." + Telling.word(report.cause())))))
                        .append("</p></li>\n");
            });
            out.append("</ul>\n");
        }
        out.append("</div>\n</section>\n");
    }

    private void begin(String id, String heading) {
        out.append("<section aria-labelledby=\"")
                .append(id)
                .append("\">\n<h2 id=\"")
                .append(id)
                .append("\">")
                .append(said(heading))
                .append("</h2>\n");
    }

    private String state(ServiceState state) {
        Look look = Look.of(state);
        return "<span class=\"state " + look.css + "\">" + look.icon() + said("state." + Telling.word(state))
                + "</span>";
    }

    private String time(Instant at) {
        return "<time datetime=\"" + iso(at) + "\">" + escaped(words.dateAndTime(at)) + "</time>";
    }

    private String withTime(String key, Instant at) {
        return escaped(words.say(key, words.dateAndTime(at)));
    }

    private static String iso(Instant at) {
        return DateTimeFormatter.ISO_INSTANT.format(at.truncatedTo(ChronoUnit.SECONDS));
    }

    /** Our own words, which are escaped like all others: an application may have changed them. */
    private String said(String key) {
        return escaped(words.say(key));
    }

    /** Text as text, in an element or in an attribute in double quotes. */
    static String escaped(@Nullable String text) {
        String plain = text == null ? "" : text;
        StringBuilder safe = new StringBuilder(plain.length() + 16);
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c);
            }
        }
        return safe.toString();
    }
}
