package io.github.tideover.examples.embedded;

import io.github.tideover.provider.Provider;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a sample is told on its command line: options of its own, and whom to chat with, which all samples are told in the same
 * way.
 *
 * @since 0.1
 */
public final class SampleArguments {
    /** The model that is asked at OpenAI if nobody says another. */
    public static final String OPENAI_MODEL = "gpt-5-mini";

    /** The providers that the sample brings with it, even if a key is set. */
    public static final String DEMO = "--demo";

    private static final String BASE_URL = "--base-url";
    private static final String MODEL = "--model";
    private static final String KEY = "--key";
    private static final String HELP = "--help";
    private static final List<String> OF_A_PROVIDER = List.of(BASE_URL, KEY, MODEL);

    private final Map<String, String> given;

    private SampleArguments(Map<String, String> given) {
        this.given = given;
    }

    /**
     * Reads a command line.
     *
     * @param args its words; the value of an option comes after it or after {@code =}
     * @param withValue the sample's own options that need a value, such as {@code --port}
     * @param withoutValue the sample's own options that have none
     * @return what was given
     * @throws IllegalArgumentException with one sentence for the person who typed it
     */
    public static SampleArguments read(String[] args, Set<String> withValue, Set<String> withoutValue) {
        Set<String> valued = new HashSet<>(withValue);
        valued.addAll(OF_A_PROVIDER);
        Set<String> bare = new HashSet<>(withoutValue);
        bare.addAll(Set.of(DEMO, HELP));
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            String name = args[i].startsWith("--") && equals > 0 ? args[i].substring(0, equals) : args[i];
            boolean inline = name.length() < args[i].length();
            String value = "";
            if (valued.contains(name)) {
                if (inline) {
                    value = args[i].substring(equals + 1);
                } else if (i + 1 < args.length && !args[i + 1].startsWith("--")) {
                    value = args[++i];
                }
                if (value.isBlank()) {
                    throw new IllegalArgumentException(name + " needs a value after it");
                }
            } else if (!bare.contains(name)) {
                throw new IllegalArgumentException(
                        name.startsWith("-")
                                ? "there is no option " + name + "; --help lists those there are"
                                : "the argument is not an option; --help lists the options");
            } else if (inline) {
                throw new IllegalArgumentException(name + " takes no value");
            }
            if (given.put(name, value) != null) {
                throw new IllegalArgumentException(name + " is given twice");
            }
        }
        return new SampleArguments(given);
    }

    /**
     * Whether only the help is wanted.
     *
     * @return true for {@code --help}
     */
    public boolean isHelpWanted() {
        return has(HELP);
    }

    /**
     * Whether an option was given.
     *
     * @param option its name
     * @return true if it was, with or without a value
     */
    public boolean has(String option) {
        return given.containsKey(option);
    }

    /**
     * The value of an option.
     *
     * @param option its name
     * @return the value, empty if it was not given
     */
    public Optional<String> value(String option) {
        return Optional.ofNullable(given.get(option));
    }

    /**
     * Refuses what makes no sense beside an option that brings its own providers.
     *
     * @param option its name
     * @param others what it goes without, besides what says whom to chat with
     * @throws IllegalArgumentException with one sentence for the person who typed both
     */
    public void goesWithout(String option, String... others) {
        for (String another : OF_A_PROVIDER) {
            if (has(another)) {
                throw new IllegalArgumentException(
                        option + " brings its own providers; leave out " + another + ", or " + option);
            }
        }
        for (String another : others) {
            if (has(another)) {
                throw new IllegalArgumentException(
                        option + " goes without " + another + "; leave out " + another + ", or " + option);
            }
        }
    }

    /**
     * Whom to chat with.
     *
     * @param environment the environment: {@code OPENAI_API_KEY}, {@code OPENAI_MODEL}, {@code TIDEOVER_API_KEY}
     * @return a provider with a model, empty for the one that the sample brings with it
     * @throws IllegalArgumentException with one sentence for the person who typed the command line
     */
    public Optional<Provider> provider(Map<String, String> environment) {
        if (has(DEMO)) {
            goesWithout(DEMO);
            return Optional.empty();
        }
        return has(BASE_URL) ? Optional.of(compatible(environment)) : openAi(environment);
    }

    private Provider compatible(Map<String, String> environment) {
        String model = value(MODEL)
                .orElseThrow(() -> new IllegalArgumentException(
                        "--base-url needs --model beside it: which of the server's models to ask"));
        String url = value(BASE_URL).orElseThrow();
        Provider provider =
                Provider.openAiCompatible(url.endsWith("/") ? url : url + "/").model(model);
        // OPENAI_API_KEY is not looked at: it is for OpenAI and nobody else.
        String key = value(KEY).orElse(environment.getOrDefault("TIDEOVER_API_KEY", ""));
        return key.isBlank() ? provider : provider.apiKey(key);
    }

    private Optional<Provider> openAi(Map<String, String> environment) {
        if (has(KEY)) {
            throw new IllegalArgumentException("--key belongs to --base-url; for OpenAI set OPENAI_API_KEY");
        }
        String key = environment.getOrDefault("OPENAI_API_KEY", "");
        if (key.isBlank()) {
            if (has(MODEL)) {
                throw new IllegalArgumentException("--model needs --base-url, or OPENAI_API_KEY in the environment");
            }
            return Optional.empty();
        }
        String fallback = environment.getOrDefault("OPENAI_MODEL", "");
        return Optional.of(
                Provider.openAi(key).model(value(MODEL).orElse(fallback.isBlank() ? OPENAI_MODEL : fallback)));
    }

    /** Gives the names of what was given: a value may be a key. */
    @Override
    public String toString() {
        return "SampleArguments" + given.keySet();
    }
}
