package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Receipt;
import io.github.tideover.failure.Failure;
import org.jspecify.annotations.Nullable;

/** How a step went. */
sealed interface Outcome {
    /** The wait is over. */
    Outcome WAITED = new Waited();

    /**
     * The provider answered.
     *
     * @param reply what it said, without what the ladder adds
     */
    record Answered(ChatReply.Builder reply) implements Outcome {}

    /**
     * The attempt failed.
     *
     * @param failure how
     * @param canResume whether it was a stream that broke off, and the provider can go on with that very stream
     */
    record Failed(Failure failure, boolean canResume) implements Outcome {
        Failed(Failure failure) {
            this(failure, false);
        }
    }

    /**
     * The attempt failed after some of its text had been shown.
     *
     * @param failure how
     * @param canContinue whether another model could go on from there: some text had come, no tool call and no refusal
     * @param canResume whether the provider can go on with the very stream that broke
     */
    record Broken(Failure failure, boolean canContinue, boolean canResume) implements Outcome {}

    /**
     * The cache was asked.
     *
     * @param reply what it had, or null
     * @param misfit why what it had will not do; null if it had nothing, or it will
     */
    record Recalled(@Nullable ChatReply reply, @Nullable Failure misfit) implements Outcome {
        Recalled(@Nullable ChatReply reply) {
            this(reply, null);
        }

        static Recalled unfit(Failure misfit) {
            return new Recalled(null, misfit);
        }
    }

    /**
     * The outbox was asked.
     *
     * @param receipt what it gave, or null
     * @param refusal why it gave none, or null
     */
    record Kept(@Nullable Receipt receipt, @Nullable Failure refusal) implements Outcome {}

    /** See {@link #WAITED}. */
    record Waited() implements Outcome {}
}
