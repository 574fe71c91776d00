package io.github.tideover.benchmarks;

import io.github.tideover.ReplyStream;
import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.provider.Provider;

/** Ours, with everything on: deadline, retries, breaker, limits, status, reply cache and last words. */
final class TideoverClient implements Contender.Client {
    private final Tideover tideover;
    private final ChatRequest request =
            ChatRequest.builder().system(Question.SYSTEM).user(Question.USER).build();

    TideoverClient(String baseUrl) {
        this(Provider.openAiCompatible(baseUrl));
    }

    /** Speaks a dialect, and is answered as its provider would. */
    TideoverClient(String baseUrl, Speech speech) {
        this(
                switch (speech) {
                    case COMPLETIONS -> Provider.openAiCompatible(baseUrl + "as-sent/");
                    case RESPONSES -> Provider.responsesCompatible(baseUrl);
                    case MESSAGES -> Provider.anthropicCompatible(baseUrl.replace("/v1/", "/"));
                    case GEMINI -> Provider.geminiCompatible(baseUrl);
                });
    }

    private TideoverClient(Provider provider) {
        tideover = Tideover.builder()
                .provider(provider.apiKey(Question.API_KEY).model(Question.MODEL))
                .replyCache(ReplyCache.inMemory(1_000))
                .lastResort("Our assistant is having a break. Please try again in a while.")
                .build();
    }

    @Override
    public String chat() {
        return tideover.chat(request).text();
    }

    @Override
    public void stream(Contender.Tokens tokens) {
        try (ReplyStream stream = tideover.stream(request)) {
            for (String token : stream) {
                tokens.add(token);
            }
        }
    }

    @Override
    public void close() {
        tideover.close();
    }
}
