package io.github.tideover.wire;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Usage;
import io.github.tideover.wire.EventStreamReader.Opening;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A reply that comes as an event stream: what is the same in every dialect. A dialect says what each event means.
 *
 * <p>The reply is complete after a finish reason or after the dialect's mark of the end, whichever comes first; a stream that
 * ends with neither was cut, and one in which a piece came damaged is malformed at once. The finish reason is a piece without
 * text: {@link #next()} is true once more, and {@link #isFinished()} from then on. After it only usage is waited for, and
 * neither a connection that breaks then does harm nor an event that is damaged. An error that the provider sends then still
 * counts.
 *
 * <p>What answers a stream request is not always a stream: a whole reply in JSON is handed out as one piece.
 *
 * <p>For one thread. {@link #close()} may come from another.
 */
public abstract class StreamedReply {
    /** What one array may well hold: the bound of a whole reply in place of a stream, however high the bound of replies. */
    private static final int MAX_WHOLE = 256 * 1024 * 1024;

    private final EventStreamReader events;
    private final Headers headers;
    private final long maxReply;
    private final String proof;
    private final @Nullable ChunkTemplate template;

    private final StringBuilder content = new StringBuilder();
    private String said = "";
    private final StringBuilder reasoning = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final ToolCallParts toolCalls = new ToolCallParts();
    private String id = "";
    private String model = "";
    private Usage usage = Usage.NONE;
    private FinishReason finishReason = FinishReason.OTHER;
    private Unread unread = Unread.NOTHING;
    private ChatReply.@Nullable Builder whole;

    private @Nullable String text;
    private @Nullable String thought;
    private int read;
    private int skipped;
    private boolean started;
    private boolean isStream;
    private boolean hasReason;
    private boolean isSaidAfterReason;
    private boolean complete;
    private boolean damaged;
    private @Nullable IOException failure;
    /** Written last: who sees it true, on whatever thread, sees all that was read before. */
    private volatile boolean finished;

    /**
     * Reads from {@code events}, which belongs to this reader from now on. Reads nothing yet.
     *
     * @param events the body of the answer
     * @param headers the answer's headers
     * @param maxReply how long the reply may grow: all that is kept of it, not what it is wrapped in on the wire
     * @param proof what proves that a reply is complete, for the message if nothing does
     * @param template saves work on chunks that differ in their text only; null if none is to be saved, with what is read the
     *     same
     */
    protected StreamedReply(
            EventStreamReader events, Headers headers, long maxReply, String proof, @Nullable ChunkTemplate template) {
        this.events = events;
        this.headers = headers;
        this.maxReply = maxReply;
        this.proof = proof;
        this.template = template;
        events.lookForDamage();
        if (template != null) {
            events.recognise(template);
        }
    }

    /**
     * Takes in one event with data, by {@link #say} and its like.
     *
     * @param type the event's type
     * @param bytes holds its data
     * @param from where the data begins; it is not empty, and white space around it is taken off
     * @param to where the data ends
     * @return true if it was a piece of content; {@link #finish} is told of anyway
     * @throws IOException if it is an error, or shows that this is no reply
     */
    protected abstract boolean take(String type, byte[] bytes, int from, int to) throws IOException;

    /**
     * Takes in a chunk that is known by the template.
     *
     * @param text what it says, possibly nothing
     * @param chunks knew it, and has its counts
     * @return true if it was a piece of content
     */
    protected boolean takeKnown(String text, ChunkTemplate chunks) {
        return say(text);
    }

    /**
     * Reads a whole reply that came in answer to a request for a stream.
     *
     * @param body begins like JSON, after white space at most
     * @return the reply
     * @throws IOException if it is an error, or not a reply after all
     */
    protected abstract ChatReply.Builder takeWhole(byte[] body) throws IOException;

    /**
     * Waits for the next piece of content.
     *
     * @return false when the reply has proved to be complete
     * @throws IOException if the stream broke, ended without proof of completion, or carried an error
     */
    public final boolean next() throws IOException {
        text = null;
        thought = null;
        if (failure != null) {
            throw failure; // or a second try could find the mark of the end behind an error, and call the reply
            // complete
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
            requireWithin(length());
            byte[] bytes = events.bytes();
            int from = events.dataStart();
            int to = events.dataEnd();
            while (from < to && isSpace(bytes[from])) {
                from++;
            }
            while (from < to && isSpace(bytes[to - 1])) {
                to--;
            }
            String type = events.eventType();
            if (type.equals("error")) {
                throw refused(bytes, from, to);
            }
            if (from == to) {
                continue; // a keep-alive
            }
            if (isPiece(type, bytes, from, to)) {
                return true;
            }
            if (complete) {
                return false;
            }
            if (tellOfReason()) {
                return true;
            }
        }
        endOfStream();
        return false;
    }

    private boolean isPiece(String type, byte[] bytes, int from, int to) throws IOException {
        if (template == null) {
            return take(type, bytes, from, to);
        }
        String known = events.known();
        if (known == null) {
            known = template.match(bytes, from, to);
        }
        if (known == null) {
            return take(type, bytes, from, to);
        }
        count();
        return takeKnown(known, template);
    }

    /**
     * Lets the template learn from a chunk, as {@link ChunkTemplate#learn} says.
     *
     * @param bytes holds the chunk
     * @param from where it begins
     * @param to where it ends
     * @param text what it said
     * @return whether it was learned
     */
    protected final boolean learn(byte[] bytes, int from, int to, String text) {
        return template != null && template.learn(bytes, from, to, text);
    }

    /**
     * Makes sure that no more is kept of the reply than may be.
     *
     * @param length how much is, or would be
     * @throws MalformedReplyException if that is too much
     */
    protected final void requireWithin(long length) throws MalformedReplyException {
        if (length > maxReply) {
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

    private void endOfStream() throws IOException {
        if (!hasReason) {
            requireEvents();
            if (!isStream && read == 0) {
                throw new MalformedReplyException("the answer calls itself an event stream and holds no event");
            }
            throw cut();
        }
        complete = true;
        finished = true;
    }

    /**
     * A stream that ended without proof of completion.
     *
     * @return what to throw
     */
    protected final CutReplyException cut() {
        return new CutReplyException(
                "the stream ended after " + (read + skipped) + " events without " + proof + "; unreadable: " + skipped);
    }

    /**
     * Makes sure that at least one of the events was understood, if there were any.
     *
     * @throws MalformedReplyException if none was
     */
    protected final void requireEvents() throws MalformedReplyException {
        if (read == 0 && skipped > 0) {
            throw new MalformedReplyException("none of the stream's " + skipped + " events was a part of a reply");
        }
    }

    /** Finds out what the body is, and reads it if it is no stream. */
    private void begin() throws IOException {
        Opening opening = events.opening();
        isStream = opening == Opening.EVENTS; // whatever its content type says
        switch (opening) {
            case EVENTS -> {}
            case JSON -> {
                whole = takeWhole(events.rest((int) Math.min(MAX_WHOLE, maxReply)));
                complete = true;
            }
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

    private boolean hasPiece(ChatReply.Builder builder) {
        ChatReply reply = builder.build();
        text = reply.text().isEmpty() ? null : reply.text();
        thought = reply.reasoning().isEmpty() ? null : reply.reasoning();
        return text != null
                || !reply.reasoning().isEmpty()
                || !reply.refusal().isEmpty()
                || !reply.toolCalls().isEmpty();
    }

    // --- what an event says

    /** Counts an event that was understood. */
    protected final void count() {
        read++;
    }

    /**
     * Passes over an event that could not be read, if no piece of the reply can have been in it. Every piece is a JSON object, so
     * words without a brace, such as a keep-alive or a gateway's mark of the end, are none. What holds a brace and is no JSON
     * object is taken for a piece that was damaged: without it the reply cannot be complete.
     *
     * @param bytes holds its data
     * @param from where the data begins
     * @param to where the data ends
     * @throws MalformedReplyException if it is damaged
     */
    protected final void passOver(byte[] bytes, int from, int to) throws IOException {
        if (holdsBrace(bytes, from, to)) {
            damaged(new MalformedReplyException("event " + (read + skipped + 1)
                    + " of the stream is damaged: a piece of JSON that cannot be read, and perhaps of the reply"));
        } else {
            skipped++;
        }
    }

    /**
     * Counts an event that was damaged. It takes no reply away that the provider has declared complete: what comes after a finish
     * reason is usage. Only if content came after it too, or none before it, was the reason no end.
     *
     * @param problem what to throw if a piece of the reply may have been in it
     * @throws IOException the problem
     */
    protected final void damaged(IOException problem) throws IOException {
        skipped++;
        if (!hasReason || isSaidAfterReason || length() == 0) {
            damaged = true;
            throw problem;
        }
    }

    private static boolean holdsBrace(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '{' || bytes[i] == '}') {
                return true;
            }
        }
        return false;
    }

    /**
     * Keeps the first id and the first model that are not empty.
     *
     * @param id the provider's id for the reply
     * @param model the model that answers
     */
    protected final void identify(String id, String model) {
        this.id = this.id.isEmpty() ? id : this.id;
        this.model = this.model.isEmpty() ? model : this.model;
    }

    /**
     * Takes in a piece of the text.
     *
     * @param piece the piece; null and empty say nothing
     * @return whether it says something
     */
    protected final boolean say(@Nullable String piece) {
        if (append(content, piece)) {
            text = text == null ? piece : text + piece;
            return true;
        }
        return false;
    }

    /**
     * Takes in a piece of the reasoning.
     *
     * @param piece the piece; null and empty say nothing
     * @return whether it says something
     */
    protected final boolean think(@Nullable String piece) {
        if (append(reasoning, piece)) {
            thought = thought == null ? piece : thought + piece;
            return true;
        }
        return false;
    }

    /**
     * Takes in a piece of the model's words of refusal.
     *
     * @param piece the piece; null and empty say nothing
     * @return whether it says something
     */
    protected final boolean decline(@Nullable String piece) {
        return append(refusal, piece);
    }

    /**
     * Takes in a part of a tool call.
     *
     * @param part the part
     */
    protected final void call(ToolCallPart part) {
        toolCalls.add(part);
        isSaidAfterReason |= hasReason;
    }

    /**
     * Takes note of what the answer holds and the reply has no place for.
     *
     * @param kinds what it is
     */
    protected final void leaveOut(Unread kinds) {
        unread = unread.and(kinds);
    }

    /**
     * What the answer holds and the reply has no place for.
     *
     * @return what was left out so far
     */
    protected final Unread leftOut() {
        return unread;
    }

    /**
     * Whether a tool call of that number was begun.
     *
     * @param index the number
     * @return true if so
     */
    protected final boolean calls(long index) {
        return toolCalls.has(index);
    }

    /**
     * Sets what the reply cost so far; the last one counts.
     *
     * @param usage the tokens
     */
    protected final void cost(Usage usage) {
        this.usage = usage;
    }

    /**
     * Sets why the model stopped.
     *
     * @param word the provider's word
     * @throws RefusedException if the word tells of a fault
     * @throws MalformedReplyException if it says that the reply is of no use
     */
    protected final void finish(String word) throws IOException {
        finish(StopWord.end(word, headers));
    }

    /**
     * Sets why the model stopped.
     *
     * @param reason what the provider's word for it means
     */
    protected final void finish(FinishReason reason) {
        finishReason = reason;
        hasReason = true;
    }

    /**
     * Whether the provider has said why the model stopped.
     *
     * @return true if so
     */
    protected final boolean hasReason() {
        return hasReason;
    }

    /** Nothing more comes: the reply is complete. */
    protected final void complete() {
        complete = true;
        finished = true;
        events.finish();
    }

    /**
     * Whether anything of a reply came: text, reasoning or a part of a tool call.
     *
     * @return true if so
     */
    protected final boolean isBegun() {
        return content.length() > 0 || reasoning.length() > 0 || !toolCalls.isEmpty();
    }

    /**
     * Whether the stream broke off: it came to an end that neither the provider nor what it said has brought about, such as a
     * connection that failed, a wait that was ended, an end without proof, or an event that was damaged on its way.
     *
     * @return true if so
     */
    protected final boolean isBroken() {
        return failure != null && !isRefused() && (damaged || !(failure instanceof MalformedReplyException));
    }

    /**
     * Whether the provider ended the stream by an error.
     *
     * @return true if so
     */
    protected final boolean isRefused() {
        return failure instanceof RefusedException;
    }

    /**
     * How many events were understood.
     *
     * @return the number
     */
    protected final int understood() {
        return read;
    }

    /**
     * An error that came inside HTTP 200.
     *
     * @param bytes holds it
     * @param from where it begins
     * @param to where it ends
     * @return what to throw
     */
    protected final RefusedException refused(byte[] bytes, int from, int to) {
        return new RefusedException(200, headers, new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }

    private boolean append(StringBuilder all, @Nullable String piece) {
        if (piece == null || piece.isEmpty()) {
            return false;
        }
        all.append(piece);
        isSaidAfterReason |= hasReason;
        return true;
    }

    /**
     * Whether it is white space to JSON.
     *
     * @param b a byte
     * @return true if so
     */
    protected static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }

    // --- what was read

    /**
     * How many events could not be read, whether or not they were passed over.
     *
     * @return the number
     */
    public final int skippedEvents() {
        return skipped;
    }

    /**
     * The text of the piece that {@link #next()} found.
     *
     * @return the text, or null if the piece holds none
     */
    public final @Nullable String text() {
        return text;
    }

    /**
     * The reasoning of the piece that {@link #next()} found.
     *
     * @return what the model thinks aloud, or null if the piece holds none
     */
    public final @Nullable String reasoning() {
        return thought;
    }

    /**
     * How much content came so far, of every sort.
     *
     * @return characters
     */
    public final long length() {
        return (long) content.length() + reasoning.length() + refusal.length() + toolCalls.length();
    }

    /**
     * Whether a finish reason was seen.
     *
     * @return true once the provider has said that the reply is complete
     */
    public final boolean isFinished() {
        return finished;
    }

    /**
     * The reply read so far, which does not say yet what was left out.
     *
     * @return a builder with all that the stream told
     */
    public ChatReply.Builder reply() {
        ChatReply.Builder builder = whole;
        if (builder == null) {
            builder = ChatReply.builder()
                    .text(allText())
                    .reasoning(reasoning.toString())
                    .refusal(refusal.toString())
                    .toolCalls(toolCalls.toList())
                    .finishReason(finishReason)
                    .id(id)
                    .model(model)
                    .usage(usage);
        }
        return builder.requestId(requestId(headers));
    }

    /** All of the text so far: a dialect may ask for the reply several times at its end, and the text is long then. */
    private String allText() {
        if (said.length() != content.length()) {
            said = content.toString();
        }
        return said;
    }

    /**
     * The provider's id for the request.
     *
     * @param headers the headers of its answer
     * @return the id, empty if it gave none
     */
    public static String requestId(Headers headers) {
        for (String name : Refusal.REQUEST_ID_HEADERS) {
            String requestId = headers.get(name);
            if (requestId != null) {
                return requestId;
            }
        }
        return "";
    }

    /** Frees the connection at once, whether or not the stream was read to its end. */
    public final void close() {
        events.close();
    }
}
