package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.Tool;
import io.github.tideover.provider.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** A conversation that begins on chat completions and goes on at a provider of the Responses API. */
@Timeout(30)
class ResponsesThroughTheDoorTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @StartStop
    private final MockWebServer primary = new MockWebServer();

    @StartStop
    private final MockWebServer backup = new MockWebServer();

    private Tideover client() {
        return Tideover.builder()
                .provider(Provider.openAiCompatible(primary.url("/v1/").toString())
                        .name("main")
                        .model("small"))
                .alternate(Provider.responsesCompatible(backup.url("/v1/").toString())
                        .name("spare")
                        .apiKey("sk-test-key")
                        .model("gpt-1"))
                .retryPolicy(RetryPolicy.never())
                .build();
    }

    private static MockResponse json(String body) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .body(body)
                .build();
    }

    @Test
    void aConversationWithToolsAndImagesGoesOnElsewhere() throws Exception {
        primary.enqueue(json("""
                {"id":"c1","model":"small-1","choices":[{"index":0,"message":{"role":"assistant","content":null,
                 "tool_calls":[{"id":"call:1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Paris\\"}"}}]},
                 "finish_reason":"tool_calls"}]}"""));
        primary.enqueue(new MockResponse.Builder().code(503).build());
        backup.enqueue(json("""
                {"id":"resp_1","model":"gpt-1-x","status":"completed","output":[
                 {"type":"message","content":[{"type":"output_text","text":"It rains."}]}],
                 "usage":{"input_tokens":9,"output_tokens":3,"total_tokens":12}}"""));
        try (Tideover tideover = client()) {
            ChatRequest first = ChatRequest.builder()
                    .system("Be brief.")
                    .message(Message.user(Part.text("What is it like here?"), Part.image("https://example.com/a.png")))
                    .tools(Tool.function("weather", "Tells the weather.", Map.of("type", "object")))
                    .build();
            ChatReply wish = tideover.chat(first);
            ChatReply reply = tideover.chat(first.toBuilder()
                    .message(Message.assistant(wish))
                    .message(Message.toolResult(wish.toolCalls().get(0), "Rain"))
                    .build());
            assertThat(reply.text()).isEqualTo("It rains.");
            assertThat(reply.origin()).isEqualTo(Origin.ALTERNATE);
            assertThat(reply.provider()).isEqualTo("spare");
            assertThat(reply.model()).isEqualTo("gpt-1-x");
            assertThat(reply.usage().totalTokens()).isEqualTo(12);
            assertThat(reply.skipped()).hasSize(1);
        }
        assertThat(JSON.readTree(backup.takeRequest().getBody().utf8())).isEqualTo(JSON.readTree("""
                {"model":"gpt-1","instructions":"Be brief.","input":[
                  {"role":"user","content":[{"type":"input_text","text":"What is it like here?"},
                    {"type":"input_image","image_url":"https://example.com/a.png","detail":"auto"}]},
                  {"type":"function_call","call_id":"call_1","name":"weather","arguments":"{\\"city\\":\\"Paris\\"}"},
                  {"type":"function_call_output","call_id":"call_1","output":"Rain"}],
                 "tools":[{"type":"function","name":"weather","description":"Tells the weather.",
                   "parameters":{"type":"object","properties":{}},"strict":false}],
                 "store":false}"""));
    }

    @Test
    void aStreamedReplyComesPieceByPiece() throws Exception {
        primary.enqueue(new MockResponse.Builder().code(503).build());
        backup.enqueue(new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body("""
                        event: response.created
                        data: {"type":"response.created","response":{"id":"resp_1","model":"gpt-1-x","status":"in_progress"},"sequence_number":0}

                        event: response.output_text.delta
                        data: {"type":"response.output_text.delta","delta":"It ","output_index":0,"sequence_number":1}

                        event: response.output_text.delta
                        data: {"type":"response.output_text.delta","delta":"rains.","output_index":0,"sequence_number":2}

                        event: response.completed
                        data: {"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[]},"sequence_number":3}

                        """)
                .build());
        List<String> pieces = new ArrayList<>();
        try (Tideover tideover = client();
                ReplyStream stream = tideover.stream(ChatRequest.of("Hi"))) {
            stream.forEach(pieces::add);
            assertThat(stream.reply().text()).isEqualTo("It rains.");
            assertThat(stream.reply().provider()).isEqualTo("spare");
        }
        assertThat(pieces).containsExactly("It ", "rains.");
    }
}
