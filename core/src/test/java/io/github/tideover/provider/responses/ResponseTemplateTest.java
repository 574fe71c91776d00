package io.github.tideover.provider.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.ScriptedSource;
import io.github.tideover.wire.WithAndWithoutTemplate;
import java.util.List;
import java.util.Random;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;

class ResponseTemplateTest {
    private static final ResponseEventReader.Asked ASKED =
            new ResponseEventReader.Asked("m", List.of(), 1 << 20, null, ResponseEventReader.History.NONE);

    private final WithAndWithoutTemplate<ResponseEventReader> readers = new WithAndWithoutTemplate<>(
            ResponseEventReader.FIELDS,
            (events, template) -> new ResponseEventReader(events, Headers.EMPTY, ASKED, null, template),
            reader -> String.valueOf(reader.sequenceNumber()));

    @Test
    void aPieceOfTextNeedsNoParserAndAnotherTypeDoes() {
        String first = chunk("4", "Hi", "pad");
        assertThat(readers.matched(first, chunk("15", " there", ""))).isEqualTo(" there");
        assertThat(readers.matched(first, chunk("015", " there", ""))).isNull();
        assertThat(readers.matched(first, chunk("1.5", " there", ""))).isNull();
        assertThat(readers.matched(first, chunk("9999999999999999999", " there", "")))
                .isNull();
        assertThat(readers.matched(first, first.replace("output_text", "refusal")))
                .isNull();
    }

    @Test
    void theTemplateChangesNothingOfWhatIsRead() throws Exception {
        readers.play(1_500, ResponseTemplateTest::any);
        readers.playStreams(300);
    }

    @Test
    void theTemplateSkipsWhatTheRestOfAStreamRepeats() throws Exception {
        String before = "data: " + chunk("500", "Before", "") + "\n\n";
        new WithAndWithoutTemplate<>(
                        ResponseEventReader.FIELDS,
                        (events, template) -> {
                            ResponseEventReader broken = ResponseEventReaderTest.reader(ScriptedSource.of(before));
                            assertThatThrownBy(() -> {
                                        while (broken.next()) {}
                                    })
                                    .isInstanceOf(CutReplyException.class);
                            return new ResponseEventReader(events, Headers.EMPTY, ASKED, broken, template);
                        },
                        reader -> String.valueOf(reader.sequenceNumber()))
                .play(1_000, ResponseTemplateTest::any);
    }

    private static String any(Random dice) {
        String text = new String[] {"a", " the", "é€😀", "\\n", "\\ud83d\\ude0a", "", "\\ud83d"}[dice.nextInt(7)];
        String number = dice.nextInt(20) == 0
                ? new String[] {"null", "-1", "01", "1.0", "\"5\"", "99999999999999999999"}[dice.nextInt(6)]
                : String.valueOf(dice.nextInt(1_000));
        String chunk = chunk(number, text, "x".repeat(dice.nextInt(9)));
        return dice.nextInt(20) == 0 ? chunk.replace("output_text", "refusal") : chunk;
    }

    private static String chunk(String number, String text, String padding) {
        return "{\"type\":\"response.output_text.delta\",\"item_id\":\"i" + padding + "\",\"delta\":\"" + text
                + "\",\"logprobs\":[],\"obfuscation\":\"" + padding + "\",\"output_index\":0,\"sequence_number\":"
                + number
                + "}";
    }
}
