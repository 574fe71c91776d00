package io.github.tideover.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the lines of a script do, as any HTTP client sees it: this one is the JDK's. */
class ScriptTest {
    private final ManualTime time = new ManualTime();
    private final OutageServer service = OutageServer.start(time);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        service.close();
    }

    private static HttpRequest asking(String url, String body) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer key")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpResponse<String> ask() {
        return askLater().join();
    }

    private CompletableFuture<HttpResponse<String>> askLater() {
        return http.sendAsync(
                        asking(service.baseUrl() + "chat/completions", "{\"model\":\"m\",\"messages\":[]}"),
                        BodyHandlers.ofString())
                .orTimeout(20, TimeUnit.SECONDS);
    }

    private List<Integer> statuses(int requests) {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            statuses.add(ask().statusCode());
        }
        return statuses;
    }

    @Test
    void linesAnswerInTheirOrderAndThenTheProviderIsWell() {
        service.fails(Fault.OVERLOADED).times(2);
        service.says("Between");
        service.fails(Fault.SERVER_ERROR);
        assertThat(statuses(5)).containsExactly(503, 503, 200, 500, 200);
        service.checkScript();
    }

    @Test
    void aLineForEveryTimeHoldsUntilThereIsAnother() {
        service.fails(Fault.OVERLOADED).everyTime();
        assertThat(statuses(3)).containsExactly(503, 503, 503);
        service.says("I am back").everyTime();
        assertThat(statuses(2)).containsExactly(200, 200);
        service.checkScript();
    }

    @Test
    void aLineThatNobodyAskedForIsTold() {
        service.says("secret words");
        service.fails(Fault.RATE_LIMITED).times(3).asking(Duration.ofSeconds(20));
        service.says("never").ifAsked();
        ask();
        ask();
        assertThatThrownBy(service::checkScript)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("fails(RATE_LIMITED).asking(PT20S).times(3), of which 1 were asked for")
                .hasMessageContaining("It was asked 2 times")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aRequestInNoDialectIsToldWhenTheScriptIsLeft() throws Exception {
        service.says("Hello");
        HttpResponse<String> answer =
                http.send(asking(service.baseUrl() + "chat/completion", "{}"), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThatThrownBy(service::checkScript).hasMessageContaining("POST /v1/chat/completion");
    }

    @Test
    void whatIsNoJsonIsRefused() throws Exception {
        HttpResponse<String> answer =
                http.send(asking(service.baseUrl() + "chat/completions", "{\"mod"), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(400);
    }

    @Test
    void aDelayedAnswerComesWhenTimeHasPassedAndNotBefore() {
        service.says("Hello").after(Duration.ofMinutes(3));
        CompletableFuture<HttpResponse<String>> answer = askLater();
        service.awaitRequests(1);
        time.advance(Duration.ofMinutes(3).minusNanos(1));
        assertThat(answer).isNotDone();
        assertThat(service.requests().get(0).ending()).isEqualTo(SeenRequest.Ending.UNDER_WAY);
        time.advance(Duration.ofNanos(1));
        assertThat(answer.join().body()).contains("Hello");
        assertThat(service.requests().get(0).at()).isZero();
    }

    @Test
    void aDrippingProviderTakesItsTimeForTheWholeAnswer() {
        service.dripsAt(2).tokensPerSecond().saying("one two three four");
        CompletableFuture<HttpResponse<String>> answer = askLater();
        service.awaitRequests(1);
        time.advance(Duration.ofMillis(1_999));
        assertThat(answer).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertThat(answer.join().statusCode()).isEqualTo(200);
    }

    @Test
    void waitsCountFromTheRequestAndAddUpSoThatOneStepOfTimeIsEnough() throws Exception {
        service.dripsAt(1).tokensPerSecond().after(Duration.ofSeconds(5));
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(
                asking(service.baseUrl() + "chat/completions", "{\"stream\":true}"), BodyHandlers.ofString());
        service.awaitRequests(1);
        time.advance(Duration.ofSeconds(5 + 58)); // the last of sixty tokens is due a second later
        assertThat(answer).isNotDone();
        time.advance(Duration.ofSeconds(1));
        assertThat(answer.get(20, TimeUnit.SECONDS).body()).endsWith("data: [DONE]\n\n");
    }

    @Test
    void aTextOfAnyLengthCanBeCutAndAShortOneAtItsEnd() throws Exception {
        String book = "page ".repeat(500);
        service.cutsTheStreamAfter(400).tokens().saying(book);
        service.cutsTheStreamAfter(400).tokens();
        for (int pieces : new int[] {400, 60}) {
            String said = http.send(
                            asking(service.baseUrl() + "chat/completions", "{\"stream\":true}"),
                            BodyHandlers.ofString())
                    .body();
            assertThat(said.split("\"delta\":\\{\"content\"", -1)).hasSize(pieces + 1);
            assertThat(said).doesNotContain("[DONE]");
        }
    }

    @Test
    void whoHangsUpOnASilentProviderIsSeenLeaving() {
        service.goesSilent();
        CompletableFuture<HttpResponse<String>> answer = askLater();
        service.awaitRequests(1);
        answer.cancel(true);
        service.awaitQuiet();
        assertThat(service.requests().get(0).ending()).isEqualTo(SeenRequest.Ending.LEFT);
    }

    @Test
    void aMachineWithoutTheServiceRefusesConnectionsUntilItIsBackAtTheSameAddress() throws Exception {
        HttpRequest request = asking(service.baseUrl() + "chat/completions", "{}");
        for (int i = 0; i < 50; i++) { // it refuses them at once, and not a moment later
            service.refusesConnections();
            HttpClient stranger = HttpClient.newHttpClient(); // with no connection left that it could try first
            assertThatThrownBy(() -> stranger.send(request, BodyHandlers.ofString()))
                    .as("round %s", i)
                    .isInstanceOf(ConnectException.class);
            service.acceptsConnectionsAgain();
            assertThat(stranger.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void anyAnswerAndAnyHeaderCanBeGiven() {
        service.answersWith(418, "text/plain", "a teapot").header("x-tea", "green");
        HttpResponse<String> answer = ask();
        assertThat(answer.statusCode()).isEqualTo(418);
        assertThat(answer.body()).isEqualTo("a teapot");
        assertThat(answer.headers().firstValue("x-tea")).hasValue("green");
    }

    @Test
    void aRequestInPiecesIsRead() throws IOException, InterruptedException {
        service.says("Hello");
        HttpRequest chunked = HttpRequest.newBuilder(URI.create(service.baseUrl() + "chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(
                        "{\"model\":\"in-pieces\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8))))
                .expectContinue(true)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        assertThat(http.send(chunked, BodyHandlers.ofString()).body()).contains("Hello");
        assertThat(service.requests().get(0).model()).isEqualTo("in-pieces");
    }

    @Test
    void overTlsOnlyAClientThatTrustsItIsAnswered() throws Exception {
        try (OutageServer secured = OutageServer.builder().tls().start()) {
            HttpRequest request = asking(secured.baseUrl() + "chat/completions", "{}");
            assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(javax.net.ssl.SSLException.class);
            try (okhttp3.Response answer = secured.trustingClient()
                    .newCall(new okhttp3.Request.Builder()
                            .url(secured.baseUrl() + "chat/completions")
                            .post(okhttp3.RequestBody.create("{}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                            .build())
                    .execute()) {
                assertThat(answer.body().string()).contains("A tide is");
            }
        }
        assertThatIllegalStateException().isThrownBy(service::trustingClient).withMessageContaining("builder().tls()");
    }

    @Test
    void anAnswerThatThrowsEndsTheRequestAndFailsTheScript() throws Exception {
        try (OutageServer clueless = OutageServer.builder()
                .answers(question -> {
                    throw new IllegalStateException("no idea");
                })
                .start()) {
            assertThatIOException()
                    .isThrownBy(() ->
                            http.send(asking(clueless.baseUrl() + "chat/completions", "{}"), BodyHandlers.ofString()));
            clueless.awaitQuiet();
            assertThat(clueless.requests().get(0).ending()).isEqualTo(SeenRequest.Ending.BROKEN);
            assertThatThrownBy(clueless::checkScript)
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("the script of outage-server could not answer a question")
                    .hasRootCauseMessage("no idea");
        }
    }

    @Test
    void aServerThatIsClosedSaysSo() {
        LaggingPage page = service.statusPage();
        service.close();
        service.close();
        assertThat(service.statusPage()).isSameAs(page);
        assertThatIllegalStateException()
                .isThrownBy(service::acceptsConnectionsAgain)
                .withMessage("outage-server is closed");
        OutageServer other = OutageServer.start();
        other.close();
        assertThatIllegalStateException().isThrownBy(other::statusPage).withMessageContaining("is closed");
    }

    /** Names of threads that serve. */
    private static List<String> threadsOf(String server) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(server))
                .toList();
    }

    @Test
    void aServerThatIsClosedInTheMiddleOfEverythingLeavesNoThread() throws Exception {
        OutageServer busy = OutageServer.builder().name("busy-server").start();
        busy.goesSilent();
        busy.dripsAt(0.01).tokensPerSecond();
        busy.says("Late").after(Duration.ofHours(1));
        busy.statusPage();
        List<CompletableFuture<?>> pending = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            pending.add(http.sendAsync(
                    asking(busy.baseUrl() + "chat/completions", "{\"stream\":true}"), BodyHandlers.ofString()));
        }
        busy.awaitRequests(3);
        assertThat(threadsOf("busy-server")).hasSizeGreaterThanOrEqualTo(5);
        busy.close();
        for (CompletableFuture<?> each : pending) {
            assertThatThrownBy(() -> each.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
        }
        Patience.until(
                Duration.ofSeconds(20),
                "the end of all threads",
                () -> threadsOf("busy-server").isEmpty());
    }

    @Test
    void whatMakesNoSenseIsRefusedAtOnce() {
        assertThatIllegalStateException()
                .isThrownBy(() -> service.says("Hello").asking(Duration.ofSeconds(1)))
                .withMessageContaining("fails(...)");
        assertThatIllegalStateException()
                .isThrownBy(() -> service.says("Hello").by(StreamBreak.RESET))
                .withMessageContaining("this one does not");
        assertThatIllegalStateException()
                .isThrownBy(() -> service.goesSilent().saying("Hello"))
                .withMessageContaining("not for goesSilent()");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.cutsTheStreamAfter(3).tokens().saying("one two"))
                .withMessageContaining("a stream of 2 tokens cannot break after 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.cutsTheStreamAfter(-1).tokens())
                .withMessageContaining("not -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.says("Hello").times(0))
                .withMessageContaining("not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.dripsAt(0).tokensPerSecond())
                .withMessageContaining("more than 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.says("Hello").after(Duration.ofMillis(-1)))
                .withMessageContaining("negative");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.says("Hello").header("a", "b\r\nc"))
                .withMessageContaining("one line");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.calls(" ", "{}"))
                .withMessageContaining("blank");
        for (String arguments : new String[] {"[1]", "secret", "", "{\"secret\":"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> service.calls("weather", arguments))
                    .withMessageContaining("the arguments for weather must be a JSON object")
                    .withMessageNotContaining("secret");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.cutsTheStreamAfter(3).tokens().calling("weather", "{\"city\":\"Oslo\"}"))
                .withMessageContaining("a stream of 2 tokens cannot break after 3");
        assertThatIllegalStateException()
                .isThrownBy(() -> service.hangsUp().calling("weather", "{}"))
                .withMessageContaining("not for hangsUp()");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.says("Hello").usage(-1, 0))
                .withMessageContaining("not -1 and 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.answersWith(99, "text/plain", ""))
                .withMessageContaining("99");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OutageServer.builder().name(" "))
                .withMessageContaining("blank");
    }

    @Test
    void theAnswerOfAHealthyProviderHasSixtyTokens() {
        assertThat(Tokens.of(OutageServer.HEALTHY_ANSWER)).hasSize(60);
        assertThat(String.join("", Tokens.of("  two  spaces "))).isEqualTo("  two  spaces ");
    }
}
