package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.DeadlineExceededException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.ServiceUnavailableException;
import io.github.tideover.provider.Ability;
import io.github.tideover.status.OutageReport;
import io.github.tideover.status.ServiceState;
import io.github.tideover.tool.ToolFailedException;
import io.github.tideover.tool.ToolFunction;
import io.github.tideover.tool.Toolbox;
import io.github.tideover.tool.TypedTool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Calls that run tools, over HTTP: each does what it does once, whatever becomes of the providers around it. */
@Timeout(60)
class ToolLoopTest {
    record Pay(String account, int cents) {}

    record Sum(int total) {}

    private static final ToolCall PAY = ToolCall.of("call_1", "pay", "{\"account\":\"A\",\"cents\":5}");
    private static final ToolCall PAY_MORE = ToolCall.of("call_2", "pay", "{\"account\":\"B\",\"cents\":7}");
    private static final ToolCall CUT = ToolCall.of("call_3", "pay", "{\"account\":\"C\",\"ce");
    private static final ToolCall WRONG = ToolCall.of("call_4", "pay", "{\"account\":\"C\",\"cents\":\"five\"}");
    private static final ToolCall UNKNOWN = ToolCall.of("call_5", "hack", "{}");
    private static final ChatRequest REQUEST = ChatRequest.of("Pay my bills.");

    @StartStop
    private final MockWebServer first = new MockWebServer();

    @StartStop
    private final MockWebServer second = new MockWebServer();

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> paid = new CopyOnWriteArrayList<>();
    private final Toolbox toolbox = toolbox(pay -> "paid " + pay.cents());

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    /** Notes each payment, then does what it is told. */
    private Toolbox toolbox(ToolFunction<Pay> then) {
        return Toolbox.of(TypedTool.of("pay", "Pays a bill.", Pay.class, pay -> {
            paid.add(pay.account() + pay.cents());
            return then.call(pay);
        }));
    }

    private Tideover client(Tideover.Builder builder) {
        Tideover tideover = builder.retryPolicy(RetryPolicy.builder()
                        .firstDelay(Duration.ofMillis(1))
                        .overloadDelay(Duration.ofMillis(1))
                        .build())
                .build();
        open.add(tideover);
        return tideover;
    }

    private Script script() {
        return new Script(Speaker.CHAT, first);
    }

    private Tideover alone(Script script) {
        return client(Tideover.builder().provider(script.provider("main")));
    }

    private Tideover withBackup(Script main, Script spare) {
        return client(Tideover.builder().provider(main.provider("main")).alternate(spare.provider("spare")));
    }

    enum Way {
        BLOCKING,
        ASYNC,
        TEXT,
        EVENTS,
        CALLBACK;

        String ask(Tideover tideover, Toolbox toolbox) throws Exception {
            if (this == BLOCKING) {
                return tideover.chat(REQUEST, toolbox).text();
            }
            if (this == ASYNC) {
                return tideover.chatAsync(REQUEST, toolbox)
                        .get(20, TimeUnit.SECONDS)
                        .text();
            }
            try (ReplyStream stream = tideover.stream(REQUEST, toolbox)) {
                if (this == TEXT) {
                    String text = String.join("", stream);
                    assertThat(stream.reply().text()).isEqualTo(text);
                    return text;
                }
                if (this == CALLBACK) {
                    return stream.forEachEvent(event -> {})
                            .get(20, TimeUnit.SECONDS)
                            .text();
                }
                List<String> kinds = new ArrayList<>();
                stream.events().forEach(event -> kinds.add(event.getClass().getSimpleName()));
                assertThat(kinds).containsExactly("ToolsCalled", "Text", "Completed");
                return stream.reply().text();
            }
        }
    }

