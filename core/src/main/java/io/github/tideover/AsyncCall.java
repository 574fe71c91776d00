package io.github.tideover;

import io.github.tideover.Watchdog.Watch;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.provider.Exchange;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Performs a plan's steps without holding a thread: attempts run on the HTTP client's threads, waits on the timer. The
 * plan is touched by one thread at a time, since each step ends before the next begins; a cancellation only ends the step
 * that is under way.
 */
final class AsyncCall extends CompletableFuture<ChatReply> {
    private final Engine engine;
    private final ChatRequest request;
    private final CallPlan plan;
    private volatile @Nullable Exchange<?, ?> exchange;
    private volatile @Nullable Watch wait;
    private volatile boolean cancelled;

    AsyncCall(Engine engine, ChatRequest request) {
        this.engine = engine;
        this.request = request;
        this.plan = engine.plan(request, false);
    }

    AsyncCall start() {
        perform(plan.first(engine.time().now()));
        return this;
    }

    private void advance(Outcome outcome) {
        Outcome heard = cancelled ? cancellation() : outcome;
        perform(plan.next(heard, engine.time().now()));
    }

    private void perform(Step first) {
        Step step = first;
        try {
            while (step instanceof Step.Recall recall) {
                step = plan.next(
                        engine.recall(recall.cache(), request), engine.time().now());
            }
            if (step instanceof Step.Send send) {
                send(send);
            } else if (step instanceof Step.Wait pause) {
                pause(pause.nanos());
            } else if (step instanceof Step.Answer answer) {
                engine.remember(request, answer.reply());
                complete(answer.reply());
            } else if (step instanceof Step.Fail fail) {
                completeExceptionally(fail.exception());
            }
        } catch (Throwable e) { // never leave a caller waiting, whatever breaks here
            plan.abandon();
            completeExceptionally(e);
        }
    }

    private void send(Step.Send send) {
        Rung.Ask rung = send.rung();
        Exchange<?, ChatReply.Builder> attempt;
        try {
            attempt = rung.dialect().whole(request, rung.model());
        } catch (RuntimeException e) {
            advance(engine.failed(e, rung));
            return;
        }
        Watch watch = engine.watchdog().watch(send.limit(), attempt::cancel);
        exchange = attempt;
        if (cancelled) {
            attempt.cancel();
        }
        attempt.enqueue(new Exchange.Receiver<>() {
            @Override
            public void received(ChatReply.Builder reply) {
                watch.close();
                advance(new Outcome.Answered(reply));
            }

            @Override
            public void failed(Throwable problem) {
                watch.close();
                if (problem instanceof Error) {
                    plan.abandon();
                    completeExceptionally(problem);
                } else {
                    advance(engine.failed(problem, rung, watch, false));
                }
            }
        });
    }

    private void pause(long nanos) {
        wait = engine.watchdog().watch(engine.time().now() + nanos, this::goOn);
        if (cancelled) {
            endWait();
        }
    }

    /** The timer's thread belongs to everybody: what follows may complete the future, and so run the caller's code. */
    private void goOn() {
        try {
            engine.executor().execute(() -> advance(Outcome.WAITED));
        } catch (RejectedExecutionException e) {
            advance(engine.cancelled("the client was closed"));
        }
    }

    private void endWait() {
        Watch pending = wait;
        if (pending != null && pending.stop()) {
            advance(cancellation());
        }
    }

    private Outcome cancellation() {
        return engine.cancelled("the call was cancelled");
    }

    /** Ends the call: the attempt under way is broken off at its socket, and no further one is made. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean first = super.cancel(mayInterruptIfRunning);
        if (first) {
            cancelled = true;
            Exchange<?, ?> attempt = exchange;
            if (attempt != null) {
                attempt.cancel();
            }
            endWait();
        }
        return first;
    }

    /** The client's own threads: on two processors the JDK's default starts a thread for every stage. */
    @Override
    public Executor defaultExecutor() {
        return engine.executor();
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>() {
            @Override
            public Executor defaultExecutor() {
                return engine.executor();
            }
        };
    }
}
