package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.tideover.LoopbackProvider.Asked;
import io.github.tideover.LoopbackProvider.Behaviour;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.cache.RequestFingerprint;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.failure.RateLimitedException;
import io.github.tideover.failure.ServiceUnavailableException;
import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.StatusEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The promises of this library, each over real HTTP and in all three forms of a call where that matters. What an outage
 * of hours does to averages is in {@link OutageSimulationTest}.
 */
class PromisesTest {
    private static final String KEY = "correct-horse-battery";
    private static final Duration DEADLINE = Duration.ofMillis(600);

    private final LoopbackProvider main = new LoopbackProvider();
    private final LoopbackProvider spare = new LoopbackProvider();
    private final List<Tideover> clients = new ArrayList<>();

    @BeforeAll
    static void warmUp() {
        Lateness.warmUp();
    }

    @AfterEach
    void close() {
        clients.forEach(Tideover::close);
        main.close();
        spare.close();
    }

    private Tideover.Builder client() {
        return Tideover.builder().provider(at("main", main));
    }

    private Tideover open(Tideover.Builder builder) {
        Tideover tideover = builder.build();
        clients.add(tideover);
        return tideover;
    }

    private static Provider at(String name, LoopbackProvider provider) {
        return Provider.openAiCompatible(provider.baseUrl())
                .name(name)
                .apiKey(KEY)
                .model("small");
    }

    private static ChatException failure(Form form, Tideover tideover) {
        return catchThrowableOfType(ChatException.class, () -> form.ask(tideover, "Where is my order?"));
    }

    static Stream<Arguments> inEveryForm(List<?> cases) {
        return cases.stream().flatMap(each -> Stream.of(Form.values()).map(form -> Arguments.of(each, form)));
    }

    /** 1. Every call ends inside its deadline. */
    @Nested
    class EveryCallEndsInsideItsDeadline {
        private static final String STREAM_HEAD =
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

        enum Weather {
            SILENT(LoopbackProvider.isSilent()),
            DRIPPING(LoopbackProvider.drips(Duration.ofMillis(20), STREAM_HEAD, ": no news yet\n\n".repeat(100))),
            OVERLOADED(LoopbackProvider.fails(503)),
            OVERLOADED_FOR_A_MOMENT(LoopbackProvider.fails(503, "{}", "retry-after-ms: 10")),
            OVERLOADED_FOR_LONG(LoopbackProvider.fails(503, "{}", "Retry-After: 3600")),
            BROKEN(wire -> false);

            final Behaviour behaviour;

            Weather(Behaviour behaviour) {
                this.behaviour = behaviour;
            }
        }

        static Stream<Arguments> weathers() {
            return inEveryForm(List.of(Weather.values()));
        }

        @ParameterizedTest
        @MethodSource("weathers")
        void withOneProviderAndWithThree(Weather weather, Form form) {
            main.does(weather.behaviour);
            spare.does(weather.behaviour);
            Tideover.Builder patient = client().timeout(DEADLINE)
                    .streamTimeout(DEADLINE)
                    .retryPolicy(RetryPolicy.builder().maxAttempts(10).build());
            endsInTime(form, open(patient));
            endsInTime(form, open(patient.alternate(at("spare", spare)).alternate(at("other", main))));
        }

        private void endsInTime(Form form, Tideover tideover) {
            try (Lateness lateness = new Lateness()) {
                long start = System.nanoTime();
                ChatException end = failure(form, tideover);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThanOrEqualTo(lateness.allow(DEADLINE));
                assertThat(end).as("says whose fault it is and what to do").hasMessageMatching(".*; .* attempts?; .*");
            }
        }

        @ParameterizedTest
        @EnumSource(Form.class)
        void theRequestsOwnDeadlineComesFirst(Form form) {
            main.does(LoopbackProvider.isSilent());
            Tideover tideover = open(client());
            ChatRequest hurried =
                    ChatRequest.builder().user("Hi").timeout(DEADLINE).build();
            try (Lateness lateness = new Lateness()) {
                long start = System.nanoTime();
                assertThat(catchThrowable(() -> form.ask(tideover, hurried))).isInstanceOf(ChatException.class);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThanOrEqualTo(lateness.allow(DEADLINE));
            }
        }

