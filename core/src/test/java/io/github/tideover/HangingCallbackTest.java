package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.MessageState;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.outbox.OutboxMessage;
import io.github.tideover.provider.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A callback that hangs holds one thread for each message, is not called again for it, and holds up no other conversation. */
@Timeout(60)
class HangingCallbackTest {
    private static final String HANGS = "The onDelivered callback has taken longer than 30 s";
    private static final String ALL_HANG = "hangs in all of its 16 threads";

    private final ManualTime time = new ManualTime();
    private final LoopbackProvider provider = new LoopbackProvider();
    private final MapStore store = new MapStore();
    private final List<Tideover> clients = new ArrayList<>();

    /** How often the callback was called for a message, by what was asked. */
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();

    private final Map<String, CountDownLatch> ends = new ConcurrentHashMap<>();
    private final List<String> delivered = new CopyOnWriteArrayList<>();
    private final List<OutboxMessage> news = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        ends.values().forEach(CountDownLatch::countDown);
        clients.forEach(Tideover::close);
        provider.close();
    }

    private Tideover open(Tideover.Builder builder) {
        Tideover tideover = builder.time(time.time()).build();
        clients.add(tideover);
        return tideover;
    }

    private Tideover open() {
        return open(Tideover.builder()
                .provider(Provider.openAiCompatible(provider.baseUrl())
                        .name("main")
                        .apiKey("k")
                        .model("small"))
                .retryPolicy(RetryPolicy.never())
                .outbox(Outbox.builder().store(store).build())
                .onDelivered(this::take)
                .onOutbox(news::add));
    }

    /** Takes an answer; one whose question hangs does so until it is told to end, and "throws" throws then. */
    private void take(Delivery delivery) {
        String question = questionOf(delivery);
        int call = calls.computeIfAbsent(question, any -> new AtomicInteger()).incrementAndGet();
        CountDownLatch end = ends.get(question);
        if (end != null) {
            Awaiting.until(() -> end.getCount() == 0);
            if (question.startsWith("throws") && call == 1) {
                throw new IllegalStateException("the database is away");
            }
        }
        delivered.add(question);
    }

    private static String questionOf(Delivery delivery) {
        return delivery.request().messages().get(0).text();
    }

    private int callsFor(String question) {
        AtomicInteger count = calls.get(question);
        return count == null ? 0 : count.get();
    }

    private void isDown() {
        provider.does(LoopbackProvider.fails(529));
    }

    private void isBack() {
        provider.does(LoopbackProvider.says("Here you are."));
    }

    private String keep(Tideover tideover, String question) {
        return tideover.chat(question).receipt().orElseThrow().id();
    }

    private String keepOneThatHangs(Tideover tideover, String question) {
        ends.put(question, new CountDownLatch(1));
        return keep(tideover, question);
    }

    private void ends(String question) {
        ends.get(question).countDown();
    }

    /** Lets time pass, a second after the other, until something is so. */
    private void until(BooleanSupplier condition) {
        for (int second = 0; second < 1_500 && !condition.getAsBoolean(); second++) {
            time.advance(Duration.ofSeconds(1));
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(10);
            while (!condition.getAsBoolean() && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }
        assertThat(condition.getAsBoolean()).as("after 1,500 s").isTrue();
    }

    @Test
    void itIsNotCalledAgainForTheSameMessageAndEverybodyElseIsServed() {
        try (Warnings warnings = new Warnings()) {
            Tideover tideover = open();
            isDown();
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                ids.add(keepOneThatHangs(tideover, "hangs " + i));
            }
            isBack();
            until(() -> calls.size() == 6);
            until(() -> warnings.with(HANGS).size() == 6);
            for (int round = 0; round < 3; round++) {
                String other = "other " + round;
                isDown();
                keep(tideover, other);
                isBack();
                until(() -> delivered.contains(other));
                long later = time.now() + TimeUnit.MINUTES.toNanos(2);
                until(() -> time.now() - later > 0);
            }
            assertThat(calls.values()).extracting(AtomicInteger::get).containsOnly(1);
            assertThat(tideover.outbox().list())
                    .extracting(OutboxMessage::state)
                    .containsOnly(MessageState.ANSWERED);

            ends.keySet().forEach(this::ends);
            until(() -> tideover.outbox().list().isEmpty());
            assertThat(delivered).hasSize(9).doesNotHaveDuplicates();
            assertThat(ids)
                    .allSatisfy(id -> assertThat(warnings.with(HANGS))
                            .filteredOn(line -> line.contains(id))
                            .hasSize(1));
            assertThat(warnings.with("Here you are")).isEmpty();
            assertThat(warnings.with("hangs 0")).isEmpty();
        }
        assertThat(store.entries).isEmpty();
    }

    @Test
    void oneThatReturnsLateHasDeliveredOnce() {
        Tideover tideover = open();
        isDown();
        String id = keepOneThatHangs(tideover, "hangs");
        isBack();
        until(() -> callsFor("hangs") == 1);
        time.advance(Duration.ofHours(1));
        ends("hangs");
        until(() -> tideover.outbox().list().isEmpty());
        Awaiting.until(() -> !news.isEmpty() && news.get(news.size() - 1).state() == MessageState.DELIVERED);
        assertThat(news.get(news.size() - 1).id()).isEqualTo(id);
        tideover.close();
        Tideover after = open();
        isDown();
        keep(after, "other");
        isBack();
        until(() -> delivered.size() == 2);
        assertThat(delivered).containsExactly("hangs", "other");
    }

    @Test
    void oneThatThrowsLateIsCalledAgain() {
        try (Warnings warnings = new Warnings()) {
            Tideover tideover = open();
            isDown();
            keepOneThatHangs(tideover, "throws");
            isBack();
            until(() -> warnings.with(HANGS).size() == 1);
            ends("throws");
            until(() -> delivered.size() == 1);
            assertThat(callsFor("throws")).isEqualTo(2);
            until(() -> tideover.outbox().list().isEmpty());
        }
    }

    @Test
    void itsConversationWaitsForIt() {
        Tideover tideover = open();
        isDown();
        ends.put("One", new CountDownLatch(1));
        ChatRequest first = ChatRequest.builder().user("One").conversation("c1").build();
        ChatRequest second =
                ChatRequest.builder().user("Two").conversation("c1").build();
        tideover.chat(first);
        tideover.chat(second);
        keep(tideover, "other");
        isBack();
        until(() -> delivered.contains("other"));
        until(() -> tideover.outbox().list().stream().allMatch(each -> each.state() == MessageState.ANSWERED));
        time.advance(Duration.ofMinutes(5));
        assertThat(calls).doesNotContainKey("Two");
        ends("One");
        until(() -> delivered.size() == 3);
        assertThat(delivered).containsExactly("other", "One", "Two");
    }

    @Test
    void whatIsGivenOutWhenAClientIsClosedIsNotGivenOutByTheNextAtTheSameTime() {
        Tideover first = open();
        Tideover second = open(first.newBuilder());
        isDown();
        keepOneThatHangs(second, "hangs");
        keepOneThatHangs(second, "throws");
        isBack();
        until(() -> calls.size() == 2);
        first.close();
        isDown();
        keep(second, "other");
        isBack();
        until(() -> delivered.contains("other"));
        assertThat(callsFor("hangs")).isEqualTo(1);
        ends("hangs");
        ends("throws");
        until(() -> second.outbox().list().isEmpty());
        assertThat(delivered).containsExactlyInAnyOrder("other", "hangs", "throws");
        assertThat(callsFor("hangs")).isEqualTo(1);
        assertThat(callsFor("throws")).isEqualTo(2);
    }

    @Test
    void whatItHangsForWhenTheLastClientIsClosedIsGivenOutAgainByTheNextOne() {
        Tideover before = open();
        isDown();
        keepOneThatHangs(before, "hangs");
        isBack();
        until(() -> callsFor("hangs") == 1);
        int asked = provider.asked().size();
        before.close();
        CountDownLatch old = ends.remove("hangs");
        Tideover after = open();
        until(() -> after.outbox().list().isEmpty());
        assertThat(delivered).containsExactly("hangs");
        assertThat(provider.asked()).hasSize(asked);
        old.countDown(); // it comes too late to be heard
        Awaiting.until(() -> delivered.size() == 2);
    }

    @Test
    void whenItHangsInAllThreadsThatIsSaidAndTheFirstThatReturnsServesEverybodyElse() {
        try (Warnings warnings = new Warnings()) {
            Tideover tideover = open();
            isDown();
            for (int i = 0; i < 16; i++) {
                keepOneThatHangs(tideover, "hangs " + i);
            }
            isBack();
            until(() -> calls.size() == 16);
            assertThat(warnings.with(ALL_HANG)).isEmpty();
            until(() -> warnings.with(HANGS).size() == 16);
            isDown();
            for (int i = 0; i < 3; i++) {
                keep(tideover, "other " + i);
            }
            isBack();
            until(() -> tideover.outbox().list().stream().allMatch(each -> each.state() == MessageState.ANSWERED));
            time.advance(Duration.ofMinutes(5));
            assertThat(delivered).isEmpty();
            assertThat(warnings.with(ALL_HANG)).hasSize(1);

            ends("hangs 7");
            until(() -> delivered.size() == 4);
            assertThat(delivered).containsExactlyInAnyOrder("hangs 7", "other 0", "other 1", "other 2");
            assertThat(calls.values()).extracting(AtomicInteger::get).containsOnly(1);
        }
    }

    @RepeatedTest(3)
    void theLastThreadThatIsLeftServesOneAfterTheOther() {
        try (Warnings warnings = new Warnings()) {
            Tideover tideover = open();
            isDown();
            for (int i = 0; i < 15; i++) {
                keepOneThatHangs(tideover, "hangs " + i);
            }
            isBack();
            until(() -> warnings.with(HANGS).size() == 15);
            isDown();
            for (int i = 0; i < 100; i++) {
                keep(tideover, "other " + i);
            }
            isBack();
            Awaiting.until(() -> {
                boolean isAtWork = tideover.routes().get(0).underWay() > 0
                        || tideover.outbox().list().stream()
                                        .filter(each -> each.state() == MessageState.ANSWERED)
                                        .count()
                                > 15;
                // A delivery that is slow while time is moved would be one that hangs.
                time.advance(isAtWork ? Duration.ZERO : Duration.ofSeconds(1));
                return delivered.size() == 100;
            });
            assertThat(calls.values()).extracting(AtomicInteger::get).containsOnly(1);
            assertThat(warnings.with(ALL_HANG)).isEmpty();
        }
    }
}
