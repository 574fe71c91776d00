package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.provider.Provider;

/**
 * What becomes of a streamed reply that breaks after some of its text was shown, and that the provider cannot go on with. One
 * that {@linkplain Provider#background(boolean) keeps what it streams} is asked to do so first, whatever is set here: the
 * reader sees the same answer, without a word of the break.
 *
 * <p>A rescue is tried once in a call; if it
 * fails too, and with nothing left to answer, the call ends with a {@link PartialReplyException}.
 *
 * <p>Next is asked the nearest alternate that is standing. Only where there is none, the same provider is asked again, as far
 * as that can help and the retry policy and the retry budget allow; then what was answered before is looked for. The
 * application's own last words never take the place of half an answer.
 *
 * @since 0.1
 */
public enum StreamRescue {
    /**
     * Start over with a new answer. Those who read {@linkplain ReplyStream#events() events} hear of it by
     * {@link StreamEvent.Restarted} and clear the screen. Those who read text alone cannot take back what they have shown:
     * to them, the new answer's beginning is left out as far as it says the same, and where it says something else the
     * call ends with a {@link PartialReplyException}.
     */
    RESTART,
    /**
     * Have the rest written, where the provider asked next is known to
     * {@linkplain Provider#continuesReplies(boolean) go on with a reply}, a dozen characters or more
     * have come but no tool call and no refusal, and the request
     * asked for no tools and no format; what it repeats of the beginning is left out. The whole reply is marked as {@linkplain ChatReply#isContinued() continued}. Elsewhere like
     * {@link #RESTART}.
     */
    CONTINUE,
    /** Look for no other answer: end the call with a {@link PartialReplyException} that carries the text so far. */
    FAIL
}
