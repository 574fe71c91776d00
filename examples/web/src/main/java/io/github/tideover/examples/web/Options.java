package io.github.tideover.examples.web;

import io.github.tideover.examples.embedded.SampleArguments;
import io.github.tideover.provider.Provider;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the command line and the environment ask for.
 *
 * @param help whether only the help is wanted
 * @param port where to listen; 0 for any port that is free
 * @param provider whom to chat with; empty for the provider and the backup that the sample brings with it
 */
record Options(boolean help, int port, Optional<Provider> provider) {
    static final int USUAL_PORT = 8080;

    static final String HELP = """
            Tideover web chat: a chat in your browser that goes on through an outage.

              (nothing)                 a provider and a backup on this machine, and a panel to break them: no key, no network
              OPENAI_API_KEY set        a chat with OpenAI
              --base-url URL --model M  a chat with any server that speaks OpenAI's chat completions

              --port N      where to listen on this machine, %d unless set; 0 for any port that is free
              --model M     the model to ask (OpenAI: OPENAI_MODEL, or else %s)
              --key K       the key of the server at --base-url; better: TIDEOVER_API_KEY in the environment
              --demo        the provider on this machine, even if a key is set
              --help        this text

            Only this machine can reach it. Ctrl-C ends it.
            With Maven, options go into one property: -Dexec.args="--port 9000"
            """.formatted(USUAL_PORT, SampleArguments.OPENAI_MODEL);

    private static final String PORT = "--port";

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException with one sentence for the person who typed them
     */
    static Options parse(String[] args, Map<String, String> environment) {
        SampleArguments given = SampleArguments.read(args, Set.of(PORT), Set.of());
        if (given.isHelpWanted()) {
            return new Options(true, USUAL_PORT, Optional.empty());
        }
        int port = given.value(PORT).map(Options::port).orElse(USUAL_PORT);
        return new Options(false, port, given.provider(environment));
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException("--port needs a number from 0 to 65535, not " + text);
    }
}
