package io.github.tideover.embeddings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tideover.cache.Embedder;
import io.github.tideover.cache.SimilarAnswers;
import io.github.tideover.embeddings.HitQuality.Hits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The model that comes in a jar, and how good the answers are that it and the lexical embedder find. */
class MiniLmEmbedderTest {
    private static final MiniLmEmbedder MODEL = MiniLmEmbedder.load();

    @ParameterizedTest
    @ValueSource(strings = {"How do I reset my password?", "x", "", "  ", "???", "🙂", "\ud800", "注文をキャンセルする方法は？"})
    void everyTextIsPlacedAtADistanceOfOne(String text) {
        float[] place = MODEL.embed(text);
        double squares = 0;
        for (float each : place) {
            squares += each * each;
        }
        assertThat(place).hasSize(MODEL.dimension());
        assertThat(squares).isCloseTo(1, within(1e-5));
    }

    @Test
    void aLongTextIsPlacedToo() {
        assertThat(MODEL.embed("How do I reset my password? ".repeat(200))).hasSize(384);
    }

    @Test
    void questionsInWhollyOtherWordsAreAlike() {
        SimilarAnswers similar = SimilarAnswers.by(MODEL);
        String question = "My package has still not been delivered";
        String other = "Why hasn't my parcel arrived?";
        assertThat(similar.likeness(question, other)).isGreaterThan(0.6);
        assertThat(SimilarAnswers.by(Embedder.lexical()).likeness(question, other))
                .isLessThan(0.5);
        assertThat(similar.likeness("Cancel order 17", "Cancel order 18")).isZero();
        assertThat(similar.likeness("Where is my order?", "How do I bake bread?"))
                .isLessThan(0.3);
    }

    @Test
    void manyThreadsGetWhatOneGets() throws Exception {
        List<String> texts =
                List.of("Where is my order?", "How do I reset my password?", "Do you ship to France?", "Hi");
        List<float[]> alone = texts.stream().map(MODEL::embed).toList();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            CyclicBarrier start = new CyclicBarrier(4);
            List<Callable<List<float[]>>> tasks = new ArrayList<>();
            for (int n = 0; n < 4; n++) {
                int first = n;
                tasks.add(() -> {
                    start.await();
                    List<float[]> places = new ArrayList<>();
                    for (int i = 0; i < 40; i++) {
                        places.add(MODEL.embed(texts.get((first + i) % 4)));
                    }
                    return places;
                });
            }
            List<Future<List<float[]>>> done = threads.invokeAll(tasks);
            for (int n = 0; n < 4; n++) {
                for (int i = 0; i < 40; i++) {
                    assertThat(done.get(n).get().get(i)).containsExactly(alone.get((n + i) % 4), within(1e-4f));
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    static Stream<Embedder> embedders() {
        return Stream.of(Embedder.lexical(), MODEL);
    }

    /** What docs/similar-answers.md says, to be held whenever rules, thresholds or the model change. */
    @ParameterizedTest
    @MethodSource("embedders")
    void atTheDefaultThresholdNearlyAllAnswersAreRight(Embedder embedder) throws Exception {
        PublicQuestions questions = PublicQuestions.given().orElse(null);
        assumeTrue(questions != null, "-D" + PublicQuestions.PROPERTY + " names no copy of BANKING77's test.csv");
        double threshold = embedder.threshold();
        Hits choose = HitQuality.ofQuestions(embedder, questions.toChoose());
        Hits report = HitQuality.ofQuestions(embedder, questions.toReport());
        Hits pairs = HitQuality.ofPairs(embedder, SimilarAnswersReport.PAIRS);
        assertThat(threshold)
                .isGreaterThanOrEqualTo(SimilarAnswersReport.lowest(choose, pairs) + SimilarAnswersReport.MARGIN);
        assertThat(choose.precision(threshold)).isGreaterThanOrEqualTo(SimilarAnswersReport.WANTED);
        assertThat(report.precision(threshold)).isGreaterThanOrEqualTo(SimilarAnswersReport.WANTED);
        assertThat(report.served(threshold))
                .as("and not because there are none")
                .hasSizeGreaterThan(50);
    }

    @ParameterizedTest
    @MethodSource("embedders")
    void atTheDefaultThresholdNoQuestionThatOnlyLooksAlikePasses(Embedder embedder) throws Exception {
        Hits pairs = HitQuality.ofPairs(embedder, SimilarAnswersReport.PAIRS);
        assertThat(pairs.right(embedder.threshold()))
                .as("and not because none does")
                .isGreaterThan(20);
        assertThat(pairs.wrong(embedder.threshold()))
                .as("the same words the other way round, and the like")
                .isEmpty();
    }
}
