package io.github.tideover.provider.gemini;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.Dialect;
import io.github.tideover.provider.Exchange;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import retrofit2.Call;

/**
 * Speaks Gemini's own API.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class GeminiDialect implements Dialect {
    private final GeminiApi api;
    private final Capabilities capabilities;
    private final long maxReplyBytes;

    /**
     * Makes the dialect of one server.
     *
     * @param http the HTTP client, which has no time limits of its own
     * @param baseUrl the address under which {@code models/} lies
     * @param headers what is sent with every request, the key among it
     * @param capabilities what the model can do there
     * @param maxReplyBytes how long a reply may be
     */
    public GeminiDialect(
            OkHttpClient http, HttpUrl baseUrl, Headers headers, Capabilities capabilities, long maxReplyBytes) {
        this.api = new DirectGeminiApi(http, baseUrl, headers, maxReplyBytes);
        this.capabilities = capabilities;
        this.maxReplyBytes = maxReplyBytes;
    }

    @Override
    public Exchange<?, ChatReply.Builder> whole(ChatRequest request, String model) {
        GenerateContentRequest asked = GenerateContentRequest.of(model, request, capabilities);
        return new Exchange<>(
                api.generate(asked),
                (content, headers) ->
                        content.unread().toldBy(WholeContent.read(content, headers, asked.model()), asked.adapted()));
    }

    @Override
    public Exchange<?, DeltaReader> streamed(ChatRequest request, String model) {
        GenerateContentRequest asked = GenerateContentRequest.of(model, request, capabilities.whileStreaming());
        Call<GeneratedContentStream> call = api.stream(asked);
        return new Exchange<>(
                call,
                (stream, headers) ->
                        stream.deltas(call::cancel, headers, asked.model(), asked.adapted(), maxReplyBytes));
    }
}
