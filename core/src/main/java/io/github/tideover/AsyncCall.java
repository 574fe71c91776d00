package io.github.tideover;

import io.github.tideover.CallRun.Turn;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;

/** A call for a whole reply as a future. */
final class AsyncCall extends ClientFuture<ChatReply> {
    private final Driver driver;

    AsyncCall(Engine engine, ChatRequest request) {
        super(engine.executor());
        driver = new Driver(engine, new CallRun(engine, request, false, reply -> {}));
    }

    /** What needs no network is answered at once. */
    AsyncCall start() {
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
            complete(call().reply());
        }

        @Override
        void failed(Throwable problem) {
            completeExceptionally(problem);
        }
    }
}
