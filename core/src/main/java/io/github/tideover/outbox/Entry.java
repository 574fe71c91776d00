package io.github.tideover.outbox;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.ContentDigest;
import io.github.tideover.chat.Message;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.outbox.MessageCodec.Fields;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known of a message without reading it. Guarded by the lock of its {@link Ledger}. */
final class Entry {
    final String id;
    final long number;
    final @Nullable String conversation;
    final @Nullable String tenant;
    final Instant acceptedAt;
    Instant expiresAt;
    MessageState state = MessageState.WAITING;
    int faults;

    @Nullable
    FailureKind lastFailure;
    /** When it came to a state that only the application changes. */
    @Nullable
    Instant endedAt;

    long bytes;
    /** The message before it in its conversation, if the answer to that one belongs into its request. */
    @Nullable
    String follows;

    private int messages;
    private byte[] digest;

    // What is not written down.

    /** Set until the message is safe and its receipt taken. */
    @Nullable
    Offer offer;
    /** It is being sent; or its answer is being given out. */
    boolean underWay;
    /** The answer is there, and is yet to be written. */
    boolean replied;
    /** The answer is being written: what comes from now on does not wait for it. */
    boolean answering;
    /** The callback has returned, and that is yet to be written. */
    boolean acknowledged;
    /** The moment, on the monotonic clock, before which nothing is tried. */
    long notBefore;

    int tries;

    Entry(
            String id,
            long number,
            @Nullable String conversation,
            @Nullable String tenant,
            Instant acceptedAt,
            Instant expiresAt,
            long now) {
        this.id = id;
        this.number = number;
        this.conversation = conversation;
        this.tenant = tenant;
        this.acceptedAt = acceptedAt;
        this.expiresAt = expiresAt;
        this.notBefore = now;
        this.digest = new byte[0];
    }

    static Entry read(String id, byte[] written, long now) throws IOException {
        Fields json = MessageCodec.read(written);
        Entry entry = new Entry(
                id,
                json.number("number"),
                (String) json.get("conversation"),
                (String) json.get("tenant"),
                Instant.ofEpochMilli(json.number("acceptedAt")),
                Instant.ofEpochMilli(json.number("expiresAt")),
                now);
        entry.state = MessageState.valueOf(json.text("state"));
        entry.faults = (int) json.number("faults");
        json.ifText("lastFailure", kind -> entry.lastFailure = FailureKind.valueOf(kind));
        json.ifNumber("endedAt", at -> entry.endedAt = Instant.ofEpochMilli(at.longValue()));
        entry.bytes = json.number("bytes");
        entry.follows = (String) json.get("follows");
        entry.messages = (int) json.number("messages");
        entry.digest = Base64.getDecoder().decode(json.text("digest"));
        return entry;
    }

    byte[] written() {
        Map<String, @Nullable Object> json = MessageCodec.begun();
        json.put("number", number);
        json.put("conversation", conversation);
        json.put("tenant", tenant);
        json.put("acceptedAt", acceptedAt.toEpochMilli());
        json.put("expiresAt", expiresAt.toEpochMilli());
        json.put("state", state.name());
        json.put("faults", faults);
        json.put("lastFailure", lastFailure == null ? null : lastFailure.name());
        json.put("endedAt", endedAt == null ? null : endedAt.toEpochMilli());
        json.put("bytes", bytes);
        json.put("follows", follows);
        json.put("messages", messages);
        json.put("digest", Base64.getEncoder().encodeToString(digest));
        return MessageCodec.bytes(json);
    }

    /** Takes down what was said, so that a later turn of the same conversation is known by it. */
    void says(ChatRequest request, long size) {
        bytes = size;
        messages = request.messages().size();
        digest = digestOf(request.messages());
    }

    /** How many messages its request has: of the turns of a conversation a later one has more. */
    int messages() {
        return messages;
    }

    /** The place in a later request where the answer to this message belongs; -1 if it is no turn that comes after this. */
    int placeOfAnswer(ChatRequest later) {
        boolean isLater = later.messages().size() > messages
                && Arrays.equals(digest, digestOf(later.messages().subList(0, messages)));
        return isLater ? messages : -1;
    }

    private static byte[] digestOf(List<Message> messages) {
        ContentDigest digest = new ContentDigest();
        messages.forEach(digest::message);
        return digest.hash();
    }

    OutboxMessage seen() {
        return new OutboxMessage(id, state, conversation, tenant, acceptedAt, expiresAt, faults, lastFailure);
    }
}
