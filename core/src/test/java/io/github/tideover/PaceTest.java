package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.LoopbackProvider.Wire;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.ServiceState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How long a stream may take for what, over real HTTP with time moved by hand. */
class PaceTest {
    private final ManualTime time = new ManualTime();
    private final LoopbackProvider main = new LoopbackProvider();
    private final LoopbackProvider spare = new LoopbackProvider();
    private final List<Tideover> clients = new ArrayList<>();
    /** What the provider is to send next. */
    private final LinkedBlockingQueue<String> sending = new LinkedBlockingQueue<>();

    private final LinkedBlockingQueue<String> read = new LinkedBlockingQueue<>();
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
                .retryPolicy(RetryPolicy.never())
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

    private <T> CompletableFuture<T> begin(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, callers);
    }

    private static <T> T of(CompletableFuture<T> call) {
        return call.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static ChatException endOf(CompletableFuture<?> call) {
        Awaiting.until(call::isDone);
        Throwable end = call.handle((result, problem) -> problem).join();
        assertThat(end).isNotNull();
        Throwable cause = end.getCause() == null || end instanceof ChatException ? end : end.getCause();
        assertThat(cause).isInstanceOf(ChatException.class);
        return (ChatException) cause;
    }

    /** Sends what the test says, when it says so; an empty string ends the stream. */
    private void isToldWhatToSend() {
        main.does(wire -> {
            wire.raw(StreamScript.HEAD);
            for (String next = take(); !next.isEmpty(); next = take()) {
                wire.raw(next);
            }
            return false;
        });
    }

    private String take() {
        try {
            String next = sending.poll(30, TimeUnit.SECONDS);
            return next == null ? "" : next;
        } catch (InterruptedException e) {
            return "";
        }
    }

    /** Reads the text of a stream, and tells of each piece. */
    private CompletableFuture<ChatReply> reading(Tideover tideover) {
        isToldWhatToSend();
        CompletableFuture<ChatReply> over = begin(() -> {
            try (ReplyStream stream = tideover.stream("Hi")) {
                stream.forEach(read::add);
                return stream.reply();
            }
        });
        Awaiting.until(() -> !main.asked().isEmpty());
        Awaiting.until(PaceTest::someoneWaitsForTheProvider);
        return over;
    }

    /** The reader has the piece, and waits for the next one. */
    private void arrives(String piece) {
        sending.add(StreamScript.texts(piece));
        Awaiting.until(() -> piece.equals(read.poll()));
        Awaiting.until(PaceTest::someoneWaitsForTheProvider);
    }

    /** What is no content. */
    private void arrivesBesides(String events) {
        sending.add(events);
        Awaiting.until(sending::isEmpty);
        Awaiting.until(PaceTest::someoneWaitsForTheProvider);
    }

    private static boolean someoneWaitsForTheProvider() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> each.getKey().getName().equals("caller"))
                .map(each -> each.getValue())
                .anyMatch(stack -> stack.length > 0
                        && stack[0].isNativeMethod()
                        && Stream.of(stack)
                                .anyMatch(frame -> frame.getClassName().endsWith(".Attempt")));
    }

    private static final String NOTHING = ": ping\n\n" + StreamScript.ROLE + StreamScript.delta("\"content\":\"\"")
            + "data:\n\n" + StreamScript.delta("");

    @Test
    void theFirstContentIsWaitedForThirtySecondsAndRolesPingsAndEmptyPiecesAreNone() {
        CompletableFuture<ChatReply> call = reading(open(alone()));
        time.advance(Duration.ofMillis(29_999));
        arrivesBesides(NOTHING);
        assertThat(call).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertThat(endOf(call).kind()).isEqualTo(FailureKind.TIMEOUT);
    }

    @Test
    void theFirstContentIsWaitedForTenSecondsIfAnotherCouldAnswer() {
        spare.does(LoopbackProvider.says("From the spare"));
        CompletableFuture<ChatReply> call = reading(open(withSpare()));
        time.advance(Duration.ofMillis(9_999));
        arrivesBesides(NOTHING);
        assertThat(call).isNotDone();
        time.advance(Duration.ofMillis(1));
        ChatReply reply = of(call);
        assertThat(reply.text()).isEqualTo("From the spare");
        assertThat(reply.skipped()).extracting(Failure::kind).containsExactly(FailureKind.TIMEOUT);
        assertThat(main.asked()).as("a silent provider is not asked twice").hasSize(1);
    }

    @Test
    void aThoughtIsContent() {
        CompletableFuture<ChatReply> call = reading(open(alone()));
        time.advance(Duration.ofSeconds(29));
        arrivesBesides(StreamScript.reasoning("Hm, "));
        // It counts once it has been read, which only shows in that the call goes on.
        sending.add(StreamScript.texts("yes"));
        Awaiting.until(() -> "yes".equals(read.poll()));
        Awaiting.until(PaceTest::someoneWaitsForTheProvider);
        time.advance(Duration.ofSeconds(29));
        assertThat(call).isNotDone();
        sending.add(StreamScript.end());
        assertThat(of(call).reasoning()).isEqualTo("Hm, ");
        sending.add("");
    }

    @Test
    void betweenTwoPiecesThirtySecondsMayPassAndNothingButContentCounts() {
        CompletableFuture<ChatReply> call = reading(open(alone()));
        arrives("one");
        time.advance(Duration.ofMillis(29_999));
        arrives("two");
        time.advance(Duration.ofMillis(29_999));
        arrivesBesides(NOTHING);
        assertThat(call).isNotDone();
        time.advance(Duration.ofMillis(1));
        ChatException end = endOf(call);
        assertThat(end.kind()).isEqualTo(FailureKind.STALL);
        assertThat(((PartialReplyException) end).partialText()).isEqualTo("onetwo");
    }

    @Test
    void aStreamThatDripsEndsAfterAMinute() {
        CompletableFuture<ChatReply> call = reading(open(alone()));
        arrives("a");
        for (String piece : List.of("b", "c")) {
            time.advance(Duration.ofSeconds(20));
            arrives(piece);
        }
        time.advance(Duration.ofMillis(19_999));
        assertThat(call).isNotDone();
        time.advance(Duration.ofMillis(1));
        ChatException end = endOf(call);
        assertThat(end.kind()).isEqualTo(FailureKind.STALL);
        assertThat(((PartialReplyException) end).partialText()).isEqualTo("abc");
    }

    @Test
    void aCharacterASecondIsEnough() {
        CompletableFuture<ChatReply> call = reading(open(alone()));
        for (int i = 0; i < 200; i++) {
            arrives("x");
            time.advance(Duration.ofMillis(990)); // and not a full one, which is the very limit
        }
        sending.add(StreamScript.end());
        assertThat(of(call).text()).hasSize(200);
        sending.add("");
    }

    @Test
    void eachStretchHasAMinuteOfItsOwn() {
        CompletableFuture<ChatReply> call = reading(open(alone()));
        arrives("x".repeat(1_000));
        time.advance(Duration.ofSeconds(20));
        arrives("a");
        time.advance(Duration.ofSeconds(20));
        arrives("b");
        time.advance(Duration.ofMillis(19_999));
        assertThat(call).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertThat(endOf(call).kind()).as("what came at once is not saved up").isEqualTo(FailureKind.STALL);
    }

    @Test
    void withoutALowestThroughputADripIsEnough() {
        CompletableFuture<ChatReply> call = reading(open(alone().lowestThroughput(0)));
        for (int i = 0; i < 12; i++) {
            arrives("x");
            time.advance(Duration.ofMillis(29_999));
        }
        sending.add(StreamScript.end());
        assertThat(of(call).text()).hasSize(12);
        sending.add("");
    }

    @Test
    void aLowestThroughputBelowZeroIsRefused() {
        assertThatThrownBy(() -> alone().lowestThroughput(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("lowestThroughput must be at least 0 characters a minute, not -1");
    }

    @Test
    void aReaderWhoTakesAnHourBetweenTwoPiecesBreaksNothing() {
        main.does(StreamScript.streams(StreamScript.texts("one ", "two ", "three"), StreamScript.end()));
        try (ReplyStream stream = open(alone().streamTimeout(Duration.ofHours(4))).stream("Hi")) {
            for (String piece : stream) {
                assertThat(piece).isNotEmpty();
                time.advance(Duration.ofHours(1));
            }
            assertThat(stream.reply().text()).isEqualTo("one two three");
            assertThat(stream.reply().usage().totalTokens()).isEqualTo(5);
        }
    }

    @Test
    void tokenCountsAreWaitedForASecondOnceTheReplyIsComplete() {
        CompletableFuture<ChatReply> call = reading(open(alone()));
        arrives("one");
        arrivesBesides(StreamScript.finish("stop"));
        Awaiting.until(() -> {
            time.advance(Duration.ofMillis(1));
            return call.isDone();
        });
        assertThat(of(call).text()).isEqualTo("one");
        assertThat(of(call).usage().totalTokens()).isZero();
        assertThat(of(call).skipped()).isEmpty();
        sending.add("");
    }

    @Test
    void theDeadlineEndsAStreamThatIsStillComingAndBlamesNobody() {
        Tideover tideover = open(alone().streamTimeout(Duration.ofSeconds(100)));
        CompletableFuture<ChatReply> call = reading(tideover);
        for (int i = 0; i < 10; i++) {
            arrives("0123456789");
            time.advance(Duration.ofMillis(9_990));
        }
        arrives("0123456789");
        time.advance(Duration.ofMillis(100));
        PartialReplyException end = (PartialReplyException) endOf(call);
        assertThat(end.partialText()).hasSize(110);
        assertThat(end.kind()).isEqualTo(FailureKind.DEADLINE);
        assertThat(tideover.status().state()).isEqualTo(ServiceState.OPERATIONAL);
        sending.add("");
    }

    @Test
    void theDeadlineEndsAStreamWhoseReaderTakesTooLong() {
        main.does(wire -> {
            wire.raw(StreamScript.HEAD + StreamScript.texts("one"));
            StreamScript.silence(wire);
            return false;
        });
        try (ReplyStream stream = open(alone()).stream("Hi")) {
            Iterator<String> texts = stream.iterator();
            assertThat(texts.next()).isEqualTo("one");
            time.advance(Duration.ofMinutes(10));
            assertThatThrownBy(texts::hasNext)
                    .isInstanceOfSatisfying(
                            PartialReplyException.class,
                            end -> assertThat(end.kind()).isEqualTo(FailureKind.DEADLINE));
        }
    }

    /** Whole replies that are read as streams because an alternate stands. */
    private CompletableFuture<ChatReply> asking(Form form, Tideover tideover) {
        CompletableFuture<ChatReply> call = begin(() -> form.ask(tideover, "Hi"));
        Awaiting.until(() -> !main.asked().isEmpty());
        return call;
    }

    private static final String PIECES = StreamScript.texts("All I can say ", "is that ");

    enum Fault {
        SILENT(FailureKind.TIMEOUT, wire -> StreamScript.silence(wire)),
        HEAD_ALONE(FailureKind.TIMEOUT, wire -> {
            wire.raw(StreamScript.HEAD + NOTHING);
            StreamScript.silence(wire);
        }),
        CUT(FailureKind.CUT, wire -> wire.raw(StreamScript.HEAD + PIECES)),
        STALLED(FailureKind.STALL, wire -> {
            wire.raw(StreamScript.HEAD + PIECES);
            StreamScript.silence(wire);
        });

        private final FailureKind kind;
        private final Fate fate;

        Fault(FailureKind kind, Fate fate) {
            this.kind = kind;
            this.fate = fate;
        }

        private interface Fate {
            void befall(Wire wire) throws IOException;
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aWholeReplyIsTakenOverByTheAlternateWhateverBecameOfTheStreamUnderneath(Fault fault) {
        for (Form form : List.of(Form.BLOCKING, Form.ASYNC)) {
            main.does(wire -> {
                fault.fate.befall(wire);
                return false;
            });
            spare.does(LoopbackProvider.says("From the spare"));
            int before = main.asked().size();
            Tideover tideover = open(withSpare());
            long start = time.now();
            CompletableFuture<ChatReply> call = asking(form, tideover);
            Awaiting.until(() -> {
                time.advance(Duration.ofMillis(100));
                return call.isDone();
            });
            ChatReply reply = of(call);
            assertThat(reply.text()).isEqualTo("From the spare");
            assertThat(reply.origin()).isEqualTo(Origin.ALTERNATE);
            assertThat(reply.isContinued()).isFalse();
            assertThat(reply.skipped()).extracting(Failure::kind).containsExactly(fault.kind);
            assertThat(main.asked()).hasSize(before + 1);
            assertThat(main.asked().get(before).streamed()).isTrue();
            assertThat(spare.asked().get(spare.asked().size() - 1).streamed())
                    .as("nobody stands behind the last one")
                    .isFalse();
            assertThat(time.now() - start).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"BLOCKING", "ASYNC"})
    void aSilentProviderIsLeftAfterTenSecondsAndWithoutAnAlternateAfterThirty(Form form) {
        main.does(LoopbackProvider.isSilent());
        spare.does(LoopbackProvider.says("From the spare"));
        Tideover tideover = open(withSpare());
        CompletableFuture<ChatReply> call = asking(form, tideover);
        time.advance(Duration.ofMillis(9_999));
        assertThat(call).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertThat(of(call).text()).isEqualTo("From the spare");
        Tideover lonely = open(alone());
        CompletableFuture<ChatReply> other = begin(() -> form.ask(lonely, "Hi"));
        Awaiting.until(() -> main.asked().size() == 2);
        assertThat(main.asked().get(1).streamed()).isFalse();
        time.advance(Duration.ofMillis(29_999));
        assertThat(other).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertThat(endOf(other).kind()).isEqualTo(FailureKind.TIMEOUT);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aProviderThatCannotStreamIsAskedForTheWhole(Form form) {
        Tideover tideover =
                open(alone().provider(at("main", main).streaming(false)).alternate(at("spare", spare)));
        ChatReply reply = form.ask(tideover, "Hi");
        assertThat(reply.text()).isEqualTo("Hello");
        assertThat(reply.isLive()).isTrue();
        assertThat(main.asked().get(0).streamed()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aWholeReplyInPlaceOfAStreamIsAReply(Form form) {
        main.does(wire -> wire.send(200, "application/json", LoopbackProvider.completion("At once")));
        ChatReply reply = form.ask(open(withSpare()), "Hi");
        assertThat(main.asked().get(0).streamed()).isTrue();
        assertThat(reply.text()).isEqualTo("At once");
        assertThat(reply.isLive()).isTrue();
        assertThat(reply.usage().totalTokens()).isEqualTo(5);
        assertThat(reply.attempts()).isEqualTo(1);
    }

    @Test
    void theFirstProbeOfASlowThinkerIsGivenThirtySeconds() {
        main.does(LoopbackProvider.isSilent());
        Tideover tideover = open(withSpare());
        for (int i = 0; i < Route.TRIP_FAILURES; i++) {
            int asked = i + 1;
            CompletableFuture<ChatReply> call = begin(() -> tideover.chat("Hi"));
            Awaiting.until(() -> main.asked().size() == asked);
            time.advance(Duration.ofSeconds(10));
            assertThat(of(call).origin()).isEqualTo(Origin.ALTERNATE);
        }
        assertThat(tideover.routes().get(0).isStanding(time.now())).isFalse();
        time.advance(Duration.ofSeconds(2));
        isToldWhatToSend();
        CompletableFuture<ChatReply> probe = begin(() -> tideover.chat("Hi"));
        Awaiting.until(() -> main.asked().size() == Route.TRIP_FAILURES + 1);
        time.advance(Duration.ofSeconds(29));
        assertThat(probe).isNotDone();
        sending.add(StreamScript.texts("At last") + StreamScript.end());
        assertThat(of(probe).text()).isEqualTo("At last");
        assertThat(of(probe).isLive()).isTrue();
        sending.add("");
    }

    enum Nothing {
        CUT_JSON(wire -> wire.send(
                200, "application/json", LoopbackProvider.completion("All").substring(0, 80))),
        NO_CHOICES(wire -> wire.send(200, "application/json", "{\"id\":\"c1\",\"model\":\"small-1\",\"choices\":[]}")),
        NO_MESSAGE(
                wire -> wire.send(200, "application/json", "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}")),
        A_BARE_NUMBER(wire -> wire.send(200, "application/json", "42"));

        private final LoopbackProvider.Behaviour behaviour;

        Nothing(LoopbackProvider.Behaviour behaviour) {
            this.behaviour = behaviour;
        }
    }

    @ParameterizedTest
    @EnumSource(Nothing.class)
    void aSuccessWithoutAReplyIsAskedForOnceMoreAndIsNeverAReply(Nothing nothing) {
        main.does(nothing.behaviour);
        RetryPolicy soon = RetryPolicy.builder()
                .firstDelay(Duration.ofMillis(5))
                .maxAttempts(5)
                .build();
        try (Tideover real =
                Tideover.builder().provider(at("main", main)).retryPolicy(soon).build()) {
            for (Form form : List.of(Form.BLOCKING, Form.ASYNC)) {
                int before = main.asked().size();
                assertThatThrownBy(() -> form.ask(real, "Hi")).isInstanceOfSatisfying(ChatException.class, end -> {
                    assertThat(end.kind()).isIn(FailureKind.MALFORMED, FailureKind.CUT);
                    assertThat(end.attempts()).isEqualTo(2);
                });
                assertThat(main.asked()).hasSize(before + 2);
            }
        }
    }
}
