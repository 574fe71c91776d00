package io.github.tideover.wire;

import java.io.IOException;
import okhttp3.ResponseBody;
import okio.BufferedSource;

/** Reads a body as text. */
public final class BodyText {
    private BodyText() {}

    /**
     * Reads the whole of it, and closes it.
     *
     * @param body the body
     * @param limit how long it may be, in bytes
     * @return the text, as UTF-8
     * @throws MalformedReplyException if it is longer
     * @throws IOException if it breaks off
     */
    public static String read(ResponseBody body, long limit) throws IOException {
        try (body) {
            BufferedSource source = body.source();
            if (source.request(limit + 1)) {
                throw BoundedInput.tooLong(limit);
            }
            return source.readUtf8();
        }
    }
}
