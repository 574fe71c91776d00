package io.github.tideover.provider.gemini;

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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GenerateContentRequestTest {
    private static final String NEW = "gemini-3-flash-preview";
    private static final Tool WEATHER =
            Tool.function("weather", "Tells the weather.", Map.of("type", "object", "additionalProperties", false));

    private static final Tool NOW = Tool.function("now", "", Map.of());
    private static final ToolCall CALL = ToolCall.of("c1", "weather", "{\"city\": \"Bern\"}");

    private static ChatRequest.Builder hello() {
        return ChatRequest.builder().user("Hello");
    }

    private static JsonNode tree(String json) {
        return JsonMapper.builder().build().readTree(json);
    }

    private static JsonNode written(GenerateContentRequest request) {
        Buffer buffer = new Buffer();
        try {
            Json.body(request::write).writeTo(buffer);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return tree(buffer.readUtf8());
    }

    private static JsonNode written(ChatRequest request) {
        return written(GenerateContentRequest.of(NEW, request));
    }

    private static JsonNode contents(Message... messages) {
        return written(ChatRequest.builder().messages(List.of(messages)).build())
                .get("contents");
    }

    private static List<String> adapted(String model, ChatRequest.Builder request) {
        return GenerateContentRequest.of(model, request.build()).adapted();
    }

    // --- the conversation

    @Test
    void aRequestIsWrittenAsGeminiWantsIt() {
        ChatRequest request = ChatRequest.builder()
                .system("Be brief.")
                .system("Be kind.")
                .user("Hi \"you\" \ud83d\ude00 / \u00e9")
                .assistant("Hello")
                .user("Bye")
                .temperature(0.5)
                .topP(0.9)
                .maxOutputTokens(100)
                .seed(7)
                .stop("END", "STOP")
                .reasoningEffort("low")
                .tenant("never sent")
                .timeout(Duration.ofSeconds(3))
                .extra("safetySettings", List.of(Map.of("category", "HARM_CATEGORY_HARASSMENT", "threshold", "OFF")))
                .build();
        assertThat(written(request)).isEqualTo(tree("""
                {"systemInstruction":{"parts":[{"text":"Be brief."},{"text":"Be kind."}]},
                 "contents":[{"role":"user","parts":[{"text":"Hi \\"you\\" \ud83d\ude00 / \u00e9"}]},
                   {"role":"model","parts":[{"text":"Hello"}]},{"role":"user","parts":[{"text":"Bye"}]}],
                 "generationConfig":{"temperature":0.5,"topP":0.9,"maxOutputTokens":100,"seed":7,
                   "stopSequences":["END","STOP"],"thinkingConfig":{"thinkingLevel":"LOW"}},
                 "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"}]}"""));
        assertThat(adapted(NEW, request.toBuilder())).isEmpty();
    }

    @Test
    void aBareRequestHasContentsOnly() {
        assertThat(written(ChatRequest.of("Hello")))
                .isEqualTo(tree("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hello\"}]}]}"));
    }

    @Test
    void messagesOfOneRoleThatFollowEachOtherAreOneContent() {
        assertThat(contents(
                        Message.user("a"),
                        Message.user("b"),
                        Message.assistant("c"),
                        Message.system("s"),
                        Message.assistant("d"),
                        Message.user("e")))
                .isEqualTo(tree("""
                        [{"role":"user","parts":[{"text":"a"},{"text":"b"}]},
                         {"role":"model","parts":[{"text":"c"},{"text":"d"}]},{"role":"user","parts":[{"text":"e"}]}]"""));
    }

    @Test
    void emptyTextsArePassedOver() {
        assertThat(contents(Message.user("a"), Message.assistant(""), Message.user(Part.text(""), Part.text("b"))))
                .isEqualTo(tree("[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"},{\"text\":\"b\"}]}]"));
        assertThat(contents(Message.user(""))).isEqualTo(tree("[{\"role\":\"user\",\"parts\":[{\"text\":\"\"}]}]"));
    }

    @Test
    void lateSystemMessagesGoToTheBeginningAndTheReplyTells() {
        ChatRequest.Builder request = ChatRequest.builder().user("a").system("s");
        assertThat(written(request.build()).get("systemInstruction")).isEqualTo(tree("{\"parts\":[{\"text\":\"s\"}]}"));
        assertThat(adapted(NEW, request)).singleElement().asString().startsWith("Gemini takes system messages at the");
    }

    @Test
    void systemMessagesAloneAreAskedAsTheUser() {
        ChatRequest.Builder request = ChatRequest.builder().system("s");
        assertThat(written(request.build()))
                .isEqualTo(tree("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"s\"}]}]}"));
        assertThat(adapted(NEW, request)).singleElement().asString().contains("system messages alone");
    }

    @Test
    void imagesAndFilesAreSentInline() {
        assertThat(contents(Message.user(
                        Part.text("What is this?"),
                        Part.image("image/png", new byte[] {1, 2, 3}),
                        Part.file("a.pdf", "application/pdf", new byte[] {4}))))
                .isEqualTo(tree("""
                        [{"role":"user","parts":[{"text":"What is this?"},
                          {"inlineData":{"mimeType":"image/png","data":"AQID"}},
                          {"inlineData":{"mimeType":"application/pdf","data":"BA=="}}]}]"""));
        assertThat(adapted(
                        NEW,
                        ChatRequest.builder()
                                .message(Message.user(Part.file("a.pdf", "application/pdf", new byte[1])))))
                .containsExactly("Gemini takes no names of files; they were left out.");
    }

    @ParameterizedTest
    @CsvSource({
        "https://example.com/cat.PNG?size=2, image/png",
        "https://example.com/cat.jpg#top, image/jpeg",
        "https://example.com/cat.webp, image/webp",
        "https://example.com/cat, ",
        "https://example.com, ",
    })
    void anImageAtAnAddressIsForGeminiToFetch(String address, String type) {
        JsonNode data = contents(Message.user(Part.image(address)))
                .get(0)
                .get("parts")
                .get(0)
                .get("fileData");
        assertThat(data.get("fileUri").asString()).isEqualTo(address);
        assertThat(data.path("mimeType").asString(null)).isEqualTo(type);
    }

    // --- tools

    @Test
    void toolsAreDeclaredWithTheirJsonSchema() {
        assertThat(written(hello().tools(WEATHER, NOW).build()).get("tools")).isEqualTo(tree("""
                [{"functionDeclarations":[{"name":"weather","description":"Tells the weather.",
                  "parametersJsonSchema":{"type":"object","additionalProperties":false}},{"name":"now"}]}]"""));
    }

    @Test
    void aToolChoiceIsAMode() {
        ChatRequest.Builder request = hello().tools(WEATHER, NOW);
        assertThat(config(request.toolChoice(ToolChoice.AUTO))).isEqualTo(tree("{\"mode\":\"AUTO\"}"));
        assertThat(config(request.toolChoice(ToolChoice.NONE))).isEqualTo(tree("{\"mode\":\"NONE\"}"));
        assertThat(config(request.toolChoice(ToolChoice.REQUIRED))).isEqualTo(tree("{\"mode\":\"ANY\"}"));
        assertThat(config(request.toolChoice(ToolChoice.tool("now"))))
                .isEqualTo(tree("{\"mode\":\"ANY\",\"allowedFunctionNames\":[\"now\"]}"));
    }

    private static JsonNode config(ChatRequest.Builder request) {
        return written(request.build()).get("toolConfig").get("functionCallingConfig");
    }

    @Test
    void callsComeBackWithTheirSignatureAndResultsFollowTogether() {
        ToolCall signed = CALL.thoughtSignature("c2lnbmVk");
        ToolCall second = ToolCall.of("c2", "now", "");
        assertThat(contents(
                        Message.user("Weather?"),
                        Message.assistant("One moment.", List.of(signed, second)),
                        Message.toolResult(signed, " {\"sky\": \"grey\", \"at\": 1.50}\n"),
                        Message.toolResult(second, "12:00"),
                        Message.user("And?")))
                .isEqualTo(tree("""
                        [{"role":"user","parts":[{"text":"Weather?"}]},
                         {"role":"model","parts":[{"text":"One moment."},
                           {"functionCall":{"id":"c1","name":"weather","args":{"city":"Bern"}},"thoughtSignature":"c2lnbmVk"},
                           {"functionCall":{"id":"c2","name":"now","args":{}}}]},
                         {"role":"user","parts":[
                           {"functionResponse":{"id":"c1","name":"weather","response":{"sky":"grey","at":1.50}}},
                           {"functionResponse":{"id":"c2","name":"now","response":{"result":"12:00"}}},
                           {"text":"And?"}]}]"""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-3-flash-preview", "gemini-3.5-pro", "gemini-flash-latest", "models/gemini-10-pro"})
    void callsOfAnotherModelSayThatTheyAreUnsigned(String model) {
        assertThat(firstCall(model).get("thoughtSignature").asString()).isEqualTo("skip_thought_signature_validator");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[{\"type\":\"thinking\",\"thinking\":\"a\",\"signature\":\"b\"}]", "\"I am thinking\""})
    void whatAnotherProviderThoughtIsNoSignature(String thoughts) {
        ToolCall anothers = CALL.thoughtSignature(thoughts);
        assertThat(contents(
                                Message.user("Weather?"),
                                Message.assistant("", List.of(anothers)),
                                Message.toolResult(anothers, "grey"))
                        .toString())
                .doesNotContain("thinking");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "models/gemini-2.0-flash", "gemini-1.5-flash"})
    void olderModelsAskForNoSignature(String model) {
        assertThat(firstCall(model).has("thoughtSignature")).isFalse();
    }

    private static JsonNode firstCall(String model) {
        return written(GenerateContentRequest.of(
                        model,
                        hello().message(Message.assistant("", List.of(CALL)))
                                .message(Message.toolResult(CALL, "grey"))
                                .build()))
                .at("/contents/1/parts/0");
    }

    @Test
    void aCallWithoutAnIdIsMatchedByItsName() {
        ToolCall bare = ToolCall.of("", "now", "{}");
        JsonNode contents =
                contents(Message.user("a"), Message.assistant("", List.of(bare)), Message.toolResult(bare, "12:00"));
        assertThat(contents.at("/1/parts/0/functionCall")).isEqualTo(tree("{\"name\":\"now\",\"args\":{}}"));
        assertThat(contents.at("/2/parts/0/functionResponse"))
                .isEqualTo(tree("{\"name\":\"now\",\"response\":{\"result\":\"12:00\"}}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"city\": \"Be", "[1]", "\"x\"", "{} {}", "{'a':1}", "7"})
    void argumentsThatAreNoObjectAreLeftOutAndTheReplyTells(String arguments) {
        ToolCall cut = ToolCall.of("c", "weather", arguments);
        ChatRequest.Builder request = hello().message(Message.assistant("", List.of(cut, cut)));
        assertThat(written(request.build()).at("/contents/1/parts/0/functionCall/args"))
                .isEqualTo(tree("{}"));
        assertThat(adapted(NEW, request))
                .containsExactly("The arguments of a call of weather are no JSON object, and Gemini takes nothing else;"
                        + " they were left out.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "grey", "[1,2]", "{\"a\":", "{a}", "\ud83d"})
    void aResultThatIsNoObjectBecomesOne(String result) {
        JsonNode response = contents(Message.user("a"), Message.toolResult(CALL, result))
                .at("/0/parts/1/functionResponse/response");
        assertThat(response.size()).isEqualTo(1);
        assertThat(response.get("result").asString()).isEqualTo(result.replace('\ud83d', '\ufffd'));
    }

    // --- settings

    @Test
    void aFormatIsAMediaTypeAndASchema() {
        assertThat(written(hello().responseFormat(ResponseFormat.json()).build())
                        .get("generationConfig"))
                .isEqualTo(tree("{\"responseMimeType\":\"application/json\"}"));
        assertThat(written(hello().responseFormat(ResponseFormat.jsonSchema("city", Map.of("type", "object")))
                                .tools(NOW)
                                .build())
                        .get("generationConfig"))
                .isEqualTo(tree(
                        "{\"responseMimeType\":\"application/json\",\"responseJsonSchema\":{\"type\":\"object\"}}"));
    }

    @Test
    void anOlderModelKeepsItsToolsAndLosesTheFormat() {
        ChatRequest.Builder request = hello().tools(NOW).responseFormat(ResponseFormat.json());
        assertThat(written(GenerateContentRequest.of("gemini-2.5-flash", request.build()))
                        .has("generationConfig"))
                .isFalse();
        assertThat(adapted("gemini-2.5-flash", request))
                .containsExactly(
                        "the format JSON was left to the messages: gemini-2.5-flash cannot be held to it beside tools");
        assertThat(adapted("gemini-2.5-flash", hello().responseFormat(ResponseFormat.json())))
                .isEmpty();
    }

    @Test
    void anOlderModelWithToolsFindsTheSchemaInThePrompt() {
        ChatRequest.Builder request = hello().tools(NOW)
                .responseFormat(ResponseFormat.jsonSchema("city", Map.of("type", "object", "title", "City")));
        JsonNode body = written(GenerateContentRequest.of("gemini-2.5-flash", request.build()));
        assertThat(body.has("generationConfig")).isFalse();
        assertThat(body.get("systemInstruction").toString()).contains("City");
        assertThat(adapted("gemini-2.5-flash", request))
                .containsExactly(
                        "the JSON schema was put into the messages: gemini-2.5-flash cannot be held to one beside tools");
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-3-flash-preview, minimal, thinkingLevel, MINIMAL, false",
        "gemini-3-flash-preview, LOW, thinkingLevel, LOW, false",
        "gemini-3.5-flash, medium, thinkingLevel, MEDIUM, false",
        "gemini-3-pro-preview, medium, thinkingLevel, HIGH, true",
        "gemini-3.1-pro-preview, medium, thinkingLevel, MEDIUM, false",
        "gemini-flash-latest, high, thinkingLevel, HIGH, false",
        "gemini-3-flash-preview, xhigh, thinkingLevel, HIGH, true",
        "gemini-3-flash-preview, none, thinkingLevel, MINIMAL, true",
        "gemini-3.1-pro-preview, minimal, thinkingLevel, LOW, true",
        "gemini-3.1-pro-preview, none, thinkingLevel, LOW, true",
        "gemini-2.5-flash, minimal, thinkingBudget, 1024, false",
        "gemini-2.5-flash, low, thinkingBudget, 1024, false",
        "gemini-2.5-flash, medium, thinkingBudget, 8192, false",
        "gemini-2.5-flash, high, thinkingBudget, 24576, false",
        "gemini-2.5-flash, max, thinkingBudget, 24576, true",
        "gemini-2.5-flash-lite, none, thinkingBudget, 0, false",
        "gemini-2.5-pro, none, thinkingBudget, 128, true",
        "gemini-2.5-pro, -1, thinkingBudget, -1, false",
        "gemini-2.5-pro, 2048, thinkingBudget, 2048, false",
    })
    void aReasoningEffortIsALevelOrABudget(String model, String effort, String field, String value, boolean isAdapted) {
        ChatRequest.Builder request = hello().reasoningEffort(effort);
        JsonNode thinking =
                written(GenerateContentRequest.of(model, request.build())).at("/generationConfig/thinkingConfig");
        assertThat(thinking.size()).isEqualTo(1);
        assertThat(thinking.get(field).asString()).isEqualTo(value);
        assertThat(adapted(model, request)).hasSize(isAdapted ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-2.0-flash, low, the reasoning effort low was left out: gemini-2.0-flash takes none",
        "gemini-2.5-flash, gut, gemini-2.5-flash does not know the reasoning effort; it was left out.",
        "gemini-3-pro, gut, gemini-3-pro does not know the reasoning effort; it was left out.",
    })
    void aReasoningEffortThatMeansNothingIsLeftOutAndTheReplyTells(String model, String effort, String sentence) {
        ChatRequest.Builder request = hello().reasoningEffort(effort);
        assertThat(written(GenerateContentRequest.of(model, request.build())).has("generationConfig"))
                .isFalse();
        assertThat(adapted(model, request)).containsExactly(sentence);
    }

    @Test
    void whatGeminiCannotDoIsLeftOutAndTheReplyTells() {
        ChatRequest.Builder request =
                hello().tools(NOW).parallelToolCalls(false).seed(1L << 40).stop("1", "2", "3", "4", "5", "6");
        assertThat(written(request.build()).get("generationConfig"))
                .isEqualTo(tree("{\"stopSequences\":[\"1\",\"2\",\"3\",\"4\",\"5\"]}"));
        assertThat(adapted(NEW, request))
                .containsExactly(
                        "the stop texts after the first 5 were left out: " + NEW + " takes no more",
                        "that tools are called one at a time was left out: " + NEW
                                + " cannot be held to it and may wish for several",
                        "Gemini takes a seed of 32 bits; the seed is longer and was left out.");
        assertThat(adapted(NEW, hello().tools(NOW).parallelToolCalls(true).seed(-1)))
                .isEmpty();
    }

    // --- extra fields

    @Test
    void anExtraFieldReplacesOneOfOurs() {
        ChatRequest request = ChatRequest.builder()
                .system("s")
                .user("Hello")
                .tools(NOW)
                .toolChoice(ToolChoice.AUTO)
                .extra("contents", List.of())
                .extra("systemInstruction", Map.of())
                .extra("tools", List.of(Map.of("googleSearch", Map.of())))
                .extra("toolConfig", Map.of())
                .build();
        assertThat(written(request)).isEqualTo(tree("""
                {"contents":[],"systemInstruction":{},"tools":[{"googleSearch":{}}],"toolConfig":{}}"""));
    }

    @Test
    void anExtraConfigJoinsOurs() {
        ChatRequest request = hello().temperature(0.5)
                .seed(3)
                .extra("generationConfig", Map.of("seed", 4, "thinkingConfig", Map.of("includeThoughts", true)))
                .build();
        assertThat(written(request).get("generationConfig"))
                .isEqualTo(tree("{\"temperature\":0.5,\"seed\":4,\"thinkingConfig\":{\"includeThoughts\":true}}"));
        assertThat(written(hello().temperature(0.5)
                                .extra("generationConfig", "odd")
                                .build())
                        .get("generationConfig"))
                .isEqualTo(tree("\"odd\""));
    }

    @Test
    void neitherTextNorSignatureIsShown() {
        GenerateContentRequest request = GenerateContentRequest.of("models/" + NEW, ChatRequest.of("s3cret"));
        assertThat(request).hasToString("GenerateContentRequest{gemini-3-flash-preview, ChatRequest{1 message}}");
        assertThat(CALL.thoughtSignature("s3cret").toString()).doesNotContain("s3cret");
    }
}
