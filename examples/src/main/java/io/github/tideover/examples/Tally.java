package io.github.tideover.examples;

import io.github.tideover.chat.Origin;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Counts what became of the calls. Safe for use by several threads. */
final class Tally {
    private final Map<Origin, Integer> answered = new EnumMap<>(Origin.class);
    private int failed;
    private int stopped;
    private int attempts;
    private Duration longestWait = Duration.ZERO;

    synchronized void answered(Origin origin, int attempts, Duration wait) {
        answered.merge(origin, 1, Integer::sum);
        add(attempts, wait);
    }

    synchronized void failed(int attempts, Duration wait) {
        failed++;
        add(attempts, wait);
    }

    /** A person wanted no answer any more. */
    synchronized void stopped(int attempts) {
        stopped++;
        this.attempts += attempts;
    }

    private void add(int attempts, Duration wait) {
        this.attempts += attempts;
        longestWait = wait.compareTo(longestWait) > 0 ? wait : longestWait;
    }

    synchronized int of(Origin origin) {
        return answered.getOrDefault(origin, 0);
    }

    synchronized int calls() {
        return failed
                + stopped
                + answered.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The numbers in a few words, for a status line. */
    synchronized String brief() {
        StringJoiner brief = new StringJoiner(", ");
        answered.forEach(
                (origin, count) -> brief.add(count + " " + origin.name().toLowerCase(Locale.ROOT)));
        if (failed > 0) {
            brief.add(failed + " failed");
        }
        return brief.toString();
    }

    /** The numbers as the last words of a chat. What few chats have gets a line where there is some of it. */
    synchronized String summary() {
        StringJoiner rare = new StringJoiner(", ", "%n         ", ";").setEmptyValue("");
        addIfAny(rare, of(Origin.SIMILAR), "similar");
        addIfAny(rare, of(Origin.QUEUED), "queued");
        addIfAny(rare, stopped, "stopped");
        return String.format(
                Locale.ROOT,
                "Summary: %s: %d live, %d alternate, %d cached, %d canned, %d failed;" + rare
                        + "%n         %s sent; longest wait for a first word %s",
                counted(calls(), "call"),
                of(Origin.LIVE),
                of(Origin.ALTERNATE),
                of(Origin.CACHED),
                of(Origin.CANNED),
                failed,
                counted(attempts, "attempt"),
                seconds(longestWait));
    }

    private static void addIfAny(StringJoiner all, int count, String what) {
        if (count > 0) {
            all.add(count + " " + what);
        }
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
    }
}
