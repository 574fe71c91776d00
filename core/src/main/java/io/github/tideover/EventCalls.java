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

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean first = super.cancel(mayInterruptIfRunning);
        Flow.Subscription reading = subscription;
        if (first && reading != null) {
            reading.cancel();
        }
        return first;
    }

    private final class Reader implements Flow.Subscriber<StreamEvent> {
        @Override
        public void onSubscribe(Flow.Subscription reading) {
            subscription = reading;
            reading.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(StreamEvent event) {
            try {
                callback.accept(event);
            } catch (RuntimeException | Error e) {
                completeExceptionally(e);
                requireNonNull(subscription).cancel();
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
