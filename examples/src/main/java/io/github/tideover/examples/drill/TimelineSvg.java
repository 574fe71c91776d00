package io.github.tideover.examples.drill;

import io.github.tideover.examples.drill.DrillRecord.Said;
import io.github.tideover.examples.drill.DrillRecord.Side;
import io.github.tideover.status.ServiceState;
import io.github.tideover.testkit.PageLevel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/**
 * Draws a drill: what the provider did, what its page and its client said of it, every call, and how often the provider was
 * asked, all above one another on one axis of time. Nothing is told by colour alone: states differ in height, calls in shape.
 */
final class TimelineSvg {
    private static final int ROW_GAP = 12;
    private static final int MARKER = 18;
    private static final int MOST_LANES = 3;

    private final Summary summary;
    private final boolean isNarrow;
    private final TimeAxis axis;
    private final int width;
    private final StringBuilder out = new StringBuilder(200_000);
    private final Formatter pen = new Formatter(out, Locale.ROOT);
    private final Duration longest;
    private double y;

    /**
     * Prepares to draw.
     *
     * @param isNarrow for a telephone: the same, with fewer words
     */
    TimelineSvg(Summary summary, boolean isNarrow) {
        this.summary = summary;
        this.isNarrow = isNarrow;
        width = isNarrow ? 360 : 1040;
        axis = new TimeAxis(summary.record().setting().length(), isNarrow ? 44 : 58, width - 12.0);
        Duration ours = summary.tideover().longest();
        longest = summary.bare()
                .map(Numbers::longest)
                .filter(theirs -> theirs.compareTo(ours) > 0)
                .orElse(ours);
    }

    String draw() {
        outageClock();
        double top = y;
        phases();
        band("What its status page said", "page", levels());
        band("What Tideover believed of the provider", "believed", states(false));
        band("What it said of chat as a whole", "told", states(true));
        markers();
        side(
                isNarrow
                        ? "Tideover: each call, by its wait"
                        : "Tideover: each call, by when it came and how long it took",
                "tideover",
                summary.record().tideover());
        summary.record().bare().ifPresent(bare -> side("The bare client: the same calls", "bare", bare));
        double bottom = y;
        drillClock();
        String id = isNarrow ? "drill-timeline-narrow" : "drill-timeline";
        return "<svg id=\"" + id + "\" class=\"" + (isNarrow ? "narrow" : "wide") + "\" viewBox=\"0 0 " + width + " "
                + Math.round(y) + "\" role=\"img\" aria-labelledby=\"" + id + "-about\">\n<desc id=\"" + id
                + "-about\">"
                + Markup.escaped(about()) + "</desc>\n" + shades(top, bottom) + out + "</svg>\n";
    }

    private String about() {
        return "A timeline of the drill: phases of the provider, states of its status page and of Tideover, and a mark for each of "
                + Words.count(summary.tideover().calls(), "call")
                + " by the time it came and the time it took. The tables below have the same in numbers.";
    }

    // Pieces.

    private void text(double x, double atY, String css, String anchor, String words) {
        pen.format(
                "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">%s</text>\n",
                x, atY, css, anchor, Markup.escaped(words));
    }

    private void title(String words) {
        y += ROW_GAP + (isNarrow ? 12 : 14);
        text(axis.left(), y, "row", "start", words);
        y += 6;
    }

    private double charWidth() {
        return isNarrow ? 6.1 : 7;
    }

    // Clocks.

    private void outageClock() {
        y = isNarrow ? 14 : 16;
        Duration whole = summary.record().setting().inOutage(axis.length());
        TimeAxis own = new TimeAxis(whole, axis.left(), axis.right());
        text(
                axis.left(),
                y,
                "clock",
                "start",
                (isNarrow ? "The outage's clock, " : "The outage's own clock, ")
                        + (own.isHours() ? "hours:minutes" : "minutes:seconds"));
        y += isNarrow ? 15 : 18;
        for (Duration tick : own.ticks(isNarrow ? 5 : 13)) {
            double x = own.x(tick);
            text(x, y, "tick", anchor(x), own.label(tick));
            pen.format(
                    "<line class=\"tickmark\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", x, x, y + 4, y + 9);
        }
        y += 9;
    }

    private void drillClock() {
        y += 4;
        for (Duration tick : axis.ticks(isNarrow ? 6 : 13)) {
            double x = axis.x(tick);
            pen.format("<line class=\"tickmark\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", x, x, y, y + 5);
            text(x, y + (isNarrow ? 16 : 18), "tick", anchor(x), axis.label(tick));
        }
        y += isNarrow ? 31 : 36;
        text(
                axis.left(),
                y,
                "clock",
                "start",
                (isNarrow ? "The drill's clock, " : "The drill's own clock, by which clients wait, ")
                        + (axis.isHours() ? "hours:minutes" : "minutes:seconds"));
        y += 8;
    }

    private String anchor(double x) {
        return x > axis.right() - 14 ? "end" : "middle";
    }

    // Bands of states.

    /** A stretch of one state: how it looks, how high it stands, and what it is called. */
    private record Stretch(Duration from, Duration to, String css, double height, String label, String tip) {}

