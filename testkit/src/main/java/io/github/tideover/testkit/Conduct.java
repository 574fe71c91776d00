package io.github.tideover.testkit;

import io.github.tideover.testkit.SeenRequest.Ending;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a client has treated a provider, judged by what the provider saw.
 *
 * <p>The bounds for attempts are those of a public yardstick for clients, FailoverBench v0.1 (2026), scenario S02: at most four
 * attempts for one question in three seconds, and six in all; that for the return is its S15: thirty seconds.
 */
final class Conduct {
    private static final int MOST_AT_ONCE = 4;
    private static final Duration AT_ONCE = Duration.ofSeconds(3);
    private static final int MOST_IN_ALL = 6;
    private static final Duration SOONEST_RETURN = Duration.ofSeconds(30);
    /** What is on its way already when a refusal is written may come a little after it, on a busy machine too. */
    private static final Duration CROSSING = Duration.ofMillis(100);
    /** Clocks differ by so much. */
    private static final Duration ROUNDING = Duration.ofMillis(1);

    private final OutageServer server;
    private final List<SeenRequest> requests;
    /** How often the test asked each question. */
    private final int asked;

    Conduct(OutageServer server, int asked) {
        this.server = server;
        this.requests = server.requests();
        this.asked = asked;
    }

    /** What there is to complain of, in sentences; none if all was well. */
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        earlyKnocks(complaints);
        useless(complaints);
        for (List<SeenRequest> attempts : byQuestion(true).values()) {
            hammering(attempts, complaints);
        }
        for (List<SeenRequest> attempts : byQuestion(false).values()) {
            paidTwice(attempts, complaints);
        }
        notReturned(complaints);
        return complaints;
    }

    private Map<String, List<SeenRequest>> byQuestion(boolean ofOneModel) {
        Map<String, List<SeenRequest>> groups = new LinkedHashMap<>();
        for (SeenRequest request : requests) {
            String key = ofOneModel
                    ? request.question() + " " + request.credential() + " " + request.model()
                    : request.question();
            groups.computeIfAbsent(key, unused -> new ArrayList<>()).add(request);
        }
        return groups;
    }

    private void earlyKnocks(List<String> complaints) {
        for (SeenRequest request : requests) {
            for (SeenRequest before : requests) {
                if (isEarly(request, before)) {
                    complaints.add("an early knock: #" + request.number() + " came "
                            + Duration.ofNanos(request.came() - before.ended()).toMillis() + " ms after #"
                            + before.number() + " had been asked to wait for "
                            + before.askedToWait().orElseThrow());
                    break;
                }
            }
        }
    }

    private static boolean isEarly(SeenRequest request, SeenRequest before) {
        if (before.askedToWait().isEmpty() || !request.cameAfterTheEndOf(before) || !request.isOfTheSame(before)) {
            return false;
        }
        long since = request.came() - before.ended();
        boolean couldKnow = request.asksTheSameAs(before) || since > CROSSING.toNanos();
        return couldKnow
                && since < before.askedToWait().orElseThrow().minus(ROUNDING).toNanos();
    }

    private void useless(List<String> complaints) {
        for (List<SeenRequest> attempts : byQuestion(true).values()) {
            List<SeenRequest> hopeless = attempts.stream()
                    .filter(attempt ->
                            attempt.fault().filter(fault -> !fault.passes()).isPresent())
                    .toList();
            if (hopeless.size() > asked) {
                complaints.add("a useless attempt: " + numbers(hopeless) + " asked the same and met "
                        + hopeless.get(0).fault().orElseThrow() + " each time, which no attempt can change");
            }
        }
    }

    private void hammering(List<SeenRequest> attempts, List<String> complaints) {
        int most = MOST_AT_ONCE * asked;
        for (int i = 0; i + most < attempts.size(); i++) {
            long within = attempts.get(i + most).came() - attempts.get(i).came();
            if (within < AT_ONCE.toNanos()) {
                complaints.add("hammering: " + numbers(attempts.subList(i, i + most + 1))
                        + " asked the same within " + Duration.ofNanos(within).toMillis() + " ms; more than " + most
                        + " in " + AT_ONCE.toSeconds() + " s are too many");
                return;
            }
        }
        if (attempts.size() > MOST_IN_ALL * asked) {
            complaints.add("hammering: " + numbers(attempts) + " asked the same; more than " + MOST_IN_ALL * asked
                    + " are too many");
        }
    }

    private void paidTwice(List<SeenRequest> attempts, List<String> complaints) {
        List<SeenRequest> paid = attempts.stream()
                .filter(attempt -> attempt.ending() == Ending.ANSWERED)
                .toList();
        if (paid.size() > asked) {
            complaints.add(
                    "a completion paid for twice: " + numbers(paid) + " asked the same and were answered, all of them");
        }
    }

    private void notReturned(List<String> complaints) {
        server.wellFor()
                .filter(well -> well.compareTo(SOONEST_RETURN) >= 0)
                .filter(well ->
                        !requests.isEmpty() && requests.get(requests.size() - 1).came() < server.now() - well.toNanos())
                .ifPresent(well -> complaints.add(
                        "no return: it has been well again for " + well + ", and nobody has asked it since"));
    }

    private static String numbers(List<SeenRequest> requests) {
        return String.join(
                ", ", requests.stream().map(request -> "#" + request.number()).toList());
    }
}
