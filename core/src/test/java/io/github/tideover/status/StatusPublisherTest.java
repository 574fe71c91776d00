package io.github.tideover.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.tideover.chat.Origin;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The status page and the Statuspage document, from one state to one text. */
class StatusPublisherTest {
    private static final Instant START = Instant.parse("2026-08-24T06:00:00Z");
    private static final StatusPublisher PUBLISHER =
            StatusPublisher.of("Lamplight Assistant").url("https://status.lamplight.example/");
    private static final Set<String> VOID = Set.of("meta", "br", "path", "rect", "circle");

    private static Stream<Locale> languages() {
        return StatusWords.languages().stream();
    }

    /** Ninety days with an outage now and then, and what is going on at their end. */
    static Weather weather(StatusWords words, String... providers) {
        Weather weather = new Weather(START, words, null, providers);
        weather.calls(Duration.ofDays(20));
        outage(weather, Cause.OVERLOAD, Duration.ofMinutes(95));
        weather.calls(Duration.ofDays(23));
        weather.becomes(0, ServiceState.DEGRADED);
        weather.calls(Duration.ofMinutes(40));
        weather.becomes(0, ServiceState.OPERATIONAL);
        weather.calls(Duration.ofDays(9));
        weather.diagnosed(0, Diagnosis.of(Cause.MAINTENANCE, 1, List.of()), null);
        weather.becomes(0, ServiceState.MAINTENANCE);
        weather.calls(Duration.ofMinutes(60));
        weather.becomes(0, ServiceState.OPERATIONAL);
        weather.passes(Duration.ofDays(4)); // nobody asked
        weather.calls(Duration.ofDays(30));
        outage(weather, Cause.SOFTWARE_FAULT, Duration.ofMinutes(20));
        weather.calls(Duration.ofDays(6).plusHours(3));
        return weather;
    }

    private static void outage(Weather weather, Cause cause, Duration lasts) {
        weather.fails(0);
        weather.passes(Duration.ofSeconds(2));
        weather.diagnosed(0, Diagnosis.of(cause, 0.9, List.of()), null);
        weather.becomes(0, ServiceState.MAJOR_OUTAGE);
        weather.calls(lasts);
        weather.becomes(0, ServiceState.RECOVERING);
        weather.passes(Duration.ofSeconds(90));
        weather.becomes(0, ServiceState.OPERATIONAL);
    }

    /** The provider is down, its page says so, and the backup answers if there is one. */
    static Weather outage(StatusWords words, String... providers) {
        Weather weather = weather(words, providers);
        weather.tell(StatusEvent.Kind.SUSPECTED, providers[0]);
        weather.fails(0);
        weather.passes(Duration.ofSeconds(3));
        weather.diagnosed(0, Diagnosis.of(Cause.UNKNOWN, 0.2, List.of()), Eta.unknown(weather.now()));
        weather.becomes(0, ServiceState.MAJOR_OUTAGE);
        weather.recorder.answered(Origin.ALTERNATE, 2, 1_200_000_000L);
        weather.recorder.failed(3, 8_000_000_000L);
        weather.passes(Duration.ofMinutes(1));
        Evidence fact =
                Evidence.of(Evidence.Kind.FAILURES, weather.now(), "openai/gpt-5-mini", 0.9, "9 of 10 attempts failed");
        weather.diagnosed(0, Diagnosis.of(Cause.OVERLOAD, 0.9, List.of(fact)), Eta.unknown(weather.now()));
        weather.becomes(0, ServiceState.MAJOR_OUTAGE);
        weather.tell(StatusEvent.Kind.CAUSE_UNDERSTOOD, null);
        weather.passes(Duration.ofMinutes(17));
        weather.page(0, page(weather.now()));
        weather.diagnosed(
                0,
                Diagnosis.of(Cause.OVERLOAD, 0.9, List.of(fact)),
                Eta.history(weather.now().plusSeconds(2_400), weather.now().plusSeconds(6_600), 31, weather.now()));
        weather.tell(StatusEvent.Kind.PROVIDER_UPDATE, providers[0]);
        weather.passes(Duration.ofMinutes(4));
        return weather;
    }

