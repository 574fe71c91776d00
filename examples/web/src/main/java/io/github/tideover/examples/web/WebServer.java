package io.github.tideover.examples.web;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.tideover.Tideover;
import io.github.tideover.status.StatusPublisher;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages and what they ask for, over HTTP, on the loopback address: the JDK's own server, since this needs no more. A request
 * is answered only if it was sent to that address, and one that changes something only if a page of ours sent it, so that no other
 * site that is open in the browser can look in or press a button.
 */
final class WebServer implements AutoCloseable {
    static final int LONGEST_MESSAGE = 4_000;

    private static final Logger log = LoggerFactory.getLogger(WebServer.class);
    private static final int MOST_STREAMS = 64;
    private static final int MOST_THREADS = MOST_STREAMS + 64;
    private static final String PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final String HTML = "text/html; charset=utf-8";

    private final Rooms rooms;
    private final ControlPanel panel;
    private final StatusPublisher publisher;
    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final String cookie;
    private final Set<String> hosts;
    private final Semaphore streams = new Semaphore(MOST_STREAMS);
    private final Map<String, Map<String, Action>> actions = new LinkedHashMap<>();

    static {
        // Read once, by the server's first use: without it, a short event waits for the client's confirmation of the
        // one before.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private WebServer(Rooms rooms, HttpServer server) {
        this.rooms = rooms;
        this.server = server;
        int port = server.getAddress().getPort();
        cookie = "tideover-chat-" + port; // cookies know no ports
        hosts = Set.of("localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port);
        panel = new ControlPanel(rooms.assistant());
        publisher = StatusPublisher.of(rooms.assistant().title()).url(url() + "status");
        threads = new ThreadPoolExecutor(0, MOST_THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "web-chat");
            thread.setDaemon(true);
            return thread;
        });
        addActions();
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /** What is done with a request. */
    @FunctionalInterface
    private interface Action {
        void perform(Visit visit) throws IOException;
    }

    /**
     * What a person says.
     *
     * @param text the words
     */
    private record Saying(@Nullable String text) {}

    /**
     * Which turn is meant.
     *
     * @param turn its number
     */
    private record Which(long turn) {}

    private record Nothing() {}

