package io.github.tideover;

import static io.github.tideover.failure.FailureKind.CANCELLED;
import static io.github.tideover.failure.FailureKind.CONTENT_FILTER;
import static io.github.tideover.failure.FailureKind.CONTEXT_LENGTH;
import static io.github.tideover.failure.FailureKind.DEADLINE;
import static io.github.tideover.failure.FailureKind.INVALID_REQUEST;
import static io.github.tideover.failure.FailureKind.NETWORK_LOCAL;
import static io.github.tideover.failure.FailureKind.NO_CACHED_REPLY;
import static io.github.tideover.failure.FailureKind.OUT_OF_TURN;
import static io.github.tideover.failure.FailureKind.PAUSED;
import static io.github.tideover.failure.FailureKind.STALL;
import static io.github.tideover.failure.FailureKind.TIMEOUT;
import static io.github.tideover.failure.FailureKind.UNEXPECTED;
import static io.github.tideover.failure.FailureKind.UNSUPPORTED;
import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Receipt;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.FailureKind.Again;
import io.github.tideover.failure.RateLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One call's way up the ladder: given how the last step went, what is next. Every rule of retry, failover, deadline and
 * fallback is in here; no thread, no clock and no I/O is. For one thread at a time.
 */
final class CallPlan {
    /** No attempt is begun with less time than this left, or than a quarter of the whole where that is less. */
    private static final long SHORTEST_ATTEMPT = TimeUnit.SECONDS.toNanos(2);
    /** Kept from the caller's time for what comes after the last attempt: the cache, the last words, the way back. */
    private static final long RESERVE = TimeUnit.MILLISECONDS.toNanos(50);
    /** A wait for a free place is worth a second at most, a wait to be eased back in five. */
    private static final long LONGEST_WAIT_FOR_PLACE = TimeUnit.SECONDS.toNanos(1);

    /** A cache answers in milliseconds; the first look into a file takes longer, and beats an error. */
    private static final long LONGEST_RECALL = TimeUnit.MILLISECONDS.toNanos(250);

    /** A disk writes in milliseconds. One that takes longer is broken, and the caller has waited long enough. */
    private static final long LONGEST_WAIT_FOR_RECEIPT = TimeUnit.SECONDS.toNanos(1);

    private static final String OUTBOX = "outbox";
    private static final long LONGEST_WAIT_FOR_TURN = TimeUnit.SECONDS.toNanos(5);
    /** Fields of a request whose answer is not for a second model to finish. */
    private static final Set<String> NOT_PLAIN_TEXT =
            Set.of("tools", "tool_choice", "functions", "function_call", "response_format");

    private final Ladder rungs;
    /** The rungs that are there for this request. */
    private final List<Rung> ladder;
    /** From this place on models are worse suited for the request than those before. */
    private final int suited;

    private final @Nullable Failure nobody;
    private final Settings settings;
    private final Backoff backoff;
    private final HedgeBudget hedges;
    private final DoubleSupplier dice;
    private final ChatRequest request;
    private final boolean streamed;
    private final boolean takesWords;
    private final boolean takesReceipt;
    private final boolean isOutOfTurn;
    private final long started;
    private final long deadline;
    private final long reserve;
    private final long shortestAttempt;

    private int position = -1;
    private int attempts;
    private int attemptsHere;
    /** The call has sent something to the route that it is at. */
    private boolean sentHere;

    private boolean hadFreeRetry;
    private boolean hadOneRetry;
    /** The largest window that proved too small for the conversation. */
    private long tooSmall;

    private int lastRetryCost;
    /** How long the call has waited, at the route that it is at, for a place there, and for the provider to be asked again. */
    private long waitedForPlace;

    private long waitedForProvider;
    private final Claim claim = new Claim();

    private List<Failure> failures;
    /** What the first provider met: it decides which rungs may help, and what the caller is told in the end. */
    private @Nullable Failure decisive;

    private @Nullable Permit permit;
    private Step.@Nullable Send sent;
    /** What broke the stream after some of it was shown; null as long as none has. */
    private @Nullable Failure brokenBy;

    private boolean mayContinue;
    /** The break that is being mended by going on with the stream; null when none is. */
    private @Nullable Interrupted interrupted;

    private @Nullable Permit hedgePermit;
    private int hedgePosition;
    /** The place of a hedge that failed in a way that another attempt there would not mend. */
    private int spent = -1;

    /** Set until it is known that there is no fresh answer. */
    private boolean looksForFresh;

    private boolean over;

