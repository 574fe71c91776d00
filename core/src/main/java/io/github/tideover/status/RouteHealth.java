package io.github.tideover.status;

import io.github.tideover.failure.FailureKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One provider and model's way from well to ill and back. Guarded by the board's lock, {@link #isCalm()} excepted. */
final class RouteHealth {
    /** Successes in a row after which trouble is over; fewer after an outage, which the breaker has probed already. */
    private static final int GOOD_RUN = 20;

    private static final int GOOD_RUN_AFTER_OUTAGE = 10;
    /** Time without a failure after which trouble is over where there are few calls. */
    private static final Duration QUIET = Duration.ofSeconds(120);

    private static final Duration QUIET_AFTER_OUTAGE = Duration.ofSeconds(60);

    private final RouteName name;
    private final OutageDetector detector = new OutageDetector();
    private ServiceState state = ServiceState.OPERATIONAL;
    private Instant since;
    private @Nullable FailureKind cause;
    private @Nullable Instant nextTry;
    private Instant lastTrouble;
    private int goodRun;
    private boolean stopped;
    private boolean returning;
    private volatile boolean calm = true;

    RouteHealth(RouteName name, Instant now) {
        this.name = name;
        this.since = now;
        this.lastTrouble = now;
    }

    /** Whether a success would change nothing. May be read without the lock: a success that is missed changes nothing. */
    boolean isCalm() {
        return calm;
    }

    void succeeded() {
        detector.succeeded();
        goodRun++;
    }

    void failed(FailureKind kind, Instant now) {
        detector.failed();
        goodRun = 0;
        cause = kind;
        lastTrouble = now;
    }

    void stopped(FailureKind kind, Instant next) {
        stopped = true;
        returning = false;
        cause = kind;
        nextTry = next;
    }

    void resumed(Instant now) {
        stopped = false;
        returning = true;
        goodRun = 0;
        nextTry = null;
        lastTrouble = now;
    }

    /** Works out the state; true if what {@link #status()} tells has changed. */
    boolean settle(Instant now) {
        ServiceState before = state;
        FailureKind causeBefore = cause;
        state = stateAt(now);
        if (state == ServiceState.OPERATIONAL) {
            cause = null;
        }
        if (state != before) {
            since = now;
        }
        calm = state == ServiceState.OPERATIONAL && detector.isCalm();
        return state != before || !Objects.equals(causeBefore, cause) || state == ServiceState.MAJOR_OUTAGE;
    }

    private ServiceState stateAt(Instant now) {
        if (stopped) {
            return ServiceState.MAJOR_OUTAGE;
        }
        if (returning) {
            if (goodRun < GOOD_RUN_AFTER_OUTAGE && now.isBefore(lastTrouble.plus(QUIET_AFTER_OUTAGE))) {
                return ServiceState.RECOVERING;
            }
            returning = false;
            detector.forget();
        }
        boolean over = goodRun >= GOOD_RUN || !now.isBefore(lastTrouble.plus(QUIET));
        if (over) {
            detector.forget();
        }
        return detector.isAlarmed() || state == ServiceState.DEGRADED && !over
                ? ServiceState.DEGRADED
                : ServiceState.OPERATIONAL;
    }

    /** How long it takes until quiet alone changes the state; null if it never does. */
    @Nullable
    Duration untilQuiet(Instant now) {
        return switch (state) {
            case RECOVERING -> Duration.between(now, lastTrouble.plus(QUIET_AFTER_OUTAGE));
            case DEGRADED -> Duration.between(now, lastTrouble.plus(QUIET));
            default -> null;
        };
    }

    RouteStatus status() {
        return new RouteStatus(name, state, since, cause, nextTry);
    }

    ServiceState state() {
        return state;
    }

    RouteName name() {
        return name;
    }

    @Nullable
    FailureKind cause() {
        return cause;
    }

    Instant since() {
        return since;
    }
}
