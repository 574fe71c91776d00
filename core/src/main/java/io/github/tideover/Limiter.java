package io.github.tideover;

import io.github.tideover.chat.Usage;
import io.github.tideover.failure.RateLimits;
import io.github.tideover.failure.RateLimits.Limit;
import io.github.tideover.failure.RateLimits.Unit;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How much of a key's rate limits is left, by what the provider's answers say, and who may go when little is. As long as more
 * than a tenth is left it lets everybody go. Then it gives turns, so that what is left, and what comes back, lasts.
 *
 * <p>Two sorts of limits look alike in one answer: those of which all comes back at the reset, and those of which some comes back all
 * the time, so that the reset is when they would be full. They are told apart by how the reset moves from answer to answer. What
 * has not been told apart is taken for the first sort, which is the more careful.
 *
 * <p>A header may be wrong, so none is believed for long: not if its reset is far off, not beyond its reset, and not if a request is
 * answered though nothing was left, until the provider does turn one away. Guarded by its {@link Route}.
 */
final class Limiter {
    /** Below this share, calls are given turns. */
    static final double LOW = 0.1;
    /** A reset further off than this is not waited for; what the provider answers then says more. */
    static final Duration LONGEST_RESET = Duration.ofSeconds(120);
    /** Whatever a header says, a request goes out this long after the last one, to see whether it is true. */
    static final Duration LONGEST_HOLD = Duration.ofSeconds(30);
    /** Of the next reply's tokens nothing is known but what the last ones took; this is how fast that changes. */
    private static final double NEW_SHARE = 0.2;
    /** Two answers that came closer together than this do not show how a limit moves. */
    private static final long SHORTEST_LOOK = TimeUnit.MILLISECONDS.toNanos(250);
    /** A difference of less than this share of the time to the reset is no evidence. */
    private static final double CLEAR = 0.02;

    private static final int MOST_EVIDENCE = 4;
    /** Where several clients share a limit and it gets lower still, each goes this much more slowly at most. */
    private static final double SLOWEST = 8;

    private final List<Gauge> gauges = Stream.of(Unit.values()).map(Gauge::new).toList();
    private long newestHeard = -1;

    /**
     * An answer said what is left.
     *
     * @param sent the number of the request that was answered, counted from the first
     * @param sentSince how many were sent after it, of which the answer does not know
     * @param turnedAway whether the request was refused for a limit
     */
    void heard(RateLimits limits, long sent, long sentSince, boolean turnedAway, long now) {
        if (sent < newestHeard) {
            return; // overtaken by an answer to a later request, which knows more
        }
        newestHeard = sent;
        for (Gauge gauge : gauges) {
            Limit limit = tightestOf(limits, gauge.unit);
            if (limit != null) { // else what was heard before holds until its own reset
                gauge.heard(limit, sentSince, now);
                gauge.disbelieved &= !turnedAway;
            }
        }
    }

    /** The limit of a sort that is next to be reached, among those whose reset is near enough to be waited for. */
    private static @Nullable Limit tightestOf(RateLimits limits, Unit unit) {
        Limit tightest = null;
        double least = 0;
        for (Limit limit : limits.all()) {
            if (limit.unit() == unit && isOfUse(limit)) {
                long remaining = limit.remaining().getAsLong();
                double share = (double) remaining / Math.max(1, limit.limit().orElse(remaining));
                if (tightest == null || share < least) {
                    tightest = limit;
                    least = share;
                }
            }
        }
        return tightest;
    }

    private static boolean isOfUse(Limit limit) {
        Duration reset = limit.resetsAfter().orElse(Duration.ZERO);
        return limit.remaining().isPresent() && !reset.isZero() && reset.compareTo(LONGEST_RESET) <= 0;
    }

    /** What a reply took. */
    void used(Usage usage) {
        for (Gauge gauge : gauges) {
            gauge.learn(
                    switch (gauge.unit) {
                        case REQUESTS -> 1;
                        case TOKENS -> usage.totalTokens();
                        case INPUT_TOKENS -> usage.inputTokens();
                        case OUTPUT_TOKENS -> usage.outputTokens();
                    });
        }
    }

    /** Whether little is left. */
    boolean isLow(long now) {
        for (Gauge gauge : gauges) {
            if (gauge.isPaced(now)) {
                return true;
            }
        }
        return false;
    }

