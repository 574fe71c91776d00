package io.github.tideover.provider.openai;

import io.github.tideover.wire.TypedApi;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/** Has Retrofit make an {@link OpenAiApi}. */
final class OpenAiRetrofit {
    private OpenAiRetrofit() {}

    static OpenAiApi api(OkHttpClient http, HttpUrl baseUrl, Headers headers, long maxReplyBytes) {
        return new TypedApi(maxReplyBytes)
                .reads(ChatCompletion.class, ChatCompletion::read)
                .streams(ChatCompletionStream.class, ChatCompletionStream::new)
                .reads(ModelList.class, ModelList::read)
                .reads(ModelList.Model.class, ModelList.Model::read)
                .writes(ChatCompletionRequest.class, ChatCompletionRequest::write)
                .create(OpenAiApi.class, http, baseUrl, headers);
    }
}
