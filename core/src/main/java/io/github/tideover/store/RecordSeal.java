package io.github.tideover.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes records of what is to be kept, that show when a byte of them was changed or when they were moved to another place; and
 * hides what is in them, if there are keys. Without keys a checksum (CRC-32C) does the former, which finds what a disk did and not
 * what a person did. With keys both are done by AES in Galois/Counter Mode with a random nonce of 96 bits and a tag of 128, as
 * NIST SP 800-38D has it, which allows 2^32 records for one key (section 8.3).
 *
 * <p>A record that was encrypted names its key, so that keys can be changed: new records are made with the newest, old
 * ones are read with whichever they name. Safe for use by many threads.
 */
public final class RecordSeal {
    private static final Logger log = LoggerFactory.getLogger(RecordSeal.class);
    private static final byte PLAIN = 1;
    private static final byte ENCRYPTED = 2;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int MOST_ID_BYTES = 100;

    private final String title;
    private final @Nullable String newest;
    private final Map<String, SecretKey> keys;
    private final SecureRandom random = new SecureRandom();
    /** What was warned of: ids of keys that are not there, and the empty word for damage. */
    private final Set<String> warnedOf = ConcurrentHashMap.newKeySet();

    private RecordSeal(String title, @Nullable String newest, Map<String, SecretKey> keys) {
        this.title = title;
        this.newest = newest;
        this.keys = keys;
    }

    /**
     * Records that are not encrypted.
     *
     * @param title what messages call the place they are kept in
     * @return the seal
     */
    public static RecordSeal unencrypted(String title) {
        return new RecordSeal(title, null, Map.of());
    }

    /**
     * Records that are encrypted.
     *
     * @param title what messages call the place they are kept in
     * @param keys the keys by their ids, the one that new records are made with last
     * @return the seal
     * @throws IllegalArgumentException if there is none, or {@link #checkKey} would throw for one
     */
    public static RecordSeal encrypted(String title, Map<String, SecretKey> keys) {
        String last = null;
        for (Map.Entry<String, SecretKey> each : keys.entrySet()) {
            checkKey(each.getKey(), each.getValue());
            last = each.getKey();
        }
        if (last == null) {
            throw new IllegalArgumentException("encryption needs a key");
        }
        return new RecordSeal(title, last, Collections.unmodifiableMap(new LinkedHashMap<>(keys)));
    }

    /**
     * Checks a key before it is used.
     *
     * @param id its name, which is kept beside each record
     * @param key the key
     * @throws IllegalArgumentException if the id is empty or longer than 100 bytes, or the key is none for AES
     */
    public static void checkKey(String id, SecretKey key) {
        int idBytes = id.getBytes(StandardCharsets.UTF_8).length;
        if (idBytes == 0 || idBytes > MOST_ID_BYTES) {
            throw new IllegalArgumentException(
                    "the id of an encryption key must have 1 to " + MOST_ID_BYTES + " bytes, not " + idBytes);
        }
        if (!"AES".equalsIgnoreCase(key.getAlgorithm())) {
            throw new IllegalArgumentException("encryption key " + id + " must be for AES, not for "
                    + key.getAlgorithm() + "; make one with new SecretKeySpec(bytes, \"AES\")");
        }
        byte[] encoded = key.getEncoded(); // null where the key never leaves its hardware
        if (encoded != null && encoded.length != 16 && encoded.length != 24 && encoded.length != 32) {
            throw new IllegalArgumentException(
                    "encryption key " + id + " must have 16, 24 or 32 bytes, not " + encoded.length);
        }
    }

