package io.github.tideover;

import static io.github.tideover.failure.FailureKind.CANCELLED;
import static io.github.tideover.failure.FailureKind.CONTENT_FILTER;
import static io.github.tideover.failure.FailureKind.DEADLINE;
import static io.github.tideover.failure.FailureKind.NETWORK_LOCAL;
import static io.github.tideover.failure.FailureKind.NO_CACHED_REPLY;
import static io.github.tideover.failure.FailureKind.PAUSED;
import static io.github.tideover.failure.FailureKind.TIMEOUT;
import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
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

    private static final long LONGEST_WAIT_FOR_TURN = TimeUnit.SECONDS.toNanos(5);

    private final List<Rung> ladder;
    private final Settings settings;
    private final Backoff backoff;
    private final DoubleSupplier dice;
    private final ChatRequest request;
    private final boolean streamed;
    private final long started;
    private final long deadline;
    private final long shortestAttempt;

    private int position = -1;
    private int attempts;
    private int attemptsHere;
    private boolean hadFreeRetry;
    private boolean hadOneRetry;
    private int lastRetryCost;
    private long waitedForPlace;
    private boolean hasTurn;
    private List<Failure> failures = List.of();
    /** What the first provider met: it decides which rungs may help, and what the caller is told in the end. */
    private @Nullable Failure decisive;

    private @Nullable Permit permit;
    private boolean committed;
    private boolean over;

    CallPlan(
            List<Rung> ladder,
            Settings settings,
            Backoff backoff,
            DoubleSupplier dice,
            ChatRequest request,
            boolean streamed,
            long started) {
        this.ladder = ladder;
        this.settings = settings;
        this.backoff = backoff;
        this.dice = dice;
        this.request = request;
        this.streamed = streamed;
        this.started = started;
        long whole = settings.deadlineOf(request, streamed);
        this.deadline = started + whole - Math.min(RESERVE, whole / 20);
        this.shortestAttempt = Math.min(SHORTEST_ATTEMPT, whole / 4);
    }

    /** The first step. */
    Step first(long now) {
        return climb(now);
    }

    /** What to do next, given how the last step went. */
    Step next(Outcome outcome, long now) {
        if (outcome instanceof Outcome.Answered answered) {
            return answered(answered.reply(), now);
        }
        if (outcome instanceof Outcome.Failed failed) {
            return failed(failed.failure(), now);
        }
        if (outcome instanceof Outcome.Recalled recalled) {
            return recalled(recalled.reply(), now);
        }
        Step step = ask((Rung.Ask) ladder.get(position), now);
        return step != null ? step : climb(now);
    }

    /** The next rung that has something to offer, or the end. */
    private Step climb(long now) {
        while (++position < ladder.size()) {
            Rung rung = ladder.get(position);
            attemptsHere = 0;
            hadFreeRetry = false;
            hadOneRetry = false;
            hasTurn = false;
            lastRetryCost = 0;
            waitedForPlace = 0;
            Step step = null;
            if (rung instanceof Rung.Ask ask) {
                step = mayAsk(ask, now) ? ask(ask, now) : null;
            } else if (rung instanceof Rung.Remember remember) {
                step = mayRecall(now) ? new Step.Recall(remember.cache()) : null;
            } else if (rung instanceof Rung.Speak speak) {
                step = maySpeak() ? say(speak.words()) : null;
            }
            if (step != null) {
                return step;
            }
        }
        return fail(now);
    }

    private boolean mayAsk(Rung.Ask ask, long now) {
        if (decisive == null) {
            return true;
        }
        boolean mayHelp = decisive.kind().allowsAlternate() || decisive.kind() == NETWORK_LOCAL && ask.isLocal();
        return mayHelp && !isFinal() && deadline - now >= shortestAttempt;
    }

    private boolean mayRecall(long now) {
        // A provider that said when to come back is paused: for this call as for those who find it so.
        boolean isPaused = decisive != null
                && decisive.kind() == FailureKind.THROTTLED
                && decisive.retryAfter().isPresent();
        return !isFinal()
                && (deadline - now <= 0 || decisive == null || isPaused || anyFailure(FailureKind::allowsStale));
    }

    private boolean maySpeak() {
        // A conversation that is too long stays too long: the application must hear of it.
        boolean theirsToMend = decisive != null && decisive.kind() == FailureKind.CONTEXT_LENGTH;
        return !isFinal()
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
            return null;
        }
        long longestTurn = Math.min(LONGEST_WAIT_FOR_TURN, deadline - shortestAttempt - now);
        Admission admission = rung.route().admit(now, longestTurn, hasTurn);
        hasTurn = admission.waitFor == Admission.WaitFor.TURN;
        permit = admission.permit;
        if (permit != null) {
            attempts++;
            attemptsHere++;
            return new Step.Send(rung, now + timeForAttempt(rung, now));
        }
        Failure refusal = requireNonNull(admission.refusal);
        if (isWorthWaiting(admission, now)) {
            waitedForPlace += admission.wait;
            return new Step.Wait(admission.wait);
        }
        note(refusal);
        return null;
    }

    private boolean isWorthWaiting(Admission admission, long now) {
        long most = switch (admission.waitFor) {
            case NOTHING -> -1;
            case PLACE -> Math.min(LONGEST_WAIT_FOR_PLACE, (deadline - started) / 10);
            case TURN -> Long.MAX_VALUE; // it was taken for as long as it is worth
            case REST -> patience(now).toNanos();
        };
        return admission.wait <= most - waitedForPlace && now + admission.wait + shortestAttempt - deadline <= 0;
    }

    /** How long a provider's wish for rest is worth waiting for: less if another could be asked in the meantime. */
    private Duration patience(long now) {
        return anotherStands(now) ? Duration.ZERO : settings.retryPolicy().longestRetryAfter();
    }

    /** What is left, half of it if another provider could still be asked, and never more than an attempt needs. */
    private long timeForAttempt(Rung.Ask rung, long now) {
        long left = deadline - now;
        long own = streamed
                ? settings.firstTokenNanos(request, rung.route().firstTokenLimit())
                : settings.attemptNanos(request);
        return own < left / 2 ? own : Math.min(own, anotherStands(now) ? left / 2 : left);
    }

    private boolean anotherStands(long now) {
        for (int i = position + 1; i < ladder.size(); i++) {
            if (ladder.get(i) instanceof Rung.Ask ask && ask.route().isStanding(now)) {
                return true;
            }
        }
        return false;
    }

    private Step answered(ChatReply.Builder reply, long now) {
        Rung.Ask rung = (Rung.Ask) ladder.get(position);
        ChatReply said = reply.origin(rung.origin())
                .provider(rung.provider())
                .attempts(attempts)
                .skipped(failures)
                .build();
        if (said.finishReason() == FinishReason.CONTENT_FILTER) {
            return failed(
                    Failure.of(CONTENT_FILTER)
                            .requestId(said.requestId().isEmpty() ? null : said.requestId())
                            .build(),
                    now);
        }
        if (permit != null) {
            rung.route().succeeded(permit, now, lastRetryCost);
            permit = null;
        }
        over = true;
        return new Step.Answer(
                said.model().isEmpty() ? said.toBuilder().model(rung.model()).build() : said);
    }

    /** The first text of a stream is about to be shown: no other provider can take over unseen from here on. */
    void committed(long now) {
        committed = true;
        if (permit != null) {
            ((Rung.Ask) ladder.get(position)).route().answering(permit, now);
        }
    }

    private Step failed(Failure failure, long now) {
        Rung.Ask rung = (Rung.Ask) ladder.get(position);
        Failure met = blamedFairly(failure, rung, now).toBuilder()
                .source(rung.route().name())
                .build();
        if (permit != null) {
            rung.route().failed(permit, met, now);
            permit = null;
        }
        note(met);
        if (committed || met.kind() == CANCELLED) {
            return fail(now);
        }
        Step again = retry(rung, met, now);
        return again != null ? again : climb(now);
    }

    /** A caller in a hurry must not make a provider look dead: a short attempt cut by the deadline is nobody's fault. */
    private Failure blamedFairly(Failure failure, Rung.Ask rung, long now) {
        boolean hurried = failure.kind() == TIMEOUT
                && permit != null
                && deadline - now <= 0
                && now - permit.startedAt < rung.route().suspectAge(streamed);
        return hurried
                ? Failure.of(DEADLINE).cause(failure.cause().orElse(null)).build()
                : failure;
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
        if (attemptsHere >= settings.retryPolicy().maxAttempts()) {
            return null;
        }
        Duration wait = backoff.before(attemptsHere, failure, dice.getAsDouble());
        Duration patience = anotherStands(now)
                ? settings.retryPolicy().longestDelay()
                : settings.retryPolicy().longestRetryAfter();
        boolean asksTooMuch = failure.retryAfter().orElse(Duration.ZERO).compareTo(patience) > 0;
        if (asksTooMuch || now + wait.toNanos() + shortestAttempt - deadline > 0) {
            return null;
        }
        int cost = Backoff.isOverload(failure.kind()) ? RetryBudget.HEAVY_COST : RetryBudget.COST;
        if (!rung.route().budget().tryTake(cost, now)) {
            return null;
        }
        lastRetryCost = cost;
        return new Step.Wait(wait.toNanos());
    }

    private Step recalled(@Nullable ChatReply reply, long now) {
        if (reply == null) {
            note(Failure.of(NO_CACHED_REPLY).source("reply cache").build());
            return climb(now);
        }
        over = true;
        return new Step.Answer(reply.toBuilder()
                .origin(Origin.CACHED)
                .attempts(attempts)
                .skipped(failures)
                .build());
    }

    private Step say(String words) {
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
        Failure failure = requireNonNull(decisive);
        boolean timeIsUp = deadline - now <= 0 && failure.again() != FailureKind.Again.NEVER && !committed;
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

    /** The moment, on the monotonic clock, by which the last attempt must have ended. */
    long deadline() {
        return deadline;
    }

    private void note(Failure failure) {
        if (failures.isEmpty()) {
            failures = new ArrayList<>(4);
        }
        failures.add(failure);
        boolean ofFirst = position == 0 || decisive == null;
        // A refusal to send, after an attempt that was sent, hides what went wrong.
        boolean tellsMore = decisive == null || failure.kind() != FailureKind.CIRCUIT_OPEN && failure.kind() != PAUSED;
        if (ofFirst && tellsMore || failure.kind() == CONTENT_FILTER || failure.kind() == CANCELLED) {
            decisive = failure;
        }
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
