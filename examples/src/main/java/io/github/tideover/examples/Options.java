package io.github.tideover.examples;

import io.github.tideover.provider.Provider;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the command line and the environment ask for.
 *
 * @param mode what to do
 * @param provider whom to chat with; empty unless it is a {@link Mode#CHAT}
 * @param history where to keep what is typed; empty for nowhere
 */
record Options(Mode mode, Optional<Provider> provider, Optional<Path> history) {
    /** What to do. */
    enum Mode {
        /** Only tell how it is used. */
        HELP,
        /** Play the scripted outage. */
        DEMO,
        /** Chat with two providers on this machine, which can be broken. */
        PLAY,
        /** Chat with a real provider. */
        CHAT
    }

    static final String HELP = """
            Tideover console chat: a chat that goes on through an outage.

              (nothing)                 a demo on this machine: no key, no network, under a minute
              --play                    a chat on this machine, with providers that you can break: no key, no network
              OPENAI_API_KEY set        a chat with OpenAI
              --base-url URL --model M  a chat with any server that speaks OpenAI's chat completions

              --model M       the model to ask (OpenAI: OPENAI_MODEL, or else %s)
              --key K         the key of the server at --base-url; better: TIDEOVER_API_KEY in the environment
              --history FILE  keeps what you type in a file, for the arrow keys of the next chat; else it is kept nowhere
              --demo          the demo, even if a key is set
              --help          this text

            Prompts are typed, or piped in, one a line. The end of input (Ctrl-D) ends the chat. What begins with a slash is a command;
            /help lists them. At a terminal, Ctrl-C stops an answer, Alt-Enter or a backslash at the end of a line begins another line,
            and Tab completes commands. NO_COLOR takes the colours away, TERM=dumb all that is more than lines.
            With Maven, options go into one property: -Dexec.args="--base-url http://localhost:11434/v1/ --model llama3.2"
            """.formatted(Options.OPENAI_MODEL);

    private static final String OPENAI_MODEL = "gpt-5-mini";
    private static final Set<String> WITH_VALUE = Set.of("--base-url", "--model", "--key", "--history");
    private static final Set<String> WITHOUT_VALUE = Set.of("--demo", "--play", "--help");
    private static final Set<String> OF_A_PROVIDER = Set.of("--base-url", "--model", "--key");

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException with one sentence for the person who typed them
     */
    static Options parse(String[] args, Map<String, String> environment) {
        Map<String, String> given = read(args);
        if (given.containsKey("--help")) {
            return new Options(Mode.HELP, Optional.empty(), Optional.empty());
        }
        Optional<Path> history = Optional.ofNullable(given.get("--history")).map(Options::path);
        if (given.containsKey("--play")) {
            refuseBeside("--play", given, "--demo");
            return new Options(Mode.PLAY, Optional.empty(), history);
        }
        if (given.containsKey("--demo")) {
            refuseBeside("--demo", given, "--history");
            return new Options(Mode.DEMO, Optional.empty(), Optional.empty());
        }
        Optional<Provider> provider =
                given.containsKey("--base-url") ? compatible(given, environment) : openAi(given, environment);
        if (provider.isEmpty() && history.isPresent()) {
            throw new IllegalArgumentException("--history is for a chat: with --play, --base-url or OPENAI_API_KEY");
        }
        return new Options(provider.isEmpty() ? Mode.DEMO : Mode.CHAT, provider, history);
    }

    private static void refuseBeside(String mode, Map<String, String> given, String another) {
        given.keySet().stream()
                .filter(name -> OF_A_PROVIDER.contains(name) || name.equals(another))
                .sorted()
                .findFirst()
                .ifPresent(other -> {
                    String why = OF_A_PROVIDER.contains(other) ? "brings its own providers" : "goes without " + other;
                    throw new IllegalArgumentException(mode + " " + why + "; leave out " + other + ", or " + mode);
                });
    }

    private static Path path(String file) {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("--history is not a file's name: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> read(String[] args) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            String name = args[i].startsWith("--") && equals > 0 ? args[i].substring(0, equals) : args[i];
            boolean inline = name.length() < args[i].length();
            String value = "";
            if (WITH_VALUE.contains(name)) {
                if (inline) {
                    value = args[i].substring(equals + 1);
                } else if (i + 1 < args.length && !args[i + 1].startsWith("--")) {
                    value = args[++i];
                }
                if (value.isBlank()) {
                    throw new IllegalArgumentException(name + " needs a value after it");
                }
            } else if (!WITHOUT_VALUE.contains(name)) {
                throw new IllegalArgumentException(
                        name.startsWith("-")
                                ? "there is no option " + name + "; --help lists those there are"
                                : "the argument is not an option; prompts are typed or piped in, and --help lists the options");
            } else if (inline) {
                throw new IllegalArgumentException(name + " takes no value");
            }
            if (given.put(name, value) != null) {
                throw new IllegalArgumentException(name + " is given twice");
            }
        }
        return given;
    }

    private static Optional<Provider> compatible(Map<String, String> given, Map<String, String> environment) {
        String model = given.get("--model");
        if (model == null) {
            throw new IllegalArgumentException(
                    "--base-url needs --model beside it: which of the server's models to ask");
        }
        String url = given.getOrDefault("--base-url", "");
        Provider provider =
                Provider.openAiCompatible(url.endsWith("/") ? url : url + "/").model(model);
        // OPENAI_API_KEY is not looked at: it is for OpenAI and nobody else.
        String key = given.getOrDefault("--key", environment.getOrDefault("TIDEOVER_API_KEY", ""));
        return Optional.of(key.isBlank() ? provider : provider.apiKey(key));
    }

    private static Optional<Provider> openAi(Map<String, String> given, Map<String, String> environment) {
        if (given.containsKey("--key")) {
            throw new IllegalArgumentException("--key belongs to --base-url; for OpenAI set OPENAI_API_KEY");
        }
        String key = environment.getOrDefault("OPENAI_API_KEY", "");
        if (key.isBlank()) {
            if (given.containsKey("--model")) {
                throw new IllegalArgumentException("--model needs --base-url, or OPENAI_API_KEY in the environment");
            }
            return Optional.empty();
        }
        String fallback = environment.getOrDefault("OPENAI_MODEL", "");
        return Optional.of(Provider.openAi(key)
                .model(given.getOrDefault("--model", fallback.isBlank() ? OPENAI_MODEL : fallback)));
    }
}
