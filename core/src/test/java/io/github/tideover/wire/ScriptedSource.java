package io.github.tideover.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import okio.Buffer;
import okio.BufferedSource;
import okio.Okio;
import okio.Source;
import okio.Timeout;
import org.jspecify.annotations.Nullable;

/** A body that comes in pieces, one a read, and then ends, fails, or must not be read any further. */
public final class ScriptedSource implements Source {
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private @Nullable IOException failure;
    private boolean staysOpen;
    private boolean closed;
    private int reads;

    private ScriptedSource(List<byte[]> pieces) {
        for (byte[] piece : pieces) {
            if (piece.length > 0) {
                this.pieces.add(piece);
            }
        }
    }

    public static ScriptedSource of(String... pieces) {
        return new ScriptedSource(Arrays.stream(pieces)
                .map(piece -> piece.getBytes(StandardCharsets.UTF_8))
                .toList());
    }

    public static ScriptedSource of(byte[]... pieces) {
        return new ScriptedSource(List.of(pieces));
    }

    /** The same bytes in two pieces. */
    public static ScriptedSource splitAt(byte[] body, int at) {
        return of(Arrays.copyOf(body, at), Arrays.copyOfRange(body, at, body.length));
    }

    public static ScriptedSource byteByByte(byte[] body) {
        return split(body, 1, null);
    }

    /** The same bytes in pieces of 1 to {@code longest} bytes. */
    public static ScriptedSource split(byte[] body, int longest, @Nullable Random dice) {
        List<byte[]> pieces = new ArrayList<>();
        int at = 0;
        while (at < body.length) {
            int length = Math.min(body.length - at, dice == null ? longest : 1 + dice.nextInt(longest));
            pieces.add(Arrays.copyOfRange(body, at, at + length));
            at += length;
        }
        return new ScriptedSource(pieces);
    }

    /** After the pieces the connection breaks. */
    public ScriptedSource thenFails(IOException e) {
        failure = e;
        return this;
    }

    /** After the pieces nothing comes and the connection stays: to read on would be to wait for ever. */
    public ScriptedSource thenStaysOpen() {
        staysOpen = true;
        return this;
    }

    public BufferedSource buffered() {
        return Okio.buffer((Source) this);
    }

    public boolean isClosed() {
        return closed;
    }

    /** How often it was read from. */
    public int reads() {
        return reads;
    }

    @Override
    public long read(Buffer sink, long byteCount) throws IOException {
        reads++;
        byte[] piece = pieces.poll();
        if (piece == null) {
            if (staysOpen) {
                throw new AssertionError("read on, and would wait for ever");
            }
            if (failure != null) {
                throw failure;
            }
            return -1;
        }
        int count = (int) Math.min(piece.length, byteCount);
        sink.write(piece, 0, count);
        if (count < piece.length) {
            pieces.addFirst(Arrays.copyOfRange(piece, count, piece.length));
        }
        return count;
    }

    @Override
    public Timeout timeout() {
        return Timeout.NONE;
    }

    @Override
    public void close() {
        closed = true;
    }
}