    /**
     * A stream, or an attempt before its first content, that came to nothing.
     *
     * @param by what broke it
     * @param key the place of the key that it was asked for with
     * @param inSight whether the caller has seen some of its text
     * @param canContinue whether another model could write the rest
     */
    private record Interrupted(Failure by, int key, boolean inSight, boolean canContinue) {}

    CallPlan(
            Ladder rungs,
            Settings settings,
            Backoff backoff,
            HedgeBudget hedges,
            DoubleSupplier dice,
            ChatRequest request,
            boolean streamed,
            boolean takesWords,
            boolean takesReceipt,
            boolean isOutOfTurn,
            long started) {
        Ladder.Way way = rungs.wayOf(request);
        this.rungs = rungs;
        this.ladder = way.rungs();
        this.suited = way.suited();
        this.nobody = way.nobody();
        this.failures = way.passedBy();
        this.settings = settings;
        this.backoff = backoff;
        this.hedges = hedges;
        this.dice = dice;
        this.request = request;
        this.streamed = streamed;
        this.takesWords = takesWords;
        this.takesReceipt = takesReceipt;
        this.isOutOfTurn = isOutOfTurn;
        this.started = started;
        long whole = settings.deadlineOf(request, streamed);
        this.reserve = Math.min(RESERVE, whole / 20);
        this.deadline = started + whole - reserve;
        this.shortestAttempt = Math.min(SHORTEST_ATTEMPT, whole / 4);
    }

    /** The first step. */
    Step first(long now) {
        if (settings.hedging) {
            hedges.called(now);
        }
        if (nobody != null) {
            decisive = nobody;
            return fail(now);
        }
        if (deadline - now <= 0) { // what came before this took all the time
            note(Failure.of(DEADLINE).build());
            return climb(now);
        }
        if (isOutOfTurn) {
            note(Failure.of(OUT_OF_TURN).source(OUTBOX).build());
            return climb(now);
        }
        looksForFresh = mayLookForFresh();
        return looksForFresh ? new Step.LookForFresh(freshFor()) : climb(now);
    }

    private Duration freshFor() {
        return request.freshFor().orElse(settings.freshFor);
    }

    /** A reply that may call a tool is never kept, and waiting for one to share would be in vain. */
    private boolean mayLookForFresh() {
        return !freshFor().isZero()
                && !request.noStore()
                && request.tools().isEmpty()
                && ladder.stream().anyMatch(Rung.Remember.class::isInstance);
    }

    /** What to do next, given how the last step went. */
    Step next(Outcome outcome, long now) {
        if (looksForFresh) {
            return looked(outcome, now);
        }
        if (outcome instanceof Outcome.Answered answered) {
            return answered(answered.reply(), now);
        }
        if (outcome instanceof Outcome.Failed failed) {
            return failed(failed.failure(), failed.canResume(), now);
        }
        if (outcome instanceof Outcome.Broken broken) {
            return broken(broken, now);
        }
        if (outcome instanceof Outcome.Recalled recalled) {
            return recalled(recalled, now);
        }
        if (outcome instanceof Outcome.Kept kept) {
            return kept(kept, now);
        }
        Rung.Ask rung = (Rung.Ask) ladder.get(position);
        Step step = ask(rung, now);
        if (step != null) {
            return step;
        }
        return isResuming() ? rescue(rung, now) : climb(now);
    }

    /** There is a fresh answer, or there is none; or a call that asked the same has come to its end. */
    private Step looked(Outcome outcome, long now) {
        ChatReply fresh = outcome instanceof Outcome.Recalled recalled ? recalled.reply() : null;
        if (fresh != null && rungs.mayServe(request, fresh.provider())) {
            return served(fresh);
        }
        boolean isOver = deadline - now <= 0;
        if (outcome instanceof Outcome.Waited && !isOver) {
            return new Step.LookForFresh(freshFor());
        }
        looksForFresh = false;
        if (outcome instanceof Outcome.Failed failed) {
            note(failed.failure());
        } else if (isOver) {
            note(Failure.of(DEADLINE).build());
        }
        return climb(now);
    }

    /** The next rung that has something to offer, or the end. */
    private Step climb(long now) {
        while (++position < ladder.size()) {
            Rung rung = ladder.get(position);
            arriveAt(position);
            lastRetryCost = 0;
            Step step = null;
            if (rung instanceof Rung.Ask ask) {
                step = mayAsk(ask, now) ? ask(ask, now) : null;
            } else if (rung instanceof Rung.Remember) {
                step = mayRecall(now) ? new Step.Recall(noLaterThan(now, LONGEST_RECALL)) : null;
            } else if (rung instanceof Rung.Resemble) {
                step = mayRecall(now) ? new Step.Resemble() : null;
            } else if (rung instanceof Rung.Keep keep) {
                step = mayKeep() ? new Step.Keep(keep.outbox(), noLaterThan(now, LONGEST_WAIT_FOR_RECEIPT)) : null;
            } else if (rung instanceof Rung.Speak speak) {
                step = maySpeak() ? say(speak.words()) : null;
            }
            if (step != null) {
                return step;
            }
        }
        return fail(now);
    }

