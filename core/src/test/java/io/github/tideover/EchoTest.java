package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EchoTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            nullValues = "-",
            value = {
                // shown|piece|new, or - for something else
                "Half of|Half |''",
                "Half of|Half of|''",
                "Half of|Half of it| it",
                "Half of|Hall|-",
                "Half of|Half or|-",
                "Half of|half of|-",
                "Half of|''|''",
                "''|Hello|Hello",
            })
    void aPieceIsKnownOrNewOrSomethingElse(String shown, String piece, String fresh) {
        assertThat(new Echo(shown).add(piece)).isEqualTo(fresh);
    }

    @Test
    void itIsOverOnceAllWasSaidAgain() {
        Echo echo = new Echo("Half");
        assertThat(echo.isOver()).isFalse();
        echo.add("Hal");
        assertThat(echo.isOver()).isFalse();
        echo.add("f of");
        assertThat(echo.isOver()).isTrue();
        assertThat(echo.add("Half")).as("from then on all is new").isEqualTo("Half");
        assertThat(new Echo("").isOver()).isTrue();
    }

    @Test
    void noCharacterIsShownTwiceAndNoneIsLost() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            while (text.length() < 1 + seed % 80) {
                text.appendCodePoint(random.nextBoolean() ? 'a' + random.nextInt(3) : 0x1F300 + random.nextInt(3));
            }
            String whole = text.toString();
            String shown = whole.substring(0, random.nextInt(whole.length() + 1));
            Echo echo = new Echo(shown);
            StringBuilder screen = new StringBuilder(shown);
            for (int from = 0; from < whole.length(); ) {
                int to = Math.min(whole.length(), from + 1 + random.nextInt(7));
                screen.append(echo.add(whole.substring(from, to)));
                from = to;
            }
            assertThat(screen).as("seed %s", seed).hasToString(whole);
            assertThat(echo.isOver()).isTrue();
        }
    }

    @Test
    void aSingleOtherCharacterIsSomethingElseWhereverItIs() {
        String shown = "Your order \uD83C\uDF5E left on Monday";
        for (int at = 0; at < shown.length(); at++) {
            Echo echo = new Echo(shown);
            String other = shown.substring(0, at) + '#' + shown.substring(at + 1);
            assertThat(echo.add(other.substring(0, at))).isEmpty();
            assertThat(echo.add(other.substring(at))).isNull();
        }
    }
}
