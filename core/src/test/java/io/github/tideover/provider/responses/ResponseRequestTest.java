package io.github.tideover.provider.responses;

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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ResponseRequestTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Tool WEATHER = Tool.function("weather", "Tells the weather.", Map.of("type", "object"));

    private static String written(ResponseRequest body, boolean stream) {
        RequestBody json = Json.body(out -> body.write(out, stream));
        Buffer buffer = new Buffer();
        try {
            json.writeTo(buffer);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return buffer.readUtf8();
    }

    private static JsonNode sent(ChatRequest request) {
        return JSON.readTree(written(ResponseRequest.of("gpt-1", request), false));
    }

    private static JsonNode input(Message... messages) {
        return sent(ChatRequest.builder().messages(List.of(messages)).build()).get("input");
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
                .topP(0.75)
                .maxOutputTokens(100)
                .reasoningEffort("low")
                .tenant("never sent")
                .timeout(Duration.ofSeconds(3))
                .extra("metadata", Map.of("a", "b"))
                .build();
        assertJson(sent(request), """
                {"model":"gpt-1","instructions":"Be brief.",
                 "input":[{"role":"user","content":"Hi \\"you\\" \ud83d\ude00"},
                          {"role":"assistant","content":"Hello"},
                          {"role":"user","content":"Bye"}],
                 "temperature":0.5,"top_p":0.75,"max_output_tokens":100,"reasoning":{"effort":"low"},
                 "store":false,"metadata":{"a":"b"}}""");
        assertThat(ResponseRequest.of("gpt-1", request).adapted()).isEmpty();
    }

    @Test
    void aBareRequestHasModelAndInputAndAsksThatNothingBeStored() {
        ResponseRequest hello = ResponseRequest.of("gpt-1", ChatRequest.of("Hello"));
        String expected = "{\"model\":\"gpt-1\",\"input\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"store\":false";
        assertThat(written(hello, false)).isEqualTo(expected + "}");
        assertThat(written(hello, true)).isEqualTo(expected + ",\"stream\":true}");
    }

    @Test
    void whatIsWrittenInTheBackgroundIsStored() {
        ResponseRequest hello = ResponseRequest.of("gpt-1", ChatRequest.of("Hello"));
        assertThat(hello.isBackground()).isFalse();
        assertThat(hello.background(true).isBackground()).isTrue();
        assertThat(written(hello.background(true), true))
                .endsWith(",\"store\":true,\"background\":true,\"stream\":true}");
        ResponseRequest inOwnWords = ResponseRequest.of(
                "gpt-1",
                ChatRequest.builder().user("Hello").extra("background", true).build());
        assertThat(inOwnWords.isBackground()).isTrue();
        assertThat(written(inOwnWords, false)).endsWith(",\"store\":true,\"background\":true}");
    }

    @ParameterizedTest
    @CsvSource({
        "model",
        "instructions",
        "input",
        "temperature",
        "top_p",
        "max_output_tokens",
        "reasoning",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "text",
        "store",
    })
    void anExtraFieldReplacesOneOfOurs(String field) {
        ChatRequest request = ChatRequest.builder()
                .system("s")
                .user("Hi")
                .temperature(1)
                .topP(1)
                .maxOutputTokens(1)
                .reasoningEffort("low")
                .tools(WEATHER)
                .toolChoice(ToolChoice.AUTO)
                .parallelToolCalls(true)
                .responseFormat(ResponseFormat.jsonSchema("x", Map.of("type", "object")))
                .build();
        String own = written(
                ResponseRequest.of(
                        "gpt-1", request.toBuilder().extra(field, "mine").build()),
                false);
        assertThat(own.split("\"" + field + "\":\"mine\"", -1)).hasSize(2);
        assertThat(JSON.readTree(own).get(field).asString()).isEqualTo("mine");
        assertThat(JSON.readTree(own).propertyNames())
                .hasSameElementsAs(sent(request).propertyNames());
    }

    @Test
    void whetherToStreamIsNotTheRequestsToSay() {
        ChatRequest request =
                ChatRequest.builder().user("Hi").extra("stream", true).build();
        assertThat(sent(request).has("stream")).isFalse();
    }

    // --- what the API lacks

    @Test
    void whatTheApiLacksIsLeftOutAndSaidSo() {
        ChatRequest request =
                ChatRequest.builder().user("Hi").stop("END").seed(7).build();
        assertThat(ResponseRequest.of("gpt-1", request).adapted())
                .containsExactly(
                        "the seed was left out: gpt-1 takes none", "the stop texts were left out: gpt-1 takes none");
        assertThat(sent(request).propertyNames()).containsExactly("model", "input", "store");
        ChatRequest own = request.toBuilder().extra("stop", "END").build();
        assertThat(ResponseRequest.of("gpt-1", own).adapted())
                .containsExactly("the seed was left out: gpt-1 takes none");
        assertThat(sent(own).get("stop").asString()).isEqualTo("END");
    }

    // --- the conversation

    @Test
    void theFirstSystemMessageIsTheInstructionsAndOthersStayWhereTheyAre() {
        ChatRequest request = ChatRequest.builder()
                .system("one")
                .system("two")
                .user("Hi")
                .system("three")
                .build();
        assertThat(sent(request).get("instructions").asString()).isEqualTo("one");
        assertJson(sent(request).get("input"), """
                [{"role":"system","content":"two"},{"role":"user","content":"Hi"},{"role":"system","content":"three"}]""");
        ChatRequest alone = ChatRequest.builder().system("one").build();
        assertJson(sent(alone), """
                {"model":"gpt-1","input":[{"role":"system","content":"one"}],"store":false}""");
        ChatRequest empty = ChatRequest.builder().system("").user("Hi").build();
        assertThat(sent(empty).has("instructions")).isFalse();
    }

    @Test
    void imagesAndFilesAreParts() {
        byte[] bytes = "abc".getBytes(StandardCharsets.UTF_8);
        assertJson(
                input(Message.user(
                        Part.text("Look"),
                        Part.image("https://example.com/a.png"),
                        Part.image("image/png", bytes),
                        Part.file("a.pdf", "application/pdf", bytes))),
                """
                [{"role":"user","content":[
                  {"type":"input_text","text":"Look"},
                  {"type":"input_image","image_url":"https://example.com/a.png","detail":"auto"},
                  {"type":"input_image","image_url":"data:image/png;base64,YWJj","detail":"auto"},
                  {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,YWJj"}]}]""");
    }

    @Test
    void aToolCallAndItsResultAreItemsOfTheirOwn() {
        ToolCall paris = ToolCall.of("call_1", "weather", "{\"city\":\"Paris\"}");
        ToolCall now = ToolCall.of("call_2", "now", "");
        assertJson(
                input(
                        Message.user("Hi"),
                        Message.assistant("I look.", List.of(paris, now)),
                        Message.toolResult(paris, "Rain"),
                        Message.toolResult(now, ""),
                        Message.assistant("", List.of(ToolCall.of("call_3", "now", "{\"cut")))),
                """
                [{"role":"user","content":"Hi"},
                 {"role":"assistant","content":"I look."},
                 {"type":"function_call","call_id":"call_1","name":"weather","arguments":"{\\"city\\":\\"Paris\\"}"},
                 {"type":"function_call","call_id":"call_2","name":"now","arguments":"{}"},
                 {"type":"function_call_output","call_id":"call_1","output":"Rain"},
                 {"type":"function_call_output","call_id":"call_2","output":""},
                 {"type":"function_call","call_id":"call_3","name":"now","arguments":"{\\"cut"}]""");
    }

    @Test
    void idsOfOtherProvidersAreMadeToFit() {
        String longId = "x".repeat(100);
        ToolCall first = ToolCall.of(longId, "f", "{}");
        ToolCall second = ToolCall.of(longId, "g", "{}");
        ToolCall none = ToolCall.of("", "h", "{}");
        JsonNode items = input(
                Message.user("Hi"),
                Message.assistant("", List.of(first, second, none)),
                Message.toolResult(first, "1"),
                Message.toolResult(second, "2"),
                Message.toolResult(none, "3"));
        String plain = "x".repeat(64);
        String other = "x".repeat(62) + "_2";
        assertThat(items.findValuesAsString("call_id")).containsExactly(plain, other, "call", plain, other, "call");
    }

    // --- tools and formats

    @Test
    void toolsAreFlatAndNotStrictUnlessTheApplicationSaysSo() {
        ChatRequest request = ChatRequest.builder()
                .user("Hi")
                .tools(WEATHER)
                .toolChoice(ToolChoice.tool("weather"))
                .parallelToolCalls(false)
                .build();
        assertJson(sent(request), """
                {"model":"gpt-1","input":[{"role":"user","content":"Hi"}],
                 "tools":[{"type":"function","name":"weather","description":"Tells the weather.",
                           "parameters":{"type":"object","properties":{}},"strict":false}],
                 "tool_choice":{"type":"function","name":"weather"},"parallel_tool_calls":false,"store":false}""");
        assertThat(sent(request.toBuilder().toolChoice(ToolChoice.REQUIRED).build())
                        .get("tool_choice")
                        .asString())
                .isEqualTo("required");
    }

    @Test
    void aSchemaIsTheFormatOfTheText() {
        ChatRequest request = ChatRequest.builder()
                .system("s")
                .user("Hi")
                .responseFormat(ResponseFormat.jsonSchema("order", Map.of("type", "object")))
                .build();
        assertJson(sent(request).get("text"), """
                {"format":{"type":"json_schema","name":"order","schema":{"type":"object"},"strict":true}}""");
        assertThat(sent(request).has("instructions")).isTrue();
    }

    @Test
    void theWordJsonIsPutWhereItIsLookedFor() {
        ChatRequest request = ChatRequest.builder()
                .system("Answer in JSON.")
                .user("Hi")
                .responseFormat(ResponseFormat.json())
                .build();
        assertJson(sent(request), """
                {"model":"gpt-1","input":[{"role":"system","content":"Answer in JSON."},{"role":"user","content":"Hi"}],
                 "text":{"format":{"type":"json_object"}},"store":false}""");
    }

    @Test
    void aLogHoldsNoText() {
        ResponseRequest request = ResponseRequest.of("gpt-1", ChatRequest.of("secret"));
        assertThat(request.toString()).contains("gpt-1").doesNotContain("secret");
        assertThat(request.background(true).toString()).endsWith(", in the background}");
        assertThat(request.model()).isEqualTo("gpt-1");
        assertThat(request.request()).isNotNull();
    }
}
