package io.github.tideover;

import io.github.tideover.CallRun.Turn;
import io.github.tideover.Watchdog.Watch;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Runs a call for a whole reply on the caller's thread. */
final class BlockingCall {
    private final Engine engine;
    private final CallRun run;

    BlockingCall(Engine engine, ChatRequest request) {
        this(engine, request, Goal.ANY);
    }

    BlockingCall(Engine engine, ChatRequest request, Goal goal) {
        this.engine = engine;
        this.run = new CallRun(engine, request, false, reply -> {}, goal);
    }

    /** The conversation with the answer that was given. */
    List<Message> history() {
        return run.history();
    }

    ChatReply run() {
        while (run.advance() == Turn.PAUSE) {
            CountDownLatch over = new CountDownLatch(1);
            run.onPauseOver(over::countDown);
            run.waited(pause(engine, over, run.pauseNanos()));
        }
        return run.reply();
    }

    /** Waits on the calling thread, until {@code over} is counted down at the latest; an interrupt ends the call. */
    static Outcome pause(Engine engine, CountDownLatch over, long nanos) {
        try (Watch watch = engine.watchdog().watch(engine.time().now() + nanos, over::countDown)) {
            over.await();
            return watch.endedBy() == Watchdog.Ending.CLOSED
                    ? engine.cancelled("the client was closed")
                    : Outcome.WAITED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return engine.cancelled("the calling thread was interrupted");
        }
    }
}
