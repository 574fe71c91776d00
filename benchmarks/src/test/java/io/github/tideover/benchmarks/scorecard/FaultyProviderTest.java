package io.github.tideover.benchmarks.scorecard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What comes over the wire, read from a bare socket to the end of the connection. */
@Timeout(30)
class FaultyProviderTest {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Pattern CONTENT_LENGTH = Pattern.compile("Content-Length: (\\d+)\r\n");
    private static final int QUIET_MILLIS = 200;
    private static final int PATIENCE_MILLIS = 20_000;

    @Test
    void theAnswerHasSixtyWords() {
        assertThat(HealthyAnswer.TOKENS).hasSize(60);
        assertThat(HealthyAnswer.wordsIn(HealthyAnswer.TEXT)).isEqualTo(60);
        assertThat(String.join("", HealthyAnswer.TOKENS)).isEqualTo(HealthyAnswer.TEXT);
    }

    @Test
    void theFallbackIsHealthyInEveryScenario() throws IOException {
        for (Scenario scenario : Scenario.values()) {
            try (FaultyProvider provider = FaultyProvider.start(scenario, Profile.FAST)) {
                String reply = ask(provider, body("fb-ok", false, "user"));

                assertThat(bodyOf(reply)).as(scenario.name()).isEqualTo(HealthyAnswer.completion("fb-ok"));
            }
        }
    }