    /** What is counted of a call at one rung begins anew at the next. */
    private void arriveAt(int place) {
        position = place;
        attemptsHere = 0;
        sentHere = false;
        hadFreeRetry = false;
        hadOneRetry = false;
        claim.clear();
        waitedForPlace = 0;
        waitedForProvider = 0;
    }

    private boolean mayAsk(Rung.Ask ask, long now) {
        if (isOutOfTurn) {
            return false;
        }
        if (decisive == null) {
            return true;
        }
        if (position == spent) {
            return false;
        }
        if (!mayHold(ask)) {
            add(Failure.of(UNSUPPORTED)
                    .source(ask.route().name())
                    .message("its window of " + ask.window() + " tokens is no larger than the one that was too small")
                    .build());
            return false;
        }
        boolean mayHelp = decisive.kind().allowsAlternate() || decisive.kind() == NETWORK_LOCAL && ask.isLocal();
        return mayHelp && !isFinal() && deadline - now >= shortestAttempt;
    }

    /** After a conversation was too long for a window, only a larger one may hold it, or one that nobody knows. */
    private boolean mayHold(Rung.Ask ask) {
        return ask.window() > tooSmall;
    }

    private boolean mayRecall(long now) {
        // A provider that said when to come back is paused: for this call as for those who find it so.
        boolean isPaused = decisive != null
                && decisive.kind() == FailureKind.THROTTLED
                && decisive.retryAfter().isPresent();
        return !isFinal()
                && !isOutOfTurn
                && (deadline - now <= 0 || decisive == null || isPaused || anyFailure(FailureKind::allowsStale));
    }

    /** What the application's own words would be said to is kept for later: they promise as much. */
    private boolean mayKeep() {
        return takesReceipt && request.isQueueable() && maySpeak();
    }

    /** The reserve is for what comes after the last attempt; some of it for what comes after this. */
    private long noLaterThan(long now, long atMost) {
        return Math.min(now + atMost, deadline + reserve / 2);
    }

    private boolean maySpeak() {
        // A conversation that is too long stays too long: the application must hear of it.
        boolean theirsToMend = decisive != null && decisive.kind() == CONTEXT_LENGTH;
        // Half an answer is worth more than the application's own words.
        return !isFinal()
                && brokenBy == null
                && !theirsToMend
                && (decisive == null
                        || decisive.kind().allowsAlternate()
                        || decisive.kind().allowsStale());
    }

    /** A refusal on content is the answer, whoever gave it: nobody is asked in order to get around it. */
    private boolean isFinal() {
        return anyFailure(kind -> kind == CONTENT_FILTER || kind == CANCELLED);
    }

    /** Sends to a route, or waits for it; null if it is better to move on. */
    private @Nullable Step ask(Rung.Ask rung, long now) {
        if (attempts > 0 && deadline - now < shortestAttempt) {
            giveBackTurns(rung); // it may have waited for one until now
            return null;
        }
        long longestTurn = Math.min(LONGEST_WAIT_FOR_TURN, deadline - shortestAttempt - now);
        // A stream is kept for the key that it was asked for with.
        claim.onlyWith(interrupted == null ? -1 : interrupted.key());
        Admission admission = rung.route().admit(now, longestTurn, longestForRoom(now), claim);
        claim.hasTurn |= admission.waitFor == Admission.WaitFor.TURN;
        claim.turnKey = admission.waitFor == Admission.WaitFor.ROOM ? admission.key : claim.turnKey;
        permit = admission.permit;
        if (permit != null) {
            claim.clearTurns();
            attempts++;
            attemptsHere += isResuming() ? 0 : 1; // what goes on is the attempt that broke
            sent = send(rung, modeOf(rung, now), permit, !sentHere, now);
            sentHere = true;
            return sent;
        }
        Failure refusal = requireNonNull(admission.refusal);
        if (isWorthWaiting(admission, now)) {
            switch (admission.waitFor) {
                case PLACE -> waitedForPlace += admission.wait;
                case ROOM, REST -> waitedForProvider += admission.wait;
                default -> {}
            }
            return new Step.Wait(admission.wait);
        }
        giveBackTurns(rung);
        note(refusal);
        return null;
    }

