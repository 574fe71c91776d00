package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.CallRun.Turn;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.PartialReplyException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A reply as it comes. It is read once, in one of these forms:
 *
 * <ul>
 *   <li>its pieces of text, on the calling thread: iterate over the stream itself;
 *   <li>{@linkplain #events() events}, on the calling thread: text, reasoning, and what was mended on the way;
 *   <li>{@linkplain #forEachEvent callbacks}, on one of the client's threads;
 *   <li>a {@linkplain #publisher() publisher}, which sends no more than is asked for;
 *   <li>the {@linkplain #reply() whole reply}, which is there after each of the others as well.
 * </ul>
 *
 * <p>Until the first piece, everything the engine does stays unseen: retries, other providers, the cache. A break after that
 * is dealt with as {@link StreamRescue} says. Nothing is sent before the first piece is asked for, and the deadline counts
 * from then on.
 *
 * <p>For one thread, which does the reading; only {@link #close()} may be called from another. Close it always, as in a
 * {@code try} statement: that frees the connection, whether or not all was read.
 *
 * @since 0.1
 */
public final class ReplyStream implements Iterable<String>, AutoCloseable {
    private static final String READ_ONCE = "a stream is read once, and this one is; its whole text is in reply()";
    private static final String CLOSED = "the stream was closed before its end";

    private final Engine engine;
    private final CallRun run;
    private final AtomicBoolean taken = new AtomicBoolean();
    private volatile @Nullable StreamSubscription subscription;
    /** Ends the wait under way, if there is one. */
    private volatile @Nullable CountDownLatch pause;

    ReplyStream(Engine engine, ChatRequest request, Consumer<ChatReply> whenComplete, Goal goal) {
        this.engine = engine;
        this.run = new CallRun(engine, request, true, whenComplete, goal);
    }

    /**
     * The pieces of text, in order, and none of them twice. Waiting for the next is reading from the connection.
     *
     * @return an iterator whose {@code hasNext} and {@code next} wait, and throw a {@link ChatException} if the call ends
     *     without an answer, a {@link PartialReplyException} if the stream breaks and cannot be mended without taking back
     *     text
     * @throws IllegalStateException if the stream has been read: it is read once
     */
    @Override
    public Iterator<String> iterator() {
        take();
        return new Texts();
    }

    /**
     * All that happens, in order; the last event is {@link StreamEvent.Completed}. Waiting for the next is reading from the
     * connection.
     *
     * @return events for one iteration, which throws a {@link ChatException} if the call ends without an answer, a
     *     {@link PartialReplyException} if the stream breaks and is not mended
     * @throws IllegalStateException if the stream has been read: it is read once
     */
    public Iterable<StreamEvent> events() {
        take();
        Iterator<StreamEvent> events = new Events();
        return () -> events;
    }

    /**
     * Has each event handed to a callback, on one of the client's threads, one after the other. The first request is sent
     * now.
     *
     * @param callback takes an event; the next waits until it returns. What it throws ends the call.
     * @return completes with the whole reply after the last event, or with a {@link ChatException}, or with what the callback
     *     threw. Cancelling it closes the stream.
     * @throws IllegalStateException if the stream has been read: it is read once
     */
    public CompletableFuture<ChatReply> forEachEvent(Consumer<? super StreamEvent> callback) {
        EventCalls calls = new EventCalls(engine.executor(), requireNonNull(callback, "callback == null"));
        take();
        subscribe(calls.subscriber());
        return calls;
    }

    /**
     * The events for a reactive program. The first request is sent when the first event is asked for. While nothing is asked
     * for, nothing is read: the provider is slowed down by the connection itself, no thread waits, and no limit but the
     * call's deadline runs. On Java before 24, a thread of the client's waits while something is asked for and has not come;
     * from then on it is a virtual one.
     *
     * @return a publisher for one subscriber, to which a second one, or one that comes after the stream has been read, is an
     *     error. It signals on the client's threads, never on the one that asks unless the client is closed. Cancelling the
     *     subscription closes the stream.
     */
    public Flow.Publisher<StreamEvent> publisher() {
        return subscriber -> {
            requireNonNull(subscriber, "subscriber == null");
            if (taken.compareAndSet(false, true)) {
                subscribe(subscriber);
            } else {
                subscriber.onSubscribe(new NoEvents());
                subscriber.onError(new IllegalStateException(READ_ONCE));
            }
        };
    }

    private void subscribe(Flow.Subscriber<? super StreamEvent> subscriber) {
        StreamSubscription own = new StreamSubscription(engine, run, subscriber);
        subscription = own;
        own.begin();
    }

    /**
     * The whole reply. Reads what is left of the stream first.
     *
     * @return the reply, and where it came from
     * @throws ChatException if the call ends without an answer, or the stream breaks
     * @throws IllegalStateException if the stream was closed before its end, or is read by a subscriber
     */
    public ChatReply reply() {
        taken.set(true);
        if (subscription != null && !run.isComplete()) {
            throw new IllegalStateException("a subscriber reads this stream; the reply is in its last event");
        }
        while (advance() != Turn.COMPLETE) {
            // what the caller did not want in pieces
        }
        return run.reply();
    }

    /**
     * What was said: the messages of the request, the tools' calls and results if there was a toolbox, and the reply unless it is
     * the application's own words. Reads what is left of the stream first.
     *
     * @return the messages of a conversation that goes on, unmodifiable
     * @throws ChatException as {@link #reply()} does
     * @throws IllegalStateException as {@link #reply()} does
     */
    public List<Message> history() {
        reply();
        return run.history();
    }

    /** Ends the call and frees the connection at once. May be called from any thread, and more than once. */
    @Override
    public void close() {
        StreamSubscription subscribed = subscription;
        if (subscribed != null) {
            subscribed.close(CLOSED);
        }
        run.cancel(CLOSED);
        CountDownLatch waiting = pause;
        if (waiting != null) {
            waiting.countDown();
        }
    }

    private void take() {
        if (!taken.compareAndSet(false, true)) {
            throw new IllegalStateException(READ_ONCE);
        }
    }

    /** What is next; waits out a pause on this thread. */
    private Turn advance() {
        Turn turn = run.advance();
        while (turn == Turn.PAUSE) {
            CountDownLatch over = new CountDownLatch(1);
            pause = over;
            if (run.isCancelled()) {
                over.countDown();
            }
            run.waited(BlockingCall.pause(engine, over, run.pauseNanos()));
            turn = run.advance();
        }
        return turn;
    }

    static StreamEvent eventOf(Turn turn, CallRun run) {
        return switch (turn) {
            case TEXT -> new StreamEvent.Text(run.text());
            case REASONING -> new StreamEvent.Reasoning(run.text());
            case TOOLS -> new StreamEvent.ToolsCalled(run.toolCalls());
            case RESTARTED -> new StreamEvent.Restarted(run.brokenBy());
            case CONTINUED -> new StreamEvent.Continued(run.brokenBy());
            case COMPLETE -> new StreamEvent.Completed(run.reply());
            case PAUSE -> throw new AssertionError("a pause is the driver's business");
        };
    }

    private final class Texts implements Iterator<String> {
        private @Nullable String ahead;
        private @Nullable Echo echo;

        @Override
        public boolean hasNext() {
            if (ahead == null) {
                ahead = read();
            }
            return ahead != null;
        }

        @Override
        public String next() {
            String piece = ahead != null ? ahead : read();
            ahead = null;
            if (piece == null) {
                throw new NoSuchElementException("the reply has no more text");
            }
            return piece;
        }

        /** The next piece; null at the end of a complete reply. */
        private @Nullable String read() {
            while (true) {
                Turn turn = advanceOrStrand();
                if (turn == Turn.COMPLETE) {
                    if (echo != null && !echo.isOver()) {
                        throw run.diverged();
                    }
                    run.reply();
                    return null;
                }
                if (turn == Turn.TOOLS) { // the text of the next round follows
                    if (echo != null && !echo.isOver()) {
                        throw run.diverged();
                    }
                    echo = null;
                } else if (turn == Turn.RESTARTED) {
                    echo = new Echo(run.voided());
                } else if (turn == Turn.TEXT) {
                    String fresh = echo == null ? run.text() : echo.add(run.text());
                    if (fresh == null) {
                        throw run.diverged();
                    }
                    if (!fresh.isEmpty()) {
                        return fresh;
                    }
                }
            }
        }

        /** A call that ends before all that was shown has been said again ends with what was shown. */
        private Turn advanceOrStrand() {
            try {
                return advance();
            } catch (ChatException | ToolLoopException e) {
                throw echo == null || echo.isOver() ? e : run.stranded(e);
            }
        }
    }

    private final class Events implements Iterator<StreamEvent> {
        private @Nullable StreamEvent ahead;
        private boolean ended;

        @Override
        public boolean hasNext() {
            if (ahead == null && !ended) {
                Turn turn = advance();
                ended = turn == Turn.COMPLETE;
                ahead = eventOf(turn, run);
            }
            return ahead != null;
        }

        @Override
        public StreamEvent next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the reply is complete");
            }
            StreamEvent event = requireNonNull(ahead);
            ahead = null;
            return event;
        }
    }

    /** What a subscriber has that comes too late. */
    private static final class NoEvents implements Flow.Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