        @ParameterizedTest
        @EnumSource(Form.class)
        void aSilentProviderLeavesTimeForTheNext(Form form) {
            main.does(LoopbackProvider.isSilent());
            ManualTime time = new ManualTime();
            Tideover tideover = open(client().alternate(at("spare", spare))
                    .timeout(DEADLINE)
                    .streamTimeout(DEADLINE)
                    .time(time.time()));
            CompletableFuture<ChatReply> reply = CompletableFuture.supplyAsync(() -> form.ask(tideover, "Hi"));
            Awaiting.until(() -> main.asked().size() == 1);
            time.advance(DEADLINE.dividedBy(2));
            Awaiting.until(reply::isDone);
            assertThat(reply.join().origin()).isEqualTo(Origin.ALTERNATE);
            assertThat(main.asked()).hasSize(1);
        }
    }

    /** 2. A truncated or malformed answer is never presented as complete. */
    @Nested
    class ATruncatedAnswerIsNeverPresentedAsComplete {
        private static final String WHOLE = LoopbackProvider.completion("Your order ships on Monday");
        private static final String HALF = WHOLE.substring(0, WHOLE.indexOf("Monday"));
        private static final String EVENTS = TideoverTest.events(false, "Your order ", "ships on ");

        private static Behaviour raw(String head, String whole, String events) {
            return wire -> {
                String body = wire.asked().streamed() ? events : whole;
                String type = wire.asked().streamed() ? "text/event-stream" : "application/json";
                wire.raw("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n" + head + "\r\n\r\n" + body);
                return false;
            };
        }

        private static String chunk(String text) {
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            return Integer.toHexString(length) + "\r\n" + text + "\r\n";
        }

        enum Cut {
            AT_A_CLEAN_CLOSE(raw("Connection: close", HALF, EVENTS)),
            BEFORE_THE_LENGTH_IT_ANNOUNCED(raw("Content-Length: 5000", HALF, EVENTS)),
            IN_A_LENGTH_THAT_IS_TOO_SHORT(wire -> wire.asked().streamed()
                    ? wire.send(200, "text/event-stream", EVENTS)
                    : wire.send(200, "application/json", HALF)),
            BEFORE_THE_LAST_CHUNK(raw("Transfer-Encoding: chunked", chunk(HALF), chunk(EVENTS))),
            AFTER_THE_LAST_CHUNK(
                    raw("Transfer-Encoding: chunked", chunk(HALF) + "0\r\n\r\n", chunk(EVENTS) + "0\r\n\r\n")),
            IN_THE_MIDDLE_OF_AN_EVENT(raw("Connection: close", HALF, EVENTS + "data: {\"choices\":[{\"delta\":{\"con")),
            WITHIN_AN_EVENT_OF_A_STREAM_THAT_GOES_ON(raw(
                    "Connection: close",
                    HALF,
                    EVENTS + "data: {\"choices\":[{\"delta\":{\"con\n\n" + TideoverTest.events(true, ".")));

            final Behaviour behaviour;

            Cut(Behaviour behaviour) {
                this.behaviour = behaviour;
            }
        }

        static Stream<Arguments> cuts() {
            return inEveryForm(List.of(Cut.values()));
        }

        @ParameterizedTest
        @MethodSource("cuts")
        void itIsAFailureAndIsNotKeptForLater(Cut cut, Form form) {
            main.does(cut.behaviour);
            ReplyCache cache = ReplyCache.inMemory(10);
            Tideover tideover = open(client().replyCache(cache).retryPolicy(RetryPolicy.never()));
            ChatException end = failure(form, tideover);
            assertThat(end.kind()).isIn(FailureKind.CUT, FailureKind.MALFORMED, FailureKind.NETWORK_AMBIGUOUS);
            if (form == Form.STREAM) {
                assertThat(((PartialReplyException) end).partialText()).isEqualTo("Your order ships on ");
            }
            main.does(LoopbackProvider.fails(400));
            assertThat(failure(form, tideover))
                    .as("nothing is served from the cache")
                    .isNotNull();
        }

