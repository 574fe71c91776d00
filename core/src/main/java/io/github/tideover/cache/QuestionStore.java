package io.github.tideover.cache;

import io.github.tideover.chat.ChatReply;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A cache that can keep a question beside its reply, for as long as the reply. */
interface QuestionStore {
    /**
     * Keeps a question, if its reply is there. One that is kept already is not written again.
     *
     * @param key the fingerprint of its request
     * @param question what is to be kept
     * @param context what it was asked in; null if it does not stand by itself
     * @param now the time
     */
    void storeQuestion(RequestFingerprint key, byte[] question, @Nullable ContextRecord context, Instant now);

    /**
     * How often there may have come a question that was not there: where it has not changed, {@link #questions} gives no more than
     * before.
     *
     * @return a number that grows
     */
    long questionsStored();

    /**
     * The questions that were asked in one context.
     *
     * @param key the fingerprint of any request in it
     * @param atMost how many at most
     * @return in no order that means anything; null if they cannot be read now
     */
    @Nullable
    List<byte[]> questions(RequestFingerprint key, int atMost);

    /**
     * Gives the questions that stand by themselves, each with its reply. Nobody waits for what is done with them.
     *
     * @param now the time
     * @param to takes them
     * @throws java.io.UncheckedIOException if they cannot be read
     */
    void eachStandingAlone(Instant now, BiConsumer<KeptQuestion, ChatReply> to);
}
