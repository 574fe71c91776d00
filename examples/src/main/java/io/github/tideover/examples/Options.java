package io.github.tideover.examples;

import io.github.tideover.examples.embedded.SampleArguments;
import io.github.tideover.provider.Provider;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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
              --history FILE  keeps what you type in a file, for the arrow keys; else it is kept nowhere
              --demo          the demo, even if a key is set
              --help          this text

            Prompts are typed, or piped in, one a line. What begins with a slash is a command; /help lists them.
            At a terminal, Ctrl-C stops an answer and Ctrl-D ends the chat, Alt-Enter or a backslash at the end
            of a line begins another line, and Tab completes commands. NO_COLOR takes the colours away, TERM=dumb
            all that is more than lines. With Maven, options go into one property:
            -Dexec.args="--base-url http://localhost:11434/v1/ --model llama3.2"
            """.formatted(SampleArguments.OPENAI_MODEL);

    private static final String PLAY = "--play";
    private static final String HISTORY = "--history";

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException with one sentence for the person who typed them
     */
    static Options parse(String[] args, Map<String, String> environment) {
        SampleArguments given = SampleArguments.read(args, Set.of(HISTORY), Set.of(PLAY));
        if (given.isHelpWanted()) {
            return new Options(Mode.HELP, Optional.empty(), Optional.empty());
        }
        Optional<Path> history = given.value(HISTORY).map(Options::path);
        if (given.has(PLAY)) {
            given.goesWithout(PLAY, SampleArguments.DEMO);
            return new Options(Mode.PLAY, Optional.empty(), history);
        }
        if (given.has(SampleArguments.DEMO)) {
            given.goesWithout(SampleArguments.DEMO, HISTORY);
        }
        Optional<Provider> provider = given.provider(environment);
        if (provider.isEmpty() && history.isPresent()) {
            throw new IllegalArgumentException("--history is for a chat: with --play, --base-url or OPENAI_API_KEY");
        }
        return new Options(provider.isEmpty() ? Mode.DEMO : Mode.CHAT, provider, history);
    }

    private static Path path(String file) {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("--history is not a file's name: " + e.getMessage(), e);
        }
    }
}