    /** The turns that the call has been given and does not use are for others. */
    private void giveBackTurns(Rung.Ask rung) {
        if (claim.hasTurns()) {
            rung.route().giveBackTurns(claim);
            claim.clearTurns();
        }
    }

    private boolean isWorthWaiting(Admission admission, long now) {
        long most = switch (admission.waitFor) {
            case NOTHING -> -1;
            case PLACE -> Math.min(LONGEST_WAIT_FOR_PLACE, (deadline - started) / 10) - waitedForPlace;
            case TURN, ROOM -> Long.MAX_VALUE; // it was taken for as long as it is worth
            case REST -> isResuming() ? -1 : patience(now);
        };
        return admission.wait <= most && now + admission.wait + shortestAttempt - deadline <= 0;
    }

    /** How long a turn may be off where a limit is nearly reached: as long as a rest. */
    private long longestForRoom(long now) {
        return Math.min(patience(now), deadline - shortestAttempt - now);
    }

    /** How long a provider's wish for rest is worth waiting for yet: not at all if another could be asked in the meantime. */
    private long patience(long now) {
        return anotherStands(now) ? 0 : settings.retryPolicy.longestRetryAfter().toNanos() - waitedForProvider;
    }

    /**
     * What to ask for. A whole reply is read as a stream while another provider could answer instead: only a stream tells a
     * provider that is at work from one that hangs, long before the whole reply is due. So is one of a provider that resumes
     * streams: a whole reply that breaks off is lost.
     */
    private Step.Mode modeOf(Rung.Ask rung, long now) {
        if (isResuming()) {
            return Step.Mode.RESUMPTION;
        }
        if (!rung.canStream()) {
            return Step.Mode.WHOLE;
        }
        if (brokenBy != null && mayContinue && rung.continues()) {
            return Step.Mode.CONTINUATION;
        }
        return streamed || rung.dialects().get(0).resumes() || anotherStands(now) ? Step.Mode.STREAM : Step.Mode.WHOLE;
    }

    private Step.Send send(Rung.Ask rung, Step.Mode mode, Permit granted, boolean isFirstHere, long now) {
        Route route = rung.route();
        long whole = settings.attemptNanos(request);
        long first = mode == Step.Mode.WHOLE
                ? whole
                : settings.firstTokenNanos(request, route.firstTokenLimit(anotherStands(now), granted.probe));
        route.sent(granted, mode, first, isFirstHere, now);
        boolean isBounded = !streamed && (mode == Step.Mode.WHOLE || settings.attemptTimeout != null);
        long end = isBounded ? Math.min(deadline, now + whole) : deadline;
        long limit = Math.min(end, now + shared(first, now));
        long delay = settings.hedging && attempts == 1 && !granted.probe ? route.hedgeDelay(mode) : -1;
        boolean isHedged = delay >= 0 && now + delay - limit < 0;
        return new Step.Send(rung, granted.key, mode, limit, end, isHedged ? now + delay : Step.Send.NEVER);
    }

    /** What an attempt needs; of what is left, no more than half if another provider could still be asked. */
    private long shared(long need, long now) {
        long left = deadline - now;
        return need < left / 2 ? need : Math.min(need, anotherStands(now) ? left / 2 : left);
    }

    private boolean anotherStands(long now) {
        return nextStanding(now) >= 0;
    }

    /** The place of the next provider that could be asked instead; -1 if there is none. */
    private int nextStanding(long now) {
        // A model that is worse suited is no place to hurry to.
        int end = position < suited ? suited : ladder.size();
        for (int i = position + 1; i < end; i++) {
            if (i != spent
                    && ladder.get(i) instanceof Rung.Ask ask
                    && mayHold(ask)
                    && ask.route().isStanding(now)) {
                return i;
            }
        }
        return -1;
    }

    private Step answered(ChatReply.Builder reply, long now) {
        Rung.Ask rung = (Rung.Ask) ladder.get(position);
        ChatReply said = reply.origin(rung.origin())
                .provider(rung.provider())
                .attempts(attempts)
                .skipped(failures)
                .keyNumber(permit == null || rung.route().keys() == 1 ? 0 : permit.key + 1)
                .build();
        if (said.finishReason() == FinishReason.CONTENT_FILTER) {
            return failed(
                    Failure.of(CONTENT_FILTER)
                            .requestId(said.requestId().isEmpty() ? null : said.requestId())
                            .rateLimits(said.rateLimits())
                            .build(),
                    false,
                    now);
        }
        if (permit != null) {
            if (isResuming()) {
                rung.route().goingOn(permit, now);
                interrupted = null;
            }
            rung.route().heard(permit, said.rateLimits(), now);
            rung.route().used(permit, said.usage(), now);
            rung.route().succeeded(permit, now, lastRetryCost);
            permit = null;
        }
        over = true;
        return new Step.Answer(
                said.model().isEmpty() ? said.toBuilder().model(rung.model()).build() : said);
    }

