package io.github.tideover.examples.web;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** What one page is told, as server-sent events. Whoever tells does not wait for the page. */
final class Feed {
    /** A page that is so far behind is better off beginning anew: it reconnects, and is told how things stand. */
    private static final int LONGEST_QUEUE = 1_000;
    /** So that the page can tell silence from a server that is gone, and the server a page that is gone. */
    private static final int PING_SECONDS = 15;

    private static final String PING = "event: ping\ndata: {}\n\n";
    private static final String END = "";

    private final BlockingQueue<String> events = new ArrayBlockingQueue<>(LONGEST_QUEUE);
    private final Locale language;
    private volatile boolean isOver;

    Feed(Locale language) {
        this.language = language;
    }

    /** What the person in front of the page reads. */
    Locale language() {
        return language;
    }

    void tell(String event, Object data) {
        if (!enqueue("event: " + event + "\ndata: " + Json.write(data) + "\n\n")) {
            end();
        }
    }

    /** Ends it: the page reconnects. */
    void end() {
        isOver = true;
        events.clear();
        enqueue(END);
    }

    /** Where there is no room, whoever waits has something to wake up to already. */
    private boolean enqueue(String event) {
        return events.offer(event);
    }

    /** Sends what is told, on the calling thread, until the page is gone or the feed ends. */
    void sendTo(OutputStream page) throws IOException, InterruptedException {
        while (!isOver) {
            String event = events.poll(PING_SECONDS, TimeUnit.SECONDS);
            if (event == null) {
                event = PING;
            }
            page.write(event.getBytes(StandardCharsets.UTF_8));
            page.flush();
        }
    }
}
