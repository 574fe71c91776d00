package io.github.tideover.wire;

/**
 * What one event of a stream says of one tool call. Texts it does not give are empty, as they are in the events of services
 * that send {@code ""} where others send nothing.
 *
 * @param index the call's number in the reply, {@link #NO_INDEX} where the service does not number them
 * @param id the service's id for the call
 * @param name the tool's name
 * @param arguments a part of the arguments
 * @param thoughtSignature what the provider wants back of what the model thought when it made the call
 */
public record ToolCallPart(long index, String id, String name, String arguments, String thoughtSignature) {
    /** For a part without a number. */
    public static final long NO_INDEX = -1;

    /**
     * A part without a seal.
     *
     * @param index the call's number in the reply
     * @param id the service's id for the call
     * @param name the tool's name
     * @param arguments a part of the arguments
     */
    public ToolCallPart(long index, String id, String name, String arguments) {
        this(index, id, name, arguments, "");
    }
}