    /** How long a caller that comes now has to wait for its turn; 0 for not at all. */
    long waitFrom(long now) {
        long wait = 0;
        for (Gauge gauge : gauges) {
            wait = Math.max(wait, gauge.turn(now) - now);
        }
        return wait;
    }

    /**
     * How much longer a caller has to wait whose turn has come: not at all, unless somebody else has used up what was counted
     * on when the turn was given.
     */
    long postponement(long now) {
        long wait = 0;
        for (Gauge gauge : gauges) {
            wait = Math.max(wait, gauge.postponed(now) - now);
        }
        return wait;
    }

    /** Has a caller whose turn has come wait for so much longer. */
    void postpone(long wait, long now) {
        for (Gauge gauge : gauges) {
            if (gauge.isShort(now)) {
                gauge.nextPostponed = now + wait + gauge.spacing(now + wait, now);
            }
        }
    }

    /** Gives a caller the turn that is so far off. */
    void reserve(long wait, long now) {
        for (Gauge gauge : gauges) {
            if (gauge.isPaced(now)) {
                gauge.nextTurn = now + wait + gauge.spacing(now + wait, now);
            }
        }
    }

    /** A turn that was given is not used. Who waits behind it keeps the time that was given; who comes next gains. */
    void giveBack(long now) {
        for (Gauge gauge : gauges) {
            if (!gauge.isVoid(now) && gauge.nextTurn - now > 0) {
                gauge.nextTurn = Gauge.later(now, gauge.nextTurn - gauge.spacing(gauge.nextTurn, now));
            }
        }
    }

    /**
     * A request goes out.
     *
     * @return whether by what was heard there is nothing left for it, so that its answer shows whether that was true
     */
    boolean sent(boolean hadTurn, long now) {
        boolean isDoubtful = false;
        for (Gauge gauge : gauges) {
            if (!gauge.isVoid(now)) {
                isDoubtful |= gauge.saysNothingIsLeft(now);
                if (!hadTurn && gauge.isLow(now)) {
                    gauge.nextTurn = now + gauge.spacing(now, now);
                }
                gauge.sent(now);
            }
        }
        return isDoubtful;
    }

    /** A request was answered for which there should have been nothing left. */
    void doubted(long now) {
        for (Gauge gauge : gauges) {
            gauge.disbelieved |= gauge.saysNothingIsLeft(now);
        }
    }

    /** One limit. */
    private static final class Gauge {
        private final Unit unit;
        /** What one call takes. */
        private double cost = 1;
        /** Something was heard of it. */
        private boolean isKnown;

        private double limit;
        /** What the last answer said, and when. */
        private double said;

        private long saidAt;
        /** What is left by that and by what was sent since. */
        private double level;

        private long resetAt;
        /** The longest time to a reset that was heard of: the period of a limit that comes back all at once. */
        private long period;

        private long nextTurn;
        private long nextPostponed;
        private long lastSent;
        /** More than zero if some comes back all the time. */
        private int evidence;
        /** How much comes back in a nanosecond, for a limit of which some comes back all the time. */
        private double rate;
        /** The reset is over and no answer has come since: it is taken for whole. */
        private boolean isPresumed;

        private double lookedSaid;
        private long lookedAt;
        private long lookedReset;
        private boolean disbelieved;

        Gauge(Unit unit) {
            this.unit = unit;
        }

        void learn(long taken) {
            if (taken > 0) {
                cost = cost == 1 ? taken : cost + NEW_SHARE * (taken - cost);
            }
        }

        void heard(Limit told, long sentSince, long now) {
            if (!isKnown) {
                isKnown = true;
                nextTurn = now;
                nextPostponed = now;
                lastSent = now;
            }
            double remaining = told.remaining().getAsLong();
            long reset = told.resetsAfter().orElseThrow().toNanos();
            limit = told.limit().orElse(0) > 0 ? told.limit().getAsLong() : Math.max(limit, remaining);
            look(remaining, reset, now);
            said = remaining;
            saidAt = now;
            resetAt = now + reset;
            period = Math.max(period, reset);
            level = Math.max(0, remaining - sentSince * cost);
            rate = limit > remaining ? (limit - remaining) / reset : rate;
            isPresumed = false;
        }

