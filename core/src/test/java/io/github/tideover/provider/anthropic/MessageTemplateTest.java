package io.github.tideover.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.wire.WithAndWithoutTemplate;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageTemplateTest {
    private final WithAndWithoutTemplate<MessageEventReader> readers = new WithAndWithoutTemplate<>(
            MessageEventReader.FIELDS,
            (events, template) ->
                    new MessageEventReader(events, MessageEventReaderTest.STREAM, "m", List.of(), 1 << 20, template),
            reader -> "");

    @Test
    void aPieceOfTextNeedsNoParserAndAnotherBlockDoes() {
        String first = chunk("0", "Hi", "");
        assertThat(readers.matched(first, chunk("0", " there\\n", "   "))).isEqualTo(" there\n");
        assertThat(readers.matched(first, chunk("1", "Hi", ""))).isNull();
        assertThat(readers.matched(first, first.replace("content_block_delta", "content_block_dalta")))
                .isNull();
    }

    @Test
    void theTemplateChangesNothingOfWhatIsRead() throws Exception {
        readers.play(1_500, MessageTemplateTest::any);
        readers.playStreams(300);
    }

    private static String any(Random dice) {
        String text = new String[] {"a", " the", "é€😀", "\\n", "\\ud83d\\ude0a", "", "\\ud83d"}[dice.nextInt(7)];
        String index = dice.nextInt(20) == 0 ? "1" : "0";
        return dice.nextInt(30) == 0 ? "{\"type\":\"message_stop\"}" : chunk(index, text, " ".repeat(dice.nextInt(4)));
    }

    private static String chunk(String index, String text, String space) {
        return "{\"type\":\"content_block_delta\",\"index\":" + index
                + ",\"delta\":{\"type\":\"text_delta\",\"text\":\"" + text + "\"}" + space + "}";
    }
}
