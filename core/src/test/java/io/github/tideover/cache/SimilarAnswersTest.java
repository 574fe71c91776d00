package io.github.tideover.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Tool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which earlier question is found, and which must not be. */
class SimilarAnswersTest {
    private static final String ASKED = "https://a/ m";

    private final SimilarAnswers similar = SimilarAnswers.by(Embedder.lexical());

    private static RequestFingerprint key(ChatRequest request) {
        return RequestFingerprint.of(ASKED, request);
    }

    private void remember(ChatRequest request) {
        similar.remember(request, key(request));
    }

    private List<SimilarQuestion> nearest(ChatRequest request) {
        return similar.nearest(request, key(request), () -> null);
    }

    private static ChatRequest.Builder reset() {
        return ChatRequest.builder().user("How do I reset my password?");
    }

    private static ChatRequest resetAgain(ChatRequest.Builder builder) {
        ChatRequest first = builder.build();
        List<Message> messages = new ArrayList<>(first.messages());
        messages.set(messages.size() - 1, Message.user("How can I reset my password?"));
        return first.withMessages(messages);
    }

    @Test
    void theMostSimilarQuestionComesFirst() {
        remember(ChatRequest.of("How do I reset my passwords"));
        remember(ChatRequest.of("How can I reset my password?"));
        remember(ChatRequest.of("Where is my order?"));
        List<SimilarQuestion> found = nearest(reset().build());
        assertThat(found)
                .extracting(SimilarQuestion::text)
                .containsExactly("How do I reset my passwords", "How can I reset my password?");
        assertThat(found.get(0).score()).isGreaterThan(found.get(1).score()).isLessThanOrEqualTo(1);
        assertThat(found.get(1).key()).isEqualTo(key(ChatRequest.of("How can I reset my password?")));
    }

    @Test
    void aQuestionIsNotSimilarToItself() {
        remember(reset().build());
        assertThat(nearest(reset().build())).isEmpty();
    }

    @Test
    void whatTellsQuestionsApartOutweighsAnyEmbedder() {
        SimilarAnswers trusting = SimilarAnswers.by(new AllAlike());
        ChatRequest seventeen = ChatRequest.of("Cancel order 17");
        trusting.remember(seventeen, key(seventeen));
        ChatRequest eighteen = ChatRequest.of("Cancel order 18");
        assertThat(trusting.nearest(eighteen, key(eighteen), () -> null)).isEmpty();
        ChatRequest politely = ChatRequest.of("please cancel my order 17");
        assertThat(trusting.nearest(politely, key(politely), () -> null)).hasSize(1);
        assertThat(trusting.likeness("Cancel order 17", "Cancel order 18")).isZero();
    }

    static Stream<ChatRequest.Builder> otherSurroundings() {
        return Stream.of(
                reset().tenant("other"),
                ChatRequest.builder().system("Answer as a pirate.").user("How do I reset my password?"),
                reset().temperature(1),
                reset().maxOutputTokens(10),
                reset().extra("a", 1),
                ChatRequest.builder()
                        .user("Hi")
                        .message(Message.assistant("Hello"))
                        .user("How do I reset my password?"));
    }

    @ParameterizedTest
    @MethodSource("otherSurroundings")
    void questionsAreComparedOnlyWhereAllElseIsTheSame(ChatRequest.Builder other) {
        remember(reset().build());
        assertThat(nearest(resetAgain(other))).isEmpty();
        remember(other.build());
        assertThat(nearest(resetAgain(other))).hasSize(1);
    }

    static Stream<ChatRequest.Builder> incomparable() {
        return Stream.of(
                reset().tools(Tool.function("f", "Does it.", Map.of("type", "object"))),
                reset().responseFormat(ResponseFormat.json()),
                ChatRequest.builder()
                        .message(Message.user(Part.image("image/png", new byte[] {1})))
                        .user("How do I reset my password?"),
                ChatRequest.builder()
                        .message(Message.user(Part.text("Reset?"), Part.image("image/png", new byte[] {1}))),
                ChatRequest.builder().user("   "),
                ChatRequest.builder().user("reset ".repeat(200)),
                ChatRequest.builder().user("Reset").message(Message.assistant("How do I reset my password?")));
    }

    @ParameterizedTest
    @MethodSource("incomparable")
    void whatCannotBeComparedIsNeitherKeptNorFound(ChatRequest.Builder request) {
        remember(request.build());
        assertThat(similar.size()).isZero();
        assertThat(nearest(request.build())).isEmpty();
    }

    @Test
    void theOldestQuestionsMakePlace() {
        SimilarAnswers small =
                SimilarAnswers.builder(Embedder.lexical()).maxQuestions(3).build();
        List<ChatRequest> requests = IntStream.range(0, 5)
                .mapToObj(i -> ChatRequest.of("Where is order " + i + "?"))
                .toList();
        requests.forEach(request -> small.remember(request, key(request)));
        small.remember(requests.get(4), key(requests.get(4))); // again: still one
        assertThat(small.size()).isEqualTo(3);
        for (int i = 0; i < 5; i++) {
            ChatRequest like = ChatRequest.of("Where's my order " + i);
            assertThat(small.nearest(like, key(like), () -> null)).hasSize(i < 2 ? 0 : 1);
        }
    }

