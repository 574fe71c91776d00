package io.github.tideover.testkit;

import io.github.tideover.testkit.Behaviour.Act;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketException;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * A provider's answer that is broken off or slowed. Nothing is held back: what has come is passed on, up to the end of an
 * event at a time.
 */
final class SpoiledBody extends ResponseBody {
    /** After so many bytes a whole reply breaks, before any of its text. */
    private static final int WHOLE_BYTES = 16;
    /** So much is sent of an event that breaks off in its middle. */
    private static final int HALF_BYTES = 7;

    private static final String GARBLED = "data: {\"choices\": [{\n\n";

    private final ResponseBody original;
    private final BufferedSource source;

    SpoiledBody(ResponseBody original, Speech speech, Act.Answer answer, Interceptor.Chain chain, Spell spell) {
        this.original = original;
        MediaType type = original.contentType();
        boolean isStream = type != null && type.subtype().equals("event-stream");
        source = Okio.buffer(
                isStream
                        ? new Events(original.source(), speech, answer, chain, spell)
                        : new Whole(original.source(), answer, chain, spell));
    }

    @Override
    public @Nullable MediaType contentType() {
        return original.contentType();
    }

    @Override
    public long contentLength() {
        return -1;
    }

    @Override
    public BufferedSource source() {
        return source;
    }

    /** A reply in one piece, which breaks in its beginning. */
    private static final class Whole extends ForwardingSource {
        private final Act.Answer answer;
        private final Interceptor.Chain chain;
        private final Spell spell;
        private long left = WHOLE_BYTES;

        Whole(BufferedSource in, Act.Answer answer, Interceptor.Chain chain, Spell spell) {
            super(in);
            this.answer = answer;
            this.chain = chain;
            this.spell = spell;
        }

        @Override
        public long read(Buffer sink, long byteCount) throws IOException {
            if (answer.breaksAfter() < 0 || spell.isOver()) {
                return super.read(sink, byteCount);
            }
            long read = left == 0 ? -1 : super.read(sink, Math.min(left, byteCount));
            if (read >= 0) {
                left -= read;
                return read;
            }
            return switch (answer.how()) {
                case RESET -> throw new SocketException("Connection reset");
                case SILENCE -> {
                    spell.silence(chain);
                    yield super.read(sink, byteCount);
                }
                default -> throw new ProtocolException("unexpected end of stream");
            };
        }
    }

    /** A stream of events. */
    private static final class Events extends ForwardingSource {
        private final BufferedSource in;
        private final Speech speech;
        private final Act.Answer answer;
        private final Interceptor.Chain chain;
        private final Spell spell;
        /** What goes out in the place of the provider's. */
        private final Buffer own = new Buffer();

        private int events;
        private long due;
        private boolean isAtStartOfLine = true;
        private boolean isBetweenEvents = true;
        private boolean isBroken;
        private boolean isOver;

        Events(BufferedSource in, Speech speech, Act.Answer answer, Interceptor.Chain chain, Spell spell) {
            super(in);
            this.in = in;
            this.speech = speech;
            this.answer = answer;
            this.chain = chain;
            this.spell = spell;
        }

        @Override
        public long read(Buffer sink, long byteCount) throws IOException {
            if (!isBroken && events == answer.breaksAfter() && !spell.isOver()) {
                breakOff(); // again and again, if that throws
                isBroken = true;
            }
            if (!own.exhausted()) {
                return own.read(sink, byteCount);
            }
            if (isOver || byteCount > 0 && !in.request(1)) {
                return -1;
            }
            long length = toTheEndOfAnEvent(Math.min(byteCount, in.getBuffer().size()));
            return in.read(sink, length);
        }

        private void breakOff() throws IOException {
            switch (answer.how()) {
                case CLOSE -> isOver = true;
                case RESET -> throw new SocketException("Connection reset");
                case SILENCE -> spell.silence(chain);
                case ERROR_EVENT -> {
                    own.writeUtf8(speech.errorEvent(events));
                    isOver = true;
                }
                case HALF_AN_EVENT -> {
                    if (in.request(HALF_BYTES)) {
                        own.write(in, HALF_BYTES);
                    }
                    isOver = true;
                }
                case GARBLED_EVENT -> own.writeUtf8(GARBLED);
            }
        }

        /** How many of the next bytes belong to one event. Before its first, time may pass. */
        private long toTheEndOfAnEvent(long most) throws IOException {
            if (isBetweenEvents && !answer.gap().isZero()) {
                due = events == 0 ? spell.now() : due + answer.gap().toNanos();
                spell.pauseUntil(due, chain);
            }
            for (long i = 0; i < most; i++) {
                byte next = in.getBuffer().getByte(i);
                if (next == '\n') {
                    if (isAtStartOfLine && !isBetweenEvents) {
                        events++;
                        isBetweenEvents = true;
                        return i + 1;
                    }
                    isAtStartOfLine = true;
                } else if (next != '\r') {
                    isAtStartOfLine = false;
                    isBetweenEvents = false;
                }
            }
            return most;
        }
    }
}
