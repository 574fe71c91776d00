package io.github.tideover.wire;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the three forms of an HTTP date (RFC 9110, section 5.6.7), which are case-sensitive: {@code Sun, 06 Nov 1994
 * 08:49:37 GMT}, {@code Sunday, 06-Nov-94 08:49:37 GMT} and {@code Sun Nov  6 08:49:37 1994}. The name of the day must
 * be one; that it is the right one is not checked.
 */
final class HttpDate {
    private static final List<String> MONTHS =
            List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");

    private static final String DAY_NAME = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
    private static final String LONG_DAY_NAME = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day";
    private static final String MONTH = "(?<month>" + String.join("|", MONTHS) + ")";
    private static final String TIME = "(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)";

    private static final List<Pattern> FORMS = List.of(
            Pattern.compile(DAY_NAME + ", (?<day>\\d\\d) " + MONTH + " (?<year>\\d{4}) " + TIME + " GMT"),
            Pattern.compile(LONG_DAY_NAME + ", (?<day>\\d\\d)-" + MONTH + "-(?<year>\\d\\d) " + TIME + " GMT"),
            Pattern.compile(DAY_NAME + " " + MONTH + " (?<day>[ \\d]\\d) " + TIME + " (?<year>\\d{4})"));

    private HttpDate() {}

    /** The time that {@code text} names, or empty if it is not an HTTP date. A year of two digits is read from now. */
    static Optional<Instant> parse(String text, Instant now) {
        for (Pattern form : FORMS) {
            Matcher date = form.matcher(text);
            if (date.matches()) {
                return instant(date, now);
            }
        }
        return Optional.empty();
    }

    private static Optional<Instant> instant(Matcher date, Instant now) {
        LocalDateTime today = LocalDateTime.ofInstant(now, ZoneOffset.UTC);
        try {
            LocalDateTime time = time(date, year(date.group("year"), today));
            if (date.group("year").length() == 2 && time.isAfter(today.plusYears(50))) {
                time = time(date, time.getYear() - 100);
            }
            return Optional.of(time.toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty(); // 31 Feb, 25 o'clock
        }
    }

    private static LocalDateTime time(Matcher date, int year) {
        int second = number(date, "second");
        LocalDateTime time = LocalDateTime.of(
                year,
                MONTHS.indexOf(date.group("month")) + 1,
                number(date, "day"),
                number(date, "hour"),
                number(date, "minute"),
                second == 60 ? 59 : second);
        return second == 60 ? time.plusSeconds(1) : time; // a leap second, which Java does not count
    }

    /** Two digits name the last such year that is not more than 50 years ahead. */
    private static int year(String digits, LocalDateTime today) {
        int year = Integer.parseInt(digits);
        if (digits.length() == 4) {
            return year;
        }
        int latest = today.getYear() + 50;
        return latest - Math.floorMod(latest - year, 100);
    }

    private static int number(Matcher date, String name) {
        return Integer.parseInt(date.group(name).strip());
    }
}
