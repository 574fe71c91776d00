package io.github.tideover.testkit;

import io.github.tideover.testkit.SeenRequest.Ending;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions on how a provider was treated.
 *
 * @since 0.1
 */
public final class OutageServerAssert extends AbstractAssert<OutageServerAssert, OutageServer> {
    private int asked = 1;

    OutageServerAssert(OutageServer actual) {
        super(actual, OutageServerAssert.class);
    }

    /**
     * Says how often the test put the same question, where that is more than once: two attempts for two calls are no second
     * attempt. What is the same question is told by the conversation in the request.
     *
     * @param times how often, at least 1
     * @return this assertion
     * @throws IllegalArgumentException if it is less
     */
    public OutageServerAssert whereEachQuestionWasAsked(int times) {
        if (times < 1) {
            throw new IllegalArgumentException("a question is asked 1 time or more, not " + times);
        }
        asked = times;
        return this;
    }

    /**
     * Checks that no client made an outage worse, or paid for what it did not need:
     *
     * <ul>
     *   <li>no hammering: at most four attempts for one question in three seconds, and six in all;
     *   <li>no early knock: nobody with the same key asks the same model before the time that the provider named is over;
     *   <li>no useless attempt: what only a person can mend, or another request, is not tried twice with the same;
     *   <li>no completion paid for twice: at most one whole answer for each question;
     *   <li>no desertion: thirty seconds after the trouble of a {@linkplain OutageServer#plays timeline}, the provider has been
     *       asked again.
     * </ul>
     *
     * @return this assertion
     */
    public OutageServerAssert wasTreatedWell() {
        isNotNull();
        List<String> complaints = actual.complaints(asked);
        if (!complaints.isEmpty()) {
            failWithMessage(
                    "%s was not treated well:%n  - %s%nThis is what it was asked:%n  %s",
                    actual.name(), String.join(String.format("%n  - "), complaints), log());
        }
        return this;
    }

    /**
     * Checks that it was asked again after it had failed, and that it answered.
     *
     * @return this assertion
     */
    public OutageServerAssert wasReturnedTo() {
        isNotNull();
        List<SeenRequest> requests = actual.requests();
        boolean failed = false;
        boolean returned = false;
        for (SeenRequest request : requests) {
            returned = failed && request.ending() == Ending.ANSWERED;
            failed |= request.ending() == Ending.REFUSED
                    || request.ending() == Ending.BROKEN
                    || request.ending() == Ending.LEFT;
        }
        if (!returned) {
            failWithMessage(
                    "%s was not returned to: its last answer is not one after a failure.%nThis is what it was asked:%n  %s",
                    actual.name(), log());
        }
        return this;
    }

    /**
     * Checks how often it was asked.
     *
     * @param times how often
     * @return this assertion
     */
    public OutageServerAssert wasAsked(int times) {
        isNotNull();
        int requests = actual.requests().size();
        if (requests != times) {
            failWithMessage(
                    "%s was to be asked %s times and was asked %s times:%n  %s", actual.name(), times, requests, log());
        }
        return this;
    }

    private String log() {
        List<SeenRequest> requests = actual.requests();
        return requests.isEmpty()
                ? "nothing"
                : String.join(
                        String.format("%n  "),
                        requests.stream().map(SeenRequest::toString).toList());
    }
}
