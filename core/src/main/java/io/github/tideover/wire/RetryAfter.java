package io.github.tideover.wire;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads how long a provider asks to be left alone, in every form that providers use. A form that is zero, negative or
 * no number at all says nothing, and the next one is asked: Azure sends {@code retry-after-ms: 0} beside
 * {@code retry-after: 1}. Whether so long a wait is worth it is not decided here.
 */
final class RetryAfter {
    /**
     * Longer than any call waits: {@code inf}, numbers beyond reason, and everything above it. A hundred years, so that
     * it still has room for jitter when it is counted in nanoseconds.
     */
    static final Duration NEVER = Duration.ofDays(36_500);

    private static final BigDecimal SECOND = BigDecimal.ONE;
    private static final BigDecimal MILLISECOND = new BigDecimal("0.001");

    private static final String NUMBER = "\\d{1,19}(?:\\.\\d{1,30})?";
    private static final Pattern DECIMAL = Pattern.compile(NUMBER);
    private static final Pattern BEYOND_REASON = Pattern.compile("\\d{20,}(?:\\.\\d*)?|(?i:\\+?inf(?:inity)?)");

    private static final Map<String, BigDecimal> GO_UNITS = Map.of(
            "ns", new BigDecimal("0.000000001"),
            "us", new BigDecimal("0.000001"),
            "\u00b5s", new BigDecimal("0.000001"),
            "ms", MILLISECOND,
            "s", SECOND,
            "m", new BigDecimal(60),
            "h", new BigDecimal(3_600));
    private static final Pattern GO_PART = Pattern.compile("(" + NUMBER + ")(ns|us|\u00b5s|ms|s|m|h)");
    private static final int MOST_PARTS = 8;
    /** As many as eight parts of hours may have without running over. */
    private static final int MOST_PLAIN_DIGITS = 5;

    private static final Pattern GO_DURATION = Pattern.compile("(?:" + GO_PART.pattern() + "){1," + MOST_PARTS + "}");

    private RetryAfter() {}

    /**
     * The first form that says something.
     *
     * @param status the HTTP status; the resets of rate limits count only when one was hit
     * @param headers the answer's headers
     * @param retryDelay the delay that was found in the body, or null
     * @param now the time of the answer
     * @return a positive time of at most {@link #NEVER}, or empty
     */
    static Optional<Duration> of(int status, Headers headers, @Nullable String retryDelay, Instant now) {
        return first(headers, "retry-after-ms", value -> decimal(value, MILLISECOND))
                .or(() -> first(
                        headers,
                        "retry-after",
                        value -> decimal(value, SECOND)
                                .or(() -> HttpDate.parse(value, now).flatMap(at -> until(at, now)))))
                .or(() -> Optional.ofNullable(retryDelay).map(String::strip).flatMap(RetryAfter::goDuration))
                .or(() -> status == 429 ? untilTheLastReset(headers, now) : Optional.empty());
    }

    private static Optional<Duration> first(Headers headers, String name, Function<String, Optional<Duration>> reader) {
        return headers.values(name).stream()
                .map(String::strip)
                .flatMap(value -> reader.apply(value).stream())
                .findFirst();
    }

    /** When both requests and tokens are used up, the later of the two resets counts. */
    private static Optional<Duration> untilTheLastReset(Headers headers, Instant now) {
        return RateLimitHeaders.read(headers, () -> now).all().stream()
                .filter(limit -> limit.remaining().orElse(1) == 0)
                .flatMap(limit -> limit.resetsAfter().stream())
                .map(time -> time.compareTo(NEVER) > 0 ? NEVER : time)
                .max(Comparator.naturalOrder());
    }

    private static Optional<Duration> decimal(String value, BigDecimal unit) {
        if (BEYOND_REASON.matcher(value).matches()) {
            return Optional.of(NEVER);
        }
        return DECIMAL.matcher(value).matches() ? positive(new BigDecimal(value).multiply(unit)) : Optional.empty();
    }

    /** A time as Go writes it, such as {@code 6m0s}; empty if it is none, or zero. */
    static Optional<Duration> goDuration(String value) {
        long nanos = plainGoDuration(value);
        if (nanos >= 0) {
            return positive(Duration.ofNanos(nanos));
        }
        if (!GO_DURATION.matcher(value).matches()) {
            return Optional.empty();
        }
        BigDecimal seconds = BigDecimal.ZERO;
        for (Matcher part = GO_PART.matcher(value); part.find(); ) {
            BigDecimal unit = GO_UNITS.getOrDefault(part.group(2), SECOND);
            seconds = seconds.add(new BigDecimal(part.group(1)).multiply(unit));
        }
        return positive(seconds);
    }

    /**
     * The nanoseconds of a Go duration in the units that providers use, without decimals and far from any limit, as nearly
     * every answer has two of them; -1 for what wants a closer look.
     */
    private static long plainGoDuration(String value) {
        long nanos = 0;
        int at = 0;
        int parts = 0;
        while (at < value.length() && parts < MOST_PARTS) {
            int begin = at;
            long number = 0;
            while (at < value.length()
                    && value.charAt(at) >= '0'
                    && value.charAt(at) <= '9'
                    && at - begin < MOST_PLAIN_DIGITS) {
                number = 10 * number + value.charAt(at++) - '0';
            }
            if (at == begin) {
                return -1;
            }
            if (value.startsWith("ms", at)) {
                nanos += number * 1_000_000;
                at += 2;
            } else if (value.startsWith("s", at)) {
                nanos += number * 1_000_000_000;
                at++;
            } else if (value.startsWith("m", at)) {
                nanos += number * 60_000_000_000L;
                at++;
            } else if (value.startsWith("h", at)) {
                nanos += number * 3_600_000_000_000L;
                at++;
            } else {
                return -1;
            }
            parts++;
        }
        return at == value.length() && parts > 0 ? nanos : -1;
    }

    /** The time until a moment as RFC 3339 writes it; empty if it is none, or is over. */
    static Optional<Duration> until(String rfc3339, Instant now) {
        try {
            return until(OffsetDateTime.parse(rfc3339).toInstant(), now);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Duration> until(Instant at, Instant now) {
        return positive(Duration.between(now, at));
    }

    private static Optional<Duration> positive(BigDecimal seconds) {
        if (seconds.compareTo(BigDecimal.valueOf(NEVER.toSeconds())) >= 0) {
            return Optional.of(NEVER);
        }
        return positive(Duration.ofNanos(seconds.movePointRight(9).longValue()));
    }

    private static Optional<Duration> positive(Duration time) {
        if (time.isZero() || time.isNegative()) {
            return Optional.empty();
        }
        return Optional.of(time.compareTo(NEVER) > 0 ? NEVER : time);
    }
}
