package io.github.tideover.examples.drill;

import io.github.tideover.examples.drill.DrillRecord.Said;
import io.github.tideover.examples.drill.DrillRecord.Setting;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells of a drill while it goes on: what happens in lines that stay, and the numbers in one that is written over, where there is
 * a terminal to do that on. Safe for use by several threads.
 */
final class Progress {
    private static final String CLEAR = "\r\u001b[2K";
    /** What fits in a terminal as narrow as they are; a longer line could not be written over. */
    private static final int WIDTH = 78;

    private final PrintStream out;
    private final boolean isTerminal;
    private final Setting setting;
    private final Deque<Outage.Span> ahead;

    Progress(PrintStream out, boolean isTerminal, Setting setting) {
        this.out = out;
        this.isTerminal = isTerminal;
        this.setting = setting;
        this.ahead = new ArrayDeque<>(Outage.spans(setting.played()));
    }

    synchronized void warmsUp() {
        line(String.format(
                Locale.ROOT,
                "%s: %s in %s, %s calls a second%s.",
                setting.outage().name(),
                Words.time(setting.outage().timeline().length()),
                Words.time(setting.length()),
                Words.plain(setting.perSecond()),
                setting.hasBackup() ? ", and a backup that is well" : ", and no backup"));
    }

    synchronized void said(Said said) {
        line(stamp(said.at()) + "Tideover says: " + said.headline());
    }

    synchronized void goes(
            Duration at, int arrived, Map<Outcome, Integer> tally, @Nullable Map<Outcome, Integer> bare) {
        while (!ahead.isEmpty() && ahead.peek().from().compareTo(at) <= 0) {
            Outage.Span phase = ahead.remove();
            line(stamp(phase.from()) + "The provider: " + phase.phase() + ", for "
                    + Words.time(setting.inOutage(phase.to().minus(phase.from()))) + " in "
                    + Words.time(phase.to().minus(phase.from())));
        }
        if (isTerminal) {
            String text = stamp(at)
                    + numbers(arrived, tally)
                    + (bare == null ? "" : "; bare client: " + numbers(arrived, bare));
            out.print(CLEAR + text.substring(0, Math.min(WIDTH, text.length())));
            out.flush();
        }
    }

    private static String numbers(int arrived, Map<Outcome, Integer> tally) {
        int answered = 0;
        int words = 0;
        int failed = 0;
        for (Map.Entry<Outcome, Integer> each : tally.entrySet()) {
            if (each.getKey().isAnswer()) {
                answered += each.getValue();
            } else if (each.getKey().isNothing()) {
                failed += each.getValue();
            } else {
                words += each.getValue();
            }
        }
        return answered + " of " + arrived + " answered" + (words > 0 ? ", " + words + " own words" : "")
                + (failed > 0 ? ", " + failed + " failed" : "");
    }

    /** A line that stays. */
    synchronized void line(String text) {
        out.println((isTerminal ? CLEAR : "") + text);
        out.flush();
    }

    private static String stamp(Duration at) {
        return String.format(Locale.ROOT, "[%5.1f s] ", at.toMillis() / 1e3);
    }
}
