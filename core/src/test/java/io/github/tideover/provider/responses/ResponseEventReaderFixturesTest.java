package io.github.tideover.provider.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.wire.FailureSorter;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.ScriptedSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import okio.Buffer;
import okio.GzipSink;
import okio.GzipSource;
import okio.Okio;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Streams as OpenAI and Azure sent them. Skipped without the folder that the system property {@code tideover.fixtures} names. */
class ResponseEventReaderFixturesTest {
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
    @ValueSource(strings = {"responses-openai-text", "responses-azure", "responses-openai-quota-error"})
    void aRecordedStreamIsReadForWhatItIs(String name) throws IOException {
        byte[] body = read(name + ".sse");
        JsonNode expected = expected(name);
        verify(ScriptedSource.of(body), expected, name);
        verify(ScriptedSource.byteByByte(body), expected, name + " byte by byte");
        for (int seed = 0; seed < 50; seed++) {
            verify(ScriptedSource.split(body, 1 + seed * 40, new Random(seed)), expected, name + ", seed " + seed);
        }
        for (int at = 0; at <= body.length; at++) {
            verify(ScriptedSource.splitAt(body, at), expected, name + " split at " + at);
        }
        verify(ScriptedSource.of(unzipped(zipped(body))), expected, name + " zipped");
        byte[] crLf = new String(body, StandardCharsets.UTF_8)
                .replace("\r\n", "\n")
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.UTF_8);
        verify(ScriptedSource.of(crLf), expected, name + " with CRLF");
    }

    @ParameterizedTest
    @ValueSource(strings = {"responses-openai-text", "responses-azure"})
    void aRecordedStreamThatIsCutIsNeverComplete(String name) throws IOException {
        byte[] body = read(name + ".sse");
        int proof = new String(body, StandardCharsets.ISO_8859_1).indexOf("\ndata: {\"type\":\"response.completed\"");
        int end = new String(body, StandardCharsets.ISO_8859_1).indexOf("\n\n", proof) + 2;
        for (int at = 0; at < end; at += 7) {
            ResponseEventReader reader = ResponseEventReaderTest.reader(ScriptedSource.of(Arrays.copyOf(body, at)));
            assertThat(catchThrowable(() -> ResponseEventReaderTest.pieces(reader)))
                    .as("%s cut at %d", name, at)
                    .isInstanceOf(IOException.class);
            assertThat(reader.isFinished()).isFalse();
        }
    }

    private static Buffer zipped(byte[] body) throws IOException {
        Buffer zipped = new Buffer();
        try (var sink = Okio.buffer(new GzipSink(zipped))) {
            sink.write(body);
        }
        return zipped;
    }

    private static byte[] unzipped(Buffer zipped) throws IOException {
        return Okio.buffer(new GzipSource(zipped)).readByteArray();
    }

    private static void verify(ScriptedSource source, JsonNode expected, String as) {
        ResponseEventReader reader = ResponseEventReaderTest.reader(source);
        List<String> pieces = new ArrayList<>();
        Throwable end = catchThrowable(() -> {
            while (reader.next()) {
                pieces.add(reader.text() == null ? "" : reader.text());
            }
        });
        ChatReply reply = reader.reply().build();
        assertThat(reply.text()).as(as).isEqualTo(expected.get("text").asString());
        assertThat(String.join("", pieces)).as(as).isEqualTo(reply.text());
        assertThat(reply.reasoning()).as(as).isEqualTo(expected.get("reasoning").asString());
        assertThat(reply.refusal()).as(as).isEqualTo(expected.get("refusal").asString());
        assertThat(reply.id()).as(as).isEqualTo(expected.get("id").asString());
        assertThat(reply.model()).as(as).isEqualTo(expected.get("model").asString());
        assertThat(reply.usage()).as(as).isEqualTo(usage(expected.get("usage")));
        assertThat(reply.toolCalls()).as(as).isEmpty();
        assertThat(reader.skippedEvents()).as(as).isZero();
        if (expected.get("finish_reason").asString().equals("failed")) {
            assertThat(end).as(as).isInstanceOf(RefusedException.class);
            Failure failure = new FailureSorter(List.of(), () -> true).sort(end, Instant.EPOCH);
            assertThat(failure.kind()).as(as).isEqualTo(FailureKind.QUOTA);
            assertThat(failure.code())
                    .as(as)
                    .contains(expected.get("error").get("code").asString());
        } else {
            assertThat(end).as(as).isNull();
            assertThat(reader.isFinished()).as(as).isTrue();
            assertThat(reply.finishReason()).as(as).isEqualTo(FinishReason.STOP);
        }
    }

    private static Usage usage(JsonNode usage) {
        if (usage.isNull()) {
            return Usage.NONE;
        }
        return Usage.of(
                usage.get("input_tokens").asLong(),
                usage.get("output_tokens").asLong(),
                usage.get("total_tokens").asLong(),
                usage.get("input_tokens_details").get("cached_tokens").asLong(),
                usage.get("output_tokens_details").get("reasoning_tokens").asLong());
    }

    private static JsonNode expected(String name) throws IOException {
        return JsonMapper.builder().build().readTree(read(name + ".expect.json"));
    }

    private static byte[] read(String name) throws IOException {
        Path file = streams.resolve(name);
        assumeTrue(Files.exists(file), () -> "skipped: there is no file " + file);
        return Files.readAllBytes(file);
    }
}
