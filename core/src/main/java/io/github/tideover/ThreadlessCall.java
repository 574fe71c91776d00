package io.github.tideover;

import io.github.tideover.CallRun.Turn;
import io.github.tideover.Watchdog.Watch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Runs a call without holding a thread where it has nothing to do: attempts and tools run on the client's threads, pauses on the
 * timer, and a call of which nothing is wanted for now holds none.
 */
abstract class ThreadlessCall {
    private final Engine engine;
    private final CallRun run;
    private volatile @Nullable Pause pause;

    ThreadlessCall(Engine engine, CallRun run) {
        this.engine = engine;
        this.run = run;
        run.runToolsOn(engine.executor());
    }

    CallRun call() {
        return run;
    }

    /** Whether more is wanted now. */
    abstract boolean isWanted();

    /** Takes what came. */
    abstract void take(Turn turn);

    /** The call ended without an answer, or what took its answer broke. */
    abstract void failed(Throwable problem);

    /** Nothing is wanted: whether the thread may be given back, or something was asked for in the meantime. */
    boolean mayRest() {
        return true;
    }

    /** Goes on, on one of the client's threads. */
    final void goOn() {
        try {
            engine.executor().execute(this::drive);
        } catch (RejectedExecutionException e) {
            run.waited(engine.cancelled("the client was closed"));
            drive();
        }
    }

    /** Goes on, on this thread. */
    final void drive() {
        do {
            try {
                while (isWanted()) {
                    Turn turn = run.advance();
                    if (turn == Turn.PAUSE) {
                        pause();
                        return;
                    }
                    take(turn);
                }
            } catch (Throwable e) { // never leave a caller waiting, whatever breaks here
                failed(e);
            }
        } while (!mayRest());
    }

    private void pause() {
        Pause begun = new Pause();
        pause = begun; // before it can be over: what comes after it may be another
        begun.begin(engine.time().now() + run.pauseNanos());
        run.onPauseOver(begun::end);
        if (run.isCancelled()) {
            begun.end();
        }
    }

    /** The timer's thread belongs to everybody: what follows may run the caller's code. */
    private void wake() {
        try {
            engine.executor().execute(() -> resume(Outcome.WAITED));
        } catch (RejectedExecutionException e) {
            resume(engine.cancelled("the client was closed"));
        }
    }

    private void resume(Outcome outcome) {
        run.waited(outcome);
        drive();
    }

    /** Ends the call from any thread, at once: the attempt under way is broken off at its socket. */
    final void end(String why) {
        run.cancel(why);
        Pause underWay = pause;
        if (underWay != null) {
            underWay.end();
        }
    }

    /** A pause between two attempts. It is over once, whoever ends it. */
    private final class Pause {
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile @Nullable Watch watch;

        void begin(long until) {
            Watch watching = engine.watchdog().watch(until, this::end);
            watch = watching;
            if (over.get()) {
                watching.stop();
            }
        }

        void end() {
            if (over.compareAndSet(false, true)) {
                Watch watching = watch;
                if (watching != null) {
                    watching.stop();
                }
                wake();
            }
        }
    }
}
