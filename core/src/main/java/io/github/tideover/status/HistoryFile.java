package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import io.github.tideover.wire.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history on disk: one JSON object a line, added at the end and never changed. A later line about the same span or report
 * is the true one. Whatever goes wrong here is logged, and the history goes on in memory.
 *
 * <p>A last line without its end, as a crash leaves it, is cut off. A file of another kind is set aside under another name. A
 * directory that another client writes to is read and not written to.
 */
final class HistoryFile implements AutoCloseable {
    static final String NAME = "status-history.jsonl";

    private static final Logger log = LoggerFactory.getLogger(HistoryFile.class);
    private static final String HEADER = "{\"tideover\":\"status history\",\"version\":1}";
    private static final String LOCK = "status-history.lock";
    /** What a year of two providers takes, many times over: a larger file is none of ours. */
    private static final long LARGEST = 64L << 20;
    /** The lines that may be superseded before the file is written anew: a few megabytes. */
    private static final int REWRITE_AFTER = 20_000;
    /** Lines that wait for a disk that hangs; more are dropped. */
    private static final int WAITING = 10_000;

    private final Path file;
    private final Path directory;
    private final Executor lane;
    private final Supplier<List<String>> everything;
    private final Queue<String> waiting = new ArrayDeque<>();
    private boolean planned;
    private volatile boolean usable;
    /** Used on the lane alone, once the file is open. */
    private @Nullable FileChannel channel;

    private @Nullable FileChannel lockChannel;
    private int lines;
    private int rewriteAt = REWRITE_AFTER;

    /** What is told of each line that is read. */
    interface Reader {
        void span(String provider, Span span);

        void report(Map<?, ?> json);
    }

    /**
     * Prepares to read and write.
     *
     * @param directory where the file is or will be
     * @param lane writes, one task after the other
     * @param everything all that is to be kept, for a file that is written anew
     */
    HistoryFile(Path directory, Executor lane, Supplier<List<String>> everything) {
        this.directory = directory;
        this.file = directory.resolve(NAME);
        this.lane = lane;
        this.everything = everything;
    }

    /** Reads what is there, and makes ready to write. */
    void open(Reader reader) {
        try {
            Files.createDirectories(directory);
            boolean ours = lock();
            long end = read(reader, ours);
            if (!ours) {
                log.warn("Another client keeps its status history in {}: it is read and not written to", directory);
                return;
            }
            FileChannel opened = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel = opened;
            opened.truncate(end);
            opened.position(end);
            if (end == 0) {
                write(opened, HEADER + "\n");
            }
            usable = true;
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    private boolean lock() throws IOException {
        FileChannel opened =
                FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        lockChannel = opened;
        try {
            FileLock lock = opened.tryLock();
            if (lock != null) {
                return true;
            }
        } catch (OverlappingFileLockException e) {
            // Another client of this JVM has it.
        }
        opened.close();
        lockChannel = null;
        return false;
    }

    /** Reads all whole lines; the place where the last one ends. */
    private long read(Reader reader, boolean ours) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        byte[] bytes = Files.size(file) > LARGEST ? new byte[0] : Files.readAllBytes(file);
        int end = endOf(bytes, 0);
        if (end < 0 || !HEADER.equals(new String(bytes, 0, end, StandardCharsets.UTF_8))) {
            boolean torn = bytes.length > 0
                    && bytes.length <= HEADER.length()
                    && HEADER.startsWith(new String(bytes, StandardCharsets.UTF_8));
            if (ours && !torn && Files.size(file) > 0) {
                setAside();
            }
            return 0;
        }
        int unreadable = 0;
        int start = end + 1;
        while ((end = endOf(bytes, start)) >= 0) {
            unreadable += readLine(bytes, start, end, reader) ? 0 : 1;
            lines++;
            start = end + 1;
        }
        if (start < bytes.length) {
            log.warn("The last line of {} breaks off and is left out", file);
        }
        if (unreadable > 0) {
            log.warn("{} lines of {} cannot be read and are left out", unreadable, file);
        }
        return start;
    }

    private static int endOf(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static boolean readLine(byte[] bytes, int from, int to, Reader reader) {
        try {
            Map<?, ?> line = Json.read(bytes, from, to, in -> (Map<?, ?>) requireNonNull(Json.tree(in)));
            if (line.get("report") instanceof Map<?, ?> report) {
                reader.report(report);
            } else {
                reader.span(
                        ReportJson.text(line, "provider"),
                        new Span(
                                ReportJson.constant(ServiceState.class, ReportJson.text(line, "state")),
                                Instant.parse(ReportJson.text(line, "from")),
                                Instant.parse(ReportJson.text(line, "until"))));
            }
            return true;
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            return false;
        }
    }

    private void setAside() throws IOException {
        for (int i = 1; ; i++) {
            Path aside = directory.resolve(NAME + ".foreign-" + i);
            if (!Files.exists(aside)) {
                Files.move(file, aside);
                log.warn("{} is no status history of this version; it is now {}", file, aside.getFileName());
                return;
            }
        }
    }

    /** Has a line written, soon and on the lane. */
    void append(String line) {
        synchronized (waiting) {
            if (!usable || waiting.size() >= WAITING) {
                return;
            }
            waiting.add(line);
            if (planned) {
                return;
            }
            planned = true;
        }
        lane.execute(this::writeWaiting);
    }

    private void writeWaiting() {
        StringBuilder text = new StringBuilder();
        int count;
        synchronized (waiting) {
            planned = false;
            count = waiting.size();
            waiting.forEach(line -> text.append(line).append('\n'));
            waiting.clear();
        }
        FileChannel open = channel;
        if (open == null || !usable) {
            return;
        }
        try {
            write(open, text.toString());
            lines += count;
            if (lines > rewriteAt) {
                rewrite(open);
            }
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    /** Writes the file anew beside the old one, and puts it in its place in one step. */
    private void rewrite(FileChannel old) throws IOException {
        List<String> kept = everything.get();
        Path fresh = directory.resolve(NAME + ".new");
        try (FileChannel out = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            write(out, HEADER + "\n" + String.join("\n", kept) + (kept.isEmpty() ? "" : "\n"));
            out.force(true);
        }
        old.close();
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        FileChannel opened = FileChannel.open(file, StandardOpenOption.WRITE);
        opened.position(opened.size());
        channel = opened;
        lines = kept.size();
        rewriteAt = lines + REWRITE_AFTER;
    }

    private static void write(FileChannel out, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private void failed(Exception problem) {
        usable = false;
        log.warn(
                "The status history in {} cannot be kept on disk: {}; it is kept in memory",
                directory,
                problem.getClass().getName());
    }

    static String line(String provider, Span span) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("provider", provider);
        json.put("state", span.state().name());
        json.put("from", span.from().toString());
        json.put("until", span.until().toString());
        return Json.written(json);
    }

    static String line(OutageReport report) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("report", ReportJson.tree(report, report.words()));
        return Json.written(json);
    }

    /** Has the files closed after what waits is written. */
    @Override
    public void close() {
        lane.execute(() -> {
            writeWaiting();
            usable = false;
            try {
                if (channel != null) {
                    channel.close();
                }
                if (lockChannel != null) {
                    lockChannel.close();
                }
            } catch (IOException e) {
                log.debug(
                        "The status history in {} was not closed: {}",
                        directory,
                        e.getClass().getName());
            }
        });
    }
}
