package io.github.tideover.chat;

/**
 * Which rung of the ladder a reply came from. More may be added in later versions.
 *
 * @since 0.1
 */
public enum Origin {
    /** The provider, just now. */
    LIVE,
    /** Another provider or model, just now. */
    ALTERNATE,
    /** A reply kept from before; {@link ChatReply#age()} tells how long. */
    CACHED,
    /** A reply kept from before, to a question that was put in other words; {@link ChatReply#similarity()} tells which. */
    SIMILAR,
    /** No answer yet: the message is kept, and is answered later. {@link ChatReply#receipt()} tells by what it is known. */
    QUEUED,
    /** The application's own words, not a model's. */
    CANNED
}
