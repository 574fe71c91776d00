package io.github.tideover.benchmarks;

import io.github.tideover.wire.EventStreamReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.Buffer;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The events of one streamed reply, found in bytes that are all there: no connection, no JSON. An operation is the whole
 * stream. Each reader visits every event in the form in which it hands it out: a range of bytes here, a String there.
 */
@NullUnmarked // JMH fills the fields
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReaderBenchmark {
    private static final MediaType EVENT_STREAM = MediaType.get("text/event-stream");

    private final Buffer stream = new Buffer();
    private Response.Builder response;

    @Setup
    public void start() {
        stream.write(StubProvider.eventStream());
        response = new Response.Builder()
                .request(new Request.Builder().url("http://127.0.0.1/").build())
                .protocol(Protocol.HTTP_1_1)
                .code(200)
                .message("OK");
    }

    /** How long the stream is. */
    long bytes() {
        return stream.size();
    }

    @Benchmark
    public Seen tideover() throws IOException {
        Seen seen = new Seen();
        try (EventStreamReader reader = new EventStreamReader(stream.clone(), () -> {})) {
            while (reader.next()) {
                byte[] bytes = reader.bytes();
                int end = reader.dataEnd();
                seen.add(end - reader.dataStart(), bytes[end - 1]);
            }
        }
        return seen.checked();
    }

    /** As if every event became text, which ours leave out: what the two do alike. */
    @Benchmark
    public Seen tideoverToStrings() throws IOException {
        Seen seen = new Seen();
        try (EventStreamReader reader = new EventStreamReader(stream.clone(), () -> {})) {
            while (reader.next()) {
                int start = reader.dataStart();
                String data = new String(reader.bytes(), start, reader.dataEnd() - start, StandardCharsets.UTF_8);
                seen.add(data.length(), data.charAt(data.length() - 1));
            }
        }
        return seen.checked();
    }

    @Benchmark
    public Seen okhttpSse() {
        Seen seen = new Seen();
        EventSources.processResponse(
                response.body(ResponseBody.create(stream.clone(), EVENT_STREAM, stream.size()))
                        .build(),
                seen);
        return seen.checked();
    }

    /** What was found: each event's length and its last byte. */
    public static final class Seen extends EventSourceListener {
        private int events;
        private long length;
        private int braces;

        void add(int size, int last) {
            events++;
            length += size;
            braces += last == '}' ? 1 : 0;
        }

        @Override
        public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
            add(data.length(), data.charAt(data.length() - 1));
        }

        @Override
        public void onFailure(EventSource source, @Nullable Throwable problem, @Nullable Response response) {
            throw new AssertionError("a sound stream was not read", problem);
        }

        Seen checked() {
            if (events != StubProvider.EVENTS + 1 || braces != StubProvider.EVENTS || length < 300L * events) {
                throw new AssertionError(events + " events, " + braces + " of JSON, " + length + " long");
            }
            return this;
        }
    }
}
