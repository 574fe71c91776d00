package io.github.tideover.provider.gemini;

import io.github.tideover.wire.DirectCall;
import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.Json;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.ResponseBody;
import retrofit2.Call;
import retrofit2.Converter;

/**
 * The {@link GeminiApi} of the engine: what Retrofit would make of that interface, written out, without what Retrofit adds
 * to each request and response. The same tests hold for both.
 */
final class DirectGeminiApi implements GeminiApi {
    private final OkHttpClient http;
    private final HttpUrl baseUrl;
    private final Headers forWhole;
    private final Headers forStream;
    private final Converter<ResponseBody, GeneratedContent> whole;

    /** The addresses of the last model asked: a provider has one, as a rule. */
    private volatile Addresses last;

    private record Addresses(String model, HttpUrl whole, HttpUrl stream) {}

    DirectGeminiApi(OkHttpClient http, HttpUrl baseUrl, Headers headers, long maxReplyBytes) {
        this.http = http;
        this.baseUrl = baseUrl;
        this.forWhole = Endpoint.accepting("application/json", headers);
        this.forStream = Endpoint.accepting("text/event-stream", headers);
        this.whole = body -> Json.read(body, maxReplyBytes, GeneratedContent::read);
        this.last = addresses("");
    }

    private Addresses addresses(String model) {
        return new Addresses(
                model,
                method(model + ":generateContent").build(),
                method(model + ":streamGenerateContent")
                        .addQueryParameter("alt", "sse")
                        .build());
    }

    private HttpUrl.Builder method(String name) {
        return baseUrl.newBuilder().addPathSegment("models").addPathSegment(name);
    }

    private Addresses of(String model) {
        Addresses known = last;
        if (!known.model().equals(model)) {
            known = addresses(model);
            last = known;
        }
        return known;
    }

    @Override
    public Call<GeneratedContent> generate(String model, GenerateContentRequest request) {
        return call(of(model).whole(), forWhole, request, whole);
    }

    @Override
    public Call<GeneratedContentStream> stream(String model, GenerateContentRequest request) {
        return call(of(model).stream(), forStream, request, GeneratedContentStream::new);
    }

    private <T> Call<T> call(
            HttpUrl url, Headers headers, GenerateContentRequest body, Converter<ResponseBody, T> converter) {
        Request request = new Request.Builder()
                .url(url)
                .headers(headers)
                .post(Json.body(body::write))
                .build();
        return new DirectCall<>(http, request, converter);
    }
}
