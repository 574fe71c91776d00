package io.github.tideover.testkit;

/**
 * A refusal, as providers write it: each {@link Dialect} says it with a status, a code and words of its own.
 *
 * @since 0.1
 */
public enum Fault {
    /** More load than the provider can serve: HTTP 503, at Anthropic 529. */
    OVERLOADED(true),
    /** An error on the provider's side: HTTP 500. */
    SERVER_ERROR(true),
    /** Too many requests or tokens for now: HTTP 429. */
    RATE_LIMITED(true),
    /** Out of credit: HTTP 429 at OpenAI and Google, 400 at Anthropic. Nothing but a payment helps. */
    QUOTA_EXHAUSTED(false),
    /** The key is not accepted: HTTP 401, at Google 400. */
    UNAUTHORIZED(false),
    /** No such model: HTTP 404. */
    MODEL_NOT_FOUND(false),
    /** The conversation is longer than the model's window: HTTP 400. */
    CONTEXT_TOO_LONG(false),
    /** The content policy forbids it: HTTP 400, at Google a reply of HTTP 200 without an answer. */
    CONTENT_POLICY(false),
    /** The provider does not take the request as it is: HTTP 400. */
    INVALID_REQUEST(false);

    private final boolean passes;

    Fault(boolean passes) {
        this.passes = passes;
    }

    /**
     * Whether the same request may meet with success later. Where it cannot, asking again helps nobody.
     *
     * @return false if only a person can mend it, or another request
     */
    public boolean passes() {
        return passes;
    }
}