    @Test
    void oneTenantCannotCrowdTheComparison() {
        SimilarAnswers large =
                SimilarAnswers.builder(Embedder.lexical()).maxQuestions(100_000).build();
        for (int i = 0; i < 4_100; i++) {
            ChatRequest request = ChatRequest.of("Where is order " + i + "?");
            large.remember(request, key(request));
        }
        assertThat(large.size()).isEqualTo(4_000);
    }

    @Test
    void aTenantIsForgotten() {
        remember(reset().tenant("a").build());
        remember(reset().tenant("b").build());
        remember(reset().build());
        similar.forget("a");
        assertThat(similar.size()).isEqualTo(2);
        assertThat(nearest(resetAgain(reset().tenant("a")))).isEmpty();
        assertThat(nearest(resetAgain(reset().tenant("b")))).hasSize(1);
        similar.drop(key(reset().tenant("b").build()));
        similar.drop(key(reset().tenant("b").build()));
        assertThat(similar.size()).isEqualTo(1);
    }

    @Test
    void manyThreadsRememberAndFind() throws Exception {
        SimilarAnswers small =
                SimilarAnswers.builder(Embedder.lexical()).maxQuestions(50).build();
        CyclicBarrier start = new CyclicBarrier(4);
        List<Thread> threads = IntStream.range(0, 4)
                .mapToObj(n -> new Thread(() -> {
                    try {
                        start.await();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                    for (int i = 0; i < 500; i++) {
                        ChatRequest request = ChatRequest.builder()
                                .tenant("t" + i % 3)
                                .user("Where is order " + (i + n) + "?")
                                .build();
                        small.remember(request, key(request));
                        small.nearest(request, key(request), () -> null);
                        small.forget("t2");
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(small.size()).isBetween(1, 50);
        assertThat(small.standingAlone()).hasSize(small.size());
        small.forget("t0");
        small.forget("t1");
        assertThat(small.size()).isZero();
    }

    @Test
    void anEmbedderThatDoesNotKeepItsWordIsFoundOut() {
        SimilarAnswers lied = SimilarAnswers.by(new Embedder() {
            @Override
            public String name() {
                return "liar";
            }

            @Override
            public int dimension() {
                return 2;
            }

            @Override
            public double threshold() {
                return 0.5;
            }

            @Override
            public float[] embed(String text) {
                return new float[] {9, 9};
            }
        });
        assertThatThrownBy(() -> lied.remember(reset().build(), key(reset().build())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("embedder liar gave 2 numbers with squares of 162.0 in all")
                .hasMessageNotContaining("password");
    }

    @Test
    void optionsThatMakeNoSenseAreRefusedAtOnce() {
        assertThatThrownBy(() -> SimilarAnswers.builder(Embedder.lexical()).threshold(1.2))
                .hasMessage("threshold must be more than 0 and at most 1, not 1.2");
        assertThatThrownBy(() -> SimilarAnswers.builder(Embedder.lexical()).threshold(Double.NaN))
                .hasMessage("threshold must be more than 0 and at most 1, not NaN");
        assertThatThrownBy(() -> SimilarAnswers.builder(Embedder.lexical()).maxQuestions(0))
                .hasMessage("maxQuestions must be at least 1, not 0");
    }

    /** What a file would hold, in memory: what {@code remember} gives, by context. */
    private static final class Shelf implements SimilarAnswers.KeptQuestions {
        private final List<byte[]> records = new ArrayList<>();
        private long changes;
        private int asked;

        void put(byte @Nullable [] record) {
            records.add(requireNonNull(record));
            changes++;
        }

        @Override
        public List<byte[]> read() {
            asked++;
            return List.copyOf(records);
        }

        @Override
        public long asOf() {
            return changes;
        }
    }

    @Test
    void questionsOfAnEarlierProcessAreTakenInOnceAndCountAsOlder() {
        Shelf shelf = new Shelf();
        SimilarAnswers earlier =
                SimilarAnswers.builder(Embedder.lexical()).onDisk().build();
        List<ChatRequest> requests = IntStream.range(0, 4)
                .mapToObj(i -> ChatRequest.of("How do I reset the password of account " + "abcd".charAt(i) + i + "?"))
                .toList();
        requests.forEach(request -> shelf.put(earlier.remember(request, key(request))));

        SimilarAnswers later = SimilarAnswers.builder(Embedder.lexical())
                .onDisk()
                .maxQuestions(4)
                .build();
        ChatRequest own = ChatRequest.of("Where is my order?");
        later.remember(own, key(own));
        ChatRequest like = ChatRequest.of("how do i reset the password of account d3");
        assertThat(later.nearest(like, key(like), () -> null))
                .as("not readable yet")
                .isEmpty();
        SimilarQuestion found = later.nearest(like, key(like), shelf).get(0);
        assertThat(found.text()).isEqualTo("How do I reset the password of account d3?");
        assertThat(found.key()).isEqualTo(key(requests.get(3)));
        assertThat(later.size()).as("the oldest of five is gone").isEqualTo(4);
        ChatRequest ownAgain = ChatRequest.of("where's my order");
        assertThat(later.nearest(ownAgain, key(ownAgain), shelf)).hasSize(1);
        assertThat(shelf.asked).isEqualTo(1);
    }

    @Test
    void thatNothingIsKeptIsRememberedUntilSomethingMayBe() {
        SimilarAnswers similar =
                SimilarAnswers.builder(Embedder.lexical()).onDisk().build();
        ChatRequest request = reset().build();
        ChatRequest again = resetAgain(reset());
        Shelf shelf = new Shelf();
        SimilarAnswers others = SimilarAnswers.builder(new AllAlike()).onDisk().build();
        shelf.put(others.remember(request, key(request))); // nothing to a client with another embedder
        for (int i = 0; i < 5; i++) {
            assertThat(similar.nearest(again, key(again), shelf)).isEmpty();
        }
        assertThat(shelf.asked).isEqualTo(1);
        for (int i = 0; i < 5; i++) {
            assertThat(similar.nearest(again, key(again), () -> null))
                    .as("not readable")
                    .isEmpty();
        }
        SimilarAnswers neighbour = // of another client with the same cache
                SimilarAnswers.builder(Embedder.lexical()).onDisk().build();
        shelf.put(neighbour.remember(request, key(request)));
        for (int i = 0; i < 5; i++) {
            assertThat(similar.nearest(again, key(again), shelf)).hasSize(1);
        }
        assertThat(shelf.asked).isEqualTo(2);
    }

    /** It is not remembered: the next call may find it readable. */
    @Test
    void whatCannotBeReadNowIsAskedForAgain() {
        SimilarAnswers similar =
                SimilarAnswers.builder(Embedder.lexical()).onDisk().build();
        ChatRequest again = resetAgain(reset());
        int[] asked = {0};
        for (int i = 0; i < 3; i++) {
            similar.nearest(again, key(again), () -> {
                asked[0]++;
                return null;
            });
        }
        assertThat(asked[0]).isEqualTo(3);
    }

    /** In a conversation each turn is a context of its own, and a service has millions. */
    @Test
    void contextsOfWhichNothingIsKeptAreForgottenTheOldestFirst() {
        SimilarAnswers similar =
                SimilarAnswers.builder(Embedder.lexical()).onDisk().build();
        Shelf shelf = new Shelf();
        for (int i = 0; i <= 1_000; i++) {
            ChatRequest request =
                    ChatRequest.builder().system("prompt " + i).user("q").build();
            similar.nearest(request, key(request), shelf);
        }
        int asked = shelf.asked;
        ChatRequest newest =
                ChatRequest.builder().system("prompt 1000").user("q").build();
        similar.nearest(newest, key(newest), shelf);
        assertThat(shelf.asked).isEqualTo(asked);
        ChatRequest oldest = ChatRequest.builder().system("prompt 0").user("q").build();
        similar.nearest(oldest, key(oldest), shelf);
        assertThat(shelf.asked).isEqualTo(asked + 1);
    }

    @Test
    void whatAnotherEmbedderHasPlacedOrIsNoQuestionIsPassedOver() {
        SimilarAnswers others = SimilarAnswers.builder(new AllAlike()).onDisk().build();
        ChatRequest request = reset().build();
        Shelf shelf = new Shelf();
        byte[] foreign = requireNonNull(others.remember(request, key(request)));
        shelf.put(foreign);
        shelf.put(new byte[0]);
        shelf.put(new byte[] {1, 2, 3});
        SimilarAnswers lexical =
                SimilarAnswers.builder(Embedder.lexical()).onDisk().build();
        byte[] own = requireNonNull(lexical.remember(request, key(request)));
        shelf.put(Arrays.copyOf(own, own.length - 1));
        lexical.drop(key(request));
        ChatRequest again = resetAgain(reset());
        assertThat(lexical.nearest(again, key(again), shelf)).isEmpty();
        assertThat(others.nearest(again, key(again), () -> List.of(foreign))).hasSize(1);
    }

    @Test
    void questionsThatAreNotOnDiskGiveNothingToKeep() {
        assertThat(similar.remember(reset().build(), key(reset().build()))).isNull();
        ChatRequest again = resetAgain(reset());
        Shelf shelf = new Shelf();
        similar.nearest(again, key(again), shelf);
        assertThat(shelf.asked).isZero();
    }

    @Test
    void noQuestionIsInAText() {
        remember(reset().build());
        ChatRequest again = resetAgain(reset());
        assertThat(similar.toString()).isEqualTo("SimilarAnswers{lexical-1 from 0.85, 1 questions}");
        assertThat(nearest(again).toString() + similar.standingAlone()).doesNotContain("password");
    }

    /** Finds every question like every other. */
    private static final class AllAlike implements Embedder {
        @Override
        public String name() {
            return "all-alike";
        }

        @Override
        public int dimension() {
            return 1;
        }

        @Override
        public double threshold() {
            return 0.99;
        }

        @Override
        public float[] embed(String text) {
            return new float[] {1};
        }
    }
}
