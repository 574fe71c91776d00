package io.github.tideover.examples.drill;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The options of the command line: the help, the reader and the table in the documentation go by these. */
enum Option {
    OUTAGE("NAMES", "OPENAI_2023_11_08", "an outage of the catalogue, several with commas between, or all"),
    TIMELINE("FILE", "none", "an outage of your own in place of the catalogue's: a JSON file"),
    DURATION("TIME", "60s", "how long the outage shall last here, such as 30s or 5m"),
    RATE("NUMBER", "10", "how many calls come a second, on average"),
    SEED("NUMBER", "1", "another number lets others ask at other times, and others meet the trouble"),
    BACKUP("one|none", "one", "whether there is a backup that is well"),
    APPLICATION("CLASS", "the sample", "your own configuration: a public class that implements DrilledApplication"),
    CLASS_PATH("PATH", "none", "where that class and what it needs are: folders and jars"),
    COMPARISON("bare|none", "bare", "whether a bare client lives through the same beside it"),
    REPORT("FILE", "target/drill/NAME.html", "where the picture goes"),
    JSON("FILE", "none", "where the numbers go"),
    JUNIT("FILE", "none", "where the goals go as test results in JUnit's XML"),
    MAX_FAILED("PERCENT", "0", "goal: at most so many calls end with an error or with nothing"),
    MAX_UNANSWERED("PERCENT", "100", "goal: at most so many calls get no answer; the application's own words are none"),
    MAX_WAIT("TIME", "none", "goal: nobody waits longer for an answer or an error"),
    HELP("", "", "this text");

    private final String value;
    private final String standard;
    private final String meaning;

    Option(String value, String standard, String meaning) {
        this.value = value;
        this.standard = standard;
        this.meaning = meaning;
    }

    /** As it is typed. */
    String flag() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What comes after it; empty if nothing does. */
    String value() {
        return value;
    }

    /** What holds without it. */
    String standard() {
        return standard;
    }

    String meaning() {
        return meaning;
    }

    static Optional<Option> of(String flag) {
        return Arrays.stream(values())
                .filter(option -> option.flag().equals(flag))
                .findFirst();
    }

    static String help() {
        return """
                Lets an application live through an outage, over real HTTP on this machine, and draws what became of it.

                %s

                It ends with 0 if the application survived (the goals are met, no truncated answer was shown, the provider
                was treated well), with 1 if it did not, and with 2 if it was not asked in the right way.
                With Maven, options go into one property: -Dexec.args="--outage OPENAI_2023_11_08 --duration 30s"
                """.formatted(Arrays.stream(values())
                .map(option -> String.format(
                        Locale.ROOT,
                        "  %-24s %s%s",
                        (option.flag() + " " + option.value).strip(),
                        option.meaning,
                        option.standard.isEmpty() || option.standard.equals("none")
                                ? ""
                                : " (default " + option.standard + ")"))
                .collect(Collectors.joining("\n")));
    }
}
