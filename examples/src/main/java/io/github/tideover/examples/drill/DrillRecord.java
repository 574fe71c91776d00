package io.github.tideover.examples.drill;

import io.github.tideover.status.ServiceState;
import io.github.tideover.testkit.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that was seen in a drill. Times count from its beginning, on its own clock, unless a name says otherwise.
 *
 * @param startedAt by the wall clock
 * @param stoppedAt when a person ended it; empty if it went to its end
 * @param latestArrival how late the drill itself was at worst with sending a user on the way; it is in the waits
 * @param said what the client said of the status
 * @param bare the bare client; empty if there was none
 */
record DrillRecord(
        Setting setting,
        Instant startedAt,
        Optional<Duration> stoppedAt,
        Duration latestArrival,
        List<Said> said,
        Side tideover,
        Optional<Side> bare) {

    /**
     * What was asked for.
     *
     * @param length how long the outage was to last here
     */
    record Setting(Outage outage, Duration length, double perSecond, long seed, boolean hasBackup, String application) {
        /** The outage as it was played. */
        Timeline played() {
            return outage.timeline().compressedTo(length);
        }

        /** How many seconds of the outage went by in one of the drill. */
        double compression() {
            return (double) outage.timeline().length().toNanos() / length.toNanos();
        }

        /** A moment of the drill on the outage's own clock. */
        Duration inOutage(Duration at) {
            return Duration.ofNanos(Math.round(at.toNanos() * compression()));
        }
    }

    /**
     * A client, and what its provider saw of it.
     *
     * @param calls in the order in which users came
     * @param attempts when the provider was asked, in order
     * @param backupAttempts how often the backup was asked
     * @param complaints what there is to complain of in how the servers were treated
     * @param truncated which answers were shown that are none, in sentences
     */
    record Side(
            List<DrilledCall> calls,
            List<Duration> attempts,
            int backupAttempts,
            List<String> complaints,
            List<String> truncated) {}

    /**
     * What was said.
     *
     * @param about a provider's name; empty if it is about chat as a whole
     * @param whole how chat as a whole was
     * @param provider how the provider was
     */
    record Said(
            Duration at,
            String kind,
            String about,
            ServiceState whole,
            ServiceState provider,
            String headline,
            String detail) {}
}
