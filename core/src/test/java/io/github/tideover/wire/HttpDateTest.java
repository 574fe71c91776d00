package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDateTest {
    private static final Instant NOW = Instant.parse("2023-09-29T16:26:37Z");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Sun, 06 Nov 1994 08:49:37 GMT      | 784111777
            Sunday, 06-Nov-94 08:49:37 GMT     | 784111777
            Sun Nov  6 08:49:37 1994           | 784111777
            Fri, 31 Dec 1999 23:59:59 GMT      | 946684799
            Fri, 29 Sep 2023 16:26:37 GMT      | 1696004797
            Sat Nov 26 08:49:37 1994           | 785839777
            """)
    void theThreeFormsNameTheSameTime(String text, long epochSecond) {
        assertThat(HttpDate.parse(text, NOW)).contains(Instant.ofEpochSecond(epochSecond));
    }

    @Test
    void aLeapSecondIsTheFirstSecondOfTheNextMinute() {
        assertThat(HttpDate.parse("Sat, 31 Dec 2016 23:59:60 GMT", NOW))
                .contains(Instant.parse("2017-01-01T00:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2023-09-29T16:26:37Z | Friday, 29-Sep-73 16:26:37 GMT   | 2073-09-29T16:26:37Z
            2023-09-29T16:26:37Z | Friday, 29-Sep-73 16:26:38 GMT   | 1973-09-29T16:26:38Z
            2023-09-29T16:26:37Z | Friday, 29-Sep-74 16:26:37 GMT   | 1974-09-29T16:26:37Z
            2023-09-29T16:26:37Z | Friday, 29-Sep-00 16:26:37 GMT   | 2000-09-29T16:26:37Z
            2099-12-31T23:59:59Z | Friday, 01-Jan-00 00:00:01 GMT   | 2100-01-01T00:00:01Z
            """)
    void aYearOfTwoDigitsIsNeverMoreThanFiftyYearsAhead(Instant now, String text, Instant time) {
        assertThat(HttpDate.parse(text, now)).contains(time);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "20",
                "Zun, 29 Sep 2023 16:26:57 GMT",
                "fri, 29 Sep 2023 16:26:57 GMT",
                "Fri, 29 sep 2023 16:26:57 GMT",
                "Fri, 29 Sep 2023 16:26:57 gmt",
                "Fri, 29 Sep 2023 16:26:57 UTC",
                "Fri, 29 Sep 2023 16:26:57 +0000",
                "Fri, 29 Sep 100000 16:26:57 GMT",
                "Fri, 9 Sep 2023 16:26:57 GMT",
                "Fri, 31 Feb 2023 16:26:57 GMT",
                "Fri, 29 Sep 2023 25:26:57 GMT",
                "Fri, 29 Sep 2023 16:60:57 GMT",
                "Fri, 29 Sep 2023 16:26:61 GMT",
                "Fri, 29-Sep-23 16:26:57 GMT",
                "2023-09-29T16:26:57Z"
            })
    void everythingElseIsNoDate(String text) {
        assertThat(HttpDate.parse(text, NOW)).isEmpty();
    }
}
