package io.github.tideover.examples.drill;

import static io.github.tideover.examples.drill.Markup.escaped;

import io.github.tideover.examples.drill.DrillRecord.Said;
import io.github.tideover.examples.drill.DrillRecord.Setting;
import io.github.tideover.examples.drill.DrillRecord.Side;
import io.github.tideover.testkit.Timeline;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes a drill as one HTML page that needs nothing but itself: no script, no font, no network. It is well-formed XML too. What
 * comes from others (names, what servers say) goes through {@link Markup#escaped}.
 */
final class HtmlReport {
    private static final DateTimeFormatter WHEN = DateTimeFormatter.ofPattern(
                    "d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final Summary summary;
    private final Setting setting;
    private final List<Goal> goals;
    private final Verdict verdict;
    private final StringBuilder out = new StringBuilder(400_000);

    HtmlReport(Summary summary, List<Goal> goals, Verdict verdict) {
        this.summary = summary;
        this.setting = summary.record().setting();
        this.goals = goals;
        this.verdict = verdict;
    }

    String write() {
        String title = "Drill: " + setting.outage().name();
        put("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n");
        put("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n");
        put("<meta name=\"color-scheme\" content=\"light dark\" />\n");
        put("<title>" + escaped(title) + "</title>\n<style>\n" + css() + "</style>\n</head>\n<body>\n");
        glyphs();
        put("<header>\n<h1>" + escaped(title) + "</h1>\n<p class=\"soft\">" + escaped(setting())
                + "</p>\n</header>\n<main>\n");
        verdict();
        timeline();
        origins();
        waits();
        goals();
        said();
        phases();
        source();
        reading();
        put("</main>\n</body>\n</html>\n");
        return out.toString();
    }

    private void put(String text) {
        out.append(text);
    }

    private static String css() {
        try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new IllegalStateException("report.css is not beside " + HtmlReport.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String setting() {
        return Words.time(setting.outage().timeline().length()) + " of outage in " + Words.time(setting.length()) + ", "
                + Words.plain(setting.perSecond()) + " calls a second on average, "
                + (setting.hasBackup() ? "with a backup that is well" : "without a backup")
                + (setting.application().equals(Option.APPLICATION.standard())
                        ? ", the sample's configuration"
                        : ", configured by " + setting.application())
                + ". " + WHEN.format(summary.record().startedAt()) + ".";
    }

    /** The marks of calls, each with a shape of its own. */
    private void glyphs() {
        put("<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>\n");
        glyph(Outcome.LIVE, "<circle r=\"2.7\" />");
        glyph(Outcome.ALTERNATE, "<path d=\"M0 -3.8L3.7 2.8H-3.7Z\" />");
        glyph(Outcome.CACHED, "<rect x=\"-2.9\" y=\"-2.9\" width=\"5.8\" height=\"5.8\" />");
        glyph(Outcome.SIMILAR, "<rect class=\"hollow\" x=\"-2.6\" y=\"-2.6\" width=\"5.2\" height=\"5.2\" />");
        glyph(Outcome.QUEUED, "<path class=\"hollow\" d=\"M0 -3.8L3.8 0L0 3.8L-3.8 0Z\" />");
        glyph(Outcome.CANNED, "<path d=\"M0 -4.2L4.2 0L0 4.2L-4.2 0Z\" />");
        glyph(Outcome.FAILED, "<path class=\"stroke\" d=\"M-3.2 -3.2L3.2 3.2M-3.2 3.2L3.2 -3.2\" />");
        glyph(Outcome.UNFINISHED, "<path class=\"stroke\" d=\"M0 4V-4M-3 -1L0 -4L3 -1\" />");
        put("</defs></svg>\n");
    }

    private void glyph(Outcome outcome, String shape) {
        put("<g id=\"" + TimelineSvg.glyph(outcome) + "\" class=\"" + TimelineSvg.glyph(outcome) + "\">" + shape
                + "</g>\n");
    }

    private static String mark(Outcome outcome) {
        return "<svg class=\"mark\" viewBox=\"-6 -6 12 12\" aria-hidden=\"true\"><use href=\"#"
                + TimelineSvg.glyph(outcome) + "\" /></svg>";
    }

    private void verdict() {
        put("<section class=\"verdict " + (verdict.isSurvived() ? "good" : "bad")
                + "\" aria-labelledby=\"verdict\">\n");
        put("<h2 id=\"verdict\"><span class=\"badge\" aria-hidden=\"true\">"
                + (verdict.isSurvived() ? "&#10003;" : "&#10005;")
                + "</span> " + escaped(verdict.title()) + "</h2>\n<p>" + escaped(String.join(" ", verdict.sentences()))
                + "</p>\n");
        Numbers ours = summary.tideover();
        put("<table class=\"figures\">\n<thead><tr><td></td><th scope=\"col\">Tideover</th>"
                + summary.bare()
                        .map(bare -> "<th scope=\"col\">bare client</th>")
                        .orElse("") + "</tr></thead>\n<tbody>\n");
        figure("without an answer", count(ours), summary.bare().map(HtmlReport::count));
        figure(
                "of these, left with an error or nothing",
                Integer.toString(ours.nothing()),
                summary.bare().map(bare -> Integer.toString(bare.nothing())));
        figure("longest wait", Words.time(ours.longest()), summary.bare().map(bare -> Words.time(bare.longest())));
        figure("requests a call, in trouble", perCall(ours), summary.bare().map(HtmlReport::perCall));
        put("</tbody></table>\n</section>\n");
    }

    private void figure(String name, String ours, Optional<String> theirs) {
        put("<tr><th scope=\"row\">" + escaped(name) + "</th><td>" + escaped(ours) + "</td>"
                + theirs.map(text -> "<td>" + escaped(text) + "</td>").orElse("") + "</tr>\n");
    }

    private static String count(Numbers numbers) {
        return Integer.toString(numbers.calls() - numbers.answered());
    }

    private static String perCall(Numbers numbers) {
        return numbers.attemptsPerTroubledCall().isPresent()
                ? Verdict.ratio(numbers.attemptsPerTroubledCall().getAsDouble())
                : "none came";
    }

    private void timeline() {
        put("<figure aria-labelledby=\"picture\">\n<h2 id=\"picture\">What happened, on one axis of time</h2>\n");
        put("<ul class=\"legend\">\n");
        for (Outcome outcome : Outcome.values()) {
            int both = summary.tideover().of(outcome)
                    + summary.bare().map(bare -> bare.of(outcome)).orElse(0);
            if (both > 0) {
                put("<li>" + mark(outcome) + escaped(outcome.words()) + "</li>\n");
            }
        }
        put("</ul>\n");
        put(new TimelineSvg(summary, false).draw());
        put(new TimelineSvg(summary, true).draw());
        put("<figcaption class=\"soft\">The outage is compressed " + escaped(Words.decimal(setting.compression()))
                + "-fold; what is inside it is not. Clients wait, try again and notice by the clock at the bottom, as they do in "
                + "production. Providers answer at once here when they are well, so that a wait is what the trouble added. "
                + "Dots with a number are what Tideover said: the list is below. It holds a state by the clock at the bottom too, for "
                + "half a minute to some minutes after the last bad sign, so a short drill may end before it calls an outage over."
                + afterwards() + "</figcaption>\n</figure>\n");
    }

    private String afterwards() {
        return summary.afterwards().isZero()
                ? ""
                : " After the outage, the drill went on for " + escaped(Words.time(summary.afterwards()))
                        + " with calls that were still open; what happened then is in the tables and not in the picture.";
    }

    private void origins() {
        put("<section aria-labelledby=\"origins\">\n<h2 id=\"origins\">Where the replies came from</h2>\n");
        head("calls were", "Tideover", "bare client");
        for (Outcome outcome : Outcome.values()) {
            int ours = summary.tideover().of(outcome);
            int theirs = summary.bare().map(bare -> bare.of(outcome)).orElse(0);
            if (ours + theirs > 0) {
                row(
                        mark(outcome) + escaped(outcome.words()),
                        share(ours, summary.tideover()),
                        summary.bare().map(bare -> share(bare.of(outcome), bare)));
            }
        }
        row(
                "<strong>all</strong>",
                Integer.toString(summary.tideover().calls()),
                summary.bare().map(bare -> Integer.toString(bare.calls())));
        put("</tbody></table>\n</section>\n");
    }

    private static String share(int count, Numbers of) {
        return count + " <span class=\"soft\">(" + Words.percent(count, of.calls()) + ")</span>";
    }

    private void head(String first, String ours, String theirs) {
        put("<table>\n<thead><tr><th scope=\"col\">" + escaped(first) + "</th><th scope=\"col\">" + escaped(ours)
                + "</th>"
                + (summary.bare().isPresent() ? "<th scope=\"col\">" + escaped(theirs) + "</th>" : "")
                + "</tr></thead>\n<tbody>\n");
    }

    /** A row whose cells are markup. */
    private void row(String name, String ours, Optional<String> theirs) {
        put("<tr><th scope=\"row\">" + name + "</th><td>" + ours + "</td>"
                + theirs.map(text -> "<td>" + text + "</td>").orElse("") + "</tr>\n");
    }

    private void waits() {
        Numbers ours = summary.tideover();
        Optional<Numbers> bare = summary.bare();
        put("<section aria-labelledby=\"waits\">\n<h2 id=\"waits\">Waits and requests</h2>\n");
        head("", "Tideover", "bare client");
        row("wait of the call in the middle", Words.time(ours.median()), bare.map(each -> Words.time(each.median())));
        row(
                "wait that 95 of 100 calls did not exceed",
                Words.time(ours.p95()),
                bare.map(each -> Words.time(each.p95())));
        row("longest wait", Words.time(ours.longest()), bare.map(each -> Words.time(each.longest())));
        row(
                "requests to the provider",
                Integer.toString(ours.attempts()),
                bare.map(each -> Integer.toString(each.attempts())));
        row("of these for each call, while it was in trouble", perCall(ours), bare.map(HtmlReport::perCall));
        row(
                "requests to the backup",
                Integer.toString(summary.record().tideover().backupAttempts()),
                bare.map(each -> "it has none"));
        row(
                "said that something is wrong, after its beginning",
                summary.noticedAfter().map(Words::time).orElse("never"),
                bare.map(each -> "it says nothing"));
        row("first answer of the provider, after its return", back(ours), bare.map(HtmlReport::back));
        put(
                "</tbody></table>\n<p class=\"soft\">A wait begins when a user asks, not when the drill gets around to it; the drill "
                        + "was late by " + escaped(Words.time(summary.record().latestArrival()))
                        + " at worst, which is in the waits.</p>\n</section>\n");
    }

    private static String back(Numbers numbers) {
        return numbers.backAfter().map(Words::time).orElse("none was seen");
    }

    private void goals() {
        put(
                "<section aria-labelledby=\"goals\">\n<h2 id=\"goals\">Goals</h2>\n<table>\n<thead><tr><th scope=\"col\">goal</th>"
                        + "<th scope=\"col\">met</th><th scope=\"col\">found</th></tr></thead>\n<tbody>\n");
        for (Goal goal : goals) {
            put("<tr><th scope=\"row\">" + escaped(goal.name()) + "</th><td class=\"" + (goal.isMet() ? "good" : "bad")
                    + "\">" + (goal.isMet() ? "yes" : "no") + "</td><td>" + escaped(goal.found()) + "</td></tr>\n");
        }
        put("</tbody></table>\n");
        summary.record().bare().ifPresent(this::bareConduct);
        put("</section>\n");
    }

    private void bareConduct(Side bare) {
        put("<p class=\"soft\">The bare client, by the same rules: "
                + escaped(
                        bare.complaints().isEmpty()
                                ? "nothing to complain of in how it treated its provider"
                                : Words.count(bare.complaints().size(), "complaint") + ", the first: "
                                        + bare.complaints().get(0))
                + "; "
                + (bare.truncated().isEmpty()
                        ? "it showed no truncated answer as a whole one"
                        : "it showed " + Words.count(bare.truncated().size(), "answer") + " that was none")
                + ".</p>\n");
    }

    private void said() {
        put("<section aria-labelledby=\"said\">\n<h2 id=\"said\">What Tideover said, and when</h2>\n");
        List<Said> said = summary.record().said();
        if (said.isEmpty()) {
            put("<p>Nothing: it saw no trouble.</p>\n");
        } else {
            put("<ol class=\"said\">\n");
            for (Said each : said) {
                put("<li><span class=\"soft\">" + escaped(clocks(each)) + "</span><br />" + escaped(each.headline())
                        + (each.detail().isEmpty() ? "" : " <span class=\"soft\">" + escaped(each.detail()) + "</span>")
                        + "</li>\n");
            }
            put("</ol>\n");
        }
        put("</section>\n");
    }

    private String clocks(Said said) {
        return "After " + Words.time(said.at()) + " of the drill, "
                + Words.time(setting.inOutage(said.at())) + " of the outage; "
                + said.kind().toLowerCase(Locale.ROOT).replace('_', ' ')
                + (said.about().isEmpty() ? "" : " about " + said.about());
    }

    private void phases() {
        put("<section aria-labelledby=\"phases\">\n<h2 id=\"phases\">What the provider did</h2>\n<table>\n<thead><tr>"
                + "<th scope=\"col\">phase</th><th scope=\"col\">lasts</th><th scope=\"col\">here</th>"
                + "<th scope=\"col\">requests meet</th></tr></thead>\n<tbody>\n");
        List<Timeline.Phase> phases = setting.outage().timeline().phases();
        for (int i = 0; i < phases.size(); i++) {
            Outage.Span here = summary.phases().get(i);
            put("<tr><th scope=\"row\">" + (i + 1) + " " + escaped(phases.get(i).name()) + "</th><td>"
                    + escaped(Words.time(phases.get(i).length())) + "</td><td>"
                    + escaped(Words.time(here.to().minus(here.from()))) + "</td><td><code>"
                    + escaped(phases.get(i).weather().toString().replace(".0 %", " %")) + "</code></td></tr>\n");
        }
        put("</tbody></table>\n<p class=\"soft\">The status page shows each change "
                + escaped(Words.time(setting.outage().timeline().pageLag()))
                + " late, on the outage's clock.</p>\n</section>\n");
    }

    private void source() {
        Outage outage = setting.outage();
        if (outage.source().isEmpty() && outage.reported().isEmpty()) {
            return;
        }
        put("<section aria-labelledby=\"source\">\n<h2 id=\"source\">Where this outage is from</h2>\n");
        if (!outage.source().isEmpty()) {
            boolean isLink =
                    outage.source().startsWith("https://") || outage.source().startsWith("http://");
            put("<p>Source: "
                    + (isLink
                            ? "<a href=\"" + escaped(outage.source()) + "\">" + escaped(outage.source()) + "</a>"
                            : escaped(outage.source()))
                    + "</p>\n");
        }
        if (!outage.reported().isEmpty()) {
            put("<p><strong>Reported:</strong> " + escaped(outage.reported())
                    + "</p>\n<p><strong>Reconstructed:</strong> " + escaped(outage.reconstructed()) + "</p>\n");
        }
        put("</section>\n");
    }

    private void reading() {
        put(
                "<section aria-labelledby=\"reading\">\n<h2 id=\"reading\">How this was made</h2>\n<p>Real HTTP on one machine, "
                        + "against a server that plays the outage. Users come at random times (seed " + setting.seed()
                        + ") and wait for nobody; two of five ask what another has asked, each question at most twice.");
        if (summary.bare().isPresent()) {
            put(
                    " The bare client is what many applications do today: a POST with OkHttp, up to "
                            + Words.time(BareClient.ATTEMPT_LIMIT) + " for an attempt, and " + BareClient.RETRIES
                            + " more after 0.5, 1 and 2 s when the connection fails or the status is 429 or 5xx. It has no backup, and "
                            + "nothing else. It lived through the same at the same time, asked the same by as many users at the same "
                            + "moments, with a server of its own. Which of its requests met which trouble was drawn anew, by the same odds.");
        }
        put("</p>\n</section>\n");
    }
}