    /** An answer began, and its headers said this of rate limits. */
    void heard(RateLimits limits, long now) {
        if (permit != null) {
            ((Rung.Ask) ladder.get(position)).route().heard(permit, limits, now);
        }
    }

    /** A complete reply took this, whether it will do or not. */
    void used(Usage usage, long now) {
        if (permit != null) {
            ((Rung.Ask) ladder.get(position)).route().used(permit, usage, now);
        }
    }

    /** Content comes: the provider works. */
    void answering(long now) {
        if (permit == null) {
            return;
        }
        Route route = ((Rung.Ask) ladder.get(position)).route();
        if (isResuming()) {
            route.goingOn(permit, now);
            interrupted = null; // and if it breaks again, that is another break
        } else {
            route.answering(permit, now);
        }
    }

    private Step failed(Failure failure, boolean canResume, long now) {
        Rung.Ask rung = (Rung.Ask) ladder.get(position);
        if (isResuming()) {
            return notResumed(rung, failure, now);
        }
        boolean wasContinuing = sent != null && sent.mode() == Step.Mode.CONTINUATION;
        if (wasContinuing && (failure.kind() == INVALID_REQUEST || failure.kind() == UNEXPECTED)) {
            // It does not continue replies after all. That is between it and us.
            mayContinue = false;
            giveBack(rung, failure, now);
            attemptsHere--;
            Step again = ask(rung, now);
            return again != null ? again : climb(now);
        }
        int key = keyInUse();
        Failure met = met(failure, rung, now);
        if (met.kind() == CANCELLED) {
            return fail(now);
        }
        return mend(rung, new Interrupted(met, key, false, false), canResume, now);
    }

    /** The stream broke in sight of the caller. */
    private Step broken(Outcome.Broken outcome, long now) {
        Rung.Ask rung = (Rung.Ask) ladder.get(position);
        if (isResuming()) {
            return notResumed(rung, outcome.failure(), now);
        }
        int key = keyInUse();
        Failure met = met(outcome.failure(), rung, now);
        return mend(rung, new Interrupted(met, key, true, outcome.canContinue()), outcome.canResume(), now);
    }

    /** The very stream that broke comes before everything else: nobody has to hear of it, and nothing is asked twice. */
    private Step mend(Rung.Ask rung, Interrupted broken, boolean canResume, long now) {
        interrupted = broken;
        Step resumed = canResume ? resume(rung, broken.by(), now) : null;
        return resumed != null ? resumed : rescue(rung, now);
    }

    /**
     * Goes on with the stream where it broke, once for each break; null if that is not to be. A provider that was silent
     * from the beginning gets no second wait, and one that failed or stopped the reply itself has none to go on with.
     */
    private @Nullable Step resume(Rung.Ask rung, Failure failure, long now) {
        if (failure.kind() == TIMEOUT
                || failure.again() == Again.NEVER
                || !rung.route().mayGoOn(now)) {
            return null;
        }
        Duration wait = backoff.before(1, failure, dice.getAsDouble());
        if (now + wait.toNanos() + shortestAttempt - deadline > 0
                || !rung.route().budget().tryTake(RetryBudget.HEAVY_COST, now)) {
            return null;
        }
        lastRetryCost = RetryBudget.HEAVY_COST;
        return new Step.Wait(wait.toNanos());
    }

    /** The stream does not go on. Why not is between the provider and us, and it is what broke the stream that counts. */
    private Step notResumed(Rung.Ask rung, Failure failure, long now) {
        Failure met = judged(failure, rung, now);
        if (met.kind() == CANCELLED || met.kind() == CONTENT_FILTER) {
            note(met);
            return fail(now);
        }
        add(met);
        claim.keyMet(requireNonNull(interrupted).key(), met.kind());
        return rescue(rung, now);
    }

    /**
     * Looks for another answer. If the caller has seen some of the one that broke, one such rescue is tried: another provider
     * rather than the one that has just failed, since a second break would be the end.
     */
    private Step rescue(Rung.Ask rung, long now) {
        Interrupted broken = requireNonNull(interrupted);
        interrupted = null;
        Step again;
        if (broken.inSight()) {
            boolean isFirst = brokenBy == null;
            brokenBy = isFirst ? broken.by() : brokenBy;
            if (!isFirst
                    || settings.streamRescue == StreamRescue.FAIL
                    || broken.by().kind() == CANCELLED) {
                return fail(now);
            }
            mayContinue = settings.streamRescue == StreamRescue.CONTINUE && broken.canContinue() && asksForPlainText();
            again = anotherStands(now) ? null : again(rung, broken.by(), broken.key(), now);
        } else {
            again = again(rung, broken.by(), broken.key(), now);
        }
        return again != null ? again : climb(now);
    }

