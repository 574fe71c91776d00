package io.github.tideover.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.wire.CutReplyException;
import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import mockwebserver3.junit5.StartStop;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import retrofit2.Call;
import retrofit2.Callback;
import retrofit2.Response;

/** The rules for both that Retrofit makes of the interface and that the engine uses. */
@Timeout(30)
@ParameterizedClass
@ValueSource(booleans = {false, true})
class OpenAiApiTest {
    private static final ChatCompletionRequest HELLO = ChatCompletionRequest.of("small-model", ChatRequest.of("Hello"));

    @StartStop
    final MockWebServer server = new MockWebServer();

    private final OkHttpClient http = new OkHttpClient.Builder()
            .connectionPool(new ConnectionPool())
            .readTimeout(Duration.ofSeconds(10))
            .build();

    private final boolean direct;

    OpenAiApiTest(boolean direct) {
        this.direct = direct;
    }

    private OpenAiApi api() {
        return direct
                ? new DirectOpenAiApi(
                        Transport.direct(http), server.url("/v1/"), Endpoint.headers("sk-key", Map.of()), 16 << 20)
                : OpenAiApi.create(server.url("/v1/").toString(), "sk-key", http);
    }

    // --- requests

    @Test
    void aRequestIsWrittenAsTheProviderWantsIt() throws Exception {
        ChatRequest request = ChatRequest.builder()
                .system("Be brief.")
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
                .extra("service_tier", "flex")
                .extra("metadata", Map.of("a", List.of(1, true)))
                .build();
        RecordedRequest sent = send(ChatCompletionRequest.of("small-model", request));

        assertThat(sent.getMethod()).isEqualTo("POST");
        assertThat(sent.getTarget()).isEqualTo("/v1/chat/completions");
        assertThat(sent.getBody().utf8()).isEqualTo("""
                {"model":"small-model","messages":[{"role":"system","content":"Be brief."},\
                {"role":"user","content":"Hi \\"you\\" \ud83d\ude00 / \u00e9"},{"role":"assistant","content":"Hello"},\
                {"role":"user","content":"Bye"}],"temperature":0.5,"top_p":0.9,"max_completion_tokens":100,"seed":7,\
                "stop":["END","STOP"],"reasoning_effort":"low","service_tier":"flex","metadata":{"a":[1,true]}}""");
        assertThat(sent.getHeaders().get("Content-Type")).isEqualTo("application/json");
        assertThat(sent.getHeaders().get("Content-Length"))
                .isEqualTo(Integer.toString(sent.getBody().size()));
        assertThat(sent.getHeaders().values("Authorization")).containsExactly("Bearer sk-key");
        assertThat(sent.getHeaders().values("Accept")).containsExactly("application/json");
        assertThat(sent.getHeaders().get("User-Agent")).startsWith("tideover/");
    }

    @Test
    void aBareRequestHasModelAndMessagesOnly() throws Exception {
        assertThat(send(HELLO).getBody().utf8())
                .isEqualTo("{\"model\":\"small-model\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}");
    }

    @Test
    void anExtraFieldReplacesOneOfOurs() throws Exception {
        ChatRequest request = ChatRequest.builder()
                .user("Hello")
                .temperature(0.5)
                .topP(0.5)
                .maxOutputTokens(5)
                .seed(5)
                .stop("x")
                .reasoningEffort("low")
                .extra("temperature", 1)
                .extra("top_p", 1)
                .extra("max_tokens", 1)
                .extra("seed", 1)
                .extra("stop", "y")
                .extra("reasoning_effort", "high")
                .extra("model", "other")
                .extra("messages", List.of())
                .build();
        assertThat(send(ChatCompletionRequest.of("small-model", request))
                        .getBody()
                        .utf8())
                .isEqualTo("{\"temperature\":1,\"top_p\":1,\"max_tokens\":1,\"seed\":1,\"stop\":\"y\","
                        + "\"reasoning_effort\":\"high\",\"model\":\"other\",\"messages\":[]}");
    }