        @ParameterizedTest
        @EnumSource(
                value = Form.class,
                names = {"BLOCKING", "ASYNC"})
        void theNextProviderAnswersWithItsOwnWords(Form form) {
            main.does(Cut.AT_A_CLEAN_CLOSE.behaviour);
            spare.does(LoopbackProvider.says("It ships on Tuesday"));
            ChatReply reply = form.ask(open(client().alternate(at("spare", spare))), "When?");
            assertThat(reply.text()).isEqualTo("It ships on Tuesday");
            assertThat(reply.origin()).isEqualTo(Origin.ALTERNATE);
        }

        @Test
        void aReplyCutByItsTokenLimitSaysSo() {
            main.does(wire -> wire.send(
                    200,
                    "application/json",
                    WHOLE.replace("\"finish_reason\":\"stop\"", "\"finish_reason\":\"length\"")));
            assertThat(open(client()).chat("When?").isComplete()).isFalse();
        }
    }

    /** 3. We never make an outage worse. */
    @Nested
    class WeNeverMakeAnOutageWorse {
        enum Hopeless {
            QUOTA(
                    429,
                    "{\"error\":{\"message\":\"You exceeded it\",\"code\":\"insufficient_quota\"}}",
                    FailureKind.QUOTA),
            QUOTA_DESPITE_A_WAIT(429, "{\"error\":{\"code\":\"billing_hard_limit_reached\"}}", FailureKind.QUOTA),
            CREDENTIALS(401, "{\"error\":{\"message\":\"Incorrect API key\"}}", FailureKind.AUTH),
            CREDENTIALS_AS_A_BAD_REQUEST(400, "{\"error\":{\"code\":\"invalid_api_key\"}}", FailureKind.AUTH),
            INVALID_REQUEST(400, "{\"error\":{\"message\":\"no such field\"}}", FailureKind.INVALID_REQUEST),
            CONTENT_POLICY(400, "{\"error\":{\"code\":\"content_filter\"}}", FailureKind.CONTENT_FILTER),
            UNKNOWN_MODEL(404, "{\"error\":{\"code\":\"model_not_found\"}}", FailureKind.MODEL_NOT_FOUND),
            TOO_LONG(400, "{\"error\":{\"code\":\"context_length_exceeded\"}}", FailureKind.CONTEXT_LENGTH);

            final int status;
            final String body;
            final FailureKind kind;

            Hopeless(int status, String body, FailureKind kind) {
                this.status = status;
                this.body = body;
                this.kind = kind;
            }
        }

        static Stream<Arguments> hopeless() {
            return inEveryForm(List.of(Hopeless.values()));
        }

        @ParameterizedTest
        @MethodSource("hopeless")
        void whatCannotHelpIsAskedOnce(Hopeless hopeless, Form form) {
            main.does(LoopbackProvider.fails(hopeless.status, hopeless.body, "x-should-retry: true"));
            ChatException end = failure(form, open(client()));
            assertThat(end.kind()).isEqualTo(hopeless.kind);
            assertThat(end.attempts()).isEqualTo(1);
            assertThat(main.asked()).hasSize(1);
        }

        @ParameterizedTest
        @EnumSource(Form.class)
        void aRefusalOnContentIsTakenToNobodyElse(Form form) {
            main.does(LoopbackProvider.fails(400, Hopeless.CONTENT_POLICY.body));
            Tideover tideover = open(client().alternate(at("spare", spare)).lastResort("Later."));
            assertThat(failure(form, tideover).kind()).isEqualTo(FailureKind.CONTENT_FILTER);
            assertThat(spare.asked()).isEmpty();
        }

        @ParameterizedTest
        @EnumSource(
                value = Hopeless.class,
                names = {"QUOTA", "CREDENTIALS", "UNKNOWN_MODEL"})
        void whatOnlyAPersonCanMendIsNotAskedByTheNextCallsEither(Hopeless hopeless) {
            main.does(LoopbackProvider.fails(hopeless.status, hopeless.body));
            Tideover tideover = open(client());
            for (Form form : Form.values()) {
                assertThat(failure(form, tideover).kind()).isEqualTo(hopeless.kind);
            }
            assertThat(main.asked()).hasSize(1);
        }

