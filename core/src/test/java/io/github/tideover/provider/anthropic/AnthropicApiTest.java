package io.github.tideover.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.KnownModels;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.junit5.StartStop;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okio.Buffer;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import retrofit2.Response;

/** The rules for both that Retrofit makes of the interface and that the engine uses, and for the dialect on top of it. */
@Timeout(30)
@ParameterizedClass
@ValueSource(booleans = {false, true})
class AnthropicApiTest {
    private static final MessagesRequest HELLO = MessagesRequest.of("claude-haiku-4-5", ChatRequest.of("Hello"));
    private static final String MESSAGE = """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-1","container":null,"content":[
              {"type":"thinking","thinking":"hm","signature":"c2ln"},
              {"type":"redacted_thinking","data":"x"},
              {"type":"text","text":"Hel","citations":[{"type":"x","text":"not this"}]},
              {"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"x"}},
              {"type":"text","text":"lo"},
              {"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Paris","n":[1,null]}}],
             "stop_reason":"tool_use","stop_sequence":null,"stop_details":null,
             "usage":{"input_tokens":1,"cache_creation_input_tokens":20,"cache_read_input_tokens":300,
                      "cache_creation":{"ephemeral_5m_input_tokens":20},"output_tokens":4,"service_tier":"standard"}}""";

    @StartStop
    final MockWebServer server = new MockWebServer();

    private final OkHttpClient http =
            new OkHttpClient.Builder().connectionPool(new ConnectionPool()).build();
    private final boolean direct;

    AnthropicApiTest(boolean direct) {
        this.direct = direct;
    }

    private AnthropicApi api() {
        return direct
                ? new DirectAnthropicApi(
                        Transport.direct(http),
                        server.url("/"),
                        AnthropicRetrofit.headers("sk-ant-key", Map.of()),
                        16 << 20)
                : AnthropicApi.create(server.url("/").toString(), "sk-ant-key", http);
    }

    private AnthropicDialect dialect() {
        return new AnthropicDialect(
                Transport.direct(http),
                server.url("/"),
                Map.of("x-api-key", "sk-ant-key"),
                KnownModels.byMessages(null),
                1 << 20);
    }

