package io.github.tideover.wire;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kotlin.Pair;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** A provider's refusal with its body read: the facts that the rules of {@link FailureSorter} ask for. */
final class Refusal {
    /** Whatever a provider calls it, in the order in which they are to be believed. */
    static final List<String> REQUEST_ID_HEADERS = List.of(
            "x-request-id",
            "request-id",
            "apim-request-id",
            "mistral-correlation-id",
            "x-ds-trace-id",
            "x-ms-request-id",
            "x-amzn-requestid");

    /** What the words of an error inside HTTP 200 would be as a status. */
    private static final Map<String, Integer> STATUS_OF_CODE = Map.ofEntries(
            Map.entry("invalid_request_error", 400),
            // What OpenRouter calls the errors of others.
            Map.entry("invalid_request", 400),
            Map.entry("invalid_prompt", 400),
            Map.entry("string_too_long", 400),
            Map.entry("token_limit_exceeded", 400),
            Map.entry("image_not_found", 400),
            Map.entry("image_download_failed", 400),
            Map.entry("unsupported_image_format", 400),
            Map.entry("authentication", 401),
            Map.entry("payload_too_large", 413),
            Map.entry("unprocessable", 422),
            Map.entry("provider_unavailable", 502),
            Map.entry("invalid_argument", 400),
            // Bedrock's, which the gateways in front of it pass on.
            Map.entry("validationexception", 400),
            Map.entry("accessdeniedexception", 403),
            Map.entry("resourcenotfoundexception", 404),
            Map.entry("throttlingexception", 429),
            Map.entry("modelnotreadyexception", 429),
            Map.entry("internalserverexception", 500),
            Map.entry("serviceunavailableexception", 503),
            Map.entry("failed_precondition", 400),
            Map.entry("out_of_range", 400),
            // Why a response of OpenAI's failed: an image that no second try will make better.
            Map.entry("invalid_image", 400),
            Map.entry("invalid_image_format", 400),
            Map.entry("invalid_image_mode", 400),
            Map.entry("invalid_image_url", 400),
            Map.entry("invalid_base64_image", 400),
            Map.entry("image_parse_error", 400),
            Map.entry("image_too_large", 400),
            Map.entry("image_too_small", 400),
            Map.entry("image_file_too_large", 400),
            Map.entry("image_file_not_found", 400),
            Map.entry("empty_image_file", 400),
            Map.entry("unsupported_image_media_type", 400),
            Map.entry("failed_to_download_image", 400),
            Map.entry("authentication_error", 401),
            Map.entry("unauthenticated", 401),
            Map.entry("billing_error", 402),
            Map.entry("permission_error", 403),
            Map.entry("permission_denied", 403),
            Map.entry("not_found_error", 404),
            Map.entry("not_found", 404),
            Map.entry("request_too_large", 413),
            Map.entry("rate_limit_error", 429),
            Map.entry("resource_exhausted", 429),
            Map.entry("internal", 500),
            Map.entry("unimplemented", 501),
            Map.entry("unavailable", 503),
            Map.entry("timeout_error", 504),
            Map.entry("deadline_exceeded", 504),
            Map.entry("overloaded_error", 529));

    private static final Set<String> NO = Set.of("", "0", "false", "no", "off");
    private static final Pattern STATUS_NUMBER = Pattern.compile("[45]\\d\\d");
    private static final Pattern PLAIN_PATH = Pattern.compile("/[A-Za-z0-9/_.~%-]{0,200}");

    private final RefusedException problem;
    private final ErrorBody body;
    private final int status;
    private final Headers headers;
    private final Optional<Duration> retryAfter;

    Refusal(RefusedException problem, Instant now) {
        this.problem = problem;
        body = ErrorBody.read(problem.body());
        status = isInsideSuccess() ? statusInside(body.codes()) : problem.status();
        // Google names a wait of seconds beside a limit that lasts for the day.
        String delay = hasText(ErrorWords.OVER_DAILY_QUOTA) ? null : delay();
        headers = withThoseInside(problem.headers(), body.headers());
        retryAfter = RetryAfter.of(status, headers, delay, now);
    }

