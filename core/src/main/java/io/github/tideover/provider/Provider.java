package io.github.tideover.provider;

import static java.util.Objects.requireNonNull;

import io.github.tideover.failure.Failure;
import io.github.tideover.provider.anthropic.AnthropicDialect;
import io.github.tideover.provider.openai.ChatCompletionRequest;
import io.github.tideover.provider.openai.OpenAiDialect;
import io.github.tideover.provider.responses.ResponsesDialect;
import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.FailureSorter;
import io.github.tideover.wire.LocalNetwork;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Who can answer: an address, a key, a model. Immutable: each setter gives a changed copy, so that one provider may be
 * the start of another.
 *
 * <pre>{@code
 * Provider.openAiCompatible("https://chat.example.com/v1/").apiKey(key).model("small-model")
 * }</pre>
 *
 * @since 0.1
 */
public final class Provider {
    private static final String OPENAI = "https://api.openai.com/v1/";
    private static final String ANTHROPIC = "https://api.anthropic.com/";
    private static final String OLLAMA = "http://localhost:11434/v1/";
    private static final int MAX_CONCURRENT = 64;
    private static final int SHORTEST_HEADER_SECRET = 8;

    private final Speech speech;
    private final HttpUrl baseUrl;
    private final String name;
    private final @Nullable String apiKey;
    private final @Nullable String model;
    private final int maxConcurrent;
    private final Map<String, String> headers;
    private final String tokenLimitField;
    private final boolean canStream;
    private final boolean continues;
    private final boolean background;
    private final FailureSorter sorter;

