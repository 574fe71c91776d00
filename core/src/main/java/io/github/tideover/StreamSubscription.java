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

    private volatile @Nullable IllegalArgumentException badDemand;
    /** Null once nothing more may be signalled. */
    private volatile Flow.@Nullable Subscriber<? super StreamEvent> subscriber;

    StreamSubscription(Engine engine, CallRun run, Flow.Subscriber<? super StreamEvent> subscriber) {
        super(engine, run);
        this.subscriber = subscriber;
    }

    /** Introduces itself. Nothing else is signalled before that is over. */
    void begin() {
        Flow.Subscriber<? super StreamEvent> listener = subscriber;
        if (listener != null) {
            listener.onSubscribe(this);
        }
        if (!mayRest()) {
            goOn();
        }
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            badDemand = new IllegalArgumentException("at least 1 must be asked for, not " + n);
        } else {
            demand.getAndUpdate(before -> before + n < 0 ? Long.MAX_VALUE : before + n);
        }
        nudge();
    }

    private void nudge() {
        if (reasons.getAndIncrement() == 0) {
            goOn();
        }
    }

    /** Ends the call, and tells the subscriber so. */
    void close(String why) {
        end(why);
        nudge();
    }

    @Override
    public void cancel() {
        subscriber = null;
        end("the subscription was cancelled");
    }

    @Override
    boolean isWanted() {
        known = reasons.get(); // before the demand is read: what comes later is not known
        IllegalArgumentException bad = badDemand;
        if (bad != null) {
            failed(bad);
        }
        return subscriber != null && (demand.get() > 0 || call().isCancelled());
    }

    @Override
    boolean mayRest() {
        return reasons.addAndGet(-known) == 0;
    }

    @Override
    void take(Turn turn) {
        demand.getAndUpdate(before -> before == Long.MAX_VALUE ? before : before - 1);
        Flow.Subscriber<? super StreamEvent> listener = subscriber;
        if (listener == null) {
            return;
        }
        try {
            listener.onNext(ReplyStream.eventOf(turn, call()));
            if (turn == Turn.COMPLETE && subscriber != null) {
                subscriber = null;
                listener.onComplete();
            }
        } catch (RuntimeException e) { // it must not throw; one that does has cancelled
            cancel();
            log.warn("A subscriber failed: {}", e.getClass().getName());
        }
    }

    @Override
    void failed(Throwable problem) {
        Flow.Subscriber<? super StreamEvent> listener = subscriber;
        if (listener != null) {
            cancel();
            listener.onError(problem);
        }
    }
}
