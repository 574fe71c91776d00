package io.github.tideover.provider;

/**
 * Something that a request may ask for and not every model or server can do.
 *
 * <p>More abilities may be added in later versions: give a {@code switch} over them a default branch.
 *
 * @since 0.1
 */
public enum Ability {
    /** Reading an image that is sent along. */
    IMAGES("images"),
    /** Reading an image of which only the address is sent. */
    IMAGE_ADDRESSES("images at an address"),
    /** Reading a file that is sent along, such as a PDF document. */
    FILES("files"),
    /** Wishing to have tools called. */
    TOOLS("tools"),
    /** Being told whether a tool, or which one, must be called. */
    TOOL_CHOICE("a choice of tools"),
    /** Being held to one tool call at a time. */
    ONE_TOOL_CALL_AT_A_TIME("one tool call at a time"),
    /** Being held to a JSON schema. */
    JSON_SCHEMA("a JSON schema"),
    /** Being held to JSON, whatever its schema. */
    JSON("JSON"),
    /** Being held to JSON or to a JSON schema in a request that offers tools. */
    FORMAT_BESIDE_TOOLS("a response format beside tools"),
    /** Being held to JSON or to a JSON schema in a reply that comes as a stream. */
    FORMAT_STREAMED("a response format for a stream"),
    /** Being told how hard to think. */
    REASONING_EFFORT("a reasoning effort"),
    /** Stopping at a text. */
    STOP("stop texts"),
    /** Sampling that can be repeated. */
    SEED("a seed"),
    /** Sampling by temperature. */
    TEMPERATURE("a temperature"),
    /** Sampling by a share of the probability mass. */
    TOP_P("top_p"),
    /** Sampling by temperature and by a share of the probability mass at once. */
    TOP_P_BESIDE_TEMPERATURE("top_p beside a temperature"),
    /** Giving a reply as a stream. */
    STREAMING("streaming"),
    /** Going on with a reply whose beginning is sent as the last message. */
    CONTINUATION("continuing a reply");

    private final String words;

    Ability(String words) {
        this.words = words;
    }

    /**
     * What it is, in words for a person.
     *
     * @return such as {@code "images at an address"}
     */
    public String words() {
        return words;
    }
}
