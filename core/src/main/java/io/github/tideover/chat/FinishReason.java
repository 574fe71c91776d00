package io.github.tideover.chat;

/**
 * Why a model stopped. More may be added in later versions.
 *
 * @since 0.1
 */
public enum FinishReason {
    /** It had said all. */
    STOP,
    /** It ran into the token limit: the text is cut. */
    LENGTH,
    /** It wants tools to be called. */
    TOOL_CALLS,
    /** A content policy stopped it. */
    CONTENT_FILTER,
    /** A reason this version does not know, or none was given. */
    OTHER
}
