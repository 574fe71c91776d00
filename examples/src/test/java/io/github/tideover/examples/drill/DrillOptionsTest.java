package io.github.tideover.examples.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.Tideover;
import io.github.tideover.testkit.OutageServer;
import io.github.tideover.testkit.PastOutage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrillOptionsTest {
    @Test
    void withNothingSaidItIsTheFirstOutageInAMinute() {
        DrillOptions options = DrillOptions.parse();
        assertThat(options.outages()).extracting(Outage::key).containsExactly("OPENAI_2023_11_08");
        assertThat(options.length()).isEqualTo(Duration.ofSeconds(60));
        assertThat(options.perSecond()).isEqualTo(10);
        assertThat(options.hasBackup()).isTrue();
        assertThat(options.isCompared()).isTrue();
        assertThat(options.application()).isInstanceOf(SampleApplication.class);
        assertThat(options.report()).containsExactly(Path.of("target/drill/OPENAI_2023_11_08.html"));
        assertThat(options.json()).isEmpty();
        assertThat(options.limits()).isEqualTo(Samples.USUAL);
    }

    @Test
    void allTheCatalogueHasAFileForEach() {
        DrillOptions options = DrillOptions.parse("--outage", "all", "--report=a.b/r.html", "--json", "numbers");
        assertThat(options.outages())
                .extracting(Outage::key)
                .containsExactlyElementsOf(
                        Arrays.stream(PastOutage.values()).map(Enum::name).toList());
        assertThat(options.report().get(0)).isEqualTo(Path.of("a.b/r-OPENAI_2023_11_08.html"));
        assertThat(options.json().get(1)).isEqualTo(Path.of("numbers-CHATGPT_2024_06_04"));
        assertThat(options.report()).doesNotHaveDuplicates().hasSameSizeAs(PastOutage.values());
    }

    @Test
    void severalAreLivedThroughInTheirOrderAndEachOnce() {
        assertThat(DrillOptions.parse("--outage", "OPENAI_2024_12_11,OPENAI_2023_11_08,OPENAI_2024_12_11")
                        .outages())
                .extracting(Outage::key)
                .containsExactly("OPENAI_2024_12_11", "OPENAI_2023_11_08");
    }

    @Test
    void everyOptionIsRead(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("mine.json"), "{\"name\":\"Mine\",\"phases\":[{\"name\":\"well\",\"length\":\"1m\"}]}");
        DrillOptions options = DrillOptions.parse(
                "--timeline=" + file,
                "--duration=1.5s",
                "--rate=0.5",
                "--seed=-4",
                "--backup=none",
                "--comparison=none",
                "--application=" + Own.class.getName(),
                "--report=r.html",
                "--json=n.json",
                "--junit=j.xml",
                "--max-failed=1.5",
                "--max-unanswered=10",
                "--max-wait=2s");
        assertThat(options.outages())
                .extracting(Outage::key, Outage::name)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("mine", "Mine"));
        assertThat(options.length()).isEqualTo(Duration.ofMillis(1_500));
        assertThat(options.perSecond()).isEqualTo(0.5);
        assertThat(options.seed()).isEqualTo(-4);
        assertThat(options.hasBackup()).isFalse();
        assertThat(options.isCompared()).isFalse();
        assertThat(options.application()).isInstanceOf(Own.class);
        assertThat(options.applicationName()).isEqualTo(Own.class.getName());
        assertThat(options.report()).containsExactly(Path.of("r.html"));
        assertThat(options.json()).containsExactly(Path.of("n.json"));
        assertThat(options.junit()).contains(Path.of("j.xml"));
        assertThat(options.limits()).isEqualTo(new DrillOptions.Limits(1.5, 10, Optional.of(Duration.ofSeconds(2))));
    }

    @Test
    void helpIsHelpWhateverElseIsThere() {
        assertThat(DrillOptions.parse("--help", "--outage", "nonsense").isHelp())
                .isTrue();
        for (Option option : Option.values()) {
            assertThat(Option.help()).contains(option.flag());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --outrage x                        | there is no option --outrage; --help lists those there are
            OPENAI_2023_11_08                  | "OPENAI_2023_11_08" is not an option; --help lists those there are
            --outage                           | --outage needs a value after it: NAMES
            --outage --rate 3                  | --outage needs a value after it: NAMES
            --rate= --seed 3                   | --rate needs a value after it: NUMBER
            --help=yes                         | --help takes no value
            --seed 1 --seed 2                  | --seed is given twice
            --duration soon                    | --duration needs a time such as 500ms, 60s, 5m or 1h, not soon
            --duration 60                      | --duration needs a time such as 500ms, 60s, 5m or 1h, not 60
            --duration 0s                      | --duration is a time from 1s to 24h, not 0s
            --duration 25h                     | --duration is a time from 1s to 24h, not 25h
            --rate 0                           | --rate needs a number from 0.01 to 500, not 0
            --rate many                        | --rate needs a number from 0.01 to 500, not many
            --rate NaN                         | --rate needs a number from 0.01 to 500, not NaN
            --rate 500 --duration 41s          | --rate and --duration make 20500 calls, and the picture shows at most 20000; lower one of them
            --seed 1.5                         | --seed needs a whole number, not 1.5
            --backup two                       | --backup is either one or none, not two
            --comparison best                  | --comparison is either bare or none, not best
            --max-failed 101                   | --max-failed needs a number from 0 to 100, not 101
            --max-failed -1                    | --max-failed needs a number from 0 to 100, not -1
            --max-unanswered all               | --max-unanswered needs a number from 0 to 100, not all
            --max-wait 5                       | --max-wait needs a time such as 500ms, 60s, 5m or 1h, not 5
            --class-path x                     | --class-path belongs to --application: say which class is to be used
            --application X --class-path not/there | --class-path names not/there, which is not there
            --application no.such.Thing        | --application needs a class, and no.such.Thing is not on the class path; add where it is with --class-path
            --application java.lang.String     | --application needs a class that implements io.github.tideover.examples.drill.DrilledApplication, and java.lang.String does not
            --report .                         | --report needs the name of a file, and . is a folder
            --timeline not/there.json          | the timeline file not/there.json is not there; name a JSON file, or an outage of the catalogue with --outage
            --timeline a.json --outage all     | --outage and --timeline both say what is lived through; leave one out
            """)
    void whatMakesNoSenseIsRefusedInASentence(String line, String sentence) {
        assertThatThrownBy(() -> DrillOptions.parse(line.split(" ")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }

    @Test
    void anOutageThatIsNotThereIsToldThoseThatAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DrillOptions.parse("--outage", "YESTERDAY"))
                .withMessageStartingWith("there is no outage YESTERDAY in the catalogue; it has ")
                .withMessageContaining("OPENAI_2024_12_11");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DrillOptions.parse("--outage=OPENAI_2024_12_11,"))
                .withMessageStartingWith("there is no outage  in the catalogue");
    }

    @Test
    void anApplicationThatCannotBeMadeSaysWhy() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DrillOptions.parse("--application", Failing.class.getName()))
                .withMessageContaining("could not be made: java.lang.IllegalStateException: no settings");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DrillOptions.parse("--application", NeedsSomething.class.getName()))
                .withMessageContaining("a public constructor that takes nothing");
    }

    @Test
    void anApplicationIsFoundOnItsOwnClassPath(@TempDir Path folder) throws Exception {
        Path source = Files.writeString(folder.resolve("Elsewhere.java"), """
                import io.github.tideover.Tideover;
                import io.github.tideover.examples.drill.DrilledApplication;
                import io.github.tideover.testkit.OutageServer;
                import java.util.Optional;

                public final class Elsewhere implements DrilledApplication {
                    public Tideover client(OutageServer provider, Optional<OutageServer> backup) {
                        return Tideover.builder().provider(provider.provider()).build();
                    }
                }
                """);
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        folder.toString(),
                        source.toString());
        assertThat(compiled).isZero();
        DrillOptions options = DrillOptions.parse(
                "--application", "Elsewhere", "--class-path", folder + File.pathSeparator + folder.toAbsolutePath());
        try (OutageServer server = OutageServer.start();
                Tideover tideover = options.application().client(server, Optional.empty())) {
            assertThat(tideover.chat("Is anybody there?").text()).isEqualTo(OutageServer.HEALTHY_ANSWER);
        }
    }

    @Test
    void theTableInTheDocumentationIsThisTable() throws Exception {
        List<List<String>> rows = DrillsPage.rows("Options");
        assertThat(rows)
                .containsExactlyElementsOf(Arrays.stream(Option.values())
                        .map(option -> List.of(
                                "`" + (option.flag() + " " + option.value().replace("|", "\\|")).strip() + "`",
                                option.standard(),
                                option.meaning()))
                        .toList());
    }

    /** An application of somebody's own. */
    public static final class Own implements DrilledApplication {
        @Override
        public Tideover client(OutageServer provider, Optional<OutageServer> backup) {
            return Tideover.builder().provider(provider.provider()).build();
        }
    }

    /** An application whose settings are missing. */
    public static final class Failing implements DrilledApplication {
        /** Fails. */
        public Failing() {
            throw new IllegalStateException("no settings");
        }

        @Override
        public Tideover client(OutageServer provider, Optional<OutageServer> backup) {
            throw new AssertionError("nobody gets here");
        }
    }

    /** An application that cannot be made of nothing. */
    public static final class NeedsSomething implements DrilledApplication {
        private final String key;

        /** Takes something. */
        public NeedsSomething(String key) {
            this.key = key;
        }

        @Override
        public Tideover client(OutageServer provider, Optional<OutageServer> backup) {
            throw new AssertionError(key);
        }
    }
}
