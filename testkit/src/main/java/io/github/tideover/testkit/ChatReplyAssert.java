package io.github.tideover.testkit;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions on a reply. A failed one tells where the reply came from and what was skipped, and not what it says, except for
 * {@link #hasText}.
 *
 * @since 0.1
 */
public final class ChatReplyAssert extends AbstractAssert<ChatReplyAssert, ChatReply> {
    ChatReplyAssert(ChatReply actual) {
        super(actual, ChatReplyAssert.class);
    }

    /**
     * Checks that the first provider gave it, now.
     *
     * @return this assertion
     */
    public ChatReplyAssert isLive() {
        return isFrom(Origin.LIVE);
    }

    /**
     * Checks which rung of the ladder answered.
     *
     * @param origin the rung
     * @return this assertion
     */
    public ChatReplyAssert isFrom(Origin origin) {
        isNotNull();
        if (actual.origin() != origin) {
            failWithMessage("the reply was to be from %s, and is %s", origin, actual);
        }
        return this;
    }

    /**
     * Checks who answered.
     *
     * @param server the provider
     * @return this assertion
     */
    public ChatReplyAssert isFrom(OutageServer server) {
        isNotNull();
        if (!actual.provider().equals(server.name())) {
            failWithMessage("the reply was to be from %s, and is %s", server.name(), actual);
        }
        return this;
    }

    /**
     * Checks what it says.
     *
     * @param text all of its text
     * @return this assertion
     */
    public ChatReplyAssert hasText(String text) {
        isNotNull();
        if (!actual.text().equals(text)) {
            throw failureWithActualExpected(
                    actual.text(), text, "the reply was to say%n  %s%nand says%n  %s", text, actual.text());
        }
        return this;
    }

    /**
     * Checks how many attempts were made for it.
     *
     * @param attempts how many
     * @return this assertion
     */
    public ChatReplyAssert hasAttempts(int attempts) {
        isNotNull();
        if (actual.attempts() != attempts) {
            failWithMessage("the reply was to take %s attempts, and took %s: %s", attempts, actual.attempts(), actual);
        }
        return this;
    }

    /**
     * Checks what went wrong before there was an answer.
     *
     * @param kinds the kinds of failure, in order
     * @return this assertion
     */
    public ChatReplyAssert skipped(FailureKind... kinds) {
        isNotNull();
        List<FailureKind> met = actual.skipped().stream().map(Failure::kind).toList();
        if (!met.equals(List.of(kinds))) {
            failWithMessage("the call was to meet %s, and met %s", List.of(kinds), met);
        }
        return this;
    }

    /**
     * Checks how old it is.
     *
     * @param limit the age that it may have
     * @return this assertion
     */
    public ChatReplyAssert isNotOlderThan(Duration limit) {
        isNotNull();
        if (actual.age().compareTo(limit) > 0) {
            failWithMessage("the reply was to be %s old at most, and is %s old: %s", limit, actual.age(), actual);
        }
        return this;
    }
}
