package io.github.tideover;

import io.github.tideover.Watchdog.Watch;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.failure.Failure;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that gets a second one beside it when it is slow. The first of the two with content stays, the other is broken
 * off. The second runs on one of the client's threads up to that point; the plan is touched under the lock, and by the
 * first one's thread only when its attempt is not under way.
 */
final class Race {
    private final Engine engine;
    private final ChatRequest request;
    private final CallPlan plan;
    private final Attempt first;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition secondEnded = lock.newCondition();

    // Guarded by the lock.
    private @Nullable Attempt second;
    private @Nullable Outcome ofSecond;
    /** The call has gone on, and the plan is no longer to be touched from here. */
    private boolean over;

    private boolean secondIsDone;
    private boolean secondWon;
    private boolean cancelled;

    Race(Engine engine, ChatRequest request, CallPlan plan, Attempt first) {
        this.engine = engine;
        this.request = request;
        this.plan = plan;
        this.first = first;
    }

    /** Runs the first attempt, and the second if it comes to that; null once one of them has content. */
    @Nullable
    Outcome run() {
        Watch timer = engine.watchdog().watch(first.send().hedgeAt(), this::callSecond);
        Outcome ofFirst;
        boolean isItsOwnEnd;
        try {
            ofFirst = first.begin();
            isItsOwnEnd = !first.isCancelled();
        } catch (Error e) {
            cancel();
            end();
            throw e;
        } finally {
            timer.stop();
        }
        lock.lock();
        try {
            Attempt other = second;
            if (other == null) {
                return ofFirst;
            }
            Failure failure = ofFirst instanceof Outcome.Failed failed && isItsOwnEnd ? failed.failure() : null;
            if (failure != null) {
                awaitSecond(other);
            }
            if (secondWon) {
                first.end();
                first.abandon();
                plan.hedgeWon(failure, engine.time().now());
                return ofSecond;
            }
            other.cancel();
            plan.releaseHedge();
            return ofFirst;
        } finally {
            over = true;
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            over = true;
        } finally {
            lock.unlock();
        }
    }

    private void awaitSecond(Attempt other) {
        try {
            while (!secondIsDone) {
                secondEnded.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cancelled = true;
            other.cancel();
        }
    }

    /** The timer's thread belongs to everybody. */
    private void callSecond() {
        if (engine.time().now() - first.send().hedgeAt() < 0) {
            return; // the client is being closed, which ends every watch
        }
        try {
            engine.executor().execute(this::runSecond);
        } catch (RejectedExecutionException e) {
            // The client is closed, and the first attempt ends as well.
        }
    }

    private void runSecond() {
        Attempt begun;
        lock.lock();
        try {
            Step.Send send = over || cancelled ? null : plan.hedge(engine.time().now());
            if (send == null) {
                return;
            }
            begun = new Attempt(engine, request, send, "", null, () -> {});
            second = begun;
        } finally {
            lock.unlock();
        }
        Outcome outcome = null;
        boolean returned = false;
        try {
            outcome = begun.begin();
            returned = true;
        } finally {
            settle(begun, outcome, returned);
        }
    }

    private void settle(Attempt begun, @Nullable Outcome outcome, boolean returned) {
        lock.lock();
        try {
            secondIsDone = true;
            secondEnded.signalAll();
            boolean isWanted = returned && !cancelled && !over;
            if (isWanted && !(outcome instanceof Outcome.Failed)) {
                secondWon = true;
                ofSecond = outcome;
                first.cancel();
                return;
            }
            begun.end();
            begun.abandon();
            if (isWanted && outcome instanceof Outcome.Failed failed) {
                plan.hedgeFailed(failed.failure(), engine.time().now());
            } else if (!over) {
                plan.releaseHedge();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The attempt that stays. */
    Attempt winner() {
        lock.lock();
        try {
            return secondWon && second != null ? second : first;
        } finally {
            lock.unlock();
        }
    }

    /** Breaks off both. */
    void cancel() {
        lock.lock();
        try {
            cancelled = true;
            first.cancel();
            if (second != null) {
                second.cancel();
            }
        } finally {
            lock.unlock();
        }
    }
}
