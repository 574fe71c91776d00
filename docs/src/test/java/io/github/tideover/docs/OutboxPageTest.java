package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.Tideover;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Origin;
import io.github.tideover.outbox.MessageState;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.outbox.OutboxMessage;
import io.github.tideover.provider.Provider;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listings in docs/outbox.md. */
class OutboxPageTest {
    private final Loopback server = new Loopback();
    private final Provider provider = server.provider("main");
    private final Chats chats = new Chats();

    @TempDir
    private Path directory;

    /** A call waits for its receipt for a second at most, and the first one of a process waits for the store's classes to be loaded. */
    @BeforeAll
    static void takeAFirstReceipt(@TempDir Path elsewhere) {
        try (Loopback server = new Loopback().answers(Loopback.fails(503));
                Tideover tideover = Tideover.builder()
                        .provider(server.provider("main"))
                        .outbox(Outbox.onDisk(elsewhere))
                        .onDelivered(delivery -> {})
                        .lastResort("No receipt in time.")
                        .build()) {
            assertThat(tideover.chat("Where is my order?").isLive()).isFalse();
        }
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** What an application knows of its conversations. */
    static final class Chats {
        final BlockingQueue<String> answers = new ArrayBlockingQueue<>(10);
        volatile String expected;

        void expect(String conversation, String id, Instant until) {
            expected = conversation + " " + id;
        }

        void answer(String conversation, String id, String text) {
            answers.add(conversation + " " + id + " " + text);
        }
    }

    @Test
    void whatIsSaidIsAnsweredLater() throws InterruptedException {
        server.answers(Loopback.fails(503));
        // region: outbox
        Tideover tideover = Tideover.builder()
                .provider(provider)
                .outbox(Outbox.onDisk(directory))
                .onDelivered(delivery -> chats.answer(
                        delivery.conversation().orElse("none"),
                        delivery.id(),
                        delivery.reply().text()))
                .build();
        ChatReply reply = tideover.chat(ChatRequest.builder()
                .user("Where is my order?")
                .conversation("chat-81") // your own id of the conversation
                .build());
        reply.receipt().ifPresent(receipt -> chats.expect("chat-81", receipt.id(), receipt.expiresAt()));
        // end
        assertThat(reply.origin()).isEqualTo(Origin.QUEUED);
        server.answers(Loopback.says("It ships on Monday."));
        assertThat(chats.answers.poll(30, TimeUnit.SECONDS)).isEqualTo(chats.expected + " It ships on Monday.");
        tideover.close();
    }

    @Test
    void whatDidNotGoWellIsTriedAgainOrGivenUp() {
        server.answers(Loopback.fails(503));
        try (Tideover tideover = Tideover.builder()
                .provider(provider)
                .outbox(Outbox.onDisk(directory))
                .onDelivered(delivery -> {})
                .build()) {
            tideover.chat("Where is my order?");
            String printed = Printed.by(() -> tidy(tideover));
            assertThat(printed).contains("WAITING").doesNotContain("order");
            assertThat(tideover.outbox().list())
                    .extracting(OutboxMessage::state)
                    .isEqualTo(List.of(MessageState.WAITING));
        }
    }

    private static void tidy(Tideover tideover) {
        // region: outbox-list
        for (OutboxMessage message : tideover.outbox().list()) {
            switch (message.state()) {
                case EXPIRED, FAILED, UNDELIVERED -> tideover.outbox().retry(message.id());
                case REFUSED -> tideover.outbox().cancel(message.id());
                default -> System.out.println(message); // says nothing of what was said
            }
        }
        // end
    }

    @Test
    void whatIsKeptIsEncrypted() {
        SecretKey oldKey = new SecretKeySpec(new byte[32], "AES");
        SecretKey newKey = new SecretKeySpec(new byte[16], "AES");
        // region: outbox-encrypted
        Outbox outbox = Outbox.builder()
                .directory(directory)
                .encryptedWith("2026-03", oldKey)
                .encryptedWith("2026-11", newKey)
                .keepFor(Duration.ofHours(12))
                .maxMessages(1_000)
                .words("I can't answer right now. I'll come back to you.")
                .build();
        // end
        server.answers(Loopback.fails(503));
        try (Tideover tideover = Tideover.builder()
                .provider(provider)
                .outbox(outbox)
                .onDelivered(delivery -> {})
                .build()) {
            assertThat(tideover.chat("Where is my order?").text())
                    .isEqualTo("I can't answer right now. I'll come back to you.");
        }
    }

    @Test
    void everyStateIsDescribed() {
        assertThat(Pages.rows(Pages.page("docs/outbox.md"), "What did not go well").stream()
                        .map(row -> row.get(0))
                        .toList())
                .isEqualTo(List.of(MessageState.values()).stream()
                        .map(state -> "`" + state + "`")
                        .toList());
    }
}
