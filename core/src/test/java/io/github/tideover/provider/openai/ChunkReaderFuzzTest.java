package io.github.tideover.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.wire.ChunkTemplate;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.EventsByTheBook;
import io.github.tideover.wire.FailureSorter;
import io.github.tideover.wire.Fuzz;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.ScriptedSource;
import io.github.tideover.wire.Transport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever comes, however its packets fall, with or without the template: the same reply or the same sorted failure, and
 * never a complete reply without proof.
 */
class ChunkReaderFuzzTest {
    private static final FailureSorter SORTER = new FailureSorter(List.of(), () -> true);
    private static final Pattern REASON = Pattern.compile("\"finish_reason\"\\s*:\\s*\"");
    /** A bound that many of these streams pass. */
    private static final int NARROW = 20;

    private static final String[] WORDS = {
        "data: ",
        "data:",
        "event: error\n",
        "\n\n",
        "\r\n\r\n",
        "\n",
        "\r",
        ": c\n",
        "data: [DONE]\n\n",
        "[DONE]",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        "\\u00",
        "\\ud83d",
        "\"choices\":[{\"delta\":{\"content\":\"a\"}}],",
        "\"finish_reason\":\"stop\",",
        "\"finish_reason\":\"overloaded_error\",",
        "\"error\":",
        "\"message\":{\"content\":\"a\"},",
        "null",
        "1e999",
        "-0",
        "99999999999999999999",
        ",",
        ":",
        "\"usage\":{\"prompt_tokens\":",
        "\"index\":1,",
        "é",
        "\u0000",
        "\uFEFF",
        "<html>",
        ChunkReaderTest.text("a"),
        ChunkReaderTest.event("{\"error\":{\"message\":\"m\",\"code\":503}}"),
        "\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"n\",\"arguments\":\"{\"}}],"
    };

    /** What was made of a stream. */
    private record Reading(
            List<@Nullable String> pieces,
            String text,
            String rest,
            boolean finished,
            int skipped,
            @Nullable FailureKind kind,
            String problem) {}

    /** A sound stream, and the text in it. */
    private record Sound(byte[] body, String text) {}

    @Test
    void soundStreamsAreReadWhole() {
        Fuzz.play(2_500, dice -> {
            Sound sound = sound(dice);
            Reading reading = read(sound.body(), dice);
            assertThat(reading.kind()).isNull();
            assertThat(reading.text()).isEqualTo(sound.text());
            assertThat(reading.skipped()).isZero();
        });
    }

    @Test
    void aSoundStreamThatEndsBeforeItsProofIsCut() {
        Fuzz.play(2_500, dice -> {
            byte[] body = sound(dice).body();
            byte[] prefix = Arrays.copyOf(body, dice.nextInt(body.length + 1));
            Reading reading = read(prefix, dice);
            if (!hasProof(prefix)) {
                assertThat(reading.finished()).isFalse();
                assertThat(reading.kind()).isIn(FailureKind.CUT, FailureKind.MALFORMED);
            }
        });
    }

    @Test
    void aConnectionThatBreaksBeforeTheProofIsABreak() {
        Fuzz.play(2_500, dice -> {
            byte[] body = sound(dice).body();
            byte[] prefix = Arrays.copyOf(body, dice.nextInt(body.length + 1));
            ScriptedSource source = Fuzz.inPackets(prefix, dice).thenFails(new IOException("Connection reset"));
            Reading reading = read(source, new ChunkTemplate(ChunkReader.FIELDS), Transport.MAX_REPLY_BYTES);
            assertThat(reading.finished()).isEqualTo(hasProof(prefix));
            if (!hasProof(prefix)) {
                assertThat(reading.kind()).isEqualTo(FailureKind.NETWORK_AMBIGUOUS);
            }
        });
    }

    @Test
    void damagedStreamsAreReadTheSameHoweverTheyCome() {
        Fuzz.play(3_000, dice -> read(Fuzz.damaged(sound(dice).body(), WORDS, dice), dice));
    }