    private static String css(PageLevel level) {
        return switch (level) {
            case OPERATIONAL -> "ok";
            case DEGRADED_PERFORMANCE -> "degraded";
            case PARTIAL_OUTAGE -> "partial";
            case MAJOR_OUTAGE -> "major";
            case UNDER_MAINTENANCE -> "plan";
        };
    }

    private static String css(ServiceState state) {
        return switch (state) {
            case OPERATIONAL -> "ok";
            case RECOVERING -> "back";
            case DEGRADED -> "degraded";
            case PARTIAL_OUTAGE -> "partial";
            case MAJOR_OUTAGE -> "major";
            case MAINTENANCE -> "plan";
        };
    }

    private static double height(String css) {
        return switch (css) {
            case "ok" -> 0.16;
            case "back" -> 0.36;
            case "degraded" -> 0.52;
            case "partial" -> 0.76;
            default -> 1;
        };
    }

    static String words(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private Stretch stretch(Duration from, Duration to, String css, String label) {
        return new Stretch(from, to, css, height(css), label, label + ", " + span(from, to));
    }

    private String span(Duration from, Duration to) {
        return axis.label(from) + " to " + axis.label(to);
    }

    private List<Stretch> levels() {
        return summary.page().stream()
                .map(span -> stretch(span.from(), span.to(), css(span.level()), words(span.level())))
                .toList();
    }

    private List<Stretch> states(boolean isWhole) {
        List<Stretch> stretches = new ArrayList<>();
        Duration from = Duration.ZERO;
        ServiceState state = ServiceState.OPERATIONAL;
        for (Said said : said()) {
            ServiceState next = isWhole ? said.whole() : said.provider();
            if (next != state) {
                stretches.add(stretch(from, said.at(), css(state), words(state)));
                from = said.at();
                state = next;
            }
        }
        Duration end = summary.record()
                .stoppedAt()
                .filter(stopped -> stopped.compareTo(axis.length()) < 0)
                .orElse(axis.length());
        stretches.add(stretch(from, end, css(state), words(state)));
        return stretches;
    }

    private void phases() {
        List<Stretch> stretches = new ArrayList<>();
        int number = 0;
        for (Outage.Span phase : summary.phases()) {
            stretches.add(stretch(phase.from(), phase.to(), css(phase.level()), ++number + " " + phase.phase()));
        }
        band("What the provider did", "phases", stretches);
    }

    private void band(String name, String css, List<Stretch> stretches) {
        title(name);
        int high = isNarrow ? 20 : 24;
        pen.format("<g class=\"band %s\">\n", css);
        for (Stretch each : stretches) {
            double from = axis.x(each.from());
            double to = axis.x(each.to());
            double tall = each.height() * high;
            pen.format(
                    "<g><title>%s</title><rect class=\"hit\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>"
                            + "<rect class=\"s-%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                    Markup.escaped(each.tip()),
                    from,
                    y,
                    to - from,
                    high,
                    each.css(),
                    from,
                    y + high - tall,
                    Math.max(0.5, to - from - 1), // a gap between two that are alike
                    tall);
            String label = fitting(each.label(), to - from - 8);
            if (!label.isEmpty()) {
                pen.format(
                        "<text class=\"label\" x=\"%.1f\" y=\"%.1f\">%s</text>",
                        from + 4, y + high - (isNarrow ? 6 : 7), Markup.escaped(label));
            }
            pen.format("</g>\n");
        }
        pen.format(
                "</g><line class=\"base\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
                axis.left(), axis.right(), y + high, y + high);
        y += high;
    }

    /** The label; where that is too long, its number; where it has none, nothing. */
    private String fitting(String label, double space) {
        if (label.length() * charWidth() <= space) {
            return label;
        }
        String first = label.substring(0, Math.max(0, label.indexOf(' ')));
        boolean isNumber = !first.isEmpty() && first.chars().allMatch(Character::isDigit);
        return isNumber && first.length() * charWidth() <= space + 4 ? first : "";
    }

    /** What was said before the picture ends. */
    private List<Said> said() {
        return summary.record().said().stream()
                .filter(said -> said.at().compareTo(axis.length()) <= 0)
                .toList();
    }

    /** A numbered dot for everything that was said; the list below the picture has the words. */
    private void markers() {
        List<Said> said = said();
        if (said.isEmpty()) {
            return;
        }
        double[] taken = new double[MOST_LANES];
        int lanes = 1;
        StringBuilder dots = new StringBuilder();
        for (int i = 0; i < said.size(); i++) {
            double x = Math.min(axis.x(said.get(i).at()) + 2, axis.right() - MARKER / 2.0);
            int lane = 0;
            while (lane < MOST_LANES - 1 && x < taken[lane]) {
                lane++;
            }
            taken[lane] = x + MARKER;
            lanes = Math.max(lanes, lane + 1);
            double middle = y + 4 + MARKER * (lane + 0.5);
            dots.append(String.format(
                    Locale.ROOT,
                    "<g class=\"said\"><title>%s</title><circle cx=\"%.1f\" cy=\"%.1f\" r=\"7.5\"/>"
                            + "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%d</text></g>\n",
                    Markup.escaped(
                            axis.label(said.get(i).at()) + " " + said.get(i).headline()),
                    x,
                    middle,
                    x,
                    middle + 3.5,
                    i + 1));
        }
        out.append(dots);
        y += 4 + MARKER * lanes;
    }

    /** The trouble, behind everything. */
    private String shades(double top, double bottom) {
        StringBuilder shades = new StringBuilder();
        for (Outage.Span phase : summary.phases()) {
            if (phase.isTrouble()) {
                double from = axis.x(phase.from());
                shades.append(String.format(
                        Locale.ROOT,
                        "<rect class=\"shade %s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                        css(phase.level()),
                        from,
                        top,
                        axis.x(phase.to()) - from,
                        bottom - top));
            }
        }
        summary.record()
                .stoppedAt()
                .ifPresent(at -> shades.append(String.format(
                        Locale.ROOT,
                        "<line class=\"stopped\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"><title>stopped</title></line>\n",
                        axis.x(at),
                        axis.x(at),
                        top,
                        bottom)));
        return shades.toString();
    }

    // Calls and attempts.

    private void side(String name, String css, Side side) {
        y += 6;
        title(name);
        int high = isNarrow ? 150 : 190;
        WaitAxis waits = WaitAxis.upTo(longest, y + 6, y + high);
        for (Duration tick : waits.ticks()) {
            double at = waits.y(tick);
            pen.format(
                    "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
                    axis.left(), axis.right(), at, at);
            text(axis.left() - 6, at + 4, "tick", "end", WaitAxis.label(tick));
        }
        pen.format("<g class=\"calls %s\">\n", css);
        List<DrilledCall> byWeight = side.calls().stream()
                .sorted(Comparator.comparing(DrilledCall::outcome)) // what failed is on top
                .toList();
        for (DrilledCall call : byWeight) {
            pen.format(
                    "<use href=\"#%s\" x=\"%.1f\" y=\"%.1f\"><title>%s</title></use>\n",
                    glyph(call.outcome()), axis.x(call.at()), waits.y(call.took()), Markup.escaped(tip(call)));
        }
        pen.format("</g>\n");
        y += high;
        attempts(css, side);
    }

    private String tip(DrilledCall call) {
        return "Call " + call.number() + " at " + axis.label(call.at()) + ": "
                + call.outcome().words()
                + (call.outcome() == Outcome.UNFINISHED ? ", so far " : " after ") + Words.time(call.took())
                + (call.attempts() == 0 ? "" : ", " + Words.count(call.attempts(), "attempt"))
                + (call.reason().isEmpty() ? "" : ", " + call.reason());
    }

    static String glyph(Outcome outcome) {
        return "m-" + outcome.name().toLowerCase(Locale.ROOT);
    }

    private void attempts(String css, Side side) {
        y += 4;
        title(
                isNarrow
                        ? "Requests to it (bars), calls (line)"
                        : "Requests that reached the provider (bars) and calls that came (line)");
        int bins = isNarrow ? 30 : 60;
        int high = isNarrow ? 44 : 56;
        int most = 1;
        for (Side each : summary.sides()) {
            most = Math.max(most, most(Bins.count(each.attempts(), axis.length(), bins)));
            most = Math.max(most, most(Bins.count(arrivals(each), axis.length(), bins)));
        }
        int[] attempts = Bins.count(side.attempts(), axis.length(), bins);
        int[] arrivals = Bins.count(arrivals(side), axis.length(), bins);
        double bottom = y + high;
        double step = (axis.right() - axis.left()) / bins;
        pen.format("<g class=\"attempts %s\">\n", css);
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < bins; i++) {
            double x = axis.left() + i * step;
            double tall = (double) attempts[i] / most * high;
            double asked = bottom - (double) arrivals[i] / most * high;
            pen.format(
                    "<g><title>%s</title><rect class=\"hit\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>"
                            + "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/></g>\n",
                    Words.count(attempts[i], "request") + ", " + Words.count(arrivals[i], "call"),
                    x,
                    y,
                    step,
                    high,
                    x + 0.5,
                    bottom - tall,
                    step - 1,
                    tall);
            line.append(String.format(Locale.ROOT, "%s%.1f %.1fH%.1f", i == 0 ? "M" : "L", x, asked, x + step));
        }
        pen.format("<path class=\"arrivals\" d=\"%s\"/></g>\n", line);
        pen.format(
                "<line class=\"base\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
                axis.left(), axis.right(), bottom, bottom);
        text(axis.left() - 6, y + 6, "tick", "end", Integer.toString(most));
        text(axis.left() - 6, bottom, "tick", "end", "0");
        y = bottom;
    }

    private static List<Duration> arrivals(Side side) {
        return side.calls().stream().map(DrilledCall::at).toList();
    }

    private static int most(int[] counts) {
        int most = 0;
        for (int count : counts) {
            most = Math.max(most, count);
        }
        return most;
    }
}
