package io.github.tideover.failure;

/**
 * What went wrong, sorted by what can be done about it. Retry, circuit breaker, ladder and status all read this one
 * sorting, so a failure means the same to each of them.
 *
 * <p>More kinds may be added in later versions: give a {@code switch} over them a default branch.
 *
 * @since 0.1
 */
public enum FailureKind {
    /** The caller cancelled the call. */
    CANCELLED(Again.NEVER, Blame.NOBODY, Rungs.NONE, Remedy.UNAVAILABLE, "the call was cancelled"),
    /** The call's deadline passed before an answer was there. */
    DEADLINE(Again.NEVER, Blame.NOBODY, Rungs.STALE, Remedy.DEADLINE, "the answer took too long"),
    /** Not sent: the circuit breaker of this provider and model is open. */
    CIRCUIT_OPEN(Again.NEVER, Blame.NOBODY, Rungs.BOTH, Remedy.UNAVAILABLE, "provider paused after failures"),
    /** Not sent: as many requests to this provider are under way as are allowed at once. */
    BULKHEAD_FULL(Again.NEVER, Blame.NOBODY, Rungs.BOTH, Remedy.RATE_LIMITED, "too many requests under way"),
    /** Not sent: the provider asked not to be called before a time that is still to come, or is being eased back in. */
    PAUSED(Again.NEVER, Blame.NOBODY, Rungs.BOTH, Remedy.RATE_LIMITED, "provider paused at its own request"),
    /** This machine has no network. */
    NETWORK_LOCAL(Again.YES, Blame.NOBODY, Rungs.STALE, Remedy.UNAVAILABLE, "this machine appears to be offline"),
    /** The provider's name does not resolve although this machine has a network. */
    DNS(Again.YES, Blame.PROVIDER, Rungs.BOTH, Remedy.UNAVAILABLE, "the provider's address does not resolve"),
    /** The provider could not be reached; the request was not sent. */
    NETWORK(Again.FREE, Blame.PROVIDER, Rungs.BOTH, Remedy.UNAVAILABLE, "cannot reach the provider"),
    /** The connection was lost after the request was sent; the provider may have answered, and billed, all the same. */
    NETWORK_AMBIGUOUS(Again.YES, Blame.PROVIDER, Rungs.BOTH, Remedy.UNAVAILABLE, "the connection was lost"),
    /** The provider's certificate is not to be trusted. */
    TLS(
            Again.NEVER,
            Blame.PROVIDER,
            Rungs.ALTERNATE,
            Remedy.UNAVAILABLE,
            "no secure connection; check this machine's clock, proxy and certificates"),
    /** No answer, or no first token, in the time one attempt is given. A silent provider is not asked twice in a call. */
    TIMEOUT(Again.ELSEWHERE, Blame.PROVIDER, Rungs.BOTH, Remedy.UNAVAILABLE, "the provider is too slow"),
    /** A streamed answer stopped coming. */
    STALL(Again.ELSEWHERE, Blame.PROVIDER, Rungs.BOTH, Remedy.UNAVAILABLE, "the answer was interrupted"),
    /** The answer ended without a sign that it was complete. */
    CUT(Again.ONCE, Blame.PROVIDER, Rungs.BOTH, Remedy.UNAVAILABLE, "the answer was cut off"),
    /** The provider answered with success and something that is not an answer: HTML, broken JSON, nothing. */
    MALFORMED(Again.ONCE, Blame.PROVIDER, Rungs.BOTH, Remedy.UNAVAILABLE, "the provider sent an invalid answer"),
    /** The answer is complete and not of the form that was asked for: a record it does not fill, arguments no tool takes. */
    WRONG_SHAPE(
            Again.ONCE,
            Blame.ANSWERED,
            Rungs.BOTH,
            Remedy.UNAVAILABLE,
            "the answer is not of the form that was asked for"),
    /** The provider refused the request, or stopped its answer, by its content policy. */
    CONTENT_FILTER(Again.NEVER, Blame.ANSWERED, Rungs.NONE, Remedy.REJECTED, "blocked by the provider's policy"),
    /** The conversation is longer than the model's context window. */
    CONTEXT_LENGTH(
            Again.NEVER, Blame.NOBODY, Rungs.ALTERNATE, Remedy.REJECTED, "the conversation is too long for the model"),
    /** The provider does not accept the request as it is. */
    INVALID_REQUEST(Again.NEVER, Blame.NOBODY, Rungs.NONE, Remedy.REJECTED, "the provider calls the request invalid"),
    /** The key was not accepted, or may not do this. */
    AUTH(Again.NEVER, Blame.NOBODY, Rungs.ALTERNATE, Remedy.ACCOUNT, "the provider rejected the credentials"),
    /** The provider does not serve this country, network or account. */
    FORBIDDEN(Again.NEVER, Blame.NOBODY, Rungs.ALTERNATE, Remedy.ACCOUNT, "the provider does not serve this place"),
    /** The provider does not know the model, or this key may not use it. */
    MODEL_NOT_FOUND(Again.NEVER, Blame.NOBODY, Rungs.ALTERNATE, Remedy.REJECTED, "the model is not available"),
    /** Out of credit or over a spending limit: waiting does not help, a person must act. */
    QUOTA(Again.NEVER, Blame.NOBODY, Rungs.BOTH, Remedy.ACCOUNT, "the account is out of credit"),
    /** Too many requests or tokens for a while. */
    THROTTLED(Again.YES, Blame.NOBODY, Rungs.ALTERNATE, Remedy.RATE_LIMITED, "too many requests"),
    /** The provider has more load than it can serve. */
    OVERLOADED(Again.YES, Blame.PROVIDER, Rungs.BOTH, Remedy.UNAVAILABLE, "the provider is overloaded"),
    /** The provider is down on purpose and says until when. */
    MAINTENANCE(Again.NEVER, Blame.NOBODY, Rungs.BOTH, Remedy.UNAVAILABLE, "planned maintenance at the provider"),
    /** An error on the provider's side that the next attempt may not meet. */
    TRANSIENT(Again.YES, Blame.PROVIDER, Rungs.BOTH, Remedy.UNAVAILABLE, "an error at the provider"),
    /** The same request is still being worked on. */
    CONFLICT(Again.YES, Blame.NOBODY, Rungs.NONE, Remedy.UNAVAILABLE, "the same request is still under way"),
    /** An answer this library has no rule for, a redirect for one. */
    UNEXPECTED(Again.NEVER, Blame.NOBODY, Rungs.NONE, Remedy.REJECTED, "the provider answered in an unexpected way"),
    /** Not sent: this provider's model cannot do what the request asks, as is known beforehand. */
    UNSUPPORTED(Again.NEVER, Blame.NOBODY, Rungs.NONE, Remedy.REJECTED, "the model cannot do what is asked"),
    /** Not sent: the request may not be seen by this provider. */
    NOT_ALLOWED(Again.NEVER, Blame.NOBODY, Rungs.NONE, Remedy.REJECTED, "the provider may not see this request"),
    /** The reply cache had nothing for this request that is still young enough. */
    NO_CACHED_REPLY(Again.NEVER, Blame.NOBODY, Rungs.BOTH, Remedy.UNAVAILABLE, "nothing was kept for this request"),
    /** Not sent: a message of the same conversation that came before waits in the outbox. */
    OUT_OF_TURN(
            Again.NEVER,
            Blame.NOBODY,
            Rungs.BOTH,
            Remedy.UNAVAILABLE,
            "an earlier message of this conversation is still to be answered"),
    /** The outbox did not take the message: it is full, or could not make it safe in time. */
    NOT_QUEUED(Again.NEVER, Blame.NOBODY, Rungs.BOTH, Remedy.UNAVAILABLE, "the message could not be kept for later"),
    /** What the outbox kept of a message is damaged. Stands at a message in the outbox alone, never at a call. */
    LOST(Again.NEVER, Blame.NOBODY, Rungs.NONE, Remedy.UNAVAILABLE, "what was kept of the message is damaged");

