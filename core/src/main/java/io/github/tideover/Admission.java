package io.github.tideover;

import io.github.tideover.failure.Failure;
import org.jspecify.annotations.Nullable;

/** A route's answer to "may I?": a permit, or why not and what waiting here would be for. */
final class Admission {
    final @Nullable Permit permit;
    final @Nullable Failure refusal;
    final WaitFor waitFor;
    /** Nanoseconds after which asking again may help. */
    final long wait;
    /** The key with which a turn was given; -1 if it is no matter of a key. */
    final int key;

    private Admission(@Nullable Permit permit, @Nullable Failure refusal, WaitFor waitFor, long wait) {
        this(permit, refusal, waitFor, wait, -1);
    }

    private Admission(@Nullable Permit permit, @Nullable Failure refusal, WaitFor waitFor, long wait, int key) {
        this.permit = permit;
        this.refusal = refusal;
        this.waitFor = waitFor;
        this.wait = wait;
        this.key = key;
    }

    static Admission granted(Permit permit) {
        return new Admission(permit, null, WaitFor.NOTHING, 0);
    }

    static Admission refused(Failure refusal) {
        return new Admission(null, refusal, WaitFor.NOTHING, 0);
    }

    static Admission refused(Failure refusal, WaitFor waitFor, long wait) {
        return new Admission(null, refusal, waitFor, wait);
    }

    /** A turn was given where a limit is nearly reached. */
    static Admission waitsForRoom(Failure refusal, long wait, int key) {
        return new Admission(null, refusal, WaitFor.ROOM, wait, key);
    }

    /** What a caller who waits would wait for. */
    enum WaitFor {
        /** Waiting here is no use. */
        NOTHING,
        /** Another attempt to end. */
        PLACE,
        /** Its turn in a slow start. */
        TURN,
        /** Its turn where a limit is nearly reached. */
        ROOM,
        /** The end of the rest that the provider asked for. */
        REST
    }
}
