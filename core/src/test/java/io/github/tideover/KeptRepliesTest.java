package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.cache.CacheGuard;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.cache.RequestFingerprint;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.DeadlineExceededException;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.Provider;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of replies, when it is served, and who shares one. Over real connections. */
@Timeout(120)
class KeptRepliesTest {
    private static final ChatRequest QUESTION = ChatRequest.of("Where is my order?");

    @TempDir
    Path directory;

    private final LoopbackProvider provider = new LoopbackProvider();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        provider.close();
    }

    private Tideover.Builder client() {
        return Tideover.builder()
                .provider(Provider.openAiCompatible(provider.baseUrl())
                        .apiKey("k")
                        .model("m"))
                .retryPolicy(RetryPolicy.never());
    }

    private Tideover build(Tideover.Builder builder) {
        Tideover tideover = builder.build();
        open.add(tideover);
        return tideover;
    }

    private Tideover inMemory() {
        return build(client().replyCache(ReplyCache.inMemory(100)).lastResort("Later."));
    }

    private void outage() {
        provider.does(LoopbackProvider.fails(503));
    }

    /** Answers each request with its number, when it is let. */
    private CountDownLatch numbersAnswersWhenLet() {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger number = new AtomicInteger();
        provider.does(wire -> {
            int mine = number.incrementAndGet();
            await(gate);
            return LoopbackProvider.says("answer " + mine).answer(wire);
        });
        return gate;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private <T> Running<T> running(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = new Thread(future);
        thread.setDaemon(true);
        thread.start();
        return new Running<>(thread, future);
    }

    private record Running<T>(Thread thread, FutureTask<T> future) {
        /** It waits for another thread, and not for the network. */
        boolean waits() {
            return thread.getState() == Thread.State.WAITING;
        }

        T result() throws Exception {
            try {
                return future.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception problem ? problem : e;
            }
        }
    }

    private static long count(ReplyStream reading) {
        long pieces = 0;
        for (String piece : reading) {
            pieces += piece.isEmpty() ? 0 : 1;
        }
        return pieces;
    }

    private void awaitAsked(int requests) {
        while (provider.asked().size() < requests) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whileTheProviderAnswersNothingKeptIsServed() {
        Tideover tideover = inMemory();
        for (int i = 0; i < 3; i++) {
            assertThat(tideover.chat(QUESTION).isLive()).isTrue();
        }
        assertThat(provider.asked()).hasSize(3);
    }

    @Test
    void aRestartLaterTheAnswersAreStillThere() {
        try (Tideover first = client().replyCache(ReplyCache.onDisk(directory)).build()) {
            first.chat(QUESTION);
        }
        outage();
        Tideover second = build(client().replyCache(ReplyCache.onDisk(directory)));
        ChatReply reply = second.chat(QUESTION);
        assertThat(reply.text()).isEqualTo("Hello");
        assertThat(reply.origin()).isEqualTo(Origin.CACHED);
        assertThatIllegalStateException()
                .isThrownBy(() -> ReplyCache.onDisk(directory))
                .withMessageContaining("is open in this process already");
    }

    @Test
    void oneCacheServesClientsOneAfterTheOther() {
        ReplyCache cache = ReplyCache.inMemory()
                .maxEntries(5)
                .over(ReplyCache.onDisk(directory))
                .build();
        for (int i = 0; i < 3; i++) {
            try (Tideover tideover = client().replyCache(cache).build()) {
                assertThat(tideover.chat(QUESTION).isLive()).isTrue();
                assertThat(tideover.chat(ChatRequest.of("q" + i)).isLive()).isTrue();
            }
        }
        outage();
        Tideover tideover = build(client().replyCache(cache));
        for (int i = 0; i < 3; i++) {
            assertThat(tideover.chat(ChatRequest.of("q" + i)).origin()).isEqualTo(Origin.CACHED);
        }
    }

    @Test
    void aStreamIsKeptAsAReplyAndAReplyIsGivenAsAStream() {
        Tideover tideover = inMemory();
        try (ReplyStream stream = tideover.stream(QUESTION)) {
            stream.forEach(event -> {});
        }
        outage();
        assertThat(tideover.chat(QUESTION).text()).isEqualTo("Hello");
        try (ReplyStream stream = tideover.stream(QUESTION)) {
            List<StreamEvent> events = new ArrayList<>();
            stream.events().forEach(events::add);
            assertThat(events).hasSize(2);
            assertThat(((StreamEvent.Text) events.get(0)).text()).isEqualTo("Hello");
            assertThat(((StreamEvent.Completed) events.get(1)).reply().origin()).isEqualTo(Origin.CACHED);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"role\":\"assistant\",\"content\":\"cut\"},\"finish_reason\":\"length\"",
                "{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":\"content_filter\"",
                "{\"role\":\"assistant\",\"content\":\"filtered\"},\"finish_reason\":\"content_filter\"",
                "{\"role\":\"assistant\",\"content\":null,\"refusal\":\"I will not\"},\"finish_reason\":\"stop\"",
                "{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":\"stop\"",
                "{\"role\":\"assistant\",\"content\":\"calls\",\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\""
            })
    void whatIsNoWholeAnswerIsNeverKept(String choice) {
        Tideover tideover = inMemory();
        provider.does(wire -> wire.send(
                200,
                "application/json",
                "{\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":" + choice + "}]}"));
        try {
            tideover.chat(QUESTION);
        } catch (ChatException e) {
            assertThat(e.kind()).isEqualTo(FailureKind.CONTENT_FILTER);
        }
        outage();
        assertThat(tideover.chat(QUESTION).origin()).isEqualTo(Origin.CANNED);
    }

    @Test
    void anErrorIsNeverKept() {
        Tideover tideover = build(client().replyCache(ReplyCache.inMemory(100)));
        provider.does(LoopbackProvider.fails(400));
        assertThatThrownBy(() -> tideover.chat(QUESTION)).isInstanceOf(ChatException.class);
        outage();
        assertThatThrownBy(() -> tideover.chat(QUESTION)).isInstanceOf(ChatException.class);
    }

    @Test
    void whatIsNotToBeKeptIsNot() {
        Tideover tideover = inMemory();
        ChatRequest secret = QUESTION.toBuilder().noStore().build();
        assertThat(secret.noStore()).isTrue();
        assertThat(secret.toBuilder().build().noStore()).isTrue();
        tideover.chat(secret);
        try (ReplyStream stream = tideover.stream(secret)) {
            stream.forEach(event -> {});
        }
        outage();
        assertThat(tideover.chat(QUESTION).origin()).isEqualTo(Origin.CANNED);
    }

    @Test
    void whatIsOlderThanTheRequestTakesIsNotServed() {
        ManualTime time = new ManualTime();
        Tideover tideover = build(client().replyCache(ReplyCache.inMemory(100))
                .lastResort("Later.")
                .time(time.time()));
        tideover.chat(QUESTION);
        outage();
        time.advance(Duration.ofMinutes(10));
        assertThat(tideover.chat(QUESTION.toBuilder()
                                .maxStale(Duration.ofMinutes(10))
                                .build())
                        .origin())
                .isEqualTo(Origin.CACHED);
        ChatReply words = tideover.chat(QUESTION.toBuilder()
                .maxStale(Duration.ofMinutes(10).minusMillis(1))
                .build());
        assertThat(words.origin()).isEqualTo(Origin.CANNED);
        assertThat(words.skipped()).anySatisfy(failure -> {
            assertThat(failure.kind()).isEqualTo(FailureKind.NO_CACHED_REPLY);
            assertThat(failure.message()).isEqualTo("what was kept is older than the request's maxStale");
        });
        assertThat(tideover.chat(QUESTION.toBuilder().maxStale(Duration.ZERO).build())
                        .origin())
                .isEqualTo(Origin.CANNED);
    }

    @Test
    void aTurnIsFoundOnlyInItsOwnConversation() {
        Tideover tideover = inMemory();
        ChatRequest inOne = ChatRequest.builder()
                .user("I want a refund")
                .assistant("For which order?")
                .user("17")
                .build();
        ChatRequest inAnother = ChatRequest.builder()
                .user("I want to track a parcel")
                .assistant("For which order?")
                .user("17")
                .build();
        tideover.chat(inOne);
        outage();
        assertThat(tideover.chat(inOne).origin()).isEqualTo(Origin.CACHED);
        assertThat(tideover.chat(inAnother).origin()).isEqualTo(Origin.CANNED);
        assertThat(tideover.chat("17").origin()).isEqualTo(Origin.CANNED);
    }

    @Test
    void aFreshReplyIsServedInsteadOfAskingUntilItsTimeIsOver() {
        ManualTime time = new ManualTime();
        Tideover tideover = build(client().replyCache(ReplyCache.inMemory(100))
                .freshFor(Duration.ofMinutes(5))
                .time(time.time()));
        assertThat(tideover.chat(QUESTION).isLive()).isTrue();
        time.advance(Duration.ofMinutes(5));
        ChatReply fresh = tideover.chat(QUESTION);
        assertThat(fresh.origin()).isEqualTo(Origin.CACHED);
        assertThat(fresh.age()).isEqualTo(Duration.ofMinutes(5));
        assertThat(fresh.attempts()).isZero();
        assertThat(tideover.chatAsync(QUESTION).join().origin()).isEqualTo(Origin.CACHED);
        try (ReplyStream stream = tideover.stream(QUESTION)) {
            stream.forEach(event -> {});
            assertThat(stream.reply().origin()).isEqualTo(Origin.CACHED);
        }
        assertThat(tideover.chat(QUESTION.toBuilder().freshFor(Duration.ZERO).build())
                        .isLive())
                .as("a request may say otherwise")
                .isTrue();
        assertThat(tideover.chat(QUESTION.toBuilder().noStore().build()).isLive())
                .isTrue();
        time.advance(Duration.ofMinutes(5).plusMillis(1));
        assertThat(tideover.chat(QUESTION).isLive()).isTrue();
        assertThat(provider.asked()).hasSize(4);
    }

    @Test
    void oneRequestMayWishForAFreshReplyItself() {
        Tideover tideover = inMemory();
        tideover.chat(QUESTION);
        ChatRequest fresh = QUESTION.toBuilder().freshFor(Duration.ofMinutes(1)).build();
        assertThat(tideover.chat(fresh).origin()).isEqualTo(Origin.CACHED);
        assertThat(provider.asked()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callsThatAskTheSameAtTheSameTimeShareOneAnswer(boolean async) throws Exception {
        CountDownLatch gate = numbersAnswersWhenLet();
        Tideover tideover = build(client().replyCache(ReplyCache.inMemory(100)).freshFor(Duration.ofMinutes(5)));
        List<Running<ChatReply>> blocking = new ArrayList<>();
        List<CompletableFuture<ChatReply>> futures = new ArrayList<>();
        CompletableFuture<ChatReply> leader = tideover.chatAsync(QUESTION);
        awaitAsked(1);
        for (int i = 0; i < 20; i++) {
            if (async) {
                futures.add(tideover.chatAsync(QUESTION));
            } else {
                blocking.add(running(() -> tideover.chat(QUESTION)));
            }
        }
        while (!blocking.stream().allMatch(Running::waits)) {
            Thread.onSpinWait();
        }
        gate.countDown();
        assertThat(leader.join().isLive()).isTrue();
        List<ChatReply> shared = new ArrayList<>();
        for (Running<ChatReply> each : blocking) {
            shared.add(each.result());
        }
        futures.forEach(each -> shared.add(each.join()));
        assertThat(shared).hasSize(20).allSatisfy(reply -> {
            assertThat(reply.text()).isEqualTo("answer 1");
            assertThat(reply.origin()).isEqualTo(Origin.CACHED);
        });
        assertThat(provider.asked()).hasSize(1);
        assertThat(tideover.engine().flights()).isZero();
    }

    @Test
    void whenTheOneThatAsksFailsOneOfTheOthersAsks() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger number = new AtomicInteger();
        provider.does(wire -> {
            boolean isFirst = number.incrementAndGet() == 1;
            await(gate);
            return (isFirst ? LoopbackProvider.fails(400) : LoopbackProvider.says("Hello")).answer(wire);
        });
        Tideover tideover = build(client().replyCache(ReplyCache.inMemory(100)).freshFor(Duration.ofMinutes(5)));
        CompletableFuture<ChatReply> leader = tideover.chatAsync(QUESTION);
        awaitAsked(1);
        List<Running<ChatReply>> others = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            others.add(running(() -> tideover.chat(QUESTION)));
        }
        while (!others.stream().allMatch(Running::waits)) {
            Thread.onSpinWait();
        }
        gate.countDown();
        assertThatThrownBy(leader::join).hasCauseInstanceOf(ChatException.class);
        int live = 0;
        for (Running<ChatReply> each : others) {
            live += each.result().isLive() ? 1 : 0;
        }
        assertThat(live).isEqualTo(1);
        assertThat(provider.asked()).hasSize(2);
        assertThat(tideover.engine().flights()).isZero();
    }

    @Test
    void whenTheOneThatAsksIsCancelledOneOfTheOthersAsks() throws Exception {
        CountDownLatch gate = numbersAnswersWhenLet();
        Tideover tideover = build(client().replyCache(ReplyCache.inMemory(100)).freshFor(Duration.ofMinutes(5)));
        CompletableFuture<ChatReply> leader = tideover.chatAsync(QUESTION);
        awaitAsked(1);
        CompletableFuture<ChatReply> async = tideover.chatAsync(QUESTION);
        Running<ChatReply> blocking = running(() -> tideover.chat(QUESTION));
        while (!blocking.waits()) {
            Thread.onSpinWait();
        }
        leader.cancel(true);
        awaitAsked(2);
        gate.countDown();
        assertThat(List.of(async.join().origin(), blocking.result().origin()))
                .containsExactlyInAnyOrder(Origin.LIVE, Origin.CACHED);
        assertThat(provider.asked()).hasSize(2);
        assertThat(tideover.engine().flights()).isZero();
    }

    @Test
    void oneThatWaitsForAnotherCanBeCancelledAndHasItsOwnDeadline() {
        CountDownLatch gate = numbersAnswersWhenLet();
        ManualTime time = new ManualTime();
        Tideover tideover = build(client().replyCache(ReplyCache.inMemory(100))
                .freshFor(Duration.ofMinutes(5))
                .time(time.time()));
        CompletableFuture<ChatReply> leader = tideover.chatAsync(QUESTION);
        awaitAsked(1);
        CompletableFuture<ChatReply> hurried = tideover.chatAsync(
                QUESTION.toBuilder().timeout(Duration.ofSeconds(5)).build());
        while (tideover.engine().watchdog().underWay() < 2) { // the leader's attempt, and the wait
            Thread.onSpinWait();
        }
        CompletableFuture<ChatReply> cancelled = tideover.chatAsync(QUESTION);
        cancelled.cancel(true);
        assertThat(cancelled).isCancelled();
        time.advance(Duration.ofSeconds(5));
        assertThatThrownBy(hurried::join).hasCauseInstanceOf(DeadlineExceededException.class);
        assertThat(leader.isDone()).as("its own time is longer").isFalse();
        gate.countDown();
        assertThat(leader.join().text()).isEqualTo("answer 1");
        assertThat(provider.asked()).hasSize(1);
    }

    @Test
    void closingTheClientEndsThoseWhoWait() throws Exception {
        CountDownLatch gate = numbersAnswersWhenLet();
        Tideover tideover = build(client().replyCache(ReplyCache.inMemory(100)).freshFor(Duration.ofMinutes(5)));
        CompletableFuture<ChatReply> leader = tideover.chatAsync(QUESTION);
        awaitAsked(1);
        Running<ChatReply> blocking = running(() -> tideover.chat(QUESTION));
        CompletableFuture<ChatReply> async = tideover.chatAsync(QUESTION);
        while (!blocking.waits()) {
            Thread.onSpinWait();
        }
        tideover.close();
        assertThatThrownBy(blocking::result).isInstanceOf(ChatException.class);
        assertThatThrownBy(() -> async.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(ChatException.class);
        assertThatThrownBy(() -> leader.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(ChatException.class);
        gate.countDown();
    }

    @Test
    void streamsNeitherWaitForOthersNorHaveOthersWait() {
        CountDownLatch gate = numbersAnswersWhenLet();
        Tideover tideover = build(client().replyCache(ReplyCache.inMemory(100)).freshFor(Duration.ofMinutes(5)));
        Running<Long> stream = running(() -> {
            try (ReplyStream reading = tideover.stream(QUESTION)) {
                return count(reading);
            }
        });
        awaitAsked(1);
        CompletableFuture<ChatReply> whole = tideover.chatAsync(QUESTION);
        awaitAsked(2);
        Running<Long> second = running(() -> {
            try (ReplyStream reading = tideover.stream(QUESTION)) {
                return count(reading);
            }
        });
        awaitAsked(3);
        gate.countDown();
        assertThat(whole.join().isLive()).isTrue();
        assertThat(List.of(stream, second))
                .allSatisfy(each -> assertThat(each.result()).isPositive());
    }

    @Test
    void tenantsDoNotShare() {
        CountDownLatch gate = numbersAnswersWhenLet();
        Tideover tideover = build(client().replyCache(ReplyCache.inMemory(100)).freshFor(Duration.ofMinutes(5)));
        CompletableFuture<ChatReply> free = tideover.chatAsync(QUESTION);
        awaitAsked(1);
        CompletableFuture<ChatReply> forAnother =
                tideover.chatAsync(QUESTION.toBuilder().tenant("another").build());
        awaitAsked(2);
        gate.countDown();
        assertThat(free.join().isLive()).isTrue();
        assertThat(forAnother.join().isLive()).isTrue();
    }

    /** A store that never answers. */
    private static final class Hanging implements ReplyCache {
        private final CountDownLatch forever = new CountDownLatch(1);

        @Override
        public void store(RequestFingerprint key, ChatReply reply, Instant now) {
            await(forever);
        }

        @Override
        public Optional<ChatReply> find(RequestFingerprint key, Instant now) {
            await(forever);
            return Optional.empty();
        }

        @Override
        public void forget(String tenant) {}
    }

    @Test
    void aStoreThatHangsHoldsUpNoCall() {
        Hanging hanging = new Hanging();
        Tideover tideover = build(client().replyCache(hanging).lastResort("Later."));
        assertThat(tideover.chat(QUESTION).isLive()).isTrue();
        outage();
        long began = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            assertThat(tideover.chat(ChatRequest.of("q" + i)).origin()).isEqualTo(Origin.CANNED);
        }
        assertThat(System.nanoTime() - began)
                .as("three times 250 ms, and 50 calls")
                .isLessThan(TimeUnit.SECONDS.toNanos(10));
        hanging.forever.countDown();
    }

    /** A store across a network, or a file that is read for the first time. */
    private static final class Slow implements ReplyCache {
        private final ReplyCache kept = ReplyCache.inMemory(10);

        @Override
        public void store(RequestFingerprint key, ChatReply reply, Instant now) {
            kept.store(key, reply, now);
        }

        @Override
        public Optional<ChatReply> find(RequestFingerprint key, Instant now) {
            long began = System.nanoTime();
            while (System.nanoTime() - began < 3 * CacheGuard.FIND_BUDGET.toNanos()) {
                Thread.onSpinWait();
            }
            return kept.find(key, now);
        }

        @Override
        public void forget(String tenant) {
            kept.forget(tenant);
        }
    }

    @Test
    void aStoreThatIsTooSlowToSpareACallIsNotTooSlowToStandInForOne() {
        Slow slow = new Slow();
        try (Tideover first = client().replyCache(slow).build()) {
            assertThat(first.chat(QUESTION).isLive()).isTrue();
        }
        Tideover tideover = build(client().replyCache(slow).freshFor(Duration.ofHours(1)));
        for (int i = 0; i < 4; i++) { // after three it is not asked before a call any more
            assertThat(tideover.chat(ChatRequest.of("q" + i)).isLive()).isTrue();
        }
        outage();
        assertThat(tideover.chat(QUESTION).origin()).isEqualTo(Origin.CACHED);
    }

    @Test
    void whatMakesNoSenseIsRefusedAtOnce() {
        assertThatIllegalStateException()
                .isThrownBy(() -> client().freshFor(Duration.ofMinutes(1)).build())
                .withMessage("freshFor needs a cache to find replies in; give one with replyCache(...)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client().freshFor(Duration.ZERO))
                .withMessage("freshFor must be more than zero, not PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatRequest.builder().maxStale(Duration.ofSeconds(-1)))
                .withMessage("maxStale must not be negative, and is PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatRequest.builder().freshFor(Duration.ofSeconds(-1)))
                .withMessage("freshFor must not be negative, and is PT-1S");
    }
}
