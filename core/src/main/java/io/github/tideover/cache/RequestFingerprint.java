package io.github.tideover.cache;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.ToolChoice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What makes two requests the same: tenant, model, every message, every setting that changes the answer. Only the hash of
 * it is kept, so a cache holds no prompt.
 *
 * @since 0.1
 */
public final class RequestFingerprint {
    private final byte[] hash;

    private RequestFingerprint(byte[] hash) {
        this.hash = hash;
    }

    /**
     * The fingerprint of a request.
     *
     * @param asked the provider's address and model that the request is meant for
     * @param request the request
     * @return its fingerprint: SHA-256 over all that decides the answer
     */
    public static RequestFingerprint of(String asked, ChatRequest request) {
        Digest digest = new Digest();
        digest.text(request.tenant().orElse(null));
        digest.text(asked);
        digest.number(request.messages().size());
        for (Message message : request.messages()) {
            digest.message(message);
        }
        digest.value(request.temperature().isPresent() ? request.temperature().getAsDouble() : null);
        digest.value(request.topP().isPresent() ? request.topP().getAsDouble() : null);
        digest.value(
                request.maxOutputTokens().isPresent()
                        ? request.maxOutputTokens().getAsInt()
                        : null);
        digest.value(request.seed().isPresent() ? request.seed().getAsLong() : null);
        digest.value(request.stop());
        digest.text(request.reasoningEffort().orElse(null));
        digest.number(request.tools().size());
        for (Tool tool : request.tools()) {
            digest.text(tool.name());
            digest.text(tool.description());
            digest.value(tool.parameters());
        }
        digest.text(request.toolChoice().map(ToolChoice::mode).map(Enum::name).orElse(null));
        digest.text(request.toolChoice().flatMap(ToolChoice::tool).orElse(null));
        digest.value(request.parallelToolCalls().orElse(null));
        digest.text(request.responseFormat().map(ResponseFormat::name).orElse(null));
        digest.value(request.responseFormat().flatMap(ResponseFormat::schema).orElse(null));
        digest.value(request.extra());
        return new RequestFingerprint(digest.hash());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RequestFingerprint that && Arrays.equals(hash, that.hash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash);
    }

    @Override
    public String toString() {
        return "RequestFingerprint";
    }

    /** Writes each value with its type and length, so that no two different requests write the same bytes. */
    private static final class Digest {
        private final MessageDigest sha256;
        private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

        Digest() {
            try {
                sha256 = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every Java platform has SHA-256", e);
            }
        }

        void message(Message message) {
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

        void text(@Nullable String text) {
            if (text == null) {
                sha256.update((byte) 0);
                return;
            }
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            sha256.update((byte) 1);
            number(bytes.length);
            sha256.update(bytes);
        }

        void number(long value) {
            sha256.update(number.putLong(0, value).array());
        }

        void value(@Nullable Object value) {
            if (value instanceof List<?> list) {
                sha256.update((byte) 2);
                number(list.size());
                list.forEach(this::value);
            } else if (value instanceof Map<?, ?> map) {
                Map<String, Object> sorted = new TreeMap<>();
                map.forEach((key, each) -> sorted.put((String) key, each));
                sha256.update((byte) 3);
                number(sorted.size());
                sorted.forEach((key, each) -> {
                    text(key);
                    value(each);
                });
            } else {
                sha256.update((byte) 4);
                text(value == null ? null : value.getClass().getSimpleName());
                text(value == null ? null : value.toString());
            }
        }

        byte[] hash() {
            return sha256.digest();
        }
    }
}
