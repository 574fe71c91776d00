package io.github.tideover.provider.gemini;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.gemini.GeneratedContent.Candidate;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.EventStreamReader.Opening;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.StreamedReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads a stream of generated content.
 *
 * <p>The reply is complete after a finish reason and nothing else; Gemini sends no mark of the end. The finish reason is a
 * piece without text: {@link #next()} is true once more, and {@link #isFinished()} from then on. After it only usage is
 * waited for, and a connection that breaks then does no harm. An error that the provider sends then still counts.
 *
 * <p>What answers a stream request is not always an event stream: without {@code alt=sse}, which some gateway may drop,
 * Gemini sends its pieces in one JSON array, and that is read too.
 */
final class ContentReader implements DeltaReader {
    /** What one array may well hold: the bound of JSON in place of a stream, however high the bound of replies. */
    private static final int MAX_JSON = 256 * 1024 * 1024;

    /** A careful estimate of what a tool call takes beside its arguments. */
    private static final int CALL_OVERHEAD = 64;

    private static final JsonFactory JSON = JsonFactory.builder()
            // The length of a text is bounded with the event or the body it comes in.
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final EventStreamReader events;
    private final Headers headers;
    private final List<String> adapted;
    private final long maxReply;

    private final StringBuilder content = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<ToolCall> toolCalls = new ArrayList<>(0);
    private @Nullable List<ToolCall> completeCalls;
    private long lengthOfCalls;
    private String id = "";
    private String model = "";
    private String ending = "";
    private Usage usage = Usage.NONE;
    private boolean hasCandidate;

    /** Pieces that came at once and were not handed out yet. */
    private final Deque<GeneratedContent> waiting = new ArrayDeque<>(1);

    private @Nullable String text;
    private @Nullable String thought;
    private int read;
    private int skipped;
    private boolean started;
    private boolean isStream;
    private boolean isJson;
    private boolean complete;
    private @Nullable IOException failure;
    /** Written last: who sees it true, on whatever thread, sees all that was read before. */
    private volatile boolean finished;

    /**
     * Reads from {@code events}, which belongs to this reader from now on. Reads nothing yet.
     *
     * @param events the body of the answer
     * @param headers the answer's headers
     * @param adapted what of the request was left out or put in another way
     * @param maxReply how long the reply may grow: all that is kept of it, not what it is wrapped in on the wire
     */
    ContentReader(EventStreamReader events, Headers headers, List<String> adapted, long maxReply) {
        this.events = events;
        this.headers = headers;
        this.adapted = adapted;
        this.maxReply = maxReply;
    }

    @Override
    public boolean next() throws IOException {
        text = null;
        thought = null;
        if (failure != null) {
            throw failure; // or a second try could find a finish reason behind an error, and call the reply complete
        }
        try {
            if (!started) {
                started = true;
                begin();
            }
            return !complete && (tellOfEnding() || nextPiece());
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /**
     * Whether the finish reason is news. It is told in a turn of its own, after the last piece: who waits for less once a
     * reply is finished shall not lose the piece that came with the reason, nor hear of it only when usage has come.
     */
    private boolean tellOfEnding() {
        if (ending.isEmpty() || finished || !waiting.isEmpty()) {
            return false;
        }
        finished = true;
        return true;
    }

    private boolean nextPiece() throws IOException {
        while (!waiting.isEmpty() || (!isJson && hasNextEvent())) {
            requireBounded();
            if (waiting.isEmpty() && !readEvent()) {
                continue;
            }
            while (!waiting.isEmpty()) {
                if (take(waiting.remove()) || tellOfEnding()) {
                    return true;
                }
            }
        }
        endOfStream();
        return false;
    }

    private void requireBounded() throws IOException {
        if (length() > maxReply) {
            throw new MalformedReplyException("the answer is larger than " + maxReply + " bytes");
        }
    }

    /** Nothing that breaks after a finish reason takes the reply away. */
    private boolean hasNextEvent() throws IOException {
        try {
            return events.next();
        } catch (IOException e) {
            if (!ending.isEmpty()) {
                return false;
            }
            throw e;
        }
    }

    /** Reads an event into what is waiting to be taken in; false if there was nothing in it. */
    private boolean readEvent() throws IOException {
        byte[] bytes = events.bytes();
        int from = events.dataStart();
        int to = events.dataEnd();
        while (from < to && isSpace(bytes[from])) {
            from++;
        }
        if (events.eventType().equals("error")) {
            throw new RefusedException(200, headers, new String(bytes, from, to - from, StandardCharsets.UTF_8));
        }
        if (from == to) {
            return false; // a keep-alive
        }
        if (!read(bytes, from, to)) {
            skipped++;
            waiting.clear();
            return false;
        }
        return true;
    }

    /** Reads a piece, or an array of them; false if this is not JSON, or neither an object nor an array of objects. */
    private boolean read(byte[] bytes, int from, int to) {
        // A second byte of zero would make the parser guess at UTF-16 or UTF-32, and event streams are UTF-8.
        if (to - from < 2 || (bytes[from] != '{' && bytes[from] != '[') || bytes[from + 1] == 0) {
            return false;
        }
        try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), bytes, from, to - from)) {
            if (in.nextToken() == JsonToken.START_OBJECT) {
                waiting.add(GeneratedContent.read(in, id, model));
            } else {
                while (in.nextToken() == JsonToken.START_OBJECT) {
                    waiting.add(GeneratedContent.read(in, id, model));
                }
                if (in.currentToken() != JsonToken.END_ARRAY) {
                    return false;
                }
            }
            return in.nextToken() == null;
        } catch (JacksonException e) {
            return false; // its message may quote the piece
        }
    }

    /** Takes in what a piece says; true if there was content in it. */
    private boolean take(GeneratedContent piece) throws IOException {
        read++;
        id = id.isEmpty() ? piece.id() : id;
        model = model.isEmpty() ? piece.model() : model;
        // Each count is of the whole reply so far, so the last one is right.
        usage = piece.usage().filter(told -> !told.equals(Usage.NONE)).orElse(usage);
        boolean isPiece = false;
        Candidate candidate = piece.first().orElse(null);
        if (candidate != null) {
            hasCandidate = true;
            isPiece = take(candidate);
        }
        if (piece.error().isPresent()) {
            throw Ending.refused(headers, piece.error().get());
        }
        if (!piece.blockReason().isEmpty() && !hasCandidate) {
            throw Ending.blocked(headers, piece.blockReason());
        }
        if (candidate != null && Ending.isSaid(candidate.finishReason())) {
            Ending.requireReply(candidate.finishReason(), headers);
            ending = candidate.finishReason();
        }
        return isPiece;
    }

    private boolean take(Candidate candidate) {
        if (!candidate.reasoning().isEmpty()) {
            reasoning.append(candidate.reasoning());
            thought = candidate.reasoning();
        }
        if (!candidate.text().isEmpty()) {
            content.append(candidate.text());
            text = candidate.text();
        }
        for (ToolCall call : candidate.toolCalls()) {
            toolCalls.add(call);
            lengthOfCalls += CALL_OVERHEAD
                    + call.arguments().length()
                    + call.thoughtSignature().length();
        }
        return text != null || thought != null || !candidate.toolCalls().isEmpty();
    }

    private void endOfStream() throws IOException {
        if (ending.isEmpty()) {
            if (read == 0 && skipped > 0) {
                throw new MalformedReplyException("none of the stream's " + skipped + " events was a piece of content");
            }
            if (read == 0 && !isStream) {
                throw new MalformedReplyException("the answer calls itself an event stream and holds no event");
            }
            throw new CutReplyException("the stream ended after " + (read + skipped)
                    + " events without a finish reason; unreadable: " + skipped);
        }
        complete = true;
        finished = true;
    }

    /** Finds out what the body is, and reads it if it is no stream. */
    private void begin() throws IOException {
        Opening opening = events.opening();
        isStream = opening == Opening.EVENTS; // whatever its content type says
        switch (opening) {
            case EVENTS -> {}
            case JSON -> readJson(events.rest((int) Math.min(MAX_JSON, maxReply)));
            case MARKUP -> throw new MalformedReplyException("the answer is markup, not an event stream");
            case NOTHING -> throw new MalformedReplyException("the answer is empty");
            case TEXT -> {
                // Lines that mean nothing may come first in what calls itself a stream.
                if (!isEventStream(headers.get("Content-Type"))) {
                    throw new MalformedReplyException("the answer is text, not an event stream");
                }
            }
        }
    }

    private static boolean isEventStream(@Nullable String contentType) {
        return contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
    }

    private void readJson(byte[] body) throws IOException {
        int from = 0;
        while (isSpace(body[from])) {
            from++;
        }
        if (!read(body, from, body.length)) {
            throw new MalformedReplyException("the answer begins like JSON and is not");
        }
        boolean saysSomething = waiting.stream()
                .anyMatch(piece -> piece.error().isPresent()
                        || !piece.blockReason().isEmpty()
                        || !piece.candidates().isEmpty());
        if (!saysSomething) {
            throw new MalformedReplyException("the answer is JSON without candidates, not an event stream");
        }
        isJson = true;
        isStream = true;
    }

    /** How many events could not be read and were passed over. */
    int skippedEvents() {
        return skipped;
    }

    @Override
    public @Nullable String text() {
        return text;
    }

    @Override
    public @Nullable String reasoning() {
        return thought;
    }

    @Override
    public long length() {
        return content.length() + reasoning.length() + lengthOfCalls;
    }

    @Override
    public boolean isFinished() {
        return finished;
    }

    @Override
    public ChatReply.Builder reply() {
        return ChatReply.builder()
                .text(content.toString())
                .reasoning(reasoning.toString())
                .toolCalls(completeCalls())
                .finishReason(Ending.of(ending, !toolCalls.isEmpty()))
                .id(id)
                .model(model)
                .usage(usage)
                .requestId(StreamedReply.requestId(headers))
                .adapted(adapted);
    }

    /** A made-up id stays the same, however often the reply is asked for. */
    private List<ToolCall> completeCalls() {
        List<ToolCall> calls = completeCalls;
        if (calls == null || calls.size() != toolCalls.size()) {
            calls = CallIds.complete(List.copyOf(toolCalls), id);
            completeCalls = calls;
        }
        return calls;
    }

    @Override
    public void close() {
        events.close();
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }
}
