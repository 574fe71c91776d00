package io.github.tideover.provider.anthropic;

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
 * The Messages API of Anthropic and of the servers that speak it, as a Retrofit interface. One call is one request: nothing is
 * retried, replayed or redirected, and nothing stands in for a reply that does not come. Whoever wants that asks
 * {@code Tideover}, which is built on this.
 *
 * <pre>{@code
 * AnthropicApi api = AnthropicApi.create("https://api.anthropic.com/", key);
 * MessagesRequest request = MessagesRequest.of("claude-haiku-4-5", ChatRequest.of("Hello"));
 * AnthropicMessage message = api.complete(request).execute().body();
 * }</pre>
 *
 * <p>A response that {@code isSuccessful()} holds what was read. One that is not has the provider's words, or their first
 * 64 KiB, in its {@code errorBody()}. What is not JSON, or too long, or breaks off, is an {@link java.io.IOException}
 * whose message does not quote it.
 *
 * @since 0.1
 */
public interface AnthropicApi {
    /** The version of the API that is asked for with every request, the only one since 2023. */
    String VERSION = "2023-06-01";

    /**
     * Makes a client. It gives up on a connection after 5 seconds, and on a server that sends nothing after 2 minutes.
     *
     * @param baseUrl the address under which {@code v1/messages} lies, such as {@code "https://api.anthropic.com/"}: without
     *     the {@code v1/}, as other servers publish theirs and as Anthropic's own libraries want it
     * @param apiKey the key, sent as {@code x-api-key}
     * @return the client, safe for use by many threads
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash or ends in {@code v1/}, or the
     *     key cannot be sent
     */
    static AnthropicApi create(String baseUrl, String apiKey) {
        return create(baseUrl, apiKey, TypedApi.defaultClient());
    }

    /**
     * Makes a client with an application's own HTTP client. That client is not changed: its connections, time limits, proxy
     * and interceptors are used; its redirects and its own retries are not.
     *
     * @param baseUrl the address under which {@code v1/messages} lies, such as {@code "https://api.anthropic.com/"}
     * @param apiKey the key, sent as {@code x-api-key}
     * @param http the HTTP client
     * @return the client, safe for use by many threads
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash or ends in {@code v1/}, or the
     *     key cannot be sent
     */
    static AnthropicApi create(String baseUrl, String apiKey, OkHttpClient http) {
        return AnthropicRetrofit.api(
                Transport.direct(http),
                Endpoint.baseUrl(baseUrl, AnthropicRetrofit.ADDED),
                AnthropicRetrofit.headers(Endpoint.apiKey(apiKey), Map.of()),
                Transport.MAX_REPLY_BYTES);
    }

    /**
     * Asks for a reply, to be sent when it is complete.
     *
     * @param request what is asked
     * @return the call, not sent yet
     */
    @POST("v1/messages")
    Call<AnthropicMessage> complete(@Body MessagesRequest request);

    /**
     * Asks for a reply, to be sent piece by piece as it is written. The stream must be closed.
     *
     * @param request what is asked; that it is to be streamed need not be said in it
     * @return the call, not sent yet
     */
    @Streaming
    @Headers("Accept: text/event-stream")
    @POST("v1/messages")
    Call<MessageStream> stream(@Body MessagesRequest request);

    /**
     * Asks which models there are: the first page, the newest first.
     *
     * @return the call, not sent yet
     */
    @GET("v1/models")
    Call<AnthropicModels> models();

    /**
     * Asks about one model.
     *
     * @param model the model's name
     * @return the call, not sent yet
     */
    @GET("v1/models/{model}")
    Call<AnthropicModels.Model> model(@Path("model") String model);
}
