package io.github.tideover;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * How many requests a second a key is good for, learned from refusals for too many that say no time to come back. A refusal cuts
 * the pace, and answers bring it back along a cubic curve: fast at first, slow where the refusal came, then faster and faster, until
 * the next refusal. That is the adaptive mode of the AWS SDKs, with their numbers ({@code RateLimiterTokenBucket} of the AWS SDK
 * for Java 2), which is CUBIC (RFC 9438) for requests. Off until the first refusal, and again when none has come for a while.
 *
 * <p>It differs from theirs where a model's limit does, which is often one request a second or fewer:
 *
 * <ul>
 *   <li>A refusal of a request that went out before the last cut cuts nothing: it tells of the pace before.
 *   <li>The way back to a pace that was nearly right takes six requests at least, or each second one would be refused.
 *   <li>Single calls are no pace to cut from.
 *   <li>If everything is refused, the pace sinks to that of the probes of an open circuit.
 *   <li>If everything was, it does not grow past what went out before, for a minute, as after an outage.
 * </ul>
 *
 * <p>Callers wait in a queue, and hold no time in it, so that it moves as fast as the provider allows now. Guarded by its {@link Route}.
 */
final class LearnedPace {
    /** What is left of the pace after a refusal, and how steep the way back is. */
    static final double CUT = 0.7;

    static final double STEEPNESS = 0.4;
    /** However many are refused, one goes out this often: as at an open circuit, it is how the way back is found. */
    static final long LONGEST_GAP = Route.LONGEST_PAUSE;
    /** So long after the last refusal, and with nobody waiting, the pace is off. */
    static final long OVER_AFTER = TimeUnit.SECONDS.toNanos(30);
    /** Who waits looks this often whether the pace has changed. */
    static final long LONGEST_LOOK = TimeUnit.SECONDS.toNanos(1);

    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final double SLOWEST = SECOND / LONGEST_GAP;
    /** How much the last half second counts in what is sent a second, and how fast that may grow. */
    private static final double NEW_SHARE = 0.8;

    private static final double GROWTH = 2;

    private static final long SPAN = TimeUnit.MILLISECONDS.toNanos(500);
    /** Sums of fractions come out a little short of a whole. */
    private static final double NEARLY = 1e-6;

    private static final double ON_THE_WAY_BACK = 6;
    /** Less is no pace, but single calls: the second attempt of one may go out a second after the first. */
    private static final double FEWEST = 1 / CUT;
    /** As after an outage: enough to work off those who waited, and for a client with few calls no limit. */
    private static final double MOST_SHARE = 1.1;

    private static final double MOST_AT_LEAST = 2;
    /** So long after the last refusal there is that limit: those who waited have gone by then, and there may be more to ask. */
    private static final long EASED_FOR = 2 * OVER_AFTER;

    /** Requests a second; without bound while it is off. */
    private double rate = Double.POSITIVE_INFINITY;
    /** What was sent a second, and what of the time since. */
    private double measured;

    private long spanStart;
    private int sentInSpan;
    /** What was sent a second before the first refusal. */
    private double before;
    /** The pace at the last refusal, when that was, and after how many seconds the curve is back there. */
    private double rateRefused;

    private long refusedAt;
    private double secondsBack;
    /** Something was answered since the last refusal. */
    private boolean isAnswered;
    /** Something had been, when it came: so the limit is near. Else nothing is known of where it is, but that it is lower. */
    private boolean isNearlyRight;

    private double tokens;
    private long filledAt;
    private final ArrayDeque<Claim> queue = new ArrayDeque<>();

    LearnedPace(long now) {
        spanStart = now;
        refusedAt = now;
        filledAt = now;
    }

    boolean isOn() {
        return rate < Double.POSITIVE_INFINITY;
    }

    /** Requests a second that may go out, without bound while it is off. */
    double rate() {
        return rate;
    }

    /** Requests a second that did. */
    double measured() {
        return measured;
    }

