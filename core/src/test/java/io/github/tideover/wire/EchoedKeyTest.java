package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.failure.Failure;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import okhttp3.Headers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider that repeats the key, in every shape its errors have. What a log is given is in {@code PromisesTest}. */
class EchoedKeyTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String KEY = "team/key+of=ours";

    private final FailureSorter sorter = new FailureSorter(List.of(KEY), () -> true);

    static Stream<String> leaks() {
        String encoded = URLEncoder.encode(KEY, StandardCharsets.UTF_8);
        return Stream.of(
                KEY,
                encoded,
                encoded.toLowerCase(Locale.ROOT),
                "sk-abc***xyz",
                "sk-a****************wxyz",
                "gsk_abcdefgh12345678",
                "Bearer " + KEY);
    }

    private static List<String> shapes(String leak) {
        return List.of(
                        "{\"error\":{\"message\":\"Incorrect API key provided: LEAK.\",\"type\":\"LEAK\",\"code\":\"LEAK\",\"param\":\"LEAK\"}}",
                        "{\"error\":\"Incorrect API key provided: LEAK\",\"code\":\"LEAK\"}",
                        "{\"detail\":\"LEAK\"}",
                        "{\"detail\":[{\"loc\":[\"LEAK\"],\"msg\":\"LEAK\",\"type\":\"LEAK\",\"input\":\"LEAK\"}]}",
                        "{\"id\":\"LEAK\",\"message\":\"invalid api token LEAK\"}",
                        "[{\"error\":{\"code\":400,\"message\":\"LEAK\",\"status\":\"LEAK\",\"details\":[{\"reason\":\"LEAK\"}]}}]",
                        "{\"error\":{\"code\":429,\"metadata\":{\"raw\":\"LEAK\",\"error_type\":\"LEAK\","
                                + "\"headers\":{\"Retry-After\":\"LEAK\",\"X-RateLimit-Reset\":\"LEAK\"}}},\"request_id\":\"LEAK\"}",
                        "{\"type\":\"https://example.com/LEAK\",\"title\":\"LEAK\",\"instance\":\"LEAK\"}",
                        "<html><head><title>401 LEAK</title></head><body>LEAK</body></html>",
                        "No entry for LEAK",
                        "LEAK")
                .stream()
                .map(shape -> shape.replace("LEAK", leak))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("leaks")
    void noShapeOfAnErrorBringsItOut(String leak) {
        for (String body : shapes(leak)) {
            for (int status : new int[] {200, 301, 400, 401, 402, 403, 404, 413, 422, 429, 500, 503}) {
                Headers headers = new Headers.Builder()
                        .addUnsafeNonAscii("x-request-id", leak)
                        .addUnsafeNonAscii("retry-after", leak)
                        .addUnsafeNonAscii("location", "https://example.com/" + leak + "?key=" + leak)
                        .build();
                String shown = shown(sorter.sort(new RefusedException(status, headers, body), NOW));
                String bare = leak.substring(leak.indexOf(' ') + 1);
                assertThat(shown).doesNotContain(bare, KEY, "***");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"=ours", "key+of=o", "team/key+of", "...ours", "team...ours", "team/key...=ours", "=ours."})
    void aPartOfTheKeyThatIsNotMaskedIsHiddenToo(String part) {
        assertThat(new Redaction(List.of(KEY)).line("No such credential: " + part))
                .startsWith("No such credential: [redacted]")
                .doesNotContain("ours", "of=o", "key+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"team", "key", "of", "our", "yours", "colours"})
    void aWordThatIsInTheKeyByChanceStays(String word) {
        assertThat(new Redaction(List.of(KEY)).line("Ask the " + word + " again"))
                .isEqualTo("Ask the " + word + " again");
    }

    /** The one text that is passed on with an address in it. */
    @ParameterizedTest
    @ValueSource(strings = {"team%2Fkey%2Bof%3Dours", "team%2fkey%2bof%3dours"})
    void aRedirectDoesNotTellItInTheSpellingOfAnAddress(String encoded) {
        Headers headers = Headers.of("location", "https://example.com/v2/" + encoded + "/chat");
        Failure failure = sorter.sort(new RefusedException(301, headers, ""), NOW);
        assertThat(failure.message()).contains("https://example.com/v2/").doesNotContain(encoded);
    }

    private static String shown(Failure failure) {
        StringWriter all = new StringWriter();
        failure.cause().ifPresent(cause -> cause.printStackTrace(new PrintWriter(all, true)));
        return failure + " " + failure.message() + failure.code() + failure.requestId() + failure.rateLimits() + all;
    }
}
