package io.github.tideover.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Tries what nobody thought of, the same on every machine: each round has a seed, and a round that fails names it.
 *
 * <p>{@code -Dtideover.fuzz.rounds=1000000} tries longer, {@code -Dtideover.fuzz.seed=42 -Dtideover.fuzz.rounds=1} repeats
 * one round.
 */
public final class Fuzz {
    private static final int LONGEST_CUT = 200;

    private Fuzz() {}

    /** What is tried with the dice of one seed. */
    @FunctionalInterface
    public interface Round {
        void play(Random dice) throws Exception;
    }

    /** Plays that many rounds, or as many as the system property says. None may hang. */
    public static void play(int usual, Round round) {
        int rounds = Integer.getInteger("tideover.fuzz.rounds", usual);
        long first = Long.getLong("tideover.fuzz.seed", 0);
        AtomicLong seed = new AtomicLong(first);
        assertTimeoutPreemptively(
                Duration.ofSeconds(60 + rounds / 100),
                () -> {
                    while (seed.get() < first + rounds) {
                        try {
                            round.play(new Random(seed.get()));
                        } catch (Exception | AssertionError | StackOverflowError e) {
                            throw new AssertionError(again(seed.get()), e);
                        }
                        seed.incrementAndGet();
                    }
                },
                () -> "hangs: " + again(seed.get()));
    }

    private static String again(long seed) {
        return "again with -Dtideover.fuzz.seed=" + seed + " -Dtideover.fuzz.rounds=1";
    }

    /** Streams as providers sent them. Whoever asks is skipped where there is no folder of them. */
    public static List<byte[]> recordedStreams() throws IOException {
        String folder = System.getProperty("tideover.fixtures", "");
        assumeTrue(
                !folder.isEmpty(),
                "skipped: the system property tideover.fixtures names no folder of recorded replies");
        Path streams = Path.of(folder, "streams");
        assumeTrue(Files.isDirectory(streams), "skipped: there is no folder " + streams);
        List<byte[]> bodies = new ArrayList<>();
        try (Stream<Path> files = Files.list(streams)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".sse"))
                    .sorted()
                    .toList()) {
                bodies.add(Files.readAllBytes(file));
            }
        }
        return bodies;
    }

    /** Any bytes, or mostly one kind of them. */
    public static byte[] anyBytes(Random dice, int longest) {
        byte[] bytes = new byte[dice.nextInt(longest + 1)];
        dice.nextBytes(bytes);
        int kinds = 1 + dice.nextInt(256);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ((bytes[i] & 0xFF) % kinds);
        }
        return bytes;
    }

    /** That many of the words, one after the other. */
    public static byte[] anyOf(String[] words, Random dice, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = dice.nextInt(most + 1); i > 0; i--) {
            text.append(words[dice.nextInt(words.length)]);
        }
        return text.toString().getBytes(UTF_8);
    }

    /** The same bytes with some damage: flipped bits, and pieces cut out, doubled, moved or put in, or the end gone. */
    public static byte[] damaged(byte[] sound, String[] words, Random dice) {
        byte[] bytes = sound;
        for (int i = dice.nextInt(4); i >= 0; i--) {
            bytes = damagedOnce(bytes, words, dice);
        }
        return bytes;
    }

    private static byte[] damagedOnce(byte[] bytes, String[] words, Random dice) {
        if (bytes.length == 0) {
            return anyOf(words, dice, 3);
        }
        int at = dice.nextInt(bytes.length);
        int end = at + dice.nextInt(Math.min(LONGEST_CUT, bytes.length - at) + 1);
        byte[] piece = Arrays.copyOfRange(bytes, at, end);
        return switch (dice.nextInt(7)) {
            case 0 -> {
                byte[] flipped = bytes.clone();
                flipped[at] ^= (byte) (1 << dice.nextInt(8));
                yield flipped;
            }
            case 1 -> {
                byte[] changed = bytes.clone();
                changed[at] = (byte) "\"\\{}[]:,\n\r 0\0".charAt(dice.nextInt(13));
                yield changed;
            }
            case 2 -> joined(bytes, at, new byte[0], end);
            case 3 -> joined(bytes, end, piece, end);
            case 4 -> {
                int elsewhere = dice.nextInt(bytes.length + 1);
                yield joined(bytes, elsewhere, piece, elsewhere);
            }
            case 5 -> joined(bytes, at, anyOf(words, dice, 3), at);
            default -> Arrays.copyOf(bytes, at);
        };
    }

    /** What is before {@code head}, the middle, and what is from {@code tail} on. */
    private static byte[] joined(byte[] bytes, int head, byte[] middle, int tail) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream(bytes.length + middle.length);
        joined.write(bytes, 0, head);
        joined.writeBytes(middle);
        joined.write(bytes, tail, bytes.length - tail);
        return joined.toByteArray();
    }

    /** The same bytes in one of the ways in which packets fall. */
    public static ScriptedSource inPackets(byte[] body, Random dice) {
        return switch (dice.nextInt(4)) {
            case 0 -> ScriptedSource.byteByByte(body);
            case 1 -> ScriptedSource.splitAt(body, dice.nextInt(body.length + 1));
            case 2 -> ScriptedSource.split(body, 1 + dice.nextInt(8), dice);
            default -> ScriptedSource.split(body, 1 + dice.nextInt(2_000), dice);
        };
    }
}