    @Test
    void streamsThatPassTheBoundAreReadTheSameHoweverTheyCome() {
        Fuzz.play(1_000, dice -> {
            byte[] body = sound(dice).body();
            read(body, dice, NARROW);
            read(Fuzz.damaged(body, WORDS, dice), dice, NARROW);
        });
    }

    @Test
    void anyWordsAreReadTheSameHoweverTheyCome() {
        Fuzz.play(4_000, dice -> {
            String head = new String[] {"", "data: {", "{", " [", "data: "}[dice.nextInt(5)];
            read((head + new String(Fuzz.anyOf(WORDS, dice, 25), UTF_8)).getBytes(UTF_8), dice);
        });
    }

    @Test
    void anyBytesAreReadTheSameHoweverTheyCome() {
        Fuzz.play(3_000, dice -> read(Fuzz.anyBytes(dice, 200), dice));
    }

    @Test
    void recordedStreamsAreReadTheSameHoweverTheyComeSoundCutAndDamaged() throws IOException {
        List<byte[]> recorded = Fuzz.recordedStreams();
        for (byte[] body : recorded) {
            read(body, new Random(0));
        }
        Fuzz.play(120, dice -> {
            byte[] body = recorded.get(dice.nextInt(recorded.size()));
            read(Arrays.copyOf(body, dice.nextInt(body.length + 1)), dice);
            read(Fuzz.damaged(body, WORDS, dice), dice);
        });
    }

    /** Reads the body in several ways and holds what came against what must be so of any. */
    private static Reading read(byte[] body, Random dice) {
        return read(body, dice, Transport.MAX_REPLY_BYTES);
    }

    private static Reading read(byte[] body, Random dice, long maxReply) {
        Reading reading = read(ScriptedSource.of(body), new ChunkTemplate(ChunkReader.FIELDS), maxReply);
        assertThat(read(ScriptedSource.of(body), null, maxReply))
                .as("without the template")
                .isEqualTo(reading);
        assertThat(read(Fuzz.inPackets(body, dice), new ChunkTemplate(ChunkReader.FIELDS), maxReply))
                .as("in packets")
                .isEqualTo(reading);
        if (reading.kind() == null) {
            assertThat(reading.finished()).isTrue();
        } else if (reading.finished()) {
            assertThat(reading.problem())
                    .as("what takes a finished reply away")
                    .matches(RefusedException.class.getName() + ".*|.*the answer is larger than " + NARROW
                            + " bytes|.*: event \\d+ of the stream is damaged: .*"); // where content came
            // behind the reason
        }
        assertThat(reading.pieces()).hasSizeLessThanOrEqualTo(body.length);
        if (reading.finished()) {
            assertThat(isJson(body) || hasProof(body)).as("proof of the end").isTrue();
        }
        return reading;
    }

    private static Reading read(ScriptedSource source, @Nullable ChunkTemplate template, long maxReply) {
        ChunkReader reader = new ChunkReader(
                new EventStreamReader(source.buffered(), () -> {}),
                ChunkReaderTest.STREAM,
                json -> CompletionReader.read(
                        Json.read(json, 0, json.length, ChatCompletion::read), ChunkReaderTest.STREAM, "m"),
                maxReply,
                template);
        List<@Nullable String> pieces = new ArrayList<>();
        FailureKind kind = null;
        String problem = "";
        try {
            while (reader.next()) {
                pieces.add(reader.text());
            }
        } catch (IOException e) {
            kind = SORTER.sort(e, Instant.EPOCH).kind();
            problem = e.toString();
            if (e instanceof MalformedReplyException) {
                assertThat(kind).isEqualTo(FailureKind.MALFORMED);
            } else if (e instanceof CutReplyException) {
                assertThat(kind).isEqualTo(FailureKind.CUT);
            } else if (!(e instanceof RefusedException)) {
                assertThat(kind).isEqualTo(FailureKind.NETWORK_AMBIGUOUS);
            }
        }
        ChatReply reply = reader.reply().build();
        assertThat(String.join(
                        "",
                        pieces.stream().map(each -> each == null ? "" : each).toList()))
                .isEqualTo(reply.text());
        reader.close();
        assertThat(source.isClosed()).isTrue();
        return new Reading(
                pieces,
                reply.text(),
                reply.reasoning() + "|" + reply.refusal() + "|" + reply.toolCalls() + "|" + reply.id() + "|"
                        + reply.model() + "|" + reply.usage() + "|" + reply.finishReason(),
                reader.isFinished(),
                reader.skippedEvents(),
                kind,
                problem);
    }