    /** Whether the stream that broke is, or is about to be, gone on with. */
    boolean isResuming() {
        return interrupted != null;
    }

    /** What broke the stream that the caller saw; null if none did. */
    @Nullable
    Failure brokenBy() {
        return brokenBy;
    }

    private boolean asksForPlainText() {
        return request.tools().isEmpty()
                && request.responseFormat().isEmpty()
                && Stream.concat(Stream.of(request.extra()), request.extraByProvider().values().stream())
                        .noneMatch(fields -> fields.keySet().stream().anyMatch(NOT_PLAIN_TEXT::contains));
    }

    private Failure met(Failure failure, Rung.Ask rung, long now) {
        Failure met = judged(failure, rung, now);
        note(met);
        return met;
    }

    private Failure judged(Failure failure, Rung.Ask rung, long now) {
        Failure met = blamedFairly(failure, rung, now).toBuilder()
                .source(rung.route().name())
                .build();
        giveBack(rung, met, now);
        measure(met, rung);
        return met;
    }

    private void measure(Failure failure, Rung.Ask rung) {
        if (failure.kind() == CONTEXT_LENGTH && rung.window() != Rung.Ask.UNKNOWN_WINDOW) {
            tooSmall = Math.max(tooSmall, rung.window());
        }
    }

    private int keyInUse() {
        return permit == null ? 0 : permit.key;
    }

    private void giveBack(Rung.Ask rung, Failure failure, long now) {
        if (permit != null) {
            rung.route().failed(permit, failure, now);
            permit = null;
        }
    }

    /**
     * A second attempt beside the one under way, which is slower than most; null if it is not worth its price, or all is
     * not well.
     */
    Step.@Nullable Send hedge(long now) {
        Step.Send first = requireNonNull(sent);
        int place = nextStanding(now);
        Rung.Ask rung = place < 0 ? first.rung() : (Rung.Ask) ladder.get(place);
        if (!first.rung().route().isCalm(now) || !rung.route().isCalm(now) || !hedges.tryTake(now)) {
            return null;
        }
        hedgePosition = place < 0 ? position : place; // from here on there may be something to give back
        hedgePermit = rung.route().admit(now, 0, true).permit;
        if (hedgePermit == null) {
            return null;
        }
        if (!rung.route().budget().tryTake(RetryBudget.HEAVY_COST, now)) {
            rung.route().released(hedgePermit);
            hedgePermit = null;
            return null;
        }
        attempts++;
        Step.Mode mode = rung.canStream() ? first.mode() : Step.Mode.WHOLE;
        return send(rung, mode, hedgePermit, hedgePosition != position, now);
    }

    /**
     * The second attempt was the first with content: the call goes on with it.
     *
     * @param ofFirst how the first one failed in the meantime; null if it was only slow, which is nobody's fault
     */
    void hedgeWon(@Nullable Failure ofFirst, long now) {
        Rung.Ask first = (Rung.Ask) ladder.get(position);
        if (ofFirst != null) {
            met(ofFirst, first, now);
        } else if (permit != null) {
            first.route().released(permit);
        }
        permit = hedgePermit;
        hedgePermit = null;
        if (position != hedgePosition) {
            arriveAt(hedgePosition);
            sentHere = true;
        }
        attemptsHere = 1;
        lastRetryCost = RetryBudget.HEAVY_COST;
    }

    /** The second attempt failed while the first goes on. */
    void hedgeFailed(Failure failure, long now) {
        if (hedgePermit == null) {
            return;
        }
        Rung.Ask rung = (Rung.Ask) ladder.get(hedgePosition);
        Failure met = failure.toBuilder().source(rung.route().name()).build();
        int key = hedgePermit.key;
        rung.route().failed(hedgePermit, met, now);
        hedgePermit = null;
        add(met);
        measure(met, rung);
        if (hedgePosition == position) {
            claim.keyMet(key, met.kind());
        } else if (met.again() == Again.NEVER || met.again() == Again.ELSEWHERE) {
            boolean hasOtherKeys =
                    KeyRing.isOfTheKey(met.kind()) && rung.route().isStanding(now);
            spent = hasOtherKeys ? spent : hedgePosition;
        }
    }

