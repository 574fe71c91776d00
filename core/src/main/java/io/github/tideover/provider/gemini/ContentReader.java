package io.github.tideover.provider.gemini;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.gemini.GeneratedContent.Candidate;
import io.github.tideover.wire.ChunkFields;
import io.github.tideover.wire.ChunkTemplate;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.StreamedReply;
import io.github.tideover.wire.ToolCallPart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads a stream of generated content. Gemini sends no mark of the end: a finish reason is the one proof.
 *
 * <p>What answers a stream request is not always an event stream: without {@code alt=sse}, which some gateway may drop,
 * Gemini sends its pieces in one JSON array, and that is read too, as one piece.
 */
final class ContentReader extends StreamedReply implements DeltaReader {
    private static final JsonFactory JSON = JsonFactory.builder()
            // The length of a text is bounded with the event or the body it comes in.
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** The counts are in the order in which {@link GeneratedContent#usage(long, long, long, long, long, long)} has them. */
    static final ChunkFields FIELDS = ChunkFields.text("candidates[].content.parts[].text")
            .counting(
                    "usageMetadata.promptTokenCount",
                    "usageMetadata.toolUsePromptTokenCount",
                    "usageMetadata.candidatesTokenCount",
                    "usageMetadata.thoughtsTokenCount",
                    "usageMetadata.cachedContentTokenCount",
                    "usageMetadata.totalTokenCount");

    private final Headers headers;
    private final String asked;
    private final List<String> adapted;
    /** What one event holds: one piece as a rule. */
    private final List<GeneratedContent> pieces = new ArrayList<>(1);

    /** Whether the piece that the template learned from told what the reply cost so far. */
    private boolean hasUsage;
    /** What the last piece that was not parsed told, while no other has told since. */
    private final long[] counts = new long[6];

    private boolean hasCounts;

    private String id = "";
    private String model = "";
    private String ending = "";
    private boolean hasCandidate;
    private int calls;
    /** The tool call whose arguments are coming. */
    private @Nullable PartialCall openCall;

    private @Nullable List<ToolCall> completeCalls;

    /**
     * Reads from {@code events}, which belongs to this reader from now on. Reads nothing yet.
     *
     * @param events the body of the answer
     * @param headers the answer's headers
     * @param model the model that was asked, for a whole reply of a server that does not say which answered
     * @param adapted what of the request was left out or put in another way
     * @param maxReply how long the reply may grow: all that is kept of it, not what it is wrapped in on the wire
     */
    ContentReader(EventStreamReader events, Headers headers, String model, List<String> adapted, long maxReply) {
        this(events, headers, model, adapted, maxReply, new ChunkTemplate(FIELDS));
    }

    /** With or without a template to save work; what is read is the same. */
    ContentReader(
            EventStreamReader events,
            Headers headers,
            String model,
            List<String> adapted,
            long maxReply,
            @Nullable ChunkTemplate template) {
        super(events, headers, maxReply, GeneratedContentStream.PROOF, template);
        this.headers = headers;
        this.asked = model;
        this.adapted = adapted;
    }

    @Override
    protected boolean take(String type, byte[] bytes, int from, int to) throws IOException {
        if (!read(bytes, from, to)) {
            passOver(bytes, from, to);
            return false;
        }
        count();
        boolean hasContent = takePieces();
        learnPiece(bytes, from, to);
        return hasContent;
    }

    @Override
    protected boolean takeKnown(String text, ChunkTemplate chunks) {
        if (hasUsage) {
            keepUsage(chunks);
        }
        return say(text);
    }

    private void learnPiece(byte[] bytes, int from, int to) {
        if (pieces.size() == 1 && pieces.get(0).isOnlyText()) {
            hasUsage = learn(bytes, from, to, pieces.get(0).text())
                    ? pieces.get(0).usage().isPresent()
                    : hasUsage;
        }
    }

    /** Each count is of the whole reply so far, so the last ones are right. They become a value when somebody asks. */
    private void keepUsage(ChunkTemplate piece) {
        boolean isAny = false;
        for (int i = counts.length - 1; i >= 0 && !isAny; i--) { // the last is the total
            isAny = piece.count(i) > 0;
        }
        if (isAny) {
            piece.counts(counts);
            hasCounts = true;
        }
    }

    private void tell(Usage told) {
        if (!told.equals(Usage.NONE)) {
            cost(told);
            hasCounts = false;
        }
    }

    private void tellCounts() {
        if (hasCounts) {
            for (int i = 0; i < counts.length; i++) {
                counts[i] = Math.max(0, counts[i]);
            }
            tell(GeneratedContent.usage(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]));
        }
    }

