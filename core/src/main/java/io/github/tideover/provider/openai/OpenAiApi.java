package io.github.tideover.provider.openai;

import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.Transport;
import io.github.tideover.wire.TypedApi;
import java.util.Map;
import okhttp3.OkHttpClient;
import retrofit2.Call;
import retrofit2.http.Body;
import retrofit2.http.GET;
import retrofit2.http.Headers;
import retrofit2.http.POST;
import retrofit2.http.Path;
import retrofit2.http.Streaming;

/**
 * The chat completions API of OpenAI and of the many servers that speak it, as a Retrofit interface. One call is one
 * request: nothing is retried, replayed or redirected, and nothing stands in for a reply that does not come. Whoever
 * wants that asks {@code Tideover}, which is built on this.
 *
 * <pre>{@code
 * OpenAiApi api = OpenAiApi.create("https://api.openai.com/v1/", key);
 * ChatCompletionRequest request = ChatCompletionRequest.of("gpt-5-mini", ChatRequest.of("Hello"));
 * ChatCompletion completion = api.complete(request).execute().body();
 * }</pre>
 *
 * <p>A response that {@code isSuccessful()} holds what was read. One that is not has the provider's words, or their first
 * 64 KiB, in its {@code errorBody()}. What is not JSON, or too long, or breaks off, is an {@link java.io.IOException}
 * whose message does not quote it.
 *
 * @since 0.1
 */
public interface OpenAiApi {
    /**
     * Makes a client for a server that asks for a key. It gives up on a connection after 5 seconds, and on a server that
     * sends nothing after 2 minutes.
     *
     * @param baseUrl the address under which {@code chat/completions} lies, such as {@code "https://api.openai.com/v1/"}
     * @param apiKey the key, sent as a bearer token
     * @return the client, safe for use by many threads
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, or the key cannot be sent
     */
    static OpenAiApi create(String baseUrl, String apiKey) {
        return create(baseUrl, apiKey, TypedApi.defaultClient());
    }

    /**
     * Makes a client for a server that asks for a key, with an application's own HTTP client. That client is not changed:
     * its connections, time limits, proxy and interceptors are used; its redirects and its own retries are not.
     *
     * @param baseUrl the address under which {@code chat/completions} lies, such as {@code "https://api.openai.com/v1/"}
     * @param apiKey the key, sent as a bearer token
     * @param http the HTTP client
     * @return the client, safe for use by many threads
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, or the key cannot be sent
     */
    static OpenAiApi create(String baseUrl, String apiKey, OkHttpClient http) {
        return OpenAiRetrofit.api(
                Transport.direct(http),
                Endpoint.baseUrl(baseUrl),
                Endpoint.headers(Endpoint.apiKey(apiKey), Map.of()),
                Transport.MAX_REPLY_BYTES);
    }

    /**
     * Makes a client for a server that asks for no key, as local ones do.
     *
     * @param baseUrl the address under which {@code chat/completions} lies, such as {@code "http://localhost:11434/v1/"}
     * @return the client, safe for use by many threads
     * @throws IllegalArgumentException if the address is not http(s) or does not end in a slash
     */
    static OpenAiApi createKeyless(String baseUrl) {
        return createKeyless(baseUrl, TypedApi.defaultClient());
    }

    /**
     * Makes a client for a server that asks for no key, or for one that an interceptor of {@code http} adds. That client
     * is not changed: its connections, time limits, proxy and interceptors are used; its redirects and its own retries
     * are not.
     *
     * @param baseUrl the address under which {@code chat/completions} lies, such as {@code "http://localhost:11434/v1/"}
     * @param http the HTTP client
     * @return the client, safe for use by many threads
     * @throws IllegalArgumentException if the address is not http(s) or does not end in a slash
     */
    static OpenAiApi createKeyless(String baseUrl, OkHttpClient http) {
        return OpenAiRetrofit.api(
                Transport.direct(http),
                Endpoint.baseUrl(baseUrl),
                Endpoint.headers(null, Map.of()),
                Transport.MAX_REPLY_BYTES);
    }

    /**
     * Asks for a reply, to be sent when it is complete.
     *
     * @param request what is asked
     * @return the call, not sent yet
     */
    @POST("chat/completions")
    Call<ChatCompletion> complete(@Body ChatCompletionRequest request);

    /**
     * Asks for a reply, to be sent piece by piece as it is written. The stream must be closed.
     *
     * @param request what is asked; that it is to be streamed need not be said in it
     * @return the call, not sent yet
     */
    @Streaming
    @Headers("Accept: text/event-stream")
    @POST("chat/completions")
    Call<ChatCompletionStream> stream(@Body ChatCompletionRequest request);

    /**
     * Asks which models there are.
     *
     * @return the call, not sent yet
     */
    @GET("models")
    Call<ModelList> models();

    /**
     * Asks about one model.
     *
     * @param model the model's name
     * @return the call, not sent yet
     */
    @GET("models/{model}")
    Call<ModelList.Model> model(@Path("model") String model);
}