    /** The second attempt, if there is one, is no longer wanted. */
    void releaseHedge() {
        if (hedgePermit != null) {
            Route route = ((Rung.Ask) ladder.get(hedgePosition)).route();
            route.released(hedgePermit);
            route.budget().succeeded(RetryBudget.HEAVY_COST); // it did no harm
            hedgePermit = null;
        }
    }

    /** A caller in a hurry must not make a provider look dead: a short attempt cut by the deadline is nobody's fault. */
    private Failure blamedFairly(Failure failure, Rung.Ask rung, long now) {
        boolean isShort = permit != null
                && now - permit.startedAt < rung.route().suspectAge(sent == null ? Step.Mode.WHOLE : sent.mode());
        // A stream that the deadline cut was still coming.
        boolean hurried = deadline - now <= 0 && (failure.kind() == STALL || failure.kind() == TIMEOUT && isShort);
        return hurried
                ? Failure.of(DEADLINE).cause(failure.cause().orElse(null)).build()
                : failure;
    }

    /** Once more at the same place: at once with another key, or in a while; null if it is better to move on. */
    private @Nullable Step again(Rung.Ask rung, Failure failure, int key, long now) {
        claim.keyMet(key, failure.kind());
        return mayChangeKey(rung, failure, now) ? withAnotherKey(rung, now) : retry(rung, failure, now);
    }

    /**
     * Whether a failure is over with another key. A key that was refused costs the provider next to nothing, and then rests,
     * so trying the next one is not paid from the retry budget. A key over its limit is paid for: a provider that turns
     * everybody away must not be asked once more for each key. Nor is a request that is too large for one key's limit tried
     * with all of them.
     */
    private boolean mayChangeKey(Rung.Ask rung, Failure failure, long now) {
        if (!KeyRing.isOfTheKey(failure.kind())
                || failure.again() == Again.ELSEWHERE
                || !rung.route().hasKeyBeside(claim.triedKeys(), failure.kind() == FailureKind.THROTTLED, now)) {
            return false;
        }
        if (KeyRing.isRefused(failure.kind()) && brokenBy == null) {
            return true;
        }
        boolean isPaid = rung.route().budget().tryTake(RetryBudget.HEAVY_COST, now);
        lastRetryCost = isPaid ? RetryBudget.HEAVY_COST : lastRetryCost;
        return isPaid;
    }

    private @Nullable Step withAnotherKey(Rung.Ask rung, long now) {
        attemptsHere--; // each key is tried once for this at most: it is not one of the attempts that the policy counts
        return ask(rung, now);
    }

    /** Once more at the same place, if that can help, is worth the wait, and the budget allows; else null. */
    private @Nullable Step retry(Rung.Ask rung, Failure failure, long now) {
        switch (failure.again()) {
            case NEVER, ELSEWHERE -> {
                return null;
            }
            case FREE -> {
                if (!hadFreeRetry) {
                    hadFreeRetry = true;
                    attemptsHere--; // it did not leave: it is not counted
                    return ask(rung, now);
                }
            }
            case ONCE -> {
                if (hadOneRetry) {
                    return null;
                }
                hadOneRetry = true;
            }
            case YES -> {}
        }
        if (attemptsHere >= settings.retryPolicy.maxAttempts()) {
            return null;
        }
        Duration wait = backoff.before(attemptsHere, failure, dice.getAsDouble());
        Duration patience =
                anotherStands(now) ? settings.retryPolicy.longestDelay() : settings.retryPolicy.longestRetryAfter();
        boolean asksTooMuch = failure.retryAfter().orElse(Duration.ZERO).compareTo(patience) > 0;
        if (asksTooMuch || now + wait.toNanos() + shortestAttempt - deadline > 0) {
            return null;
        }
        if (!rung.route().hasRoom(now + wait.toNanos()) && anotherStands(now)) {
            return null; // its turn would not have come by then
        }
        int cost = Backoff.isOverload(failure.kind()) || brokenBy != null ? RetryBudget.HEAVY_COST : RetryBudget.COST;
        if (!rung.route().budget().tryTake(cost, now)) {
            return null;
        }
        lastRetryCost = cost;
        return new Step.Wait(wait.toNanos());
    }

    private Step recalled(Outcome.Recalled recalled, long now) {
        ChatReply reply = recalled.reply();
        String why = reply == null ? null : whyNot(reply);
        if (reply == null || why != null) {
            Failure misfit = recalled.misfit();
            Failure.Builder nothing = misfit == null ? Failure.of(NO_CACHED_REPLY) : misfit.toBuilder();
            nothing.source(ladder.get(position) instanceof Rung.Resemble ? "similar answers" : "reply cache");
            note((why == null ? nothing : nothing.message(why)).build());
            return climb(now);
        }
        return served(reply);
    }

