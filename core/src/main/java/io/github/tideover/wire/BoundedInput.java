package io.github.tideover.wire;

import java.io.IOException;
import java.io.InputStream;
import okio.BufferedSource;

/** A reply's bytes, up to a limit: a bomb or an endless reply ends in an exception instead of in a full memory. */
final class BoundedInput extends InputStream {
    private final BufferedSource source;
    private final long limit;
    private long left;

    BoundedInput(BufferedSource source, long limit) {
        this.source = source;
        this.limit = limit;
        this.left = limit;
    }

    static MalformedReplyException tooLong(long limit) {
        return new MalformedReplyException("the answer is larger than " + limit + " bytes");
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
        int got = source.read(into, offset, count);
        if (got > 0 && (left -= got) < 0) {
            throw tooLong(limit);
        }
        return got;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int got = read(one, 0, 1);
        return got < 0 ? got : one[0] & 0xff;
    }
}
