package io.github.tideover.examples.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.tideover.ReplyStream;
import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.testkit.ManualTime;
import io.github.tideover.testkit.OutageServer;
import io.github.tideover.testkit.SeenRequest.Ending;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What each way of breaking is to a client, over HTTP. */
class BreakageTest {
    private final ManualTime time = new ManualTime();
    private final OutageServer service = OutageServer.start(time);
    private final Tideover tideover = Tideover.builder()
            .provider(service.provider())
            .retryPolicy(RetryPolicy.never())
            .firstTokenTimeout(Duration.ofSeconds(10))
            .time(time.time())
            .build();

    private final HttpClient http = HttpClient.newHttpClient();
    private int asked;

    @AfterEach
    void close() {
        tideover.close();
        service.close();
    }

    private ChatException refusal() {
        return catchThrowableOfType(ChatException.class, () -> tideover.chat("Hello"));
    }

    @ParameterizedTest
    @CsvSource({
        "OVERLOADED, OVERLOADED, 503",
        "RATE_LIMITED, THROTTLED, 429",
        "OUT_OF_CREDIT, QUOTA, 429",
        "PROXY_PAGE, TRANSIENT, 502"
    })
    void whatIsRefusedIsRefusedInItsOwnWay(Breakage way, FailureKind kind, int status) {
        way.breaks(service);
        ChatException refusal = refusal();
        assertThat(refusal.kind()).isEqualTo(kind);
        assertThat(refusal.failure().httpStatus()).hasValue(status);
    }

    @Test
    void aRateLimitComesWithAWishForRest() {
        Breakage.RATE_LIMITED.breaks(service);
        assertThat(refusal().failure().retryAfter()).contains(Duration.ofSeconds(20));
    }

    @Test
    void aSilentProviderTakesTheRequestAndSaysNothing() {
        Breakage.SILENT.breaks(service);
        try (ReplyStream stream = tideover.stream("Hello")) {
            CompletableFuture<ChatReply> reply = stream.forEachEvent(event -> {});
            service.awaitRequests(1);
            time.awaitTask(Duration.ofSeconds(10));
            time.advance(Duration.ofSeconds(10));
            assertThatThrownBy(reply::join)
                    .hasCauseInstanceOf(ChatException.class)
                    .satisfies(e ->
                            assertThat(((ChatException) e.getCause()).kind()).isEqualTo(FailureKind.TIMEOUT));
        }
        service.awaitQuiet();
        assertThat(service.requests().get(0).ending()).isEqualTo(Ending.LEFT);
    }

    @Test
    void aSlowStarterSpeaksAfterThreeSecondsAndNotBefore() throws Exception {
        Breakage.SLOW_TO_START.breaks(service);
        CompletableFuture<HttpResponse<String>> answer = post();
        // The words themselves come at sixty a second, and a whole answer when the last of them would have come.
        assertThat(passedUntil(answer)).isGreaterThanOrEqualTo(Duration.ofSeconds(4));
        assertThat(answer.join().body()).contains(OutageServer.HEALTHY_ANSWER);
    }

    @Test
    void aDripIsAWordASecond() throws Exception {
        Breakage.DRIPPING.breaks(service);
        int words = OutageServer.HEALTHY_ANSWER.split(" ").length;
        CompletableFuture<HttpResponse<String>> answer = post();
        assertThat(passedUntil(answer)).isGreaterThanOrEqualTo(Duration.ofSeconds(words));
        assertThat(answer.join().body()).contains(OutageServer.HEALTHY_ANSWER);
    }

    /** Whole, not as a stream: then the server's own time alone says when it comes. */
    private CompletableFuture<HttpResponse<String>> post() {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + "chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"m\",\"messages\":[]}"))
                .build();
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(request, BodyHandlers.ofString());
        service.awaitRequests(++asked);
        return answer;
    }

    /** Moves time, by a second each time that there is still no answer, and says how much of it there was until there was one. */
    private Duration passedUntil(CompletableFuture<?> answer) throws Exception {
        long begin = time.nanos();
        while (true) {
            try {
                answer.get(20, TimeUnit.MILLISECONDS);
                return Duration.ofNanos(time.nanos() - begin);
            } catch (TimeoutException notYet) {
                time.advance(Duration.ofSeconds(1));
            }
        }
    }

    @Test
    void anAnswerThatIsCutOffHasFourWords() {
        Breakage.CUT_OFF.breaks(service);
        PartialReplyException cut = catchThrowableOfType(PartialReplyException.class, () -> {
            try (ReplyStream stream = tideover.stream("Hello")) {
                stream.reply();
            }
        });
        assertThat(cut.kind()).isEqualTo(FailureKind.CUT);
        assertThat(cut.partialText()).isEqualTo("A tide is the ");
    }

    @Test
    void nobodyCanConnectToWhatIsUnreachableUntilItIsBrokenInAnotherWay() throws IOException {
        Breakage.UNREACHABLE.breaks(service);
        ChatException refusal = refusal();
        assertThat(refusal.kind()).isEqualTo(FailureKind.NETWORK);
        Breakage.OVERLOADED.breaks(service);
        URI address = URI.create(service.baseUrl());
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), 2_000);
            assertThat(socket.isConnected()).isTrue();
        }
    }

    @Test
    void aboutEveryOtherRequestFailsWhereHalfOfThemDo() throws Exception {
        Breakage.HALF_FAILING.breaks(service);
        int failed = 0;
        for (int i = 0; i < 20; i++) {
            CompletableFuture<HttpResponse<String>> answer = post();
            passedUntil(answer);
            failed += answer.join().statusCode() == 500 ? 1 : 0;
        }
        assertThat(failed).isBetween(5, 15); // the server's dice begin at the same place each time
    }

    @ParameterizedTest
    @EnumSource(Breakage.class)
    void whatIsMendedAnswers(Breakage way) throws Exception {
        way.breaks(service);
        Breakage.mends(service);
        Duration aDay =
                Duration.ofDays(1); // here time is moved past any usual limit while a slow machine gets no answer out
        try (Tideover patient = tideover.newBuilder()
                .timeout(aDay)
                .streamTimeout(aDay)
                .attemptTimeout(aDay)
                .firstTokenTimeout(aDay)
                .stallTimeout(aDay)
                .build()) {
            CompletableFuture<ChatReply> reply =
                    patient.chatAsync(ChatRequest.builder().user("Hello").build());
            passedUntil(reply);
            assertThat(reply.join().text()).isEqualTo(OutageServer.HEALTHY_ANSWER);
        }
    }

    @ParameterizedTest
    @EnumSource(Breakage.class)
    void eachIsFoundByItsWordAndSaysWhatItDoes(Breakage way) {
        assertThat(Breakage.of(way.word())).contains(way);
        assertThat(Breakage.of(way.word().toUpperCase(Locale.ROOT))).contains(way);
        assertThat(way.word()).matches("[a-z]+(-[a-z]+)*");
        assertThat(way.label()).isNotBlank().hasSizeLessThan(20);
        assertThat(way.sentence()).endsWith(".");
    }

    @Test
    void thereAreTenAndNoneByAnotherName() {
        assertThat(Breakage.values()).hasSize(10);
        assertThat(Breakage.of("well")).isEmpty();
    }
}
