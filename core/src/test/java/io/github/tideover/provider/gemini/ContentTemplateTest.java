package io.github.tideover.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.wire.WithAndWithoutTemplate;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ContentTemplateTest {
    private final WithAndWithoutTemplate<ContentReader> readers = new WithAndWithoutTemplate<>(
            ContentReader.FIELDS,
            (events, template) ->
                    new ContentReader(events, ContentReaderTest.STREAM, "m", List.of(), 1 << 20, template),
            reader -> "");

    @Test
    void aPieceOfTextWithItsCountsNeedsNoParserAndAnythingElseDoes() {
        String first = chunk("Hi", "1", "");
        assertThat(readers.matched(first, chunk(" there", "23", ""))).isEqualTo(" there");
        assertThat(readers.matched(first, chunk("Hi", "1", ",\"finishReason\":\"STOP\"")))
                .isNull();
        assertThat(readers.matched(first, chunk("Hi", "null", ""))).isNull();
        String twice =
                first.replace("\"usageMetadata\"", "\"usageMetadata\":{\"totalTokenCount\":1},\"usageMetadata\"");
        assertThat(readers.matched(twice, twice)).isNull();
        String thought = first.replace("{\"text\"", "{\"thought\":true,\"text\"");
        assertThat(readers.matched(thought, thought)).isNull();
        String picture = first.replace("{\"text\"", "{\"inlineData\":{\"data\":\"A\"}},{\"text\"");
        assertThat(readers.matched(picture, picture)).isNull();
    }

    @Test
    void theTemplateChangesNothingOfWhatIsRead() throws Exception {
        readers.play(1_500, ContentTemplateTest::any);
        readers.playStreams(300);
    }

    private static String any(Random dice) {
        String text = new String[] {"a", " the", "é€😀", "\\n", "\\ud83d\\ude0a", "", "\\ud83d"}[dice.nextInt(7)];
        String count = dice.nextInt(20) == 0
                ? new String[] {"null", "-1", "01", "1.0", "\"5\"", "99999999999999999999"}[dice.nextInt(6)]
                : String.valueOf(dice.nextInt(3) * dice.nextInt(1_000));
        String more = dice.nextInt(40) == 0 ? ",\"finishReason\":\"STOP\"" : "";
        more += dice.nextInt(20) == 0 ? ",\"groundingMetadata\":{" + (dice.nextBoolean() ? "\"a\":1" : "") + "}" : "";
        return chunk(text, count, more);
    }

    private static String chunk(String text, String count, String more) {
        return "{\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"" + text + "\"}],\"role\": \"model\"}" + more
                + "}],\"usageMetadata\": {\"promptTokenCount\": 15,\"candidatesTokenCount\": " + count
                + ",\"totalTokenCount\": " + count + "},\"modelVersion\": \"g\",\"responseId\": \"r\"}";
    }
}