    /** A request goes out. */
    void sent(Claim claim, long now) {
        if (isOn()) {
            tokens--;
            leave(claim);
        }
        sentInSpan++;
        long spans = (now - spanStart) / SPAN;
        if (spans > 0) {
            double perSecond = sentInSpan * SECOND / (spans * SPAN);
            measured = NEW_SHARE * perSecond + (1 - NEW_SHARE) * measured;
            sentInSpan = 0;
            spanStart += spans * SPAN;
        }
    }

    /**
     * A request was refused.
     *
     * @param sentAt when it went out
     * @param perSecond how many requests a second went out of late, as far as others know
     */
    void refused(long sentAt, double perSecond, long now) {
        if (isOn() && sentAt - refusedAt < 0) {
            return;
        }
        fill(now);
        if (!isOn()) {
            measured = Math.max(measured, perSecond);
            before = measured;
            tokens = 0;
            isAnswered = true;
        }
        tokens = Math.min(tokens, 0); // what was saved up is not there, it has shown
        rateRefused = Math.min(Math.max(FEWEST, measured), rate);
        secondsBack = Math.cbrt(rateRefused * (1 - CUT) / STEEPNESS);
        isNearlyRight = isAnswered;
        if (isNearlyRight) {
            secondsBack = Math.max(secondsBack, ON_THE_WAY_BACK / rateRefused);
        }
        refusedAt = now;
        isAnswered = false;
        setRate(CUT * rateRefused, now);
    }

    /** A request was answered. */
    void answered(long now) {
        isAnswered = true;
        if (isOn()) {
            fill(now);
            double way = (now - refusedAt) / SECOND / secondsBack - 1;
            setRate(rateRefused * (1 + (1 - CUT) * way * way * way), now);
        }
    }

    private void setRate(double perSecond, long now) {
        double most = GROWTH * Math.max(1, measured);
        if (!isNearlyRight && now - refusedAt <= EASED_FOR) {
            most = Math.min(most, Math.max(MOST_AT_LEAST, MOST_SHARE * before));
        }
        rate = Math.max(SLOWEST, Math.min(perSecond, most));
    }

    /** At most a second's worth of tokens, or one, is saved up. */
    private void fill(long now) {
        if (now - filledAt <= 0) {
            return;
        }
        if (isOn()) {
            tokens = Math.min(Math.max(1, rate), tokens + rate * ((now - filledAt) / SECOND));
            dropAbsent(now);
            if (now - refusedAt > OVER_AFTER && queue.isEmpty()) {
                rate = Double.POSITIVE_INFINITY;
            }
        }
        filledAt = now;
    }

    /** Who does not look when it said it would must not hold up the others. */
    private void dropAbsent(long now) {
        Claim first = queue.peekFirst();
        while (first != null && now - first.looksAt > LONGEST_LOOK) {
            leave(first);
            first = queue.peekFirst();
        }
    }

    /** How long a caller that has no place yet, and takes the last one, has to wait; 0 for not at all. */
    long waitFrom(long now) {
        fill(now);
        return until(queue.size() + 1);
    }

    /** How long a caller has to wait, wherever it stands or would stand; 0 for not at all. */
    long waitFrom(Claim claim, boolean hasWaited, long now) {
        fill(now);
        return claim.isInQueue ? until(placeOf(claim)) : hasWaited ? until(1) : until(queue.size() + 1);
    }

    /** Its place, from 1 on. Those who are not to go within a second need to know no better than that. */
    private int placeOf(Claim claim) {
        int place = 1;
        double soon = tokens + rate + 1;
        for (Claim each : queue) {
            if (each == claim || place > soon) {
                break;
            }
            place++;
        }
        return place;
    }

    private long until(int place) {
        double missing = place - tokens;
        return !isOn() || missing <= NEARLY ? 0 : (long) Math.ceil(missing / rate * SECOND);
    }

    /** Has a caller wait, and look again in a while. */
    void queue(Claim claim, boolean hasWaited, long look, long now) {
        claim.looksAt = now + look;
        if (!claim.isInQueue && hasWaited) {
            queue.addFirst(claim);
        } else if (!claim.isInQueue) {
            queue.addLast(claim);
        }
        claim.isInQueue = true;
    }

    /** A caller waits no longer. */
    void leave(Claim claim) {
        if (claim.isInQueue) {
            queue.remove(claim);
            claim.isInQueue = false;
        }
    }
}
