package io.github.tideover.examples.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Axes, bins, and how times are written. */
class AxesTest {
    @Test
    void timeGoesFromLeftToRightAndNotBeyond() {
        TimeAxis axis = new TimeAxis(Duration.ofSeconds(60), 100, 700);
        assertThat(axis.x(Duration.ZERO)).isEqualTo(100);
        assertThat(axis.x(Duration.ofSeconds(30))).isEqualTo(400);
        assertThat(axis.x(Duration.ofSeconds(61))).isEqualTo(700);
        assertThat(axis.x(Duration.ofSeconds(-1))).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 10, 59, 60, 61, 600, 8_400, 86_400, 3_000_000})
    void ticksAreFewRoundAndInside(long seconds) {
        TimeAxis axis = new TimeAxis(Duration.ofSeconds(seconds), 0, 100);
        for (int most : new int[] {5, 13}) {
            List<Duration> ticks = axis.ticks(most);
            assertThat(ticks).hasSizeBetween(1, most).startsWith(Duration.ZERO).doesNotHaveDuplicates();
            assertThat(ticks.get(ticks.size() - 1)).isLessThanOrEqualTo(axis.length());
        }
    }

    @Test
    void labelsAreShort() {
        assertThat(new TimeAxis(Duration.ofSeconds(60), 0, 1).label(Duration.ofSeconds(65)))
                .isEqualTo("1:05");
        assertThat(new TimeAxis(Duration.ofHours(3), 0, 1).label(Duration.ofMinutes(100)))
                .isEqualTo("1:40");
    }

    @Test
    void eachTenfoldOfAWaitIsAsFarFromTheNext() {
        WaitAxis axis = WaitAxis.upTo(Duration.ofSeconds(31), 0, 100);
        assertThat(axis.decades()).isEqualTo(5);
        assertThat(axis.y(Duration.ofMillis(1))).isEqualTo(100);
        assertThat(axis.y(Duration.ofMillis(10))).isCloseTo(80, within(1e-9));
        assertThat(axis.y(Duration.ofSeconds(100))).isCloseTo(0, within(1e-9));
        assertThat(axis.y(Duration.ZERO)).isEqualTo(100);
        assertThat(axis.y(Duration.ofHours(1))).isEqualTo(0);
        assertThat(axis.ticks().stream().map(WaitAxis::label))
                .containsExactly("1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s");
    }

    @Test
    void theAxisOfWaitsGoesToASecondAtLeast() {
        assertThat(WaitAxis.upTo(Duration.ZERO, 0, 1).decades()).isEqualTo(3);
        assertThat(WaitAxis.upTo(Duration.ofSeconds(1), 0, 1).decades()).isEqualTo(3);
        assertThat(WaitAxis.upTo(Duration.ofMillis(1_001), 0, 1).decades()).isEqualTo(4);
    }

    @Test
    void binsHoldEveryMomentBetweenTheEnds() {
        assertThat(Bins.count(Samples.seconds(-1, 0, 4.9, 5, 9.99, 10, 12), Duration.ofSeconds(10), 2))
                .containsExactly(2, 2);
        assertThat(Bins.count(List.of(), Duration.ofSeconds(10), 3)).containsExactly(0, 0, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 s",
        "0.2, under 1 ms",
        "0.6, 1 ms",
        "12, 12 ms",
        "999.4, 999 ms",
        "1000, 1 s",
        "2149, 2.1 s",
        "9949, 9.9 s",
        "9951, 10 s",
        "31000, 31 s",
        "59600, 1 min",
        "125000, 2 min 5 s",
        "3600000, 1 h",
        "8400000, 2 h 20 min"
    })
    void timesAreWrittenAsPeopleDo(double millis, String words) {
        assertThat(Words.time(Duration.ofNanos(Math.round(millis * 1e6)))).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({"500ms, 500", "60s, 60000", "1.5 s, 1500", "2m, 120000", "2min, 120000", "1h, 3600000", "0s, 0"})
    void timesAreReadAsPeopleWriteThem(String text, long millis) {
        assertThat(Words.time(text)).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "60", "s", "-1s", "1d", "1e3s", "1,5s", "1s2", "9999999999s"})
    void whatIsNoTimeIsNone(String text) {
        assertThat(Words.time(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0 %",
        "0, 5, 0 %",
        "5, 5, 100 %",
        "1, 3, 33.3 %",
        "1, 2, 50 %",
        "9999, 10000, over 99.9 %",
        "1, 10000, under 0.1 %"
    })
    void whatIsNotAllIsNotCalledAll(long part, long whole, String words) {
        assertThat(Words.percent(part, whole)).isEqualTo(words);
    }
}
