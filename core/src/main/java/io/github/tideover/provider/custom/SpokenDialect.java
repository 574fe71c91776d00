package io.github.tideover.provider.custom;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.provider.Adaptation;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.DeltaReader;
import io.github.tideover.provider.Dialect;
import io.github.tideover.provider.Exchange;
import io.github.tideover.wire.BodyText;
import io.github.tideover.wire.DirectCall;
import io.github.tideover.wire.EventStreamReader;
import io.github.tideover.wire.LinesAsEvents;
import io.github.tideover.wire.StreamedReply;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.ResponseBody;
import okio.BufferedSource;
import okio.Okio;
import retrofit2.Call;

/**
 * Speaks a {@link CustomDialect}.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class SpokenDialect implements Dialect {
    /** How long one piece may be, in bytes: as long as the longest event of the dialects that come with the library. */
    private static final int MAX_PIECE = 16 * 1024 * 1024;

    private final CustomDialect dialect;
    private final OkHttpClient http;
    private final HttpUrl baseUrl;
    private final Headers headers;
    private final Capabilities capabilities;
    private final long maxReplyBytes;

    /**
     * Makes the dialect of one server.
     *
     * @param dialect what its requests and answers look like
     * @param http the HTTP client, which has no time limits of its own
     * @param baseUrl the address below which its paths lie
     * @param headers what is sent with every request
     * @param capabilities what the model can do there
     * @param maxReplyBytes how long a reply may be
     */
    public SpokenDialect(
            CustomDialect dialect,
            OkHttpClient http,
            HttpUrl baseUrl,
            Headers headers,
            Capabilities capabilities,
            long maxReplyBytes) {
        this.dialect = dialect;
        this.http = http;
        this.baseUrl = baseUrl;
        this.headers = headers;
        this.capabilities = capabilities;
        this.maxReplyBytes = maxReplyBytes;
    }

    @Override
    public Exchange<?, ChatReply.Builder> whole(ChatRequest request, String model) {
        Adaptation fit = Adaptation.of(request, model, capabilities);
        Request written = written(fit.request(), new Target(baseUrl, model, false), "application/json");
        List<String> adapted = adapted(fit);
        Call<String> call = new DirectCall<>(http, written, body -> BodyText.read(body, maxReplyBytes));
        return new Exchange<>(call, (body, answered) -> {
            ReplyDraft read = CustomReplyReader.whole(dialect, body, answered);
            ChatReply.Builder reply = read.reply(model).requestId(StreamedReply.requestId(answered));
            return read.unreadSoFar().toldBy(reply, adapted);
        });
    }

    @Override
    public Exchange<?, DeltaReader> streamed(ChatRequest request, String model) {
        Framing framing = requireNonNull(dialect.framing(), "the dialect's framing() == null");
        Adaptation fit = Adaptation.of(request, model, capabilities.whileStreaming());
        Request written = written(fit.request(), new Target(baseUrl, model, true), framing.mediaType());
        List<String> adapted = adapted(fit);
        Call<ResponseBody> call = new DirectCall<>(http, written, body -> body);
        return new Exchange<>(call, (body, answered) -> {
            BufferedSource source = body.source();
            LinesAsEvents lines = framing == Framing.LINES ? new LinesAsEvents(source, MAX_PIECE) : null;
            EventStreamReader events = new EventStreamReader(
                    lines == null ? source : Okio.buffer(lines),
                    call::cancel,
                    MAX_PIECE + 64,
                    MAX_PIECE,
                    Long.MAX_VALUE);
            return new CustomReplyReader(dialect, events, lines, answered, model, adapted, maxReplyBytes);
        });
    }

    /** What the model cannot do, and what of the rest the API cannot say. */
    private List<String> adapted(Adaptation fit) {
        List<String> sentences = new ArrayList<>(fit.sentences());
        sentences.addAll(dialect.adapted(fit.request()));
        return List.copyOf(sentences);
    }

    private Request written(ChatRequest request, Target target, String mediaType) {
        Request written = requireNonNull(dialect.write(request, target), "the dialect's write() gave null");
        HttpUrl url = written.url();
        if (!url.scheme().equals(baseUrl.scheme())
                || !url.host().equals(baseUrl.host())
                || url.port() != baseUrl.port()) {
            throw new IllegalStateException("the dialect writes to " + url.host() + ":" + url.port()
                    + ", not to the provider at " + baseUrl.host() + ":" + baseUrl.port()
                    + "; use target.url(path), or the key would go there");
        }
        Headers.Builder all = written.headers().newBuilder();
        for (String name : headers.names()) {
            if (written.header(name) == null) {
                headers.values(name).forEach(value -> all.add(name, value));
            }
        }
        if (all.get("Accept") == null) {
            all.add("Accept", mediaType);
        }
        return written.newBuilder().headers(all.build()).build();
    }
}
