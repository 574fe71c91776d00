package io.github.tideover.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.wire.Allocation;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sums and bounds that detection rests on, against their theory. */
class DetectorTest {
    @ParameterizedTest(name = "at {0} % failures after {1} attempts in the median")
    @CsvSource({"25,12,18", "50,5,8", "75,3,5", "100,3,3"})
    void theAlarmComesAfterAsManyAttemptsAsTheoryHasIt(int percent, int least, int most) {
        int[] attempts = new int[2_000];
        for (int i = 0; i < attempts.length; i++) {
            Random random = new Random(i);
            OutageDetector detector = new OutageDetector();
            while (!detector.isAlarmed()) {
                attempts[i]++;
                if (random.nextInt(100) < percent) {
                    detector.failed();
                } else {
                    detector.succeeded();
                }
            }
        }
        Arrays.sort(attempts);
        assertThat(attempts[attempts.length / 2]).isBetween(least, most);
    }

    @Test
    void aHundredthOfFailuresRaisesTenAlarmsInAMillionAttemptsAtMost() {
        Random random = new Random(7);
        OutageDetector detector = new OutageDetector();
        int alarms = 0;
        for (int i = 0; i < 5_000_000; i++) {
            if (random.nextInt(100) == 0) {
                detector.failed();
            } else {
                detector.succeeded();
            }
            if (detector.isAlarmed()) {
                alarms++;
                detector.forget();
            }
        }
        assertThat(alarms / 5.0).as("alarms in a million").isLessThanOrEqualTo(10);
    }

    @Test
    void usualFirstWordsRaiseNoMoreThanAFewAlarmsInAMillion() {
        Random random = new Random(11);
        SlownessDetector detector = new SlownessDetector();
        int alarms = 0;
        for (int i = 0; i < 3_000_000; i++) {
            detector.answered((long) (5e8 * Math.exp(0.5 * random.nextGaussian())), true);
            if (detector.isAlarmed()) {
                alarms++;
                detector.forget();
            }
        }
        assertThat(alarms / 3.0).as("alarms in a million").isLessThanOrEqualTo(5);
    }

    @Test
    void fourAnswersThatTakeTenTimesAsLongRaiseTheAlarm() {
        Random random = new Random(13);
        for (int round = 0; round < 100; round++) {
            SlownessDetector detector = new SlownessDetector();
            for (int i = 0; i < 200; i++) {
                detector.answered((long) (5e8 * Math.exp(0.5 * random.nextGaussian())), true);
            }
            detector.forget();
            int slow = 0;
            while (!detector.isAlarmed()) {
                detector.answered((long) (5e9 * Math.exp(0.5 * random.nextGaussian())), false);
                slow++;
            }
            assertThat(slow).isBetween(3, 5);
        }
    }

    @ParameterizedTest(name = "{0} of {1}")
    @CsvSource({
        "5, 5, 0.649",
        "3, 5, 0.272",
        "2, 10, 0.069",
        "5, 20, 0.127",
        "8, 10, 0.541",
        "0, 20, 0",
    })
    void boundsAreWilsons(int failures, int attempts, double low) {
        assertThat(OutcomeWindow.low(failures, attempts)).isCloseTo(low, within(0.001));
        double others = OutcomeWindow.high(attempts - failures, attempts);
        assertThat(others).as("what is not below is above").isCloseTo(1 - low, within(0.001));
    }

    @Test
    void withoutAFailureTheUpperBoundFallsWithTheAttempts() {
        assertThat(OutcomeWindow.high(0, 0)).isEqualTo(1);
        assertThat(OutcomeWindow.high(0, 20)).isCloseTo(0.119, within(0.001));
        assertThat(OutcomeWindow.high(0, 60)).isCloseTo(0.043, within(0.001));
    }

    @Test
    void theWindowForgetsWhatIsOlderThanAMinute() {
        OutcomeWindow window = new OutcomeWindow(0);
        long second = 1_000_000_000L;
        window.failed(5 * second);
        window.answered(64 * second);
        assertThat(window.attempts()).isEqualTo(2);
        window.limited(65 * second);
        assertThat(window.attempts()).isEqualTo(1);
        assertThat(window.failures()).isZero();
        assertThat(window.limited()).isEqualTo(1);
        window.moveTo(1_000_000 * second);
        assertThat(window.attempts() + window.limited()).isZero();
    }

    @Test
    void theWindowWorksOnAClockThatBeginsBelowZero() {
        long second = 1_000_000_000L;
        OutcomeWindow window = new OutcomeWindow(-5 * second);
        window.failed(-3 * second);
        window.answered(2 * second);
        assertThat(window.attempts()).isEqualTo(2);
        window.moveTo(58 * second);
        assertThat(window.failures()).isZero();
    }

    @Test
    void recordingAnOutcomeAllocatesNothing() throws IOException {
        BoardFixture sky = new BoardFixture("a/m", "b/m");
        RouteMonitor monitor = new RouteMonitor(RouteName.of("a", "m"), false, 0, Instant.EPOCH);
        long[] now = {1_000_000_000L};
        long bytes = Allocation.of(() -> {
            for (int i = 0; i < 20_000; i++) {
                now[0] += 50_000_000L;
                if (i % 4 == 0) {
                    monitor.failed(FailureKind.OVERLOADED, false, true, now[0]);
                } else {
                    monitor.answered(300_000_000L, false, false, now[0]);
                }
                if (i % 7 == 0) {
                    monitor.suspected(now[0]);
                    monitor.cleared(now[0]);
                }
                monitor.limited(false, false, now[0]);
            }
            for (int i = 0; i < 20_000; i++) {
                sky.board.answered(1, 300_000_000L, false, false, sky.now());
            }
        });
        assertThat(bytes).as("bytes in 80,000 outcomes").isLessThan(80_000);
    }

    @Test
    void anOutcomeThatChangesNothingAllocatesNothingWhileTroubleGoesOn() throws IOException {
        BoardFixture sky = new BoardFixture("a/m", "b/m");
        sky.attempts(0, "xxoooooo", 10, 0.5);
        assertThat(sky.state("a")).isEqualTo(ServiceState.PARTIAL_OUTAGE);
        Failure failure = Failure.of(FailureKind.TRANSIENT).build();
        long bytes = Allocation.of(() -> {
            for (int i = 0; i < 20_000; i++) {
                sky.board.failed(0, failure, false, true, sky.now(), sky.now());
                for (int j = 0; j < 4; j++) {
                    sky.board.answered(0, 300_000_000L, false, false, sky.now());
                }
            }
        });
        assertThat(bytes).as("bytes in 100,000 outcomes").isLessThan(100_000);
    }

    @Test
    void aMonitorSettlesByTheTimeItIsGivenAndNotByTheWallClock() {
        RouteMonitor monitor = new RouteMonitor(RouteName.of("a", "m"), false, 0, Instant.EPOCH);
        for (int i = 0; i < 3; i++) {
            monitor.failed(FailureKind.OVERLOADED, false, true, i);
        }
        monitor.settle(3, Clock.systemUTC());
        assertThat(monitor.state()).isEqualTo(ServiceState.DEGRADED);
        assertThat(monitor.status().since()).isAfter(Instant.EPOCH);
    }
}
