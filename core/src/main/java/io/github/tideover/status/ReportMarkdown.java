package io.github.tideover.status;

import io.github.tideover.chat.Origin;
import java.text.NumberFormat;
import java.util.List;
import java.util.stream.Collectors;

/** Writes an outage report as Markdown, in one language. */
final class ReportMarkdown {
    private final OutageReport report;
    private final StatusWords words;
    private final StringBuilder out = new StringBuilder(2_000);

    ReportMarkdown(OutageReport report, StatusWords words) {
        this.report = report;
        this.words = words;
    }

    String write() {
        out.append("# ").append(words.say("report.title")).append("\n\n");
        out.append("**").append(escaped(firstHeadline())).append("**\n\n");
        facts();
        calls();
        timeline();
        return out.toString();
    }

    /** What users read when it was at its worst. */
    private String firstHeadline() {
        return report.timeline().stream()
                .filter(entry -> entry.scope().isEmpty() && entry.state() == report.worst())
                .findFirst()
                .or(() -> report.timeline().stream().findFirst())
                .map(entry -> words.say(entry.headline(), entry.at()))
                .orElseGet(() -> words.say("state." + Telling.word(report.worst())));
    }

    private void facts() {
        table("", "");
        row("report.began", words.dateAndTime(report.began()));
        row("report.ended", report.ended().map(words::dateAndTime).orElseGet(() -> words.say("report.ongoing")));
        row("report.lasted", words.duration(report.duration()));
        report.detectionDelay().ifPresent(delay -> row("report.detected", words.duration(delay)));
        row("report.worst", words.say("state." + Telling.word(report.worst())));
        row("page.services", report.providers().stream().map(words::name).collect(Collectors.joining(", ")));
        row("report.cause", words.say("reason." + Telling.word(report.cause())));
        row("report.confidence", NumberFormat.getPercentInstance(words.locale()).format(report.confidence()));
        if (!report.evidence().isEmpty()) {
            out.append("\n## ").append(words.say("report.evidence")).append("\n\n");
            report.evidence()
                    .forEach(fact -> out.append("- ").append(escaped(fact)).append('\n'));
        }
    }

    private void calls() {
        out.append("\n## ").append(words.say("report.answered")).append("\n\n");
        table("", "");
        row("report.calls", report.calls());
        row("report.affected", report.affected());
        for (Origin origin : Origin.values()) {
            row("report." + Telling.word(origin), report.answered(origin));
        }
        row("report.queued", report.queued());
        row("report.delivered", report.delivered());
        row("report.failed", report.failed());
        row("report.attempts", report.attempts());
        row("report.longest", words.duration(report.longestWait()));
    }

    private void timeline() {
        out.append("\n## ").append(words.say("report.timeline")).append("\n\n");
        out.append("| ")
                .append(words.say("report.number"))
                .append(" | ")
                .append(words.say("report.time"))
                .append(" | ")
                .append(words.say("report.what"))
                .append(" |\n|---:|---|---|\n");
        for (OutageReport.Entry entry : report.timeline()) {
            out.append("| ").append(entry.number()).append(" | ").append(escaped(when(entry)));
            String headline = words.say(entry.headline(), entry.at());
            String detail = words.say(entry.detail(), entry.at());
            out.append(" | **").append(escaped(headline)).append("** ").append(escaped(detail));
            trim();
            out.append(" |\n");
        }
        if (report.omitted() > 0) {
            out.append('\n')
                    .append(words.say(
                            "report.omitted",
                            NumberFormat.getIntegerInstance(words.locale()).format(report.omitted())))
                    .append('\n');
        }
    }

    private String when(OutageReport.Entry entry) {
        boolean sameDay = words.day(entry.at()).equals(words.day(report.began()));
        String time = words.timeOfDay(entry.at());
        return sameDay ? time : words.date(words.day(entry.at())) + " " + time;
    }

    private void table(String first, String second) {
        for (String head : List.of(first, second)) {
            out.append("| ").append(head).append(' ');
        }
        out.append("|\n|---|---|\n");
    }

    private void row(String key, long number) {
        row(key, NumberFormat.getIntegerInstance(words.locale()).format(number));
    }

    private void row(String key, String value) {
        out.append("| ")
                .append(escaped(words.say(key)))
                .append(" | ")
                .append(escaped(value))
                .append(" |\n");
    }

    private void trim() {
        while (out.charAt(out.length() - 1) == ' ') {
            out.setLength(out.length() - 1);
        }
    }

    /** Text as text: one line, and nothing in it that Markdown or the HTML in it would act upon. */
    static String escaped(String text) {
        String line = StatusWords.oneLine(text);
        StringBuilder safe = new StringBuilder(line.length() + 8);
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '\\', '`', '*', '_', '[', ']', '|', '~', '#', '!' ->
                    safe.append('\\').append(c);
                default -> safe.append(c);
            }
        }
        // Bare addresses become links in most readers of Markdown.
        return safe.toString().replace("://", ":&#47;&#47;");
    }
}
