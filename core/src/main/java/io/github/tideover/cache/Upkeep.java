package io.github.tideover.cache;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A cache that holds something open, and has to be looked after while clients use it. */
interface Upkeep {
    /**
     * A client begins to use it.
     *
     * @throws RuntimeException if what it needs cannot be opened
     */
    void begin();

    /**
     * Removes what is older than it may be.
     *
     * @param now the time
     * @return how long it is until there is more to remove, or empty if nothing is kept
     */
    Optional<Duration> removeExpired(Instant now);

    /** A client has ended. The last one to do so lets go of what is open; the next to begin opens it again. */
    void end();
}
