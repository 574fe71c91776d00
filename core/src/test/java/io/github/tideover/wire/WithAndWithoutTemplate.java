package io.github.tideover.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads streams with a template and without one, and holds that it makes no difference. */
public final class WithAndWithoutTemplate<R extends StreamedReply> {
    private static final String[] WORDS = {
        "\"",
        "\\",
        "\\n",
        "\\u0041",
        "\\ud83d",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "0",
        "1",
        "-",
        ".5",
        "e9",
        "null",
        "é",
        "\t",
        "\"text\":\"x\",",
        "\"delta\":\"x\",",
        "\"sequence_number\":3,",
        "\"sequence_number\":\"9\",",
        "\"thinking\":\"x\",",
        "\"partial_json\":\"x\",",
        "\"error\":{},",
        "\"promptTokenCount\":007,",
        "\"usageMetadata\":{},",
        "\"thought\":true,",
        "\"type\":\"ping\",",
        "\"inlineData\":{\"data\":\"A\"},",
        "\"citation\":{\"x\":1},",
        "\"index\":1,",
        "99999999999999999999"
    };

    private final ChunkFields fields;
    private final Opening<R> opening;
    private final Function<R, String> more;

    /** Makes a reader of a stream. */
    @FunctionalInterface
    public interface Opening<R> {
        R open(EventStreamReader events, @Nullable ChunkTemplate template);
    }

    public WithAndWithoutTemplate(ChunkFields fields, Opening<R> opening, Function<R, String> more) {
        this.fields = fields;
        this.opening = opening;
        this.more = more;
    }

    /** Streams of chunks which the function makes, with other events among them, and damage. */
    public void play(int rounds, Function<Random, String> chunk) {
        Fuzz.play(rounds, dice -> {
            StringBuilder stream = new StringBuilder();
            for (int i = dice.nextInt(30); i >= 0; i--) {
                byte[] one = chunk.apply(dice).getBytes(UTF_8);
                boolean isDamaged = dice.nextInt(12) == 0;
                stream.append(event(new String(isDamaged ? Fuzz.damaged(one, WORDS, dice) : one, UTF_8), dice));
            }
            same(stream.toString().getBytes(UTF_8), dice);
        });
    }

    /** An event with that data, mostly as providers write it, and now and then as the standard lets them. */
    private static String event(String data, Random dice) {
        String end = dice.nextInt(4) > 0 ? "\n" : dice.nextInt(3) > 0 ? "\r\n" : "\r";
        StringBuilder event = new StringBuilder();
        if (dice.nextInt(3) == 0) {
            event.append("event: ").append(dice.nextInt(100) == 0 ? "error" : "chunk");
            event.append(dice.nextInt(30) == 0 ? "s" : "").append(end);
        }
        event.append(dice.nextInt(10) == 0 ? "id: " + dice.nextInt() + end : "");
        event.append(dice.nextInt(10) == 0 ? ":" + end : "");
        event.append(dice.nextInt(10) == 0 ? "data:" : "data: ");
        int comma = dice.nextInt(10) == 0 ? data.indexOf(',', dice.nextInt(data.length() + 1)) : -1;
        event.append(data, 0, comma + 1);
        if (comma >= 0) {
            event.append(end).append(dice.nextInt(3) > 0 ? "data: " : "");
        }
        event.append(data, comma + 1, data.length());
        event.append(dice.nextInt(20) == 0 ? " " : "").append(end);
        event.append(dice.nextInt(20) == 0 ? "event: error late" + end : "");
        return event.append(dice.nextInt(40) == 0 ? "" : end).toString();
    }

    /** Our own streams of all dialects, sound and damaged, and the recorded ones if there are any. */
    public void playStreams(int rounds) throws Exception {
        List<byte[]> streams = own();
        if (!System.getProperty("tideover.fixtures", "").isEmpty()) {
            streams.addAll(Fuzz.recordedStreams());
        }
        for (byte[] stream : streams) {
            same(stream, new Random(0));
        }
        Fuzz.play(rounds, dice -> same(Fuzz.damaged(streams.get(dice.nextInt(streams.size())), WORDS, dice), dice));
    }

    private static List<byte[]> own() throws IOException, URISyntaxException {
        Path folder = Path.of(Objects.requireNonNull(
                        WithAndWithoutTemplate.class.getResource("/io/github/tideover/provider/recordings"))
                .toURI());
        List<byte[]> own = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".sse"))
                    .sorted()
                    .toList()) {
                own.add(Files.readAllBytes(file));
            }
        }
        return own;
    }

    private void same(byte[] body, Random dice) {
        List<@Nullable String> parsed = read(ScriptedSource.of(body), null);
        assertThat(read(ScriptedSource.of(body), new ChunkTemplate(fields))).isEqualTo(parsed);
        assertThat(read(Fuzz.inPackets(body, dice), new ChunkTemplate(fields))).isEqualTo(parsed);
    }

    /** Whether the reader, having read the first chunk, takes the second from the template. */
    public @Nullable String matched(String first, String second) {
        ChunkTemplate template = new ChunkTemplate(fields);
        read(ScriptedSource.of("data: " + first + "\n\n"), template);
        byte[] bytes = second.getBytes(UTF_8);
        return template.match(bytes, 0, bytes.length);
    }

    private List<@Nullable String> read(ScriptedSource source, @Nullable ChunkTemplate template) {
        R reader = opening.open(new EventStreamReader(source.buffered(), () -> {}), template);
        List<@Nullable String> seen = new ArrayList<>();
        try {
            while (reader.next()) {
                seen.add(reader.text());
                seen.add(said(reader));
            }
        } catch (IOException e) {
            seen.add(e.toString());
        }
        seen.add(said(reader));
        seen.add(reader.skippedEvents() + " " + reader.understood());
        reader.close();
        return seen;
    }

    private String said(R reader) {
        ChatReply reply = reader.reply().build();
        return reply.text() + "|" + reply.reasoning() + "|" + reply.refusal() + "|"
                + reply.toolCalls().size() + "|"
                + reply.id() + "|" + reply.model() + "|" + reply.usage() + "|" + reply.finishReason() + "|"
                + reply.adapted() + "|"
                + reader.isFinished() + "|" + more.apply(reader);
    }
}
