package io.github.tideover;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How many requests a second a key is good for, learned from refusals for too many where nothing tells of the limit. A refusal cuts
 * the pace, and answers bring it back along a cubic curve: fast at first, slow where the refusal came, then faster and faster, until
 * the next refusal. That is the adaptive mode of the AWS SDKs, with their numbers ({@code RateLimiterTokenBucket} of the AWS SDK
 * for Java 2), which is CUBIC (RFC 9438) for requests. Off until the first refusal, and again when none has come for a while.
 *
 * <p>It differs from theirs where a model's limit does, which is often one request a second or fewer:
 *
 * <ul>
 *   <li>A refusal of a request that went out before the last cut cuts nothing: it tells of the pace before.
 *   <li>Where it asked for a rest, the way back begins at its end.
 *   <li>The way back to a pace that was nearly right takes six requests at least, or each second one would be refused.
 *   <li>Single calls are no pace to cut from.
 *   <li>If everything is refused, the pace sinks to that of the probes of an open circuit.
 *   <li>If everything was, it does not grow past what went out before, for a minute, as after an outage.
 *   <li>A slow limit is found by what was answered over a minute, and then run into more gently. With six requests on the way back and
 *       their cut, limits of 20 to 60 a minute refused 15 to 36 % of what was sent, and 68 % was used of one without bursts; what it is
 *       now is in {@code PacingTest}.
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
    /**
     * So long after the last refusal, and after anybody was last held back, the pace is off; where the way back is long, three
     * times that.
     */
    static final long OVER_AFTER = TimeUnit.SECONDS.toNanos(30);

    private static final double WAYS_BACK = 3;
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
    /** As after an outage: enough to work off those who waited, and for a client with fewer calls than one a second no limit. */
    private static final double MOST_SHARE = 1.1;

    private static final double MOST_AT_LEAST = 1;
    /**
     * A limit is found when no more than this was answered a second, over a minute of the pace: it is a little above that. Then a
     * refusal cuts less, and the way back takes as many requests as theirs does at ten a second. Above, theirs does as well.
     */
    static final double SLOW = 1.5;

    static final double CUT_WHEN_FOUND = 0.9;
    static final double ON_THE_WAY_BACK_WHEN_FOUND = 20;
    /** What is answered over a minute is less than is allowed, as the way back takes a while. */
    private static final double HEADROOM = 1.1;
    /** So long after the first answer there is that limit: from then on there may be more to ask. */
    private static final long EASED_FOR = 2 * OVER_AFTER;

    /** Requests a second; without bound while it is off. */
    private double rate = Double.POSITIVE_INFINITY;
    /** What was sent a second, and what of the time since. */
    private double measured;

    private long spanStart;
    private int sentInSpan;
    /** What was sent a second before the first refusal. */
    private double before;
    /** The pace at the last refusal, until when that asked for rest, and after how many seconds the curve is back there. */
    private double rateRefused;

    private long refusedUntil;
    private double secondsBack;
    /** Something was answered since the last refusal; when that was first, and last. */
    private boolean isAnswered;

    private long firstAnsweredAt;
    private long answeredAt;
    /** Somebody was last held back then. */
    private long heldBackAt;
    /** The pace at the last refusal before which something was answered. */
    private double rateMet;
    /** Something had been, when it came: so the limit is near. Else nothing is known of where it is, but that it is lower. */
    private boolean isNearlyRight;

    /** What that refusal left of the pace where the curve begins. */
    private double cut = CUT;

    private final Answers answers = new Answers();

    private double tokens;
    private long filledAt;
    /** A request may go out, and could have since then. */
    private boolean isFree;

    private long freeSince;
    /** For how long none came, since the pace began: that says nothing of the limit. */
    private long idle;

    private final ArrayDeque<Claim> queue = new ArrayDeque<>();
    /** When those who wait were last told their places. */
    private long numberedAt;

    LearnedPace(long now) {
        spanStart = now;
        refusedUntil = now;
        filledAt = now;
        numberedAt = now;
        answeredAt = now;
    }

    boolean isOn() {
        return rate < Double.POSITIVE_INFINITY;
    }

    /** Whether it is on now, however long nobody has asked. */
    boolean isOn(long now) {
        fill(now);
        return isOn();
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
            endIdle(now);
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
     * @param rest for how long none is to go out; 0 if nothing was said
     */
    void refused(long sentAt, double perSecond, long rest, long now) {
        if (isOn() && sentAt - refusedUntil < 0) {
            if (rest > 0) {
                refusedUntil = now + Math.max(rest, refusedUntil - now);
            }
            return;
        }
        fill(now);
        if (!isOn()) {
            measured = Math.max(measured, perSecond);
            before = measured;
            tokens = 0;
            isFree = false;
            isAnswered = true;
            heldBackAt = now;
            idle = 0;
            answers.begin(now);
        }
        tokens = Math.min(tokens, 0); // what was saved up is not there, it has shown
        endIdle(now);
        double met = Math.min(Math.max(FEWEST, measured), rate);
        double allowed = answeredPerSecond(now);
        boolean isFound = allowed > 0 && allowed <= SLOW;
        isNearlyRight = isAnswered || isFound;
        rateMet = isAnswered ? met : rateMet;
        cut = isFound ? CUT_WHEN_FOUND : CUT;
        rateRefused = !isFound ? met : isAnswered ? Math.min(met, HEADROOM * allowed) : HEADROOM * allowed;
        secondsBack = Math.cbrt(rateRefused * (1 - CUT) / STEEPNESS);
        if (isNearlyRight) {
            double requests = isFound ? ON_THE_WAY_BACK_WHEN_FOUND : ON_THE_WAY_BACK;
            secondsBack = Math.max(secondsBack, requests / rateRefused);
        }
        double left = isAnswered ? cut * rateRefused : CUT * Math.min(met, rateRefused);
        refusedUntil = now + rest;
        isAnswered = false;
        setRate(left, now);
    }

    /** A request was answered. */
    void answered(long now) {
        firstAnsweredAt = isAnswered ? firstAnsweredAt : now;
        isAnswered = true;
        answeredAt = now;
        if (isOn()) {
            fill(now);
            answers.add(busy(now));
            double way = Math.max(0, now - refusedUntil) / SECOND / secondsBack - 1;
            setRate(rateRefused * (1 + (1 - cut) * way * way * way), now);
        }
    }

    private void setRate(double perSecond, long now) {
        double most = GROWTH * Math.max(1, measured);
        if (!isNearlyRight && (!isAnswered || now - firstAnsweredAt <= EASED_FOR)) {
            most = Math.min(most, Math.max(MOST_AT_LEAST, MOST_SHARE * before));
        }
        rate = Math.max(SLOWEST, Math.min(perSecond, most));
    }

    /** At most a second's worth of tokens, or one, is saved up, and no more than one for the end of a rest. */
    private void fill(long now) {
        if (now - filledAt <= 0) {
            return;
        }
        if (isOn()) {
            if (refusedUntil - filledAt > 0) {
                save(1, refusedUntil - now < 0 ? refusedUntil : now);
            }
            save(Math.max(1, rate), now);
            dropAbsent(now);
            double seconds = Math.max(OVER_AFTER / SECOND, WAYS_BACK * secondsBack);
            long quiet = Math.min(now - refusedUntil, now - heldBackAt);
            if (quiet > seconds * SECOND && queue.isEmpty()) {
                rate = Double.POSITIVE_INFINITY;
            }
        }
        filledAt = now;
    }

    private void save(double most, long until) {
        double missing = 1 - tokens;
        if (!isFree && missing <= rate * ((until - filledAt) / SECOND)) {
            isFree = true;
            freeSince = filledAt + (long) (Math.max(0, missing) / rate * SECOND);
        }
        tokens = Math.min(most, tokens + rate * ((until - filledAt) / SECOND));
        filledAt = until;
    }

    private void endIdle(long now) {
        if (isFree && tokens < 1 - NEARLY) {
            idle += idleNow(now);
            isFree = false;
        }
    }

    /** In a rest nobody may go. */
    private long idleNow(long now) {
        return isFree ? Math.max(0, Math.min(now - freeSince, now - refusedUntil)) : 0;
    }

    /** The time without that in which requests could have gone out, but none came. */
    private long busy(long now) {
        return now - idle - idleNow(now);
    }

    private double answeredPerSecond(long now) {
        return answers.perSecond(busy(now));
    }

    /** Who does not look when it said it would must not hold up the others. */
    private void dropAbsent(long now) {
        Claim first = queue.peekFirst();
        while (first != null && now - first.looksAt > LONGEST_LOOK) {
            leave(first);
            first = queue.peekFirst();
        }
    }

    /** Somebody may not go yet, and goes elsewhere perhaps. */
    void heldBack(long now) {
        heldBackAt = now;
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

    /**
     * How long a caller has to wait as far as can be told, which decides whether it is worth it. Who comes now is told by what was
     * answered of late, and not by a pace that may be high for a moment. Who waits already is given hope: the pace was cut, and may come
     * back, but when nothing has been answered for a while, no further than where the last refusal came.
     */
    long outlook(Claim claim, boolean hasWaited, long now) {
        fill(now);
        if (claim.isInQueue) {
            number(now);
            return until(claim.place, Math.max(rate, now - answeredAt <= OVER_AFTER ? rateMet / CUT : rateRefused));
        }
        double likely = answeredPerSecond(now);
        return hasWaited ? until(1) : until(queue.size() + 1, likely > 0 ? Math.min(rate, likely) : rate);
    }

    /** All at once, and no more often than each looks: their number squared is many. */
    private void number(long now) {
        if (now - numberedAt >= LONGEST_LOOK) {
            numberedAt = now;
            int place = 0;
            for (Claim each : queue) {
                each.place = ++place;
            }
        }
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
        return until(place, rate);
    }

    private long until(long place, double perSecond) {
        double missing = place - tokens;
        return !isOn() || missing <= NEARLY ? 0 : (long) Math.ceil(missing / perSecond * SECOND);
    }

    /** Has a caller wait, and look again in a while. */
    void queue(Claim claim, boolean hasWaited, long look, long now) {
        claim.looksAt = now + look;
        if (!claim.isInQueue && hasWaited) {
            queue.addFirst(claim);
            claim.place = 1;
        } else if (!claim.isInQueue) {
            queue.addLast(claim);
            claim.place = queue.size();
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

    /** What was answered over the last minute of the pace, idle time left out. */
    private static final class Answers {
        private static final long SPAN = TimeUnit.SECONDS.toNanos(10);

        private final int[] spans = new int[6];
        private int next;
        private int known;
        private int sum;
        private long start;
        private int inSpan;

        void begin(long now) {
            Arrays.fill(spans, 0);
            known = 0;
            sum = 0;
            start = now;
            inSpan = 0;
        }

        void add(long now) {
            moveTo(now);
            inSpan++;
        }

        /** How many a second; 0 if there were none, or there has been a pace for less than a minute. */
        double perSecond(long now) {
            moveTo(now);
            return known < spans.length ? 0 : sum * SECOND / (spans.length * SPAN);
        }

        private void moveTo(long now) {
            for (; now - start >= SPAN; start += SPAN) {
                sum += inSpan - spans[next];
                spans[next] = inSpan;
                next = (next + 1) % spans.length;
                known = Math.min(known + 1, spans.length);
                inSpan = 0;
            }
        }
    }
}
