package io.github.tideover.provider.responses;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.Dialect;
import io.github.tideover.provider.Exchange;
import io.github.tideover.wire.Endpoint;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import retrofit2.Call;

/**
 * Speaks the Responses API.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class ResponsesDialect implements Dialect {
    private final ResponsesApi api;
    private final Capabilities capabilities;
    private final boolean background;
    private final long maxReplyBytes;

    /**
     * Makes the dialect of one server.
     *
     * @param http the HTTP client, which has no time limits of its own
     * @param baseUrl the address under which {@code responses} lies
     * @param headers what is sent with every request
     * @param capabilities what the model can do there
     * @param background whether streamed replies are written in the background, so that a stream that breaks can be resumed
     * @param maxReplyBytes how long a reply may be
     */
    public ResponsesDialect(
            OkHttpClient http,
            HttpUrl baseUrl,
            Headers headers,
            Capabilities capabilities,
            boolean background,
            long maxReplyBytes) {
        this.api = new DirectResponsesApi(http, baseUrl, headers, maxReplyBytes);
        this.capabilities = capabilities;
        this.background = background;
        this.maxReplyBytes = maxReplyBytes;
    }

    /**
     * Checks a base URL.
     *
     * @param baseUrl the address under which {@code responses} lies
     * @return the address
     * @throws IllegalArgumentException if it cannot be one
     */
    public static HttpUrl baseUrl(String baseUrl) {
        return Endpoint.baseUrl(baseUrl, ResponsesRetrofit.ADDED);
    }

    @Override
    public Exchange<?, ChatReply.Builder> whole(ChatRequest request, String model) {
        ResponseRequest body = ResponseRequest.of(model, request, capabilities);
        return new Exchange<>(
                api.create(body),
                (response, headers) ->
                        ResponseReader.read(response, headers, model).adapted(body.adapted()));
    }

    @Override
    public Exchange<?, DeltaReader> streamed(ChatRequest request, String model) {
        ResponseRequest body = ResponseRequest.of(model, request, capabilities).background(background);
        return exchange(
                api.stream(body),
                new ResponseEventReader.Asked(
                        model, body.adapted(), maxReplyBytes, body.isBackground() ? new Kept() : null),
                null);
    }

    @Override
    public boolean resumes() {
        return background;
    }

    private final class Kept implements ResponseEventReader.Background {
        @Override
        public Exchange<?, DeltaReader> resume(ResponseEventReader broken) {
            return exchange(api.resume(broken.id(), broken.sequenceNumber()), broken.asked(), broken);
        }

        @Override
        public Exchange<?, ?> cancel(String id) {
            return new Exchange<>(api.cancel(id), (response, headers) -> response);
        }
    }

    private static Exchange<?, DeltaReader> exchange(
            Call<ResponseStream> call, ResponseEventReader.Asked asked, @Nullable ResponseEventReader broken) {
        return new Exchange<>(call, (stream, headers) -> stream.deltas(call::cancel, headers, asked, broken));
    }
}
