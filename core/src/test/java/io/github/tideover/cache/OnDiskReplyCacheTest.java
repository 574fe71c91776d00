package io.github.tideover.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.store.ChildJvm;
import io.github.tideover.store.RecordSeal;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What is kept in a file: found again, bounded, forgotten, and never wrong. */
class OnDiskReplyCacheTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final int MANY = 1_000_000;

    @TempDir
    Path directory;

    private final Random dice = new Random(11);
    private OnDiskReplyCache cache;

    private OnDiskReplyCache open() {
        return open(1_000, 64L << 20, RecordSeal.unencrypted("the test"));
    }

    private OnDiskReplyCache open(int maxEntries, long maxBytes, RecordSeal seal) {
        close();
        cache = new OnDiskReplyCache(directory, maxEntries, maxBytes, Duration.ofHours(24), seal, dice::nextDouble);
        return cache;
    }

    @AfterEach
    void close() {
        if (cache != null) {
            cache.close();
        }
    }

    private static RequestFingerprint key(String text) {
        return key(null, text);
    }

    private static RequestFingerprint key(String tenant, String text) {
        ChatRequest request = ChatRequest.of(text);
        return RequestFingerprint.of(
                "https://a/ m",
                tenant == null ? request : request.toBuilder().tenant(tenant).build());
    }

    private static ChatReply reply(String text) {
        return ChatReply.builder().text(text).build();
    }

    private static SecretKey aes(int seed) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) seed);
        return new SecretKeySpec(bytes, "AES");
    }

    private String content() throws IOException {
        return Files.readString(directory.resolve("replies.store"), ISO_8859_1);
    }

    private List<String> setAside() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(each -> each.getFileName().toString())
                    .filter(name -> name.matches("replies\\.store\\.[a-z-]+-[0-9].*"))
                    .toList();
        }
    }

    @Test
    void aReplyOutlastsTheProcessWithAllThatBelongsToIt() {
        ChatReply whole = ChatReply.builder()
                .text("Grüße, 你好, 👋")
                .reasoning("think")
                .provider("openai")
                .model("m-1")
                .id("c1")
                .requestId("r1")
                .usage(Usage.of(1, 2, 3, 4, 5))
                .adapted(List.of("seed", "stop"))
                .attempts(3)
                .build();
        open().store(key("q"), whole, NOON);
        ChatReply found = open().find(key("q"), NOON.plusSeconds(90)).orElseThrow();
        assertThat(found)
                .usingRecursiveComparison()
                .ignoringFields("age", "attempts")
                .isEqualTo(whole);
        assertThat(found.age()).isEqualTo(Duration.ofSeconds(90));
        assertThat(found.attempts()).as("of another call").isZero();
        assertThat(cache.find(key("other"), NOON)).isEmpty();
    }

    @Test
    void aNewerReplyTakesThePlaceOfAnOlderOne() {
        open().store(key("q"), reply("old"), NOON);
        cache.store(key("q"), reply("new"), NOON.plusSeconds(60));
        ChatReply found = cache.find(key("q"), NOON.plusSeconds(61)).orElseThrow();
        assertThat(found.text()).isEqualTo("new");
        assertThat(found.age()).isEqualTo(Duration.ofSeconds(1));
        assertThat(cache.size()).isEqualTo(1);
        assertThat(cache.removeExpired(NOON.plus(Duration.ofHours(24)).plusSeconds(1)))
                .as("the older one's time is over, and nothing is left of it")
                .hasValue(Duration.ofSeconds(59).plusMillis(1));
        assertThat(cache.size()).isEqualTo(1);
    }

    @Test
    void onlyWhatIsWholeAndOnlyTextIsKept() {
        List<ChatReply> others = List.of(
                ChatReply.builder()
                        .text("cut")
                        .finishReason(FinishReason.LENGTH)
                        .build(),
                ChatReply.builder()
                        .text("filtered")
                        .finishReason(FinishReason.CONTENT_FILTER)
                        .build(),
                ChatReply.builder().text("t").refusal("no").build(),
                ChatReply.builder()
                        .text("t")
                        .toolCalls(List.of(ToolCall.of("1", "tool", "{}")))
                        .build(),
                ChatReply.builder().build());
        open();
        for (ChatReply each : others) {
            cache.store(key("q"), each, NOON);
        }
        assertThat(cache.size()).isZero();
    }

    @Test
    void whatIsTooOldIsNotServedAndGoesAlthoughNobodyAsks() {
        open().store(key("a"), reply("a"), NOON);
        cache.store(key("b"), reply("b"), NOON.plusSeconds(10));
        Instant later = NOON.plus(Duration.ofHours(24)).plusSeconds(5);
        assertThat(cache.find(key("a"), later)).isEmpty();
        assertThat(cache.find(key("b"), later)).isPresent();
        assertThat(cache.size()).isEqualTo(2);
        assertThat(cache.removeExpired(later)).hasValue(Duration.ofSeconds(5).plusMillis(1));
        assertThat(cache.size()).isEqualTo(1);
        assertThat(cache.removeExpired(later.plusSeconds(6))).isEmpty();
        assertThat(cache.size()).isZero();
    }

    @Test
    void aClockSetBackMakesNoAnswerComeFromTheFuture() {
        open().store(key("q"), reply("a"), NOON);
        assertThat(cache.find(key("q"), NOON.minusSeconds(60)).orElseThrow().age())
                .isZero();
    }

    @Test
    void entriesAreBoundedAndTheOftenAskedStay() {
        open(200, 64L << 20, RecordSeal.unencrypted("the test"));
        for (int round = 0; round < 40; round++) {
            Instant now = NOON.plusSeconds(round);
            for (int i = 0; i < 50; i++) {
                cache.store(key("often " + i), reply("a"), now);
            }
            for (int i = 0; i < 100; i++) {
                cache.store(key("once " + round + " " + i), reply("a"), now);
            }
        }
        assertThat(cache.size()).isEqualTo(200);
        long often = 0;
        for (int i = 0; i < 50; i++) {
            often += cache.find(key("often " + i), NOON.plusSeconds(40)).isPresent() ? 1 : 0;
        }
        assertThat(often).as("of 50, while 4,000 that were asked once passed").isGreaterThanOrEqualTo(49);
    }

    @Test
    void bytesAreBoundedAcrossRestarts() {
        RecordSeal seal = RecordSeal.unencrypted("the test");
        String tenThousand = "x".repeat(10_000);
        for (int round = 0; round < 4; round++) {
            open(1_000, 1 << 20, seal);
            for (int i = 0; i < 60; i++) {
                cache.store(key("q" + round + " " + i), reply(tenThousand), NOON);
            }
        }
        assertThat(cache.size()).isBetween(100L, 104L);
        cache.store(key("huge"), reply("x".repeat(1 << 20)), NOON);
        assertThat(cache.find(key("huge"), NOON))
                .as("more than the whole cache")
                .isEmpty();
        assertThat(cache.size()).isBetween(100L, 104L);
    }

    @Test
    void oneEntryIsABoundToo() {
        open(1, 64L << 20, RecordSeal.unencrypted("the test"));
        for (int i = 0; i < 20; i++) {
            cache.store(key("q" + i), reply("a" + i), NOON);
            assertThat(cache.size()).isEqualTo(1);
            assertThat(cache.find(key("q" + i), NOON)).isPresent();
        }
    }

    @Test
    void aTenantIsForgottenAndNothingOfItIsInTheFile() throws IOException {
        open();
        for (int i = 0; i < 50; i++) {
            cache.store(key("acme", "q" + i), reply("the secret of acme"), NOON);
            cache.storeQuestion(key("acme", "q" + i), "a question of acme".getBytes(UTF_8), null, NOON);
            cache.store(key("other", "q" + i), reply("kept for other"), NOON);
            cache.store(key(null, "q" + i), reply("kept for nobody"), NOON);
        }
        cache.forget("acme");
        assertThat(content())
                .doesNotContain("the secret of acme", "a question of acme")
                .contains("kept for other");
        assertThat(cache.find(key("acme", "q1"), NOON)).isEmpty();
        assertThat(cache.questions(key("acme", "q1"), 100)).isEmpty();
        assertThat(cache.find(key("other", "q49"), NOON)).isPresent();
        assertThat(cache.find(key(null, "q49"), NOON)).isPresent();
        assertThat(cache.size()).isEqualTo(100);
        cache.store(key("acme", "q1"), reply("again"), NOON);
        assertThat(open().find(key("acme", "q1"), NOON)).isPresent();
        assertThat(cache.find(key("other", "q0"), NOON)).isPresent();
    }

    @Test
    void aClosedCacheForgetsTooAndIsClosedAgain() throws IOException {
        open().store(key("acme", "q"), reply("the secret of acme"), NOON);
        cache.close();
        cache.forget("acme");
        assertThat(content()).doesNotContain("the secret of acme");
        cache.store(key("q"), reply("a"), NOON);
        assertThat(cache.find(key("q"), NOON)).as("it is closed").isEmpty();
        assertThat(open().size()).isZero();
    }

    @Test
    void theFileShowsNoPromptAndTheSameQuestionsHaveOtherKeysInAnotherFile() throws IOException {
        open().store(key("Where is order 17?"), reply("a"), NOON);
        cache.close();
        String hash = new String(key("Where is order 17?").hash(), ISO_8859_1);
        assertThat(content()).doesNotContain("order").doesNotContain(hash.substring(0, 16));
    }

    @Test
    void anEncryptedFileShowsNothing() throws IOException {
        RecordSeal seal = RecordSeal.encrypted("the test", Map.of("k1", aes(1)));
        open(10, 1 << 20, seal).store(key("q"), reply("Monday"), NOON);
        cache.storeQuestion(key("q"), "the question".getBytes(UTF_8), null, NOON);
        assertThat(open(10, 1 << 20, seal).find(key("q"), NOON)).isPresent();
        cache.close();
        assertThat(content()).doesNotContain("Monday", "the question").contains("k1");
    }

    @Test
    void keysAreChangedWithoutLosingReplies() {
        open(10, 1 << 20, RecordSeal.encrypted("the test", Map.of("k1", aes(1))))
                .store(key("old"), reply("a"), NOON);
        Map<String, SecretKey> both = new LinkedHashMap<>();
        both.put("k1", aes(1));
        both.put("k2", aes(2));
        open(10, 1 << 20, RecordSeal.encrypted("the test", both)).store(key("new"), reply("b"), NOON);
        assertThat(cache.find(key("old"), NOON)).isPresent();
        open(10, 1 << 20, RecordSeal.encrypted("the test", Map.of("k2", aes(2))));
        assertThat(cache.find(key("new"), NOON)).isPresent();
        assertThat(cache.find(key("old"), NOON)).as("its key is gone").isEmpty();
    }

    @Test
    void aFileOfAnUnknownKeyIsSetAside() throws IOException {
        open(10, 1 << 20, RecordSeal.encrypted("the test", Map.of("k1", aes(1))))
                .store(key("q"), reply("a"), NOON);
        open(10, 1 << 20, RecordSeal.encrypted("the test", Map.of("k2", aes(2))));
        assertThat(cache.find(key("q"), NOON)).isEmpty();
        assertThat(setAside()).hasSize(1).allMatch(name -> name.startsWith("replies.store.unreadable-"));
        cache.store(key("q"), reply("b"), NOON);
        assertThat(cache.find(key("q"), NOON)).isPresent();
    }

    @Test
    void whatWasKeptWithoutEncryptionGoesWhenItIsSwitchedOn() throws IOException {
        open().store(key("q"), reply("Monday"), NOON);
        open(10, 1 << 20, RecordSeal.encrypted("the test", Map.of("k1", aes(1))));
        assertThat(cache.find(key("q"), NOON)).isEmpty();
        cache.store(key("p"), reply("Tuesday"), NOON);
        assertThat(setAside()).isEmpty();
        cache.close();
        assertThat(content()).doesNotContain("Monday", "Tuesday");
    }

    private List<String> questions(RequestFingerprint key, int atMost) {
        return requireNonNull(cache.questions(key, atMost)).stream()
                .map(each -> new String(each, UTF_8))
                .toList();
    }

    @Test
    void questionsAreFoundByTenantAndContextForAsLongAsTheirReplies() {
        open();
        for (int i = 0; i < 5; i++) {
            cache.store(key("a", "q" + i), reply("a" + i), NOON);
            cache.storeQuestion(key("a", "q" + i), ("question " + i).getBytes(UTF_8), null, NOON);
            cache.store(key("b", "q" + i), reply("b" + i), NOON);
            cache.storeQuestion(key("b", "q" + i), ("other " + i).getBytes(UTF_8), null, NOON);
        }
        RequestFingerprint elsewhere = RequestFingerprint.of(
                "https://a/ m",
                ChatRequest.builder().system("s").user("q0").tenant("a").build());
        cache.store(elsewhere, reply("e"), NOON);
        cache.storeQuestion(elsewhere, "elsewhere".getBytes(UTF_8), null, NOON);
        cache.storeQuestion(key("a", "no reply is kept"), "lost".getBytes(UTF_8), null, NOON);
        assertThat(questions(key("a", "never asked"), 100))
                .containsExactlyInAnyOrder("question 0", "question 1", "question 2", "question 3", "question 4");
        assertThat(questions(key("a", "never asked"), 2)).hasSize(2);
        cache.removeExpired(NOON.plus(Duration.ofHours(25)));
        assertThat(questions(key("a", "never asked"), 100)).isEmpty();
    }

    private static RequestFingerprint key(ChatRequest request) {
        return RequestFingerprint.of("https://a/ m", request);
    }

    /** Keeps a question as a client does, with its reply. */
    private void keep(ChatRequest request, String question) {
        RequestFingerprint key = key(request);
        cache.store(key, reply("the answer to " + question), NOON);
        keepQuestion(request, question);
    }

    private void keepQuestion(ChatRequest request, String question) {
        RequestFingerprint key = key(request);
        byte[] record = new QuestionRecord("e", question, new float[] {1}, key.hash()).toBytes();
        cache.storeQuestion(key, record, ContextRecord.of(request, key), NOON);
    }

    private List<String> standingAlone() {
        List<String> all = new ArrayList<>();
        cache.eachStandingAlone(
                NOON,
                (question, reply) -> all.add(question.tenant().orElse("-") + " "
                        + question.system().orElse("-") + " " + question.text() + ": " + reply.text()));
        return all;
    }

    @Test
    void aQuestionAskedAgainIsNotWrittenAgain() {
        ChatRequest request = ChatRequest.of("q");
        open();
        keep(request, "q");
        long before = cache.questionsStored();
        keep(request, "q");
        assertThat(cache.questionsStored()).isEqualTo(before);
        keep(request, "q in other words");
        assertThat(cache.questionsStored()).isGreaterThan(before);
        assertThat(standingAlone()).containsExactly("- - q in other words: the answer to q in other words");
        long stored = cache.questionsStored();
        cache.close();
        cache.begin();
        assertThat(cache.questionsStored())
                .as("another process may have had it in between")
                .isGreaterThan(stored);
    }

    @Test
    void aQuestionAskedAgainOutlastsTheKeyItWasKeptUnderFirst() {
        ChatRequest request = ChatRequest.builder().system("s").user("q").build();
        open(10, 1 << 20, RecordSeal.encrypted("the test", Map.of("k1", aes(1))));
        keep(request, "q");
        Map<String, SecretKey> both = new LinkedHashMap<>();
        both.put("k1", aes(1));
        both.put("k2", aes(2));
        open(10, 1 << 20, RecordSeal.encrypted("the test", both));
        keep(request, "q");
        open(10, 1 << 20, RecordSeal.encrypted("the test", Map.of("k2", aes(2))));
        assertThat(standingAlone()).containsExactly("- s q: the answer to q");
        assertThat(cache.questions(key(request), 10)).hasSize(1);
    }

    @Test
    void allQuestionsThatStandByThemselvesAreGivenWithWhatTheyWereAskedIn() {
        open();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 700; i++) { // more than two pages
            ChatRequest.Builder request = ChatRequest.builder();
            if (i % 3 > 0) {
                request.system("prompt " + i % 5);
            }
            if (i % 7 > 0) {
                request.tenant("tenant " + i % 7);
            }
            keep(request.user("q" + i).build(), "q" + i);
            expected.add((i % 7 > 0 ? "tenant " + i % 7 : "-") + " " + (i % 3 > 0 ? "prompt " + i % 5 : "-") + " q" + i
                    + ": the answer to q" + i);
        }
        keep(
                ChatRequest.builder()
                        .user("a")
                        .message(Message.assistant("b"))
                        .user("c")
                        .build(),
                "in a conversation");
        cache.store(key("no question"), reply("is kept to this"), NOON);
        ReplyCache before = cache;
        open();
        assertThat(cache).isNotSameAs(before);
        assertThat(standingAlone()).containsExactlyInAnyOrderElementsOf(expected);
        cache.forget("tenant 3");
        assertThat(standingAlone()).hasSize(600).noneMatch(each -> each.startsWith("tenant 3"));
        cache.removeExpired(NOON.plus(Duration.ofHours(25)));
        assertThat(standingAlone()).isEmpty();
    }

    @Test
    void whoTakesQuestionsHoldsUpNobody() {
        open();
        keep(ChatRequest.of("q"), "q");
        cache.eachStandingAlone(NOON, (question, reply) -> {
            cache.forget("somebody"); // writes the file anew
            keep(ChatRequest.of("p"), "p");
        });
        assertThat(standingAlone()).hasSize(2);
    }

    @Test
    void questionsOfAClosedCacheAreNotTakenForNone() {
        open();
        keep(ChatRequest.of("q"), "q");
        cache.close();
        assertThatThrownBy(this::standingAlone)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot be read now");
    }

    @Test
    void whatQuestionsWereAskedInCountsAmongTheBytesAndGoesWithTheLastOfThem() throws IOException {
        open(1_000, 65_536, RecordSeal.unencrypted("the test"));
        for (int i = 0; i < 40; i++) {
            keep(
                    ChatRequest.builder()
                            .system("prompt " + i + "x".repeat(4_096))
                            .user("q")
                            .build(),
                    "q");
        }
        assertThat(cache.size()).isBetween(10L, 15L);
        assertThat(standingAlone()).hasSize((int) cache.size());
        cache.removeExpired(NOON.plus(Duration.ofHours(25)));
        cache.forget("nobody"); // writes the file anew: what is left in it is what is kept
        cache.close();
        assertThat(content()).doesNotContain("prompt ");
    }

    @Test
    void questionsCountAmongTheBytes() {
        open(1_000, 65_536, RecordSeal.unencrypted("the test"));
        for (int i = 0; i < 40; i++) {
            cache.store(key("q" + i), reply("a" + i), NOON);
            cache.storeQuestion(key("q" + i), new byte[4_096], null, NOON);
        }
        assertThat(cache.size()).isBetween(10L, 15L);
        assertThat(cache.find(key("q39"), NOON)).as("the newest").isPresent();
        assertThat(requireNonNull(cache.questions(key("q"), 100))).hasSize((int) cache.size());
    }

    @Test
    void itOpensAgainAfterItsFileWasClosedUnderIt() {
        open().store(key("q"), reply("a"), NOON);
        cache.close();
        cache.begin();
        assertThat(cache.find(key("q"), NOON)).isPresent();
        cache.begin();
        cache.end();
        assertThat(cache.find(key("q"), NOON))
                .as("another client still uses it")
                .isPresent();
        cache.end();
        assertThat(cache.find(key("q"), NOON)).isEmpty();
        cache.begin();
        assertThat(cache.find(key("q"), NOON)).isPresent();
    }

    @Test
    void aDamagedFileNeverGivesWrongReplies() throws IOException {
        open();
        for (int i = 0; i < 300; i++) {
            cache.store(key("q" + i), reply("answer to " + i), NOON);
        }
        cache.close();
        Path file = directory.resolve("replies.store");
        byte[] whole = Files.readAllBytes(file);
        long found = 0;
        for (int round = 0; round < 60; round++) {
            byte[] damaged = round % 3 == 0 ? Arrays.copyOf(whole, dice.nextInt(whole.length)) : whole.clone();
            for (int i = 0; i < 4 && damaged.length > 0; i++) {
                damaged[dice.nextInt(damaged.length)] ^= (byte) (1 + dice.nextInt(255));
            }
            Files.write(file, damaged);
            open();
            for (int i = 0; i < 300; i++) {
                String expected = "answer to " + i;
                found += cache.find(key("q" + i), NOON)
                        .map(reply -> {
                            assertThat(reply.text()).isEqualTo(expected);
                            return 1;
                        })
                        .orElse(0);
            }
            cache.store(key("new"), reply("new"), NOON);
            assertThat(cache.find(key("new"), NOON)).as("round " + round).isPresent();
            cache.store(key("newer"), reply("newer"), NOON);
            assertThat(cache.find(key("newer"), NOON)).as("round " + round).isPresent();
            cache.close();
        }
        assertThat(found).as("or nothing was tried").isGreaterThan(1_000);
    }

    @Test
    void manyWritersAndReadersSeeOnlyWholeReplies() throws Exception {
        open(100, 64L << 20, RecordSeal.unencrypted("the test"));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        CyclicBarrier start = new CyclicBarrier(8);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                int mine = thread;
                all.add(threads.submit(() -> {
                    start.await();
                    for (int i = 0; i < 500; i++) {
                        String question = "q" + (i * 7 + mine) % 150;
                        if (mine == 7 && i % 100 == 50) {
                            cache.forget("nobody");
                        } else if (i % 2 == 0) {
                            cache.store(key(question), reply("answer to " + question), NOON);
                        } else {
                            cache.find(key(question), NOON)
                                    .ifPresent(found -> assertThat(found.text()).isEqualTo("answer to " + question));
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(cache.size()).isBetween(50L, 100L);
    }

    @Test
    void optionsThatMakeNoSenseAreRefusedAtOnce() {
        assertThatThrownBy(() -> ReplyCache.onDisk().maxEntries(0)).hasMessage("maxEntries must be at least 1, not 0");
        assertThatThrownBy(() -> ReplyCache.onDisk().maxBytes(5)).hasMessage("maxBytes must be at least 65536, not 5");
        assertThatThrownBy(() -> ReplyCache.onDisk().keepFor(Duration.ZERO))
                .hasMessage("keepFor must be more than zero, not PT0S");
        assertThatIllegalStateException()
                .isThrownBy(() -> ReplyCache.onDisk().build())
                .withMessage("a cache on disk needs a directory; give one with directory(path)");
        assertThatIllegalStateException()
                .isThrownBy(() -> ReplyCache.onDisk()
                        .directory(directory)
                        .formerKey("k", aes(1))
                        .build())
                .withMessage(
                        "formerKey [k] is of no use without encryptionKey; give the one that new replies are encrypted with");
    }

    @Test
    void theBuildersKeysAreUsed() {
        ReplyCache first = ReplyCache.onDisk()
                .directory(directory)
                .encryptionKey("k1", aes(1))
                .build();
        first.store(key("q"), reply("a"), NOON);
        first.close();
        try (ReplyCache second = ReplyCache.onDisk()
                .directory(directory)
                .encryptionKey("k2", aes(2))
                .formerKey("k1", aes(1))
                .build()) {
            assertThat(second.find(key("q"), NOON)).isPresent();
            second.store(key("p"), reply("b"), NOON);
        }
        try (ReplyCache third = ReplyCache.onDisk()
                .directory(directory)
                .encryptionKey("k2", aes(2))
                .build()) {
            assertThat(third.find(key("p"), NOON))
                    .as("the new ones are encrypted with the new key")
                    .isPresent();
        }
    }

    @Test
    void memoryOverDiskFindsBelowWhatIsNoLongerInMemory() {
        open();
        ReplyCache layers = ReplyCache.inMemory().maxEntries(1).over(cache).build();
        for (int i = 0; i < 20; i++) {
            layers.store(key("t", "q" + i), reply("a" + i), NOON);
        }
        for (int i = 0; i < 20; i++) {
            ChatReply found =
                    layers.find(key("t", "q" + i), NOON.plusSeconds(7)).orElseThrow();
            assertThat(found.text()).isEqualTo("a" + i);
            assertThat(found.age()).isEqualTo(Duration.ofSeconds(7));
            assertThat(layers.find(key("t", "q" + i), NOON.plusSeconds(9))
                            .orElseThrow()
                            .age())
                    .as("from memory, and not younger for it")
                    .isEqualTo(Duration.ofSeconds(9));
        }
        layers.forget("t");
        assertThat(layers.find(key("t", "q19"), NOON)).isEmpty();
        layers.close();
        assertThat(open().size()).isZero();
    }

    /** Says what happens when the library is not there. */
    static final class WithoutTheLibrary {
        private WithoutTheLibrary() {}

        public static void main(String[] args) {
            ReplyCache memory = ReplyCache.inMemory(10);
            memory.store(key("q"), reply("a"), NOON);
            System.out.println(memory.find(key("q"), NOON).orElseThrow().text());
            try {
                ReplyCache.onDisk(Path.of(args[0]));
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void withoutTheLibraryOnDiskSaysWhatToAddAndMemoryWorks() {
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(each -> !each.contains("h2-mvstore"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(ChildJvm.start(List.of(), path, WithoutTheLibrary.class, directory.toString())
                        .lines())
                .containsExactly(
                        "a",
                        "the reply cache on disk needs H2's MVStore; add the dependency com.h2database:h2-mvstore, whose"
                                + " version is in tideover-bom (com.h2database:h2 has it as well, but not on the module"
                                + " path)");
    }

    /** Fills a cache, or opens and reads it; with 64 MB of heap. */
    static final class Million {
        private Million() {}

        public static void main(String[] args) {
            boolean fills = args[1].equals("fill");
            long began = System.nanoTime();
            try (OnDiskReplyCache million = new OnDiskReplyCache(
                    Path.of(args[0]),
                    MANY,
                    4L << 30,
                    Duration.ofHours(24),
                    RecordSeal.unencrypted("the test"),
                    new Random(1)::nextDouble)) {
                long opened = System.nanoTime();
                String text = "x".repeat(200);
                int right = 0;
                for (int i = 0; i < (fills ? MANY : 1_000); i++) {
                    if (fills) {
                        million.store(key("q" + i), reply(text), NOON);
                    } else {
                        right += million.find(key("q" + i * 997), NOON).isPresent() ? 1 : 0;
                    }
                }
                System.out.println((opened - began) / 1_000_000 + " ms to open, " + million.size() + " there, " + right
                        + " of 1000 found");
            }
        }
    }

    /** Run with -Dtideover.million=true: it takes a minute. */
    @Test
    @EnabledIfSystemProperty(named = "tideover.million", matches = "true")
    void aMillionEntriesOpenInASecondWith64MegabytesOfHeap() throws Exception {
        String path = System.getProperty("java.class.path");
        List<String> small = List.of("-Xmx64m");
        System.out.println(ChildJvm.start(small, path, Million.class, directory.toString(), "fill")
                .lines());
        List<String> again = ChildJvm.start(small, path, Million.class, directory.toString(), "read")
                .lines();
        System.out.println(again + ", a file of " + Files.size(directory.resolve("replies.store")) + " bytes");
        assertThat(again.get(0)).matches("[0-9]{1,3} ms to open, " + MANY + " there, 1000 of 1000 found");
    }
}
