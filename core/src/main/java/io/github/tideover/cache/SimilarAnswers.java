package io.github.tideover.cache;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.Role;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the questions that were answered, so that in an outage, when no reply is kept to the very question, one that was put
 * in other words is answered with the reply it was given. The replies are in the {@link ReplyCache}, for as long as they are
 * kept there; here are the questions.
 *
 * <p>Questions are compared only where all else is the same: the tenant, the model, the settings, and every message before the last
 * one, the system prompt above all. Requests with images, files, tools or a response format are answered from their own replies
 * only, as are questions of more than {@value #LONGEST_QUESTION} characters.
 *
 * <p>Questions that differ in a number, a name, a negation, an opposite that is known, or in one word alone, are never the same,
 * whatever the embedder says; nor are those that have the same words the other way round. Names are told by their capitals;
 * opposites are English.
 *
 * <p><b>The text of questions and system prompts is kept for this</b>, in this process's memory, which a reply cache does not do.
 * It is written to disk only with {@link Builder#onDisk()}; without it, after a restart, only what is asked or
 * {@linkplain io.github.tideover.Tideover#remember remembered} from then on is found.
 *
 * <p>Safe for use by many threads, and by several clients that share a reply cache.
 *
 * @since 0.1
 */
public final class SimilarAnswers {
    /** Questions of more characters are neither kept nor compared. */
    public static final int LONGEST_QUESTION = 1_000;
    /** How many questions are kept unless {@link Builder#maxQuestions} says otherwise. */
    public static final int DEFAULT_MAX_QUESTIONS = 10_000;

    /** Of so many contexts without questions it is remembered that there are none: in a conversation, each turn has its own. */
    private static final int MOST_EMPTY = 1_000;
    /** What a question is compared with at most: so many take a few milliseconds. */
    static final int MOST_COMPARED = 4_000;
    /** A reply may be gone though its question is not. The next like question will do. */
    private static final int MOST_FOUND = 3;
    /** Rounding is no reason to doubt an embedder. */
    private static final double ROUNDING = 0.01;

    private final Embedder embedder;
    private final double threshold;
    private final int maxQuestions;
    private final boolean onDisk;

    /** The one that was used last is last. Guarded by itself, as are the contexts in it. */
    private final Map<ByteBuffer, Context> contexts = new LinkedHashMap<>(16, 0.75f, true);

    /** Contexts of which nothing is kept, as of when. Guarded by {@link #contexts}; the one that was used last is last. */
    private final Map<ByteBuffer, Long> empty = new LinkedHashMap<>(16, 0.75f, true);

    private int size;
    private int forgotten;

    /**
     * What is kept on disk of the questions of one context. Part of the seam between this library's own packages.
     *
     * @since 0.1
     */
    @FunctionalInterface
    public interface KeptQuestions {
        /**
         * Reads them.
         *
         * @return what {@link SimilarAnswers#remember} gave; null if it cannot be read now
         */
        @Nullable
        List<byte[]> read();

        /**
         * As of when they are: there are no more of them for as long as this is the same.
         *
         * @return a number that grows; always 0 where none are added
         */
        default long asOf() {
            return 0;
        }
    }

    private SimilarAnswers(Builder builder) {
        embedder = builder.embedder;
        threshold = builder.threshold;
        maxQuestions = builder.maxQuestions;
        onDisk = builder.onDisk;
    }

    /**
     * Compares questions as an embedder places them, from its own {@linkplain Embedder#threshold() threshold} on.
     *
     * @param embedder such as {@link Embedder#lexical()}
     * @return with no questions yet
     * @throws IllegalArgumentException as {@link #builder} does
     */
    public static SimilarAnswers by(Embedder embedder) {
        return builder(embedder).build();
    }

    /**
     * Starts with an embedder.
     *
     * @param embedder such as {@link Embedder#lexical()}
     * @return a builder with the embedder's own threshold and 10,000 questions
     * @throws IllegalArgumentException if the embedder's threshold or dimension makes no sense
     */
    public static Builder builder(Embedder embedder) {
        return new Builder(embedder);
    }

    /**
     * How like two questions are, as a client sees it: to try a threshold on questions of one's own.
     *
     * @param one a question
     * @param other another one
     * @return from 0 to 1; 0 if they have particulars, such as a number, that tell them apart
     */
    public double likeness(String one, String other) {
        return Particulars.of(one).allow(Particulars.of(other)) ? cosine(place(one), place(other)) : 0;
    }

    /**
     * Forgets a tenant's questions. The replies are the reply cache's to {@linkplain ReplyCache#forget forget};
     * {@link io.github.tideover.Tideover#forget} does both.
     *
     * @param tenant the name that its requests were {@linkplain ChatRequest.Builder#tenant given}
     */
    public void forget(String tenant) {
        requireNonNull(tenant, "tenant == null");
        synchronized (contexts) {
            forgotten++;
            for (Iterator<Context> each = contexts.values().iterator(); each.hasNext(); ) {
                Context context = each.next();
                if (tenant.equals(context.tenant)) {
                    size -= context.questions.size();
                    each.remove();
                }
            }
        }
    }

    /**
     * How many questions are kept.
     *
     * @return the number
     */
    public int size() {
        synchronized (contexts) {
            return size;
        }
    }

    /**
     * From which likeness on two questions are taken for the same.
     *
     * @return more than 0, at most 1
     */
    public double threshold() {
        return threshold;
    }

    /**
     * Whether questions are kept in the file of the reply cache.
     *
     * @return whether {@link Builder#onDisk()} was asked for
     */
    public boolean isOnDisk() {
        return onDisk;
    }

    /**
     * Keeps a question. Part of the seam between this library's own packages.
     *
     * @param request the request; one that cannot be compared is passed over
     * @param key where its reply is kept
     * @return what to keep beside the reply for {@link #nearest} of a later process; null if nothing is
     */
    public byte @Nullable [] remember(ChatRequest request, RequestFingerprint key) {
        String question = questionOf(request);
        if (question == null) {
            return null;
        }
        Question placed = new Question(question, place(question), Particulars.of(question), key);
        synchronized (contexts) {
            Context context = contextOf(request, key);
            // The newest last, also if it was asked before.
            size += context.questions.remove(key) == null ? 1 : 0;
            context.questions.put(key, placed);
            makeRoom(context);
        }
        return onDisk ? new QuestionRecord(embedder.name(), question, placed.place, key.hash()).toBytes() : null;
    }

    private Context contextOf(ChatRequest request, RequestFingerprint key) {
        return contexts.computeIfAbsent(
                ByteBuffer.wrap(key.contextHash()),
                any -> new Context(request.tenant().orElse(null), ContextRecord.of(request, key)));
    }

    private void makeRoom(Context context) {
        while (context.questions.size() > MOST_COMPARED) {
            context.dropEldest();
            size--;
        }
        while (size > maxQuestions) {
            Iterator<Context> all = contexts.values().iterator();
            Context eldest = all.next();
            eldest.dropEldest();
            size--;
            if (eldest.questions.isEmpty()) {
                all.remove();
            }
        }
    }

    /** Takes in the questions of earlier processes, once for each context: they count as older than those that are here. */
    private void takeIn(ChatRequest request, RequestFingerprint key, KeptQuestions kept) {
        if (!onDisk) {
            return;
        }
        ByteBuffer where = ByteBuffer.wrap(key.contextHash());
        long asOf = kept.asOf(); // what is stored while they are read is read the next time
        int forgottenBefore;
        synchronized (contexts) {
            Context context = contexts.get(where);
            if (context != null && context.isComplete || Objects.equals(empty.get(where), asOf)) {
                return;
            }
            forgottenBefore = forgotten;
        }
        List<byte[]> records = kept.read();
        if (records == null) {
            return;
        }
        Map<RequestFingerprint, Question> older = new LinkedHashMap<>();
        for (byte[] record : records) {
            QuestionRecord.of(record).filter(read -> read.isPlacedBy(embedder)).ifPresent(read -> {
                RequestFingerprint at = key.beside(read.hash());
                older.put(at, new Question(read.text(), read.place(), Particulars.of(read.text()), at));
            });
        }
        if (older.isEmpty()) {
            noteEmpty(where, asOf);
            return;
        }
        synchronized (contexts) {
            if (forgotten != forgottenBefore) {
                return; // what was read may be the tenant's that is forgotten; the next call reads again
            }
            Context context = contextOf(request, key);
            context.isComplete = true;
            older.keySet().removeAll(context.questions.keySet());
            size += older.size();
            older.putAll(context.questions);
            context.questions.clear();
            context.questions.putAll(older);
            makeRoom(context);
        }
    }

    private void noteEmpty(ByteBuffer context, long asOf) {
        synchronized (contexts) {
            empty.put(context, asOf);
            if (empty.size() > MOST_EMPTY) {
                empty.remove(empty.keySet().iterator().next());
            }
        }
    }

    /**
     * Finds the questions that are most like a request's. Part of the seam between this library's own packages.
     *
     * @param request the request
     * @param key its own fingerprint
     * @param kept what {@link #remember} has returned for questions of the same context; read only if questions are kept on
     *     disk, no more once it has given some, and once for each time it may have changed while it gives none
     * @return at most three from the threshold on, the most like first
     */
    public List<SimilarQuestion> nearest(ChatRequest request, RequestFingerprint key, KeptQuestions kept) {
        String question = questionOf(request);
        if (question == null) {
            return List.of();
        }
        takeIn(request, key, kept);
        List<Question> others;
        synchronized (contexts) {
            Context context = contexts.get(ByteBuffer.wrap(key.contextHash()));
            if (context == null) {
                return List.of();
            }
            others = new ArrayList<>(context.questions.values());
        }
        float[] place = place(question);
        Particulars particulars = Particulars.of(question);
        List<SimilarQuestion> found = new ArrayList<>();
        for (Question other : others) {
            double score = cosine(place, other.place);
            if (score >= threshold && !other.key.equals(key) && other.particulars.allow(particulars)) {
                found.add(new SimilarQuestion(other.text, score, other.key));
            }
        }
        found.sort(Comparator.comparingDouble(SimilarQuestion::score).reversed());
        return List.copyOf(found.subList(0, Math.min(MOST_FOUND, found.size())));
    }

    /**
     * Forgets a question of which the reply is gone. Part of the seam between this library's own packages.
     *
     * @param key where the reply was kept
     */
    public void drop(RequestFingerprint key) {
        synchronized (contexts) {
            Context context = contexts.get(ByteBuffer.wrap(key.contextHash()));
            if (context != null && context.questions.remove(key) != null) {
                size--;
            }
        }
    }

    /**
     * The questions that stand by themselves: after a system prompt or nothing. Part of the seam between this library's own
     * packages.
     *
     * @return an unmodifiable list
     */
    public List<KeptQuestion> standingAlone() {
        List<KeptQuestion> all = new ArrayList<>();
        synchronized (contexts) {
            for (Context context : contexts.values()) {
                ContextRecord alone = context.alone;
                if (alone != null) {
                    context.questions.values().forEach(each -> all.add(alone.question(each.text, each.key)));
                }
            }
        }
        return List.copyOf(all);
    }

    /** The text of the last message, if the request can be compared; null if not. */
    private static @Nullable String questionOf(ChatRequest request) {
        List<Message> messages = request.messages();
        Message last = messages.get(messages.size() - 1);
        boolean isComparable = last.role() == Role.USER
                && request.tools().isEmpty()
                && request.responseFormat().isEmpty()
                && messages.stream().allMatch(SimilarAnswers::isText);
        String text = last.text();
        return isComparable && !text.isBlank() && text.length() <= LONGEST_QUESTION ? text : null;
    }

    private static boolean isText(Message message) {
        return message.role() != Role.TOOL
                && message.toolCalls().isEmpty()
                && message.parts().stream().allMatch(Part.Text.class::isInstance);
    }

    private float[] place(String question) {
        float[] place = embedder.embed(question);
        double squares = 0;
        for (float each : place) {
            squares += each * each;
        }
        // A vector of another length would be like anything.
        if (place.length != embedder.dimension() || !(Math.abs(squares - 1) < ROUNDING)) {
            throw new IllegalStateException(
                    "embedder " + embedder.name() + " gave " + place.length + " numbers with squares of " + squares
                            + " in all, which should be " + embedder.dimension() + " and 1");
        }
        return place;
    }

    private static double cosine(float[] one, float[] other) {
        float sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return Math.max(0, Math.min(1, sum));
    }

    /** Gives the embedder and how many questions there are. */
    @Override
    public String toString() {
        return "SimilarAnswers{" + embedder.name() + " from " + threshold + ", " + size() + " questions}";
    }

    /** Questions that were asked after the same, of the same tenant, with the same settings. */
    private static final class Context {
        /** Those of earlier processes are among them. */
        boolean isComplete;

        final @Nullable String tenant;
        /** Null in the middle of a conversation. */
        final @Nullable ContextRecord alone;

        final Map<RequestFingerprint, Question> questions = new LinkedHashMap<>();

        Context(@Nullable String tenant, @Nullable ContextRecord alone) {
            this.tenant = tenant;
            this.alone = alone;
        }

        void dropEldest() {
            Iterator<RequestFingerprint> keys = questions.keySet().iterator();
            keys.next();
            keys.remove();
        }
    }

    /** A question, and where it is. No record: the place is an array. */
    private static final class Question {
        final String text;
        final float[] place;
        final Particulars particulars;
        final RequestFingerprint key;

        Question(String text, float[] place, Particulars particulars, RequestFingerprint key) {
            this.text = text;
            this.place = place;
            this.particulars = particulars;
            this.key = key;
        }
    }

    /**
     * Builds a {@link SimilarAnswers}.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final Embedder embedder;
        private double threshold;
        private int maxQuestions = DEFAULT_MAX_QUESTIONS;
        private boolean onDisk;

        private Builder(Embedder embedder) {
            this.embedder = requireNonNull(embedder, "embedder == null");
            if (embedder.dimension() < 1) {
                throw new IllegalArgumentException(
                        "embedder " + embedder.name() + " must have at least 1 dimension, not " + embedder.dimension());
            }
            threshold(embedder.threshold());
        }

        /**
         * Sets from which likeness on two questions are taken for the same. A lower one finds more answers, and more that are
         * wrong: {@code docs/similar-answers.md} has how many of each.
         *
         * @param threshold more than 0, at most 1
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder threshold(double threshold) {
            if (!(threshold > 0 && threshold <= 1)) {
                throw new IllegalArgumentException("threshold must be more than 0 and at most 1, not " + threshold);
            }
            this.threshold = threshold;
            return this;
        }

        /**
         * Sets how many questions are kept, the last ones, over all tenants. Each takes its text and four bytes for each of the
         * embedder's dimensions: 10,000 take some 25 MB. One question is compared with the last 4,000 at most.
         *
         * @param maxQuestions at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder maxQuestions(int maxQuestions) {
            if (maxQuestions < 1) {
                throw new IllegalArgumentException("maxQuestions must be at least 1, not " + maxQuestions);
            }
            this.maxQuestions = maxQuestions;
            return this;
        }

        /**
         * Keeps each question in the file of the reply cache, beside its reply and for as long, so that it is found after a
         * restart: its text, and four bytes for each of the embedder's dimensions. With them, once for all questions that were asked
         * in it, goes the system prompt and the name of the tenant, so that
         * {@link io.github.tideover.Tideover#exportAnswers exportAnswers} can write them. The file is encrypted if the cache
         * {@linkplain ReplyCache.DiskBuilder#encryptionKey is}. What was placed by an embedder of another name is not found.
         *
         * <p>Needs a reply cache on disk, which may be under one in memory.
         *
         * @return this builder
         */
        public Builder onDisk() {
            this.onDisk = true;
            return this;
        }

        /**
         * Builds it.
         *
         * @return with no questions yet
         */
        public SimilarAnswers build() {
            return new SimilarAnswers(this);
        }
    }
}
