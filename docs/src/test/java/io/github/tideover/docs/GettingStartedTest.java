package io.github.tideover.docs;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.Conversation;
import io.github.tideover.ReplyStream;
import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.provider.Provider;
import io.github.tideover.provider.openai.ChatCompletion;
import io.github.tideover.provider.openai.ChatCompletionRequest;
import io.github.tideover.provider.openai.OpenAiApi;
import io.github.tideover.status.RouteStatus;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.ServiceStatus;
import io.github.tideover.status.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The listings in docs/getting-started.md. */
class GettingStartedTest {
    private final Loopback server = new Loopback();
    private final Tideover tideover = Tideover.builder()
            .provider(server.provider("main"))
            .retryPolicy(RetryPolicy.never())
            .build();

    @AfterEach
    void close() {
        tideover.close();
        server.close();
    }

    @Test
    void oneCall() {
        String key = "sk-test-key";
        String said = Printed.by(() -> {
            // region: one-call
            Provider provider = Provider.openAi(key).model("gpt-5-mini");
            // hidden
            provider = server.behind(provider);
            // shown
            try (Tideover tideover = Tideover.builder().provider(provider).build()) {
                ChatReply reply = tideover.chat("What is a tide?");
                System.out.println(reply.text());
            }
            // end
        });
        assertThat(said).startsWith("Hello.");
    }

    @Test
    void whereAReplyCameFrom() {
        String said = Printed.by(() -> {
            // region: provenance
            ChatReply reply = tideover.chat("What is a tide?");
            Usage usage = reply.usage();
            System.out.printf(
                    "%s, answered by %s (%s), %d requests sent, %d tokens in, %d out%n",
                    reply.origin(), // LIVE, ALTERNATE, CACHED, SIMILAR, QUEUED or CANNED
                    reply.provider(),
                    reply.model(), // by the provider's own account
                    reply.attempts(),
                    usage.inputTokens(),
                    usage.outputTokens());
            reply.skipped().forEach(failure -> System.out.println("before that: " + failure));
            // end
        });
        assertThat(said).startsWith("LIVE, answered by main (small-model-1), 1 requests sent, 3 tokens in, 2 out");
    }

    @Test
    void aRequestWithSettings() {
        // region: request
        ChatRequest request = ChatRequest.builder()
                .system("Answer in one sentence.")
                .user("What is a tide?")
                .temperature(0.2)
                .maxOutputTokens(200)
                .timeout(Duration.ofSeconds(20)) // for this call, in place of the client's own
                .extra("service_tier", "flex") // whatever your provider takes and this library does not name
                .build();
        ChatReply reply = tideover.chat(request);
        // end
        assertThat(reply.text()).isEqualTo("Hello.");
        assertThat(server.lastRequest().getBody().utf8()).contains("\"service_tier\":\"flex\"", "\"max_tokens\":200");
    }

    @Test
    void imagesAndTools() {
        byte[] photo = {1, 2, 3};
        server.answers(Loopback.json(
                "{'choices':[{'message':{'tool_calls':[{'id':'call_1','function':{'name':'weather',".replace('\'', '"')
                        + "'arguments':'{}'}}]},'finish_reason':'tool_calls'}]}".replace('\'', '"')));
        String said = Printed.by(() -> {
            // region: tools
            Tool weather = Tool.function(
                    "weather",
                    "Tells the weather at a place.",
                    Map.of("type", "object", "properties", Map.of("place", Map.of("type", "string"))));
            ChatRequest request = ChatRequest.builder()
                    .message(Message.user(Part.text("Will it rain there?"), Part.image("image/png", photo)))
                    .tools(weather)
                    .build();
            ChatReply reply = tideover.chat(request);
            // hidden
            server.answers(Loopback.says("No rain."));
            // shown
            for (ToolCall call : reply.toolCalls()) {
                String result = "dry"; // your own code, called with call.arguments()
                reply = tideover.chat(request.toBuilder()
                        .message(Message.assistant(reply))
                        .message(Message.toolResult(call, result))
                        .build());
            }
            System.out.println(reply.text());
            // end
        });
        assertThat(said.lines()).containsExactly("No rain.");
        assertThat(server.lastRequest().getBody().utf8())
                .contains("\"tool_call_id\":\"call_1\"", "data:image/png;base64,AQID", "\"content\":\"dry\"");
    }

    @Test
    void aStream() {
        server.answers(Loopback.streams(true, "The sea, ", "twice a day."));
        String said = Printed.by(() -> {
            // region: stream
            try (ReplyStream stream = tideover.stream("What is a tide?")) {
                for (String piece : stream) {
                    System.out.print(piece);
                }
                ChatReply whole = stream.reply(); // where it came from, what it cost
                System.out.println(" [" + whole.origin() + "]");
            } catch (PartialReplyException e) {
                // It broke after its first piece: e.partialText() is what arrived, and no whole answer.
                System.out.println(" [interrupted: " + e.kind().cause() + "]");
            }
            // end
        });
        assertThat(said).startsWith("The sea, twice a day. [LIVE]");
    }

