package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.failure.ServiceUnavailableException;
import io.github.tideover.provider.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The door, over real HTTP on loopback. */
class TideoverTest {
    @StartStop
    private final MockWebServer primary = new MockWebServer();

    @StartStop
    private final MockWebServer backup = new MockWebServer();

    private final List<Tideover> open = new ArrayList<>();

    @AfterEach
    void closeClients() {
        open.forEach(Tideover::close);
    }

    private Tideover.Builder client() {
        return Tideover.builder().provider(provider("main", primary));
    }

    private Tideover build(Tideover.Builder builder) {
        Tideover tideover = builder.build();
        open.add(tideover);
        return tideover;
    }

    private static Provider provider(String name, MockWebServer server) {
        return Provider.openAiCompatible(server.url("/v1/").toString())
                .name(name)
                .apiKey("sk-test-key")
                .model("small");
    }

    static MockResponse says(String text) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .body(
                        "{\"id\":\"c1\",\"model\":\"small-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                                + "\"content\":\"" + text + "\"},\"finish_reason\":\"stop\"}],"
                                + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}")
                .build();
    }

    static MockResponse streams(String... pieces) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body(events(true, pieces))
                .build();
    }

    static String events(boolean complete, String... pieces) {
        StringBuilder body = new StringBuilder();
        for (String piece : pieces) {
            body.append(
                            "data: {\"id\":\"c1\",\"model\":\"small-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"")
                    .append(piece)
                    .append("\"},\"finish_reason\":null}]}\n\n");
        }
        if (complete) {
            body.append("data: {\"id\":\"c1\",\"model\":\"small-1\",\"choices\":[{\"index\":0,\"delta\":{},")
                    .append("\"finish_reason\":\"stop\"}]}\n\n")
                    .append("data: {\"id\":\"c1\",\"model\":\"small-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,")
                    .append("\"completion_tokens\":2,\"total_tokens\":5}}\n\ndata: [DONE]\n\n");
        }
        return body.toString();
    }

    static MockResponse fails(int status) {
        return new MockResponse.Builder()
                .code(status)
                .body("{\"error\":{\"message\":\"no\"}}")
                .build();
    }

    @Test
    void aHealthyProviderAnswersLive() throws Exception {
        primary.enqueue(says("Hello"));
        ChatReply reply = build(client()).chat("Hi");
        assertThat(reply.text()).isEqualTo("Hello");
        assertThat(reply.isLive()).isTrue();
        assertThat(reply.provider()).isEqualTo("main");
        assertThat(reply.model()).isEqualTo("small-1");
        assertThat(reply.usage().totalTokens()).isEqualTo(5);
        assertThat(reply.attempts()).isEqualTo(1);
        assertThat(reply.skipped()).isEmpty();
        assertThat(primary.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer sk-test-key");
    }

    @Test
    void anErrorIsRetriedAndThenTheAlternateAnswers() {
        primary.enqueue(fails(500));
        primary.enqueue(fails(500));
        primary.enqueue(fails(500));
        backup.enqueue(says("From the backup"));
        Tideover tideover = build(client().alternate(provider("spare", backup)));
        ChatReply reply = tideover.chat("Hi");
        assertThat(reply.origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(reply.provider()).isEqualTo("spare");
        assertThat(reply.attempts()).isEqualTo(4);
        assertThat(reply.skipped()).hasSize(3);
        assertThat(primary.getRequestCount()).isEqualTo(3);
    }

    @Test
    void anOutageIsAnsweredFromTheLastKnownReplyThenByWords() {
        primary.enqueue(says("Ships Monday"));
        Tideover tideover = build(client().replyCache(ReplyCache.inMemory(10))
                .lastResort("Later.")
                .retryPolicy(RetryPolicy.never()));
        tideover.chat("Where is my order?");
        primary.enqueue(fails(503));
        ChatReply cached = tideover.chat("Where is my order?");
        assertThat(cached.origin()).isEqualTo(Origin.CACHED);
        assertThat(cached.text()).isEqualTo("Ships Monday");
        assertThat(cached.model()).isEqualTo("small-1");
        primary.enqueue(fails(503));
        ChatReply canned = tideover.chat("Another question");
        assertThat(canned.origin()).isEqualTo(Origin.CANNED);
        assertThat(canned.text()).isEqualTo("Later.");
    }

    @Test
    void withNothingToFallBackOnTheExceptionSaysWhy() {
        primary.enqueue(fails(503));
        Tideover tideover = build(client().retryPolicy(RetryPolicy.never()));
        assertThatThrownBy(() -> tideover.chat("Hi"))
                .isInstanceOf(ServiceUnavailableException.class)
                .hasMessageContaining("main/small")
                .hasMessageContaining("503")
                .hasMessageContaining("1 attempt");
    }

    @Test
    void anAsynchronousCallCompletes() throws Exception {
        primary.enqueue(fails(500));
        primary.enqueue(says("Hello"));
        ChatReply reply = build(client()).chatAsync("Hi").get(20, TimeUnit.SECONDS);
        assertThat(reply.text()).isEqualTo("Hello");
        assertThat(reply.attempts()).isEqualTo(2);
    }

    @Test
    void cancellingAnAsynchronousCallReachesTheSocket() throws Exception {
        primary.enqueue(new MockResponse.Builder()
                .headersDelay(60, TimeUnit.SECONDS)
                .body("too late")
                .build());
        Tideover tideover = build(client());
        CompletableFuture<ChatReply> call = tideover.chatAsync("Hi");
        primary.takeRequest();
        assertThat(call.cancel(true)).isTrue();
        assertThat(call).isCancelled();
        Awaiting.until(() ->
                tideover.routes().get(0).underWay() == 0 && tideover.watchdog().underWay() == 0);
        assertThat(primary.getRequestCount()).isEqualTo(1);
    }

    @Test
    void aStreamGivesItsPiecesAndThenTheWhole() {
        primary.enqueue(streams("Hel", "lo"));
        try (ReplyStream stream = build(client()).stream("Hi")) {
            List<String> pieces = new ArrayList<>();
            stream.forEach(pieces::add);
            assertThat(pieces).containsExactly("Hel", "lo");
            assertThat(stream.reply().text()).isEqualTo("Hello");
            assertThat(stream.reply().usage().totalTokens()).isEqualTo(5);
            assertThat(stream.reply().isLive()).isTrue();
        }
    }

    @Test
    void aStreamThatFailsBeforeItsFirstWordIsTakenOverUnseen() {
        primary.enqueue(fails(401));
        backup.enqueue(streams("From ", "the backup"));
        Tideover tideover = build(client().alternate(provider("spare", backup)));
        try (ReplyStream stream = tideover.stream("Hi")) {
            assertThat(String.join("", stream)).isEqualTo("From the backup");
            assertThat(stream.reply().origin()).isEqualTo(Origin.ALTERNATE);
        }
    }

    @Test
    void aStreamThatIsCutIsNeverPresentedAsComplete() {
        primary.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body(events(false, "Half ", "of it"))
                .build());
        Tideover tideover = build(client());
        try (ReplyStream stream = tideover.stream("Hi")) {
            StringBuilder shown = new StringBuilder();
            assertThatThrownBy(() -> stream.forEach(shown::append))
                    .isInstanceOfSatisfying(
                            PartialReplyException.class,
                            partial -> assertThat(partial.partialText()).isEqualTo("Half of it"));
            assertThat(shown).hasToString("Half of it");
        }
        assertThat(tideover.routes().get(0).underWay()).isZero();
    }

    @Test
    void aStreamMayEndInCachedWords() {
        primary.enqueue(streams("Ships ", "Monday"));
        Tideover tideover = build(client().replyCache(ReplyCache.inMemory(10)).retryPolicy(RetryPolicy.never()));
        try (ReplyStream stream = tideover.stream("Where?")) {
            stream.reply();
        }
        primary.enqueue(fails(503));
        try (ReplyStream stream = tideover.stream("Where?")) {
            assertThat(String.join("", stream)).isEqualTo("Ships Monday");
            assertThat(stream.reply().origin()).isEqualTo(Origin.CACHED);
        }
    }

    @Test
    void aStreamThatIsLeftGivesBackItsPlace() {
        primary.enqueue(streams("one", "two", "three"));
        Tideover tideover = build(client());
        try (ReplyStream stream = tideover.stream("Hi")) {
            assertThat(stream.iterator().next()).isEqualTo("one");
            assertThat(tideover.routes().get(0).underWay()).isEqualTo(1);
        }
        assertThat(tideover.routes().get(0).underWay()).isZero();
        assertThat(tideover.watchdog().underWay()).isZero();
    }

    @Test
    void aConversationRemembersWhatWasSaid() throws Exception {
        primary.enqueue(says("Hello Ann"));
        primary.enqueue(says("Ann"));
        Conversation conversation = build(client()).conversation();
        conversation.say("I am Ann");
        conversation.say("Who am I?");
        primary.takeRequest();
        assertThat(primary.takeRequest().getBody().utf8()).contains("I am Ann", "Hello Ann", "Who am I?");
        assertThat(conversation.history()).hasSize(4);
    }

    @Test
    void aNewBuilderStartsFromALivingClient() {
        primary.enqueue(fails(503));
        Tideover tideover = build(client().retryPolicy(RetryPolicy.never()));
        Tideover wordy = build(tideover.newBuilder().lastResort("Later."));
        tideover.close();
        assertThat(wordy.chat("Hi").text()).isEqualTo("Later.");
        assertThatThrownBy(() -> tideover.chat("Hi")).hasMessage("this client is closed");
    }
}
