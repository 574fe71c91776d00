package io.github.tideover.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.RetryPolicy;
import io.github.tideover.StreamRescue;
import io.github.tideover.Tideover;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.testkit.SeenRequest.Ending;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Chaos in a real client, over real HTTP, before a provider that is well. */
class ChaosTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Executor THREADS = task -> {
        Thread thread = new Thread(task, "asking");
        thread.setDaemon(true);
        thread.start();
    };

    private final ManualTime time = new ManualTime();
    private final OutageServer service = OutageServer.builder().time(time).start();
    private final OkHttpClient plain = new OkHttpClient();

    @AfterEach
    void close() {
        service.close();
        plain.dispatcher().executorService().shutdown();
        plain.connectionPool().evictAll();
    }

    private static Chaos everybodyMeets(Behaviour behaviour) {
        Chaos chaos = Chaos.in("staging").weather(Weather.all(behaviour)).build();
        chaos.begin();
        return chaos;
    }

    private Tideover client(Chaos chaos, Dialect dialect) {
        return builder(chaos, dialect).build();
    }

    private Tideover.Builder builder(Chaos chaos, Dialect dialect) {
        return Tideover.builder()
                .provider(service.provider(dialect))
                .httpClient(chaos.over(plain))
                .retryPolicy(RetryPolicy.never());
    }

    /** A client that waits for a third of a second, until the first token. */
    private Tideover hurried(Chaos chaos) {
        return builder(chaos, Dialect.CHAT_COMPLETIONS)
                .firstTokenTimeout(Duration.ofMillis(300))
                .build();
    }

    /** Asks without a client of ours. */
    private Call call(OkHttpClient client, boolean isStream) {
        return client.newCall(new Request.Builder()
                .url(service.baseUrl() + "chat/completions")
                .post(RequestBody.create(("{\"model\":\"m\",\"stream\":" + isStream + "}").getBytes(UTF_8)))
                .build());
    }

    private int status(OkHttpClient client) throws IOException {
        try (Response response = call(client, false).execute()) {
            return response.code();
        }
    }

    @Test
    void itIsRefusedWhereTheEnvironmentDoesNotNameIt() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Chaos.in("staging", name -> null))
                .withMessage(
                        "no chaos here: the environment variable TIDEOVER_CHAOS is not set. Where staging wants chaos, "
                                + "set TIDEOVER_CHAOS=staging");
        assertThatIllegalStateException()
                .isThrownBy(() -> Chaos.in("production")) // these tests run with TIDEOVER_CHAOS=staging
                .withMessageContaining("TIDEOVER_CHAOS is staging")
                .withMessageContaining("set TIDEOVER_CHAOS=production");
        assertThatIllegalArgumentException().isThrownBy(() -> Chaos.in(" ")).withMessageContaining("\"staging\"");
    }

    @Test
    void itIsOffUntilItBeginsAndCanBeSwitchedWhileCallsAreMade() throws Exception {
        Chaos chaos = Chaos.in("staging")
                .weather(Weather.all(Behaviour.fails(Fault.OVERLOADED)))
                .build();
        OkHttpClient client = chaos.over(plain);
        assertThat(chaos.isOn()).isFalse();
        assertThat(status(client)).isEqualTo(200);
        chaos.begin();
        assertThat(chaos.isOn()).isTrue();
        assertThat(status(client)).isEqualTo(503);
        assertThat(status(plain)).as("the client it was made from").isEqualTo(200);
        chaos.end();
        chaos.end();
        assertThat(chaos.isOn()).isFalse();
        assertThat(status(client)).isEqualTo(200);
        assertThat(chaos.hurt()).isEqualTo(1);
        chaos.begin();
        assertThat(chaos.hurt()).isZero();
        assertThat(status(client)).isEqualTo(503);
        assertThat(service.requests()).hasSize(3);
    }

    @Test
    void itEndsByItselfAndSaysSo() throws Exception {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(log, true, UTF_8));
        try {
            Chaos chaos = Chaos.in("staging")
                    .weather(Weather.partly(50, Behaviour.fails(Fault.SERVER_ERROR))
                            .and(50, Behaviour.fails(Fault.RATE_LIMITED)))
                    .onlyAt("127.0.0.1")
                    .time(time)
                    .build();
            OkHttpClient client = chaos.over(plain);
            chaos.begin();
            assertThat(log.toString(UTF_8))
                    .contains("WARN")
                    .contains("Chaos begins in staging, for at most PT1H, at 127.0.0.1: 50.0 % fails(SERVER_ERROR)");
            status(client);
            time.advance(Duration.ofMinutes(59));
            status(client);
            assertThat(chaos.isOn()).isTrue();
            assertThat(log.toString(UTF_8)).doesNotContain("is over");
            time.advance(Duration.ofMinutes(1));
            assertThat(log.toString(UTF_8)).containsOnlyOnce("Chaos is over in staging: it hurt 2 of 2 requests");
            assertThat(status(client)).isEqualTo(200);
            assertThat(chaos.isOn()).isFalse();
            chaos.end();
            assertThat(log.toString(UTF_8)).containsOnlyOnce("is over");
        } finally {
            System.setErr(before);
        }
    }

    @Test
    void itEndsByTheMachinesTimeAsWell() {
        Chaos chaos = Chaos.in("staging")
                .weather(Weather.all(Behaviour.hangsUp()))
                .forAtMost(Duration.ofMillis(30))
                .build();
        chaos.begin();
        Patience.until(PATIENCE, "the end of chaos", () -> !chaos.isOn());
    }

    @Test
    void itIsSwitchedOnAndOffUnderLoad() throws Exception {
        Chaos chaos = Chaos.in("staging")
                .weather(Weather.all(Behaviour.fails(Fault.OVERLOADED)))
                .build();
        OkHttpClient client = chaos.over(plain);
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        AtomicBoolean isEnough = new AtomicBoolean();
        List<CompletableFuture<?>> askers = new ArrayList<>();
        CyclicBarrier together = new CyclicBarrier(5);
        for (int i = 0; i < 4; i++) {
            askers.add(CompletableFuture.runAsync(
                    () -> {
                        await(together);
                        while (!isEnough.get()) {
                            int status = statusOf(client);
                            asked.incrementAndGet();
                            assertThat(status).isIn(200, 503);
                            refused.addAndGet(status == 503 ? 1 : 0);
                        }
                    },
                    THREADS));
        }
        await(together);
        long hurt = 0;
        for (int spell = 0; spell < 20; spell++) {
            chaos.begin();
            Patience.until(PATIENCE, "somebody to be hurt", () -> chaos.hurt() > 0);
            chaos.end();
            hurt += chaos.hurt();
        }
        isEnough.set(true);
        for (CompletableFuture<?> asker : askers) {
            asker.get(20, TimeUnit.SECONDS);
        }
        assertThat(service.requests()).hasSize(asked.get() - refused.get());
        // Whoever has drawn a refusal when it ends may be served all the same.
        assertThat(refused.get()).isPositive().isLessThanOrEqualTo((int) hurt);
        assertThat(status(client)).isEqualTo(200);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aTimerOfAnEarlierTimeDoesNotEndALaterOne() {
        Chaos chaos = Chaos.in("staging")
                .weather(Weather.all(Behaviour.hangsUp()))
                .forAtMost(Duration.ofMinutes(10))
                .time(time)
                .build();
        chaos.begin();
        time.advance(Duration.ofMinutes(9));
        chaos.begin();
        time.advance(Duration.ofMinutes(9));
        assertThat(chaos.isOn()).isTrue();
        time.advance(Duration.ofMinutes(1));
        assertThat(chaos.isOn()).isFalse();
    }

    @Test
    void onlyTheHostsThatAreNamedAreHurtAndOnlyChat() throws Exception {
        try (OutageServer other = OutageServer.builder().name("other").start()) {
            HttpUrl named = HttpUrl.get(service.baseUrl());
            Chaos chaos = Chaos.in("staging")
                    .weather(Weather.all(Behaviour.fails(Fault.OVERLOADED)))
                    .onlyAt("api.example.com", "127.0.0.1:" + named.port())
                    .build();
            chaos.begin();
            OkHttpClient client = chaos.over(plain);
            assertThat(status(client)).isEqualTo(503);
            for (String path : List.of("models", "embeddings")) {
                Request request = new Request.Builder()
                        .url(service.baseUrl() + path)
                        .post(RequestBody.create(new byte[0]))
                        .build();
                try (Response response = client.newCall(request).execute()) {
                    assertThat(response.code()).isEqualTo(404); // the server's own word
                }
            }
            Tideover.Builder builder = Tideover.builder()
                    .provider(service.provider())
                    .alternate(other.provider())
                    .httpClient(client);
            try (Tideover tideover = builder.build()) {
                assertThat(tideover.chat("Hello").origin()).isEqualTo(Origin.ALTERNATE);
            }
            assertThat(service.requests()).isEmpty();
            assertThat(other.requests()).hasSize(1);
        }
    }

    static Stream<Arguments> faults() {
        return DialectsTest.faults();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aRefusalIsTakenForTheRealThingAndSendsNothing(Dialect dialect, Fault fault) {
        Chaos chaos = everybodyMeets(Behaviour.fails(fault));
        try (Tideover tideover = client(chaos, dialect)) {
            isTakenFor(fault, () -> tideover.chat("Hello"));
        }
        try (Tideover tideover =
                client(chaos, dialect)) { // another one: what a bad key taught the first is not forgotten
            isTakenFor(fault, () -> String.join("", tideover.stream("Hello")));
        }
        assertThat(service.requests()).isEmpty();
        assertThat(chaos.hurt()).isEqualTo(2);
    }

    private static void isTakenFor(Fault fault, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.kind()).isEqualTo(DialectsTest.KINDS.get(fault)));
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aWishForRestIsHeard(Dialect dialect) {
        Chaos chaos = everybodyMeets(Behaviour.fails(Fault.RATE_LIMITED)
                .asking(Duration.ofSeconds(40))
                .header("request-id", "req_chaos"));
        try (Tideover tideover = client(chaos, dialect)) {
            assertThatThrownBy(() -> tideover.chat("Hello")).isInstanceOfSatisfying(ChatException.class, e -> {
                assertThat(e.failures().get(0).retryAfter()).hasValue(Duration.ofSeconds(40));
                assertThat(e.failures().get(0).requestId()).hasValue("req_chaos");
            });
        }
    }

    @Test
    void aProxysPageAndAResetAreTakenForTheRealThing() {
        for (Behaviour behaviour : List.of(Behaviour.servesTheProxyErrorPage(), Behaviour.hangsUp())) {
            try (Tideover tideover = client(everybodyMeets(behaviour), Dialect.CHAT_COMPLETIONS)) {
                assertThatThrownBy(() -> tideover.chat("Hello"))
                        .isInstanceOfSatisfying(
                                ChatException.class,
                                e -> assertThat(e.kind())
                                        .isEqualTo(
                                                behaviour.toString().equals("hangsUp()")
                                                        ? FailureKind.NETWORK_AMBIGUOUS
                                                        : FailureKind.TRANSIENT));
            }
        }
        assertThat(service.requests()).isEmpty();
    }

    @Test
    void aResetIsNotMendedByTheHttpClientBehindOurBack() {
        Chaos chaos = everybodyMeets(Behaviour.hangsUp());
        assertThatIOException().isThrownBy(() -> status(chaos.over(plain))).withMessage("Connection reset");
        assertThat(chaos.hurt()).isEqualTo(1);
        assertThat(service.requests()).isEmpty();
    }

    static Stream<Arguments> breaks() {
        return DialectsTest.breaks();
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void aStreamThatIsCutIsTakenForTheRealThing(Dialect dialect, StreamBreak how) {
        Chaos chaos = everybodyMeets(Behaviour.breaksAfter(12, how));
        Tideover.Builder builder = builder(chaos, dialect);
        if (how == StreamBreak.SILENCE) { // whatever else comes late here is the machine's fault
            builder.stallTimeout(Duration.ofSeconds(1));
        }
        try (Tideover tideover = builder.build();
                var stream = tideover.stream("Hello")) {
            assertThatThrownBy(() -> stream.forEach(piece -> {}))
                    .isInstanceOfSatisfying(PartialReplyException.class, e -> {
                        assertThat(OutageServer.HEALTHY_ANSWER).startsWith(e.partialText());
                        assertThat(e.partialText()).hasSizeBetween(20, 80);
                        assertThat(e.kind()).isIn(DialectsTest.BREAKS.get(how), FailureKind.OVERLOADED);
                    });
        }
        assertThat(service.requests()).hasSize(1);
        service.awaitQuiet();
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aGarbledEventMayHaveBeenAPieceOfTheAnswer(Dialect dialect) {
        try (Tideover tideover = client(everybodyMeets(Behaviour.breaksAfter(12, StreamBreak.GARBLED_EVENT)), dialect);
                var stream = tideover.stream("Hello")) {
            assertThatThrownBy(() -> stream.forEach(piece -> {}))
                    .isInstanceOfSatisfying(PartialReplyException.class, e -> {
                        assertThat(OutageServer.HEALTHY_ANSWER).startsWith(e.partialText());
                        assertThat(e.kind()).isEqualTo(FailureKind.MALFORMED);
                    });
        }
    }

    @Test
    void aStreamThatIsCutIsRescuedByAnAlternate() {
        try (OutageServer backup = OutageServer.builder().name("backup").start()) {
            backup.says("All of it.");
            Chaos chaos = Chaos.in("staging")
                    .weather(Weather.all(Behaviour.breaksAfter(12, StreamBreak.CLOSE)))
                    .onlyAt("127.0.0.1:" + HttpUrl.get(service.baseUrl()).port())
                    .build();
            chaos.begin();
            try (Tideover tideover = Tideover.builder()
                            .provider(service.provider())
                            .alternate(backup.provider(Dialect.MESSAGES))
                            .streamRescue(StreamRescue.RESTART)
                            .httpClient(chaos.over(plain))
                            .build();
                    var stream = tideover.stream("Hello")) {
                stream.events().forEach(event -> {});
                assertThat(stream.reply().text()).isEqualTo("All of it.");
                assertThat(stream.reply().origin()).isEqualTo(Origin.ALTERNATE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aWholeReplyThatIsCutIsNoReply(Dialect dialect) {
        for (StreamBreak how : List.of(StreamBreak.CLOSE, StreamBreak.RESET, StreamBreak.HALF_AN_EVENT)) {
            try (Tideover tideover = client(everybodyMeets(Behaviour.breaksAfter(12, how)), dialect)) {
                assertThatThrownBy(() -> tideover.chat("Hello"))
                        .isInstanceOfSatisfying(
                                ChatException.class,
                                e -> assertThat(e.kind()).isEqualTo(FailureKind.NETWORK_AMBIGUOUS));
            }
        }
    }

    @Test
    void silenceRunsIntoTheTimeUntilTheFirstToken() {
        Chaos chaos = everybodyMeets(Behaviour.goesSilent());
        try (Tideover tideover = hurried(chaos)) {
            assertThatThrownBy(() -> String.join("", tideover.stream("Hello")))
                    .isInstanceOfSatisfying(
                            ChatException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.TIMEOUT));
        }
        assertThat(service.requests()).isEmpty();
    }

    @Test
    void latencyRunsIntoTheTimeUntilTheFirstTokenToo() {
        Chaos chaos = everybodyMeets(Behaviour.answers().after(Duration.ofMinutes(1)));
        try (Tideover tideover = hurried(chaos)) {
            assertThatThrownBy(() -> String.join("", tideover.stream("Hello")))
                    .isInstanceOfSatisfying(
                            ChatException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.TIMEOUT));
        }
        assertThat(service.requests()).isEmpty();
    }

    /** Moves the time by hand until it is done. */
    private <T> T moveUntilDone(CompletableFuture<T> pending, Duration step) throws Exception {
        for (int i = 0; ; i++) {
            try {
                return pending.get(2, TimeUnit.MILLISECONDS);
            } catch (java.util.concurrent.TimeoutException goesOn) {
                assertThat(i).isLessThan(10_000);
                time.advance(step);
            }
        }
    }

    @Test
    void latencyIsAsLongAsItIsSaidToBe() throws Exception {
        Chaos chaos = Chaos.in("staging")
                .weather(Weather.all(Behaviour.answers().after(Duration.ofSeconds(30))))
                .time(time)
                .build();
        chaos.begin();
        OkHttpClient client = chaos.over(plain);
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> statusOf(client), THREADS);
        assertThat(moveUntilDone(status, Duration.ofMillis(100))).isEqualTo(200);
        assertThat(service.requests().get(0).at()).isGreaterThanOrEqualTo(Duration.ofSeconds(30));
    }

    private int statusOf(OkHttpClient client) {
        try {
            return status(client);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aStreamDripsAndIsNotHeldBack() throws Exception {
        Chaos chaos = Chaos.in("staging")
                .weather(Weather.all(Behaviour.drips(2)))
                .time(time)
                .build();
        chaos.begin();
        try (Response response = call(chaos.over(plain), true).execute()) {
            // All of it has come by now, and the first event is passed on though no time goes by.
            assertThat(response.body().source().readUtf8LineStrict()).startsWith("data: ");
            assertThat(time.nanos()).isZero();
            CompletableFuture<String> rest = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return response.body().source().readUtf8();
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    },
                    THREADS);
            assertThat(moveUntilDone(rest, Duration.ofMillis(100))).endsWith("data: [DONE]\n\n");
            // 60 tokens, with an event before them and two after them.
            assertThat(Duration.ofNanos(time.nanos())).isGreaterThanOrEqualTo(Duration.ofSeconds(31));
        }
    }

    @Test
    void aStreamThatWillBeCutComesAsItIsWritten() throws Exception {
        service.dripsAt(1).tokensPerSecond(); // by a time that stands still: the second token never comes
        Chaos chaos = everybodyMeets(Behaviour.breaksAfter(40, StreamBreak.RESET));
        try (Response response = call(chaos.over(plain), true).execute()) {
            assertThat(response.body().source().readUtf8LineStrict()).contains("assistant");
            assertThat(response.body().source().readUtf8LineStrict()).isEmpty();
            assertThat(response.body().source().readUtf8LineStrict()).contains("\"A \"");
        }
    }

    @Test
    void whoWaitsGoesOnWhenItEnds() throws Exception {
        for (Behaviour behaviour :
                List.of(Behaviour.goesSilent(), Behaviour.answers().after(Duration.ofDays(1)))) {
            Chaos chaos = everybodyMeets(behaviour);
            OkHttpClient client =
                    chaos.over(plain.newBuilder().readTimeout(Duration.ZERO).build());
            CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> statusOf(client), THREADS);
            Patience.until(PATIENCE, "the request", () -> chaos.hurt() == 1);
            assertThat(status).isNotDone();
            chaos.end();
            assertThat(status.get(20, TimeUnit.SECONDS)).isEqualTo(200);
        }
        Chaos chaos = everybodyMeets(Behaviour.breaksAfter(12, StreamBreak.SILENCE));
        try (Response response = call(
                        chaos.over(plain.newBuilder().readTimeout(Duration.ZERO).build()), true)
                .execute()) {
            for (int i = 0; i < 12; i++) {
                response.body().source().readUtf8LineStrict();
                response.body().source().readUtf8LineStrict();
            }
            chaos.end();
            assertThat(response.body().source().readUtf8()).endsWith("data: [DONE]\n\n");
        }
        assertThat(service.requests()).extracting(SeenRequest::ending).containsOnly(Ending.ANSWERED);
    }

    @Test
    void whoGivesUpIsLetGo() throws Exception {
        Chaos chaos = everybodyMeets(Behaviour.goesSilent());
        Call call = call(chaos.over(plain), false);
        CompletableFuture<Response> cancelled = CompletableFuture.supplyAsync(() -> execute(call), THREADS);
        Patience.until(PATIENCE, "the request", () -> chaos.hurt() == 1);
        call.cancel();
        assertThatThrownBy(() -> cancelled.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("Canceled");

        OkHttpClient impatient =
                chaos.over(plain.newBuilder().readTimeout(Duration.ofMillis(50)).build());
        assertThatThrownBy(() -> call(impatient, false).execute())
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("timeout");
        OkHttpClient hurried =
                chaos.over(plain.newBuilder().callTimeout(Duration.ofMillis(50)).build());
        assertThatThrownBy(() -> call(hurried, false).execute())
                .isInstanceOf(InterruptedIOException.class)
                .hasMessage("timeout");

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> call(chaos.over(plain), false).execute())
                .isInstanceOf(InterruptedIOException.class)
                .hasMessage("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(service.requests()).isEmpty();
    }

    private static Response execute(Call call) {
        try {
            return call.execute();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void sharesAreAsTheyAreSaidToBeAndTheSameWithTheSameSeed() throws Exception {
        List<List<Integer>> twice = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            Chaos chaos = Chaos.in("staging")
                    .weather(Weather.partly(20, Behaviour.fails(Fault.OVERLOADED))
                            .and(10, Behaviour.fails(Fault.RATE_LIMITED)))
                    .seed(42)
                    .build();
            chaos.begin();
            OkHttpClient client = chaos.over(plain);
            List<Integer> statuses = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                statuses.add(status(client));
            }
            twice.add(statuses);
            assertThat(chaos.hurt())
                    .isEqualTo(statuses.stream().filter(each -> each != 200).count());
        }
        assertThat(twice.get(1)).isEqualTo(twice.get(0));
        // Three standard deviations of a binomial of 300 are 21 and 16.
        assertThat(twice.get(0)).filteredOn(each -> each == 503).hasSizeBetween(60 - 21, 60 + 21);
        assertThat(twice.get(0)).filteredOn(each -> each == 429).hasSizeBetween(30 - 16, 30 + 16);
    }

    @Test
    void whatMakesNoSenseIsRefusedAtOnce() {
        Chaos.Builder builder = Chaos.in("staging");
        assertThatIllegalStateException().isThrownBy(builder::build).withMessageContaining("weather(");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.weather(Weather.partly(5, Behaviour.says("Hello"))))
                .withMessageContaining("says nothing in its place")
                .withMessageNotContaining("Hello");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.forAtMost(Duration.ofHours(25)))
                .withMessageContaining("at most a day, not for PT25H");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.forAtMost(Duration.ZERO));
        for (String none : List.of("https://api.openai.com", "api.openai.com/v1", "", "a b", "me@host")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.onlyAt(none))
                    .withMessageContaining("not a host, such as api.openai.com");
        }
        Chaos chaos = builder.onlyAt("API.OpenAI.com", "localhost:11434")
                .weather(Weather.partly(5, Behaviour.hangsUp()))
                .build();
        assertThat(chaos)
                .hasToString(
                        "chaos in staging, at api.openai.com, localhost:11434, off, 0 requests hurt: 5.0 % hangsUp()");
    }
}
