package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.Watchdog.Watch;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RateLimits;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.Exchange;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One attempt on the wire, from sending the request to the end of its reply. The limits on its first content, on a pause
 * between two pieces, on its pace and on the whole are set here and kept by the {@link Watchdog}: only content moves them,
 * and time in which the caller does not ask for more does not count.
 *
 * <p>For one thread at a time; {@link #cancel()} may come from any.
 */
final class Attempt {
    /** What a stream is given for its token counts, once it has said that the answer is complete. */
    private static final long USAGE_GRACE = TimeUnit.SECONDS.toNanos(1);

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final Engine engine;
    private final ChatRequest request;
    private final Step.Send send;
    private final String beginning;
    private final @Nullable Attempt broken;
    private final Runnable whenCut;

    private volatile @Nullable Watch watch;
    private @Nullable DeltaReader reader;
    private RateLimits rateLimits = RateLimits.NONE;
    private boolean contentCame;
    private boolean abandoned;
    /** When the caller was given what came last; -1 while it waits for more. */
    private long handedAt = -1;

    private long lengthDue;
    private long paceLimit;
    private volatile @Nullable Exchange<?, ?> exchange;
    private volatile boolean cancelled;

    /**
     * Prepares an attempt.
     *
     * @param beginning what was shown of the reply before, for an attempt that continues it
     * @param broken the attempt whose stream goes on, for one that resumes it
     * @param whenCut run, on the timer's thread, when a limit passes or the client is closed
     */
    Attempt(
            Engine engine,
            ChatRequest request,
            Step.Send send,
            String beginning,
            @Nullable Attempt broken,
            Runnable whenCut) {
        this.engine = engine;
        this.request = request.asSentTo(send.rung().provider());
        this.send = send;
        this.beginning = beginning;
        this.broken = broken;
        this.whenCut = whenCut;
    }

    Step.Send send() {
        return send;
    }

    /** Sends the request and reads up to the first content; null once that is there. */
    @Nullable
    Outcome begin() {
        return send.mode() == Step.Mode.WHOLE ? whole() : stream();
    }

    private Outcome whole() {
        Exchange<?, ChatReply.Builder> prepared;
        try {
            prepared = send.dialect().whole(request, send.rung().model());
            request.idempotencyKey().ifPresent(prepared::idempotencyKey);
        } catch (RuntimeException e) {
            return engine.failed(e, send);
        }
        Watch guard = guard(prepared);
        try {
            ChatReply.Builder reply = prepared.perform();
            return new Outcome.Answered(reply.rateLimits(limitsOf(prepared)));
        } catch (Exception e) {
            return engine.failed(e, send, guard, false);
        } finally {
            guard.stop();
        }
    }

    private @Nullable Outcome stream() {
        Rung.Ask rung = send.rung();
        Exchange<?, DeltaReader> prepared;
        try {
            prepared = switch (send.mode()) {
                case RESUMPTION ->
                    requireNonNull(requireNonNull(broken).reader).resumption().orElseThrow();
                case CONTINUATION -> send.dialect().continued(request, beginning, rung.model());
                default -> send.dialect().streamed(request, rung.model());
            };
            if (send.mode() == Step.Mode.STREAM) { // what goes on with a stream asks for something else
                request.idempotencyKey().ifPresent(prepared::idempotencyKey);
            }
        } catch (RuntimeException e) {
            return engine.failed(e, send);
        }
        Watch guard = guard(prepared);
        try {
            reader = prepared.perform();
            rateLimits = limitsOf(prepared);
        } catch (Exception e) {
            end();
            return engine.failed(e, send, guard, false);
        } catch (Error e) {
            end();
            throw e;
        }
        return read();
    }

    private RateLimits limitsOf(Exchange<?, ?> answered) {
        return answered.rateLimits(engine.time().clock());
    }

    /** What the headers of the answer said of rate limits. */
    RateLimits rateLimits() {
        return rateLimits;
    }

    private Watch guard(Exchange<?, ?> prepared) {
        Watch guard = engine.watchdog().watch(send.limit(), () -> {
            prepared.cancel();
            whenCut.run();
        });
        watch = guard;
        exchange = prepared;
        if (cancelled) {
            prepared.cancel();
        }
        return guard;
    }

    /** Reads up to the next content; null once that is there. */
    @Nullable
    Outcome read() {
        DeltaReader deltas = requireNonNull(reader);
        Watch guard = requireNonNull(watch);
        Outcome outcome;
        try {
            if (handedAt != -1) {
                if (isCut()) {
                    throw new InterruptedIOException("ended while nothing was asked for");
                }
                resume(guard);
            }
            while (deltas.next()) {
                boolean isPiece = deltas.text() != null || deltas.reasoning() != null;
                if (deltas.isFinished() && !isPiece) {
                    guard.until(Math.min(engine.time().now() + USAGE_GRACE, send.end()));
                } else {
                    hand(deltas, guard);
                    return null;
                }
            }
            outcome = new Outcome.Answered(deltas.reply().rateLimits(rateLimits));
        } catch (Exception e) {
            outcome = engine.failed(e, send, guard, contentCame);
        } catch (Error e) {
            end();
            throw e;
        }
        end();
        return outcome;
    }

    /** Content came, and the caller has it: until it asks for more, only the end of all counts. */
    private void hand(DeltaReader deltas, Watch guard) {
        long now = engine.time().now();
        if (!contentCame || deltas.length() >= lengthDue) {
            lengthDue = deltas.length() + engine.settings().lowestThroughput;
            paceLimit = now + MINUTE;
        }
        contentCame = true;
        handedAt = now;
        guard.until(send.end());
    }

    private void resume(Watch guard) {
        long now = engine.time().now();
        paceLimit += now - handedAt;
        handedAt = -1;
        long stall = now + engine.settings().stallTimeout.toNanos();
        boolean hasPace = engine.settings().lowestThroughput > 0;
        guard.until(Math.min(send.end(), hasPace ? Math.min(stall, paceLimit) : stall));
    }

    /** The text of the piece that came last, or null. */
    @Nullable
    String text() {
        return requireNonNull(reader).text();
    }

    /** The reasoning of the piece that came last, or null. */
    @Nullable
    String reasoning() {
        return requireNonNull(reader).reasoning();
    }

    /** All that came so far. */
    ChatReply soFar() {
        return reader == null && broken != null
                ? broken.soFar()
                : requireNonNull(reader).reply().build();
    }

    /** Whether the stream that it read broke off, and the provider can go on with it. */
    boolean canResume() {
        return reader != null && reader.resumption().isPresent();
    }

    /** Nobody waits for it any more: a provider that would go on writing is told so, off the call's path. */
    void abandon() {
        if (abandoned) {
            return;
        }
        abandoned = true;
        if (reader != null) {
            reader.abandonment()
                    .ifPresent(stop -> engine.aside(stop, send.rung().route()));
        } else if (broken != null) {
            broken.abandon();
        }
    }

    /** Breaks it off at its socket. */
    void cancel() {
        cancelled = true;
        Exchange<?, ?> underWay = exchange;
        if (underWay != null) {
            underWay.cancel();
        }
    }

    /** Whether a limit has passed, or the client was closed. */
    boolean isCut() {
        Watch guard = watch;
        Watchdog.Ending ending = guard == null ? null : guard.endedBy();
        return ending == Watchdog.Ending.LIMIT || ending == Watchdog.Ending.CLOSED;
    }

    /** What it means that the attempt was ended while the caller asked for nothing: neither is the provider's doing. */
    Failure cutWhileAtRest() {
        boolean isLate = requireNonNull(watch).endedBy() == Watchdog.Ending.LIMIT;
        return (isLate
                        ? Failure.of(FailureKind.DEADLINE)
                        : Failure.of(FailureKind.CANCELLED).message("the client was closed"))
                .source(send.rung().route().name())
                .build();
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Frees the connection and ends the watch. */
    void end() {
        if (watch != null) {
            watch.stop();
        }
        if (reader != null) {
            reader.close();
        }
    }
}
