package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.Watchdog.Ending;
import io.github.tideover.Watchdog.Watch;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Limits on attempts, without a timer for each. */
class WatchdogTest {
    private final ManualTime time = new ManualTime();
    private final Watchdog watchdog = new Watchdog(time.time());
    private final List<String> ended = new ArrayList<>();

    private Watch watch(String name, Duration limit) {
        return watchdog.watch(time.now() + limit.toNanos(), () -> ended.add(name));
    }

    @Test
    void eachAttemptEndsAtItsOwnLimit() {
        watch("thirty", Duration.ofSeconds(30));
        watch("ten", Duration.ofSeconds(10));
        watch("twenty", Duration.ofSeconds(20));
        time.advance(Duration.ofSeconds(10).minusNanos(1));
        assertThat(ended).isEmpty();
        time.advance(Duration.ofNanos(1));
        assertThat(ended).containsExactly("ten");
        time.advance(Duration.ofSeconds(10));
        assertThat(ended).containsExactly("ten", "twenty");
        time.advance(Duration.ofSeconds(10));
        assertThat(ended).containsExactly("ten", "twenty", "thirty");
        assertThat(watchdog.underWay()).isZero();
    }

    @Test
    void anAttemptThatIsOverIsNeverEnded() {
        Watch watch = watch("over", Duration.ofSeconds(1));
        assertThat(watch.stop()).isTrue();
        time.advance(Duration.ofSeconds(5));
        assertThat(ended).isEmpty();
        assertThat(watch.endedBy()).isEqualTo(Ending.STOPPED);
    }

    @Test
    void aThousandAttemptsOneAfterTheOtherNeedOneTimer() {
        for (int i = 0; i < 1_000; i++) {
            watch("each", Duration.ofSeconds(30)).close();
            time.advance(Duration.ofMillis(1));
        }
        assertThat(time.scheduledTasks()).isEqualTo(1);
        time.advance(Duration.ofMinutes(1));
        assertThat(time.scheduledTasks()).as("nothing to watch, no timer").isZero();
    }

    @Test
    void progressMovesTheLimitBothWays() {
        Watch watch = watch("stream", Duration.ofSeconds(60));
        time.advance(Duration.ofSeconds(1));
        watch.until(time.now() + Duration.ofSeconds(5).toNanos());
        time.advance(Duration.ofSeconds(4));
        watch.until(time.now() + Duration.ofSeconds(5).toNanos());
        time.advance(Duration.ofSeconds(4));
        assertThat(ended).isEmpty();
        time.advance(Duration.ofSeconds(1));
        assertThat(ended).containsExactly("stream");
        assertThat(watch.endedBy()).isEqualTo(Ending.LIMIT);
    }

    @Test
    void closingEndsWhatIsUnderWayAndWhatComesAfter() {
        Watch before = watch("before", Duration.ofSeconds(30));
        watchdog.close();
        Watch after = watch("after", Duration.ofSeconds(30));
        assertThat(ended).containsExactly("before", "after");
        assertThat(before.endedBy()).isEqualTo(Ending.CLOSED);
        assertThat(after.endedBy()).isEqualTo(Ending.CLOSED);
    }

    @Test
    void whenAnEndRacesWithALimitExactlyOneOfThemWins() throws Exception {
        ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
        ExecutorService callers = Executors.newFixedThreadPool(4);
        try {
            Watchdog racing = new Watchdog(new Time(System::nanoTime, Clock.systemUTC(), scheduler, () -> 0));
            AtomicInteger limits = new AtomicInteger();
            AtomicInteger stops = new AtomicInteger();
            int perThread = 5_000;
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                all.add(callers.submit(() -> {
                    start.await();
                    for (int i = 0; i < perThread; i++) {
                        Watch watch = racing.watch(System.nanoTime() + (i % 7) * 10_000L, limits::incrementAndGet);
                        long until = System.nanoTime() + (i % 11) * 5_000L;
                        while (System.nanoTime() < until) {
                            Thread.onSpinWait();
                        }
                        if (watch.stop()) {
                            stops.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
            scheduler.shutdown();
            assertThat(scheduler.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            assertThat(limits.get() + stops.get()).isEqualTo(4 * perThread);
            assertThat(limits).as("limits that came first").hasPositiveValue();
            assertThat(stops).as("ends that came first").hasPositiveValue();
            assertThat(racing.underWay()).isZero();
        } finally {
            callers.shutdownNow();
            scheduler.shutdownNow();
        }
    }
}
