package io.github.tideover.provider.anthropic;

import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.TypedApi;
import java.util.Map;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Has Retrofit make an {@link AnthropicApi}. */
final class AnthropicRetrofit {
    /** What a base URL must not end in, since it is added. */
    static final String[] ADDED = {"v1/", "v1/messages/"};

    private AnthropicRetrofit() {}

    static AnthropicApi api(OkHttpClient http, HttpUrl baseUrl, Headers headers, long maxReplyBytes) {
        return new TypedApi(maxReplyBytes)
                .reads(AnthropicMessage.class, AnthropicMessage::read)
                .streams(MessageStream.class, MessageStream::new)
                .reads(AnthropicModels.class, AnthropicModels::read)
                .reads(AnthropicModels.Model.class, AnthropicModels.Model::read)
                .writes(MessagesRequest.class, MessagesRequest::write)
                .create(AnthropicApi.class, http, baseUrl, headers);
    }

    /** What is sent with every request. */
    static Headers headers(@Nullable String apiKey, Map<String, String> more) {
        Headers.Builder own = new Headers.Builder().add("anthropic-version", AnthropicApi.VERSION);
        if (apiKey != null) {
            own.add("x-api-key", apiKey);
        }
        return Endpoint.withOwn(own.build(), more);
    }
}
