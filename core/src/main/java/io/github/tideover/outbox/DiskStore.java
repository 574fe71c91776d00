package io.github.tideover.outbox;

import static java.util.Objects.requireNonNull;

import io.github.tideover.store.StoreFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;

/**
 * A map in a file. Each write is committed and then forced to the disk, since a commit alone stays with the operating system. All of
 * the file is read when it is opened, and again when something in it turns out to be damaged: what can still be read goes on in a
 * new file.
 */
final class DiskStore implements OutboxStore {
    private static final StoreFile.Kind KIND = new StoreFile.Kind("outbox.mv", "the outbox", 1, false, 4);
    private static final String MAP = "outbox";
    /** What was superseded is cleared away after so many writes, if it is most of the file. */
    private static final int TIDY_AFTER = 1_000;

    private static final int TIDY_BELOW_PERCENT = 40;
    private static final int TIDY_BYTES = 4 << 20;
    /** How many entries are in memory while all are gone through. */
    private static final int PAGE = 256;

    private final StoreFile file;
    private final BiPredicate<byte[], byte[]> isRecord;
    private @Nullable MVMap<byte[], byte[]> map;
    private boolean isDamaged;
    private boolean isMended;
    private int writes;

    private DiskStore(StoreFile file, BiPredicate<byte[], byte[]> isRecord) {
        this.file = file;
        this.isRecord = isRecord;
    }

    /**
     * Opens the file.
     *
     * @param directory where it is
     * @param isRecord whether a key and a value are what was written, which is asked of what is left of a damaged file
     */
    static DiskStore open(Path directory, BiPredicate<byte[], byte[]> isRecord) {
        StoreFile file = StoreFile.open(directory, KIND);
        try {
            DiskStore store = new DiskStore(file, isRecord);
            store.isMended = file.mend(MAP, isRecord);
            store.map = file.map(MAP);
            return store;
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /**
     * Whether the file was damaged when it was opened, or before, so that what belongs together may not be there together.
     *
     * @param prefix how some keys begin
     * @param other how as many others begin
     */
    boolean isIncomplete(String prefix, String other) throws IOException {
        return isMended || !Objects.equals(with(open -> count(open, prefix)), with(open -> count(open, other)));
    }

    private static long count(MVMap<byte[], byte[]> open, String prefix) {
        byte[] end = bytes(prefix);
        end[end.length - 1]++;
        return place(open, end) - place(open, bytes(prefix));
    }

    /** How many keys are before another. */
    private static long place(MVMap<byte[], byte[]> open, byte[] key) {
        long index = open.getKeyIndex(key);
        return index < 0 ? -index - 1 : index;
    }

    @Override
    public void scan(String prefix, BiConsumer<String, byte[]> reader) throws IOException {
        byte[] start = bytes(prefix);
        byte[] from = start;
        List<Map.Entry<byte[], byte[]>> some;
        do {
            byte[] next = from;
            some = requireNonNull(with(open -> entries(open, next, start)));
            for (Map.Entry<byte[], byte[]> each : some) {
                reader.accept(new String(each.getKey(), StandardCharsets.UTF_8), each.getValue());
                from = Arrays.copyOf(each.getKey(), each.getKey().length + 1); // there is none in between
            }
        } while (some.size() == PAGE);
    }

    private static List<Map.Entry<byte[], byte[]>> entries(MVMap<byte[], byte[]> open, byte[] from, byte[] prefix) {
        List<Map.Entry<byte[], byte[]>> some = new ArrayList<>();
        Cursor<byte[], byte[]> cursor = open.cursor(from);
        while (some.size() < PAGE && cursor.hasNext()) {
            byte[] key = cursor.next();
            if (!Arrays.equals(key, 0, Math.min(key.length, prefix.length), prefix, 0, prefix.length)) {
                break;
            }
            some.add(Map.entry(key, cursor.getValue()));
        }
        return some;
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException {
        return with(open -> open.get(bytes(key)));
    }

    @Override
    public void write(Map<String, byte[]> entries, Collection<String> removed) throws IOException {
        with(open -> {
            entries.forEach((key, value) -> open.put(bytes(key), value));
            removed.forEach(key -> open.remove(bytes(key)));
            MVStore store = open.getStore();
            store.commit();
            store.sync();
            if (++writes % TIDY_AFTER == 0 && store.compact(TIDY_BELOW_PERCENT, TIDY_BYTES)) {
                store.commit();
            }
            return null;
        });
    }

    /** Does something, and once more if the file turned out to be damaged, or somebody else has opened it anew meanwhile. */
    private <T> @Nullable T with(Function<MVMap<byte[], byte[]>, @Nullable T> what) throws IOException {
        for (boolean isFirst = true; ; isFirst = false) {
            MVMap<byte[], byte[]> open = null;
            try {
                open = map();
                return what.apply(open);
            } catch (RuntimeException | AssertionError | OutOfMemoryError e) { // see StoreFile.isDamage
                boolean isAnother = !drop(open, e);
                if (!isFirst || !(isAnother || StoreFile.isDamage(e))) {
                    throw new IOException("the file cannot be read or written", e);
                }
            }
        }
    }

    private synchronized MVMap<byte[], byte[]> map() {
        MVMap<byte[], byte[]> open = map;
        if (open == null) {
            file.reopen();
            if (isDamaged) {
                file.mend(MAP, isRecord);
                isDamaged = false;
            }
            open = file.map(MAP);
            map = open;
        }
        return open;
    }

    /** What was not committed must not be by the next write: the file is opened again before it is used again. */
    @SuppressWarnings("ReferenceEquality") // whether it is the same one, whatever is in it
    private synchronized boolean drop(@Nullable MVMap<byte[], byte[]> open, Throwable problem) {
        if (map != open) {
            return false;
        }
        map = null;
        isDamaged |= StoreFile.isDamage(problem);
        return true;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        file.close();
    }
}
