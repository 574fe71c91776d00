package io.github.tideover.status;

/**
 * What kind of trouble a provider is in, as far as can be told from here. More may be added in later versions.
 *
 * @since 0.1
 */
public enum Cause {
    /** It has more load than it can serve: it says so, or turns requests away while there is room in our own limits. */
    OVERLOAD,
    /** It answers with errors of its own, or with something that is no answer. */
    SOFTWARE_FAULT,
    /** It cannot be reached, by name or by connection, while others can. */
    NETWORK,
    /** Nobody can be reached from here: it is this machine, or its way out. Tells nothing about the provider. */
    LOCAL_NETWORK,
    /** It is down on purpose, announced on its status page or in its answers. */
    MAINTENANCE,
    /** Its login fails: it turns away keys that it took until now. */
    LOGIN_FAILURE,
    /** Our account, key or model is not served: credit, permission, a key that never worked. Ours alone to mend. */
    ACCOUNT,
    /** It takes much longer than it used to, or does not answer at all in the time it is given. */
    SLOW,
    /** Its answers break off in the middle. */
    CUT_STREAMS,
    /** We ask more than our limits allow. */
    RATE_LIMIT,
    /** Not known, or not yet. */
    UNKNOWN
}