    private static PageReport page(Instant now) {
        return PageReport.builder("https://status.example.com/", now)
                .component(PageReport.Component.of("API", ServiceState.MAJOR_OUTAGE))
                .incident(PageReport.Incident.of(
                        "i1",
                        "Elevated error rates",
                        "major",
                        "identified",
                        now.minusSeconds(900),
                        null,
                        List.of("API"),
                        List.of(PageReport.Update.of(
                                now, "identified", "We have identified the cause and are adding capacity."))))
                .maintenance(PageReport.Maintenance.of(
                        "m1", "Database upgrade", now.plusSeconds(200_000), now.plusSeconds(207_200), false))
                .build();
    }

    private static Map<String, Weather> scenes(StatusWords words) {
        Map<String, Weather> scenes = new TreeMap<>();
        scenes.put("well", weather(words, "openai", "anthropic"));
        scenes.put("outage", outage(words, "openai"));
        scenes.put("backup", outage(words, "openai", "anthropic", "ollama"));
        Weather maintenance = weather(words, "openai");
        maintenance.diagnosed(
                0,
                Diagnosis.of(Cause.MAINTENANCE, 1, List.of()),
                Eta.scheduledEnd(maintenance.now().plusSeconds(5_400), maintenance.now()));
        maintenance.becomes(0, ServiceState.MAINTENANCE);
        maintenance.passes(Duration.ofMinutes(9));
        scenes.put("maintenance", maintenance);
        Weather recovery = outage(words, "openai");
        recovery.becomes(0, ServiceState.RECOVERING);
        recovery.passes(Duration.ofSeconds(20));
        scenes.put("recovery", recovery);
        scenes.put("fresh", new Weather(START, words, null, "openai"));
        scenes.put(
                "long",
                outage(
                        words,
                        "a-provider-with-a-name-that-nobody-thought-would-ever-be-shown-to-anybody-at-all",
                        "שירות גיבוי",
                        "予備のサービスの名前がとても長い場合の表示を確かめる"));
        return scenes;
    }

    /** Also written to {@code target/status-pages}, to be looked at in a browser. */
    @ParameterizedTest
    @MethodSource("languages")
    void everySceneIsAWellFormedPageInEveryLanguage(Locale language) throws Exception {
        Path folder = Files.createDirectories(Path.of("target/status-pages"));
        StatusWords words = StatusWords.in(language).zone(ZoneId.of("Europe/Berlin"));
        for (Map.Entry<String, Weather> scene : scenes(words).entrySet()) {
            Weather weather = scene.getValue();
            String html = PUBLISHER.html(weather.status(), weather.history());
            Files.writeString(folder.resolve(scene.getKey() + "-" + language + ".html"), html);
            check(html);
            assertThat(html)
                    .startsWith("<!DOCTYPE html>\n<html lang=\"" + language.toLanguageTag() + "\" dir=\"ltr\">")
                    .doesNotContain(
                            "{0}", "null", "<script", "http:", "https:", "url(", "@import", " style=", "onload");
        }
    }

    /** Tags are closed in order, ids are there once, headings go down one step at a time, landmarks are there. */
    private static void check(String html) {
        Deque<String> open = new ArrayDeque<>();
        List<Integer> headings = new ArrayList<>();
        String markup = html.replaceAll("(?s)<style>.*?</style>", "");
        Pattern tag = Pattern.compile("<(/?)([a-zA-Z0-9]+)((?:\\s+[a-zA-Z-]+(?:=\"[^\"<>]*\")?)*)\\s*(/?)>|<");
        for (MatchResult each : tag.matcher(markup.substring("<!DOCTYPE html>".length()))
                .results()
                .toList()) {
            assertThat(each.group(2))
                    .as("a < that begins no tag at %s", each.start())
                    .isNotNull();
            String name = each.group(2);
            if (name.matches("h[1-6]") && each.group(1).isEmpty()) {
                headings.add(name.charAt(1) - '0');
            }
            if (!each.group(1).isEmpty()) {
                assertThat(open.pop()).isEqualTo(name);
            } else if (!VOID.contains(name)) {
                open.push(name);
            }
        }
        assertThat(open).isEmpty();
        assertThat(headings.get(0)).isEqualTo(1);
        assertThat(headings.stream().filter(level -> level == 1)).hasSize(1);
        for (int i = 1; i < headings.size(); i++) {
            assertThat(headings.get(i) - headings.get(i - 1)).isLessThanOrEqualTo(1);
        }
        List<String> ids = Pattern.compile(" id=\"([^\"]*)\"")
                .matcher(markup)
                .results()
                .map(r -> r.group(1))
                .toList();
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(ids)
                .containsAll(Pattern.compile(" aria-labelledby=\"([^\"]*)\"")
                        .matcher(markup)
                        .results()
                        .map(r -> r.group(1))
                        .toList());
        assertThat(markup).contains("<header>", "<main id=\"content\">", "<footer>", "href=\"#content\"");
        assertThat(Pattern.compile("&(?!amp;|lt;|gt;|quot;|#39;)")
                        .matcher(markup)
                        .find())
                .isFalse();
    }

