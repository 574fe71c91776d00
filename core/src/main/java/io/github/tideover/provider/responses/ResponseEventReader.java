package io.github.tideover.provider.responses;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.Exchange;
import io.github.tideover.wire.ChunkFields;
import io.github.tideover.wire.ChunkTemplate;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.StopWord;
import io.github.tideover.wire.StreamedReply;
import io.github.tideover.wire.ToolCallPart;
import io.github.tideover.wire.Unread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream of response events. One of them says what became of the response, and what may be behind it is not waited for.
 *
 * <p>A reader of the rest of a stream begins with all that the reader before it had come to know.
 */
final class ResponseEventReader extends StreamedReply implements DeltaReader {
    private static final long NONE = -1;
    /** The first of the numbers of calls that have none. */
    private static final long LATE = Long.MAX_VALUE / 2;

    /** Some gateways give an item another id in each event; the padding hides the length of the text. */
    static final ChunkFields FIELDS =
            ChunkFields.text("delta").counting("sequence_number").ignoring("item_id", "obfuscation");

    /**
     * What is known of the request.
     *
     * @param model the model that was asked, for a whole reply of a server that does not say which answered
     * @param adapted what was not sent as it was asked
     * @param maxReply how long the reply may grow: all that is kept of it, not what it is wrapped in on the wire
     * @param background goes on with the stream, or has it ended; null if the provider was not asked to keep it
     * @param history hears of the reply
     */
    record Asked(
            String model,
            List<String> adapted,
            long maxReply,
            @Nullable Background background,
            History history) {}

    /** What is kept in mind of a conversation that the provider stores. */
    interface History {
        /** Keeps nothing in mind. */
        History NONE = new History() {
            @Override
            public void answered(ChatReply.Builder reply) {}

            @Override
            public boolean isLost(IOException refusal) {
                return false;
            }
        };

        /** The reply is complete. */
        void answered(ChatReply.Builder reply);

        /** Whether the provider does not find the response that the request goes on from, which then is forgotten here too. */
        boolean isLost(IOException refusal);
    }

    /** What can be done about a response that is written whether or not anybody listens. */
    interface Background {
        /** Asks for the rest of a stream. */
        Exchange<?, DeltaReader> resume(ResponseEventReader broken);

        /** Asks that it be written no further. */
        Exchange<?, ?> cancel(String id);
    }

    private final Headers headers;
    private final Asked asked;
    private final boolean isResumed;

    private String id = "";
    private long sequenceNumber = NONE;
    private boolean isKept;
    private boolean hasStarted;
    /** What came in pieces; what did not is taken from the items when they are done. */
    private boolean speaksInPieces;

    private boolean thinksInPieces;
    private boolean declinesInPieces;
    /** The output indices of the tool calls, in the order in which they began. */
    private final List<Long> calls = new ArrayList<>(2);
    /** Those of them of which arguments came. */
    private final Set<Long> callsWithArguments = new HashSet<>(2);
    /** Whether something in it may wait for an answer that nobody gives here. */
    private boolean isOpen;

    /**
     * Reads from {@code events}, which belongs to this reader from now on. Reads nothing yet.
     *
     * @param events the body of the answer
     * @param headers the answer's headers
     * @param asked what is known of the request
     * @param broken what read the stream before it broke; null for a stream from its beginning
     */
    ResponseEventReader(EventStreamReader events, Headers headers, Asked asked, @Nullable ResponseEventReader broken) {
        this(events, headers, asked, broken, new ChunkTemplate(FIELDS));
    }

    /** With or without a template to save work; what is read is the same. */
    ResponseEventReader(
            EventStreamReader events,
            Headers headers,
            Asked asked,
            @Nullable ResponseEventReader broken,
            @Nullable ChunkTemplate template) {
        super(events, headers, asked.maxReply(), ResponseStream.PROOF, template);
        this.headers = headers;
        this.asked = asked;
        this.isResumed = broken != null;
        if (broken != null) {
            takeOver(broken);
        }
    }

    private void takeOver(ResponseEventReader broken) {
        id = broken.id;
        sequenceNumber = broken.sequenceNumber;
        isKept = broken.isKept;
        hasStarted = broken.hasStarted;
        speaksInPieces = broken.speaksInPieces;
        thinksInPieces = broken.thinksInPieces;
        declinesInPieces = broken.declinesInPieces;
        callsWithArguments.addAll(broken.callsWithArguments);
        isOpen = broken.isOpen;
        leaveOut(broken.leftOut());
        ChatReply soFar = broken.reply().build();
        identify(soFar.id(), soFar.model());
        cost(soFar.usage());
        say(soFar.text());
        think(soFar.reasoning());
        decline(soFar.refusal());
        for (int i = 0; i < Math.min(broken.calls.size(), soFar.toolCalls().size()); i++) {
            ToolCall call = soFar.toolCalls().get(i);
            calls.add(broken.calls.get(i));
            call(new ToolCallPart(broken.calls.get(i), call.id(), call.name(), call.arguments()));
        }
    }

