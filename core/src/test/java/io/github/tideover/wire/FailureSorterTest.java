package io.github.tideover.wire;

import static io.github.tideover.failure.FailureKind.AUTH;
import static io.github.tideover.failure.FailureKind.BULKHEAD_FULL;
import static io.github.tideover.failure.FailureKind.CANCELLED;
import static io.github.tideover.failure.FailureKind.CIRCUIT_OPEN;
import static io.github.tideover.failure.FailureKind.CONFLICT;
import static io.github.tideover.failure.FailureKind.CONTENT_FILTER;
import static io.github.tideover.failure.FailureKind.CONTEXT_LENGTH;
import static io.github.tideover.failure.FailureKind.CUT;
import static io.github.tideover.failure.FailureKind.DEADLINE;
import static io.github.tideover.failure.FailureKind.DNS;
import static io.github.tideover.failure.FailureKind.FORBIDDEN;
import static io.github.tideover.failure.FailureKind.INVALID_REQUEST;
import static io.github.tideover.failure.FailureKind.LOST;
import static io.github.tideover.failure.FailureKind.MAINTENANCE;
import static io.github.tideover.failure.FailureKind.MALFORMED;
import static io.github.tideover.failure.FailureKind.MODEL_NOT_FOUND;
import static io.github.tideover.failure.FailureKind.NETWORK;
import static io.github.tideover.failure.FailureKind.NETWORK_AMBIGUOUS;
import static io.github.tideover.failure.FailureKind.NETWORK_LOCAL;
import static io.github.tideover.failure.FailureKind.NOT_ALLOWED;
import static io.github.tideover.failure.FailureKind.NOT_QUEUED;
import static io.github.tideover.failure.FailureKind.NO_CACHED_REPLY;
import static io.github.tideover.failure.FailureKind.OUT_OF_TURN;
import static io.github.tideover.failure.FailureKind.OVERLOADED;
import static io.github.tideover.failure.FailureKind.PAUSED;
import static io.github.tideover.failure.FailureKind.QUOTA;
import static io.github.tideover.failure.FailureKind.STALL;
import static io.github.tideover.failure.FailureKind.THROTTLED;
import static io.github.tideover.failure.FailureKind.TIMEOUT;
import static io.github.tideover.failure.FailureKind.TLS;
import static io.github.tideover.failure.FailureKind.TRANSIENT;
import static io.github.tideover.failure.FailureKind.UNEXPECTED;
import static io.github.tideover.failure.FailureKind.UNSUPPORTED;
import static io.github.tideover.failure.FailureKind.WRONG_SHAPE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.FailureKind.Again;
import io.github.tideover.failure.FailureKind.Blame;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Headers;
import okhttp3.internal.http2.ConnectionShutdownException;
import okhttp3.internal.http2.ErrorCode;
import okhttp3.internal.http2.StreamResetException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FailureSorterTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String KEY = "invalid-key";
    private static final Set<FailureKind> MADE_BY_THE_ENGINE = EnumSet.of(
            CANCELLED,
            DEADLINE,
            CIRCUIT_OPEN,
            BULKHEAD_FULL,
            PAUSED,
            STALL,
            WRONG_SHAPE,
            UNSUPPORTED,
            NOT_ALLOWED,
            NO_CACHED_REPLY,
            OUT_OF_TURN,
            NOT_QUEUED,
            LOST);

    private final FailureSorter sorter = new FailureSorter(List.of(KEY), () -> true);

    // ---------------------------------------------------------------- every row of the table

    @ParameterizedTest(name = "{0} -> {2}")
    @MethodSource({"breaks", "answersThatAreNone", "refusals", "errorsInsideSuccess"})
    void everythingThatIsNotAReplyHasItsKind(String what, Throwable problem, FailureKind kind) {
        Failure failure = sorter.sort(problem, NOW);

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.message()).isNotBlank().doesNotContain("\n");
    }

    static Stream<Arguments> breaks() {
        return Stream.of(
                arguments("name does not resolve", new UnknownHostException("api.example.com"), DNS),
                arguments("no route", new NoRouteToHostException("No route to host"), NETWORK_LOCAL),
                arguments("unreachable", new ConnectException("Network is unreachable"), NETWORK_LOCAL),
                arguments(
                        "unreachable, wrapped",
                        caused(
                                new ConnectException("Failed to connect to x"),
                                new SocketException("Network is unreachable (connect failed)")),
                        NETWORK_LOCAL),
                arguments(
                        "no IPv6, and the provider's IPv4 refuses",
                        beside(
                                new ConnectException("Network is unreachable"),
                                new ConnectException("Connection refused")),
                        NETWORK),
                arguments("refused", new ConnectException("Connection refused"), NETWORK),
                arguments("connect timeout", new SocketTimeoutException("Connect timed out"), NETWORK),
                arguments("timeout before send", new InterruptedIOException("timeout"), NETWORK),
                arguments("reset before send", new SocketException("Connection reset"), NETWORK),
                arguments("any IO before send", new IOException("unexpected"), NETWORK),
                arguments("refused stream", new StreamResetException(ErrorCode.REFUSED_STREAM), NETWORK),
                arguments(
                        "refused stream after send", sent(new StreamResetException(ErrorCode.REFUSED_STREAM)), NETWORK),
                arguments("GOAWAY after send", sent(new ConnectionShutdownException()), NETWORK),
                arguments(
                        "GOAWAY inside",
                        sent(caused(new IOException("x"), new ConnectionShutdownException())),
                        NETWORK),
                arguments(
                        "other stream reset after send",
                        sent(new StreamResetException(ErrorCode.INTERNAL_ERROR)),
                        NETWORK_AMBIGUOUS),
                arguments("reset after send", sent(new SocketException("Connection reset")), NETWORK_AMBIGUOUS),
                arguments(
                        "EOF after send",
                        sent(caused(new IOException("unexpected end of stream on https://x/"), new EOFException())),
                        NETWORK_AMBIGUOUS),
                arguments(
                        "length mismatch after send",
                        sent(new ProtocolException("unexpected end of stream")),
                        NETWORK_AMBIGUOUS),
                arguments("length mismatch", new ProtocolException("unexpected end of stream"), NETWORK_AMBIGUOUS),
                arguments("read timeout after send", sent(new SocketTimeoutException("timeout")), TIMEOUT),
                arguments("call timeout after send", sent(new InterruptedIOException("timeout")), TIMEOUT),
                arguments("hostname", new SSLPeerUnverifiedException("Hostname api.example.com not verified"), TLS),
                arguments(
                        "certificate",
                        caused(new SSLHandshakeException("PKIX path building failed"), new CertificateException("x")),
                        TLS),
                arguments(
                        "expired",
                        caused(
                                new SSLHandshakeException("PKIX path validation failed"),
                                caused(
                                        new CertificateException("x"),
                                        new CertPathValidatorException("x", new CertificateExpiredException("x")))),
                        TLS),
                arguments("handshake", new SSLHandshakeException("Remote host terminated the handshake"), NETWORK),
                arguments("TLS record", new SSLException("Tag mismatch"), NETWORK),
                arguments("carried by a future", new CompletionException(new ConnectException("refused")), NETWORK),
                arguments("carried unchecked", new UncheckedIOException(new ConnectException("refused")), NETWORK),
                arguments(
                        "carried by the JSON reader",
                        JacksonIOException.construct(sent(new SocketException("Connection reset"))),
                        NETWORK_AMBIGUOUS),
                arguments("a bug", new IllegalStateException("x"), UNEXPECTED),
                arguments("a bug with an IO cause", new IllegalStateException("x", new IOException("y")), UNEXPECTED),
                arguments(
                        "an interceptor's bug, asynchronously",
                        beside(
                                new IOException("canceled due to java.lang.IllegalStateException: x"),
                                new IllegalStateException("x")),
                        UNEXPECTED),
                arguments("an error of the JVM", new StackOverflowError(), UNEXPECTED));
    }

    static Stream<Arguments> answersThatAreNone() {
        return Stream.of(
                arguments("malformed", new MalformedReplyException("the answer has no body"), MALFORMED),
                arguments(
                        "malformed after send",
                        sent(new MalformedReplyException("the answer has no choices")),
                        MALFORMED),
                arguments("cut", new CutReplyException("the stream ended after 40 events"), CUT),
                arguments("refused, carried", new CompletionException(refused(500, "")), TRANSIENT));
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                row(400, coded("context_length_exceeded"), CONTEXT_LENGTH),
                row(400, worded("This model's maximum context length is 8192 tokens."), CONTEXT_LENGTH),
                row(400, worded("prompt is too long: 3333404 tokens > 200000 maximum"), CONTEXT_LENGTH),
                row(
                        400,
                        worded("The input token count (1200000) exceeds the maximum number of tokens allowed."),
                        CONTEXT_LENGTH),
                row(422, worded("Prompt is too long for the context window"), CONTEXT_LENGTH),
                row(413, "", CONTEXT_LENGTH),
                row(413, "<html><title>413 Request Entity Too Large</title></html>", CONTEXT_LENGTH),
                row(413, typed("request_too_large"), CONTEXT_LENGTH),
                row(400, coded("content_filter"), CONTENT_FILTER),
                row(400, coded("content_policy_violation"), CONTENT_FILTER),
                row(400, coded("invalid_prompt"), INVALID_REQUEST),
                row(200, coded("invalid_prompt"), INVALID_REQUEST),
                row(400, coded("bio_policy"), CONTENT_FILTER),
                row(
                        400,
                        "{\"error\":{\"code\":null,\"innererror\":{\"code\":\"ResponsibleAIPolicyViolation\"}}}",
                        CONTENT_FILTER),
                row(403, worded("Your input was flagged by moderation"), CONTENT_FILTER),
                row(400, typed("invalid_request_error"), INVALID_REQUEST),
                row(400, "", INVALID_REQUEST),
                row(400, "[]", INVALID_REQUEST),
                row(400, "{\"error\":{\"message\":\"Bad value", INVALID_REQUEST),
                row(400, worded("Cannot read \"my invalid API key and credit balance is too low\""), INVALID_REQUEST),
                row(
                        422,
                        "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\",\"type\":\"missing\"}]}",
                        INVALID_REQUEST),
                row(405, "", INVALID_REQUEST),
                row(411, "", INVALID_REQUEST),
                row(415, "", INVALID_REQUEST),
                row(401, "", AUTH),
                row(401, "<html>401</html>", AUTH),
                row(401, coded("invalid_api_key"), AUTH),
                row(401, typed("api_error"), AUTH),
                row(403, typed("permission_error"), AUTH),
                row(403, "", AUTH),
                row(400, "{\"code\":\"invalid-argument\",\"error\":\"Incorrect API key provided.\"}", AUTH),
                row(
                        400,
                        geminiError(
                                400,
                                "API key not valid. Please pass a valid API key.",
                                "INVALID_ARGUMENT",
                                "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"API_KEY_INVALID\"}"),
                        AUTH),
                row(400, "[" + geminiError(400, "API key expired.", "INVALID_ARGUMENT", "{}") + "]", AUTH),
                row(403, coded("unsupported_country_region_territory"), FORBIDDEN),
                row(403, worded("Country, region, or territory not supported"), FORBIDDEN),
                row(
                        400,
                        geminiError(
                                400, "User location is not supported for the API use.", "FAILED_PRECONDITION", "{}"),
                        FORBIDDEN),
                row(
                        400,
                        geminiError(
                                400,
                                "Gemini API free tier is not available in your country. Please enable billing.",
                                "FAILED_PRECONDITION",
                                "{}"),
                        FORBIDDEN),
                row(403, geminiError(403, "Your API key was reported as leaked.", "PERMISSION_DENIED", "{}"), AUTH),
                row(403, "<!DOCTYPE html><html><title>Just a moment...</title></html>", NETWORK),
                row(403, "<html>Your request was flagged</html>", NETWORK),
                row(403, "error code: 1020", NETWORK),
                row(404, coded("model_not_found"), MODEL_NOT_FOUND),
                row(400, coded("model_not_found"), MODEL_NOT_FOUND),
                row(404, coded("DeploymentNotFound"), MODEL_NOT_FOUND),
                row(
                        404,
                        "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"model: claude-x\"}}",
                        MODEL_NOT_FOUND),
                row(404, "{\"error\":\"model 'llama9' not found\"}", MODEL_NOT_FOUND),
                row(
                        404,
                        geminiError(
                                404,
                                "models/gemini-9 is not found for API version v1beta, or is not supported for generateContent.",
                                "NOT_FOUND",
                                "{}"),
                        MODEL_NOT_FOUND),
                row(
                        400,
                        geminiError(
                                400,
                                "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
                                "INVALID_ARGUMENT",
                                "{}"),
                        CONTEXT_LENGTH),
                row(
                        400,
                        geminiError(
                                400,
                                "Function call is missing a thought_signature in functionCall parts.",
                                "INVALID_ARGUMENT",
                                "{}"),
                        INVALID_REQUEST),
                row(
                        503,
                        geminiError(503, "The model is overloaded. Please try again later.", "UNAVAILABLE", "{}"),
                        OVERLOADED),
                row(
                        503,
                        geminiError(503, "This model is currently experiencing high demand.", "UNAVAILABLE", "{}"),
                        OVERLOADED),
                row(
                        504,
                        geminiError(
                                504, "Deadline expired before operation could complete.", "DEADLINE_EXCEEDED", "{}"),
                        TRANSIENT),
                row(500, geminiError(500, "An internal error has occurred.", "INTERNAL", "{}"), TRANSIENT),
                row(400, worded("foo/bar is not a valid model ID"), MODEL_NOT_FOUND),
                row(400, worded("The requested model 'x' does not exist."), MODEL_NOT_FOUND),
                row(404, "", UNEXPECTED),
                row(404, "<html>no such model page</html>", UNEXPECTED),
                row(404, "{\"detail\":\"Not Found\"}", UNEXPECTED),
                row(402, "", QUOTA),
                row(402, typed("api_error"), QUOTA),
                row(429, coded("insufficient_quota"), QUOTA),
                row(429, "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"credit_balance_exhausted\"}}", QUOTA),
                row(429, coded("billing_hard_limit_reached"), QUOTA),
                row(429, coded("credit_balance_exhausted"), QUOTA),
                row(429, coded("organization_spend_limit_exceeded"), QUOTA),
                row(429, coded("project_spend_limit_exceeded"), QUOTA),
                row(429, coded("organization_usage_limit_exceeded"), QUOTA),
                row(
                        429,
                        "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"x\","
                                + "\"details\":{\"error_code\":\"enforced_spend_limit_reached\"}}}",
                        QUOTA),
                row(
                        400,
                        "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"You have reached"
                                + " your specified API usage limits. You will regain access on 2026-08-01 at 00:00 UTC.\"}}",
                        QUOTA),
                row(403, typed("billing_error"), QUOTA),
                row(
                        400,
                        "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":"
                                + "\"Your credit balance is too low to access the API.\"}}",
                        QUOTA),
                row(429, worded("You exceeded your current quota, please check your plan and billing details."), QUOTA),
                row(
                        429,
                        geminiError(
                                429,
                                "You exceeded your current quota, please check your plan and billing details.",
                                "RESOURCE_EXHAUSTED",
                                "{\"retryDelay\":\"48s\",\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\"}"),
                        THROTTLED),
                row(
                        429,
                        geminiError(429, "Resource has been exhausted (e.g. check quota).", "RESOURCE_EXHAUSTED", "{}"),
                        THROTTLED),
                row(429, overQuota("GenerateContentPaidTierInputTokensPerModelPerMinute"), THROTTLED),
                row(429, overQuota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"), QUOTA),
                row(429, coded("rate_limit_exceeded"), THROTTLED),
                row(429, typed("rate_limit_error"), THROTTLED),
                row(429, coded("RateLimitReached"), THROTTLED),
                row(
                        429,
                        "{\"type\":\"rate_limited\",\"code\":\"1300\",\"message\":\"Rate limit exceeded\"}",
                        THROTTLED),
                row(429, coded("slow_down"), THROTTLED),
                row(503, coded("slow_down"), THROTTLED),
                row(413, coded("rate_limit_exceeded"), THROTTLED),
                row(429, "", THROTTLED),
                row(429, "Too Many Requests", THROTTLED),
                row(429, "<html>429</html>", THROTTLED),
                row(429, "{\"error\":{\"code\":429,\"message\":\"Provider returned error\"}}", THROTTLED),
                row(429, problem("https://iana.org/assignments/http-problem-types#quota-exceeded"), THROTTLED),
                row(429, typed("overloaded_error"), OVERLOADED),
                row(429, worded("The engine is currently overloaded, please try again later"), OVERLOADED),
                row(529, "", OVERLOADED),
                row(529, typed("overloaded_error"), OVERLOADED),
                row(503, coded("server_is_overloaded"), OVERLOADED),
                row(503, worded("The model is overloaded. Please try again later."), OVERLOADED),
                row(
                        503,
                        problem("https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"),
                        OVERLOADED),
                row(503, "<html><title>Down for maintenance</title></html>", MAINTENANCE),
                row(503, worded("The API is under scheduled maintenance"), MAINTENANCE),
                row(503, "", MAINTENANCE, "retry-after", "300"),
                row(503, "", MAINTENANCE, "x-maintenance-mode", "on"),
                row(503, "", TRANSIENT, "x-maintenance-mode", "off"),
                row(503, "", TRANSIENT, "retry-after", "299"),
                row(
                        503,
                        "<p>unable to service your request due to maintenance downtime or capacity problems</p>",
                        TRANSIENT),
                row(408, "", TRANSIENT),
                row(425, "", TRANSIENT),
                row(500, "", TRANSIENT),
                row(500, typed("api_error"), TRANSIENT),
                row(500, coded("server_error"), TRANSIENT),
                row(400, typed("server_error"), TRANSIENT),
                row(502, "<html>502 Bad Gateway</html>", TRANSIENT),
                row(503, "upstream connect error", TRANSIENT),
                row(504, "", TRANSIENT),
                row(520, "", TRANSIENT),
                row(521, "", TRANSIENT),
                row(522, "", TRANSIENT),
                row(523, "", TRANSIENT),
                row(524, "", TRANSIENT),
                row(409, "", CONFLICT),
                row(301, "", UNEXPECTED),
                row(302, "", UNEXPECTED),
                row(308, "", UNEXPECTED),
                row(406, "", UNEXPECTED),
                row(418, "", UNEXPECTED),
                row(501, "", UNEXPECTED),
                row(505, "", UNEXPECTED));
    }

    static Stream<Arguments> errorsInsideSuccess() {
        return Stream.of(
                row(200, "{\"error\":{\"code\":502,\"message\":\"Provider disconnected\"}}", TRANSIENT),
                row(200, "{\"error\":{\"code\":\"429\",\"message\":\"x\"}}", THROTTLED),
                row(200, "{\"code\":401,\"message\":\"x\"}", AUTH),
                row(200, "{\"error\":{\"code\":\"invalid_image_url\",\"message\":\"x\"}}", INVALID_REQUEST),
                row(200, "{\"error\":{\"code\":\"image_content_policy_violation\"}}", CONTENT_FILTER),
                row(200, "{\"error\":{\"code\":402,\"message\":\"Insufficient credits\"}}", QUOTA),
                row(200, "{\"error\":{\"code\":403,\"message\":\"Your input was flagged\"}}", CONTENT_FILTER),
                row(200, "{\"error\":{\"code\":413,\"message\":\"x\"}}", CONTEXT_LENGTH),
                row(200, "{\"error\":{\"code\":529,\"message\":\"x\"}}", OVERLOADED),
                row(200, "{\"error\":{\"code\":1300,\"message\":\"x\"}}", TRANSIENT),
                row(
                        200,
                        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}",
                        OVERLOADED),
                row(200, "{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}", OVERLOADED),
                row(200, typed("rate_limit_error"), THROTTLED),
                row(200, typed("authentication_error"), AUTH),
                row(200, typed("permission_error"), AUTH),
                row(200, typed("invalid_request_error"), INVALID_REQUEST),
                row(200, typed("api_error"), TRANSIENT),
                row(200, typed("timeout_error"), TRANSIENT),
                row(200, typed("billing_error"), QUOTA),
                row(200, coded("insufficient_quota"), QUOTA),
                row(200, coded("server_error"), TRANSIENT),
                row(200, coded("context_length_exceeded"), CONTEXT_LENGTH),
                row(200, "{\"error\":{\"code\":\"something_new\",\"message\":\"x\"}}", TRANSIENT),
                row(
                        200,
                        "{\"type\":\"response.failed\",\"response\":{\"id\":\"resp_1\",\"error\":"
                                + "{\"code\":\"rate_limit_exceeded\",\"message\":\"x\"}}}",
                        THROTTLED),
                row(200, geminiError(503, "The model is overloaded.", "UNAVAILABLE", "{}"), OVERLOADED),
                row(200, "data: {\"error\":{\"code\":\"server_is_overloaded\"}}\n\n", OVERLOADED),
                row(200, "{\"error\":\"The engine is overloaded\"}", OVERLOADED),
                row(200, "{\"error\":\"Something broke\"}", TRANSIENT),
                row(200, "", TRANSIENT));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CANCELLED         | NEVER     | NOBODY   | false | false
            DEADLINE          | NEVER     | NOBODY   | false | true
            CIRCUIT_OPEN      | NEVER     | NOBODY   | true  | true
            BULKHEAD_FULL     | NEVER     | NOBODY   | true  | true
            PAUSED            | NEVER     | NOBODY   | true  | true
            NETWORK_LOCAL     | YES       | NOBODY   | false | true
            DNS               | YES       | PROVIDER | true  | true
            NETWORK           | FREE      | PROVIDER | true  | true
            NETWORK_AMBIGUOUS | YES       | PROVIDER | true  | true
            TLS               | NEVER     | PROVIDER | true  | false
            TIMEOUT           | ELSEWHERE | PROVIDER | true  | true
            STALL             | ELSEWHERE | PROVIDER | true  | true
            CUT               | ONCE      | PROVIDER | true  | true
            MALFORMED         | ONCE      | PROVIDER | true  | true
            WRONG_SHAPE       | ONCE      | ANSWERED | true  | true
            CONTENT_FILTER    | NEVER     | ANSWERED | false | false
            CONTEXT_LENGTH    | NEVER     | NOBODY   | true  | false
            INVALID_REQUEST   | NEVER     | NOBODY   | false | false
            AUTH              | NEVER     | NOBODY   | true  | false
            FORBIDDEN         | NEVER     | NOBODY   | true  | false
            MODEL_NOT_FOUND   | NEVER     | NOBODY   | true  | false
            QUOTA             | NEVER     | NOBODY   | true  | true
            THROTTLED         | YES       | NOBODY   | true  | false
            OVERLOADED        | YES       | PROVIDER | true  | true
            MAINTENANCE       | NEVER     | NOBODY   | true  | true
            TRANSIENT         | YES       | PROVIDER | true  | true
            CONFLICT          | YES       | NOBODY   | false | false
            UNEXPECTED        | NEVER     | NOBODY   | false | false
            UNSUPPORTED       | NEVER     | NOBODY   | false | false
            NOT_ALLOWED       | NEVER     | NOBODY   | false | false
            NO_CACHED_REPLY   | NEVER     | NOBODY   | true  | true
            OUT_OF_TURN       | NEVER     | NOBODY   | true  | true
            NOT_QUEUED        | NEVER     | NOBODY   | true  | true
            LOST              | NEVER     | NOBODY   | false | false
            """)
    void everyKindSaysWhatMayBeDone(FailureKind kind, Again again, Blame blame, boolean alternate, boolean stale) {
        assertThat(kind.again()).isEqualTo(again);
        assertThat(kind.blame()).isEqualTo(blame);
        assertThat(kind.allowsAlternate()).isEqualTo(alternate);
        assertThat(kind.allowsStale()).isEqualTo(stale);
    }

    @Test
    void everyKindIsSomeRowsKind() {
        Set<FailureKind> seen = Stream.of(breaks(), answersThatAreNone(), refusals(), errorsInsideSuccess())
                .flatMap(rows -> rows)
                .map(row -> (FailureKind) row.get()[2])
                .collect(Collectors.toCollection(() -> EnumSet.copyOf(MADE_BY_THE_ENGINE)));
        assertThat(seen).containsExactlyInAnyOrder(FailureKind.values());
    }

    // ---------------------------------------------------------------- asking again

    @ParameterizedTest
    @MethodSource({"breaks", "answersThatAreNone", "refusals", "errorsInsideSuccess"})
    void theKindSaysWhetherToAskAgain(String what, Throwable problem, FailureKind kind) {
        Again exception = what.startsWith("403") && kind == NETWORK
                ? Again.ONCE // a page for a browser came in between: the request was sent, and once more is enough
                : what.startsWith("413") && kind == THROTTLED ? Again.ELSEWHERE : kind.again();
        assertThat(sorter.sort(problem, NOW).again()).isEqualTo(exception);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void aProviderThatForbidsAnotherAttemptIsObeyed(String what, RefusedException problem, FailureKind kind) {
        Failure failure = sorter.sort(with(problem, "x-should-retry", "false"), NOW);
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.again()).isEqualTo(Again.NEVER);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void aProviderThatAdvisesAnotherAttemptIsBelievedWhereItCanHelp(
            String what, RefusedException problem, FailureKind kind) {
        Again before = sorter.sort(problem, NOW).again();
        boolean canHelp = EnumSet.of(UNEXPECTED, CONFLICT, TRANSIENT).contains(kind);
        assertThat(sorter.sort(with(problem, "X-Should-Retry", "true"), NOW).again())
                .isEqualTo(canHelp ? Again.YES : before);
        assertThat(sorter.sort(with(problem, "x-should-retry", "maybe"), NOW).again())
                .isEqualTo(before);
    }

    // ---------------------------------------------------------------- no network

    @Test
    void aNameThatDoesNotResolveIsThisMachinesTroubleWhenNothingResolves() {
        FailureSorter offline = new FailureSorter(List.of(KEY), () -> false);
        assertThat(offline.sort(new UnknownHostException("api.example.com"), NOW)
                        .kind())
                .isEqualTo(NETWORK_LOCAL);
        assertThat(offline.sort(new ConnectException("Connection refused"), NOW).kind())
                .isEqualTo(NETWORK);
    }

    @Test
    void aCanaryThatFailsKnowsNothing() {
        FailureSorter sorter = new FailureSorter(List.of(KEY), () -> {
            throw new IllegalStateException();
        });
        assertThat(sorter.sort(new UnknownHostException("api.example.com"), NOW).kind())
                .isEqualTo(DNS);
    }

    // ---------------------------------------------------------------- what else a failure tells

    @Test
    void aFailureTellsStatusCodeIdAndWait() {
        RefusedException problem =
                refused(503, coded("server_is_overloaded"), "x-request-id", "req_81", "retry-after", "20");

        Failure failure = sorter.sort(problem, NOW);

        assertThat(failure.httpStatus()).hasValue(503);
        assertThat(failure.code()).contains("server_is_overloaded");
        assertThat(failure.requestId()).contains("req_81");
        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(20));
        assertThat(failure.retryAt()).contains(NOW.plusSeconds(20));
        assertThat(failure.cause()).containsSame(problem);
        assertThat(failure.source()).isEmpty();
        assertThat(failure.message())
                .isEqualTo("HTTP 503 from the provider: the provider is overloaded (code server_is_overloaded)");
    }

    @ParameterizedTest
    @CsvSource({"86400, true", "86401, false", "410400, false", "inf, false"})
    void aForecastReachesOneDayAhead(String retryAfter, boolean isForecast) {
        Failure failure = sorter.sort(refused(429, "", "retry-after", retryAfter), NOW);
        assertThat(failure.retryAfter()).isPresent();
        assertThat(failure.retryAt().isPresent()).isEqualTo(isForecast);
        assertThat(failure.kind()).isEqualTo(THROTTLED);
    }

    @Test
    void aDateBeyondReasonDoesNotHideTheFailure() {
        Failure failure = sorter.sort(refused(429, "", "retry-after", "Fri, 29 Sep 100000 16:26:57 GMT"), NOW);
        assertThat(failure.kind()).isEqualTo(THROTTLED);
        assertThat(failure.retryAfter()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"error":{"type":"rate_limit_error","details":{"error_code":"enforced_spend_limit_reached"}}} | enforced_spend_limit_reached
            {"error":{"type":"requests","code":"rate_limit_exceeded"}}      | rate_limit_exceeded
            {"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}            | RESOURCE_EXHAUSTED
            {"type":"rate_limited","code":"1300"}                           | rate_limited
            {"type":"error","error":{"type":"overloaded_error"}}            | overloaded_error
            {"type":"https://example.com/probs#quota-exceeded"}             | quota-exceeded
            {"error":{"code":502}}                                          | 502
            [{"error":{"code":"a"}}]                                        | a
            {"code":"outer","error":{"code":"inner"}}                       | inner
            {"code":"The caller may not do this","error":"x"}               |
            {"error":{"code":null,"type":true,"message":{}}}                |
            {"error":{"code":"cut"},"message":"never en                     | cut
            """)
    void theMostTellingCodeIsReported(String body, @Nullable String code) {
        assertThat(sorter.sort(refused(429, body), NOW).code().orElse(null)).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            request-id             | req_1 | {"request_id":"req_2"} | req_1
            apim-request-id        | d3be1dcd-5e15-488e-b48f-a3066967d205 | {} | d3be1dcd-5e15-488e-b48f-a3066967d205
            mistral-correlation-id | 01a0  | {}                     | 01a0
            x-request-id           | <ID>  | {"request_id":"req_2"} | req_2
            x-request-id           | ''    | {"id":"2d46","message":"x"} | 2d46
            x-request-id           | invalid-key | {}               |
            x-request-id           | two words   | {}               |
            """)
    void theRequestIdComesFromAHeaderOrTheBody(String header, String value, String body, @Nullable String id) {
        assertThat(sorter.sort(refused(500, body, header, value), NOW)
                        .requestId()
                        .orElse(null))
                .isEqualTo(id);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            https://api.example.com/v2/chat?key=secret#top | https://api.example.com/v2/chat
            https://me:secret@api.example.com:8443/v2/     | https://api.example.com:8443/v2/
            //api.example.com/v2                           | https://api.example.com/v2
            /v2/chat?key=secret                            | /v2/chat
            """)
    void aRedirectTellsWhereItLeads(String location, String shown) {
        assertThat(sorter.sort(refused(301, "", "location", location), NOW).message())
                .endsWith("; it redirects to " + shown + "; set that as the base URL")
                .doesNotContain("secret");
    }

    @Test
    void aRedirectToNowhereIsStillSorted() {
        assertThat(sorter.sort(refused(302, "", "location", "javascript:alert(1)"), NOW)
                        .message())
                .isEqualTo("HTTP 302 from the provider: the provider answered in an unexpected way");
    }

    @Test
    void aNetworkFailureTellsWhatTheJdkSaidOfTheAddress() {
        assertThat(sorter.sort(new ConnectException("Failed to connect to localhost/127.0.0.1:1"), NOW)
                        .message())
                .isEqualTo("cannot reach the provider (ConnectException: Failed to connect to localhost/127.0.0.1:1)");
        assertThat(sorter.sort(sent(new SocketException("Connection reset")), NOW)
                        .message())
                .isEqualTo("the connection was lost (SocketException)");
    }

    // ---------------------------------------------------------------- nothing leaks

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-proj-abcdef",
                "sk-ant-api03-AbCd_EfGh-1234",
                "sk-ab**************************wxyz",
                "xai-AbCdEfGh",
                "gsk_AbCdEfGh1234",
                "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
                "************",
                "abcdefghijklmnop1234567890",
                "0123456789abcdef0123456789abcdef",
                "2d4609a6-d1f9-4cf4-8d09-af865409bdc2",
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1",
                "Bearer abc.def",
                "bearer  hunter2hunter2",
                "Authorization: Basic dXNlcjpwYXNzd29yZA==",
                "api_key=hunter2",
                "key: 'hunter2'",
                KEY
            })
    void aKeyIsNeverRepeated(String leak) {
        String bare = leak.substring(leak.lastIndexOf(' ') + 1)
                .replaceAll("^.*=(?=h)", "")
                .replace("'", "");
        for (String body : List.of(
                worded("No entry for " + leak + ". Look again."),
                "{\"error\":\"Incorrect API key provided: " + leak + "\"}",
                "No entry for " + leak,
                "<html><title>" + leak + "</title>" + leak + "</html>",
                coded(leak),
                "{\"error\":{\"code\":\"" + leak + "\",\"param\":\"" + leak + "\"},\"request_id\":\"" + KEY + "\"}")) {
            for (int status : new int[] {200, 400, 401, 402, 403, 404, 429, 500, 503}) {
                Failure failure = sorter.sort(refused(status, body), NOW);
                assertThat(everythingShown(failure)).doesNotContain(bare);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The model `claude-3-5-sonnet-20241022` does not exist or you do not have access to it.",
                "Your requests to grok-4-1-fast-non-reasoning in westeurope have exceeded rate limit.",
                "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo is not a model here",
                "accounts/fireworks/models/llama-v3p1-405b-instruct is not a model here",
                "Quota exceeded for generativelanguage.googleapis.com/generate_content_paid_tier_input_token_count",
                "Please see https://platform.example.com/docs/guides/rate-limits for a list of models.",
                "Try again in 6m0s, limit 30000, used 29990, at 2026-03-01T12:00:00Z."
            })
    void namesAndAddressesStayReadable(String words) {
        assertThat(new Redaction(List.of(KEY)).line(words)).isEqualTo(words);
    }

    @Test
    void wordsFromOutsideAreOneShortLine() {
        String words = "Slow\n\tdown\u0007 \u202eplease. " + "Really. ".repeat(100);
        String line = new Redaction(List.of(KEY)).line(words);
        assertThat(line)
                .startsWith("Slow down please. Really.")
                .hasSizeLessThan(210)
                .endsWith("\u2026");
    }

    @Test
    void aProvidersOwnSentencesAreNotPassedOn() {
        for (int status : new int[] {400, 401, 402, 403, 404, 429, 500, 503}) {
            assertThat(sorter.sort(refused(status, worded("You asked about Mitzi.")), NOW)
                            .message())
                    .startsWith("HTTP " + status)
                    .doesNotContain("Mitzi");
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "INVALID_REQUEST",
                "CONTENT_FILTER",
                "CONTEXT_LENGTH",
                "TRANSIENT",
                "OVERLOADED",
                "CONFLICT",
                "UNEXPECTED"
            })
    void theConversationIsNotQuotedBack(FailureKind kind) {
        int status = kind == OVERLOADED
                ? 529
                : kind == TRANSIENT ? 500 : kind == CONFLICT ? 409 : kind == UNEXPECTED ? 418 : 400;
        String code =
                kind == CONTENT_FILTER ? "content_filter" : kind == CONTEXT_LENGTH ? "context_length_exceeded" : "x";
        String body = "{\"error\":{\"message\":\"Bad: my secret diary\",\"code\":\"" + code
                + "\",\"param\":\"my secret diary\",\"failed_generation\":\"my secret diary\"}}";

        Failure failure = sorter.sort(refused(status, body), NOW);

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(everythingShown(failure)).doesNotContain("diary");
    }

    @Test
    void anInvalidRequestNamesItsParameter() {
        String body = "{\"error\":{\"message\":\"x\",\"code\":\"invalid_value\",\"param\":\"messages[0].content\"}}";
        assertThat(sorter.sort(refused(400, body), NOW).message())
                .isEqualTo("HTTP 400 from the provider: the provider calls the request invalid (code invalid_value),"
                        + " parameter messages[0].content");
    }

    @Test
    void aFaultInThisProgramKeepsItsStackAndLosesItsWords() {
        Exception bug = new IllegalArgumentException(
                "Unexpected char 0x0a in x-api-key value: " + KEY, new IllegalStateException("my secret diary"));

        Failure failure = sorter.sort(bug, NOW);

        assertThat(failure.message()).endsWith("java.lang.IllegalArgumentException");
        assertThat(everythingShown(failure)).doesNotContain(KEY, "diary").contains("IllegalStateException");
        assertThat(failure.cause().orElseThrow().getStackTrace()).isEqualTo(bug.getStackTrace());
    }

    @ParameterizedTest
    @MethodSource
    void whatTheHttpClientCouldNotReadIsNotQuoted(IOException problem) {
        assertThat(everythingShown(sorter.sort(problem, NOW))).doesNotContain("diary");
    }

    static Stream<IOException> whatTheHttpClientCouldNotReadIsNotQuoted() {
        return Stream.of(
                sent(new ProtocolException("Unexpected status line: my secret diary")),
                sent(caused(new IOException("unexpected end of stream"), new EOFException("\\n not found: diary"))),
                new ProtocolException("Unexpected status line: my secret diary"));
    }

    // ---------------------------------------------------------------- whatever comes

    @Test
    void noBodyMakesItThrow() {
        Random random = new Random(20_260_301);
        String[] pieces = {
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            "error",
            "\"error\":",
            "\"code\":",
            "\"message\":",
            "\"details\":",
            "null",
            "429",
            "-1e99999",
            "<html>",
            "<",
            ">",
            "<title>",
            "data: ",
            "\n",
            "\ufeff",
            "\ud83d",
            "\u0000",
            "\\u12",
            "\\",
            " ",
            "retryDelay",
            "sk-",
            "***",
            "Bearer ",
            "key=",
            "[DONE]",
            "true"
        };
        int[] statuses = {0, 100, 200, 204, 302, 400, 401, 403, 404, 413, 429, 500, 503, 529, 599, 999};
        for (int i = 0; i < 10_000; i++) {
            StringBuilder body = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                body.append(
                        random.nextInt(4) == 0
                                ? String.valueOf((char) random.nextInt(0x10000))
                                : pieces[random.nextInt(pieces.length)]);
            }
            int status = statuses[random.nextInt(statuses.length)];
            assertThat(sorter.sort(refused(status, body.toString()), NOW).message())
                    .hasSizeLessThan(700);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[",
                "{\"error\":",
                "<",
                "<a",
                "*",
                "sk-",
                "a1-",
                "key",
                "key:",
                "key: ",
                "9",
                "{\"error\":{\"a\":\"",
                " ",
                "A1",
                "bearer "
            })
    void noBodyTakesLong(String piece) {
        String body = piece.repeat(2_000_000 / piece.length());
        long started = System.nanoTime();
        for (int status : new int[] {200, 400, 429, 503}) {
            sorter.sort(refused(status, body), NOW);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void onlyTheBeginningOfABodyIsRead() {
        String late = "{\"error\":{\"padding\":\"" + "x".repeat(70_000) + "\",\"code\":\"insufficient_quota\"}}";
        assertThat(sorter.sort(refused(429, late), NOW).kind()).isEqualTo(THROTTLED);
    }

    @Test
    void aWaitOfSecondsBesideALimitForTheDayIsNotBelieved() {
        RefusedException today = refused(429, overQuota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"));
        assertThat(sorter.sort(today, NOW).retryAfter()).isEmpty();
        RefusedException minute = refused(429, overQuota("GenerateContentPaidTierInputTokensPerModelPerMinute"));
        assertThat(sorter.sort(minute, NOW).retryAfter()).contains(Duration.ofSeconds(18));
    }

    @Test
    void causesThatGoInCirclesEnd() {
        IOException problem = new IOException("a");
        problem.initCause(new IOException("b", problem));
        assertThat(sorter.sort(problem, NOW).kind()).isEqualTo(NETWORK);
    }

    // ---------------------------------------------------------------- recorded errors

    @ParameterizedTest
    @CsvSource({
        "rec-anthropic-400-37.json, CONTEXT_LENGTH, NEVER, invalid_request_error, req_011CeCGmMJJGRCp7xgjqapmJ,",
        "rec-anthropic-401-25.json, AUTH, NEVER, authentication_error, req_011CeCGmBjaWkq37Sf5iU7so,",
        "rec-azure-429-38.json, THROTTLED, YES, RateLimitReached, d3be1dcd-5e15-488e-b48f-a3066967d205, PT1S",
        "rec-cohere-401-28.json, AUTH, NEVER,, 2d4609a6-d1f9-4cf4-8d09-af865409bdc2,",
        "rec-deepseek-400-41.json, CONTEXT_LENGTH, NEVER, invalid_request_error, 20f7a0db0e3f4d45c852a9c27a2d1ade,",
        "rec-googleapis-429-42.json, THROTTLED, YES, RESOURCE_EXHAUSTED,, PT48S",
        "rec-groq-400-13.json, INVALID_REQUEST, ONCE, tool_use_failed,,",
        "rec-mistral-401-31.json, AUTH, NEVER,, 01a01a71-adef-761b-9fa0-bffc7640e912,",
        "rec-openai-400-44.json, CONTEXT_LENGTH, NEVER, context_length_exceeded,,",
        "rec-openai-401-33.json, AUTH, NEVER, invalid_api_key,,",
        "rec-openai-404-2.json, MODEL_NOT_FOUND, NEVER, model_not_found,,",
        "rec-openrouter-429-24.json, THROTTLED, YES, 429,,",
        "rec-x-400-36.json, AUTH, NEVER, invalid-argument,,"
    })
    void recordedErrorsAreSorted(
            String file,
            FailureKind kind,
            Again again,
            @Nullable String code,
            @Nullable String requestId,
            @Nullable Duration retryAfter)
            throws IOException {
        Path path = errors().resolve(file);
        Assumptions.assumeTrue(Files.exists(path));

        Failure failure = sorter.sort(recorded(path), NOW);

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.again()).isEqualTo(again);
        assertThat(failure.code().orElse(null)).isEqualTo(code);
        assertThat(failure.requestId().orElse(null)).isEqualTo(requestId);
        assertThat(failure.retryAfter().orElse(null)).isEqualTo(retryAfter);
        assertThat(everythingShown(failure)).doesNotContain(KEY, "***", "get_something_by_name");
    }

    /** Found by listing the folder: what holds of any error, whoever recorded it. */
    @Test
    void everyRecordedErrorIsAccountedFor() throws IOException {
        try (Stream<Path> files = Files.list(errors())) {
            for (Path file : files.toList()) {
                RefusedException refused = recorded(file);
                Failure failure = sorter.sort(refused, NOW);
                assertThat(failure.kind()).as(file.toString()).isNotEqualTo(UNEXPECTED);
                if (refused.status() < 500) {
                    assertThat(failure.kind()).as(file.toString()).isNotEqualTo(TRANSIENT);
                }
                if (refused.status() == 429) {
                    assertThat(failure.kind()).as(file.toString()).isIn(THROTTLED, QUOTA, OVERLOADED);
                }
                if (refused.status() == 401) {
                    assertThat(failure.kind()).as(file.toString()).isEqualTo(AUTH);
                }
                assertThat(failure.httpStatus()).as(file.toString()).hasValue(refused.status());
                assertThat(everythingShown(failure)).as(file.toString()).doesNotContain(KEY, "***");
            }
        }
    }

    private static Path errors() {
        String fixtures = System.getProperty("tideover.fixtures", "");
        Path errors = Path.of(fixtures).resolve("errors");
        Assumptions.assumeTrue(!fixtures.isEmpty() && Files.isDirectory(errors), "no recorded errors");
        return errors;
    }

    private static RefusedException recorded(Path file) throws IOException {
        JsonNode json = JsonMapper.shared().readTree(Files.readString(file));
        Headers.Builder headers = new Headers.Builder();
        json.get("headers")
                .properties()
                .forEach(header -> header.getValue()
                        .forEach(value -> headers.addUnsafeNonAscii(header.getKey(), value.asString())));
        return new RefusedException(
                json.get("status").asInt(), headers.build(), json.get("body").asString());
    }

    // ---------------------------------------------------------------- the problems

    private static Arguments row(int status, String body, FailureKind kind, String... headers) {
        return arguments(status + " " + String.join(": ", headers) + body, refused(status, body, headers), kind);
    }

    private static RefusedException refused(int status, String body, String... headers) {
        return new RefusedException(status, Headers.of(headers), body);
    }

    private static RefusedException with(RefusedException problem, String name, String value) {
        Headers headers = problem.headers().newBuilder().add(name, value).build();
        return new RefusedException(problem.status(), headers, problem.body());
    }

    private static String coded(String code) {
        return "{\"error\":{\"message\":\"x\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"" + code
                + "\"}}";
    }

    private static String typed(String type) {
        return "{\"error\":{\"message\":\"x\",\"type\":\"" + type + "\",\"code\":null}}";
    }

    private static String worded(String message) {
        return "{\"error\":{\"message\":\"" + message.replace("\"", "\\\"") + "\",\"code\":null}}";
    }

    private static String problem(String type) {
        return "{\"type\":\"" + type + "\",\"title\":\"x\",\"status\":503}";
    }

    private static String geminiError(int code, String message, String status, String detail) {
        return "{\"error\":{\"code\":" + code + ",\"message\":\"" + message + "\",\"status\":\"" + status
                + "\",\"details\":[" + detail + "]}}";
    }

    private static String overQuota(String quotaId) {
        return geminiError(
                429,
                "You exceeded your current quota, please check your plan and billing details.",
                "RESOURCE_EXHAUSTED",
                "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{\"quotaMetric\":\"m\","
                        + "\"quotaId\":\"" + quotaId + "\"}]},"
                        + "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"18s\"}");
    }

    private static IOException sent(IOException cause) {
        return new AfterSendException(cause);
    }

    private static <T extends Throwable> T caused(T problem, Throwable cause) {
        problem.initCause(cause);
        return problem;
    }

    private static <T extends Throwable> T beside(T problem, Throwable other) {
        problem.addSuppressed(other);
        return problem;
    }

    private static String everythingShown(Failure failure) {
        StringWriter stack = new StringWriter();
        failure.cause().ifPresent(cause -> cause.printStackTrace(new PrintWriter(stack)));
        return failure + " " + failure.code() + " " + failure.requestId() + " " + stack;
    }
}
