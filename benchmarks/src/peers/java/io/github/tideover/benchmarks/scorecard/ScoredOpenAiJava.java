package io.github.tideover.benchmarks.scorecard;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionUsage;

/** The provider's own SDK: two retries, 30 s, and no fallback, since it has none. */
final class ScoredOpenAiJava implements ScoredClient {
    private final OpenAIClient client;

    ScoredOpenAiJava(String baseUrl, Profile profile) {
        client = OpenAIOkHttpClient.builder()
                .baseUrl(baseUrl)
                .apiKey(API_KEY)
                .maxRetries(2)
                .timeout(profile.seconds(30))
                .build();
    }

    @Override
    public void ask(boolean streamed, Screen screen) {
        ChatCompletionCreateParams.Builder request = ChatCompletionCreateParams.builder()
                .model(FaultyProvider.PRIMARY)
                .addUserMessage(QUESTION);
        if (!streamed) {
            ChatCompletion reply = client.chat().completions().create(request.build());
            screen.show(reply.choices().get(0).message().content().orElse(""));
            screen.report(
                    reply.model(),
                    reply.usage().map(CompletionUsage::totalTokens).orElse(0L));
            return;
        }
        request.streamOptions(
                ChatCompletionStreamOptions.builder().includeUsage(true).build());
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(request.build())) {
            stream.stream().forEach(chunk -> {
                chunk.choices().forEach(choice -> choice.delta().content().ifPresent(screen::show));
                screen.report(
                        chunk.model(),
                        chunk.usage().map(CompletionUsage::totalTokens).orElse(0L));
            });
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
