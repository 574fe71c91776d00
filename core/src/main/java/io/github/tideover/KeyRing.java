package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one provider: which of them may be used now, and whose turn it is. A provider without a key has one here, so
 * that nobody needs to ask.
 *
 * <p>Turns go round. What a key has left is known only where the provider says so, and to share evenly is the best that can be
 * done without knowing; it needs no memory of what was sent, and it finds out soon which keys do not work.
 *
 * <p>Guarded by its {@link Route}, {@link #isStanding} excepted.
 */
final class KeyRing {
    /** A key that was over its limit without a word on when to come back is spared for this long if another can be asked. */
    private static final long SPARED = TimeUnit.SECONDS.toNanos(1);

    private final Key[] keys;
    private int next;
    /** The moment from which on one key at least may be used. */
    private volatile long backAt;

    KeyRing(int size, long now) {
        keys = new Key[size];
        for (int i = 0; i < size; i++) {
            keys[i] = new Key(now);
        }
        backAt = now;
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

    /** Whether one key at least may be used now. */
    boolean isStanding(long now) {
        return backAt - now <= 0;
    }

    /**
     * Finds the key whose turn it is among those that may be used.
     *
     * @param without the keys that are not to be used, as bits
     * @return its place, or -1 if there is none
     */
    int take(long now, long without) {
        int spared = -1;
        for (int i = 0; i < keys.length; i++) {
            int place = (next + i) % keys.length;
            if (isIn(without, place) || keys[place].restUntil - now > 0) {
                continue;
            }
            if (keys[place].sparedUntil - now <= 0) {
                next = place + 1;
                return place;
            }
            spared = spared < 0 ? place : spared;
        }
        return spared;
    }

    /** Whether a key other than these may be used now, and has not just been over its limit. */
    boolean hasBeside(long these, long now) {
        for (int place = 0; place < keys.length; place++) {
            Key key = keys[place];
            if (!isIn(these, place) && key.restUntil - now <= 0 && key.sparedUntil - now <= 0) {
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
        return isNews;
    }

    void worked(int place) {
        keys[place].isKnownToRest = false;
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
        boolean isPaused = !isIn(without, place) && !isRefused(keys[place]);
        boolean bestIsPaused = !isIn(without, best) && !isRefused(keys[best]);
        return isPaused == bestIsPaused ? keys[place].restUntil - keys[best].restUntil < 0 : isPaused;
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

        Key(long now) {
            restUntil = now;
            sparedUntil = now;
        }
    }
}