    Asked asked() {
        return asked;
    }

    /** The response's id; empty while the server has told none. */
    String id() {
        return id;
    }

    /** The number of the last event that came. */
    long sequenceNumber() {
        return sequenceNumber;
    }

    @Override
    public Optional<Exchange<?, DeltaReader>> resumption() {
        Background background = asked.background();
        return background != null && isBroken() && isKept && !id.isEmpty() && sequenceNumber != NONE
                ? Optional.of(background.resume(this))
                : Optional.empty();
    }

    @Override
    public Optional<Exchange<?, ?>> abandonment() {
        Background background = asked.background();
        return background != null && isKept && !id.isEmpty() && !isFinished() && !isRefused()
                ? Optional.of(background.cancel(id))
                : Optional.empty();
    }

    @Override
    protected boolean take(String eventType, byte[] bytes, int from, int to) throws IOException {
        if (ResponseStream.isDone(bytes, from, to)) {
            return false; // some gateways add it, and it proves nothing
        }
        ResponseEvent event = read(bytes, from, to);
        if (event == null) {
            return false;
        }
        if (event.isError()) {
            RefusedException refusal = refused(bytes, from, to);
            throw asked.history().isLost(refusal)
                    ? new CutReplyException("the provider does not have the response before; next all is sent")
                    : refusal;
        }
        if (event.isOnlyText()) {
            learn(bytes, from, to, event.delta());
        }
        if (!isNews(event.number())) {
            return false;
        }
        // The type is told twice; a proxy may have dropped one of them.
        String type = event.type().isEmpty() ? eventType : event.type();
        return switch (type) {
            case "response.created", "response.queued", "response.in_progress" -> start(event);
            case "response.output_text.delta" -> {
                speaksInPieces = true;
                yield say(event.delta());
            }
            case "response.refusal.delta" -> {
                declinesInPieces = true;
                yield decline(event.delta());
            }
            case "response.reasoning_text.delta", "response.reasoning_summary_text.delta" -> {
                thinksInPieces = true;
                yield think(event.delta());
            }
            case "response.output_item.added" -> begin(event);
            case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta" -> goOn(event);
            case "response.function_call_arguments.done", "response.custom_tool_call_input.done" ->
                callInWhole(event.index(), event.wholeArguments());
            case "response.output_item.done" -> done(event);
            case "response.output_text.annotation.added" -> {
                leaveOut(Unread.NOTHING.and("annotations"));
                yield false;
            }
            default -> ResponseEvent.isLast(type) && end(event, type); // others repeat, or are newer than this version
        };
    }

    @Override
    protected boolean takeKnown(String text, ChunkTemplate chunks) {
        return isNews(chunks.count(0)) && say(text);
    }

    /** Keeps an event's number in mind; false if the rest of a stream repeats what was read before. */
    private boolean isNews(long number) {
        if (number == NONE) {
            return true;
        }
        if (isResumed && number <= sequenceNumber) {
            return false;
        }
        sequenceNumber = number;
        return true;
    }

    private @Nullable ResponseEvent read(byte[] bytes, int from, int to) throws IOException {
        try {
            ResponseEvent event = ResponseEvent.read(bytes, from, to);
            count();
            return event;
        } catch (MalformedReplyException e) {
            passOver(bytes, from, to);
            return null;
        }
    }

    private boolean start(ResponseEvent event) {
        OpenAiResponse response = event.told();
        if (response != null) {
            hasStarted = true;
            identify(response.id(), response.model());
            id = id.isEmpty() ? response.id() : id;
            // Who does not know of the background says so, and keeps nothing.
            isKept = !Boolean.FALSE.equals(response.background());
        }
        return false;
    }

    private boolean begin(ResponseEvent event) {
        OutputItem item = event.item();
        if (item == null || !item.isToolCall()) {
            return false;
        }
        calls.add(event.index());
        callsWithArguments.remove(event.index()); // of a server that gives all its items one number
        call(new ToolCallPart(event.index(), item.callId(), item.name(), ""));
        return true;
    }

    private boolean goOn(ResponseEvent event) {
        if (event.delta().isEmpty() || !calls(event.index())) {
            return false;
        }
        callsWithArguments.add(event.index());
        call(new ToolCallPart(event.index(), "", "", event.delta()));
        return true;
    }

    /** Takes the arguments as they are at the end, of a call that had none on the way. */
    private boolean callInWhole(long index, String arguments) {
        if (arguments.isEmpty() || !calls(index) || !callsWithArguments.add(index)) {
            return false;
        }
        call(new ToolCallPart(index, "", "", arguments));
        return true;
    }

    private boolean done(ResponseEvent event) {
        OutputItem item = event.item();
        if (item == null) {
            return false;
        }
        leaveOut(item.unread());
        isOpen |= item.isOpen();
        if (!item.isToolCall()) {
            return sayInWhole(item);
        }
        boolean isNew = !calls(event.index()) && begin(event);
        return callInWhole(event.index(), item.arguments()) || isNew;
    }

