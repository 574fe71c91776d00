package io.github.tideover;

import io.github.tideover.CallRun.Turn;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import java.util.List;
import java.util.function.BiFunction;

/** A call for a whole reply as a future of what is made of it. */
final class AsyncCall<T> extends ClientFuture<T> {
    private final Driver driver;
    private final BiFunction<ChatReply, List<Message>, T> result;

    AsyncCall(Engine engine, ChatRequest request, Goal goal, BiFunction<ChatReply, List<Message>, T> result) {
        super(engine.executor());
        this.result = result;
        driver = new Driver(engine, new CallRun(engine, request, false, reply -> {}, goal));
    }

    /** What needs no network is answered at once. */
    AsyncCall<T> start() {
        if (driver.call().willSend()) {
            driver.goOn();
        } else {
            driver.drive();
        }
        return this;
    }

    /** Ends the call: the attempt under way is broken off at its socket, and no further one is made. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean first = super.cancel(mayInterruptIfRunning);
        if (first) {
            driver.end("the call was cancelled");
        }
        return first;
    }

    private final class Driver extends ThreadlessCall {
        Driver(Engine engine, CallRun run) {
            super(engine, run);
        }

        @Override
        boolean isWanted() {
            return !isDone();
        }

        @Override
        void take(Turn turn) {
            complete(result.apply(call().reply(), call().history()));
        }

        @Override
        void failed(Throwable problem) {
            completeExceptionally(problem);
        }
    }
}