    @Test
    void aStreamHasARoleATokenAWordAReasonAndUsage() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S03, Profile.FAST)) {
            List<String> events = eventsOf(ask(provider, body("fb-ok", true, "user")));

            assertThat(events).hasSize(1 + 60 + 1 + 1);
            assertThat(events.get(0)).contains("\"role\":\"assistant\"");
            assertThat(events.get(61)).contains("\"finish_reason\":\"stop\"").contains("\"total_tokens\":69");
            assertThat(events.get(62)).isEqualTo("[DONE]");
            assertThat(textOf(events)).isEqualTo(HealthyAnswer.TEXT);
        }
    }

    @Test
    void usageComesInAnEventOfItsOwnForWhoAsksForIt() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S03, Profile.FAST)) {
            String body = body("fb-ok", true, "user")
                    .replace("\"stream\":true", "\"stream\":true,\"stream_options\":{\"include_usage\":true}");
            List<String> events = eventsOf(ask(provider, body));

            assertThat(events).hasSize(1 + 60 + 1 + 1 + 1);
            assertThat(events.get(61)).contains("\"finish_reason\":\"stop\"").doesNotContain("usage");
            assertThat(events.get(62)).contains("\"choices\":[]").contains("\"total_tokens\":69");
        }
    }

    @Test
    void aWholeReplyHasModelAndUsage() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S03, Profile.FAST)) {
            JsonNode reply = MAPPER.readTree(bodyOf(ask(provider, body("fb-ok", false, "user"))));

            assertThat(reply.path("choices")
                            .path(0)
                            .path("message")
                            .path("content")
                            .asString())
                    .isEqualTo(HealthyAnswer.TEXT);
            assertThat(reply.path("model").asString()).isEqualTo("fb-ok");
            assertThat(reply.path("usage").path("total_tokens").asInt()).isEqualTo(69);
        }
    }

    @Test
    void theFirstAttemptIsThrottledAndTheNextIsNot() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S01, Profile.FAST)) {
            assertThat(ask(provider, body("primary", false, "user")))
                    .startsWith("HTTP/1.1 429 ")
                    .contains("\r\nRetry-After: 1\r\n");
            assertThat(ask(provider, body("primary", false, "user"))).startsWith("HTTP/1.1 200 ");
            assertThat(provider.attempts())
                    .extracting(FaultyProvider.Attempt::model)
                    .containsExactly("primary", "primary");
        }
    }

    @Test
    void whatIsRefusedIsRefusedEveryTimeUntilItHeals() throws IOException {
        for (Scenario scenario : List.of(Scenario.S02, Scenario.S04, Scenario.S12, Scenario.S13, Scenario.S16)) {
            try (FaultyProvider provider = FaultyProvider.start(scenario, Profile.FAST)) {
                String first = ask(provider, body("primary", false, "user"));

                assertThat(first).as(scenario.name()).startsWith("HTTP/1.1 " + statusOf(scenario) + " ");
                assertThat(ask(provider, body("primary", false, "user"))).isEqualTo(first);
                provider.heal();
                assertThat(ask(provider, body("primary", false, "user"))).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    @Test
    void theFirstConnectionIsResetBeforeAnyByte() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S05, Profile.FAST)) {
            assertThatThrownBy(() -> ask(provider, body("primary", false, "user")))
                    .isInstanceOf(SocketException.class);
            assertThat(ask(provider, body("primary", false, "user"))).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aSilentProviderTakesTheRequestAndSaysNothing() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S06, Profile.FAST);
                Socket socket = send(provider, body("primary", true, "user"))) {
            awaitAttempt(provider);
            assertThat(readUntilQuiet(socket, reply -> true)).isEmpty();
            assertThat(provider.attempts()).hasSize(1);
        }
    }

    @Test
    void headersComeAtOnceAndContentDoesNot() throws IOException {
        for (boolean streamed : new boolean[] {true, false}) {
            try (FaultyProvider provider = FaultyProvider.start(Scenario.S07, Profile.FAST);
                    Socket socket = send(provider, body("primary", streamed, "user"))) {
                String reply = readUntilQuiet(socket, heard -> heard.endsWith("\r\n\r\n"));

                assertThat(reply)
                        .startsWith("HTTP/1.1 200 ")
                        .containsOnlyOnce("\r\n\r\n")
                        .endsWith("\r\n\r\n");
            }
        }
    }

    @Test
    void aStreamBreaksAfterFortyTokensWithoutAnEnd() throws IOException {
        for (Scenario scenario : List.of(Scenario.S08, Scenario.S14)) {
            try (FaultyProvider provider = FaultyProvider.start(scenario, Profile.FAST)) {
                String reply = ask(provider, body("primary", true, "user"));

                assertThat(HealthyAnswer.wordsIn(textOf(eventsOf(reply)))).isEqualTo(40);
                assertThat(reply).doesNotContain("finish_reason\":\"stop\"").doesNotEndWith("0\r\n\r\n");
            }
        }
    }

    @Test
    void aWholeReplyBreaksBeforeItsLength() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S08, Profile.FAST)) {
            String reply = ask(provider, body("primary", false, "user"));

            assertThat(reply)
                    .contains("Content-Length: "
                            + HealthyAnswer.completion("primary").length());
            assertThat(bodyOf(reply).length())
                    .isLessThan(HealthyAnswer.completion("primary").length());
        }
    }

    @Test
    void aStreamStallsAfterTwentyTokens() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S09, Profile.FAST);
                Socket socket = send(provider, body("primary", true, "user"))) {
            String reply = readUntilQuiet(socket, heard -> HealthyAnswer.wordsIn(textOf(eventsOf(heard))) == 20);

            assertThat(HealthyAnswer.wordsIn(textOf(eventsOf(reply)))).isEqualTo(20);
        }
    }

    @Test
    void theTenthEventIsGarbageAndTheTextIsWholeWithoutIt() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S10, Profile.FAST)) {
            List<String> events = eventsOf(ask(provider, body("primary", true, "user")));

            String garbage = events.get(FaultyProvider.GARBAGE_EVENT - 1);
            assertThatThrownBy(() -> MAPPER.readTree(garbage)).isInstanceOf(JacksonException.class);
            List<String> others =
                    events.stream().filter(each -> !each.equals(garbage)).toList();
            assertThat(textOf(others)).isEqualTo(HealthyAnswer.TEXT);
        }
    }

    @Test
    void aGarbledWholeReplyIsNoJson() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S10, Profile.FAST)) {
            String body = bodyOf(ask(provider, body("primary", false, "user")));

            assertThatThrownBy(() -> MAPPER.readTree(body)).isInstanceOf(JacksonException.class);
        }
    }

    @Test
    void aCompleteStreamEndsCleanlyWithoutDone() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S11, Profile.FAST)) {
            String reply = ask(provider, body("primary", true, "user"));

            assertThat(textOf(eventsOf(reply))).isEqualTo(HealthyAnswer.TEXT);
            assertThat(reply)
                    .contains("\"finish_reason\":\"stop\"")
                    .contains("\"total_tokens\":69")
                    .doesNotContain("[DONE]")
                    .endsWith("0\r\n\r\n");
        }
    }

    @Test
    void aCompleteWholeReplyHasNoLength() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S11, Profile.FAST)) {
            String reply = ask(provider, body("primary", false, "user"));

            assertThat(reply).doesNotContain("Content-Length");
            assertThat(bodyOf(reply)).isEqualTo(HealthyAnswer.completion("primary"));
        }
    }

    @Test
    void theFallbackRefusesToContinueInOneScenarioOnly() throws IOException {
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S14, Profile.FAST)) {
            assertThat(ask(provider, body("fb-ok", false, "assistant")))
                    .startsWith("HTTP/1.1 400 ")
                    .contains(FaultyProvider.NO_CONTINUATION);
        }
        try (FaultyProvider provider = FaultyProvider.start(Scenario.S08, Profile.FAST)) {
            assertThat(ask(provider, body("fb-ok", false, "assistant"))).startsWith("HTTP/1.1 200 ");
        }
    }

    private static int statusOf(Scenario scenario) {
        return switch (scenario) {
            case S02 -> 429;
            case S12, S13 -> 400;
            default -> 503;
        };
    }

    private static String body(String model, boolean streamed, String lastRole) {
        return "{\"model\":\"" + model + "\",\"stream\":" + streamed
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"" + lastRole
                + "\",\"content\":\"Hm\"}]}";
    }

    private static Socket send(FaultyProvider provider, String body) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(provider.baseUrl()).getPort());
        socket.getOutputStream()
                .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body)
                        .getBytes(UTF_8));
        return socket;
    }

    /** Asks, and reads to the end of the reply or of the connection. */
    private static String ask(FaultyProvider provider, String body) throws IOException {
        try (Socket socket = send(provider, body)) {
            ByteArrayOutputStream reply = new ByteArrayOutputStream();
            InputStream in = socket.getInputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                reply.write(b);
                if ((b == '\n' || b == '}') && isComplete(reply.toString(UTF_8))) {
                    break;
                }
            }
            return reply.toString(UTF_8);
        }
    }

    private static boolean isComplete(String reply) {
        Matcher length = CONTENT_LENGTH.matcher(reply);
        return reply.endsWith("\r\n0\r\n\r\n")
                || length.find() && bodyOf(reply).length() == Integer.parseInt(length.group(1));
    }

    private static void awaitAttempt(FaultyProvider provider) {
        for (int i = 0; i < PATIENCE_MILLIS && provider.attempts().isEmpty(); i++) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /**
     * Reads until what came is enough, however long that takes, and then until nothing more comes for a while.
     *
     * @param isEnough judges what came, at the ends of lines
     */
    private static String readUntilQuiet(Socket socket, Predicate<String> isEnough) throws IOException {
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        boolean enough = isEnough.test("");
        try {
            socket.setSoTimeout(enough ? QUIET_MILLIS : PATIENCE_MILLIS);
            for (int b = in.read(); b >= 0; b = in.read()) {
                reply.write(b);
                if (!enough && b == '\n' && isEnough.test(reply.toString(UTF_8))) {
                    enough = true;
                    socket.setSoTimeout(QUIET_MILLIS);
                }
            }
        } catch (SocketTimeoutException quiet) {
            assertThat(enough).as("it is enough: %s", reply).isTrue();
            return reply.toString(UTF_8);
        }
        throw new AssertionError("the connection ended after: " + reply);
    }

    private static String bodyOf(String reply) {
        return reply.substring(reply.indexOf("\r\n\r\n") + 4);
    }

    private static List<String> eventsOf(String reply) {
        return Pattern.compile("data: (.*)")
                .matcher(reply)
                .results()
                .map(event -> event.group(1))
                .toList();
    }

    private static String textOf(List<String> events) {
        return events.stream()
                .filter(event -> event.startsWith("{"))
                .map(event -> MAPPER.readTree(event)
                        .path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asString(""))
                .collect(Collectors.joining());
    }
}
