package io.github.tideover.examples.drill;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A client in a drill. Asking does not wait. */
interface DrilledClient extends AutoCloseable {
    /**
     * What came of asking.
     *
     * @param text what the user was shown; null if nothing
     * @param reason the kind of failure; empty if there was a reply
     */
    record Answer(Outcome outcome, @Nullable String text, int attempts, String reason) {
        static Answer failed(int attempts, String reason) {
            return new Answer(Outcome.FAILED, null, attempts, reason);
        }
    }

    /** Asks. What fails completes too, with an answer that says so. */
    CompletableFuture<Answer> ask(String question);

    /** Ends what is under way. */
    @Override
    void close();
}