        @ParameterizedTest
        @EnumSource(Form.class)
        void theProvidersWishForRestIsAFloorForThisCallAndAllOthers(Form form) {
            AtomicBoolean first = new AtomicBoolean(true);
            main.does(wire -> first.getAndSet(false)
                    ? wire.send(503, "application/json", "{}", "Retry-After: 1")
                    : LoopbackProvider.says("Rested").answer(wire));
            Tideover tideover = open(client());
            CompletableFuture<ChatReply> other = CompletableFuture.supplyAsync(() -> {
                Awaiting.until(() ->
                        !main.asked().isEmpty() && tideover.routes().get(0).underWay() == 0);
                return tideover.chat("Me too");
            });
            assertThat(form.ask(tideover, "Hi").text()).isEqualTo("Rested");
            assertThat(other.join().text()).isEqualTo("Rested");
            List<Asked> asked = main.asked();
            assertThat(asked).hasSize(3);
            assertThat(asked.subList(1, 3))
                    .allSatisfy(each -> assertThat(
                                    Duration.ofNanos(each.at() - asked.get(0).at()))
                            .isGreaterThanOrEqualTo(Duration.ofSeconds(1)));
        }

        @Test
        void aProviderThatIsDownHearsOfOneCallInMany() {
            ManualTime time = new ManualTime();
            main.does(LoopbackProvider.fails(500));
            Tideover tideover = open(client().time(time.time()).retryPolicy(RetryPolicy.never()));
            for (int second = 0; second < 600; second++) {
                for (Form form : Form.values()) {
                    assertThat(failure(form, tideover)).isNotNull();
                }
                time.advance(Duration.ofSeconds(1));
            }
            assertThat(main.asked().size() / 1_800.0).isLessThan(0.1);
        }
    }

    /** 4. Service back means answers back. */
    @Nested
    class ServiceBackMeansAnswersBack {
        @ParameterizedTest
        @EnumSource(Form.class)
        void theFirstLiveAnswerComesWithinTenSecondsAndThenAllAreLive(Form form) {
            ManualTime time = new ManualTime();
            Tideover tideover = open(client().time(time.time()).retryPolicy(RetryPolicy.never()));
            main.does(LoopbackProvider.fails(500));
            for (int second = 0; second < 120; second++) {
                assertThat(failure(form, tideover)).isNotNull();
                time.advance(Duration.ofSeconds(1));
            }
            assertThat(tideover.status().state()).isEqualTo(ServiceState.MAJOR_OUTAGE);
            main.does(LoopbackProvider.says("Back"));
            int seconds = 0;
            while (catchThrowable(() -> form.ask(tideover, "Hi")) != null) {
                time.advance(Duration.ofSeconds(1));
                assertThat(++seconds).isLessThanOrEqualTo(10);
            }
            for (int second = 0; second < 30; second++) {
                time.advance(Duration.ofSeconds(1));
                assertThat(form.ask(tideover, "Hi").isLive()).isTrue();
            }
            assertThat(tideover.status().state().isOutage()).isFalse();
        }
    }

    /** 5. Helpers cannot hurt. */
    @Nested
    class HelpersCannotHurt {
        @Test
        void listenersThatThrowOrNeverReturnDelayNoCall() throws Exception {
            CountDownLatch called = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            List<ServiceState> heard = new CopyOnWriteArrayList<>();
            Tideover tideover = open(client().retryPolicy(RetryPolicy.never())
                    .onStatus(event -> {
                        throw new IllegalStateException("a listener's own trouble");
                    })
                    .onStatus(event -> {
                        throw new AssertionError("an error of a listener");
                    })
                    .onStatus(event -> {
                        called.countDown();
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    })
                    .onStatus(event -> heard.add(event.status().state())));
            try (Lateness lateness = new Lateness()) {
                for (int round = 0; round < 8; round++) {
                    main.does(LoopbackProvider.fails(500));
                    for (int i = 0; i < 4; i++) {
                        assertThat(failure(Form.values()[i % 3], tideover)).isNotNull();
                    }
                    main.does(LoopbackProvider.says("Hello"));
                    for (int i = 0; i < 30; i++) {
                        Form form = Form.values()[i % 3];
                        long start = System.nanoTime();
                        assertThat(form.ask(tideover, "Hi").isLive()).isTrue();
                        assertThat(Duration.ofNanos(System.nanoTime() - start))
                                .isLessThan(lateness.allow(Duration.ofSeconds(1)));
                    }
                }
                assertThat(called.await(5, TimeUnit.SECONDS))
                        .as("the listener was called")
                        .isTrue();
                long start = System.nanoTime();
                tideover.close();
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .isLessThan(lateness.allow(Duration.ofSeconds(1)));
            } finally {
                release.countDown();
            }
            Awaiting.until(() -> !heard.isEmpty());
        }

