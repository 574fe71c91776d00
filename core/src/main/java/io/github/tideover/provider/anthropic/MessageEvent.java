package io.github.tideover.provider.anthropic;

import io.github.tideover.chat.Usage;
import io.github.tideover.wire.Complaint;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.Unread;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A piece of a streamed message as the server sent it. Fields this version does not know are read over; a missing or null
 * text is empty.
 *
 * @since 0.1
 */
public final class MessageEvent {
    private static final int NO_INDEX = -1;

    private String type = "";
    private long index = NO_INDEX;
    private String id = "";
    private String model = "";
    private @Nullable Block block;
    private List<Block> startBlocks = List.of();
    private String text = "";
    private String thinking = "";
    private String signature = "";
    private String partialJson = "";
    private String stopReason = "";
    private String refusal = "";
    private Unread unread = Unread.NOTHING;
    private @Nullable Tokens tokens;
    private @Nullable String error;
    private boolean isComplaint;
    private boolean isAlone;

    private MessageEvent() {}

    /**
     * Reads an event from memory.
     *
     * @throws MalformedReplyException if it is not one JSON object
     */
    static MessageEvent read(byte[] bytes, int from, int to) throws MalformedReplyException {
        // A second byte of zero would make the parser guess at UTF-16 or UTF-32, and event streams are UTF-8.
        if (to - from < 2 || bytes[from + 1] == 0) {
            throw new MalformedReplyException("an event is not JSON");
        }
        MessageEvent event = Json.read(bytes, from, to, MessageEvent::read);
        if (!event.isAlone) {
            throw new MalformedReplyException("an event is more than one JSON object");
        }
        return event;
    }

    private static MessageEvent read(JsonParser in) {
        MessageEvent event = new MessageEvent();
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (name) {
                case "type" -> event.type = Json.text(in, "content_block_delta");
                case "index" -> event.index = Json.count(in);
                case "message" -> {
                    event.isComplaint |= value == JsonToken.VALUE_STRING;
                    event.readMessage(in, value);
                }
                case "detail", "errors", "error_message" -> {
                    event.isComplaint |= Json.isSomething(in);
                    in.skipChildren();
                }
                case "content_block" -> {
                    if (value == JsonToken.START_OBJECT) {
                        event.block = Block.read(in);
                    } else {
                        in.skipChildren();
                    }
                }
                case "delta" -> event.readDelta(in, value);
                case "usage" -> event.readTokens(in);
                case "error" -> event.error = Json.error(in);
                default -> in.skipChildren();
            }
        }
        event.isAlone = in.nextToken() == null;
        return event;
    }

    private void readMessage(JsonParser in, JsonToken value) {
        if (value != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        String said = "";
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "id" -> id = Json.text(in);
                case "model" -> model = Json.text(in);
                case "usage" -> readTokens(in);
                case "content" -> startBlocks = Block.readAll(in);
                case "stop_reason" -> said = Json.text(in);
                default -> in.skipChildren();
            }
        }
        // What has yet to be written has no end, whatever a gateway says of it.
        stopReason = startBlocks.isEmpty() ? stopReason : said;
    }

    private void readDelta(JsonParser in, JsonToken value) {
        if (value != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        String kind = "";
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "type" -> kind = Json.text(in, "text_delta");
                case "text" -> text = Json.text(in);
                case "thinking" -> thinking = Json.text(in);
                case "signature" -> signature = Json.text(in);
                case "partial_json" -> partialJson = Json.text(in);
                case "stop_reason" -> stopReason = Json.text(in, "end_turn");
                case "stop_details" -> refusal = AnthropicMessage.explanation(in);
                case "citation" -> unread = unread.and("citations", in);
                default -> in.skipChildren();
            }
        }
        boolean isSaid = !text.isEmpty() || !thinking.isEmpty() || !signature.isEmpty() || !partialJson.isEmpty();
        unread = isSaid || isRead(kind) ? unread : unread.and(kind);
    }

    private static boolean isRead(String kind) {
        return switch (kind) {
            case "", "text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta" -> true;
            default -> false;
        };
    }

    private void readTokens(JsonParser in) {
        Tokens told = Tokens.read(in);
        tokens = told == null ? tokens : told;
    }

    /**
     * What the event is: {@code "message_start"}, {@code "content_block_start"}, {@code "content_block_delta"},
     * {@code "content_block_stop"}, {@code "message_delta"}, {@code "message_stop"}, {@code "ping"}, {@code "error"}, or one
     * that is newer than this version.
     *
     * @return the type, empty if the event does not say
     */
    public String type() {
        return type;
    }

    /**
     * Which block of the message this is about.
     *
     * @return the number, from 0, or empty if it is about none
     */
    public OptionalInt index() {
        return index == NO_INDEX ? OptionalInt.empty() : OptionalInt.of((int) Math.min(Integer.MAX_VALUE, index));
    }

    /**
     * The server's id for the message.
     *
     * @return the id, empty unless the message starts
     */
    public String id() {
        return id;
    }

    /**
     * The model that answers.
     *
     * @return the name, empty unless the message starts
     */
    public String model() {
        return model;
    }

    /**
     * What is new in the text.
     *
     * @return the text, empty if nothing is
     */
    public String text() {
        return block == null ? text : block.text();
    }

    /**
     * What is new in the model's thinking.
     *
     * @return the text, empty if nothing is
     */
    public String thinking() {
        return block == null ? thinking : block.thinking();
    }

    /** The signature of the thinking that ends. */
    String signature() {
        return signature;
    }

    /**
     * The id of the tool call that begins.
     *
     * @return the id, empty if none begins
     */
    public String toolCallId() {
        return block == null || !block.isToolCall() ? "" : block.id();
    }

    /**
     * The tool that the model wants called.
     *
     * @return its name, empty if no tool call begins
     */
    public String toolName() {
        return block == null || !block.isToolCall() ? "" : block.name();
    }

    /**
     * What is new in the arguments of the tool call that the block is: a part of JSON.
     *
     * @return the part, empty if nothing is new
     */
    public String arguments() {
        return partialJson;
    }

    /**
     * Why the model stopped, in the server's word.
     *
     * @return the word, empty while it has not stopped
     */
    public String stopReason() {
        return stopReason;
    }

    /**
     * What the message cost so far: of several events that say, the last is right in what it says.
     *
     * @return the tokens, or empty if this event does not say
     */
    public Optional<Usage> usage() {
        return tokens == null ? Optional.empty() : Optional.of(tokens.usage());
    }

    /**
     * The error that ends the stream.
     *
     * @return its JSON, or empty if there is none
     */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    @Nullable
    Block block() {
        return block;
    }

    /** What the message holds as it starts: nothing, but where the provider had to write nothing anew. */
    List<Block> startBlocks() {
        return startBlocks;
    }

    long blockIndex() {
        return index;
    }

    @Nullable
    Tokens tokens() {
        return tokens;
    }

    String refusal() {
        return refusal;
    }

    /** What the event adds to the block that nobody reads. */
    Unread unread() {
        return unread;
    }

    boolean isError() {
        return error != null || type.equals("error") || (isComplaint && Complaint.isTypeOfOne(type));
    }

    /** Whether a piece of the text is all that the event tells a reader, who need not know its type from elsewhere. */
    boolean isOnlyText() {
        return type.equals("content_block_delta")
                && block == null
                && thinking.isEmpty()
                && signature.isEmpty()
                && partialJson.isEmpty()
                && unread.isNothing();
    }

    /** Gives the type; the text is left out so that a log cannot hold it. */
    @Override
    public String toString() {
        return "MessageEvent{" + type + "}";
    }
}
