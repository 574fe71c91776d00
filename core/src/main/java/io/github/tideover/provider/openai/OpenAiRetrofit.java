package io.github.tideover.provider.openai;

import io.github.tideover.wire.Json;
import io.github.tideover.wire.Transport;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.time.Duration;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;
import retrofit2.Converter;
import retrofit2.Retrofit;
import retrofit2.http.Streaming;

/** Has Retrofit make an {@link OpenAiApi}, with the JSON of each type and the headers of every request. */
final class OpenAiRetrofit {
    private OpenAiRetrofit() {}

    static OpenAiApi api(OkHttpClient http, HttpUrl baseUrl, Headers headers, long maxReplyBytes) {
        Call.Factory calls = request -> {
            Headers.Builder all = request.headers().newBuilder();
            if (request.header("Accept") == null) {
                all.add("Accept", "application/json");
            }
            for (int i = 0; i < headers.size(); i++) {
                all.set(headers.name(i), headers.value(i));
            }
            return http.newCall(request.newBuilder().headers(all.build()).build());
        };
        return new Retrofit.Builder()
                .baseUrl(baseUrl)
                .callFactory(calls)
                .addConverterFactory(new Converters(maxReplyBytes))
                .build()
                .create(OpenAiApi.class);
    }

    static OkHttpClient defaultClient() {
        return DefaultClient.HTTP;
    }

    /** One pool of connections for all who bring none. Not made before somebody asks for it. */
    private static final class DefaultClient {
        static final OkHttpClient HTTP = new OkHttpClient.Builder()
                .connectTimeout(Transport.CONNECT_TIMEOUT)
                .readTimeout(Duration.ofMinutes(2))
                .build();
    }

    private static final class Converters extends Converter.Factory {
        private final long maxReplyBytes;

        Converters(long maxReplyBytes) {
            this.maxReplyBytes = maxReplyBytes;
        }

        @Override
        public @Nullable Converter<ResponseBody, ?> responseBodyConverter(
                Type type, Annotation[] annotations, Retrofit retrofit) {
            if (type == ChatCompletion.class) {
                return json(ChatCompletion::read);
            }
            if (type == ChatCompletionStream.class) {
                return (Converter<ResponseBody, ChatCompletionStream>) ChatCompletionStream::new;
            }
            if (type == ModelList.class) {
                return json(ModelList::read);
            }
            return type == ModelList.Model.class ? json(ModelList.Model::read) : null;
        }

        private <T> Converter<ResponseBody, T> json(Json.Reading<T> reading) {
            return body -> Json.read(body, maxReplyBytes, reading);
        }

        @Override
        public @Nullable Converter<?, RequestBody> requestBodyConverter(
                Type type, Annotation[] parameter, Annotation[] method, Retrofit retrofit) {
            if (type != ChatCompletionRequest.class) {
                return null;
            }
            boolean stream = isStreaming(method);
            return (ChatCompletionRequest request) -> Json.body(out -> request.write(out, stream));
        }

        private static boolean isStreaming(Annotation[] method) {
            for (Annotation annotation : method) {
                if (annotation instanceof Streaming) {
                    return true;
                }
            }
            return false;
        }
    }
}
