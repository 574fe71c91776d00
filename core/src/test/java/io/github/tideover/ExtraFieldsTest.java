package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.failure.ChatException;
import io.github.tideover.provider.Provider;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Fields beyond those of a request, and who is sent them. */
@Timeout(30)
class ExtraFieldsTest {
    @StartStop
    private final MockWebServer main = new MockWebServer();

    @StartStop
    private final MockWebServer spare = new MockWebServer();

    static Stream<Arguments> dialects() {
        return Stream.of(
                dialect("chat completions", url -> Provider.openAiCompatible(url + "v1/")),
                dialect("responses", url -> Provider.responsesCompatible(url + "v1/")),
                dialect("messages", Provider::anthropicCompatible),
                dialect("gemini", url -> Provider.geminiCompatible(url + "v1beta/")));
    }

    private static Arguments dialect(String name, Function<String, Provider> at) {
        return Arguments.of(name, at);
    }

    /** The spare refuses, so that what both were sent can be looked at; whole and streamed write the same fields. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("dialects")
    void aFieldForOneProviderIsSentToNoOther(String name, Function<String, Provider> at) throws Exception {
        ChatRequest request = ChatRequest.builder()
                .user("Hello")
                .extra("for_all", "all")
                .extra("shared", "all")
                .extra("main", "shared", "main")
                .extra("main", "only_main", Map.of("a", 1))
                .extra("spare", "only_spare", List.of(true))
                .extra("stranger", "only_stranger", 1)
                .build();
        for (boolean streamed : new boolean[] {false, true}) {
            try (Tideover tideover = Tideover.builder()
                    .provider(at.apply(main.url("/").toString()).name("main").model("m"))
                    .alternate(at.apply(spare.url("/").toString()).name("spare").model("m"))
                    .retryPolicy(RetryPolicy.never())
                    .build()) {
                main.enqueue(new MockResponse.Builder().code(500).build());
                spare.enqueue(new MockResponse.Builder().code(500).build());
                assertThatThrownBy(() -> ask(tideover, request, streamed)).isInstanceOf(ChatException.class);
            }
            JsonNode sentToMain = sentTo(main);
            assertThat(sentToMain.get("for_all").asString()).isEqualTo("all");
            assertThat(sentToMain.get("shared").asString()).isEqualTo("main");
            assertThat(sentToMain.get("only_main").get("a").asInt()).isEqualTo(1);
            assertThat(sentToMain.has("only_spare")).isFalse();
            assertThat(sentToMain.has("only_stranger")).isFalse();
            JsonNode sentToSpare = sentTo(spare);
            assertThat(sentToSpare.get("for_all").asString()).isEqualTo("all");
            assertThat(sentToSpare.get("shared").asString()).isEqualTo("all");
            assertThat(sentToSpare.get("only_spare").get(0).asBoolean()).isTrue();
            assertThat(sentToSpare.has("only_main")).isFalse();
            assertThat(sentToSpare.has("only_stranger")).isFalse();
        }
    }

    private static void ask(Tideover tideover, ChatRequest request, boolean streamed) {
        if (!streamed) {
            tideover.chat(request);
            return;
        }
        try (ReplyStream stream = tideover.stream(request)) {
            stream.reply();
        }
    }

    private static JsonNode sentTo(MockWebServer server) throws InterruptedException {
        RecordedRequest request = server.takeRequest(10, TimeUnit.SECONDS);
        return JsonMapper.shared().readTree(request.getBody().utf8());
    }

    @Test
    void aCopyKeepsThemAndDoesNotShareThem() {
        ChatRequest.Builder builder = ChatRequest.builder().user("Hello").extra("main", "a", 1);
        ChatRequest request = builder.build();
        ChatRequest more = request.toBuilder().extra("main", "b", 2).build();
        builder.extra("main", "c", 3);

        assertThat(request.extraByProvider()).isEqualTo(Map.of("main", Map.of("a", 1)));
        assertThat(more.extraByProvider()).isEqualTo(Map.of("main", Map.of("a", 1, "b", 2)));
        assertThat(request.extra()).isEmpty();
        assertThat(request.asSentTo("main").extra()).isEqualTo(Map.of("a", 1));
        assertThat(request.asSentTo("main").extraByProvider()).isEmpty();
        assertThat(request.asSentTo("spare").extra()).isEmpty();
        ChatRequest plain = ChatRequest.of("Hello");
        assertThat(plain.asSentTo("main")).isSameAs(plain);
    }

    @Test
    void whatCannotBeMeantIsRefusedAtOnce() {
        ChatRequest.Builder builder = ChatRequest.builder();
        assertThatThrownBy(() -> builder.extra(" ", "a", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("extra field a");
        assertThatThrownBy(() -> builder.extra("main", "", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.extra("main", "a", new Object())).isInstanceOf(IllegalArgumentException.class);
        assertThat(builder.user("Hello").build().extraByProvider()).isEmpty();
    }
}
