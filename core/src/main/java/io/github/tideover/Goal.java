package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.failure.Failure;
import org.jspecify.annotations.Nullable;

/** What one call wants of its answer, beyond its being complete. Asked on the thread that reads, one reply at a time. */
interface Goal {
    /** Any complete answer will do. */
    Goal ANY = reply -> null;

    /** What keeps a complete reply from being the answer; null if it will do. */
    @Nullable
    Failure misfit(ChatReply reply);

    /** Whether the application's own words will do. */
    default boolean takesWords() {
        return true;
    }

    /** Whether the answer may come later: to whom it comes then, it is nothing but a reply. */
    default boolean takesReceipt() {
        return equals(ANY);
    }
}
