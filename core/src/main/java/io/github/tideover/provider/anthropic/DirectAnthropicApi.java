package io.github.tideover.provider.anthropic;

import io.github.tideover.wire.DirectCall;
import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.Json;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;
import retrofit2.Call;
import retrofit2.Converter;

/**
 * The {@link AnthropicApi} of the engine: what Retrofit would make of that interface, written out, since Retrofit puts each
 * request together anew and wraps each response once more. The same tests hold for both.
 */
final class DirectAnthropicApi implements AnthropicApi {
    private final OkHttpClient http;
    private final HttpUrl models;
    private final HttpUrl messages;
    private final Headers forWhole;
    private final Headers forStream;
    private final long maxReplyBytes;

    DirectAnthropicApi(OkHttpClient http, HttpUrl baseUrl, Headers headers, long maxReplyBytes) {
        this.http = http;
        this.models = baseUrl.newBuilder().addPathSegments("v1/models").build();
        this.messages = baseUrl.newBuilder().addPathSegments("v1/messages").build();
        this.forWhole = Endpoint.accepting("application/json", headers);
        this.forStream = Endpoint.accepting("text/event-stream", headers);
        this.maxReplyBytes = maxReplyBytes;
    }

    private <T> Converter<ResponseBody, T> json(Json.Reading<T> reading) {
        return body -> Json.read(body, maxReplyBytes, reading);
    }

    @Override
    public Call<AnthropicMessage> complete(MessagesRequest request) {
        return call(messages, forWhole, request, false, json(AnthropicMessage::read));
    }

    @Override
    public Call<MessageStream> stream(MessagesRequest request) {
        return call(messages, forStream, request, true, MessageStream::new);
    }

    @Override
    public Call<AnthropicModels> models() {
        return call(models, forWhole, null, false, json(AnthropicModels::read));
    }

    @Override
    public Call<AnthropicModels.Model> model(String model) {
        HttpUrl url = models.newBuilder().addPathSegment(model).build();
        return call(url, forWhole, null, false, json(AnthropicModels.Model::read));
    }

    private <T> Call<T> call(
            HttpUrl url,
            Headers headers,
            @Nullable MessagesRequest body,
            boolean stream,
            Converter<ResponseBody, T> converter) {
        Request.Builder request = new Request.Builder().url(url).headers(headers);
        if (body != null) {
            request.post(Json.body(out -> body.write(out, stream)));
        }
        return new DirectCall<>(http, request.build(), converter);
    }
}
