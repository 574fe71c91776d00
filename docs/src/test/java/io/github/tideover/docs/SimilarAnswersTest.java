package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.ImportReport;
import io.github.tideover.Tideover;
import io.github.tideover.cache.Embedder;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.cache.SimilarAnswers;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Origin;
import io.github.tideover.provider.Provider;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The listings on similar answers in docs/reply-cache.md. */
class SimilarAnswersTest {
    private final Loopback server = new Loopback();
    private final Provider provider = server.provider("main");

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void aQuestionInOtherWords() {
        // region: similar
        Tideover tideover = Tideover.builder()
                .provider(provider)
                .replyCache(ReplyCache.inMemory(10_000))
                .similarAnswers(SimilarAnswers.by(Embedder.lexical()))
                .build();
        // end
        try (tideover) {
            tideover.remember("How do I reset my password?", "In the settings.");
            server.answers(Loopback.fails(500));
            String printed = Printed.by(() -> {
                // region: similarity
                ChatReply reply = tideover.chat("how can i reset my password");
                reply.similarity().ifPresent(similar -> System.out.printf("(answer to: %s)%n", similar.question()));
                System.out.println(reply.text());
                // end
            });
            assertThat(printed).contains("(answer to: How do I reset my password?)", "In the settings.");
        }
    }

    @Test
    void answersShippedAhead() throws IOException {
        try (Tideover tideover = Tideover.builder()
                .provider(provider)
                .replyCache(ReplyCache.inMemory(10_000))
                .build()) {
            // region: shipped
            tideover.remember("What are your opening hours?", "Nine to five, Monday to Friday.");

            try (InputStream answers = getClass().getResourceAsStream("answers.jsonl")) {
                ImportReport report = tideover.importAnswers(
                        answers,
                        request -> request.toBuilder()
                                .temperature(0.2) // as the application asks
                                .build());
                report.problems().forEach(System.err::println);
            }
            // end
            server.answers(Loopback.fails(500));
            assertThat(tideover.chat("What are your opening hours?").origin()).isEqualTo(Origin.CACHED);
            ChatRequest shipped = ChatRequest.builder()
                    .system("You help in a shop.")
                    .user("Do you ship to France?")
                    .temperature(0.2)
                    .build();
            assertThat(tideover.chat(shipped).text()).isEqualTo("Yes, in three days.");
        }
    }
}
