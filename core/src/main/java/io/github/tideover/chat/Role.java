package io.github.tideover.chat;

/**
 * Who speaks in a message.
 *
 * @since 0.1
 */
public enum Role {
    /** The application, instructing the model. */
    SYSTEM,
    /** The person, or the application on their behalf. */
    USER,
    /** The model. */
    ASSISTANT,
    /** A tool, giving its result. */
    TOOL
}
