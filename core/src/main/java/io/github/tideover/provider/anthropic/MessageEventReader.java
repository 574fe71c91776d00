package io.github.tideover.provider.anthropic;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.wire.ChunkFields;
import io.github.tideover.wire.ChunkTemplate;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.StreamedReply;
import io.github.tideover.wire.ToolCallPart;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/** Reads a stream of message events; {@code message_stop} is the mark of its end. */
final class MessageEventReader extends StreamedReply implements DeltaReader {
    static final ChunkFields FIELDS = ChunkFields.text("delta.text");

    private final Headers headers;
    private final String model;
    private final List<String> adapted;
    private final Thoughts thoughts = new Thoughts();
    private Tokens tokens = Tokens.NONE;
    private boolean hasStarted;
    /** Whether the block that is coming is one of those that are not read: then its kind says enough. */
    private boolean isReadOver;

    /** The arguments as tool calls began with them, by index: those of the call, if none come after. */
    private final Map<Long, String> openingArguments = new TreeMap<>();

    /**
     * Reads from {@code events}, which belongs to this reader from now on. Reads nothing yet.
     *
     * @param events the body of the answer
     * @param headers the answer's headers
     * @param model the model that was asked, for a whole reply of a server that does not say which answered
     * @param adapted what was not sent as it was asked
     * @param maxReply how long the reply may grow: all that is kept of it, not what it is wrapped in on the wire
     */
    MessageEventReader(EventStreamReader events, Headers headers, String model, List<String> adapted, long maxReply) {
        this(events, headers, model, adapted, maxReply, new ChunkTemplate(FIELDS));
    }

    /** With or without a template to save work; what is read is the same. */
    MessageEventReader(
            EventStreamReader events,
            Headers headers,
            String model,
            List<String> adapted,
            long maxReply,
            @Nullable ChunkTemplate template) {
        super(events, headers, maxReply, MessageStream.PROOF, template);
        this.headers = headers;
        this.model = model;
        this.adapted = adapted;
    }

    @Override
    protected boolean take(String eventType, byte[] bytes, int from, int to) throws IOException {
        MessageEvent event = read(bytes, from, to);
        if (event == null) {
            return false;
        }
        if (event.isError()) {
            throw refused(bytes, from, to);
        }
        if (event.isOnlyText()) {
            learn(bytes, from, to, event.text());
        }
        // The type is told twice; a proxy may have dropped one of them.
        return switch (event.type().isEmpty() ? eventType : event.type()) {
            case "message_start" -> start(event);
            case "content_block_start" -> begin(event.blockIndex(), event.block());
            case "content_block_delta" -> goOn(event);
            case "content_block_stop" -> callAsItBegan(event.blockIndex());
            case "message_delta" -> stop(event);
            case "message_stop" -> end();
            default -> false; // a ping, or newer than this version
        };
    }

    private @Nullable MessageEvent read(byte[] bytes, int from, int to) throws IOException {
        try {
            MessageEvent event = MessageEvent.read(bytes, from, to);
            count();
            return event;
        } catch (MalformedReplyException e) {
            passOver(bytes, from, to);
            return null;
        }
    }

    /** A message may start with all it holds, where code that the provider runs calls one tool after the other. */
    private boolean start(MessageEvent event) throws IOException {
        hasStarted = true;
        identify(event.id(), event.model());
        correct(event);
        boolean isPiece = false;
        long index = 0;
        for (Block block : event.startBlocks()) {
            isPiece |= begin(index++, block);
        }
        return end(event.stopReason()) || isPiece;
    }

    private boolean begin(long index, @Nullable Block block) {
        if (block == null) {
            return false;
        }
        thoughts.begin(block);
        leaveOut(block.unread());
        isReadOver = !block.isRead();
        return switch (block.type()) {
            case "text" -> say(block.text());
            case "thinking" -> think(block.thinking());
            case "tool_use" -> {
                openingArguments.put(index, block.input());
                call(new ToolCallPart(index, block.id(), block.name(), "", thoughts.take()));
                yield true;
            }
            default -> false;
        };
    }

    private boolean goOn(MessageEvent event) {
        thoughts.goOn(event.thinking(), event.signature());
        if (!isReadOver) {
            leaveOut(event.unread());
        }
        boolean isPiece = think(event.thinking());
        isPiece = say(event.text()) || isPiece;
        // Tools that the provider calls by itself have arguments too.
        if (!event.arguments().isEmpty() && calls(event.blockIndex())) {
            openingArguments.remove(event.blockIndex());
            call(new ToolCallPart(event.blockIndex(), "", "", event.arguments()));
            isPiece = true;
        }
        return isPiece;
    }

    private boolean callAsItBegan(long index) {
        String arguments = openingArguments.remove(index);
        if (arguments == null) {
            return false;
        }
        call(new ToolCallPart(index, "", "", arguments));
        return true;
    }

    private boolean stop(MessageEvent event) throws IOException {
        correct(event);
        boolean isPiece = decline(event.refusal());
        return end(event.stopReason()) || isPiece;
    }

    /** Whoever leaves out the end of a block has said the end of all of them by this. */
    private boolean end(String stopReason) throws IOException {
        if (stopReason.isEmpty()) {
            return false;
        }
        boolean isPiece = false;
        for (Long index : List.copyOf(openingArguments.keySet())) {
            isPiece |= callAsItBegan(index);
        }
        finish(stopReason);
        return isPiece;
    }

    private void correct(MessageEvent event) {
        Tokens told = event.tokens();
        if (told != null) {
            tokens = tokens.corrected(told);
            cost(tokens.usage());
        }
    }

    private boolean end() throws IOException {
        if (!hasStarted && !isBegun()) {
            throw new MalformedReplyException("the stream said message_stop and held no message");
        }
        complete();
        return false;
    }

    @Override
    protected ChatReply.Builder takeWhole(byte[] body) throws IOException {
        AnthropicMessage message = Json.read(body, 0, body.length, AnthropicMessage::read);
        leaveOut(message.unread());
        return MessageReader.read(message, headers, model);
    }

    @Override
    public ChatReply.Builder reply() {
        return leftOut().toldBy(super.reply(), adapted);
    }
}
