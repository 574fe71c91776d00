package io.github.tideover.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Usage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reply as bytes: a version, then its fields in a fixed order, texts in UTF-8 with their lengths. Only replies that are whole
 * and only text have a form; what was particular to the call that brought one is left out.
 */
final class KeptReply {
    /** Goes up when the fields change. A reply of another version is one that is not there. */
    private static final int VERSION = 1;

    private KeptReply() {}

    /** Whether a reply is one to keep: whole, and nothing but text. */
    static boolean isWhole(ChatReply reply) {
        return reply.finishReason() == FinishReason.STOP
                && reply.refusal().isEmpty()
                && reply.toolCalls().isEmpty()
                && !reply.text().isEmpty();
    }

    /** A reply with its age. A clock that was set back must not make an answer come from the future. */
    static ChatReply withAge(ChatReply reply, Duration age) {
        return reply.toBuilder().age(age.isNegative() ? Duration.ZERO : age).build();
    }

    static byte[] toBytes(ChatReply reply) {
        ByteArrayOutputStream bytes =
                new ByteArrayOutputStream(256 + reply.text().length());
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            write(out, reply.text());
            write(out, reply.reasoning());
            write(out, reply.provider());
            write(out, reply.model());
            write(out, reply.id());
            write(out, reply.requestId());
            Usage usage = reply.usage();
            out.writeLong(usage.inputTokens());
            out.writeLong(usage.outputTokens());
            out.writeLong(usage.totalTokens());
            out.writeLong(usage.cachedInputTokens());
            out.writeLong(usage.reasoningTokens());
            out.writeInt(reply.adapted().size());
            for (String each : reply.adapted()) {
                write(out, each);
            }
        } catch (IOException e) {
            throw new AssertionError("an array can be written to", e);
        }
        return bytes.toByteArray();
    }

    /** The reply, or null if it is of another version or does not end where it should. */
    static @Nullable ChatReply of(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readByte() != VERSION) {
                return null;
            }
            ChatReply.Builder reply = ChatReply.builder()
                    .text(read(in))
                    .reasoning(read(in))
                    .provider(read(in))
                    .model(read(in))
                    .id(read(in))
                    .requestId(read(in))
                    .usage(Usage.of(in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong()));
            int count = in.readInt();
            List<String> adapted = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                adapted.add(read(in));
            }
            return in.available() == 0 ? reply.adapted(adapted).build() : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static void write(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String read(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a text of " + length + " bytes does not fit in");
        }
        return new String(in.readNBytes(length), UTF_8);
    }
}
