package io.github.tideover.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * JSON in the pieces in which it was written: one piece, copied once out of the writer's own buffer, for a request of
 * common size. It may be sent more than once, as an application's proxy authentication needs it.
 */
final class JsonBody extends RequestBody {
    private static final MediaType JSON = MediaType.get("application/json");

    private byte[] first = {};
    private @Nullable List<byte[]> more;
    private long length;
    private volatile boolean spent;

    OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(byte[] bytes, int offset, int count) {
                add(Arrays.copyOfRange(bytes, offset, offset + count));
            }

            @Override
            public void write(int b) {
                add(new byte[] {(byte) b});
            }
        };
    }

    private void add(byte[] piece) {
        if (length == 0) {
            first = piece;
        } else {
            if (more == null) {
                more = new ArrayList<>();
            }
            more.add(piece);
        }
        length += piece.length;
    }

    @Override
    public MediaType contentType() {
        return JSON;
    }

    @Override
    public long contentLength() {
        return length;
    }

    /** From now on OkHttp takes it for a body that cannot be sent again, and so does not try. */
    void doNotSendAgain() {
        spent = true;
    }

    @Override
    public boolean isOneShot() {
        return spent;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        sink.write(first);
        if (more != null) {
            for (byte[] piece : more) {
                sink.write(piece);
            }
        }
    }
}