    /** Some servers give a message, or thoughts, no sooner than when they are whole. */
    private boolean sayInWhole(OutputItem item) {
        boolean isPiece = !thinksInPieces && think(item.reasoning());
        isPiece |= !declinesInPieces && decline(item.refusal());
        isPiece |= !speaksInPieces && say(item.text());
        return isPiece;
    }

    private boolean end(ResponseEvent event, String type) throws IOException {
        OpenAiResponse response = event.told();
        if (response != null && (response.isFailed() || type.equals("response.failed"))) {
            throw new RefusedException(200, headers, response.failure());
        }
        if (response == null && (type.equals("response.failed") || type.equals("response.cancelled"))) {
            throw StopWord.refused("server_error", headers);
        }
        if (response == null && !hasStarted && !isBegun()) {
            throw new MalformedReplyException("the stream said " + type + " and held no response");
        }
        boolean isPiece = false;
        if (response != null) {
            identify(response.id(), response.model());
            if (response.hasUsage()) {
                cost(response.usage());
            }
            isPiece = catchUp(response);
            leaveOut(response.unread());
            isOpen |= response.isOpen();
        }
        String status = type.substring("response.".length());
        // vLLM calls the event of a response that is not complete by the name of those that are.
        String word = response == null ? status : response.stopWord(response.isIncomplete() ? "incomplete" : status);
        boolean isStop = word.equals("stop") || word.equals("completed");
        finish(isStop ? (calls.isEmpty() ? "stop" : "tool_calls") : word);
        if ((isStop || word.equals("tool_calls")) && !isOpen) {
            asked.history().answered(super.reply());
        }
        if (!isPiece) {
            complete();
        }
        return isPiece;
    }

    /** The end repeats all that was said. Whether anything is news depends on the server, and on how well it resumes. */
    private boolean catchUp(OpenAiResponse response) throws MalformedReplyException {
        ChatReply soFar = super.reply().build();
        boolean isPiece = say(behind(soFar.text(), response.text(), "output_text"));
        isPiece |= decline(behind(soFar.refusal(), response.refusal(), "refusal"));
        if (soFar.reasoning().isEmpty()) {
            isPiece |= think(response.reasoning());
        }
        return catchUpWithCalls(soFar.toolCalls(), response.toolCalls()) || isPiece;
    }

    /** Some servers tell of a call, or of the last of several, no sooner than at the end. */
    private boolean catchUpWithCalls(List<ToolCall> begun, List<ToolCall> all) {
        if (all.size() <= begun.size()) {
            return false;
        }
        Set<String> known = ids(begun);
        if (!ids(all).containsAll(known)) {
            leaveOut(Unread.NOTHING.and("function_call")); // one of them, and nobody knows which
            return false;
        }
        boolean isPiece = false;
        for (ToolCall call : all) {
            if (begun.isEmpty() || known.add(call.id())) {
                long index = LATE + calls.size(); // of which none that began has one
                calls.add(index);
                call(new ToolCallPart(index, call.id(), call.name(), call.arguments()));
                isPiece = true;
            }
        }
        return isPiece;
    }

    /**
     * What a text at the end has behind what came of it in pieces. If it has more among them, a piece was lost on the way. A text of
     * other words is not known to be any better than the one that was shown, which stays; that there is one is not hidden.
     */
    private String behind(String pieces, String whole, String kind) throws MalformedReplyException {
        if (whole.startsWith(pieces)) {
            return whole.substring(pieces.length());
        }
        if (isResumed && !whole.isEmpty()) {
            throw new MalformedReplyException("the rest of the stream does not go with its beginning");
        }
        if (isWithin(pieces, whole)) {
            throw new MalformedReplyException("the stream held less of the answer than its end does");
        }
        if (!isWithin(whole, pieces)) {
            leaveOut(Unread.NOTHING.and(kind));
        }
        return "";
    }

    private static Set<String> ids(List<ToolCall> calls) {
        return calls.stream().map(ToolCall::id).collect(Collectors.toSet());
    }

    /** Whether a text is what is left of another if something is taken out of it. */
    private static boolean isWithin(String less, String more) {
        int found = 0;
        for (int i = 0; i < more.length() && found < less.length(); i++) {
            found += more.charAt(i) == less.charAt(found) ? 1 : 0;
        }
        return found == less.length();
    }

    @Override
    protected ChatReply.Builder takeWhole(byte[] body) throws IOException {
        if (isResumed) {
            throw new MalformedReplyException("the answer is JSON, not the rest of a stream");
        }
        OpenAiResponse response = Json.read(body, 0, body.length, OpenAiResponse::read);
        ChatReply.Builder reply = ResponseReader.read(response, headers, asked.model());
        leaveOut(response.unread());
        if (response.status().equals("completed") && !response.isOpen()) {
            asked.history().answered(reply);
        }
        return reply;
    }

    @Override
    public ChatReply.Builder reply() {
        return leftOut().toldBy(super.reply(), asked.adapted());
    }
}
