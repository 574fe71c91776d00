package io.github.tideover.examples.web;

import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A chat in a browser that goes on through an outage, with a status banner, the origin and age of every answer, and a queue of
 * what is answered later. Without a key it brings a provider and a backup with it, and a panel to break them:
 *
 * <pre>{@code
 * mvn -q -ntp -pl examples/web -am compile exec:java
 * }</pre>
 */
public final class WebChat implements AutoCloseable {
    private static final int WRONG_USE = 2;
    private static final int MOST_ROOMS = 200;

    private final Rooms rooms;
    private final WebServer server;
    private final AtomicBoolean closed = new AtomicBoolean();

    private WebChat(Rooms rooms, WebServer server) {
        this.rooms = rooms;
        this.server = server;
    }

    /**
     * Runs the chat until the process is ended.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        int status = run(args, System.getenv(), System.out, System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    static int run(String[] args, Map<String, String> environment, PrintStream out, PrintStream err) {
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
        try (WebChat chat = start(options)) {
            Thread ending = new Thread(chat::close, "web-chat-end");
            Runtime.getRuntime().addShutdownHook(ending);
            chat.greet(out);
            try {
                new CountDownLatch(1).await(); // until Ctrl-C
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                Runtime.getRuntime().removeShutdownHook(ending);
            }
            return 0;
        } catch (BindException e) {
            err.println("Port " + options.port()
                    + " is taken; choose another with --port, or --port 0 for any that is free.");
            return 1;
        } catch (IOException e) {
            err.println("The web chat cannot start: " + e.getMessage());
            return 1;
        }
    }

    static WebChat start(Options options) throws IOException {
        Rooms rooms = Rooms.open(options.provider(), Clock.systemUTC(), MOST_ROOMS);
        try {
            return new WebChat(rooms, WebServer.start(rooms, options.port()));
        } catch (IOException e) {
            rooms.close();
            throw e;
        }
    }

    private void greet(PrintStream out) {
        out.println("Chat:          " + url());
        if (!breakables().isEmpty()) {
            out.println("Control panel: " + url() + "control");
        }
        out.println("Status page:   " + url() + "status");
        out.println("Ctrl-C ends it.");
    }

    String url() {
        return server.url();
    }

    /** The providers that can be broken: none, if they are somebody else's. */
    List<Breakable> breakables() {
        return rooms.assistant().breakables();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            server.close();
            rooms.close();
        }
    }
}
