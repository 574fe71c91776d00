package io.github.tideover;

import io.github.tideover.failure.FailureKind;

/** What a call brings along when it asks one route, more than once perhaps: the turns it has waited for, the keys it has met. */
final class Claim {
    /** It has waited for its turn in a slow start. */
    boolean hasTurn;
    /** The key with which its turn has come, where a limit is nearly reached; or -1. */
    int turnKey = -1;
    /** It stands in that key's {@linkplain LearnedPace queue}, and looks again at this moment. */
    boolean isInQueue;

    long looksAt;
    /** Its place there, from 1 on, as it was within the last second. */
    int place;
    /** The keys that refused it, as bits: not to be used again. */
    private long refusedKeys;
    /** The same, and those that were over their limit. */
    private long triedKeys;
    /** The key without which it is of no use; or -1. */
    private int onlyKey = -1;

    /** The keys that are not to be used, as bits. */
    long without() {
        return isOnlyWithOne() ? ~(1L << onlyKey) : refusedKeys;
    }

    /** Whether it goes on with what one key began, which is no new request. */
    boolean isOnlyWithOne() {
        return onlyKey >= 0;
    }

    /** Whether it has waited for a key already: in vain, if that turned it away. */
    boolean hasWaitedFor(int key) {
        return turnKey == key || (triedKeys >>> key & 1) != 0;
    }

    void onlyWith(int key) {
        onlyKey = key;
    }

    long triedKeys() {
        return triedKeys;
    }

    void keyMet(int key, FailureKind kind) {
        if (KeyRing.isOfTheKey(kind)) {
            triedKeys |= 1L << key;
            refusedKeys |= KeyRing.isRefused(kind) ? 1L << key : 0;
        }
    }

    /** The call goes to another route. */
    void clear() {
        clearTurns();
        refusedKeys = 0;
        triedKeys = 0;
    }

    /** Whether it has been given a turn that it has not used. */
    boolean hasTurns() {
        return hasTurn || turnKey >= 0;
    }

    void clearTurns() {
        hasTurn = false;
        turnKey = -1;
    }
}
