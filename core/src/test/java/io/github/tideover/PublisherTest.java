package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.provider.Provider;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream that is read by a subscriber or by a callback, over real HTTP. */
class PublisherTest {
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    private static final String WORD = TideoverTest.events(false, "word ");
    private static final String END = TideoverTest.events(true);
    private static final String CLOSED = "the stream was closed before its end";

    private final LoopbackProvider provider = new LoopbackProvider();
    private final LoopbackProvider spare = new LoopbackProvider();
    private final ConnectionPool pool = new ConnectionPool();
    private final ManualTime time = new ManualTime();
    private final List<Tideover> clients = new ArrayList<>();
    /** Counted down when the provider finds that the client has hung up. */
    private final CountDownLatch hungUp = new CountDownLatch(1);

    @AfterEach
    void close() {
        clients.forEach(Tideover::close);
        provider.close();
        spare.close();
    }

    private Tideover.Builder client() {
        return Tideover.builder()
                .provider(Provider.openAiCompatible(provider.baseUrl())
                        .name("main")
                        .model("small"))
                .httpClient(new OkHttpClient.Builder().connectionPool(pool).build());
    }

    private Tideover open(Tideover.Builder builder) {
        Tideover tideover = builder.build();
        clients.add(tideover);
        return tideover;
    }

    private void nothingIsLeft(Tideover tideover) {
        Awaiting.until(() -> tideover.routes().stream().allMatch(route -> route.underWay() == 0));
        Awaiting.until(() -> tideover.watchdog().underWay() == 0);
        Awaiting.until(() -> pool.idleConnectionCount() == pool.connectionCount());
    }