    ErrorBody body() {
        return body;
    }

    /** The wait that the body asks for: in a field, or in words where these are the provider's and not a request quoted back. */
    private @Nullable String delay() {
        boolean isAboutLoad = status == 0 || status == 429 || status == 503 || status == 529;
        return body.retryDelay() != null || !isAboutLoad
                ? body.retryDelay()
                : body.texts().stream()
                        .flatMap(text ->
                                ErrorWords.TRY_AGAIN.matcher(text).results().limit(1))
                        .map(Refusal::delayIn)
                        .findFirst()
                        .orElse(null);
    }

    private static String delayIn(MatchResult words) {
        return words.group(1) == null
                ? words.group(2) + words.group(3).toLowerCase(Locale.ROOT).charAt(0)
                : words.group(1).toLowerCase(Locale.ROOT);
    }

    /** The answer's headers, and those of whom a router asked, which it passes on in the body. */
    Headers headers() {
        return headers;
    }

    Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /** The status on the wire. */
    int httpStatus() {
        return problem.status();
    }

    /** The status that tells most: the HTTP status, or what an error inside HTTP 200 names; 0 if that names none. */
    int status() {
        return status;
    }

    boolean isInsideSuccess() {
        return problem.status() >= 200 && problem.status() < 300;
    }

    boolean isHtml() {
        return body.isHtml();
    }

    boolean hasCode(Pattern code) {
        return Stream.concat(body.codes().stream(), amazonsCode()).anyMatch(code.asMatchPredicate());
    }

    /** What Amazon calls the error: in a header, before a colon, behind which stands an address. */
    private Stream<String> amazonsCode() {
        String type = problem.headers().get("x-amzn-errortype");
        return type == null ? Stream.empty() : Stream.of(type.split(":", 2)[0].toLowerCase(Locale.ROOT));
    }

    boolean hasText(Pattern text) {
        return body.texts().stream().anyMatch(text.asPredicate());
    }

    /** Whether a header whose name contains {@code part} says anything but no. */
    boolean hasHeader(String part) {
        for (Pair<? extends String, ? extends String> header : problem.headers()) {
            boolean isNo = NO.contains(header.getSecond().strip().toLowerCase(Locale.ROOT));
            if (header.getFirst().toLowerCase(Locale.ROOT).contains(part) && !isNo) {
                return true;
            }
        }
        return false;
    }

    /** What {@code x-should-retry} says, or null. */
    @Nullable
    Boolean shouldRetry() {
        String header = problem.headers().get("x-should-retry");
        if (header == null) {
            return null;
        }
        return switch (header.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            default -> null;
        };
    }

    Optional<String> requestId() {
        return REQUEST_ID_HEADERS.stream()
                .flatMap(name -> problem.headers().values(name).stream())
                .filter(ErrorBody::isRequestId)
                .findFirst()
                .or(body::requestId);
    }

    /** Where a redirect leads, without user, query and fragment. */
    Optional<String> location() {
        String location = problem.headers().get("location");
        if (location == null) {
            return Optional.empty();
        }
        HttpUrl url = HttpUrl.parse(location.startsWith("//") ? "https:" + location : location);
        if (url != null) {
            HttpUrl shown = url.newBuilder()
                    .username("")
                    .password("")
                    .query(null)
                    .fragment(null)
                    .build();
            return Optional.of(shown.toString());
        }
        String path = location.split("[?#]", 2)[0];
        return PLAIN_PATH.matcher(path).matches() ? Optional.of(path) : Optional.empty();
    }

    private static Headers withThoseInside(Headers outside, Map<String, String> inside) {
        Headers.Builder all = outside.newBuilder();
        inside.forEach((name, value) -> {
            if (outside.get(name) == null) {
                all.addUnsafeNonAscii(name, value);
            }
        });
        return all.build();
    }

    private static int statusInside(List<String> codes) {
        for (String code : codes) {
            int status = STATUS_NUMBER.matcher(code).matches()
                    ? Integer.parseInt(code)
                    : STATUS_OF_CODE.getOrDefault(code, 0);
            if (status != 0) {
                return status;
            }
        }
        return 0;
    }
}
