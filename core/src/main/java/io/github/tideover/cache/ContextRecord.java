package io.github.tideover.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Role;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What questions that stand by themselves were asked in: whose they are, and after which system prompt. On disk it is kept once for all
 * of them, since a prompt may be longer than a hundred questions.
 */
final class ContextRecord {
    private static final int VERSION = 1;
    private static final int HASH = 32;

    private final @Nullable String tenant;
    private final @Nullable String system;
    private final byte[] hash;

    private ContextRecord(@Nullable String tenant, @Nullable String system, byte[] hash) {
        this.tenant = tenant;
        this.system = system;
        this.hash = hash;
    }

    /**
     * What a request's last message was asked in.
     *
     * @return null if there is more before it than a system prompt
     */
    static @Nullable ContextRecord of(ChatRequest request, RequestFingerprint key) {
        List<Message> messages = request.messages();
        List<Message> before = messages.subList(0, messages.size() - 1);
        boolean isSystemOnly = before.size() == 1 && before.get(0).role() == Role.SYSTEM;
        return before.isEmpty() || isSystemOnly
                ? new ContextRecord(
                        request.tenant().orElse(null),
                        isSystemOnly ? before.get(0).text() : null,
                        key.contextHash())
                : null;
    }

    byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.write(hash);
            write(out, tenant);
            write(out, system);
        } catch (IOException e) { // memory takes all
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            byte[] bytes = text.getBytes(UTF_8); // a prompt may be longer than writeUTF takes
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    /**
     * Reads one.
     *
     * @return empty if it is none
     */
    static Optional<ContextRecord> of(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readByte() != VERSION) {
                return Optional.empty();
            }
            byte[] hash = new byte[HASH];
            in.readFully(hash);
            String tenant = read(in);
            return Optional.of(new ContextRecord(tenant, read(in), hash));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static @Nullable String read(DataInputStream in) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("it ends early");
        }
        return new String(in.readNBytes(length), UTF_8);
    }

    /** A question that was asked in it, by the hash of its request. */
    KeptQuestion question(String text, byte[] hashOfRequest) {
        return question(text, RequestFingerprint.kept(hashOfRequest, tenant, hash));
    }

    KeptQuestion question(String text, RequestFingerprint key) {
        return new KeptQuestion(tenant, system, text, key);
    }
}
