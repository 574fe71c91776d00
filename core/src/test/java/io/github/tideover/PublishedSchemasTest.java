package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.provider.Dialect;
import io.github.tideover.provider.Exchange;
import io.github.tideover.provider.Provider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every form of request that the dialects write is one that its provider's published schema allows. Asks Prism, which holds the
 * schemas, at the address that the system property {@code tideover.schemas} names; {@code .ci/run} starts it. Skipped without.
 */
class PublishedSchemasTest {
    /** A thousand bytes are enough for an answer that is none. */
    private static final long MAX_REPLY = 1_000;

    /** What Prism says of one dialect's requests and we do not mend, each with the reason. */
    private static final Map<String, Set<String>> KNOWN = Map.of(
            // Anthropic's library no longer offers these, since its newest models refuse them. The API takes them for
            // the models
            // before, which are the ones that we send them to.
            "messages",
            Set.of(
                    "[\"body\"]: Request body must NOT have additional properties; found 'temperature'",
                    "[\"body\"]: Request body must NOT have additional properties; found 'top_p'"));

    /** What Prism says beside any violation: the request fits neither the form that streams nor the one that does not. */
    private static final Set<String> CONSEQUENCES = Set.of(
            "[\"body\"]: Request body must match a schema in anyOf",
            "[\"body\"]: Request body must have required property 'stream'",
            "[\"body\",\"stream\"]: Request body property stream must be equal to constant");

    private static String prism = "";

    private final List<String> violations = new ArrayList<>();
    private int sent;

    private final OkHttpClient http = new OkHttpClient.Builder()
            .addInterceptor(chain -> {
                okhttp3.Response answer = chain.proceed(chain.request());
                sent++;
                if (answer.code() != 200) {
                    violations.addAll(
                            complaints(answer.code(), answer.peekBody(1 << 20).string()));
                }
                return answer;
            })
            .build();

    @BeforeAll
    static void findPrism() {
        prism = System.getProperty("tideover.schemas", "");
        assumeTrue(
                !prism.isEmpty(),
                "skipped: the system property tideover.schemas names no Prism with the providers' published schemas");
    }

    @AfterEach
    void close() {
        http.connectionPool().evictAll();
    }

    private static List<String> complaints(int status, String body) {
        List<String> complaints = new ArrayList<>();
        if (!body.startsWith("{")) {
            return List.of("HTTP " + status);
        }
        for (JsonNode each : JsonMapper.shared().readTree(body).path("validation")) {
            complaints.add(each.path("location") + ": " + each.path("message").asString(""));
        }
        return complaints.isEmpty() ? List.of("HTTP " + status + " " + body) : complaints;
    }

