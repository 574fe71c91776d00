package io.github.tideover.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What users are told, in every language. */
class StatusWordsTest {
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    static Stream<Locale> languages() {
        return StatusWords.languages().stream();
    }

    static Stream<Locale> otherLanguages() {
        return languages().filter(language -> !language.equals(Locale.ENGLISH));
    }

    @ParameterizedTest
    @MethodSource("languages")
    void everyLanguageHasEverySentenceAndTheSameBlanksInIt(Locale language) {
        StatusWords words = StatusWords.in(language);
        Pattern blank = Pattern.compile("\\{(\\d)");
        StatusWords.keys().forEach((key, english) -> {
            String here = words.pattern(key);
            Set<String> ours = new TreeSet<>(
                    blank.matcher(here).results().map(r -> r.group(1)).toList());
            Set<String> theirs = new TreeSet<>(
                    blank.matcher(english).results().map(r -> r.group(1)).toList());
            assertThat(ours).as("%s in %s", key, language).isEqualTo(theirs);
            assertThat(here).as("%s in %s", key, language).doesNotContain("'").isEqualTo(here.strip());
        });
    }

    @ParameterizedTest
    @MethodSource("otherLanguages")
    void noLanguageIsACopyOfEnglish(Locale language) {
        StatusWords words = StatusWords.in(language);
        List<String> same = new ArrayList<>();
        StatusWords.keys().forEach((key, english) -> {
            if (words.pattern(key).equals(english)) {
                same.add(key);
            }
        });
        assertThat(Set.of("time.and", "time.minutes")).as("as in English").containsAll(same);
    }

    /** Every state, cause, sort of event and basis of an estimate, with one provider and with two, flapping and not. */
    @ParameterizedTest
    @MethodSource("languages")
    void whateverHappensThereAreWordsForIt(Locale language) {
        int told = 0;
        for (ServiceStatus status : everyStatus(StatusWords.english())) {
            check(status.headline(language), language);
            checkDetail(status.detail(language), language);
            for (StatusEvent.Kind kind : StatusEvent.Kind.values()) {
                for (String scope : Arrays.asList(null, "openai")) {
                    StatusEvent event =
                            new StatusEvent(1, NOW, kind, scope, ServiceState.OPERATIONAL, status.state(), status);
                    check(event.headline(language), language);
                    checkDetail(event.detail(language), language);
                    told++;
                }
            }
        }
        assertThat(told).isGreaterThan(10_000);
    }

    private static void check(String said, Locale language) {
        assertThat(said).as("in %s", language).isNotBlank();
        checkDetail(said, language);
    }

    private static void checkDetail(String said, Locale language) {
        if (said.contains("{")
                || said.contains("}")
                || said.contains("null")
                || said.contains("PT")
                || said.contains("  ")) {
            throw new AssertionError("in " + language + ": " + said);
        }
    }

    static List<ServiceStatus> everyStatus(StatusWords words) {
        List<ServiceStatus> all = new ArrayList<>();
        for (ServiceState first : ServiceState.values()) {
            for (ServiceState second : Arrays.asList(null, ServiceState.OPERATIONAL, ServiceState.DEGRADED, first)) {
                for (Cause cause : Cause.values()) {
                    for (double confidence : List.of(0.2, 0.9)) {
                        for (Eta eta : etas()) {
                            all.add(status(
                                    words, first, second, Diagnosis.of(cause, confidence, List.of()), eta, null));
                        }
                    }
                    all.add(status(words, first, second, Diagnosis.of(cause, 1, List.of()), null, page()));
                }
                all.add(status(words, first, second, null, null, null));
            }
        }
        return all;
    }

    static List<Eta> etas() {
        return List.of(
                Eta.unknown(NOW),
                Eta.scheduledEnd(NOW.plusSeconds(3_600), NOW),
                Eta.scheduledEnd(NOW.minusSeconds(3_600), NOW),
                Eta.notBefore(NOW.plusSeconds(90_000), NOW),
                Eta.history(NOW.plusSeconds(2_700), NOW.plusSeconds(9_000), 31, NOW));
    }

    static PageReport page() {
        return PageReport.builder("https://status.example.com/", NOW)
                .incident(PageReport.Incident.of(
                        "i1",
                        "Elevated error rates",
                        "major",
                        "identified",
                        NOW.minusSeconds(600),
                        null,
                        List.of("API"),
                        List.of(PageReport.Update.of(
                                NOW, "identified", "We have found the cause and are mending it."))))
                .maintenance(PageReport.Maintenance.of(
                        "m1", "Database upgrade", NOW.plusSeconds(86_400), NOW.plusSeconds(93_600), false))
                .build();
    }

