package io.github.tideover.provider.responses;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.Dialect;
import io.github.tideover.provider.Exchange;
import io.github.tideover.provider.responses.StoredResponses.Before;
import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.RefusedException;
import java.io.IOException;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import retrofit2.Call;

/**
 * Speaks the Responses API.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class ResponsesDialect implements Dialect {
    private final ResponsesApi api;
    private final Capabilities capabilities;
    private final boolean background;
    private final boolean stored;
    private final long maxReplyBytes;
    private final StoredResponses known = new StoredResponses();

    /**
     * Makes the dialect of one server.
     *
     * @param http the HTTP client, which has no time limits of its own
     * @param baseUrl the address under which {@code responses} lies
     * @param headers what is sent with every request
     * @param capabilities what the model can do there
     * @param background whether streamed replies are written in the background, so that a stream that breaks can be resumed
     * @param stored whether requests and replies are stored, so that a conversation that goes on sends only what is new
     * @param maxReplyBytes how long a reply may be
     */
    public ResponsesDialect(
            OkHttpClient http,
            HttpUrl baseUrl,
            Headers headers,
            Capabilities capabilities,
            boolean background,
            boolean stored,
            long maxReplyBytes) {
        this.api = new DirectResponsesApi(http, baseUrl, headers, maxReplyBytes);
        this.capabilities = capabilities;
        this.background = background;
        this.stored = stored;
        this.maxReplyBytes = maxReplyBytes;
    }

    /**
     * Checks a base URL.
     *
     * @param baseUrl the address under which {@code responses} lies
     * @return the address
     * @throws IllegalArgumentException if it cannot be one
     */
    public static HttpUrl baseUrl(String baseUrl) {
        return Endpoint.baseUrl(baseUrl, ResponsesRetrofit.ADDED);
    }

    @Override
    public Exchange<?, ChatReply.Builder> whole(ChatRequest request, String model) {
        return whole(goingOn(ResponseRequest.of(model, request, capabilities).store(stored)));
    }

    private Exchange<?, ChatReply.Builder> whole(ResponseRequest body) {
        Conversation conversation = new Conversation(body);
        return new Exchange<>(
                api.create(body),
                (response, headers) -> {
                    ChatReply.Builder reply = response.unread()
                            .toldBy(ResponseReader.read(response, headers, body.model()), body.adapted());
                    if (response.status().equals("completed") && !response.isOpen()) {
                        conversation.answered(reply);
                    }
                    return reply;
                },
                refusal -> conversation.isLost(refusal) ? whole(body.after(null)) : null);
    }

    @Override
    public Exchange<?, DeltaReader> streamed(ChatRequest request, String model) {
        return streamed(goingOn(ResponseRequest.of(model, request, capabilities.whileStreaming())
                .store(stored)
                .background(background)));
    }

    private Exchange<?, DeltaReader> streamed(ResponseRequest body) {
        Conversation conversation = new Conversation(body);
        return exchange(
                api.stream(body),
                new ResponseEventReader.Asked(
                        body.model(),
                        body.adapted(),
                        maxReplyBytes,
                        body.isBackground() ? new Kept() : null,
                        conversation),
                null,
                refusal -> conversation.isLost(refusal) ? streamed(body.after(null)) : null);
    }

    /** Sends only what is new, if the provider has the rest. */
    private ResponseRequest goingOn(ResponseRequest body) {
        return body.canGoOn() ? body.after(known.find(body.model(), body.request())) : body;
    }

    /** What one request and its reply add to what is known of stored responses. */
    private final class Conversation implements ResponseEventReader.History {
        private final ResponseRequest body;

        Conversation(ResponseRequest body) {
            this.body = body;
        }

        @Override
        public void answered(ChatReply.Builder reply) {
            if (body.canGoOn()) {
                known.remember(body.model(), body.request(), reply.build());
            }
        }

        @Override
        public boolean isLost(IOException refusal) {
            Before before = body.before();
            if (before != null
                    && refusal instanceof RefusedException refused
                    && refused.isMissing("previous_response_not_found", "previous_response_id")) {
                known.forget(before.id());
                return true;
            }
            return false;
        }
    }

    @Override
    public boolean resumes() {
        return background;
    }

    private final class Kept implements ResponseEventReader.Background {
        @Override
        public Exchange<?, DeltaReader> resume(ResponseEventReader broken) {
            return exchange(api.resume(broken.id(), broken.sequenceNumber()), broken.asked(), broken, refusal -> null);
        }

        @Override
        public Exchange<?, ?> cancel(String id) {
            return new Exchange<>(api.cancel(id), (response, headers) -> response);
        }
    }

    private static Exchange<?, DeltaReader> exchange(
            Call<ResponseStream> call,
            ResponseEventReader.Asked asked,
            @Nullable ResponseEventReader broken,
            Exchange.Remedy<DeltaReader> remedy) {
        return new Exchange<>(call, (stream, headers) -> stream.deltas(call::cancel, headers, asked, broken), remedy);
    }
}
