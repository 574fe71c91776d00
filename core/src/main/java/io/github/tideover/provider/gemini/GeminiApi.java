package io.github.tideover.provider.gemini;

import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.Transport;
import io.github.tideover.wire.TypedApi;
import java.util.Map;
import okhttp3.OkHttpClient;
import retrofit2.Call;
import retrofit2.http.Body;
import retrofit2.http.Headers;
import retrofit2.http.POST;
import retrofit2.http.Path;
import retrofit2.http.Streaming;

/**
 * Gemini's API as a Retrofit interface. One call is one request: nothing is retried, replayed or redirected, and nothing
 * stands in for a reply that does not come. Whoever wants that asks {@code Tideover}, which is built on this.
 *
 * <pre>{@code
 * GeminiApi api = GeminiApi.create("https://generativelanguage.googleapis.com/v1beta/", key);
 * GenerateContentRequest request = GenerateContentRequest.of("gemini-2.5-flash", ChatRequest.of("Hello"));
 * GeneratedContent content = api.generate(request).execute().body();
 * }</pre>
 *
 * <p>A response that {@code isSuccessful()} holds what was read. One that is not has the provider's words, or their first
 * 64 KiB, in its {@code errorBody()}. What is not JSON, or too long, or breaks off, is an {@link java.io.IOException}
 * whose message does not quote it.
 *
 * @since 0.1
 */
public interface GeminiApi {
    /** The header that carries the key. In the address, where Gemini would take it too, it would end up in logs. */
    String KEY_HEADER = "x-goog-api-key";

    /**
     * Makes a client. It gives up on a connection after 5 seconds, and on a server that sends nothing after 2 minutes.
     *
     * @param baseUrl the address under which {@code models/} lies, such as
     *     {@code "https://generativelanguage.googleapis.com/v1beta/"}
     * @param apiKey the key, sent in the header {@link #KEY_HEADER}
     * @return the client, safe for use by many threads
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, or the key cannot be sent
     */
    static GeminiApi create(String baseUrl, String apiKey) {
        return create(baseUrl, apiKey, TypedApi.defaultClient());
    }

    /**
     * Makes a client with an application's own HTTP client. That client is not changed: its connections, time limits, proxy
     * and interceptors are used; its redirects and its own retries are not.
     *
     * @param baseUrl the address under which {@code models/} lies, such as
     *     {@code "https://generativelanguage.googleapis.com/v1beta/"}
     * @param apiKey the key, sent in the header {@link #KEY_HEADER}
     * @param http the HTTP client
     * @return the client, safe for use by many threads
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, or the key cannot be sent
     */
    static GeminiApi create(String baseUrl, String apiKey, OkHttpClient http) {
        return GeminiRetrofit.api(
                Transport.direct(http),
                Endpoint.baseUrl(baseUrl),
                Endpoint.headers(null, Map.of(KEY_HEADER, Endpoint.apiKey(apiKey))),
                Transport.MAX_REPLY_BYTES);
    }

    /**
     * Asks for a reply, to be sent when it is complete.
     *
     * @param request what is asked, and of which model
     * @return the call, not sent yet
     */
    default Call<GeneratedContent> generate(GenerateContentRequest request) {
        return generate(request.model(), request);
    }

    /**
     * Asks for a reply, to be sent piece by piece as it is written. The stream must be closed.
     *
     * @param request what is asked, and of which model
     * @return the call, not sent yet
     */
    default Call<GeneratedContentStream> stream(GenerateContentRequest request) {
        return stream(request.model(), request);
    }

    /**
     * Asks a model under another name than the request's, for a reply to be sent when it is complete.
     *
     * @param model the name in the address
     * @param request what is asked, written as its own model wants it
     * @return the call, not sent yet
     */
    @POST("models/{model}:generateContent")
    Call<GeneratedContent> generate(@Path("model") String model, @Body GenerateContentRequest request);

    /**
     * Asks a model under another name than the request's, for a reply to be sent piece by piece as it is written. The stream
     * must be closed.
     *
     * @param model the name in the address
     * @param request what is asked, written as its own model wants it
     * @return the call, not sent yet
     */
    @Streaming
    @Headers("Accept: text/event-stream")
    @POST("models/{model}:streamGenerateContent?alt=sse")
    Call<GeneratedContentStream> stream(@Path("model") String model, @Body GenerateContentRequest request);
}
