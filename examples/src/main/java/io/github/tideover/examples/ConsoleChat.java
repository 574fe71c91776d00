package io.github.tideover.examples;

import io.github.tideover.Conversation;
import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.provider.Provider;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A chat in a console that shows where each answer comes from, and what state the service is in.
 *
 * <p>Without a key it plays a scripted outage on this machine; with one it talks to OpenAI, or to any compatible server:
 *
 * <pre>{@code
 * mvn -q -ntp -pl examples -am compile exec:java
 * mvn -q -ntp -pl examples -am compile exec:java -Dexec.args="--base-url http://localhost:11434/v1/ --model llama3.2"
 * }</pre>
 */
public final class ConsoleChat {
    private static final int WRONG_USE = 2;

    private ConsoleChat() {}

    /**
     * Runs the chat until its input ends.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        boolean terminal = isTerminal(System.console()) && !"dumb".equals(System.getenv("TERM"));
        int status = run(args, System.getenv(), System.in, System.out, System.err, terminal);
        if (status != 0) {
            System.exit(status);
        }
    }

    static int run(
            String[] args,
            Map<String, String> environment,
            InputStream in,
            PrintStream out,
            PrintStream err,
            boolean terminal) {
        Options options;
        try {
            options = Options.parse(args, environment);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return WRONG_USE;
        }
        if (options.help()) {
            out.print(Options.HELP);
            return 0;
        }
        Tally tally = new Tally();
        int status = 0;
        try (Screen screen = Screen.on(out, terminal, tally)) {
            Prompts prompts = new Prompts(in, charset(), screen::lineTaken);
            if (options.provider().isPresent()) {
                chat(options.provider().get(), prompts, screen, tally, terminal);
            } else {
                demo(prompts, screen, tally, terminal);
            }
        } catch (IOException e) {
            err.println("The demo needs a port on this machine's loopback address, and got none: " + e.getMessage());
            status = 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        out.println();
        out.println(tally.summary());
        return status;
    }

    private static void demo(Prompts prompts, Screen screen, Tally tally, boolean terminal)
            throws IOException, InterruptedException {
        try (Demo demo = Demo.start(screen, tally)) {
            demo.play(prompts, terminal);
        }
    }

    private static void chat(Provider provider, Prompts prompts, Screen screen, Tally tally, boolean terminal)
            throws InterruptedException {
        try (Tideover tideover = Tideover.builder()
                .provider(provider)
                .replyCache(ReplyCache.inMemory(1_000))
                .onStatus(screen::statusChanged)
                .build()) {
            screen.note("Chatting with " + provider.model().orElseThrow() + " at " + provider.baseUrl());
            if (terminal) {
                screen.note("Type a question; an empty line asks again what got no answer; Ctrl-D ends the chat.");
            }
            screen.status(tideover.status());
            Conversation conversation = tideover.conversation();
            Chat chat = new Chat(conversation::stream, screen, tally);
            String unanswered = "";
            for (Optional<String> typed = prompts.next(); typed.isPresent(); typed = prompts.next()) {
                String text = typed.get().isEmpty() ? unanswered : typed.get();
                if (!text.isEmpty()) {
                    unanswered = chat.ask(" you> ", text) ? "" : text;
                    if (!unanswered.isEmpty()) {
                        screen.note("       What you asked is kept: an empty line asks it again.");
                    }
                }
            }
        }
    }

    /** From JDK 22 on there is a console even where there is no terminal, and a method that tells. */
    private static boolean isTerminal(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** What the terminal and its pipes are encoded in. */
    private static Charset charset() {
        return Charset.forName(System.getProperty(
                "stdin.encoding",
                System.getProperty("native.encoding", Charset.defaultCharset().name())));
    }
}
