package io.github.tideover;

import io.github.tideover.CallRun.Turn;
import io.github.tideover.chat.StreamEvent;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscriber's view of a stream, as the Reactive Streams specification has it. It reads only what was asked for, on one
 * of the client's threads, and gives the thread back when nothing more is. Signals come one after the other, never on the
 * thread that asks.
 */
final class StreamSubscription extends ThreadlessCall implements Flow.Subscription {
    private static final Logger log = LoggerFactory.getLogger(StreamSubscription.class);

    private final AtomicLong demand = new AtomicLong();
    /** Reasons to run that are not dealt with; the one that makes it 1 begins a run. Subscribing is the first. */
    private final AtomicInteger reasons = new AtomicInteger(1);
    /** Those that the present run knows of. */
    private int known = 1;

    /** What the subscriber is told whatever the call itself met: it asked for nonsense, or the stream was closed. */
    private volatile @Nullable RuntimeException verdict;
    /** Null once nothing more may be signalled. */
    private volatile Flow.@Nullable Subscriber<? super StreamEvent> subscriber;

    StreamSubscription(Engine engine, CallRun run, Flow.Subscriber<? super StreamEvent> subscriber) {
        super(engine, run);
        this.subscriber = subscriber;
        run.onCut(this::nudge); // at rest, nobody else would notice
    }

    /** Introduces itself. Nothing else is signalled before that is over. */
    void begin() {
        Flow.Subscriber<? super StreamEvent> listener = subscriber;
        if (listener == null) {
            return;
        }
        try {
            listener.onSubscribe(this);
        } catch (Throwable e) {
            broken(e);
        }
        if (!mayRest()) {
            goOn();
        }
    }

    @Override
    public void request(long n) {
        if (subscriber == null) {
            return;
        }
        if (n <= 0) {
            String why = "at least 1 must be asked for, not " + n;
            endWith(new IllegalArgumentException(why), why);
        } else {
            demand.getAndUpdate(before -> before + n < 0 ? Long.MAX_VALUE : before + n);
            nudge();
        }
    }

    /** Ends the call, and tells the subscriber so, whether or not it has asked for anything. */
    void close(String why) {
        endWith(new IllegalStateException(why), why);
    }

    private void endWith(RuntimeException problem, String why) {
        if (verdict == null) {
            verdict = problem;
        }
        end(why);
        nudge();
    }

    private void nudge() {
        if (reasons.getAndIncrement() == 0) {
            goOn();
        }
    }

    @Override
    public void cancel() {
        subscriber = null;
        end("the subscription was cancelled");
    }

    @Override
    boolean isWanted() {
        known = reasons.get(); // before the rest is read: what comes later is not known
        RuntimeException problem = verdict;
        if (problem != null) {
            failed(problem);
        } else if (demand.get() == 0 && call().isCut()) {
            failed(call().endedAtRest());
        }
        return subscriber != null && demand.get() > 0;
    }

    @Override
    boolean mayRest() {
        return reasons.addAndGet(-known) == 0;
    }

    @Override
    void take(Turn turn) {
        StreamEvent event = ReplyStream.eventOf(turn, call());
        Flow.Subscriber<? super StreamEvent> listener = subscriber;
        if (listener == null) {
            return;
        }
        demand.getAndUpdate(before -> before == Long.MAX_VALUE ? before : before - 1);
        try {
            listener.onNext(event);
            if (turn == Turn.COMPLETE && subscriber != null) {
                subscriber = null;
                listener.onComplete();
            }
        } catch (Throwable e) {
            broken(e);
        }
    }

    @Override
    void failed(Throwable problem) {
        Flow.Subscriber<? super StreamEvent> listener = subscriber;
        if (listener == null) {
            return;
        }
        cancel();
        RuntimeException rather = verdict;
        try {
            listener.onError(rather != null ? rather : problem);
        } catch (Throwable e) {
            broken(e);
        }
    }

    /** A subscriber must not throw; one that does has cancelled, and is told nothing more. */
    private void broken(Throwable problem) {
        cancel();
        log.warn("A subscriber failed: {}", problem.getClass().getName());
    }
}
