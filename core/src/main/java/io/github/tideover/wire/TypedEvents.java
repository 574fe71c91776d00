package io.github.tideover.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * A stream's events as typed values, for who reads a provider's stream without the engine: one pass in one thread. What is
 * not as it should be ends it with an {@link UncheckedIOException}.
 *
 * @param <T> what an event is read as
 */
public abstract class TypedEvents<T> implements Iterator<T> {
    private final EventStreamReader events;
    private final String proof;
    private boolean opened;
    private boolean proven;
    private boolean ended;
    private @Nullable UncheckedIOException failure;
    private @Nullable T next;

    /**
     * Reads nothing yet.
     *
     * @param source the body of the answer
     * @param proof what proves that a reply is complete, for the message if nothing does
     */
    protected TypedEvents(BufferedSource source, String proof) {
        this(new EventStreamReader(source, () -> {}), proof);
    }

    /**
     * Reads nothing yet.
     *
     * @param events the body of the answer
     * @param proof what proves that a reply is complete, for the message if nothing does
     */
    protected TypedEvents(EventStreamReader events, String proof) {
        this.events = events;
        events.lookForDamage();
        this.proof = proof;
    }

    /**
     * Reads one event.
     *
     * @param bytes holds its data
     * @param from where the data begins
     * @param to where the data ends
     * @return the event, or null for a mark of the end
     * @throws IOException if it is not one
     */
    protected abstract @Nullable T read(byte[] bytes, int from, int to) throws IOException;

    /** The reply has proved to be complete; nothing that breaks from now on takes it away. */
    protected final void proven() {
        proven = true;
    }

    /** Nothing comes after the event that is being read. */
    protected final void end() {
        proven = true;
        ended = true;
        events.finish();
    }

    @Override
    public final boolean hasNext() {
        if (next == null && !ended) {
            if (failure != null) {
                throw failure; // or a second try could find the end behind what could not be read
            }
            try {
                next = readNext();
            } catch (IOException e) {
                failure = new UncheckedIOException(e);
                throw failure;
            }
            ended |= next == null;
        }
        return next != null;
    }

    @Override
    public final T next() {
        T event = hasNext() ? next : null;
        if (event == null) {
            throw new NoSuchElementException("the stream has ended");
        }
        next = null;
        return event;
    }

    /** Frees the connection. */
    public final void close() {
        events.close();
    }

    private @Nullable T readNext() throws IOException {
        if (!opened) {
            opened = true;
            requireEvents();
        }
        while (hasNextEvent()) {
            int from = events.dataStart();
            int to = events.dataEnd();
            if (isBlank(events.bytes(), from, to)) {
                continue; // a keep-alive
            }
            return read(events.bytes(), from, to);
        }
        if (!proven) {
            throw new CutReplyException("the stream ended without " + proof);
        }
        return null;
    }

    private static boolean isBlank(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!StreamedReply.isSpace(bytes[i])) {
                return false;
            }
        }
        return true;
    }

    private boolean hasNextEvent() throws IOException {
        try {
            return events.next();
        } catch (IOException e) {
            if (proven) {
                return false;
            }
            throw e;
        }
    }

    private void requireEvents() throws IOException {
        String came = switch (events.opening()) {
            case EVENTS, TEXT -> "";
            case JSON -> "JSON";
            case MARKUP -> "markup";
            case NOTHING -> "empty";
        };
        if (!came.isEmpty()) {
            throw new MalformedReplyException("the answer is " + came + ", not an event stream");
        }
    }
}
