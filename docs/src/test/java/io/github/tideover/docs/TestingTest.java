package io.github.tideover.docs;

import static io.github.tideover.testkit.TideoverAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.github.tideover.Tideover;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.testkit.Behaviour;
import io.github.tideover.testkit.Capacity;
import io.github.tideover.testkit.Dialect;
import io.github.tideover.testkit.Fault;
import io.github.tideover.testkit.ManualTime;
import io.github.tideover.testkit.OutageExtension;
import io.github.tideover.testkit.OutageServer;
import io.github.tideover.testkit.PageLevel;
import io.github.tideover.testkit.PastOutage;
import io.github.tideover.testkit.StreamBreak;
import io.github.tideover.testkit.Timeline;
import io.github.tideover.testkit.WatchedClient;
import io.github.tideover.testkit.Weather;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The listings in docs/testing.md. */
class TestingTest {
    // region: a first test
    @ExtendWith(OutageExtension.class)
    static class CheckoutHelpTest {
        @Test
        void theBackupAnswersWhileTheFirstIsOverloaded(OutageServer primary, OutageServer backup) {
            primary.fails(Fault.OVERLOADED).everyTime();
            backup.says("Your order ships on Monday.");

            try (Tideover tideover = Tideover.builder()
                    .provider(primary.provider())
                    .alternate(backup.provider(Dialect.MESSAGES)) // it speaks Anthropic's API as well
                    .build()) {
                ChatReply reply = tideover.chat("Where is my order?");
                assertThat(reply).isFrom(backup).hasText("Your order ships on Monday.");
            }
            assertThat(primary).wasTreatedWell();
        }
    }
    // end

    @Test
    void theFirstTestPasses() {
        try (OutageServer primary = OutageServer.builder().name("primary").start();
                OutageServer backup = OutageServer.builder().name("backup").start()) {
            new CheckoutHelpTest().theBackupAnswersWhileTheFirstIsOverloaded(primary, backup);
            backup.checkScript();
        }
    }

    @Test
    void aScriptReadsAsSentences() {
        try (OutageServer service = OutageServer.start()) {
            // region: a script
            service.says("Hello").after(Duration.ofMillis(200));
            service.fails(Fault.OVERLOADED).times(3).asking(Duration.ofSeconds(20));
            service.cutsTheStreamAfter(40).tokens(); // ends politely, without the sign that it is complete
            service.cutsTheStreamAfter(40).tokens().by(StreamBreak.RESET);
            service.dripsAt(1).tokensPerSecond();
            service.servesTheProxyErrorPage();
            service.hangsUp();
            service.goesSilent().everyTime();
            // end
            assertThat(service).wasAsked(0);
            assertThatThrownBy(service::checkScript).hasMessageContaining("hangsUp()");
        }
    }

    @Test
    void twentySecondsTakeNoTime() {
        ManualTime time = new ManualTime();
        try (OutageServer service = OutageServer.start(time)) {
            // region: time by hand
            service.fails(Fault.OVERLOADED).asking(Duration.ofSeconds(20));

            try (Tideover tideover = Tideover.builder()
                    .provider(service.provider())
                    .time(time.time())
                    .build()) {
                CompletableFuture<ChatReply> reply = tideover.chatAsync("Where is my order?");
                time.awaitTask(Duration.ofSeconds(22)); // the client has heard, and waits
                time.advance(Duration.ofSeconds(22));
                assertThat(reply.join()).isLive().hasAttempts(2);
            }
            assertThat(service).wasTreatedWell().wasReturnedTo();
            // end
        }
    }

    @Test
    void weatherChanges() {
        ManualTime time = new ManualTime();
        try (OutageServer service = OutageServer.start(time)) {
            // region: weather
            service.plays(Timeline.named("a bad Monday")
                    .phase("brownout", Duration.ofMinutes(10), Weather.partly(25, Behaviour.fails(Fault.SERVER_ERROR)))
                    .phase("dark", Duration.ofMinutes(20), Weather.all(Behaviour.goesSilent()))
                    .pageLag(Duration.ofMinutes(5)));
            service.takes(Capacity.perSecond(10)); // and it stays down while it is hammered
            // end
            time.advance(Duration.ofMinutes(14));
            assertThat(service.statusPage().level()).isEqualTo(PageLevel.PARTIAL_OUTAGE);
            time.advance(Duration.ofMinutes(1));
            assertThat(service.statusPage().level()).isEqualTo(PageLevel.MAJOR_OUTAGE);
        }
    }

    @Test
    void anOutageOfThePastIsLivedThroughAgain() {
        try (OutageServer primary = OutageServer.builder().name("primary").start();
                OutageServer backup = OutageServer.builder().name("backup").start()) {
            // region: an outage of the past
            primary.plays(PastOutage.OPENAI_2023_11_08.timeline().compressedTo(Duration.ofSeconds(5)));

            try (Tideover tideover = Tideover.builder()
                    .provider(primary.provider())
                    .alternate(backup.provider())
                    .build()) {
                WatchedClient client =
                        WatchedClient.of(question -> tideover.chat(question).text(), primary, backup);
                for (int i = 0; i < 100; i++) {
                    client.tries("Question " + i);
                }
                assertThat(client).alwaysAnswered().neverShowedATruncatedAnswer();
            }
            assertThat(primary).wasTreatedWell();
            // end
        }
    }

    // region: another client
    private static String showWithOpenAiJava(OpenAIClient client, String question) {
        ChatCompletionCreateParams request = ChatCompletionCreateParams.builder()
                .model("test-model")
                .addUserMessage(question)
                .build();
        StringBuilder shown = new StringBuilder();
        try (StreamResponse<ChatCompletionChunk> chunks =
                client.chat().completions().createStreaming(request)) {
            chunks.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().content().stream())
                    .forEach(shown::append);
        }
        return shown.toString();
    }
    // end

    @Test
    void openAiJavaInTheSameOutage() throws Exception {
        try (OutageServer service = OutageServer.start()) {
            // region: openai-java
            OpenAIClient openAi = OpenAIOkHttpClient.builder()
                    .baseUrl(service.baseUrl())
                    .apiKey("test-key")
                    .build();
            WatchedClient client = WatchedClient.of(question -> showWithOpenAiJava(openAi, question), service);

            service.fails(Fault.OVERLOADED).asking(Duration.ofSeconds(1));
            client.ask("When is high tide?");
            assertThat(service).wasTreatedWell(); // it waits as it is asked to
            assertThat(client).neverShowedATruncatedAnswer();

            service.cutsTheStreamAfter(40).tokens();
            client.ask("And low tide?"); // it does not fail
            assertThatThrownBy(() -> assertThat(client).neverShowedATruncatedAnswer())
                    .hasMessageContaining("answer 2 has the first");
            // end
            openAi.close();
        }
    }
}
