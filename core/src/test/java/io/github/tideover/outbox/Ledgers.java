package io.github.tideover.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What clients do with a ledger. */
final class Ledgers {
    private Ledgers() {}

    /** Gives a message to be kept, and waits until it is safe; returns its id, or nothing if it was not taken. */
    static Optional<String> keep(Ledger ledger, ChatRequest request, int secondsAtMost) throws InterruptedException {
        Offer offer = ledger.offer(request);
        assertThat(offer.done().await(secondsAtMost, TimeUnit.SECONDS)).isTrue();
        return Optional.ofNullable(offer.take()).map(receipt -> receipt.id());
    }

    /** Closes it, as its last client does. */
    static void close(Ledger ledger, int secondsAtMost) {
        Ledger.Watcher nobody = new Ledger.Watcher() {
            @Override
            public void wake() {}

            @Override
            public void changed(OutboxMessage message) {}
        };
        ledger.attach(nobody);
        ledger.detach(nobody, Duration.ofSeconds(secondsAtMost));
    }
}
