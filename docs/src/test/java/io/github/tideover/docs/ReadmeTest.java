package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.provider.Provider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The listing in README.md, while all is well and while it is not. */
class ReadmeTest {
    private final Loopback first = new Loopback();
    private final Loopback second = new Loopback();

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    private void listing() {
        // region: readme
        String key = System.getenv("OPENAI_API_KEY");
        // hidden
        key = "sk-test-key";
        // shown
        Provider openAi = Provider.openAi(key).model("gpt-5-mini");
        Provider ollama = Provider.ollama().model("llama3.2");
        // hidden
        openAi = first.behind(openAi);
        ollama = second.behind(ollama);
        // shown

        try (Tideover tideover = Tideover.builder()
                .provider(openAi)
                .alternate(ollama) // asked when OpenAI does not answer
                .replyCache(ReplyCache.inMemory(1_000)) // then: what was answered before
                .lastResort("The assistant is away. Please ask again in a few minutes.") // then: your own words
                .onStatus(event -> System.out.println(event.headline()))
                .build()) {

            ChatReply reply = tideover.chat("What is a circuit breaker?");
            System.out.println(reply.text());
            if (!reply.isLive()) {
                System.out.println("(" + reply.origin() + ", because of " + reply.skipped() + ")");
            }
        }
        // end
    }

    @Test
    void aHealthyProviderAnswers() {
        first.answers(Loopback.says("A switch that opens."));
        assertThat(Printed.by(this::listing)).isEqualTo("A switch that opens.\n".replace("\n", System.lineSeparator()));
    }

    @Test
    void theAlternateAnswersWhenTheFirstDoesNot() {
        first.answers(Loopback.fails(401));
        second.answers(Loopback.says("From the other one."));
        assertThat(Printed.by(this::listing))
                .contains("From the other one.", "(ALTERNATE, because of [openai/gpt-5-mini");
    }

    @Test
    void theApplicationsOwnWordsComeLast() {
        first.answers(Loopback.fails(401));
        second.answers(Loopback.fails(401));
        assertThat(Printed.by(this::listing)).contains("The assistant is away.", "(CANNED");
    }
}
