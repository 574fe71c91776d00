package io.github.tideover.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/**
 * Arrays of bytes in a map, written as MVStore's own type writes them and read with more care. That one believes every length, so
 * that a single damaged byte asks for gigabytes and ends in an {@link OutOfMemoryError}; and nobody there asks whether keys are
 * in order, so that what is put among keys that are not may never be found. What is left of a damaged page is read by
 * {@link #REMAINS}, which objects to nothing and promises nothing.
 */
final class StoredBytes extends BasicDataType<byte[]> {
    static final StoredBytes KEYS = new StoredBytes(true, true);
    static final StoredBytes VALUES = new StoredBytes(false, true);
    static final StoredBytes REMAINS = new StoredBytes(false, false);
    /** MVStore divides a page that has more than 48 keys (its {@code keysPerPage}); this many are harmless to make room for. */
    private static final int MOST_IN_A_PAGE = 1 << 16;

    private final boolean inOrder;
    private final boolean isStrict;

    private StoredBytes(boolean inOrder, boolean isStrict) {
        this.inOrder = inOrder;
        this.isStrict = isStrict;
    }

    @Override
    public int getMemory(byte[] bytes) {
        return bytes.length;
    }

    @Override
    public void write(WriteBuffer to, byte[] bytes) {
        to.putVarInt(bytes.length).put(bytes);
    }

    @Override
    public byte[] read(ByteBuffer page) {
        int length = isStrict || page.hasRemaining() ? DataUtils.readVarInt(page) : 0;
        if (length < 0 || length > page.remaining()) {
            if (isStrict) {
                throw damaged("a record of " + length + " bytes where " + page.remaining() + " are left");
            }
            length = page.remaining(); // all before it may be whole
        }
        byte[] bytes = new byte[length];
        page.get(bytes);
        return bytes;
    }

    @Override
    public void read(ByteBuffer page, Object storage, int count) {
        super.read(page, storage, count);
        byte[][] all = (byte[][]) storage;
        for (int i = 1; inOrder && i < count; i++) {
            if (compare(all[i - 1], all[i]) >= 0) {
                throw damaged("keys out of order");
            }
        }
    }

    @Override
    public byte[][] createStorage(int count) {
        if (count < 0 || count > MOST_IN_A_PAGE) {
            throw damaged("a page of " + count + " records");
        }
        return new byte[count][];
    }

    @Override
    public int compare(byte[] one, byte[] two) {
        return Arrays.compareUnsigned(one, two);
    }

    private static RuntimeException damaged(String what) {
        return DataUtils.newMVStoreException(DataUtils.ERROR_FILE_CORRUPT, "{0}", what);
    }
}
