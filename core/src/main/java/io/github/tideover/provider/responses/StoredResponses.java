package io.github.tideover.provider.responses;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.ContentDigest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Role;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last responses that the provider was asked to store, each by all that was said up to and with it: a conversation that
 * goes on from there needs to send only what is new. Hashes and ids are kept, and no text.
 *
 * <p>What was said is compared in whole, so a history that was changed or shortened is sent as it is. So is everything after
 * a restart of the program, and for another key.
 *
 * <p>Safe for use by many threads.
 */
final class StoredResponses {
    private static final int MOST = 1_000;

    private final Map<ByteBuffer, String> ids = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, String> eldest) {
            return size() > MOST;
        }
    };

    /**
     * A response from which a conversation goes on.
     *
     * @param id its id
     * @param messages how many messages were said up to and with it
     */
    record Before(String id, int messages) {}

    /** The latest response in a conversation that is stored; null if there is none, or nothing to say after it. */
    @Nullable
    Before find(String model, ChatRequest request) {
        List<Message> messages = request.messages();
        ContentDigest digest = begin(model, request);
        Before latest = null;
        for (int i = 0; i < messages.size() - 1; i++) {
            digest.message(messages.get(i));
            String id = messages.get(i).role() == Role.ASSISTANT ? idOf(digest) : null;
            latest = id == null ? latest : new Before(id, i + 1);
        }
        return latest;
    }

    private synchronized @Nullable String idOf(ContentDigest said) {
        return ids.get(ByteBuffer.wrap(said.hash()));
    }

    /** Keeps in mind what a request was answered. */
    void remember(String model, ChatRequest request, ChatReply reply) {
        if (reply.id().isEmpty() || !reply.refusal().isEmpty()) {
            return;
        }
        ContentDigest digest = begin(model, request);
        request.messages().forEach(digest::message);
        digest.message(Message.assistant(reply));
        ByteBuffer said = ByteBuffer.wrap(digest.hash());
        synchronized (this) {
            ids.put(said, reply.id());
        }
    }

    /** The provider does not have it, or not any more. */
    synchronized void forget(String id) {
        ids.values().removeIf(id::equals);
    }

    private static ContentDigest begin(String model, ChatRequest request) {
        ContentDigest digest = new ContentDigest();
        digest.text(request.tenant().orElse(null));
        digest.text(model);
        return digest;
    }
}
