package io.github.tideover.examples.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page, the document and the test results of a drill that nobody has run. */
class ReportsTest {
    private final Summary summary = Summary.of(Samples.record());
    private final List<Goal> goals = Goal.of(summary, Samples.USUAL);
    private final Verdict verdict = Verdict.of(summary, goals);

    private String html() {
        return new HtmlReport(summary, goals, verdict).write();
    }

    private JsonNode json() {
        return new JsonMapper().readTree(JsonReport.write(summary, goals, verdict));
    }

    static Document parsed(String xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    private static List<Element> elements(Document document, String name) {
        NodeList nodes = document.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    @Test
    void thePageIsWellFormedAndNeedsNothingButItself() throws Exception {
        String html = html();
        Document document = parsed(html.replaceFirst("<!DOCTYPE html>\\s*", ""));
        assertThat(elements(document, "script")).isEmpty();
        assertThat(elements(document, "link")).isEmpty();
        assertThat(elements(document, "img")).isEmpty();
        assertThat(html).doesNotContain("@import", "url(", "src=");
        for (Element use : elements(document, "use")) {
            assertThat(use.getAttribute("href")).startsWith("#m-");
        }
        Set<String> ids = new HashSet<>();
        NodeList all = document.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            String id = ((Element) all.item(i)).getAttribute("id");
            assertThat(id.isEmpty() || ids.add(id)).as("id %s once", id).isTrue();
        }
        assertThat(ids).contains("drill-timeline", "drill-timeline-narrow");
        for (Element use : elements(document, "use")) {
            assertThat(ids).contains(use.getAttribute("href").substring(1));
        }
        for (Element each : elements(document, "section")) {
            assertThat(ids).contains(each.getAttribute("aria-labelledby"));
        }
    }

    @Test
    void whatOthersSayIsTextAndNothingElse() {
        String html = html();
        assertThat(html)
                .doesNotContain("<Monday>", "<limps>", "<dark>", "HTTP 503 <b>", "\"night\"")
                .contains(
                        "A bad &lt;Monday&gt; &amp; more",
                        "The assistant &lt;limps&gt;.",
                        "It was &lt;dark&gt;.",
                        "HTTP 503 &lt;b&gt;",
                        "https://example.com/?a=1&amp;b=2");
        assertThat(Markup.escaped("<a href='x'>\u0000\u001b&\"\uffff😀"))
                .isEqualTo("&lt;a href=&#39;x&#39;&gt;\ufffd\ufffd&amp;&quot;\ufffd😀");
    }

    @Test
    void anAddressThatIsNoneIsNoLink() {
        DrillRecord record = Samples.record();
        Outage outage = new Outage("X", Samples.TIMELINE, "javascript:alert(1)", "", "");
        DrillRecord other = new DrillRecord(
                Samples.setting(outage),
                record.startedAt(),
                record.stoppedAt(),
                record.latestArrival(),
                record.said(),
                record.tideover(),
                record.bare());
        assertThat(new HtmlReport(Summary.of(other), goals, verdict).write())
                .contains("javascript:alert(1)")
                .doesNotContain("href=\"javascript");
    }

    @Test
    void everyCallIsDrawnOnceInEachPictureByItsOutcome() throws Exception {
        Document document = parsed(html().replaceFirst("<!DOCTYPE html>\\s*", ""));
        for (Element svg : elements(document, "svg")) {
            if (!svg.getAttribute("id").isEmpty()) {
                int marks = svg.getElementsByTagName("use").getLength();
                assertThat(marks)
                        .isEqualTo(summary.tideover().calls()
                                + summary.bare().orElseThrow().calls());
            }
        }
        assertThat(html().split("href=\"#m-failed\"", -1).length - 1)
                .as("two in each picture, the legend and the table")
                .isEqualTo(6);
    }

    @Test
    void thePageAndTheDocumentSayTheSame() throws Exception {
        JsonNode json = json();
        String html = html();
        int all = 0;
        for (Map.Entry<String, JsonNode> each :
                json.path("tideover").path("outcomes").properties()) {
            int count = each.getValue().intValue();
            all += count;
            if (count > 0) {
                assertThat(html)
                        .containsPattern(Pattern.quote(Markup.escaped(
                                        Outcome.valueOf(each.getKey()).words())) + "</th><td>" + count + " ");
            }
        }
        assertThat(all).isEqualTo(json.path("tideover").path("callCount").intValue());
        assertThat(json.path("tideover").path("calls").size()).isEqualTo(all);
        assertThat(html).contains("<strong>all</strong></th><td>" + all + "</td>");
        for (JsonNode sentence : json.path("verdict")) {
            assertThat(html).contains(Markup.escaped(sentence.stringValue()));
        }
        assertThat(json.path("bare").path("outcomes").path("FAILED").intValue()).isEqualTo(2);
        assertThat(json.path("survived").booleanValue()).isTrue();
    }

    @Test
    void theDocumentBeginsWithItsVersionAndHasACallInAnObject() {
        assertThat(JsonReport.write(summary, goals, verdict)).startsWith("{\n  \"version\" : 1,");
        JsonNode third = json().path("tideover").path("calls").get(2);
        assertThat(third.path("number").intValue()).isEqualTo(3);
        assertThat(third.path("at").doubleValue()).isEqualTo(12);
        assertThat(third.path("wait").doubleValue()).isEqualTo(0.5);
        assertThat(third.path("outcome").stringValue()).isEqualTo("ALTERNATE");
    }

    @Test
    void everyFieldOfTheDocumentIsDescribedAndNoOther() throws Exception {
        Set<String> fields = new TreeSet<>();
        collect("", json(), fields);
        Set<String> described = new TreeSet<>();
        for (List<String> row : DrillsPage.rows("The numbers as JSON")) {
            Arrays.stream(row.get(0).replace("`", "").split(", ")).forEach(described::add);
        }
        assertThat(described).isEqualTo(fields);
    }

    /** "calls[].wait" and the like; both clients have the same, as {@code CLIENT}. */
    private static void collect(String path, JsonNode node, Set<String> fields) {
        if (node.isArray()) {
            node.forEach(each -> collect(path + "[]", each, fields));
        } else if (node.isObject() && !path.endsWith("outcomes")) {
            for (Map.Entry<String, JsonNode> each : node.properties()) {
                String name = (path.isEmpty() ? "" : path + ".") + each.getKey();
                String common = name.replaceFirst("^(tideover|bare)\\.", "CLIENT.");
                collect(common, each.getValue(), fields);
            }
        }
        boolean isOfObjects =
                node.isObject() && !path.endsWith("outcomes") || node.path(0).isObject();
        if (!path.isEmpty() && !path.endsWith("[]") && !isOfObjects) {
            fields.add(path);
        }
    }

    @Test
    void testResultsAreThoseOfJunit() throws Exception {
        Goal missed = new Goal("At most <1 %> fail", false, "2 & 3");
        Document document = parsed(JunitReport.write(
                List.of(new JunitReport.Suite("A", goals), new JunitReport.Suite("B", List.of(missed)))));
        assertThat(elements(document, "testcase")).hasSize(goals.size() + 1);
        assertThat(elements(document, "failure")).hasSize(1);
        assertThat(elements(document, "testsuite").get(1).getAttribute("failures"))
                .isEqualTo("1");
        assertThat(elements(document, "failure").get(0).getAttribute("message")).isEqualTo("2 & 3");
    }

    @Test
    void aDrillThatNobodyCameToIsStillAPage() throws Exception {
        Summary nobody = Summary.of(Samples.empty());
        List<Goal> unmet = Goal.of(nobody, Samples.USUAL);
        String html = new HtmlReport(nobody, unmet, Verdict.of(nobody, unmet)).write();
        parsed(html.replaceFirst("<!DOCTYPE html>\\s*", ""));
        assertThat(html).doesNotContain("NaN", "Infinity", "bare client</th>");
        new JsonMapper().readTree(JsonReport.write(nobody, unmet, Verdict.of(nobody, unmet)));
    }

    @Test
    void nothingInThePictureIsOutsideIt() {
        for (boolean isNarrow : new boolean[] {false, true}) {
            String svg = new TimelineSvg(summary, isNarrow).draw();
            Matcher box = Pattern.compile("viewBox=\"0 0 (\\d+) (\\d+)\"").matcher(svg);
            assertThat(box.find()).isTrue();
            inside(svg, "x", Integer.parseInt(box.group(1)));
            inside(svg, "y", Integer.parseInt(box.group(2)));
        }
    }

    private static void inside(String svg, String side, int most) {
        Matcher number =
                Pattern.compile(" (?:c?" + side + "[12]?)=\"([^\"]+)\"").matcher(svg);
        int seen = 0;
        while (number.find()) {
            assertThat(Double.parseDouble(number.group(1))).isBetween(0.0, (double) most);
            seen++;
        }
        assertThat(seen).isGreaterThan(50);
    }
}
