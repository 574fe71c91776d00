package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.ReplyStream;
import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.provider.Provider;
import io.github.tideover.provider.custom.CustomDialect;
import io.github.tideover.provider.custom.Framing;
import io.github.tideover.provider.custom.ReplyDraft;
import io.github.tideover.provider.custom.Target;
import io.github.tideover.status.ServiceState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mockwebserver3.MockResponse;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The listing in docs/custom-dialect.md, and what becomes of it in good weather and bad. */
class CustomDialectTest {
    // region: custom-dialect
    static final class ParrotDialect implements CustomDialect {
        private static final MediaType JSON = MediaType.get("application/json");
        private final JsonMapper json = JsonMapper.builder().build();

        @Override
        public Request write(ChatRequest request, Target target) {
            ObjectNode body = json.createObjectNode();
            body.put("bird", target.model()).put("pieces", target.isStreamed());
            for (Message message : request.messages()) {
                ObjectNode said = body.withArray("heard").addObject();
                said.put("who", message.role().name()).put("words", message.text());
            }
            return new Request.Builder()
                    .url(target.url("talk"))
                    .post(RequestBody.create(body.toString(), JSON))
                    .build();
        }

        @Override
        public Framing framing() {
            return Framing.LINES;
        }

        @Override
        public void readWhole(String body, ReplyDraft reply) throws IOException {
            read(json.readTree(body), reply);
        }

        @Override
        public void readPiece(String type, String data, ReplyDraft reply) throws IOException {
            read(json.readTree(data), reply);
        }

        private static void read(JsonNode node, ReplyDraft reply) throws IOException {
            if (node.has("squawk")) {
                throw reply.refused(node.toString());
            }
            if (!node.has("says") && !node.has("over")) {
                throw reply.malformed("neither words nor an end");
            }
            reply.text(node.path("says").asString("")).model(node.path("bird").asString(""));
            if (node.has("over")) {
                int heard = node.path("heard").asInt(0);
                int said = node.path("said").asInt(0);
                reply.usage(Usage.of(heard, said, heard + said, 0, 0));
                reply.finish(node.get("over").asString("").equals("tired") ? FinishReason.LENGTH : FinishReason.STOP);
            }
        }

        @Override
        public Optional<FailureKind> kindOf(int status, String body) {
            return body.contains("asleep") ? Optional.of(FailureKind.OVERLOADED) : Optional.empty();
        }

        @Override
        public List<String> adapted(ChatRequest request) {
            return request.tools().isEmpty() ? List.of() : List.of("the tools were left out: parrots use none");
        }
    }
    // end

    private final Loopback parrot = new Loopback();
    private final Loopback spare = new Loopback();
    private final Tideover tideover =
            client().alternate(spare.provider("spare")).build();

    @AfterEach
    void close() {
        tideover.close();
        parrot.close();
        spare.close();
    }

    private Tideover.Builder client() {
        String key = "feather-of-gold";
        String address = parrot.address();
        // region: custom-provider
        Provider polly = Provider.speaking(new ParrotDialect(), address)
                .apiKey(key)
                .model("polly")
                .name("parrot");
        // end
        return Tideover.builder()
                .provider(polly)
                .replyCache(ReplyCache.inMemory(10))
                .retryPolicy(RetryPolicy.builder()
                        .firstDelay(Duration.ofMillis(1))
                        .overloadDelay(Duration.ofMillis(1))
                        .build());
    }

    private static MockResponse lines(String... lines) {
        return new MockResponse.Builder().body(String.join("\n", lines) + "\n").build();
    }

    private static final String[] HELLO = {
        "{\"says\":\"Hel\"}", "{\"says\":\"lo.\",\"bird\":\"polly-2\"}", "{\"over\":\"done\",\"heard\":3,\"said\":2}"
    };

    @Test
    void itIsShort() {
        assertThat(Pages.regions().get("custom-dialect").lines().count()).isLessThanOrEqualTo(60);
    }

