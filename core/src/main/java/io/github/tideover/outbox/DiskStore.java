package io.github.tideover.outbox;

import io.github.tideover.store.StoreFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.function.BiConsumer;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;

/** A map in a file. Each write is committed and then forced to the disk, since a commit alone stays with the operating system. */
final class DiskStore implements OutboxStore {
    private static final StoreFile.Kind KIND = new StoreFile.Kind("outbox.mv", "the outbox", 1, false, 4);
    private static final String MAP = "outbox";
    /** What was superseded is cleared away after so many writes, if it is most of the file. */
    private static final int TIDY_AFTER = 1_000;

    private static final int TIDY_BELOW_PERCENT = 40;
    private static final int TIDY_BYTES = 4 << 20;

    private final StoreFile file;
    private @Nullable MVMap<byte[], byte[]> map;
    private int writes;

    private DiskStore(StoreFile file) {
        this.file = file;
        map = file.map(MAP);
    }

    static DiskStore open(Path directory) {
        return new DiskStore(StoreFile.open(directory, KIND));
    }

    @Override
    public void scan(String prefix, BiConsumer<String, byte[]> reader) throws IOException {
        try {
            MVMap<byte[], byte[]> open = map();
            Iterator<byte[]> keys = open.keyIterator(bytes(prefix));
            while (keys.hasNext()) {
                byte[] key = keys.next();
                String name = new String(key, StandardCharsets.UTF_8);
                byte[] value = open.get(key);
                if (!name.startsWith(prefix)) {
                    return;
                }
                if (value != null) {
                    reader.accept(name, value);
                }
            }
        } catch (RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException {
        try {
            return map().get(bytes(key));
        } catch (RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public void write(Map<String, byte[]> entries, Collection<String> removed) throws IOException {
        try {
            MVMap<byte[], byte[]> open = map();
            MVStore store = file.store();
            entries.forEach((key, value) -> open.put(bytes(key), value));
            removed.forEach(key -> open.remove(bytes(key)));
            store.commit();
            store.sync();
            if (++writes % TIDY_AFTER == 0 && store.compact(TIDY_BELOW_PERCENT, TIDY_BYTES)) {
                store.commit();
            }
        } catch (RuntimeException e) {
            throw failed(e);
        }
    }

    private synchronized MVMap<byte[], byte[]> map() {
        MVMap<byte[], byte[]> open = map;
        if (open == null) {
            file.reopen();
            open = file.map(MAP);
            map = open;
        }
        return open;
    }

    /** What was not committed must not be by the next write: the file is opened again before it is used again. */
    private synchronized IOException failed(RuntimeException problem) {
        map = null;
        return new IOException("the file cannot be read or written", problem);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        file.close();
    }
}