    @Test
    void whetherToStreamIsTheMethodsToSay() throws Exception {
        ChatRequest request = ChatRequest.builder()
                .user("Hello")
                .extra("stream", true)
                .extra("messages", List.of())
                .build();
        assertThat(send(ChatCompletionRequest.of("m", request)).getBody().utf8())
                .isEqualTo("{\"model\":\"m\",\"messages\":[]}");

        server.enqueue(events("data: [DONE]\n\n"));
        api().stream(ChatCompletionRequest.of("m", request)).execute().body().close();
        RecordedRequest sent = server.takeRequest();
        assertThat(sent.getBody().utf8())
                .isEqualTo("{\"model\":\"m\",\"messages\":[],\"stream\":true,"
                        + "\"stream_options\":{\"include_usage\":true}}");
        assertThat(sent.getHeaders().values("Accept")).containsExactly("text/event-stream");
    }

    @Test
    void streamOptionsCanBeReplaced() throws Exception {
        ChatRequest request = ChatRequest.builder()
                .user("Hello")
                .extra("messages", List.of())
                .extra("stream_options", Map.of())
                .build();
        server.enqueue(events("data: [DONE]\n\n"));
        api().stream(ChatCompletionRequest.of("m", request)).execute().body().close();
        assertThat(server.takeRequest().getBody().utf8())
                .isEqualTo("{\"model\":\"m\",\"messages\":[],\"stream_options\":{},\"stream\":true}");
    }

    @Test
    void halfASurrogatePairIsReplaced() throws Exception {
        assertThat(send(ChatCompletionRequest.of("m", ChatRequest.of("cut \ud83d")))
                        .getBody()
                        .utf8())
                .isEqualTo("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"cut \ufffd\"}]}");
    }

    @Test
    void aPromptOf20MegabytesArrives() throws Exception {
        server.setBodyLimit(Long.MAX_VALUE);
        String text = "0123456789".repeat(2_000_000);
        RecordedRequest sent = send(ChatCompletionRequest.of("m", ChatRequest.of(text)));
        assertThat(sent.getBody().size()).isGreaterThan(20_000_000);
        assertThat(sent.getBody().utf8()).contains('"' + text + '"');
    }

    @Test
    void aServerWithoutAKeyIsSentNone() throws Exception {
        server.enqueue(json("{}"));
        OpenAiApi.createKeyless(server.url("/v1/").toString(), http)
                .complete(HELLO)
                .execute();
        assertThat(server.takeRequest().getHeaders().get("Authorization")).isNull();
    }