    /** What keeps a reply that was kept from being served; null if nothing does. */
    private @Nullable String whyNot(ChatReply kept) {
        if (!rungs.mayServe(request, kept.provider())) {
            return "what was kept is from a provider that may not answer";
        }
        boolean isTooOld = request.maxStale()
                .filter(most -> kept.age().compareTo(most) > 0)
                .isPresent();
        return isTooOld ? "what was kept is older than the request's maxStale" : null;
    }

    private Step served(ChatReply reply) {
        over = true;
        return new Step.Answer(reply.toBuilder()
                .origin(reply.similarity().isPresent() ? Origin.SIMILAR : Origin.CACHED)
                .rateLimits(RateLimits.NONE)
                .attempts(attempts)
                .skipped(failures)
                .build());
    }

    private Step kept(Outcome.Kept kept, long now) {
        Receipt receipt = kept.receipt();
        if (receipt == null) {
            note(requireNonNull(kept.refusal()).toBuilder().source(OUTBOX).build());
            return climb(now);
        }
        over = true;
        return new Step.Answer(ChatReply.builder()
                .text(((Rung.Keep) ladder.get(position)).words())
                .origin(Origin.QUEUED)
                .receipt(receipt)
                .attempts(attempts)
                .skipped(failures)
                .build());
    }

    /** Null if the words are not what the call wants. */
    private @Nullable Step say(String words) {
        if (!takesWords) {
            add(Failure.of(FailureKind.WRONG_SHAPE)
                    .source("last resort")
                    .message("the application's own words are no record")
                    .build());
            return null;
        }
        over = true;
        return new Step.Answer(ChatReply.builder()
                .text(words)
                .origin(Origin.CANNED)
                .attempts(attempts)
                .skipped(failures)
                .build());
    }

    private Step fail(long now) {
        over = true;
        Failure failure = brokenBy != null && !isFinal() ? brokenBy : requireNonNull(decisive);
        boolean timeIsUp = deadline - now <= 0 && failure.again() != Again.NEVER && brokenBy == null;
        if (timeIsUp) {
            failure = Failure.of(DEADLINE)
                    .source(failure.source())
                    .message(DEADLINE.cause() + " (" + failure.kind().cause() + ")")
                    .requestId(failure.requestId().orElse(null))
                    .retryAt(failure.retryAt().orElse(null))
                    .cause(failure.cause().orElse(null))
                    .build();
        }
        return new Step.Fail(ChatException.of(failure, attempts, failures));
    }

    /** Ends the call from outside, wherever it is, and gives back what it holds. Does nothing to a call that is over. */
    void abandon() {
        over = true;
        if (permit != null) {
            ((Rung.Ask) ladder.get(position)).route().released(permit);
            permit = null;
        }
        if (claim.hasTurns() && ladder.get(position) instanceof Rung.Ask ask) {
            giveBackTurns(ask);
        }
        releaseHedge();
    }

    boolean isOver() {
        return over;
    }

    int attempts() {
        return attempts;
    }

    List<Failure> failures() {
        return failures;
    }

    /** The moment, on the monotonic clock, at which the call began. */
    long started() {
        return started;
    }

    /** The moment, on the monotonic clock, by which the last attempt must have ended. */
    long deadline() {
        return deadline;
    }

    private void note(Failure failure) {
        add(failure);
        boolean ofFirst = position == 0 || decisive == null;
        // A refusal to send, after an attempt that was sent, hides what went wrong.
        boolean tellsMore = decisive == null
                || failure.kind() != FailureKind.CIRCUIT_OPEN
                        && failure.kind() != PAUSED
                        && !isOneBadKey(failure, decisive);
        if (ofFirst && tellsMore || failure.kind() == CONTENT_FILTER || failure.kind() == CANCELLED) {
            decisive = failure;
        }
    }

    /** That one of several keys is of no use says less than what the others met. */
    private static boolean isOneBadKey(Failure failure, Failure before) {
        return failure.keyNumber().isPresent()
                && KeyRing.isRefused(failure.kind())
                && !KeyRing.isRefused(before.kind());
    }

    private void add(Failure failure) {
        if (failures.isEmpty()) {
            failures = new ArrayList<>(4);
        }
        failures.add(failure);
    }

    private boolean anyFailure(Predicate<FailureKind> test) {
        for (Failure failure : failures) {
            if (test.test(failure.kind())) {
                return true;
            }
        }
        return false;
    }
}