    /** Reads a piece, or an array of them; false if this is not JSON, or neither an object nor an array of objects. */
    private boolean read(byte[] bytes, int from, int to) {
        pieces.clear();
        // A second byte of zero would make the parser guess at UTF-16 or UTF-32, and event streams are UTF-8.
        if (to - from < 2 || (bytes[from] != '{' && bytes[from] != '[') || bytes[from + 1] == 0) {
            return false;
        }
        try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), bytes, from, to - from)) {
            if (in.nextToken() == JsonToken.START_OBJECT) {
                pieces.add(GeneratedContent.read(in, id, model));
            } else {
                while (in.nextToken() == JsonToken.START_OBJECT) {
                    pieces.add(GeneratedContent.read(in, id, model));
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

    private boolean takePieces() throws IOException {
        boolean hasContent = false;
        for (GeneratedContent piece : pieces) {
            hasContent |= take(piece);
        }
        return hasContent;
    }

    /** Takes in what a piece says; true if there was content in it. */
    private boolean take(GeneratedContent piece) throws IOException {
        identify(piece.id(), piece.model());
        id = id.isEmpty() ? piece.id() : id;
        model = model.isEmpty() ? piece.model() : model;
        piece.usage().ifPresent(this::tell);
        leaveOut(piece.unread());
        Candidate candidate = piece.first().orElse(null);
        boolean hasContent = candidate != null && takeContent(candidate);
        hasCandidate |= candidate != null;
        if (piece.error().isPresent()) {
            throw Ending.refused(headers, piece.error().get());
        }
        if (!piece.blockReason().isEmpty() && !hasCandidate) {
            throw Ending.blocked(headers, piece.blockReason());
        }
        if (candidate != null && Ending.isSaid(candidate.finishReason())) {
            ending = candidate.finishReason();
            Ending.requireReply(ending, headers);
        }
        if (!ending.isEmpty()) {
            endCall();
            finish(Ending.of(ending, calls > 0));
        }
        return hasContent;
    }

    private boolean takeContent(Candidate candidate) throws IOException {
        boolean hasContent = think(candidate.reasoning());
        hasContent |= say(candidate.text());
        for (CallPiece piece : candidate.calls()) {
            takeCall(piece);
            hasContent = true;
        }
        return hasContent;
    }

    /** Each comes whole as a rule, and two of one name and without an id are two. */
    private void takeCall(CallPiece piece) throws IOException {
        if (!piece.name().isEmpty()) {
            endCall();
        }
        if (piece.isWhole()) {
            ToolCall call = piece.toolCall();
            call(new ToolCallPart(calls++, call.id(), call.name(), call.arguments(), call.thoughtSignature()));
            return;
        }
        PartialCall open = openCall;
        if (open == null) {
            if (piece.name().isEmpty()) {
                return; // the end of none
            }
            open = new PartialCall(piece);
            openCall = open;
        }
        for (CallPiece.Argument argument : piece.arguments()) {
            open.add(argument);
        }
        requireWithin(open.length());
        if (!piece.goesOn()) {
            endCall();
        }
    }

    private void endCall() {
        if (openCall != null) {
            call(openCall.part(calls++));
            openCall = null;
        }
    }

    @Override
    protected ChatReply.Builder takeWhole(byte[] body) throws IOException {
        int from = 0;
        while (isSpace(body[from])) {
            from++;
        }
        if (!read(body, from, body.length)) {
            throw new MalformedReplyException("the answer begins like JSON and is not");
        }
        if (body[from] == '{') {
            GeneratedContent content = pieces.get(0);
            leaveOut(content.unread());
            return WholeContent.read(content, headers, asked);
        }
        takePieces();
        if (!hasCandidate) {
            throw new MalformedReplyException("the answer is JSON without candidates, not an event stream");
        }
        if (ending.isEmpty()) {
            throw cut();
        }
        return reply();
    }

    /** A made-up id stays the same, however often the reply is asked for. */
    @Override
    public ChatReply.Builder reply() {
        tellCounts();
        ChatReply.Builder reply = leftOut().toldBy(super.reply(), adapted);
        if (calls == 0) {
            return reply;
        }
        if (completeCalls == null || completeCalls.size() != calls) {
            completeCalls = CallIds.complete(reply.build().toolCalls(), id);
        }
        return reply.toolCalls(completeCalls);
    }
}
