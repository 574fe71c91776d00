package io.github.tideover.examples;

import io.github.tideover.Conversation;
import io.github.tideover.Tideover;
import io.github.tideover.cache.Embedder;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.cache.SimilarAnswers;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.StatusWords;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;

/**
 * A chat in a console that shows where each answer comes from, and what state the service is in.
 *
 * <p>Without a key it plays a scripted outage on this machine, or is a chat whose providers can be broken by hand; with one it
 * talks to OpenAI, or to any compatible server:
 *
 * <pre>{@code
 * mvn -q -ntp -pl examples -am compile exec:java
 * mvn -q -ntp -pl examples -am compile exec:java -Dexec.args="--play"
 * mvn -q -ntp -pl examples -am compile exec:java -Dexec.args="--base-url http://localhost:11434/v1/ --model llama3.2"
 * }</pre>
 */
public final class ConsoleChat {
    private static final int WRONG_USE = 2;

    private final Options options;
    private final Prompts prompts;
    private final Screen screen;
    private final Tally tally;
    /** Is given what a Ctrl-C does while nothing is being typed. */
    private final Consumer<Runnable> interrupts;

    private final Clock clock = Clock.system(ZoneId.systemDefault());
    private final StatusWords words = StatusWords.english().zone(clock.getZone());

    private ConsoleChat(Options options, Prompts prompts, Screen screen, Tally tally, Consumer<Runnable> interrupts) {
        this.options = options;
        this.prompts = prompts;
        this.screen = screen;
        this.tally = tally;
        this.interrupts = interrupts;
    }

