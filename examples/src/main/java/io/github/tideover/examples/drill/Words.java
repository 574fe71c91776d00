package io.github.tideover.examples.drill;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and numbers as people write them. */
final class Words {
    private static final Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)\\s?(ms|s|m|min|h)");

    private Words() {}

    /** Reads a time such as {@code 500ms}, {@code 60s}, {@code 30m} or {@code 2h}; empty if it is none. */
    static Optional<Duration> time(String text) {
        Matcher found = TIME.matcher(text.strip());
        if (!found.matches()) {
            return Optional.empty();
        }
        double unit = switch (found.group(2)) {
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "h" -> 3.6e12;
            default -> 6e10;
        };
        return Optional.of(Duration.ofNanos(Math.round(Double.parseDouble(found.group(1)) * unit)));
    }

    /** As in "12 ms", "2.1 s", "31 s", "2 min 5 s", "2 h 20 min". */
    static String time(Duration time) {
        long millis = Math.round(time.toNanos() / 1e6);
        if (millis < 1) {
            return time.isZero() ? "0 s" : "under 1 ms";
        }
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 9_950) {
            return decimal(millis / 1e3) + " s";
        }
        long seconds = Math.round(millis / 1e3);
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
        }
        long minutes = Math.round(seconds / 60.0);
        return minutes / 60 + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
    }

    /** One place after the point, unless it is a zero. */
    static String decimal(double number) {
        String text = String.format(Locale.ROOT, "%.1f", number);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    /** As short as it can be written without losing anything. */
    static String plain(double number) {
        return number == Math.rint(number) ? Long.toString(Math.round(number)) : Double.toString(number);
    }

    /** A share in percent; what is not all is not called 100 %, and what is not nothing is not called 0 %. */
    static String percent(long part, long whole) {
        if (whole == 0 || part == 0) {
            return "0 %";
        }
        if (part == whole) {
            return "100 %";
        }
        double percent = 100.0 * part / whole;
        return percent > 99.9 ? "over 99.9 %" : percent < 0.1 ? "under 0.1 %" : decimal(percent) + " %";
    }

    /** "1 call", "2 calls". */
    static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /** "A, B and C". */
    static String list(List<String> items) {
        int last = items.size() - 1;
        return last < 1
                ? String.join("", items)
                : String.join(", ", items.subList(0, last)) + " and " + items.get(last);
    }
}
