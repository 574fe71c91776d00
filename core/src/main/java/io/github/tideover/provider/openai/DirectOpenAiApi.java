package io.github.tideover.provider.openai;

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
 * The {@link OpenAiApi} of the engine: what Retrofit would make of that interface, written out. Retrofit puts each request's
 * address, headers and tag together anew and wraps each response once more, a seventh of all that a call allocates. The
 * same tests hold for both.
 */
final class DirectOpenAiApi implements OpenAiApi {
    private final OkHttpClient http;
    private final HttpUrl baseUrl;
    private final HttpUrl completions;
    private final Headers forWhole;
    private final Headers forStream;
    private final Converter<ResponseBody, ChatCompletion> whole;

    private final long maxReplyBytes;

    DirectOpenAiApi(OkHttpClient http, HttpUrl baseUrl, Headers headers, long maxReplyBytes) {
        this.http = http;
        this.baseUrl = baseUrl;
        this.completions =
                baseUrl.newBuilder().addPathSegments("chat/completions").build();
        this.forWhole = Endpoint.accepting("application/json", headers);
        this.forStream = Endpoint.accepting("text/event-stream", headers);
        this.whole = json(ChatCompletion::read, maxReplyBytes);
        this.maxReplyBytes = maxReplyBytes;
    }

    private static <T> Converter<ResponseBody, T> json(Json.Reading<T> reading, long maxReplyBytes) {
        return body -> Json.read(body, maxReplyBytes, reading);
    }

    @Override
    public Call<ChatCompletion> complete(ChatCompletionRequest request) {
        return call(completions, forWhole, request, false, whole);
    }

    @Override
    public Call<ChatCompletionStream> stream(ChatCompletionRequest request) {
        return call(completions, forStream, request, true, ChatCompletionStream::new);
    }

    @Override
    public Call<ModelList> models() {
        HttpUrl url = baseUrl.newBuilder().addPathSegment("models").build();
        return call(url, forWhole, null, false, json(ModelList::read, maxReplyBytes));
    }

    @Override
    public Call<ModelList.Model> model(String model) {
        HttpUrl url = baseUrl.newBuilder()
                .addPathSegment("models")
                .addPathSegment(model)
                .build();
        return call(url, forWhole, null, false, json(ModelList.Model::read, maxReplyBytes));
    }

    private <T> Call<T> call(
            HttpUrl url,
            Headers headers,
            @Nullable ChatCompletionRequest body,
            boolean stream,
            Converter<ResponseBody, T> converter) {
        Request.Builder request = new Request.Builder().url(url).headers(headers);
        if (body != null) {
            request.post(Json.body(out -> body.write(out, stream)));
        }
        return new DirectCall<>(http, request.build(), converter);
    }
}
