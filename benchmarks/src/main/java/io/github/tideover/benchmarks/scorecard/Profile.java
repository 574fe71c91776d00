package io.github.tideover.benchmarks.scorecard;

import java.time.Duration;

/**
 * How long things take in a run. What is a second in the scenarios takes a second at full length and a fifth of it in the
 * fast run, for the provider's faults, the clients' limits and the checks alike.
 *
 * <p>Two things do not shrink with the rest: {@code Retry-After} is in whole seconds, and how long a client keeps its circuit
 * open between two probes is its own affair, so the fast outage gives it more than a fifth of the time to come back.
 */
enum Profile {
    FULL(1, 2, 60, 4, 30),
    FAST(5, 1, 12, 1.2, 10);

    private final int timesFaster;
    private final int retryAfterSeconds;
    private final double outageSeconds;
    private final double paceSeconds;
    private final double recoverySeconds;

    Profile(int timesFaster, int retryAfterSeconds, double outageSeconds, double paceSeconds, double recoverySeconds) {
        this.timesFaster = timesFaster;
        this.retryAfterSeconds = retryAfterSeconds;
        this.outageSeconds = outageSeconds;
        this.paceSeconds = paceSeconds;
        this.recoverySeconds = recoverySeconds;
    }

    /** What so many seconds of a scenario, or of a client's limit, take in this run. */
    Duration seconds(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9 / timesFaster));
    }

    /** What so many milliseconds of this run are in the scenario, in seconds. */
    double scenarioSeconds(long millis) {
        return millis * timesFaster / 1e3;
    }

    /** What the provider of S01 asks for, in real seconds. */
    int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** How long the provider of S15 is down, in real time. */
    Duration outage() {
        return real(outageSeconds);
    }

    /** The time from one request of S15 to the next, in real time. */
    Duration pace() {
        return real(paceSeconds);
    }

    /** How soon after the outage of S15 the provider must be in use again, in real time. */
    Duration recovery() {
        return real(recoverySeconds);
    }

    private static Duration real(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
