package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.Usage;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RateLimits;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one provider: which of them may be used now, which has room in its limits, and whose turn it is. A provider
 * without a key has one here, so that nobody needs to ask.
 *
 * <p>Turns go round. What a key has left is known only where the provider says so, and to share evenly is the best that can be
 * done without knowing; it needs no memory of what was sent, and it finds out soon which keys do not work.
 *
 * <p>Guarded by its {@link Route}, but for what may be asked without the lock.
 */
final class KeyRing {
    /** A key that was over its limit without a word on when to come back is spared for this long if another can be asked. */
    private static final long SPARED = TimeUnit.SECONDS.toNanos(1);

    private final Key[] keys;
    private int next;
    /** The moment from which on one key at least may be used. */
    private volatile long backAt;
    /** The moment from which on one key that may be used has room in its limits, as far as is known. */
    private volatile long roomAt;
    /** Something was heard of limits. */
    private volatile boolean isLimited;

    KeyRing(int size, long now) {
        keys = new Key[size];
        for (int i = 0; i < size; i++) {
            keys[i] = new Key(now);
        }
        backAt = now;
        roomAt = now;
    }

    /** Whether a failure speaks of the key it happened with, and of no other. */
    static boolean isOfTheKey(FailureKind kind) {
        return kind == FailureKind.THROTTLED || isRefused(kind);
    }

    /** Whether a key that met this is of no use until a person has acted. */
    static boolean isRefused(FailureKind kind) {
        return kind == FailureKind.AUTH || kind == FailureKind.QUOTA;
    }

    int size() {
        return keys.length;
    }

    /** How people are told of a key: by its place, never by what it is. */
    String nameOf(int key) {
        return "key " + (key + 1) + " of " + keys.length;
    }

    /** Whether one key at least may be used now, and has room in its limits. May be asked without the lock. */
    boolean isStanding(long now) {
        return isBack(now) && hasRoom(now);
    }

    /** Whether one key at least is not at rest, with room in its limits or without. May be asked without the lock. */
    boolean isBack(long now) {
        return backAt - now <= 0;
    }

    /** Whether one of the keys that may be used has room in its limits. May be asked without the lock. */
    boolean hasRoom(long now) {
        return roomAt - now <= 0;
    }