    @Test
    void theBarsAreAPictureWithALabelAndATableBesideIt() throws Exception {
        Weather weather = weather(StatusWords.english(), "openai");
        String html = PUBLISHER.html(weather.status(), weather.history());
        String svg = html.substring(
                html.indexOf("<svg class=\"bars\""), html.indexOf("</svg>", html.indexOf("<svg class=\"bars\"")) + 6);
        var document =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(document.getElementsByTagName("g").getLength()).isEqualTo(90);
        assertThat(html)
                .contains("aria-label=\"OpenAI, the last 90 days. Without a disruption: ")
                .contains("<summary>Days with a disruption</summary>")
                .contains("<th scope=\"row\">Sep 13, 2026</th>");
    }

    @Test
    void whatOthersSayIsShownAsText() {
        String attack = "</title></style><script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202Egnp.exe\u0000";
        Weather weather = new Weather(
                START,
                StatusWords.english().with(Locale.ENGLISH, Map.of("report.began", "<b>Began</b>")),
                null,
                attack);
        weather.page(
                0,
                PageReport.builder(attack, START)
                        .incident(PageReport.Incident.of(
                                attack,
                                attack,
                                attack,
                                attack,
                                START,
                                null,
                                List.of(attack),
                                List.of(PageReport.Update.of(START, attack, attack))))
                        .maintenance(PageReport.Maintenance.of(attack, attack, START.plusSeconds(60), null, false))
                        .build());
        weather.becomes(0, ServiceState.MAJOR_OUTAGE);
        weather.tell(StatusEvent.Kind.PROVIDER_UPDATE, attack);
        StatusPublisher publisher = StatusPublisher.of("Shop " + attack);
        String html = publisher.html(weather.status(), weather.history());
        check(html);
        assertThat(html).doesNotContain("<script", "<img", "<b>", "\u202E", "\u0000");
        assertThat(html).contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;");
        assertThat(html.split("<style>", -1)).hasSize(2);
        JsonNode json = new JsonMapper().readTree(publisher.json(weather.status(), weather.history()));
        assertThat(json.path("components").get(0).path("name").asString()).contains("<script>");
        String markdown = weather.history().ongoing().orElseThrow().toMarkdown();
        assertThat(markdown).doesNotContain("<script", "<img").contains("&lt;script&gt;");
    }

