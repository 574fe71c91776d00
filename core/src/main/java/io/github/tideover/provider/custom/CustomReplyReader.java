package io.github.tideover.provider.custom;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Usage;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.LinesAsEvents;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.StreamedReply;
import io.github.tideover.wire.ToolCallPart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream piece by piece with a {@link CustomDialect}, which says what a piece means and nothing else: when the reply is
 * complete and when it was cut is found here, by the rules of all dialects.
 */
final class CustomReplyReader extends StreamedReply implements DeltaReader {
    private final CustomDialect dialect;
    private final @Nullable LinesAsEvents lines;
    private final Headers headers;
    private final String model;
    private final List<String> adapted;
    private final ReplyDraft draft;
    private boolean isFinishTold;

    /**
     * Reads from {@code events}, which belongs to this reader from now on. Reads nothing yet.
     *
     * @param lines what the events are made of; null if they are events by themselves
     * @param model the model that was asked
     * @param adapted what was not sent as it was asked
     */
    CustomReplyReader(
            CustomDialect dialect,
            EventStreamReader events,
            @Nullable LinesAsEvents lines,
            Headers headers,
            String model,
            List<String> adapted,
            long maxReply) {
        super(events, headers, maxReply, "a finish reason", null);
        this.dialect = dialect;
        this.lines = lines;
        this.headers = headers;
        this.model = model;
        this.adapted = adapted;
        this.draft = new ReplyDraft(headers);
    }

    @Override
    protected boolean take(String type, byte[] bytes, int from, int to) throws IOException {
        draft.clear();
        try {
            dialect.readPiece(
                    lines == null ? type : "", new String(bytes, from, to - from, StandardCharsets.UTF_8), draft);
        } catch (IOException | RuntimeException e) {
            IOException problem = unreadable(e, "a piece of the stream");
            if (problem instanceof RefusedException) {
                throw problem;
            }
            damaged(
                    lines != null && lines.isOpenEnded()
                            ? new CutReplyException("the stream ended in the middle of a line")
                            : problem);
            return false;
        }
        count();
        identify(draft.idSoFar(), draft.modelSoFar());
        leaveOut(draft.unreadSoFar());
        boolean isPiece = say(draft.textSoFar());
        isPiece |= think(draft.reasoningSoFar());
        isPiece |= decline(draft.refusalSoFar());
        for (ToolCallPart part : draft.toolCallParts()) {
            call(part);
            isPiece = true;
        }
        Usage usage = draft.usageSoFar();
        if (usage != null) {
            cost(usage);
        }
        if (draft.finishReason() != null && !isFinishTold) {
            isFinishTold = true;
            finish(draft.finishReason());
        }
        if (draft.isEnded() && !isPiece) {
            complete();
        }
        return isPiece;
    }

    @Override
    protected ChatReply.Builder takeWhole(byte[] body) throws IOException {
        ReplyDraft read = whole(dialect, new String(body, StandardCharsets.UTF_8), headers);
        leaveOut(read.unreadSoFar());
        return read.reply(model);
    }

    static ReplyDraft whole(CustomDialect dialect, String body, Headers headers) throws IOException {
        ReplyDraft draft = new ReplyDraft(headers);
        try {
            dialect.readWhole(body, draft);
        } catch (IOException | RuntimeException e) {
            throw unreadable(e, "the answer");
        }
        return draft;
    }

    /** What a parser says of what it could not parse may quote it: only its class is passed on. */
    private static IOException unreadable(Exception problem, String what) {
        if (problem instanceof MalformedReplyException || problem instanceof RefusedException) {
            return (IOException) problem;
        }
        return new MalformedReplyException(
                "the dialect cannot read " + what + " (" + problem.getClass().getName() + ")");
    }

    @Override
    public ChatReply.Builder reply() {
        return leftOut().toldBy(super.reply(), adapted);
    }
}
