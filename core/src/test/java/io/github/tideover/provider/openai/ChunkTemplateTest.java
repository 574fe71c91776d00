package io.github.tideover.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.wire.ChunkTemplate;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.ScriptedSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkTemplateTest {
    private static final String LEARNED = "{\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},"
            + "\"finish_reason\":null}],\"usage\":null,\"obfuscation\":\"ab\"}";

    @Test
    void aChunkThatDiffersInContentAndPaddingBringsItsContent() {
        assertThat(match(LEARNED, LEARNED)).isEqualTo("Hi");
        assertThat(match(LEARNED, LEARNED.replace("Hi", " there").replace("ab", "xyzzy")))
                .isEqualTo(" there");
        assertThat(match(LEARNED, LEARNED.replace("Hi", "").replace("ab", ""))).isEmpty();
        assertThat(match(LEARNED, LEARNED.replace("Hi", "é€😀"))).isEqualTo("é€😀");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "c1,c2",
                "\"index\":0,\"index\":1",
                "null}],\"stop\"}]",
                "null}],null }]",
                "\"usage\":null,\"usage\":{}",
                "{\"id\", {\"id\"",
                "ab\"},ab\"",
                "obfuscation,obfuscatiom",
                "\"content\",\"refusal\"",
                "Hi,H\\x",
                "Hi,H\\u12g4",
                "Hi,H\\ud83d",
                "Hi,H\\ude0a",
                "Hi,\\ud83d\\ud83d",
                "Hi,\\ud83d\\",
                "Hi\",Hi\\\"",
                "Hi\"},Hi\"}}",
                "ab\",a\\u0062\"",
                "ab\",é\""
            })
    void anyOtherDifferenceGoesToTheParser(String from, String to) {
        assertThat(LEARNED).contains(from);
        assertThat(match(LEARNED, LEARNED.replace(from, to))).isNull();
    }

    @Test
    void whatIsNoStringGoesToTheParser() {
        assertThat(match(LEARNED, LEARNED.replace("Hi", "a\nb"))).isNull();
        assertThat(match(LEARNED, LEARNED.replace("Hi", "a\u0000b"))).isNull();
        assertThat(match(LEARNED, LEARNED.replace("ab", "a\tb"))).isNull();
        assertThat(match(LEARNED, LEARNED.replace("Hi", "\uFFFD"))).isNull();
        byte[] broken = LEARNED.replace("Hi", "~~").getBytes(UTF_8);
        int at = LEARNED.indexOf("Hi");
        broken[at] = (byte) 0xC3;
        assertThat(learned(LEARNED).match(broken, 0, broken.length)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a\\nb|`a\nb`",
                "\\\"\\\\\\/|\"\\/",
                "\\t|`\t`",
                "\\r\\b\\f|`\r\b\f`",
                "\\u0041\\u00e9\\u20AC|Aé€",
                "\\ud83d\\ude0a!|😊!",
                "é\\u00e9é|ééé",
                "\\u0000|`\u0000`"
            })
    void escapesAreUndone(String json, String text) {
        assertThat(match(LEARNED, LEARNED.replace("Hi", json))).isEqualTo(text);
        assertThat(match(LEARNED.replace("Hi", json), LEARNED)).isEqualTo("Hi");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"index\":1}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\",\"reasoning\":\"b\"}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\",\"refusal\":\"b\"}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\",\"tool_calls\":[{}]}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\",\"images\":[{\"url\":\"b\"}]}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\",\"newer\":\"b\"}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\",\"audio\":{\"transcript\":\"a\"}}}]}",
                "{\"choices\":[{\"delta\":{\"content\":[\"a\"]}}]}",
                "{\"choices\":[{\"delta\":{\"content\":null}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\",\"content\":\"b\"}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\",\"content\":null}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"delta\":{}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"delta\":null}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"choices\":[]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"}},{\"delta\":{\"content\":\"b\"}}]}",
                "{\"choices\":[{\"message\":{\"content\":\"a\"}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"total_tokens\":1}}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"usage\":{\"total_tokens\":1}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"error\":{}}",
                "{\"choices\":[{\"delta\":{\"con\\u0074ent\":\"a\"}}]}",
                "[{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}]"
            })
    void onlyAChunkThatIsNothingButTextIsLearned(String chunk) {
        assertThat(match(chunk, chunk)).isNull();
    }

    @Test
    void spacesAndTheOrderOfFieldsDoNotMatter() {
        String spaced =
                "{ \"p\" : \"x\\\"y\", \"choices\" : [ { \"delta\" : { \"content\" :\t\"a\" } , \"index\" : 0 } ] ,"
                        + " \"obfuscation\" : \"again\" }";
        String next = spaced.replace("\"a\"", "\"bc\"").replace("again", "-");
        assertThat(match(spaced, next)).isEqualTo("bc"); // p is as it was
        assertThat(match(spaced, next.replace("x\\\"y", "x\\\"z"))).isNull(); // another escape
        String plain = spaced.replace("\\\"", "");
        assertThat(match(spaced, plain.replace("\"a\"", "\"bc\"").replace("again", "-")))
                .isEqualTo("bc");
    }

    @Test
    void aContentThatLooksLikeAFieldIsContent() {
        String tricky = LEARNED.replace("Hi", "\\\"content\\\":\\\"x");
        assertThat(match(tricky, tricky)).isEqualTo("\"content\":\"x");
        String elsewhere =
                "{\"x\":{\"content\":\"no\"},\"choices\":[{\"y\":\"content\",\"delta\":{\"content\":\"a\"}}]}";
        assertThat(match(elsewhere, elsewhere.replace("\"a\"", "\"b\""))).isEqualTo("b");
        assertThat(match(elsewhere, elsewhere.replace("\"no\"", "\"yes\""))).isNull();
    }

    @Test
    void whiteSpaceBeforeTheLastBraceIsNothing() {
        assertThat(match(LEARNED, LEARNED.replace("ab\"}", "ab\" \t }"))).isEqualTo("Hi");
        assertThat(match(LEARNED, LEARNED.replace("ab\"}", "ab\"\n}"))).isNull();
        assertThat(match(LEARNED, LEARNED + " ")).isNull();
    }

    @Test
    void aFieldThatIsThereTwiceOrHasEscapesInItsNameIsNotLearned() {
        for (String twice : List.of(
                LEARNED.replace("\"obfuscation\"", "\"obfuscation\":\"a\",\"obfuscation\""),
                LEARNED.replace("\"id\"", "\"i\\u0064\""))) {
            assertThat(match(twice, twice)).isNull();
        }
    }

    @Test
    void theReaderLearnsFromEveryChunkThatIsOnlyText() throws IOException {
        ChunkTemplate template = new ChunkTemplate(ChunkReader.FIELDS);
        readAll(ScriptedSource.of(ChunkReaderTest.event("{}") + ChunkReaderTest.event(LEARNED)), template);
        byte[] bytes = LEARNED.getBytes(UTF_8);
        assertThat(template.match(bytes, 0, bytes.length)).isEqualTo("Hi");
    }

    @Test
    void theTemplateChangesNothingOfWhatIsRead() throws IOException {
        for (int seed = 0; seed < 3_000; seed++) {
            Random dice = new Random(seed);
            byte[] stream = randomStream(dice);
            String parsed = readAll(ScriptedSource.of(stream), null);
            assertThat(readAll(ScriptedSource.of(stream), new ChunkTemplate(ChunkReader.FIELDS)))
                    .as("seed %d", seed)
                    .isEqualTo(parsed);
            assertThat(readAll(ScriptedSource.split(stream, 300, dice), new ChunkTemplate(ChunkReader.FIELDS)))
                    .as("seed %d, split", seed)
                    .isEqualTo(parsed);
        }
    }

    /** Mostly chunks of one shape, as a provider sends them; now and then something else, and now and then damage. */
    private static byte[] randomStream(Random dice) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        boolean hasPadding = dice.nextBoolean();
        boolean isSpaced = dice.nextInt(4) == 0;
        boolean hasIndexLast = dice.nextInt(3) == 0;
        String id = "c" + dice.nextInt(3);
        for (int i = dice.nextInt(60); i >= 0; i--) {
            String content = randomContent(dice);
            String index = dice.nextInt(40) == 0 ? "1" : "0";
            String finish = dice.nextInt(60) == 0 ? "\"stop\"" : "null";
            String extra = dice.nextInt(30) == 0 ? ",\"reasoning\":\"hm\"" : "";
            extra += dice.nextInt(30) == 0 ? ",\"images\":[1]" : "";
            String usage = dice.nextInt(30) == 0 ? "{\"prompt_tokens\":" + i + "}" : "null";
            String delta = "\"delta\":{\"content\":" + content + extra + "}";
            String chunk = "{\"id\":\"" + (dice.nextInt(40) == 0 ? "other" : id) + "\",\"choices\":[{"
                    + (hasIndexLast ? delta + ",\"index\":" + index : "\"index\":" + index + "," + delta)
                    + ",\"finish_reason\":" + finish + "}],\"usage\":" + usage
                    + (hasPadding
                            ? ",\"" + (dice.nextInt(20) == 0 ? "p" : "obfuscation") + "\":\"" + padding(dice) + "\""
                            : "")
                    + (dice.nextInt(60) == 0 ? ",\"error\":\"\"" : "")
                    + (dice.nextInt(20) == 0 ? ",\"citations\":[" + (dice.nextBoolean() ? "1" : "") + "]" : "")
                    + "}";
            byte[] bytes = ("data: " + (isSpaced ? chunk.replace(":", ": ").replace(",", ", ") : chunk) + "\n\n")
                    .getBytes(UTF_8);
            if (dice.nextInt(25) == 0) {
                bytes[6 + dice.nextInt(bytes.length - 8)] = (byte) dice.nextInt();
            }
            stream.writeBytes(bytes);
        }
        String end = dice.nextInt(3) == 0 ? "" : "data: [DONE]\n\n";
        stream.writeBytes(end.getBytes(UTF_8));
        return stream.toByteArray();
    }

    private static String randomContent(Random dice) {
        if (dice.nextInt(40) == 0) {
            return new String[] {"null", "[{\"type\":\"text\",\"text\":\"part\"}]", "7", "\"a\",\"content\":\"b\""}
                    [dice.nextInt(4)];
        }
        String[] words = {
            "a",
            " the",
            "é",
            "€",
            "😀",
            "\\n",
            "\\\"",
            "\\\\",
            "\\/",
            "\\t",
            "\\u00e9",
            "\\ud83d\\ude0a",
            "\\ud83d",
            "\\ude0a",
            "\\u0000",
            "\\ud83d\\u0041",
            "\\q",
            "\\u12",
            "\t",
            "\uFFFD",
            "content",
            "{",
            "}",
            ":",
            ","
        };
        StringBuilder content = new StringBuilder("\"");
        for (int i = dice.nextInt(4); i > 0; i--) {
            content.append(words[dice.nextInt(dice.nextInt(10) == 0 ? words.length : 12)]);
        }
        return content.append('"').toString();
    }

    private static String padding(Random dice) {
        return dice.nextInt(20) == 0 ? "\\u0041é" : "abcdefghijklmnop".substring(dice.nextInt(17));
    }

    private static String readAll(ScriptedSource source, @Nullable ChunkTemplate template) {
        ChunkReader reader = new ChunkReader(
                new EventStreamReader(source.buffered(), () -> {}),
                ChunkReaderTest.STREAM,
                json -> ChatReply.builder(),
                Long.MAX_VALUE,
                template);
        List<String> seen = new ArrayList<>();
        try {
            while (reader.next()) {
                seen.add(reader.text());
            }
            seen.add("end");
        } catch (IOException e) {
            seen.add(e.toString());
        }
        ChatReply reply = reader.reply().build();
        return seen + reply.text() + "|" + reply.reasoning() + "|" + reply.id() + "|" + reply.usage() + "|"
                + reply.finishReason() + "|" + reply.adapted() + "|" + reader.skippedEvents() + "|"
                + reader.isFinished();
    }

    private static @Nullable String match(String learned, String chunk) {
        byte[] bytes = ("??" + chunk + "??").getBytes(UTF_8);
        return learned(learned).match(bytes, 2, bytes.length - 2);
    }

    private static ChunkTemplate learned(String json) {
        byte[] bytes = ("???" + json + "?").getBytes(UTF_8);
        Chunk chunk = new Chunk();
        assertThat(chunk.read(bytes, 3, bytes.length - 1)).isTrue();
        ChunkTemplate template = new ChunkTemplate(ChunkReader.FIELDS);
        if (chunk.isOnlyText()) {
            template.learn(bytes, 3, bytes.length - 1, chunk.text);
        }
        return template;
    }
}
