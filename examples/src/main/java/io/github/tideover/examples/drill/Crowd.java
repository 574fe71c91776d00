package io.github.tideover.examples.drill;

import io.github.tideover.testkit.OutageServer;
import io.github.tideover.testkit.WatchedClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The users of one client. Each comes at the time that was drawn, whether those before have their answers or not, so that a slow
 * client does not get fewer questions.
 */
final class Crowd {
    private static final DrilledClient.Answer STILL_OPEN = new DrilledClient.Answer(Outcome.UNFINISHED, null, 0, "");

    private final List<Arrival> arrivals;
    private final DrilledClient client;
    private final Stop stop;
    private final Map<Integer, Ended> ended = new ConcurrentHashMap<>();
    private final CountDownLatch open;
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicLong latest = new AtomicLong();
    private volatile long start;

    Crowd(List<Arrival> arrivals, DrilledClient client, Stop stop) {
        this.arrivals = arrivals;
        this.client = client;
        this.stop = stop;
        this.open = new CountDownLatch(arrivals.size());
    }

    private record Ended(long at, DrilledClient.Answer answer) {}

    /** Sends the users on their way, on a thread of its own. */
    void begin(long start, String name) {
        this.start = start;
        Thread thread = new Thread(this::arrive, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void arrive() {
        for (Arrival arrival : arrivals) {
            long due = start + arrival.at().toNanos();
            long early = due - System.nanoTime();
            if (early > 0 && !stop.pause(early) || stop.isWished()) {
                return;
            }
            latest.accumulateAndGet(System.nanoTime() - due, Math::max);
            arrived.incrementAndGet();
            ask(arrival);
        }
    }

    private void ask(Arrival arrival) {
        try {
            var unused = client.ask(arrival.words())
                    .whenComplete((answer, failure) -> over(arrival, failure == null ? answer : failed(failure)));
        } catch (RuntimeException e) {
            over(arrival, failed(e));
        }
    }

    private static DrilledClient.Answer failed(Throwable failure) {
        return DrilledClient.Answer.failed(0, failure.getClass().getSimpleName());
    }

    private void over(Arrival arrival, DrilledClient.Answer answer) {
        ended.put(arrival.number(), new Ended(System.nanoTime(), answer));
        open.countDown();
    }

    /** Waits until all have an answer or an error; false if that takes longer. */
    boolean awaitAll(Duration patience) {
        try {
            return open.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    int arrived() {
        return arrived.get();
    }

    /** How many calls are over, by what became of them. */
    Map<Outcome, Integer> tally() {
        Map<Outcome, Integer> tally = new EnumMap<>(Outcome.class);
        for (Ended each : ended.values()) {
            tally.merge(each.answer().outcome(), 1, Integer::sum);
        }
        return tally;
    }

    Duration latest() {
        return Duration.ofNanos(latest.get());
    }

    /** All calls until now; who has no answer by now is still waiting. */
    List<DrilledCall> calls() {
        long now = System.nanoTime();
        List<DrilledCall> calls = new ArrayList<>();
        for (Arrival arrival : arrivals.subList(0, arrived.get())) {
            Ended end = ended.get(arrival.number());
            calls.add(end == null ? call(arrival, now, STILL_OPEN) : call(arrival, end.at(), end.answer()));
        }
        return List.copyOf(calls);
    }

    private DrilledCall call(Arrival arrival, long until, DrilledClient.Answer answer) {
        return new DrilledCall(
                arrival.number(),
                arrival.question(),
                arrival.at(),
                Duration.ofNanos(until - start).minus(arrival.at()),
                answer.outcome(),
                answer.attempts(),
                answer.reason());
    }

    /** Which answers were shown that are none, by the rules of the test kit: those of all replies that were shown. */
    List<String> truncated(OutageServer... servers) {
        WatchedClient watched = WatchedClient.of(
                number -> {
                    Ended end = ended.get(Integer.valueOf(number));
                    return end == null ? null : end.answer().text();
                },
                servers);
        for (Arrival arrival : arrivals) {
            Ended end = ended.get(arrival.number());
            if (end != null && !end.answer().outcome().isNothing()) {
                watched.tries(Integer.toString(arrival.number()));
            }
        }
        return watched.complaints();
    }
}
