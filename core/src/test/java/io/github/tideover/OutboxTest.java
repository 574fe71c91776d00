package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Receipt;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.chat.Tool;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.ServiceUnavailableException;
import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.MessageState;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.outbox.OutboxMessage;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.StatusEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said while nobody can answer is kept, and answered later. */
@Timeout(60)
class OutboxTest {
    private static final String SECRET = "correct-horse-battery";

    private final ManualTime time = new ManualTime();
    private final LoopbackProvider provider = new LoopbackProvider();
    private final List<Tideover> clients = new ArrayList<>();
    private final List<Delivery> delivered = new CopyOnWriteArrayList<>();
    private final List<OutboxMessage> news = new CopyOnWriteArrayList<>();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        clients.forEach(Tideover::close);
        provider.close();
    }

    private Tideover.Builder client(Outbox outbox) {
        return clientInRealTime(outbox).time(time.time());
    }

    private Tideover.Builder clientInRealTime(Outbox outbox) {
        return Tideover.builder()
                .provider(Provider.openAiCompatible(provider.baseUrl())
                        .name("main")
                        .apiKey("k")
                        .model("small"))
                .retryPolicy(RetryPolicy.never())
                .outbox(outbox)
                .onDelivered(delivered::add)
                .onOutbox(news::add);
    }

    private Tideover open(Tideover.Builder builder) {
        Tideover tideover = builder.build();
        clients.add(tideover);
        return tideover;
    }

    private Tideover open() {
        return open(client(Outbox.onDisk(directory)));
    }

    private void isDown() {
        provider.does(LoopbackProvider.fails(529));
    }

    private void isBack() {
        provider.does(
                wire -> LoopbackProvider.says("Answer to " + lastWordsOf(wire)).answer(wire));
    }

    /** The last message of a request, as far as a test needs it. */
    private static String lastWordsOf(LoopbackProvider.Wire wire) {
        String body = wire.asked().body();
        int start = body.lastIndexOf("\"content\":\"") + 11;
        return body.substring(start, body.indexOf('"', start));
    }

    /** Lets time pass, a second after the other, until something is so; none passes while a provider is being asked. */
    private void until(BooleanSupplier condition) {
        for (int second = 0; second < 3_000 && !condition.getAsBoolean(); second++) {
            boolean isAsking =
                    clients.stream().anyMatch(each -> each.routes().get(0).underWay() > 0);
            time.advance(isAsking ? Duration.ZERO : Duration.ofSeconds(1));
            long end = System.nanoTime() + 20_000_000;
            while (!condition.getAsBoolean() && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }
        assertThat(condition.getAsBoolean()).as("after 3,000 s").isTrue();
    }

    private boolean isLastNews(MessageState state) {
        return !news.isEmpty() && news.get(news.size() - 1).state() == state;
    }

    private static List<FailureKind> reasonsOf(ChatReply reply) {
        return reply.skipped().stream().map(Failure::kind).toList();
    }

    private List<String> textsDelivered() {
        return delivered.stream().map(delivery -> delivery.reply().text()).toList();
    }

    // The receipt.

    @ParameterizedTest
    @EnumSource(Form.class)
    void inAnOutageTheCallerGetsAReceipt(Form form) {
        Tideover tideover = open(client(Outbox.builder()
                .directory(directory)
                .words("I will answer as soon as I can.")
                .build()));
        isDown();
        ChatReply reply = form.ask(tideover, "Where is my order?");
        assertThat(reply.origin()).isEqualTo(Origin.QUEUED);
        assertThat(reply.isLive()).isFalse();
        assertThat(reply.text()).isEqualTo("I will answer as soon as I can.");
        assertThat(reasonsOf(reply)).containsExactly(FailureKind.OVERLOADED);
        Receipt receipt = reply.receipt().orElseThrow();
        assertThat(receipt.position()).isEqualTo(1);
        assertThat(receipt.expiresAt()).isEqualTo(time.instant().plus(Duration.ofHours(48)));
        assertThat(tideover.outbox().list()).extracting(OutboxMessage::id).containsExactly(receipt.id());
        assertThat(tideover.outbox().find(receipt.id()).orElseThrow().state()).isEqualTo(MessageState.WAITING);
        assertThat(tideover.outbox().request(receipt.id()).orElseThrow().messages())
                .containsExactly(Message.user("Where is my order?"));

        isBack();
        until(() -> !delivered.isEmpty());
        Delivery delivery = delivered.get(0);
        assertThat(delivery.id()).isEqualTo(receipt.id());
        assertThat(delivery.reply().text()).isEqualTo("Answer to Where is my order?");
        assertThat(delivery.reply().origin()).isEqualTo(Origin.LIVE);
        assertThat(delivery.attempt()).isEqualTo(1);
        until(() -> tideover.outbox().list().isEmpty());
        Awaiting.until(() -> news.size() == 3);
        assertThat(news)
                .extracting(OutboxMessage::state)
                .containsExactly(MessageState.WAITING, MessageState.ANSWERED, MessageState.DELIVERED);
    }

    @Test
    void aStreamEndsInAReceipt() {
        Tideover tideover = open(
                client(Outbox.builder().directory(directory).words("Later.").build()));
        isDown();
        List<StreamEvent> events = new ArrayList<>();
        try (ReplyStream stream = tideover.stream("Where is my order?")) {
            stream.events().forEach(events::add);
        }
        assertThat(events).hasSize(2);
        assertThat(((StreamEvent.Text) events.get(0)).text()).isEqualTo("Later.");
        ChatReply reply = ((StreamEvent.Completed) events.get(1)).reply();
        assertThat(reply.origin()).isEqualTo(Origin.QUEUED);
        assertThat(reply.receipt()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "503, QUEUED",
        "500, QUEUED",
        "429, QUEUED",
        "401, QUEUED",
        "404, QUEUED",
        "402, QUEUED",
        "400, INVALID_REQUEST",
        "422, INVALID_REQUEST",
        "409, CONFLICT",
        "501, UNEXPECTED"
    })
    void whatIsKeptIsWhatTheLastWordsWouldBeSaidTo(int status, String end) {
        String body = status == 404
                ? "{\"error\":{\"message\":\"no\",\"code\":\"model_not_found\"}}"
                : "{\"error\":{\"message\":\"no\"}}";
        provider.does(LoopbackProvider.fails(status, body));
        Tideover tideover = open();
        Tideover canned = open(Tideover.builder()
                .provider(Provider.openAiCompatible(provider.baseUrl())
                        .name("main")
                        .model("small"))
                .retryPolicy(RetryPolicy.never())
                .lastResort("Later.")
                .time(time.time()));
        if (end.equals("QUEUED")) {
            assertThat(tideover.chat("Hello").origin()).isEqualTo(Origin.QUEUED);
            assertThat(canned.chat("Hello").origin()).isEqualTo(Origin.CANNED);
        } else {
            for (Tideover each : List.of(tideover, canned)) {
                assertThat(catchThrowableOfType(ChatException.class, () -> each.chat("Hello"))
                                .kind())
                        .isEqualTo(FailureKind.valueOf(end));
            }
            assertThat(tideover.outbox().list()).isEmpty();
        }
    }

    @Test
    void whatIsNotForLaterIsNotKept() {
        Tideover tideover = open();
        isDown();
        Tool tool = Tool.function("look", "Looks.", Map.of("type", "object"));
        ChatRequest withTool = ChatRequest.builder().user("Look").tools(tool).build();
        ChatRequest optedOut =
                ChatRequest.builder().user("Now").queueable(false).build();
        ChatRequest unkept = ChatRequest.builder().user("Forget this").noStore().build();
        for (ChatRequest each : List.of(withTool, optedOut, unkept)) {
            assertThatThrownBy(() -> tideover.chat(each)).isInstanceOf(ServiceUnavailableException.class);
        }
        assertThatThrownBy(() -> tideover.chat("A record", Answer.class))
                .isInstanceOf(ServiceUnavailableException.class);
        assertThat(tideover.outbox().list()).isEmpty();
        assertThat(tideover.chat(withTool.toBuilder().queueable(true).build()).origin())
                .as("unless it is asked for")
                .isEqualTo(Origin.QUEUED);
    }

    record Answer(String text) {}

    // What is sent, and when.

    @Test
    void everyAttemptCarriesTheSameKeyAndOnlyOneIsNeeded() {
        Tideover tideover = open();
        isDown();
        Receipt receipt = tideover.chat("Where is my order?").receipt().orElseThrow();
        until(() -> provider.asked().size() >= 3);
        isBack();
        until(() -> !delivered.isEmpty());
        assertThat(provider.asked().get(0).head()).doesNotContain("Idempotency-Key");
        assertThat(provider.asked().stream().skip(1))
                .allSatisfy(asked -> assertThat(asked.head()).contains("Idempotency-Key: " + receipt.id() + "\r\n"));
        int sent = provider.asked().size();
        time.advance(Duration.ofMinutes(10));
        assertThat(provider.asked()).hasSize(sent);
        assertThat(delivered).hasSize(1);
    }

    @Test
    void aKeyOfTheApplicationsOwnIsKept() {
        Tideover tideover = open();
        isDown();
        tideover.chat(ChatRequest.builder().user("Hi").idempotencyKey("my-own").build());
        isBack();
        until(() -> !delivered.isEmpty());
        assertThat(provider.asked())
                .allSatisfy(asked -> assertThat(asked.head()).contains("Idempotency-Key: my-own\r\n"));
    }

    @Test
    void inALongOutageItIsAskedForRarelyAndBurnsNothing() {
        Tideover tideover = open();
        isDown();
        tideover.chat("Where is my order?");
        for (int minute = 0; minute < 60; minute++) {
            for (int second = 0; second < 60; second += 5) {
                time.advance(Duration.ofSeconds(5));
            }
        }
        assertThat(provider.asked().size()).isLessThan(60 * 60 / 10);
        OutboxMessage message = tideover.outbox().list().get(0);
        assertThat(message.state()).isEqualTo(MessageState.WAITING);
        assertThat(message.faults()).isZero();
    }

    @Test
    void thatOthersAreAnsweredIsSignEnough() {
        Tideover tideover = open();
        isDown();
        tideover.chat("First");
        until(() -> provider.asked().size() >= 5); // pauses have grown
        isBack();
        Awaiting.until(() -> {
            time.advance(Duration.ofMillis(100));
            ChatReply reply = tideover.chat(
                    ChatRequest.builder().user("Second").queueable(true).build());
            return reply.isLive();
        });
        Awaiting.until(() -> {
            time.advance(Duration.ofMillis(100));
            return !delivered.isEmpty();
        });
        assertThat(delivered.get(0).reply().text()).isEqualTo("Answer to First");
    }

    @Test
    void manyAreSentFewAtATime() {
        Tideover tideover = open();
        isDown();
        for (int i = 0; i < 50; i++) {
            tideover.chat("Question " + i);
        }
        int before = provider.asked().size();
        AtomicInteger atOnce = new AtomicInteger();
        List<Integer> seen = new CopyOnWriteArrayList<>();
        provider.does(wire -> {
            seen.add(atOnce.incrementAndGet());
            try {
                wire.pause(Duration.ofMillis(5));
                return LoopbackProvider.says("Answer to " + lastWordsOf(wire)).answer(wire);
            } finally {
                atOnce.decrementAndGet();
            }
        });
        until(() -> delivered.size() == 50);
        assertThat(seen).allMatch(count -> count <= 4);
        assertThat(seen.subList(0, 1)).containsExactly(1);
        assertThat(provider.asked().size() - before).isLessThan(60);
        assertThat(textsDelivered())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 50)
                        .mapToObj(i -> "Answer to Question " + i)
                        .toList());
    }

    // Conversations.

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"BLOCKING", "STREAM"})
    void laterTurnsOfAConversationStandBehindAndEachKnowsTheAnswersBefore(Form form) {
        Tideover tideover = open();
        Conversation conversation =
                tideover.conversation(ChatRequest.builder().system("Be brief.").build());
        isDown();
        assertThat(say(form, conversation, "One").origin()).isEqualTo(Origin.QUEUED);
        isBack(); // but the first is still waiting
        int asked = provider.asked().size();
        ChatReply second = say(form, conversation, "Two");
        assertThat(second.origin()).isEqualTo(Origin.QUEUED);
        assertThat(second.attempts()).isZero();
        assertThat(reasonsOf(second)).containsExactly(FailureKind.OUT_OF_TURN);
        assertThat(second.receipt().orElseThrow().position()).isEqualTo(2);
        assertThat(provider.asked()).hasSize(asked);
        say(form, conversation, "Three");

        until(() -> delivered.size() == 3);
        assertThat(textsDelivered()).containsExactly("Answer to One", "Answer to Two", "Answer to Three");
        assertThat(provider.asked().get(asked + 2).body())
                .containsSubsequence("One", "Answer to One", "Two", "Answer to Two", "Three");
        assertThat(delivered).allSatisfy(each -> assertThat(each.conversation()).isEqualTo(conversation.id()));
        until(() -> conversation.history().size() == 7);
        assertThat(conversation.history())
                .extracting(Message::text)
                .containsExactly(
                        "Be brief.", "One", "Answer to One", "Two", "Answer to Two", "Three", "Answer to Three");
        assertThat(say(form, conversation, "Four").isLive()).isTrue();
        assertThat(conversation.history()).hasSize(9);
    }

    private static ChatReply say(Form form, Conversation conversation, String text) {
        if (form != Form.STREAM) {
            return conversation.say(text);
        }
        try (ReplyStream stream = conversation.stream(text)) {
            return stream.reply();
        }
    }

    @Test
    void otherConversationsDoNotWait() {
        Tideover tideover = open();
        isDown();
        tideover.conversation().say("One");
        isBack();
        assertThat(tideover.conversation().say("Two").isLive()).isTrue();
        assertThat(tideover.chat("Three").isLive()).isTrue();
    }

    @Test
    void aTurnThatMayNotBeKeptDoesNotWaitForItsTurn() {
        Tideover tideover = open();
        ChatRequest first = ChatRequest.builder().user("One").conversation("c1").build();
        isDown();
        assertThat(tideover.chat(first).origin()).isEqualTo(Origin.QUEUED);
        isBack();
        assertThat(tideover.chat(first.toBuilder().queueable(false).build()).isLive())
                .isTrue();
    }

    // After a restart.

    @Test
    void afterARestartWhatIsThereIsSentAndNobodyHasToAsk() {
        isDown();
        Tideover before = open();
        Receipt receipt = before.chat(ChatRequest.builder()
                        .user("Where is my order?")
                        .tenant("shop")
                        .conversation("c1")
                        .build())
                .receipt()
                .orElseThrow();
        before.close();
        isBack();
        Tideover after = open();
        Awaiting.until(() -> !delivered.isEmpty());
        assertThat(delivered.get(0).id()).isEqualTo(receipt.id());
        assertThat(delivered.get(0).tenant()).contains("shop");
        assertThat(delivered.get(0).conversation()).contains("c1");
        Awaiting.until(() -> after.outbox().list().isEmpty());
        after.close();
        open();
        time.advance(Duration.ofMinutes(5));
        assertThat(delivered).hasSize(1);
    }

    @Test
    void anAnswerThatWasNotAcknowledgedIsGivenOutAgainAndNotAskedForAgain() {
        isDown();
        CountDownLatch refused = new CountDownLatch(1);
        Tideover before = open(client(Outbox.onDisk(directory)).onDelivered(delivery -> {
            refused.countDown();
            throw new IllegalStateException("the database is away");
        }));
        before.chat("Where is my order?");
        isBack();
        until(() -> refused.getCount() == 0);
        before.close();
        int asked = provider.asked().size();
        open();
        Awaiting.until(() -> delivered.size() == 1);
        assertThat(textsDelivered()).containsExactly("Answer to Where is my order?");
        assertThat(provider.asked()).hasSize(asked);
    }

    // What does not end well is seen.

    @Test
    void whatIsNotAnsweredInTimeExpiresAndCanBeTriedAgain() {
        Tideover tideover = open(client(Outbox.builder()
                .directory(directory)
                .keepFor(Duration.ofHours(1))
                .build()));
        isDown();
        Receipt receipt = tideover.chat("Where is my order?").receipt().orElseThrow();
        until(() -> provider.asked().size() == 4);
        time.advance(Duration.ofMinutes(50));
        assertThat(stateOf(tideover, receipt)).isEqualTo(MessageState.WAITING);
        time.advance(Duration.ofMinutes(10));
        until(() -> stateOf(tideover, receipt) == MessageState.EXPIRED);
        Awaiting.until(() -> isLastNews(MessageState.EXPIRED));
        assertThat(news.get(news.size() - 1).lastFailure()).isPresent();
        isBack();
        time.advance(Duration.ofMinutes(5));
        assertThat(delivered).isEmpty();
        assertThat(tideover.outbox().retry(receipt.id())).isTrue();
        until(() -> delivered.size() == 1);
        assertThat(tideover.outbox().retry(receipt.id())).isFalse();
    }

    private static MessageState stateOf(Tideover tideover, Receipt receipt) {
        return tideover.outbox().find(receipt.id()).orElseThrow().state();
    }

    @Test
    void whatHasExpiredForLongIsRemoved() {
        Tideover tideover = open(client(Outbox.builder()
                .directory(directory)
                .keepFor(Duration.ofHours(1))
                .build()));
        isDown();
        tideover.chat("Where is my order?");
        time.advance(Duration.ofHours(1));
        until(() -> tideover.outbox().list().get(0).state() == MessageState.EXPIRED);
        time.advance(Duration.ofHours(1));
        until(() -> tideover.outbox().list().isEmpty());
    }

    @Test
    void whatAProviderRefusesIsNotSentAgain() {
        Tideover tideover = open();
        isDown();
        Receipt receipt = tideover.chat("Where is my order?").receipt().orElseThrow();
        provider.does(LoopbackProvider.fails(400));
        until(() -> stateOf(tideover, receipt) == MessageState.REFUSED);
        assertThat(tideover.outbox().find(receipt.id()).orElseThrow().lastFailure())
                .contains(FailureKind.INVALID_REQUEST);
        int asked = provider.asked().size();
        time.advance(Duration.ofHours(1));
        assertThat(provider.asked()).hasSize(asked);
    }

    @Test
    void whatFailsThreeTimesWhileOthersAreAnsweredIsAtFaultItself() {
        Tideover tideover = open();
        isDown();
        Receipt poison = tideover.chat("poison").receipt().orElseThrow();
        provider.does(wire -> {
            if (!wire.asked().body().contains("poison")) {
                return LoopbackProvider.says("fine").answer(wire);
            }
            wire.pause(Duration.ofMillis(100));
            return LoopbackProvider.fails(500).answer(wire);
        });
        Awaiting.until(() -> {
            time.advance(Duration.ofSeconds(1));
            for (int i = 0; i < 20; i++) { // others are asked meanwhile
                tideover.chat(ChatRequest.builder().user("fine").build());
            }
            return stateOf(tideover, poison) == MessageState.FAILED;
        });
        assertThat(tideover.outbox().find(poison.id()).orElseThrow().faults()).isEqualTo(3);
        assertThat(delivered.stream().map(Delivery::id)).doesNotContain(poison.id());
    }

    @Test
    void whatIsTakenBackIsNotSent() {
        Tideover tideover = open();
        isDown();
        Receipt receipt = tideover.chat("Where is my order?").receipt().orElseThrow();
        assertThat(tideover.outbox().cancel(receipt.id())).isTrue();
        assertThat(tideover.outbox().cancel("no such id")).isFalse();
        isBack();
        int asked = provider.asked().size();
        time.advance(Duration.ofMinutes(5));
        Awaiting.until(() -> tideover.outbox().list().isEmpty());
        assertThat(provider.asked()).hasSize(asked);
        assertThat(delivered).isEmpty();
        Awaiting.until(() -> isLastNews(MessageState.CANCELLED));
        assertThat(tideover.outbox().cancel(receipt.id())).isFalse();
    }

    @Test
    void whatIsTakenBackWhileItIsAskedForIsBrokenOff() throws Exception {
        Tideover tideover = open();
        isDown();
        Receipt receipt = tideover.chat("Where is my order?").receipt().orElseThrow();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch hungUp = new CountDownLatch(1);
        provider.does(wire -> {
            asked.countDown();
            try {
                wire.pause(Duration.ofMinutes(10));
            } finally {
                hungUp.countDown();
            }
            return false;
        });
        until(() -> asked.getCount() == 0);
        assertThat(tideover.outbox().cancel(receipt.id())).isTrue();
        hungUp.await();
        Awaiting.until(() -> tideover.outbox().list().isEmpty());
    }

    // Full, broken, slow.

    @Test
    void aFullOutboxIsTheNextRungsTurnAndSaysWhy() {
        Tideover tideover =
                open(client(Outbox.builder().directory(directory).maxMessages(2).build())
                        .lastResort("Later."));
        isDown();
        assertThat(tideover.chat("One").origin()).isEqualTo(Origin.QUEUED);
        assertThat(tideover.chat("Two").origin()).isEqualTo(Origin.QUEUED);
        ChatReply third = tideover.chat("Three");
        assertThat(third.origin()).isEqualTo(Origin.CANNED);
        Failure reason = third.skipped().get(third.skipped().size() - 1);
        assertThat(reason.kind()).isEqualTo(FailureKind.NOT_QUEUED);
        assertThat(reason.source()).isEqualTo("outbox");
        assertThat(reason.message()).isEqualTo("the outbox is full: it holds 2 messages, as many as it may");
        isBack();
        until(() -> delivered.size() == 2);
        until(() -> tideover.outbox().list().isEmpty());
        isDown();
        assertThat(tideover.chat("Four").origin()).isEqualTo(Origin.QUEUED);
    }

    @Test
    void anOutboxIsFullByBytesToo() {
        Tideover tideover = open(
                client(Outbox.builder().directory(directory).maxBytes(1_024).build())
                        .lastResort("Later."));
        isDown();
        ChatReply reply = tideover.chat("x".repeat(2_000));
        assertThat(reply.origin()).isEqualTo(Origin.CANNED);
        assertThat(reply.skipped().get(reply.skipped().size() - 1).message())
                .endsWith("and with this message it would be more than 1024");
        assertThat(tideover.chat("x").origin()).isEqualTo(Origin.QUEUED);
    }

    @Test
    void whatHasEndedMakesRoomForWhatIsNew() {
        Tideover tideover =
                open(client(Outbox.builder().directory(directory).maxMessages(1).build()));
        isDown();
        Receipt first = tideover.chat("One").receipt().orElseThrow();
        provider.does(LoopbackProvider.fails(400));
        until(() -> stateOf(tideover, first) == MessageState.REFUSED);
        isDown();
        Receipt second = tideover.chat("Two").receipt().orElseThrow();
        assertThat(tideover.outbox().list()).extracting(OutboxMessage::id).containsExactly(second.id());
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aStoreThatThrowsIsTheNextRungsTurn(Form form) {
        MapStore store = new MapStore();
        Tideover tideover = open(client(Outbox.builder().store(store).build()).lastResort("Later."));
        isDown();
        store.isBroken = true;
        ChatReply reply = form.ask(tideover, "One");
        assertThat(reply.origin()).isEqualTo(Origin.CANNED);
        assertThat(reply.skipped().get(reply.skipped().size() - 1).message())
                .isEqualTo("the outbox cannot be written to (java.io.IOException)");
        store.isBroken = false;
        assertThat(form.ask(tideover, "Two").origin()).isEqualTo(Origin.QUEUED);
        isBack();
        until(() -> delivered.size() == 1);
        time.advance(Duration.ofMinutes(10));
        assertThat(textsDelivered()).containsExactly("Answer to Two");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aStoreThatHangsIsTheNextRungsTurnAndNothingIsDeliveredBehindTheCallersBack(Form form) {
        MapStore store = new MapStore();
        Tideover tideover = open(client(Outbox.builder().store(store).build()).lastResort("Later."));
        isDown();
        store.hangs();
        CompletableFuture<ChatReply> reply = CompletableFuture.supplyAsync(() -> form.ask(tideover, "One"));
        Awaiting.until(() -> store.writes.get() == 1);
        assertThat(reply).isNotDone();
        Awaiting.until(() -> {
            time.advance(Duration.ofMillis(50));
            return reply.isDone();
        });
        assertThat(reply.join().origin()).isEqualTo(Origin.CANNED);
        assertThat(reasonsOf(reply.join())).containsExactly(FailureKind.OVERLOADED, FailureKind.NOT_QUEUED);
        store.goesOn();
        Awaiting.until(() -> store.writes.get() >= 2 && store.entries.isEmpty());
        isBack();
        time.advance(Duration.ofMinutes(10));
        assertThat(delivered).isEmpty();
        assertThat(tideover.outbox().list()).isEmpty();
    }

    @Test
    void theReceiptIsWaitedForWithinTheCallsDeadline() {
        MapStore store = new MapStore();
        Tideover tideover =
                open(clientInRealTime(Outbox.builder().store(store).build()).lastResort("Later."));
        isDown();
        store.hangs();
        try (Lateness lateness = new Lateness()) {
            long start = System.nanoTime();
            Duration deadline = Duration.ofMillis(400);
            ChatRequest hurried =
                    ChatRequest.builder().user("Hi").timeout(deadline).build();
            assertThat(tideover.chat(hurried).origin()).isEqualTo(Origin.CANNED);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThanOrEqualTo(lateness.allow(deadline));
        } finally {
            store.goesOn();
        }
    }

    /** Two failures are suspicious, which is told while the state is still OPERATIONAL. */
    @Test
    void aSuspicionIsNoReasonToSendAtOnce() {
        List<StatusEvent.Kind> told = new CopyOnWriteArrayList<>();
        Tideover tideover = open(client(Outbox.onDisk(directory)).onStatus(event -> told.add(event.kind())));
        isDown();
        tideover.chat("One");
        tideover.chat("Two");
        Awaiting.until(() -> told.contains(StatusEvent.Kind.SUSPECTED));
        tideover.chat("Three"); // by the end of which another request would have been sent as well
        assertThat(provider.asked()).hasSize(3);
    }

    @Test
    void anAnswerThatCannotBeWrittenIsWrittenLaterAndNothingElseIsSentMeanwhile() {
        MapStore store = new MapStore();
        Tideover tideover = open(client(Outbox.builder().store(store).build()));
        isDown();
        tideover.chat("One");
        tideover.chat("Two");
        int asked = provider.asked().size();
        provider.does(wire -> {
            store.isBroken = true;
            return LoopbackProvider.says("Answer to " + lastWordsOf(wire)).answer(wire);
        });
        int writes = store.writes.get();
        until(() -> store.writes.get() > writes); // in vain
        for (int i = 0; i < 30; i++) {
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(provider.asked()).hasSize(asked + 1);
        assertThat(delivered).isEmpty();
        isBack();
        store.isBroken = false;
        until(() -> delivered.size() == 2);
        assertThat(provider.asked()).hasSize(asked + 2);
    }

    // What was kept is damaged.

    @Test
    void aMessageWhoseRequestIsDamagedHasFailedAndThoseBehindItAreAnswered() {
        MapStore store = new MapStore();
        Tideover tideover = open(client(Outbox.builder().store(store).build()));
        Conversation conversation = tideover.conversation();
        isDown();
        String first = conversation.say("One").receipt().orElseThrow().id();
        conversation.say("Two");
        store.damages("m/" + first);
        int asked = provider.asked().size();
        isBack();
        until(() -> delivered.size() == 1);
        assertThat(textsDelivered()).containsExactly("Answer to Two");
        assertThat(provider.asked()).hasSize(asked + 1);
        OutboxMessage lost = tideover.outbox().find(first).orElseThrow();
        assertThat(lost.state()).isEqualTo(MessageState.FAILED);
        assertThat(lost.lastFailure()).contains(FailureKind.LOST);
        assertThat(tideover.outbox().request(first)).isEmpty();
        assertThat(conversation.say("Three").isLive()).isTrue();
    }

    @Test
    void aDamagedTurnDoesNotHoldUpTheAnswerToTheOneBefore() {
        MapStore store = new MapStore();
        Tideover tideover = open(client(Outbox.builder().store(store).build()));
        Conversation conversation = tideover.conversation();
        isDown();
        conversation.say("One");
        String second = conversation.say("Two").receipt().orElseThrow().id();
        store.damages("m/" + second);
        isBack();
        until(() -> delivered.size() == 1
                && tideover.outbox()
                        .find(second)
                        .filter(message -> message.state() == MessageState.FAILED)
                        .isPresent());
        assertThat(textsDelivered()).containsExactly("Answer to One");
        assertThat(tideover.outbox().find(second).orElseThrow().lastFailure()).contains(FailureKind.LOST);
    }

    @Test
    void anAnswerThatIsDamagedIsAskedForOnceMore() {
        MapStore store = new MapStore();
        AtomicInteger given = new AtomicInteger();
        Tideover tideover = open(client(Outbox.builder().store(store).build()).onDelivered(delivery -> {
            if (given.incrementAndGet() == 1) {
                store.damages("r/" + delivery.id());
                throw new IllegalStateException("the database is away");
            }
            delivered.add(delivery);
        }));
        isDown();
        tideover.chat("One");
        int asked = provider.asked().size();
        isBack();
        until(() -> delivered.size() == 1);
        assertThat(textsDelivered()).containsExactly("Answer to One");
        assertThat(provider.asked()).hasSize(asked + 2);
        until(() -> tideover.outbox().list().isEmpty());
    }

    @Test
    void anAnswerWhoseQuestionIsDamagedIsLeftToTheApplication() {
        MapStore store = new MapStore();
        Tideover tideover = open(client(Outbox.builder().store(store).build()).onDelivered(delivery -> {
            store.damages("m/" + delivery.id());
            throw new IllegalStateException("the database is away");
        }));
        isDown();
        String id = tideover.chat("One").receipt().orElseThrow().id();
        isBack();
        until(() -> isLastNews(MessageState.UNDELIVERED));
        assertThat(tideover.outbox().find(id).orElseThrow().lastFailure()).contains(FailureKind.LOST);
        assertThat(tideover.outbox().reply(id).orElseThrow().text()).isEqualTo("Answer to One");
    }

    @Test
    void aMessageOfWhichNothingButItsRequestIsLeftIsAnsweredInItsTurn() {
        MapStore store = new MapStore();
        Tideover before = open(client(Outbox.builder().store(store).build()));
        Conversation conversation = before.conversation();
        isDown();
        conversation.say("One");
        String second = conversation.say("Two").receipt().orElseThrow().id();
        conversation.say("Three");
        String alone = before.chat("Four").receipt().orElseThrow().id();
        before.close();
        store.damages("s/" + second);
        store.entries.remove(
                "s/" + alone); // an outbox on disk sees that some are missing, this store tells of one that is damaged
        isBack();
        open(client(Outbox.builder().store(store).build()));
        until(() -> delivered.size() == 4);
        assertThat(textsDelivered().stream().filter(text -> !text.endsWith("Four")))
                .containsExactly("Answer to One", "Answer to Two", "Answer to Three");
        assertThat(delivered.stream()
                        .filter(each -> each.reply().text().endsWith("Three"))
                        .findFirst()
                        .orElseThrow()
                        .request()
                        .messages())
                .extracting(Message::text)
                .containsExactly("One", "Answer to One", "Two", "Answer to Two", "Three");
        until(() -> store.entries.isEmpty());
    }

    @Test
    void anAnswerOfWhichNothingButItselfIsLeftIsGivenOutAndNotAskedForAgain() {
        MapStore store = new MapStore();
        CountDownLatch refused = new CountDownLatch(1);
        Tideover before = open(client(Outbox.builder().store(store).build()).onDelivered(delivery -> {
            refused.countDown();
            throw new IllegalStateException("the database is away");
        }));
        isDown();
        String id = before.chat("One").receipt().orElseThrow().id();
        isBack();
        until(() -> refused.getCount() == 0);
        before.close();
        store.damages("s/" + id);
        int asked = provider.asked().size();
        open(client(Outbox.builder().store(store).build()));
        until(() -> delivered.size() == 1);
        assertThat(textsDelivered()).containsExactly("Answer to One");
        assertThat(provider.asked()).hasSize(asked);
    }

    @Test
    void whatCannotBeReadForAWhileIsNotTakenToBeDamaged() {
        MapStore store = new MapStore();
        Tideover tideover = open(client(Outbox.builder().store(store).build()));
        isDown();
        tideover.chat("One");
        isBack();
        store.isUnreadable = true;
        for (int i = 0; i < 600; i++) {
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(tideover.outbox().list()).extracting(OutboxMessage::state).containsExactly(MessageState.WAITING);
        store.isUnreadable = false;
        until(() -> delivered.size() == 1);
    }

    // The callback.

    @Test
    void aCallbackThatThrowsIsTriedAgainAndStopsNoOther() {
        List<Integer> attempts = new CopyOnWriteArrayList<>();
        Tideover tideover = open(client(Outbox.onDisk(directory)).onDelivered(delivery -> {
            if (delivery.reply().text().endsWith("One")) {
                attempts.add(delivery.attempt());
                if (attempts.size() < 4) {
                    throw new IllegalStateException("the database is away");
                }
            }
            delivered.add(delivery);
        }));
        isDown();
        tideover.chat("One");
        tideover.chat("Two");
        isBack();
        until(() -> delivered.size() == 2);
        assertThat(textsDelivered()).containsExactly("Answer to Two", "Answer to One");
        assertThat(attempts).containsExactly(1, 2, 3, 4);
    }

    @Test
    void aCallbackThatFailsEachTimeIsSeenAndCanBeTriedAgain() {
        List<Integer> attempts = new CopyOnWriteArrayList<>();
        Tideover tideover = open(client(Outbox.onDisk(directory)).onDelivered(delivery -> {
            attempts.add(delivery.attempt());
            if (attempts.size() <= 8) {
                throw new IllegalStateException("the database is away");
            }
            delivered.add(delivery);
        }));
        isDown();
        Receipt receipt = tideover.chat("One").receipt().orElseThrow();
        isBack();
        until(() -> tideover.outbox()
                .find(receipt.id())
                .filter(message -> message.state() == MessageState.UNDELIVERED)
                .isPresent());
        assertThat(attempts).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(tideover.outbox().reply(receipt.id()).orElseThrow().text()).isEqualTo("Answer to One");
        assertThat(tideover.outbox().retry(receipt.id())).isTrue();
        until(() -> delivered.size() == 1);
    }

    @Test
    void answersOfOneConversationComeInOrderWhateverTheCallbackDoes() {
        List<String> given = new CopyOnWriteArrayList<>();
        Tideover tideover = open(client(Outbox.onDisk(directory)).onDelivered(delivery -> {
            String text = delivery.reply().text();
            given.add(text);
            if (text.endsWith("One") && given.size() < 3) {
                throw new IllegalStateException("not yet");
            }
            delivered.add(delivery);
        }));
        Conversation conversation = tideover.conversation();
        isDown();
        conversation.say("One");
        conversation.say("Two");
        isBack();
        until(() -> delivered.size() == 2);
        assertThat(textsDelivered()).containsExactly("Answer to One", "Answer to Two");
        assertThat(given).containsExactly("Answer to One", "Answer to One", "Answer to One", "Answer to Two");
    }

    // Clients and their outboxes.

    @Test
    void anOutboxNeedsSomebodyToTakeTheAnswers() {
        Tideover.Builder without = Tideover.builder()
                .provider(Provider.openAiCompatible(provider.baseUrl()).model("small"))
                .outbox(Outbox.onDisk(directory));
        assertThatThrownBy(without::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("an outbox needs onDelivered(...), or the answers have nowhere to go");
        Tideover.Builder nowhere = Tideover.builder()
                .provider(Provider.openAiCompatible(provider.baseUrl()).model("small"))
                .onDelivered(delivered::add);
        assertThatThrownBy(nowhere::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("onDelivered and onOutbox need an outbox");
        Tideover plain = open(Tideover.builder()
                .provider(Provider.openAiCompatible(provider.baseUrl()).model("small")));
        assertThatThrownBy(plain::outbox).hasMessageContaining("outbox(Outbox.onDisk(directory))");
    }

    @Test
    void twoOutboxesOnOneDirectoryAreOneTooMany() {
        open();
        assertThatThrownBy(() -> client(Outbox.onDisk(directory)).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("open in this process already");
    }

    @Test
    void aClientMadeFromAnotherSharesItsOutboxAndTakesOverWhenThatIsClosed() {
        Tideover first = open();
        Tideover second = open(first.newBuilder().time(time.time()).timeout(Duration.ofSeconds(5)));
        isDown();
        assertThat(second.chat("One").origin()).isEqualTo(Origin.QUEUED);
        assertThat(first.outbox().list()).hasSize(1);
        first.close();
        assertThat(second.chat("Two").origin()).isEqualTo(Origin.QUEUED);
        isBack();
        until(() -> delivered.size() == 2);
        second.close();
        open();
    }

    @Test
    void whatIsKeptCanBeHiddenFromWhoReadsTheDisk() throws Exception {
        Outbox.Builder hidden =
                Outbox.builder().directory(directory).encryptedWith("k1", new SecretKeySpec(new byte[32], "AES"));
        Tideover tideover = open(client(hidden.build()));
        isDown();
        tideover.chat(SECRET);
        tideover.close();
        assertThat(Files.readString(directory.resolve("outbox.mv"), StandardCharsets.ISO_8859_1))
                .doesNotContain(SECRET, "messages");
        isBack();
        open(client(hidden.encryptedWith("k2", new SecretKeySpec(new byte[16], "AES"))
                .build()));
        Awaiting.until(() -> delivered.size() == 1);
        assertThat(delivered.get(0).request().messages()).containsExactly(Message.user(SECRET));
    }

    @Test
    void nothingThatIsPrintedTellsWhatWasSaid() {
        Tideover tideover = open();
        isDown();
        ChatReply reply = tideover.chat(SECRET);
        provider.does(LoopbackProvider.says(SECRET));
        until(() -> !delivered.isEmpty());
        assertThat("" + reply + reply.receipt() + tideover.outbox() + news + delivered + Outbox.onDisk(directory))
                .doesNotContain(SECRET);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 16})
    void manyWhoAskAtOnceEachGetAReceiptOfTheirOwn(int threads) throws Exception {
        Tideover tideover = open();
        isDown();
        CyclicBarrier together = new CyclicBarrier(threads);
        List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (int i = 0; i < threads; i++) {
                receipts.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                together.await();
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                            return tideover.chat("Hello").receipt().orElseThrow();
                        },
                        pool));
            }
            assertThat(receipts.stream().map(each -> each.join().id()).distinct())
                    .hasSize(threads);
            assertThat(tideover.outbox().list()).hasSize(threads);
        } finally {
            pool.shutdown();
        }
    }
}
