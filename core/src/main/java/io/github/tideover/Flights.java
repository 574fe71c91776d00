package io.github.tideover;

import io.github.tideover.cache.RequestFingerprint;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The calls under way whose answer others wait for that ask the same. One leads, which goes on as if there were no others; the others
 * have its reply if it is one to share, and otherwise one of them leads next.
 */
final class Flights {
    private final ConcurrentMap<Key, Flight> underWay = new ConcurrentHashMap<>();

    /** What makes two requests the same, and who may see them: what one may be told, the other may. */
    private record Key(RequestFingerprint request, Set<String> allowedProviders, Set<String> requiredTags) {}

    /** The flight for a request: a new one, which the caller leads, or the one that is under way. */
    Flight join(RequestFingerprint fingerprint, ChatRequest request) {
        Key key = new Key(fingerprint, request.allowedProviders(), request.requiredTags());
        Flight fresh = new Flight(key);
        Flight before = underWay.putIfAbsent(key, fresh);
        return before == null ? fresh : before.followed();
    }

    /** How many are under way. */
    int count() {
        return underWay.size();
    }

    /** One call and those who wait for it, as one of them sees it. */
    final class Flight {
        private final Key key;
        private final boolean leads;
        private final CompletableFuture<@Nullable ChatReply> end;

        private Flight(Key key) {
            this(key, true, new CompletableFuture<>());
        }

        private Flight(Key key, boolean leads, CompletableFuture<@Nullable ChatReply> end) {
            this.key = key;
            this.leads = leads;
            this.end = end;
        }

        private Flight followed() {
            return new Flight(key, false, end);
        }

        boolean leads() {
            return leads;
        }

        /** For who leads: it is over, with a reply to share or without. More than once does nothing more. */
        void over(@Nullable ChatReply reply) {
            if (!end.isDone()) {
                underWay.remove(key, this); // first: who is woken may lead the next
                end.complete(reply);
            }
        }

        /** For who follows: has {@code listener} run when it is over, on whatever thread ends it. */
        @SuppressWarnings("FutureReturnValueIgnored") // the listener throws nothing
        void whenOver(Runnable listener) {
            end.whenComplete((reply, problem) -> listener.run());
        }

        /** The reply to share; null if there is none, or not yet. */
        @Nullable
        ChatReply reply() {
            return end.getNow(null);
        }
    }
}