    private void answer(String type, String body) {
        server.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", type)
                .setHeader("request-id", "req_1")
                .body(body)
                .build());
    }

    // --- alone

    @Test
    void aMessageIsAskedForAndRead() throws Exception {
        answer("application/json", MESSAGE);
        AnthropicMessage message = api().complete(HELLO).execute().body();
        assertThat(message.id()).isEqualTo("msg_1");
        assertThat(message.type()).isEqualTo("message");
        assertThat(message.model()).isEqualTo("claude-1");
        assertThat(message.text()).isEqualTo("Hello");
        assertThat(message.thinking()).isEqualTo("hm");
        assertThat(message.toolCalls())
                .containsExactly(ToolCall.of("toolu_1", "weather", "{\"city\":\"Paris\",\"n\":[1,null]}")
                        .thoughtSignature("[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"c2ln\"},"
                                + "{\"type\":\"redacted_thinking\",\"data\":\"x\"}]"));
        assertThat(message.stopReason()).isEqualTo("tool_use");
        assertThat(message.usage()).isEqualTo(Usage.of(321, 4, 325, 300, 0));
        assertThat(message.error()).isEmpty();
        assertThat(message).hasToString("AnthropicMessage{msg_1, claude-1, 5 characters, 1 tool calls, tool_use}");

        RecordedRequest sent = server.takeRequest();
        assertThat(sent.getMethod()).isEqualTo("POST");
        assertThat(sent.getTarget()).isEqualTo("/v1/messages");
        assertThat(sent.getHeaders().values("x-api-key")).containsExactly("sk-ant-key");
        assertThat(sent.getHeaders().values("anthropic-version")).containsExactly("2023-06-01");
        assertThat(sent.getHeaders().get("Authorization")).isNull();
        assertThat(sent.getHeaders().values("Accept")).containsExactly("application/json");
        assertThat(sent.getHeaders().get("Content-Type")).isEqualTo("application/json");
        assertThat(sent.getHeaders().get("User-Agent")).startsWith("tideover/");
        assertThat(sent.getBody().utf8()).doesNotContain("\"stream\"");
    }

    @Test
    void aStreamIsAskedForAndReadEventByEvent() throws Exception {
        answer("text/event-stream", Events.THOUGHT_AND_TOOL);
        StringBuilder text = new StringBuilder();
        StringBuilder thinking = new StringBuilder();
        StringBuilder arguments = new StringBuilder();
        List<String> types = new ArrayList<>();
        try (MessageStream stream = api().stream(HELLO).execute().body()) {
            for (MessageEvent event : stream) {
                types.add(event.type());
                text.append(event.text());
                thinking.append(event.thinking());
                arguments.append(event.arguments());
                if (!event.toolName().isEmpty()) {
                    assertThat(event.toolName()).isEqualTo("weather");
                    assertThat(event.toolCallId()).isEqualTo("toolu_1");
                    assertThat(event.index()).hasValue(2);
                }
                if (!event.stopReason().isEmpty()) {
                    assertThat(event.stopReason()).isEqualTo("tool_use");
                    assertThat(event.usage()).contains(Usage.of(12, 65, 77, 0, 0));
                }
            }
            assertThatIllegalStateException().isThrownBy(stream::iterator);
        }
        assertThat(types).startsWith("message_start", "content_block_start").endsWith("message_delta", "message_stop");
        assertThat(text).hasToString("I look.");
        assertThat(thinking).hasToString("Let me see");
        assertThat(arguments).hasToString("{\"city\": \"Paris\"}");
        RecordedRequest sent = server.takeRequest();
        assertThat(sent.getHeaders().values("Accept")).containsExactly("text/event-stream");
        assertThat(sent.getBody().utf8()).endsWith("\"stream\":true}");
    }

    @Test
    void aStreamThatIsCutEndsInAnException() throws IOException {
        answer("text/event-stream", Events.START + Events.text(0, "a"));
        try (MessageStream stream = api().stream(HELLO).execute().body()) {
            assertThatThrownBy(() -> stream.forEach(event -> {}))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasCauseInstanceOf(CutReplyException.class);
        }
    }

    @Test
    void whatIsNoStreamEndsInAnException() throws IOException {
        for (String body : List.of("", "<html>", "{}", "data: oops\n\n", "data: {} {}\n\n")) {
            answer("text/event-stream", body);
            try (MessageStream stream = api().stream(HELLO).execute().body()) {
                assertThatThrownBy(() -> stream.forEach(event -> {}))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasCauseInstanceOf(MalformedReplyException.class);
            }
        }
    }

    @Test
    void anErrorInAStreamIsAnEvent() throws IOException {
        answer(
                "text/event-stream",
                Events.START + Events.event("error", "{\"type\":\"error\",\"error\":{\"type\":\"x\"}}"));
        try (MessageStream stream = api().stream(HELLO).execute().body()) {
            var events = stream.iterator();
            events.next();
            assertThat(events.next().error()).contains("{\"type\":\"x\"}");
        }
    }

    @Test
    void modelsAreListed() throws Exception {
        answer("application/json", """
                {"data":[{"type":"model","id":"claude-1","display_name":"Claude 1","max_tokens":64000},7],"has_more":false}""");
        answer("application/json", "{\"type\":\"model\",\"id\":\"claude-1\"}");
        List<AnthropicModels.Model> models = api().models().execute().body().models();
        assertThat(models).hasSize(1);
        assertThat(models.get(0).id()).isEqualTo("claude-1");
        assertThat(models.get(0).displayName()).isEqualTo("Claude 1");
        assertThat(models.get(0).maxOutputTokens()).isEqualTo(64_000);
        assertThat(api().model("claude-1").execute().body()).hasToString("claude-1");
        assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/models");
        assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/models/claude-1");
    }

    @Test
    void aRefusalHasTheProvidersWords() throws IOException {
        server.enqueue(new MockResponse.Builder()
                .code(529)
                .body("{\"type\":\"error\"}")
                .build());
        Response<AnthropicMessage> response = api().complete(HELLO).execute();
        assertThat(response.code()).isEqualTo(529);
        assertThat(response.errorBody().string()).isEqualTo("{\"type\":\"error\"}");
    }

    @Test
    void anAddressThatCannotWorkIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AnthropicApi.create("https://api.anthropic.com/v1/", "k"))
                .withMessage("baseUrl must end before v1/, which is added: https://api.anthropic.com/v1/");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AnthropicApi.create("https://api.anthropic.com/v1/messages/", "k"))
                .withMessageContaining("baseUrl must end before v1/messages/");
        assertThatIllegalArgumentException().isThrownBy(() -> AnthropicApi.create("https://api.anthropic.com/", ""));
    }

    // --- under the engine

    @Test
    void aWholeReplyCarriesAllThatTheProviderSaid() throws IOException {
        answer("application/json", MESSAGE);
        ChatRequest request = ChatRequest.builder().user("Hi").seed(7).build();
        ChatReply reply = dialect().whole(request, "asked-model").perform().build();
        assertThat(reply.text()).isEqualTo("Hello");
        assertThat(reply.reasoning()).isEqualTo("hm");
        assertThat(reply.toolCalls()).hasSize(1);
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(reply.requestId()).isEqualTo("req_1");
        assertThat(reply.model()).isEqualTo("claude-1");
        assertThat(reply.adapted())
                .containsExactly(
                        "the seed was left out: asked-model takes none",
                        "the answer also held what is not read here: citations, server_tool_use");
        assertThat(reply.toBuilder().build().adapted()).isEqualTo(reply.adapted());
    }

    @Test
    void aStreamedReplyThatIsCompressedIsRead() throws IOException {
        Buffer zipped = new Buffer();
        try (var sink = Okio.buffer(new GzipSink(zipped))) {
            sink.writeUtf8(Events.TEXT);
        }
        server.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .setHeader("Content-Encoding", "gzip")
                .body(zipped)
                .build());
        ChatRequest request = ChatRequest.builder().user("Hi").temperature(1.5).build();
        try (DeltaReader reader =
                dialect().streamed(request, "claude-haiku-4-5").perform()) {
            while (reader.next()) {
                // reply() has it all
            }
            ChatReply reply = reader.reply().build();
            assertThat(reply.text()).isEqualTo("Caf\u00e9 \ud83d\ude00");
            assertThat(reply.adapted())
                    .containsExactly("temperature 1.5 became 1.0, the highest that claude-haiku-4-5 takes");
        }
    }

    @Test
    void anErrorInsideAGoodStatusIsARefusal() {
        for (String body : List.of(
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}",
                "{\"type\":\"error\"}",
                "{\"detail\":\"busy\"}",
                MESSAGE.replace("\"tool_use\",\"stop_sequence\"", "\"overloaded_error\",\"stop_sequence\""))) {
            answer("application/json", body);
            assertThatThrownBy(() -> dialect().whole(ChatRequest.of("Hi"), "m").perform())
                    .isInstanceOf(RefusedException.class)
                    .hasMessage("HTTP 200");
        }
    }

    @Test
    void aGoodStatusWithoutAMessageIsMalformed() {
        for (String body : List.of("{}", "{\"content\":null}", "{\"content\":[{\"text\":\"half", "<html>", "")) {
            answer("application/json", body);
            assertThatThrownBy(() -> dialect().whole(ChatRequest.of("Hi"), "m").perform())
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessageNotContaining("half");
        }
    }

    @Test
    void anEmptyContentIsAReply() throws IOException {
        answer("application/json", "{\"type\":\"message\",\"content\":[],\"stop_reason\":\"end_turn\"}");
        ChatReply reply =
                dialect().whole(ChatRequest.of("Hi"), "asked").perform().build();
        assertThat(reply.text()).isEmpty();
        assertThat(reply.model()).isEqualTo("asked");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }
}