        @Test
        void aListenerMayUseTheClientItListensTo() {
            List<Throwable> outcomes = new CopyOnWriteArrayList<>();
            List<Tideover> self = new CopyOnWriteArrayList<>();
            Tideover tideover = open(client().retryPolicy(RetryPolicy.never()).onStatus(event -> {
                if (event.status().state() != ServiceState.OPERATIONAL) {
                    outcomes.add(catchThrowable(() -> self.get(0).chat("Hi")));
                    self.get(0).close();
                }
            }));
            self.add(tideover);
            main.does(LoopbackProvider.fails(500));
            while (catchThrowable(() -> tideover.chat("Hi")) instanceof ChatException) {
                // until the listener has closed the client
            }
            assertThat(outcomes.get(0)).isInstanceOf(ServiceUnavailableException.class);
        }
    }

    /** 6. What the user said is not lost. */
    @Nested
    class WhatTheUserSaidIsNotLost {
        @TempDir
        private Path directory;

        private final List<Delivery> delivered = new CopyOnWriteArrayList<>();

        @Test
        void anAcceptedMessageSurvivesAKillAndIsDeliveredOnce() throws Exception {
            main.does(LoopbackProvider.fails(503));
            Process process = new ProcessBuilder(
                            System.getProperty("java.home") + "/bin/java",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Accepting.class.getName(),
                            main.baseUrl(),
                            directory.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String receipt;
            try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
                receipt = said.readLine();
                process.destroyForcibly(); // SIGKILL
            }
            assertThat(process.waitFor()).isNotZero();
            assertThat(receipt).isNotBlank();

            main.does(LoopbackProvider.says("It ships on Monday."));
            Tideover after = open(withOutbox(main, directory, delivered::add));
            Awaiting.until(() -> after.outbox().list().isEmpty());
            // What was killed before it got a receipt, or was told that there is none, may be delivered or not.
            assertThat(delivered)
                    .filteredOn(delivery -> delivery.id().equals(receipt))
                    .singleElement()
                    .satisfies(delivery -> assertThat(delivery.reply().text()).isEqualTo("It ships on Monday."));
            int all = delivered.size();
            after.close();
            Tideover again = open(withOutbox(main, directory, delivered::add));
            assertThat(again.outbox().list()).isEmpty();
            assertThat(again.chat("Hello").isLive()).isTrue();
            assertThat(delivered).hasSize(all);
        }
    }

    private static Tideover.Builder withOutbox(
            LoopbackProvider provider, Path directory, Consumer<Delivery> onDelivered) {
        return withOutbox(provider.baseUrl(), directory, onDelivered);
    }

    private static Tideover.Builder withOutbox(String baseUrl, Path directory, Consumer<Delivery> onDelivered) {
        return Tideover.builder()
                .provider(Provider.openAiCompatible(baseUrl).name("main").model("small"))
                .retryPolicy(RetryPolicy.never())
                .outbox(Outbox.onDisk(directory))
                .onDelivered(onDelivered);
    }

    /** Accepts a message, in a process of its own, and waits for its end. */
    static final class Accepting {
        public static void main(String[] args) throws InterruptedException {
            Tideover tideover =
                    withOutbox(args[0], Path.of(args[1]), delivery -> {}).build();
            for (int i = 0; i < 60; i++) {
                try {
                    System.out.println(tideover.chat("Where is my order?")
                            .receipt()
                            .orElseThrow()
                            .id());
                    new CountDownLatch(1).await();
                } catch (ChatException e) {
                    // A process that has just begun may take longer than a receipt is waited for.
                }
            }
            tideover.close();
        }
    }

