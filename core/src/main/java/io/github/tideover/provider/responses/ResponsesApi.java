package io.github.tideover.provider.responses;

import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.Transport;
import io.github.tideover.wire.TypedApi;
import java.util.Map;
import okhttp3.OkHttpClient;
import retrofit2.Call;
import retrofit2.http.Body;
import retrofit2.http.DELETE;
import retrofit2.http.GET;
import retrofit2.http.Headers;
import retrofit2.http.POST;
import retrofit2.http.Path;
import retrofit2.http.Query;
import retrofit2.http.Streaming;

/**
 * The Responses API of OpenAI and of the servers that speak it, as a Retrofit interface. One call is one request: nothing is
 * retried, replayed or redirected, and nothing stands in for a reply that does not come. Whoever wants that asks
 * {@code Tideover}, which is built on this.
 *
 * <pre>{@code
 * ResponsesApi api = ResponsesApi.create("https://api.openai.com/v1/", key);
 * ResponseRequest request = ResponseRequest.of("gpt-5-mini", ChatRequest.of("Hello"));
 * OpenAiResponse response = api.create(request).execute().body();
 * }</pre>
 *
 * <p>An answer that {@code isSuccessful()} holds what was read. One that is not has the provider's words, or their first
 * 64 KiB, in its {@code errorBody()}. What is not JSON, or too long, or breaks off, is an {@link java.io.IOException}
 * whose message does not quote it.
 *
 * @since 0.1
 */
public interface ResponsesApi {
    /**
     * Makes a client. It gives up on a connection after 5 seconds, and on a server that sends nothing after 2 minutes.
     *
     * @param baseUrl the address under which {@code responses} lies, such as {@code "https://api.openai.com/v1/"}
     * @param apiKey the key, sent as a bearer token
     * @return the client, safe for use by many threads
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, or the key cannot be sent
     */
    static ResponsesApi create(String baseUrl, String apiKey) {
        return create(baseUrl, apiKey, TypedApi.defaultClient());
    }

    /**
     * Makes a client with an application's own HTTP client. That client is not changed: its connections, time limits, proxy
     * and interceptors are used; its redirects and its own retries are not.
     *
     * @param baseUrl the address under which {@code responses} lies, such as {@code "https://api.openai.com/v1/"}
     * @param apiKey the key, sent as a bearer token
     * @param http the HTTP client
     * @return the client, safe for use by many threads
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, or the key cannot be sent
     */
    static ResponsesApi create(String baseUrl, String apiKey, OkHttpClient http) {
        return ResponsesRetrofit.api(
                Transport.direct(http),
                Endpoint.baseUrl(baseUrl, ResponsesRetrofit.ADDED),
                Endpoint.headers(Endpoint.apiKey(apiKey), Map.of()),
                Transport.MAX_REPLY_BYTES);
    }

    /**
     * Asks for a response, to be sent when it is complete; one in the background, at once and {@code queued}.
     *
     * @param request what is asked
     * @return the call, not sent yet
     */
    @POST("responses")
    Call<OpenAiResponse> create(@Body ResponseRequest request);

    /**
     * Asks for a response, to be sent piece by piece as it is written. The stream must be closed.
     *
     * @param request what is asked; that it is to be streamed need not be said in it
     * @return the call, not sent yet
     */
    @Streaming
    @Headers("Accept: text/event-stream")
    @POST("responses")
    Call<ResponseStream> stream(@Body ResponseRequest request);

    /**
     * Asks for a response as far as it is there: one in the background, or one that was stored.
     *
     * @param id the response's id
     * @return the call, not sent yet
     */
    @GET("responses/{id}")
    Call<OpenAiResponse> response(@Path("id") String id);

    /**
     * Asks for the rest of a stream, of a response that was asked for as a stream and {@linkplain
     * ResponseRequest#background in the background}. OpenAI keeps the stream for some minutes, and answers HTTP 400 after that.
     * The stream must be closed.
     *
     * @param id the response's id
     * @param startingAfter the {@linkplain ResponseEvent#sequenceNumber() number} of the last event that came
     * @return the call, not sent yet
     */
    @Streaming
    @Headers("Accept: text/event-stream")
    @GET("responses/{id}?stream=true")
    Call<ResponseStream> resume(@Path("id") String id, @Query("starting_after") long startingAfter);

    /**
     * Asks that a response in the background be written no further. Closing its stream does not stop it, and what is written is
     * billed.
     *
     * @param id the response's id
     * @return the call, not sent yet
     */
    @POST("responses/{id}/cancel")
    Call<OpenAiResponse> cancel(@Path("id") String id);

    /**
     * Asks that a response that was stored be kept no longer.
     *
     * @param id the response's id
     * @return the call, not sent yet; its answer has no body
     */
    @DELETE("responses/{id}")
    Call<Void> delete(@Path("id") String id);
}
