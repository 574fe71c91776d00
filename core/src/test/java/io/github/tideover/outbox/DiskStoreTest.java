package io.github.tideover.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tideover.chat.ChatRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
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

    private static Set<String> keysOf(OutboxStore store, String prefix) throws IOException {
        Set<String> keys = new TreeSet<>();
        store.scan(prefix, (key, value) -> keys.add(key));
        return keys;
    }

    @Test
    void whatIsWrittenIsThereAfterwards() throws Exception {
        try (DiskStore store = DiskStore.open(directory)) {
            store.write(Map.of("m/1", new byte[] {1}, "m/2", new byte[] {2}, "s/1", new byte[] {3}), List.of());
            store.write(Map.of("m/1", new byte[] {4}), List.of("m/2", "m/3"));
        }
        try (DiskStore store = DiskStore.open(directory)) {
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
        try (DiskStore store = DiskStore.open(directory)) {
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
        try (DiskStore store = DiskStore.open(directory)) {
            assertThat(keysOf(store, "s/")).containsExactly("s/first", "s/last");
            for (String key : written) {
                assertThat(store.read(key)).hasSize(20_000);
            }
        }
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
        Offer taken = ledger.offer(ChatRequest.of("One"));
        assertThat(taken.done().await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(taken.take()).isNotNull();
        fill(directory.resolve("ballast"));
        Offer refused = null;
        for (int i = 0; i < 200 && (refused == null || refused.refusal() == null); i++) {
            refused = ledger.offer(ChatRequest.of("x".repeat(50_000)));
            assertThat(refused.done().await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(refused.refusal()).startsWith("the outbox cannot be written to (");
        assertThat(refused.take()).isNull();
        assertThat(ledger.list()).hasSize(1);
        Ledger.Watcher nobody = new Ledger.Watcher() {
            @Override
            public void wake() {}

            @Override
            public void changed(OutboxMessage message) {}
        };
        ledger.attach(nobody);
        ledger.detach(nobody, Duration.ofSeconds(5)); // which closes it
    }

    @Test
    void theFileStaysSmallHoweverMuchGoesThroughIt() throws Exception {
        try (DiskStore store = DiskStore.open(directory)) {
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
