package io.github.tideover;

import io.github.tideover.cache.CacheGuard;
import io.github.tideover.cache.KeptQuestion;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.cache.RequestFingerprint;
import io.github.tideover.cache.SimilarAnswers;
import io.github.tideover.cache.SimilarQuestion;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Similarity;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the reply to a similar question, on another thread and within a moment: an embedder is the application's, and may hang. */
final class SimilarReplies {
    /** A model needs a few milliseconds on an idle machine; a call that got this far has waited for providers. */
    static final Duration LONGEST_LOOK = Duration.ofMillis(250);
    /** So many may hang before no more are begun. */
    private static final int MOST_LOOKS = 8;

    private static final Logger log = LoggerFactory.getLogger(SimilarReplies.class);

    private final SimilarAnswers questions;
    private final CacheGuard guard;
    private final ReplyCache replies;
    private final Executor executor;
    private final Clock clock;
    private final BackgroundLane lane = new BackgroundLane("tideover-similar");
    private final Semaphore looks = new Semaphore(MOST_LOOKS);

    /**
     * Makes it.
     *
     * @param questions the questions
     * @param guard what the calls ask for replies, and what knows of those that wait to be stored
     * @param replies the cache behind it
     * @param executor where to look
     * @param clock the time
     */
    SimilarReplies(SimilarAnswers questions, CacheGuard guard, ReplyCache replies, Executor executor, Clock clock) {
        this.questions = questions;
        this.guard = guard;
        this.replies = replies;
        this.executor = executor;
        this.clock = clock;
    }

    SimilarAnswers questions() {
        return questions;
    }

    /** Remembers the question of a reply that is kept. */
    void remember(ChatRequest request, RequestFingerprint key) {
        byte[] record = questions.remember(request, key);
        if (record != null) {
            guard.storeQuestion(request, key, record);
        }
    }

    /** Does so soon, and without being waited for. */
    void rememberSoon(ChatRequest request, RequestFingerprint key) {
        lane.execute(() -> {
            try {
                remember(request, key);
            } catch (RuntimeException | Error e) {
                log.warn("A question could not be remembered: {}", e.getClass().getName());
            }
        });
    }

    /**
     * Looks for a reply.
     *
     * @param mayServe whether a reply that was kept may be given to the request
     * @return the reply to the most similar question that has one; null if there is none, or finding it takes too long
     */
    @Nullable
    ChatReply find(ChatRequest request, RequestFingerprint key, Predicate<ChatReply> mayServe) {
        if (!looks.tryAcquire()) {
            return null;
        }
        FutureTask<@Nullable ChatReply> look = new FutureTask<>(() -> {
            try {
                return nearest(request, key, mayServe);
            } catch (RuntimeException | Error e) { // of an embedder that is native code, too
                log.warn(
                        "A similar question could not be looked for: {}",
                        e.getClass().getName());
                return null;
            } finally {
                looks.release();
            }
        });
        try {
            executor.execute(look);
        } catch (RejectedExecutionException e) { // the client is closed
            looks.release();
            return null;
        }
        try {
            return look.get(LONGEST_LOOK.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            log.warn("A similar question was not found within {} ms", LONGEST_LOOK.toMillis());
        } catch (ExecutionException e) {
            throw new AssertionError("what is thrown there is caught there", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return null;
    }

    private @Nullable ChatReply nearest(ChatRequest request, RequestFingerprint key, Predicate<ChatReply> mayServe) {
        for (SimilarQuestion question : questions.nearest(request, key, guard.questions(key))) {
            ChatReply reply = guard.fallback(question.key(), LONGEST_LOOK);
            if (reply == null) {
                // It may have been late only. A question goes when the cache itself has nothing.
                if (replies.find(question.key(), clock.instant()).isEmpty()) {
                    questions.drop(question.key());
                }
            } else if (mayServe.test(reply)) {
                return reply.toBuilder()
                        .similarity(Similarity.of(question.text(), question.score()))
                        .build();
            }
        }
        return null;
    }

    /** Writes the questions that stand by themselves, each with its reply: those of this process, and those that are on disk. */
    int export(OutputStream out) throws IOException {
        Set<RequestFingerprint> atHand = new HashSet<>();
        AtomicInteger written = new AtomicInteger();
        BiConsumer<KeptQuestion, ChatReply> write = (question, reply) -> {
            write(out, question, reply);
            written.incrementAndGet();
        };
        try {
            for (KeptQuestion question : questions.standingAlone()) {
                replies.find(question.key(), clock.instant()).ifPresent(reply -> {
                    write.accept(question, reply);
                    atHand.add(question.key());
                });
            }
            if (questions.isOnDisk()) {
                guard.eachStandingAlone((question, reply) -> {
                    if (!atHand.contains(question.key())) {
                        write.accept(question, reply);
                    }
                });
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        out.flush();
        return written.get();
    }

    private void write(OutputStream out, KeptQuestion question, ChatReply reply) {
        try {
            AnswersFile.write(out, question, reply, clock.instant().minus(reply.age()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Learns what waits, and takes no more.
     *
     * @param atMost how long to wait for that, where it is to outlast the process
     */
    void close(Duration atMost) {
        lane.close();
        if (questions.isOnDisk()) {
            lane.await(atMost);
        }
    }
}
