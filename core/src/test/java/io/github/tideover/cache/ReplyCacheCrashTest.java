package io.github.tideover.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.store.ChildJvm;
import io.github.tideover.store.RecordSeal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that are killed while they store, and disks that are full or read-only. {@code -Dtideover.crash.rounds=40} kills more
 * often.
 */
class ReplyCacheCrashTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final int ROUNDS = Integer.getInteger("tideover.crash.rounds", 4);
    private static final int BETWEEN_CLOSINGS = 200;

    @TempDir
    Path directory;

    private static OnDiskReplyCache open(Path directory) {
        return new OnDiskReplyCache(
                directory,
                1_000_000,
                1L << 30,
                Duration.ofHours(24),
                RecordSeal.unencrypted("the test"),
                new Random(3)::nextDouble);
    }

    private static RequestFingerprint key(int number) {
        return RequestFingerprint.of("https://a/ m", ChatRequest.of("question " + number));
    }

    /** Of many lengths, and like no other. */
    private static String text(int number) {
        return ("answer " + number + " ").repeat(1 + number % 97);
    }

    private static ChatReply reply(int number) {
        return ChatReply.builder().text(text(number)).build();
    }

    /** Stores one reply after the other, and says after which the file was closed, until it is killed. */
    static final class Storing {
        private Storing() {}

        public static void main(String[] args) {
            int from = Integer.parseInt(args[1]);
            AtomicInteger stored = new AtomicInteger(from);
            OnDiskReplyCache cache = open(Path.of(args[0]));
            Thread reader = new Thread(() -> {
                Random dice = new Random(from);
                while (true) {
                    int number = dice.nextInt(1 + stored.get());
                    cache.find(key(number), NOON)
                            .filter(found -> !found.text().equals(text(number)))
                            .ifPresent(wrong -> System.out.println("wrong"));
                }
            });
            reader.setDaemon(true);
            reader.start();
            cache.begin();
            for (int number = from; ; number++) {
                cache.store(key(number), reply(number), NOON);
                stored.set(number);
                if (number % BETWEEN_CLOSINGS == 0) {
                    cache.end();
                    System.out.println(number);
                    cache.begin();
                }
            }
        }
    }

    @Test
    void whatWasSaidToBeKeptIsThereAndWholeHoweverOftenTheProcessIsKilled() throws Exception {
        Random dice = new Random(5);
        int kept = 0;
        long found = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int before = kept;
            try (ChildJvm child = ChildJvm.start(Storing.class, directory.toString(), Integer.toString(kept + 1))) {
                kept = Integer.parseInt(child.line()); // it is at work
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(dice.nextInt(500)));
                child.kill();
                for (String line : child.lines()) {
                    kept = Integer.parseInt(line); // or it said that something is wrong
                }
            }
            assertThat(kept).isGreaterThan(before);
            try (OnDiskReplyCache cache = open(directory)) {
                boolean isLast = round == ROUNDS - 1;
                for (int number = isLast ? 1 : Math.max(1, kept - 1_000); number < kept + 1_000; number++) {
                    String text = cache.find(key(number), NOON)
                            .map(ChatReply::text)
                            .orElse(number > kept ? text(number) : "it is not there");
                    assertThat(text).as("reply %d in round %d", number, round).isEqualTo(text(number));
                    found++;
                }
                assertThat(cache.removeExpired(NOON))
                        .as("and all of them will be removed in time")
                        .isPresent();
            }
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files.map(each -> each.getFileName().toString()))
                        .as("nothing had to be set aside")
                        .containsExactlyInAnyOrder("replies.store", "replies.store.lock");
            }
        }
        System.out.println(ROUNDS + " kills, " + kept + " replies said to be kept, " + found + " looked for");
    }

    /** A small disk of its own, in memory. */
    private static final class SmallDisk implements AutoCloseable {
        private final Path place;

        SmallDisk(Path place) throws IOException, InterruptedException {
            this.place = Files.createDirectory(place);
            assumeTrue(
                    did("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place.toString()),
                    "mounting a small file system needs root");
        }

        void become(String option) throws IOException, InterruptedException {
            assertThat(did("mount", "-o", "remount," + option, place.toString()))
                    .isTrue();
        }

        private static boolean did(String... command) throws IOException, InterruptedException {
            try {
                return new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
            } catch (IOException e) {
                return false; // there is no such command
            }
        }

        @Override
        public void close() throws IOException, InterruptedException {
            did("umount", "-l", place.toString());
        }
    }

    @Test
    void aFullDiskCostsRepliesAndNothingElseUntilThereIsRoomAgain() throws Exception {
        try (SmallDisk disk = new SmallDisk(directory.resolve("small"));
                OnDiskReplyCache cache = open(disk.place)) {
            Random dice = new Random(9);
            for (int number = 0; number < 3_000; number++) {
                cache.store(key(number), ChatReply.builder().text(noise(dice)).build(), NOON);
                cache.find(key(number / 2), NOON);
            }
            disk.become("size=64m");
            Instant later = NOON.plusSeconds(31);
            cache.store(key(1), reply(1), later);
            cache.store(key(2), reply(2), later.plusSeconds(31));
            assertThat(cache.find(key(2), later.plusSeconds(31)).orElseThrow().text())
                    .isEqualTo(text(2));
        }
    }

    /** A kilobyte that does not compress. */
    private static String noise(Random dice) {
        StringBuilder noise = new StringBuilder();
        while (noise.length() < 1_000) {
            noise.append(Long.toString(dice.nextLong(), 36));
        }
        return noise.toString();
    }

    @Test
    void aReadOnlyDiskIsSaidToBeOne() throws Exception {
        try (SmallDisk disk = new SmallDisk(directory.resolve("small"))) {
            open(disk.place).close();
            disk.become("ro");
            assertThatThrownBy(() -> ReplyCache.onDisk(disk.place))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageStartingWith("the reply cache cannot write to " + disk.place)
                    .hasMessageEndingWith("; name a directory that this process may write to");
            assertThat(List.of(disk.place.toFile().list())).contains("replies.store");
        }
    }
}
