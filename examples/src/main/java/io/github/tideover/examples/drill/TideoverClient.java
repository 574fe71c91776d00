package io.github.tideover.examples.drill;

import io.github.tideover.Tideover;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.failure.ChatException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The application's client. */
final class TideoverClient implements DrilledClient {
    private final Tideover tideover;

    TideoverClient(Tideover tideover) {
        this.tideover = tideover;
    }

    @Override
    public CompletableFuture<Answer> ask(String question) {
        return tideover.chatAsync(question).handle(TideoverClient::answer);
    }

    private static Answer answer(@Nullable ChatReply reply, @Nullable Throwable failure) {
        if (reply != null) {
            return new Answer(Outcome.of(reply.origin()), reply.text(), reply.attempts(), "");
        }
        Throwable cause = failure instanceof CompletionException wrapper && wrapper.getCause() != null
                ? wrapper.getCause()
                : failure;
        if (cause instanceof ChatException known) {
            return Answer.failed(known.attempts(), known.kind().name());
        }
        return Answer.failed(0, cause == null ? "" : cause.getClass().getSimpleName());
    }

    @Override
    public void close() {
        tideover.close();
    }
}
