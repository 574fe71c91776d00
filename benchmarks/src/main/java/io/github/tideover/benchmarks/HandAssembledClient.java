package io.github.tideover.benchmarks;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.core.functions.CheckedSupplier;
import io.github.resilience4j.retry.Retry;
import io.github.tideover.benchmarks.RawClient.ChatCompletion;
import io.github.tideover.benchmarks.RawClient.ChatCompletionChunk;
import io.github.tideover.benchmarks.RawClient.ChatCompletionRequest;
import java.io.IOException;
import java.time.Duration;
import okhttp3.OkHttpClient;
import okhttp3.ResponseBody;
import okio.BufferedSource;
import retrofit2.Call;
import retrofit2.Response;
import retrofit2.Retrofit;
import retrofit2.converter.jackson.JacksonConverterFactory;
import retrofit2.http.Body;
import retrofit2.http.POST;
import retrofit2.http.Streaming;

/**
 * What many an application has: Retrofit, its Jackson converter (of Jackson 2, there is no other), the key added by an
 * interceptor, a deadline, and Resilience4j's breaker and retry around {@code execute()}. No fallback, and a stream is
 * guarded up to its first byte only.
 */
final class HandAssembledClient implements Contender.Client {
    private final ObjectMapper mapper =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    private final Api api;
    private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("chat");
    private final Retry retry = Retry.ofDefaults("chat");
    private final ChatCompletionRequest request =
            ChatCompletionRequest.of(Question.MODEL, Question.SYSTEM, Question.USER);

    HandAssembledClient(String baseUrl) {
        OkHttpClient http = new OkHttpClient.Builder()
                .callTimeout(Duration.ofSeconds(120))
                .addInterceptor(chain -> chain.proceed(chain.request()
                        .newBuilder()
                        .header("Authorization", "Bearer " + Question.API_KEY)
                        .build()))
                .build();
        api = new Retrofit.Builder()
                .baseUrl(baseUrl)
                .client(http)
                .addConverterFactory(JacksonConverterFactory.create(mapper))
                .build()
                .create(Api.class);
    }

    @Override
    public String chat() throws IOException {
        ChatCompletion reply = guarded(() -> answerOf(api.complete(request)));
        return reply.choices().get(0).message().content();
    }

    @Override
    public void stream(Contender.Tokens tokens) throws IOException {
        try (ResponseBody body = guarded(() -> answerOf(api.stream(request.streamed())))) {
            BufferedSource source = body.source();
            for (String line = source.readUtf8Line(); line != null; line = source.readUtf8Line()) {
                if (!line.startsWith("data: ")) {
                    continue;
                }
                String data = line.substring("data: ".length());
                if (data.equals("[DONE]")) {
                    break;
                }
                ChatCompletionChunk chunk = mapper.readValue(data, ChatCompletionChunk.class);
                String token = chunk.choices().get(0).delta().content();
                if (token != null) {
                    tokens.add(token);
                }
            }
        }
    }

    private <T> T guarded(CheckedSupplier<T> call) throws IOException {
        try {
            return Retry.decorateCheckedSupplier(retry, CircuitBreaker.decorateCheckedSupplier(breaker, call))
                    .get();
        } catch (IOException | CallNotPermittedException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        }
    }

    private static <T> T answerOf(Call<T> call) throws IOException {
        Response<T> response = call.execute();
        if (!response.isSuccessful()) {
            throw new IOException("HTTP " + response.code());
        }
        return response.body();
    }

    interface Api {
        @POST("chat/completions")
        Call<ChatCompletion> complete(@Body ChatCompletionRequest request);

        @Streaming
        @POST("chat/completions")
        Call<ResponseBody> stream(@Body ChatCompletionRequest request);
    }
}