    static ServiceStatus status(
            StatusWords words,
            ServiceState first,
            @Nullable ServiceState second,
            @Nullable Diagnosis diagnosis,
            @Nullable Eta eta,
            @Nullable PageReport page) {
        List<ProviderStatus> providers = new ArrayList<>();
        boolean well = first == ServiceState.OPERATIONAL;
        Diagnosis shown = well ? null : diagnosis;
        providers.add(new ProviderStatus(
                "openai",
                first,
                NOW.minusSeconds(600),
                !well && eta == null,
                shown,
                well ? null : eta,
                page,
                List.of()));
        if (second != null) {
            providers.add(
                    new ProviderStatus("my server", second, NOW.minusSeconds(60), false, null, null, null, List.of()));
        }
        Rollup rollup = new Rollup();
        providers.forEach(provider -> rollup.add(provider.state()));
        return new ServiceStatus(rollup.state(), NOW.minusSeconds(600), shown, providers, List.of(), words);
    }

    private static ServiceStatus outage(StatusWords words) {
        return status(
                words,
                ServiceState.MAJOR_OUTAGE,
                null,
                Diagnosis.of(Cause.OVERLOAD, 0.9, List.of()),
                etas().get(4),
                null);
    }

    @Test
    void usersAreToldWhoWhySinceWhenAndHowLong() {
        ServiceStatus status = outage(StatusWords.english());
        assertThat(status.headline()).isEqualTo("The assistant is not available right now.");
        assertThat(status.detail())
                .isEqualTo(
                        "OpenAI is not answering. It is receiving more requests than it can handle. "
                                + "Since: Nov 22, 2026, 11:50 AM UTC. "
                                + "Going by earlier disruptions, it may take another 45 minutes to 2 hours 30 minutes, possibly longer.");
        assertThat(status.headline(Locale.GERMAN)).isEqualTo("Der Assistent ist zurzeit nicht verfügbar.");
        assertThat(status.detail(Locale.GERMAN))
                .contains("noch 45 Minuten bis 2 Stunden 30 Minuten dauern")
                .contains("Seit: 22.11.2026, 11:50 UTC.");
        assertThat(status.detail(Locale.FRANCE)).contains("encore de 45 minutes à 2 heures 30 minutes");
        assertThat(status.detail(Locale.JAPAN)).contains("OpenAI が応答していません。処理できる量");
    }

    @Test
    void anEventTodayTellsTheTimeAloneAndOneOfAnotherDayItsDate() {
        ServiceStatus status = status(
                StatusWords.in(Locale.GERMANY).zone(ZoneId.of("Europe/Berlin")),
                ServiceState.MAINTENANCE,
                null,
                Diagnosis.of(Cause.MAINTENANCE, 1, List.of()),
                etas().get(1),
                null);
        StatusEvent event = new StatusEvent(
                1,
                NOW,
                StatusEvent.Kind.STATE_CHANGED,
                null,
                ServiceState.OPERATIONAL,
                ServiceState.MAINTENANCE,
                status);
        assertThat(event.detail())
                .isEqualTo("OpenAI wird gerade gewartet. Die Arbeiten waren angekündigt. Seit: 12:50 MEZ. "
                        + "Geplantes Ende: 14:00 MEZ.");
        StatusEvent nextDay = new StatusEvent(
                2, NOW.plusSeconds(86_400), StatusEvent.Kind.UPDATE, null, status.state(), status.state(), status);
        assertThat(nextDay.detail()).contains("Seit: 22.11.2026, 12:50 MEZ.");
    }

    @Test
    void whatAPageSaysIsQuotedAsAOneLineText() {
        PageReport page = PageReport.builder("https://status.example.com/", NOW)
                .incident(PageReport.Incident.of(
                        "i", "One\n\ntwo\u202E three\u0000", "", "", NOW, null, List.of(), List.of()))
                .build();
        ServiceStatus status = status(StatusWords.english(), ServiceState.MAJOR_OUTAGE, null, null, null, page);
        assertThat(status.detail()).contains("OpenAI writes: “One two three”");
    }

    @Test
    void aLongNoteIsCutBetweenCharacters() {
        String emoji = "x" + "\uD83D\uDE00".repeat(400);
        PageReport page = PageReport.builder("https://status.example.com/", NOW)
                .incident(PageReport.Incident.of("i", emoji, "", "", NOW, null, List.of(), List.of()))
                .build();
        String detail = status(StatusWords.english(), ServiceState.MAJOR_OUTAGE, null, null, null, page)
                .detail();
        assertThat(detail).contains("\uD83D\uDE00…”").hasSizeLessThan(600);
    }

