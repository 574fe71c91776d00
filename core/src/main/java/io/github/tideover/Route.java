package io.github.tideover;

import static io.github.tideover.failure.FailureKind.AUTH;
import static io.github.tideover.failure.FailureKind.CIRCUIT_OPEN;
import static io.github.tideover.failure.FailureKind.FORBIDDEN;
import static io.github.tideover.failure.FailureKind.MAINTENANCE;
import static io.github.tideover.failure.FailureKind.MODEL_NOT_FOUND;
import static io.github.tideover.failure.FailureKind.PAUSED;
import static io.github.tideover.failure.FailureKind.QUOTA;
import static io.github.tideover.failure.FailureKind.THROTTLED;
import static java.util.Objects.requireNonNull;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.tideover.Admission.WaitFor;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.FailureKind.Blame;
import io.github.tideover.failure.RateLimits;
import io.github.tideover.status.RouteHealth;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.StatusBoard;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One provider and model, as all calls share it: whether it may be asked now, and what became of those who did.
 *
 * <p>Resilience4j keeps the breaker's state and window and the bulkhead's permits. Around it stands what it lacks: outcomes
 * of attempts from before a change of state are not counted after it, one probe goes out at a time, the trip rule asks for
 * a time without any success, the way back is a slow start, and every refusal knows when to come again.
 */
final class Route {
    /** The provider fails for all when this many attempts in a row failed and none succeeded for a while. */
    static final int TRIP_FAILURES = 7;

