package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.StreamEvent;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A stream read by a callback: the future completes when there is no more to call it with. */
final class EventCalls extends ClientFuture<ChatReply> {
    private final Consumer<? super StreamEvent> callback;
    private volatile Flow.@Nullable Subscription subscription;

    EventCalls(Executor executor, Consumer<? super StreamEvent> callback) {
        super(executor);
        this.callback = callback;
    }

    Flow.Subscriber<StreamEvent> subscriber() {
        return new Reader();
    }

    private final class Reader implements Flow.Subscriber<StreamEvent> {
        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // cancelling throws nothing
        public void onSubscribe(Flow.Subscription reading) {
            subscription = reading;
            // Whoever completes it first, by a cancel or a time limit of the application's own, has seen enough.
            whenComplete((reply, problem) -> reading.cancel());
            reading.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(StreamEvent event) {
            try {
                callback.accept(event);
            } catch (Throwable e) {
                requireNonNull(subscription).cancel();
                completeExceptionally(e);
            }
            if (event instanceof StreamEvent.Completed completed) {
                complete(completed.reply());
            }
        }

        @Override
        public void onError(Throwable problem) {
            completeExceptionally(problem);
        }

        @Override
        public void onComplete() {
            // complete since its last event
        }
    }
}
