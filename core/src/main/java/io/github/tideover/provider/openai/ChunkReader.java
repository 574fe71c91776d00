package io.github.tideover.provider.openai;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Usage;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.EventStreamReader.Opening;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream of chat completion chunks.
 *
 * <p>The reply is complete after a finish reason or after {@code [DONE]}, whichever comes first; a stream that ends with
 * neither was cut. The finish reason is a piece without text: {@link #next()} is true once more, and {@link #isFinished()}
 * from then on. After it only usage is waited for, and a connection that breaks then does no harm. An error that the
 * provider sends then still counts.
 *
 * <p>What answers a stream request is not always a stream: a whole reply in JSON is handed out as one piece.
 */
final class ChunkReader implements DeltaReader {
    /** What one array may well hold: the bound of a whole reply in place of a stream, however high the bound of replies. */
    private static final int MAX_WHOLE = 256 * 1024 * 1024;

    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    /** Reads a whole reply, sent in answer to a request for a stream. */
    @FunctionalInterface
    interface WholeReply {
        /**
         * Reads a reply that has choices and no error.
         *
         * @throws IOException if it is not a reply after all
         */
        ChatReply.Builder read(byte[] json) throws IOException;
    }

    private final EventStreamReader events;
    private final Headers headers;
    private final WholeReply wholeReply;
    private final @Nullable ChunkTemplate template;
    private final long maxReply;
    private final Chunk chunk = new Chunk();

    private final StringBuilder content = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final ToolCallParts toolCalls = new ToolCallParts();
    private String id = "";
    private String model = "";
    private Usage usage = Usage.NONE;
    private FinishReason finishReason = FinishReason.OTHER;
    private ChatReply.@Nullable Builder whole;

    private @Nullable String text;
    private @Nullable String thought;
    private int read;
    private int skipped;
    private boolean started;
    private boolean isStream;
    private boolean hasChoice;
    private boolean hasReason;
    private boolean complete;
    private @Nullable IOException failure;
    /** Written last: who sees it true, on whatever thread, sees all that was read before. */
    private volatile boolean finished;

    /**
     * Reads from {@code events}, which belongs to this reader from now on. Reads nothing yet.
     *
     * @param events the body of the answer
     * @param headers the answer's headers
     * @param wholeReply what to do with a whole reply
     * @param maxReply how long the reply may grow: all that is kept of it, not what it is wrapped in on the wire
     */
    ChunkReader(EventStreamReader events, Headers headers, WholeReply wholeReply, long maxReply) {
        this(events, headers, wholeReply, maxReply, new ChunkTemplate());
    }

    /** With or without a template to save work; what is read is the same. */
    ChunkReader(
            EventStreamReader events,
            Headers headers,
            WholeReply wholeReply,
            long maxReply,
            @Nullable ChunkTemplate template) {
        this.events = events;
        this.headers = headers;
        this.wholeReply = wholeReply;
        this.maxReply = maxReply;
        this.template = template;
    }

    @Override
    public boolean next() throws IOException {
        text = null;
        thought = null;
        if (failure != null) {
            throw failure; // or a second try could find the [DONE] behind an error, and call the reply complete
        }
        try {
            if (!started) {
                started = true;
                begin();
                if (whole != null && hasPiece(whole)) {
                    return true;
                }
            }
            if (complete) {
                finished = true;
                return false;
            }
            return tellOfReason() || nextPiece();
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /**
     * Whether the finish reason is news. It is told in a turn of its own, after the last piece: who waits for less once a
     * reply is finished shall not lose the piece that came with the reason, nor hear of it only when usage has come.
     */
    private boolean tellOfReason() {
        if (!hasReason || finished) {
            return false;
        }
        finished = true;
        return true;
    }

    private boolean nextPiece() throws IOException {
        while (hasNextEvent()) {
            requireBounded();
            byte[] bytes = events.bytes();
            int from = events.dataStart();
            int to = events.dataEnd();
            while (from < to && isSpace(bytes[from])) {
                from++;
            }
            while (from < to && isSpace(bytes[to - 1])) {
                to--;
            }
            if (events.eventType().equals("error")) {
                throw refused(bytes, from, to);
            }
            if (from == to) {
                continue; // a keep-alive
            }
            String known = template == null ? null : template.match(bytes, from, to);
            if (known != null) {
                read++;
                if (!known.isEmpty()) {
                    content.append(known);
                    text = known;
                    return true;
                }
            } else if (Arrays.equals(bytes, from, to, DONE, 0, DONE.length)) {
                doneMark();
                return false;
            } else if (readChunk(bytes, from, to)) {
                return true;
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
            if (hasReason) {
                return false;
            }
            throw e;
        }
    }

    /** Takes in what a chunk says; true if it was a piece of content, or the first finish reason. */
    private boolean readChunk(byte[] bytes, int from, int to) throws IOException {
        if (!chunk.read(bytes, from, to)) {
            skipped++;
            return false;
        }
        read++;
        hasChoice |= chunk.hasChoice;
        boolean isPiece = take(chunk);
        if (chunk.isError) {
            throw refused(bytes, from, to);
        }
        String reason = chunk.finishReason;
        if (reason != null) {
            if (isFailure(reason)) {
                throw refusedBy(reason);
            }
            finishReason = finishReason(reason);
            hasReason = true;
        }
        if (template != null) {
            template.learn(bytes, from, to, chunk);
        }
        return isPiece || tellOfReason();
    }

    private boolean take(Chunk chunk) {
        id = id.isEmpty() ? chunk.id : id;
        model = model.isEmpty() ? chunk.model : model;
        // Some send zeros where others send null; neither undoes what was told before.
        if (chunk.usage != null && !chunk.usage.equals(Usage.NONE)) {
            usage = chunk.usage;
        }
        // A whole message at the end repeats what its pieces said.
        if (chunk.isWhole && (content.length() > 0 || reasoning.length() > 0 || !toolCalls.isEmpty())) {
            return false;
        }
        boolean isPiece = append(reasoning, chunk.reasoning);
        thought = isPiece ? chunk.reasoning : null;
        isPiece = append(refusal, chunk.refusal) || isPiece;
        if (append(content, chunk.text)) {
            text = chunk.text;
            isPiece = true;
        }
        for (ToolCallPart part : chunk.toolCalls) {
            toolCalls.add(part);
            isPiece = true;
        }
        return isPiece;
    }

    private static boolean append(StringBuilder all, @Nullable String piece) {
        if (piece == null || piece.isEmpty()) {
            return false;
        }
        all.append(piece);
        return true;
    }

    private void doneMark() throws IOException {
        requireChunks();
        if (!hasChoice) {
            throw new MalformedReplyException("the stream said [DONE] after " + read + " chunks without a choice");
        }
        complete = true;
        finished = true;
        events.finish();
    }

    private void endOfStream() throws IOException {
        if (!hasReason) {
            requireChunks();
            if (!isStream && read == 0) {
                throw new MalformedReplyException("the answer calls itself an event stream and holds no event");
            }
            throw new CutReplyException("the stream ended after " + (read + skipped)
                    + " events without a finish reason or [DONE]; unreadable: " + skipped);
        }
        complete = true;
        finished = true;
    }

    private void requireChunks() throws IOException {
        if (read == 0 && skipped > 0) {
            throw new MalformedReplyException("none of the stream's " + skipped + " events was a chunk");
        }
    }

    private RefusedException refused(byte[] bytes, int from, int to) {
        return new RefusedException(200, headers, new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }

    /** Finds out what the body is, and reads it if it is no stream. */
    private void begin() throws IOException {
        Opening opening = events.opening();
        isStream = opening == Opening.EVENTS; // whatever its content type says
        switch (opening) {
            case EVENTS -> {}
            case JSON -> readWhole(events.rest((int) Math.min(MAX_WHOLE, maxReply)));
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

    private void readWhole(byte[] body) throws IOException {
        int from = 0;
        while (isSpace(body[from])) {
            from++;
        }
        if (!chunk.read(body, from, body.length)) {
            throw new MalformedReplyException("the answer begins like JSON and is not");
        }
        if (chunk.isError || (chunk.isComplaint && !chunk.hasChoice)) {
            throw refused(body, from, body.length);
        }
        if (!chunk.hasChoice) {
            throw new MalformedReplyException("the answer is JSON without choices, not an event stream");
        }
        String reason = chunk.finishReason;
        if (reason != null && isFailure(reason)) {
            throw refusedBy(reason);
        }
        whole = wholeReply.read(body);
        complete = true;
    }

    private boolean hasPiece(ChatReply.Builder builder) {
        ChatReply reply = builder.build();
        text = reply.text().isEmpty() ? null : reply.text();
        thought = reply.reasoning().isEmpty() ? null : reply.reasoning();
        return text != null
                || !reply.reasoning().isEmpty()
                || !reply.refusal().isEmpty()
                || !reply.toolCalls().isEmpty();
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
        return (long) content.length() + reasoning.length() + refusal.length() + toolCalls.length();
    }

    @Override
    public boolean isFinished() {
        return finished;
    }

    @Override
    public ChatReply.Builder reply() {
        ChatReply.Builder builder = whole;
        if (builder == null) {
            builder = ChatReply.builder()
                    .text(content.toString())
                    .reasoning(reasoning.toString())
                    .refusal(refusal.toString())
                    .toolCalls(toolCalls.toList())
                    .finishReason(finishReason)
                    .id(id)
                    .model(model)
                    .usage(usage);
        }
        return builder.requestId(requestId());
    }

    private String requestId() {
        String requestId = headers.get("x-request-id");
        if (requestId == null) {
            requestId = headers.get("request-id");
        }
        return requestId == null ? "" : requestId;
    }

    @Override
    public void close() {
        events.close();
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }

    /** Whether a finish reason tells of a fault, not of an end: {@code error}, {@code overloaded_error} and their like. */
    static boolean isFailure(String reason) {
        String name = reason.toLowerCase(Locale.ROOT);
        return name.equals("error")
                || name.endsWith("_error")
                || name.contains("overloaded")
                || name.equals("insufficient_system_resource");
    }

    /** The error that such an answer should have held. */
    private RefusedException refusedBy(String reason) {
        return new RefusedException(200, headers, "{\"error\":{\"type\":" + Json.quoted(reason) + "}}");
    }

    static FinishReason finishReason(String reason) {
        return switch (reason.toLowerCase(Locale.ROOT)) {
            case "stop", "end_turn", "stop_sequence", "eos" -> FinishReason.STOP;
            case "length", "max_tokens", "model_length", "model_context_window_exceeded" -> FinishReason.LENGTH;
            case "tool_calls", "tool_use", "function_call" -> FinishReason.TOOL_CALLS;
            case "content_filter", "safety", "sensitive", "refusal" -> FinishReason.CONTENT_FILTER;
            default -> FinishReason.OTHER;
        };
    }
}
