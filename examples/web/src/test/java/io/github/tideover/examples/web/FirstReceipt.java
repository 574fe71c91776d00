package io.github.tideover.examples.web;

import io.github.tideover.examples.embedded.Breakage;
import java.io.IOException;
import java.util.Optional;

/** A call waits for its receipt for a second at most, and the first one of a process waits for the store's classes to be loaded. */
final class FirstReceipt {
    private FirstReceipt() {}

    /** Takes it, in time or not, so that no test has to. */
    static void take() throws IOException {
        try (WebChat chat = WebChat.start(new Options(false, 0, Optional.empty()));
                Visitor visitor = Visitor.at(chat)) {
            chat.breakables().forEach(each -> each.breaks(Breakage.OUT_OF_CREDIT));
            visitor.say("Where is my order?");
            visitor.await(
                    "turn",
                    turn -> !Turn.State.valueOf(turn.path("state").asString()).isUnderWay());
        }
    }
}
