package io.github.tideover;

import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.failure.ChatException;

/** What a call does next. A driver performs it and decides nothing. */
sealed interface Step {
    /**
     * Send the request.
     *
     * @param rung where to
     * @param limit the moment, on the monotonic clock, at which the attempt is over; for a stream, unless content came
     */
    record Send(Rung.Ask rung, long limit) implements Step {}

    /**
     * Wait, holding no permit.
     *
     * @param nanos how long
     */
    record Wait(long nanos) implements Step {}

    /**
     * Look for a reply kept from before.
     *
     * @param cache where to look
     */
    record Recall(ReplyCache cache) implements Step {}

    /**
     * The call is over: give this reply.
     *
     * @param reply the reply
     */
    record Answer(ChatReply reply) implements Step {}

    /**
     * The call is over: throw this.
     *
     * @param exception what to throw
     */
    record Fail(ChatException exception) implements Step {}
}
