package io.github.tideover.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is opened by one at a time, and whatever is in it. */
class StoreFileTest {
    private static final StoreFile.Kind KIND = new StoreFile.Kind("test.store", "the test", 1, false, 4);

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("test.store");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private void write(int entries) {
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            MVMap<byte[], byte[]> map = open.map("m");
            for (int i = 0; i < entries; i++) {
                map.put(bytes("k" + i), bytes("v" + i));
            }
            open.store().commit();
        }
    }

    private List<String> namesInDirectory() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatWasCommittedIsThereAgain() {
        write(100);
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            assertThat(open.map("m").get(bytes("k99"))).isEqualTo(bytes("v99"));
            assertThat(open.setAside()).isEmpty();
        }
    }

    @Test
    void aDirectoryThatIsMissingIsMade() {
        Path deep = directory.resolve("a/b");
        StoreFile.open(deep, KIND).close();
        assertThat(deep.resolve("test.store")).exists();
    }

    @Test
    void aFileInPlaceOfTheDirectoryIsSaidToBeOne() throws IOException {
        Path notOne = Files.createFile(directory.resolve("file"));
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> StoreFile.open(notOne, KIND))
                .withMessage("the test needs a directory, and " + notOne + " is a file; name a directory");
    }

    @Test
    void aDirectoryThatCannotBeWrittenToIsSaidToBeOne() {
        Path readOnly = Path.of("/proc/self"); // nobody can make a file there, not even root
        assumeTrue(Files.isDirectory(readOnly), "needs a proc file system");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> StoreFile.open(readOnly, KIND))
                .withMessageStartingWith("the test cannot write to /proc/")
                .withMessageEndingWith("; name a directory that this process may write to");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> StoreFile.open(readOnly.resolve("inner"), KIND))
                .withMessageStartingWith("the test cannot make its directory /proc/self/inner");
    }

    @Test
    void aSecondOpeningInTheSameProcessIsRefusedAndDisturbsNothing() {
        try (StoreFile first = StoreFile.open(directory, KIND)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> StoreFile.open(directory.resolve("../" + directory.getFileName()), KIND))
                    .withMessageEndingWith("is open in this process already;"
                            + " share the one that is open, or give each its own directory");
            first.map("m").put(bytes("k"), bytes("v"));
            first.store().commit();
        }
        try (StoreFile again = StoreFile.open(directory, KIND)) {
            assertThat(again.map("m").get(bytes("k"))).isEqualTo(bytes("v"));
        }
    }

    /** Opens the file, says so, and waits to be killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException {
            StoreFile open = StoreFile.open(Path.of(args[0]), KIND);
            open.map("m").put(bytes("k"), bytes("v"));
            open.store().commit();
            System.out.println("open");
            System.out.flush();
            System.in.read();
        }
    }

    @Test
    void aSecondProcessIsToldWhoHasItAndGetsItWhenThatIsKilled() throws Exception {
        try (ChildJvm holder = ChildJvm.start(Holder.class, directory.toString())) {
            assertThat(holder.line()).isEqualTo("open");
            for (int i = 0; i < 2; i++) {
                assertThatIllegalStateException()
                        .isThrownBy(() -> StoreFile.open(directory, KIND))
                        .withMessageContaining("is in use by process " + holder.pid() + ", since 20")
                        .withMessageEndingWith("; stop that, or give each process its own directory");
            }
            holder.kill();
        }
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            assertThat(open.map("m").get(bytes("k"))).isEqualTo(bytes("v"));
            assertThat(open.setAside()).isEmpty();
        }
    }

    @Test
    void aForeignFileIsSetAsideUnchanged() throws IOException {
        byte[] foreign = bytes("this is somebody's diary\n".repeat(1_000));
        Files.write(file(), foreign);
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            Path aside = open.setAside().orElseThrow();
            assertThat(aside.getFileName().toString()).matches("test\\.store\\.damaged-[0-9]{8}T[0-9]{6}Z");
            assertThat(aside).hasBinaryContent(foreign);
            open.map("m").put(bytes("k"), bytes("v"));
        }
    }

    @Test
    void asManyAsNeedBeAreSetAside() throws IOException {
        for (int i = 0; i < 3; i++) {
            Files.write(file(), bytes("diary " + i));
            Files.setLastModifiedTime(file(), FileTime.fromMillis(0));
            StoreFile.open(directory, KIND).close();
        }
        assertThat(namesInDirectory())
                .contains(
                        "test.store.damaged-19700101T000000Z",
                        "test.store.damaged-19700101T000000Z-2",
                        "test.store.damaged-19700101T000000Z-3");
    }

    @Test
    void anotherProgramsStoreIsSetAside() {
        try (MVStore other = MVStore.open(file().toString())) {
            other.openMap("accounts").put("a", "b");
        }
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            assertThat(open.setAside().orElseThrow().toString()).contains("test.store.foreign-");
        }
    }

    @Test
    void aStoreForAnotherPurposeOrOfAnotherFormatIsSetAside() {
        write(1);
        try (StoreFile open = StoreFile.open(directory, new StoreFile.Kind("test.store", "the other", 1, false, 4))) {
            assertThat(open.setAside().orElseThrow().toString()).contains("test.store.foreign-");
        }
        try (StoreFile open = StoreFile.open(directory, new StoreFile.Kind("test.store", "the other", 2, false, 4))) {
            assertThat(open.setAside().orElseThrow().toString()).contains("test.store.other-format-");
        }
    }

    @Test
    void anEmptyFileIsANewOne() throws IOException {
        Files.createFile(file());
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            assertThat(open.setAside()).isEmpty();
        }
    }

    @Test
    void aFileOfWhichTheBeginningIsLeftIsNotTakenForAnEmptyOne() throws IOException {
        write(500);
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            open.rewrite();
        }
        byte[] whole = Files.readAllBytes(file());
        Files.write(file(), Arrays.copyOf(whole, 3 * 4_096));
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            assertThat(open.setAside()).isPresent();
        }
    }

    /** It opens, and each value is either what was written or not there; or it is set aside. */
    @Test
    void aFileThatIsCutAnywhereOpensWithoutWrongData() throws IOException {
        write(500);
        byte[] whole = Files.readAllBytes(file());
        for (int part = 0; part <= 40; part++) {
            Files.write(file(), Arrays.copyOf(whole, whole.length * part / 40));
            readWhatIsLeft("cut at " + part + " of 40");
        }
    }

    @Test
    void aFileWithFlippedBytesOpensWithoutWrongData() throws IOException {
        write(500);
        byte[] whole = Files.readAllBytes(file());
        Random dice = new Random(7);
        for (int round = 0; round < 150; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i <= round % 5; i++) {
                damaged[dice.nextInt(damaged.length)] ^= (byte) (1 + dice.nextInt(255));
            }
            Files.write(file(), damaged, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
            readWhatIsLeft("round " + round);
        }
    }

    /** Writes over the first of several places where something stands in the file. */
    private void damage(byte[] where, int offset, int... with) throws IOException {
        byte[] all = Files.readAllBytes(file());
        String text = new String(all, ISO_8859_1);
        int at = text.indexOf(new String(where, ISO_8859_1));
        assertThat(at).isPositive();
        for (int from = at; from >= 0; from = text.indexOf(new String(where, ISO_8859_1), from + 1)) {
            for (int i = 0; i < with.length; i++) {
                all[from + offset + i] = (byte) with[i];
            }
        }
        Files.write(file(), all);
    }

    /**
     * With that mark MVStore 2.4.240 tries chunks too of which nothing is needed any more, and where a later one lies over one of them, as
     * after a crash, it goes back to an old version without a word. Without it, it begins with the newest.
     */
    @Test
    void aFileIsNotMarkedAsClosedInOrder() throws IOException {
        write(100);
        assertThat(new String(Files.readAllBytes(file()), 0, 2 * 4096, ISO_8859_1))
                .startsWith("H:2,")
                .doesNotContain("clean:1");
    }

    @Test
    void aDamagedLengthAsksForNoGigabytes() throws IOException {
        write(100);
        damage(bytes("k10"), -1, 0xff, 0xff, 0xff, 0xff, 0x07); // a varint: Integer.MAX_VALUE
        assertReadingFailsWith("a record of 2147483647 bytes");
    }

    @Test
    void aDamagedCountAsksForNoGigabytes() throws IOException {
        write(1);
        damage(new byte[] {2, 'k', '0', 2, 'v', '0'}, -2, 0xff, 0xff, 0xff, 0xff, 0x07);
        assertReadingFailsWith("a page of 2147483647 records");
    }

    @Test
    void keysThatAreOutOfOrderAreFoundWhenTheyAreRead() throws IOException {
        write(100);
        damage(bytes("k10"), 1, 'z');
        assertReadingFailsWith("keys out of order");
    }

    private static boolean isRecord(byte[] key, byte[] value) {
        return new String(key, UTF_8).equals("k" + new String(value, UTF_8).replace("v", ""));
    }

    /** Opens the damaged file, and returns how many records are left of it. */
    private long mended(int entries) throws IOException {
        byte[] damaged = Files.readAllBytes(file());
        long left = 0;
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            open.mend("m", StoreFileTest::isRecord);
            assertThat(open.setAside().orElseThrow()).hasBinaryContent(damaged);
            for (int i = 0; i < entries; i++) {
                byte[] value = open.map("m").get(bytes("k" + i));
                assertThat(value == null || Arrays.equals(value, bytes("v" + i)))
                        .isTrue();
                left += value == null ? 0 : 1;
            }
            assertThat(open.map("m").sizeAsLong()).isEqualTo(left);
            open.map("m").put(bytes("new"), bytes("v"));
            open.store().commit();
        }
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            open.mend("m", StoreFileTest::isRecord);
            assertThat(open.setAside()).isEmpty();
            assertThat(open.map("m").sizeAsLong()).isEqualTo(left + 1);
        }
        return left;
    }

    @Test
    void ofADamagedPageNothingElseSuffers() throws IOException {
        write(500);
        damage(bytes("k10"), -1, 0xff, 0xff, 0xff, 0xff, 0x07);
        assertThat(mended(500)).isBetween(400L, 499L);
        assertThat(namesInDirectory()).doesNotContain("test.store.new");
    }

    @Test
    void ofADamagedRecordWhatIsBeforeItInItsPageIsSaved() throws IOException {
        write(40);
        damage(bytes("v39"), -1, 0x7f); // k39 is followed by k4 to k9
        assertThat(mended(40)).isEqualTo(33);
    }

    @Test
    void aKeyThatIsOutOfOrderIsLostAndItsNeighboursAreNot() throws IOException {
        write(500);
        damage(bytes("k10" + (char) 4 + "k100"), 1, 'z');
        assertThat(mended(500)).isEqualTo(499);
    }

    @Test
    void whereTheWayToAKeyIsDamagedItIsFoundAgain() throws IOException {
        write(500);
        byte[] first;
        byte[] second;
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            first = open.map("m").getRootPage().getKey(0);
            second = open.map("m").getRootPage().getKey(1);
        }
        String inTheRoot = new String(first, UTF_8) + (char) second.length + new String(second, UTF_8);
        damage(bytes(inTheRoot), first.length - 1, first[first.length - 1] + 1);
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            assertThat(open.map("m").get(first)).isNull(); // though it is there
        }
        assertThat(mended(500)).isEqualTo(500);
    }

    @Test
    void aMapThatHasLostItsNameIsFound() throws IOException {
        write(100);
        damage(bytes("name:m"), 5, 'n');
        assertThat(mended(100)).isEqualTo(100);
    }

    @Test
    void aFileThatIsWholeIsLeftAlone() {
        write(500);
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            MVMap<byte[], byte[]> map = open.map("m");
            open.mend("m", (key, value) -> false);
            assertThat(open.map("m")).isSameAs(map);
            assertThat(open.setAside()).isEmpty();
        }
    }

    private void assertReadingFailsWith(String words) {
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            assertThat(open.setAside()).isEmpty();
            assertThatExceptionOfType(MVStoreException.class)
                    .isThrownBy(() -> open.map("m").get(bytes("k0")))
                    .withStackTraceContaining(words);
        }
    }

    private void readWhatIsLeft(String what) {
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            MVMap<byte[], byte[]> map = open.map("m");
            for (int i = 0; i < 500; i++) {
                map.get(bytes("k" + i)); // its content is the seal's business: it must end, and not with an error
            }
            map.put(bytes("new"), bytes("v"));
            open.store().commit();
        } catch (MVStoreException | AssertionError e) { // it asserts what it reads where assertions are on
            assertThat(e)
                    .as(what)
                    .hasMessageNotContaining("locked"); // damage that shows only later: startAnew is for this
        }
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            open.startAnew("damaged", "is damaged");
            open.map("m").put(bytes("k"), bytes("v"));
            open.store().commit();
            assertThat(open.map("m").sizeAsLong()).as(what).isEqualTo(1);
        }
    }

    @Test
    void aStoreThatClosedItselfOpensAgainWithWhatWasCommitted() {
        write(10);
        try (StoreFile open = StoreFile.open(directory, KIND)) {
            open.store().closeImmediately();
            open.reopen();
            assertThat(open.map("m").get(bytes("k9"))).isEqualTo(bytes("v9"));
        }
    }

    @Test
    void aClosedFileStaysClosed() {
        StoreFile open = StoreFile.open(directory, KIND);
        open.close();
        open.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> open.startAnew("damaged", "is damaged"))
                .withMessage("the test is closed");
        assertThatIllegalStateException().isThrownBy(open::reopen).withMessage("the test is closed");
    }
}
