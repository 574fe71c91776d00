package io.github.tideover.examples;

import io.github.tideover.outbox.OutboxStore;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An outbox's store for a chat that leaves nothing behind: what waits in it goes with the program. */
final class MemoryStore implements OutboxStore {
    private final Map<String, byte[]> entries = new ConcurrentSkipListMap<>();

    @Override
    public void scan(String prefix, BiConsumer<String, byte[]> reader) {
        entries.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                reader.accept(key, value);
            }
        });
    }

    @Override
    public byte @Nullable [] read(String key) {
        return entries.get(key);
    }

    @Override
    public void write(Map<String, byte[]> written, Collection<String> removed) {
        entries.putAll(written);
        entries.keySet().removeAll(removed);
    }

    @Override
    public void close() {
        // What is in memory is freed with it.
    }
}
