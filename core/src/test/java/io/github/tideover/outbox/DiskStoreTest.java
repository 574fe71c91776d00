package io.github.tideover.outbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tideover.chat.ChatRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The file, on disks that are well, full, and read-only. */
@Timeout(60)
class DiskStoreTest {
    @TempDir
    private Path directory;

    private boolean isMounted;

    @AfterEach
    void unmount() throws Exception {
        if (isMounted) {
            run("umount", directory.toString());
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
    }

    /** A file system of its own, which takes the rights of root. */
    private void mount(String options) throws IOException, InterruptedException {
        isMounted = "root".equals(System.getProperty("user.name"))
                && run("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory.toString());
        assumeTrue(isMounted, "a file system cannot be mounted here: it takes root and a kernel that lets it");
    }

    /** Each value here is told by its key. */
    private DiskStore open() {
        return DiskStore.open(
                directory, (key, value) -> new String(key, UTF_8).equals(new String(value, UTF_8).strip()));
    }

    private static Set<String> keysOf(OutboxStore store, String prefix) throws IOException {
        Set<String> keys = new TreeSet<>();
        store.scan(prefix, (key, value) -> keys.add(key));
        return keys;
    }

    @Test
    void whatIsWrittenIsThereAfterwards() throws Exception {
        try (DiskStore store = open()) {
            store.write(Map.of("m/1", new byte[] {1}, "m/2", new byte[] {2}, "s/1", new byte[] {3}), List.of());
            store.write(Map.of("m/1", new byte[] {4}), List.of("m/2", "m/3"));
        }
        try (DiskStore store = open()) {
            assertThat(keysOf(store, "m/")).containsExactly("m/1");
            assertThat(keysOf(store, "s/")).containsExactly("s/1");
            assertThat(store.read("m/1")).containsExactly(4);
            assertThat(store.read("m/2")).isNull();
        }
    }

    @Test
    void aFullDiskLosesNothingThatWasWrittenAndIsWrittenToAgainWhenThereIsRoom() throws Exception {
        mount("size=2m");
        List<String> written = new ArrayList<>();
        try (DiskStore store = open()) {
            store.write(Map.of("s/first", new byte[10]), List.of());
            Path ballast = directory.resolve("ballast");
            fill(ballast);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            store.write(Map.of("m/" + i, new byte[20_000]), List.of());
                            written.add("m/" + i);
                        }
                    })
                    .isInstanceOf(IOException.class);
            Files.delete(ballast);
            assertThat(store.read("s/first")).hasSize(10);
            store.write(Map.of("s/last", new byte[10]), List.of());
            assertThat(keysOf(store, "m/")).containsAll(written).hasSizeLessThanOrEqualTo(written.size() + 1);
        }
        try (DiskStore store = open()) {
            assertThat(keysOf(store, "s/")).containsExactly("s/first", "s/last");
            for (String key : written) {
                assertThat(store.read(key)).hasSize(20_000);
            }
        }
    }

    private static byte[] valueOf(String key, int length) {
        return (key + " ".repeat(length - key.length())).getBytes(UTF_8);
    }

    /** Damages the length of some keys, in a file that may be open. */
    private void damageKeys(String which) throws IOException {
        Path file = directory.resolve("outbox.mv");
        byte[] all = Files.readAllBytes(file);
        Matcher keys = Pattern.compile(".(?=" + which + ")", Pattern.DOTALL).matcher(new String(all, ISO_8859_1));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            while (keys.find()) {
                channel.write(ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, 7}), keys.start()); // 2^31 - 1
            }
        }
    }

    @Test
    void whatIsFoundDamagedWhileItRunsIsGoneAndNothingElseIs() throws Exception {
        try (DiskStore store = open()) {
            for (int i = 100; i < 500; i++) { // four times what is kept in memory
                store.write(Map.of("m/" + i, valueOf("m/" + i, 40_000)), List.of());
            }
            damageKeys("m/1\\d\\d");
            int gone = 0;
            for (int i = 100; i < 500; i++) {
                byte[] value = store.read("m/" + i);
                assertThat(value == null || Arrays.equals(value, valueOf("m/" + i, 40_000)))
                        .as("m/" + i)
                        .isTrue();
                assertThat(i < 200 || value != null).as("m/" + i).isTrue();
                gone += value == null ? 1 : 0;
            }
            assertThat(gone).isPositive();
            store.write(Map.of("m/new", valueOf("m/new", 10)), List.of("m/200"));
        }
        try (DiskStore store = open()) {
            assertThat(store.read("m/new")).isEqualTo(valueOf("m/new", 10));
            assertThat(store.read("m/200")).isNull();
            assertThat(keysOf(store, "m/")).hasSizeGreaterThanOrEqualTo(300);
        }
    }

    @Test
    void whatIsFoundDamagedByAWriteDoesNotKeepItFromBeingWritten() throws Exception {
        try (DiskStore store = open()) {
            for (int i = 100; i < 500; i++) {
                store.write(Map.of("m/" + i, valueOf("m/" + i, 40_000)), List.of());
            }
            damageKeys("m/1\\d\\d");
            for (int i = 100; i < 200; i++) {
                store.write(Map.of("m/" + i, valueOf("m/" + i, 100)), List.of());
            }
        }
        try (DiskStore store = open()) {
            assertThat(keysOf(store, "m/")).hasSize(400);
            assertThat(store.read("m/150")).isEqualTo(valueOf("m/150", 100));
        }
    }

    @Test
    void aDamagedFileStaysAsItIsWhileTheDiskIsFullAndIsMendedWhenThereIsRoom() throws Exception {
        mount("size=8m");
        Path file = directory.resolve("outbox.mv");
        Outbox outbox = Outbox.onDisk(directory);
        Ledger ledger = outbox.open(Clock.systemUTC(), System::nanoTime);
        for (int i = 0; i < 40; i++) {
            keep(ledger, "x".repeat(40_000));
        }
        close(ledger);
        damageKeys("m/" + ledger.list().get(7).id());
        byte[] all = Files.readAllBytes(file);
        fill(directory.resolve("ballast"));
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> outbox.open(Clock.systemUTC(), System::nanoTime))
                    .hasMessageStartingWith("the outbox: the file " + file.toRealPath() + " is damaged")
                    .hasMessageEndingWith("nothing was changed. Make room in " + directory.toRealPath()
                            + ", or name another directory");
        }
        assertThat(file).hasBinaryContent(all);
        Files.delete(directory.resolve("ballast"));
        Ledger mended = outbox.open(Clock.systemUTC(), System::nanoTime);
        assertThat(mended.list()).hasSize(40);
        int readable = 0;
        for (OutboxMessage message : mended.list()) {
            readable += mended.request(message.id()).isPresent() ? 1 : 0;
        }
        assertThat(readable).isBetween(30, 39);
        close(mended);
    }

    @Test
    void anOutboxThatDoesNotOpenLeavesTheFileToTheNextAttempt() throws Exception {
        mount("size=8m");
        Ledger ledger = Outbox.onDisk(directory).open(Clock.systemUTC(), System::nanoTime);
        keep(ledger, "One");
        close(ledger);
        assertThat(run("mount", "-o", "remount,ro", directory.toString())).isTrue();
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> Outbox.onDisk(directory).open(Clock.systemUTC(), System::nanoTime))
                    .hasMessageContaining("the outbox cannot write to " + directory);
        }
        assertThat(run("mount", "-o", "remount,rw", directory.toString())).isTrue();
        Ledger again = Outbox.onDisk(directory).open(Clock.systemUTC(), System::nanoTime);
        assertThat(again.list()).hasSize(1);
        close(again);
    }

    private static void keep(Ledger ledger, String question) throws InterruptedException {
        assertThat(Ledgers.keep(ledger, ChatRequest.of(question), 10)).isPresent();
    }

    private static void close(Ledger ledger) {
        Ledgers.close(ledger, 5);
    }

    private static void fill(Path ballast) {
        try (var out = Files.newOutputStream(ballast)) {
            byte[] block = new byte[4_096];
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            // as it should be
        }
    }

    @Test
    void aDirectoryThatCannotBeWrittenToIsRefusedAtOnce() throws Exception {
        mount("size=2m");
        Path place = Files.createDirectory(directory.resolve("place"));
        assertThat(run("mount", "-o", "remount,ro", directory.toString())).isTrue();
        Outbox outbox = Outbox.onDisk(place);
        assertThatThrownBy(() -> outbox.open(Clock.systemUTC(), System::nanoTime))
                .hasMessageContaining("the outbox cannot write to " + place)
                .hasMessageContaining("name a directory that this process may write to");
    }

    @Test
    void aMessageThatAFullDiskDoesNotTakeIsRefusedAndSaysWhy() throws Exception {
        mount("size=4m");
        Ledger ledger = Outbox.onDisk(directory).open(Clock.systemUTC(), System::nanoTime);
        keep(ledger, "One");
        fill(directory.resolve("ballast"));
        Offer refused = null;
        for (int i = 0; i < 200 && (refused == null || refused.refusal() == null); i++) {
            refused = ledger.offer(ChatRequest.of("x".repeat(40_000)));
            assertThat(refused.done().await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(refused.refusal()).startsWith("the outbox cannot be written to (");
        assertThat(refused.take()).isNull();
        assertThat(ledger.list()).hasSize(1);
        close(ledger);
    }

    @Test
    void theFileStaysSmallHoweverMuchGoesThroughIt() throws Exception {
        try (DiskStore store = open()) {
            for (int i = 0; i < 3_000; i++) {
                store.write(
                        Map.of("m/" + i, new byte[2_000], "s/" + i, new byte[200]),
                        i < 20 ? List.of() : List.of("m/" + (i - 20), "s/" + (i - 20)));
            }
            assertThat(keysOf(store, "m/")).hasSize(20);
        }
        long bytes = Files.size(directory.resolve("outbox.mv"));
        System.out.println("3,000 messages through a file, 20 at a time: " + bytes + " bytes in the end");
        assertThat(bytes).isLessThan(32L << 20);
    }
}
