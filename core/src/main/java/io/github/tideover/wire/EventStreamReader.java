package io.github.tideover.wire;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream as the WHATWG standard says, on bytes: an event's data is a range of the reader's own window and
 * becomes text only where someone asks for it. An event is there as soon as its blank line is; no byte after that is
 * waited for.
 *
 * <p>For one thread. {@link #close()} may come from another.
 */
public final class EventStreamReader implements Closeable {
    /** How long one line may be, in bytes. */
    public static final int DEFAULT_MAX_LINE = 1024 * 1024;

    /** How long the data of one event may be, in bytes. */
    public static final int DEFAULT_MAX_EVENT = 4 * 1024 * 1024;

    private static final int FIRST_WINDOW = 8 * 1024;
    private static final int LONGEST_BOUND = 256 * 1024 * 1024;

    private static final byte[] DATA = ascii("data");
    private static final byte[] DATA_COLON = ascii("data:");
    /** Where an object begins at the latest, in a line that was one of data: behind a name, and spaces that some put there. */
    private static final int FARTHEST_OBJECT = 10;

    private static final byte[] EVENT = ascii("event");
    private static final byte[] ID = ascii("id");
    private static final byte[] RETRY = ascii("retry");
    private static final Set<String> FIELDS = Set.of("data", "event", "id", "retry");
    private static final int LONGEST_FIELD = 5;

    static final VarHandle EIGHT_BYTES = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle FOUR_BYTES =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int FOUR_BYTES_OF_DATA = (int) FOUR_BYTES.get(DATA, 0);
    private static final int TWO_CRLF = (int) FOUR_BYTES.get(ascii("\r\n\r\n"), 0);

    /** A line that is not longer is looked through sooner than compared. */
    private static final int WORTH_COMPARING = 64;

    private static final int IDLE = 0;
    private static final int READING = 1;
    private static final int CLOSED = 2;

    private final BufferedSource source;
    private final Runnable abort;
    private final int maxLine;
    private final int maxEvent;
    private final long maxTotal;

    /** Who may touch the source: it is not safe for two threads, and close() may come at any moment. */
    private final AtomicInteger turn = new AtomicInteger(IDLE);

    private volatile boolean nothingMoreWanted;

    private byte[] window = new byte[FIRST_WINDOW];
    private int lineStart;
    /** Between lineStart and here is no line end. */
    private int scanned;

    private int limit;
    /** The last long line, for as long as its bytes stay where they are: it holds no line end. */
    private int lastLineStart;

    private int lastLineEnd;
    private long total;
    private boolean started;
    private boolean ended;
    /** The last line ended in CR, and what follows was not there yet: an LF would belong to it. */
    private boolean afterCr;

    private boolean hasData;
    private int dataStart;
    private int dataEnd;
    private boolean hasType;
    private boolean looksForDamage;
    private @Nullable ChunkTemplate template;
    private @Nullable String known;
    private boolean hasNewId;
    private final Kept type = new Kept();
    private final Kept typeLine = new Kept();
    private final Kept newId = new Kept();
    private final Kept lastId = new Kept();
    private long retryMillis = -1;

    /**
     * Reads {@code source} with the default bounds on lines and events, and none on their number.
     *
     * @param source the body; belongs to this reader from now on
     * @param abort ends a read from another thread, and so must be safe at any time; the call's {@code cancel} as a rule
     */
    public EventStreamReader(BufferedSource source, Runnable abort) {
        this(source, abort, DEFAULT_MAX_LINE, DEFAULT_MAX_EVENT, Long.MAX_VALUE);
    }

    /**
     * Reads {@code source} within bounds.
     *
     * @param source the body; belongs to this reader from now on
     * @param abort ends a read from another thread, and so must be safe at any time; the call's {@code cancel} as a rule
     * @param maxLine how long a line may be, in bytes without its end
     * @param maxEvent how long the data of one event may be, in bytes
     * @param maxTotal how long the whole stream may be, in bytes
     * @throws IllegalArgumentException if a bound is not positive, or over 256 MiB for a line or an event
     */
    public EventStreamReader(BufferedSource source, Runnable abort, int maxLine, int maxEvent, long maxTotal) {
        this.source = source;
        this.abort = abort;
        this.maxLine = requireBound("maxLine", maxLine);
        this.maxEvent = requireBound("maxEvent", maxEvent);
        if (maxTotal < 1) {
            throw new IllegalArgumentException("maxTotal must be at least 1: " + maxTotal);
        }
        this.maxTotal = maxTotal;
    }

    private static int requireBound(String name, int bound) {
        if (bound < 1 || bound > LONGEST_BOUND) {
            throw new IllegalArgumentException(name + " must be from 1 to " + LONGEST_BOUND + ": " + bound);
        }
        return bound;
    }

    /** What a body begins with. */
    public enum Opening {
        /** A comment or one of the four fields of an event stream. */
        EVENTS,
        /** A JSON object or array. */
        JSON,
        /** A tag: HTML as a rule, and a proxy's. */
        MARKUP,
        /** Anything else. */
        TEXT,
        /** Nothing but white space. */
        NOTHING
    }

    /**
     * Waits for the beginning of the body and looks at it, taking nothing away. Only of use before the first event.
     *
     * @return what the body begins with
     * @throws IOException if the connection broke
     */
    public Opening opening() throws IOException {
        start();
        int at = 0;
        int first = peek(at);
        while (first == ' ' || first == '\t' || first == '\r' || first == '\n') {
            if (at == maxLine) {
                throw new MalformedReplyException("the answer begins with over " + maxLine + " bytes of white space");
            }
            first = peek(++at);
        }
        return switch (first) {
            case -1 -> Opening.NOTHING;
            case '{', '[' -> Opening.JSON;
            case '<' -> Opening.MARKUP;
            case ':' -> Opening.EVENTS;
            default -> isField(at) ? Opening.EVENTS : Opening.TEXT;
        };
    }

    private boolean isField(int start) throws IOException {
        int length = 0;
        int next = peek(start);
        while (next >= 'a' && next <= 'z' && length <= LONGEST_FIELD) {
            next = peek(start + ++length);
        }
        return (next == ':' || next == '\r' || next == '\n')
                && FIELDS.contains(new String(window, lineStart + start, length, StandardCharsets.US_ASCII));
    }

    /**
     * Reads all that is left as it is: for a body that is not an event stream after all.
     *
     * @param max how much may be left
     * @return the bytes
     * @throws MalformedReplyException if more than {@code max} bytes are left
     * @throws IOException if the connection broke
     */
    public byte[] rest(int max) throws IOException {
        start();
        while (limit - lineStart <= max && fill()) {
            // fill() has done it
        }
        if (limit - lineStart > max) {
            throw new MalformedReplyException("the answer is longer than " + max + " bytes");
        }
        byte[] rest = Arrays.copyOfRange(window, lineStart, limit);
        lineStart = limit;
        scanned = limit;
        return rest;
    }

    /**
     * Hands out a line as data, name and all, if its name was {@code data} before one byte of it was damaged, lost or added, and its value
     * is an object. To the standard it is a field of an unknown name, and the event would be missing unseen.
     */
    void lookForDamage() {
        looksForDamage = true;
    }

    /** Looks out for data that matches: its end need not be looked for, and nobody has to match it again. */
    void recognise(ChunkTemplate chunks) {
        template = chunks;
    }

    /**
     * Waits for the next event.
     *
     * @return false at the end of the stream; an event whose blank line did not come is lost, as the standard says
     * @throws MalformedReplyException if a bound was passed
     * @throws IOException if the connection broke or the reader was closed
     */
    public boolean next() throws IOException {
        if (turn.get() == CLOSED) {
            throw new IOException("the event stream is closed");
        }
        start();
        forgetEvent();
        while (isAtLine()) {
            if (isKnownEvent()) {
                return true;
            }
            int end = lineEnd();
            if (end < 0) {
                break;
            }
            int begin = lineStart;
            passLineEnd(end);
            if (begin < end) {
                if (end - begin >= WORTH_COMPARING) { // not the type, which stands between two that are alike
                    lastLineStart = begin;
                    lastLineEnd = end;
                }
                field(begin, end);
            } else if (endOfEvent()) {
                return true;
            }
        }
        forgetEvent();
        return false;
    }

    private void forgetEvent() {
        hasData = false;
        hasType = false;
        dataStart = 0;
        dataEnd = 0;
        known = null;
    }

    /**
     * What the event says, if it was recognised while its end was looked for.
     *
     * @return its text, possibly empty, or null
     */
    @Nullable
    String known() {
        return known;
    }

    /**
     * The array that holds the event's data between {@link #dataStart()} and {@link #dataEnd()}. Not to be changed, and
     * good until the next call of {@link #next()}.
     *
     * @return the window
     */
    public byte[] bytes() {
        return window;
    }

    /**
     * Where the event's data begins.
     *
     * @return an index into {@link #bytes()}
     */
    public int dataStart() {
        return dataStart;
    }

    /**
     * Where the event's data ends.
     *
     * @return the index after its last byte
     */
    public int dataEnd() {
        return dataEnd;
    }

    /**
     * The event's type.
     *
     * @return the type, {@code message} if the event names none
     */
    public String eventType() {
        return hasType && type.length > 0 ? type.text() : "message";
    }

    /**
     * The last id that an event of this stream carried.
     *
     * @return the id, empty if there was none
     */
    public String lastEventId() {
        return lastId.text();
    }

    /**
     * How long the server would like its clients to wait before they connect again.
     *
     * @return milliseconds, -1 if it did not say
     */
    public long retryMillis() {
        return retryMillis;
    }

    /** Nothing more is wanted of this stream: closing need not break a connection that can serve another call. */
    public void finish() {
        nothingMoreWanted = true;
    }

    /** Ends a read that is going on, and frees the connection. */
    @Override
    public void close() {
        int before = turn.getAndSet(CLOSED);
        if (before == CLOSED) {
            return;
        }
        // Without this, OkHttp would first read on for a while, in the hope of coming to the end of the body.
        if (!nothingMoreWanted) {
            abort.run();
        }
        if (before == IDLE) {
            closeSource();
        } // else the reading thread does, once it is out of the source: see read()
    }

    private void closeSource() {
        try {
            source.close();
        } catch (IOException e) {
            // There is no one left to whom this would matter.
        }
    }

    private int read(byte[] sink, int offset, int count) throws IOException {
        if (!turn.compareAndSet(IDLE, READING)) {
            throw new IOException("the event stream is closed");
        }
        try {
            return source.read(sink, offset, count);
        } catch (IOException e) {
            throw new AfterSendException(e);
        } finally {
            if (!turn.compareAndSet(READING, IDLE)) {
                closeSource();
            }
        }
    }

    /** Drops a byte order mark. */
    private void start() throws IOException {
        if (!started) {
            started = true;
            if (peek(0) == 0xEF && peek(1) == 0xBB && peek(2) == 0xBF) {
                lineStart += 3;
                scanned = lineStart;
            }
        }
    }

    /** The byte that many places after the line's start, or -1 if the stream ends before it. */
    private int peek(int offset) throws IOException {
        while (lineStart + offset >= limit) {
            if (!fill()) {
                return -1;
            }
        }
        return window[lineStart + offset] & 0xFF;
    }

    /** Waits for at least one byte and takes what is there; false at the end. May move what the window holds. */
    private boolean fill() throws IOException {
        if (ended) {
            return false;
        }
        makeRoom();
        int count = read(window, limit, window.length - limit);
        if (count < 0) {
            ended = true;
            nothingMoreWanted = true;
            return false;
        }
        limit += count;
        total += count;
        if (total > maxTotal) {
            throw new MalformedReplyException("the event stream is longer than " + maxTotal + " bytes");
        }
        return true;
    }

    /** Moves the event's data and the unfinished line to the front, and widens the window if little is free even then. */
    private void makeRoom() {
        forgetLastLine();
        int front = 0;
        if (hasData) {
            if (dataStart > 0) {
                System.arraycopy(window, dataStart, window, 0, dataEnd - dataStart);
                dataEnd -= dataStart;
                dataStart = 0;
            }
            front = dataEnd;
        }
        if (lineStart > front) {
            System.arraycopy(window, lineStart, window, front, limit - lineStart);
            int moved = lineStart - front;
            lineStart -= moved;
            scanned -= moved;
            limit -= moved;
        }
        if (window.length - limit < window.length / 4) {
            window = Arrays.copyOf(window, window.length * 2);
        }
    }

    private void forgetLastLine() {
        lastLineStart = 0;
        lastLineEnd = 0;
    }

    /** Where the current line ends, or -1 if the stream ends before it does. */
    private int lineEnd() throws IOException {
        while (true) {
            if (scanned == lineStart) {
                scanned += likeLastLine();
            }
            int end = indexOfLineEnd(window, scanned, limit);
            if (end - lineStart > maxLine) {
                throw new MalformedReplyException("a line of the event stream is longer than " + maxLine + " bytes");
            }
            if (end < limit) {
                return end;
            }
            scanned = limit;
            if (!more()) {
                return -1;
            }
        }
    }

    /** Waits for more of the stream, and passes the LF of a line end of which the CR was there; false at the end. */
    private boolean more() throws IOException {
        if (!fill()) {
            return false;
        }
        if (afterCr) {
            afterCr = false;
            if (window[lineStart] == '\n') {
                lineStart++;
                scanned = lineStart;
            }
        }
        return true;
    }

    /**
     * With how many bytes of the last line this one begins: chunks begin alike, and where they do, no line ends. To compare
     * is faster than to look.
     */
    private int likeLastLine() {
        int length = Math.min(limit - lineStart, lastLineEnd - lastLineStart);
        if (length < WORTH_COMPARING || window[lineStart] != window[lastLineStart]) {
            return 0;
        }
        int alike =
                Arrays.mismatch(window, lineStart, lineStart + length, window, lastLineStart, lastLineStart + length);
        return alike < 0 ? length : alike;
    }

    /**
     * The index of the first CR or LF, or {@code limit}. Many bytes at a time: in JSON hardly any other byte is below 14.
     */
    private static int indexOfLineEnd(byte[] bytes, int from, int limit) {
        if (from < limit && bytes[from] == '\n') {
            return from; // every other line is blank
        }
        int at = from;
        while (at <= limit - 4 * Long.BYTES
                && (low((long) EIGHT_BYTES.get(bytes, at))
                                | low((long) EIGHT_BYTES.get(bytes, at + Long.BYTES))
                                | low((long) EIGHT_BYTES.get(bytes, at + 2 * Long.BYTES))
                                | low((long) EIGHT_BYTES.get(bytes, at + 3 * Long.BYTES)))
                        == 0) {
            at += 4 * Long.BYTES;
        }
        while (at <= limit - Long.BYTES) {
            long low = low((long) EIGHT_BYTES.get(bytes, at));
            if (low == 0) {
                at += Long.BYTES;
            } else {
                // Only the lowest mark is sure: a borrow can set a false one above it.
                at += Long.numberOfTrailingZeros(low) >>> 3;
                if (bytes[at] == '\n' || bytes[at] == '\r') {
                    return at;
                }
                at++;
            }
        }
        while (at < limit && bytes[at] != '\n' && bytes[at] != '\r') {
            at++;
        }
        return at;
    }

    /** Marks bytes below 14: for such a byte x, and no other, x - 14 borrows into a top bit that x does not have. */
    private static long low(long eight) {
        return (eight - 0x0E0E_0E0E_0E0E_0E0EL) & ~eight & 0x8080_8080_8080_8080L;
    }

    private void passLineEnd(int end) {
        lineStart = end + 1;
        if (window[end] == '\r') {
            if (lineStart == limit) {
                afterCr = true;
            } else if (window[lineStart] == '\n') {
                lineStart++;
            }
        }
        scanned = lineStart;
    }

    /** Waits for the beginning of a line that is not the type as it was; false if there is none more. */
    private boolean isAtLine() throws IOException {
        while (lineStart == limit || passesTypeLine()) {
            if (lineStart == limit && !more()) {
                return false;
            }
        }
        return true;
    }

    /** Takes in the line with the type at once if it is the same as the last, as it is in most streams that have one. */
    private boolean passesTypeLine() {
        int end = lineStart + typeLine.length;
        if (end >= limit || window[end] != '\n' || !typeLine.isIn(window, lineStart)) {
            return false;
        }
        hasType = true;
        lineStart = end + 1;
        scanned = lineStart;
        return true;
    }

    /** Takes in an event at once whose data is as it is expected, with the blank line behind it. */
    private boolean isKnownEvent() {
        int after = lineStart + DATA.length + 1;
        if (template == null
                || hasData
                || after >= limit
                || window[after - 1] != ':'
                || (int) FOUR_BYTES.get(window, lineStart) != FOUR_BYTES_OF_DATA) {
            return false;
        }
        int from = window[after] == ' ' ? after + 1 : after;
        int end = template.find(window, from, limit);
        int next = end < 0 ? -1 : afterBlankLine(end);
        if (next < 0 || end - lineStart > maxLine || end - from > maxEvent) {
            return false;
        }
        known = template.text(window);
        if (known == null) {
            return false;
        }
        hasData = true;
        dataStart = from;
        dataEnd = end;
        lineStart = next;
        scanned = next;
        return endOfEvent();
    }

    /** Where the line after the blank one begins, or -1 if a line does not end there or no blank one follows, or not yet. */
    private int afterBlankLine(int end) {
        if (end + 1 < limit && window[end] == '\n' && window[end + 1] == '\n') {
            return end + 2;
        }
        boolean isBlank = end + Integer.BYTES <= limit && (int) FOUR_BYTES.get(window, end) == TWO_CRLF;
        return isBlank ? end + 4 : -1;
    }

    private boolean endOfEvent() {
        if (hasNewId) {
            hasNewId = false;
            lastId.set(newId.bytes, 0, newId.length);
        }
        if (!hasData) {
            hasType = false;
        }
        return hasData;
    }

    /** Takes a line apart. A comment, and a field with another name, says nothing. */
    private void field(int begin, int end) throws IOException {
        int afterData = begin + DATA.length;
        if (afterData + 1 < end
                && window[afterData] == ':'
                && (int) FOUR_BYTES.get(window, begin) == FOUR_BYTES_OF_DATA) {
            data(window[afterData + 1] == ' ' ? afterData + 2 : afterData + 1, end);
        } else if (isNamed(DATA, begin, end)) {
            data(valueOf(DATA, begin, end), end);
        } else if (isNamed(EVENT, begin, end)) {
            hasType = true;
            type.set(window, valueOf(EVENT, begin, end), end);
            typeLine.set(window, begin, end);
        } else if (isNamed(ID, begin, end)) {
            id(valueOf(ID, begin, end), end);
        } else if (isNamed(RETRY, begin, end)) {
            retry(valueOf(RETRY, begin, end), end);
        } else if (looksForDamage && wasData(begin, end)) {
            data(begin, end);
        }
    }

    private boolean wasData(int begin, int end) {
        int farthest = Math.min(end, begin + FARTHEST_OBJECT);
        for (int at = begin + DATA.length - 1; at < farthest; at++) {
            if (window[at] == '{' && differsInOneByte(begin, at)) {
                return true;
            }
        }
        return false;
    }

    /** Whether what stands there, without the spaces behind it, is {@code data:} but for one byte that is another, lost or added. */
    private boolean differsInOneByte(int begin, int end) {
        int length = end - begin;
        while (length > 0 && window[begin + length - 1] == ' ') {
            length--;
        }
        if (Math.abs(length - DATA_COLON.length) > 1) {
            return false;
        }
        int alike = 0;
        while (alike < Math.min(length, DATA_COLON.length) && window[begin + alike] == DATA_COLON[alike]) {
            alike++;
        }
        int here = Math.min(length, alike + (length >= DATA_COLON.length ? 1 : 0));
        int there = Math.min(DATA_COLON.length, alike + (length <= DATA_COLON.length ? 1 : 0));
        return Arrays.equals(window, begin + here, begin + length, DATA_COLON, there, DATA_COLON.length);
    }

    private boolean isNamed(byte[] name, int begin, int end) {
        int after = begin + name.length;
        return after <= end
                && (after == end || window[after] == ':')
                && Arrays.equals(window, begin, after, name, 0, name.length);
    }

    private int valueOf(byte[] name, int begin, int end) {
        int value = Math.min(begin + name.length + 1, end);
        return value < end && window[value] == ' ' ? value + 1 : value;
    }

    private void data(int from, int end) throws IOException {
        if (!hasData) {
            hasData = true;
            dataStart = from;
            dataEnd = end;
        } else {
            // Joined where the first line lies: before the next value stood "data" at least. A line that was damaged
            // may have
            // nothing before it, and lose its first byte: it says no more than that it is there.
            window[dataEnd] = '\n';
            System.arraycopy(window, from, window, dataEnd + 1, end - from);
            dataEnd += 1 + end - from;
            forgetLastLine(); // it may have been written over
        }
        if (dataEnd - dataStart > maxEvent) {
            throw new MalformedReplyException("an event of the stream has more than " + maxEvent + " bytes of data");
        }
    }

    private void id(int from, int end) {
        for (int i = from; i < end; i++) {
            if (window[i] == 0) {
                return;
            }
        }
        hasNewId = true;
        newId.set(window, from, end);
    }

    private void retry(int from, int end) {
        if (from == end) {
            return;
        }
        long millis = 0;
        for (int i = from; i < end; i++) {
            int digit = window[i] - '0';
            if (digit < 0 || digit > 9) {
                return;
            }
            millis = millis > (Long.MAX_VALUE - 9) / 10 ? Long.MAX_VALUE - 9 : millis * 10 + digit;
        }
        retryMillis = millis;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A short text that mostly comes again as it was: turned into a String once. */
    private static final class Kept {
        private byte[] bytes = new byte[16];
        private int length;
        private @Nullable String text = "";

        void set(byte[] from, int start, int end) {
            if (Arrays.equals(bytes, 0, length, from, start, end)) {
                return;
            }
            length = end - start;
            if (length > bytes.length) {
                bytes = new byte[Math.max(length, bytes.length * 2)];
            }
            System.arraycopy(from, start, bytes, 0, length);
            text = null;
        }

        /** Whether it is there and not empty. */
        boolean isIn(byte[] other, int start) {
            return length > 0 && Arrays.equals(bytes, 0, length, other, start, start + length);
        }

        String text() {
            String known = text;
            if (known == null) {
                known = new String(bytes, 0, length, StandardCharsets.UTF_8);
                text = known;
            }
            return known;
        }
    }
}
