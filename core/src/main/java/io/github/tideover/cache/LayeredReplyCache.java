package io.github.tideover.cache;

import io.github.tideover.chat.ChatReply;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What is asked for often is in memory; all of it is below. */
final class LayeredReplyCache implements ReplyCache, Upkeep {
    private final InMemoryReplyCache near;
    private final ReplyCache far;

    LayeredReplyCache(InMemoryReplyCache near, ReplyCache far) {
        this.near = near;
        this.far = far;
    }

    InMemoryReplyCache near() {
        return near;
    }

    ReplyCache far() {
        return far;
    }

    @Override
    public void store(RequestFingerprint key, ChatReply reply, Instant now) {
        near.store(key, reply, now);
        far.store(key, reply, now);
    }

    @Override
    public Optional<ChatReply> find(RequestFingerprint key, Instant now) {
        Optional<ChatReply> found = near.find(key, now);
        if (found.isPresent()) {
            return found;
        }
        Optional<ChatReply> kept = far.find(key, now);
        kept.ifPresent(reply -> near.store(key, reply, now.minus(reply.age())));
        return kept;
    }

    @Override
    public void forget(String tenant) {
        near.forget(tenant);
        far.forget(tenant);
        near.forget(tenant); // what was fetched from below in between
    }

    @Override
    public void begin() {
        if (far instanceof Upkeep upkeep) {
            upkeep.begin();
        }
    }

    @Override
    public Optional<Duration> removeExpired(Instant now) {
        return far instanceof Upkeep upkeep ? upkeep.removeExpired(now) : Optional.empty();
    }

    @Override
    public void end() {
        if (far instanceof Upkeep upkeep) {
            upkeep.end();
        }
    }

    @Override
    public void close() {
        far.close();
    }
}
