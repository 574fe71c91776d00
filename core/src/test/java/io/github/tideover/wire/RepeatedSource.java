package io.github.tideover.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import okio.Buffer;
import okio.BufferedSource;
import okio.Okio;
import okio.Source;
import okio.Timeout;

/** A beginning, and then the same bytes again and again, of which it holds some thousand at a time. */
public final class RepeatedSource implements Source {
    private final byte[] beginning;
    private final byte[] block;
    private long left;
    private long served;

    public RepeatedSource(String beginning, String piece, long times) {
        this.beginning = beginning.getBytes(UTF_8);
        this.block = piece.repeat(4_000 / piece.length()).getBytes(UTF_8);
        this.left = times * piece.length();
    }

    public BufferedSource buffered() {
        return Okio.buffer((Source) this);
    }

    /** How many bytes it gave. */
    long served() {
        return served;
    }

    @Override
    public long read(Buffer sink, long byteCount) {
        if (served == 0 && beginning.length > 0) {
            sink.write(beginning);
            served = beginning.length;
            return beginning.length;
        }
        int count = (int) Math.min(block.length, left);
        if (count == 0) {
            return -1;
        }
        sink.write(block, 0, count);
        left -= count;
        served += count;
        return count;
    }

    @Override
    public Timeout timeout() {
        return Timeout.NONE;
    }

    @Override
    public void close() {
        // Nothing to free.
    }
}
