package io.github.tideover.testkit;

import java.time.Duration;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions on what a client showed.
 *
 * @since 0.1
 */
public final class WatchedClientAssert extends AbstractAssert<WatchedClientAssert, WatchedClient> {
    WatchedClientAssert(WatchedClient actual) {
        super(actual, WatchedClientAssert.class);
    }

    /**
     * Checks that whatever the client showed as an answer was one, from the first word to the last: what a provider had to say,
     * or words that no provider began to say, such as the application's own. An exception shows nothing, and is fine. Spaces
     * and line breaks do not matter.
     *
     * @return this assertion
     */
    public WatchedClientAssert neverShowedATruncatedAnswer() {
        isNotNull();
        List<String> complaints = actual.complaints();
        if (!complaints.isEmpty()) {
            failWithMessage(
                    "%s showed what is no answer:%n  - %s", actual, String.join(String.format("%n  - "), complaints));
        }
        return this;
    }

    /**
     * Checks that the client showed an answer to every question.
     *
     * @return this assertion
     */
    public WatchedClientAssert alwaysAnswered() {
        isNotNull();
        List<String> failures = actual.asks().stream()
                .map(WatchedClient.Ask::failure)
                .filter(failure -> failure != null)
                .map(failure -> failure.getClass().getName())
                .toList();
        if (!failures.isEmpty()) {
            failWithMessage("%s: %s", actual, failures);
        }
        return this;
    }

    /**
     * Checks that each question was over in time, in real time, whether there was an answer or not.
     *
     * @param limit how long a question may take
     * @return this assertion
     */
    public WatchedClientAssert alwaysEndedWithin(Duration limit) {
        isNotNull();
        List<Duration> late = actual.asks().stream()
                .map(WatchedClient.Ask::took)
                .filter(took -> took.compareTo(limit) > 0)
                .toList();
        if (!late.isEmpty()) {
            failWithMessage("%s was to end within %s each time, and took %s", actual, limit, late);
        }
        return this;
    }
}
