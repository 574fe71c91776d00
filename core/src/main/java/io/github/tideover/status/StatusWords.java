package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sentences that users are shown about the state of the service: in English, German, Spanish, French, Simplified
 * Chinese and Japanese, and in whatever an application adds.
 *
 * <pre>{@code
 * StatusWords words = StatusWords.in(Locale.GERMAN)
 *     .zone(ZoneId.of("Europe/Berlin"))
 *     .with(Locale.GERMAN, Map.of("headline.major_outage", "Unser Berater ist gerade nicht da."));
 * }</pre>
 *
 * <p>The language is English unless one is asked for: the language of the JVM changes nothing, so that a server says the
 * same wherever it runs. Times are in UTC unless a zone is given, and always say which zone they are in.
 *
 * <p>A sentence is a pattern of {@link MessageFormat}, in which {@code '} has to be doubled. It is looked for in this
 * order: the application's own for the locale, the application's own for its language, ours for its language, ours in
 * English. So a language that an application adds may begin with a few sentences.
 *
 * <p>Immutable: each method gives a new one.
 *
 * @since 0.1
 */
public final class StatusWords {
    private static final Logger log = LoggerFactory.getLogger(StatusWords.class);

    private static final List<String> OURS = List.of("en", "de", "es", "fr", "zh", "ja");
    private static final Map<String, Map<String, String>> READ = new ConcurrentHashMap<>();
    private static final Map<String, String> ENGLISH = ours("en");
    /** What begins so is the name under which users know a provider. */
    private static final String NAME = "name.";

    /** Languages with no space between sentences. */
    private static final Set<String> SPACELESS = Set.of("zh", "ja");

    private static final Set<String> RIGHT_TO_LEFT = Set.of("ar", "dv", "fa", "he", "iw", "ps", "ur", "yi");

    /** Names of the ready-made providers, as they write themselves. */
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("openai", "OpenAI"),
            Map.entry("anthropic", "Anthropic"),
            Map.entry("gemini", "Gemini"),
            Map.entry("mistral", "Mistral"),
            Map.entry("groq", "Groq"),
            Map.entry("deepseek", "DeepSeek"),
            Map.entry("xai", "xAI"),
            Map.entry("openrouter", "OpenRouter"),
            Map.entry("together", "Together"),
            Map.entry("fireworks", "Fireworks"),
            Map.entry("cohere", "Cohere"),
            Map.entry("perplexity", "Perplexity"),
            Map.entry("lmstudio", "LM Studio"),
            Map.entry("vllm", "vLLM"),
            Map.entry("azure", "Azure OpenAI"),
            Map.entry("ollama", "Ollama"));

    private final Locale locale;
    private final ZoneId zone;
    /** The application's own sentences, by language tag. */
    private final Map<String, Map<String, String>> own;
    /** Keys whose pattern could not be filled in, each of which is logged once. */
    private final Set<String> broken = ConcurrentHashMap.newKeySet();

    private StatusWords(Locale locale, ZoneId zone, Map<String, Map<String, String>> own) {
        this.locale = locale;
        this.zone = zone;
        this.own = own;
    }

    /**
     * Our English sentences, with times in UTC.
     *
     * @return the words
     */
    public static StatusWords english() {
        return in(Locale.ENGLISH);
    }

    /**
     * Our sentences in a language, with times in UTC.
     *
     * @param locale the language, and the way numbers and times are written; sentences we lack are in English
     * @return the words
     */
    public static StatusWords in(Locale locale) {
        return new StatusWords(requireNonNull(locale, "locale == null"), ZoneOffset.UTC, Map.of());
    }

    /**
     * Sets the zone in which times are shown.
     *
     * @param zone the zone
     * @return these words with that zone
     */
    public StatusWords zone(ZoneId zone) {
        return new StatusWords(locale, requireNonNull(zone, "zone == null"), own);
    }

    /**
     * Adds sentences of the application's own, for a language we have or for another. Those given before for the same
     * locale stay unless given again.
     *
     * @param locale the language, or the language and country, that they are in
     * @param sentences patterns of {@link MessageFormat} by their {@linkplain #keys() key}; {@code name.} and a provider's
     *     name is the key of the name users know it by
     * @return these words with those sentences
     * @throws IllegalArgumentException if a key is not one of ours, or a pattern cannot be read
     */
    public StatusWords with(Locale locale, Map<String, String> sentences) {
        sentences.forEach((key, pattern) -> {
            if (!ENGLISH.containsKey(key) && !key.startsWith(NAME)) {
                throw new IllegalArgumentException("there is no sentence \"" + key + "\"; StatusWords.keys() has those"
                        + " there are, and \"name.\" with a provider's name is the key of a name");
            }
            if (!key.startsWith(NAME)) {
                checkPattern(key, pattern, locale);
            }
        });
        return withChecked(locale, sentences);
    }

    /**
     * Adds sentences of the application's own from a resource bundle, which may hold other things as well: what is not
     * one of our {@linkplain #keys() keys} is left alone.
     *
     * @param bundle the bundle; its locale says which language it is in
     * @return these words with its sentences
     * @throws IllegalArgumentException if a pattern cannot be read
     */
    public StatusWords with(ResourceBundle bundle) {
        Map<String, String> sentences = new HashMap<>();
        for (String key : bundle.keySet()) {
            if (ENGLISH.containsKey(key) || key.startsWith(NAME)) {
                sentences.put(key, bundle.getString(key));
            }
        }
        return with(bundle.getLocale(), sentences);
    }

    private StatusWords withChecked(Locale locale, Map<String, String> sentences) {
        Map<String, Map<String, String>> more = new HashMap<>(own);
        Map<String, String> together = new HashMap<>(own.getOrDefault(locale.toLanguageTag(), Map.of()));
        together.putAll(sentences);
        more.put(locale.toLanguageTag(), Map.copyOf(together));
        return new StatusWords(this.locale, zone, Map.copyOf(more));
    }

    private static void checkPattern(String key, String pattern, Locale locale) {
        try {
            new MessageFormat(pattern, locale);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the sentence \"" + key + "\" is not a pattern of MessageFormat (" + e.getMessage() + "): "
                            + pattern,
                    e);
        }
    }

    /**
     * The language in which sentences are given when none is asked for.
     *
     * @return the locale
     */
    public Locale locale() {
        return locale;
    }

    /**
     * The zone in which times are shown.
     *
     * @return the zone, UTC unless another was given
     */
    public ZoneId zone() {
        return zone;
    }

    /**
     * The keys of all sentences, each with ours in English: what is to be translated for another language.
     *
     * @return an unmodifiable map
     */
    public static Map<String, String> keys() {
        return ENGLISH;
    }

    /**
     * The languages that are there without the application's doing.
     *
     * @return English, German, Spanish, French, Chinese (Simplified) and Japanese
     */
    public static Set<Locale> languages() {
        return OURS.stream().map(Locale::forLanguageTag).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public String toString() {
        return "StatusWords " + locale.toLanguageTag() + " " + zone
                + (own.isEmpty() ? "" : ", own in " + new TreeSet<>(own.keySet()));
    }

    /** These words in another language. */
    StatusWords speaking(Locale language) {
        return language.equals(locale) ? this : new StatusWords(language, zone, own);
    }

    /** A sentence. Never fails: a pattern that cannot be filled in gives way to ours. */
    String say(String key, Object... arguments) {
        for (String pattern : patterns(key)) {
            try {
                return new MessageFormat(pattern, locale).format(arguments);
            } catch (RuntimeException e) { // an application's pattern for the wrong sort of value
                if (broken.add(key)) {
                    log.warn("The words for {} in {} cannot be filled in", key, locale.toLanguageTag());
                }
            }
        }
        throw new IllegalStateException("no words for " + key);
    }

    /** Sentences, one after the other. */
    String say(List<Phrase> phrases, @Nullable Instant near) {
        String gap = SPACELESS.contains(locale.getLanguage()) ? "" : " ";
        return phrases.stream().map(phrase -> say(phrase, near)).collect(Collectors.joining(gap));
    }

    /** A sentence with its names, times and durations; times on the day of {@code near} are shown without their date. */
    String say(Phrase phrase, @Nullable Instant near) {
        Object[] arguments = phrase.arguments().stream()
                .map(argument -> {
                    if (argument instanceof Phrase.Name name) {
                        return name(name.provider());
                    }
                    if (argument instanceof Instant time) {
                        return time(time, near);
                    }
                    return argument instanceof Duration duration ? duration(duration) : oneLine(argument.toString());
                })
                .toArray();
        return say(phrase.key(), arguments);
    }

    /** The pattern that is used first. */
    String pattern(String key) {
        return patterns(key).stream().findFirst().orElse("");
    }

    private List<String> patterns(String key) {
        return List.of(
                        find(own.get(locale.toLanguageTag()), key),
                        find(own.get(locale.getLanguage()), key),
                        find(ours(locale.getLanguage()), key),
                        find(ENGLISH, key))
                .stream()
                .filter(pattern -> !pattern.isEmpty())
                .toList();
    }

    private static String find(@Nullable Map<String, String> sentences, String key) {
        String found = sentences == null ? null : sentences.get(key);
        return found == null ? "" : found;
    }

    /** The name under which users know a provider. */
    String name(String provider) {
        String given = pattern(NAME + provider);
        String name = given.isEmpty() ? NAMES.getOrDefault(provider, provider) : given;
        return oneLine(name);
    }

    /**
     * A text of unknown origin as part of a line: without line breaks and other control characters, and without the marks
     * that make what follows run the other way.
     */
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            int type = Character.getType(c);
            if (c == ' ' || Character.isWhitespace(c) || type == Character.CONTROL) {
                if (!line.isEmpty() && line.charAt(line.length() - 1) != ' ') {
                    line.append(' ');
                }
            } else if (type != Character.SURROGATE && !turnsText(c)) {
                line.appendCodePoint(c);
            }
        });
        return line.toString().strip();
    }

    private static boolean turnsText(int c) {
        return c >= 0x202A && c <= 0x202E
                || c >= 0x2066 && c <= 0x2069
                || c == 0x200E
                || c == 0x200F
                || c == 0x061C
                || c == 0xFEFF;
    }

    /** A time as people read it: the time alone if it is on the day of {@code near}, else with its date. */
    private String time(Instant time, @Nullable Instant near) {
        boolean sameDay = near != null && day(time).equals(day(near));
        DateTimeFormatter format = sameDay
                ? DateTimeFormatter.ofLocalizedTime(FormatStyle.SHORT)
                : DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT);
        return plainSpaces(format.withLocale(locale).withZone(zone).format(time)) + " " + zoneName(time);
    }

    /** A date and time. */
    String dateAndTime(Instant time) {
        return time(time, null);
    }

    /** A time of day with its seconds. */
    String timeOfDay(Instant time) {
        return plainSpaces(DateTimeFormatter.ofLocalizedTime(FormatStyle.MEDIUM)
                .withLocale(locale)
                .withZone(zone)
                .format(time));
    }

    /** A date. */
    String date(LocalDate date) {
        return plainSpaces(DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM)
                .withLocale(locale)
                .format(date));
    }

    private String zoneName(Instant time) {
        return zone.equals(ZoneOffset.UTC)
                ? "UTC"
                : DateTimeFormatter.ofPattern("zzz", locale).withZone(zone).format(time);
    }

    /** Java 20 and later put a narrow no-break space before AM and PM, which many a console and font lack. */
    private static String plainSpaces(String text) {
        return text.replace('\u202F', ' ');
    }

    LocalDate day(Instant time) {
        return time.atZone(zone).toLocalDate();
    }

    /** A duration in its two largest units. */
    String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds == 0) {
            return say("time.under_second");
        }
        if (seconds < 60) {
            return say("time.seconds", seconds);
        }
        if (seconds < 3_600) {
            return two("time.minutes", seconds / 60, "time.seconds", seconds < 600 ? seconds % 60 : 0);
        }
        if (seconds < 86_400) {
            return two("time.hours", seconds / 3_600, "time.minutes", seconds % 3_600 / 60);
        }
        return two("time.days", seconds / 86_400, "time.hours", seconds % 86_400 / 3_600);
    }

    private String two(String large, long many, String small, long few) {
        return few == 0 ? say(large, many) : say("time.and", say(large, many), say(small, few));
    }

    /** The language that sentences come in: English where nobody has words in the one that was asked for. */
    Locale language() {
        boolean known = OURS.contains(locale.getLanguage())
                || own.containsKey(locale.toLanguageTag())
                || own.containsKey(locale.getLanguage());
        return known ? locale : Locale.ENGLISH;
    }

    /** Whether that language is written from right to left. */
    boolean isRightToLeft() {
        return RIGHT_TO_LEFT.contains(language().getLanguage());
    }

    private static Map<String, String> ours(String language) {
        return OURS.contains(language) ? READ.computeIfAbsent(language, StatusWords::read) : Map.of();
    }

    private static Map<String, String> read(String language) {
        // Not by ResourceBundle.getBundle: it would turn to the JVM's own language for what it does not find.
        try (InputStream in = StatusWords.class.getResourceAsStream("words_" + language + ".properties")) {
            Properties words = new Properties();
            words.load(new InputStreamReader(requireNonNull(in), StandardCharsets.UTF_8));
            Map<String, String> sentences = new TreeMap<>();
            words.stringPropertyNames().forEach(key -> sentences.put(key, words.getProperty(key)));
            return Collections.unmodifiableMap(sentences);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
