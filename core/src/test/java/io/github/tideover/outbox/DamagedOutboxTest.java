package io.github.tideover.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.store.StoreFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An outbox of 200 messages whose file is damaged at random: bytes are changed, or its end is missing. It opens, no message is
 * another than it was, their order holds, and new ones are taken.
 *
 * <p>{@code -Dtideover.damage.rounds=5000} sets how often.
 */
@Timeout(900)
class DamagedOutboxTest {
    private static final int ROUNDS = Integer.getInteger("tideover.damage.rounds", 150);
    private static final int CONVERSATIONS = 60;
    private static final int TURNS = 3;
    private static final int ALONE = 20;
    private static final int ANSWERED = 20;

    @TempDir
    private Path directory;

    /** What was asked, by the message's id, in the order of the messages. */
    private final Map<String, String> questions = new LinkedHashMap<>();

    private final Map<String, String> answers = new HashMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    private Ledger open(boolean isEncrypted) {
        Outbox.Builder outbox = Outbox.builder().directory(directory);
        if (isEncrypted) {
            outbox.encryptedWith("k1", new SecretKeySpec(new byte[16], "AES"));
        }
        return outbox.build().open(Clock.systemUTC(), System::nanoTime);
    }

    private static void close(Ledger ledger) {
        Ledgers.close(ledger, 30);
    }

    private static Optional<String> keep(Ledger ledger, ChatRequest request) throws InterruptedException {
        return Ledgers.keep(ledger, request, 30);
    }

    private void fill(boolean isEncrypted) throws InterruptedException {
        Ledger ledger = open(isEncrypted);
        List<String> firstTurns = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            for (int conversation = 0; conversation < CONVERSATIONS; conversation++) {
                ChatRequest.Builder request = ChatRequest.builder().conversation("c" + conversation);
                for (int before = 0; before <= turn; before++) {
                    request.message(Message.user(question(conversation, before)));
                }
                String id = keep(ledger, request.build()).orElseThrow();
                questions.put(id, question(conversation, turn));
                if (turn == 0) {
                    firstTurns.add(id);
                }
            }
        }
        for (int i = 0; i < ALONE; i++) {
            String question = question(CONVERSATIONS + i, 0);
            questions.put(keep(ledger, ChatRequest.of(question)).orElseThrow(), question);
        }
        for (String id : firstTurns.subList(0, ANSWERED)) {
            answers.put(id, "Answer to " + questions.get(id));
            ledger.answered(id, ChatReply.builder().text(answers.get(id)).build());
        }
        close(ledger);
        // What was superseded is most of the file by now, and damage to it does nothing.
        try (StoreFile file = StoreFile.open(directory, new StoreFile.Kind("outbox.mv", "the outbox", 1, false, 4))) {
            file.rewrite();
        }
    }

    private static String question(int conversation, int turn) {
        return "Question " + conversation + "." + turn + " " + "lorem ipsum ".repeat(conversation * 7 % 40);
    }

    private static String lastWordsOf(ChatRequest request) {
        return request.messages().get(request.messages().size() - 1).text();
    }

    private void count(String what, int howMany) {
        counts.merge(what, howMany, Integer::sum);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDamagedFileOpensLosesLittleAndConfusesNothing(boolean isEncrypted) throws Exception {
        fill(isEncrypted);
        Path file = directory.resolve("outbox.mv");
        byte[] whole = Files.readAllBytes(file);
        Random dice = new Random(81);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = round % 10 == 0 ? Arrays.copyOf(whole, dice.nextInt(whole.length)) : whole.clone();
            for (int i = 0; i <= round % 4 && damaged.length > 0; i++) {
                damaged[dice.nextInt(damaged.length)] ^= (byte) (1 + dice.nextInt(255));
            }
            Files.write(file, damaged);
            try {
                opens(isEncrypted, "round " + round);
            } catch (Throwable e) {
                count("refused: " + e.getClass().getSimpleName(), 1);
                throw new AssertionError("round " + round, e);
            } finally {
                clear();
            }
        }
        System.out.println(
                (isEncrypted ? "encrypted, " : "plain, ") + whole.length + " bytes, " + ROUNDS + " times: " + counts);
        assertThat(counts.get("messages whole")).isGreaterThan(ROUNDS * questions.size() / 2);
        assertThat(counts.get("files mended")).as("or nothing was tried").isPositive();
    }

    private void opens(boolean isEncrypted, String round) throws Exception {
        Ledger ledger = open(isEncrypted);
        List<String> ids = new ArrayList<>();
        int found = 0;
        for (OutboxMessage message : ledger.list()) {
            String question = questions.get(message.id());
            assertThat(question).as(round).isNotNull();
            ids.add(message.id());
            Optional<ChatRequest> request = ledger.request(message.id());
            request.ifPresent(asked -> assertThat(lastWordsOf(asked)).as(round).isEqualTo(question));
            if (message.state() == MessageState.ANSWERED) {
                Optional<ChatReply> reply = ledger.reply(message.id());
                reply.ifPresent(said -> assertThat(said.text()).as(round).isEqualTo(answers.get(message.id())));
                count("replies gone", reply.isEmpty() ? 1 : 0);
            }
            found += request.isPresent() ? 1 : 0;
        }
        assertThat(ids).as(round).doesNotHaveDuplicates();
        assertThat(conversationsOf(ids))
                .as(round)
                .isEqualTo(conversationsOf(
                        questions.keySet().stream().filter(ids::contains).toList()));
        String fresh = keep(ledger, ChatRequest.of("new")).orElseThrow();
        close(ledger);
        Ledger again = open(isEncrypted);
        assertThat(again.request(fresh)).as(round).isPresent();
        List<OutboxMessage> all = again.list();
        assertThat(all.get(all.size() - 1).id()).as(round).isEqualTo(fresh);
        close(again);
        boolean isAside = namesInDirectory().stream().anyMatch(name -> name.contains("damaged"));
        boolean isForeign = namesInDirectory().stream().anyMatch(name -> name.contains("foreign"));
        count("messages whole", found);
        count("messages without their request", ids.size() - found);
        count("messages gone", questions.size() - ids.size());
        count("files", 1);
        count("files with all messages", found == questions.size() ? 1 : 0);
        count("files mended", isAside && found > 0 ? 1 : 0);
        count("files set aside with all that was in them", (isAside || isForeign) && ids.isEmpty() ? 1 : 0);
        count("files empty without a word", !isAside && !isForeign && ids.isEmpty() ? 1 : 0);
    }

    /** The turns of each conversation, in the order of the messages. */
    private Map<String, List<String>> conversationsOf(List<String> ids) {
        Map<String, List<String>> turns = new TreeMap<>();
        for (String id : ids) {
            String question = questions.get(id);
            turns.computeIfAbsent(question.substring(0, question.indexOf('.')), any -> new ArrayList<>())
                    .add(question);
        }
        return turns;
    }

    private List<String> namesInDirectory() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(each -> each.getFileName().toString()).toList();
        }
    }

    private void clear() throws IOException {
        for (String name : namesInDirectory()) {
            Files.delete(directory.resolve(name));
        }
    }
}
