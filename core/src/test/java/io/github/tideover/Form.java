package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import java.util.concurrent.CompletionException;

/** The three forms a call comes in. What is promised of one is promised of all. */
enum Form {
    BLOCKING {
        @Override
        ChatReply ask(Tideover tideover, ChatRequest request) {
            return tideover.chat(request);
        }
    },
    ASYNC {
        @Override
        ChatReply ask(Tideover tideover, ChatRequest request) {
            try {
                return tideover.chatAsync(request).join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
    },
    STREAM {
        @Override
        ChatReply ask(Tideover tideover, ChatRequest request) {
            try (ReplyStream stream = tideover.stream(request)) {
                return stream.reply();
            }
        }
    };

    /** Asks, and waits for the whole reply. */
    abstract ChatReply ask(Tideover tideover, ChatRequest request);

    ChatReply ask(Tideover tideover, String text) {
        return ask(tideover, ChatRequest.of(text));
    }
}
