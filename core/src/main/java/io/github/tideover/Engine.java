package io.github.tideover;

import static io.github.tideover.failure.FailureKind.NOT_QUEUED;
import static java.util.Objects.requireNonNull;

import io.github.tideover.Flights.Flight;
import io.github.tideover.Watchdog.Watch;
import io.github.tideover.cache.CacheGuard;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.cache.RequestFingerprint;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Receipt;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.outbox.Ledger;
import io.github.tideover.outbox.Offer;
import io.github.tideover.provider.Exchange;
import io.github.tideover.status.StatusRecorder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all calls of a client share, and the steps that every driver performs alike. */
final class Engine {
    private static final Logger log = LoggerFactory.getLogger(Engine.class);
    /** How many messages that no call waits for may be under way, and for how long. More are not worth their threads. */
    private static final int MOST_ASIDES = 8;

    private static final long ASIDE_LIMIT = TimeUnit.SECONDS.toNanos(5);

    private final Ladder ladder;
    private final Settings settings;
    private final Backoff backoff;
    private final HedgeBudget hedges = new HedgeBudget();
    private final Flights flights = new Flights();
    private final Time time;
    private final Watchdog watchdog;
    private final Executor executor;
    private final String identity;
    private final @Nullable CacheGuard cache;
    private final @Nullable SimilarReplies similar;
    private final Semaphore asides = new Semaphore(MOST_ASIDES);
    private final @Nullable StatusRecorder recorder;
    private final @Nullable Ledger outbox;
    private volatile Runnable whenAnswered = () -> {};

    /**
     * Makes an engine.
     *
     * @param ladder the rungs in order, the first provider first
     * @param settings how long things may take
     * @param time time and chance
     * @param watchdog ends attempts that run too long
     * @param executor runs what must not run on the timer's thread
     * @param identity the first provider's address and model: what a kept reply is an answer from
     * @param cache where complete replies are kept, or null
     * @param similar finds replies to similar questions, or null
     * @param recorder writes down what becomes of calls, or null for calls that nobody waits for
     * @param outbox where messages are kept for later, or null
     */
    Engine(
            Ladder ladder,
            Settings settings,
            Time time,
            Watchdog watchdog,
            Executor executor,
            String identity,
            @Nullable CacheGuard cache,
            @Nullable SimilarReplies similar,
            @Nullable StatusRecorder recorder,
            @Nullable Ledger outbox) {
        this.recorder = recorder;
        this.outbox = outbox;
        this.ladder = ladder;
        this.settings = settings;
        this.backoff = new Backoff(settings.retryPolicy);
        this.time = time;
        this.watchdog = watchdog;
        this.executor = executor;
        this.identity = identity;
        this.cache = cache;
        this.similar = similar;
    }

    CallPlan plan(ChatRequest request, boolean streamed, Goal goal, long started) {
        return new CallPlan(
                ladder,
                settings,
                backoff,
                hedges,
                time.dice(),
                request,
                streamed,
                goal.takesWords(),
                goal.takesReceipt(),
                isOutOfTurn(request, goal),
                started);
    }

    /** Whether an earlier message of the conversation waits in the outbox, so that this one would overtake it. */
    private boolean isOutOfTurn(ChatRequest request, Goal goal) {
        return outbox != null
                && goal.takesReceipt()
                && request.isQueueable()
                && request.conversation().isPresent()
                && outbox.isWaiting(request.conversation().get());
    }

    /** Has something run whenever a provider has answered a call. */
    void whenAnswered(Runnable hearer) {
        whenAnswered = hearer;
    }

    String identity() {
        return identity;
    }

    Settings settings() {
        return settings;
    }

    Time time() {
        return time;
    }

    Watchdog watchdog() {
        return watchdog;
    }

    Executor executor() {
        return executor;
    }

    /** What came of an attempt that did not bring a reply. */
    Outcome failed(Throwable problem, Step.Send send, Watch watch, boolean contentCame) {
        Watchdog.Ending ending = watch.endedBy();
        if (ending == Watchdog.Ending.CLOSED) {
            return cancelled("the client was closed");
        }
        if (isInterrupted(problem)) {
            return cancelled("the calling thread was interrupted");
        }
        if (ending == Watchdog.Ending.LIMIT) {
            return heard(
                    send,
                    Failure.of(contentCame ? FailureKind.STALL : FailureKind.TIMEOUT)
                            .cause(problem)
                            .build());
        }
        return failed(problem, send);
    }

    /** What came of an attempt that ended by itself without a reply. */
    Outcome failed(Throwable problem, Step.Send send) {
        return heard(send, send.rung().sorter().apply(problem, time.clock().instant()));
    }

    /** An interrupt breaks off reading and writing: the caller's doing, and no sign of a slow or broken provider. */
    private static boolean isInterrupted(Throwable problem) {
        if (!Thread.currentThread().isInterrupted()) {
            return false;
        }
        for (Throwable each = problem; each != null; each = each.getCause()) {
            if (each instanceof InterruptedIOException || each instanceof SocketException) {
                return true;
            }
        }
        return false;
    }

    Outcome cancelled(String why) {
        return new Outcome.Failed(Failure.of(FailureKind.CANCELLED).message(why).build());
    }

