package io.github.tideover.provider.responses;

import io.github.tideover.wire.Complaint;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.MalformedReplyException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * An event of a streamed response as the server sent it. Fields this version does not know are read over; a missing or null
 * text is empty.
 *
 * @since 0.1
 */
public final class ResponseEvent {
    private static final int NONE = -1;

    private String type = "";
    private long sequenceNumber = NONE;
    private long outputIndex = NONE;
    private String delta = "";
    private String wholeArguments = "";
    private @Nullable OutputItem item;
    private @Nullable OpenAiResponse response;
    private @Nullable String error;
    private boolean isComplaint;
    private boolean isAlone;

    private ResponseEvent() {}

    /**
     * Reads an event from memory.
     *
     * @throws MalformedReplyException if it is not one JSON object
     */
    static ResponseEvent read(byte[] bytes, int from, int to) throws MalformedReplyException {
        // A second byte of zero would make the parser guess at UTF-16 or UTF-32, and event streams are UTF-8.
        if (to - from < 2 || bytes[from + 1] == 0) {
            throw new MalformedReplyException("an event is not JSON");
        }
        ResponseEvent event = Json.read(bytes, from, to, ResponseEvent::read);
        if (!event.isAlone) {
            throw new MalformedReplyException("an event is more than one JSON object");
        }
        if (event.error == null && (event.isComplaint || event.type.equals("error"))) {
            event.error = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }
        return event;
    }

    private static ResponseEvent read(JsonParser in) {
        ResponseEvent event = new ResponseEvent();
        boolean isComplaint = false;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (name) {
                case "type" -> event.type = Json.text(in, "response.output_text.delta");
                case "sequence_number" -> event.sequenceNumber = number(in, value);
                case "output_index" -> event.outputIndex = number(in, value);
                case "delta" -> event.delta = Json.text(in);
                case "arguments", "input" -> event.wholeArguments = Json.text(in);
                case "item" -> {
                    if (value == JsonToken.START_OBJECT) {
                        event.item = OutputItem.read(in);
                    } else {
                        in.skipChildren();
                    }
                }
                case "response" -> {
                    if (value == JsonToken.START_OBJECT) {
                        event.response = OpenAiResponse.read(in);
                    } else {
                        in.skipChildren();
                    }
                }
                case "error" -> event.error = Json.error(in);
                case "message", "detail", "errors", "error_message" -> {
                    isComplaint |= Json.isSomething(in);
                    in.skipChildren();
                }
                default -> in.skipChildren();
            }
        }
        event.isAlone = in.nextToken() == null;
        event.isComplaint = isComplaint && Complaint.isTypeOfOne(event.type);
        return event;
    }

    private static long number(JsonParser in, JsonToken value) {
        if (value == JsonToken.VALUE_NUMBER_INT) {
            return Json.count(in);
        }
        in.skipChildren();
        return NONE;
    }

    /**
     * What the event is, such as {@code "response.created"}, {@code "response.output_text.delta"} or
     * {@code "response.completed"}.
     *
     * @return the type, empty if the event does not say
     */
    public String type() {
        return type;
    }

    /**
     * The event's number in its stream: where a stream that broke can be {@linkplain ResponsesApi#resume resumed}.
     *
     * @return the number, or empty if the server gives none
     */
    public OptionalLong sequenceNumber() {
        return sequenceNumber == NONE ? OptionalLong.empty() : OptionalLong.of(sequenceNumber);
    }

    /**
     * Which item of the output this is about.
     *
     * @return the number, from 0, or empty if it is about none
     */
    public OptionalInt outputIndex() {
        return outputIndex == NONE
                ? OptionalInt.empty()
                : OptionalInt.of((int) Math.min(Integer.MAX_VALUE, outputIndex));
    }

    /**
     * What is new in the text.
     *
     * @return the text, empty if nothing is
     */
    public String text() {
        return type.equals("response.output_text.delta") ? delta : "";
    }

    /**
     * What is new in the model's reasoning, or in the summary of it.
     *
     * @return the text, empty if nothing is
     */
    public String reasoning() {
        return switch (type) {
            case "response.reasoning_text.delta", "response.reasoning_summary_text.delta" -> delta;
            default -> "";
        };
    }

    /**
     * What is new in the model's words of refusal.
     *
     * @return the text, empty if nothing is
     */
    public String refusal() {
        return type.equals("response.refusal.delta") ? delta : "";
    }

    /**
     * The id of the tool call that begins or is complete.
     *
     * @return the id, empty if none does or is
     */
    public String toolCallId() {
        return item == null || !item.isToolCall() ? "" : item.callId();
    }

    /**
     * The function that the model wants called.
     *
     * @return its name, empty if no tool call begins or is complete
     */
    public String toolName() {
        return item == null || !item.isToolCall() ? "" : item.name();
    }

    /**
     * What is new in the arguments of the tool call that the item is: a part of JSON, or of any text for a custom tool.
     *
     * @return the part, empty if nothing is new
     */
    public String arguments() {
        return switch (type) {
            case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta" -> delta;
            default -> "";
        };
    }

    /**
     * The response as far as it is there: without its output when it begins, with all of it at the end.
     *
     * @return the response, or empty if the event does not tell of it
     */
    public Optional<OpenAiResponse> response() {
        return Optional.ofNullable(response);
    }

    /**
     * The error that ends the stream.
     *
     * @return its JSON, or empty if there is none
     */
    public Optional<String> error() {
        return error == null && response != null ? response.error() : Optional.ofNullable(error);
    }

    /** Whether nothing comes after it, whatever became of the response. */
    boolean isLast() {
        return isLast(type);
    }

    static boolean isLast(String type) {
        return switch (type) {
            case "response.completed", "response.incomplete", "response.failed", "response.cancelled" -> true;
            default -> false;
        };
    }

    long number() {
        return sequenceNumber;
    }

    long index() {
        return outputIndex;
    }

    String delta() {
        return delta;
    }

    String wholeArguments() {
        return wholeArguments;
    }

    @Nullable
    OutputItem item() {
        return item;
    }

    @Nullable
    OpenAiResponse told() {
        return response;
    }

    boolean isError() {
        return error != null;
    }

    /** Whether a piece of the text and a number are all that the event tells a reader, who need not know its type from elsewhere. */
    boolean isOnlyText() {
        return type.equals("response.output_text.delta");
    }

    /** Gives the type; the text is left out so that a log cannot hold it. */
    @Override
    public String toString() {
        return "ResponseEvent{" + type + (sequenceNumber == NONE ? "" : " " + sequenceNumber) + "}";
    }
}
