package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A provider of one dialect stands in for a provider of another, in the middle of a conversation. */
@Timeout(60)
class OtherDialectTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final ToolCall CALL = ToolCall.of("call.7", "weather", "{\"city\":\"Paris\"}");
    private static final String WHOLE = """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5","stop_reason":"end_turn",
             "content":[{"type":"text","text":"Take a coat."}],"usage":{"input_tokens":40,"output_tokens":5}}""";
    private static final String STREAM = """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_1","model":"claude-haiku-4-5","usage":{"input_tokens":40}}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Take a "}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"coat."}}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}

            event: message_stop
            data: {"type":"message_stop"}

            """;

    @StartStop
    private final MockWebServer openAi = new MockWebServer();

    @StartStop
    private final MockWebServer anthropic = new MockWebServer();

    private Tideover tideover;

    @BeforeEach
    void open() {
        tideover = Tideover.builder()
                .provider(Provider.openAiCompatible(openAi.url("/v1/").toString())
                        .name("main")
                        .model("small"))
                .alternate(Provider.anthropicCompatible(anthropic.url("/").toString())
                        .name("anthropic")
                        .apiKey("sk-ant-key")
                        .model("claude-haiku-4-5"))
                .build();
    }

    @AfterEach
    void close() {
        tideover.close();
    }

    /** What was said before: a picture, a tool call and its result. */
    private static ChatRequest before() {
        return ChatRequest.builder()
                .system("Be brief.")
                .message(Message.user(Part.text("What to wear here?"), Part.image("image/png", new byte[] {1, 2, 3})))
                .message(Message.assistant("", List.of(CALL)))
                .message(Message.toolResult(CALL, "rain"))
                .tools(Tool.function("weather", "Tells the weather.", Map.of("type", "object")))
                .temperature(1.5)
                .seed(7)
                .build();
    }

    private static void assertAsked(RecordedRequest asked, boolean stream) {
        assertThat(asked.getTarget()).isEqualTo("/v1/messages");
        assertThat(asked.getHeaders().get("x-api-key")).isEqualTo("sk-ant-key");
        JsonNode expected = JSON.readTree("""
                {"model":"claude-haiku-4-5","max_tokens":16384,"system":"Be brief.","messages":[
                  {"role":"user","content":[
                    {"type":"text","text":"What to wear here?"},
                    {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AQID"}}]},
                  {"role":"assistant","content":[
                    {"type":"tool_use","id":"call_7","name":"weather","input":{"city":"Paris"}}]},
                  {"role":"user","content":[
                    {"type":"tool_result","tool_use_id":"call_7","content":"rain"},
                    {"type":"text","text":"So?"}]}],
                 "temperature":1.0,
                 "tools":[{"name":"weather","description":"Tells the weather.","input_schema":{"type":"object","properties":{}}}]
                 STREAM}""".replace("STREAM", stream ? ",\"stream\":true" : ""));
        assertThat(JSON.readTree(asked.getBody().utf8())).isEqualTo(expected);
    }

    private void mainFails() {
        openAi.enqueue(new MockResponse.Builder()
                .code(429)
                .body("{\"error\":{\"code\":\"insufficient_quota\"}}")
                .build());
    }

    private static void assertAnswered(ChatReply reply) {
        assertThat(reply.text()).isEqualTo("Take a coat.");
        assertThat(reply.origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(reply.provider()).isEqualTo("anthropic");
        assertThat(reply.model()).isEqualTo("claude-haiku-4-5");
        assertThat(reply.usage()).isEqualTo(Usage.of(40, 5, 45, 0, 0));
        assertThat(reply.skipped())
                .singleElement()
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(FailureKind.QUOTA));
        assertThat(reply.adapted())
                .containsExactly(
                        "temperature 1.5 became 1.0, the highest that claude-haiku-4-5 takes",
                        "the seed was left out: claude-haiku-4-5 takes none");
    }

    @Test
    void aConversationGoesOnWhenTheAlternateSpeaksAnthropicsDialect() throws Exception {
        mainFails();
        anthropic.enqueue(says());
        Conversation conversation = tideover.conversation(before());
        assertAnswered(conversation.say("So?"));
        assertThat(conversation.history()).last().isEqualTo(Message.assistant("Take a coat."));
        assertAsked(anthropic.takeRequest(), false);
    }

    private static MockResponse says() {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .body(WHOLE)
                .build();
    }

    @Test
    void aStreamedTurnGoesOnToo() throws Exception {
        mainFails();
        anthropic.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body(STREAM)
                .build());
        List<String> pieces = new ArrayList<>();
        try (ReplyStream stream = tideover.conversation(before()).stream("So?")) {
            stream.forEach(pieces::add);
            assertAnswered(stream.reply());
        }
        assertThat(pieces).containsExactly("Take a ", "coat.");
        assertAsked(anthropic.takeRequest(), true);
    }

    @Test
    void aWholeMessageWillDoWhereAStreamWasAskedFor() throws Exception {
        mainFails();
        anthropic.enqueue(says());
        try (ReplyStream stream = tideover.conversation(before()).stream("So?")) {
            assertAnswered(stream.reply());
        }
    }

    @Test
    void anOverloadInTheMiddleOfAStreamIsNoReply() throws Exception {
        try (Tideover alone = Tideover.builder()
                .provider(Provider.anthropicCompatible(anthropic.url("/").toString())
                        .name("anthropic")
                        .model("claude-haiku-4-5"))
                .alternate(Provider.openAiCompatible(openAi.url("/v1/").toString())
                        .name("other")
                        .model("small"))
                .build()) {
            for (int i = 0; i < 5; i++) { // however often it is tried
                anthropic.enqueue(new MockResponse.Builder()
                        .setHeader("Content-Type", "text/event-stream")
                        .body(
                                STREAM.substring(0, STREAM.indexOf("event: message_delta"))
                                        + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n")
                        .build());
            }
            openAi.enqueue(TideoverTest.says("Wear wool."));
            ChatReply reply = alone.chat("So?");
            assertThat(reply.text()).isEqualTo("Wear wool.");
            assertThat(reply.provider()).isEqualTo("other");
            assertThat(reply.adapted()).isEmpty();
            assertThat(reply.skipped()).extracting(failure -> failure.kind()).contains(FailureKind.OVERLOADED);
        }
    }
}
