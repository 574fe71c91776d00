package io.github.tideover.provider.gemini;

import io.github.tideover.wire.TypedApi;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/** Has Retrofit make a {@link GeminiApi}. */
final class GeminiRetrofit {
    private GeminiRetrofit() {}

    static GeminiApi api(OkHttpClient http, HttpUrl baseUrl, Headers headers, long maxReplyBytes) {
        return new TypedApi(maxReplyBytes)
                .reads(GeneratedContent.class, GeneratedContent::read)
                .streams(GeneratedContentStream.class, GeneratedContentStream::new)
                .writes(GenerateContentRequest.class, (request, out, stream) -> request.write(out))
                .create(GeminiApi.class, http, baseUrl, headers);
    }
}
