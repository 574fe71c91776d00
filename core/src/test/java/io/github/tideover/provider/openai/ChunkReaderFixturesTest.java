package io.github.tideover.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.ScriptedSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Streams as providers sent them. Skipped without the folder that the system property {@code tideover.fixtures} names. */
class ChunkReaderFixturesTest {
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
    @ValueSource(
            strings = {
                "openai-text",
                "openai-parallel-tools",
                "openai-tool-1",
                "azure-model-router",
                "groq-error-midstream",
                "groq-gptoss-tool",
                "mistral-text",
                "mistral-hybrid-reasoning",
                "deepseek-reasoner",
                "ollama-local-qwen3",
                "vllm-crusoe",
                "openrouter-error-midstream",
                "openrouter-claude",
                "perplexity",
                "snowflake"
            })
    void aRecordedStreamIsReadForWhatItIs(String name) throws IOException {
        byte[] body = read(name + ".sse");
        JsonNode expected = JsonMapper.builder().build().readTree(read(name + ".expect.json"));
        verify(ScriptedSource.of(body), expected, name);
        verify(ScriptedSource.byteByByte(body), expected, name + " byte by byte");
        for (int seed = 0; seed < 50; seed++) {
            verify(ScriptedSource.split(body, 1 + seed * 40, new Random(seed)), expected, name + ", seed " + seed);
        }
        for (int at = 0; at <= body.length; at += step(body)) {
            verify(ScriptedSource.splitAt(body, at), expected, name + " split at " + at);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "openai-text",
                "openai-parallel-tools",
                "azure-model-router",
                "groq-error-midstream",
                "mistral-text",
                "mistral-hybrid-reasoning",
                "deepseek-reasoner",
                "vllm-crusoe",
                "openrouter-claude",
                "perplexity",
                "snowflake"
            })
    void aRecordedStreamThatIsCutIsNeverComplete(String name) throws IOException {
        byte[] body = read(name + ".sse");
        int proof = endOfProof(new String(body, StandardCharsets.ISO_8859_1));
        for (int at = 0; at < proof; at += step(body)) {
            ChunkReader reader =
                    ChunkReaderTest.reader(ScriptedSource.of(Arrays.copyOf(body, at)), ChunkReaderTest.STREAM);
            assertThat(catchThrowable(() -> ChunkReaderTest.pieces(reader)))
                    .as("%s cut at %d", name, at)
                    .isInstanceOf(IOException.class);
            assertThat(reader.isFinished()).isFalse();
        }
    }

    /** The index after the blank line of the first chunk with a finish reason, else of the mark of the end. */
    private static int endOfProof(String body) {
        int finish = body.indexOf("\"finish_reason\":\"");
        int proof = finish >= 0 ? finish : body.indexOf("[DONE]");
        return proof < 0 ? body.length() : body.indexOf("\n\n", proof) + 2;
    }

    /** Every byte of a short stream; of a long one every so many, with a prime so that all places of a chunk have a turn. */
    private static int step(byte[] body) {
        return body.length < 6_000 ? 1 : 31;
    }

    private static void verify(ScriptedSource source, JsonNode expected, String as) {
        ChunkReader reader = ChunkReaderTest.reader(source, ChunkReaderTest.STREAM);
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
        assertThat(reply.id()).as(as).isEqualTo(orEmpty(expected.get("id")));
        assertThat(reply.model()).as(as).isEqualTo(orEmpty(expected.get("model")));
        assertThat(reply.usage()).as(as).isEqualTo(usage(expected.get("usage")));
        assertThat(reply.toolCalls()).as(as).isEqualTo(toolCalls(expected.get("tool_calls")));
        JsonNode finish = expected.get("finish_reason");
        assertThat(reply.finishReason().name())
                .as(as)
                .isEqualTo(finish.isNull() ? "OTHER" : finish.asString().toUpperCase(Locale.ROOT));
        if (expected.get("terminal").asString().equals("error")) {
            assertThat(end).as(as).isInstanceOf(RefusedException.class);
        } else {
            assertThat(end).as(as).isNull();
            assertThat(reader.isFinished()).as(as).isTrue();
        }
        assertThat(reader.skippedEvents()).as(as).isZero();
    }

    private static String orEmpty(JsonNode node) {
        return node.isNull() ? "" : node.asString();
    }

    private static Usage usage(JsonNode usage) {
        if (usage.isNull()) {
            return Usage.NONE;
        }
        return Usage.of(
                usage.path("prompt_tokens").asLong(0),
                usage.path("completion_tokens").asLong(0),
                usage.path("total_tokens").asLong(0),
                usage.path("prompt_tokens_details").path("cached_tokens").asLong(0),
                usage.path("completion_tokens_details").path("reasoning_tokens").asLong(0));
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

    private static byte[] read(String name) throws IOException {
        Path file = streams.resolve(name);
        assumeTrue(Files.exists(file), () -> "skipped: there is no file " + file);
        return Files.readAllBytes(file);
    }
}