    /**
     * Runs the chat until its input ends.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        int status = run(args, System.getenv(), System.in, System.out, System.err, ConsoleChat::systemTerminal);
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
            Supplier<Optional<Terminal>> terminals) {
        Options options;
        try {
            options = Options.parse(args, environment);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return WRONG_USE;
        }
        if (options.mode() == Options.Mode.HELP) {
            out.print(Options.HELP);
            return 0;
        }
        Tally tally = new Tally();
        try {
            Optional<Terminal> terminal = terminals.get();
            if (terminal.isPresent()) {
                boolean colors = environment.getOrDefault("NO_COLOR", "").isEmpty();
                atTerminal(terminal.get(), options, tally, colors);
            } else {
                inLines(new PipedPrompts(in, charset()), new PlainScreen(out), options, tally);
            }
        } catch (UncheckedIOException e) {
            err.println("The chat needs a port on this machine's loopback address, and got none: " + e.getMessage());
            return 1;
        } catch (IOException e) {
            err.println(e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        out.println();
        out.println(tally.summary());
        return 0;
    }

    private static void inLines(Prompts prompts, Screen plain, Options options, Tally tally)
            throws InterruptedException {
        try (plain) {
            if (options.history().isPresent()) {
                plain.note("--history is for a terminal; nothing is kept of what is piped in.");
            }
            new ConsoleChat(options, prompts, plain, tally, onInterrupt -> {}).run();
        }
    }

    private static void atTerminal(Terminal terminal, Options options, Tally tally, boolean colors)
            throws IOException, InterruptedException {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "spinner");
            thread.setDaemon(true);
            return thread;
        });
        try (terminal) {
            LineReaderImpl reader = TypedPrompts.reader(terminal, options.history());
            try (TerminalScreen screen = new TerminalScreen(reader, colors, tally, timer)) {
                TypedPrompts prompts = new TypedPrompts(reader, screen);
                Consumer<Runnable> interrupts =
                        onInterrupt -> terminal.handle(Signal.INT, pressed -> onInterrupt.run());
                new ConsoleChat(options, prompts, screen, tally, interrupts).run();
            }
        } finally {
            timer.shutdownNow();
        }
    }

    private void run() throws InterruptedException {
        switch (options.mode()) {
            case DEMO -> demo();
            case PLAY -> play();
            default -> chat(options.provider().orElseThrow());
        }
    }

    private void demo() throws InterruptedException {
        try (Demo demo = Demo.start(screen, tally)) {
            interrupts.accept(() -> {
                prompts.end();
                demo.stop();
            });
            demo.play(prompts);
        }
    }

    private void play() throws InterruptedException {
        try (Playground playground = Playground.start();
                Tideover tideover = playground
                        .client()
                        .firstTokenTimeout(Duration.ofSeconds(2))
                        .replyCache(ReplyCache.inMemory(100))
                        .similarAnswers(SimilarAnswers.by(Embedder.lexical()))
                        .outbox(Outbox.builder()
                                .store(new MemoryStore())
                                .words(
                                        "Nobody can answer that right now. It is kept, and answered here as soon as somebody can.")
                                .build())
                        .onDelivered(this::delivered)
                        .onStatus(screen::statusChanged)
                        .statusWords(words)
                        .build()) {
            screen.note("Two providers on this machine, a chat, and an outage that you make. No key, no network.");
            screen.note(playground.toString());
            screen.note("Ask what a lamp shop is asked, such as: " + Answers.USUAL.get(0)
                    + " Then type /break overloaded both and ask again; /repair mends it, /help has the rest.");
            Chat chat = new Chat(tideover::stream, screen, tally);
            talk(tideover, chat, new Commands(tideover, Optional.of(playground), screen, clock));
            int waiting = tideover.outbox().list().size();
            if (waiting > 0) {
                screen.note("What still waits for an answer goes with this chat: " + waiting + ".");
            }
        }
    }

    private void delivered(Delivery delivery) {
        ChatReply reply = delivery.reply();
        screen.story("Answered later, by " + reply.provider() + "/" + reply.model() + " after "
                + StatusText.time(Duration.between(delivery.acceptedAt(), clock.instant())) + ": "
                + Commands.question(delivery.request()));
        screen.note(Screen.ANSWER + reply.text());
    }

    private void chat(Provider provider) throws InterruptedException {
        try (Tideover tideover = Tideover.builder()
                .provider(provider)
                .replyCache(ReplyCache.inMemory(1_000))
                .onStatus(screen::statusChanged)
                .statusWords(words)
                .build()) {
            screen.note("Chatting with " + provider.model().orElseThrow() + " at " + provider.baseUrl());
            Conversation conversation = tideover.conversation();
            Chat chat = new Chat(conversation::stream, screen, tally);
            talk(tideover, chat, new Commands(tideover, Optional.empty(), screen, clock));
        }
    }

    private void talk(Tideover tideover, Chat chat, Commands commands) throws InterruptedException {
        interrupts.accept(chat::stop);
        prompts.complete(commands);
        screen.showStatus(tideover.status());
        if (prompts.areTyped()) {
            screen.note("Alt-Enter begins another line, Ctrl-C stops an answer, Ctrl-D ends the chat.");
        }
        String unanswered = "";
        for (Optional<String> next = prompts.next(); next.isPresent(); next = prompts.next()) {
            String line = next.get();
            if (Commands.isCommand(line)) {
                if (!prompts.areTyped()) {
                    screen.note(TerminalScreen.PROMPT + line);
                }
                if (!commands.run(line)) {
                    return;
                }
                continue;
            }
            boolean isRepeated = line.isBlank();
            String text = isRepeated ? unanswered : line.strip();
            if (!text.isEmpty()) {
                boolean isOnScreen = prompts.areTyped() && !isRepeated;
                unanswered = chat.ask(isOnScreen ? "" : TerminalScreen.PROMPT, text) ? "" : text;
                if (!unanswered.isEmpty()) {
                    screen.note("       What you asked is kept: an empty line asks it again.");
                }
            }
        }
    }

    /** The terminal that this program was started in; empty where input or output is none, or it can do nothing but lines. */
    private static Optional<Terminal> systemTerminal() {
        if (!Terminals.isTerminal(System.console()) || "dumb".equals(System.getenv("TERM"))) {
            return Optional.empty();
        }
        try {
            // Of the ways that JLine has, the one that takes no native code: newer Java warns of that.
            return Optional.of(TerminalBuilder.builder()
                    .system(true)
                    .provider(TerminalBuilder.PROP_PROVIDER_EXEC)
                    .dumb(false)
                    .build());
        } catch (IOException | IllegalStateException e) {
            return Optional.empty(); // such as Windows, where that way needs a Unix shell
        }
    }

    /** What the terminal and its pipes are encoded in. */
    private static Charset charset() {
        return Charset.forName(System.getProperty(
                "stdin.encoding",
                System.getProperty("native.encoding", Charset.defaultCharset().name())));
    }
}
