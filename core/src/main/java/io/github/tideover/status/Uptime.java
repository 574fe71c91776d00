package io.github.tideover.status;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * For how much of a time a provider answered, as far as this client could see.
 *
 * <p>Seen is the time from one answered or failed attempt to the next, if they are no more than 30 minutes apart; what lies
 * outside is {@linkplain #unknown() unknown}, and is neither uptime nor downtime. Down are {@link
 * ServiceState#MAJOR_OUTAGE}, {@link ServiceState#PARTIAL_OUTAGE} and {@link ServiceState#MAINTENANCE}, announced or not:
 * whoever waits for an answer has none. {@link ServiceState#DEGRADED} and {@link ServiceState#RECOVERING} are up, since most
 * requests are answered. Whoever counts otherwise has each part apart.
 *
 * @since 0.1
 */
public final class Uptime {
    private final Duration window;
    private final Duration well;
    private final Duration troubled;
    private final Duration down;
    private final Duration maintenance;

    Uptime(Duration window, Duration well, Duration troubled, Duration down, Duration maintenance) {
        this.window = window;
        this.well = well;
        this.troubled = troubled;
        this.down = down;
        this.maintenance = maintenance;
    }

    /**
     * The time that was looked at.
     *
     * @return the time up to the moment of the history
     */
    public Duration window() {
        return window;
    }

    /**
     * The time in which all was well.
     *
     * @return the time spent operational
     */
    public Duration well() {
        return well;
    }

    /**
     * The time in which most requests were answered and all was not well.
     *
     * @return the time spent degraded or recovering
     */
    public Duration troubled() {
        return troubled;
    }

    /**
     * The time of outages, partial ones included, and maintenance not.
     *
     * @return the time spent in an outage
     */
    public Duration down() {
        return down;
    }

    /**
     * The time of maintenance.
     *
     * @return the time spent under maintenance
     */
    public Duration maintenance() {
        return maintenance;
    }

    /**
     * The time that this client cannot speak of: it was not running, or nobody asked.
     *
     * @return the rest of the window
     */
    public Duration unknown() {
        return window.minus(seen());
    }

    /**
     * The share of the time seen in which the provider was up.
     *
     * @return from 0 to 1, or empty if nothing was seen
     */
    public OptionalDouble ratio() {
        long seen = seen().toMillis();
        long up = well.plus(troubled).toMillis();
        return seen == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) up / seen);
    }

    /** The time of which anything is known. */
    Duration seen() {
        return well.plus(troubled).plus(down).plus(maintenance);
    }

    @Override
    public String toString() {
        return "well " + well + ", troubled " + troubled + ", down " + down + ", maintenance " + maintenance
                + ", unknown " + unknown();
    }
}
