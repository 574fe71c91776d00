package io.github.tideover.chat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 over what was said and set. Each value goes in with its type and length, so that no two different sequences of
 * values are the same bytes.
 *
 * <p>Part of the seam between this library's own packages. For one thread.
 *
 * @since 0.1
 */
public final class ContentDigest {
    private final MessageDigest sha256;
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

    /** Begins with nothing. */
    public ContentDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /**
     * Takes in a message: its role and all of its parts and tool calls.
     *
     * @param message the message
     */
    public void message(Message message) {
        text(message.role().name());
        number(message.parts().size());
        for (Part part : message.parts()) {
            part(part);
        }
        number(message.toolCalls().size());
        message.toolCalls().forEach(this::toolCall);
        if (message.role() == Role.TOOL) {
            toolCall(message.answered());
        }
    }

    private void part(Part part) {
        text(part.getClass().getSimpleName());
        if (part instanceof Part.Text said) {
            text(said.text());
        } else if (part instanceof Part.Image image) {
            text(image.mediaType());
            text(image.address().orElse(null));
            text(image.base64());
        } else if (part instanceof Part.File file) {
            text(file.name());
            text(file.mediaType());
            text(file.base64());
        }
    }

    private void toolCall(ToolCall call) {
        text(call.id());
        text(call.name());
        text(call.arguments());
    }

    /**
     * Takes in a text.
     *
     * @param text the text, or null for none
     */
    public void text(@Nullable String text) {
        if (text == null) {
            sha256.update((byte) 0);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sha256.update((byte) 1);
        number(bytes.length);
        sha256.update(bytes);
    }

    /**
     * Takes in bytes of a length that is always the same.
     *
     * @param bytes the bytes
     */
    public void bytes(byte[] bytes) {
        sha256.update(bytes);
    }

    /**
     * Takes in a number.
     *
     * @param value the number
     */
    public void number(long value) {
        sha256.update(number.putLong(0, value).array());
    }

    /**
     * Takes in a value as JSON has them.
     *
     * @param value null, a text, a number, a boolean, or a list or map of these; a map's order is of no account
     */
    public void value(@Nullable Object value) {
        if (value instanceof List<?> list) {
            sha256.update((byte) 2);
            number(list.size());
            list.forEach(this::value);
        } else if (value instanceof Map<?, ?> map) {
            sha256.update((byte) 3);
            number(map.size());
            Map<?, ?> sorted = map.size() < 2 ? map : new TreeMap<>(map);
            sorted.forEach((key, each) -> {
                text((String) key);
                value(each);
            });
        } else {
            sha256.update((byte) 4);
            text(value == null ? null : value.getClass().getSimpleName());
            text(value == null ? null : value.toString());
        }
    }

    /**
     * The hash of what was taken in so far. More may follow.
     *
     * @return 32 bytes
     */
    public byte[] hash() {
        try {
            return ((MessageDigest) sha256.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("the platform's SHA-256 can be cloned", e);
        }
    }

    /**
     * The hash of all that was taken in, at the price of no copy; after it, this begins with nothing again.
     *
     * @return 32 bytes
     */
    public byte[] end() {
        return sha256.digest();
    }
}
