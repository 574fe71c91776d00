package io.github.tideover.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordWrapTest {
    private final WordWrap wrap = new WordWrap(20);

    @Test
    void linesBreakBetweenWordsHoweverThePiecesCome() {
        String whole = wrap.breakLine("") + wrap.add("one two three four five six") + wrap.rest();
        WordWrap other = new WordWrap(20);
        StringBuilder pieces = new StringBuilder(other.breakLine(""));
        for (String piece : "on|e t|wo three fo|ur five si|x".split("\\|")) {
            pieces.append(other.add(piece));
        }
        pieces.append(other.rest());
        assertThat(pieces).hasToString(whole);
        assertThat(whole).isEqualTo("\r\none two three four\r\n       five six");
    }

    @Test
    void aWordThatIsWiderThanALineIsCut() {
        assertThat(wrap.breakLine("") + wrap.add("abcdefghijklmnopqrstuvwxyz") + wrap.rest())
                .isEqualTo("\r\nabcdefghijklmnopqrst\r\n       uvwxyz");
    }

    @Test
    void wideCharactersTakeTwoColumns() {
        wrap.breakLine("");
        wrap.add("\u4f60\u597d ");
        assertThat(wrap.column()).isEqualTo(5);
    }

    @Test
    void aLineThatEndsInTheTextEndsOnTheScreen() {
        assertThat(wrap.breakLine("") + wrap.add("a\nb") + wrap.rest()).isEqualTo("\r\na\r\n       b");
    }
}
