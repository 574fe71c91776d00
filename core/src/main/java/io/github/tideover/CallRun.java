package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.Flights.Flight;
import io.github.tideover.cache.RequestFingerprint;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Receipt;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call under way: performs its plan's steps up to what is next for the caller, on whatever thread asks. It waits for the
 * network but never for time: a pause is handed back to the driver, which has a thread to spare for it or has not.
 *
 * <p>For one thread at a time; {@link #cancel} may come from any, at any moment. Who cleans up then, the one that cancels or
 * the one that was just reading, is settled by one flag, so that nothing is touched by two.
 */
final class CallRun {
    /** What is next. */
    enum Turn {
        /** {@link #text()} is to be shown. */
        TEXT,
        /** {@link #text()} is to be shown as reasoning. */
        REASONING,
        /** What was shown is void: {@link #brokenBy()} says why. */
        RESTARTED,
        /** What was shown is being continued by another: {@link #brokenBy()} says why. */
        CONTINUED,
        /** What was shown stands, and the model wishes for {@link #toolCalls()}: they are run when the call goes on. */
        TOOLS,
        /** The driver is to wait for {@link #pauseNanos()}, or until {@link #onPauseOver} tells, and to tell by {@link #waited}. */
        PAUSE,
        /** {@link #reply()} is there. */
        COMPLETE
    }

    private record Next(Turn turn, String text) {}

    /** A call that has waited for two others in vain waits for no third: where providers fail slowly, all would go one by one. */
    private static final int MOST_FOLLOWED = 2;

    private final Engine engine;
    private ChatRequest request;
    private final boolean showsPieces;
    private final Consumer<ChatReply> whenComplete;
    private final Goal goal;
    private final @Nullable ToolLoop loop;
    /** Takes tools to the threads that run them; unless a driver says otherwise, they run where the call is performed. */
    private Executor toolThreads = Runnable::run;

    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile @Nullable String cancelled;
    private volatile @Nullable Attempt attempt;
    private volatile @Nullable Race race;
    private volatile @Nullable Runnable cutListener;

    private @Nullable Long started;
    private @Nullable CallPlan plan;
    /** What became of the call has been written down. */
    private boolean isTold;
    /** What the plan brought was tools to run, and counts as theirs. */
    private boolean roundIsOver;
    /** The pause is for a tool that runs elsewhere. */
    private boolean waitsForTool;

    /** What the request's reply is kept under, once that was asked for. */
    private @Nullable RequestFingerprint key;

    private @Nullable Step step;
    private @Nullable RuntimeException problem;
    private volatile @Nullable ChatReply reply;
    private final AtomicBoolean given = new AtomicBoolean();
    private @Nullable Outcome pauseOutcome;
    /** What others wait for that ask the same. */
    private @Nullable Flight led;
    /** What this call waits for. */
    private volatile @Nullable Flight followed;

    private int timesFollowed;

    private List<ToolCall> toolCalls = List.of();
    private String text = "";
    /** What comes next already, where one piece means more than one turn. */
    private final Deque<Next> script = new ArrayDeque<>(4);
    /** What of the reply's text is still to be shown. */
    private String owed = "";

    /** The text on the caller's screen, but for what the present attempt has shown. */
    private String shownBefore = "";
    /** The text that the last restart took off the screen. */
    private String voided = "";
    /** What is on the caller's screen comes from an attempt that broke, and the caller has not been told. */
    private boolean broke;
    /** What broke the attempt of which something was last on the caller's screen. */
    private @Nullable Failure brokenBy;
    /** What broke the present attempt after it had shown something, while the very same stream may yet go on. */
    private @Nullable Failure openBreak;
    /** The present attempt has shown something; and some text. */
    private boolean shown;

    private boolean textShown;
    /** Set while the present attempt continues what an earlier one began. */
    private @Nullable Overlap overlap;

    CallRun(Engine engine, ChatRequest request, boolean showsPieces, Consumer<ChatReply> whenComplete) {
        this(engine, request, showsPieces, whenComplete, Goal.ANY);
    }

    CallRun(Engine engine, ChatRequest request, boolean showsPieces, Consumer<ChatReply> whenComplete, Goal goal) {
        this.engine = engine;
        this.loop = goal instanceof ToolLoop tools ? tools : null;
        this.request = loop == null ? request : loop.request();
        this.showsPieces = showsPieces;
        this.whenComplete = whenComplete;
        this.goal = goal;
    }

    /** Has tools run elsewhere, so that the call is over at its end whatever they do: the driver gets a pause meanwhile. */
    void runToolsOn(Executor threads) {
        toolThreads = threads;
    }

    /** Finds the first step, and tells whether it may come to sending, or to running tools. */
    boolean willSend() {
        if (loop != null && loop.isOwed()) {
            return true;
        }
        prepare();
        return step instanceof Step.Send || step instanceof Step.LookForFresh;
    }

    /** One deadline for all rounds: it counts from the first. */
    private long started() {
        Long at = started;
        if (at == null) {
            at = engine.time().now();
            started = at;
        }
        return at;
    }

    private CallPlan prepare() {
        CallPlan call = plan;
        if (call == null) {
            call = engine.plan(request, showsPieces, goal, started());
            plan = call;
            step = call.first(engine.time().now());
        }
        return call;
    }

    /**
     * Goes on to what is next for the caller.
     *
     * @throws ChatException if the call ends without an answer
     */
    Turn advance() {
        if (problem != null) {
            throw problem;
        }
        String why = cancelled;
        if (why != null && reply == null && pauseOutcome == null) {
            throw new IllegalStateException(why);
        }
        while (!busy.compareAndSet(false, true)) {
            if (cancelled == null) {
                throw new IllegalStateException("another thread is reading this reply");
            }
            Thread.onSpinWait(); // who cancels is cleaning up, which is short
        }
        try {
            return nextTurn();
        } catch (RuntimeException e) {
            RuntimeException end = wrapped(e);
            problem = end;
            unanswered(kindOf(end));
            release();
            throw end;
        } catch (Error e) {
            release();
            throw e;
        } finally {
            busy.set(false);
            cleanUpIfCancelled();
        }
    }

    private Turn nextTurn() {
        Next scripted = script.poll();
        if (scripted != null) {
            text = scripted.text();
            return scripted.turn();
        }
        if (reply != null) {
            return Turn.COMPLETE;
        }
        if (loop != null && (roundIsOver || loop.isOwed()) && !runTools(loop)) {
            return Turn.PAUSE;
        }
        CallPlan call = prepare();
        Outcome pause = pauseOutcome;
        if (pause != null) {
            pauseOutcome = null;
            tell(call, unlessCancelled(pause));
        }
        Turn turn = shown ? shownOrRead(call, requireNonNull(attempt), true) : null;
        while (turn == null) {
            turn = perform(call, requireNonNull(step));
        }
        return turn;
    }

    /** Performs a step; null if nothing came of it for the caller. */
    private @Nullable Turn perform(CallPlan call, Step next) {
        if (next instanceof Step.Wait) {
            return Turn.PAUSE;
        }
        if (next instanceof Step.Fail fail) {
            throw failed(fail.exception());
        }
        if (next instanceof Step.Answer answer) {
            complete(answer.reply());
            return nextTurn();
        }
        if (next instanceof Step.Recall recall) {
            tell(call, checked(engine.recall(recall, key())));
            return null;
        }
        if (next instanceof Step.Resemble) {
            tell(call, checked(engine.resemble(key(), request)));
            return null;
        }
        if (next instanceof Step.LookForFresh look) {
            return lookForFresh(call, look);
        }
        if (next instanceof Step.Keep keep) {
            tell(call, wanted(engine.keep(keep, request), keep));
            return null;
        }
        return send(call, (Step.Send) next);
    }

    private @Nullable Turn lookForFresh(CallPlan call, Step.LookForFresh look) {
        Flight joined = followed;
        followed = null;
        ChatReply shared = joined == null ? null : joined.reply();
        Outcome.Recalled found = shared == null ? engine.fresh(key(), look.freshFor()) : new Outcome.Recalled(shared);
        // The reader of a stream sets its pace, and wants the first words soon: it neither leads nor follows.
        if (found.reply() == null && !showsPieces && timesFollowed < MOST_FOLLOWED) {
            Flight flight = engine.join(key(), request);
            if (!flight.leads()) {
                timesFollowed++;
                followed = flight;
                return Turn.PAUSE;
            }
            led = flight;
            found = engine.fresh(key(), look.freshFor()); // the one before may have ended just now
        }
        tell(call, checked(found));
        return null;
    }

    /** Worked out once for a request: it takes reading the whole conversation. */
    private RequestFingerprint key() {
        RequestFingerprint known = key == null ? engine.fingerprint(request) : key;
        key = known;
        return known;
    }

    /** Those who wait for this call have its reply, or see to one themselves. */
    private void endFlight(@Nullable ChatReply toShare) {
        Flight flight = led;
        if (flight != null) {
            led = null;
            flight.over(toShare);
        }
    }

    private @Nullable Turn send(CallPlan call, Step.Send send) {
        Attempt broken = send.mode() == Step.Mode.RESUMPTION ? attempt : null;
        if (broken == null) {
            overlap = send.mode() == Step.Mode.CONTINUATION ? new Overlap(shownBefore) : null;
        } else {
            shown = openBreak != null; // what it showed stands
        }
        Attempt begun = new Attempt(engine, request, send, shownBefore, broken, this::wasCut);
        attempt = begun;
        if (cancelled != null) {
            begun.cancel();
        }
        Outcome outcome = send.hedgeAt() == Step.Send.NEVER ? begun.begin() : hedged(call, begun);
        if (outcome != null) {
            ended(call, outcome);
            return null;
        }
        Attempt answering = requireNonNull(attempt);
        long now = engine.time().now();
        call.heard(answering.rateLimits(), now);
        call.answering(now);
        openBreak = null;
        return shownOrRead(call, answering, false);
    }

    private @Nullable Outcome hedged(CallPlan call, Attempt first) {
        Race both = new Race(engine, request, call, first);
        race = both;
        if (cancelled != null) {
            both.cancel();
        }
        try {
            return both.run();
        } finally {
            attempt = both.winner();
            race = null;
        }
    }

    /** Shows the next piece that is one to be shown; null if the attempt came to its end first. */
    private @Nullable Turn shownOrRead(CallPlan call, Attempt open, boolean wasShown) {
        Turn turn = wasShown ? null : take(open);
        while (turn == null) {
            Outcome outcome = open.read();
            if (outcome != null) {
                ended(call, outcome);
                return null;
            }
            turn = take(open);
        }
        return turn;
    }

    /** What the piece that came means to the caller; null for nothing. */
    private @Nullable Turn take(Attempt open) {
        if (!showsPieces) {
            return null;
        }
        String thought = open.reasoning();
        String said = open.text();
        String fresh = said == null || overlap == null ? said : overlap.add(said);
        boolean hasThought = thought != null && !thought.isEmpty();
        boolean hasText = fresh != null && !fresh.isEmpty();
        if (!hasThought && !hasText) {
            return null;
        }
        shown = true;
        textShown |= hasText;
        if (broke) {
            announce();
        } else if (!hasThought) {
            text = requireNonNull(fresh);
            return Turn.TEXT;
        }
        if (hasThought) {
            script.add(new Next(Turn.REASONING, requireNonNull(thought)));
        }
        if (hasText) {
            script.add(new Next(Turn.TEXT, requireNonNull(fresh)));
        }
        return nextTurn();
    }

    /** Tells the caller what becomes of what is on its screen. */
    private void announce() {
        broke = false;
        if (overlap == null) {
            // A restart after one that showed no text takes off no text: who cannot clear the screen still has the old
            // one.
            voided = shownBefore.isEmpty() ? voided : shownBefore;
            shownBefore = "";
        }
        script.add(new Next(overlap == null ? Turn.RESTARTED : Turn.CONTINUED, ""));
    }

    /** Runs the tools that are owed, and makes the next round; false while one runs elsewhere. */
    private boolean runTools(ToolLoop tools) {
        if (waitsForTool) {
            pauseOutcome = null; // why the pause was over is seen from the tool and the clock
        }
        waitsForTool = !tools.run(this::runTool, this::whyNoTool);
        if (waitsForTool) {
            return false;
        }
        request = tools.request();
        key = null;
        plan = null;
        roundIsOver = false;
        attempt = null;
        overlap = null;
        shownBefore = "";
        voided = "";
        owed = "";
        openBreak = null;
        broke = false;
        shown = false;
        textShown = false;
        return true;
    }

    private void runTool(Runnable tool) {
        try {
            toolThreads.execute(tool);
        } catch (RejectedExecutionException e) {
            throw toolsEndedBy(Failure.of(FailureKind.CANCELLED).message("the client was closed"));
        }
    }

    /** No tool is begun for a call that is over, and none is waited for. */
    private @Nullable ChatException whyNoTool() {
        String why = cancelled != null
                ? cancelled
                : engine.watchdog().isClosed()
                        ? "the client was closed"
                        : Thread.currentThread().isInterrupted() ? "the calling thread was interrupted" : null;
        if (why != null) {
            return toolsEndedBy(Failure.of(FailureKind.CANCELLED).message(why));
        }
        return nanosForTools() <= 0 ? toolsEndedBy(Failure.of(FailureKind.DEADLINE)) : null;
    }

    private static ChatException toolsEndedBy(Failure.Builder why) {
        Failure failure = why.build();
        return ChatException.of(failure, 0, List.of(failure));
    }

    private long nanosForTools() {
        return started()
                + engine.settings().deadlineOf(request, showsPieces)
                - engine.time().now();
    }

    private void complete(ChatReply whole) {
        if (showsPieces) {
            if (broke) {
                announce();
            }
            String unseen = textShown ? owed : whole.text();
            if (!unseen.isEmpty()) {
                script.add(new Next(Turn.TEXT, unseen));
            }
        }
        if (loop != null && loop.goesOn(whole)) {
            roundIsOver = true;
            loop.take(whole);
            toolCalls = whole.toolCalls();
            if (showsPieces) {
                script.add(new Next(Turn.TOOLS, ""));
            }
            return;
        }
        ChatReply answer = loop == null ? whole : loop.answered(whole);
        reply = answer;
        isTold = true;
        engine.answered(answer, started());
        boolean isKept = engine.isToKeep(request, whole);
        if (isKept) {
            engine.remember(key(), request, whole);
        }
        endFlight(isKept ? whole : null);
    }

    /** The attempt has ended: tells the plan. */
    private void ended(CallPlan call, Outcome how) {
        Outcome outcome = unlessCancelled(how);
        if (outcome instanceof Outcome.Answered answered) {
            openBreak = null;
            if (overlap != null) {
                owed = overlap.end();
                answered.reply().text(shownBefore + overlap.rest()).continued(true);
                textShown = true; // its beginning was, and the rest is owed
            }
            Failure misfit = misfit(answered);
            outcome = misfit == null ? answered : broken(misfit, false); // the same stream would say the same
        } else if (outcome instanceof Outcome.Failed failed) {
            outcome = broken(failed.failure(), requireNonNull(attempt).canResume());
        }
        tell(call, outcome);
    }

    /** A complete reply that is not what the call wants has failed before anybody hears of it. */
    private @Nullable Failure misfit(Outcome.Answered answered) {
        if (goal.equals(Goal.ANY)) {
            return null;
        }
        ChatReply whole = answered.reply().build();
        // What a policy stopped fits nothing, and is the plan's to judge: nobody is asked in order to get around it.
        Failure misfit = whole.finishReason() == FinishReason.CONTENT_FILTER ? null : goal.misfit(whole);
        if (misfit == null) {
            return null;
        }
        requireNonNull(plan).used(whole.usage(), engine.time().now());
        return misfit.toBuilder().rateLimits(whole.rateLimits()).build();
    }

    private Outcome checked(Outcome.Recalled recalled) {
        ChatReply kept = recalled.reply();
        Failure misfit = kept == null ? null : goal.misfit(kept);
        return misfit == null ? recalled : Outcome.Recalled.unfit(misfit);
    }

    /** A receipt that nobody waits for any more is not handed out, and the message is not kept. */
    private Outcome.Kept wanted(Outcome.Kept kept, Step.Keep step) {
        String why = cancelled;
        Receipt receipt = kept.receipt();
        if (why == null || receipt == null) {
            return kept;
        }
        step.outbox().cancel(receipt.id());
        return new Outcome.Kept(
                null, Failure.of(FailureKind.CANCELLED).message(why).build());
    }

    private Outcome broken(Failure failure, boolean canResume) {
        Attempt open = requireNonNull(attempt);
        if (!shown) {
            return new Outcome.Failed(failure, canResume);
        }
        shown = false;
        if (openBreak == null) { // or it did not go on, and what broke it is what counts
            openBreak = failure.toBuilder()
                    .source(open.send().rung().route().name())
                    .build();
        }
        if (!textShown) {
            return new Outcome.Failed(failure, canResume);
        }
        ChatReply soFar = open.soFar();
        boolean isPlainText = soFar.toolCalls().isEmpty() && soFar.refusal().isEmpty();
        // Of a few characters nobody could tell whether the rest repeats them.
        boolean canContinue = isPlainText && standingText().length() >= Overlap.SHORTEST;
        return new Outcome.Broken(failure, canContinue, canResume);
    }

    /** What follows, if anything does, is another answer than the present attempt's. */
    private void letGo() {
        Attempt open = attempt;
        if (open != null) {
            open.abandon();
        }
        if (openBreak != null) {
            brokenBy = openBreak;
            openBreak = null;
            shownBefore = standingText();
            broke = true;
            textShown = false;
            overlap = null;
        }
    }

    /** The text that the caller has been shown and has not been told to take away. */
    private String standingText() {
        if (!textShown) {
            return shownBefore;
        }
        return overlap == null ? requireNonNull(attempt).soFar().text() : shownBefore + overlap.rest();
    }

    /** Tells how the pause went, for when the call goes on. */
    void waited(Outcome outcome) {
        pauseOutcome = outcome;
    }

    private void tell(CallPlan call, Outcome outcome) {
        step = call.next(outcome, engine.time().now());
        if (!call.isResuming()) {
            letGo();
        }
    }

    private Outcome unlessCancelled(Outcome outcome) {
        String why = cancelled;
        return why == null ? outcome : engine.cancelled(why);
    }

    private ChatException failed(ChatException exception) {
        String standing = standingText();
        return standing.isEmpty()
                ? exception
                : ChatException.partial(exception.failure(), exception.attempts(), exception.failures(), standing);
    }

    /** However many rounds it had, it is one call, and counts once. */
    private void unanswered(FailureKind why) {
        if (isTold) {
            return;
        }
        isTold = true;
        int earlier = loop == null ? 0 : loop.attempts();
        engine.unanswered(why, earlier + (plan == null || roundIsOver ? 0 : plan.attempts()), started());
    }

    private static FailureKind kindOf(RuntimeException end) {
        ChatException failure = end instanceof ToolLoopException broken
                ? broken.failure().orElse(null)
                : end instanceof ChatException failed ? failed : null;
        return failure == null ? FailureKind.UNEXPECTED : failure.kind();
    }

    private RuntimeException wrapped(RuntimeException end) {
        return loop == null ? end : loop.wrapped(end);
    }

    /** Ends the call because its new answer does not go with what was shown and cannot be taken back. */
    RuntimeException diverged() {
        CallPlan call = requireNonNull(plan);
        Failure failure = requireNonNull(call.brokenBy());
        unanswered(failure.kind());
        return stranded(ChatException.of(failure, call.attempts(), call.failures()));
    }

    /** Ends the call, or has it ended, for a reader that still has on its screen what was declared void. */
    RuntimeException stranded(RuntimeException problem) {
        ChatException end = problem instanceof ToolLoopException broken
                ? broken.failure().orElse(null)
                : problem instanceof ChatException failed ? failed : null;
        if (end == null) {
            return problem;
        }
        boolean saysSo = end instanceof PartialReplyException partial
                && partial.partialText().equals(voided);
        if (saysSo || voided.isEmpty()) {
            return problem;
        }
        ChatException exception = ChatException.partial(end.failure(), end.attempts(), end.failures(), voided);
        return endedWith(exception);
    }

    /** Ends the call whose time ran out, or whose client was closed, while nothing was asked for. */
    RuntimeException endedAtRest() {
        CallPlan call = requireNonNull(plan);
        Failure failure = requireNonNull(attempt).cutWhileAtRest();
        unanswered(failure.kind());
        ChatException exception = failed(ChatException.of(failure, call.attempts(), call.failures()));
        return endedWith(exception);
    }

    private RuntimeException endedWith(ChatException exception) {
        RuntimeException end = wrapped(exception);
        problem = end;
        cancel("the call is over");
        return end;
    }

    /** The tools that the model wishes to have called. */
    List<ToolCall> toolCalls() {
        return toolCalls;
    }

    /** The conversation with the answer, which is there. */
    List<Message> history() {
        ChatReply answer = reply();
        return loop == null ? History.with(request.messages(), answer) : loop.historyWith(answer);
    }

    /** The piece that the last turn was about. */
    String text() {
        return text;
    }

    /** Whether the reply is there. */
    boolean isComplete() {
        return reply != null;
    }

    /** The whole reply, once it is complete: from now on it counts as given. */
    ChatReply reply() {
        ChatReply whole = requireNonNull(reply);
        if (given.compareAndSet(false, true)) {
            whenComplete.accept(whole);
        }
        return whole;
    }

    /** The text that is void since the last restart. */
    String voided() {
        return voided;
    }

    /** What broke the stream, after a restart or a continuation. */
    Failure brokenBy() {
        return requireNonNull(brokenBy);
    }

    /** How long the driver is to wait. */
    long pauseNanos() {
        if (waitsForTool) {
            return nanosForTools();
        }
        return step instanceof Step.Wait wait
                ? wait.nanos()
                : requireNonNull(plan).deadline() - engine.time().now();
    }

    /** Has {@code listener} run, on some thread, when the pause is over before its time: what this call waits for has ended. */
    void onPauseOver(Runnable listener) {
        if (loop != null) {
            loop.whenToolIsOver(listener);
        }
        Flight flight = followed;
        if (flight != null) {
            flight.whenOver(listener);
        }
    }

    /** Has {@code listener} run, on the timer's thread, when the attempt under way passes a limit or the client is closed. */
    void onCut(Runnable listener) {
        cutListener = listener;
    }

    private void wasCut() {
        Runnable listener = cutListener;
        if (listener != null) {
            listener.run();
        }
    }

    /** Whether the attempt under way was ended from outside, so that going on means to hear of it. */
    boolean isCut() {
        Attempt open = attempt;
        return open != null && open.isCut();
    }

    boolean isCancelled() {
        return cancelled != null;
    }

    /**
     * Ends the call from any thread, and more than once: breaks off at its socket what is under way, and gives back what is
     * held. Does nothing to a call that is over.
     *
     * @param why what an attempt to go on is told
     */
    void cancel(String why) {
        if (cancelled == null) {
            cancelled = why;
        }
        Attempt underWay = attempt;
        if (underWay != null) {
            underWay.cancel();
        }
        Race both = race;
        if (both != null) {
            both.cancel();
        }
        cleanUpIfCancelled();
    }

    private void cleanUpIfCancelled() {
        if (cancelled != null && busy.compareAndSet(false, true)) {
            try {
                release();
            } finally {
                busy.set(false);
            }
        }
    }

    private void release() {
        endFlight(null);
        if (loop != null && cancelled != null && !given.get()) {
            loop.left();
        }
        Attempt open = attempt;
        if (open != null) {
            open.end();
            open.abandon();
        }
        if (plan != null) {
            plan.abandon();
        }
    }
}