    /** 7. Nothing leaks. */
    @Nested
    class NothingLeaks {
        private static final String PROMPT = "my cat is called Mitzi";
        private static final String REPLY = "a lovely name for a cat";

        /** Providers echo keys and prompts when they refuse. */
        private static String echo(String code) {
            return "{\"error\":{\"message\":\"Key " + KEY + " sent " + PROMPT + " and got " + REPLY + "\",\"code\":\""
                    + code + "\",\"param\":\"" + PROMPT + "\",\"request_id\":\"" + KEY
                    + "\",\"details\":[{\"reason\":\"" + KEY
                    + "\"}],\"metadata\":{\"raw\":\"" + KEY + PROMPT + "\",\"headers\":{\"X-RateLimit-Reset\":\"" + KEY
                    + "\"}}}}";
        }

        static Stream<Arguments> echoes() {
            String events = TideoverTest.events(false, REPLY);
            return inEveryForm(List.of(
                    400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529, 301, 200, "cut", "noise",
                    "gone"));
        }

        private static Behaviour echoing(Object how) {
            String[] headers = {
                "x-request-id: " + KEY, "Location: http://" + KEY + ".example.com/" + KEY, "x-echo: " + PROMPT,
            };
            if (how instanceof Integer status) {
                return wire -> wire.send(status, "application/json", echo("some_code"), headers);
            }
            if (how.equals("cut")) {
                return wire -> wire.asked().streamed()
                        ? wire.send(200, "text/event-stream", TideoverTest.events(false, REPLY), headers)
                        : wire.send(
                                200, "application/json", "{\"choices\":[{\"message\":{\"content\":\"" + REPLY, headers);
            }
            if (how.equals("noise")) {
                return wire -> wire.send(200, "text/html", "<title>" + KEY + PROMPT + REPLY + "</title>", headers);
            }
            return wire -> {
                wire.raw("NOT-HTTP " + KEY + " " + PROMPT + " " + REPLY + "\r\n\r\n");
                return false;
            };
        }

        @ParameterizedTest
        @MethodSource("echoes")
        void noExceptionTellsAKeyAPromptOrAReply(Object how, Form form) {
            main.does(echoing(how));
            Tideover tideover = open(client().retryPolicy(RetryPolicy.never()));
            ChatException end = catchThrowableOfType(ChatException.class, () -> form.ask(tideover, PROMPT));
            assertThat(told(end)).isNotEmpty().doesNotContain(KEY, PROMPT, REPLY);
            assertThat(told(
                            tideover.status().toString(),
                            tideover.status().headline(),
                            tideover.status().detail()))
                    .doesNotContain(KEY, PROMPT, REPLY);
        }

        /** All that a log or a crash report would print of it. */
        static String told(ChatException end) {
            StringWriter trace = new StringWriter();
            end.printStackTrace(new PrintWriter(trace, true));
            StringBuilder all = new StringBuilder(trace.toString());
            for (Failure failure : end.failures()) {
                all.append(failure)
                        .append(failure.message())
                        .append(failure.code())
                        .append(failure.requestId())
                        .append(failure.source());
                failure.cause().ifPresent(cause -> {
                    StringWriter inner = new StringWriter();
                    cause.printStackTrace(new PrintWriter(inner, true));
                    all.append(inner);
                });
            }
            return all.append(end.failure()).append(end.requestId()).toString();
        }

        private static String told(Object... objects) {
            StringBuilder all = new StringBuilder();
            for (Object each : objects) {
                all.append(each).append('\n');
            }
            return all.toString();
        }