    static Stream<Arguments> everywhere() {
        return Stream.of(Speaker.values())
                .flatMap(speaker -> Stream.of(Way.values()).map(way -> Arguments.of(speaker, way)));
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void toolsAreRunInOrderAndTheirResultsGoBack(Speaker speaker, Way way) throws Exception {
        Script script = new Script(speaker, first).calls(PAY, PAY_MORE).says("Both are paid.");
        assertThat(way.ask(alone(script), toolbox)).isEqualTo("Both are paid.");
        assertThat(paid).containsExactly("A5", "B7");
        assertThat(script.requests()).isEqualTo(2);
        assertThat(script.text(0)).contains("Pays a bill.", "\"additionalProperties\":false");
        assertThat(speaker.resultIn(script.body(1), 1)).isEqualTo("paid 5");
        assertThat(speaker.resultIn(script.body(1), 0)).isEqualTo("paid 7");
    }

    static Stream<Arguments> pairs() {
        return Stream.of(Speaker.values())
                .flatMap(main -> Stream.of(Speaker.values()).map(spare -> Arguments.of(main, spare)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void whatAToolGaveTravelsToWhoeverAnswers(Speaker from, Speaker to) {
        Script main = new Script(from, first).calls(PAY, PAY_MORE); // and then errors only
        Script spare = new Script(to, second).says("Both are paid.");
        ToolReply reply = withBackup(main, spare).chat(REQUEST, toolbox);
        assertThat(reply.text()).isEqualTo("Both are paid.");
        assertThat(reply.reply().origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(reply.reply().attempts()).isEqualTo(1 + 3 + 1);
        assertThat(reply.reply().skipped()).hasSize(3);
        assertThat(paid).containsExactly("A5", "B7");
        assertThat(to.resultIn(spare.body(0), 1)).isEqualTo("paid 5");
        assertThat(to.resultIn(spare.body(0), 0)).isEqualTo("paid 7");
        assertThat(reply.history())
                .extracting(Message::role)
                .containsExactly(Role.USER, Role.ASSISTANT, Role.TOOL, Role.TOOL, Role.ASSISTANT);
    }

    /** A stream that breaks behind whole tool calls and before the sign that it is complete. */
    private static MockResponse broken(String text, ToolCall... calls) {
        List<Object> wishes = new ArrayList<>();
        for (ToolCall call : calls) {
            wishes.add(Speaker.map(
                    "index",
                    wishes.size(),
                    "id",
                    call.id(),
                    "function",
                    Speaker.map("name", call.name(), "arguments", call.arguments())));
        }
        List<String> events = new ArrayList<>();
        for (Object delta : List.of(Speaker.map("content", text), Speaker.map("tool_calls", wishes))) {
            events.add(Speaker.written(
                    Speaker.map("id", "c1", "choices", List.of(Speaker.map("index", 0, "delta", delta)))));
        }
        return Speaker.events(events);
    }

    @ParameterizedTest
    @EnumSource
    void theCallsOfAStreamThatBrokeAreNotRun(Way way) throws Exception {
        Script main = script().answers(request -> broken("", PAY, PAY_MORE)).fails(500);
        Script spare = new Script(Speaker.ANTHROPIC, second).calls(PAY_MORE).says("Paid.");
        assertThat(way.ask(withBackup(main, spare), toolbox)).isEqualTo("Paid.");
        assertThat(paid).containsExactly("B7");
    }

    @Test
    void aRestartTakesAwayNoMoreThanItsRoundAndOnlyTheCompleteRepliesCallsAreRun() {
        Script main = script().answers(request -> broken("I pay A. ", PAY))
                .answers(request -> broken("All is ", CUT))
                .fails(500);
        Script spare = new Script(Speaker.CHAT, second)
                .answers(request -> Speaker.CHAT.says(request, "I pay B. ", false, PAY_MORE))
                .says("B is paid.");
        List<String> told = new ArrayList<>();
        try (ReplyStream stream = withBackup(main, spare).stream(REQUEST, toolbox)) {
            for (StreamEvent event : stream.events()) {
                if (event instanceof StreamEvent.Text text) {
                    told.add(text.text());
                } else if (event instanceof StreamEvent.ToolsCalled called) {
                    assertThat(called.toolCalls()).extracting(ToolCall::id).containsExactly("call_2");
                    assertThat(paid).isEmpty(); // what is announced has not been done
                    told.add("tools");
                } else {
                    told.add(event.getClass().getSimpleName());
                }
            }
            assertThat(stream.history().get(1).text()).isEqualTo("I pay B. ");
        }
        assertThat(told)
                .containsExactly(
                        "I pay A. ",
                        "Restarted",
                        "I pay B. ",
                        "tools",
                        "All is ",
                        "Restarted",
                        "B is paid.",
                        "Completed");
        assertThat(paid).containsExactly("B7");
    }

    @Test
    void aTextReaderIsToldOfAnotherTurnBeforeAnyToolIsRun() {
        Script main = script().answers(request -> broken("I pay A now. ", PAY));
        Script spare = new Script(Speaker.CHAT, second)
                .answers(request -> Speaker.CHAT.says(request, "I pay", false, PAY_MORE));
        try (ReplyStream stream = withBackup(main, spare).stream(REQUEST, toolbox)) {
            assertThatThrownBy(() -> stream.forEach(text -> {})).isInstanceOf(ChatException.class);
        }
        assertThat(paid).isEmpty();
    }

    @Test
    void oneWishIsRunOnceHoweverOftenItComes() {
        ToolCall again = ToolCall.of("call_1", "pay", "{\"account\":\"A\",\"cents\":6}");
        ToolCall nameless = ToolCall.of("", "pay", "{\"account\":\"N\",\"cents\":1}");
        Script script = script().calls(PAY, PAY).calls(PAY).calls(again).says("Done.");
        ToolReply reply = alone(script).chat(REQUEST, toolbox);
        assertThat(paid).containsExactly("A5", "A6");
        assertThat(reply.history().stream().filter(message -> message.role() == Role.TOOL))
                .extracting(Message::text)
                .containsExactly("paid 5", "paid 5", "paid 6");

        paid.clear();
        Script gemini = new Script(Speaker.GEMINI, second)
                .calls(nameless)
                .calls(nameless)
                .says("Done.");
        alone(gemini).chat(REQUEST, toolbox);
        assertThat(paid).hasSizeBetween(1, 2).containsOnly("N1");
    }

    @Test
    void aToolThatFailsSaysNoMoreThanItMeansTo() {
        Script script = script().calls(PAY).calls(PAY_MORE).says("It did not work.");
        Toolbox failing = toolbox(pay -> {
            if (pay.cents() == 5) {
                throw new IllegalStateException("password hunter2 was refused");
            }
            throw new ToolFailedException("account B is closed", new IllegalStateException("hunter2"));
        });
        assertThat(alone(script).chat(REQUEST, failing).text()).isEqualTo("It did not work.");
        assertThat(Speaker.CHAT.resultIn(script.body(1), 0)).isEqualTo("The tool failed.");
        assertThat(Speaker.CHAT.resultIn(script.body(2), 0)).isEqualTo("account B is closed");
        assertThat(script.text(2)).doesNotContain("hunter2");
        assertThat(paid).containsExactly("A5", "B7");
    }

    @Test
    void argumentsThatDoNotFitAreToldOnceSoThatTheModelCanMendThem() {
        Script script = script().calls(WRONG, PAY).calls(PAY_MORE).says("Done.");
        assertThat(alone(script).chat(REQUEST, toolbox).text()).isEqualTo("Done.");
        assertThat(Speaker.CHAT.resultIn(script.body(1), 1))
                .isEqualTo("Not called: the arguments do not fit. cents must be a whole number, not a string.");
        assertThat(paid).containsExactly("A5", "B7");
    }

    @Test
    void argumentsThatDoNotFitAfterThatAreAFailureAndAnotherProviderIsAsked() {
        Script main = script().calls(WRONG).calls(again(WRONG), PAY).calls(again(WRONG));
        Script spare = new Script(Speaker.RESPONSES, second).calls(PAY_MORE).says("Done.");
        ToolReply reply = withBackup(main, spare).chat(REQUEST, toolbox);
        assertThat(reply.text()).isEqualTo("Done.");
        assertThat(reply.reply().skipped())
                .extracting(Failure::kind)
                .startsWith(FailureKind.WRONG_SHAPE, FailureKind.WRONG_SHAPE);
        assertThat(paid).containsExactly("B7"); // and not what stood beside the call that does not fit
    }

    private static ToolCall again(ToolCall call) {
        return ToolCall.of(call.id() + "_again", call.name(), call.arguments());
    }

    @Test
    void aToolThatIsNotThereIsToldOnceAndThenAFailure() {
        Script script = script().calls(UNKNOWN).calls(again(UNKNOWN)).calls(again(UNKNOWN));
        ServiceUnavailableException broken = catchThrowableOfType(
                ServiceUnavailableException.class, () -> alone(script).chat(REQUEST, toolbox));
        assertThat(Speaker.CHAT.resultIn(script.body(1), 0))
                .isEqualTo("Not called: there is no tool of this name, but [pay].");
        assertThat(broken.kind()).isEqualTo(FailureKind.WRONG_SHAPE);
        assertThat(broken).hasMessageNotContaining("hack");
        assertThat(script.requests()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void callsThatTheTokenLimitCutAreNotRun(Speaker speaker) {
        Script script = new Script(speaker, first).cuts("", PAY, CUT).says("never asked");
        assertThatThrownBy(() -> alone(script).chat(REQUEST, toolbox))
                .isInstanceOf(ServiceUnavailableException.class)
                .hasMessageContaining("token limit");
        assertThat(paid).isEmpty();
        assertThat(script.requests()).isEqualTo(1);
    }

    @Test
    void aModelThatNeverAnswersIsStoppedAndNothingIsLost() {
        Script script = script().calls(PAY).calls(PAY_MORE).calls(again(PAY)).says("Done.");
        Tideover tideover = alone(script);
        ToolLoopException broken =
                catchThrowableOfType(ToolLoopException.class, () -> tideover.chat(REQUEST, toolbox.maxRounds(2)));
        assertThat(broken).hasMessageStartingWith("the model wished for tools once more after 2 rounds of tools");
        assertThat(broken.failure()).isEmpty();
        assertThat(broken.history())
                .extracting(Message::role)
                .containsExactly(Role.USER, Role.ASSISTANT, Role.TOOL, Role.ASSISTANT, Role.TOOL);
        assertThat(paid).containsExactly("A5", "B7");
        assertThat(tideover.chat(broken.resumption(), toolbox).text()).isEqualTo("Done.");
        assertThat(paid).containsExactly("A5", "B7");
    }

    @ParameterizedTest
    @EnumSource
    void whenAllFailsAfterToolsHaveRunTheExceptionHasWhatTheyGave(Way way) throws Exception {
        Script main = script().calls(PAY);
        Tideover tideover = alone(main);
        Throwable thrown = catchThrowableOfType(Throwable.class, () -> way.ask(tideover, toolbox));
        ToolLoopException broken =
                (ToolLoopException) (thrown instanceof ExecutionException ? thrown.getCause() : thrown);
        assertThat(broken.failure().orElseThrow()).isInstanceOf(ServiceUnavailableException.class);
        assertThat(broken)
                .hasMessageStartingWith("no answer after 1 round of tools: main/m: ")
                .hasMessageNotContaining("paid");
        assertThat(broken.history().get(2).text()).isEqualTo("paid 5");

        Script spare = new Script(Speaker.GEMINI, second).says("Paid.");
        assertThat(alone(spare).chat(broken.resumption(), toolbox).text()).isEqualTo("Paid.");
        assertThat(Speaker.GEMINI.resultIn(spare.body(0), 0)).isEqualTo("paid 5");
        assertThat(paid).containsExactly("A5");
    }

    @Test
    void withoutARoundTheExceptionIsThatOfAnyCall() {
        assertThatThrownBy(() -> alone(script()).chat(REQUEST, toolbox))
                .isInstanceOf(ServiceUnavailableException.class);
    }

    /** Anthropic refuses a round without, while thinking is switched on. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatTheModelThoughtGoesBackToItWithTheResultsAndToNobodyElse(boolean isOver) {
        String thought = "{\"type\":\"thinking\",\"thinking\":\"A bill.\",\"signature\":\"c2ln\"}";
        Script main = new Script(Speaker.ANTHROPIC, first)
                .answers(asked -> new MockResponse.Builder()
                        .setHeader("Content-Type", "application/json")
                        .body("{\"id\":\"m\",\"type\":\"message\",\"model\":\"m\",\"content\":[" + thought
                                + ",{\"type\":\"tool_use\",\"id\":\"call_1\",\"name\":\"pay\",\"input\":"
                                + PAY.arguments()
                                + "}],\"stop_reason\":\"tool_use\"}")
                        .build());
        if (!isOver) {
            main.says("Done.");
        }
        Script spare = new Script(Speaker.GEMINI, second).says("Done.");
        Tideover tideover = withBackup(main, spare);
        assertThat(tideover.chat(REQUEST, toolbox).text()).isEqualTo("Done.");
        assertThat(main.body(1).at("/messages/1/content/0").toString()).isEqualTo(thought);
        assertThat(main.body(1).at("/messages/1/content/1/type").asString()).isEqualTo("tool_use");
        if (isOver) {
            assertThat(spare.text(0)).contains("functionCall").doesNotContain("A bill.", "c2ln");
        }
        assertThat(paid).containsExactly("A5");
    }

    @Test
    void whereNoToolCouldBeRunTheExceptionIsThatOfAnyCall() {
        Script script = script().calls(WRONG);
        assertThatThrownBy(() -> alone(script).chat(REQUEST, toolbox)).isInstanceOf(ServiceUnavailableException.class);
        assertThat(paid).isEmpty();
    }

    @Test
    void aCallIsOneCallToTheReportHoweverManyRoundsItHasAndHoweverItEnds() {
        Script main = script().calls(PAY).says("Done."); // and then nothing but failures
        Script down = new Script(Speaker.CHAT, second);
        Tideover tideover =
                client(Tideover.builder().provider(main.provider("main")).alternate(down.provider("down")));
        ChatRequest toDown =
                ChatRequest.builder().user("Hi").allowedProviders("down").build();
        while (tideover.status().state() == ServiceState.OPERATIONAL) {
            assertThatThrownBy(() -> tideover.chat(toDown)).isInstanceOf(ServiceUnavailableException.class);
        }
        OutageReport before = tideover.statusHistory().ongoing().orElseThrow();
        assertThat(tideover.chat(REQUEST, toolbox).text()).isEqualTo("Done.");
        OutageReport answered = tideover.statusHistory().ongoing().orElseThrow();
        assertThat(answered.calls()).isEqualTo(before.calls() + 1);
        assertThat(answered.attempts()).isEqualTo(before.attempts() + 2);
        assertThat(answered.failed()).isEqualTo(before.failed());

        main.calls(PAY).calls(PAY_MORE);
        assertThatThrownBy(() -> tideover.chat(REQUEST, toolbox.maxRounds(1)))
                .isInstanceOf(ToolLoopException.class)
                .hasMessageStartingWith("the model wished for tools once more");
        OutageReport tooMany = tideover.statusHistory().ongoing().orElseThrow();
        assertThat(tooMany.failed()).isEqualTo(answered.failed() + 1);
        assertThat(tooMany.calls()).isEqualTo(answered.calls() + 1);
        assertThat(tooMany.attempts()).isEqualTo(answered.attempts() + 2);

        main.calls(PAY);
        assertThatThrownBy(() -> tideover.chat(REQUEST, toolbox(pay -> {
                    throw new AssertionError("a bug");
                })))
                .isInstanceOf(ToolLoopException.class);
        OutageReport ended = tideover.statusHistory().ongoing().orElseThrow();
        assertThat(ended.failed()).isEqualTo(tooMany.failed() + 1);
        assertThat(ended.attempts()).isEqualTo(tooMany.attempts() + 1);
    }

    @Test
    void anErrorInAToolEndsTheCallAndTheRestIsRunLater() {
        Script script = script().calls(PAY, PAY_MORE).says("Done.");
        Tideover tideover = alone(script);
        ToolLoopException broken = catchThrowableOfType(
                ToolLoopException.class,
                () -> tideover.chat(REQUEST, toolbox(pay -> {
                    throw new AssertionError("a bug");
                })));
        assertThat(broken).hasRootCauseInstanceOf(AssertionError.class);
        assertThat(paid).containsExactly("A5");
        assertThat(tideover.chatAsync(broken.resumption(), toolbox).join().text())
                .isEqualTo("Done.");
        assertThat(paid).containsExactly("A5", "B7");
    }

    @Test
    void anInterruptEndsTheCallBehindTheToolThatIsRunning() {
        Script script = script().calls(PAY, PAY_MORE);
        ToolLoopException broken = catchThrowableOfType(
                ToolLoopException.class,
                () -> alone(script).chat(REQUEST, toolbox(pay -> {
                    throw new InterruptedException();
                })));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(broken.failure().orElseThrow().kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(broken.history()).last().extracting(Message::text).asString().contains("not known");
        assertThat(paid).containsExactly("A5");
        assertThat(script.requests()).isEqualTo(1);
    }

    @Test
    void aCancelledCallBeginsNoFurtherTool() throws Exception {
        Script script = script().calls(PAY, PAY_MORE).says("Done.");
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        Tideover tideover = alone(script);
        CompletableFuture<ToolReply> call = tideover.chatAsync(REQUEST, toolbox(pay -> {
            running.countDown();
            goOn.await();
            left.countDown();
            return "paid";
        }));
        running.await();
        assertThat(call.cancel(true)).isTrue();
        goOn.countDown();
        left.await();
        tideover.close();
        assertThat(paid).containsExactly("A5");
        assertThat(script.requests()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"BLOCKING", "TEXT"})
    void aClientThatIsClosedBeginsNoFurtherTool(Way way) {
        Script script = script().calls(PAY, PAY_MORE).says("Done.");
        Tideover tideover = alone(script);
        Throwable end = catchThrowable(() -> way.ask(tideover, toolbox(pay -> {
            tideover.close();
            return "paid";
        })));
        ToolLoopException broken = (ToolLoopException) end;
        assertThat(broken.failure().orElseThrow().kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(broken.history()).last().extracting(Message::text).isEqualTo("paid");
        assertThat(paid).containsExactly("A5");
        assertThat(script.requests()).isEqualTo(1);
    }

    /** A tool that hangs until it is let go, and notes when its thread is done with it. */
    private final class Hanging implements ToolFunction<Pay> {
        private final CountDownLatch running = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private final CountDownLatch left = new CountDownLatch(1);

        @Override
        public Object call(Pay pay) throws Exception {
            running.countDown();
            goOn.await();
            left.countDown();
            return "paid late";
        }

        /** Until the tool hangs, and the call waits for it. */
        void awaitIn(Tideover tideover) throws InterruptedException {
            running.await();
            Awaiting.until(() -> tideover.watchdog().underWay() == 1);
        }

        void letGo() throws InterruptedException {
            goOn.countDown();
            left.await();
        }
    }

    private static ToolLoopException brokenOff(CompletableFuture<?> call) {
        return (ToolLoopException) catchThrowableOfType(ExecutionException.class, () -> call.get(20, TimeUnit.SECONDS))
                .getCause();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aToolThatHangsHoldsNoFutureBeyondTheDeadlineAndIsNotRunAgain(boolean streamed) throws Exception {
        ManualTime time = new ManualTime();
        Script script = script().calls(PAY, PAY_MORE);
        Tideover tideover = client(Tideover.builder()
                .provider(script.provider("main"))
                .timeout(Duration.ofSeconds(30))
                .streamTimeout(Duration.ofSeconds(30))
                .time(time.time()));
        Hanging hanging = new Hanging();
        CompletableFuture<?> call = streamed
                ? tideover.stream(REQUEST, toolbox(hanging)).forEachEvent(event -> {})
                : tideover.chatAsync(REQUEST, toolbox(hanging));
        hanging.awaitIn(tideover);
        time.advance(Duration.ofSeconds(29));
        assertThat(call).isNotDone();
        time.advance(Duration.ofSeconds(1));
        ToolLoopException broken = brokenOff(call);
        assertThat(broken.failure().orElseThrow()).isInstanceOf(DeadlineExceededException.class);
        assertThat(broken.history())
                .last()
                .extracting(Message::text)
                .isEqualTo("The tool was left running; whether it took effect is not known.");
        hanging.letGo();
        assertThat(script.requests()).isEqualTo(1);
        assertThat(paid).containsExactly("A5");

        script.says("Done.");
        ToolReply later = tideover.chat(broken.resumption(), toolbox);
        assertThat(later.text()).isEqualTo("Done.");
        assertThat(Speaker.CHAT.resultIn(script.body(1), 1)).contains("left running");
        assertThat(paid).containsExactly("A5", "B7");
    }

    @Test
    void whereAToolHangsTheLastResortAnswersAtTheDeadline() throws Exception {
        ManualTime time = new ManualTime();
        Script script = script().calls(PAY);
        Tideover tideover = client(Tideover.builder()
                .provider(script.provider("main"))
                .timeout(Duration.ofSeconds(30))
                .lastResort("Later.")
                .time(time.time()));
        Hanging hanging = new Hanging();
        CompletableFuture<ToolReply> call = tideover.chatAsync(REQUEST, toolbox(hanging));
        hanging.awaitIn(tideover);
        time.advance(Duration.ofSeconds(30));
        ToolReply reply = call.get(20, TimeUnit.SECONDS);
        assertThat(reply.text()).isEqualTo("Later.");
        assertThat(reply.history()).last().extracting(Message::text).asString().contains("left running");
        hanging.letGo();
        assertThat(script.requests()).isEqualTo(1);
    }

    @Test
    void aToolThatHangsHoldsNoFutureOfAClientThatIsClosed() throws Exception {
        Script script = script().calls(PAY);
        Tideover tideover = alone(script);
        Hanging hanging = new Hanging();
        CompletableFuture<ToolReply> call = tideover.chatAsync(REQUEST, toolbox(hanging));
        hanging.awaitIn(tideover);
        tideover.close();
        ToolLoopException broken = brokenOff(call);
        assertThat(broken.failure().orElseThrow().kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(broken.history()).last().extracting(Message::text).asString().contains("left running");
        hanging.letGo();
        assertThat(script.requests()).isEqualTo(1);
    }

    @Test
    void whatAToolGivesAfterACancelIsNotSent() throws Exception {
        Script script = script().calls(PAY).says("Done.");
        Tideover tideover = alone(script);
        Hanging hanging = new Hanging();
        CompletableFuture<ToolReply> call = tideover.chatAsync(REQUEST, toolbox(hanging));
        hanging.awaitIn(tideover);
        assertThat(call.cancel(true)).isTrue();
        assertThat(tideover.watchdog().underWay()).isZero();
        hanging.letGo();
        tideover.close();
        assertThat(script.requests()).isEqualTo(1);
        assertThat(paid).containsExactly("A5");
    }

    @Test
    void aConversationWhoseStreamIsCancelledKnowsOfTheToolThatRuns() throws Exception {
        Script script = script().calls(PAY).says("Good.");
        Tideover tideover = alone(script);
        Conversation conversation = tideover.conversation();
        Hanging hanging = new Hanging();
        CompletableFuture<?> call =
                conversation.stream("Pay my bills.", toolbox(hanging)).forEachEvent(event -> {});
        hanging.awaitIn(tideover);
        call.cancel(true);
        assertThat(conversation.history())
                .extracting(Message::role)
                .containsExactly(Role.USER, Role.ASSISTANT, Role.TOOL);
        assertThat(conversation.say("Well?").text()).isEqualTo("Good.");
        assertThat(Speaker.CHAT.resultIn(script.body(1), 1)).contains("left running");
        hanging.letGo();
        assertThat(conversation.history()).hasSize(5);
        assertThat(paid).containsExactly("A5");
    }

    @Test
    void aConversationWhoseStreamIsClosedAfterAToolHasRunKnowsWhatItGave() {
        Script script = script().calls(PAY).says("It is paid, and so on.").says("Good.");
        Conversation conversation = alone(script).conversation();
        try (ReplyStream stream = conversation.stream("Pay my bills.", toolbox)) {
            assertThat(stream.iterator().next()).isNotEmpty(); // enough, says the person
        }
        assertThat(conversation.history())
                .extracting(Message::role)
                .containsExactly(Role.USER, Role.ASSISTANT, Role.TOOL);
        assertThat(conversation.say("Well?", toolbox).text()).isEqualTo("Good.");
        assertThat(Speaker.CHAT.resultIn(script.body(2), 1)).isEqualTo("paid 5");
        assertThat(paid).containsExactly("A5");
    }

    @Test
    void aStreamThatIsClosedBeforeAnyToolHasRunLeavesTheConversationAsItWas() {
        Script script = script().calls(PAY);
        Conversation conversation = alone(script).conversation();
        try (ReplyStream stream = conversation.stream("Pay my bills.", toolbox)) {
            assertThat(stream.events().iterator().next()).isInstanceOf(StreamEvent.ToolsCalled.class);
        }
        assertThat(conversation.history()).isEmpty();
        assertThat(paid).isEmpty();
    }

    @Test
    void aStreamThatIsReadToItsEndAndClosedLeavesItsAnswerInTheConversation() {
        Script script = script().calls(PAY).says("Paid.");
        Conversation conversation = alone(script).conversation();
        try (ReplyStream stream = conversation.stream("Pay my bills.", toolbox)) {
            stream.forEach(text -> {});
            stream.close();
        }
        assertThat(conversation.history())
                .hasSize(4)
                .last()
                .extracting(Message::text)
                .isEqualTo("Paid.");
    }

    @Test
    void aResultThatAStoreKeptByItsIdAnswersItsCall() {
        Script script = script().says("Done.").says("Good.");
        ToolCall byId = ToolCall.of(PAY.id(), PAY.name(), "");
        ChatRequest stored = ChatRequest.builder()
                .user("Pay my bills.")
                .message(Message.assistant("", List.of(PAY.thoughtSignature("sealed"), PAY_MORE)))
                .message(Message.toolResult(byId, "paid"))
                .build();
        ToolReply reply = alone(script).chat(stored, toolbox);
        assertThat(paid).containsExactly("B7");
        assertThat(reply.history().stream().filter(message -> message.role() == Role.TOOL))
                .extracting(Message::text)
                .containsExactly("paid", "paid 7");

        Conversation conversation = alone(script).conversation(stored);
        conversation.say("Never mind.");
        assertThat(conversation.history().stream().filter(message -> message.role() == Role.TOOL))
                .extracting(Message::text)
                .containsExactly("paid", "Not called.");
    }

    @Test
    void whatWasAdaptedInAnyRoundIsTold() {
        Script script = script().calls(PAY).says("Done.");
        Tideover tideover = client(Tideover.builder()
                .provider(script.provider("main").capabilities(known -> known.lacks(Ability.TOOL_CHOICE))));
        ToolReply reply = tideover.chat(
                REQUEST.toBuilder().toolChoice(ToolChoice.REQUIRED).build(), toolbox);
        assertThat(reply.reply().adapted()).singleElement().asString().contains("that a tool must be called");
    }

    @Test
    void aDemandForACallIsNotMadeAgainOfWhoGoesOn() {
        Script script = script().calls(PAY).says("Done.");
        Tideover tideover = alone(script);
        ChatRequest demanding =
                REQUEST.toBuilder().toolChoice(ToolChoice.REQUIRED).build();
        ToolLoopException broken = catchThrowableOfType(
                ToolLoopException.class,
                () -> tideover.chat(demanding, toolbox(pay -> {
                    throw new AssertionError("a bug");
                })));
        assertThat(tideover.chat(broken.resumption(), toolbox).text()).isEqualTo("Done.");
        assertThat(script.body(1).get("tool_choice").asString()).isEqualTo("auto");
    }

    record Note(Optional<String> text) {}

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{}", "null", "{\"text\":null}"})
    void aModelThatHasNothingToSayToAToolMaySayItAsItLikes(String arguments) {
        Script script = script().calls(ToolCall.of("c", "note", arguments)).says("Done.");
        Toolbox notes = Toolbox.of(TypedTool.of(
                "note", "Takes a note.", Note.class, note -> note.text().orElse("nothing")));
        alone(script).chat(REQUEST, notes);
        assertThat(Speaker.CHAT.resultIn(script.body(1), 0)).isEqualTo("nothing");
    }

    @Test
    void whatAToolGivesMayBeNothingAndMustBeWritable() {
        ToolCall odd = ToolCall.of("call_7", "odd", "{}");
        Script script = script().calls(PAY, odd).calls(PAY_MORE).says("Done.");
        Map<String, Object> itself = new HashMap<>();
        itself.put("self", itself);
        Toolbox tools = Toolbox.of(
                TypedTool.of("pay", "Pays a bill.", Pay.class, pay -> pay.cents() == 5 ? null : ""),
                TypedTool.withoutArguments("odd", "Gives what holds itself.", () -> itself));
        assertThat(alone(script).chat(REQUEST, tools).text()).isEqualTo("Done.");
        assertThat(Speaker.CHAT.resultIn(script.body(1), 1)).isEqualTo("null");
        assertThat(Speaker.CHAT.resultIn(script.body(1), 0))
                .isEqualTo("The tool ran, but what it gave could not be written down.");
        assertThat(Speaker.CHAT.resultIn(script.body(2), 0)).isEmpty();
    }

    @Test
    void whatAToolPromisesIsWaitedFor() {
        ToolCall late = ToolCall.of("call_7", "late", "{}");
        ToolCall wrong = ToolCall.of("call_8", "wrong", "{}");
        ToolCall broken = ToolCall.of("call_9", "broken", "{}");
        Script script = script().calls(late, wrong, broken).says("Done.");
        Toolbox tools = Toolbox.of(
                TypedTool.withoutArguments(
                        "late", "Gives it later.", () -> CompletableFuture.supplyAsync(() -> "paid")),
                TypedTool.withoutArguments(
                        "wrong",
                        "Fails with words.",
                        () -> CompletableFuture.failedFuture(new ToolFailedException("No such bill."))),
                TypedTool.withoutArguments(
                        "broken",
                        "Fails without.",
                        () -> CompletableFuture.supplyAsync(() -> {
                            throw new IllegalStateException("secret");
                        })));
        assertThat(alone(script).chat(REQUEST, tools).text()).isEqualTo("Done.");
        assertThat(Speaker.CHAT.resultIn(script.body(1), 2)).isEqualTo("paid");
        assertThat(Speaker.CHAT.resultIn(script.body(1), 1)).isEqualTo("No such bill.");
        assertThat(Speaker.CHAT.resultIn(script.body(1), 0)).isEqualTo("The tool failed.");
    }

    @Test
    void oneDeadlineCoversAllRoundsAndTools() {
        ManualTime time = new ManualTime();
        Script script = script().calls(PAY, PAY_MORE).says("too late");
        Tideover tideover = client(Tideover.builder()
                .provider(script.provider("main"))
                .timeout(Duration.ofSeconds(30))
                .time(time.time()));
        ToolLoopException broken = catchThrowableOfType(
                ToolLoopException.class,
                () -> tideover.chat(REQUEST, toolbox(pay -> {
                    time.advance(Duration.ofSeconds(31));
                    return "paid";
                })));
        assertThat(broken.failure().orElseThrow()).isInstanceOf(DeadlineExceededException.class);
        assertThat(paid).containsExactly("A5");
        assertThat(script.requests()).isEqualTo(1);
    }

    @Test
    void afterTheDeadlineTheLastResortStillAnswers() {
        ManualTime time = new ManualTime();
        Script script = script().calls(PAY).says("too late");
        Tideover tideover = client(Tideover.builder()
                .provider(script.provider("main"))
                .timeout(Duration.ofSeconds(30))
                .lastResort("Later.")
                .time(time.time()));
        ToolReply reply = tideover.chat(REQUEST, toolbox(pay -> {
            time.advance(Duration.ofSeconds(31));
            return "paid";
        }));
        assertThat(reply.text()).isEqualTo("Later.");
        assertThat(reply.reply().origin()).isEqualTo(Origin.CANNED);
        assertThat(reply.reply().skipped()).extracting(Failure::kind).containsExactly(FailureKind.DEADLINE);
        assertThat(script.requests()).isEqualTo(1);
    }

    @Test
    void theCacheAndTheLastResortAnswerInLaterRoundsAndSaySo() {
        Script script = script().calls(PAY)
                .says("Paid.")
                .calls(PAY)
                .fails(500)
                .fails(500)
                .fails(500)
                .calls(PAY_MORE);
        Tideover tideover = client(Tideover.builder()
                .provider(script.provider("main"))
                .replyCache(ReplyCache.inMemory(10))
                .lastResort("Later."));
        assertThat(tideover.chat(REQUEST, toolbox).reply().isLive()).isTrue();
        ToolReply kept = tideover.chat(REQUEST, toolbox);
        assertThat(kept.reply().origin()).isEqualTo(Origin.CACHED);
        assertThat(kept.text()).isEqualTo("Paid.");
        ToolReply canned = tideover.chat(REQUEST, toolbox);
        assertThat(canned.reply().origin()).isEqualTo(Origin.CANNED);
        assertThat(canned.history()).last().extracting(Message::role).isEqualTo(Role.TOOL);
        assertThat(paid).containsExactly("A5", "A5", "B7");
    }

    @Test
    void anAnswerFillsARecordAfterTools() throws Exception {
        Script script = script().calls(PAY)
                .says("no record")
                .says("{\"total\":5}")
                .calls(PAY_MORE)
                .says("{\"total\":7}");
        Tideover tideover = alone(script);
        TypedReply<Sum> answer = tideover.chat(REQUEST, toolbox, Sum.class);
        assertThat(answer.value()).isEqualTo(new Sum(5));
        assertThat(answer.history()).hasSize(4);
        assertThat(tideover.chatAsync(REQUEST, toolbox, Sum.class)
                        .get(20, TimeUnit.SECONDS)
                        .value())
                .isEqualTo(new Sum(7));
        assertThat(paid).containsExactly("A5", "B7");
    }

    @Test
    void aConversationKeepsWhatWasDoneAndGoesOnAfterAnOutage() {
        Script script = script().calls(PAY)
                .fails(500)
                .fails(500)
                .fails(500)
                .says("Paid.")
                .says("Gladly.");
        Conversation conversation =
                alone(script).conversation(ChatRequest.builder().system("Pay.").build());
        assertThatThrownBy(() -> conversation.resume(toolbox)).hasMessageContaining("say something");
        assertThatThrownBy(() -> conversation.say("Pay my bills.", toolbox)).isInstanceOf(ToolLoopException.class);
        assertThat(conversation.history())
                .extracting(Message::role)
                .containsExactly(Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL);
        assertThat(conversation.resume(toolbox).text()).isEqualTo("Paid.");
        assertThat(conversation.say("Thanks.").text()).isEqualTo("Gladly.");
        assertThat(paid).containsExactly("A5");
        assertThat(conversation.history())
                .extracting(Message::role)
                .containsExactly(
                        Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL, Role.ASSISTANT, Role.USER, Role.ASSISTANT);
        assertThatThrownBy(() -> conversation.resume(toolbox)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aConversationThatGoesOnWithoutItsToolsSaysThatTheyWereNotRun() {
        Script script = script().calls(PAY, PAY_MORE).says("All right.").says("Gladly.");
        Conversation conversation = alone(script).conversation();
        assertThatThrownBy(() -> conversation.say("Pay my bills.", toolbox(pay -> {
                    throw new AssertionError("a bug");
                })))
                .isInstanceOf(ToolLoopException.class);
        assertThat(conversation.say("Never mind.").text()).isEqualTo("All right.");
        assertThat(Speaker.CHAT.resultIn(script.body(1), 1)).isEqualTo("Not called.");
        assertThat(conversation.say("Thanks.", toolbox).text()).isEqualTo("Gladly.");
        assertThat(paid).containsExactly("A5");
        assertThat(conversation.history())
                .extracting(Message::role)
                .containsExactly(
                        Role.USER,
                        Role.ASSISTANT,
                        Role.TOOL,
                        Role.TOOL,
                        Role.USER,
                        Role.ASSISTANT,
                        Role.USER,
                        Role.ASSISTANT);
    }

    @Test
    void aConversationWhoseModelWishedForToolsThatNobodyRanGoesOn() {
        Script script = script().calls(PAY).says("All right.");
        Conversation conversation = alone(script)
                .conversation(ChatRequest.builder()
                        .system("Pay.")
                        .tools(toolbox.tools().get(0))
                        .build());
        assertThat(conversation.say("Pay my bills.").toolCalls()).containsExactly(PAY);
        assertThat(conversation.say("Never mind.").text()).isEqualTo("All right.");
        assertThat(script.body(1).get("messages").get(3).get("content").asString())
                .isEqualTo("Not called.");
    }

    @Test
    void aConversationsStreamKeepsWhatWasDone() {
        Script script = script().calls(PAY).says("Paid.").calls(PAY_MORE);
        Conversation conversation = alone(script).conversation();
        try (ReplyStream stream = conversation.stream("Pay my bills.", toolbox)) {
            assertThat(String.join("", stream)).isEqualTo("Paid.");
            assertThat(conversation.history()).isEqualTo(stream.history()).hasSize(4);
        }
        try (ReplyStream stream = conversation.stream("More.", toolbox)) {
            assertThatThrownBy(stream::reply).isInstanceOf(ToolLoopException.class);
        }
        assertThat(conversation.history()).hasSize(7);
        assertThat(paid).containsExactly("A5", "B7");
    }

    @Test
    void aDemandForACallHoldsInTheFirstRoundOnly() {
        Script script = script().calls(PAY).says("Done.");
        alone(script).chat(REQUEST.toBuilder().toolChoice(ToolChoice.REQUIRED).build(), toolbox);
        assertThat(script.body(0).get("tool_choice").asString()).isEqualTo("required");
        assertThat(script.body(1).get("tool_choice").asString()).isEqualTo("auto");
    }

    @Test
    void otherToolsThanThoseOfTheToolboxAreRefusedAtOnce() {
        Script script = script();
        ChatRequest own = REQUEST.toBuilder()
                .tools(Tool.function("own", "", Map.of("type", "object")))
                .build();
        assertThatThrownBy(() -> alone(script).chat(own, toolbox))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("put all of them into the toolbox");
        assertThat(script.requests()).isZero();
    }

    @Test
    void nothingIsRunOfWhatTheModelSaysWithoutCalls() {
        ToolReply reply = alone(script().says("Hello.")).chat("Hi", toolbox);
        assertThat(reply.text()).isEqualTo("Hello.");
        assertThat(reply.history()).containsExactly(Message.user("Hi"), Message.assistant("Hello."));
        assertThat(reply.toString()).doesNotContain("Hello");
        assertThat(paid).isEmpty();
    }

    @Test
    void aToolThatTakesNothingAndGivesARecordIsRun() {
        Script script = script().calls(ToolCall.of("c", "total", ""), ToolCall.of("d", "total", "{\"x\":1}"))
                .says("12.");
        Toolbox total = Toolbox.of(TypedTool.withoutArguments("total", "What is owed.", () -> new Sum(12)));
        assertThat(alone(script).chat(REQUEST, total).text()).isEqualTo("12.");
        assertThat(Speaker.CHAT.resultIn(script.body(1), 0)).isEqualTo("{\"total\":12}");
        JsonNode schema = script.body(0).at("/tools/0/function/parameters");
        assertThat(schema.get("type").asString()).isEqualTo("object");
        assertThat(schema.get("properties").isEmpty()).isTrue();
    }

    record Nothing() {}

    @Test
    void whoWantsAToolWithoutArgumentsIsToldHow() {
        assertThatThrownBy(() -> TypedTool.of("total", "What is owed.", Nothing.class, nothing -> 12))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TypedTool.withoutArguments");
    }

    @Test
    void aFutureEndsWithTheException() {
        Script script = script().calls(PAY);
        assertThatThrownBy(() -> alone(script).chatAsync(REQUEST, toolbox).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ToolLoopException.class);
    }
}
