package io.github.tideover.provider.anthropic;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.Dialect;
import io.github.tideover.provider.Exchange;
import io.github.tideover.wire.Endpoint;
import java.util.Map;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import retrofit2.Call;

/**
 * Speaks the Messages API.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class AnthropicDialect implements Dialect {
    private final AnthropicApi api;
    private final Capabilities capabilities;
    private final long maxReplyBytes;

    /**
     * Makes the dialect of one server.
     *
     * @param http the HTTP client, which has no time limits of its own
     * @param baseUrl the address under which {@code v1/messages} lies
     * @param headers what is sent with every request, the key among it; each overrides one of ours
     * @param capabilities what the model can do there
     * @param maxReplyBytes how long a reply may be
     */
    public AnthropicDialect(
            OkHttpClient http,
            HttpUrl baseUrl,
            Map<String, String> headers,
            Capabilities capabilities,
            long maxReplyBytes) {
        this.api = new DirectAnthropicApi(http, baseUrl, AnthropicRetrofit.headers(null, headers), maxReplyBytes);
        this.capabilities = capabilities;
        this.maxReplyBytes = maxReplyBytes;
    }

    /**
     * Checks a base URL.
     *
     * @param baseUrl the address under which {@code v1/messages} lies
     * @return the address
     * @throws IllegalArgumentException if it cannot be one, or ends in {@code v1/}
     */
    public static HttpUrl baseUrl(String baseUrl) {
        return Endpoint.baseUrl(baseUrl, AnthropicRetrofit.ADDED);
    }

    @Override
    public Exchange<?, ChatReply.Builder> whole(ChatRequest request, String model) {
        MessagesRequest body = MessagesRequest.of(model, request, capabilities);
        return new Exchange<>(
                api.complete(body),
                (message, headers) ->
                        message.unread().toldBy(MessageReader.read(message, headers, model), body.adapted()));
    }

    @Override
    public Exchange<?, DeltaReader> streamed(ChatRequest request, String model) {
        MessagesRequest body = MessagesRequest.of(model, request, capabilities.whileStreaming());
        Call<MessageStream> call = api.stream(body);
        return new Exchange<>(
                call, (stream, headers) -> stream.deltas(call::cancel, headers, model, body.adapted(), maxReplyBytes));
    }
}