    /**
     * Begins to listen.
     *
     * @param port where; 0 for any port that is free
     * @throws IOException if somebody else does
     */
    static WebServer start(Rooms rooms, int port) throws IOException {
        return new WebServer(
                rooms, HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0));
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort() + "/";
    }

    private void addActions() {
        addFile("/", "chat.html", HTML);
        addFile("/chat.js", "chat.js", "text/javascript; charset=utf-8");
        addFile("/look.css", "look.css", "text/css; charset=utf-8");
        addFile("/icon.svg", "icon.svg", "image/svg+xml");
        on("GET", "/api/events", this::events);
        on("POST", "/api/say", this::say);
        on("POST", "/api/stop", visit -> done(visit, Nothing.class, "{}", (room, nothing) -> room.stop()));
        on(
                "POST",
                "/api/withdraw",
                visit -> done(visit, Which.class, "{\"turn\": 3}", (room, which) -> room.withdraw(which.turn())));
        on("POST", "/api/new", this::beginAnew);
        on("GET", "/status", this::status);
        on("GET", "/status.json", this::statusJson);
        if (panel.canBreak()) {
            addFile("/control", "control.html", HTML);
            addFile("/control.js", "control.js", "text/javascript; charset=utf-8");
            on("GET", "/api/control", visit -> visit.sendJson(panel.view(visit.language())));
            on("POST", "/api/control", visit -> {
                panel.turn(visit.json(ControlPanel.Switch.class, ControlPanel.EXAMPLE));
                visit.sendJson(panel.view(visit.language()));
            });
        }
    }

    private void on(String method, String path, Action action) {
        actions.computeIfAbsent(path, any -> new LinkedHashMap<>()).put(method, action);
    }

    private void addFile(String path, String name, String type) {
        byte[] bytes;
        try (InputStream in = WebServer.class.getResourceAsStream(name)) {
            bytes = requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("a file of this sample cannot be read: " + name, e);
        }
        on("GET", path, visit -> {
            visit.setHeader("Cache-Control", "no-cache");
            visit.send(200, type, bytes);
        });
    }

    private void handle(HttpExchange exchange) {
        Visit visit = new Visit(exchange);
        try {
            visit.setHeader("Content-Security-Policy", PAGE_POLICY);
            visit.setHeader("X-Content-Type-Options", "nosniff");
            visit.setHeader("Referrer-Policy", "no-referrer");
            visit.setHeader("Cross-Origin-Resource-Policy", "same-origin");
            actionFor(visit).perform(visit);
        } catch (Refusal refusal) {
            refuse(visit, refusal);
        } catch (IOException gone) {
            // The page was closed in the middle of its answer.
        } catch (RuntimeException e) {
            log.warn(
                    "{} {} failed: {}",
                    visit.method(),
                    visit.path(),
                    e.getClass().getName());
            refuse(visit, new Refusal(500, "Something went wrong on this side. Try again."));
        } finally {
            visit.end();
        }
    }

    private static void refuse(Visit visit, Refusal refusal) {
        if (visit.isAnswered()) {
            return;
        }
        try {
            visit.setHeader("Cache-Control", "no-store");
            visit.send(
                    refusal.status(),
                    "application/json; charset=utf-8",
                    Json.write(Map.of("error", refusal.sentence())));
        } catch (IOException gone) {
            // Nobody wants to know any more.
        }
    }

    private Action actionFor(Visit visit) {
        String host = visit.header("Host");
        if (host == null || !hosts.contains(host.toLowerCase(Locale.ROOT))) {
            // A name that leads here and is not ours is another site's, which would be let in as if it were this one.
            throw new Refusal(421, "This server answers at " + url() + " and under no other name.");
        }
        Map<String, Action> known = actions.get(visit.path());
        if (known == null) {
            throw new Refusal(404, "There is nothing here; the chat is at " + url());
        }
        Action action = known.get(visit.method().equals("HEAD") ? "GET" : visit.method());
        if (action == null) {
            visit.setHeader("Allow", String.join(", ", known.keySet()));
            throw new Refusal(405, visit.path() + " is for " + String.join(" and ", known.keySet()) + " only.");
        }
        String origin = visit.header("Origin");
        if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
            throw new Refusal(403, "Pages of another site may not do this.");
        }
        return action;
    }

    private Room roomOf(Visit visit) {
        return visit.cookie(cookie)
                .flatMap(rooms::find)
                .orElseThrow(() ->
                        new Refusal(409, "This conversation is no longer here. Reload the page to begin another."));
    }

    /** Sends all that happens in the browser's room, from how things stand, until the page is closed. */
    private void events(Visit visit) throws IOException {
        if (visit.method().equals("HEAD")) {
            throw new Refusal(405, "/api/events is for GET only.");
        }
        if (!streams.tryAcquire()) {
            throw new Refusal(503, "Too many pages are open at once. Try again later.");
        }
        try {
            Room room = visit.cookie(cookie).flatMap(rooms::find).orElseGet(() -> {
                Room made = rooms.make();
                visit.setCookie(cookie, made.key());
                return made;
            });
            Feed page = new Feed(visit.language());
            room.enter(page, (turns, queue) -> snapshot(room, page, turns, queue));
            try (var out = visit.sendEvents()) {
                page.sendTo(out);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                room.leave(page);
            }
        } finally {
            streams.release();
        }
    }

    private Snapshot snapshot(Room room, Feed page, List<Turn.View> turns, List<Room.Waiting> queue) {
        Assistant assistant = rooms.assistant();
        return new Snapshot(
                room.conversation(),
                assistant.title(),
                assistant.suggestions(),
                panel.canBreak(),
                turns,
                queue,
                StatusView.of(assistant.tideover().status(), page.language()));
    }

    /**
     * How things stand.
     *
     * @param room tells one conversation from another
     * @param suggestions what may be asked
     * @param canBreak whether there is a control panel
     */
    private record Snapshot(
            String room,
            String title,
            List<String> suggestions,
            boolean canBreak,
            List<Turn.View> turns,
            List<Room.Waiting> queue,
            StatusView status) {}

    private void say(Visit visit) throws IOException {
        done(
                visit,
                Saying.class,
                "{\"text\": \"Where is my order?\"}",
                (room, saying) -> room.say(checked(saying.text())));
    }

    private static String checked(@Nullable String text) {
        if (text == null || text.isBlank()) {
            throw new Refusal(400, "A message needs some words.");
        }
        if (text.length() > LONGEST_MESSAGE) {
            throw new Refusal(
                    400,
                    "A message has at most " + LONGEST_MESSAGE + " characters; this one has " + text.length() + ".");
        }
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (Character.getType(text.codePointAt(i)) == Character.SURROGATE) {
                throw new Refusal(400, "The message has half a character in it; write it again.");
            }
        }
        return text.strip();
    }

    private <T extends Record> void done(Visit visit, Class<T> type, String example, BiConsumer<Room, T> deed)
            throws IOException {
        T asked = visit.json(type, example);
        deed.accept(roomOf(visit), asked);
        visit.sendJson(Map.of());
    }

    private void beginAnew(Visit visit) throws IOException {
        visit.json(Nothing.class, "{}");
        Room old = roomOf(visit);
        Room room = rooms.another(old);
        visit.setCookie(cookie, room.key());
        visit.sendJson(Map.of());
        // Last, so that its pages come back with the new cookie.
        rooms.close(old);
    }

    private void status(Visit visit) throws IOException {
        Tideover tideover = rooms.assistant().tideover();
        visit.setHeader("Content-Security-Policy", StatusPublisher.contentSecurityPolicy());
        visit.setHeader("Cache-Control", "no-store");
        visit.send(200, HTML, publisher.html(tideover.status(), tideover.statusHistory(), visit.language()));
    }

    private void statusJson(Visit visit) throws IOException {
        Tideover tideover = rooms.assistant().tideover();
        visit.setHeader("Cache-Control", "no-store");
        visit.send(200, "application/json; charset=utf-8", publisher.json(tideover.status(), tideover.statusHistory()));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