        /** After its reset a limit is taken for whole, for one more period, lest all who waited for it go at once. */
        private void moveOn(long now) {
            if (isKnown && !isPresumed && resetAt - now <= 0) {
                said = limit;
                level = limit;
                saidAt = resetAt;
                resetAt += period;
                isPresumed = true;
                lookedReset = 0;
            }
        }

        /** Compares how the limit moved with how it would have moved by either rule. */
        private void look(double remaining, long reset, long now) {
            long passed = now - lookedAt;
            if (lookedReset > 0 && passed < SHORTEST_LOOK) {
                return;
            }
            if (lookedReset > passed) {
                if (remaining > lookedSaid + Math.max(1, 0.01 * limit)) {
                    evidence += 2; // some came back before the reset
                } else if (limit > lookedSaid) {
                    double allAtOnce = Math.abs(reset - (double) (lookedReset - passed));
                    double allTheTime = Math.abs(reset - lookedReset * (limit - remaining) / (limit - lookedSaid));
                    if (Math.abs(allAtOnce - allTheTime) > CLEAR * lookedReset) {
                        evidence += allTheTime < allAtOnce ? 1 : -1;
                    }
                }
                evidence = Math.max(-MOST_EVIDENCE, Math.min(MOST_EVIDENCE, evidence));
            }
            lookedSaid = remaining;
            lookedAt = now;
            lookedReset = reset;
        }

        private double refill() {
            return evidence > 0 ? rate : 0;
        }

        private double levelAt(long now) {
            return Math.min(limit, level + refill() * (now - saidAt));
        }

        boolean isVoid(long now) {
            moveOn(now);
            return !isKnown || disbelieved || resetAt - now <= 0;
        }

        boolean isLow(long now) {
            return !isVoid(now) && levelAt(now) - cost < LOW * limit;
        }

        boolean saysNothingIsLeft(long now) {
            return !isVoid(now) && said + refill() * (now - saidAt) < 1;
        }

        /** Whether callers are given turns: little is left, or some wait already, who are not to be overtaken. */
        boolean isPaced(long now) {
            return isLow(now) || !isVoid(now) && nextTurn - now > 0;
        }

        /** When a caller that comes now may go. */
        long turn(long now) {
            if (!isPaced(now)) {
                return now;
            }
            long turn = later(now, nextTurn);
            if (isLow(now)) {
                double left = levelAt(now);
                double refill = refill();
                if (refill > 0) {
                    turn = later(turn, earlier(now + (long) ((LOW * limit + cost - left) / refill), resetAt));
                } else if (left < cost) {
                    turn = later(turn, resetAt);
                }
            }
            long hold = lastSent + LONGEST_HOLD.toNanos();
            return turn - hold > 0 && nextTurn - hold <= 0 ? later(hold, now) : turn;
        }

        /** Whether there is less than there should be for those whose turn comes, since others draw on the same limit. */
        boolean isShort(long now) {
            double least = refill() > 0 ? LOW * limit / 2 : 0;
            return !isVoid(now) && levelAt(now) - cost < least;
        }

        /** When a caller may go whose turn has come. */
        long postponed(long now) {
            if (!isShort(now) || lastSent + LONGEST_HOLD.toNanos() - now <= 0) {
                return now;
            }
            double refill = refill();
            long until = refill > 0
                    ? earlier(now + (long) ((LOW * limit / 2 + cost - levelAt(now)) / refill), resetAt)
                    : resetAt;
            return later(until, nextPostponed);
        }

        /** How long after a turn the next one is. */
        long spacing(long turn, long now) {
            double refill = refill();
            if (refill > 0) {
                double shortage = LOW * limit / Math.max(1, levelAt(now));
                return (long) (cost / refill * Math.max(1, Math.min(SLOWEST, shortage)));
            }
            if (isLow(now) && resetAt - turn > 0) {
                return (long) ((resetAt - now) * (cost / Math.max(cost, level)));
            }
            return (long) (period * Math.min(1, cost / Math.max(1, limit)));
        }

        void sent(long now) {
            level -= cost;
            lastSent = now;
        }

        private static long earlier(long one, long other) {
            return one - other < 0 ? one : other;
        }

        private static long later(long one, long other) {
            return one - other > 0 ? one : other;
        }
    }
}
