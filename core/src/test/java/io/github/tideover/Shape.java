package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.StreamEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The forms in which a stream is read. */
enum Shape {
    TEXT {
        @Override
        void read(ReplyStream stream, Seen seen) {
            for (String piece : stream) {
                seen.text(piece);
            }
            seen.reply = stream.reply();
        }
    },
    EVENTS {
        @Override
        void read(ReplyStream stream, Seen seen) {
            for (StreamEvent event : stream.events()) {
                seen.event(event);
            }
        }
    },
    REPLY {
        @Override
        void read(ReplyStream stream, Seen seen) {
            seen.reply = stream.reply();
        }
    },
    CALLBACK {
        @Override
        void read(ReplyStream stream, Seen seen) {
            ChatReply reply = joined(stream.forEachEvent(seen::event));
            if (reply != seen.reply) {
                throw new AssertionError("the future has another reply than the last event");
            }
        }
    },
    PUBLISHER {
        @Override
        void read(ReplyStream stream, Seen seen) {
            OneByOne subscriber = new OneByOne(seen);
            stream.publisher().subscribe(subscriber);
            joined(subscriber.over);
        }
    };

    /** Whether it hears of more than text. */
    boolean hearsEvents() {
        return this == EVENTS || this == CALLBACK || this == PUBLISHER;
    }

    abstract void read(ReplyStream stream, Seen seen);

    /** Reads the stream to its end, whatever that is, and closes it. */
    Seen read(ReplyStream stream) {
        Seen seen = new Seen();
        try (stream) {
            read(stream, seen);
        } catch (RuntimeException e) {
            seen.end = e;
        }
        return seen;
    }

    private static <T> T joined(CompletableFuture<T> future) {
        try {
            return future.orTimeout(30, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** What the reader of a stream has seen. */
    static final class Seen {
        private final List<String> told = Collections.synchronizedList(new ArrayList<>());
        private final StringBuffer screen = new StringBuffer();
        volatile @Nullable ChatReply reply;
        volatile @Nullable RuntimeException end;

        private void text(String piece) {
            if (piece.isEmpty()) {
                throw new AssertionError("an empty piece of text");
            }
            told.add("text " + piece);
            screen.append(piece);
        }

        private void event(StreamEvent event) {
            if (reply != null) {
                throw new AssertionError("something after the last event: " + event);
            }
            if (event instanceof StreamEvent.Text text) {
                text(text.text());
            } else if (event instanceof StreamEvent.Reasoning reasoning) {
                told.add("thought " + reasoning.text());
            } else if (event instanceof StreamEvent.Restarted restarted) {
                told.add("restarted " + restarted.cause().kind() + " "
                        + restarted.cause().source());
                screen.setLength(0);
            } else if (event instanceof StreamEvent.Continued continued) {
                told.add("continued " + continued.cause().kind() + " "
                        + continued.cause().source());
            } else if (event instanceof StreamEvent.Completed completed) {
                told.add("completed");
                reply = completed.reply();
            }
        }

        /** What was told, in order. */
        List<String> told() {
            return List.copyOf(told);
        }

        /** What stands on the screen in the end. */
        String screen() {
            return screen.toString();
        }

        /** The reply in which it ended. */
        ChatReply reply() {
            if (end != null) {
                throw new AssertionError("no reply, but " + end, end);
            }
            return requireNonNull(reply);
        }
    }

    /** A subscriber that asks for one event at a time. */
    private static final class OneByOne implements Flow.Subscriber<StreamEvent> {
        private final Seen seen;
        private final CompletableFuture<Boolean> over = new CompletableFuture<>();
        private Flow.@Nullable Subscription subscription;

        OneByOne(Seen seen) {
            this.seen = seen;
        }

        @Override
        public void onSubscribe(Flow.Subscription own) {
            subscription = own;
            own.request(1);
        }

        @Override
        public void onNext(StreamEvent event) {
            seen.event(event);
            requireNonNull(subscription).request(1);
        }

        @Override
        public void onError(Throwable problem) {
            over.completeExceptionally(problem);
        }

        @Override
        public void onComplete() {
            over.complete(true);
        }
    }
}
