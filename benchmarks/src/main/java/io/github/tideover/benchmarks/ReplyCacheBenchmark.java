package io.github.tideover.benchmarks;

import io.github.tideover.cache.ReplyCache;
import io.github.tideover.cache.RequestFingerprint;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it takes to find a reply and to keep one, in memory and in a file of a million. Keys are drawn by lot, so that hardly any is in the
 * part of the file that is in memory; the operating system may have read it before.
 */
@NullUnmarked // JMH fills the fields
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReplyCacheBenchmark {
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final int ENTRIES = 1_000_000;
    /** Where the file of a million is. */
    static final String DIRECTORY = "tideover.cache";

    private static final int IN_MEMORY = 1_000;

    private final Random dice = new Random(1);
    private final RequestFingerprint[] keys = new RequestFingerprint[IN_MEMORY];
    private final RequestFingerprint[] spread = new RequestFingerprint[IN_MEMORY];
    private ReplyCache memory;
    private ReplyCache disk;

    static RequestFingerprint key(int number) {
        return RequestFingerprint.of("https://chat.example.com/v1/ small", ChatRequest.of("question " + number));
    }

    static ChatReply reply(int number) {
        return ChatReply.builder()
                .text(("answer " + number + " ").repeat(40))
                .provider("p")
                .model("small")
                .build();
    }

    static ReplyCache million(Path directory) {
        return ReplyCache.onDisk()
                .directory(directory)
                .maxEntries(ENTRIES)
                .maxBytes(8L << 30)
                .build();
    }

    @Setup
    public void open() {
        memory = ReplyCache.inMemory(2 * IN_MEMORY);
        disk = million(Path.of(System.getProperty(DIRECTORY)));
        for (int i = 0; i < IN_MEMORY; i++) {
            keys[i] = key(i);
            spread[i] = key(i * (ENTRIES / IN_MEMORY));
            memory.store(keys[i], reply(i), NOW);
        }
    }

    @TearDown
    public void close() {
        disk.close();
    }

    @Benchmark
    public ChatReply findInMemory() {
        return memory.find(keys[dice.nextInt(IN_MEMORY)], NOW).orElseThrow();
    }

    @Benchmark
    public ChatReply findOnDisk() {
        return disk.find(spread[dice.nextInt(IN_MEMORY)], NOW).orElseThrow();
    }

    @Benchmark
    public void keepInMemory() {
        int number = dice.nextInt(IN_MEMORY);
        memory.store(keys[number], reply(number), NOW);
    }

    @Benchmark
    public void keepOnDisk() {
        int number = dice.nextInt(IN_MEMORY);
        disk.store(spread[number], reply(number), NOW);
    }
}
