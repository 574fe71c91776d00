package io.github.tideover.cache;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cache that can keep a question beside its reply, for as long as the reply. */
interface QuestionStore {
    /**
     * Keeps a question, if its reply is there.
     *
     * @param key the fingerprint of its request
     * @param question what is to be kept
     * @param now the time
     */
    void storeQuestion(RequestFingerprint key, byte[] question, Instant now);

    /**
     * The questions that were asked in one context.
     *
     * @param key the fingerprint of any request in it
     * @param atMost how many at most
     * @return in no order that means anything; null if they cannot be read now
     */
    @Nullable
    List<byte[]> questions(RequestFingerprint key, int atMost);
}
