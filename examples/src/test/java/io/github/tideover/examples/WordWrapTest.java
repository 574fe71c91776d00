package io.github.tideover.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordWrapTest {
    private final WordWrap wrap = new WordWrap(20);

    @Test
    void linesBreakBetweenWordsHoweverThePiecesCome() {
        String whole = wrap.add("one two three four five six") + wrap.rest();
        WordWrap other = new WordWrap(20);
        StringBuilder pieces = new StringBuilder();
        for (String piece : "on|e t|wo three fo|ur five si|x".split("\\|")) {
            pieces.append(other.add(piece));
        }
        pieces.append(other.rest());
        assertThat(pieces).hasToString(whole);
        assertThat(whole).isEqualTo("one two three four\n       five six");
        assertThat(wrap.rows()).isEqualTo(2);
    }

    @Test
    void aWordThatIsWiderThanALineIsCut() {
        assertThat(wrap.add("abcdefghijklmnopqrstuvwxyz") + wrap.rest())
                .isEqualTo("abcdefghijklmnopqrst\n       uvwxyz");
    }

    @Test
    void aMarkIsBrokenOnlyIfItIsWiderThanALine() {
        assertThat(wrap.add("one two three ") + wrap.addWhole("  [a mark]", "<", ">"))
                .isEqualTo("one two three<\n       [a mark]>");
        wrap.begin(20);
        assertThat(wrap.add("one ") + wrap.addWhole("  [a mark with more]", "<", ">"))
                .isEqualTo("one<\n       [a mark with\n       more]>");
    }

    @Test
    void wideCharactersTakeTwoColumnsAndOthersOne() {
        assertThat(wrap.add("\u4f60\u597d\u4f60\u597d\u4f60\u597d\u4f60\u597d\u4f60\u597d\u4f60") + wrap.rest())
                .isEqualTo("\u4f60\u597d\u4f60\u597d\u4f60\u597d\u4f60\u597d\u4f60\u597d\n       \u4f60");
        wrap.begin(20);
        assertThat(wrap.add("\u201cquoted\u201d \u2022 e\u0301t\u00e9 words") + wrap.rest())
                .isEqualTo("\u201cquoted\u201d \u2022 e\u0301t\u00e9 words");
    }

    @Test
    void aLineThatEndsInTheTextEndsOnTheScreen() {
        assertThat(wrap.add("a\nb") + wrap.rest()).isEqualTo("a\n       b");
        wrap.begin(20);
        assertThat(wrap.rows()).isEqualTo(1);
    }
}
