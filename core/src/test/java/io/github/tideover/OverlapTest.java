package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverlapTest {
    private static final String BEGINNING = "Your order left our house on ";

    /** What stands on the screen after the continuation came in pieces of that size. */
    private static String joined(String beginning, String continuation, int pieceSize) {
        Overlap overlap = new Overlap(beginning);
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < continuation.length(); i += pieceSize) {
            shown.append(overlap.add(continuation.substring(i, Math.min(continuation.length(), i + pieceSize))));
            assertThat(overlap.rest()).isEqualTo(shown.toString());
        }
        shown.append(overlap.end());
        assertThat(overlap.rest()).isEqualTo(shown.toString());
        return beginning + shown;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                // beginning|continuation|joined
                "Your order left our house on |Monday.|Your order left our house on Monday.",
                "Your order left our house on |our house on Monday.|Your order left our house on Monday.",
                "Your order left our house on |Your order left our house on Monday.|Your order left our house on Monday.",
                "Your order left our house on |Your order left our house on |Your order left our house on ",
                "Your order left our house on |r house on |Your order left our house on r house on ",
                "Your order left our house on |ur house on |Your order left our house on ",
                "Your order left our house on |''|Your order left our house on ",
                // The same beginning, then something else: nothing is lost, and nothing is called a repetition.
                "Your order left our house on |Your order left yesterday.|Your order left our house on Your order left yesterday.",
                // Less than a dozen characters may be the same by chance.
                "ha ha |ha ha!|ha ha ha ha!",
                "''|Hello|Hello",
            })
    void whatIsRepeatedOfTheBeginningIsLeftOut(String beginning, String continuation, String joined) {
        for (int size = 1; size <= Math.max(1, continuation.length()); size++) {
            assertThat(joined(beginning, continuation, size)).isEqualTo(joined);
        }
    }

    @Test
    void anEmojiIsNotCutInTwo() {
        String beginning = "Thank you for your order \uD83C\uDF5E\uD83C\uDF70";
        assertThat(joined(beginning, "your order \uD83C\uDF5E\uD83C\uDF70 and goodbye \uD83D\uDC4B", 1))
                .isEqualTo(beginning + " and goodbye \uD83D\uDC4B");
        assertThat(joined(beginning, "\uD83C\uDF70 and goodbye", 2)).isEqualTo(beginning + "\uD83C\uDF70 and goodbye");
    }

    @Test
    void whatIsNewIsShownAsSoonAsItCannotBeARepetition() {
        Overlap overlap = new Overlap(BEGINNING);
        assertThat(overlap.add("our ")).isEmpty();
        assertThat(overlap.add("friend")).isEqualTo("our friend");
        assertThat(overlap.add("our house on ")).as("once joined, all is new").isEqualTo("our house on ");
        assertThat(overlap.end()).isEmpty();
    }

    @Test
    void theLongestRepetitionCounts() {
        String twice = "again and again and again and ";
        assertThat(joined(twice, twice + "again.", 3)).isEqualTo(twice + "again.");
    }

    @Test
    void anyReplyCutAnywhereIsWholeAgainWhateverItRepeats() {
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            String whole = text(random, 30 + random.nextInt(300));
            int cut = 1 + random.nextInt(whole.length());
            int repeated = switch (random.nextInt(3)) {
                case 0 -> 0;
                case 1 -> cut;
                default -> Math.min(cut, Overlap.SHORTEST + random.nextInt(60));
            };
            if (repeated < Overlap.SHORTEST) {
                repeated = 0;
            }
            assertThat(joined(whole.substring(0, cut), whole.substring(cut - repeated), 1 + random.nextInt(9)))
                    .as("seed %s, cut at %s, %s repeated", seed, cut, repeated)
                    .isEqualTo(whole);
        }
    }

    /** Words from a large enough alphabet that a dozen characters are not the same by chance. */
    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            int sign = random.nextInt(40);
            if (sign < 26) {
                text.append((char) ('a' + sign));
            } else if (sign < 38) {
                text.append(' ');
            } else {
                text.appendCodePoint(0x1F300 + random.nextInt(100));
            }
        }
        return text.toString();
    }
}