    @Test
    void aSettledProviderPageThatSeesNothingIsMentioned() {
        PageReport page = PageReport.builder("https://status.example.com/", NOW)
                .component(PageReport.Component.of("API", ServiceState.OPERATIONAL))
                .build();
        assertThat(status(StatusWords.english(), ServiceState.MAJOR_OUTAGE, null, null, null, page)
                        .detail())
                .contains("OpenAI itself reports no disruption.");
    }

    @Test
    void theLanguageOfTheJvmChangesNothing() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.JAPAN);
            assertThat(outage(StatusWords.english()).detail()).startsWith("OpenAI is not answering.");
            assertThat(outage(StatusWords.in(Locale.KOREAN)).headline())
                    .isEqualTo("The assistant is not available right now.");
            assertThat(outage(StatusWords.in(Locale.forLanguageTag("de-AT"))).headline())
                    .startsWith("Der Assistent");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void anApplicationsOwnWordsComeFirstAndOursFillTheGaps() {
        StatusWords words = StatusWords.in(Locale.ITALIAN)
                .with(
                        Locale.ITALIAN,
                        Map.of(
                                "headline.major_outage",
                                "L''assistente non è disponibile.",
                                "name.openai",
                                "Il nostro modello"))
                .with(Locale.GERMAN, Map.of("headline.major_outage", "Gerade ist niemand da."));
        assertThat(outage(words).headline()).isEqualTo("L'assistente non è disponibile.");
        assertThat(outage(words).headline(Locale.ITALY)).isEqualTo("L'assistente non è disponibile.");
        assertThat(outage(words).detail()).startsWith("Il nostro modello is not answering.");
        assertThat(outage(words).headline(Locale.GERMAN)).isEqualTo("Gerade ist niemand da.");
        assertThat(outage(words).detail(Locale.GERMAN)).startsWith("OpenAI antwortet nicht.");
    }

    @Test
    void aBundleMayHoldOtherThingsAsWell() {
        StatusWords words = StatusWords.in(Locale.ITALIAN).with(new ResourceBundle() {
            @Override
            protected Object handleGetObject(String key) {
                return switch (key) {
                    case "headline.recovering" -> "L’assistente sta tornando.";
                    case "button.ok" -> "{";
                    default -> throw new MissingResourceException("none", "Bundle", key);
                };
            }

            @Override
            public Enumeration<String> getKeys() {
                return java.util.Collections.enumeration(List.of("headline.recovering", "button.ok"));
            }

            @Override
            public Locale getLocale() {
                return Locale.ITALIAN;
            }
        });
        assertThat(status(words, ServiceState.RECOVERING, null, null, null, null)
                        .headline())
                .isEqualTo("L’assistente sta tornando.");
    }

    @Test
    void whatCannotBeReadIsRefusedAtOnce() {
        assertThatThrownBy(() -> StatusWords.english().with(Locale.ENGLISH, Map.of("headline.mayor_outage", "Gone.")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no sentence \"headline.mayor_outage\"")
                .hasMessageContaining("StatusWords.keys()");
        assertThatThrownBy(() -> StatusWords.english().with(Locale.ENGLISH, Map.of("detail.since", "Since {0.")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"detail.since\" is not a pattern");
    }

    @Test
    void aPatternForAnotherSortOfValueGivesWayToOurs() {
        StatusWords words =
                StatusWords.english().with(Locale.ENGLISH, Map.of("detail.major_outage", "{0,number} is gone."));
        assertThat(outage(words).detail()).startsWith("OpenAI is not answering.");
    }

    @Test
    void numbersHaveTheirPlural() {
        StatusWords english = StatusWords.english();
        StatusWords french = StatusWords.in(Locale.FRENCH);
        assertThat(english.duration(Duration.ZERO)).isEqualTo("less than 1 second");
        assertThat(english.duration(Duration.ofSeconds(1))).isEqualTo("1 second");
        assertThat(english.duration(Duration.ofSeconds(61))).isEqualTo("1 minute 1 second");
        assertThat(english.duration(Duration.ofMinutes(61))).isEqualTo("1 hour 1 minute");
        assertThat(english.duration(Duration.ofDays(2))).isEqualTo("2 days");
        assertThat(french.duration(Duration.ofSeconds(59))).isEqualTo("59 secondes");
        assertThat(french.duration(Duration.ofHours(25))).isEqualTo("1 jour 1 heure");
        assertThat(english.duration(Duration.ofDays(-2))).isEqualTo("less than 1 second");
    }
}
