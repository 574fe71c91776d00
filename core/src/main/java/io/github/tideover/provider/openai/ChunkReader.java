package io.github.tideover.provider.openai;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.wire.ChunkFields;
import io.github.tideover.wire.ChunkTemplate;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.StreamedReply;
import io.github.tideover.wire.ToolCallPart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/** Reads a stream of chat completion chunks; {@code [DONE]} is the mark of its end. */
final class ChunkReader extends StreamedReply implements DeltaReader {
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
    /** The second two are only there to hide the length of the first. */
    static final ChunkFields FIELDS =
            ChunkFields.text("choices[].delta.content").ignoring("obfuscation", "p");

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

    private final WholeReply wholeReply;
    private final Chunk chunk = new Chunk();
    private boolean hasChoice;
    /** Which of two forms of the same thing came: the plain one is kept, the other is read for want of it. */
    private boolean hasPlainReasoning;

    private boolean hasPlainText;
    private boolean hasReasoningContent;
    /** Whether the model wants back what it thinks before it calls a tool. */
    private boolean keepsThoughts;

    private @Nullable ReasoningDetails reasoningDetails;

    private List<String> adapted = List.of();

    /**
     * Reads from {@code events}, which belongs to this reader from now on. Reads nothing yet.
     *
     * @param events the body of the answer
     * @param headers the answer's headers
     * @param wholeReply what to do with a whole reply
     * @param maxReply how long the reply may grow: all that is kept of it, not what it is wrapped in on the wire
     */
    ChunkReader(EventStreamReader events, Headers headers, WholeReply wholeReply, long maxReply) {
        this(events, headers, wholeReply, maxReply, new ChunkTemplate(FIELDS));
    }

    /** With or without a template to save work; what is read is the same. */
    ChunkReader(
            EventStreamReader events,
            Headers headers,
            WholeReply wholeReply,
            long maxReply,
            @Nullable ChunkTemplate template) {
        super(events, headers, maxReply, "a finish reason or [DONE]", template);
        this.wholeReply = wholeReply;
    }

    /** Says what was not sent as it was asked. */
    ChunkReader adapted(List<String> sentences) {
        adapted = sentences;
        return this;
    }

    @Override
    protected boolean take(String type, byte[] bytes, int from, int to) throws IOException {
        if (Arrays.equals(bytes, from, to, DONE, 0, DONE.length)) {
            doneMark();
            return false;
        }
        return readChunk(bytes, from, to);
    }

    /** Takes in what a chunk says; true if it was a piece of content. */
    private boolean readChunk(byte[] bytes, int from, int to) throws IOException {
        if (!chunk.read(bytes, from, to)) {
            passOver(bytes, from, to);
            return false;
        }
        count();
        hasChoice |= chunk.hasChoice;
        boolean isPiece = takeContent();
        if (chunk.isError || (chunk.isComplaint && !chunk.hasChoice && !hasReason())) {
            throw refused(bytes, from, to);
        }
        if (chunk.finishReason != null) {
            finish(chunk.finishReason);
        }
        if (chunk.text != null && chunk.isOnlyText()) {
            learn(bytes, from, to, chunk.text);
        }
        return isPiece;
    }

    private boolean takeContent() throws IOException {
        identify(chunk.id, chunk.model);
        // Some send zeros where others send null; neither undoes what was told before.
        if (chunk.usage != null && !chunk.usage.equals(Usage.NONE)) {
            cost(chunk.usage);
        }
        leaveOut(chunk.unread);
        // A whole message at the end repeats what its pieces said.
        if (chunk.isWhole && isBegun()) {
            return false;
        }
        hasPlainReasoning |= chunk.reasoning != null;
        hasReasoningContent |= chunk.hasReasoningContent;
        hasPlainText |= chunk.text != null;
        ReasoningDetails details = chunk.reasoningDetails;
        if (details != null) {
            keep(details);
        }
        boolean isPiece = think(hasPlainReasoning || details == null ? chunk.reasoning : details.words());
        isPiece |= decline(chunk.refusal);
        isPiece |= say(hasPlainText ? chunk.text : chunk.transcript);
        for (ToolCallPart part : chunk.toolCalls) {
            keepsThoughts |= hasReasoningContent && !part.name().isEmpty() && KeptThoughts.areWantedBy(chunk.model);
            call(part);
            isPiece = true;
        }
        return isPiece;
    }

    /** Keeps them all for when a tool is called: before, nobody knows. */
    private void keep(ReasoningDetails details) throws MalformedReplyException {
        reasoningDetails = reasoningDetails == null ? new ReasoningDetails() : reasoningDetails;
        reasoningDetails.add(details);
        requireWithin(length() + reasoningDetails.length());
    }

    private void doneMark() throws IOException {
        requireEvents();
        if (!hasChoice) {
            throw new MalformedReplyException(
                    "the stream said [DONE] after " + understood() + " chunks without a choice");
        }
        complete();
    }

    @Override
    protected ChatReply.Builder takeWhole(byte[] body) throws IOException {
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
        leaveOut(chunk.unread);
        return wholeReply.read(body);
    }

    @Override
    public ChatReply.Builder reply() {
        ChatReply.Builder reply = leftOut().toldBy(super.reply(), adapted);
        if (!keepsThoughts && reasoningDetails == null) {
            return reply;
        }
        ChatReply read = reply.build();
        List<ToolCall> calls = read.toolCalls();
        return reply.toolCalls(
                keepsThoughts || reasoningDetails == null
                        ? KeptThoughts.with(calls, read.reasoning())
                        : reasoningDetails.keptWith(calls, read.model()));
    }
}
