package io.github.tideover.examples;

import io.github.tideover.examples.Desk.Customer;
import io.github.tideover.testkit.Fault;
import io.github.tideover.testkit.OutageServer;
import java.nio.file.Path;
import java.util.Locale;

/** A call waits for its receipt for a second at most, and the first one of a process waits for the store's classes to be loaded. */
final class FirstReceipt {
    private FirstReceipt() {}

    /** Takes it, in time or not, so that no test has to. */
    static void take(Path folder) {
        try (OutageServer service = OutageServer.start();
                Desk desk = new Desk(
                        service.provider(), service.provider().name("spare"), folder, (customer, text) -> {})) {
            service.fails(Fault.QUOTA_EXHAUSTED).everyTime();
            desk.answer(new Customer("ben", Locale.ENGLISH, false), "Where is my order?");
        }
    }
}