    /** The client's threads that are doing something for a call, waiting for its bytes included. */
    private static long busyThreads() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().startsWith("tideover-http-"))
                .filter(thread -> Arrays.stream(thread.getValue())
                        .anyMatch(frame -> frame.getClassName().startsWith("io.github.tideover.")))
                .count();
    }

    private static void words(OutputStream out, int words) throws IOException {
        byte[] word = WORD.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < words; i++) {
            out.write(word);
        }
        out.flush();
    }

    /** Some words, and then nothing for as long as the client stays. */
    private LoopbackProvider.Behaviour falls(int words) {
        return wire -> {
            try {
                if (words > 0) {
                    wire.raw(HEAD);
                    words(wire.out(), words);
                }
                wire.pause(Duration.ofMinutes(10));
            } finally {
                hungUp.countDown();
            }
            return false;
        };
    }

    private void theProviderSeesTheClientGo() throws InterruptedException {
        assertThat(hungUp.await(20, TimeUnit.SECONDS)).as("hung up").isTrue();
    }

    @Test
    void nothingIsSentBeforeTheFirstRequest() {
        Tideover tideover = open(client());
        Listener listener = new Listener();
        tideover.stream("Hi").publisher().subscribe(listener);
        assertThat(tideover.watchdog().underWay()).isZero();
        assertThat(provider.asked()).isEmpty();
        listener.request(1);
        listener.awaitSignals(1);
        assertThat(provider.asked()).hasSize(1);
        listener.cancel();
        nothingIsLeft(tideover);
    }

    @Test
    void theProviderIsSlowedDownToWhatIsAskedFor() {
        int words = 100_000;
        AtomicLong written = new AtomicLong();
        provider.does(wire -> {
            wire.raw(HEAD);
            for (int i = 0; i < words / 100; i++) {
                words(wire.out(), 100);
                written.addAndGet(100);
            }
            wire.raw(END);
            return false;
        });
        Tideover tideover = open(client());
        Listener listener = new Listener();
        tideover.stream("Hi").publisher().subscribe(listener);
        listener.request(3);
        listener.awaitSignals(3);
        AtomicLong before = new AtomicLong(-1);
        Awaiting.until(() -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
            return before.getAndSet(written.get()) == written.get();
        });
        assertThat(written.get()).as("words that went out").isLessThan(words);
        assertThat(listener.signals).hasSize(3);
        assertThat(busyThreads()).isZero();
        listener.request(Long.MAX_VALUE);
        listener.awaitEnd();
        assertThat(listener.texts()).hasSize(words);
        assertThat(listener.reply().text()).isEqualTo("word ".repeat(words));
        assertThat(listener.isComplete()).isTrue();
        nothingIsLeft(tideover);
    }

    @Test
    void piecesComeInOrderAndOnce() {
        provider.does(LoopbackProvider.says("one two three four five"));
        Tideover tideover = open(client());
        Listener listener = new Listener(Long.MAX_VALUE);
        ReplyStream stream = tideover.stream("Hi");
        stream.publisher().subscribe(listener);
        listener.awaitEnd();
        assertThat(listener.texts()).containsExactly("one ", "two ", "three ", "four ", "five");
        assertThat(listener.reply().text()).isEqualTo("one two three four five");
        assertThat(listener.isComplete()).isTrue();
        assertThat(stream.reply()).isSameAs(listener.reply());
        nothingIsLeft(tideover);
    }

    @Test
    void askingForOneFromEachOnNextDoesNotDeepenTheStack() {
        int words = 100_000;
        provider.does(wire -> {
            wire.raw(HEAD);
            words(new BufferedOutputStream(wire.out()), words);
            wire.raw(END);
            return false;
        });
        Tideover tideover = open(client());
        AtomicInteger deepest = new AtomicInteger();
        Listener listener = new Listener(1);
        AtomicInteger count = new AtomicInteger();
        listener.each = event -> {
            if (count.incrementAndGet() % 10_000 == 1) {
                int depth = Thread.currentThread().getStackTrace().length;
                deepest.accumulateAndGet(depth, Math::max);
            }
            listener.request(1);
        };
        tideover.stream("Hi").publisher().subscribe(listener);
        listener.awaitEnd();
        assertThat(listener.texts()).hasSize(words);
        assertThat(listener.isComplete()).isTrue();
        assertThat(deepest.get()).isLessThan(100);
    }

    @Test
    void nothingIsSignalledBeforeOnSubscribeReturns() {
        Tideover tideover = open(client());
        AtomicInteger early = new AtomicInteger();
        Listener listener = new Listener() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                super.onSubscribe(given);
                given.request(Long.MAX_VALUE);
                // Long enough for a reply to come, if it were asked for already.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
                early.set(signals.size() + provider.asked().size());
            }
        };
        tideover.stream("Hi").publisher().subscribe(listener);
        listener.awaitEnd();
        assertThat(early.get()).isZero();
        assertThat(listener.isComplete()).isTrue();
    }

    @Test
    void aSubscriberMayDawdleForLongerThanAStreamMayStall() {
        CountDownLatch goOn = new CountDownLatch(1);
        provider.does(wire -> {
            wire.raw(HEAD);
            words(wire.out(), 2);
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            words(wire.out(), 2);
            wire.raw(END);
            return false;
        });
        Tideover tideover = open(client().time(time.time()).stallTimeout(Duration.ofSeconds(10)));
        Listener listener = new Listener(2);
        tideover.stream("Hi").publisher().subscribe(listener);
        listener.awaitSignals(2);
        Awaiting.until(() -> busyThreads() == 0);
        time.advance(Duration.ofMinutes(4));
        listener.request(1);
        goOn.countDown();
        listener.awaitSignals(3);
        Awaiting.until(() -> busyThreads() == 0);
        time.advance(Duration.ofMinutes(4));
        listener.request(Long.MAX_VALUE);
        listener.awaitEnd();
        assertThat(listener.texts()).hasSize(4);
        assertThat(listener.isComplete()).isTrue();
        assertThat(provider.asked()).hasSize(1);
    }

    @Test
    void aStreamAtRestPastItsDeadlineGivesItsPlaceBackAndSaysSo() throws Exception {
        provider.does(falls(3));
        Tideover tideover = open(client().time(time.time()).streamTimeout(Duration.ofMinutes(10)));
        Listener listener = new Listener(2);
        tideover.stream("Hi").publisher().subscribe(listener);
        listener.awaitSignals(2);
        Awaiting.until(() -> busyThreads() == 0);
        time.advance(Duration.ofMinutes(11));
        listener.awaitEnd();
        theProviderSeesTheClientGo();
        assertThat(listener.error()).isInstanceOfSatisfying(PartialReplyException.class, e -> {
            assertThat(e.kind()).isEqualTo(FailureKind.DEADLINE);
            assertThat(e.partialText()).isEqualTo("word word ");
        });
        assertThat(listener.signals).hasSize(2);
        assertThat(listener.unasked).hasValue(0);
        nothingIsLeft(tideover);
    }

    @Test
    void aStreamAtRestHearsAtOnceThatTheClientIsClosed() {
        provider.does(falls(3));
        Tideover tideover = open(client());
        Listener listener = new Listener(1);
        tideover.stream("Hi").publisher().subscribe(listener);
        listener.awaitSignals(1);
        Awaiting.until(() -> busyThreads() == 0);
        tideover.close();
        listener.awaitEnd();
        assertThat(listener.error()).hasMessageContaining("the client was closed");
        assertThat(listener.signals).hasSize(1);
        nothingIsLeft(tideover);
    }

    @Test
    void aStreamThatStallsWhileMoreIsAskedForIsAnError() {
        provider.does(falls(2));
        Tideover tideover =
                open(client().time(time.time()).streamRescue(StreamRescue.FAIL).stallTimeout(Duration.ofSeconds(10)));
        Listener listener = new Listener(3);
        tideover.stream("Hi").publisher().subscribe(listener);
        listener.awaitSignals(2);
        Awaiting.until(() -> {
            time.advance(Duration.ofSeconds(5)); // what it says next counts from when the limit was set
            return listener.isOver();
        });
        assertThat(listener.error())
                .isInstanceOfSatisfying(
                        PartialReplyException.class,
                        e -> assertThat(e.partialText()).isEqualTo("word word "));
        nothingIsLeft(tideover);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void cancellingFreesTheConnectionAtOnce(int words) throws Exception {
        provider.does(falls(words));
        Tideover tideover = open(client());
        Listener listener = new Listener(words == 3 ? 2 : Long.MAX_VALUE); // at rest, or waiting for more
        tideover.stream("Hi").publisher().subscribe(listener);
        listener.awaitSignals(Math.min(words, 2));
        Awaiting.until(() -> provider.asked().size() == 1);
        listener.cancel();
        theProviderSeesTheClientGo();
        nothingIsLeft(tideover);
        assertThat(listener.signals).hasSize(Math.min(words, 2));
        assertThat(listener.isOver()).isFalse();
        assertThat(tideover.status().state().isOutage()).isFalse();
    }

    @Test
    void cancellingFromWithinOnNextFreesTheConnectionAtOnce() throws Exception {
        provider.does(falls(3));
        Tideover tideover = open(client());
        Listener listener = new Listener(Long.MAX_VALUE);
        listener.each = event -> listener.cancel();
        tideover.stream("Hi").publisher().subscribe(listener);
        theProviderSeesTheClientGo();
        nothingIsLeft(tideover);
        assertThat(listener.signals).hasSize(1);
    }

    @Test
    void cancellingInAPauseBetweenTwoAttemptsSendsNothingMore() {
        provider.does(LoopbackProvider.fails(503, "{}", "Retry-After: 20"));
        Tideover tideover = open(client().time(time.time()));
        Listener listener = new Listener(1);
        tideover.stream("Hi").publisher().subscribe(listener);
        awaitPause(tideover);
        listener.cancel();
        nothingIsLeft(tideover);
        time.advance(Duration.ofMinutes(1));
        nothingIsLeft(tideover);
        assertThat(provider.asked()).hasSize(1);
        assertThat(listener.signals).isEmpty();
    }

    private void awaitPause(Tideover tideover) {
        Awaiting.until(() -> provider.asked().size() == 1
                && tideover.routes().get(0).underWay() == 0
                && tideover.watchdog().underWay() == 1
                && busyThreads() == 0);
    }

    @Test
    void aPauseBetweenTwoAttemptsHoldsNoThread() {
        AtomicInteger turn = new AtomicInteger();
        provider.does(wire -> turn.getAndIncrement() == 0
                ? wire.send(503, "application/json", "{}", "Retry-After: 20")
                : LoopbackProvider.says("Hello").answer(wire));
        Tideover tideover = open(client().time(time.time()));
        Listener listener = new Listener(Long.MAX_VALUE);
        tideover.stream("Hi").publisher().subscribe(listener);
        awaitPause(tideover);
        time.advance(Duration.ofSeconds(19));
        assertThat(provider.asked()).hasSize(1);
        Awaiting.until(() -> {
            if (provider.asked().size() == 1) {
                time.advance(Duration.ofMillis(100)); // a rested provider is eased back in
            }
            return listener.isOver();
        });
        assertThat(listener.texts()).containsExactly("Hello");
        assertThat(listener.reply().attempts()).isEqualTo(2);
        assertThat(listener.reply().skipped()).hasSize(1);
        nothingIsLeft(tideover);
    }

    @Test
    void closingTheStreamTellsASubscriberThatWaits() throws Exception {
        provider.does(falls(2));
        Tideover tideover = open(client());
        Listener listener = new Listener(Long.MAX_VALUE);
        ReplyStream stream = tideover.stream("Hi");
        stream.publisher().subscribe(listener);
        listener.awaitSignals(2);
        stream.close();
        listener.awaitEnd();
        theProviderSeesTheClientGo();
        assertThat(listener.error()).isInstanceOf(IllegalStateException.class).hasMessage(CLOSED);
        nothingIsLeft(tideover);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void closingTheStreamTellsASubscriberThatAsksForNothing(int asked) {
        provider.does(falls(3));
        Tideover tideover = open(client());
        Listener listener = new Listener(asked);
        ReplyStream stream = tideover.stream("Hi");
        stream.publisher().subscribe(listener);
        listener.awaitSignals(asked);
        stream.close();
        listener.awaitEnd();
        assertThat(listener.error()).isInstanceOf(IllegalStateException.class).hasMessage(CLOSED);
        assertThat(listener.texts()).hasSize(asked);
        nothingIsLeft(tideover);
    }

    @Test
    void closingTheStreamInAPauseTellsTheSubscriber() {
        provider.does(LoopbackProvider.fails(503, "{}", "Retry-After: 20"));
        for (int round = 0; round < 50; round++) {
            Tideover tideover = open(client().time(time.time()));
            int before = provider.asked().size();
            Listener listener = new Listener(1);
            ReplyStream stream = tideover.stream("Hi");
            stream.publisher().subscribe(listener);
            Awaiting.until(() -> provider.asked().size() == before + 1
                    && tideover.routes().get(0).underWay() == 0
                    && tideover.watchdog().underWay() == 1);
            stream.close();
            listener.awaitEnd();
            assertThat(listener.error())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(CLOSED);
            nothingIsLeft(tideover);
        }
    }

    @Test
    void closingTheStreamSendsNoEventThatWasNotAskedFor() {
        provider.does(LoopbackProvider.fails(500));
        Tideover tideover = open(client().lastResort("Later.").retryPolicy(RetryPolicy.never()));
        Listener listener = new Listener(1);
        ReplyStream stream = tideover.stream("Hi");
        stream.publisher().subscribe(listener);
        listener.awaitSignals(1);
        stream.close();
        listener.awaitEnd();
        assertThat(listener.texts()).containsExactly("Later.");
        assertThat(listener.signals).hasSize(1);
        assertThat(listener.error()).isInstanceOf(IllegalStateException.class).hasMessage(CLOSED);
    }

    @Test
    void closingAStreamThatIsCompleteChangesNothing() {
        Tideover tideover = open(client());
        Listener listener = new Listener(Long.MAX_VALUE);
        ReplyStream stream = tideover.stream("Hi");
        stream.publisher().subscribe(listener);
        listener.awaitEnd();
        stream.close();
        listener.request(1);
        assertThat(listener.isComplete()).isTrue();
        assertThat(listener.error()).isNull();
        assertThat(stream.reply().text()).isEqualTo("Hello");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void askingForLessThanOneIsAnErrorAtOnce(long n) throws Exception {
        provider.does(falls(0));
        Tideover tideover = open(client());
        Listener waiting = new Listener(1);
        tideover.stream("Hi").publisher().subscribe(waiting);
        Awaiting.until(() -> provider.asked().size() == 1);
        waiting.request(n);
        waiting.awaitEnd();
        assertThat(waiting.error()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + n);
        theProviderSeesTheClientGo();
        Listener first = new Listener();
        tideover.stream("Hi").publisher().subscribe(first);
        first.request(n);
        first.awaitEnd();
        assertThat(first.error()).isInstanceOf(IllegalArgumentException.class);
        assertThat(provider.asked()).hasSize(1);
        nothingIsLeft(tideover);
    }

    @Test
    void aStreamIsForOneReader() {
        Tideover tideover = open(client());
        ReplyStream stream = tideover.stream("Hi");
        Listener listener = new Listener(Long.MAX_VALUE);
        stream.publisher().subscribe(listener);
        Listener second = new Listener(Long.MAX_VALUE);
        stream.publisher().subscribe(second);
        assertThat(second.error()).isInstanceOf(IllegalStateException.class).hasMessageContaining("read once");
        second.request(-1);
        second.cancel();
        assertThatThrownBy(stream::iterator).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(stream::events).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> stream.forEachEvent(event -> {})).isInstanceOf(IllegalStateException.class);
        listener.awaitEnd();
        assertThat(listener.isComplete()).isTrue();
        assertThat(second.signals).isEmpty();
    }

    @Test
    void aSubscriberThatThrowsHasCancelled() throws Exception {
        provider.does(falls(3));
        Tideover tideover = open(client());
        Listener listener = new Listener(Long.MAX_VALUE);
        listener.each = event -> {
            throw new IllegalArgumentException("on purpose");
        };
        tideover.stream("Hi").publisher().subscribe(listener);
        theProviderSeesTheClientGo();
        nothingIsLeft(tideover);
        assertThat(listener.signals).hasSize(1);
        assertThat(listener.error()).isNull();
    }

    @Test
    void aSubscriberThatThrowsAnErrorHasCancelled() throws Exception {
        provider.does(falls(3));
        Tideover tideover = open(client());
        Listener listener = new Listener(Long.MAX_VALUE);
        listener.each = event -> {
            throw new AssertionError("on purpose");
        };
        tideover.stream("Hi").publisher().subscribe(listener);
        theProviderSeesTheClientGo();
        nothingIsLeft(tideover);
        assertThat(listener.signals).hasSize(1);
        assertThat(listener.error()).isNull();
    }

    @Test
    void aSubscriberThatCannotTakeItsSubscriptionHasCancelled() {
        Tideover tideover = open(client());
        Listener listener = new Listener() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                super.onSubscribe(given);
                given.request(1);
                throw new IllegalArgumentException("on purpose");
            }
        };
        tideover.stream("Hi").publisher().subscribe(listener);
        Awaiting.until(() -> busyThreads() == 0);
        assertThat(provider.asked()).isEmpty();
        assertThat(listener.signals).isEmpty();
        assertThat(listener.error()).isNull();
    }

    @Test
    void aCallWithoutAnAnswerEndsInAChatException() {
        provider.does(LoopbackProvider.fails(401));
        Tideover tideover = open(client());
        Listener listener = new Listener(1);
        tideover.stream("Hi").publisher().subscribe(listener);
        listener.awaitEnd();
        assertThat(listener.error())
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.AUTH));
        nothingIsLeft(tideover);
    }

    @Test
    void anAlternateBeginsAgainWhereTheFirstProviderBreaksOff() {
        provider.does(wire -> {
            wire.raw(HEAD);
            words(wire.out(), 3);
            return false;
        });
        spare.does(LoopbackProvider.says("Hello there"));
        Tideover tideover = open(client().alternate(
                        Provider.openAiCompatible(spare.baseUrl()).name("spare").model("small")));
        Listener listener = new Listener(1);
        listener.each = event -> listener.request(1);
        tideover.stream("Hi").publisher().subscribe(listener);
        listener.awaitEnd();
        assertThat(listener.kinds()).containsExactly("Text", "Text", "Text", "Restarted", "Text", "Text", "Completed");
        assertThat(listener.reply().text()).isEqualTo("Hello there");
        assertThat(listener.reply().origin()).isEqualTo(Origin.ALTERNATE);
        nothingIsLeft(tideover);
    }

    @Test
    void closingTheClientTellsASubscriberThatWaits() throws Exception {
        provider.does(falls(1));
        Tideover tideover = open(client());
        Listener listener = new Listener(Long.MAX_VALUE);
        tideover.stream("Hi").publisher().subscribe(listener);
        listener.awaitSignals(1);
        tideover.close();
        listener.awaitEnd();
        theProviderSeesTheClientGo();
        assertThat(listener.error())
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.CANCELLED));
        nothingIsLeft(tideover);
    }

    @Test
    void callbacksGetEveryEventAndTheFutureTheReply() throws Exception {
        provider.does(LoopbackProvider.says("one two three"));
        Tideover tideover = open(client());
        List<StreamEvent> events = Collections.synchronizedList(new ArrayList<>());
        ReplyStream stream = tideover.stream("Hi");
        ChatReply reply = stream.forEachEvent(events::add).get(20, TimeUnit.SECONDS);
        assertThat(reply.text()).isEqualTo("one two three");
        assertThat(events).hasSize(4);
        assertThat(events.get(3)).isInstanceOf(StreamEvent.Completed.class);
        assertThat(stream.reply()).isSameAs(reply);
        nothingIsLeft(tideover);
    }

    @Test
    void whatACallbackThrowsEndsTheCall() throws Exception {
        provider.does(falls(3));
        Tideover tideover = open(client());
        IllegalArgumentException thrown = new IllegalArgumentException("on purpose");
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<ChatReply> reply = tideover.stream("Hi").forEachEvent(event -> {
            calls.incrementAndGet();
            throw thrown;
        });
        assertThatThrownBy(() -> reply.get(20, TimeUnit.SECONDS)).hasCause(thrown);
        theProviderSeesTheClientGo();
        nothingIsLeft(tideover);
        assertThat(calls.get()).isEqualTo(1);
    }

    @Test
    void whatTheLastCallbackThrowsFailsTheFuture() {
        Tideover tideover = open(client());
        AssertionError thrown = new AssertionError("on purpose");
        CompletableFuture<ChatReply> reply = tideover.stream("Hi").forEachEvent(event -> {
            if (event instanceof StreamEvent.Completed) {
                throw thrown;
            }
        });
        assertThatThrownBy(() -> reply.get(20, TimeUnit.SECONDS)).hasCause(thrown);
        nothingIsLeft(tideover);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void cancellingTheFutureClosesTheStream(int words) throws Exception {
        provider.does(falls(words));
        Tideover tideover = open(client());
        CountDownLatch came = new CountDownLatch(words);
        CompletableFuture<ChatReply> reply = tideover.stream("Hi").forEachEvent(event -> came.countDown());
        came.await();
        Awaiting.until(() -> provider.asked().size() == 1);
        assertThat(reply.cancel(true)).isTrue();
        theProviderSeesTheClientGo();
        nothingIsLeft(tideover);
        assertThatThrownBy(reply::join).isInstanceOf(CancellationException.class);
    }

    @Test
    void aTimeLimitOnTheFutureClosesTheStream() throws Exception {
        provider.does(falls(1));
        Tideover tideover = open(client());
        CompletableFuture<ChatReply> reply =
                tideover.stream("Hi").forEachEvent(event -> {}).orTimeout(50, TimeUnit.MILLISECONDS);
        assertThatThrownBy(reply::join).hasCauseInstanceOf(TimeoutException.class);
        theProviderSeesTheClientGo();
        nothingIsLeft(tideover);
    }

    @Test
    void callbacksForAStreamThatWasReadAreRefusedAtOnce() {
        Tideover tideover = open(client());
        ReplyStream stream = tideover.stream("Hi");
        assertThat(stream.reply().text()).isEqualTo("Hello");
        assertThatThrownBy(() -> stream.forEachEvent(event -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("read once");
    }

    @Test
    void closingTheStreamOrTheClientFailsTheFuture() {
        provider.does(falls(1));
        Tideover tideover = open(client());
        CountDownLatch came = new CountDownLatch(2);
        ReplyStream closed = tideover.stream("Hi");
        ReplyStream late = tideover.stream("Hi");
        CompletableFuture<ChatReply> ofClosed = closed.forEachEvent(event -> came.countDown());
        CompletableFuture<ChatReply> cut = tideover.stream("Hi").forEachEvent(event -> came.countDown());
        Awaiting.until(() -> came.getCount() == 0);
        closed.close();
        assertThatThrownBy(ofClosed::join)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage(CLOSED);
        tideover.close();
        assertThatThrownBy(cut::join).hasCauseInstanceOf(ChatException.class);
        assertThatThrownBy(late.forEachEvent(event -> {})::join)
                .hasCauseInstanceOf(ChatException.class)
                .hasMessageContaining("the client was closed");
        nothingIsLeft(tideover);
    }

    @Test
    void requestsCancelsAndClosesThatRaceLeaveNothingBehind() throws Exception {
        AtomicInteger turn = new AtomicInteger();
        provider.does(wire -> {
            int kind = turn.getAndIncrement() % 8;
            if (kind == 0) {
                return wire.send(500, "application/json", "{}");
            }
            if (kind < 3) {
                return LoopbackProvider.says("one two three").answer(wire);
            }
            wire.raw(HEAD);
            while (true) {
                wire.raw(WORD);
                wire.pause(Duration.ofMillis(1));
            }
        });
        Tideover tideover = open(client().retryPolicy(
                        RetryPolicy.builder().firstDelay(Duration.ofMillis(2)).build()));
        ExecutorService threads = Executors.newCachedThreadPool();
        AtomicInteger ends = new AtomicInteger();
        try {
            for (int round = 0; round < 400; round++) {
                int kind = round % 4;
                Listener listener = new Listener();
                ReplyStream stream = tideover.stream("Hi");
                CyclicBarrier start = new CyclicBarrier(4);
                List<Future<?>> racers = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    racers.add(threads.submit(() -> {
                        start.await();
                        Awaiting.until(() -> listener.subscription.get() != null);
                        for (int ask = 0; ask < 20; ask++) {
                            listener.request(1 + ThreadLocalRandom.current().nextInt(3));
                            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(200_000));
                        }
                        return null;
                    }));
                }
                racers.add(threads.submit(() -> {
                    start.await();
                    LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(4_000_000));
                    if (kind != 1) {
                        stream.close();
                    }
                    return null;
                }));
                racers.add(threads.submit(() -> {
                    start.await();
                    if (kind == 3) {
                        LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(1_000_000));
                    }
                    stream.publisher().subscribe(listener);
                    if (kind != 2) {
                        LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(4_000_000));
                        listener.cancel();
                    }
                    return null;
                }));
                for (Future<?> each : racers) {
                    each.get(20, TimeUnit.SECONDS);
                }
                if (kind == 2) {
                    listener.awaitEnd();
                }
                nothingIsLeft(tideover);
                assertThat(listener.overlapping.get()).as("signals at once").isZero();
                assertThat(listener.unasked.get()).as("events not asked for").isZero();
                assertThat(listener.late.get()).as("signals after a cancel").isLessThanOrEqualTo(1);
                assertThat(listener.ends.get()).as("ends").isLessThanOrEqualTo(1);
                ends.addAndGet(listener.ends.get());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(ends.get()).isPositive();
        provider.does(LoopbackProvider.says("Hello"));
        Listener after = new Listener(Long.MAX_VALUE);
        open(client()).stream("Hi").publisher().subscribe(after);
        after.awaitEnd();
        assertThat(after.isComplete()).isTrue();
    }

    /** A subscriber that keeps what it is told, and counts what it must not be told. */
    private static class Listener implements Flow.Subscriber<StreamEvent> {
        final List<StreamEvent> signals = Collections.synchronizedList(new ArrayList<>());
        final AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
        final AtomicInteger overlapping = new AtomicInteger();
        final AtomicInteger unasked = new AtomicInteger();
        final AtomicInteger late = new AtomicInteger();
        final AtomicInteger ends = new AtomicInteger();
        volatile Consumer<StreamEvent> each = event -> {};
        private final long atFirst;
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicLong demand = new AtomicLong();
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile boolean cancelled;
        private volatile boolean complete;
        private volatile Throwable error;

        Listener() {
            this(0);
        }

        Listener(long atFirst) {
            this.atFirst = atFirst;
        }

        void request(long n) {
            demand.getAndUpdate(before -> before + n < 0 ? Long.MAX_VALUE : before + n);
            subscription.get().request(n);
        }

        void cancel() {
            subscription.get().cancel();
            cancelled = true;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            assertThat(subscription.getAndSet(given)).isNull();
            if (atFirst != 0) {
                request(atFirst);
            }
        }

        @Override
        public void onNext(StreamEvent event) {
            if (demand.getAndUpdate(before -> before == Long.MAX_VALUE ? before : before - 1) <= 0) {
                unasked.incrementAndGet();
            }
            signal(() -> {
                signals.add(event);
                each.accept(event);
            });
        }

        @Override
        public void onError(Throwable problem) {
            signal(() -> error = problem);
            end();
        }

        @Override
        public void onComplete() {
            signal(() -> complete = true);
            end();
        }

        private void signal(Runnable how) {
            if (cancelled) {
                late.incrementAndGet();
            }
            if (inside.getAndIncrement() != 0) {
                overlapping.incrementAndGet();
            }
            try {
                how.run();
            } finally {
                inside.decrementAndGet();
            }
        }

        private void end() {
            ends.incrementAndGet();
            over.countDown();
        }

        void awaitSignals(int count) {
            Awaiting.until(() -> signals.size() >= count);
        }

        void awaitEnd() {
            Awaiting.until(this::isOver);
        }

        boolean isOver() {
            return over.getCount() == 0;
        }

        boolean isComplete() {
            return complete;
        }

        Throwable error() {
            return error;
        }

        List<String> texts() {
            List<String> texts = new ArrayList<>();
            for (StreamEvent event : List.copyOf(signals)) {
                if (event instanceof StreamEvent.Text piece) {
                    texts.add(piece.text());
                }
            }
            return texts;
        }

        List<String> kinds() {
            return List.copyOf(signals).stream()
                    .map(event -> event.getClass().getSimpleName())
                    .toList();
        }

        ChatReply reply() {
            return ((StreamEvent.Completed) signals.get(signals.size() - 1)).reply();
        }
    }
}
