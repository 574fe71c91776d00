package io.github.tideover.wire;

import io.github.tideover.failure.RateLimits;
import io.github.tideover.failure.RateLimits.Limit;
import io.github.tideover.failure.RateLimits.Unit;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads what providers say of their rate limits, in every form that was seen. What cannot be read says nothing, and never
 * anything else.
 *
 * <table>
 * <caption>Who sends what</caption>
 * <tr><td>OpenAI, Groq, xAI, Azure</td><td>{@code x-ratelimit-remaining-requests}, {@code -tokens}; resets as Go durations,
 *     Azure's as seconds, xAI's not at all. See
 *     <a href="https://developers.openai.com/api/docs/guides/rate-limits">OpenAI</a>,
 *     <a href="https://console.groq.com/docs/rate-limits">Groq</a></td></tr>
 * <tr><td>Anthropic</td><td>{@code anthropic-ratelimit-requests-remaining}, {@code -tokens-}, {@code -input-tokens-},
 *     {@code -output-tokens-}; resets as times. See
 *     <a href="https://platform.claude.com/docs/en/api/rate-limits">Anthropic</a></td></tr>
 * <tr><td>Mistral, Cerebras</td><td>the window in the name, {@code x-ratelimit-remaining-req-minute}. See
 *     <a href="https://inference-docs.cerebras.ai/support/rate-limits">Cerebras</a></td></tr>
 * <tr><td>Kong, a gateway</td><td>the window alone, {@code x-ratelimit-remaining-minute}, beside the fields of the IETF draft's first
 *     versions. See <a href="https://developer.konghq.com/plugins/rate-limiting/">Kong's plugin</a></td></tr>
 * <tr><td>Fireworks</td><td>{@code x-ratelimit-remaining-tokens-prompt} and {@code -tokens-generated}</td></tr>
 * <tr><td>Together, OpenRouter</td><td>{@code x-ratelimit-remaining} without more, resets in seconds or as a time of the Unix
 *     clock; {@code x-tokenlimit-remaining}</td></tr>
 * <tr><td>who follows the IETF's draft</td><td>{@code RateLimit} and {@code RateLimit-Policy}, and the three fields of its
 *     first versions. See
 *     <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/">the draft</a></td></tr>
 * </table>
 */
public final class RateLimitHeaders {
    private static final String FIELD = "ratelimit";
    private static final String POLICY = "ratelimit-policy";

    private static final int MOST_DIGITS = 15;
    private static final int MOST_DECIMALS = 9;
    /** Numbers above these are no seconds from now on, but seconds and milliseconds of the Unix clock: 2001 in both. */
    private static final double UNIX_SECONDS = 1e9;

    private static final double UNIX_MILLIS = 1e12;

    private enum What {
        LIMIT,
        REMAINING,
        RESET
    }

    private record Kind(Unit unit, String name) {}

    private record Known(Kind kind, What what) {}

    /** What was said of one limit. */
    private static final class Said {
        private final Kind kind;
        private @Nullable String limit;
        private @Nullable String remaining;
        private @Nullable String reset;

        Said(Kind kind) {
            this.kind = kind;
        }

        /** The first word on each stands. */
        void add(What what, String value) {
            switch (what) {
                case LIMIT -> limit = limit == null ? value : limit;
                case REMAINING -> remaining = remaining == null ? value : remaining;
                case RESET -> reset = reset == null ? value : reset;
            }
        }
    }

    private static final Map<String, Known> KNOWN = known();

    private RateLimitHeaders() {}

