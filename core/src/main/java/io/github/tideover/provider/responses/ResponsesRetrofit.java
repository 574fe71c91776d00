package io.github.tideover.provider.responses;

import io.github.tideover.wire.TypedApi;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/** Has Retrofit make a {@link ResponsesApi}. */
final class ResponsesRetrofit {
    /** What a base URL must not end in, since it is added. */
    static final String[] ADDED = {"responses/"};

    private ResponsesRetrofit() {}

    static ResponsesApi api(OkHttpClient http, HttpUrl baseUrl, Headers headers, long maxReplyBytes) {
        return new TypedApi(maxReplyBytes)
                .reads(OpenAiResponse.class, OpenAiResponse::read)
                .streams(ResponseStream.class, ResponseStream::new)
                .writes(ResponseRequest.class, ResponseRequest::write)
                .create(ResponsesApi.class, http, baseUrl, headers);
    }
}
