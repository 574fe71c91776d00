package io.github.tideover.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.wire.ScriptedSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Streams as Anthropic sent them. Skipped without the folder that the system property {@code tideover.fixtures} names. */
class MessageEventReaderFixturesTest {
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
    @ValueSource(strings = {"anthropic-text", "anthropic-thinking", "anthropic-tool", "anthropic-cut-tool-json"})
    void aRecordedStreamIsReadForWhatItIs(String name) throws IOException {
        byte[] body = read(name + ".sse");
        JsonNode expected = expected(name);
        verify(ScriptedSource.of(body), expected, name);
        verify(ScriptedSource.byteByByte(body), expected, name + " byte by byte");
        for (int seed = 0; seed < 50; seed++) {
            verify(ScriptedSource.split(body, 1 + seed * 40, new Random(seed)), expected, name + ", seed " + seed);
        }
        for (int at = 0; at <= body.length; at += step(body)) {
            verify(ScriptedSource.splitAt(body, at), expected, name + " split at " + at);
        }
        byte[] crLf = new String(body, StandardCharsets.UTF_8)
                .replace("\r\n", "\n")
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.UTF_8);
        verify(ScriptedSource.of(crLf), expected, name + " with CRLF");
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic-text", "anthropic-thinking", "anthropic-tool", "anthropic-cut-tool-json"})
    void aRecordedStreamThatIsCutIsNeverComplete(String name) throws IOException {
        byte[] body = read(name + ".sse");
        String text = new String(body, StandardCharsets.ISO_8859_1);
        int proof = text.indexOf("\n\n", text.indexOf("\"stop_reason\":\"")) + 2;
        for (int at = 0; at < proof; at += step(body)) {
            MessageEventReader reader = MessageEventReaderTest.reader(
                    ScriptedSource.of(Arrays.copyOf(body, at)), MessageEventReaderTest.STREAM);
            assertThat(catchThrowable(() -> MessageEventReaderTest.pieces(reader)))
                    .as("%s cut at %d", name, at)
                    .isInstanceOf(IOException.class);
            assertThat(reader.isFinished()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"json-anthropic-text"})
    void aRecordedWholeReplyIsReadForWhatItIs(String name) throws IOException {
        verify(ScriptedSource.of(read(name + ".json")), expected(name), name);
    }

    private static int step(byte[] body) {
        return body.length < 6_000 ? 1 : 31;
    }

    private static void verify(ScriptedSource source, JsonNode expected, String as) {
        MessageEventReader reader = MessageEventReaderTest.reader(source, MessageEventReaderTest.STREAM);
        List<String> pieces = new ArrayList<>();
        Throwable end = catchThrowable(() -> {
            while (reader.next()) {
                pieces.add(reader.text() == null ? "" : reader.text());
            }
        });
        assertThat(end).as(as).isNull();
        assertThat(reader.isFinished()).as(as).isTrue();
        assertThat(reader.skippedEvents()).as(as).isZero();
        ChatReply reply = reader.reply().build();
        assertThat(reply.text()).as(as).isEqualTo(expected.get("text").asString());
        assertThat(String.join("", pieces)).as(as).isEqualTo(reply.text());
        assertThat(reply.reasoning()).as(as).isEqualTo(expected.get("reasoning").asString());
        assertThat(reply.refusal()).as(as).isEqualTo(expected.get("refusal").asString());
        assertThat(reply.id()).as(as).isEqualTo(expected.get("id").asString());
        assertThat(reply.model()).as(as).isEqualTo(expected.get("model").asString());
        assertThat(reply.usage()).as(as).isEqualTo(usage(expected.get("usage")));
        assertThat(reply.toolCalls()).as(as).isEqualTo(toolCalls(expected.get("tool_calls")));
        assertThat(reply.finishReason())
                .as(as)
                .isEqualTo(
                        switch (expected.get("finish_reason").asString()) {
                            case "end_turn" -> FinishReason.STOP;
                            case "tool_use" -> FinishReason.TOOL_CALLS;
                            case "max_tokens" -> FinishReason.LENGTH;
                            default -> FinishReason.OTHER;
                        });
    }

    private static Usage usage(JsonNode usage) {
        long cached = usage.path("cache_read_input_tokens").asLong(0);
        long input = usage.path("input_tokens").asLong(0)
                + cached
                + usage.path("cache_creation_input_tokens").asLong(0);
        long output = usage.path("output_tokens").asLong(0);
        return Usage.of(input, output, input + output, cached, 0);
    }

    private static List<ToolCall> toolCalls(JsonNode calls) {
        List<ToolCall> list = new ArrayList<>();
        for (JsonNode call : calls) {
            list.add(ToolCall.of(
                    call.get("id").asString(),
                    call.get("name").asString(),
                    call.get("arguments").asString()));
        }
        return list;
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
