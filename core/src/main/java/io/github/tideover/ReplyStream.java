package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.Watchdog.Watch;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.Exchange;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A reply as it comes: iterate over its pieces of text, then ask for the whole.
 *
 * <p>Until the first piece of text, everything the engine does stays unseen: retries, other providers, the cache. After it,
 * a break ends the iteration with a {@link PartialReplyException} that carries the text so far. Nothing is sent before the
 * first piece is asked for, and the deadline counts from then on.
 *
 * <p>For one thread, which does the reading; only {@link #close()} may be called from another. Close it always, as in a
 * {@code try} statement: that frees the connection, whether or not all was read.
 *
 * @since 0.1
 */
public final class ReplyStream implements Iterable<String>, AutoCloseable {
    /** What a stream is given for its token counts, once it has said that the answer is complete. */
    private static final long USAGE_GRACE = TimeUnit.SECONDS.toNanos(1);

    private final Engine engine;
    private final ChatRequest request;
    private final Consumer<ChatReply> whenComplete;
    /** Held by the thread that reads, or by the one that cleans up after a close. */
    private final AtomicBoolean busy = new AtomicBoolean();

    private @Nullable CallPlan plan;
    private @Nullable Attempt attempt;
    private boolean committed;
    private boolean iterated;
    private @Nullable ChatReply reply;
    private @Nullable RuntimeException problem;
    private volatile boolean closed;
    private volatile @Nullable Exchange<?, DeltaReader> exchange;
    /** Ends the wait under way, if there is one. */
    private volatile @Nullable CountDownLatch pause;

    ReplyStream(Engine engine, ChatRequest request, Consumer<ChatReply> whenComplete) {
        this.engine = engine;
        this.request = request;
        this.whenComplete = whenComplete;
    }

    /**
     * The pieces of text, in order. Waiting for the next is reading from the connection.
     *
     * @return an iterator whose {@code hasNext} and {@code next} wait, and throw a {@link ChatException} if the call ends
     *     without an answer or the stream breaks
     * @throws IllegalStateException if it was asked for before: a stream is read once
     */
    @Override
    public Iterator<String> iterator() {
        if (iterated) {
            throw new IllegalStateException("a stream is read once, and this one is; its whole text is in reply()");
        }
        iterated = true;
        return new Pieces();
    }

    /**
     * The whole reply. Reads what is left of the stream first.
     *
     * @return the reply, and where it came from
     * @throws ChatException if the call ends without an answer, or the stream breaks
     * @throws IllegalStateException if the stream was closed before its end
     */
    public ChatReply reply() {
        iterated = true;
        while (advance() != null) {
            // what the caller did not want in pieces
        }
        return requireNonNull(reply);
    }

    /** Ends the call and frees the connection at once. May be called from any thread, and more than once. */
    @Override
    public void close() {
        closed = true;
        Exchange<?, DeltaReader> underWay = exchange;
        if (underWay != null) {
            underWay.cancel();
        }
        CountDownLatch waiting = pause;
        if (waiting != null) {
            waiting.countDown();
        }
        cleanUpIfClosed();
    }

    /** Gives back what the call holds: by the thread that closed, or by the one that was reading just then. */
    private void cleanUpIfClosed() {
        if (closed && busy.compareAndSet(false, true)) {
            try {
                release();
            } finally {
                busy.set(false);
            }
        }
    }

    private void release() {
        if (attempt != null) {
            attempt.end();
        }
        if (plan != null) {
            plan.abandon();
        }
    }

    /** The next piece of text; null at the end of a complete reply. */
    private @Nullable String advance() {
        if (reply != null) {
            return null;
        }
        if (problem != null) {
            throw problem;
        }
        if (closed || !busy.compareAndSet(false, true)) {
            throw new IllegalStateException("the stream was closed before its end");
        }
        try {
            return nextPiece();
        } catch (RuntimeException e) {
            problem = e;
            release();
            throw e;
        } catch (Error e) {
            release();
            throw e;
        } finally {
            busy.set(false);
            cleanUpIfClosed();
        }
    }

    private @Nullable String nextPiece() {
        CallPlan call = plan;
        Step step;
        if (call == null) {
            call = engine.plan(request, true);
            plan = call;
            step = call.first(engine.time().now());
        } else {
            Attempt open = requireNonNull(attempt);
            Outcome outcome = open.read(call);
            if (outcome == null) {
                return open.piece;
            }
            step = call.next(outcome, engine.time().now());
        }
        while (true) {
            if (step instanceof Step.Answer answer) {
                return finish(answer.reply());
            }
            if (step instanceof Step.Fail fail) {
                throw failed(fail.exception());
            }
            Outcome outcome = perform(step, call);
            if (outcome == null) {
                return requireNonNull(attempt).piece;
            }
            step = call.next(outcome, engine.time().now());
        }
    }

    /** Performs a step; null if a piece of text came of it. */
    private @Nullable Outcome perform(Step step, CallPlan call) {
        if (step instanceof Step.Recall recall) {
            return engine.recall(recall.cache(), request);
        }
        if (step instanceof Step.Wait wait) {
            return pause(wait.nanos());
        }
        Step.Send send = (Step.Send) step;
        Exchange<?, DeltaReader> prepared;
        try {
            prepared = send.rung().dialect().streamed(request, send.rung().model());
        } catch (RuntimeException e) {
            return engine.failed(e, send.rung());
        }
        attempt = new Attempt(send, prepared);
        return attempt.open(call);
    }

    private Outcome pause(long nanos) {
        CountDownLatch over = new CountDownLatch(1);
        pause = over;
        if (closed) {
            over.countDown();
        }
        return unlessClosed(BlockingCall.pause(engine, over, nanos));
    }

    private Outcome unlessClosed(Outcome outcome) {
        return closed ? engine.cancelled("the stream was closed before its end") : outcome;
    }

    private @Nullable String finish(ChatReply complete) {
        reply = complete;
        engine.remember(request, complete);
        whenComplete.accept(complete);
        return committed || complete.text().isEmpty() ? null : complete.text();
    }

    private ChatException failed(ChatException exception) {
        return committed
                ? ChatException.partial(
                        exception.failure(),
                        exception.attempts(),
                        exception.failures(),
                        requireNonNull(attempt).textSoFar())
                : exception;
    }

    /** One attempt on the wire, from sending the request to the end of its stream. */
    private final class Attempt {
        private final Rung.Ask rung;
        private final Exchange<?, DeltaReader> sending;
        private final Watch watch;
        private @Nullable DeltaReader deltas;
        private boolean contentCame;
        private @Nullable String piece;

        Attempt(Step.Send send, Exchange<?, DeltaReader> sending) {
            this.rung = send.rung();
            this.sending = sending;
            this.watch = engine.watchdog().watch(send.limit(), sending::cancel);
            exchange = sending;
            if (closed) {
                sending.cancel();
            }
        }

        /** Sends the request and reads up to the first text; null once that is there. */
        @Nullable
        Outcome open(CallPlan call) {
            try {
                deltas = sending.perform();
            } catch (Exception e) {
                end();
                return unlessClosed(engine.failed(e, rung, watch, false));
            }
            return read(call);
        }

        /** Reads up to the next text; null once that is there. */
        @Nullable
        Outcome read(CallPlan call) {
            DeltaReader reader = requireNonNull(deltas);
            Outcome outcome;
            try {
                while (reader.next()) {
                    long now = engine.time().now();
                    if (reader.isFinished()) {
                        watch.until(now + USAGE_GRACE);
                        continue;
                    }
                    contentCame = true;
                    watch.until(Math.min(now + engine.settings().stallTimeout().toNanos(), call.deadline()));
                    piece = reader.text();
                    if (piece != null && !piece.isEmpty()) {
                        if (!committed) {
                            committed = true;
                            call.committed(now);
                        }
                        return null;
                    }
                }
                outcome = new Outcome.Answered(reader.reply());
            } catch (Exception e) {
                outcome = unlessClosed(engine.failed(e, rung, watch, contentCame));
            }
            end();
            return outcome;
        }

        String textSoFar() {
            return requireNonNull(deltas).reply().build().text();
        }

        void end() {
            watch.stop();
            if (deltas != null) {
                deltas.close();
            }
        }
    }

    private final class Pieces implements Iterator<String> {
        private @Nullable String ahead;

        @Override
        public boolean hasNext() {
            if (ahead == null) {
                ahead = advance();
            }
            return ahead != null;
        }

        @Override
        public String next() {
            String piece = ahead != null ? ahead : advance();
            ahead = null;
            if (piece == null) {
                throw new NoSuchElementException("the reply has no more text");
            }
            return piece;
        }
    }
}
