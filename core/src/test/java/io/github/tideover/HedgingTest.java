package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.tideover.LoopbackProvider.Behaviour;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.ServiceState;
import io.github.tideover.tool.Toolbox;
import io.github.tideover.tool.TypedTool;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Second attempts beside slow ones, over real HTTP, with time moved by hand. */
class HedgingTest {
    /** More than any of the quick answers took. */
    private static final Duration SLOW = Duration.ofMillis(10);
    /** The age at which a second attempt begins where answers take no time: the end of the lowest class of latencies. */
    private static final Duration DUE = Duration.ofMillis(1);

    private final ManualTime time = new ManualTime();
    private final LoopbackProvider main = new LoopbackProvider();
    private final LoopbackProvider spare = new LoopbackProvider();
    private final ConnectionPool pool = new ConnectionPool();
    private final AtomicInteger hungUp = new AtomicInteger();
    private final List<Tideover> clients = new ArrayList<>();
    private final ExecutorService callers = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "caller");
        thread.setDaemon(true);
        return thread;
    });

    @AfterEach
    void nothingIsLeft() {
        try {
            for (Tideover each : clients) {
                Awaiting.until(() -> each.routes().stream().allMatch(route -> route.underWay() == 0));
                Awaiting.until(() -> each.watchdog().underWay() == 0);
            }
            Awaiting.until(() -> pool.idleConnectionCount() == pool.connectionCount());
        } finally {
            clients.forEach(Tideover::close);
            callers.shutdownNow();
            main.close();
            spare.close();
        }
    }

    private static Provider at(String name, LoopbackProvider provider) {
        return Provider.openAiCompatible(provider.baseUrl()).name(name).model("small");
    }

    private Tideover.Builder alone() {
        return Tideover.builder()
                .provider(at("main", main))
                .httpClient(new OkHttpClient.Builder().connectionPool(pool).build())
                .hedging(true)
                .time(time.time());
    }

    private Tideover.Builder withSpare() {
        return alone().alternate(at("spare", spare));
    }

    private Tideover open(Tideover.Builder builder) {
        Tideover tideover = builder.build();
        clients.add(tideover);
        return tideover;
    }

    /** Has it learned that answers are quick. */
    private Tideover taught(Form form, Tideover.Builder builder) {
        Tideover tideover = open(builder);
        main.does(LoopbackProvider.says("Quick"));
        for (int i = 0; i < LatencyHistory.ENOUGH; i++) {
            assertThat(form.ask(tideover, "Hi").attempts()).isEqualTo(1);
        }
        return tideover;
    }

    private CompletableFuture<ChatReply> asks(Form form, Tideover tideover) {
        return CompletableFuture.supplyAsync(() -> form.ask(tideover, "Hi"), callers);
    }

    private static ChatReply of(CompletableFuture<ChatReply> call) {
        return call.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static ChatException endOf(CompletableFuture<ChatReply> call) {
        Throwable end = catchThrowableOfType(
                        CompletionException.class,
                        () -> call.orTimeout(20, TimeUnit.SECONDS).join())
                .getCause();
        assertThat(end).isInstanceOf(ChatException.class);
        return (ChatException) end;
    }

    /** Takes the request, and says nothing until the client hangs up. */
    private Behaviour hangs() {
        return wire -> {
            try {
                StreamScript.silence(wire);
            } finally {
                hungUp.incrementAndGet();
            }
            return false;
        };
    }

    private static Behaviour waitsFor(CountDownLatch latch, Behaviour then) {
        return wire -> {
            await(latch);
            return then.answer(wire);
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Lets the first attempt become slow, once its request is there. */
    private void becomesSlow(int requests) {
        Awaiting.until(() -> main.asked().size() == requests);
        time.advance(SLOW);
    }

    private static final int TAUGHT = LatencyHistory.ENOUGH;

    @ParameterizedTest
    @EnumSource(Form.class)
    void aSlowAttemptGetsASecondOneAtTheAlternateAndTheFirstWithContentAnswers(Form form) {
        Tideover tideover = taught(form, withSpare());
        main.does(hangs());
        spare.does(LoopbackProvider.says("From the spare"));
        CompletableFuture<ChatReply> call = asks(form, tideover);
        becomesSlow(TAUGHT + 1);
        ChatReply reply = of(call);
        assertThat(reply.text()).isEqualTo("From the spare");
        assertThat(reply.origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(reply.provider()).isEqualTo("spare");
        assertThat(reply.attempts()).isEqualTo(2);
        assertThat(reply.skipped()).as("being slow is no failure").isEmpty();
        Awaiting.until(() -> hungUp.get() == 1);
        assertThat(tideover.routes().get(0).underWay()).isZero();
        assertThat(tideover.routes().get(0).circuit()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(tideover.status().state()).isEqualTo(ServiceState.OPERATIONAL);
    }

    record Bill(String account) {}

    /** Wishes to have a bill paid, and is content when it is. */
    private static Behaviour wishes(String account) {
        String call = "{\"index\":0,\"id\":\"" + account + "\",\"function\":{\"name\":\"pay\",\"arguments\":"
                + "\"{\\\"account\\\":\\\"" + account + "\\\"}\"}}";
        String event = "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[" + call
                + "]},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n";
        return wire -> wire.asked().body().contains("\"role\":\"tool\"")
                ? LoopbackProvider.says("Paid").answer(wire)
                : wire.send(200, "text/event-stream", event);
    }

    @Test
    void onlyTheCallsOfTheAttemptThatIsTakenAreRun() {
        Tideover tideover = taught(Form.BLOCKING, withSpare());
        CountDownLatch late = new CountDownLatch(1);
        main.does(wire -> {
            if (!wire.asked().body().contains("\"role\":\"tool\"")) {
                await(late);
            }
            return wishes("A").answer(wire);
        });
        spare.does(wishes("B"));
        List<String> paid = new CopyOnWriteArrayList<>();
        Toolbox toolbox = Toolbox.of(TypedTool.of("pay", "Pays a bill.", Bill.class, bill -> {
            paid.add(bill.account());
            late.countDown(); // now the slow one comes with a wish of its own
            return "paid";
        }));
        CompletableFuture<ToolReply> call =
                CompletableFuture.supplyAsync(() -> tideover.chat("Pay.", toolbox), callers);
        becomesSlow(TAUGHT + 1);
        ToolReply reply = call.orTimeout(20, TimeUnit.SECONDS).join();
        assertThat(reply.text()).isEqualTo("Paid");
        assertThat(reply.reply().attempts()).isEqualTo(3);
        assertThat(paid).containsExactly("B");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void withoutAnAlternateTheSameProviderIsAskedBesideItself(Form form) {
        Tideover tideover = taught(form, alone());
        AtomicInteger asked = new AtomicInteger();
        main.does(wire -> (asked.incrementAndGet() == 1 ? hangs() : LoopbackProvider.says("Second")).answer(wire));
        CompletableFuture<ChatReply> call = asks(form, tideover);
        becomesSlow(TAUGHT + 1);
        ChatReply reply = of(call);
        assertThat(reply.text()).isEqualTo("Second");
        assertThat(reply.isLive()).isTrue();
        assertThat(reply.attempts()).isEqualTo(2);
        Awaiting.until(() -> hungUp.get() == 1);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void theFirstAttemptAnswersIfItIsFirstAfterAll(Form form) {
        Tideover tideover = taught(form, withSpare());
        CountDownLatch go = new CountDownLatch(1);
        main.does(waitsFor(go, LoopbackProvider.says("From the first")));
        spare.does(hangs());
        CompletableFuture<ChatReply> call = asks(form, tideover);
        becomesSlow(TAUGHT + 1);
        Awaiting.until(() -> !spare.asked().isEmpty());
        go.countDown();
        ChatReply reply = of(call);
        assertThat(reply.text()).isEqualTo("From the first");
        assertThat(reply.isLive()).isTrue();
        assertThat(reply.attempts()).isEqualTo(2);
        assertThat(reply.skipped()).isEmpty();
        Awaiting.until(() -> hungUp.get() == 1);
        assertThat(tideover.routes().get(1).circuit()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void itIsOffUnlessAskedFor(Form form) {
        Tideover tideover = taught(form, withSpare().hedging(false));
        CountDownLatch go = new CountDownLatch(1);
        main.does(waitsFor(go, LoopbackProvider.says("From the first")));
        CompletableFuture<ChatReply> call = asks(form, tideover);
        becomesSlow(TAUGHT + 1);
        time.advance(Duration.ofSeconds(5));
        go.countDown();
        assertThat(of(call).attempts()).isEqualTo(1);
        assertThat(spare.asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void whoHasSeenFewAnswersDoesNotKnowWhatSlowIs(Form form) {
        Tideover tideover = open(withSpare());
        for (int i = 0; i < LatencyHistory.ENOUGH - 1; i++) {
            form.ask(tideover, "Hi");
        }
        CountDownLatch go = new CountDownLatch(1);
        main.does(waitsFor(go, LoopbackProvider.says("From the first")));
        CompletableFuture<ChatReply> call = asks(form, tideover);
        becomesSlow(LatencyHistory.ENOUGH);
        time.advance(Duration.ofSeconds(5));
        go.countDown();
        assertThat(of(call).attempts()).isEqualTo(1);
        assertThat(spare.asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aSecondAttemptThatFailsFirstDoesNotHurt(Form form) {
        Tideover tideover = taught(form, withSpare());
        CountDownLatch go = new CountDownLatch(1);
        main.does(waitsFor(go, LoopbackProvider.says("From the first")));
        spare.does(LoopbackProvider.fails(500));
        CompletableFuture<ChatReply> call = asks(form, tideover);
        becomesSlow(TAUGHT + 1);
        Awaiting.until(
                () -> !spare.asked().isEmpty() && tideover.routes().get(1).underWay() == 0);
        go.countDown();
        ChatReply reply = of(call);
        assertThat(reply.text()).isEqualTo("From the first");
        assertThat(reply.isLive()).isTrue();
        assertThat(reply.attempts()).isEqualTo(2);
        assertThat(reply.skipped()).extracting(Failure::source).containsExactly("spare/small");
        assertThat(spare.asked()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void whenTheFirstFailsTheSecondOneIsWaitedForAndTheFailureIsTold(Form form) {
        Tideover tideover = taught(form, withSpare());
        CountDownLatch fail = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        main.does(waitsFor(fail, LoopbackProvider.fails(500)));
        spare.does(waitsFor(go, LoopbackProvider.says("From the spare")));
        CompletableFuture<ChatReply> call = asks(form, tideover);
        becomesSlow(TAUGHT + 1);
        Awaiting.until(() -> !spare.asked().isEmpty());
        fail.countDown();
        Awaiting.until(HedgingTest::someoneWaitsForASecondAttempt);
        go.countDown();
        ChatReply reply = of(call);
        assertThat(reply.text()).isEqualTo("From the spare");
        assertThat(reply.skipped()).extracting(Failure::source).containsExactly("main/small");
        assertThat(reply.attempts()).isEqualTo(2);
        assertThat(main.asked()).as("not asked again").hasSize(TAUGHT + 1);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void whenBothFailTheLadderGoesOn(Form form) {
        Tideover tideover = taught(form, withSpare().retryPolicy(RetryPolicy.never()));
        CountDownLatch fail = new CountDownLatch(1);
        main.does(waitsFor(fail, LoopbackProvider.fails(500)));
        spare.does(LoopbackProvider.fails(401));
        CompletableFuture<ChatReply> call = asks(form, tideover);
        becomesSlow(TAUGHT + 1);
        Awaiting.until(
                () -> !spare.asked().isEmpty() && tideover.routes().get(1).underWay() == 0);
        fail.countDown();
        ChatException end = endOf(call);
        assertThat(end.kind()).isEqualTo(FailureKind.TRANSIENT);
        assertThat(end.provider()).isEqualTo("main/small");
        assertThat(end.attempts()).isEqualTo(2);
        assertThat(end.failures())
                .extracting(Failure::kind)
                .containsExactlyInAnyOrder(FailureKind.TRANSIENT, FailureKind.AUTH);
        assertThat(spare.asked()).as("a rejected key is not tried again").hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void thereIsOneInACallAtMost(Form form) {
        Tideover tideover = taught(form, withSpare());
        CountDownLatch go = new CountDownLatch(1);
        main.does(waitsFor(go, LoopbackProvider.says("From the first")));
        spare.does(LoopbackProvider.fails(500));
        CompletableFuture<ChatReply> call = asks(form, tideover);
        becomesSlow(TAUGHT + 1);
        Awaiting.until(
                () -> !spare.asked().isEmpty() && tideover.routes().get(1).underWay() == 0);
        time.advance(Duration.ofSeconds(2));
        go.countDown();
        assertThat(of(call).attempts()).isEqualTo(2);
        assertThat(spare.asked()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void ofTenSecondsOfCallsATwentiethGetsASecondAttempt(Form form) {
        Tideover tideover = taught(form, withSpare());
        spare.does(LoopbackProvider.says("From the spare"));
        main.does(hangs());
        CompletableFuture<ChatReply> first = asks(form, tideover);
        becomesSlow(TAUGHT + 1);
        assertThat(of(first).attempts()).isEqualTo(2);
        CountDownLatch go = new CountDownLatch(1);
        main.does(waitsFor(go, LoopbackProvider.says("From the first")));
        CompletableFuture<ChatReply> second = asks(form, tideover);
        becomesSlow(TAUGHT + 2);
        go.countDown();
        assertThat(of(second).attempts()).as("the budget is spent").isEqualTo(1);
        assertThat(spare.asked()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void whenAllIsNotWellThereIsNone(Form form) {
        Tideover tideover = taught(form, withSpare().retryPolicy(RetryPolicy.never()));
        for (int i = 0; i < 20; i++) {
            form.ask(tideover, "Hi");
        }
        tideover.routes().get(1).budget().tryTake(RetryBudget.CAPACITY / 2 + 5, time.now());
        aSlowCallGetsNoSecondAttempt(form, tideover, "the budget is below half");
        tideover.routes().get(1).budget().succeeded(RetryBudget.CAPACITY);
        for (int i = 0; i < 3; i++) {
            main.does(LoopbackProvider.fails(500));
            form.ask(tideover, "Hi");
        }
        assertThat(tideover.status().state()).isNotEqualTo(ServiceState.OPERATIONAL);
        spare.does(LoopbackProvider.says("Hello"));
        aSlowCallGetsNoSecondAttempt(form, tideover, "the status is not operational");
    }

    private void aSlowCallGetsNoSecondAttempt(Form form, Tideover tideover, String why) {
        int before = spare.asked().size();
        int asked = main.asked().size();
        CountDownLatch go = new CountDownLatch(1);
        main.does(waitsFor(go, LoopbackProvider.says("From the first")));
        CompletableFuture<ChatReply> call = asks(form, tideover);
        becomesSlow(asked + 1);
        go.countDown();
        assertThat(of(call).attempts()).as(why).isEqualTo(1);
        assertThat(spare.asked()).as(why).hasSize(before);
    }

    private enum Ending {
        CANCEL,
        CLOSE_STREAM,
        CLOSE_CLIENT
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void whoeverEndsACallEndsBothAttempts(Ending ending) {
        Form form = switch (ending) {
            case CANCEL -> Form.ASYNC;
            case CLOSE_STREAM -> Form.STREAM;
            default -> Form.BLOCKING;
        };
        Tideover tideover = taught(form, withSpare());
        main.does(hangs());
        spare.does(hangs());
        CompletableFuture<ChatReply> async = ending == Ending.CANCEL ? tideover.chatAsync("Hi") : null;
        ReplyStream stream = tideover.stream("Hi");
        CompletableFuture<ChatReply> call = async != null
                ? async
                : CompletableFuture.supplyAsync(
                        () -> ending == Ending.CLOSE_STREAM ? stream.reply() : tideover.chat("Hi"), callers);
        becomesSlow(TAUGHT + 1);
        Awaiting.until(() -> !spare.asked().isEmpty());
        switch (ending) {
            case CANCEL -> call.cancel(true);
            case CLOSE_STREAM -> stream.close();
            case CLOSE_CLIENT -> tideover.close();
        }
        Awaiting.until(() -> hungUp.get() == 2);
        Awaiting.until(call::isDone);
        assertThat(call).isCompletedExceptionally();
        stream.close();
        assertThat(main.asked()).as("nothing more is sent").hasSize(TAUGHT + 1);
        assertThat(spare.asked()).hasSize(1);
        assertThat(tideover.status().state()).isEqualTo(ServiceState.OPERATIONAL);
        for (Route route : tideover.routes()) {
            assertThat(route.circuit()).isEqualTo(CircuitBreaker.State.CLOSED);
        }
    }

    @Test
    void anInterruptEndsTheWaitForTheSecondAttempt() {
        Tideover tideover = taught(Form.BLOCKING, withSpare());
        CountDownLatch fail = new CountDownLatch(1);
        main.does(waitsFor(fail, LoopbackProvider.fails(500)));
        spare.does(hangs());
        CompletableFuture<Thread> caller = new CompletableFuture<>();
        CompletableFuture<ChatReply> call = CompletableFuture.supplyAsync(
                () -> {
                    caller.complete(Thread.currentThread());
                    return tideover.chat("Hi");
                },
                callers);
        becomesSlow(TAUGHT + 1);
        Awaiting.until(() -> !spare.asked().isEmpty());
        fail.countDown();
        Awaiting.until(HedgingTest::someoneWaitsForASecondAttempt);
        caller.join().interrupt();
        assertThat(endOf(call).kind()).isEqualTo(FailureKind.CANCELLED);
        Awaiting.until(() -> hungUp.get() == 1);
        assertThat(spare.asked()).hasSize(1);
    }

    private static boolean someoneWaitsForASecondAttempt() {
        return Thread.getAllStackTraces().values().stream()
                        .flatMap(Stream::of)
                        .anyMatch(frame -> frame.getMethodName().equals("awaitSecond"))
                || Runtime.version().feature() >= 24 && virtualThreads().contains("awaitSecond");
    }

    /** The stacks of all threads, for only a dump has those of virtual ones. */
    private static String virtualThreads() {
        try {
            Path folder = Files.createTempDirectory("threads");
            Path dump = folder.resolve("dump.txt");
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=HotSpotDiagnostic"),
                            "dumpThreads",
                            new Object[] {dump.toString(), "TEXT_PLAIN"},
                            new String[] {"java.lang.String", "java.lang.String"});
            String stacks = Files.readString(dump);
            Files.delete(dump);
            Files.delete(folder);
            return stacks;
        } catch (JMException | IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aClientThatIsClosedBeginsNoSecondAttempt(Form form) {
        Tideover tideover = taught(form, withSpare());
        main.does(hangs());
        CompletableFuture<ChatReply> call = asks(form, tideover);
        Awaiting.until(() -> main.asked().size() == TAUGHT + 1);
        tideover.close();
        ChatException end = endOf(call);
        assertThat(end.kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(end.attempts()).isEqualTo(1);
        assertThat(end.failures()).hasSize(1);
        assertThat(spare.asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void oneAnswersWholeWhenBothComeAtOnce(Form form) throws Exception {
        String first = "all from the first provider and from nobody else";
        String second = "all from the second provider and from nobody else";
        Tideover tideover = taught(form, withSpare());
        CyclicBarrier both = new CyclicBarrier(2);
        int races = 100;
        int lost = 0;
        for (int i = 0; i < races; i++) {
            main.does(LoopbackProvider.says("Quick"));
            for (int call = 0; call < 20; call++) {
                form.ask(tideover, "Hi");
            }
            tideover.routes().get(1).budget().succeeded(RetryBudget.CAPACITY); // a race that is lost costs
            int before = main.asked().size();
            int beside = spare.asked().size();
            main.does(meets(both, first));
            spare.does(meets(both, second));
            CompletableFuture<ChatReply> call = asks(form, tideover);
            Awaiting.until(() -> main.asked().size() == before + 1);
            time.advance(DUE); // and no further: the second begins at this time however late its thread runs
            Awaiting.until(() -> spare.asked().size() == beside + 1);
            ChatReply reply = of(call);
            assertThat(reply.text()).isEqualTo(reply.isLive() ? first : second);
            assertThat(reply.provider()).isEqualTo(reply.isLive() ? "main" : "spare");
            assertThat(reply.attempts()).isEqualTo(2);
            assertThat(reply.skipped()).isEmpty();
            lost += reply.isLive() ? 0 : 1;
            Awaiting.until(() -> tideover.routes().stream().allMatch(route -> route.underWay() == 0));
            Awaiting.until(() -> tideover.watchdog().underWay() == 0);
            time.advance(Duration.ofSeconds(10));
        }
        assertThat(lost).isBetween(0, races);
        assertThat(tideover.status().state())
                .as("%s", tideover.status().diagnosis())
                .isEqualTo(ServiceState.OPERATIONAL);
    }

    private static Behaviour meets(CyclicBarrier both, String text) {
        return wire -> {
            try {
                both.await(20, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return LoopbackProvider.says(text).answer(wire);
        };
    }
}
