package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.FailureKind.Blame;
import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.Ledger;
import io.github.tideover.outbox.MessageState;
import io.github.tideover.outbox.OutboxMessage;
import io.github.tideover.status.Listeners;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.StatusEvent;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what waits in the outbox when there is somebody to answer it. One at a time, until one is answered and all is well; then
 * up to four. A failure ends that, and is followed by a pause that grows; that others are answered, or the status says that
 * service is back, ends the pause. Every message takes the same way through the routes as a call: their circuits, limits and turns
 * hold for it.
 */
final class OutboxDrain implements Ledger.Watcher {
    private static final Logger log = LoggerFactory.getLogger(OutboxDrain.class);

    /** Few enough to leave the provider to those who wait for their answers. */
    private static final int WIDEST = 4;

    private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(30);
    private static final long LONGEST_PAUSE_OF_ONE = TimeUnit.MINUTES.toNanos(10);
    private static final Duration LAST_WRITE = Duration.ofSeconds(1);
    /** What a provider says no to, whatever the weather. */
    private static final Set<FailureKind> REFUSALS = Set.of(
            FailureKind.CONTENT_FILTER,
            FailureKind.CONTEXT_LENGTH,
            FailureKind.INVALID_REQUEST,
            FailureKind.UNSUPPORTED,
            FailureKind.NOT_ALLOWED);

    private final Ledger ledger;
    private final Engine engine;
    private final Time time;
    private final BooleanSupplier isCalm;
    private final Deliveries deliveries;
    private final Listeners<OutboxMessage> listeners;
    private final Runnable whenDelivered;
    private final AtomicInteger wakes = new AtomicInteger();
    /** Conversations of this process that are to hear of answers. Guarded by itself. */
    private final Map<String, WeakReference<Conversation>> followers = new HashMap<>();

    // Guarded by this.
    private final Map<String, CompletableFuture<ChatReply>> underWay = new HashMap<>();
    private int width = 1;
    private long plannedFor;
    private boolean isPlanned;
    private boolean closed;

    private volatile int pauses;
    private volatile long pausedUntil;
    private volatile long lastAnswer;

    /**
     * Makes a drain.
     *
     * @param ledger what is in the outbox
     * @param engine asks providers and nobody else
     * @param isCalm whether all is well at all of them
     * @param callback takes answers
     * @param listeners told of what becomes of messages
     * @param whenDelivered run for each message that is done
     */
    OutboxDrain(
            Ledger ledger,
            Engine engine,
            BooleanSupplier isCalm,
            Consumer<Delivery> callback,
            Listeners<OutboxMessage> listeners,
            Runnable whenDelivered) {
        this.ledger = ledger;
        this.engine = engine;
        this.time = engine.time();
        this.isCalm = isCalm;
        this.listeners = listeners;
        this.whenDelivered = whenDelivered;
        long now = time.now();
        pausedUntil = now;
        lastAnswer = now - LONGEST_PAUSE_OF_ONE;
        deliveries = new Deliveries(ledger, time, engine.watchdog(), callback, this::wakeIn);
    }

    /** Begins with what is there. */
    void open() {
        ledger.attach(this);
        if (ledger.hasWork() || !ledger.list().isEmpty()) {
            wake();
        }
    }

    Ledger ledger() {
        return ledger;
    }

    // What wakes it.

    @Override
    public void wake() {
        if (wakes.getAndIncrement() == 0) {
            try {
                engine.executor().execute(this::run);
            } catch (RejectedExecutionException e) {
                wakes.set(0); // the client is closed
            }
        }
    }

    private void run() {
        int seen;
        do {
            seen = wakes.get();
            try {
                turn();
            } catch (RuntimeException | Error e) { // or it would never be woken again
                log.warn("The outbox was not worked on: {}", e.getClass().getName());
                wakeIn(FIRST_PAUSE);
            }
        } while (!wakes.compareAndSet(seen, 0));
    }

    @Override
    public void changed(OutboxMessage message) {
        if (message.state() == MessageState.WAITING && pauses == 0) { // it has just found nobody to answer it
            pauses = 1;
            pausedUntil = time.now() + FIRST_PAUSE / 2;
        }
        if (message.state() == MessageState.DELIVERED && ledger.isInCharge(this)) {
            whenDelivered.run();
        }
        listeners.tell(message);
    }

    /** A call was answered by a provider: there is somebody to ask. */
    void othersAreAnswered() {
        lastAnswer = time.now();
        if (pauses > 0) {
            endPause();
        }
    }

    void hears(StatusEvent event) {
        ServiceState state = event.status().state();
        // Not every event is good news: trouble is suspected while the state is still OPERATIONAL.
        boolean isBetter = event.previous().isWorseThan(event.state());
        if (pauses > 0 && isBetter && (state == ServiceState.RECOVERING || state == ServiceState.OPERATIONAL)) {
            endPause();
        }
    }

    private void endPause() {
        pauses = 0;
        pausedUntil = time.now();
        wake();
    }

