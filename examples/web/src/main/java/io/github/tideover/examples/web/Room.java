package io.github.tideover.examples.web;

import io.github.tideover.QueuedMessages;
import io.github.tideover.ReplyStream;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Receipt;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.failure.AccountException;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.DeadlineExceededException;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.failure.RateLimitedException;
import io.github.tideover.failure.RequestRejectedException;
import io.github.tideover.outbox.OutboxMessage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One browser's conversation: what was said in it, the answer under way, what waits, and the pages that show it. Every page is
 * told of every change. Safe for use by many threads.
 */
final class Room {
    /** The oldest go first, but not those that wait for their answer. */
    static final int MOST_TURNS = 200;

    static final int MOST_PAGES = 6;

    private final String key;
    private final String tenant;
    private final String conversation;
    private final Function<String, ReplyStream> asking;
    private final Supplier<QueuedMessages> outbox;
    private final Clock clock;

    private final List<Turn> turns = new ArrayList<>();
    private final Set<Feed> pages = new LinkedHashSet<>();
    /** Answers that came before the receipt of what they answer. */
    private final Map<String, ChatReply> early = new HashMap<>();

    private long numbers;
    private @Nullable Turn underWay;
    private @Nullable CompletableFuture<ChatReply> answer;

    Room(
            String key,
            String tenant,
            String conversation,
            Function<String, ReplyStream> asking,
            Supplier<QueuedMessages> outbox,
            Clock clock) {
        this.key = key;
        this.tenant = tenant;
        this.conversation = conversation;
        this.asking = asking;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * A question that waits.
     *
     * @param position its place among all that wait, other rooms' too; 1 for the next
     */
    record Waiting(long turn, String question, int position) {}

    /** The browser's secret. */
    String key() {
        return key;
    }

    String tenant() {
        return tenant;
    }

    /** By what the outbox knows it, and a page can tell it from another. */
    String conversation() {
        return conversation;
    }

    /** Says something. */
    synchronized void say(String text) {
        if (underWay != null) {
            throw new Refusal(409, "The answer before is still being written. Stop it first, or wait for its end.");
        }
        Turn turn = new Turn(++numbers, text, clock.instant());
        ReplyStream stream = asking.apply(text);
        underWay = turn;
        turns.add(turn);
        if (turns.size() > MOST_TURNS) {
            turns.stream()
                    .filter(each -> each.receipt() == null && each != turn)
                    .findFirst()
                    .ifPresent(turns::remove);
        }
        tell("turn", turn.view());
        CompletableFuture<ChatReply> reply = stream.forEachEvent(event -> heard(turn, event));
        answer = reply;
        var unused = reply.whenComplete((given, problem) -> {
            if (problem != null) {
                ended(turn, problem);
            }
        });
    }

    private void heard(Turn turn, StreamEvent event) {
        if (event instanceof StreamEvent.Completed completed) {
            completed(turn, completed.reply());
            return;
        }
        synchronized (this) {
            if (underWay != turn) {
                return; // stopped, and this was on its way
            }
            if (event instanceof StreamEvent.Text text) {
                Turn.Piece piece = turn.add(text.text());
                if (piece != null) {
                    tell("piece", piece);
                }
            } else if (event instanceof StreamEvent.Restarted) {
                turn.restart();
                tell("turn", turn.view());
            }
        }
    }

    private void completed(Turn turn, ChatReply reply) {
        synchronized (this) {
            if (underWay != turn) {
                return;
            }
            underWay = null;
            turn.answered(reply, clock.instant());
            Receipt receipt = turn.receipt();
            ChatReply known = receipt == null ? null : early.get(receipt.id());
            if (known != null) {
                turn.delivered(known, clock.instant());
            }
            early.clear();
            tell("turn", turn.view());
        }
        tellQueue();
    }

    private synchronized void ended(Turn turn, Throwable problem) {
        if (underWay != turn) {
            return;
        }
        underWay = null;
        early.clear();
        Throwable cause =
                problem instanceof CompletionException && problem.getCause() != null ? problem.getCause() : problem;
        if (cause instanceof CancellationException) {
            turn.ended(Turn.State.STOPPED, "You stopped this answer.");
        } else if (cause instanceof PartialReplyException) {
            turn.ended(Turn.State.BROKEN, "The answer broke off here, and nobody could finish it.");
        } else {
            turn.ended(Turn.State.FAILED, sentence(cause));
        }
        tell("turn", turn.view());
    }

    private static String sentence(Throwable problem) {
        if (problem instanceof RequestRejectedException rejected) {
            return rejected.kind() == FailureKind.CONTEXT_LENGTH
                    ? "This conversation has become too long. Begin a new chat."
                    : "The provider does not accept this message. Put it in other words.";
        }
        if (problem instanceof RateLimitedException) {
            return "Too many questions are asked right now. Ask again in a moment.";
        }
        if (problem instanceof AccountException) {
            return "The assistant's account needs somebody's attention. This is not about you.";
        }
        if (problem instanceof DeadlineExceededException) {
            return "No answer came in time.";
        }
        return problem instanceof ChatException
                ? "Nobody can answer right now."
                : "Something went wrong on this side, and it is not about your message.";
    }

    /** Stops the answer under way, if there is one. */
    void stop() {
        CompletableFuture<ChatReply> current;
        synchronized (this) {
            current = underWay == null ? null : answer;
        }
        if (current != null) {
            current.cancel(true);
        }
    }

    /** Takes back a question that waits. */
    void withdraw(long number) {
        String id;
        synchronized (this) {
            Turn turn = turns.stream()
                    .filter(each -> each.number() == number)
                    .findFirst()
                    .orElseThrow(() -> new Refusal(404, "There is no such question in this conversation."));
            Receipt receipt = turn.receipt();
            if (receipt == null) {
                throw new Refusal(409, "This question does not wait any more.");
            }
            id = receipt.id();
        }
        if (!outbox.get().cancel(id)) {
            throw new Refusal(409, "The answer to this question is already on its way.");
        }
        ends(id, Turn.State.WITHDRAWN, "You took this question back. It is not answered.");
        tellQueue();
    }

    /** The answer to a question that was kept is there. */
    void delivered(String id, ChatReply reply) {
        synchronized (this) {
            Turn turn = waiting(id);
            if (turn == null) {
                if (underWay != null) {
                    early.put(id, reply);
                }
                return;
            }
            turn.delivered(reply, clock.instant());
            tell("turn", turn.view());
        }
        tellQueue();
    }

    /** Something has become of a question that was kept. */
    void changed(OutboxMessage message) {
        switch (message.state()) {
            case REFUSED, FAILED ->
                ends(message.id(), Turn.State.FAILED, "The provider does not answer this one. Put it in other words.");
            case EXPIRED -> ends(message.id(), Turn.State.FAILED, "Nobody could answer this in time.");
            case UNDELIVERED -> ends(message.id(), Turn.State.FAILED, "The answer came, and was lost on its way here.");
            default -> {
                // It waits, or its delivery or withdrawal tells.
            }
        }
    }

    private synchronized void ends(String id, Turn.State how, String why) {
        Turn turn = waiting(id);
        if (turn != null) {
            turn.ended(how, why);
            tell("turn", turn.view());
        }
    }

    private @Nullable Turn waiting(String id) {
        for (Turn turn : turns) {
            Receipt receipt = turn.receipt();
            if (receipt != null && receipt.id().equals(id)) {
                return turn;
            }
        }
        return null;
    }

    /** Tells the pages what waits, and at which place. */
    void tellQueue() {
        List<String> line = line();
        synchronized (this) {
            tell("queue", queue(line));
        }
    }

    /** Whether a question in it waits for its answer. */
    synchronized boolean isWaiting() {
        return turns.stream().anyMatch(turn -> turn.receipt() != null);
    }

    /** All that waits, of every room, in order. Not asked for with this room's lock held. */
    private List<String> line() {
        return outbox.get().list().stream()
                .filter(message -> message.state().isOpen())
                .map(OutboxMessage::id)
                .toList();
    }

    private List<Waiting> queue(List<String> line) {
        List<Waiting> queue = new ArrayList<>();
        for (Turn turn : turns) {
            Receipt receipt = turn.receipt();
            if (receipt != null) {
                // One that is not in the line has been answered just now, and its delivery is on its way here.
                queue.add(new Waiting(turn.number(), turn.question(), Math.max(1, line.indexOf(receipt.id()) + 1)));
            }
        }
        return queue;
    }

    /**
     * Lets a page hear all that happens, from how things stand now.
     *
     * @param greeting makes what it is told first of the turns and the queue
     */
    void enter(Feed page, Greeting greeting) {
        List<String> line = line();
        synchronized (this) {
            if (pages.size() == MOST_PAGES) {
                Feed oldest = pages.iterator().next();
                pages.remove(oldest);
                oldest.end();
            }
            page.tell("snapshot", greeting.of(turns.stream().map(Turn::view).toList(), queue(line)));
            pages.add(page);
        }
    }

    /** What a page is told first. */
    @FunctionalInterface
    interface Greeting {
        Object of(List<Turn.View> turns, List<Waiting> queue);
    }

    synchronized void leave(Feed page) {
        pages.remove(page);
    }

    synchronized void tellEach(String event, Function<Feed, Object> data) {
        pages.forEach(page -> page.tell(event, data.apply(page)));
    }

    private void tell(String event, Object data) {
        pages.forEach(page -> page.tell(event, data));
    }

    /** Whether nobody looks at it. */
    synchronized boolean isEmpty() {
        return pages.isEmpty();
    }

    /** Ends it: the answer under way, what waits, the pages. */
    void close() {
        stop();
        List<String> kept;
        synchronized (this) {
            kept = turns.stream()
                    .map(Turn::receipt)
                    .filter(receipt -> receipt != null)
                    .map(Receipt::id)
                    .toList();
            pages.forEach(Feed::end);
            pages.clear();
        }
        kept.forEach(outbox.get()::cancel);
    }
}
