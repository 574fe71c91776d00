package io.github.tideover.examples;

import io.github.tideover.ReplyStream;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.failure.ChatException;
import java.time.Duration;
import java.util.function.Function;

/** Asks, shows the answer as it comes and where it came from, and counts. */
final class Chat {
    private final Function<String, ReplyStream> client;
    private final Screen screen;
    private final Tally tally;

    Chat(Function<String, ReplyStream> client, Screen screen, Tally tally) {
        this.client = client;
        this.screen = screen;
        this.tally = tally;
    }

    /**
     * Asks one thing. A failure is shown, not thrown.
     *
     * @param who who asks
     * @return whether there was an answer
     */
    boolean ask(String who, String text) {
        screen.asked(who, text);
        long asked = System.nanoTime();
        Duration wait = null;
        try (ReplyStream pieces = client.apply(text)) {
            for (String piece : pieces) {
                if (wait == null) {
                    wait = since(asked);
                }
                screen.piece(piece);
            }
            ChatReply reply = pieces.reply();
            if (wait == null) {
                wait = since(asked);
                screen.piece(reply.refusal().isEmpty() ? "(an answer without text)" : reply.refusal());
            }
            tally.answered(reply.origin(), reply.attempts(), wait);
            screen.answered(reply.origin(), mark(reply, wait));
            return true;
        } catch (ChatException e) {
            tally.failed(e.attempts(), wait == null ? since(asked) : wait);
            screen.failed(sentence(e));
        } catch (RuntimeException e) { // such as a text that no request can carry
            tally.failed(0, since(asked));
            screen.failed(sentence(e));
        }
        return false;
    }

    private static String mark(ChatReply reply, Duration wait) {
        String model = reply.provider() + "/" + reply.model();
        String origin = switch (reply.origin()) {
            case LIVE -> "live: " + model;
            case ALTERNATE -> "alternate: " + model;
            case CACHED -> "cached: " + reply.age().toSeconds() + " s old";
            case SIMILAR -> "similar: " + reply.age().toSeconds() + " s old";
            case QUEUED -> "kept for later";
            case CANNED -> "canned";
        };
        String attempts = reply.attempts() > 1 ? ", " + reply.attempts() + " attempts" : "";
        String cut = reply.isComplete() ? "" : ", cut at the token limit";
        return "[" + origin + attempts + cut + ", " + Tally.seconds(wait) + "]";
    }

    private static String sentence(RuntimeException e) {
        String message = e.getMessage();
        return message == null ? e.toString() : message;
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