    /** Wakes once more after a while, or earlier. */
    @SuppressWarnings("FutureReturnValueIgnored") // waking lets nothing through
    private void wakeIn(long nanos) {
        synchronized (this) {
            long due = time.now() + nanos;
            if (closed || isPlanned && plannedFor - due <= 0) {
                return;
            }
            isPlanned = true;
            plannedFor = due;
        }
        try {
            time.scheduler().schedule(this::wakeAsPlanned, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The client is closed.
        }
    }

    private void wakeAsPlanned() {
        synchronized (this) {
            if (!isPlanned || plannedFor - time.now() > 0) {
                return; // an earlier plan, which another one replaced
            }
            isPlanned = false;
        }
        wake();
    }

    // What it does.

    private void turn() {
        if (!ledger.isInCharge(this)) {
            return;
        }
        ledger.tidy().ifPresent(due -> wakeIn(Math.max(FIRST_PAUSE, due.toNanos())));
        deliveries.pump();
        List<String> begun = new ArrayList<>();
        synchronized (this) {
            long now = time.now();
            int most = isCalm.getAsBoolean() ? width : 1;
            while (!closed && underWay.size() + begun.size() < most && pausedUntil - now <= 0) {
                String id = ledger.next(now);
                if (id == null) {
                    break;
                }
                begun.add(id);
            }
        }
        begun.forEach(this::send);
        if (ledger.hasWork()) {
            wakeIn(Math.max(FIRST_PAUSE, pausedUntil - time.now()));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is made of its end lets nothing through
    private void send(String id) {
        long began = time.now();
        Optional<ChatRequest> request;
        try {
            request = ledger.request(id);
        } catch (IOException | RuntimeException e) {
            log.warn(
                    "A message in the outbox cannot be read now: {}",
                    e.getClass().getName());
            ledger.failed(id, null, false, began + pauseOf(id));
            return;
        }
        if (request.isEmpty()) {
            log.warn("What was kept of a message in the outbox is damaged: it has failed");
            ledger.lost(id);
            return;
        }
        AsyncCall<ChatReply> call = new AsyncCall<>(engine, request.get(), Goal.ANY, (reply, said) -> reply);
        synchronized (this) {
            if (closed) {
                return;
            }
            underWay.put(id, call);
        }
        call.whenComplete((reply, problem) -> {
            try {
                ended(id, began, reply, problem);
            } catch (RuntimeException e) {
                log.warn("The outbox was not worked on: {}", e.getClass().getName());
            }
        });
        try {
            call.start();
        } catch (RuntimeException e) { // it never began
            call.completeExceptionally(e);
        }
    }

    private void ended(String id, long began, @Nullable ChatReply reply, @Nullable Throwable problem) {
        if (reply != null) {
            ledger.answered(id, reply); // before anything else may be sent
        }
        boolean isOver;
        synchronized (this) {
            underWay.remove(id);
            width = reply == null ? 1 : Math.min(WIDEST, width + 1);
            isOver = closed;
        }
        if (reply != null) {
            othersAreAnswered();
            tellFollower(id, reply);
        } else if (!isOver) {
            failed(id, began, problem instanceof CompletionException ? problem.getCause() : problem);
        }
        wake();
    }

    private void failed(String id, long began, @Nullable Throwable problem) {
        FailureKind kind = problem instanceof ChatException failure ? failure.kind() : FailureKind.UNEXPECTED;
        long now = time.now();
        if (REFUSALS.contains(kind)) {
            ledger.refused(id, kind);
            return;
        }
        if (kind == FailureKind.CANCELLED) {
            ledger.failed(id, null, false, now);
            return;
        }
        boolean othersWereAnswered = lastAnswer - began > 0;
        // One answer in bad weather says nothing: then each fails now and again.
        boolean isOwnFault = othersWereAnswered
                && isCalm.getAsBoolean()
                && (kind == FailureKind.UNEXPECTED || kind.blame() == Blame.PROVIDER);
        ledger.failed(id, kind, isOwnFault, now + pauseOf(id));
        if (!othersWereAnswered) {
            int before = pauses;
            pauses = before + 1;
            pausedUntil = now + spread(Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(before, 10)));
        }
    }

    private long pauseOf(String id) {
        return spread(Math.min(LONGEST_PAUSE_OF_ONE, FIRST_PAUSE << Math.min(ledger.tries(id), 12)));
    }

    /** Half of it, and up to as much again: many clients that failed together are not to come back together. */
    private long spread(long pause) {
        return pause / 2 + (long) (pause / 2.0 * time.dice().getAsDouble());
    }

    /** Takes a message back; what is under way for it is broken off. */
    boolean cancel(String id) {
        if (!ledger.cancel(id)) {
            return false;
        }
        CompletableFuture<ChatReply> call;
        synchronized (this) {
            call = underWay.get(id);
        }
        if (call != null) {
            call.cancel(true);
        }
        return true;
    }

    // Conversations.

    /** Has a conversation hear of the answer to a message of its own. */
    void follow(String id, Conversation conversation) {
        synchronized (followers) {
            followers.values().removeIf(each -> each.get() == null);
            followers.put(id, new WeakReference<>(conversation));
        }
        try {
            engine.executor().execute(() -> findAnswer(id));
        } catch (RejectedExecutionException e) {
            // The client is closed.
        }
    }

    /** It may have come before anybody asked for it. */
    private void findAnswer(String id) {
        try {
            ledger.reply(id).ifPresent(reply -> tellFollower(id, reply));
        } catch (IOException | RuntimeException e) {
            log.debug("An answer cannot be read: {}", e.getClass().getName());
        }
    }

    private void tellFollower(String id, ChatReply reply) {
        WeakReference<Conversation> follower;
        synchronized (followers) {
            follower = followers.remove(id);
        }
        Conversation conversation = follower == null ? null : follower.get();
        if (conversation != null) {
            conversation.hears(id, reply);
        }
    }

    // The end.

    /** Sends nothing more, and gives out nothing more. */
    void stop() {
        synchronized (this) {
            closed = true;
        }
        deliveries.stop();
    }

    /** Closes the outbox, if nobody else uses it. After {@link #stop}, when the calls under way have ended. */
    void close() {
        deliveries.await(LAST_WRITE);
        ledger.detach(this, LAST_WRITE);
    }
}
