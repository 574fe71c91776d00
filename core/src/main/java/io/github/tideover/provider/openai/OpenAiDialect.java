package io.github.tideover.provider.openai;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.provider.Adaptation;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.Dialect;
import io.github.tideover.provider.Exchange;
import java.util.List;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import retrofit2.Call;

/**
 * Speaks chat completions.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class OpenAiDialect implements Dialect {
    private final OpenAiApi api;
    private final String tokenLimitField;
    private final boolean isOpenRouter;
    private final Capabilities capabilities;
    private final long maxReplyBytes;

    /**
     * Makes the dialect of one server.
     *
     * @param http the HTTP client, which has no time limits of its own
     * @param baseUrl the address under which {@code chat/completions} lies
     * @param headers what is sent with every request
     * @param tokenLimitField the server's name for the token limit
     * @param isOpenRouter whether the server is OpenRouter's
     * @param capabilities what the model can do there
     * @param maxReplyBytes how long a reply may be
     */
    public OpenAiDialect(
            OkHttpClient http,
            HttpUrl baseUrl,
            Headers headers,
            String tokenLimitField,
            boolean isOpenRouter,
            Capabilities capabilities,
            long maxReplyBytes) {
        this.api = new DirectOpenAiApi(http, baseUrl, headers, maxReplyBytes);
        this.tokenLimitField = tokenLimitField;
        this.isOpenRouter = isOpenRouter;
        this.capabilities = capabilities;
        this.maxReplyBytes = maxReplyBytes;
    }

    @Override
    public Exchange<?, ChatReply.Builder> whole(ChatRequest request, String model) {
        Adaptation fit = Adaptation.of(request, model, capabilities);
        List<String> adapted = fit.sentences();
        return new Exchange<>(
                api.complete(body(fit.request(), model)),
                (completion, headers) ->
                        completion.unread().toldBy(CompletionReader.read(completion, headers, model), adapted));
    }

    @Override
    public Exchange<?, DeltaReader> streamed(ChatRequest request, String model) {
        Adaptation fit = Adaptation.of(request, model, capabilities.whileStreaming());
        Call<ChatCompletionStream> call = api.stream(body(fit.request(), model));
        return new Exchange<>(
                call, (stream, headers) -> stream.deltas(call::cancel, headers, model, fit.sentences(), maxReplyBytes));
    }

    private ChatCompletionRequest body(ChatRequest request, String model) {
        ChatCompletionRequest body = ChatCompletionRequest.of(model, request).tokenLimitField(tokenLimitField);
        return isOpenRouter ? body.forOpenRouter() : body;
    }
}