    private record Spoken(String name, String model, Function<String, Provider> at) {
        String api() {
            return name.startsWith("messages") ? "messages" : name;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Spoken> DIALECTS = List.of(
            new Spoken("chat completions", "gpt-5-mini", url -> Provider.openAiCompatible(url + "/v1/")),
            new Spoken("responses", "gpt-5-mini", url -> Provider.responsesCompatible(url + "/v1/")),
            new Spoken(
                    "responses in the background",
                    "gpt-5-mini",
                    url -> Provider.responsesCompatible(url + "/v1/").background(true)),
            new Spoken("messages", "claude-opus-4-6", url -> Provider.anthropicCompatible(url + "/")),
            new Spoken("messages of the newest", "claude-sonnet-5", url -> Provider.anthropicCompatible(url + "/")),
            new Spoken(
                    "messages of an old one",
                    "claude-3-5-haiku-20241022",
                    url -> Provider.anthropicCompatible(url + "/")),
            new Spoken("gemini 3", "gemini-3-flash-preview", url -> Provider.geminiCompatible(url + "/v1beta/")),
            new Spoken("gemini 2.5", "gemini-2.5-flash", url -> Provider.geminiCompatible(url + "/v1beta/")));

    private static Map<String, ChatRequest> requests() {
        Map<String, ChatRequest> requests = new LinkedHashMap<>();
        requests.put("a question", ChatRequest.of("Hello"));
        requests.put(
                "a system message alone",
                ChatRequest.builder().system("Be brief.").build());
        requests.put("the journey's beginning", Journey.begin());
        requests.put("the journey's end", Journey.goOn(wish("call_1", "call_2")));
        requests.put("calls with odd ids", Journey.goOn(wish("functions.weather:0", "functions.now:1")));
        requests.put("calls without ids", Journey.goOn(wish("", "")));
        requests.put(
                "every number",
                ChatRequest.builder()
                        .user("Hello")
                        .temperature(0.5)
                        .maxOutputTokens(100)
                        .seed(7)
                        .stop("END", "\n\n")
                        .build());
        requests.put("top_p", ChatRequest.builder().user("Hello").topP(0.9).build());
        for (String effort : List.of("none", "minimal", "low", "medium", "high", "xhigh")) {
            requests.put(
                    "effort " + effort,
                    ChatRequest.builder().user("Hello").reasoningEffort(effort).build());
        }
        requests.put(
                "JSON",
                ChatRequest.builder()
                        .user("JSON, please")
                        .responseFormat(ResponseFormat.json())
                        .build());
        requests.put(
                "a schema",
                ChatRequest.builder()
                        .user("Hello")
                        .responseFormat(ResponseFormat.jsonSchema("advice", Journey.ADVICE))
                        .build());
        for (ToolChoice choice :
                List.of(ToolChoice.AUTO, ToolChoice.NONE, ToolChoice.REQUIRED, ToolChoice.tool("weather"))) {
            requests.put(
                    "tool choice " + choice,
                    Journey.begin().toBuilder().toolChoice(choice).build());
        }
        requests.put(
                "one call at a time",
                Journey.begin().toBuilder().parallelToolCalls(false).build());
        requests.put(
                "calls at once",
                Journey.begin().toBuilder().parallelToolCalls(true).build());
        requests.put(
                "an image by its address",
                ChatRequest.builder()
                        .message(Message.user(Part.text("What is it?"), Part.image("https://a.example/b.png")))
                        .build());
        requests.put(
                "a file",
                ChatRequest.builder()
                        .message(Message.user(
                                Part.file("a.pdf", "application/pdf", new byte[] {1, 2, 3}), Part.text("Sum it up.")))
                        .build());
        requests.put(
                "system messages in between, and a beginning to go on with",
                ChatRequest.builder()
                        .system("Be brief.")
                        .user("Hello")
                        .assistant("Hi.")
                        .system("Be briefer.")
                        .user("Tell me more.")
                        .assistant("More is ")
                        .build());
        return requests;
    }

    private static ChatReply wish(String first, String second) {
        return ChatReply.builder()
                .text("I ask.")
                .reasoning("Hm.")
                .toolCalls(List.of(
                        ToolCall.of(first, "weather", "{\"city\":\"Paris\"}"), ToolCall.of(second, "now", "{}")))
                .build();
    }

    private static Stream<Arguments> forms() {
        return DIALECTS.stream()
                .flatMap(dialect -> requests().entrySet().stream()
                        .map(request -> Arguments.of(dialect, request.getKey(), request.getValue())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("forms")
    void itsProvidersSchemaAllowsTheRequest(Spoken spoken, String form, ChatRequest request) {
        Dialect dialect =
                spoken.at().apply(prism).name("prism").model(spoken.model()).dialect(http, MAX_REPLY);
        send(dialect.whole(request, spoken.model()));
        send(dialect.streamed(request, spoken.model()));
        assertThat(sent).isEqualTo(2);
        Set<String> known = KNOWN.getOrDefault(spoken.api(), Set.of());
        Set<String> unknown = new TreeSet<>(violations);
        if (unknown.removeAll(known)) {
            unknown.removeAll(CONSEQUENCES);
        }
        assertThat(unknown).as("%s: %s", spoken, form).isEmpty();
    }

    /** Without this, a Prism that lets everything through would look like requests without fault. */
    @Test
    void aFieldThatNoSchemaNamesIsAViolation() {
        ChatRequest request =
                ChatRequest.builder().user("Hello").extra("no_such_field", 1).build();
        for (Spoken spoken : DIALECTS) {
            violations.clear();
            send(spoken.at()
                    .apply(prism)
                    .name("prism")
                    .model(spoken.model())
                    .dialect(http, MAX_REPLY)
                    .whole(request, spoken.model()));
            assertThat(violations).as(spoken.name()).anyMatch(each -> each.contains("no_such_field"));
        }
    }

    private static void send(Exchange<?, ?> attempt) {
        try {
            Object read = attempt.perform();
            if (read instanceof AutoCloseable stream) {
                stream.close();
            }
        } catch (IOException e) {
            // Prism's answer is no reply; what it said of the request was noted on the way.
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