    @Test
    void aStreamOnAScreen() {
        server.answers(Loopback.streams(false, "The s", "un"));
        try (Loopback spare = new Loopback().answers(Loopback.streams(true, "The moon ", "pulls."));
                Tideover tideover = this.tideover
                        .newBuilder()
                        .alternate(spare.provider("spare"))
                        .build()) {
            String said = Printed.by(() -> {
                // region: events
                StringBuilder screen = new StringBuilder();
                try (ReplyStream stream = tideover.stream("What is a tide?")) {
                    for (StreamEvent event : stream.events()) {
                        if (event instanceof StreamEvent.Text text) {
                            screen.append(text.text());
                        } else if (event instanceof StreamEvent.Restarted) {
                            screen.setLength(0); // it broke, and another answer begins from the start
                        } else if (event instanceof StreamEvent.Completed completed) {
                            System.out.println(screen + " [" + completed.reply().origin() + "]");
                        }
                    }
                }
                // end
            });
            assertThat(said.lines()).containsExactly("The moon pulls. [ALTERNATE]");
        }
    }

    @Test
    void aStreamWithoutAThread() {
        server.answers(Loopback.streams(true, "The sea, ", "twice a day."));
        String said = Printed.by(1, () -> {
            // region: callbacks
            ReplyStream stream = tideover.stream("What is a tide?");
            CompletableFuture<ChatReply> future = stream.forEachEvent(event -> {
                if (event instanceof StreamEvent.Text text) {
                    System.out.print(text.text());
                }
            });
            future.thenAccept(reply -> System.out.println(" [" + reply.origin() + "]"));
            // end
        });
        assertThat(said.lines()).containsExactly("The sea, twice a day. [LIVE]");
    }

    @Test
    void aConversation() {
        String said = Printed.by(() -> {
            // region: conversation
            Conversation conversation = tideover.conversation(
                    ChatRequest.builder().system("You are a harbour pilot.").build());
            System.out.println(conversation.say("When is high water?").text());
            System.out.println(conversation.say("And low water?").text());
            System.out.println(conversation.history().size()); // 5: the system message and two exchanges
            // end
        });
        assertThat(said.lines()).containsExactly("Hello.", "Hello.", "5");
        assertThat(server.lastRequest().getBody().utf8()).contains("When is high water?", "And low water?");
    }

    @Test
    void anAsynchronousCall() {
        String said = Printed.by(1, () -> {
            // region: async
            CompletableFuture<ChatReply> future = tideover.chatAsync("What is a tide?");
            future.thenAccept(reply -> System.out.println(reply.text()));
            // hidden
            assertThat(future.join().text()).isEqualTo("Hello.");
            // shown
            future.cancel(true); // ends the attempt at its socket, and no other follows
            // end
        });
        assertThat(said.lines()).containsExactly("Hello.");
    }

    @Test
    void theStatus() {
        CountDownLatch told = new CountDownLatch(1);
        server.answers(Loopback.fails(401, "invalid_api_key"));
        String said = Printed.by(() -> {
            try {
                // region: status
                try (Subscription subscription = tideover.onStatus(event -> {
                    System.out.println(event.headline());
                    System.out.println(event.detail());
                    // hidden
                    told.countDown();
                    // shown
                })) {
                    // hidden
                    assertThatThrownBy(() -> tideover.chat("What is a tide?")).isInstanceOf(ChatException.class);
                    assertThat(tideover.awaitStatus(ServiceState.MAJOR_OUTAGE, Duration.ofSeconds(10)))
                            .isTrue();
                    assertThat(told.await(10, SECONDS)).isTrue();
                    // shown
                    ServiceStatus now = tideover.status();
                    for (RouteStatus route : now.routes()) {
                        System.out.println(route.name() + ": " + route.state());
                    }
                    boolean back = tideover.awaitStatus(ServiceState.OPERATIONAL, Duration.ofMillis(100));
                    System.out.println(back ? "back" : "not back yet");
                }
                // end
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(said.lines())
                .hasSize(4)
                .startsWith("The assistant is not available right now.")
                .endsWith("main/small-model: MAJOR_OUTAGE", "not back yet");
    }

    @Test
    void otherServers() {
        String key = "sk-test-key";
        // region: servers
        Provider claude = Provider.anthropic(key).model("claude-sonnet-5");
        Provider gemini = Provider.gemini(key).model("gemini-3-flash");
        Provider onThisMachine = Provider.ollama().model("llama3.2");
        Provider gateway = Provider.openAiCompatible("https://llm.example.com/v1/") // ends in a slash
                .name("gateway") // how replies, failures and the status call it
                .apiKey(key)
                .header("X-Team", "support")
                .model("small-model");
        Provider largerModel = gateway.model("large-model"); // each setter gives a changed copy
        // end
        assertThat(onThisMachine.isLocal()).isTrue();
        assertThat(gateway.isLocal()).isFalse();
        assertThat(largerModel.name()).isEqualTo("gateway");
        assertThat(gateway.model()).contains("small-model");
    }

    @Test
    void aDerivedClient() {
        // region: derived
        try (Tideover patient =
                tideover.newBuilder().timeout(Duration.ofMinutes(5)).build()) {
            patient.chat("Summarise this thesis: ...");
        }
        // end
        assertThat(tideover.chat("Still open?").text()).isEqualTo("Hello.");
    }

    @Test
    void theTypedClientAlone() throws IOException {
        String baseUrl = server.address();
        String key = "sk-test-key";
        // region: api
        OpenAiApi api = OpenAiApi.create(baseUrl, key); // such as https://api.openai.com/v1/
        ChatCompletion completion = api.complete(
                        ChatCompletionRequest.of("gpt-5-mini", ChatRequest.of("What is a tide?")))
                .execute()
                .body();
        // end
        assertThat(completion).isNotNull();
        assertThat(completion.choices()).hasSize(1);
    }
}
