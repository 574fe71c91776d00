package io.github.tideover.status;

import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.github.tideover.failure.FailureKind;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One provider and model: what its attempts came to, and the state that follows. The rules of entry and exit are in {@link
 * #next} and what it calls, from top to bottom.
 *
 * <p>Recording an outcome allocates nothing and takes this monitor's lock alone; the board comes in only if there is
 * something to settle. Every decision is made by the monotonic time that is handed in.
 */
final class RouteMonitor {
    static final long PARTIAL_AFTER = SECONDS.toNanos(5);
    static final long DWELL = SECONDS.toNanos(60);
    static final long CLEAN = SECONDS.toNanos(120);
    static final long NO_SUCCESS = SECONDS.toNanos(30);
    static final long FIRST_HOLD = SECONDS.toNanos(30);
    static final long LONGEST_HOLD = MINUTES.toNanos(10);
    static final long FEW_CALLS_HOLD = SECONDS.toNanos(60);
    static final long FLAPPING_WITHIN = MINUTES.toNanos(10);
    /**
     * What flaps is held in its worse state for so many times as long as the longest pause between its bad signs, within these
     * limits: what went down every half minute has shown after two and a half that it no longer does.
     */
    static final int FLAPPING_PAUSES = 5;

    static final long SHORTEST_FLAPPING_HOLD = SECONDS.toNanos(150);
    static final long FLAPPING_HOLD = MINUTES.toNanos(5);
    static final long OVERRUN = MINUTES.toNanos(15);
    /** What nobody has added to for this long says nothing about now. */
    static final long STALE = MINUTES.toNanos(10);
    /** The alarm swings with each outcome; what it has told is true for this long. */
    static final long ALARM_HOLDS = SECONDS.toNanos(60);
    /** Trouble that began this shortly before this machine was found to be cut off, and was of the network alone, was ours. */
    static final long CUT_OFF_BEFORE = SECONDS.toNanos(30);
    /** What worked this long ago is known to work. */
    static final long WORKED_WITHIN = MINUTES.toNanos(60);
    /** Slow for this long is how fast it is. */
    static final long USED_TO = MINUTES.toNanos(60);

    static final double MAJOR_SHARE = 0.60;
    static final double PARTIAL_SHARE = 0.10;
    static final double PARTIAL_OVER_SHARE = 0.05;
    static final double CLEAN_SHARE = 0.05;
    static final double RECOVERED_SHARE = 0.12;
    static final double LIMITED_SHARE = 0.20;
    static final int GOOD_RUN = 20;
    static final int PROBES = 2;
    static final int NO_SUCCESS_FAILURES = 5;
    static final int NO_SUCCESS_CALLS = 3;

    private static final long NEVER = Long.MAX_VALUE;
    private static final int CHANGES = 4;

    private final RouteName name;
    private final boolean local;
    private final OutcomeWindow window;
    private final OutageDetector detector = new OutageDetector();
    private final SlownessDetector slowness = new SlownessDetector();
    private final Causes causes = new Causes();

    private ServiceState state = ServiceState.OPERATIONAL;
    private long since;
    private Instant shownSince;
    private @Nullable FailureKind lastKind;
    private int suspects;
    /** Answers that could not be read, since all was well. */
    private int malformed;

    private int goodRun;
    private int failuresInARow;
    private int callsInARow;
    private long lastSuccess;
    private long lastFailure;
    private long lastOutcome;
    private boolean everAnswered;
    private boolean everFailed;

    private boolean stopped;
    private boolean resumed;
    private boolean stoppedOffline;
    /** Since all was well, the provider could not be reached, and nothing else went wrong. */
    private boolean unreached = true;

    private long troubleSince;
    private boolean troubleWasOurs;
    private FailureKind stopKind = FailureKind.CIRCUIT_OPEN;
    private long nextTry;
    private @Nullable Instant shownNextTry;
    private boolean workedBefore;
    private long maintenanceUntil = NEVER;
    private boolean inMaintenance;
    private boolean overrun;
    /** The outage began with some requests answered and some not. */
    private boolean mixed;

    private long partialSince = NEVER;
    private long partialBadAt;
    private long badAt;
    private long alarmedAt = NEVER;
    private boolean easing;
    private ServiceState before = ServiceState.MAJOR_OUTAGE;
    private int outcomesSinceReturn;
    private int failuresSinceReturn;
    private int relapses;
    private boolean pageIsGreen;

    private final long[] changes = new long[CHANGES];
    private int changesSeen;
    private boolean flapping;
    private long heldUntil;
    private long badSignAt;
    private long longestPause;

    RouteMonitor(RouteName name, boolean local, long now, Instant shownNow) {
        this.name = name;
        this.local = local;
        this.window = new OutcomeWindow(now);
        this.since = now;
        this.shownSince = shownNow;
        this.lastSuccess = now;
        this.lastFailure = now;
        this.lastOutcome = now;
        this.badAt = now;
        this.badSignAt = now - FLAPPING_WITHIN - 1;
    }

    RouteName name() {
        return name;
    }

    boolean isLocal() {
        return local;
    }

    // What the attempts came to. Each returns whether there may be something to settle.

    /**
     * An attempt was answered.
     *
     * @param firstContent nanoseconds to its first content; -1 if it was not read as it came
     * @param wasSuspect whether it had counted as failed
     * @param isEasing whether requests are still let back step by step
     */
    synchronized boolean answered(long firstContent, boolean wasSuspect, boolean isEasing, long now) {
        heard(now);
        if (wasSuspect) {
            noLongerSuspect();
        }
        window.answered(now);
        detector.succeeded();
        goodRun++;
        malformed = goodRun >= GOOD_RUN ? 0 : malformed;
        failuresInARow = 0;
        callsInARow = 0;
        unreached |= state == ServiceState.OPERATIONAL;
        lastSuccess = now;
        everAnswered = true;
        easing = isEasing;
        outcomesSinceReturn++;
        if (firstContent >= 0) {
            slowness.answered(firstContent, state == ServiceState.OPERATIONAL);
            if (slowness.isAlarmed()) {
                badAt = now;
            }
        }
        return !isCalm();
    }

    /**
     * An attempt failed by the provider's fault.
     *
     * @param isFirst whether it was the first of its call here
     */
    synchronized boolean failed(FailureKind kind, boolean wasSuspect, boolean isFirst, long now) {
        heard(now);
        if (wasSuspect) {
            noLongerSuspect();
        }
        window.failed(now);
        detector.failed();
        malformed += kind == FailureKind.MALFORMED ? 1 : 0;
        causes.add(kind == FailureKind.MALFORMED && !hasWorked(now) ? Cause.UNKNOWN : Causes.of(kind));
        unreached &= Causes.of(kind) == Cause.NETWORK;
        lastKind = kind;
        goodRun = 0;
        failuresInARow++;
        callsInARow += isFirst || callsInARow == 0 ? 1 : 0;
        lastFailure = now;
        everFailed = true;
        outcomesSinceReturn++;
        failuresSinceReturn++;
        noteTrouble(now);
        return !isCalm();
    }

    /**
     * The provider turned an attempt away for too many requests.
     *
     * @param hasRoom whether there is room in our own limits, as far as the answer tells
     */
    synchronized boolean limited(boolean hasRoom, boolean wasSuspect, long now) {
        heard(now);
        if (wasSuspect) {
            noLongerSuspect();
        }
        window.limited(now);
        causes.add(hasRoom ? Cause.OVERLOAD : Cause.RATE_LIMIT);
        lastKind = FailureKind.THROTTLED;
        if (isLimited()) {
            badAt = now;
        }
        return !isCalm();
    }

    /** An attempt has waited for longer than attempts do. */
    synchronized boolean suspected(long now) {
        heard(now);
        suspects++;
        detector.failed();
        noteTrouble(now);
        return !isCalm();
    }

    /** An attempt that was suspect ended in a way that tells nothing. */
    synchronized boolean cleared(long now) {
        noLongerSuspect();
        window.moveTo(now);
        return !isCalm();
    }

    /** Whether it has answered within the last hour. What never worked may be no provider's fault, but a wrong address. */
    private boolean hasWorked(long now) {
        return everAnswered && now - lastSuccess < WORKED_WITHIN;
    }

    private void noteTrouble(long now) {
        badAt = detector.isClustered() ? now : badAt;
        alarmedAt = detector.isAlarmed() ? now : alarmedAt;
    }

    private void noLongerSuspect() {
        suspects--;
        detector.takeBackFailure();
    }

    /** The provider said that it is down on purpose. */
    synchronized boolean inMaintenance(long until, long now) {
        heard(now);
        inMaintenance = true;
        maintenanceUntil = until;
        lastKind = FailureKind.MAINTENANCE;
        lastFailure = now;
        everFailed = true;
        goodRun = 0;
        causes.add(Cause.MAINTENANCE);
        return !isCalm();
    }

    /** No request goes out: the circuit opened, or account, key or model cannot be used. */
    synchronized void stopped(FailureKind kind, long next, Instant shownNext, boolean isOffline, long now) {
        boolean isAccount = Causes.of(kind) == Cause.ACCOUNT;
        if (isAccount && !stopped) {
            workedBefore = hasWorked(now);
        }
        if (kind == FailureKind.MAINTENANCE) {
            inMaintenance = true;
            maintenanceUntil = next;
        }
        if (causes.weight(Causes.of(kind)) == 0) {
            causes.add(Causes.of(kind));
        }
        lastOutcome = now;
        stoppedOffline = isOffline && Causes.of(kind) == Cause.NETWORK;
        stopped = true;
        resumed = false;
        stopKind = kind;
        lastKind = kind;
        nextTry = next;
        shownNextTry = shownNext;
        hold(now);
    }

    /** A bad sign: if it flaps, its worse state is held from here on. */
    private void hold(long now) {
        long pause = now - badSignAt;
        longestPause = pause > FLAPPING_WITHIN ? 0 : Math.max(longestPause, pause);
        badSignAt = now;
        long hold = Math.max(SHORTEST_FLAPPING_HOLD, Math.min(FLAPPING_HOLD, FLAPPING_PAUSES * longestPause));
        heldUntil = now + hold;
    }

    /** Requests go out again. */
    synchronized boolean resumed(long now) {
        lastOutcome = now;
        stopped = false;
        resumed = true;
        easing = true;
        shownNextTry = null;
        inMaintenance = false;
        return !isCalm();
    }

    /** What the status page says may shorten a return, and never lengthens one. */
    synchronized void pageIs(boolean green) {
        pageIsGreen = green;
    }

    /** This machine is cut off, and may have been for a while. */
    synchronized void cutOff(long now) {
        troubleWasOurs = unreached && state != ServiceState.OPERATIONAL && now - troubleSince <= CUT_OFF_BEFORE;
        stoppedOffline |= troubleWasOurs && stopped;
    }

    /** This machine is on the network again: what it could not reach is not known to be down. */
    synchronized void backOnline(long now, Clock clock) {
        if (stoppedOffline) {
            stopped = false;
            shownNextTry = null;
        }
        stoppedOffline = false;
        if (troubleWasOurs) {
            changeTo(ServiceState.OPERATIONAL, now, clock.instant());
        }
        troubleWasOurs = false;
        if (state == ServiceState.OPERATIONAL) {
            detector.forget();
            window.forget();
            alarmedAt = NEVER; // what waited for an answer while nobody was reached
            failuresInARow = 0;
            callsInARow = 0;
        }
    }

    /** Time without outcomes makes the sum of outcomes old; then it begins again. */
    private void heard(long now) {
        if (now - lastOutcome >= STALE && suspects == 0) {
            detector.forget();
            slowness.forget();
            goodRun = 0;
            failuresInARow = 0;
            callsInARow = 0;
        }
        lastOutcome = now;
    }

    /** Whether there is nothing to settle. */
    private boolean isCalm() {
        return state == ServiceState.OPERATIONAL
                && !stopped
                && !inMaintenance
                && !detector.isSuspicious()
                && !slowness.isAlarmed()
                && !isLimited()
                && failuresInARow < NO_SUCCESS_FAILURES;
    }

    private boolean isLimited() {
        int all = window.attempts() + window.limited();
        return all >= 10 && window.limited() >= LIMITED_SHARE * all;
    }

    // The state that follows.

    /** Works out the state. */
    synchronized void settle(long now, Clock clock) {
        window.moveTo(now);
        ServiceState next = next(now);
        if (next != state && mayChangeTo(next, now)) {
            changeTo(next, now, clock.instant());
        }
    }

    private ServiceState next(long now) {
        ServiceState trouble = trouble(now);
        return switch (state) {
            case OPERATIONAL -> trouble == ServiceState.PARTIAL_OUTAGE ? ServiceState.DEGRADED : trouble;
            case DEGRADED -> trouble.isDown() ? trouble : degraded(trouble, now);
            case PARTIAL_OUTAGE -> trouble.isDown() ? trouble : partial(now);
            case MAJOR_OUTAGE, MAINTENANCE -> down(trouble, now);
            case RECOVERING -> recovering(trouble, now);
        };
    }

    /** What the evidence of now calls for, whatever was before. */
    private ServiceState trouble(long now) {
        if (inMaintenance && goodRun == 0) {
            return isOverrun(now) ? ServiceState.MAJOR_OUTAGE : ServiceState.MAINTENANCE;
        }
        if (stopped) {
            return ServiceState.MAJOR_OUTAGE;
        }
        boolean alarm = detector.isAlarmed() || alarmedAt != NEVER && now - alarmedAt < ALARM_HOLDS;
        int attempts = window.attempts() + suspects;
        double low = OutcomeWindow.low(window.failures() + suspects, attempts);
        if (alarm && low >= MAJOR_SHARE) {
            return ServiceState.MAJOR_OUTAGE;
        }
        if (failuresInARow >= NO_SUCCESS_FAILURES
                && callsInARow >= NO_SUCCESS_CALLS
                && now - lastSuccess >= NO_SUCCESS) {
            return ServiceState.MAJOR_OUTAGE;
        }
        if (alarm && low >= PARTIAL_SHARE && attempts >= 10) {
            return ServiceState.PARTIAL_OUTAGE;
        }
        return detector.isAlarmed() || slowness.isAlarmed() || isLimited()
                ? ServiceState.DEGRADED
                : ServiceState.OPERATIONAL;
    }

    /** Still failing a quarter of an hour after the end that was announced. */
    private boolean isOverrun(long now) {
        if (maintenanceUntil != NEVER
                && now - maintenanceUntil >= OVERRUN
                && lastFailure - maintenanceUntil >= OVERRUN) {
            overrun = true;
        }
        return overrun;
    }

    private ServiceState down(ServiceState trouble, long now) {
        if (stopped || inMaintenance && goodRun == 0) {
            return trouble;
        }
        return isBack(now) ? ServiceState.RECOVERING : state;
    }

    /**
     * Two good probes tell that an outage is over. Where some requests were answered all along, or it came back before and did not
     * last, two in a row come by chance.
     */
    private boolean isBack(long now) {
        if (!flapping && !mixed) {
            return resumed || goodRun >= (state == ServiceState.MAINTENANCE ? 1 : PROBES);
        }
        boolean isQuiet = goodRun > 0 && now - lastFailure >= (flapping ? FLAPPING_HOLD : DWELL);
        return goodRun >= GOOD_RUN && now - badAt >= (flapping ? DWELL : 0) || isQuiet;
    }

    private ServiceState degraded(ServiceState trouble, long now) {
        if (trouble != ServiceState.PARTIAL_OUTAGE) {
            partialSince = NEVER;
        } else if (partialSince == NEVER) {
            partialSince = now;
        } else if (now - partialSince >= PARTIAL_AFTER) {
            return ServiceState.PARTIAL_OUTAGE;
        }
        if (slowness.isAlarmed() && !detector.isAlarmed() && now - since >= USED_TO) {
            slowness.getUsedToIt();
        }
        boolean isClean = now - since >= DWELL
                && now - badAt >= CLEAN
                && (window.attempts() == 0 || failsSeldom(CLEAN_SHARE) && slowness.isCalm())
                && !isLimited();
        return isClean ? ServiceState.OPERATIONAL : state;
    }

    private boolean failsSeldom(double share) {
        return goodRun >= GOOD_RUN || OutcomeWindow.high(window.failures(), window.attempts()) <= share;
    }

    private ServiceState partial(long now) {
        int attempts = window.attempts() + suspects;
        if (OutcomeWindow.low(window.failures() + suspects, attempts) >= PARTIAL_OVER_SHARE) {
            partialBadAt = now;
        }
        boolean isOver = now - since >= DWELL && now - partialBadAt >= DWELL;
        return isOver ? ServiceState.RECOVERING : state;
    }

    private ServiceState recovering(ServiceState trouble, long now) {
        if (stopped || inMaintenance && goodRun == 0) {
            return trouble;
        }
        int attempts = window.attempts() + suspects;
        int failures = window.failures() + suspects;
        boolean isSoon = failuresSinceReturn >= 2 && outcomesSinceReturn <= 5;
        if (isSoon || attempts >= 5 && OutcomeWindow.low(failures, attempts) >= PARTIAL_SHARE) {
            return before;
        }
        long held = now - since;
        boolean isProven =
                attempts - failures >= GOOD_RUN && !easing && OutcomeWindow.high(failures, attempts) <= RECOVERED_SHARE;
        boolean isQuiet = attempts < GOOD_RUN && held >= FEW_CALLS_HOLD;
        long clean = Math.max(FIRST_HOLD, Math.min(CLEAN, hold()));
        boolean isOver = held >= hold() && now - badAt >= clean && (isProven || isQuiet);
        return isOver ? ServiceState.OPERATIONAL : state;
    }

    /** How long a return must hold: longer after each one that did not. */
    private long hold() {
        long hold = Math.min(LONGEST_HOLD, FIRST_HOLD << Math.min(10, relapses));
        return pageIsGreen ? hold / 2 : hold;
    }

    private boolean mayChangeTo(ServiceState next, long now) {
        boolean isBetter = state.isWorseThan(next);
        return !(isBetter && flapping && state != ServiceState.RECOVERING && now - heldUntil < 0);
    }

    private void changeTo(ServiceState next, long now, Instant shownNow) {
        boolean isWorse = next.isWorseThan(state);
        boolean isRelapse = state == ServiceState.RECOVERING && isWorse;
        if (state == ServiceState.OPERATIONAL) {
            troubleSince = now;
            relapses = now - since >= FLAPPING_WITHIN ? 0 : relapses;
        }
        long fourth = changesSeen >= CHANGES ? changes[changesSeen % CHANGES] : Long.MIN_VALUE;
        boolean isOften = changesSeen >= CHANGES && now - fourth <= FLAPPING_WITHIN;
        changes[changesSeen++ % CHANGES] = now;
        if (isRelapse) {
            relapses++;
        }
        if (isWorse && (isOften || isRelapse && now - since <= FLAPPING_WITHIN)) {
            flapping = true;
        }
        if (isWorse) {
            hold(now);
        }
        if (next == ServiceState.RECOVERING) {
            before = state;
            window.forget();
            detector.forget();
            slowness.forget();
            alarmedAt = NEVER;
            outcomesSinceReturn = 0;
            failuresSinceReturn = 0;
            inMaintenance = false;
            overrun = false;
            maintenanceUntil = NEVER;
        } else if (next == ServiceState.OPERATIONAL) {
            detector.forget();
            slowness.forget();
            causes.forget();
            alarmedAt = NEVER;
            lastKind = null;
            flapping = false;
            unreached = true;
            malformed = 0;
        } else if (next == ServiceState.PARTIAL_OUTAGE) {
            partialBadAt = now;
        }
        mixed = next == ServiceState.MAJOR_OUTAGE && (mixed || state == ServiceState.PARTIAL_OUTAGE);
        resumed = false;
        partialSince = NEVER;
        state = next;
        since = now;
        shownSince = shownNow;
    }

    /** Nanoseconds until time alone may change the state; -1 if it never does. */
    synchronized long untilNext(long now) {
        long due = switch (state) {
            case OPERATIONAL -> NEVER;
            case DEGRADED ->
                partialSince != NEVER ? partialSince + PARTIAL_AFTER : Math.max(since + DWELL, badAt + CLEAN);
            case PARTIAL_OUTAGE -> Math.max(since + DWELL, partialBadAt + DWELL);
            case RECOVERING -> since + (window.attempts() < GOOD_RUN ? Math.max(hold(), FEW_CALLS_HOLD) : hold());
            case MAJOR_OUTAGE, MAINTENANCE ->
                stopped || !resumed
                        ? Math.max(lastOutcome, stopped ? nextTry : lastOutcome) + STALE
                        : mixed && !flapping ? lastFailure + DWELL : heldUntil;
        };
        if (due == NEVER || isIdle(now)) {
            return -1;
        }
        // What the time alone did not bring about waits for the window to empty.
        return due - now > 0 ? due - now : SECONDS.toNanos(5);
    }

    /** Whether it is out, and nobody has asked it for so long that nobody knows whether it still is. */
    synchronized boolean isIdle(long now) {
        long heard = stopped ? Math.max(lastOutcome, nextTry) : lastOutcome;
        return state.isDown() && now - heard >= STALE;
    }

    // What others read.

    synchronized ServiceState state() {
        return state;
    }

    synchronized boolean isFlapping() {
        return flapping;
    }

    synchronized boolean isSuspicious() {
        return state == ServiceState.OPERATIONAL && detector.isSuspicious();
    }

    /** Whether it has failed, and was not answered twice in a row since. */
    synchronized boolean failedWithin(long span, long now) {
        return suspects > 0 || everFailed && goodRun < PROBES && now - lastFailure <= span;
    }

    synchronized boolean wasHeardWithin(long span, long now) {
        return (everFailed || everAnswered) && now - lastOutcome <= span;
    }

    synchronized boolean hasAnsweredSince(long time) {
        return everAnswered && lastSuccess - time >= 0;
    }

    synchronized boolean isRejected() {
        return stopped && stopKind == FailureKind.AUTH;
    }

    synchronized RouteStatus status() {
        return new RouteStatus(
                name, state, shownSince, state == ServiceState.OPERATIONAL ? null : lastKind, shownNextTry);
    }

    /** Adds what this route's outcomes speak for. */
    synchronized void testify(Testimony testimony, long now, Instant shownNow) {
        String source = name.toString();
        testimony.add(causes);
        int attempts = window.attempts();
        if (window.failures() > 0) {
            FailureKind kind = lastKind == null ? FailureKind.TRANSIENT : lastKind;
            testimony.add(Evidence.of(
                    Evidence.Kind.FAILURES,
                    shownNow,
                    source,
                    (double) window.failures() / attempts,
                    window.failures() + " of " + attempts + " attempts in the last minute failed: " + kind.cause()));
        }
        if (malformed > 0) {
            testimony.add(Evidence.of(
                    Evidence.Kind.MALFORMED_ANSWERS,
                    shownNow,
                    source,
                    malformed,
                    malformed + " answers could not be read"
                            + (hasWorked(now) ? ", and others could within the last hour" : "")));
        }
        if (suspects > 0) {
            testimony.add(Cause.SLOW, suspects);
            testimony.add(Evidence.of(
                    Evidence.Kind.SUSPECTS,
                    shownNow,
                    source,
                    suspects,
                    suspects + " attempts have been waiting for longer than attempts do"));
        }
        if (slowness.isAlarmed() || !slowness.isCalm() && state == ServiceState.DEGRADED) {
            testimony.add(Cause.SLOW, 3);
            testimony.add(Evidence.of(
                    Evidence.Kind.SLOW_ANSWERS,
                    shownNow,
                    source,
                    slowness.times(),
                    "first words take " + Math.round(slowness.times() * 10) / 10.0 + " times as long as usual"));
        }
        if (isLimited()) {
            int all = attempts + window.limited();
            testimony.add(
                    Evidence.of(
                            Evidence.Kind.RATE_LIMIT,
                            shownNow,
                            source,
                            (double) window.limited() / all,
                            window.limited() + " of " + all
                                    + " attempts in the last minute were turned away as too many, or held back so as not to be"));
        }
        if (!stopped) {
            return;
        }
        if (Causes.of(stopKind) == Cause.ACCOUNT) {
            testimony.account(stopKind == FailureKind.AUTH, workedBefore);
            testimony.add(Evidence.of(
                    Evidence.Kind.ACCOUNT,
                    shownNow,
                    source,
                    stopKind.cause() + (workedBefore ? ", which worked within the last hour" : "")));
        } else if (stopKind == FailureKind.MAINTENANCE) {
            testimony.add(Evidence.of(
                    Evidence.Kind.RETRY_AFTER,
                    shownNow,
                    source,
                    Math.max(0, nextTry - now) / 1e9,
                    "the provider is down for maintenance and asks for a pause"));
        } else {
            testimony.add(
                    Evidence.of(Evidence.Kind.CIRCUIT, shownNow, source, "the circuit is open: " + stopKind.cause()));
        }
    }

    synchronized RouteHealth health(
            long median, long slow, @Nullable Instant openUntil, double budgetLeft, int underWay, long now) {
        window.moveTo(now);
        int attempts = window.attempts() + suspects;
        int failures = window.failures() + suspects;
        return new RouteHealth(
                name,
                state,
                shownSince,
                attempts,
                OutcomeWindow.low(failures, attempts),
                OutcomeWindow.high(failures, attempts),
                median,
                slow,
                openUntil,
                budgetLeft,
                underWay);
    }
}
