package io.github.tideover.testkit;

import static io.github.tideover.testkit.TideoverAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.FailureKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchedClientTest {
    private final OutageServer service = OutageServer.start();

    @AfterEach
    void close() {
        service.close();
    }

    /** A client as many write it: it joins what comes, and takes the end of the stream for the end of the answer. */
    private String carelessly(String question) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + "chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"stream\":true,\"messages\":[{\"content\":\"" + question + "\"}]}"))
                .build();
        StringBuilder shown = new StringBuilder();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                HttpClient.newHttpClient()
                        .send(request, BodyHandlers.ofInputStream())
                        .body(),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int from = line.indexOf("\"content\":\"");
                if (from >= 0) {
                    shown.append(line, from + 11, line.indexOf('"', from + 11));
                }
            }
        }
        return shown.toString();
    }

    @Test
    void aTruncatedAnswerThatIsShownIsFound() throws Exception {
        WatchedClient client = WatchedClient.of(this::carelessly, service);
        client.ask("A");
        assertThat(client).neverShowedATruncatedAnswer();
        service.cutsTheStreamAfter(40).tokens();
        client.ask("B");
        assertThatThrownBy(() -> assertThat(client).neverShowedATruncatedAnswer())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("answer 2 has the first ")
                .hasMessageNotContaining("tide");
    }

    @Test
    void anAnswerThatIsGluedTogetherIsFoundAndSoIsAnEmptyOne() throws Exception {
        service.cutsTheStreamAfter(10).tokens();
        WatchedClient glued = WatchedClient.of(question -> carelessly(question) + carelessly(question), service);
        glued.ask("A");
        assertThatThrownBy(() -> assertThat(glued).neverShowedATruncatedAnswer())
                .hasMessageContaining("answer 1 begins as a provider's answer does");

        service.servesTheProxyErrorPage();
        WatchedClient empty = WatchedClient.of(this::carelessly, service);
        empty.ask("A");
        assertThatThrownBy(() -> assertThat(empty).neverShowedATruncatedAnswer())
                .hasMessageContaining("answer 1 is empty");
    }

    @Test
    void theApplicationsOwnWordsAndOtherSpacesAreFine() throws Exception {
        WatchedClient client = WatchedClient.of(
                question -> question.equals("A")
                        ? "A moment, please. I cannot reach the assistant."
                        : carelessly(question).replace(" ", " \n") + " ",
                service);
        client.ask("A");
        client.ask("B");
        assertThat(client).neverShowedATruncatedAnswer().alwaysAnswered().alwaysEndedWithin(Duration.ofMinutes(1));
    }

    @Test
    void aFailureIsNoTruncatedAnswerButItIsNoAnswerEither() {
        WatchedClient client = WatchedClient.of(
                question -> {
                    throw new IOException("my secret");
                },
                service);
        assertThatThrownBy(() -> client.ask("A")).isInstanceOf(IOException.class);
        assertThat(client.tries("B")).isFalse();
        assertThat(client).neverShowedATruncatedAnswer();
        assertThatThrownBy(() -> assertThat(client).alwaysAnswered())
                .hasMessageContaining("asked 2 times and failed 2 times")
                .hasMessageContaining("java.io.IOException")
                .hasMessageNotContaining("my secret");
        assertThatThrownBy(() -> assertThat(client).alwaysEndedWithin(Duration.ofNanos(-1)))
                .hasMessageContaining("was to end within");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WatchedClient.of(question -> question))
                .withMessageContaining("name the servers");
    }

    @Test
    void ourOwnClientShowsNoneInAnyBreak() {
        try (OutageServer backup = OutageServer.builder().name("backup").start();
                Tideover tideover = Tideover.builder()
                        .provider(service.provider())
                        .alternate(backup.provider(Dialect.MESSAGES))
                        .stallTimeout(Duration.ofMillis(500))
                        .build()) {
            WatchedClient client =
                    WatchedClient.of(question -> tideover.chat(question).text(), service, backup);
            for (StreamBreak how : StreamBreak.values()) {
                service.cutsTheStreamAfter(40).tokens().by(how).everyTime();
                client.tries("Tell me of " + how);
            }
            assertThat(client).neverShowedATruncatedAnswer().alwaysAnswered();
            assertThat(service).wasTreatedWell();
            assertThat(backup).wasTreatedWell();
        }
    }

    @Test
    void aReplyIsLookedAtFromAllSides() {
        service.says("Live");
        service.fails(Fault.OVERLOADED).everyTime();
        try (OutageServer backup = OutageServer.builder().name("backup").start();
                Tideover tideover = Tideover.builder()
                        .provider(service.provider())
                        .alternate(backup.provider(Dialect.RESPONSES))
                        .retryPolicy(RetryPolicy.never())
                        .build()) {
            backup.says("From the other one").everyTime();
            assertThat(tideover.chat("A"))
                    .isLive()
                    .isFrom(service)
                    .hasText("Live")
                    .hasAttempts(1)
                    .skipped()
                    .isNotOlderThan(Duration.ofMinutes(1));
            assertThat(tideover.chat("B"))
                    .isFrom(Origin.ALTERNATE)
                    .isFrom(backup)
                    .hasAttempts(2)
                    .skipped(FailureKind.OVERLOADED);
            assertThatThrownBy(() -> assertThat(tideover.chat("C")).isLive())
                    .hasMessageContaining("was to be from LIVE")
                    .hasMessageContaining("ALTERNATE");
            assertThatThrownBy(() -> assertThat(tideover.chat("D")).isFrom(service))
                    .hasMessageContaining("outage-server");
            assertThatThrownBy(() -> assertThat(tideover.chat("E")).hasText("Live"))
                    .hasMessageContaining("and says");
            assertThatThrownBy(() -> assertThat(tideover.chat("F")).hasAttempts(1))
                    .hasMessageContaining("took 2");
            assertThatThrownBy(() -> assertThat(tideover.chat("G")).skipped(FailureKind.TIMEOUT))
                    .hasMessageContaining("met [OVERLOADED]");
        }
    }
}
