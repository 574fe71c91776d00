package io.github.tideover.examples;

import io.github.tideover.ReplyStream;
import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.failure.ChatException;
import io.github.tideover.provider.Provider;
import java.io.IOException;
import java.io.PrintStream;
import java.util.logging.Level;
import java.util.logging.Logger;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;

/**
 * Takes each rung of the ladder once, from the top down, and then a stream that breaks: a page to read from top to bottom.
 *
 * <pre>{@code
 * mvn -q -ntp -pl examples -am compile exec:java -Dexec.mainClass=io.github.tideover.examples.FallbackTour
 * }</pre>
 */
public final class FallbackTour {
    /** Kept here because java.util.logging forgets the level of a logger that nobody holds. */
    private static final Logger SERVER_LOG = Logger.getLogger(MockWebServer.class.getName());

    private static final String END = "";

    private FallbackTour() {}

    /**
     * Prints a line for each rung.
     *
     * @param args none
     * @throws IOException if this machine lets no server listen on its loopback address
     */
    public static void main(String[] args) throws IOException {
        SERVER_LOG.setLevel(Level.OFF);
        tour(System.out);
    }

    static void tour(PrintStream out) throws IOException {
        // Two servers that speak the chat protocol on this machine. They say what we put in their queues, in that
        // order.
        try (MockWebServer main = new MockWebServer();
                MockWebServer spare = new MockWebServer()) {
            main.start();
            spare.start();

            try (Tideover tideover = Tideover.builder()
                    .provider(provider("main", main))
                    .alternate(provider("spare", spare))
                    .replyCache(ReplyCache.inMemory(100))
                    .lastResort("I cannot reach the assistant right now. Please try again in a minute.")
                    .retryPolicy(
                            RetryPolicy
                                    .never()) // one answer from the queue is one attempt: the tour stays easy to follow
                    .build()) {

                // 1. LIVE: the provider is well. What it says is kept for a worse day.
                main.enqueue(says("It ships on Monday."));
                show(out, 1, tideover.chat("Where is my order?"));

                // 2. ALTERNATE: the provider has an error, the other one answers within the same call.
                main.enqueue(fails(503));
                spare.enqueue(says("Yes, within 30 days."));
                show(out, 2, tideover.chat("Can I send it back?"));

                // 3. CACHED: neither answers, but this was asked before. The reply says how old it is.
                main.enqueue(fails(503));
                spare.enqueue(fails(500));
                show(out, 3, tideover.chat("Where is my order?"));

                // 4. CANNED: neither answers and nothing was kept, so the application's own words it is.
                main.enqueue(fails(503));
                spare.enqueue(fails(500));
                show(out, 4, tideover.chat("Do you also sell shoes?"));

                // 5. An exception: the provider is well and refuses the request. No other source could make that right.
                main.enqueue(fails(400));
                try {
                    tideover.chat("A request that the provider calls invalid");
                } catch (ChatException e) {
                    out.println("5 " + e.getClass().getSimpleName() + ": " + e.getMessage());
                }

                // 6. A stream that breaks in mid-sentence: what was shown is void, and the other provider's answer
                // follows.
                main.enqueue(streams("Lamps travel ", "in a st"));
                spare.enqueue(streams("They are ", "wrapped in wool.", END));
                StringBuilder screen = new StringBuilder();
                try (ReplyStream stream = tideover.stream("How do you pack lamps?")) {
                    for (StreamEvent event : stream.events()) {
                        if (event instanceof StreamEvent.Text text) {
                            screen.append(text.text());
                        } else if (event instanceof StreamEvent.Restarted restarted) {
                            out.println("6 " + screen + "...");
                            out.println("    taken back, because " + restarted.cause());
                            screen.setLength(0);
                        } else if (event instanceof StreamEvent.Completed completed) {
                            show(out, 6, completed.reply());
                        }
                    }
                }
            }
        }
    }

    private static void show(PrintStream out, int step, ChatReply reply) {
        String from = reply.provider().isEmpty() ? "the application" : reply.provider() + "/" + reply.model();
        out.println(step + " " + reply.origin() + " from " + from
                + (reply.age().isZero() ? "" : ", " + reply.age().toMillis() + " ms old")
                + ", attempts " + reply.attempts() + ": " + reply.text());
        reply.skipped().forEach(failure -> out.println("    because " + failure));
    }

    private static Provider provider(String name, MockWebServer server) {
        return Provider.openAiCompatible(server.url("/v1/").toString())
                .name(name)
                .apiKey("any key will do here")
                .model("small");
    }

    private static MockResponse says(String text) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .body("""
                        {"id": "1", "model": "small", "choices": [
                          {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "%s"}}]}
                        """.formatted(text))
                .build();
    }

    /** A stream of these words, which is complete only with the {@link #END}. */
    private static MockResponse streams(String... words) {
        StringBuilder events = new StringBuilder();
        for (String word : words) {
            String delta = word.equals(END)
                    ? "{\"delta\": {}, \"finish_reason\": \"stop\"}"
                    : "{\"delta\": {\"content\": \"" + word + "\"}}";
            events.append("data: {\"model\": \"small\", \"choices\": [")
                    .append(delta)
                    .append("]}\n\n");
        }
        return new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body(events.toString())
                .build();
    }

    private static MockResponse fails(int status) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "application/json")
                .body("{\"error\": {\"message\": \"This is only a tour.\"}}")
                .build();
    }
}