    /**
     * Finds the key whose turn it is among those that may be used: one that has room in its limits if there is one, else the
     * one that has room first.
     *
     * @return its place, or -1 if there is none
     */
    int take(Claim claim, long now) {
        int turn = claim.turnKey;
        if (turn >= 0 && !isIn(claim.without(), turn) && keys[turn].restUntil - now <= 0) {
            return turn;
        }
        int best = -1;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < keys.length; i++) {
            int place = (next + i) % keys.length;
            Key key = keys[place];
            if (isIn(claim.without(), place) || key.restUntil - now > 0) {
                continue;
            }
            long wait = claim.isOnlyWithOne() ? 0 : Math.max(key.sparedUntil - now, key.waitFrom(now));
            if (wait <= 0) {
                next = place + 1;
                return place;
            }
            if (wait < least) {
                best = place;
                least = wait;
            }
        }
        return best;
    }

    /** Whether little is left of the limits of one of the keys. */
    boolean isLow(long now) {
        for (Key key : keys) {
            if (key.limiter != null && key.limiter.isLow(now) || key.pace != null && key.pace.isOn(now)) {
                return true;
            }
        }
        return false;
    }

    /** How long a caller has to wait until it may go with a key; 0 for not at all. */
    long waitFrom(int place, Claim claim, long now) {
        return Math.max(waitForLimit(place, claim, now), waitForPace(place, claim, now));
    }

    /** When such a caller looks again. The pace may have changed by then; what was heard of limits gives turns for good. */
    long untilLook(int place, Claim claim, long now) {
        return Math.max(
                waitForLimit(place, claim, now), Math.min(LearnedPace.LONGEST_LOOK, waitForPace(place, claim, now)));
    }

    private long waitForLimit(int place, Claim claim, long now) {
        Limiter limiter = keys[place].limiter;
        if (limiter == null) {
            return 0;
        }
        return claim.turnKey == place ? limiter.postponement(now) : limiter.waitFrom(now);
    }

    /** How long a caller has to wait for the pace that a key has learned from refusals. */
    long waitForPace(int place, Claim claim, long now) {
        LearnedPace pace = keys[place].pace;
        return pace == null ? 0 : pace.waitFrom(claim, claim.hasWaitedFor(place), now);
    }

    /** A caller may not go for the pace of a key: as long as there are any, it is needed. */
    void heldBack(int place, long now) {
        LearnedPace pace = keys[place].pace;
        if (pace != null) {
            pace.heldBack(now);
        }
    }

    /** How long such a caller has to wait as far as can be told, which decides whether it is worth it. */
    long outlook(int place, Claim claim, long now) {
        LearnedPace pace = keys[place].pace;
        long forPace = pace == null ? 0 : pace.outlook(claim, claim.hasWaitedFor(place), now);
        return Math.max(waitForLimit(place, claim, now), forPace);
    }

    /** Gives a caller the turn that is so far off, or has it wait for so much longer, and look again by then. */
    void reserve(int place, long wait, long look, Claim claim, long now) {
        Key key = keys[place];
        if (key.limiter != null) {
            if (claim.turnKey != place) {
                key.limiter.reserve(wait, now);
            } else if (key.limiter.postponement(now) > 0) {
                key.limiter.postpone(wait, now);
            }
        }
        if (key.pace != null && key.pace.isOn()) {
            key.pace.queue(claim, claim.hasWaitedFor(place), look, now);
        }
        findRoom(now);
    }

    /** The turn that a caller was given is not used. */
    void giveBackTurn(Claim claim, long now) {
        Key key = keys[claim.turnKey];
        if (key.limiter != null) {
            key.limiter.giveBack(now);
        }
        if (key.pace != null) {
            key.pace.leave(claim);
        }
        findRoom(now);
    }

    /** A request goes out with a key. */
    void sent(Permit permit, Claim claim, long now) {
        Key key = keys[permit.key];
        permit.number = key.sent++;
        if (key.limiter != null) {
            permit.isDoubtful = key.limiter.sent(claim.turnKey == permit.key, now);
        }
        if (key.pace != null && !claim.isOnlyWithOne()) {
            key.pace.sent(claim, now);
        }
        if (key.limiter != null || key.pace != null) {
            findRoom(now);
        }
    }

    /**
     * A request was refused for too many. Where what was heard of the key's limits explains it, they pace; but who tells no more than
     * when to come back, or not even that, has a limit to be learned: all who waited would go together when the rest is over.
     *
     * @param perSecond how many requests a second were sent of late, with all keys
     * @param rest for how long the key is left alone; 0 if nothing was said
     */
    void refused(Permit permit, double perSecond, long rest, long now) {
        Key key = keys[permit.key];
        if (rest > 0 && key.limiter != null && key.limiter.isLow(now)) {
            return;
        }
        if (key.pace == null) {
            key.pace = new LearnedPace(now);
        }
        key.pace.refused(permit.startedAt, perSecond / keys.length, rest, now);
        findRoom(now);
    }

    /** An answer said what is left for its key. */
    void heard(Permit permit, RateLimits limits, boolean turnedAway, long now) {
        Key key = keys[permit.key];
        if (limits.isEmpty() || permit.isHeard) {
            return;
        }
        permit.isHeard = true;
        if (key.limiter == null) {
            key.limiter = new Limiter();
            isLimited = true;
        }
        key.limiter.heard(limits, permit.number, key.sent - 1 - permit.number, turnedAway, now);
        findRoom(now);
    }

    /** Whether anything was heard of limits. May be asked without the lock. */
    boolean isLimited() {
        return isLimited;
    }

    /** A request was answered. */
    void answered(Permit permit, Usage usage, long now) {
        Limiter limiter = keys[permit.key].limiter;
        if (limiter != null) {
            limiter.used(usage);
            if (permit.isDoubtful) {
                limiter.doubted(now);
                findRoom(now);
            }
        }
    }

    private void findRoom(long now) {
        long least = Long.MAX_VALUE;
        for (Key key : keys) {
            least = Math.min(least, Math.max(key.waitFrom(now), key.restUntil - now));
        }
        roomAt = now + least;
    }

    /**
     * Whether a key other than these may be used now.
     *
     * @param hasRoom whether only one counts that has room in its limits, and has not just been over one
     */
    boolean hasBeside(long these, boolean hasRoom, long now) {
        for (int place = 0; place < keys.length; place++) {
            Key key = keys[place];
            boolean isFree = !hasRoom || key.sparedUntil - now <= 0 && key.waitFrom(now) == 0;
            if (!isIn(these, place) && key.restUntil - now <= 0 && isFree) {
                return true;
            }
        }
        return false;
    }

    private static boolean isIn(long bits, int place) {
        return (bits >>> place & 1) != 0;
    }

    /**
     * Leaves a key alone for a while.
     *
     * @return whether this is the first that is heard of it since the key last worked
     */
    boolean rest(int place, Failure cause, long nanos, long now) {
        Key key = keys[place];
        if (cause.kind() == FailureKind.THROTTLED) {
            key.sparedUntil = now + SPARED;
        }
        if (nanos <= 0 || key.restUntil - now >= nanos) {
            return false;
        }
        key.restUntil = now + nanos;
        key.cause = cause;
        boolean isNews = !key.isKnownToRest;
        key.isKnownToRest = true;
        long earliest = key.restUntil;
        for (Key each : keys) {
            earliest = each.restUntil - earliest < 0 ? each.restUntil : earliest;
        }
        backAt = earliest;
        findRoom(now);
        return isNews;
    }

    void worked(int place, long now) {
        Key key = keys[place];
        key.isKnownToRest = false;
        if (key.pace != null && key.pace.isOn()) {
            key.pace.answered(now);
            findRoom(now);
        }
    }

    /** The moment from which on one key at least may be used. */
    long backAt() {
        return backAt;
    }

    /** Whether no key can be used, and none will be before a person has acted. */
    boolean isRefused(long now) {
        for (Key key : keys) {
            if (key.restUntil - now <= 0 || !isRefused(key)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRefused(Key key) {
        Failure cause = key.cause;
        return cause != null && isRefused(cause.kind());
    }

    /**
     * The key to tell of when none may be used: the first to come back by itself if there is one, else the first to be tried
     * again.
     *
     * @param without the keys that are not to be used, as bits
     */
    Resting resting(long without) {
        int best = -1;
        for (int place = 0; place < keys.length; place++) {
            if (keys[place].cause != null && (best < 0 || isBetter(place, best, without))) {
                best = place;
            }
        }
        Key key = keys[best];
        return new Resting(key.restUntil, requireNonNull(key.cause));
    }

    private boolean isBetter(int place, int best, long without) {
        int rank = rank(place, without);
        int bestRank = rank(best, without);
        return rank == bestRank ? keys[place].restUntil - keys[best].restUntil < 0 : rank < bestRank;
    }

    private int rank(int place, long without) {
        return isIn(without, place) ? 2 : isRefused(keys[place]) ? 1 : 0;
    }

    /**
     * A rest.
     *
     * @param until when it ends
     * @param cause why
     */
    record Resting(long until, Failure cause) {}

    private static final class Key {
        private long restUntil;
        private long sparedUntil;
        private @Nullable Failure cause;
        private boolean isKnownToRest;
        /** There from the first word about limits on. */
        private @Nullable Limiter limiter;
        /** There from the first refusal on that no known limit explains. */
        private @Nullable LearnedPace pace;

        private long sent;

        Key(long now) {
            restUntil = now;
            sparedUntil = now;
        }

        long waitFrom(long now) {
            long wait = limiter == null ? 0 : limiter.waitFrom(now);
            return pace == null ? wait : Math.max(wait, pace.waitFrom(now));
        }
    }
}