    @Test
    void theContentSecurityPolicyAllowsThisStyleAndNothingElse() throws Exception {
        Weather weather = weather(StatusWords.english(), "openai");
        String html = PUBLISHER.html(weather.status(), weather.history());
        String css = html.substring(html.indexOf("<style>") + 7, html.indexOf("</style>"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(css.getBytes(StandardCharsets.UTF_8));
        assertThat(StatusPublisher.contentSecurityPolicy())
                .startsWith("default-src 'none'; style-src 'sha256-"
                        + Base64.getEncoder().encodeToString(hash) + "';");
    }

    /** WCAG 2.2, 1.4.3 and 1.4.11: 4.5 to 1 for text, 3 to 1 for what is to be told apart. */
    @Test
    void textAndBarsStandOutInLightAndInDark() {
        Weather weather = weather(StatusWords.english(), "openai");
        String html = PUBLISHER.html(weather.status(), weather.history());
        String css = html.substring(html.indexOf("<style>") + 7, html.indexOf("</style>"));
        Map<String, String> light = colours(css.substring(0, css.indexOf('}')));
        Map<String, String> dark = new LinkedHashMap<>(light);
        int night = css.indexOf("prefers-color-scheme:dark");
        dark.putAll(colours(css.substring(night, css.indexOf('}', night))));
        for (Map<String, String> look : List.of(light, dark)) {
            for (String ground : List.of("page", "card")) {
                for (String ink : List.of("text", "soft", "link", "ok", "warn", "bad", "plan", "back", "none")) {
                    assertThat(contrast(look, ink, ground))
                            .as(ink + " on " + ground)
                            .isGreaterThanOrEqualTo(4.5);
                }
                for (String bar : List.of("ok-bar", "warn-bar", "bad-bar", "plan-bar", "none-bar")) {
                    assertThat(contrast(look, bar, ground))
                            .as(bar + " on " + ground)
                            .isGreaterThanOrEqualTo(3);
                }
            }
            for (String state : List.of("ok", "warn", "bad", "plan", "back", "none")) {
                for (String ink : List.of("text", "soft", state)) {
                    assertThat(contrast(look, ink, state + "-wash"))
                            .as(ink + " on wash of " + state)
                            .isGreaterThanOrEqualTo(4.5);
                }
                // The sign inside an icon.
                assertThat(contrast(look, "card", state)).as("sign of " + state).isGreaterThanOrEqualTo(3);
            }
        }
    }

    private static Map<String, String> colours(String css) {
        Map<String, String> colours = new LinkedHashMap<>();
        Pattern.compile("--([a-z-]+):#([0-9a-f]{3,6})").matcher(css).results().forEach(found -> {
            String hex = found.group(2);
            colours.put(found.group(1), hex.length() == 3 ? hex.replaceAll("(.)", "$1$1") : hex);
        });
        return colours;
    }

    private static double contrast(Map<String, String> look, String one, String other) {
        double a = luminance(look.get(one));
        double b = luminance(look.get(other));
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(String hex) {
        double[] rgb = new double[3];
        for (int i = 0; i < 3; i++) {
            double c = Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16) / 255.0;
            rgb[i] = c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    }

    @Test
    void theDocumentHasTheFieldsOfStatuspage() throws IOException {
        Weather weather = outage(StatusWords.english(), "openai", "anthropic");
        JsonNode json = new JsonMapper().readTree(PUBLISHER.json(weather.status(), weather.history()));
        assertThat(json.path("page").path("name").asString()).isEqualTo("Lamplight Assistant");
        assertThat(json.path("page").path("updated_at").asString())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(json.path("status").path("indicator").asString()).isEqualTo("major");
        assertThat(json.path("status").path("description").asString())
                .isEqualTo("The assistant is running on a backup.");
        assertThat(json.path("components").get(0).path("status").asString()).isEqualTo("major_outage");
        assertThat(json.path("components").get(1).path("status").asString()).isEqualTo("operational");
        JsonNode incident = json.path("incidents").get(0);
        assertThat(incident.path("status").asString()).isEqualTo("identified");
        assertThat(incident.path("impact").asString()).isEqualTo("major");
        assertThat(incident.path("incident_updates").get(0).path("body").asString())
                .startsWith("There is news about the disruption. OpenAI writes: “We have identified the cause");
        assertThat(incident.path("components").size()).isEqualTo(1);
        assertThat(json.path("scheduled_maintenances")
                        .get(0)
                        .path("scheduled_until")
                        .asString())
                .isNotBlank();
        JsonNode later = new JsonMapper().readTree(PUBLISHER.json(weather.status(), weather.history()));
        assertThat(later.path("incidents").get(0).path("id")).isEqualTo(incident.path("id"));
    }

    /** A client of a client: what is published here can be watched there. */
    @Test
    void ourOwnReaderOfStatusPagesReadsIt() throws IOException {
        Weather weather = outage(StatusWords.english(), "openai", "anthropic");
        byte[] json = PUBLISHER.json(weather.status(), weather.history()).getBytes(StandardCharsets.UTF_8);
        PageDocument read = PageReader.read(json);
        assertThat(read.components)
                .extracting(each -> each.name + " " + each.status)
                .containsExactly("OpenAI major_outage", "Anthropic operational");
        assertThat(read.incidents).hasSize(1);
        assertThat(read.incidents.get(0).updates)
                .hasSize(weather.history().ongoing().orElseThrow().timeline().size());
        assertThat(read.maintenances).hasSize(1);
    }

    @Test
    void aDayIsWhatItsWorstWasUnlessThatWasShort() {
        Weather weather = weather(StatusWords.english(), "openai");
        StatusHistory history = weather.history();
        assertThat(history.uptime("openai", Duration.ofDays(90)).ratio().orElseThrow())
                .isCloseTo(0.9985, within(0.0015));
        assertThat(history.meanTimeToRecover("openai").orElseThrow())
                .isBetween(Duration.ofMinutes(55), Duration.ofMinutes(60));
    }

    @Test
    void aPageWithoutANameIsRefused() {
        assertThatThrownBy(() -> StatusPublisher.of(" \n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("such as");
    }
}
