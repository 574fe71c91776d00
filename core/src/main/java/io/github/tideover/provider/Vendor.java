package io.github.tideover.provider;

import static io.github.tideover.provider.Ability.FORMAT_BESIDE_TOOLS;
import static io.github.tideover.provider.Ability.FORMAT_STREAMED;
import static io.github.tideover.provider.Ability.IMAGE_ADDRESSES;
import static io.github.tideover.provider.Ability.JSON;
import static io.github.tideover.provider.Ability.JSON_SCHEMA;
import static io.github.tideover.provider.Ability.SEED;
import static io.github.tideover.provider.Ability.STOP;
import static io.github.tideover.provider.Ability.STREAMING;
import static io.github.tideover.provider.Ability.TOOL_CHOICE;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Whose server it is, told by its host, and what that server takes whatever the model. What its pages do not say is left out.
 */
enum Vendor {
    /** https://platform.openai.com/docs/api-reference/chat/create: four stop texts. */
    OPENAI("OpenAI", c -> c.has(STREAMING, STOP).maxStopTexts(4), "api.openai.com"),
    /** https://learn.microsoft.com/azure/ai-foundry/openai/reference: as OpenAI; the models' names are its owner's. */
    AZURE("Azure OpenAI", c -> c.has(STREAMING, STOP).maxStopTexts(4), "openai.azure.com"),
    /** Known by its API. */
    ANTHROPIC("Anthropic", c -> c.has(STREAMING), "api.anthropic.com"),
    /** Known by its API. */
    GEMINI("Gemini", c -> c.has(STREAMING), "generativelanguage.googleapis.com"),
    /** https://docs.mistral.ai/api: its seed is called random_seed, and a field it does not know is refused. */
    MISTRAL("Mistral", c -> c.has(STREAMING, JSON, JSON_SCHEMA).lacks(SEED), "api.mistral.ai"),
    /**
     * https://console.groq.com/docs/api-reference: four stop texts. https://console.groq.com/docs/structured-outputs: formats
     * neither beside tools nor in streams, and schemas for few models.
     */
    GROQ(
            "Groq",
            c -> c.has(STREAMING, STOP, SEED, JSON)
                    .lacks(JSON_SCHEMA, FORMAT_BESIDE_TOOLS, FORMAT_STREAMED)
                    .maxStopTexts(4),
            "api.groq.com"),
    /** https://api-docs.deepseek.com/api/create-chat-completion: JSON of any form only; 16 stop texts. */
    DEEPSEEK("DeepSeek", c -> c.has(STREAMING, STOP, JSON).lacks(JSON_SCHEMA).maxStopTexts(16), "api.deepseek.com"),
    /** https://docs.x.ai/developers/rest-api-reference/inference/chat. */
    XAI("xAI", c -> c.has(STREAMING, JSON, JSON_SCHEMA, SEED), "api.x.ai"),
    /** https://openrouter.ai/docs/api/reference/overview: what a model does not take is ignored there. */
    OPENROUTER("OpenRouter", c -> c.has(STREAMING), "openrouter.ai"),
    /** https://docs.together.ai/docs/openai-api-compatibility. */
    TOGETHER("Together", c -> c.has(STREAMING), "api.together.xyz", "api.together.ai"),
    /** https://docs.fireworks.ai/api-reference/post-chatcompletions: four stop texts. */
    FIREWORKS("Fireworks", c -> c.has(STREAMING, STOP, JSON).maxStopTexts(4), "api.fireworks.ai"),
    /** https://docs.cohere.com/docs/compatibility-api; https://docs.cohere.com/reference/chat: no format beside tools. */
    COHERE(
            "Cohere",
            c -> c.has(STREAMING, JSON, JSON_SCHEMA, SEED).lacks(FORMAT_BESIDE_TOOLS),
            "api.cohere.ai",
            "api.cohere.com"),
    /** https://docs.perplexity.ai/docs/agent-api/openai-compatibility: OpenAI's Responses, with models of many companies. */
    PERPLEXITY("Perplexity", c -> c.has(STREAMING, JSON_SCHEMA), "api.perplexity.ai"),
    /** https://docs.ollama.com/api/openai-compatibility: what of a request it takes. */
    OLLAMA("Ollama", c -> c.has(STREAMING, SEED, STOP, JSON).lacks(TOOL_CHOICE, IMAGE_ADDRESSES)),
    /** Nothing is known. */
    ANOTHER("any", c -> {});

    private static final List<Vendor> ALL = List.of(values());
    private static final int OLLAMAS_PORT = 11_434;

    final String title;

    @SuppressWarnings("ImmutableEnumChecker") // keeps nothing
    final Consumer<Capabilities.Builder> says;

    @SuppressWarnings("ImmutableEnumChecker") // a list that cannot be changed
    private final List<String> hosts;

    Vendor(String title, Consumer<Capabilities.Builder> says, String... hosts) {
        this.title = title;
        this.says = says;
        this.hosts = List.of(hosts);
    }

    /** Whose server lies at a host. */
    static Vendor at(String host, int port, boolean isLocal) {
        String lower = host.toLowerCase(Locale.ROOT);
        for (Vendor each : ALL) {
            for (String own : each.hosts) {
                if (lower.equals(own) || lower.endsWith("." + own)) {
                    return each;
                }
            }
        }
        return isLocal && port == OLLAMAS_PORT ? OLLAMA : ANOTHER;
    }
}
