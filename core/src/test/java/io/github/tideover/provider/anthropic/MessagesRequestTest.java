package io.github.tideover.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import okhttp3.RequestBody;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MessagesRequestTest {
    private static final String MODEL = "claude-sonnet-4-6";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Tool WEATHER =
            Tool.function("weather", "Tells the weather.", Map.of("type", "object", "properties", Map.of()));

    private static String written(String model, ChatRequest request) {
        MessagesRequest body = MessagesRequest.of(model, request);
        RequestBody json = Json.body(out -> body.write(out, false));
        Buffer buffer = new Buffer();
        try {
            json.writeTo(buffer);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return buffer.readUtf8();
    }

    private static JsonNode sent(ChatRequest request) {
        return JSON.readTree(written(MODEL, request));
    }

    private static JsonNode messages(Message... messages) {
        return sent(ChatRequest.builder().messages(List.of(messages)).build()).get("messages");
    }

    private static List<String> adapted(String model, ChatRequest.Builder request) {
        return MessagesRequest.of(model, request.user("Hi").build()).adapted();
    }

    private static void assertJson(JsonNode actual, String expected) {
        assertThat(actual).isEqualTo(JSON.readTree(expected));
    }

    // --- the whole

    @Test
    void aRequestIsWrittenAsTheProviderWantsIt() {
        ChatRequest request = ChatRequest.builder()
                .system("Be brief.")
                .user("Hi \"you\" \ud83d\ude00")
                .assistant("Hello")
                .user("Bye")
                .temperature(0.5)
                .maxOutputTokens(100)
                .stop("END")
                .reasoningEffort("low")
                .tenant("never sent")
                .timeout(Duration.ofSeconds(3))
                .extra("metadata", Map.of("user_id", "u1"))
                .build();
        assertJson(sent(request), """
                {"model":"claude-sonnet-4-6","max_tokens":100,"system":"Be brief.",
                 "messages":[{"role":"user","content":[{"type":"text","text":"Hi \\"you\\" \ud83d\ude00"}]},
                             {"role":"assistant","content":[{"type":"text","text":"Hello"}]},
                             {"role":"user","content":[{"type":"text","text":"Bye"}]}],
                 "temperature":0.5,"stop_sequences":["END"],"output_config":{"effort":"low"},
                 "metadata":{"user_id":"u1"}}""");
        assertThat(MessagesRequest.of(MODEL, request).adapted()).isEmpty();
    }

    @Test
    void aBareRequestHasModelLimitAndMessagesOnly() {
        assertThat(written(MODEL, ChatRequest.of("Hello")))
                .isEqualTo("{\"model\":\"claude-sonnet-4-6\",\"max_tokens\":16384,\"messages\":[{\"role\":\"user\","
                        + "\"content\":[{\"type\":\"text\",\"text\":\"Hello\"}]}]}");
    }

    @ParameterizedTest
    @CsvSource({
        "claude-3-haiku-20240307, 4096",
        "claude-3-5-sonnet-20241022, 8192",
        "claude-opus-4-20250514, 16384",
        "claude-haiku-4-5, 16384",
        "claude-fable-5, 16384",
        "claude-mythos-preview, 16384",
        "anthropic/claude-opus-4.8, 16384",
        "us.anthropic.claude-sonnet-4-6-v1:0, 16384",
        "kimi-k3, 4096",
    })
    void theTokenLimitThatMustBeSentFitsTheModel(String model, int limit) {
        assertThat(JSON.readTree(written(model, ChatRequest.of("Hi")))
                        .get("max_tokens")
                        .asInt())
                .isEqualTo(limit);
    }

    @Test
    void anExtraFieldReplacesOneOfOurs() {
        ChatRequest.Builder request = ChatRequest.builder()
                .user("Hi")
                .system("s")
                .temperature(2)
                .topP(0.5)
                .maxOutputTokens(5)
                .seed(7)
                .stop("x")
                .tools(WEATHER)
                .toolChoice(ToolChoice.REQUIRED)
                .reasoningEffort("minimal")
                .responseFormat(ResponseFormat.json());
        for (String field : List.of(
                "model",
                "max_tokens",
                "system",
                "messages",
                "temperature",
                "top_p",
                "seed",
                "stop_sequences",
                "tools",
                "tool_choice",
                "output_config")) {
            request.extra(field, "own");
        }
        request.extra("stream", true);
        assertJson(sent(request.build()), """
                {"model":"own","max_tokens":"own","system":"own","messages":"own","temperature":"own","top_p":"own",
                 "seed":"own","stop_sequences":"own","tools":"own","tool_choice":"own","output_config":"own"}""");
        assertThat(MessagesRequest.of(MODEL, request.build()).adapted()).isEmpty();
    }

    // --- messages

    @Test
    void severalSystemMessagesAreBlocksInFrontAndOneFromTheMiddleIsTold() {
        ChatRequest request = ChatRequest.builder()
                .system("a")
                .system(" ")
                .user("Hi")
                .system("b")
                .build();
        JsonNode sent = sent(request);
        assertJson(sent.get("system"), """
                [{"type":"text","text":"a"},{"type":"text","text":"b"}]""");
        assertJson(sent.get("messages"), """
                [{"role":"user","content":[{"type":"text","text":"Hi"}]}]""");
        assertThat(MessagesRequest.of(MODEL, request).adapted())
                .containsExactly(
                        "a system message in the middle of the conversation was put before it: Anthropic takes "
                                + "them there only");
    }

    @Test
    void toolResultsAndWhatThePersonThenSaysAreOneTurnWithTheResultsFirst() {
        ToolCall one = ToolCall.of("toolu_1", "weather", "{\"city\": \"Paris\"}");
        ToolCall two = ToolCall.of("toolu_2", "weather", "");
        assertJson(
                messages(
                        Message.user("Hi"),
                        Message.user("there"),
                        Message.assistant("", List.of(one, two)),
                        Message.toolResult(one, "rain"),
                        Message.user("And?"),
                        Message.toolResult(two, ""),
                        Message.assistant("So"),
                        Message.assistant("wet."),
                        Message.user("Thanks")),
                """
                [{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"text","text":"there"}]},
                 {"role":"assistant","content":[
                   {"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Paris"}},
                   {"type":"tool_use","id":"toolu_2","name":"weather","input":{}}]},
                 {"role":"user","content":[
                   {"type":"tool_result","tool_use_id":"toolu_1","content":"rain"},
                   {"type":"tool_result","tool_use_id":"toolu_2"},
                   {"type":"text","text":"And?"}]},
                 {"role":"assistant","content":[{"type":"text","text":"So"},{"type":"text","text":"wet."}]},
                 {"role":"user","content":[{"type":"text","text":"Thanks"}]}]""");
    }

    @Test
    void imagesAndFilesAreBlocks() {
        byte[] bytes = {1, 2, 3};
        assertJson(
                messages(Message.user(
                        Part.text("See"),
                        Part.image("https://example.com/cat.png"),
                        Part.image("image/jpg", bytes),
                        Part.file("a.pdf", "application/pdf", bytes),
                        Part.file("n.csv", "text/csv", "a;\u00e9".getBytes(StandardCharsets.UTF_8)))),
                """
                [{"role":"user","content":[
                  {"type":"text","text":"See"},
                  {"type":"image","source":{"type":"url","url":"https://example.com/cat.png"}},
                  {"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"AQID"}},
                  {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AQID"},"title":"a.pdf"},
                  {"type":"document","source":{"type":"text","media_type":"text/plain","data":"a;\u00e9"},"title":"n.csv"}
                ]}]""");
    }

    @Test
    void textsOfWhiteSpaceAreNotSent() {
        assertJson(
                messages(
                        Message.user("Hi"),
                        Message.assistant(""),
                        Message.user(Part.text(" "), Part.text("you")),
                        Message.assistant("Hello there \n")),
                """
                [{"role":"user","content":[{"type":"text","text":"Hi"}]},
                 {"role":"user","content":[{"type":"text","text":"you"}]},
                 {"role":"assistant","content":[{"type":"text","text":"Hello there"}]}]""");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | {}",
                "' ' | {}",
                "{} | {}",
                "{\"a\":[1.50, null]} | {\"a\":[1.50,null]}",
                "{\"a\": | {\"arguments\":\"{\\\"a\\\":\"}",
                "{} {} | {\"arguments\":\"{} {}\"}",
                "[1] | {\"arguments\":\"[1]\"}",
                "7 | {\"arguments\":\"7\"}",
            })
    void theArgumentsOfAToolCallAreAnObjectWhateverTheModelWrote(String arguments, String input) {
        ToolCall call = ToolCall.of("t", "f", arguments);
        JsonNode block = messages(Message.user("Hi"), Message.assistant("", List.of(call)))
                .get(1)
                .get("content")
                .get(0);
        assertJson(block.get("input"), input);
    }

    @Test
    void idsThatAnthropicRefusesAreReplacedInTheCallAndItsResult() {
        ToolCall dotted = ToolCall.of("functions.f:0", "f", "{}");
        ToolCall again = ToolCall.of("functions.f:0", "f", "{\"n\":2}");
        ToolCall bare = ToolCall.of("", "f", "{}");
        ToolCall bareToo = ToolCall.of("", "g", "{}");
        JsonNode turns = messages(
                Message.user("Hi"),
                Message.assistant("", List.of(dotted)),
                Message.toolResult(dotted, "1"),
                Message.assistant("", List.of(again, bare, bareToo)),
                Message.toolResult(bareToo, "g"),
                Message.toolResult(again, "2"),
                Message.toolResult(bare, "f"));
        assertThat(turns.get(1).at("/content/0/id").asString()).isEqualTo("functions_f_0");
        assertThat(turns.get(2).at("/content/0/tool_use_id").asString()).isEqualTo("functions_f_0");
        assertThat(turns.get(3)
                        .get("content")
                        .valueStream()
                        .map(block -> block.get("id").asString()))
                .containsExactly("functions_f_0_2", "call", "call_2");
        assertThat(turns.get(4)
                        .get("content")
                        .valueStream()
                        .map(block -> block.get("tool_use_id").asString() + " "
                                + block.get("content").asString()))
                .containsExactly("call_2 g", "functions_f_0_2 2", "call f");
    }

    // --- tools and formats

    @Test
    void toolsHaveASchemaThatIsAnObjects() {
        JsonNode sent = sent(ChatRequest.builder()
                .user("Hi")
                .tools(WEATHER, Tool.function("now", "", Map.of()))
                .build());
        assertJson(sent.get("tools"), """
                [{"name":"weather","description":"Tells the weather.","input_schema":{"type":"object","properties":{}}},
                 {"name":"now","input_schema":{"type":"object","properties":{}}}]""");
        assertThat(sent.has("tool_choice")).isFalse();
    }

    @Test
    void theToolChoiceHasAnthropicsWords() {
        assertJson(choice(ToolChoice.AUTO, true), "{\"type\":\"auto\"}");
        assertJson(choice(ToolChoice.REQUIRED, true), "{\"type\":\"any\"}");
        assertJson(choice(ToolChoice.NONE, false), "{\"type\":\"none\"}");
        assertJson(
                choice(ToolChoice.tool("weather"), false),
                "{\"type\":\"tool\",\"name\":\"weather\",\"disable_parallel_tool_use\":true}");
        assertJson(
                sent(ChatRequest.builder()
                                .user("Hi")
                                .tools(WEATHER)
                                .parallelToolCalls(false)
                                .build())
                        .get("tool_choice"),
                "{\"type\":\"auto\",\"disable_parallel_tool_use\":true}");
    }

    private static JsonNode choice(ToolChoice choice, boolean parallel) {
        return sent(ChatRequest.builder()
                        .user("Hi")
                        .tools(WEATHER)
                        .toolChoice(choice)
                        .parallelToolCalls(parallel)
                        .build())
                .get("tool_choice");
    }

    @Test
    void aJsonSchemaIsPartOfTheOutputConfig() {
        ChatRequest request = ChatRequest.builder()
                .user("Hi")
                .reasoningEffort("high")
                .responseFormat(ResponseFormat.jsonSchema("city", Map.of("type", "object")))
                .build();
        assertJson(sent(request).get("output_config"), """
                {"effort":"high","format":{"type":"json_schema","schema":{"type":"object"}}}""");
    }

    // --- what cannot be sent as it is asked

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "claude-sonnet-4-6 | 1.5 | 1.0 | temperature 1.5 became 1.0, the highest that claude-sonnet-4-6 takes",
                "claude-3-opus-20240229 | 0.2 | 0.2 |",
                "claude-opus-4-7 | 0.2 | | temperature 0.2 was left out: claude-opus-4-7 takes none",
                "claude-sonnet-5 | 1.5 | | temperature 1.5 was left out: claude-sonnet-5 takes none",
                "claude-sonnet-5 | 1.0 | |",
                "kimi-k3 | 0.2 | 0.2 |",
            })
    void aTemperatureIsFittedToTheModel(String model, double asked, Double sent, String told) {
        ChatRequest.Builder request = ChatRequest.builder().user("Hi").temperature(asked);
        JsonNode node = JSON.readTree(written(model, request.build())).get("temperature");
        assertThat(node == null ? null : node.asDouble()).isEqualTo(sent);
        assertThat(adapted(model, request)).isEqualTo(told == null ? List.of() : List.of(told));
    }

    @Test
    void topPGivesWayToTheTemperature() {
        ChatRequest.Builder both =
                ChatRequest.builder().user("Hi").temperature(0.2).topP(0.9);
        assertThat(JSON.readTree(written(MODEL, both.build())).has("top_p")).isFalse();
        assertThat(JSON.readTree(written("kimi-k3", both.build())).has("top_p")).isTrue();
        assertThat(adapted(MODEL, both))
                .containsExactly("top_p 0.9 was left out: claude-sonnet-4-6 takes none beside a temperature");
        assertThat(adapted("claude-opus-4-8", ChatRequest.builder().topP(0.9)))
                .containsExactly("top_p 0.9 was left out: claude-opus-4-8 takes none");
        assertThat(adapted(MODEL, ChatRequest.builder().topP(0.9))).isEmpty();
    }

    @Test
    void aModelThatThinksTakesNoTemperature() {
        ChatRequest.Builder request =
                ChatRequest.builder().temperature(0.2).topP(0.9).extra("thinking", Map.of("type", "adaptive"));
        assertThat(adapted(MODEL, request))
                .containsExactly(
                        "temperature 0.2 was left out: the model takes none while it thinks",
                        "top_p 0.9 was left out: the model takes none below 0.95 while it thinks");
        assertThat(sent(request.build()).has("temperature")).isFalse();
        assertThat(adapted(MODEL, ChatRequest.builder().temperature(0.2).extra("thinking", Map.of("type", "disabled"))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "claude-opus-4-5 | high | high |",
                "claude-opus-4-6 | max | max |",
                "claude-opus-4-5 | max | high | the reasoning effort max became high: claude-opus-4-5 does not know it",
                "claude-opus-4-8 | xhigh | xhigh |",
                "claude-sonnet-5 | medium | medium |",
                "claude-sonnet-4-6 | xhigh | high | the reasoning effort xhigh became high: claude-sonnet-4-6 does not know it",
                "claude-sonnet-4-6 | minimal | low | the reasoning effort minimal became low: claude-sonnet-4-6 does not know it",
                "claude-haiku-4-5 | low | | the reasoning effort low was left out: claude-haiku-4-5 takes none",
                "claude-sonnet-4-5 | low | | the reasoning effort low was left out: claude-sonnet-4-5 takes none",
                "kimi-k3 | low | low |",
            })
    void anEffortIsFittedToTheModel(String model, String asked, String sent, String told) {
        ChatRequest.Builder request = ChatRequest.builder().user("Hi").reasoningEffort(asked);
        JsonNode node = JSON.readTree(written(model, request.build())).at("/output_config/effort");
        assertThat(node.isMissingNode() ? null : node.asString()).isEqualTo(sent);
        assertThat(adapted(model, request)).isEqualTo(told == null ? List.of() : List.of(told));
    }

    @Test
    void whatAnthropicDoesNotHaveIsTold() {
        assertThat(adapted(MODEL, ChatRequest.builder().seed(7)))
                .containsExactly("the seed was left out: claude-sonnet-4-6 takes none");
        assertThat(adapted(MODEL, ChatRequest.builder().responseFormat(ResponseFormat.json())))
                .containsExactly("the format JSON was left to the messages: claude-sonnet-4-6 cannot be held to it");
        assertThat(adapted(
                        "claude-opus-4-20250514",
                        ChatRequest.builder().responseFormat(ResponseFormat.jsonSchema("n", Map.of()))))
                .containsExactly(
                        "the JSON schema was put into the messages: claude-opus-4-20250514 cannot be held to one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", " ", "\n\n"})
    void aStopTextOfWhiteSpaceIsLeftOut(String stop) {
        ChatRequest.Builder request = ChatRequest.builder().user("Hi").stop(stop, "END");
        assertJson(sent(request.build()).get("stop_sequences"), "[\"END\"]");
        assertThat(adapted(MODEL, request))
                .containsExactly("a stop text of white space was left out: Anthropic takes none");
    }

    @Test
    void theConversationIsNotShown() {
        assertThat(MessagesRequest.of(MODEL, ChatRequest.of("s3cret")))
                .hasToString("MessagesRequest{claude-sonnet-4-6, ChatRequest{1 message}}");
    }

    // --- what the model thought

    @Test
    void whatWasThoughtBeforeACallGoesBackUnchangedAndFirst() {
        String first = "{\"type\":\"thinking\",\"thinking\":\"a\",\"signature\":\"c2ln\"}";
        String hidden = "{\"type\":\"redacted_thinking\",\"data\":\"RW5j\"}";
        ToolCall one = ToolCall.of("toolu_1", "weather", "{}").thoughtSignature("[" + first + "," + hidden + "]");
        ToolCall two = ToolCall.of("toolu_2", "weather", "{}").thoughtSignature("[" + first + "]");
        ChatRequest request = ChatRequest.builder()
                .user("Hi")
                .message(Message.assistant("I look.", List.of(one, two)))
                .message(Message.toolResult(one, "sun"))
                .message(Message.toolResult(two, "rain"))
                .build();
        assertThat(written(MODEL, request))
                .contains("\"content\":[" + first + "," + hidden + ",{\"type\":\"text\",\"text\":\"I look.\"},"
                        + "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"weather\",\"input\":{}}," + first
                        + ",{\"type\":\"tool_use\",\"id\":\"toolu_2\"");
    }

    private static ChatRequest.Builder thinkingTurn(String thoughts) {
        ToolCall call = ToolCall.of("call_1", "weather", "{}").thoughtSignature(thoughts);
        return ChatRequest.builder()
                .user("Hi")
                .message(Message.assistant("", List.of(call)))
                .message(Message.toolResult(call, "sun"))
                .temperature(0.2)
                .extra("thinking", Map.of("type", "enabled", "budget_tokens", 1_024));
    }

    /** The API refuses it: "When thinking is enabled, a final assistant message must start with a thinking block". */
    @Test
    void aTurnWhoseToolsWereCalledAtAnotherProviderGoesOnWithoutThinking() {
        ChatRequest moved = thinkingTurn("").build();
        assertThat(sent(moved).at("/thinking/type").asString()).isEqualTo("disabled");
        assertThat(sent(moved).at("/thinking").size()).isEqualTo(1);
        assertThat(sent(moved).at("/temperature").asDouble()).isEqualTo(0.2);
        assertThat(MessagesRequest.of(MODEL, moved).adapted())
                .containsExactly("thinking was switched off: the tools of this turn were called without it");
        assertThat(sent(thinkingTurn("c2VhbA==").build()).at("/thinking/type").asString())
                .as("sealed by another provider")
                .isEqualTo("disabled");

        String own = "[{\"type\":\"thinking\",\"thinking\":\"a\",\"signature\":\"c2ln\"}]";
        assertThat(sent(thinkingTurn(own).build()).at("/thinking/type").asString())
                .isEqualTo("enabled");
        assertThat(sent(thinkingTurn("").user("And now?").build())
                        .at("/thinking/type")
                        .asString())
                .as("a new turn thinks again")
                .isEqualTo("enabled");
        assertThat(sent(thinkingTurn("")
                                .extra("thinking", Map.of("type", "adaptive"))
                                .build())
                        .at("/thinking/type")
                        .asString())
                .as("takes turns that began without")
                .isEqualTo("adaptive");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c2VhbA==", "[{\"type\":\"thinking\"", "[]", "[1],\"a\":[2]"})
    void whatIsAnothersOrNoJsonIsNotSent(String seal) {
        ToolCall call = ToolCall.of("toolu_1", "weather", "{}").thoughtSignature(seal);
        ChatRequest request = ChatRequest.builder()
                .user("Hi")
                .message(Message.assistant("", List.of(call)))
                .message(Message.toolResult(call, "sun"))
                .build();
        assertThat(sent(request).at("/messages/1/content")).hasSize(1);
    }
}
