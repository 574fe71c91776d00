package io.github.tideover.examples.drill;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A person's wish that the drill ends now. */
final class Stop {
    private final CountDownLatch wished = new CountDownLatch(1);

    void wish() {
        wished.countDown();
    }

    boolean isWished() {
        return wished.getCount() == 0;
    }

    /** Waits for a time; false if the wish came before it was over, or the thread is interrupted. */
    boolean pause(long nanos) {
        try {
            return !wished.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
