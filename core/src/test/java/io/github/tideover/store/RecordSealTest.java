package io.github.tideover.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a record shows, what it hides, and with which key. */
class RecordSealTest {
    private static final byte[] PLACE = "place".getBytes(UTF_8);
    private static final byte[] WORDS = "My order number is 17".getBytes(UTF_8);

    private static SecretKey key(int seed) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) seed);
        return new SecretKeySpec(bytes, "AES");
    }

    private static Stream<RecordSeal> bothKinds() {
        return Stream.of(RecordSeal.unencrypted("the test"), RecordSeal.encrypted("the test", Map.of("one", key(1))));
    }

    @ParameterizedTest
    @MethodSource("bothKinds")
    void whatWasSealedComesBack(RecordSeal seal) {
        assertThat(seal.open("map", PLACE, seal.seal("map", PLACE, WORDS))).isEqualTo(WORDS);
        assertThat(seal.open("map", PLACE, seal.seal("map", PLACE, new byte[0])))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("bothKinds")
    void eachFlippedBitIsNoticed(RecordSeal seal) {
        byte[] record = seal.seal("map", PLACE, WORDS);
        for (int bit = 0; bit < record.length * 8; bit++) {
            byte[] flipped = record.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(seal.open("map", PLACE, flipped)).as("bit " + bit).isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("bothKinds")
    void eachCutIsNoticed(RecordSeal seal) {
        byte[] record = seal.seal("map", PLACE, WORDS);
        for (int length = 0; length < record.length; length++) {
            assertThat(seal.open("map", PLACE, Arrays.copyOf(record, length)))
                    .as(length + " bytes")
                    .isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("bothKinds")
    void aRecordThatWasMovedIsNotTakenForAnother(RecordSeal seal) {
        byte[] record = seal.seal("map", PLACE, WORDS);
        assertThat(seal.open("mapp", "lace".getBytes(UTF_8), record)).isNull();
        assertThat(seal.open("other", PLACE, record)).isNull();
        assertThat(seal.open("map", "place2".getBytes(UTF_8), record)).isNull();
    }

    @ParameterizedTest
    @MethodSource("bothKinds")
    void whatIsWorthKeepingIsKnownByWhetherItCanBeRead(RecordSeal seal) {
        byte[] record = seal.seal("map", PLACE, WORDS);
        assertThat(seal.isWhole("map", PLACE, record)).isTrue();
        assertThat(seal.isWhole("map", WORDS, record)).isFalse();
        record[record.length - 1] ^= 1;
        assertThat(seal.isWhole("map", PLACE, record)).isFalse();
        assertThat(seal.isWhole("map", PLACE, new byte[0])).isFalse();
    }

    @Test
    void whatTakesAKeyThatIsNotThereIsWorthKeepingToo() {
        byte[] record = RecordSeal.encrypted("the test", Map.of("one", key(1))).seal("map", PLACE, WORDS);
        assertThat(RecordSeal.encrypted("the test", Map.of("two", key(2))).isWhole("map", PLACE, record))
                .isTrue();
        assertThat(RecordSeal.unencrypted("the test").isWhole("map", PLACE, record))
                .isTrue();
        assertThat(RecordSeal.encrypted("the test", Map.of("one", key(2))).isWhole("map", PLACE, record))
                .isFalse();
    }

    @Test
    void anEncryptedRecordShowsNothing() {
        RecordSeal seal = RecordSeal.encrypted("the test", Map.of("one", key(1)));
        Set<String> records = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            byte[] record = seal.seal("map", PLACE, WORDS);
            assertThat(new String(record, UTF_8)).doesNotContain("order");
            assertThat(RecordSeal.isEncrypted(record)).isTrue();
            records.add(Arrays.toString(record));
        }
        assertThat(records).as("the same twice would be a nonce used twice").hasSize(100);
    }

    @Test
    void keysCanBeChanged() {
        byte[] old = RecordSeal.encrypted("the test", Map.of("one", key(1))).seal("map", PLACE, WORDS);
        Map<String, SecretKey> both = new LinkedHashMap<>();
        both.put("one", key(1));
        both.put("two", key(2));
        RecordSeal rotated = RecordSeal.encrypted("the test", both);
        assertThat(rotated.open("map", PLACE, old)).isEqualTo(WORDS);

        byte[] fresh = rotated.seal("map", PLACE, WORDS);
        RecordSeal afterwards = RecordSeal.encrypted("the test", Map.of("two", key(2)));
        assertThat(afterwards.open("map", PLACE, fresh)).isEqualTo(WORDS);
        assertThat(afterwards.open("map", PLACE, old)).as("its key is gone").isNull();
    }

    @Test
    void anotherKeyOfTheSameIdReadsNothing() {
        byte[] record = RecordSeal.encrypted("the test", Map.of("one", key(1))).seal("map", PLACE, WORDS);
        assertThat(RecordSeal.encrypted("the test", Map.of("one", key(2))).open("map", PLACE, record))
                .isNull();
    }

    @Test
    void withoutKeysNothingEncryptedIsRead() {
        byte[] record = RecordSeal.encrypted("the test", Map.of("one", key(1))).seal("map", PLACE, WORDS);
        assertThat(RecordSeal.unencrypted("the test").open("map", PLACE, record))
                .isNull();
    }

    @Test
    void aKeyThatCannotWorkIsRefusedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordSeal.checkKey("k", new SecretKeySpec(new byte[5], "AES")))
                .withMessage("encryption key k must have 16, 24 or 32 bytes, not 5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordSeal.checkKey("k", new SecretKeySpec(new byte[32], "HmacSHA256")))
                .withMessage("encryption key k must be for AES, not for HmacSHA256;"
                        + " make one with new SecretKeySpec(bytes, \"AES\")");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordSeal.checkKey("", key(1)))
                .withMessage("the id of an encryption key must have 1 to 100 bytes, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordSeal.encrypted("the test", Map.of()))
                .withMessage("encryption needs a key");
    }
}
