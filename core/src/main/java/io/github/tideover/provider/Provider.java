package io.github.tideover.provider;

import static java.util.Objects.requireNonNull;

import io.github.tideover.failure.Failure;
import io.github.tideover.provider.anthropic.AnthropicDialect;
import io.github.tideover.provider.custom.CustomDialect;
import io.github.tideover.provider.custom.SpokenDialect;
import io.github.tideover.provider.gemini.GeminiApi;
import io.github.tideover.provider.gemini.GeminiDialect;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
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
    private static final String AUTHORIZATION = "Authorization";
    private static final String OPENAI = "https://api.openai.com/v1/";
    private static final String ANTHROPIC = "https://api.anthropic.com/";
    private static final String OLLAMA = "http://localhost:11434/v1/";
    private static final String GEMINI = "https://generativelanguage.googleapis.com/v1beta/";
    private static final int MAX_CONCURRENT = 64;
    private static final int SHORTEST_HEADER_SECRET = 8;
    /** A call remembers which keys it has tried in the bits of one number. */
    private static final int MOST_KEYS = 64;

    private final Speech speech;
    private final @Nullable CustomDialect custom;
    private final HttpUrl baseUrl;
    private final String name;
    private final List<String> apiKeys;
    private final @Nullable String apiKeyHeader;
    private final @Nullable Supplier<String> bearerToken;
    private final @Nullable String model;
    private final int maxConcurrent;
    private final Map<String, String> headers;
    private final @Nullable String tokenLimitField;
    private final List<Consumer<Capabilities.Builder>> abilities;
    private final Capabilities capabilities;
    private final Set<String> tags;
    private final boolean background;
    private final boolean storesReplies;
    private final FailureSorter sorter;

    private Provider(Draft draft) {
        speech = draft.speech;
        custom = draft.custom;
        baseUrl = draft.baseUrl;
        name = draft.name;
        apiKeys = draft.apiKeys;
        apiKeyHeader = draft.apiKeyHeader;
        bearerToken = draft.bearerToken;
        model = draft.model;
        maxConcurrent = draft.maxConcurrent;
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(draft.headers));
        tokenLimitField = draft.tokenLimitField;
        background = draft.background;
        storesReplies = draft.storesReplies;
        abilities = List.copyOf(draft.abilities);
        tags = draft.tags;
        Capabilities.Builder known = speech.known(vendor(), model).toBuilder();
        abilities.forEach(each -> each.accept(known));
        capabilities = known.build();
        sorter = new FailureSorter(
                secrets(), LocalNetwork::isUp, custom == null ? FailureSorter.Words.NONE : custom::kindOf);
        if (apiKeys.size() > 1 && headers.keySet().stream().anyMatch(keyHeader()::equalsIgnoreCase)) {
            throw new IllegalArgumentException("the header " + keyHeader() + " would be sent in place of all "
                    + apiKeys.size() + " keys; leave out either that header or apiKeys");
        }
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
     * A server that speaks a dialect of the application's own. It is named after its host.
     *
     * @param dialect what its requests and answers look like
     * @param baseUrl the address below which its paths lie; it ends in a slash
     * @return the provider, without key and model
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, or has a query, a user or
     *     a password
     */
    public static Provider speaking(CustomDialect dialect, String baseUrl) {
        Draft draft = new Draft(Speech.CUSTOM, Endpoint.baseUrl(baseUrl, new String[0]));
        draft.custom = requireNonNull(dialect, "dialect == null");
        return new Provider(draft);
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
     * OpenAI itself by its Responses API, named {@code openai}. It is asked to store nothing, unless
     * {@link #storesReplies(boolean)} or {@link #background(boolean)} says otherwise. What a request asks and the
     * API lacks is told by {@link io.github.tideover.chat.ChatReply#adapted()}.
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
     * {@link io.github.tideover.chat.ChatReply#adapted()}. Its models since 4.6 refuse to go on with a reply that another began;
     * see {@link #continuesReplies}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider anthropic(String apiKey) {
        return anthropicCompatible(ANTHROPIC).name("anthropic").apiKey(apiKey);
    }

    /**
     * Mistral, named {@code mistral}, at {@code https://api.mistral.ai/v1/}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider mistral(String apiKey) {
        return openAiCompatible("https://api.mistral.ai/v1/").name("mistral").apiKey(apiKey);
    }

    /**
     * Groq, named {@code groq}, at {@code https://api.groq.com/openai/v1/}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider groq(String apiKey) {
        return openAiCompatible("https://api.groq.com/openai/v1/").name("groq").apiKey(apiKey);
    }

    /**
     * DeepSeek, named {@code deepseek}, at {@code https://api.deepseek.com/}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider deepSeek(String apiKey) {
        return openAiCompatible("https://api.deepseek.com/").name("deepseek").apiKey(apiKey);
    }

    /**
     * xAI, whose models are called Grok, named {@code xai}, at {@code https://api.x.ai/v1/}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider xAi(String apiKey) {
        return openAiCompatible("https://api.x.ai/v1/").name("xai").apiKey(apiKey);
    }

    /**
     * OpenRouter, which passes requests on to many providers, named {@code openrouter}, at {@code https://openrouter.ai/api/v1/}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider openRouter(String apiKey) {
        return openAiCompatible("https://openrouter.ai/api/v1/")
                .name("openrouter")
                .apiKey(apiKey);
    }

    /**
     * Together AI, named {@code together}, at {@code https://api.together.xyz/v1/}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider together(String apiKey) {
        return openAiCompatible("https://api.together.xyz/v1/").name("together").apiKey(apiKey);
    }

    /**
     * Fireworks AI, named {@code fireworks}, at {@code https://api.fireworks.ai/inference/v1/}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider fireworks(String apiKey) {
        return openAiCompatible("https://api.fireworks.ai/inference/v1/")
                .name("fireworks")
                .apiKey(apiKey);
    }

    /**
     * Cohere, by its compatible API, named {@code cohere}, at {@code https://api.cohere.ai/compatibility/v1/}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider cohere(String apiKey) {
        return openAiCompatible("https://api.cohere.ai/compatibility/v1/")
                .name("cohere")
                .apiKey(apiKey);
    }

    /**
     * Perplexity, by its Agent API, which is OpenAI's Responses at {@code https://api.perplexity.ai/v1/}, named
     * {@code perplexity}. Models are named with their company, such as {@code perplexity/sonar}. Its chat completions, to which
     * the names {@code sonar} and {@code sonar-pro} belong, are no longer supported since 27 September 2026.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     * @see <a href="https://docs.perplexity.ai/docs/agent-api/openai-compatibility">Perplexity on the API</a>
     * @see <a href="https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar/overview">Perplexity on the change</a>
     */
    public static Provider perplexity(String apiKey) {
        return responsesCompatible("https://api.perplexity.ai/v1/")
                .name("perplexity")
                .apiKey(apiKey);
    }

    /**
     * LM Studio on this machine at its usual port, {@code http://localhost:1234/v1/}, named {@code lmstudio}. It asks for no key.
     *
     * @return the provider, without a model
     */
    public static Provider lmStudio() {
        return openAiCompatible("http://localhost:1234/v1/").name("lmstudio");
    }

    /**
     * vLLM on this machine at its usual port, {@code http://localhost:8000/v1/}, named {@code vllm}. It asks for no key.
     *
     * @return the provider, without a model
     */
    public static Provider vllm() {
        return openAiCompatible("http://localhost:8000/v1/").name("vllm");
    }

    /**
     * The server of llama.cpp on this machine at its usual port, {@code http://localhost:8080/v1/}, named {@code llama.cpp}. It asks for no key.
     *
     * @return the provider, without a model
     */
    public static Provider llamaCpp() {
        return openAiCompatible("http://localhost:8080/v1/").name("llama.cpp");
    }

    /**
     * Azure OpenAI by its v1 API, named {@code azure}. The model is the name of a deployment. A key is given by
     * {@link #apiKey(String)} and goes into the header {@code api-key}; Microsoft Entra tokens are given by {@link #bearerToken}.
     *
     * @param endpoint the resource's address, such as {@code "https://my-resource.openai.azure.com/"}
     * @return the provider, without key and model
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, or has a query, a user or
     *     a password
     * @see <a href="https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle">Azure's own page</a>
     */
    public static Provider azureOpenAi(String endpoint) {
        HttpUrl url = Endpoint.baseUrl(endpoint, "openai/v1/", "openai/")
                .newBuilder()
                .addPathSegments("openai/v1/")
                .build();
        return new Provider(new Draft(Speech.CHAT_COMPLETIONS, url))
                .name("azure")
                .apiKeyHeader("api-key");
    }

    /**
     * One deployment of Azure OpenAI by its older, dated API, named {@code azure}. A key is given by {@link #apiKey(String)}
     * and goes into the header {@code api-key}; Microsoft Entra tokens are given by {@link #bearerToken}.
     *
     * @param endpoint the resource's address, such as {@code "https://my-resource.openai.azure.com/"}
     * @param deployment the deployment's name, which is this provider's model as well
     * @param apiVersion the API's date, such as {@code "2024-10-21"}
     * @return the provider, without a key
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, or has a query, a user or
     *     a password; or if one of the others is blank
     */
    public static Provider azureOpenAi(String endpoint, String deployment, String apiVersion) {
        checkName("deployment", requireNonNull(deployment, "deployment == null"));
        checkName("apiVersion", requireNonNull(apiVersion, "apiVersion == null"));
        HttpUrl url = Endpoint.baseUrl(endpoint, "openai/v1/", "openai/")
                .newBuilder()
                .addPathSegments("openai/deployments")
                .addPathSegment(deployment)
                .addPathSegment("")
                .addQueryParameter("api-version", apiVersion)
                .build();
        return new Provider(new Draft(Speech.CHAT_COMPLETIONS, url))
                .name("azure")
                .apiKeyHeader("api-key")
                .model(deployment);
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
     * Google's Gemini in its own API, named {@code gemini}.
     *
     * @param apiKey the key
     * @return the provider, without a model
     * @throws IllegalArgumentException if the key is empty or cannot be sent
     */
    public static Provider gemini(String apiKey) {
        return geminiCompatible(GEMINI).name("gemini").apiKey(apiKey);
    }

    /**
     * A server that speaks Gemini's own API, such as a gateway before it. It is named after its host.
     *
     * @param baseUrl the address under which {@code models/} lies; it ends in a slash
     * @return the provider, without key and model
     * @throws IllegalArgumentException if the address is not http(s), does not end in a slash, or has a query, a user or
     *     a password
     */
    public static Provider geminiCompatible(String baseUrl) {
        return new Provider(new Draft(Speech.GEMINI, Endpoint.baseUrl(baseUrl)));
    }

    /**
     * Sets the key, which is sent in the header that the provider wants it in: a bearer token as a rule. It is never logged
     * or shown. It takes the place of what {@link #apiKeys} or {@link #bearerToken} set.
     *
     * @param apiKey the key
     * @return a copy with that key
     * @throws IllegalArgumentException if the key is empty, or has a line break or another character that no header can
     *     carry
     */
    public Provider apiKey(String apiKey) {
        return apiKeys(apiKey);
    }

    /**
     * Sets several keys, over which requests are spread evenly. A key that is refused, out of credit or over its rate limit
     * rests by itself, for as long as the provider would, and the call goes on with the next one at once; the provider rests
     * only when all of its keys do. Of use where each key has limits of its own: the keys of one account often share them.
     *
     * <p>A key is spoken of by its place, as {@code key 2 of 3}; see {@link Failure#keyNumber()}. It is never logged or shown.
     *
     * @param apiKeys the keys, 1 to 64
     * @return a copy with those keys
     * @throws IllegalArgumentException if there is none, or more than 64, if two are the same, or one is empty or cannot be
     *     sent; or if a {@link #header} would take their place
     */
    public Provider apiKeys(String... apiKeys) {
        requireNonNull(apiKeys, "apiKeys == null");
        if (apiKeys.length == 0 || apiKeys.length > MOST_KEYS) {
            throw new IllegalArgumentException("apiKeys must be 1 to " + MOST_KEYS + " keys, not " + apiKeys.length
                    + (apiKeys.length == 0 ? "; leave it out for a server that asks for none" : ""));
        }
        List<String> keys = new ArrayList<>();
        for (String key : apiKeys) {
            int same = keys.indexOf(Endpoint.apiKey(key));
            if (same >= 0) {
                throw new IllegalArgumentException("apiKeys must differ, but key " + (same + 1) + " and key "
                        + (keys.size() + 1) + " of " + apiKeys.length + " are the same");
            }
            keys.add(key);
        }
        return with(draft -> {
            draft.apiKeys = List.copyOf(keys);
            draft.bearerToken = null;
        });
    }

    /**
     * Sets the header that keys are sent in, as they are, for a server or a gateway that wants them under a name of its own.
     *
     * @param name the header's name, such as {@code "api-key"}
     * @return a copy that sends its keys in that header
     * @throws IllegalArgumentException if it is not the name of a header, or that of one that the HTTP client sets itself
     */
    public Provider apiKeyHeader(String name) {
        Endpoint.header(name, "");
        return with(draft -> draft.apiKeyHeader = name);
    }

    /**
     * Sets where to get the token that is sent as {@code Authorization: Bearer}, for tokens that expire, such as those of
     * Microsoft Entra. It is asked for each request, on the thread that sends it, and should keep a token for as long as it is
     * good. What it throws ends the attempt as {@code AUTH}. It takes the place of keys.
     *
     * @param bearerToken gives the token; asked by many threads at once
     * @return a copy that sends those tokens
     */
    public Provider bearerToken(Supplier<String> bearerToken) {
        requireNonNull(bearerToken, "bearerToken == null");
        return with(draft -> {
            draft.apiKeys = List.of();
            draft.bearerToken = bearerToken;
        });
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
     * ever asked for whole replies, and a call that streams gets its reply in one piece. Short for saying so of
     * {@link Ability#STREAMING}.
     *
     * @param canStream whether it can
     * @return a copy with that ability
     */
    public Provider streaming(boolean canStream) {
        return ability(Ability.STREAMING, canStream);
    }

    /**
     * Sets whether this server is known to go on with a reply if the request ends in a message of the assistant's, instead of
     * refusing it or beginning a new one. Few do, so it is assumed only of models whose provider says so. A stream that broke
     * elsewhere can then be continued here. Short for saying so of {@link Ability#CONTINUATION}.
     *
     * @param continues whether it is known to
     * @return a copy of which this is known
     */
    public Provider continuesReplies(boolean continues) {
        return ability(Ability.CONTINUATION, continues);
    }

    private Provider ability(Ability ability, boolean hasIt) {
        return capabilities(hasIt ? c -> c.has(ability) : c -> c.lacks(ability));
    }

    /**
     * Says what the model can do here, where that is not what {@link #capabilities()} knows of it by its name, as of a model
     * of one's own. May be called several times; what is said last holds, whatever the model.
     *
     * <pre>{@code
     * Provider.vllm().model("our-model").capabilities(c -> c.lacks(Ability.IMAGES).contextWindow(32_768))
     * }</pre>
     *
     * @param says says it; called at once, and again by later copies
     * @return a copy of which this is known
     * @throws IllegalArgumentException if what it says cannot be
     */
    public Provider capabilities(Consumer<Capabilities.Builder> says) {
        requireNonNull(says, "says == null");
        return with(draft -> draft.abilities.add(says));
    }

    /**
     * Adds tags, for requests that ask for them with
     * {@link io.github.tideover.chat.ChatRequest.Builder#requiredTags requiredTags}. What they mean is the application's to
     * say: where the text is kept, or what its owner may do with it.
     *
     * @param tags such as {@code "eu"} or {@code "no-training"}
     * @return a copy with these tags too
     * @throws IllegalArgumentException if one is blank or has a line break or another control character
     */
    public Provider tags(String... tags) {
        for (String tag : tags) {
            checkName("tag", requireNonNull(tag, "tag == null"));
        }
        return with(draft -> {
            Set<String> all = new LinkedHashSet<>(draft.tags);
            all.addAll(List.of(tags));
            draft.tags = Collections.unmodifiableSet(all);
        });
    }

    /**
     * Sets whether the provider is asked to store each request with its reply. A conversation that goes on at the same provider then
     * sends only what is new, with {@code previous_response_id}, and the model has its own reasoning of before as well. The whole
     * history is sent as soon as it was changed, goes to another provider, model or key, or is more than a thousand replies ago; after a
     * restart of the program; and where the provider does not have the response any more, which is no failure. Input that is
     * not sent is billed all the same. Nothing is stored, unless this or {@link #background(boolean)} says so. Only the
     * Responses API can do this.
     *
     * <p>OpenAI keeps what is stored for thirty days, or until it is deleted.
     *
     * @param storesReplies whether it is asked to
     * @return a copy for which that holds
     * @throws IllegalStateException if the provider does not speak the Responses API
     * @see <a href="https://developers.openai.com/docs/guides/conversation-state">OpenAI on what it stores</a>
     */
    public Provider storesReplies(boolean storesReplies) {
        if (storesReplies && speech != Speech.RESPONSES) {
            throw new IllegalStateException("only the Responses API goes on from stored replies; "
                    + "use openAiResponses(key) or responsesCompatible(baseUrl)");
        }
        return with(draft -> draft.storesReplies = storesReplies);
    }

    /**
     * Sets whether replies are written in the background, so that a stream that breaks off is gone on with where it broke: the
     * caller sees nothing of the break, and nothing is written a second time. They are not, unless this says so. Only the
     * Responses API has that mode.
     *
     * <p>In exchange, OpenAI stores each request and its reply: for roughly ten minutes so that they can be asked for again, and as
     * a stored response, which it keeps for thirty days. It calls the mode incompatible with zero data retention.
     * A reply for which nobody waits any more is no longer stopped by closing the connection; it is cancelled by a message of
     * its own, sent once and without certainty, and not at all when the client is closed or the provider's circuit is open. What
     * is written until then is billed. The first words come somewhat later than without it.
     *
     * <p>What is stored is made use of as with {@link #storesReplies(boolean)}. Every reply is read as a stream then, whole ones underneath, as only a stream can be gone on with.
     *
     * @param background whether they are
     * @return a copy for which that holds
     * @throws IllegalStateException if the provider does not speak the Responses API
     * @see <a href="https://developers.openai.com/docs/guides/background">OpenAI on background mode</a>
     * @see <a href="https://developers.openai.com/docs/guides/conversation-state">OpenAI on what it stores</a>
     */
    public Provider background(boolean background) {
        if (background && speech != Speech.RESPONSES) {
            throw new IllegalStateException("only the Responses API writes replies in the background; "
                    + "use openAiResponses(key) or responsesCompatible(baseUrl)");
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
     * How many keys there are to ask with.
     *
     * @return the number, 0 for none
     */
    public int keys() {
        return apiKeys.size();
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
     * What the model can do at this provider, as far as its name, its host and what was said of it tell.
     *
     * @return its capabilities; without a model, what holds of any
     */
    public Capabilities capabilities() {
        return capabilities;
    }

    /**
     * What this provider is tagged with.
     *
     * @return an unmodifiable set, empty unless tags were given
     */
    public Set<String> tags() {
        return tags;
    }

    /**
     * The way to speak to this provider, with its first key if it has several.
     *
     * <p>Part of the seam between this library's own packages.
     *
     * @param http the HTTP client
     * @param maxReplyBytes how long a whole reply may be
     * @return the dialect
     */
    public Dialect dialect(OkHttpClient http, long maxReplyBytes) {
        return dialects(http, maxReplyBytes).get(0);
    }

    /**
     * The ways to speak to this provider, one with each of its keys.
     *
     * <p>Part of the seam between this library's own packages.
     *
     * @param http the HTTP client
     * @param maxReplyBytes how long a whole reply may be
     * @return the dialects in the order of the keys; one if there is no key
     */
    public List<Dialect> dialects(OkHttpClient http, long maxReplyBytes) {
        OkHttpClient client = bearerToken == null
                ? http
                : http.newBuilder().addInterceptor(new BearerToken(bearerToken)).build();
        return (apiKeys.isEmpty() ? Stream.of(headers) : apiKeys.stream().map(this::headersWith))
                .map(all -> speech.dialect(this, client, all, maxReplyBytes))
                .toList();
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

    private Vendor vendor() {
        return Vendor.at(baseUrl.host(), baseUrl.port(), isLocal());
    }

    private String tokenLimitField() {
        if (tokenLimitField != null) {
            return tokenLimitField;
        }
        Vendor vendor = vendor();
        return vendor == Vendor.OPENAI || vendor == Vendor.AZURE
                ? ChatCompletionRequest.MAX_COMPLETION_TOKENS
                : ChatCompletionRequest.MAX_TOKENS;
    }

    private String keyHeader() {
        return apiKeyHeader == null ? speech.keyHeader : apiKeyHeader;
    }

    /** What is sent with every request that is made with a key; a header that was set beats the key. */
    private Map<String, String> headersWith(String apiKey) {
        boolean isBearer = apiKeyHeader == null && speech.keyHeader.equals(AUTHORIZATION);
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.put(keyHeader(), isBearer ? "Bearer " + apiKey : apiKey);
        all.putAll(headers);
        return all;
    }

    /** The keys, and the values of headers that are long enough to be one. */
    private List<String> secrets() {
        List<String> secrets = new ArrayList<>(apiKeys);
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
        CHAT_COMPLETIONS(AUTHORIZATION) {
            @Override
            Dialect dialect(Provider to, OkHttpClient http, Map<String, String> headers, long maxReplyBytes) {
                return new OpenAiDialect(
                        http,
                        to.baseUrl,
                        Endpoint.headers(null, headers),
                        to.tokenLimitField(),
                        to.vendor() == Vendor.OPENROUTER,
                        to.capabilities,
                        maxReplyBytes);
            }

            @Override
            Capabilities known(Vendor vendor, @Nullable String model) {
                return KnownModels.byChatCompletions(vendor, model);
            }
        },
        MESSAGES("x-api-key") {
            @Override
            Dialect dialect(Provider to, OkHttpClient http, Map<String, String> headers, long maxReplyBytes) {
                return new AnthropicDialect(http, to.baseUrl, headers, to.capabilities, maxReplyBytes);
            }

            @Override
            Capabilities known(Vendor vendor, @Nullable String model) {
                return KnownModels.byMessages(model);
            }
        },
        GEMINI(GeminiApi.KEY_HEADER) {
            @Override
            Dialect dialect(Provider to, OkHttpClient http, Map<String, String> headers, long maxReplyBytes) {
                return new GeminiDialect(
                        http, to.baseUrl, Endpoint.headers(null, headers), to.capabilities, maxReplyBytes);
            }

            @Override
            Capabilities known(Vendor vendor, @Nullable String model) {
                return KnownModels.byGemini(model);
            }
        },
        CUSTOM(AUTHORIZATION) {
            @Override
            Dialect dialect(Provider to, OkHttpClient http, Map<String, String> headers, long maxReplyBytes) {
                return new SpokenDialect(
                        requireNonNull(to.custom),
                        http,
                        to.baseUrl,
                        Endpoint.headers(null, headers),
                        to.capabilities,
                        maxReplyBytes);
            }

            // What an API nobody knows can say is for the application to tell.
            @Override
            Capabilities known(Vendor vendor, @Nullable String model) {
                return Capabilities.unknown();
            }
        },
        RESPONSES(AUTHORIZATION) {
            @Override
            Dialect dialect(Provider to, OkHttpClient http, Map<String, String> headers, long maxReplyBytes) {
                return new ResponsesDialect(
                        http,
                        to.baseUrl,
                        Endpoint.headers(null, headers),
                        to.capabilities,
                        to.background,
                        to.storesReplies,
                        maxReplyBytes);
            }

            @Override
            Capabilities known(Vendor vendor, @Nullable String model) {
                return KnownModels.byResponses(vendor, model);
            }
        };

        /** Where this API wants its key. */
        private final String keyHeader;

        Speech(String keyHeader) {
            this.keyHeader = keyHeader;
        }

        abstract Dialect dialect(Provider to, OkHttpClient http, Map<String, String> headers, long maxReplyBytes);

        abstract Capabilities known(Vendor vendor, @Nullable String model);
    }

    private static final class Draft {
        private final Speech speech;
        private @Nullable CustomDialect custom;
        private final HttpUrl baseUrl;
        private String name;
        private List<String> apiKeys = List.of();
        private @Nullable String apiKeyHeader;
        private @Nullable Supplier<String> bearerToken;
        private @Nullable String model;
        private int maxConcurrent = MAX_CONCURRENT;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private @Nullable String tokenLimitField;
        private final List<Consumer<Capabilities.Builder>> abilities = new ArrayList<>(1);
        private Set<String> tags = Set.of();
        private boolean background;
        private boolean storesReplies;

        Draft(Speech speech, HttpUrl baseUrl) {
            this.speech = speech;
            this.baseUrl = baseUrl;
            String host = baseUrl.host();
            this.name = baseUrl.port() == HttpUrl.defaultPort(baseUrl.scheme()) ? host : host + ":" + baseUrl.port();
        }

        Draft(Provider from) {
            speech = from.speech;
            custom = from.custom;
            baseUrl = from.baseUrl;
            name = from.name;
            apiKeys = from.apiKeys;
            apiKeyHeader = from.apiKeyHeader;
            bearerToken = from.bearerToken;
            model = from.model;
            maxConcurrent = from.maxConcurrent;
            headers.putAll(from.headers);
            tokenLimitField = from.tokenLimitField;
            abilities.addAll(from.abilities);
            tags = from.tags;
            background = from.background;
            storesReplies = from.storesReplies;
        }
    }
}