    @Test
    void aWholeReply() throws Exception {
        try (Tideover alone = client().build()) {
            parrot.answers(
                    lines("{\"says\":\"Hello.\",\"bird\":\"polly-2\",\"over\":\"tired\",\"heard\":3,\"said\":2}"));
            ChatReply reply = alone.chat(ChatRequest.builder()
                    .system("Be brief.")
                    .user("Hello")
                    .tools(Tool.function("fly", "Flies.", Map.of("type", "object")))
                    .build());
            assertThat(reply.text()).isEqualTo("Hello.");
            assertThat(reply.model()).isEqualTo("polly-2");
            assertThat(reply.provider()).isEqualTo("parrot");
            assertThat(reply.usage().totalTokens()).isEqualTo(5);
            assertThat(reply.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(reply.adapted()).containsExactly("the tools were left out: parrots use none");
        }
        assertThat(parrot.lastRequest().getTarget()).isEqualTo("/v1/talk");
        assertThat(parrot.lastRequest().getHeaders().get("Authorization")).isEqualTo("Bearer feather-of-gold");
        assertThat(parrot.lastRequest().getBody().utf8())
                .isEqualTo("{\"bird\":\"polly\",\"pieces\":false,\"heard\":["
                        + "{\"who\":\"SYSTEM\",\"words\":\"Be brief.\"},{\"who\":\"USER\",\"words\":\"Hello\"}]}");
    }

    @Test
    void aStreamedReply() {
        parrot.answers(lines(HELLO));
        List<String> pieces = new ArrayList<>();
        try (ReplyStream stream = tideover.stream("Hello")) {
            stream.forEach(pieces::add);
            assertThat(stream.reply().model()).isEqualTo("polly-2");
        }
        assertThat(pieces).containsExactly("Hel", "lo.");
    }

    @Test
    void anOutageIsAnsweredByTheAlternateThenFromTheCache() {
        parrot.answers(lines(HELLO));
        assertThat(tideover.chat("Hello").origin()).isEqualTo(Origin.LIVE);
        parrot.answers(Loopback.fails(503));
        ChatReply other = tideover.chat("Hello");
        assertThat(other.origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(other.skipped().get(0).source()).isEqualTo("parrot/polly");
        spare.answers(Loopback.fails(503));
        assertThat(tideover.chat("Hello").origin()).isEqualTo(Origin.CACHED);
        assertThat(tideover.status().state()).isNotEqualTo(ServiceState.OPERATIONAL);
    }

    @Test
    void itsOwnWordsAreUnderstood() {
        int before = parrot.requests();
        parrot.answers(lines("{\"squawk\":\"asleep\"}"));
        ChatReply reply = tideover.chat("Hello");
        assertThat(reply.origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(reply.skipped()).extracting(failure -> failure.kind()).containsOnly(FailureKind.OVERLOADED);
        assertThat(parrot.requests() - before)
                .as("tried again, as an overload is")
                .isEqualTo(3);
        parrot.answers(
                Loopback.json("{\"squawk\":\"asleep\"}").newBuilder().code(400).build());
        assertThat(tideover.chat("Hello").skipped().get(0).kind()).isEqualTo(FailureKind.OVERLOADED);
    }

    @Test
    void aStreamThatIsCutIsRescuedAndNeverComplete() {
        parrot.answers(lines(HELLO[0]));
        List<StreamEvent> events = new ArrayList<>();
        try (ReplyStream stream = tideover.stream("Hello")) {
            stream.events().forEach(events::add);
        }
        assertThat(events.get(1)).isInstanceOf(StreamEvent.Restarted.class);
        try (Tideover alone = client().build();
                ReplyStream stream = alone.stream("Hello")) {
            assertThatThrownBy(stream::reply)
                    .isInstanceOfSatisfying(
                            PartialReplyException.class,
                            e -> assertThat(e.partialText()).isEqualTo("Hel"));
        }
    }

    @Test
    void whatIsMalformedIsQuotedNowhere() {
        try (Tideover alone = client().build()) {
            for (String body : List.of("<html>my secret</html>", "{\"says\":\"my secret", "{\"my secret\":1}")) {
                parrot.answers(lines(body));
                assertThatThrownBy(() -> alone.chat("Hello")).isInstanceOfSatisfying(ChatException.class, e -> {
                    assertThat(e.kind()).isEqualTo(FailureKind.MALFORMED);
                    assertThat(e).hasMessageNotContaining("secret");
                });
            }
        }
    }
}
