package io.github.tideover.cache;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between a client's calls and its cache, which may hang, throw or lie: no call waits for it longer than it can
 * afford, and none fails by it.
 *
 * <p>Memory is asked on the caller's thread. Anything else is asked on a thread of the guard's own; a cache that is late, or throws,
 * three times in a row is left alone for a second, and for twice as long each time it is late again. Too late before a call is
 * not too late instead of one, so the two are told apart. Replies are stored on another thread; those that wait for it are found
 * as well.
 *
 * <p>Part of the seam between this library's own packages. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class CacheGuard {
    /** What looking for a reply may add to a call before it is sent: 10 ms. */
    public static final Duration FIND_BUDGET = Duration.ofMillis(10);

    private static final Logger log = LoggerFactory.getLogger(CacheGuard.class);
    private static final int FINDERS = 4;
    /** Those that wait when a cache hangs. Each is gone after the budget, and more are not worth their memory. */
    private static final int WAITING_TO_FIND = 1_000;

    private static final int WAITING_TO_STORE = 1_000;
    private static final long CHARACTERS_TO_STORE = 8L << 20;
    private static final int LATE_IN_A_ROW = 3;
    private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(60);
    private static final Duration LONGEST_UNTIL_REMOVAL = Duration.ofHours(1);
    private static final Duration SHORTEST_UNTIL_REMOVAL = Duration.ofSeconds(1);

    private final @Nullable InMemoryReplyCache near;
    private final @Nullable ReplyCache far;
    private final @Nullable Upkeep upkeep;
    private final @Nullable QuestionStore questions;
    private final Clock clock;
    private final LongSupplier nanos;
    private final BiConsumer<Runnable, Duration> later;
    private final ThreadPoolExecutor finders = threads("tideover-cache-find", FINDERS, WAITING_TO_FIND);
    private final ThreadPoolExecutor writer = threads("tideover-cache", 1, Integer.MAX_VALUE);

    private final Semaphore questionsWaiting = new Semaphore(WAITING_TO_STORE);
    private final Map<RequestFingerprint, Waiting> waiting = new LinkedHashMap<>();
    private long waitingCharacters;
    private boolean writing;
    private boolean closed;
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicBoolean toldOfDropping = new AtomicBoolean();
    private boolean toldOfFailing;

    private final Punctuality beforeCalls = new Punctuality();
    private final Punctuality insteadOfCalls = new Punctuality();

    private record Waiting(ChatReply reply, Instant at, long characters) {}

    /**
     * Begins to use a cache.
     *
     * @param cache the cache
     * @param clock the time that ages are told by
     * @param nanos a monotonic clock
     * @param later runs something short after a while; not at all once the client is closed
     * @throws RuntimeException if the cache cannot be opened
     */
    public CacheGuard(ReplyCache cache, Clock clock, LongSupplier nanos, BiConsumer<Runnable, Duration> later) {
        this.clock = clock;
        this.nanos = nanos;
        this.later = later;
        if (cache instanceof InMemoryReplyCache memory) {
            near = memory;
            far = null;
        } else if (cache instanceof LayeredReplyCache layers) {
            near = layers.near();
            far = layers.far();
        } else {
            near = null;
            far = cache;
        }
        upkeep = far instanceof Upkeep kept ? kept : null;
        questions = far instanceof QuestionStore store ? store : null;
        if (upkeep != null) {
            upkeep.begin();
            later.accept(this::planRemoval, SHORTEST_UNTIL_REMOVAL);
        }
    }

    private static ThreadPoolExecutor threads(String name, int count, int waiting) {
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(count, count, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(waiting), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * Looks for a reply that may spare a call, for {@link #FIND_BUDGET}.
     *
     * @param key the request's fingerprint
     * @return the reply with its age; null if there is none, it could not be had in time, or it is not one to give
     */
    public @Nullable ChatReply find(RequestFingerprint key) {
        return find(key, beforeCalls, FIND_BUDGET);
    }

    /**
     * Looks for a reply to give because nobody answers.
     *
     * @param key the request's fingerprint
     * @param atMost how long it may take
     * @return the reply with its age; null if there is none, it could not be had in time, or it is not one to give
     */
    public @Nullable ChatReply fallback(RequestFingerprint key, Duration atMost) {
        return find(key, insteadOfCalls, atMost);
    }

    private @Nullable ChatReply find(RequestFingerprint key, Punctuality punctuality, Duration atMost) {
        Instant now = clock.instant();
        ChatReply atHand = near == null ? null : sound(near.find(key, now));
        if (atHand != null || far == null) {
            return atHand;
        }
        ChatReply justStored = waitingFor(key, now);
        if (justStored != null) {
            return justStored;
        }
        ChatReply kept = punctuality.mayAsk() ? ask(far, key, now, punctuality, atMost) : null;
        if (kept != null && near != null) {
            near.store(key, kept, now.minus(kept.age()));
        }
        return kept;
    }

    private @Nullable ChatReply waitingFor(RequestFingerprint key, Instant now) {
        Waiting found;
        synchronized (waiting) {
            found = waiting.get(key);
        }
        if (found == null) {
            return null;
        }
        return KeptReply.withAge(found.reply(), Duration.between(found.at(), now));
    }

    private @Nullable ChatReply ask(
            ReplyCache cache, RequestFingerprint key, Instant now, Punctuality punctuality, Duration atMost) {
        Future<Optional<ChatReply>> asked;
        try {
            asked = finders.submit(() -> cache.find(key, now));
        } catch (RejectedExecutionException e) {
            punctuality.wasLate("it answers none of " + WAITING_TO_FIND);
            return null;
        }
        try {
            ChatReply found = sound(asked.get(atMost.toNanos(), TimeUnit.NANOSECONDS));
            punctuality.wasInTime();
            return found;
        } catch (TimeoutException e) {
            punctuality.wasLate("it took longer than " + atMost.toMillis() + " ms");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            punctuality.wasLate((cause == null ? e : cause).getClass().getName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) { // a reply or an age of a foreign cache's own making
            punctuality.wasLate(e.getClass().getName());
        }
        asked.cancel(false); // an interrupt would close a file that others use
        return null;
    }

    /** What of a cache's answer can be seen to be wrong is nothing: null, a reply that was never whole, one from the future. */
    @SuppressWarnings("NullableOptional") // a foreign cache may give null
    private static @Nullable ChatReply sound(@Nullable Optional<ChatReply> answer) {
        ChatReply reply = answer == null ? null : answer.orElse(null);
        return reply != null && isToKeep(reply) && !reply.age().isNegative() ? reply : null;
    }

    /**
     * Whether a reply is one that a cache may keep and give out again: the whole answer of one model, and only text, so nothing cut,
     * refused, or meant to be acted on once.
     *
     * @param reply the reply
     * @return whether it is
     */
    public static boolean isToKeep(ChatReply reply) {
        return KeptReply.isWhole(reply) && !reply.isContinued();
    }

    /** Whether the cache was in time or late, for one kind of look. */
    private final class Punctuality {
        private int lateInARow;
        private long pause;
        private long pausedUntil;

        synchronized boolean mayAsk() {
            if (pause == 0) {
                return true;
            }
            long now = nanos.getAsLong();
            if (now - pausedUntil < 0) {
                return false;
            }
            pausedUntil = now + pause; // one goes and looks
            return true;
        }

        synchronized void wasInTime() {
            if (pause > 0) {
                log.info("The reply cache answers in time again");
            }
            lateInARow = 0;
            pause = 0;
        }

        synchronized void wasLate(String how) {
            lateInARow++;
            if (lateInARow < LATE_IN_A_ROW) {
                log.debug("The reply cache did not answer: {}", how);
                return;
            }
            if (pause == 0) {
                log.warn("The reply cache does not answer ({}); calls go on without it for now", how);
            }
            pause = pause == 0 ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, 2 * pause);
            pausedUntil = nanos.getAsLong() + pause;
        }
    }

    /**
     * Keeps a reply, soon: in memory at once, elsewhere on another thread. When that falls far behind, the reply is
     * dropped.
     *
     * @param key the request's fingerprint
     * @param reply a complete reply, just given
     */
    public void store(RequestFingerprint key, ChatReply reply) {
        Instant now = clock.instant();
        if (near != null) {
            near.store(key, reply, now);
        }
        if (far == null) {
            return;
        }
        long characters = (long) reply.text().length() + reply.reasoning().length();
        synchronized (waiting) {
            Waiting before = waiting.get(key);
            long others = waitingCharacters - (before == null ? 0 : before.characters());
            boolean fits = before != null || waiting.size() < WAITING_TO_STORE;
            if (!closed && fits && others + characters <= CHARACTERS_TO_STORE) {
                waiting.put(key, new Waiting(reply, now, characters));
                waitingCharacters = others + characters;
                if (!writing) {
                    writing = true;
                    writer.execute(this::storeWaiting);
                }
                return;
            }
        }
        dropped.incrementAndGet();
        if (toldOfDropping.compareAndSet(false, true)) {
            log.warn("The reply cache cannot keep up: replies are dropped");
        }
    }

    private void storeWaiting() {
        ReplyCache cache = far;
        while (cache != null) {
            Map.Entry<RequestFingerprint, Waiting> next;
            synchronized (waiting) {
                Iterator<Map.Entry<RequestFingerprint, Waiting>> first =
                        waiting.entrySet().iterator();
                if (!first.hasNext()) {
                    writing = false;
                    toldOfDropping.set(false);
                    return;
                }
                Map.Entry<RequestFingerprint, Waiting> entry = first.next();
                next = Map.entry(entry.getKey(), entry.getValue());
            }
            try {
                cache.store(
                        next.getKey(), next.getValue().reply(), next.getValue().at());
                toldOfFailing = false;
            } catch (Throwable e) { // whatever a foreign cache does, the next reply gets its turn
                dropped.incrementAndGet();
                if (!toldOfFailing) {
                    log.warn(
                            "The reply cache failed to keep a reply: {}",
                            e.getClass().getName());
                }
                toldOfFailing = true;
            }
            synchronized (waiting) {
                if (waiting.remove(next.getKey(), next.getValue())) { // or there is a newer one by now
                    waitingCharacters -= next.getValue().characters();
                }
            }
        }
    }

    /**
     * Keeps a question beside its reply, soon and after it.
     *
     * @param request its request
     * @param key the fingerprint of that
     * @param question what is to be kept
     */
    public void storeQuestion(ChatRequest request, RequestFingerprint key, byte[] question) {
        QuestionStore store = questions;
        if (store == null) {
            return;
        }
        if (!questionsWaiting.tryAcquire()) { // those of a file that hangs are not worth their memory
            log.debug("A question was not kept: the reply cache cannot keep up");
            return;
        }
        ContextRecord context = ContextRecord.of(request, key);
        try {
            writer.execute(() -> {
                try {
                    store.storeQuestion(key, question, context, clock.instant());
                } finally {
                    questionsWaiting.release();
                }
            });
        } catch (RejectedExecutionException e) {
            questionsWaiting.release();
            log.debug("The client was closed before a question was kept");
        }
    }

    /**
     * The questions that are kept of one context. Reading them takes as long as reading a file does.
     *
     * @param key the fingerprint of any request in it
     * @return what was given to {@link #storeQuestion}
     */
    public SimilarAnswers.KeptQuestions questions(RequestFingerprint key) {
        QuestionStore store = questions;
        if (store == null) {
            return () -> null;
        }
        return new SimilarAnswers.KeptQuestions() {
            @Override
            public @Nullable List<byte[]> read() {
                return store.questions(key, SimilarAnswers.MOST_COMPARED);
            }

            @Override
            public long asOf() {
                return store.questionsStored();
            }
        };
    }

    /**
     * Gives the kept questions that stand by themselves, each with its reply. Takes as long as reading all of a file does.
     *
     * @param to takes them
     * @throws java.io.UncheckedIOException if they cannot be read
     */
    public void eachStandingAlone(BiConsumer<KeptQuestion, ChatReply> to) {
        if (questions != null) {
            questions.eachStandingAlone(clock.instant(), to);
        }
    }

    /**
     * Whether a cache can keep questions beside its replies.
     *
     * @param cache the cache
     * @return whether it is on disk, or in memory over one that is
     */
    public static boolean keepsQuestions(ReplyCache cache) {
        ReplyCache far = cache instanceof LayeredReplyCache layers ? layers.far() : cache;
        return far instanceof QuestionStore;
    }

    private void planRemoval() {
        try {
            writer.execute(this::removeExpired);
        } catch (RejectedExecutionException e) {
            log.debug("The client was closed");
        }
    }

    private void removeExpired() {
        Duration next = LONGEST_UNTIL_REMOVAL;
        try {
            if (upkeep != null) {
                next = upkeep.removeExpired(clock.instant()).orElse(LONGEST_UNTIL_REMOVAL);
            }
        } catch (RuntimeException e) {
            log.warn(
                    "The reply cache failed to remove what is too old: {}",
                    e.getClass().getName());
        }
        next = next.compareTo(LONGEST_UNTIL_REMOVAL) > 0 ? LONGEST_UNTIL_REMOVAL : next;
        later.accept(this::planRemoval, next.compareTo(SHORTEST_UNTIL_REMOVAL) < 0 ? SHORTEST_UNTIL_REMOVAL : next);
    }

    /**
     * How many replies were not kept because the cache could not keep up or failed.
     *
     * @return a number since the client was built
     */
    public long dropped() {
        return dropped.get();
    }

    /**
     * Stores what waits, and lets go of the cache.
     *
     * @param atMost how long to wait for that: a cache that hangs is left behind
     */
    public void close(Duration atMost) {
        synchronized (waiting) {
            if (closed) {
                return;
            }
            closed = true;
        }
        if (upkeep != null) {
            writer.execute(upkeep::end);
        }
        finders.shutdown();
        writer.shutdown();
        try {
            if (far != null && !writer.awaitTermination(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
                log.debug("The client was closed before its last replies were kept");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
