package io.github.tideover.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.ToolCall;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cache that hangs, throws or lies costs a call next to nothing. Real threads, and a budget in real time. */
@Timeout(60)
class CacheGuardTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    /** Ten milliseconds, and what a busy machine may add. */
    private static final long GENEROUS = TimeUnit.SECONDS.toNanos(2);

    private final AtomicLong nanos = new AtomicLong();
    private final Queue<Runnable> timers = new ConcurrentLinkedQueue<>();
    private final List<Duration> delays = new ArrayList<>();
    private CacheGuard guard;

    private CacheGuard guard(ReplyCache cache) {
        guard = new CacheGuard(cache, Clock.fixed(NOON, ZoneOffset.UTC), nanos::get, (task, delay) -> {
            delays.add(delay);
            timers.add(task);
        });
        return guard;
    }

    @AfterEach
    void close() {
        if (guard != null) {
            guard.close(Duration.ofMillis(1));
        }
    }

    /** By a look that has all the time it needs. */
    private ChatReply found(RequestFingerprint key) {
        return guard.fallback(key, Duration.ofSeconds(30));
    }

    private static RequestFingerprint key(String text) {
        return RequestFingerprint.of("https://a/ m", ChatRequest.of(text));
    }

    private static ChatReply reply(String text) {
        return ChatReply.builder().text(text).build();
    }

    /** A store that does what a test says. */
    private static class Foreign implements ReplyCache {
        final AtomicInteger asked = new AtomicInteger();
        final Semaphore stored = new Semaphore(0);
        volatile Supplier<Optional<ChatReply>> finds = Optional::empty;
        volatile Runnable stores = () -> {};

        @Override
        public void store(RequestFingerprint key, ChatReply reply, Instant now) {
            stores.run();
            stored.release();
        }

        @Override
        public Optional<ChatReply> find(RequestFingerprint key, Instant now) {
            asked.incrementAndGet();
            return finds.get();
        }

        @Override
        public void forget(String tenant) {}
    }

    private static <T> T hangsOn(CountDownLatch latch, T then) {
        try {
            latch.await();
            return then;
        } catch (InterruptedException e) {
            throw new AssertionError("an interrupt would close a file", e);
        }
    }

    @Test
    void aStoreThatHangsCostsItsBudgetAFewTimesAndThenNothing() {
        CountDownLatch hang = new CountDownLatch(1);
        Foreign store = new Foreign();
        store.finds = () -> hangsOn(hang, Optional.of(reply("a")));
        guard(store);
        for (int i = 0; i < 3; i++) {
            long began = System.nanoTime();
            assertThat(guard.find(key("q"))).isNull();
            assertThat(System.nanoTime() - began).isBetween(CacheGuard.FIND_BUDGET.toNanos(), GENEROUS);
        }
        int asked = store.asked.get(); // on a busy machine, what is given up may not have begun
        assertThat(asked).isBetween(1, 3);
        for (int i = 0; i < 1_000; i++) {
            assertThat(guard.find(key("q"))).isNull();
        }
        assertThat(store.asked.get()).as("it is left alone").isEqualTo(asked);

        for (int i = 0; i < 10 && store.asked.get() == asked; i++) {
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(i == 0 ? 1 : 60));
            assertThat(guard.find(key("q"))).isNull();
        }
        assertThat(guard.find(key("q"))).isNull();
        assertThat(store.asked.get()).as("one goes and looks").isEqualTo(asked + 1);

        hang.countDown();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(guard.find(key("q"))).as("the pause is twice as long by now").isNull();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(foundAtLast().text()).isEqualTo("a");
    }

    /** The first after the pause may be late once more on a busy machine, as the threads that hung are just let go. */
    private ChatReply foundAtLast() {
        ChatReply found = null;
        while (found == null) {
            found = guard.find(key("q"));
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(60));
        }
        return found;
    }

    @Test
    void whatIsTooLateBeforeACallIsAskedAllTheSameInsteadOfOne() {
        CountDownLatch hang = new CountDownLatch(1);
        Foreign store = new Foreign();
        store.finds = () -> hangsOn(hang, Optional.of(reply("a")));
        guard(store);
        for (int i = 0; i < 3; i++) {
            assertThat(guard.find(key("q"))).isNull();
        }
        hang.countDown();
        assertThat(guard.find(key("q"))).as("it is left alone").isNull();
        assertThat(found(key("q")).text()).isEqualTo("a");
    }

    @Test
    void aStoreThatThrowsIsLeftAloneToo() {
        Foreign store = new Foreign();
        store.finds = () -> {
            throw new StackOverflowError();
        };
        guard(store);
        for (int i = 0; i < 100; i++) {
            assertThat(found(key("q"))).isNull();
        }
        assertThat(store.asked.get()).isEqualTo(3);
    }

    @Test
    void whatCanBeSeenToBeWrongIsNotServed() {
        Foreign store = new Foreign();
        guard(store);
        List<ChatReply> lies = List.of(
                ChatReply.builder().text("").build(),
                ChatReply.builder()
                        .text("cut")
                        .finishReason(FinishReason.LENGTH)
                        .build(),
                ChatReply.builder()
                        .text("filtered")
                        .finishReason(FinishReason.CONTENT_FILTER)
                        .build(),
                ChatReply.builder().text("no").refusal("no").build(),
                ChatReply.builder()
                        .text("call")
                        .toolCalls(List.of(ToolCall.of("1", "t", "{}")))
                        .build(),
                ChatReply.builder().text("joined").continued(true).build(),
                ChatReply.builder().text("future").age(Duration.ofSeconds(-5)).build());
        for (ChatReply lie : lies) {
            store.finds = () -> Optional.of(lie);
            assertThat(found(key("q"))).as(lie.text()).isNull();
        }
        store.finds = () -> null;
        assertThat(found(key("q"))).isNull();
        store.finds = () -> Optional.of(reply("true"));
        assertThat(found(key("q")).text()).isEqualTo("true");
    }

    @Test
    void whatIsOnItsWayToTheStoreIsFound() {
        CountDownLatch hang = new CountDownLatch(1);
        Foreign store = new Foreign();
        store.stores = () -> hangsOn(hang, null);
        guard(store);
        guard.store(key("a"), reply("1"));
        guard.store(key("b"), reply("2"));
        guard.store(key("b"), reply("3"));
        assertThat(found(key("a")).text()).isEqualTo("1");
        assertThat(found(key("b")).text()).isEqualTo("3");
        assertThat(store.asked.get()).isZero();
        hang.countDown();
        guard.close(Duration.ofSeconds(30));
        assertThat(store.stored.availablePermits())
                .as("the one that was replaced while it waited is not stored")
                .isEqualTo(2);
    }

    @Test
    void aStoreThatHangsOnWritingHoldsUpNobodyAndItsLossesAreCounted() {
        CountDownLatch hang = new CountDownLatch(1);
        Foreign store = new Foreign();
        store.stores = () -> hangsOn(hang, null);
        guard(store);
        long began = System.nanoTime();
        for (int i = 0; i < 1_500; i++) {
            guard.store(key("q" + i), reply("a"));
        }
        assertThat(System.nanoTime() - began).isLessThan(GENEROUS);
        assertThat(guard.dropped()).isEqualTo(500);
        guard.store(key("huge"), reply("x".repeat(9 << 20)));
        assertThat(guard.dropped()).isEqualTo(501);
        began = System.nanoTime();
        guard.close(Duration.ofMillis(10));
        assertThat(System.nanoTime() - began).isLessThan(GENEROUS);
        hang.countDown();
    }

    @Test
    void oneFailedWriteDoesNotKeepTheNextFromBeingTried() throws InterruptedException {
        Foreign store = new Foreign();
        AtomicInteger tried = new AtomicInteger();
        store.stores = () -> {
            if (tried.incrementAndGet() <= 2) {
                throw new IllegalStateException("disk");
            }
        };
        guard(store);
        for (int i = 0; i < 4; i++) {
            guard.store(key("q" + i), reply("a"));
        }
        store.stored.acquire(2);
        assertThat(guard.dropped()).isEqualTo(2);
    }

    @Test
    void closingStoresWhatWaits() {
        Foreign store = new Foreign();
        guard(store);
        for (int i = 0; i < 500; i++) {
            guard.store(key("q" + i), reply("a"));
        }
        guard.close(Duration.ofSeconds(30));
        assertThat(store.stored.availablePermits()).isEqualTo(500);
        guard.store(key("late"), reply("a"));
        assertThat(guard.dropped()).isEqualTo(1);
    }

    @Test
    void memoryIsAskedOnTheCallersThread() {
        Foreign below = new Foreign();
        ReplyCache layers = ReplyCache.inMemory().maxEntries(10).over(below).build();
        guard(layers);
        guard.store(key("q"), reply("a"));
        Thread.currentThread().interrupt(); // or this would be noticed
        assertThat(found(key("q")).text()).isEqualTo("a");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(below.asked.get()).isZero();
    }

    @Test
    void whatIsFoundBelowIsInMemoryFromThenOn() {
        Foreign below = new Foreign();
        below.finds = () ->
                Optional.of(reply("a").toBuilder().age(Duration.ofHours(2)).build());
        guard(ReplyCache.inMemory().maxEntries(10).over(below).build());
        assertThat(found(key("q")).age()).isEqualTo(Duration.ofHours(2));
        assertThat(found(key("q")).age()).isEqualTo(Duration.ofHours(2));
        assertThat(below.asked.get()).isEqualTo(1);
    }

    /** One that is looked after. */
    private static final class Kept extends Foreign implements Upkeep {
        final Semaphore removals = new Semaphore(0);
        final CountDownLatch ended = new CountDownLatch(1);
        volatile Optional<Duration> next = Optional.empty();

        @Override
        public void begin() {}

        @Override
        public Optional<Duration> removeExpired(Instant now) {
            Optional<Duration> answer = next;
            removals.release();
            return answer;
        }

        @Override
        public void end() {
            ended.countDown();
        }
    }

    @Test
    void whatIsTooOldIsRemovedAlthoughNobodyCalls() throws InterruptedException {
        Kept kept = new Kept();
        kept.next = Optional.of(Duration.ofMinutes(5));
        guard(kept);
        runTimer();
        kept.removals.acquire();
        kept.next = Optional.of(Duration.ofDays(5));
        runTimer();
        kept.removals.acquire();
        kept.next = Optional.of(Duration.ZERO);
        runTimer();
        kept.removals.acquire();
        runTimer();
        kept.removals.acquire();
        guard.close(Duration.ofSeconds(30));
        assertThat(kept.ended.await(0, TimeUnit.SECONDS)).isTrue();
        assertThat(delays)
                .startsWith(Duration.ofSeconds(1), Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofSeconds(1));
        runTimer();
        assertThat(kept.removals.availablePermits())
                .as("a closed client does nothing")
                .isZero();
    }

    private void runTimer() {
        Runnable due = timers.poll();
        while (due == null) {
            Thread.onSpinWait();
            due = timers.poll();
        }
        due.run();
    }
}
