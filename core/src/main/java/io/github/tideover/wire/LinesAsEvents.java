package io.github.tideover.wire;

import java.io.IOException;
import okio.Buffer;
import okio.BufferedSource;
import okio.Source;
import okio.Timeout;

/**
 * JSON lines in the form of an event stream, so that both are read by the same rules: each line that is not blank is the data of
 * one event, which is there as soon as the line is.
 *
 * <p>For one thread; {@link #close()} is for the thread that reads, or for when none does.
 */
public final class LinesAsEvents implements Source {
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':', ' '};

    private final BufferedSource lines;
    private final long maxLine;
    private final Buffer event = new Buffer();
    private boolean openEnd;

    /**
     * Reads lines.
     *
     * @param lines the body; belongs to this source from now on
     * @param maxLine how long a line may be, in bytes
     */
    public LinesAsEvents(BufferedSource lines, long maxLine) {
        this.lines = lines;
        this.maxLine = maxLine;
    }

    /**
     * Whether the line that was read last had no end: it may be the beginning of a line that was cut.
     *
     * @return true if so
     */
    public boolean isOpenEnded() {
        return openEnd;
    }

    @Override
    public long read(Buffer sink, long byteCount) throws IOException {
        while (event.exhausted()) {
            if (!nextLine()) {
                return -1;
            }
        }
        return event.read(sink, byteCount);
    }

    private boolean nextLine() throws IOException {
        long end = lines.indexOf((byte) '\n', 0, maxLine + 1);
        if (end < 0) {
            if (lines.request(maxLine + 1)) {
                throw new MalformedReplyException("a line is longer than " + maxLine + " bytes");
            }
            end = lines.getBuffer().size();
            if (end == 0) {
                return false;
            }
            openEnd = true;
        }
        byte[] line = lines.readByteArray(end);
        if (!openEnd) {
            lines.skip(1);
        }
        boolean isBlank = true;
        for (int i = 0; i < line.length; i++) {
            if (line[i] == '\r') {
                line[i] = ' '; // it would end a line of an event; in JSON it is white space, since no text may hold it
                // bare
            }
            isBlank &= line[i] == ' ' || line[i] == '\t';
        }
        if (!isBlank) {
            event.write(DATA).write(line).writeByte('\n').writeByte('\n');
        }
        return true;
    }

    @Override
    public Timeout timeout() {
        return lines.timeout();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
