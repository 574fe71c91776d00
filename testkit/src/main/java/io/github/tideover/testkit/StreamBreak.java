package io.github.tideover.testkit;

/**
 * How a stream breaks, once some of its text has gone out.
 *
 * @since 0.1
 */
public enum StreamBreak {
    /** The body ends as a complete one does, politely, and nothing in it says that the reply is complete. */
    CLOSE,
    /** The connection is reset. */
    RESET,
    /** Nothing more comes, and the connection stays open until the client closes it. */
    SILENCE,
    /** An event says that the provider has failed, in a stream that began with HTTP 200. */
    ERROR_EVENT,
    /** The body ends in the middle of an event. */
    HALF_AN_EVENT,
    /** One event begins like JSON and is none; the rest of the text and the end follow. Who reads on cannot know what it held. */
    GARBLED_EVENT
}
