package io.github.tideover.examples.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArrivalTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void usersComeInOrderWithinTheTimeAndAboutAsOftenAsAsked() {
        List<Arrival> arrivals = Arrival.schedule(MINUTE, 10, 1);
        assertThat(arrivals).hasSizeBetween(500, 700); // 600, and four deviations
        assertThat(arrivals.stream().map(Arrival::at).toList()).isSorted();
        assertThat(arrivals).allMatch(arrival -> arrival.at().compareTo(MINUTE) < 0);
        assertThat(arrivals.get(0).number()).isEqualTo(1);
        assertThat(arrivals.get(arrivals.size() - 1).number()).isEqualTo(arrivals.size());
    }

    @Test
    void theSameSeedIsTheSameUsersAndAnotherIsOthers() {
        assertThat(Arrival.schedule(MINUTE, 10, 5)).isEqualTo(Arrival.schedule(MINUTE, 10, 5));
        assertThat(Arrival.schedule(MINUTE, 10, 5)).isNotEqualTo(Arrival.schedule(MINUTE, 10, 6));
    }

    @Test
    void aQuestionIsAskedTwiceAtMostAndMoreThanAFewAre() {
        Map<Integer, Integer> asked = new HashMap<>();
        for (Arrival arrival : Arrival.schedule(MINUTE, 20, 3)) {
            asked.merge(arrival.question(), 1, Integer::sum);
        }
        assertThat(asked.values()).allMatch(times -> times <= Arrival.MOST_ASKED);
        assertThat(asked.values().stream().filter(times -> times == 2).count()).isGreaterThan(300);
    }

    @Test
    void wordsAreThoseOfTheQuestion() {
        assertThat(new Arrival(4, Duration.ZERO, 17).words()).isEqualTo("When is high tide at berth 17?");
    }
}
