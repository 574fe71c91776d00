package io.github.tideover.benchmarks.scorecard;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.TokenUsage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * LangChain4j's models for this provider: two retries for whole replies, none for streams, since that model has no such
 * option, 30 s, and no fallback, since it has none.
 */
final class ScoredLangChain4j implements ScoredClient {
    private final ChatModel whole;
    private final StreamingChatModel streaming;

    ScoredLangChain4j(String baseUrl, Profile profile) {
        whole = OpenAiChatModel.builder()
                .baseUrl(baseUrl)
                .apiKey(API_KEY)
                .modelName(FaultyProvider.PRIMARY)
                .maxRetries(2)
                .timeout(profile.seconds(30))
                .build();
        streaming = OpenAiStreamingChatModel.builder()
                .baseUrl(baseUrl)
                .apiKey(API_KEY)
                .modelName(FaultyProvider.PRIMARY)
                .timeout(profile.seconds(30))
                .build();
    }

    @Override
    public void ask(boolean streamed, Screen screen) throws Exception {
        ChatRequest request =
                ChatRequest.builder().messages(UserMessage.from(QUESTION)).build();
        if (!streamed) {
            ChatResponse reply = whole.chat(request);
            screen.show(reply.aiMessage().text());
            report(reply, screen);
            return;
        }
        CompletableFuture<ChatResponse> complete = new CompletableFuture<>();
        streaming.chat(request, new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                screen.show(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse reply) {
                complete.complete(reply);
            }

            @Override
            public void onError(Throwable problem) {
                complete.completeExceptionally(problem);
            }
        });
        try {
            report(complete.get(), screen);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static void report(ChatResponse reply, Screen screen) {
        TokenUsage usage = reply.tokenUsage();
        Integer tokens = usage == null ? null : usage.totalTokenCount();
        screen.report(reply.modelName(), tokens == null ? 0 : tokens);
    }
}
