package io.github.tideover.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A chat with a server at a base URL, with prompts piped in. */
class ConsoleChatTest {
    private final MockWebServer server = new MockWebServer();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws Exception {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private int chat(Map<String, String> environment, String input, String... more) {
        List<String> args =
                new ArrayList<>(List.of("--base-url", server.url("/v1").toString(), "--model", "small"));
        args.addAll(List.of(more));
        return run(environment, input, args.toArray(new String[0]));
    }

    private int run(Map<String, String> environment, String input, String... args) {
        return ConsoleChat.run(
                args,
                environment,
                new ByteArrayInputStream(input.getBytes(UTF_8)),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                Optional::empty);
    }

    private static MockResponse streams(String... pieces) {
        StringBuilder events = new StringBuilder();
        for (String piece : pieces) {
            events.append("data: {\"model\":\"small-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"")
                    .append(piece)
                    .append("\"}}]}\n\n");
        }
        events.append(
                "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
        return new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body(events.toString())
                .build();
    }

    private static MockResponse refuses() {
        return new MockResponse.Builder()
                .code(401)
                .body("{\"error\":{\"message\":\"no\"}}")
                .build();
    }

    @Test
    void promptsAreAnsweredInOneConversation() throws Exception {
        server.enqueue(streams("Hello", " there"));
        server.enqueue(streams("Fine"));
        int status = chat(Map.of("TIDEOVER_API_KEY", "sk-test-key"), "Hi\n\nHow are you?\n");
        assertThat(status).isZero();
        assertThat(out.toString(UTF_8))
                .containsPattern(" you> Hi\\R  bot> Hello there  \\[live: .*/small-1, \\d+\\.\\d s]")
                .containsPattern(" you> How are you\\?\\R  bot> Fine  \\[live: ")
                .contains("Summary: 2 calls: 2 live, 0 alternate, 0 cached, 0 canned, 0 failed;");
        assertThat(server.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer sk-test-key");
        assertThat(server.takeRequest().getBody().utf8()).contains("Hello there");
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void theKeyOfOpenAiGoesNowhereElse() throws Exception {
        server.enqueue(streams("Hello"));
        chat(Map.of("OPENAI_API_KEY", "sk-test-key"), "Hi\n");
        assertThat(server.takeRequest().getHeaders().get("Authorization")).isNull();
    }

    @Test
    void aFailureIsASentenceAndAnEmptyLineAsksAgain() {
        server.enqueue(refuses());
        int status = chat(Map.of(), "Hi\n\n", "--key", "sk-test-key");
        assertThat(status).isZero();
        assertThat(out.toString(UTF_8))
                .contains("the provider rejected the credentials")
                .contains("an empty line asks it again")
                .containsSubsequence(" you> Hi", " you> Hi", "2 failed;")
                .doesNotContain("sk-test-key")
                .doesNotContain("\tat ");
    }

    @Test
    void whatAModelSaysCannotSteerTheTerminal() {
        server.enqueue(streams("a\\u001b[2Jb"));
        chat(Map.of(), "Hi\n");
        assertThat(out.toString(UTF_8)).contains("  bot> a[2Jb").doesNotContain("\u001b");
    }

    @Test
    void anAnswerThatBreaksOffBeginsAnew() {
        server.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"It is half\"}}]}\n\n")
                .build());
        server.enqueue(streams("Whole"));
        chat(Map.of(), "Hi\n");
        assertThat(out.toString(UTF_8).replaceAll("\\R", "\n"))
                .contains(
                        "  bot> It is half...\n       (the answer broke off (CUT), and begins anew)\n       Whole  [live: ");
    }

    @Test
    void commandsAreForTheChatAndNotForTheModel() {
        chat(Map.of(), "/status\n/report\n/break silent\n/nonsense\n");
        assertThat(out.toString(UTF_8))
                .contains(
                        " you> /status",
                        "State  OPERATIONAL since ",
                        "/small OPERATIONAL",
                        "no attempt in the last minute")
                .contains("There was no outage")
                .contains("/break is for the chat with providers of its own, which --play starts.")
                .contains("There is no /nonsense. There is /status, /report, /help, /quit;");
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    void aLineThatBeginsWithASpaceIsNoCommand() {
        server.enqueue(streams("A path"));
        chat(Map.of(), " /etc/hosts, what is it?\n");
        assertThat(out.toString(UTF_8))
                .contains(" you> /etc/hosts, what is it?")
                .contains("A path");
    }

    @Test
    void nothingOfWhatIsPipedInIsKept() {
        chat(Map.of(), "", "--history", "typed.txt");
        assertThat(out.toString(UTF_8)).contains("--history is for a terminal");
        assertThat(Path.of("typed.txt")).doesNotExist();
    }

    @Test
    void wrongUseIsOneSentenceAndStatusTwo() {
        assertThat(run(Map.of(), "", "--nonsense")).isEqualTo(2);
        assertThat(err.toString(UTF_8).lines()).hasSize(1);
        assertThat(out.size()).isZero();
    }

    @Test
    void helpIsPrinted() {
        assertThat(run(Map.of(), "", "--help")).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo(Options.HELP);
    }
}
