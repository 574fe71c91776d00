package io.github.tideover.examples.web;

import static java.util.Objects.requireNonNull;

import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.OutboxMessage;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.StatusEvent;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The conversations of all browsers, in memory, and what the client has to tell them. Safe for use by many threads. */
final class Rooms implements Assistant.Listener, AutoCloseable {
    private final Clock clock;
    private final int most;
    private final SecureRandom random = new SecureRandom();
    /** By the browser's secret; the one that was used last is last. Guarded by itself. */
    private final Map<String, Room> rooms = new LinkedHashMap<>(16, 0.75f, true);

    private volatile @Nullable Assistant assistant;

    private Rooms(Clock clock, int most) {
        this.clock = clock;
        this.most = most;
    }

    /**
     * Opens, without a room yet.
     *
     * @param provider whom to chat with; empty for providers of the sample's own
     * @param most how many rooms there are at most
     */
    static Rooms open(Optional<Provider> provider, Clock clock, int most) throws IOException {
        Rooms rooms = new Rooms(clock, most);
        rooms.assistant = Assistant.start(provider, rooms);
        return rooms;
    }

    Assistant assistant() {
        return requireNonNull(assistant);
    }

    Optional<Room> find(String key) {
        synchronized (rooms) {
            return Optional.ofNullable(rooms.get(key));
        }
    }

    /** A room for a browser that has none. */
    Room make() {
        return make(secret());
    }

    /** Another room for the same browser: what was kept of its answers is still for it, and for nobody else. */
    Room another(Room old) {
        return make(old.tenant());
    }

    /** Ends what goes on in a room, and forgets it. */
    void close(Room room) {
        synchronized (rooms) {
            rooms.remove(room.key());
        }
        room.close();
    }

    private Room make(String tenant) {
        String conversation = UUID.randomUUID().toString();
        Room room = new Room(
                secret(),
                tenant,
                conversation,
                assistant().conversation(tenant, conversation),
                () -> assistant().tideover().outbox(),
                clock);
        Room left = null;
        synchronized (rooms) {
            if (rooms.size() >= most) {
                left = rooms.values().stream()
                        .filter(Room::isEmpty)
                        .findFirst()
                        .orElseThrow(() -> new Refusal(503, "Too many people chat here at once. Try again later."));
                rooms.remove(left.key());
            }
            rooms.put(room.key(), room);
        }
        if (left != null) {
            left.close();
            assistant().tideover().forget(left.tenant());
        }
        return room;
    }

    private String secret() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private List<Room> all() {
        synchronized (rooms) {
            return List.copyOf(rooms.values());
        }
    }

    private Optional<Room> ofConversation(Optional<String> id) {
        return all().stream()
                .filter(room -> id.equals(Optional.of(room.conversation())))
                .findFirst();
    }

    @Override
    public void delivered(Delivery delivery) {
        ofConversation(delivery.conversation()).ifPresent(room -> room.delivered(delivery.id(), delivery.reply()));
    }

    @Override
    public void changed(OutboxMessage message) {
        ofConversation(message.conversation()).ifPresent(room -> {
            room.changed(message);
            room.tellQueue();
        });
        all().stream().filter(Room::isWaiting).forEach(Room::tellQueue);
    }

    @Override
    public void told(StatusEvent event) {
        all().forEach(room -> room.tellEach("status", page -> StatusView.of(event, page.language())));
    }

    @Override
    public void close() {
        all().forEach(Room::close);
        assistant().close();
    }
}
