package io.github.tideover.examples.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tideover.testkit.PageLevel;
import io.github.tideover.testkit.Timeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TimelineFileTest {
    private static Outage parse(String json) {
        return TimelineFile.parse(json.replace('\'', '"'), "mine.json", "mine");
    }

    private static Outage withTrouble(String trouble) {
        return parse("{'name':'Mine','phases':[{'name':'dark','length':'1h','trouble':[" + trouble + "]}]}");
    }

    @Test
    void theExampleInTheDocumentationIsOne(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("monday.json"), DrillsPage.block("json"));
        Outage outage = TimelineFile.read(file);
        assertThat(outage.key()).isEqualTo("monday");
        assertThat(outage.name()).isEqualTo("A bad Monday");
        assertThat(outage.timeline().length()).isEqualTo(Duration.ofMinutes(75));
        assertThat(outage.timeline().pageLag()).isEqualTo(Duration.ofMinutes(5));
        assertThat(outage.timeline().phases())
                .extracting(Timeline.Phase::name)
                .containsExactly("well", "brownout", "dark", "well again");
        assertThat(Outage.spans(outage.timeline()))
                .extracting(Outage.Span::level)
                .containsExactly(
                        PageLevel.OPERATIONAL, PageLevel.PARTIAL_OUTAGE, PageLevel.MAJOR_OUTAGE, PageLevel.OPERATIONAL);
    }

    @Test
    void everythingThatRequestsCanMeetIsInTheDocumentation() throws Exception {
        assertThat(DrillsPage.rows("What requests can meet").stream()
                        .map(row -> row.get(0).replace("`", ""))
                        .toList())
                .containsExactlyElementsOf(
                        Arrays.stream(Trouble.values()).map(Enum::name).toList());
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void everyKindOfTroubleCanBeWritten(Trouble trouble) {
        Outage outage = withTrouble("{'percent':100,'meets':'" + trouble + "','after':'2s'}");
        assertThat(outage.timeline().phases().get(0).weather().level())
                .isEqualTo(trouble == Trouble.LATE_ANSWER ? PageLevel.DEGRADED_PERFORMANCE : PageLevel.MAJOR_OUTAGE);
        assertThat(outage.timeline().toString()).contains("after(PT2S)");
    }

    @Test
    void refusalsCanAskForAWait() {
        assertThat(withTrouble("{'percent':50.5,'meets':'RATE_LIMITED','retryAfter':'20s'}")
                        .timeline()
                        .toString())
                .contains("50.5 % fails(RATE_LIMITED).asking(PT20S)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            []                                                            | the file: [] came; an object with the fields name, source, statusPageLag and phases would have worked
            {'phases':[]}                                                 | name: nothing came; a text in quotes would have worked
            {'name':' ','phases':[]}                                      | name: " " came; a text in quotes would have worked
            {'name':'x'}                                                  | phases: nothing came; a list of at least one phase, each with a name and a length would have worked
            {'name':'x','phases':[]}                                      | phases: [] came; a list of at least one phase, each with a name and a length would have worked
            {'name':'x','phase':[]}                                       | the file: there is no field "phase"; those that would have worked are name, source, statusPageLag and phases
            {'name':'x','phases':['well']}                                | phases[0]: "well" came; an object with the fields name, length and trouble would have worked
            {'name':'x','phases':[{'name':'a'}]}                          | phases[0].length: nothing came; a time such as "90s", "30m" or "2h", more than nothing would have worked
            {'name':'x','phases':[{'name':'a','length':30}]}              | phases[0].length: 30 came; a time such as "90s", "30m" or "2h" would have worked
            {'name':'x','phases':[{'name':'a','length':'0s'}]}            | phases[0].length: "0s" came; a time such as "90s", "30m" or "2h", more than nothing would have worked
            {'name':'x','phases':[{'name':'a','length':'1 day'}]}         | phases[0].length: "1 day" came; a time such as "90s", "30m" or "2h" would have worked
            {'name':'x','phases':[{'length':'1m'}]}                       | phases[0].name: nothing came; a text in quotes would have worked
            {'name':'x','statusPageLag':-1,'phases':[{'name':'a','length':'1m'}]} | statusPageLag: -1 came; a time such as "90s", "30m" or "2h" would have worked
            {'name':'x','source':1,'phases':[{'name':'a','length':'1m'}]} | source: 1 came; a text in quotes would have worked
            {'name':'x','phases':[{'name':'a','length':'1m','trouble':{}}]} | phases[0].trouble: {} came; a list, or nothing for a phase in which all is well would have worked
            """)
    void whatIsWrongIsToldWithItsPlace(String json, String sentence) {
        assertThatIllegalArgumentException().isThrownBy(() -> parse(json)).withMessage("mine.json, " + sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {'meets':'SILENCE'}                                | [0].percent: nothing came; a number above 0 and at most what is left of a hundred, 100 would have worked
            {'percent':0,'meets':'SILENCE'}                    | [0].percent: 0 came; a number above 0 and at most what is left of a hundred, 100 would have worked
            {'percent':60,'meets':'SILENCE'},{'percent':50,'meets':'HANG_UP'} | [1].percent: 50 came; a number above 0 and at most what is left of a hundred, 40 would have worked
            {'percent':10,'meets':'SILENCE','retryAfter':'1s'} | [0].retryAfter: "1s" came; nothing: SILENCE cannot ask for a wait; only refusals such as "OVERLOADED" can would have worked
            {'percent':10,'meets':'LATE_ANSWER'}               | [0].after: nothing came; a time such as "90s", "30m" or "2h": how late the answer is would have worked
            {'percent':10,'meets':'SILENCE','retry':'1s'}      | [0]: there is no field "retry"; those that would have worked are percent, meets, after and retryAfter
            """)
    void whatIsWrongWithATroubleIsToldWithItsPlace(String trouble, String sentence) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> withTrouble(trouble))
                .withMessage("mine.json, phases[0].trouble" + sentence);
    }

    @Test
    void aKindOfTroubleThatIsNoneIsToldThoseThatAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> withTrouble("{'percent':10,'meets':'503'}"))
                .withMessageStartingWith("mine.json, phases[0].trouble[0].meets: \"503\" came; one of \"OVERLOADED\", ")
                .withMessageContaining("\"PROXY_ERROR_PAGE\"");
    }

    @Test
    void whatIsNoJsonIsToldWithLineAndColumn() {
        for (String json : List.of("{'name':'x',\n 'phases': [}", "{'name':'x',\n", "", "{} {}", "nonsense")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parse(json))
                    .withMessageMatching(
                            "(?s)mine\\.json, (line \\d+, column \\d+: this is no JSON: .*|the file: nothing .*)");
        }
    }

    @Test
    void aFileThatIsNoTextIsToldSo(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("x.json"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimelineFile.read(file))
                .withMessageEndingWith("x.json is not text in UTF-8; a timeline file is JSON in UTF-8");
    }
}
