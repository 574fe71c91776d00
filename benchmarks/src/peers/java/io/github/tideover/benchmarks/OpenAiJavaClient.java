package io.github.tideover.benchmarks;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;

/** The provider's own SDK, with its defaults. */
final class OpenAiJavaClient implements Contender.Client {
    private final OpenAIClient client;
    private final ChatCompletionCreateParams request = ChatCompletionCreateParams.builder()
            .model(Question.MODEL)
            .addSystemMessage(Question.SYSTEM)
            .addUserMessage(Question.USER)
            .build();

    OpenAiJavaClient(String baseUrl) {
        client = OpenAIOkHttpClient.builder()
                .baseUrl(baseUrl)
                .apiKey(Question.API_KEY)
                .build();
    }

    @Override
    public String chat() {
        return client.chat()
                .completions()
                .create(request)
                .choices()
                .get(0)
                .message()
                .content()
                .orElse("");
    }

    @Override
    public void stream(Contender.Tokens tokens) {
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(request)) {
            stream.stream().forEach(chunk -> chunk.choices()
                    .get(0)
                    .delta()
                    .content()
                    .ifPresent(tokens::add));
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
