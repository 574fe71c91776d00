package io.github.tideover.benchmarks.scorecard;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalBiFunction;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.core.functions.CheckedSupplier;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.ResponseBody;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;
import retrofit2.Call;
import retrofit2.Response;
import retrofit2.Retrofit;
import retrofit2.converter.jackson.JacksonConverterFactory;
import retrofit2.http.Body;
import retrofit2.http.POST;
import retrofit2.http.Streaming;

/**
 * What a careful application developer puts together: Retrofit with 30 s timeouts, Resilience4j's retry with backoff that
 * heeds {@code Retry-After}, a breaker for each model, and the fallback model when the first gave no answer.
 *
 * <p>Once a stream shows text, nothing but the read timeout guards it: the fallback would have to begin anew.
 */
final class ScoredHandAssembled implements ScoredClient {
    private final ObjectMapper mapper =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    private final OkHttpClient http;
    private final Api wholeReplies;
    private final Api streams;
    private final Guard primary;
    private final Guard fallback;

    ScoredHandAssembled(String baseUrl, Profile profile) {
        http = new OkHttpClient.Builder()
                .connectTimeout(profile.seconds(30))
                .readTimeout(profile.seconds(30))
                .addInterceptor(chain -> chain.proceed(chain.request()
                        .newBuilder()
                        .header("Authorization", "Bearer " + API_KEY)
                        .build()))
                .build();
        streams = api(baseUrl, http);
        // A stream may take longer than that as a whole, a whole reply may not.
        wholeReplies =
                api(baseUrl, http.newBuilder().callTimeout(profile.seconds(30)).build());
        primary = new Guard(FaultyProvider.PRIMARY, profile);
        fallback = new Guard(FaultyProvider.FALLBACK, profile);
    }

    private Api api(String baseUrl, OkHttpClient client) {
        return new Retrofit.Builder()
                .baseUrl(baseUrl)
                .client(client)
                .addConverterFactory(JacksonConverterFactory.create(mapper))
                .build()
                .create(Api.class);
    }

    @Override
    public void ask(boolean streamed, Screen screen) throws Exception {
        try {
            ask(primary, streamed, screen);
        } catch (Exception e) {
            if (!screen.text().isEmpty()) {
                throw e;
            }
            ask(fallback, streamed, screen);
        }
    }

    private void ask(Guard guard, boolean streamed, Screen screen) throws Exception {
        if (streamed) {
            ChatRequest request = ChatRequest.of(guard.model, true);
            try (ResponseBody body = guard.run(() -> answerOf(streams.stream(request)))) {
                read(body.source(), screen);
            }
            return;
        }
        Completion reply = guard.run(() -> answerOf(wholeReplies.complete(ChatRequest.of(guard.model, false))));
        String text = reply.choices().get(0).message().content();
        screen.show(text == null ? "" : text);
        screen.report(reply.model(), tokensOf(reply.usage()));
    }

    private void read(BufferedSource source, Screen screen) throws IOException {
        for (String line = source.readUtf8Line(); line != null; line = source.readUtf8Line()) {
            if (!line.startsWith("data: ")) {
                continue;
            }
            String data = line.substring("data: ".length());
            if (data.equals("[DONE]")) {
                return;
            }
            Chunk chunk = mapper.readValue(data, Chunk.class);
            if (!chunk.choices().isEmpty()) {
                String token = chunk.choices().get(0).delta().content();
                if (token != null) {
                    screen.show(token);
                }
            }
            screen.report(chunk.model(), tokensOf(chunk.usage()));
        }
    }

    private static long tokensOf(@Nullable Usage usage) {
        return usage == null ? 0 : usage.totalTokens();
    }

    private static <T> T answerOf(Call<T> call) throws IOException {
        Response<T> response = call.execute();
        T body = response.body();
        if (!response.isSuccessful() || body == null) {
            try (ResponseBody error = response.errorBody()) {
                throw new RefusedException(
                        response.code(), response.headers().get("Retry-After"), error == null ? "" : error.string());
            }
        }
        return body;
    }

    @Override
    public void close() {
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }

    /** Retry and breaker of one model. */
    private static final class Guard {
        private final String model;
        private final Retry retry;
        private final CircuitBreaker breaker;

        Guard(String model, Profile profile) {
            this.model = model;
            IntervalFunction backoff = IntervalFunction.ofExponentialRandomBackoff(profile.seconds(0.5), 2.0, 0.5);
            IntervalBiFunction<Object> interval = (attempt, result) -> {
                long own = backoff.apply(attempt);
                return result.isLeft() && result.getLeft() instanceof RefusedException refused
                        ? Math.max(own, refused.retryAfterMillis())
                        : own;
            };
            retry = Retry.of(
                    model,
                    RetryConfig.custom()
                            .maxAttempts(3)
                            .intervalBiFunction(interval)
                            .retryOnException(Guard::mayPass)
                            .build());
            breaker = CircuitBreaker.of(
                    model,
                    CircuitBreakerConfig.custom()
                            .slidingWindowSize(10)
                            .minimumNumberOfCalls(5)
                            .waitDurationInOpenState(profile.seconds(10))
                            .permittedNumberOfCallsInHalfOpenState(2)
                            .recordException(Guard::mayPass)
                            .build());
        }

        <T> T run(CheckedSupplier<T> call) throws Exception {
            try {
                return Retry.decorateCheckedSupplier(retry, CircuitBreaker.decorateCheckedSupplier(breaker, call))
                        .get();
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IOException(e);
            }
        }

        private static boolean mayPass(Throwable problem) {
            return problem instanceof RefusedException refused ? refused.mayPass() : problem instanceof IOException;
        }
    }

    private static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final @Nullable String retryAfter;

        RefusedException(int status, @Nullable String retryAfter, String body) {
            super("HTTP " + status + " " + body);
            this.status = status;
            this.retryAfter = retryAfter;
        }

        boolean mayPass() {
            return status == 408 || status == 429 || status >= 500;
        }

        long retryAfterMillis() {
            try {
                return retryAfter == null
                        ? 0
                        : Duration.ofSeconds(Long.parseLong(retryAfter)).toMillis();
            } catch (NumberFormatException e) {
                return 0; // a date
            }
        }
    }

    interface Api {
        @POST("chat/completions")
        Call<Completion> complete(@Body ChatRequest request);

        @Streaming
        @POST("chat/completions")
        Call<ResponseBody> stream(@Body ChatRequest request);
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ChatRequest(
            String model,
            List<Message> messages,
            @Nullable Boolean stream,
            @JsonProperty("stream_options") @Nullable StreamOptions streamOptions) {
        static ChatRequest of(String model, boolean streamed) {
            return new ChatRequest(
                    model,
                    List.of(new Message("user", QUESTION)),
                    streamed ? true : null,
                    streamed ? new StreamOptions(true) : null);
        }
    }

    record StreamOptions(@JsonProperty("include_usage") boolean includeUsage) {}

    record Message(@Nullable String role, @Nullable String content) {}

    record Completion(
            String model, List<Choice> choices, @Nullable Usage usage) {}

    record Choice(Message message) {}

    record Chunk(
            String model,
            List<ChunkChoice> choices,
            @Nullable Usage usage) {}

    record ChunkChoice(Message delta) {}

    record Usage(@JsonProperty("total_tokens") long totalTokens) {}
}