    private static Map<String, Known> known() {
        Map<String, Unit> names = new HashMap<>();
        names.put("requests", Unit.REQUESTS);
        names.put("tokens", Unit.TOKENS);
        for (String window : List.of("second", "minute", "5-minute", "hour", "day", "month")) {
            names.put(window, Unit.REQUESTS);
            names.put("requests-" + window, Unit.REQUESTS);
            names.put("req-" + window, Unit.REQUESTS);
            names.put("tokens-" + window, Unit.TOKENS);
        }
        names.put("input-tokens", Unit.INPUT_TOKENS);
        names.put("tokens-prompt", Unit.INPUT_TOKENS);
        names.put("output-tokens", Unit.OUTPUT_TOKENS);
        names.put("tokens-generated", Unit.OUTPUT_TOKENS);
        Map<String, Known> known = new HashMap<>();
        for (What what : What.values()) {
            String word = what.name().toLowerCase(Locale.ROOT);
            names.forEach((name, unit) -> {
                Known each = new Known(new Kind(unit, name), what);
                known.put("x-ratelimit-" + word + "-" + name, each);
                known.put("anthropic-ratelimit-" + name + "-" + word, each);
            });
            Known requests = new Known(new Kind(Unit.REQUESTS, "requests"), what);
            known.put("x-ratelimit-" + word, requests);
            known.put("ratelimit-" + word, requests);
            known.put("x-tokenlimit-" + word, new Known(new Kind(Unit.TOKENS, "tokens"), what));
        }
        return Map.copyOf(known);
    }

