package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.tideover.LoopbackProvider.Behaviour;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.DeadlineExceededException;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.ServiceState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bad input ends in a sentence that says what came and what would have worked. Bad weather ends in a sorted failure
 * inside the deadline, and leaves nothing behind: the next call is answered.
 */
class RoughWeatherTest {
    @Nested
    class BadInput {
        private static final Provider FINE =
                Provider.openAiCompatible("http://localhost:9/v1/").name("fine").model("small");

        @ParameterizedTest
        @ValueSource(
                strings = {"chat.example.com/v1/", "localhost:8080/v1/", "ftp://chat.example.com/v1/", "//host/v1/"})
        void aBaseUrlWithoutAUsableSchemeIsShownBesideOneThatWorks(String url) {
            assertThatThrownBy(() -> Provider.openAiCompatible(url))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("https://chat.example.com/v1/")
                    .hasMessageContaining(url);
        }

        @Test
        void aBaseUrlWithoutATrailingSlashIsToldWhatItWouldLose() {
            assertThatThrownBy(() -> Provider.openAiCompatible("https://chat.example.com/v1"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("baseUrl must end in / or its last part is dropped: https://chat.example.com/v1");
        }

        @Test
        void anEmptyKeyIsNoKeyAndAServerWithoutOneNeedsNone() {
            assertThatThrownBy(() -> FINE.apiKey(""))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("apiKey must not be empty; leave it out for a server that asks for none");
            assertThatThrownBy(() -> Provider.openAi(" \t"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("apiKey must not be blank");
        }

        @Test
        @SuppressWarnings("NullAway") // what Java callers do all the same
        void aMissingKeyPointsAtTheEnvironmentItShouldHaveComeFrom() {
            assertThatThrownBy(() -> Provider.openAi(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("apiKey == null; is the environment variable it comes from set?");
        }

        @Test
        void aKeyWithALineBreakIsRefusedWithoutBeingShown() {
            assertThatThrownBy(() -> FINE.apiKey("sk-secret-from-a-file\n"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a line break")
                    .hasMessageNotContaining("secret");
        }

        @Test
        void noProviderAndNoModelSayHowToGiveOne() {
            assertThatThrownBy(() -> Tideover.builder().build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("no provider; give one with provider(Provider.openAi(key).model(name))");
            assertThatThrownBy(
                            () -> Tideover.builder().provider(Provider.ollama()).build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("provider ollama has no model; give it one with model(name)");
            assertThatThrownBy(() -> FINE.model(" ")).isInstanceOf(IllegalArgumentException.class);
        }

        @ParameterizedTest
        @CsvSource({"PT0S", "PT-1S"})
        void aTimeThatIsNotPositiveIsNamedAndShown(Duration time) {
            List<BiFunction<Tideover.Builder, Duration, ?>> setters = List.of(
                    Tideover.Builder::timeout,
                    Tideover.Builder::streamTimeout,
                    Tideover.Builder::attemptTimeout,
                    Tideover.Builder::firstTokenTimeout,
                    Tideover.Builder::stallTimeout,
                    Tideover.Builder::connectTimeout,
                    (builder, each) -> ChatRequest.builder().timeout(each),
                    (builder, each) -> RetryPolicy.builder().firstDelay(each),
                    (builder, each) -> RetryPolicy.builder().overloadDelay(each),
                    (builder, each) -> RetryPolicy.builder().longestDelay(each),
                    (builder, each) -> RetryPolicy.builder().longestRetryAfter(each));
            for (BiFunction<Tideover.Builder, Duration, ?> setter : setters) {
                assertThatThrownBy(() -> setter.apply(Tideover.builder(), time))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageMatching("[a-zA-Z]+ must be more than zero, not " + time);
            }
        }

        @ParameterizedTest
        @EnumSource(Form.class)
        void timeWithoutEndIsTakenOrRefusedAtOnce(Form form) {
            Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
            try (LoopbackProvider provider = new LoopbackProvider()) {
                Tideover.Builder builder = Tideover.builder().provider(at(provider));
                Throwable refusal =
                        catchThrowable(() -> builder.timeout(forever).streamTimeout(forever));
                if (refusal == null) {
                    try (Tideover tideover = builder.build()) {
                        assertThat(form.ask(tideover, "Hi").text()).isEqualTo("Hello");
                    }
                } else {
                    assertThat(refusal)
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("timeout")
                            .hasMessageContaining(forever.toString());
                }
            }
        }

        @Test
        void aTimeTooShortForAnythingIsStillATime() {
            try (LoopbackProvider provider = new LoopbackProvider().does(LoopbackProvider.isSilent());
                    Tideover tideover = Tideover.builder()
                            .provider(at(provider))
                            .timeout(Duration.ofNanos(1))
                            .build()) {
                assertThatThrownBy(() -> tideover.chat("Hi")).isInstanceOf(DeadlineExceededException.class);
            }
        }

        @Test
        void optionsThatContradictEachOtherAreBothNamed() {
            Duration second = Duration.ofSeconds(1);
            Duration minute = Duration.ofMinutes(1);
            Tideover.Builder builder = Tideover.builder().provider(FINE);
            assertThatThrownBy(
                            () -> builder.timeout(second).attemptTimeout(minute).build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("attemptTimeout PT1M is longer than timeout PT1S")
                    .hasMessageContaining("make attemptTimeout shorter or timeout longer");
            assertThatThrownBy(() -> Tideover.builder()
                            .provider(FINE)
                            .timeout(second)
                            .connectTimeout(minute)
                            .build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("connectTimeout PT1M is longer than timeout PT1S");
            assertThatThrownBy(() -> Tideover.builder()
                            .provider(FINE)
                            .streamTimeout(second)
                            .firstTokenTimeout(minute)
                            .build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("firstTokenTimeout PT1M is longer than streamTimeout PT1S");
            assertThatThrownBy(() -> RetryPolicy.builder()
                            .firstDelay(minute)
                            .longestDelay(second)
                            .build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("firstDelay PT1M must not be longer than longestDelay PT1S");
            assertThatThrownBy(() -> Tideover.builder()
                            .provider(FINE)
                            .alternate(FINE.apiKey("k"))
                            .build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("two providers are called fine/small; give one of them another name with name(name)");
        }

        @ParameterizedTest
        @EnumSource(Form.class)
        @SuppressWarnings("NullAway") // what Java callers do all the same
        void aNullMessageIsRefusedBeforeAnythingIsSent(Form form) {
            try (LoopbackProvider provider = new LoopbackProvider();
                    Tideover tideover =
                            Tideover.builder().provider(at(provider)).build()) {
                assertThatThrownBy(() -> form.ask(tideover, (String) null))
                        .isInstanceOf(NullPointerException.class)
                        .hasMessage("message text == null; an empty text is \"\"");
                assertThatThrownBy(() -> form.ask(tideover, (ChatRequest) null))
                        .isInstanceOf(NullPointerException.class)
                        .hasMessage("request == null");
                assertThatThrownBy(() -> tideover.conversation().say(null)).isInstanceOf(NullPointerException.class);
                assertThat(provider.asked()).isEmpty();
            }
        }

        @Test
        void anEmptyConversationSaysWhatToAdd() {
            assertThatThrownBy(() -> ChatRequest.builder().build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a request needs at least one message; add one with user(text)");
        }
    }

    /** Ample: what ends a call is what came, whatever a busy machine takes for it. */
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final Duration SHORT_DEADLINE = Duration.ofSeconds(2);
    private static final Duration DRIP = Duration.ofMillis(100);
    private static final int BOUND = 1 << 20;

    private final LoopbackProvider provider = new LoopbackProvider();
    private final ConnectionPool pool = new ConnectionPool();
    private final Queue<Throwable> killers = new ConcurrentLinkedQueue<>();
    private final Tideover tideover = Tideover.builder()
            .provider(at(provider))
            .httpClient(new OkHttpClient.Builder().connectionPool(pool).build())
            .timeout(DEADLINE)
            .streamTimeout(DEADLINE)
            .attemptTimeout(DEADLINE)
            .firstTokenTimeout(DEADLINE)
            .stallTimeout(DEADLINE)
            .retryPolicy(RetryPolicy.builder()
                    .firstDelay(Duration.ofMillis(20))
                    .overloadDelay(Duration.ofMillis(20))
                    .build())
            .maxReplyBytes(BOUND)
            .build();
    private final ManualTime time = new ManualTime();
    /** For the weather that only a limit ends. Its time passes while that lasts, and stands still for the next calls. */
    private final Tideover hurried = tideover.newBuilder()
            .timeout(SHORT_DEADLINE)
            .streamTimeout(SHORT_DEADLINE)
            .attemptTimeout(Duration.ofMillis(600))
            .firstTokenTimeout(Duration.ofMillis(600))
            .stallTimeout(Duration.ofMillis(400))
            .time(time.time())
            .build();

    private Thread.UncaughtExceptionHandler before;

    private static Provider at(LoopbackProvider provider) {
        return Provider.openAiCompatible(provider.baseUrl())
                .name("main")
                .apiKey("sk-rough-weather-key")
                .model("small");
    }

    @BeforeAll
    static void warmUp() {
        Lateness.warmUp();
    }

    @BeforeEach
    void watchForDyingThreads() {
        before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, killer) -> killers.add(killer));
    }

    /** After whatever happened: the next call is answered, and nothing of the last one is left. */
    @AfterEach
    void theNextCallIsAnsweredAndNothingIsLeft() {
        try {
            provider.does(LoopbackProvider.says("Here again"));
            for (Tideover each : List.of(tideover, hurried)) {
                for (Form form : Form.values()) {
                    ChatReply reply = form.ask(each, "Are you there?");
                    assertThat(reply.text()).isEqualTo("Here again");
                    assertThat(reply.isLive()).isTrue();
                    assertThat(reply.attempts()).isEqualTo(1);
                }
                Awaiting.until(() -> each.routes().get(0).underWay() == 0);
                Awaiting.until(() -> each.watchdog().underWay() == 0);
            }
            Awaiting.until(() -> pool.idleConnectionCount() == pool.connectionCount());
            assertThat(killers).isEmpty();
        } finally {
            hurried.close();
            tideover.close();
            provider.close();
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    /** Asks while the provider does that, and gives the failure in which it ends, inside the deadline. */
    private ChatException meets(Form form, Behaviour weather) {
        provider.does(weather);
        return sorted(inTime(
                DEADLINE,
                () -> catchThrowableOfType(ChatException.class, () -> form.ask(tideover, "What about my order?"))));
    }

    /** The same where only a limit ends the call. */
    private ChatException outlasts(Form form, Behaviour weather) {
        provider.does(weather);
        long start = time.now();
        ChatException end = whileTimePasses(
                () -> catchThrowableOfType(ChatException.class, () -> form.ask(hurried, "What about my order?")));
        assertThat(Duration.ofNanos(time.now() - start)).isLessThanOrEqualTo(SHORT_DEADLINE);
        return sorted(end);
    }

    private static ChatException sorted(ChatException end) {
        assertThat(end).as("what the call ends in").isNotNull();
        assertThat(end.failures())
                .allSatisfy(failure -> assertThat(failure.source()).isEqualTo("main/small"));
        return end;
    }

    private static <T> T inTime(Duration deadline, Supplier<T> call) {
        try (Lateness lateness = new Lateness()) {
            long start = System.nanoTime();
            T end = call.get();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThanOrEqualTo(lateness.allow(deadline));
            return end;
        }
    }

    /** Time passes as the system's does, but not while the whole machine stands still. */
    private <T> T whileTimePasses(Supplier<T> call) {
        CompletableFuture<T> end = CompletableFuture.supplyAsync(call);
        Awaiting.until(() -> {
            time.advance(Duration.ofMillis(1));
            return end.isDone();
        });
        return end.join();
    }

    private static Behaviour sends(String type, String body) {
        return wire -> wire.send(200, type, body);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aPageInPlaceOfAReplyIsCalledThat(Form form) {
        ChatException end = meets(form, sends("text/html", "<!doctype html><html><body>Log in first</body></html>"));
        assertThat(end.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(end)
                .hasMessageContaining("the provider sent an invalid answer")
                .hasMessageContaining(form == Form.STREAM ? "the answer is markup" : "not JSON (text/html)")
                .hasMessageContaining("2 attempts")
                .hasMessageNotContaining("Log in");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aProxysPageWithAnErrorStatusIsSortedByItsStatus(Form form) {
        ChatException end = meets(form, wire -> wire.send(502, "text/html", "<html><h1>502 Bad Gateway</h1></html>"));
        assertThat(end.kind()).isEqualTo(FailureKind.TRANSIENT);
        assertThat(end).hasMessageContaining("HTTP 502 from the provider").hasMessageContaining("3 attempts");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void anEmptyBodyIsNoAnswer(Form form) {
        ChatException end = meets(form, sends("application/json", ""));
        assertThat(end.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(end).hasMessageContaining("the answer is empty");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void noContentIsNoAnswer(Form form) {
        ChatException end = meets(form, wire -> {
            wire.raw("HTTP/1.1 204 No Content\r\n\r\n");
            return true;
        });
        assertThat(end.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(end).hasMessageContaining("the answer has no body");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void anErrorInsideASuccessIsSortedAsTheErrorItIs(Form form) {
        String error = "{\"error\":{\"message\":\"The engine is overloaded\",\"code\":\"engine_overloaded\"}}";
        ChatException end = meets(
                form,
                wire -> wire.asked().streamed()
                        ? wire.send(200, "text/event-stream", "data: " + error + "\n\n")
                        : wire.send(200, "application/json", error));
        assertThat(end.kind()).isEqualTo(FailureKind.OVERLOADED);
        assertThat(end).hasMessageContaining("HTTP 200 from the provider with an error in it");
    }

    @Test
    void anErrorInTheMiddleOfAStreamKeepsTheTextSoFar() {
        provider.does(sends(
                "text/event-stream",
                TideoverTest.events(false, "Your order ") + "data: {\"error\":{\"type\":\"server_error\"}}\n\n"));
        PartialReplyException end =
                catchThrowableOfType(PartialReplyException.class, () -> Form.STREAM.ask(tideover, "Where is it?"));
        assertThat(end.partialText()).isEqualTo("Your order ");
        assertThat(end.kind()).isEqualTo(FailureKind.TRANSIENT);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aGzipBombIsDefusedAtTheBound(Form form) {
        byte[] bomb = bomb("{\"choices\":[{\"message\":{\"content\":\"", 64 << 20);
        ChatException end = meets(form, wire -> wire.send(200, "application/json", bomb, "Content-Encoding: gzip"));
        assertThat(end.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(end).hasMessageContaining("er than " + BOUND + " bytes");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aGzipBombInARefusalIsDefusedToo(Form form) {
        byte[] bomb = bomb("{\"error\":{\"message\":\"", 64 << 20);
        ChatException end = meets(form, wire -> wire.send(500, "application/json", bomb, "Content-Encoding: gzip"));
        assertThat(end.kind()).isEqualTo(FailureKind.TRANSIENT);
        assertThat(end).hasMessageContaining("HTTP 500").hasMessageNotContaining("aaaa");
    }

    @Test
    void aStreamThatUnpacksWithoutEndIsDefusedAtTheBound() throws IOException {
        String delta = TideoverTest.events(false, "a".repeat(1_000));
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            for (int i = 0; i < 20_000; i++) {
                gzip.write(delta.getBytes(StandardCharsets.UTF_8));
            }
        }
        provider.does(wire -> wire.send(200, "text/event-stream", packed.toByteArray(), "Content-Encoding: gzip"));
        PartialReplyException end =
                catchThrowableOfType(PartialReplyException.class, () -> Form.STREAM.ask(tideover, "Tell me"));
        assertThat(end.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(end).hasMessageContaining("er than " + BOUND + " bytes");
        assertThat(end.partialText().length()).isLessThanOrEqualTo(BOUND + 1_000);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aBodyThatAnnouncesMoreThanTheBoundIsNotRead(Form form) {
        Behaviour weather = wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000000000\r\n\r\n{");
            wire.pause(Duration.ofMinutes(10));
            return false;
        };
        ChatException end = form == Form.STREAM ? outlasts(form, weather) : meets(form, weather);
        if (form == Form.STREAM) {
            assertThat(end.kind()).isIn(FailureKind.MALFORMED, FailureKind.TIMEOUT);
        } else {
            assertThat(end.kind()).isEqualTo(FailureKind.MALFORMED);
            assertThat(end).hasMessageContaining("er than " + BOUND + " bytes");
        }
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aBodyThatGrowsBeyondTheBoundIsLeft(Form form) {
        ChatException end = meets(form, wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
                    + "{\"choices\":[{\"message\":{\"content\":\"");
            return endless(wire, "all work and no play ");
        });
        assertThat(end.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(end).hasMessageContaining("er than " + BOUND + " bytes");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void whiteSpaceWithoutEndIsLeft(Form form) {
        ChatException end = meets(form, wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
            return endless(wire, "    \n");
        });
        assertThat(end.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(end).hasMessageMatching(".*(larger than|over|longer than) \\d+ bytes.*");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aHeaderWithoutEndIsLeft(Form form) {
        ChatException end = meets(form, wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nX-Long: ");
            return endless(wire, "all work and no play ");
        });
        assertThat(end.kind()).isEqualTo(FailureKind.NETWORK_AMBIGUOUS);
        assertThat(end).hasMessageContaining("the connection was lost").hasMessageNotContaining("play");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void headersWithoutEndAreLeft(Form form) {
        ChatException end = meets(form, wire -> {
            wire.raw("HTTP/1.1 200 OK\r\n");
            return endless(wire, "X-More: all work and no play\r\n");
        });
        assertThat(end.kind()).isEqualTo(FailureKind.NETWORK_AMBIGUOUS);
        assertThat(end).hasMessageNotContaining("play");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void interimAnswersWithoutEndAreLeft(Form form) {
        ChatException end = outlasts(form, wire -> endless(wire, "HTTP/1.1 103 Early Hints\r\n\r\n"));
        assertThat(end.kind()).isIn(FailureKind.TIMEOUT, FailureKind.NETWORK_AMBIGUOUS);
    }

    @Test
    void aLineWithoutEndIsLeft() {
        ChatException end = meets(Form.STREAM, wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: ");
            return endless(wire, "all work and no play ");
        });
        assertThat(end.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(end).hasMessageContaining("longer than").hasMessageNotContaining("play");
    }

    @Test
    void commentsWithoutEndAreNoAnswer() {
        ChatException end = outlasts(Form.STREAM, wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
            return endless(wire, ": still thinking\n\n");
        });
        assertThat(end.kind()).isIn(FailureKind.TIMEOUT, FailureKind.MALFORMED);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void bytesThatAreNoHttpAreLeftUnquoted(Form form) {
        ChatException end = meets(form, wire -> {
            wire.raw("SSH-2.0-OpenSSH_9.6 all work and no play\r\n\r\n");
            return false;
        });
        assertThat(end.kind()).isEqualTo(FailureKind.NETWORK_AMBIGUOUS);
        assertThat(end).hasMessageNotContaining("play");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aConnectionThatDripsIsLeftInTime(Form form) {
        String whole = LoopbackProvider.completion("a long answer ".repeat(100));
        ChatException end = outlasts(
                form,
                LoopbackProvider.drips(
                        Duration.ofSeconds(1),
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n",
                        whole));
        assertThat(end.kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(end).hasMessageContaining("the provider is too slow").hasMessageContaining("1 attempt");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aHeadThatDripsIsLeftInTime(Form form) {
        ChatException end = outlasts(form, LoopbackProvider.drips(DRIP, "H", "TTP/1.1 200 OK\r\n".repeat(10)));
        assertThat(end.kind()).isEqualTo(FailureKind.TIMEOUT);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aRefusalThatDripsCountsByItsStatus(Form form) {
        String head = "HTTP/1.1 500 Oh\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
        ChatException end =
                outlasts(form, LoopbackProvider.drips(DRIP, head, "{\"error\":{\"message\":\"" + "n".repeat(500)));
        assertThat(end.kind()).isIn(FailureKind.TRANSIENT, FailureKind.TIMEOUT);
    }

    @Test
    void aStreamThatDripsKeepsTheTextSoFar() {
        String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
        provider.does(LoopbackProvider.drips(
                DRIP, head + TideoverTest.events(false, "Your order "), TideoverTest.events(true, "is on its way")));
        PartialReplyException end = whileTimePasses(() ->
                catchThrowableOfType(PartialReplyException.class, () -> Form.STREAM.ask(hurried, "Where is it?")));
        assertThat(end.kind()).isEqualTo(FailureKind.STALL);
        assertThat(end.partialText()).isEqualTo("Your order ");
    }

    @Test
    void aStreamOfCrumbsEndsAtTheDeadline() {
        String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
        provider.does(wire -> {
            wire.raw(head);
            while (true) {
                wire.raw(TideoverTest.events(false, "crumb "));
                wire.pause(Duration.ofMillis(200));
            }
        });
        ChatRequest request = ChatRequest.builder()
                .user("Where is it?")
                .timeout(SHORT_DEADLINE)
                .build();
        PartialReplyException end = inTime(
                SHORT_DEADLINE,
                () -> catchThrowableOfType(PartialReplyException.class, () -> Form.STREAM.ask(tideover, request)));
        assertThat(end.partialText()).startsWith("crumb crumb crumb ");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aPromptOfTwentyMegabytesArrivesWhole(Form form) {
        String prompt = "0123456789abcde\n".repeat(20 << 16);
        provider.does(LoopbackProvider.says("Read"));
        assertThat(form.ask(tideover, prompt).text()).isEqualTo("Read");
        assertThat(provider.asked()).hasSize(1);
        assertThat(provider.asked().get(0).body())
                .contains("0123456789abcde\\n0123456789abcde\\n")
                .hasSizeGreaterThan(20 << 20);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aPromptOfTwentyMegabytesThatIsNotReadEndsInTime(Form form) throws IOException {
        try (java.net.ServerSocket deaf = new java.net.ServerSocket(0, 50, java.net.InetAddress.getLoopbackAddress());
                Tideover asking = Tideover.builder()
                        .provider(Provider.openAiCompatible("http://127.0.0.1:" + deaf.getLocalPort() + "/v1/")
                                .model("small"))
                        .timeout(Duration.ofSeconds(1))
                        .streamTimeout(Duration.ofSeconds(1))
                        .build()) {
            String prompt = "0123456789abcdef".repeat(20 << 16);
            // The deadline, and as much again for writing down what cannot be broken off.
            Throwable end = inTime(Duration.ofSeconds(2), () -> catchThrowable(() -> form.ask(asking, prompt)));
            assertThat(end).isInstanceOf(DeadlineExceededException.class);
            Awaiting.until(() -> asking.routes().get(0).underWay() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void halfAnEmojiIsSentAsTheSignForWhatCannotBeRead(Form form) {
        String cut = "Bread \uD83C\uDF5E and half of it \uD83C";
        assertThat(form.ask(tideover, cut).text()).isEqualTo("Hello");
        assertThat(provider.asked().get(0).body()).contains("Bread \uD83C\uDF5E and half of it \uFFFD");
        assertThat(form.ask(tideover, "\uDF5E first").text()).isEqualTo("Hello");
        assertThat(provider.asked().get(1).body()).contains("\uFFFD first");
    }

    @Test
    void whatThePersonSaidIsStillThereWhenTheProviderIsNot() {
        Conversation conversation = tideover.conversation();
        conversation.say("I am Ann");
        provider.does(LoopbackProvider.fails(500));
        String said = "Where is my order?";
        assertThatThrownBy(() -> conversation.say(said)).isInstanceOf(ChatException.class);
        assertThat(conversation.history()).hasSize(2);
        provider.does(LoopbackProvider.says("On its way"));
        assertThat(conversation.say(said).text()).isEqualTo("On its way");
        String last = provider.asked().get(provider.asked().size() - 1).body();
        assertThat(last).containsOnlyOnce("I am Ann").containsOnlyOnce(said);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aConnectionThatBreaksInTheMiddleOfAnAnswerIsNoAnswer(Form form) {
        ChatException end = meets(form, wire -> {
            String whole = LoopbackProvider.completion("Your order ships on Monday");
            wire.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + whole.length()
                    + "\r\n\r\n" + whole.substring(0, whole.length() / 2));
            return false;
        });
        assertThat(end.kind()).isIn(FailureKind.NETWORK_AMBIGUOUS, FailureKind.MALFORMED, FailureKind.CUT);
        assertThat(end).hasMessageNotContaining("Monday");
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"BLOCKING", "STREAM"})
    void aThreadThatIsInterruptedIsTheCallersBusinessAndNotTheProviders(Form form) {
        Thread caller = Thread.currentThread();
        for (int i = 0; i < 3; i++) {
            provider.does(wire -> {
                wire.raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
                caller.interrupt();
                while (true) {
                    wire.raw("\n");
                    wire.pause(Duration.ofMillis(10));
                }
            });
            ChatException end = catchThrowableOfType(ChatException.class, () -> form.ask(tideover, "Hi"));
            assertThat(Thread.interrupted())
                    .as("the interrupt is still to be seen")
                    .isTrue();
            assertThat(end.kind()).isEqualTo(FailureKind.CANCELLED);
            assertThat(end).hasMessageContaining("the calling thread was interrupted");
        }
        assertThat(tideover.status().state()).isEqualTo(ServiceState.OPERATIONAL);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aThreadThatIsInterruptedBeforehandSendsNothing(Form form) {
        Thread.currentThread().interrupt();
        Throwable end = catchThrowable(() -> form.ask(tideover, "Hi"));
        assertThat(Thread.interrupted()).as("the interrupt is still to be seen").isTrue();
        if (form == Form.ASYNC) {
            assertThat(end).as("another thread does the work").isNull();
        } else {
            assertThat(end).isInstanceOf(ChatException.class).hasMessageContaining("0 attempts");
            assertThat(provider.asked()).isEmpty();
        }
    }

    private static boolean endless(LoopbackProvider.Wire wire, String text) throws IOException {
        byte[] bytes = text.repeat(8192 / text.length()).getBytes(StandardCharsets.UTF_8);
        while (true) {
            wire.out().write(bytes);
        }
    }

    private static byte[] bomb(String beginning, int size) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(beginning.getBytes(StandardCharsets.UTF_8));
            byte[] filling = new byte[1 << 16];
            Arrays.fill(filling, (byte) 'a');
            for (int i = 0; i < size; i += filling.length) {
                gzip.write(filling);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return packed.toByteArray();
    }
}
