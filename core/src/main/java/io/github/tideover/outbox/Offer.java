package io.github.tideover.outbox;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Receipt;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way into the outbox: accepted once it is safe and somebody still wants the receipt.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class Offer {
    private final Ledger ledger;
    private final @Nullable Entry entry;
    private final Receipt receipt;
    private final CountDownLatch done = new CountDownLatch(1);
    /** What is being written, which an answer to an earlier message may still change. */
    ChatRequest request;

    byte[] bytes;
    private @Nullable String refusal;
    private boolean safe;
    private boolean withdrawn;

    Offer(Ledger ledger, @Nullable Entry entry, Receipt receipt, ChatRequest request, byte[] bytes) {
        this.ledger = ledger;
        this.entry = entry;
        this.receipt = receipt;
        this.request = request;
        this.bytes = bytes;
    }

    /**
     * Where to wait for what becomes of it.
     *
     * @return at zero once that is known
     */
    public CountDownLatch done() {
        return done;
    }

    /**
     * Takes the receipt, if the message is safe by now. If not, it never is accepted: should it be written after all, it is
     * removed again.
     *
     * @return the receipt, or null
     */
    public @Nullable Receipt take() {
        return entry != null && ledger.take(this, entry) ? receipt : null;
    }

    /** Takes the message back, whatever has become of it. */
    public void withdraw() {
        if (entry != null) {
            ledger.withdraw(this, entry);
        }
    }

    /**
     * Why it is not accepted.
     *
     * @return a sentence, or null if it is, or nothing is known yet
     */
    public synchronized @Nullable String refusal() {
        return refusal;
    }

    synchronized void refused(String why) {
        refusal = why;
        done.countDown();
    }

    void nowSafe() {
        safe = true;
        done.countDown();
    }

    boolean isSafe() {
        return safe;
    }

    void markWithdrawn() {
        withdrawn = true;
    }

    boolean isWithdrawn() {
        return withdrawn;
    }
}
