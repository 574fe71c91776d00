package io.github.tideover.benchmarks;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an application writes when it has no SDK: OkHttp as it comes, one shared mapper, a record for every shape.
 *
 * <p>No retries, no deadline, no breaker and no fallback. Everything else is measured against this.
 */
final class RawClient implements Contender.Client {
    private static final MediaType JSON = MediaType.get("application/json");

    private final OkHttpClient client = new OkHttpClient();
    private final JsonMapper mapper = new JsonMapper();
    private final String url;
    private final ChatCompletionRequest request =
            ChatCompletionRequest.of(Question.MODEL, Question.SYSTEM, Question.USER);

    RawClient(String baseUrl) {
        this.url = baseUrl + "chat/completions";
    }

    @Override
    public String chat() throws IOException {
        try (Response response = send(request)) {
            ChatCompletion reply = mapper.readValue(response.body().byteStream(), ChatCompletion.class);
            return reply.choices().get(0).message().content();
        }
    }

    @Override
    public void stream(Contender.Tokens tokens) throws IOException {
        try (Response response = send(request.streamed())) {
            BufferedSource source = response.body().source();
            for (String line = source.readUtf8Line(); line != null; line = source.readUtf8Line()) {
                if (!line.startsWith("data: ")) {
                    continue;
                }
                String data = line.substring("data: ".length());
                if (data.equals("[DONE]")) {
                    break;
                }
                ChatCompletionChunk chunk = mapper.readValue(data, ChatCompletionChunk.class);
                String token = chunk.choices().get(0).delta().content();
                if (token != null) {
                    tokens.add(token);
                }
            }
        }
    }

    private Response send(ChatCompletionRequest body) throws IOException {
        Request request = new Request.Builder()
                .url(url)
                .header("Authorization", "Bearer " + Question.API_KEY)
                .post(RequestBody.create(mapper.writeValueAsBytes(body), JSON))
                .build();
        Response response = client.newCall(request).execute();
        if (!response.isSuccessful()) {
            try (response) {
                throw new IOException("HTTP " + response.code());
            }
        }
        return response;
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ChatCompletionRequest(String model, List<Message> messages, Boolean stream) {
        static ChatCompletionRequest of(String model, String system, String user) {
            return new ChatCompletionRequest(
                    model, List.of(new Message("system", system, null), new Message("user", user, null)), null);
        }

        ChatCompletionRequest streamed() {
            return new ChatCompletionRequest(model, messages, true);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Message(String role, String content, String refusal) {}

    record ChatCompletion(String id, String object, Long created, String model, List<Choice> choices, Usage usage) {}

    record Choice(
            Integer index,
            Message message,
            @JsonProperty("finish_reason") String finishReason) {}

    record ChatCompletionChunk(
            String id,
            String object,
            Long created,
            String model,
            @JsonProperty("service_tier") String serviceTier,
            @JsonProperty("system_fingerprint") String systemFingerprint,
            List<ChunkChoice> choices,
            Usage usage) {}

    record ChunkChoice(
            Integer index,
            Message delta,
            @JsonProperty("finish_reason") String finishReason) {}

    record Usage(
            @JsonProperty("prompt_tokens") Integer promptTokens,
            @JsonProperty("completion_tokens") Integer completionTokens,
            @JsonProperty("total_tokens") Integer totalTokens) {}
}
