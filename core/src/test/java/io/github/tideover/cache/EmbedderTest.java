package io.github.tideover.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the bundled embedder places questions. */
class EmbedderTest {
    private final Embedder embedder = Embedder.lexical();

    private double likeness(String one, String other) {
        float[] a = embedder.embed(one);
        float[] b = embedder.embed(other);
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "How do I reset my password?",
                "x",
                "",
                "   ",
                "???",
                "🙂",
                "\ud800",
                "注文をキャンセルする方法は？",
                "Wie kündige ich mein Abonnement?",
                "it is what it is"
            })
    void everyTextIsPlacedAtADistanceOfOne(String text) {
        float[] vector = embedder.embed(text);
        double squares = 0;
        for (float each : vector) {
            squares += each * each;
        }
        assertThat(vector).hasSize(embedder.dimension());
        assertThat(squares).isCloseTo(1, within(1e-5));
        assertThat(embedder.embed(text)).as("and always at the same").isEqualTo(vector);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "How do I reset my password?     | how can i reset my password",
                "How do I reset my password?     | Please help me to reset my passwords!",
                "What is the minimum age?        | What's the minimum age",
                "Where is my order?              | WHERE IS MY ORDER",
                "注文をキャンセルする方法は？     | 注文をキャンセルする方法は",
            })
    void questionsInNearlyTheSameWordsAreClose(String one, String other) {
        assertThat(likeness(one, other)).isGreaterThan(embedder.threshold());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "How do I reset my password?  | How do I reset my phone?",
                "How do I reset my password?  | Where is my order?",
                "Cancel order 17              | Cancel order 18",
                "Can I pay with a card?       | Can I pay with a cheque?",
                "Is the shop open on Sunday?  | Is the shop open on Monday?",
                "Do you ship to France?       | Do you ship to Spain?",
                "Does the lamp have a warranty? | Does the desk have a warranty?",
            })
    void otherQuestionsAreNot(String one, String other) {
        assertThat(likeness(one, other)).isLessThan(embedder.threshold());
    }

    @Test
    void aFewMistypedLettersMoveAQuestionLittle() {
        assertThat(likeness("How do I cancel my subscription?", "How do I cancel my subscripton?"))
                .isGreaterThan(likeness("How do I cancel my subscription?", "How do I cancel my order?"));
    }

    @Test
    void itSaysWhatItIs() {
        assertThat(embedder.name()).isEqualTo("lexical-1");
        assertThat(List.of(embedder.threshold())).allMatch(threshold -> threshold > 0 && threshold <= 1);
        assertThat(Embedder.lexical()).isSameAs(embedder);
    }
}