    /**
     * Reads the limits out of the headers of an answer.
     *
     * @param headers the headers
     * @param clock tells the time of the answer, for resets that are given as a time, unless the answer tells its own; not
     *     asked if nothing was said
     * @return the limits; {@link RateLimits#NONE} if nothing was said
     */
    public static RateLimits read(Headers headers, InstantSource clock) {
        List<Said> found = null;
        boolean hasField = false;
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            if (!mentionsLimits(name)) {
                continue;
            }
            String lower = name.toLowerCase(Locale.ROOT);
            Known known = KNOWN.get(lower);
            if (known != null) {
                found = found == null ? new ArrayList<>(4) : found;
                of(known.kind(), found).add(known.what(), headers.value(i).strip());
            }
            hasField |= lower.equals(FIELD) || lower.equals(POLICY);
        }
        if (found == null && !hasField) {
            return RateLimits.NONE;
        }
        List<Limit> limits = new ArrayList<>(4);
        if (found != null) {
            SentAt sentAt = new SentAt(headers, clock);
            for (Said each : found) {
                add(limits, limit(each, sentAt));
            }
        }
        if (hasField) {
            addFields(limits, headers);
        }
        return RateLimits.of(limits);
    }

    private static Said of(Kind kind, List<Said> found) {
        for (int i = 0; i < found.size(); i++) {
            if (found.get(i).kind.equals(kind)) {
                return found.get(i);
            }
        }
        Said said = new Said(kind);
        found.add(said);
        return said;
    }

    /** When the answer was sent, worked out if a reset is given as a time: few are. */
    private static final class SentAt {
        private final Headers headers;
        private final InstantSource clock;

        SentAt(Headers headers, InstantSource clock) {
            this.headers = headers;
            this.clock = clock;
        }

        Instant instant() {
            Instant now = clock.instant();
            return Optional.ofNullable(headers.get("date"))
                    .flatMap(date -> HttpDate.parse(date.strip(), now))
                    .orElse(now);
        }
    }

    /** Most headers are about something else, and are passed over for nothing. */
    private static boolean mentionsLimits(String name) {
        return name.regionMatches(true, 0, FIELD, 0, 9)
                || name.regionMatches(true, 0, "x-ratelimit-", 0, 12)
                || name.regionMatches(true, 0, "anthropic-ratelimit-", 0, 20)
                || name.regionMatches(true, 0, "x-tokenlimit-", 0, 13);
    }

    private static void add(List<Limit> limits, Limit limit) {
        if (limit.limit().isPresent() || limit.remaining().isPresent()) {
            limits.add(limit);
        }
    }

    private static Limit limit(Said said, SentAt sentAt) {
        Limit.Builder limit = Limit.of(said.kind.unit(), said.kind.name());
        Long most = count(said.limit);
        Long remaining = count(said.remaining);
        if (most != null) {
            limit.limit(most);
        }
        if (remaining != null) {
            limit.remaining(remaining);
        }
        return limit.resetsAfter(said.reset == null ? null : reset(said.reset, sentAt))
                .build();
    }

    /** A whole number, which may have decimals that do not count, and more behind a comma or a semicolon. */
    private static @Nullable Long count(@Nullable String value) {
        if (value == null) {
            return null;
        }
        int begin = value.startsWith("-") ? 1 : 0;
        int end = endOfDigits(value, begin);
        if (end == begin || end - begin > 18) {
            return null;
        }
        int after = endOfDecimals(value, end);
        boolean isAlone = after == value.length() || value.charAt(after) == ',' || value.charAt(after) == ';';
        return isAlone ? Long.parseLong(value, 0, end, 10) : null;
    }

    private static boolean isNumber(String value) {
        int end = endOfDigits(value, 0);
        return end > 0 && end <= MOST_DIGITS && endOfDecimals(value, end) == value.length();
    }

    private static int endOfDigits(String value, int from) {
        int end = from;
        while (end < value.length() && value.charAt(end) >= '0' && value.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    /** Where decimals end that begin with the point at an index; that index if there are none. */
    private static int endOfDecimals(String value, int point) {
        if (point == value.length() || value.charAt(point) != '.') {
            return point;
        }
        int end = endOfDigits(value, point + 1);
        return end == point + 1 || end - point > MOST_DECIMALS + 1 ? point : end;
    }

    private static @Nullable Duration reset(String value, SentAt sentAt) {
        if (isNumber(value)) {
            double number = Double.parseDouble(value);
            if (number < UNIX_SECONDS) {
                return Duration.ofMillis(Math.round(number * 1_000));
            }
            double millis = number < UNIX_MILLIS ? number * 1_000 : number;
            return Duration.between(sentAt.instant(), Instant.ofEpochMilli(Math.round(millis)));
        }
        Optional<Duration> duration = RetryAfter.goDuration(value);
        if (duration.isPresent()) {
            return duration.get();
        }
        Instant from = sentAt.instant();
        return RetryAfter.until(value, from)
                .or(() -> HttpDate.parse(value, from).map(at -> Duration.between(from, at)))
                .orElse(null);
    }

    private static void addFields(List<Limit> limits, Headers headers) {
        Map<String, Map<String, Object>> policies = new HashMap<>();
        Map<String, Map<String, Object>> left = new LinkedHashMap<>();
        for (StructuredList.Member policy : StructuredList.read(String.join(", ", headers.values(POLICY)))) {
            policies.put(policy.name(), policy.parameters());
            left.put(policy.name(), Map.of());
        }
        for (StructuredList.Member field : StructuredList.read(String.join(", ", headers.values(FIELD)))) {
            left.put(field.name(), field.parameters());
        }
        left.forEach((name, field) -> {
            Map<String, Object> policy = policies.getOrDefault(name, Map.of());
            Unit unit = unit(policy.getOrDefault("qu", "requests"));
            if (unit == null) {
                return; // bytes, or requests at once: no matter of time
            }
            Limit.Builder limit = Limit.of(unit, name);
            Long quota = StructuredList.whole(policy, "q");
            Long remaining = StructuredList.whole(field, "r");
            Long seconds = StructuredList.whole(field, "t");
            if (quota != null) {
                limit.limit(quota);
            }
            if (remaining != null && remaining >= 0) {
                limit.remaining(remaining);
            }
            limit.resetsAfter(seconds == null ? null : Duration.ofSeconds(seconds));
            add(limits, limit.build());
        });
    }

    private static @Nullable Unit unit(Object name) {
        return name.equals("requests") ? Unit.REQUESTS : name.equals("tokens") ? Unit.TOKENS : null;
    }
}