    private Provider(Draft draft) {
        speech = draft.speech;
        baseUrl = draft.baseUrl;
        name = draft.name;
        apiKey = draft.apiKey;
        model = draft.model;
        maxConcurrent = draft.maxConcurrent;
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(draft.headers));
        tokenLimitField = draft.tokenLimitField;
        canStream = draft.canStream;
        continues = draft.continues;
        background = draft.background;
        sorter = new FailureSorter(secrets(), LocalNetwork::isUp);
    }

    /**
     * A server that speaks OpenAI's chat completions, as most do. It is named after its host.
     *
     * @param baseUrl the address under which {@code chat/completions} lies; it ends in a slash
     * @return the provider, without key and model
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, or has a query, a user or
     *     a password
     */
    public static Provider openAiCompatible(String baseUrl) {
        return new Provider(new Draft(Speech.CHAT_COMPLETIONS, Endpoint.baseUrl(baseUrl)));
    }

    /**
     * A server that speaks Anthropic's Messages API. It is named after its host.
     *
     * @param baseUrl the address under which {@code v1/messages} lies; it ends in a slash, and before the {@code v1/}, as
     *     other servers publish theirs and as Anthropic's own libraries want it
     * @return the provider, without key and model
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, ends in {@code v1/}, or has a
     *     query, a user or a password
     */
    public static Provider anthropicCompatible(String baseUrl) {
        return new Provider(new Draft(Speech.MESSAGES, AnthropicDialect.baseUrl(baseUrl)));
    }

    /**
     * A server that speaks OpenAI's Responses API. It is named after its host.
     *
     * @param baseUrl the address under which {@code responses} lies; it ends in a slash
     * @return the provider, without key and model
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, or has a query, a user or
     *     a password
     */
    public static Provider responsesCompatible(String baseUrl) {
        return new Provider(new Draft(Speech.RESPONSES, ResponsesDialect.baseUrl(baseUrl)));
    }

    /**
     * OpenAI itself, named {@code openai}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider openAi(String apiKey) {
        return openAiCompatible(OPENAI).name("openai").apiKey(apiKey);
    }

    /**
     * OpenAI itself by its Responses API, named {@code openai}. It is asked to store nothing, unless its streams are written
     * {@linkplain #background in the background}. What a request asks and the API lacks is told by
     * {@link io.github.tideover.chat.ChatReply#adapted()}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider openAiResponses(String apiKey) {
        return responsesCompatible(OPENAI).name("openai").apiKey(apiKey);
    }

    /**
     * Anthropic itself, named {@code anthropic}. What a request asks and its models cannot do is told by
     * {@link io.github.tideover.chat.ChatReply#adapted()}. Its newest models refuse to go on with a reply that another began,
     * so that is not assumed of any; see {@link #continuesReplies}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider anthropic(String apiKey) {
        return anthropicCompatible(ANTHROPIC).name("anthropic").apiKey(apiKey);
    }

    /**
     * Ollama on this machine at its usual port, named {@code ollama}. It asks for no key.
     *
     * @return the provider, without a model
     */
    public static Provider ollama() {
        return openAiCompatible(OLLAMA).name("ollama");
    }

    /**
     * Sets the key, which is sent as a bearer token, and by who speaks Anthropic's API as {@code x-api-key}. It is never logged
     * or shown.
     *
     * @param apiKey the key
     * @return a copy with that key
     * @throws IllegalArgumentException if the key is empty, or has a line break or another character that no header can
     *     carry
     */
    public Provider apiKey(String apiKey) {
        Endpoint.apiKey(apiKey);
        return with(draft -> draft.apiKey = apiKey);
    }

    /**
     * Sets the model to ask.
     *
     * @param model the provider's name for it
     * @return a copy with that model
     * @throws IllegalArgumentException if it is blank or has a line break or another control character
     */
    public Provider model(String model) {
        checkName("model", requireNonNull(model, "model == null"));
        return with(draft -> draft.model = model);
    }

    /**
     * Sets the name under which replies, failures and the status speak of this provider.
     *
     * @param name the name; two providers of one client must not share it, unless their models differ
     * @return a copy with that name
     * @throws IllegalArgumentException if it is blank or has a line break or another control character
     */
    public Provider name(String name) {
        checkName("name", requireNonNull(name, "name == null"));
        return with(draft -> draft.name = name);
    }

    /**
     * Sets how many requests to this provider may be under way at once. What is above it waits a second at most, then
     * moves on to an alternate. 64 unless set.
     *
     * @param maxConcurrent at least 1
     * @return a copy with that limit
     * @throws IllegalArgumentException if it is less than 1
     */
    public Provider maxConcurrent(int maxConcurrent) {
        if (maxConcurrent < 1) {
            throw new IllegalArgumentException("maxConcurrent must be at least 1, not " + maxConcurrent);
        }
        return with(draft -> draft.maxConcurrent = maxConcurrent);
    }

    /**
     * Sets a header that is sent with every request, such as an organization, or a key under a name of its own. Its value
     * is never logged or shown. It replaces a header of the same name, {@code Authorization} and {@code User-Agent} too.
     *
     * @param name the header's name
     * @param value its value
     * @return a copy with that header
     * @throws IllegalArgumentException if it cannot be sent, or is one that the HTTP client sets itself
     */
    public Provider header(String name, String value) {
        Endpoint.header(name, value);
        return with(draft -> {
            draft.headers.keySet().removeIf(other -> other.equalsIgnoreCase(name));
            draft.headers.put(name, value);
        });
    }

    /**
     * Sets the name this server has for the token limit. OpenAI and Azure have
     * {@link ChatCompletionRequest#MAX_COMPLETION_TOKENS}, and their reasoning models refuse the older
     * {@link ChatCompletionRequest#MAX_TOKENS}; most other servers know only that one and ignore the newer. So it is
     * chosen by the host unless it is set here. Anthropic's API
     * and the Responses API have one name for it, whatever is set here.
     *
     * @param field the field's name
     * @return a copy with that name
     * @throws IllegalArgumentException if it is blank
     */
    public Provider tokenLimitField(String field) {
        checkName("tokenLimitField", requireNonNull(field, "tokenLimitField == null"));
        return with(draft -> draft.tokenLimitField = field);
    }

    /**
     * Sets whether this server can give a reply as a stream. It is taken to, unless this says otherwise; then it is only
     * ever asked for whole replies, and a call that streams gets its reply in one piece.
     *
     * @param canStream whether it can
     * @return a copy with that ability
     */
    public Provider streaming(boolean canStream) {
        return with(draft -> draft.canStream = canStream);
    }

    /**
     * Sets whether this server is known to go on with a reply if the request ends in a message of the assistant's, instead of
     * refusing it or beginning a new one. Few do, so it is not assumed. A stream that broke elsewhere can then be continued
     * here.
     *
     * @param continues whether it is known to
     * @return a copy of which this is known
     */
    public Provider continuesReplies(boolean continues) {
        return with(draft -> draft.continues = continues);
    }

    /**
     * Sets whether streamed replies are written in the background: on, whether or not anybody listens, and kept by the provider
     * for some minutes, so that a stream that breaks can be resumed where it broke. They begin later than others do, a call that
     * is cancelled may still be billed for the whole reply, and an agreement that nothing is kept does not hold for them. They
     * are not unless this says so.
     *
     * @param background whether they are
     * @return a copy for which that holds
     * @throws IllegalArgumentException if they are to be, and this provider does not speak the Responses API
     */
    public Provider background(boolean background) {
        if (background && speech != Speech.RESPONSES) {
            throw new IllegalArgumentException(
                    "only the Responses API writes in the background; use openAiResponses or responsesCompatible");
        }
        return with(draft -> draft.background = background);
    }

    /**
     * The name under which replies, failures and the status speak of this provider.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The address under which its API lies.
     *
     * @return the address, ending in a slash
     */
    public String baseUrl() {
        return baseUrl.toString();
    }

    /**
     * The model to ask.
     *
     * @return the model, or empty if none was set
     */
    public Optional<String> model() {
        return Optional.ofNullable(model);
    }

    /**
     * How many requests may be under way at once.
     *
     * @return the limit
     */
    public int maxConcurrent() {
        return maxConcurrent;
    }

    /**
     * Whether the provider runs on this machine, and so is there when the network is not.
     *
     * @return true for a loopback address
     */
    public boolean isLocal() {
        return Endpoint.isLocal(baseUrl);
    }

    /**
     * Whether this server can give a reply as a stream.
     *
     * @return true unless said otherwise
     */
    public boolean canStream() {
        return canStream;
    }

    /**
     * Whether this server is known to go on with a reply that another began.
     *
     * @return true if it was said of it
     */
    public boolean continues() {
        return continues;
    }

    /**
     * The way to speak to this provider.
     *
     * <p>Part of the seam between this library's own packages.
     *
     * @param http the HTTP client
     * @param maxReplyBytes how long a whole reply may be
     * @return the dialect
     */
    public Dialect dialect(OkHttpClient http, long maxReplyBytes) {
        return speech.dialect(this, http, maxReplyBytes);
    }

    /**
     * Sorts what came instead of a reply.
     *
     * <p>Part of the seam between this library's own packages.
     *
     * @param problem what an attempt threw
     * @param now the time, for dates that the provider sent
     * @return what it means, without this provider's key
     */
    public Failure sort(Throwable problem, Instant now) {
        return sorter.sort(problem, now);
    }

    /** Gives name, address and model; the key and the values of headers are left out. */
    @Override
    public String toString() {
        return "Provider{" + name + " at " + baseUrl + (model == null ? "" : ", " + model) + "}";
    }

    /** The key, and the values of headers that are long enough to be one. */
    private List<String> secrets() {
        List<String> secrets = new ArrayList<>();
        if (apiKey != null) {
            secrets.add(apiKey);
        }
        headers.values().stream()
                .filter(value -> value.length() >= SHORTEST_HEADER_SECRET)
                .forEach(secrets::add);
        return secrets;
    }

    private Provider with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new Provider(draft);
    }

    private static void checkName(String what, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(what + " must not be blank");
        }
        for (int i = 0; i < value.length(); i++) {
            if (Character.isISOControl(value.charAt(i))) {
                throw new IllegalArgumentException(what + " must not hold a line break or another control character, "
                        + "as its character " + (i + 1) + " is");
            }
        }
    }

    /** What a provider speaks. */
    private enum Speech {
        CHAT_COMPLETIONS {
            @Override
            Dialect dialect(Provider to, OkHttpClient http, long maxReplyBytes) {
                return new OpenAiDialect(
                        http, to.baseUrl, Endpoint.headers(to.apiKey, to.headers), to.tokenLimitField, maxReplyBytes);
            }
        },
        MESSAGES {
            @Override
            Dialect dialect(Provider to, OkHttpClient http, long maxReplyBytes) {
                return new AnthropicDialect(http, to.baseUrl, to.apiKey, to.headers, maxReplyBytes);
            }
        },
        RESPONSES {
            @Override
            Dialect dialect(Provider to, OkHttpClient http, long maxReplyBytes) {
                return new ResponsesDialect(
                        http, to.baseUrl, Endpoint.headers(to.apiKey, to.headers), to.background, maxReplyBytes);
            }
        };

        abstract Dialect dialect(Provider to, OkHttpClient http, long maxReplyBytes);
    }

    private static final class Draft {
        private final Speech speech;
        private final HttpUrl baseUrl;
        private String name;
        private @Nullable String apiKey;
        private @Nullable String model;
        private int maxConcurrent = MAX_CONCURRENT;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private String tokenLimitField;
        private boolean canStream = true;
        private boolean continues;
        private boolean background;

        Draft(Speech speech, HttpUrl baseUrl) {
            this.speech = speech;
            this.baseUrl = baseUrl;
            String host = baseUrl.host();
            this.name = baseUrl.port() == HttpUrl.defaultPort(baseUrl.scheme()) ? host : host + ":" + baseUrl.port();
            this.tokenLimitField = knowsMaxCompletionTokens(host)
                    ? ChatCompletionRequest.MAX_COMPLETION_TOKENS
                    : ChatCompletionRequest.MAX_TOKENS;
        }

        Draft(Provider from) {
            speech = from.speech;
            baseUrl = from.baseUrl;
            name = from.name;
            apiKey = from.apiKey;
            model = from.model;
            maxConcurrent = from.maxConcurrent;
            headers.putAll(from.headers);
            tokenLimitField = from.tokenLimitField;
            canStream = from.canStream;
            continues = from.continues;
            background = from.background;
        }

        private static boolean knowsMaxCompletionTokens(String host) {
            String lower = host.toLowerCase(Locale.ROOT);
            return lower.equals("api.openai.com")
                    || lower.endsWith(".api.openai.com")
                    || lower.endsWith(".openai.azure.com");
        }
    }
}
