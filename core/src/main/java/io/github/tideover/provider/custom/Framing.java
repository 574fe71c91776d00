package io.github.tideover.provider.custom;

/**
 * How a streamed answer is cut into pieces.
 *
 * @since 0.1
 */
public enum Framing {
    /** An event stream as in the WHATWG's standard, {@code text/event-stream}: each event with data is a piece. */
    EVENTS("text/event-stream"),
    /** JSON lines, {@code application/x-ndjson}: each line that is not blank is a piece. */
    LINES("application/x-ndjson");

    private final String mediaType;

    Framing(String mediaType) {
        this.mediaType = mediaType;
    }

    String mediaType() {
        return mediaType;
    }
}