    /**
     * Whether the same provider may be asked again within one call.
     *
     * @since 0.1
     */
    public enum Again {
        /** Not in this call. */
        NEVER,
        /** Not here in this call: the next rung may be asked. */
        ELSEWHERE,
        /** One more time. */
        ONCE,
        /** As often as the retry policy and the retry budget allow. */
        YES,
        /** Once for nothing, since the request did not leave; after that like {@link #YES}. */
        FREE
    }

    /**
     * Who a failure speaks of, for the circuit breaker and the status.
     *
     * @since 0.1
     */
    public enum Blame {
        /** The provider: counts as a failure. */
        PROVIDER,
        /** The provider did its work: counts as a success. */
        ANSWERED,
        /** Not the provider's health: counts as neither. */
        NOBODY
    }

    private enum Rungs {
        NONE,
        ALTERNATE,
        STALE,
        BOTH
    }

    enum Remedy {
        REJECTED,
        RATE_LIMITED,
        ACCOUNT,
        UNAVAILABLE,
        DEADLINE
    }

    private final Again again;
    private final Blame blame;
    private final Rungs rungs;
    private final Remedy remedy;
    private final String cause;

    FailureKind(Again again, Blame blame, Rungs rungs, Remedy remedy, String cause) {
        this.again = again;
        this.blame = blame;
        this.rungs = rungs;
        this.remedy = remedy;
        this.cause = cause;
    }

    /**
     * Whether the same provider may be asked again within one call.
     *
     * @return the rule of this kind; a provider's own {@code x-should-retry} header may tighten it
     */
    public Again again() {
        return again;
    }

    /**
     * Who this failure speaks of.
     *
     * @return what the circuit breaker and the status make of it
     */
    public Blame blame() {
        return blame;
    }

    /**
     * Whether another provider or model may be asked instead.
     *
     * @return true if an alternate may help
     */
    public boolean allowsAlternate() {
        return rungs == Rungs.ALTERNATE || rungs == Rungs.BOTH;
    }

    /**
     * Whether an answer kept from before may be given instead.
     *
     * @return true if a cached reply may be served
     */
    public boolean allowsStale() {
        return rungs == Rungs.STALE || rungs == Rungs.BOTH;
    }

    /**
     * What happened, in words for a person.
     *
     * @return a clause in English without a full stop, such as {@code "the provider is overloaded"}
     */
    public String cause() {
        return cause;
    }

    Remedy remedy() {
        return remedy;
    }
}
