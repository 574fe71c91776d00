package io.github.tideover.docs;

import static io.github.tideover.testkit.TideoverAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientImpl;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.ClientOptions;
import com.openai.core.http.StreamResponse;
import com.openai.errors.RateLimitException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.github.tideover.Tideover;
import io.github.tideover.ToolReply;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.provider.Provider;
import io.github.tideover.testkit.Behaviour;
import io.github.tideover.testkit.Capacity;
import io.github.tideover.testkit.Chaos;
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
import io.github.tideover.tool.Toolbox;
import io.github.tideover.tool.TypedTool;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import okhttp3.OkHttpClient;
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
    void toolsAreCalled() {
        try (OutageServer service = OutageServer.start()) {
            // region: tools in a script
            service.calls("weather", "{\"city\":\"Oslo\"}").calling("weather", "{\"city\":\"Bergen\"}");
            service.says("Take a coat to both.").usage(1_200, 34); // tokens read and written
            // end
            record City(String city) {}
            try (Tideover tideover =
                    Tideover.builder().provider(service.provider()).build()) {
                ToolReply reply = tideover.chat(
                        "Do I need a coat?",
                        Toolbox.of(TypedTool.of("weather", "What it is like.", City.class, city -> "rain")));
                assertThat(reply.text()).isEqualTo("Take a coat to both.");
                // Both rounds: the two calls have two names and two values.
                assertThat(reply.reply().usage().outputTokens()).isEqualTo(34 + 4);
            }
        }
    }

    @Test
    void openAiJavaHearsTheCallOfATool() {
        try (OutageServer service = OutageServer.start()) {
            service.calls("weather", "{\"city\":\"Oslo\"}")
                    .calling("time", "{}")
                    .times(2);
            OpenAIClient openAi = OpenAIOkHttpClient.builder()
                    .baseUrl(service.baseUrl())
                    .apiKey("test-key")
                    .build();
            ChatCompletionCreateParams request = ChatCompletionCreateParams.builder()
                    .model("test-model")
                    .addUserMessage("Do I need a coat?")
                    .build();
            ChatCompletionAccumulator streamed = ChatCompletionAccumulator.create();
            try (StreamResponse<ChatCompletionChunk> chunks =
                    openAi.chat().completions().createStreaming(request)) {
                chunks.stream().forEach(streamed::accumulate);
            }
            for (ChatCompletion completion :
                    List.of(openAi.chat().completions().create(request), streamed.chatCompletion())) {
                ChatCompletion.Choice choice = completion.choices().get(0);
                assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
                assertThat(choice.message().toolCalls().orElseThrow())
                        .extracting(call -> call.asFunction().function().name()
                                + call.asFunction().function().arguments())
                        .containsExactly("weather{\"city\":\"Oslo\"}", "time{}");
            }
            openAi.close();
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

    @Test
    void thePageHasEveryOutageOfThePast() {
        List<List<String>> rows = Pages.rows(Pages.page("docs/testing.md"), "Weather, and outages of the past");
        assertThat(rows)
                .extracting(row -> row.get(0))
                .containsExactlyElementsOf(Arrays.stream(PastOutage.values())
                        .map(outage -> "[`" + outage + "`](" + outage.source() + ")")
                        .toList());
    }

    @Test
    void stagingHasChaos() {
        String key = "test-key";
        try (OutageServer service = OutageServer.start()) {
            // region: chaos
            Chaos chaos = Chaos.in("staging") // and the environment has TIDEOVER_CHAOS=staging
                    .weather(
                            Weather.partly(10, Behaviour.fails(Fault.OVERLOADED).asking(Duration.ofSeconds(20)))
                                    .and(5, Behaviour.breaksAfter(40, StreamBreak.RESET))
                                    .and(5, Behaviour.answers().after(Duration.ofSeconds(8)))
                                    .and(2, Behaviour.goesSilent()))
                    .onlyAt("api.openai.com") // default: everywhere
                    .forAtMost(Duration.ofMinutes(30)) // default: an hour
                    .build();

            Provider provider = Provider.openAi(key).model("gpt-5-mini");
            // hidden
            provider = service.provider();
            // shown
            try (Tideover tideover = Tideover.builder()
                    .provider(provider)
                    .httpClient(chaos.over(new OkHttpClient()))
                    .build()) {
                chaos.begin();
                tideover.chat("Where is my order?");
                chaos.end();
            }
            // end
            assertThat(chaos.isOn()).isFalse();
        }
    }

    @Test
    void openAiJavaSuffersChaosToo() {
        Chaos chaos = Chaos.in("staging")
                .weather(Weather.all(Behaviour.fails(Fault.QUOTA_EXHAUSTED)))
                .build();
        try (OutageServer service = OutageServer.start()) {
            // region: chaos for openai-java
            OpenAIClient openAi = new OpenAIClientImpl(ClientOptions.builder()
                    .httpClient(new com.openai.client.okhttp.OkHttpClient(chaos.over(new OkHttpClient())))
                    .baseUrl(service.baseUrl())
                    .apiKey("test-key")
                    .build());
            // end
            assertThat(showWithOpenAiJava(openAi, "Where is my order?")).isEqualTo(OutageServer.HEALTHY_ANSWER);
            chaos.begin();
            assertThatThrownBy(() -> showWithOpenAiJava(openAi, "Where is my order?"))
                    .isInstanceOf(RateLimitException.class)
                    .hasMessageContaining("You exceeded your current quota");
            chaos.end();
            assertThat(service).wasAsked(1);
            openAi.close();
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
