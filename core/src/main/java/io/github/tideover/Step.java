package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.failure.ChatException;
import io.github.tideover.outbox.Ledger;
import io.github.tideover.provider.Dialect;
import java.time.Duration;

/** What a call does next. A driver performs it and decides nothing. */
sealed interface Step {
    /**
     * Send the request.
     *
     * @param rung where to
     * @param key the place of the key to ask with
     * @param mode what to ask for
     * @param limit the moment, on the monotonic clock, at which the attempt is over; for a stream, unless content came
     * @param end the moment at which it is over in any case
     * @param hedgeAt the moment at which a second attempt may be begun beside this one, unless content came; or {@link #NEVER}
     */
    record Send(Rung.Ask rung, int key, Mode mode, long limit, long end, long hedgeAt) implements Step {
        /** No moment at all. */
        static final long NEVER = Long.MAX_VALUE;

        Dialect dialect() {
            return rung.dialects().get(key);
        }
    }

    /** What an attempt asks for. */
    enum Mode {
        /** The whole reply at once. */
        WHOLE,
        /** The reply as a stream, whether or not the caller sees it as one. */
        STREAM,
        /** The rest of a reply whose beginning has been shown, as a stream. */
        CONTINUATION,
        /** The rest of the very stream that broke, of a provider that keeps it: nothing is written a second time. */
        RESUMPTION
    }

    /**
     * Wait, holding no permit.
     *
     * @param nanos how long
     */
    record Wait(long nanos) implements Step {}

    /**
     * Look for a reply kept from before.
     *
     * @param until the moment, on the monotonic clock, by which it must be found
     */
    record Recall(long until) implements Step {}

    /**
     * Before anything is sent, look for a reply that is young enough to be the answer; or wait for a call that is asking the same
     * now.
     *
     * @param freshFor how old it may be
     */
    record LookForFresh(Duration freshFor) implements Step {}

    /** Look for a reply to a similar question. */
    record Resemble() implements Step {}

    /**
     * Keep the message for later.
     *
     * @param outbox where to keep it
     * @param until the moment, on the monotonic clock, by which it must be safe
     */
    record Keep(Ledger outbox, long until) implements Step {}

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
