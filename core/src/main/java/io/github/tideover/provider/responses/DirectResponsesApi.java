package io.github.tideover.provider.responses;

import io.github.tideover.wire.DirectCall;
import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.Json;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.ResponseBody;
import retrofit2.Call;
import retrofit2.Converter;

/**
 * The {@link ResponsesApi} of the engine: what Retrofit would make of that interface, written out, since Retrofit puts each
 * request together anew and wraps each response once more. The same tests hold for both.
 */
final class DirectResponsesApi implements ResponsesApi {
    private final OkHttpClient http;
    private final HttpUrl responses;
    private final Headers forWhole;
    private final Headers forStream;
    private final Converter<ResponseBody, OpenAiResponse> whole;

    DirectResponsesApi(OkHttpClient http, HttpUrl baseUrl, Headers headers, long maxReplyBytes) {
        this.http = http;
        this.responses = baseUrl.newBuilder().addPathSegment("responses").build();
        this.forWhole = Endpoint.accepting("application/json", headers);
        this.forStream = Endpoint.accepting("text/event-stream", headers);
        this.whole = body -> Json.read(body, maxReplyBytes, OpenAiResponse::read);
    }

    @Override
    public Call<OpenAiResponse> create(ResponseRequest request) {
        return call(to(responses, forWhole).post(Json.body(out -> request.write(out, false))), whole);
    }

    @Override
    public Call<ResponseStream> stream(ResponseRequest request) {
        return call(to(responses, forStream).post(Json.body(out -> request.write(out, true))), ResponseStream::new);
    }

    @Override
    public Call<OpenAiResponse> response(String id) {
        return call(to(at(id).build(), forWhole), whole);
    }

    @Override
    public Call<ResponseStream> resume(String id, long startingAfter) {
        HttpUrl url = at(id).addQueryParameter("stream", "true")
                .addQueryParameter("starting_after", Long.toString(startingAfter))
                .build();
        return call(to(url, forStream), ResponseStream::new);
    }

    @Override
    public Call<OpenAiResponse> cancel(String id) {
        return call(to(at(id).addPathSegment("cancel").build(), forWhole).post(RequestBody.EMPTY), whole);
    }

    @Override
    public Call<Void> delete(String id) {
        return call(to(at(id).build(), forWhole).delete(), body -> {
            body.close();
            return null;
        });
    }

    private HttpUrl.Builder at(String id) {
        return responses.newBuilder().addPathSegment(id);
    }

    private static Request.Builder to(HttpUrl url, Headers headers) {
        return new Request.Builder().url(url).headers(headers);
    }

    private <T> Call<T> call(Request.Builder request, Converter<ResponseBody, T> converter) {
        return new DirectCall<>(http, request.build(), converter);
    }
}