    @Test
    void addressAndKeyAreCheckedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiApi.create("https://api.openai.com/v1", "sk-key"))
                .withMessage("baseUrl must end in / or its last part is dropped: https://api.openai.com/v1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiApi.create("https://api.openai.com/v1/", " "))
                .withMessage("apiKey must not be blank; leave it out for a server that asks for none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiApi.createKeyless("api.openai.com/v1/"))
                .withMessageStartingWith("baseUrl is not an http(s) address");
    }

    @Test
    void noConversationIsShown() {
        assertThat(ChatCompletionRequest.of("m", ChatRequest.of("s3cret")).toString())
                .isEqualTo("ChatCompletionRequest{m, ChatRequest{1 message}}");
    }

    // --- whole replies

    @Test
    void aCompletionIsRead() throws IOException {
        ChatCompletion completion = complete("""
                {"id":"c1","object":"chat.completion","created":1763800000,"model":"small-model-1",
                 "choices":[{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null,"annotations":[]},
                   "logprobs":null,"finish_reason":"stop"}],
                 "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":4,
                   "prompt_tokens_details":{"cached_tokens":1,"audio_tokens":0},
                   "completion_tokens_details":{"reasoning_tokens":2}},
                 "service_tier":"default","system_fingerprint":null}""");
        assertThat(completion.id()).isEqualTo("c1");
        assertThat(completion.object()).isEqualTo("chat.completion");
        assertThat(completion.created()).isEqualTo(1_763_800_000L);
        assertThat(completion.model()).isEqualTo("small-model-1");
        assertThat(completion.text()).isEqualTo("Hi");
        assertThat(completion.usage()).isEqualTo(Usage.of(1, 2, 4, 1, 2));
        assertThat(completion.error()).isEmpty();
        ChatCompletion.Choice choice = completion.choices().get(0);
        assertThat(choice.index()).isZero();
        assertThat(choice.finishReason()).isEqualTo("stop");
        assertThat(choice.message().role()).isEqualTo("assistant");
        assertThat(completion.toString()).isEqualTo("ChatCompletion{c1, small-model-1, 1 choice}");
    }

    @Test
    void fieldsAndWordsNobodyHasHeardOfAreNoObstacle() throws IOException {
        ChatCompletion completion = complete("""
                {"new":{"deep":[1,{"a":[]}]},"id":12,"object":true,"created":"1763800000","model":null,"usage":null,
                 "choices":[17,{"index":null,"finish_reason":"sung","message":{"role":"oracle","content":"Hi",
                   "audio":{"id":"a"},"tool_calls":null,"function_call":{"name":"old"}},"new":[[]]},
                   {"index":1,"message":{"content":"second"}}]} trailing""");
        assertThat(completion.id()).isEqualTo("12");
        assertThat(completion.object()).isEqualTo("true");
        assertThat(completion.created()).isEqualTo(1_763_800_000L);
        assertThat(completion.model()).isEmpty();
        assertThat(completion.usage()).isEqualTo(Usage.NONE);
        assertThat(completion.choices()).hasSize(2);
        assertThat(completion.choices().get(0).finishReason()).isEqualTo("sung");
        assertThat(completion.choices().get(0).message().role()).isEqualTo("oracle");
        assertThat(completion.choices().get(1).message().text()).isEqualTo("second");
    }

    @Test
    void contentInPartsIsPutTogether() throws IOException {
        ChatCompletion.Message message = complete("""
                {"choices":[{"message":{"content":[
                  {"type":"thinking","thinking":[{"type":"text","text":"Let me "},{"type":"text","text":"see."}]},
                  {"type":"text","text":"Hi "},"there",{"type":"refusal","refusal":"but no"},
                  {"type":"image_url","image_url":{"text":"not this"}},null]}}]}""").choices().get(0).message();
        assertThat(message.text()).isEqualTo("Hi there");
        assertThat(message.reasoning()).isEqualTo("Let me see.");
        assertThat(message.refusal()).isEqualTo("but no");
    }

    @Test
    void reasoningHasTwoNames() throws IOException {
        assertThat(complete("{\"choices\":[{\"message\":{\"reasoning_content\":\"a\",\"reasoning\":\"a\"}}]}")
                        .choices()
                        .get(0)
                        .message()
                        .reasoning())
                .isEqualTo("a");
        assertThat(complete("{\"choices\":[{\"message\":{\"reasoning_content\":null,\"reasoning\":\"b\"}}]}")
                        .choices()
                        .get(0)
                        .message()
                        .reasoning())
                .isEqualTo("b");
    }

    @Test
    void toolCallsAreReadInEveryShape() throws IOException {
        assertThat(complete("""
                {"choices":[{"message":{"content":null,"tool_calls":[
                  {"id":"a","type":"function","index":0,"function":{"name":"f","arguments":"{\\"x\\":1}"}},
                  {"id":null,"function":{"name":"g","arguments":{"y":[2]}}},
                  {"function":{"name":"h","arguments":null}},
                  {"function":null},"?"]}}]}""").choices().get(0).message().toolCalls())
                .containsExactly(
                        ToolCall.of("a", "f", "{\"x\":1}"),
                        ToolCall.of("", "g", "{\"y\":[2]}"),
                        ToolCall.of("", "h", ""),
                        ToolCall.of("", "", ""));
    }

    @Test
    void anErrorInsideAGoodAnswerIsKept() throws IOException {
        assertThat(complete("{\"error\":{\"message\":\"no\",\"code\":502}}").error())
                .contains("{\"message\":\"no\",\"code\":502}");
        assertThat(complete("{\"error\":\"no\"}").error()).contains("\"no\"");
        assertThat(complete("{\"object\":\"error\",\"message\":\"no\",\"code\":null,\"type\":\"t\"}")
                        .error())
                .contains("{\"message\":\"no\",\"type\":\"t\"}");
        assertThat(complete("{\"error\":null}").error()).isEmpty();
    }

    @Test
    void whatIsNotACompletionIsAnExceptionThatDoesNotQuoteIt() {
        malformed("{\"id\":\"s3cret", "the answer ends in the middle of its JSON");
        malformed("<html>s3cret</html>", "the answer is not JSON (application/json)");
        malformed("[]", "the answer is JSON but not an object");
        malformed("", "the answer is empty (application/json)");
        assertThat(http.connectionPool().idleConnectionCount())
                .isEqualTo(http.connectionPool().connectionCount());
    }

    private void malformed(String body, String message) {
        assertThatThrownBy(() -> complete(body))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage(message)
                .hasNoCause();
    }

    @Test
    void aRefusalIsAResponseWithItsBody() throws IOException {
        server.enqueue(new MockResponse.Builder()
                .code(429)
                .setHeader("Retry-After", "2")
                .body("{\"error\":{}}")
                .build());
        Response<ChatCompletion> response = api().complete(HELLO).execute();
        assertThat(response.isSuccessful()).isFalse();
        assertThat(response.code()).isEqualTo(429);
        assertThat(response.headers().get("Retry-After")).isEqualTo("2");
        assertThat(response.errorBody().string()).isEqualTo("{\"error\":{}}");
    }

    @Test
    void aKeyDoesNotFollowARedirect() throws IOException {
        server.enqueue(new MockResponse.Builder()
                .code(307)
                .setHeader("Location", server.url("/elsewhere"))
                .build());
        assertThat(api().complete(HELLO).execute().code()).isEqualTo(307);
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void aCallIsMadeOnceAndItsCopyOnceMore() throws IOException {
        server.enqueue(json("{\"id\":\"a\"}"));
        server.enqueue(json("{\"id\":\"b\"}"));
        Call<ChatCompletion> call = api().complete(HELLO);
        assertThat(call.isExecuted()).isFalse();
        assertThat(call.execute().body().id()).isEqualTo("a");
        assertThat(call.isExecuted()).isTrue();
        assertThatIllegalStateException().isThrownBy(call::execute);
        assertThat(call.clone().execute().body().id()).isEqualTo("b");
        assertThat(call.request().url()).isEqualTo(server.url("/v1/chat/completions"));
        assertThat(call.isCanceled()).isFalse();
        assertThat(call.timeout().timeoutNanos()).isZero();
    }

    @Test
    void aCancelledCallSendsNothing() {
        Call<ChatCompletion> call = api().complete(HELLO);
        call.cancel();
        assertThat(call.isCanceled()).isTrue();
        assertThatThrownBy(call::execute).isInstanceOf(IOException.class);
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    void aCallThatIsWaitedForElsewhereEndsThereEitherWay() throws Exception {
        server.enqueue(json("{\"id\":\"a\"}"));
        assertThat(later(api().complete(HELLO)).get(5, TimeUnit.SECONDS).body().id())
                .isEqualTo("a");

        server.enqueue(json("{"));
        assertThatThrownBy(() -> later(api().complete(HELLO)).get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(MalformedReplyException.class);

        server.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());
        assertThatThrownBy(() -> later(api().complete(HELLO)).get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IOException.class);
    }

    private static <T> CompletableFuture<Response<T>> later(Call<T> call) {
        CompletableFuture<Response<T>> response = new CompletableFuture<>();
        call.enqueue(new Callback<T>() {
            @Override
            public void onResponse(Call<T> answered, Response<T> answer) {
                response.complete(answer);
            }

            @Override
            public void onFailure(Call<T> failed, Throwable problem) {
                response.completeExceptionally(problem);
            }
        });
        return response;
    }

    @Test
    void anAnswerWithoutContentHasNone() throws IOException {
        server.enqueue(new MockResponse.Builder().code(204).build());
        Response<ChatCompletion> response = api().complete(HELLO).execute();
        assertThat(response.isSuccessful()).isTrue();
        assertThat(response.body()).isNull();
    }

    // --- models

    @Test
    void theModelsAreListed() throws Exception {
        server.enqueue(json("{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"object\":\"model\",\"created\":5,"
                + "\"owned_by\":\"me\",\"new\":{}},{\"id\":\"b\"},null],\"has_more\":false}"));
        ModelList models = api().models().execute().body();
        assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/models");
        assertThat(models.models()).extracting(ModelList.Model::id).containsExactly("a", "b");
        assertThat(models.models().get(0).ownedBy()).isEqualTo("me");
        assertThat(models.models().get(0).created()).isEqualTo(5);
    }

    @Test
    void oneModelIsAskedForByItsNameWhateverIsInIt() throws Exception {
        server.enqueue(json("{\"id\":\"meta/llama 3\"}"));
        assertThat(api().model("meta/llama 3").execute().body().id()).isEqualTo("meta/llama 3");
        RecordedRequest sent = server.takeRequest();
        assertThat(sent.getTarget()).isEqualTo("/v1/models/meta%2Fllama%203");
        assertThat(sent.getHeaders().get("Authorization")).isEqualTo("Bearer sk-key");
    }

    // --- streams

    @Test
    void aStreamIsReadChunkByChunk() throws IOException {
        server.enqueue(events("""
                : hello

                data: {"id":"c1","model":"m1","choices":[],"prompt_filter_results":[]}

                data:

                data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

                data: {"choices":[{"index":0,"delta":{"content":"Hel"}}],"usage":null}

                data: {"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"lo"}],"reasoning":"r"}}]}

                data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"t","function":{"name":"f","arguments":"{"}},{"function":{"arguments":"}"}}]}}]}

                data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

                data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}

                data: [DONE]

                """));
        List<ChatCompletionChunk> chunks = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        try (ChatCompletionStream stream = api().stream(HELLO).execute().body()) {
            for (ChatCompletionChunk chunk : stream) {
                chunks.add(chunk);
                text.append(chunk.text());
            }
        }
        assertThat(text).hasToString("Hello");
        assertThat(chunks).hasSize(7);
        assertThat(chunks.get(0).id()).isEqualTo("c1");
        assertThat(chunks.get(0).model()).isEqualTo("m1");
        assertThat(chunks.get(1).choices().get(0).delta().role()).isEqualTo("assistant");
        assertThat(chunks.get(3).choices().get(0).delta().reasoning()).isEqualTo("r");
        List<ChatCompletionChunk.ToolCallDelta> calls =
                chunks.get(4).choices().get(0).delta().toolCalls();
        assertThat(calls.get(0).index()).hasValue(1);
        assertThat(calls.get(0).id()).isEqualTo("t");
        assertThat(calls.get(0).name()).isEqualTo("f");
        assertThat(calls.get(0).arguments()).isEqualTo("{");
        assertThat(calls.get(1).index()).isEmpty();
        assertThat(chunks.get(5).choices().get(0).finishReason()).isEqualTo("stop");
        assertThat(chunks.get(6).usage()).contains(Usage.of(1, 2, 3, 0, 0));
        assertThat(http.connectionPool().idleConnectionCount()).isEqualTo(1);
    }

    @Test
    void aChunkIsReadForTheSameAsAWholeReply() throws IOException {
        String details = "{\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"Hm.\"},"
                + "{\"type\":\"reasoning.encrypted\",\"data\":\"x\"}],"
                + "\"content\":null,\"audio\":{\"id\":\"a\",\"data\":\"AAAA\",\"transcript\":\"Hi\"}}";
        String plain = "{\"reasoning\":\"Yes.\",\"reasoning_details\":[{\"text\":\"Yes.\"}],"
                + "\"content\":\"Ho\",\"audio\":{\"transcript\":\"Ho\"}}";
        server.enqueue(events("data: {\"choices\":[{\"delta\":" + details + "}]}\n\ndata: {\"choices\":[{\"delta\":"
                + plain + ",\"finish_reason\":\"stop\"}]}\n\n"));
        List<String> said = new ArrayList<>();
        try (ChatCompletionStream stream = api().stream(HELLO).execute().body()) {
            stream.forEach(chunk -> said.add(chunk.choices().get(0).delta().reasoning() + " " + chunk.text()));
        }
        for (String message : List.of(details, plain)) {
            ChatCompletion whole = complete("{\"choices\":[{\"message\":" + message + "}]}");
            said.add(whole.choices().get(0).message().reasoning() + " " + whole.text());
        }
        assertThat(said).containsExactly("Hm. Hi", "Yes. Ho", "Hm. Hi", "Yes. Ho");
    }

    @Test
    void aFinishReasonIsEnoughForAnEnd() throws IOException {
        server.enqueue(events("data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n"));
        try (ChatCompletionStream stream = api().stream(HELLO).execute().body()) {
            assertThat(stream).hasSize(1);
        }
    }

    @Test
    void aStreamThatEndsWithoutProofIsCut() throws IOException {
        server.enqueue(events("data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n"));
        try (ChatCompletionStream stream = api().stream(HELLO).execute().body()) {
            Iterator<ChatCompletionChunk> chunks = stream.iterator();
            assertThat(chunks.next().text()).isEqualTo("Hi");
            assertThatThrownBy(chunks::hasNext)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasCauseInstanceOf(CutReplyException.class);
            assertThatThrownBy(chunks::next).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void anUnreadableChunkIsNotPassedOver() throws IOException {
        server.enqueue(events("data: {\"choices\":[{\"del\n\ndata: [DONE]\n\n"));
        try (ChatCompletionStream stream = api().stream(HELLO).execute().body()) {
            Iterator<ChatCompletionChunk> chunks = stream.iterator();
            for (int i = 0; i < 3; i++) { // a second try must not find the [DONE] behind it
                assertThatThrownBy(chunks::next)
                        .isInstanceOf(UncheckedIOException.class)
                        .hasCauseInstanceOf(MalformedReplyException.class);
            }
        }
    }

    @Test
    void anErrorInAStreamIsHandedOutAndTheStreamIsCut() throws IOException {
        server.enqueue(events("event: error\ndata: {\"error\":{\"message\":\"no\"}}\n\n"));
        try (ChatCompletionStream stream = api().stream(HELLO).execute().body()) {
            Iterator<ChatCompletionChunk> chunks = stream.iterator();
            assertThat(chunks.next().error()).contains("{\"message\":\"no\"}");
            assertThatThrownBy(chunks::hasNext).hasCauseInstanceOf(CutReplyException.class);
        }
    }

    @Test
    void whatIsNoStreamIsNamed() throws IOException {
        for (Map.Entry<String, String> each : Map.of(
                        "{\"choices\":[]}", "the answer is JSON, not an event stream",
                        "<html>", "the answer is markup, not an event stream",
                        "", "the answer is empty, not an event stream")
                .entrySet()) {
            server.enqueue(json(each.getKey()));
            try (ChatCompletionStream stream = api().stream(HELLO).execute().body()) {
                assertThatThrownBy(() -> stream.iterator().hasNext())
                        .hasCauseInstanceOf(MalformedReplyException.class)
                        .hasRootCauseMessage(each.getValue());
            }
        }
    }

    @Test
    void aStreamIsReadOnce() throws IOException {
        server.enqueue(events("data: [DONE]\n\n"));
        try (ChatCompletionStream stream = api().stream(HELLO).execute().body()) {
            assertThat(stream).isEmpty();
            assertThatIllegalStateException()
                    .isThrownBy(stream::iterator)
                    .withMessage("a stream can be read once only");
        }
    }

    @Test
    void aStreamThatIsClosedUnreadFreesItsConnection() throws IOException {
        server.enqueue(events("data: {\"choices\":[]}\n\n".repeat(100)));
        api().stream(HELLO).execute().body().close();
        assertThat(http.connectionPool().idleConnectionCount())
                .isEqualTo(http.connectionPool().connectionCount());
    }

    private RecordedRequest send(ChatCompletionRequest request) throws IOException, InterruptedException {
        server.enqueue(json("{}"));
        api().complete(request).execute();
        return server.takeRequest();
    }

    private ChatCompletion complete(String body) throws IOException {
        server.enqueue(json(body));
        return api().complete(HELLO).execute().body();
    }

    private static MockResponse json(String body) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .body(body)
                .build();
    }

    private static MockResponse events(String body) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body(body)
                .build();
    }
}
