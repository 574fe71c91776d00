package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class JoinedTextTest {
    static List<List<String>> pieces() {
        return List.of(
                List.of(),
                List.of(""),
                List.of("one"),
                List.of("", "one", ""),
                List.of("one", " two"),
                List.of("one", "", " two", " three"));
    }

    @ParameterizedTest
    @MethodSource("pieces")
    void isAllPiecesInTheirOrder(List<String> pieces) {
        JoinedText text = new JoinedText();
        pieces.forEach(text::add);
        assertThat(text).hasToString(String.join("", pieces));
    }

    @ParameterizedTest
    @MethodSource("pieces")
    void goesOnAfterItWasRead(List<String> pieces) {
        JoinedText text = new JoinedText();
        for (String piece : pieces) {
            text.add(piece);
            assertThat(text.toString()).endsWith(piece);
        }
        assertThat(text).hasToString(String.join("", pieces));
    }
}