    private static Outcome heard(Step.Send send, Failure failure) {
        Route route = send.rung().route();
        Failure met = route.keys() == 1
                ? failure
                : failure.toBuilder()
                        .keyNumber(send.key() + 1)
                        .message(failure.message() + " (" + route.keyName(send.key()) + ")")
                        .build();
        if (log.isDebugEnabled()) {
            log.debug("{}: {}, {}", route.name(), met.kind(), met.message());
        }
        return new Outcome.Failed(met);
    }

    /**
     * Sends what no call waits for the answer to: once, and only to a provider that may be asked. A client that is being closed
     * sends nothing more.
     */
    void aside(Exchange<?, ?> message, Route route) {
        if (!route.mayGoOn(time.now()) || !asides.tryAcquire()) {
            return;
        }
        try {
            executor.execute(() -> {
                Watch limit = watchdog.watch(time.now() + ASIDE_LIMIT, message::cancel);
                try {
                    message.perform();
                } catch (IOException | RuntimeException e) {
                    log.debug("{}: {}", route.name(), e.getClass().getName());
                } finally {
                    limit.stop();
                    asides.release();
                }
            });
        } catch (RejectedExecutionException e) {
            asides.release();
        }
    }

    /** A call that began then was answered. */
    void answered(ChatReply reply, long started) {
        if (recorder != null) {
            recorder.answered(reply.origin(), reply.attempts(), time.now() - started);
        }
        if (reply.origin() == Origin.LIVE || reply.origin() == Origin.ALTERNATE) {
            whenAnswered.run();
        }
    }

    /** A call that began then came to its end without an answer. */
    void unanswered(FailureKind why, int attempts, long started) {
        if (why != FailureKind.CANCELLED && recorder != null) {
            recorder.failed(attempts, time.now() - started);
        }
    }

    Outcome.Recalled recall(Step.Recall step, RequestFingerprint key) {
        long left = Math.max(CacheGuard.FIND_BUDGET.toNanos(), step.until() - time.now());
        return new Outcome.Recalled(cache == null ? null : cache.fallback(key, Duration.ofNanos(left)));
    }

    /** Keeps a message for later; waits until it is safe, on this thread, and not for long. */
    Outcome.Kept keep(Step.Keep step, ChatRequest request) {
        Offer offer;
        try {
            offer = step.outbox().offer(request);
        } catch (RuntimeException e) {
            return notKept(NOT_QUEUED.cause() + " (" + e.getClass().getName() + ")");
        }
        if (offer.refusal() == null
                && BlockingCall.pause(this, offer.done(), step.until() - time.now()) instanceof Outcome.Failed ended) {
            offer.withdraw();
            return new Outcome.Kept(null, ended.failure());
        }
        Receipt receipt = offer.take();
        if (receipt != null) {
            return new Outcome.Kept(receipt, null);
        }
        String refusal = offer.refusal();
        return notKept(refusal != null ? refusal : "the outbox took too long to make the message safe");
    }

    private static Outcome.Kept notKept(String why) {
        return new Outcome.Kept(null, Failure.of(NOT_QUEUED).message(why).build());
    }

    /** A kept reply that is at most this old. */
    Outcome.Recalled fresh(RequestFingerprint key, Duration freshFor) {
        ChatReply kept = cache == null ? null : cache.find(key);
        return new Outcome.Recalled(kept == null || kept.age().compareTo(freshFor) > 0 ? null : kept);
    }

    /** The call under way that asks the same, or a place to lead from. */
    Flight join(RequestFingerprint key, ChatRequest request) {
        return flights.join(key, request);
    }

    int flights() {
        return flights.count();
    }

    /** What a request's reply is kept under: a hash of all that is said in it. */
    RequestFingerprint fingerprint(ChatRequest request) {
        return RequestFingerprint.of(identity, request);
    }

    /** Whether a reply that was just given is to be kept. */
    boolean isToKeep(ChatRequest request, ChatReply reply) {
        return cache != null
                && !request.noStore()
                && (reply.origin() == Origin.LIVE || reply.origin() == Origin.ALTERNATE)
                && CacheGuard.isToKeep(reply);
    }

    /** Keeps a reply for later. */
    void remember(RequestFingerprint key, ChatRequest request, ChatReply reply) {
        requireNonNull(cache).store(key, reply);
        if (similar != null) {
            similar.rememberSoon(request, key);
        }
    }

    /** Looks for a reply to a question that was put in other words. */
    Outcome.Recalled resemble(RequestFingerprint key, ChatRequest request) {
        return new Outcome.Recalled(requireNonNull(similar)
                .find(
                        request,
                        key,
                        kept -> ladder.mayServe(request, kept.provider())
                                && request.maxStale()
                                        .filter(most -> kept.age().compareTo(most) > 0)
                                        .isEmpty()));
    }

    /** Keeps a reply that the application has. What the cache throws is the application's to hear. */
    void keep(ReplyCache where, ChatRequest request, ChatReply reply, Instant at) {
        RequestFingerprint key = fingerprint(request);
        where.store(key, reply, at);
        if (similar != null) {
            similar.remember(request, key);
        }
    }
}