        @Test
        void noValueShowsWhatItHoldsWhenItIsPrinted() {
            main.does(LoopbackProvider.says(REPLY));
            Provider provider = at("main", main).header("x-team", PROMPT);
            ReplyCache cache = ReplyCache.inMemory(10);
            ChatRequest request = ChatRequest.builder()
                    .system(PROMPT)
                    .user(PROMPT)
                    .extra("user", PROMPT)
                    .stop(PROMPT)
                    .build();
            Tideover tideover =
                    open(Tideover.builder().provider(provider).replyCache(cache).lastResort(PROMPT));
            ChatReply reply = tideover.chat(request);
            Conversation conversation = tideover.conversation(request);
            conversation.say(PROMPT);
            CompletableFuture<ChatReply> async = tideover.chatAsync(request);
            async.join();
            try (ReplyStream stream = tideover.stream(request)) {
                stream.reply();
                assertThat(told(
                                provider,
                                cache,
                                request,
                                request.toBuilder(),
                                Message.user(PROMPT),
                                request.messages(),
                                reply,
                                reply.toBuilder(),
                                reply.usage(),
                                conversation,
                                conversation.history(),
                                async,
                                stream,
                                tideover,
                                tideover.newBuilder(),
                                tideover.routes(),
                                tideover.status(),
                                RequestFingerprint.of("main", request),
                                RetryPolicy.defaults()))
                        .doesNotContain(KEY, PROMPT, REPLY);
            }
        }

        @Test
        void noLogLineTellsThemEvenWhenEverythingIsLogged() throws Exception {
            Process process = new ProcessBuilder(
                            System.getProperty("java.home") + "/bin/java",
                            "-Dorg.slf4j.simpleLogger.defaultLogLevel=trace",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Talkative.class.getName())
                    .redirectErrorStream(true)
                    .start();
            String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(log).isZero();
            assertThat(log)
                    .contains("DEBUG io.github.tideover.Engine", "all was asked")
                    .doesNotContain(KEY, PROMPT, REPLY);
        }

        /** Asks in all forms and weathers, in a process of its own where every logger tells all it knows. */
        static final class Talkative {
            public static void main(String[] args) throws IOException {
                try (LoopbackProvider provider = new LoopbackProvider()) {
                    for (Arguments each : (Iterable<Arguments>) echoes()::iterator) {
                        try (Tideover tideover = Tideover.builder()
                                .provider(at("main", provider))
                                .replyCache(ReplyCache.inMemory(10))
                                .retryPolicy(RetryPolicy.never())
                                .build()) {
                            Form form = (Form) each.get()[1];
                            provider.does(LoopbackProvider.says(REPLY));
                            form.ask(tideover, PROMPT + " and is well");
                            provider.does(echoing(each.get()[0]));
                            catchThrowable(() -> form.ask(tideover, PROMPT));
                        }
                    }
                }
                System.out.println("all was asked");
            }
        }
    }

    /** 8. The application can always tell. */
    @Nested
    class TheApplicationCanAlwaysTell {
        @ParameterizedTest
        @EnumSource(Form.class)
        void whereAReplyCameFromHowOldItIsAndWhatItTook(Form form) {
            ManualTime time = new ManualTime();
            Tideover tideover = open(client().alternate(at("spare", spare))
                    .replyCache(ReplyCache.inMemory(10))
                    .lastResort("Later.")
                    .retryPolicy(RetryPolicy.never())
                    .time(time.time()));
            ChatReply live = form.ask(tideover, "Where is my order?");
            assertThat(live.origin()).isEqualTo(Origin.LIVE);
            assertThat(live.isLive()).isTrue();
            assertThat(live.age()).isZero();
            assertThat(live.provider()).isEqualTo("main");
            assertThat(live.model()).as("who really answered").isEqualTo("small-1");
            assertThat(live.attempts()).isEqualTo(1);
            assertThat(live.usage().inputTokens()).isEqualTo(3);
            assertThat(live.usage().outputTokens()).isEqualTo(2);
            assertThat(live.skipped()).isEmpty();

            main.does(LoopbackProvider.fails(500));
            ChatReply alternate = form.ask(tideover, "And this one?");
            assertThat(alternate.origin()).isEqualTo(Origin.ALTERNATE);
            assertThat(alternate.provider()).isEqualTo("spare");
            assertThat(alternate.attempts()).isEqualTo(2);
            assertThat(alternate.skipped()).extracting(Failure::source).containsExactly("main/small");

            spare.does(LoopbackProvider.fails(529));
            time.advance(Duration.ofSeconds(90));
            ChatReply cached = form.ask(tideover, "Where is my order?");
            assertThat(cached.origin()).isEqualTo(Origin.CACHED);
            assertThat(cached.isLive()).isFalse();
            assertThat(cached.age()).isEqualTo(Duration.ofSeconds(90));
            assertThat(cached.provider()).isEqualTo("main");
            assertThat(cached.model()).isEqualTo("small-1");
            assertThat(cached.attempts()).as("what was sent in vain").isEqualTo(2);
            assertThat(cached.skipped())
                    .extracting(Failure::kind)
                    .containsExactly(FailureKind.TRANSIENT, FailureKind.OVERLOADED);

            ChatReply canned = form.ask(tideover, "Something new?");
            assertThat(canned.origin()).isEqualTo(Origin.CANNED);
            assertThat(canned.text()).isEqualTo("Later.");
            assertThat(canned.provider()).isEmpty();
            assertThat(canned.usage().totalTokens()).isZero();
            assertThat(canned.skipped())
                    .extracting(Failure::kind)
                    .containsExactly(FailureKind.TRANSIENT, FailureKind.OVERLOADED, FailureKind.NO_CACHED_REPLY);
        }

