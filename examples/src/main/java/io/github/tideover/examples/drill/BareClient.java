package io.github.tideover.examples.drill;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What many applications do today: a POST with OkHttp and, when that fails by its connection, with HTTP 429 or with 5xx, three
 * more after 0.5, 1 and 2 seconds. An attempt may take as long as one of Tideover's for a whole reply, 30 s. Any other status is
 * an error at once, and so is a reply that cannot be read.
 */
final class BareClient implements DrilledClient {
    static final int RETRIES = 3;
    static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    static final Duration ATTEMPT_LIMIT = Duration.ofSeconds(30);

    private static final MediaType JSON = MediaType.get("application/json");
    private static final JsonMapper MAPPER = new JsonMapper();

    private final String url;
    private final OkHttpClient http = new OkHttpClient.Builder()
            .readTimeout(ATTEMPT_LIMIT)
            .callTimeout(ATTEMPT_LIMIT)
            .build();
    private final ScheduledExecutorService pauses = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "bare client");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Makes a client.
     *
     * @param baseUrl of a server that speaks chat completions, ending in a slash
     */
    BareClient(String baseUrl) {
        url = baseUrl + "chat/completions";
        // OkHttp admits 5 calls to one host at a time unless told otherwise. Who calls execute() on a thread for each
        // user meets no such limit, so there is none here.
        http.dispatcher().setMaxRequests(Integer.MAX_VALUE);
        http.dispatcher().setMaxRequestsPerHost(Integer.MAX_VALUE);
    }

    @Override
    public CompletableFuture<Answer> ask(String question) {
        String body = MAPPER.writeValueAsString(
                Map.of("model", "test-model", "messages", List.of(Map.of("role", "user", "content", question))));
        Request request = new Request.Builder()
                .url(url)
                .header("Authorization", "Bearer test-key")
                .post(RequestBody.create(body, JSON))
                .build();
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        attempt(request, 1, answer);
        return answer;
    }

    private void attempt(Request request, int number, CompletableFuture<Answer> answer) {
        http.newCall(request).enqueue(new Callback() {
            @Override
            public void onFailure(Call call, IOException e) {
                again(request, number, answer, e.getClass().getSimpleName());
            }

            @Override
            public void onResponse(Call call, Response response) {
                try (response) {
                    if (response.isSuccessful()) {
                        answer.complete(read(response.body().string(), number));
                    } else if (response.code() == 429 || response.code() >= 500) {
                        again(request, number, answer, "HTTP " + response.code());
                    } else {
                        answer.complete(Answer.failed(number, "HTTP " + response.code()));
                    }
                } catch (IOException e) {
                    again(request, number, answer, e.getClass().getSimpleName());
                }
            }
        });
    }

    private static Answer read(String body, int attempts) {
        try {
            JsonNode content = MAPPER.readTree(body)
                    .path("choices")
                    .path(0)
                    .path("message")
                    .path("content");
            return content.isString()
                    ? new Answer(Outcome.LIVE, content.stringValue(), attempts, "")
                    : Answer.failed(attempts, "no text in the reply");
        } catch (JacksonException e) {
            return Answer.failed(attempts, "a reply that is no JSON");
        }
    }

    private void again(Request request, int number, CompletableFuture<Answer> answer, String reason) {
        if (number > RETRIES) {
            answer.complete(Answer.failed(number, reason));
            return;
        }
        long pause = FIRST_PAUSE.toMillis() << (number - 1);
        try {
            var unused = pauses.schedule(() -> attempt(request, number + 1, answer), pause, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            answer.complete(Answer.failed(number, "closed"));
        }
    }

    @Override
    public void close() {
        pauses.shutdownNow();
        http.dispatcher().cancelAll();
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }
}
