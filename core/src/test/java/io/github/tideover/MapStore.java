package io.github.tideover;

import io.github.tideover.outbox.OutboxStore;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** A store that another implementation of the interface might be, and that behaves as badly as it is told. */
final class MapStore implements OutboxStore {
    final ConcurrentSkipListMap<String, byte[]> entries = new ConcurrentSkipListMap<>();
    final AtomicInteger writes = new AtomicInteger();
    volatile boolean isBroken;
    volatile boolean isUnreadable;
    private volatile CountDownLatch hang = new CountDownLatch(0);

    /** From now on writes wait. */
    void hangs() {
        hang = new CountDownLatch(1);
    }

    void goesOn() {
        hang.countDown();
    }

    /** Changes a byte of an entry. */
    void damages(String key) {
        entries.computeIfPresent(key, (any, value) -> {
            byte[] damaged = value.clone();
            damaged[damaged.length / 2] ^= 1;
            return damaged;
        });
    }

    /** What of one kind there is: {@code "m/"} for messages, {@code "s/"} for states, {@code "r/"} for replies. */
    long count(String prefix) {
        return entries.keySet().stream().filter(key -> key.startsWith(prefix)).count();
    }

    @Override
    public void scan(String prefix, BiConsumer<String, byte[]> reader) {
        entries.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                reader.accept(key, value);
            }
        });
    }

    @Override
    public byte[] read(String key) throws IOException {
        if (isUnreadable) {
            throw new IOException("the network is away");
        }
        return entries.get(key);
    }

    @Override
    public void write(Map<String, byte[]> changed, Collection<String> removed) throws IOException {
        writes.incrementAndGet();
        try {
            hang.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        if (isBroken) {
            throw new IOException("no space left on device");
        }
        entries.putAll(changed);
        entries.keySet().removeAll(removed);
    }

    @Override
    public void close() {}
}
