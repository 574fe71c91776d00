package io.github.tideover;

import io.github.tideover.Watchdog.Watch;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.provider.Exchange;
import java.util.concurrent.CountDownLatch;

/** Performs a plan's steps on the caller's thread. */
final class BlockingCall {
    private final Engine engine;
    private final ChatRequest request;
    private final CallPlan plan;

    BlockingCall(Engine engine, ChatRequest request) {
        this.engine = engine;
        this.request = request;
        this.plan = engine.plan(request, false);
    }

    ChatReply run() {
        try {
            Step step = plan.first(engine.time().now());
            while (true) {
                if (step instanceof Step.Answer answer) {
                    engine.remember(request, answer.reply());
                    return answer.reply();
                }
                if (step instanceof Step.Fail fail) {
                    throw fail.exception();
                }
                Outcome outcome = perform(step);
                step = plan.next(outcome, engine.time().now());
            }
        } finally {
            plan.abandon(); // for an Error on the way: a permit must not go with it
        }
    }

    private Outcome perform(Step step) {
        if (step instanceof Step.Send send) {
            return send(send);
        }
        if (step instanceof Step.Recall recall) {
            return engine.recall(recall.cache(), request);
        }
        return pause(engine, new CountDownLatch(1), ((Step.Wait) step).nanos());
    }

    private Outcome send(Step.Send send) {
        Rung.Ask rung = send.rung();
        Exchange<?, ChatReply.Builder> attempt;
        try {
            attempt = rung.dialect().whole(request, rung.model());
        } catch (RuntimeException e) {
            return engine.failed(e, rung);
        }
        try (Watch watch = engine.watchdog().watch(send.limit(), attempt::cancel)) {
            try {
                return new Outcome.Answered(attempt.perform());
            } catch (Exception e) {
                return engine.failed(e, rung, watch, false);
            }
        }
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
