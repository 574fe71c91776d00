package io.github.tideover.store;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.Page;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries over what can still be read of a damaged file. It goes from page to page, past those that cannot be read, and looks for no key:
 * that keys are out of order, or the way to them is damaged, does not matter. The file is only read.
 */
final class Rescue {
    private static final Logger log = LoggerFactory.getLogger(Rescue.class);
    /** What is carried over is written in pieces of about this size. */
    private static final int AT_ONCE = 4 << 20;
    /** No record takes less, with its key: a page that claims to have more below it than fit into the file does not know. */
    private static final int SMALLEST_RECORD = 8;

    private final Path damaged;
    private final long mostRecords;
    private final BiPredicate<byte[], byte[]> isRecord;
    private final Set<Long> seen = new HashSet<>();
    private boolean isAllCounted = true;
    private long counted;
    private long met;
    private long saved;

    /**
     * Makes one, for one file.
     *
     * @param damaged the file
     * @param size its size in bytes
     * @param isRecord whether a key and a value are what was written
     */
    Rescue(Path damaged, long size, BiPredicate<byte[], byte[]> isRecord) {
        this.damaged = damaged;
        this.isRecord = isRecord;
        mostRecords = size / SMALLEST_RECORD;
    }

    /** Puts all that can be read into a map, whatever the map was called that it was in. Throws only what hinders writing. */
    void into(MVMap<byte[], byte[]> target) {
        MVStore from = ifReadable(() ->
                new MVStore.Builder().fileName(damaged.toString()).readOnly().open());
        if (from == null) {
            return;
        }
        try {
            Set<String> names = ifReadable(from::getMapNames);
            for (String name : names == null ? Set.<String>of() : names) {
                if (!name.equals(StoreFile.ABOUT)) {
                    Page<byte[], byte[]> root =
                            ifReadable(() -> StoreFile.remains(from, name).getRootPage());
                    count(root);
                    carryOver(root, target);
                }
            }
        } finally {
            from.closeImmediately();
        }
    }

    private void count(@Nullable Page<byte[], byte[]> root) {
        Long count = root == null ? null : ifReadable(root::getTotalCount);
        if (count != null && count <= mostRecords) {
            counted += count;
        } else {
            isAllCounted = false;
        }
    }

    private void carryOver(@Nullable Page<byte[], byte[]> page, MVMap<byte[], byte[]> target) {
        if (page == null) {
            return;
        }
        if (page.isLeaf()) {
            for (int i = 0; i < page.getKeyCount(); i++) {
                met++;
                byte[] key = page.getKey(i);
                byte[] value = page.getValue(i);
                if (isRecord.test(key, value) && target.put(key, value) == null) {
                    saved++;
                }
            }
            if (target.getStore().getUnsavedMemory() > AT_ONCE) {
                target.getStore().commit();
            }
            return;
        }
        for (int i = 0; i < page.getRawChildPageCount(); i++) {
            int place = i;
            if (seen.add(page.getChildPagePos(i))) { // damaged pages may lead round in circles
                carryOver(ifReadable(() -> page.getChildPage(place)), target);
            }
        }
    }

    /** What MVStore throws for what makes no sense is almost anything: see {@link StoreFile#isDamage}. */
    private static <T> @Nullable T ifReadable(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (RuntimeException | AssertionError | OutOfMemoryError e) {
            log.debug(
                    "A part of a damaged file cannot be read: {}", e.getClass().getName());
            return null;
        }
    }

    /** What was done, for a message. */
    String account() {
        long lost = Math.max(met, counted) - saved;
        return saved + " records were saved, "
                + (isAllCounted ? Long.toString(lost) : lost == 0 ? "an unknown number" : "at least " + lost)
                + " could not be";
    }
}
