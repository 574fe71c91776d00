package io.github.tideover.benchmarks.scorecard;

import io.github.tideover.benchmarks.scorecard.FaultyProvider.Attempt;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a scenario did to a client: the view of the caller and that of the provider.
 *
 * @param calls what the caller got: one call, or twenty in S15
 * @param attempts what the provider saw until these calls had ended
 * @param afterwards the call on the healthy provider right after, where the scenario asks for one
 * @param stalled for how many milliseconds in all the machine held threads up meanwhile; nobody's time is judged with these
 */
record Observation(
        Scenario scenario,
        Profile profile,
        boolean streamed,
        List<Call> calls,
        List<Attempt> attempts,
        @Nullable Call afterwards,
        long stalled) {
    Observation(
            Scenario scenario,
            Profile profile,
            boolean streamed,
            List<Call> calls,
            List<Attempt> attempts,
            @Nullable Call afterwards) {
        this(scenario, profile, streamed, calls, attempts, afterwards, 0);
    }

    Observation stalledFor(long millis) {
        return new Observation(scenario, profile, streamed, calls, attempts, afterwards, millis);
    }

    Call call() {
        return calls.get(0);
    }

    /** How long the caller waited for the client, at worst, in seconds of the scenario. */
    double seconds() {
        return profile.scenarioSeconds(millis() - stalled);
    }

    /** How long the caller waited, at worst, in real time. */
    long millis() {
        return calls.stream().mapToLong(Call::millis).max().orElse(0);
    }

    int primaryAttempts() {
        return (int) attempts.stream().filter(Attempt::isPrimary).count();
    }

    int otherAttempts() {
        return attempts.size() - primaryAttempts();
    }

    /** Attempts that asked for a stream, which a client may do even if its caller wants a whole reply. */
    int streamedAttempts() {
        return (int) attempts.stream().filter(Attempt::streamed).count();
    }

    /** Primary attempts in the first seconds of the scenario. */
    int primaryAttemptsWithin(double seconds) {
        return (int) attempts.stream()
                .filter(each -> each.isPrimary() && profile.scenarioSeconds(each.millis()) < seconds)
                .count();
    }

    /** Attempts of any model in the first part of the time that the provider asked to be left alone. */
    int attemptsWithinRetryAfter(double part) {
        return (int) attempts.stream()
                .filter(each -> each.millis() < retryAfter(part))
                .count();
    }

    /** Whether the primary was asked again, and not before that part of the time it had asked for was over. */
    boolean isPrimaryAskedAgainAfter(double part) {
        List<Attempt> primary = attempts.stream().filter(Attempt::isPrimary).toList();
        return primary.size() >= 2 && primary.get(1).millis() - primary.get(0).millis() >= retryAfter(part);
    }

    /** S15: the requests that were made while the provider was down. */
    List<Call> callsInOutage() {
        return calls.stream().filter(each -> each.began() < outage().toMillis()).toList();
    }

    int attemptsInOutage() {
        return (int) attempts.stream()
                .filter(each -> each.millis() < outage().toMillis())
                .count();
    }

    /** S15: whether the primary answered a call soon enough after the outage. */
    boolean isBackInTime() {
        long from = outage().toMillis();
        long until = from + profile.recovery().toMillis() + stalled;
        return calls.stream()
                .anyMatch(each -> each.isWhole()
                        && each.names(FaultyProvider.PRIMARY)
                        && each.ended() > from
                        && each.ended() <= until);
    }

    private Duration outage() {
        return profile.outage();
    }

    private double retryAfter(double part) {
        return part * profile.retryAfterSeconds() * 1_000;
    }
}