    /** Whether an event says that the reply is complete. */
    private static boolean hasProof(byte[] body) {
        return new EventsByTheBook(body)
                .events.stream()
                        .map(EventsByTheBook.Event::data)
                        .anyMatch(data -> data.strip().equals("[DONE]")
                                || REASON.matcher(data).find());
    }

    private static boolean isJson(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1).replaceFirst("^\u00EF\u00BB\u00BF", "");
        return text.matches("(?s)[ \t\r\n]*[{\\[].*");
    }

    // Sound streams

    private static Sound sound(Random dice) {
        StringBuilder body = new StringBuilder(dice.nextInt(5) == 0 ? "\uFEFF" : "");
        StringBuilder text = new StringBuilder();
        boolean hasPadding = dice.nextBoolean();
        boolean isSpaced = dice.nextInt(4) == 0;
        boolean hasReason = dice.nextInt(5) > 0;
        if (dice.nextBoolean()) {
            body.append(": PROCESSING\n\n".repeat(dice.nextInt(4)))
                    .append(ChunkReaderTest.event("{\"id\":\"\",\"choices\":[],\"prompt_filter_results\":[]}"))
                    .append(ChunkReaderTest.chunk("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}"));
        }
        for (int i = dice.nextInt(12); i >= 0; i--) {
            String[] word = anyWord(dice);
            text.append(word[1]);
            String chunk = "{\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + word[0]
                    + "\"},\"finish_reason\":null}],\"usage\":null"
                    + (hasPadding ? ",\"obfuscation\":\"" + "x".repeat(dice.nextInt(9)) + "\"" : "") + "}";
            body.append(ChunkReaderTest.event(isSpaced ? chunk.replace("{\"content\":", "{ \"content\" :\t") : chunk));
            if (dice.nextInt(6) == 0) {
                body.append(anythingElse(dice));
            }
        }
        if (hasReason) {
            body.append(ChunkReaderTest.event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}"));
        }
        if (dice.nextBoolean()) {
            body.append(ChunkReaderTest.event("{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"total_tokens\":5}}"));
        }
        if (!hasReason || dice.nextBoolean()) {
            body.append(dice.nextBoolean() ? "data: [DONE]\n\n" : "data:[DONE] \n\n");
        }
        String ends = new String[] {"\n", "\r\n", "\r"}[dice.nextInt(3)];
        return new Sound(body.toString().replace("\n", ends).getBytes(UTF_8), text.toString());
    }

    /** A word as JSON writes it, and as it reads. */
    private static String[] anyWord(Random dice) {
        String[][] words = {
            {"", ""},
            {" the", " the"},
            {"é€😀", "é€😀"},
            {"\\n\\t\\\"", "\n\t\""},
            {"\\u00e9\\ud83d\\ude0a", "é😊"},
            {"\\\\\\/", "\\/"},
            {"\\u2028data: [DONE]\\r\\n\\r\\n", "\u2028data: [DONE]\r\n\r\n"},
            {"finish_reason\\\":\\\"stop", "finish_reason\":\"stop"}
        };
        return words[dice.nextInt(words.length)];
    }

    private static String anythingElse(Random dice) {
        String[] others = {
            "data:\n\n",
            ": still there\n",
            "event: ping\ndata: {\"type\":\"ping\"}\n\n",
            "retry: 3000\nid: 7\n\n",
            ChunkReaderTest.chunk("{\"reasoning_content\":\"hm\"}"),
            ChunkReaderTest.chunk("{\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"c0\",\"function\":"
                    + "{\"name\":\"n\",\"arguments\":\"{}\"}}]}"),
            ChunkReaderTest.event("{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"another\"}}]}")
        };
        return others[dice.nextInt(others.length)];
    }
}
