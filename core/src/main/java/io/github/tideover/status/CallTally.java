package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.Origin;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;

/** What became of the calls during one outage: counters, and nothing of what was said. */
final class CallTally {
    private final Map<Origin, AtomicInteger> answered = new EnumMap<>(Origin.class);
    private final AtomicInteger delivered = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger affected = new AtomicInteger();
    private final AtomicLong attempts = new AtomicLong();
    private final LongAccumulator longest = new LongAccumulator(Math::max, 0);

    CallTally() {
        for (Origin origin : Origin.values()) {
            answered.put(origin, new AtomicInteger());
        }
    }

    void answered(Origin origin, int attempts, long nanos) {
        requireNonNull(answered.get(origin)).incrementAndGet();
        if (origin != Origin.LIVE || attempts > 1) {
            affected.incrementAndGet();
        }
        ended(attempts, nanos);
    }

    void failed(int attempts, long nanos) {
        failed.incrementAndGet();
        affected.incrementAndGet();
        ended(attempts, nanos);
    }

    private void ended(int attempts, long nanos) {
        this.attempts.addAndGet(attempts);
        longest.accumulate(nanos);
    }

    void delivered() {
        delivered.incrementAndGet();
    }

    int deliveredSoFar() {
        return delivered.get();
    }

    int answered(Origin origin) {
        return requireNonNull(answered.get(origin)).get();
    }

    int failed() {
        return failed.get();
    }

    int affected() {
        return affected.get();
    }

    long attempts() {
        return attempts.get();
    }

    long longestNanos() {
        return longest.get();
    }
}