        @ParameterizedTest
        @EnumSource(Form.class)
        void whoseFaultAFailureIsAndWhenToComeBack(Form form) {
            main.does(LoopbackProvider.fails(503, "{}", "Retry-After: 3600", "x-request-id: req_81"));
            ChatException down = failure(form, open(client()));
            assertThat(down).isInstanceOf(ServiceUnavailableException.class);
            assertThat(down.provider()).isEqualTo("main/small");
            assertThat(down.requestId()).contains("req_81");
            assertThat(down.retryAt()).isPresent();
            assertThat(down.attempts()).isEqualTo(1);
            main.does(LoopbackProvider.fails(429, "{}", "Retry-After: 3600"));
            assertThat(failure(form, open(client()))).isInstanceOf(RateLimitedException.class);
        }

        @Test
        void statusIsAFactToReadAndEventsToHearInOrder() {
            ManualTime time = new ManualTime();
            List<StatusEvent> heard = new CopyOnWriteArrayList<>();
            Tideover tideover = open(
                    client().time(time.time()).retryPolicy(RetryPolicy.never()).onStatus(heard::add));
            Function<Duration, Void> aCallASecond = span -> {
                for (int second = 0; second < span.toSeconds(); second++) {
                    catchThrowable(() -> tideover.chat("Hi"));
                    time.advance(Duration.ofSeconds(1));
                }
                return null;
            };
            assertThat(tideover.status().state()).isEqualTo(ServiceState.OPERATIONAL);
            main.does(LoopbackProvider.fails(529));
            aCallASecond.apply(Duration.ofSeconds(30));
            assertThat(tideover.status().state()).isEqualTo(ServiceState.MAJOR_OUTAGE);
            assertThat(tideover.status().headline()).isNotBlank();
            assertThat(tideover.status().detail()).contains("more requests than it can handle");
            main.does(LoopbackProvider.says("Hello"));
            aCallASecond.apply(Duration.ofMinutes(3));
            assertThat(tideover.status().state()).isEqualTo(ServiceState.OPERATIONAL);
            Awaiting.until(() ->
                    !heard.isEmpty() && heard.get(heard.size() - 1).status().state() == ServiceState.OPERATIONAL);
            for (int i = 0; i < heard.size(); i++) {
                assertThat(heard.get(i).sequence()).isEqualTo(i + 1);
                assertThat(heard.get(i).previous())
                        .isEqualTo(
                                i == 0
                                        ? ServiceState.OPERATIONAL
                                        : heard.get(i - 1).status().state());
            }
            assertThat(heard.stream().map(event -> event.status().state()))
                    .containsSubsequence(
                            ServiceState.DEGRADED,
                            ServiceState.MAJOR_OUTAGE,
                            ServiceState.RECOVERING,
                            ServiceState.OPERATIONAL);
        }
    }
}