    /**
     * Makes a record.
     *
     * @param map the name of the map it goes into
     * @param key its key there, and whatever else must not change with it
     * @param content what is to be kept
     * @return the record
     */
    public byte[] seal(String map, byte[] key, byte[] content) {
        if (newest == null) {
            return ByteBuffer.allocate(1 + Integer.BYTES + content.length)
                    .put(PLAIN)
                    .putInt(checksum(map, key, content))
                    .put(content)
                    .array();
        }
        byte[] id = newest.getBytes(StandardCharsets.UTF_8);
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] hidden = cipher(Cipher.ENCRYPT_MODE, newest, nonce, map, key).doFinal(content);
            return ByteBuffer.allocate(2 + id.length + NONCE_BYTES + hidden.length)
                    .put(ENCRYPTED)
                    .put((byte) id.length)
                    .put(id)
                    .put(nonce)
                    .put(hidden)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(title + " cannot encrypt with key " + newest, e);
        }
    }

    /**
     * Reads a record.
     *
     * @param map the name of the map it was found in
     * @param key what {@link #seal} was given as its key
     * @param record the record
     * @return what was kept; null if the record is damaged, is not from this place, or names a key that is not there. There is
     *     one warning for each key, and one for damage.
     */
    public byte @Nullable [] open(String map, byte[] key, byte[] record) {
        String id = keyOf(record);
        if (id != null && !keys.containsKey(id)) {
            if (warnedOf.add(id)) {
                log.warn(
                        "{}: the encryption key {} is not there; what was encrypted with it is as good as gone",
                        title,
                        printable(id));
            }
            return null;
        }
        byte[] content = content(map, key, record, id);
        if (content == null && warnedOf.add("")) {
            log.warn("{}: a record is damaged, or was encrypted with another key of that id; it is passed over", title);
        }
        return content;
    }

    /**
     * Whether a record is worth keeping: it can be read, or it takes a key that is not there and may be again. Warns of nothing.
     *
     * @param map the name of the map it was found in
     * @param key what {@link #seal} was given as its key
     * @param record the record
     * @return false if it is damaged, or is not from this place
     */
    public boolean isWhole(String map, byte[] key, byte[] record) {
        String id = keyOf(record);
        return (id != null && !keys.containsKey(id)) || content(map, key, record, id) != null;
    }

    /** The id of the key that an encrypted record names; null if it names none. */
    private static @Nullable String keyOf(byte[] record) {
        int idLength = record.length > 2 && record[0] == ENCRYPTED ? record[1] : -1;
        return idLength < 1 || record.length < 2 + idLength + NONCE_BYTES + TAG_BITS / Byte.SIZE
                ? null
                : new String(record, 2, idLength, StandardCharsets.UTF_8);
    }

    /** What is in a record that names this key, which is there, or names none; null if it is damaged. */
    private byte @Nullable [] content(String map, byte[] key, byte[] record, @Nullable String id) {
        if (record.length > Integer.BYTES && record[0] == PLAIN) {
            int sum = ByteBuffer.wrap(record).getInt(1);
            byte[] content = Arrays.copyOfRange(record, 1 + Integer.BYTES, record.length);
            return sum == checksum(map, key, content) ? content : null;
        }
        if (id == null) {
            return null;
        }
        int idLength = record[1];
        int start = 2 + idLength + NONCE_BYTES;
        byte[] nonce = new byte[NONCE_BYTES];
        System.arraycopy(record, 2 + idLength, nonce, 0, NONCE_BYTES);
        try {
            return cipher(Cipher.DECRYPT_MODE, id, nonce, map, key).doFinal(record, start, record.length - start);
        } catch (AEADBadTagException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(title + " cannot decrypt with key " + id, e);
        }
    }

    /**
     * Whether a record is encrypted. One that is not can be read although there are keys: whoever does not want that looks
     * first.
     *
     * @param record the record
     * @return whether it is
     */
    public static boolean isEncrypted(byte[] record) {
        return record.length > 0 && record[0] == ENCRYPTED;
    }

    /**
     * Whether a record was made as {@link #seal} makes them now: with the newest key, or with none where there is none.
     *
     * @param record the record
     * @return whether it was
     */
    public boolean isCurrent(byte[] record) {
        if (newest == null) {
            return record.length > 0 && record[0] == PLAIN;
        }
        byte[] id = newest.getBytes(StandardCharsets.UTF_8);
        int end = 2 + id.length;
        return isEncrypted(record)
                && record.length > end
                && record[1] == id.length
                && Arrays.equals(record, 2, end, id, 0, id.length);
    }

    /**
     * Whether {@link #seal} encrypts.
     *
     * @return whether there are keys
     */
    public boolean encrypts() {
        return newest != null;
    }

    /** An id from a damaged record may be anything, and goes into a log. */
    private static String printable(String id) {
        return id.replaceAll("[^\\p{Alnum}._:/+@-]", "?");
    }

    private Cipher cipher(int mode, String id, byte[] nonce, String map, byte[] key) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, keys.get(id), new GCMParameterSpec(TAG_BITS, nonce));
        byte[] name = map.getBytes(StandardCharsets.UTF_8);
        cipher.updateAAD(ByteBuffer.allocate(Integer.BYTES).putInt(name.length).flip());
        cipher.updateAAD(name);
        cipher.updateAAD(key);
        return cipher;
    }

    private static int checksum(String map, byte[] key, byte[] content) {
        CRC32C sum = new CRC32C();
        byte[] name = map.getBytes(StandardCharsets.UTF_8);
        sum.update(ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(name.length)
                .putInt(key.length)
                .flip());
        sum.update(name);
        sum.update(key);
        sum.update(content);
        return (int) sum.getValue();
    }
}
