package io.github.tideover.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Usage;
import io.github.tideover.wire.ScriptedSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Streams as Gemini sent them. Skipped without the folder that the system property {@code tideover.fixtures} names. */
class ContentReaderFixturesTest {
    private static Path streams = Path.of("");

    @BeforeAll
    static void findFixtures() {
        String folder = System.getProperty("tideover.fixtures", "");
        assumeTrue(
                !folder.isEmpty(),
                "skipped: the system property tideover.fixtures names no folder of recorded replies");
        streams = Path.of(folder, "streams");
        assumeTrue(Files.isDirectory(streams), "skipped: there is no folder " + streams);
    }

    @ParameterizedTest
    @ValueSource(strings = "gemini-native-text")
    void aRecordedStreamIsReadForWhatItIs(String name) throws IOException {
        byte[] body = read(name + ".sse");
        JsonNode expected = JsonMapper.builder().build().readTree(read(name + ".expect.json"));
        verify(ScriptedSource.of(body), expected, name);
        verify(ScriptedSource.byteByByte(body), expected, name + " byte by byte");
        for (int seed = 0; seed < 50; seed++) {
            verify(ScriptedSource.split(body, 1 + seed * 40, new Random(seed)), expected, name + ", seed " + seed);
        }
        for (int at = 0; at <= body.length; at++) {
            verify(ScriptedSource.splitAt(body, at), expected, name + " split at " + at);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "gemini-native-text")
    void aRecordedStreamThatIsCutIsNeverComplete(String name) throws IOException {
        byte[] body = read(name + ".sse");
        String text = new String(body, StandardCharsets.ISO_8859_1);
        // The CR of the blank line ends the event, whether or not an LF follows.
        int proof = text.indexOf("\r\n\r\n", text.indexOf("finishReason")) + 3;
        for (int at = 0; at < proof; at++) {
            ContentReader reader =
                    ContentReaderTest.reader(ScriptedSource.of(Arrays.copyOf(body, at)), ContentReaderTest.STREAM);
            assertThat(catchThrowable(() -> ContentReaderTest.pieces(reader)))
                    .as("%s cut at %d", name, at)
                    .isInstanceOf(IOException.class);
            assertThat(reader.isFinished()).isFalse();
        }
    }

    private static void verify(ScriptedSource source, JsonNode expected, String as) throws IOException {
        ContentReader reader = ContentReaderTest.reader(source, ContentReaderTest.STREAM);
        String pieces = ContentReaderTest.pieces(reader).stream()
                .map(piece -> piece == null ? "" : piece)
                .collect(Collectors.joining());
        ChatReply reply = reader.reply().build();
        JsonNode usage = expected.get("usage");
        assertThat(reply.text()).as(as).isEqualTo(expected.get("text").asString());
        assertThat(pieces).as(as).isEqualTo(reply.text());
        assertThat(reply.reasoning()).as(as).isEqualTo(expected.get("reasoning").asString());
        assertThat(reply.id()).as(as).isEqualTo(expected.get("id").asString());
        assertThat(reply.model()).as(as).isEqualTo(expected.get("model").asString());
        assertThat(reply.toolCalls()).as(as).isEmpty();
        assertThat(reply.usage())
                .as(as)
                .isEqualTo(Usage.of(
                        usage.get("promptTokenCount").asLong(),
                        usage.get("candidatesTokenCount").asLong(),
                        usage.get("totalTokenCount").asLong(),
                        0,
                        0));
        assertThat(reply.finishReason().name())
                .as(as)
                .isEqualTo(expected.get("finish_reason").asString());
        assertThat(reader.isFinished()).as(as).isTrue();
        assertThat(reader.skippedEvents()).as(as).isZero();
    }

    private static byte[] read(String name) throws IOException {
        Path file = streams.resolve(name);
        assumeTrue(Files.exists(file), () -> "skipped: there is no file " + file);
        return Files.readAllBytes(file);
    }
}