    static final long TRIP_QUIET = TimeUnit.SECONDS.toNanos(2);
    /**
     * Pauses between probes: 1, 2, 4, then 8 s, each varied by a quarter, and never over 8.5 s unless the provider asks for
     * it: with a call a second, the first live answer then comes within 10 s of the provider's return.
     */
    static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);

    static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(8);
    static final long MOST_PAUSE = TimeUnit.MILLISECONDS.toNanos(8_500);
    /** After its status page said that the provider is mended, a probe goes out within this. */
    static final long MENDED_SPREAD = TimeUnit.SECONDS.toNanos(10);
    /** Probes that must succeed in a row before the circuit closes. */
    static final int PROBES = 2;
    /** A wish for rest beyond this is taken for an error of the provider's, or for the account's business. */
    static final Duration LONGEST_REST = Duration.ofHours(24);
    /** An account without credit, or a rejected key, is tried again this often, in case a person has acted. */
    static final Duration QUOTA_REST = Duration.ofMinutes(5);

    static final Duration ACCOUNT_REST = Duration.ofSeconds(30);

    static final long SHORTEST_SUSPECT_AGE = TimeUnit.SECONDS.toNanos(2);
    static final long LONGEST_SUSPECT_AGE = TimeUnit.SECONDS.toNanos(10);

    private static final long BULKHEAD_LOOK = TimeUnit.MILLISECONDS.toNanos(20);

    @SuppressWarnings("StaticAssignmentOfThrowable") // never thrown: the breaker wants a throwable to count
    private static final Exception FAILED = new FailedAttempt();

    private static final Logger log = LoggerFactory.getLogger(Route.class);

    private final String name;
    private final int index;
    private final int maxConcurrent;
    private final Time time;
    private final StatusBoard board;
    private final CircuitBreaker breaker;
    private final Bulkhead bulkhead;
    private final RetryBudget budget;
    private final LatencyHistory firstTokens = new LatencyHistory();
    private final LatencyHistory wholeReplies = new LatencyHistory();
    private final SlowStart slowStart;
    private final KeyRing keys;

    // Guarded by this.
    private int generation;
    private int failuresInARow;
    private long lastSuccess;
    private int openings;
    private long openUntil;
    /** Before this no probe goes out, whatever else is heard: the provider asked for it. */
    private long probesNotBefore;

    private boolean probing;
    private long probeLease;
    private KeyRing.@Nullable Resting rest;
    private boolean stoppedByRest;
    /** The attempts under way of which no content came yet, the oldest first. */
    private @Nullable Permit oldest;

    private @Nullable Permit youngest;
    private boolean lookPlanned;
    private long nextLook;
    private FailureKind lastKind = FailureKind.TRANSIENT;

    /** Read without the lock, by those who only want to know whether it is worth coming here. */
    private volatile boolean standing = true;

    private volatile long restUntil;

    Route(String name, int index, int maxConcurrent, int keys, Time time, StatusBoard board) {
        this.name = name;
        this.index = index;
        this.maxConcurrent = maxConcurrent;
        this.time = time;
        this.board = board;
        long now = time.now();
        lastSuccess = now;
        restUntil = now;
        budget = new RetryBudget(RetryBudget.CAPACITY, now);
        slowStart = new SlowStart(now);
        this.keys = new KeyRing(keys, now);
        breaker = CircuitBreaker.of(
                name,
                CircuitBreakerConfig.custom()
                        .clock(time.monotonic())
                        // SYNCHRONIZED: in 2.4.0 the lock-free window does not follow the clock it is given.
                        .slidingWindow(
                                20,
                                20,
                                SlidingWindowType.TIME_BASED,
                                CircuitBreakerConfig.SlidingWindowSynchronizationStrategy.SYNCHRONIZED)
                        .failureRateThreshold(90)
                        .slowCallDurationThreshold(Duration.ofDays(365)) // a long answer is not a bad one
                        .permittedNumberOfCallsInHalfOpenState(PROBES)
                        .build());
        bulkhead = Bulkhead.of(
                name,
                BulkheadConfig.custom()
                        .maxConcurrentCalls(maxConcurrent)
                        .maxWaitDuration(Duration.ZERO)
                        .build());
    }

    String name() {
        return name;
    }

    RetryBudget budget() {
        return budget;
    }

    /** How many keys there are to ask with. */
    int keys() {
        return keys.size();
    }

    /** How people are told of a key. */
    String keyName(int key) {
        return keys.nameOf(key);
    }

    /**
     * Whether the provider may be asked now with a key other than these, given as bits.
     *
     * @param hasRoom whether only one counts that has room in its limits
     */
    synchronized boolean hasKeyBeside(long these, boolean hasRoom, long now) {
        return restUntil - now <= 0 && keys.hasBeside(these, hasRoom, now);
    }

    /** Whether a call could go out here now, as far as can be told without asking. */
    boolean isStanding(long now) {
        return keys.isStanding(now) && mayGoOn(now);
    }

    /** Whether what is no new request could go out here now: it needs no room in a rate limit. */
    boolean mayGoOn(long now) {
        if (restUntil - now > 0 || !keys.isBack(now)) {
            return false;
        }
        if (standing) {
            return true;
        }
        synchronized (this) {
            return breaker.getState() != CircuitBreaker.State.OPEN || openUntil - now <= 0;
        }
    }

    /** Whether there is room in its rate limits by then, as far as is known; read without the lock. */
    boolean hasRoom(long then) {
        return keys.hasRoom(then);
    }

    private boolean isAtRest(long now) {
        return restUntil - now > 0 || !keys.isStanding(now);
    }

    /** Asks for the right to one attempt, once, and without waiting for room in a limit. */
    Admission admit(long now, long longestTurn, boolean hasTurn) {
        Claim claim = new Claim();
        claim.hasTurn = hasTurn;
        return admit(now, longestTurn, 0, claim);
    }

    /**
     * Asks for the right to one attempt. The order of the checks is the policy: what cannot be undone comes last.
     *
     * @param longestTurn how long a turn may be off, in a slow start, to be worth taking
     * @param longestForRoom how long a turn may be off, where a limit is nearly reached, to be worth taking
     * @param claim the turns that the caller has waited for, and the keys that refused it
     */
    synchronized Admission admit(long now, long longestTurn, long longestForRoom, Claim claim) {
        if (restUntil - now > 0) {
            return resting(requireNonNull(rest), claim, now);
        }
        int key = keys.take(claim, now);
        if (key < 0) {
            return resting(keys.resting(claim.without()), claim, now);
        }
        boolean probe = false;
        if (!standing) {
            Failure refusal = refuseUnlessProbe(now);
            if (refusal != null) {
                return Admission.refused(refusal);
            }
            probe = breaker.getState() == CircuitBreaker.State.HALF_OPEN;
        }
        if (!probe && openings > 0) {
            if (!slowStart.isEasing(now)) {
                openings = 0; // eased back in: the next outage starts with short pauses again
            } else if (!claim.hasTurn) {
                long wait = slowStart.takeTurn(now, longestTurn);
                if (wait != 0) {
                    return waitForTurn(now, wait);
                }
            }
        }
        if (claim.turnKey >= 0 && claim.turnKey != key) {
            keys.giveBackTurn(claim, now);
            claim.turnKey = -1;
        }
        long waitForRoom = claim.isOnlyWithOne() ? 0 : keys.waitFrom(key, claim, now);
        if (waitForRoom > 0) {
            return waitForRoom(key, waitForRoom, longestForRoom, claim, now);
        }
        if (!bulkhead.tryAcquirePermission()) {
            return Admission.refused(
                    refusal(
                            FailureKind.BULKHEAD_FULL,
                            maxConcurrent + " requests are under way, the most allowed",
                            now),
                    WaitFor.PLACE,
                    BULKHEAD_LOOK);
        }
        if (!breaker.tryAcquirePermission()) {
            bulkhead.releasePermission();
            return Admission.refused(refusal(CIRCUIT_OPEN, CIRCUIT_OPEN.cause(), openUntil));
        }
        if (probe) {
            probing = true;
            probeLease = now + Settings.DEFAULT_TIMEOUT.toNanos();
        } else {
            slowStart.called(now);
        }
        Permit permit = new Permit(generation, probe, now, key);
        keys.sent(permit, claim, now);
        return Admission.granted(permit);
    }

    private Admission waitForRoom(int key, long wait, long longest, Claim claim, long now) {
        long forPace = keys.waitForPace(key, claim, now);
        if (forPace > 0) {
            keys.heldBack(key, now);
        }
        if (forPace >= SHORTEST_SUSPECT_AGE && !claim.hasWaitedFor(key)) {
            board.heldBack(index, now);
        }
        long outlook = keys.outlook(key, claim, now);
        Failure refusal = refusal(
                PAUSED,
                forPace == wait ? "it turned others away as too many" : "its rate limit is nearly reached",
                now + Math.max(wait, outlook));
        long look = keys.untilLook(key, claim, now);
        if (Math.max(look, outlook) > longest) {
            return Admission.refused(refusal);
        }
        keys.reserve(key, wait, look, claim, now);
        return Admission.waitsForRoom(refusal, look, key);
    }

    /** A caller that had turns goes away without having used them: those who come later have them. */
    synchronized void giveBackTurns(Claim claim) {
        if (claim.hasTurn) {
            slowStart.giveBackTurn();
        }
        if (claim.turnKey >= 0) {
            keys.giveBackTurn(claim, time.now());
        }
    }

    private Admission waitForTurn(long now, long wait) {
        Failure refusal = refusal(PAUSED, "being eased back in after an outage", now + Math.max(wait, 0));
        return wait < 0 ? Admission.refused(refusal) : Admission.refused(refusal, WaitFor.TURN, wait);
    }

    /** Why the breaker lets nobody through, or null if it is time for a probe or the circuit is closed. */
    private @Nullable Failure refuseUnlessProbe(long now) {
        switch (breaker.getState()) {
            case OPEN -> {
                if (openUntil - now > 0) {
                    return refusal(CIRCUIT_OPEN, pausedAfter(), openUntil);
                }
                breaker.transitionToHalfOpenState();
                generation++;
                probing = false;
            }
            case HALF_OPEN -> {
                if (probing && probeLease - now > 0) {
                    return refusal(CIRCUIT_OPEN, pausedAfter() + "; a probe is under way", now);
                }
            }
            default -> {}
        }
        return null;
    }

    private String pausedAfter() {
        return CIRCUIT_OPEN.cause() + " (" + lastKind.cause() + ")";
    }

    /**
     * Nobody may go. Who stands in a queue keeps its place. All other turns are lost, lest all who had one go at once at the end.
     */
    private Admission resting(KeyRing.Resting rest, Claim claim, long now) {
        Failure cause = rest.cause();
        long until = rest.until();
        if (claim.isInQueue) {
            claim.looksAt = until;
        } else {
            giveBackTurns(claim);
            claim.clearTurns();
        }
        // What a provider asked for is a pause; what waiting does not mend keeps its own name.
        if (!isStop(cause)) {
            return Admission.refused(
                    refusal(PAUSED, PAUSED.cause() + " (" + cause.kind().cause() + ")", until),
                    WaitFor.REST,
                    until - now);
        }
        return Admission.refused(cause.toBuilder()
                .message(cause.message() + "; not asked again so soon")
                .retryAt(time.at(until))
                .build());
    }

    private Failure refusal(FailureKind kind, String message, long retryAt) {
        return Failure.of(kind)
                .source(name)
                .message(message)
                .retryAt(time.at(retryAt))
                .build();
    }

    /**
     * The attempt goes out. From now on its age is watched.
     *
     * @param limit what it is given until its first content
     * @param isFirst whether it is the first attempt of its call here
     */
    synchronized void sent(Permit permit, Step.Mode mode, long limit, boolean isFirst, long now) {
        permit.first = isFirst;
        permit.suspectAt = now + unansweredAge(mode, limit);
        permit.previous = youngest;
        if (youngest == null) {
            oldest = permit;
        } else {
            youngest.next = permit;
        }
        youngest = permit;
        planLook(permit.suspectAt, now);
    }

    /**
     * The age at which an attempt that is still unanswered counts as failed for the status: longer than an answer that is on its
     * way takes. As long as little is known, a third of what a stream is given, and all of what a whole reply is given, which may
     * simply be long.
     */
    private long unansweredAge(Step.Mode mode, long limit) {
        if (mode == Step.Mode.WHOLE) {
            long slow = wholeReplies.percentile(0.95);
            return slow < 0 ? limit : Math.max(SHORTEST_SUSPECT_AGE, 4 * slow);
        }
        long slow = firstTokens.percentile(0.95);
        if (slow < 0) {
            return Math.max(LONGEST_SUSPECT_AGE, limit / 3);
        }
        // A model that thinks for long is not suspect for it.
        long most = Math.max(LONGEST_SUSPECT_AGE, 2 * slow);
        return Math.max(SHORTEST_SUSPECT_AGE, Math.min(most, 4 * slow));
    }

    /** One timer, and only while attempts are under way: an attempt that is answered by then never woke it. */
    @SuppressWarnings("FutureReturnValueIgnored") // lookAtUnanswered lets nothing through
    private void planLook(long due, long now) {
        if (lookPlanned && nextLook - due <= 0) {
            return;
        }
        lookPlanned = true;
        nextLook = due;
        try {
            time.scheduler().schedule(this::lookAtUnanswered, Math.max(0, due - now), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            lookPlanned = false; // the client is closed: what becomes of its attempts is no news
        }
    }

    private synchronized void lookAtUnanswered() {
        long now = time.now();
        if (!lookPlanned || nextLook - now > 0) {
            return; // an earlier plan, which a later one replaced
        }
        lookPlanned = false;
        Permit next = null;
        for (Permit each = oldest, after; each != null; each = after) {
            after = each.next;
            if (each.suspect) {
                continue;
            }
            if (each.suspectAt - now > 0) {
                next = next == null || each.suspectAt - next.suspectAt < 0 ? each : next;
            } else if (board.wasCutOffSince(each.startedAt, index)) {
                noLongerUnanswered(each); // what it waits for is not known
            } else {
                each.suspect = true;
                board.suspected(index, now);
            }
        }
        if (next != null) {
            planLook(next.suspectAt, now);
        }
    }

    /** The attempt is answered, or over. */
    private void noLongerUnanswered(Permit permit) {
        if (permit != oldest && permit.previous == null) {
            return; // it was not among them, or is no longer
        }
        if (permit.previous == null) {
            oldest = permit.next;
        } else {
            permit.previous.next = permit.next;
        }
        if (permit.next == null) {
            youngest = permit.previous;
        } else {
            permit.next.previous = permit.previous;
        }
        permit.previous = null;
        permit.next = null;
    }

    /** Content came: the provider works. For a stream this is the first token; the place is kept until the end. */
    synchronized void answering(Permit permit, long now) {
        firstTokens.add(now - permit.startedAt);
        judgeWell(permit, now - permit.startedAt, now);
    }

    /** Content came of a stream that was resumed. How soon tells nothing of how soon a new answer would begin. */
    synchronized void goingOn(Permit permit, long now) {
        judgeWell(permit, -1, now);
    }

    /** The headers of an answer came, which may say how much its key has left. */
    void heard(Permit permit, RateLimits limits, long now) {
        if (!limits.isEmpty()) {
            synchronized (this) {
                keys.heard(permit, limits, false, now);
            }
        }
    }

    /** An answer is complete, and says what it took. */
    void used(Permit permit, Usage usage, long now) {
        if (keys.isLimited()) {
            synchronized (this) {
                keys.answered(permit, usage, now);
            }
        }
    }

    /** The attempt ended with an answer. */
    void succeeded(Permit permit, long now, int lastRetryCost) {
        budget.succeeded(lastRetryCost);
        synchronized (this) {
            if (!permit.judged) {
                wholeReplies.add(now - permit.startedAt);
            }
            judgeWell(permit, -1, now);
            giveBack(permit);
        }
    }

    /** The attempt ended without an answer. */
    synchronized void failed(Permit permit, Failure failure, long now) {
        giveBack(permit);
        noLongerUnanswered(permit);
        Blame blame = failure.kind().blame();
        if (blame == Blame.ANSWERED) {
            judgeWell(permit, -1, now);
        } else if (blame == Blame.PROVIDER) {
            judgeBadly(permit, failure, now);
        } else {
            letGo(permit);
            board.failed(index, failure, suspect(permit), permit.first, permit.startedAt, now);
        }
        keys.heard(permit, failure.rateLimits(), failure.kind() == THROTTLED, now);
        restIfAsked(permit, failure, now);
    }

    /** The attempt was given up for no fault of the provider's. */
    synchronized void released(Permit permit) {
        giveBack(permit);
        letGo(permit);
        noLongerUnanswered(permit);
        clear(permit, time.now());
    }

    /** An attempt that was suspect tells nothing about now. */
    private void clear(Permit permit, long now) {
        if (suspect(permit)) {
            board.cleared(index, now);
        }
    }

    /** Whether the status counts it as failed; it is told only once what became of it. */
    private static boolean suspect(Permit permit) {
        boolean suspect = permit.suspect;
        permit.suspect = false;
        return suspect;
    }

    private void judgeWell(Permit permit, long firstContent, long now) {
        lastSuccess = now;
        failuresInARow = 0;
        keys.worked(permit.key, now);
        noLongerUnanswered(permit);
        if (stoppedByRest) {
            stoppedByRest = false;
            board.resumed(index, now);
        }
        if (permit.judged) {
            return;
        }
        permit.judged = true;
        if (permit.generation != generation) {
            clear(permit, now);
            return; // from before the last change of state: it tells nothing about now
        }
        board.answered(index, firstContent, suspect(permit), openings > 0 && slowStart.isEasing(now), now);
        if (permit.probe) {
            probing = false;
        }
        breaker.onSuccess(now - permit.startedAt, TimeUnit.NANOSECONDS);
        if (permit.probe && breaker.getState() == CircuitBreaker.State.CLOSED) {
            generation++;
            standing = true;
            slowStart.begin(now);
            board.resumed(index, now);
            log.info("{} answers again; circuit closed", name);
        }
    }

    private void judgeBadly(Permit permit, Failure failure, long now) {
        lastKind = failure.kind();
        boolean stale = permit.generation != generation;
        if (stale) {
            clear(permit, now);
        } else {
            board.failed(index, failure, suspect(permit), permit.first, permit.startedAt, now);
        }
        if (permit.judged) {
            failuresInARow++; // a stream that broke after it had begun
            return;
        }
        permit.judged = true;
        if (stale) {
            return;
        }
        failuresInARow++;
        breaker.onError(now - permit.startedAt, TimeUnit.NANOSECONDS, FAILED);
        boolean tripped = breaker.getState() == CircuitBreaker.State.OPEN;
        boolean deaf = failuresInARow >= TRIP_FAILURES && now - lastSuccess >= TRIP_QUIET;
        if (permit.probe || tripped || deaf) {
            open(failure, now);
        }
    }

    private void letGo(Permit permit) {
        if (permit.judged) {
            return;
        }
        permit.judged = true;
        if (permit.generation == generation) {
            probing = probing && !permit.probe;
            breaker.releasePermission();
        }
    }

    private void giveBack(Permit permit) {
        if (!permit.returned) {
            permit.returned = true;
            bulkhead.onComplete();
        }
    }

    private void open(Failure failure, long now) {
        long pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(10, openings));
        pause = Math.min(MOST_PAUSE, (long) (pause * (0.75 + 0.5 * time.dice().getAsDouble())));
        pause = Math.max(pause, restWished(failure).toNanos());
        openings++;
        openUntil = now + pause;
        probesNotBefore = now + restWished(failure).toNanos();
        generation++;
        probing = false;
        failuresInARow = 0;
        if (standing) {
            slowStart.stopped(now);
            log.warn("{}: {}; circuit opened", name, failure.kind().cause());
        }
        standing = false;
        // Not the transition without a duration: it keeps 2.4.0's own idea of the pause.
        breaker.transitionToOpenStateFor(Duration.ofNanos(pause));
        board.stopped(index, failure.kind(), openUntil, now);
    }

    /**
     * The provider's status page says that the trouble is over, or believed to be: the next probe goes out within 10 s, but
     * never before the provider wished. Not at once, since all who read the page hear of it at the same time.
     */
    synchronized void hearsItIsMended(long now) {
        if (breaker.getState() != CircuitBreaker.State.OPEN) {
            return;
        }
        long soon = now + (long) (MENDED_SPREAD * time.dice().getAsDouble());
        soon = probesNotBefore - soon > 0 ? probesNotBefore : soon;
        if (soon - openUntil < 0) {
            openUntil = soon;
            board.stopped(index, lastKind, openUntil, now);
        }
    }

    /** Leaves the key, or the whole provider, alone for as long as it asked, or as long as asking is pointless. */
    private void restIfAsked(Permit permit, Failure failure, long now) {
        Duration wished = restFor(failure);
        boolean isTooLarge = failure.again() == FailureKind.Again.ELSEWHERE; // for any pace
        if (failure.kind() == THROTTLED && !isTooLarge) {
            keys.refused(permit, slowStart.perSecond(now), wished.toNanos(), now);
        }
        if (KeyRing.isOfTheKey(failure.kind())) {
            boolean isNews = keys.rest(permit.key, failure, wished.toNanos(), now);
            if (isNews && isStop(failure) && keys.size() > 1) {
                log.warn(
                        "{}: {}: {}; asked again in {} s",
                        name,
                        keys.nameOf(permit.key),
                        failure.kind().cause(),
                        wished.toSeconds());
            }
            if (isStop(failure) && keys.isRefused(now)) {
                stop(failure, keys.backAt(), now);
            }
            return;
        }
        if (wished.isZero() || restUntil - now >= wished.toNanos()) {
            return;
        }
        rest = new KeyRing.Resting(now + wished.toNanos(), failure);
        restUntil = rest.until();
        if (isStop(failure)) {
            stop(failure, restUntil, now);
        }
    }

    private void stop(Failure failure, long until, long now) {
        if (!stoppedByRest) {
            log.warn(
                    "{}: {}; asked again in {} s",
                    name,
                    failure.kind().cause(),
                    TimeUnit.NANOSECONDS.toSeconds(until - now));
        }
        stoppedByRest = true; // until an answer comes, whatever else goes wrong before it
        board.stopped(index, failure.kind(), until, now);
    }

    /** Whether a rest for this reason stops the route, rather than pausing it. */
    private static boolean isStop(Failure failure) {
        return failure.kind().again() == FailureKind.Again.NEVER;
    }

    private static Duration restFor(Failure failure) {
        Duration wished = restWished(failure);
        FailureKind kind = failure.kind();
        if (kind == QUOTA) {
            return wished.isZero() ? QUOTA_REST : wished;
        }
        if (kind == AUTH || kind == FORBIDDEN || kind == MODEL_NOT_FOUND) {
            return ACCOUNT_REST;
        }
        boolean isForAll = Backoff.isOverload(kind) || kind == MAINTENANCE || kind.blame() == Blame.PROVIDER;
        return isForAll ? wished : Duration.ZERO;
    }

    private static Duration restWished(Failure failure) {
        Duration wished = failure.retryAfter().orElse(Duration.ZERO);
        return wished.compareTo(LONGEST_REST) > 0 ? Duration.ZERO : wished;
    }

    /**
     * What a stream is given until its first content: four times the slow answers of late, within 10 to 60 s. As long as
     * little is known, 10 s if another provider could answer instead, else 30 s. A probe of a provider that never answered
     * gets 30 s in any case: a model that thinks for long must be able to show that it works.
     */
    long firstTokenLimit(boolean anotherStands, boolean isProbe) {
        long slow = firstTokens.percentile(0.99);
        if (slow >= 0) {
            return clamp(4 * slow, 10, 60);
        }
        long longest = firstTokens.longest();
        boolean isHasty = anotherStands && !(isProbe && longest < 0);
        return clamp(4 * longest, isHasty ? 10 : 30, 60);
    }

    /** The age at which an attempt is slower than all but a twentieth, so that a second one is worth its price; or -1. */
    long hedgeDelay(Step.Mode mode) {
        return latencies(mode).percentile(0.95);
    }

    private LatencyHistory latencies(Step.Mode mode) {
        return mode == Step.Mode.WHOLE ? wholeReplies : firstTokens;
    }

    /** Whether all is well here, so that one more attempt does no harm. */
    boolean isCalm(long now) {
        return standing
                && !isAtRest(now)
                && !isHeldBack(now)
                && budget.tokens(now) > RetryBudget.CAPACITY / 2.0
                && board.status().state() == ServiceState.OPERATIONAL;
    }

    /** Whether calls are let out by turns, after an outage or close to a limit. */
    private synchronized boolean isHeldBack(long now) {
        return slowStart.isEasing(now) || keys.isLow(now);
    }

    /** The age at which an attempt without an answer is held against the provider even if the caller's time was short. */
    long suspectAge(Step.Mode mode) {
        long slow = latencies(mode).percentile(0.95);
        return slow < 0 ? TimeUnit.SECONDS.toNanos(10) : clamp(4 * slow, 2, 10);
    }

    private static long clamp(long nanos, int leastSeconds, int mostSeconds) {
        return Math.max(TimeUnit.SECONDS.toNanos(leastSeconds), Math.min(TimeUnit.SECONDS.toNanos(mostSeconds), nanos));
    }

    /** The figures of now. */
    RouteHealth health(long now) {
        long closedFor = Math.max(0, restUntil - now);
        if (!standing) {
            synchronized (this) {
                closedFor = breaker.getState() == CircuitBreaker.State.OPEN
                        ? Math.max(closedFor, openUntil - now)
                        : closedFor;
            }
        }
        double budgetLeft = budget.tokens(now) / RetryBudget.CAPACITY;
        return board.health(
                index,
                firstTokens.percentile(0.5),
                firstTokens.percentile(0.95),
                closedFor,
                budgetLeft,
                underWay(),
                now);
    }

    CircuitBreaker.State circuit() {
        return breaker.getState();
    }

    int underWay() {
        return maxConcurrent - bulkhead.getMetrics().getAvailableConcurrentCalls();
    }

    /** The breaker wants a throwable for each failure; it only counts them. */
    private static final class FailedAttempt extends Exception {
        private static final long serialVersionUID = 1L;

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }
}
