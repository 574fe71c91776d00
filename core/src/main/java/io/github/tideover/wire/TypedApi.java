package io.github.tideover.wire;

import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
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
import tools.jackson.core.JsonGenerator;

/** Has Retrofit make a provider's typed interface, with the JSON of each of its types and the headers of every request. */
public final class TypedApi {
    private final Map<Type, Converter<ResponseBody, ?>> replies = new HashMap<>();
    private final Map<Type, Writer<Object>> requests = new HashMap<>();
    private final long maxReplyBytes;

    /**
     * Starts one without types.
     *
     * @param maxReplyBytes how long a reply may be
     */
    public TypedApi(long maxReplyBytes) {
        this.maxReplyBytes = maxReplyBytes;
    }

    /**
     * Adds a reply that is one JSON object.
     *
     * @param <T> the reply's type
     * @param type the reply's type
     * @param reading reads it
     * @return this
     */
    public <T> TypedApi reads(Class<T> type, Json.Reading<T> reading) {
        replies.put(type, body -> Json.read(body, maxReplyBytes, reading));
        return this;
    }

    /**
     * Adds a reply that is read while it comes.
     *
     * @param <T> the reply's type
     * @param type the reply's type
     * @param stream begins to read it
     * @return this
     */
    public <T> TypedApi streams(Class<T> type, Converter<ResponseBody, T> stream) {
        replies.put(type, stream);
        return this;
    }

    /**
     * Adds a request.
     *
     * @param <T> the request's type
     * @param type the request's type
     * @param writer writes it
     * @return this
     */
    public <T> TypedApi writes(Class<T> type, Writer<? super T> writer) {
        requests.put(type, (request, out, stream) -> writer.write(type.cast(request), out, stream));
        return this;
    }

    /**
     * Makes the interface.
     *
     * @param <A> the interface
     * @param api the interface
     * @param http the HTTP client
     * @param baseUrl the address under which its paths lie
     * @param headers what is sent with every request
     * @return the interface, safe for use by many threads
     */
    public <A> A create(Class<A> api, OkHttpClient http, HttpUrl baseUrl, Headers headers) {
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
                .addConverterFactory(new Converters())
                .build()
                .create(api);
    }

    /**
     * The HTTP client of all who bring none, with one pool of connections. Not made before somebody asks for it.
     *
     * @return the client
     */
    public static OkHttpClient defaultClient() {
        return DefaultClient.HTTP;
    }

    private static final class DefaultClient {
        static final OkHttpClient HTTP = new OkHttpClient.Builder()
                .connectTimeout(Transport.CONNECT_TIMEOUT)
                .readTimeout(Duration.ofMinutes(2))
                .build();
    }

    private final class Converters extends Converter.Factory {
        @Override
        public @Nullable Converter<ResponseBody, ?> responseBodyConverter(
                Type type, Annotation[] annotations, Retrofit retrofit) {
            return replies.get(type);
        }

        @Override
        public @Nullable Converter<?, RequestBody> requestBodyConverter(
                Type type, Annotation[] parameter, Annotation[] method, Retrofit retrofit) {
            Writer<Object> writer = requests.get(type);
            if (writer == null) {
                return null;
            }
            boolean stream = isStreaming(method);
            return request -> Json.body(out -> writer.write(request, out, stream));
        }

        private boolean isStreaming(Annotation[] method) {
            for (Annotation annotation : method) {
                if (annotation instanceof Streaming) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Writes a request.
     *
     * @param <T> the request
     */
    @FunctionalInterface
    public interface Writer<T> {
        /**
         * Writes it as one JSON object.
         *
         * @param request the request
         * @param out where to
         * @param stream whether a stream is asked for
         */
        void write(T request, JsonGenerator out, boolean stream);
    }
}
