package io.github.tideover.examples;

import io.github.tideover.ReplyStream;
import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.cache.Embedder;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.cache.SimilarAnswers;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.examples.embedded.TemporaryFolder;
import io.github.tideover.failure.ChatException;
import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.testkit.Fault;
import io.github.tideover.testkit.OutageServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Takes each rung of the ladder once, from the top down, and mends a stream that breaks: a page to read from top to bottom.
 *
 * <pre>{@code
 * mvn -q -ntp -pl examples -am compile exec:java -Dexec.mainClass=io.github.tideover.examples.FallbackTour
 * }</pre>
 */
public final class FallbackTour {
    private FallbackTour() {}

    /**
     * Prints a line for each rung.
     *
     * @param args none
     * @throws IOException if there can be no temporary folder for the outbox
     * @throws InterruptedException if the thread is interrupted
     * @throws java.io.UncheckedIOException if this machine lets no server listen on its loopback address
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        try (TemporaryFolder folder = TemporaryFolder.named("fallback-tour")) {
            tour(folder.path(), System.out);
        }
    }

    static void tour(Path folder, PrintStream out) throws InterruptedException {
        BlockingQueue<Delivery> deliveries = new ArrayBlockingQueue<>(1);
        // Two servers that speak the chat protocol on this machine. Each answers a request with the next line of its
        // script.
        try (OutageServer main = OutageServer.builder().name("main").start();
                OutageServer spare = OutageServer.builder().name("spare").start();
                Tideover tideover = Tideover.builder()
                        .provider(main.provider().model("small"))
                        .alternate(spare.provider().model("small"))
                        .replyCache(ReplyCache.inMemory(100))
                        .similarAnswers(SimilarAnswers.by(Embedder.lexical()))
                        .outbox(Outbox.builder()
                                .directory(folder)
                                .words("I'll come back to you.")
                                .build())
                        .onDelivered(deliveries::add)
                        .lastResort("I cannot reach the assistant right now. Please try again in a minute.")
                        .retryPolicy(RetryPolicy.never()) // one line is one attempt: the tour stays easy to follow
                        .build()) {

            // 1. LIVE: the provider is well. What it says is kept for a worse day.
            main.says("It ships on Monday.");
            show(out, 1, tideover.chat("Where is my order?"));

            // 2. ALTERNATE: the provider has an error, the other one answers within the same call.
            main.fails(Fault.OVERLOADED);
            spare.says("Yes, within 30 days.");
            show(out, 2, tideover.chat("Can I send it back?"));

            // 3. CACHED: neither answers, but this was asked before. The reply says how old it is.
            main.fails(Fault.OVERLOADED);
            spare.fails(Fault.SERVER_ERROR);
            show(out, 3, tideover.chat("Where is my order?"));

            // 4. SIMILAR: this was asked before in other words. The reply says in which.
            main.fails(Fault.OVERLOADED);
            spare.fails(Fault.SERVER_ERROR);
            show(out, 4, tideover.chat("where is my order please"));

            // 5. CANNED: nothing of the kind was kept, and this is not to be answered later either. The application's
            // own
            // words it is.
            main.fails(Fault.OVERLOADED);
            spare.fails(Fault.SERVER_ERROR);
            show(
                    out,
                    5,
                    tideover.chat(ChatRequest.builder()
                            .user("Are you open right now?")
                            .queueable(false)
                            .build()));

            // 6. An exception: the provider is well and refuses the request. No other source could make that right.
            main.fails(Fault.INVALID_REQUEST);
            try {
                tideover.chat("A request that the provider calls invalid");
            } catch (ChatException e) {
                out.println("6 " + e.getClass().getSimpleName() + ": " + e.getMessage());
            }

            // 7. A stream that breaks in mid-sentence: what was shown is void, and the other provider's answer follows.
            main.cutsTheStreamAfter(5).tokens().saying("Lamps travel in a box of their own.");
            spare.says("They are wrapped in wool.");
            StringBuilder screen = new StringBuilder();
            try (ReplyStream stream = tideover.stream("How do you pack lamps?")) {
                for (StreamEvent event : stream.events()) {
                    if (event instanceof StreamEvent.Text text) {
                        screen.append(text.text());
                    } else if (event instanceof StreamEvent.Restarted restarted) {
                        out.println("7 " + screen + "...");
                        out.println("    taken back, because " + restarted.cause());
                        screen.setLength(0);
                    } else if (event instanceof StreamEvent.Completed completed) {
                        show(out, 7, completed.reply());
                    }
                }
            }

            // 8. QUEUED: neither answers, and the question is kept on the disk. Then the provider is well, and the
            // answer
            // comes to onDelivered.
            main.fails(Fault.OVERLOADED);
            spare.fails(Fault.SERVER_ERROR);
            main.says("Yes, all of them.").everyTime();
            show(out, 8, tideover.chat("Do you also repair lamps?"));
            Delivery delivery = deliveries.poll(1, TimeUnit.MINUTES);
            if (delivery == null) {
                throw new IllegalStateException(
                        "the answer did not come: " + tideover.outbox().list());
            }
            show(out, 8, delivery.reply());
        }
    }

    private static void show(PrintStream out, int step, ChatReply reply) {
        String from = reply.provider().isEmpty() ? "the application" : reply.provider() + "/" + reply.model();
        out.println(step + " " + reply.origin() + " from " + from
                + (reply.age().isZero() ? "" : ", " + reply.age().toMillis() + " ms old")
                + ", attempts " + reply.attempts() + ": " + reply.text());
        reply.similarity().ifPresent(like -> out.println("    an answer to: " + like.question()));
        reply.receipt().ifPresent(receipt -> out.println("    number " + receipt.position() + " in line"));
        reply.skipped().forEach(failure -> out.println("    because " + failure));
    }
}
