package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.FailureKind.Again;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each ready-made provider says when it refuses, in its own words: {@code refusals.txt}, one row each. */
class ProviderRefusalsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String NOTHING = "(nothing)";
    private static final String NEW_LINE = "(new line)";

    private final FailureSorter sorter = new FailureSorter(List.of(), () -> true);

    record Row(
            String provider,
            int status,
            FailureKind kind,
            @Nullable Duration pause,
            Headers headers,
            String body) {
        RefusedException refused() {
            return new RefusedException(status, headers, body);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void eachRefusalHasItsKindAndItsWait(String what, Row row) {
        Failure failure = sorter.sort(row.refused(), NOW);

        assertThat(failure.kind()).isEqualTo(row.kind());
        assertThat(failure.retryAfter().orElse(null)).isEqualTo(row.pause());
        assertThat(failure.httpStatus()).hasValue(row.status());
        assertThat(failure.message()).isNotBlank().doesNotContain("***", "\n");
    }

    /** A proxy may put white space or a mark of byte order before it, and sends JSON under any name or none. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void whatStandsAroundTheBodyDoesNotMatter(String what, Row row) {
        RefusedException padded = new RefusedException(
                row.status(),
                row.headers()
                        .newBuilder()
                        .set("content-type", "application/octet-stream")
                        .build(),
                "\ufeff\n " + row.body() + "\r\n");
        assertThat(sorter.sort(padded, NOW).kind()).isEqualTo(row.kind());
    }

    @Test
    void everyReadyMadeProviderHasRows() throws IOException {
        Set<String> named = read().map(Row::provider).collect(Collectors.toCollection(TreeSet::new));
        assertThat(named)
                .contains(
                        "openai",
                        "openai-responses",
                        "azure",
                        "anthropic",
                        "gemini",
                        "gemini-compatible",
                        "mistral",
                        "groq",
                        "deepseek",
                        "xai",
                        "openrouter",
                        "together",
                        "fireworks",
                        "cohere",
                        "perplexity",
                        "ollama",
                        "lmstudio",
                        "vllm",
                        "llama.cpp",
                        // and those that are often asked by their address
                        "bedrock",
                        "litellm",
                        "alibaba",
                        "cerebras",
                        "sambanova",
                        "nvidia",
                        "github",
                        "databricks",
                        "snowflake");
    }

    /** Each error that stands as a text in another is read, and none so deep that it takes long or breaks the program. */
    @Test
    void anErrorInsideManyErrorsIsReadAsFarAsAnybodyNestsThem() {
        String body = "{\"error\":{\"code\":\"content_filter\"}}";
        for (int i = 0; i < 12; i++) {
            assertThat(sorter.sort(new RefusedException(400, Headers.EMPTY, body), NOW)
                            .kind())
                    .as("inside %d others", i)
                    .isEqualTo(i <= 3 ? FailureKind.CONTENT_FILTER : FailureKind.INVALID_REQUEST);
            body = "{\"error\":{\"message\":" + Json.quoted(body) + "}}";
        }
    }

    /**
     * OpenAI says with HTTP 429, and in a stream of responses with 200, what Groq says with 413: no wait makes one request fit into
     * a minute's limit.
     */
    @ParameterizedTest
    @ValueSource(ints = {200, 413, 429})
    void aRequestLargerThanAMinutesLimitIsNotSentHereAgain(int status) {
        String body = "{\"error\":{\"message\":\"Request too large for gpt-9 on tokens per min (TPM): Limit 30000,"
                + " Requested 50000.\",\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}";
        Failure failure = sorter.sort(new RefusedException(status, Headers.EMPTY, body), NOW);
        assertThat(failure.kind()).isEqualTo(FailureKind.THROTTLED);
        assertThat(failure.again()).isEqualTo(Again.ELSEWHERE);
    }

    /** What opens a message is the provider's; what stands further in may be the conversation, quoted back. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content Exists Risk",
                "Output blocked by content filtering policy",
                "This organization has been disabled.",
                "Model unloaded.",
                "Missing or invalid Authorization header.",
                "Model not found: x",
                "Extra usage is required for long context requests.",
                "The chatCompletion operation does not work with the specified model, x.",
                "Blocked output",
                "You're out of extra usage.",
                "Budget has been exceeded!",
                "Unexpected model name format",
                "The provided model identifier is invalid.",
                "No access to model: x",
                "Channel Error",
                "Access to Anthropic models is not allowed from unsupported countries.",
                "{\\\"error\\\":{\\\"code\\\":\\\"content_filter\\\"}}"
            })
    void theSameWordsFurtherInDecideNothing(String words) {
        String body = "{\"error\":{\"message\":\"Cannot read: " + words + "\"}}";
        assertThat(sorter.sort(new RefusedException(400, Headers.EMPTY, body), NOW)
                        .kind())
                .isEqualTo(FailureKind.INVALID_REQUEST);
    }

    static Stream<Arguments> rows() throws IOException {
        return read().map(row -> arguments(
                row.provider() + " " + row.status() + " " + row.kind() + " "
                        + row.body().substring(0, Math.min(70, row.body().length())),
                row));
    }

    static Stream<Row> read() throws IOException {
        try (InputStream file = ProviderRefusalsTest.class.getResourceAsStream("refusals.txt")) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(ProviderRefusalsTest::row);
        }
    }

    private static Row row(String line) {
        String[] columns = line.split(" \\| ", 6);
        Headers.Builder headers = new Headers.Builder();
        if (!columns[4].equals("-")) {
            for (String header : columns[4].split("; ")) {
                headers.add(header);
            }
        }
        return new Row(
                columns[0],
                Integer.parseInt(columns[1]),
                FailureKind.valueOf(columns[2]),
                columns[3].equals("-") ? null : Duration.parse(columns[3]),
                headers.build(),
                columns[5].equals(NOTHING) ? "" : columns[5].replace(NEW_LINE, "\n"));
    }
}
