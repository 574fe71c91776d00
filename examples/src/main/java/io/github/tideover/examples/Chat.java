package io.github.tideover.examples;

import io.github.tideover.ReplyStream;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.failure.ChatException;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks, shows the answer as it comes and where it came from, and counts. For one thread; {@link #stop} is for any. */
final class Chat {
    private final Function<String, ReplyStream> client;
    private final Screen screen;
    private final Tally tally;
    private @Nullable ReplyStream underWay;
    private boolean stopped;

    Chat(Function<String, ReplyStream> client, Screen screen, Tally tally) {
        this.client = client;
        this.screen = screen;
        this.tally = tally;
    }

    /**
     * Asks one thing. A failure is shown, not thrown.
     *
     * @param who who asks; empty if the question stands on the screen already
     * @return whether there was an answer
     */
    boolean ask(String who, String text) {
        begin();
        screen.asked(who, text);
        long asked = System.nanoTime();
        Duration wait = null;
        try (ReplyStream reply = begun(client.apply(text))) {
            for (StreamEvent event : reply.events()) {
                if (event instanceof StreamEvent.Text piece) {
                    if (wait == null) {
                        wait = since(asked);
                    }
                    screen.piece(piece.text());
                } else if (event instanceof StreamEvent.Restarted restarted) {
                    screen.restarted(restarted.cause().kind());
                }
            }
            ChatReply whole = reply.reply();
            if (wait == null) {
                wait = since(asked);
                screen.piece(whole.refusal().isEmpty() ? "(an answer without text)" : whole.refusal());
            }
            tally.answered(whole.origin(), whole.attempts(), wait);
            screen.answered(whole.origin(), mark(whole, wait));
            return true;
        } catch (ChatException e) {
            unanswered(
                    e.failure() + "; " + e.attempts() + (e.attempts() == 1 ? " attempt" : " attempts") + " in all",
                    e.attempts(),
                    wait == null ? since(asked) : wait);
        } catch (RuntimeException e) { // such as a text that no request can carry
            String message = e.getMessage();
            unanswered(message == null ? e.toString() : message, 0, since(asked));
        } finally {
            ended();
        }
        return false;
    }

    private synchronized void begin() {
        stopped = false;
    }

    private synchronized ReplyStream begun(ReplyStream reply) {
        underWay = reply;
        return reply;
    }

    private synchronized void ended() {
        underWay = null;
    }

    private synchronized void unanswered(String sentence, int attempts, Duration wait) {
        if (stopped) {
            tally.stopped(attempts);
            screen.stopped();
        } else {
            tally.failed(attempts, wait);
            screen.failed(sentence);
        }
    }

    /** Breaks off the answer that is under way, if there is one. */
    synchronized void stop() {
        if (underWay != null) {
            stopped = true;
            underWay.close();
        }
    }

    /** Where an answer came from, and what it took. */
    static String mark(ChatReply reply, Duration wait) {
        String origin = switch (reply.origin()) {
            case LIVE -> "live: " + reply.provider() + "/" + reply.model();
            case ALTERNATE -> "alternate: " + reply.provider() + "/" + reply.model();
            case CACHED -> "cached: " + reply.age().toSeconds() + " s old";
            case SIMILAR ->
                "similar: "
                        + reply.similarity()
                                .map(like -> "\"" + like.question() + "\", ")
                                .orElse("")
                        + reply.age().toSeconds() + " s old";
            case QUEUED ->
                "kept for later"
                        + reply.receipt()
                                .map(receipt -> ": number " + receipt.position())
                                .orElse("");
            case CANNED -> "canned";
        };
        String attempts = reply.attempts() > 1 ? ", " + reply.attempts() + " attempts" : "";
        String cut = reply.isComplete() ? "" : ", cut at the token limit";
        return "[" + origin + attempts + cut + ", " + Tally.seconds(wait) + "]";
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
