package io.github.tideover.provider;

import static io.github.tideover.provider.Ability.CONTINUATION;
import static io.github.tideover.provider.Ability.FILES;
import static io.github.tideover.provider.Ability.FORMAT_BESIDE_TOOLS;
import static io.github.tideover.provider.Ability.IMAGES;
import static io.github.tideover.provider.Ability.IMAGE_ADDRESSES;
import static io.github.tideover.provider.Ability.JSON;
import static io.github.tideover.provider.Ability.JSON_SCHEMA;
import static io.github.tideover.provider.Ability.ONE_TOOL_CALL_AT_A_TIME;
import static io.github.tideover.provider.Ability.REASONING_EFFORT;
import static io.github.tideover.provider.Ability.SEED;
import static io.github.tideover.provider.Ability.STOP;
import static io.github.tideover.provider.Ability.TEMPERATURE;
import static io.github.tideover.provider.Ability.TOOLS;
import static io.github.tideover.provider.Ability.TOOL_CHOICE;
import static io.github.tideover.provider.Ability.TOP_P;
import static io.github.tideover.provider.Ability.TOP_P_BESIDE_TEMPERATURE;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is known of models by their names, as of November 2026. A rule names the page where its facts can be looked up; providers
 * change what their models can do faster than their pages, so an application has the last word by
 * {@link Provider#capabilities(Consumer)}. The first rule that knows a name speaks for it; a name that none
 * knows is one of which nothing is known.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class KnownModels {
    private static final Set<Vendor> OPENAIS = Set.of(Vendor.OPENAI, Vendor.OPENROUTER);
    private static final Set<Vendor> CLAUDES = Set.of(Vendor.ANTHROPIC, Vendor.OPENROUTER);
    private static final Set<Vendor> GEMINIS = Set.of(Vendor.GEMINI, Vendor.OPENROUTER);
    private static final Set<Vendor> MISTRALS = Set.of(Vendor.MISTRAL, Vendor.OPENROUTER);
    private static final Set<Vendor> DEEPSEEKS = Set.of(Vendor.DEEPSEEK);
    private static final Set<Vendor> XAIS = Set.of(Vendor.XAI, Vendor.OPENROUTER);
    private static final Set<Vendor> COHERES = Set.of(Vendor.COHERE, Vendor.OPENROUTER);
    private static final Set<Vendor> PERPLEXITYS = Set.of(Vendor.PERPLEXITY, Vendor.OPENROUTER);
    /** Models whose weights are published have the same abilities wherever they run; a window is its server's to set. */
    private static final Set<Vendor> ANYWHERE =
            Set.of(Vendor.GROQ, Vendor.TOGETHER, Vendor.FIREWORKS, Vendor.OPENROUTER, Vendor.OLLAMA, Vendor.ANOTHER);

    private static final String[] WEB_IMAGES = {"image/jpeg", "image/png", "image/gif", "image/webp"};

    private static final int MILLION = 1_048_576;

    private static final List<Rule> RULES = List.of(
            // ---- OpenAI. Windows, outputs and inputs: https://platform.openai.com/docs/models, each model's own page.
            // Efforts, and no temperature beside them: https://platform.openai.com/docs/guides/latest-model.
            rule(
                    OPENAIS,
                    "^gpt-3\\.5",
                    "gpt-3.5-turbo",
                    c -> openAi(c)
                            .lacks(IMAGES, IMAGE_ADDRESSES, FILES, JSON_SCHEMA, REASONING_EFFORT)
                            .contextWindow(16_385)
                            .maxOutputTokens(4_096)),
            rule(
                    OPENAIS,
                    "^gpt-4-(turbo|1106|0125)",
                    "gpt-4-turbo",
                    c -> openAi(c)
                            .lacks(FILES, JSON_SCHEMA, REASONING_EFFORT)
                            .contextWindow(128_000)
                            .maxOutputTokens(4_096)),
            rule(
                    OPENAIS,
                    "^gpt-4(-0613|-0314)?$",
                    "gpt-4",
                    c -> openAi(c)
                            .lacks(IMAGES, IMAGE_ADDRESSES, FILES, JSON, JSON_SCHEMA, REASONING_EFFORT)
                            .contextWindow(8_192)
                            .maxOutputTokens(8_192)),
            rule(
                    OPENAIS,
                    "^(gpt-4o|chatgpt-4o)(?!.*(audio|realtime|transcribe|tts|search))",
                    "gpt-4o-mini",
                    c -> seesAll(c)
                            .lacks(REASONING_EFFORT)
                            .contextWindow(128_000)
                            .maxOutputTokens(16_384)),
            rule(
                    OPENAIS,
                    "^gpt-4\\.1",
                    "gpt-4.1-mini",
                    c -> seesAll(c)
                            .lacks(REASONING_EFFORT)
                            .contextWindow(1_047_576)
                            .maxOutputTokens(32_768)),
            rule(
                    OPENAIS,
                    "^o3-mini",
                    "o3-mini",
                    c -> thinks(openAi(c))
                            .lacks(IMAGES, IMAGE_ADDRESSES, FILES)
                            .contextWindow(200_000)
                            .maxOutputTokens(100_000)),
            // https://platform.openai.com/docs/api-reference/chat/create: no stop texts with o3 and o4-mini.
            rule(
                    OPENAIS,
                    "^(o3|o4-mini)(?!.*deep-research)",
                    "o4-mini",
                    c -> thinks(seesAll(c)).lacks(STOP).contextWindow(200_000).maxOutputTokens(100_000)),
            rule(
                    OPENAIS,
                    "^o1(-pro|-2024-12-17)?$",
                    "o1",
                    c -> thinks(seesAll(c)).contextWindow(200_000).maxOutputTokens(100_000)),
            rule(
                    OPENAIS,
                    "^gpt-5(\\.\\d)?-chat",
                    "gpt-5-chat-latest",
                    c -> c.imageTypes(WEB_IMAGES)
                            .has(IMAGE_ADDRESSES)
                            .contextWindow(128_000)
                            .maxOutputTokens(16_384)),
            rule(
                    OPENAIS,
                    "^gpt-5(-mini|-nano|-codex)?(-\\d{4}-\\d\\d-\\d\\d)?$",
                    "gpt-5-mini",
                    c -> seesAll(c)
                            .lacks(TEMPERATURE, TOP_P)
                            .reasoningEfforts("minimal", "low", "medium", "high")
                            .contextWindow(400_000)
                            .maxOutputTokens(128_000)),
            rule(
                    OPENAIS,
                    "^gpt-5\\.1(-\\d{4}-\\d\\d-\\d\\d)?$",
                    "gpt-5.1",
                    c -> seesAll(c)
                            .reasoningEfforts("none", "low", "medium", "high")
                            .contextWindow(400_000)
                            .maxOutputTokens(128_000)),
            rule(
                    OPENAIS,
                    "^gpt-5\\.2(-\\d{4}-\\d\\d-\\d\\d)?$",
                    "gpt-5.2",
                    c -> seesAll(c)
                            .reasoningEfforts("none", "low", "medium", "high", "xhigh")
                            .contextWindow(400_000)
                            .maxOutputTokens(128_000)),
            rule(
                    OPENAIS,
                    "^gpt-5\\.4-(mini|nano)",
                    "gpt-5.4-mini",
                    c -> seesAll(c)
                            .reasoningEfforts("none", "low", "medium", "high", "xhigh")
                            .contextWindow(400_000)
                            .maxOutputTokens(128_000)),
            rule(
                    OPENAIS,
                    "^gpt-5\\.[45](-\\d{4}-\\d\\d-\\d\\d)?$",
                    "gpt-5.5",
                    c -> seesAll(c)
                            .reasoningEfforts("none", "low", "medium", "high", "xhigh")
                            .contextWindow(1_050_000)
                            .maxOutputTokens(128_000)),
            rule(
                    OPENAIS,
                    "^gpt-5\\.6(-sol|-terra|-luna)?$",
                    "gpt-5.6",
                    c -> seesAll(c).reasoningEfforts("none", "low", "medium", "high", "xhigh", "max")),

            // ---- Anthropic. Windows and outputs: https://platform.claude.com/docs/en/about-claude/models/overview.
            // Temperature, and replies that are gone on with: .../about-claude/models/migration-guide. Efforts:
            // .../build-with-claude/effort. Schemas: .../build-with-claude/structured-outputs. A name of Anthropic's
            // that is not understood is taken for the newest.
            rule(
                    CLAUDES,
                    claude("", 0, 299),
                    "claude-2.1",
                    c -> c.lacks(IMAGES, IMAGE_ADDRESSES, FILES, JSON_SCHEMA, REASONING_EFFORT)
                            .maxOutputTokens(4_096)),
            rule(
                    CLAUDES,
                    claude("", 300, 304),
                    "claude-3-haiku-20240307",
                    c -> oldClaude(c).maxOutputTokens(4_096)),
            rule(
                    CLAUDES,
                    claude("", 305, 306),
                    "claude-3-5-sonnet-20241022",
                    c -> oldClaude(c).maxOutputTokens(8_192)),
            rule(
                    CLAUDES,
                    claude("", 307, 399),
                    "claude-3-7-sonnet-20250219",
                    c -> oldClaude(c).maxOutputTokens(64_000)),
            rule(
                    CLAUDES,
                    claude("opus", 400, 404),
                    "claude-opus-4-1",
                    c -> oldClaude(c).maxOutputTokens(32_000)),
            rule(
                    CLAUDES,
                    claude("", 400, 404),
                    "claude-sonnet-4-20250514",
                    c -> oldClaude(c).maxOutputTokens(64_000)),
            rule(
                    CLAUDES,
                    claude("opus", 405, 405),
                    "claude-opus-4-5",
                    c -> claude(c)
                            .has(CONTINUATION, JSON_SCHEMA, FORMAT_BESIDE_TOOLS, TEMPERATURE, TOP_P)
                            .reasoningEfforts("low", "medium", "high")
                            .contextWindow(200_000)
                            .maxOutputTokens(64_000)),
            rule(
                    CLAUDES,
                    claude("", 405, 405),
                    "claude-haiku-4-5",
                    c -> claude(c)
                            .has(CONTINUATION, JSON_SCHEMA, FORMAT_BESIDE_TOOLS, TEMPERATURE, TOP_P)
                            .lacks(REASONING_EFFORT)
                            .contextWindow(200_000)
                            .maxOutputTokens(64_000)),
            rule(
                    CLAUDES,
                    claude("opus", 406, 406),
                    "claude-opus-4-6",
                    c -> claude46(c).maxOutputTokens(128_000)),
            rule(
                    CLAUDES,
                    claude("", 406, 406),
                    "claude-sonnet-4-6",
                    c -> claude46(c).maxOutputTokens(64_000)),
            rule(
                    CLAUDES,
                    claude("", 407, Integer.MAX_VALUE),
                    "claude-opus-5",
                    c -> claude(c)
                            .has(JSON_SCHEMA, FORMAT_BESIDE_TOOLS)
                            .lacks(CONTINUATION, TEMPERATURE, TOP_P)
                            .reasoningEfforts("low", "medium", "high", "xhigh", "max")
                            .contextWindow(1_000_000)
                            .maxOutputTokens(128_000)),

            // ---- Google. https://ai.google.dev/gemini-api/docs/models, .../docs/thinking for who thinks at all, and
            // .../docs/structured-output for formats beside tools, which are refused before generation 3.
            rule(
                    GEMINIS,
                    "^gemini-(1|2\\.0)(?!.*(image|tts|audio|live))",
                    "gemini-2.0-flash",
                    c -> gemini(c)
                            .lacks(REASONING_EFFORT, FORMAT_BESIDE_TOOLS)
                            .contextWindow(MILLION)
                            .maxOutputTokens(8_192)),
            rule(
                    GEMINIS,
                    "^gemini-2\\.5(?!.*(image|tts|audio|live|embedding|robotics|computer))",
                    "gemini-2.5-flash",
                    c -> gemini(c)
                            .has(REASONING_EFFORT)
                            .lacks(FORMAT_BESIDE_TOOLS)
                            .contextWindow(MILLION)
                            .maxOutputTokens(65_536)),
            rule(
                    GEMINIS,
                    "^gemini-(?!.*(image|tts|audio|live|embedding|robotics|computer))",
                    "gemini-3-flash-preview",
                    c -> gemini(c)
                            .has(REASONING_EFFORT, FORMAT_BESIDE_TOOLS)
                            .contextWindow(MILLION)
                            .maxOutputTokens(65_536)),

            // ---- Mistral. https://docs.mistral.ai/getting-started/models, and .../capabilities/vision for who sees.
            rule(MISTRALS, "^codestral", "codestral-latest", c -> c.has(TOOLS).lacks(IMAGES, IMAGE_ADDRESSES)),
            rule(
                    MISTRALS,
                    "^pixtral",
                    "pixtral-12b",
                    c -> c.has(TOOLS, IMAGES, IMAGE_ADDRESSES).contextWindow(131_072)),
            rule(
                    MISTRALS,
                    "^mistral-(large|medium|small)-latest$",
                    "mistral-small-latest",
                    c -> c.has(TOOLS, IMAGES, IMAGE_ADDRESSES)),

            // ---- DeepSeek. https://api-docs.deepseek.com/quick_start/pricing.
            // All of them think unless told otherwise, and then refuse every choice but their own:
            // https://github.com/deepseek-ai/DeepSeek-V3/issues/1376.
            rule(
                    DEEPSEEKS,
                    "vision",
                    "deepseek-v4-flash-vision-exp",
                    c -> c.has(TOOLS, IMAGES).lacks(TOOL_CHOICE)),
            rule(
                    DEEPSEEKS,
                    "^deepseek-(v4|flash|chat|reasoner)",
                    "deepseek-v4-flash",
                    c -> c.has(TOOLS)
                            .lacks(IMAGES, IMAGE_ADDRESSES, FILES, TOOL_CHOICE)
                            .contextWindow(1_000_000)),

            // ---- xAI. https://docs.x.ai/developers/models; what does not reason takes no effort:
            // https://docs.x.ai/developers/model-capabilities/text/reasoning; formats beside tools from Grok 4 on:
            // .../text/structured-outputs.
            rule(
                    XAIS,
                    "^grok-3-mini",
                    "grok-3-mini",
                    c -> c.has(TOOLS)
                            .lacks(IMAGES, IMAGE_ADDRESSES, STOP, FORMAT_BESIDE_TOOLS)
                            .reasoningEfforts("low", "high")
                            .contextWindow(131_072)),
            rule(
                    XAIS,
                    "^grok-3",
                    "grok-3",
                    c -> c.has(TOOLS)
                            .lacks(IMAGES, IMAGE_ADDRESSES, REASONING_EFFORT, FORMAT_BESIDE_TOOLS)
                            .contextWindow(131_072)),
            rule(
                    XAIS,
                    "^grok-code-fast",
                    "grok-code-fast-1",
                    c -> c.has(TOOLS)
                            .lacks(IMAGES, IMAGE_ADDRESSES, STOP, REASONING_EFFORT, FORMAT_BESIDE_TOOLS)
                            .contextWindow(256_000)),
            rule(
                    XAIS,
                    "^grok-4(-0709|-latest)?$",
                    "grok-4",
                    c -> c.has(TOOLS, IMAGE_ADDRESSES, FORMAT_BESIDE_TOOLS)
                            .imageTypes("image/jpeg", "image/png")
                            .lacks(STOP, REASONING_EFFORT)
                            .contextWindow(256_000)),
            rule(
                    XAIS,
                    "^grok-4\\.5",
                    "grok-4.5",
                    c -> c.has(TOOLS, IMAGE_ADDRESSES, FORMAT_BESIDE_TOOLS)
                            .imageTypes("image/jpeg", "image/png")
                            .reasoningEfforts("low", "medium", "high")
                            .contextWindow(500_000)),

            // ---- Cohere. https://docs.cohere.com/docs/models.
            rule(
                    COHERES,
                    "^command-a-vision",
                    "command-a-vision-07-2025",
                    c -> c.has(IMAGES).lacks(TOOLS).contextWindow(128_000).maxOutputTokens(8_000)),
            rule(
                    COHERES,
                    "^command-a-03",
                    "command-a-03-2025",
                    c -> c.has(TOOLS)
                            .lacks(IMAGES, IMAGE_ADDRESSES, REASONING_EFFORT)
                            .contextWindow(256_000)
                            .maxOutputTokens(8_000)),
            rule(
                    COHERES,
                    "^command-r",
                    "command-r-plus-08-2024",
                    c -> c.has(TOOLS)
                            .lacks(IMAGES, IMAGE_ADDRESSES, REASONING_EFFORT)
                            .contextWindow(128_000)
                            .maxOutputTokens(4_000)),

            // ---- Perplexity. https://docs.perplexity.ai/docs/getting-started/models. Whether they call an
            // application's tools is not said.
            rule(
                    PERPLEXITYS,
                    "^sonar-pro$",
                    "perplexity/sonar-pro",
                    c -> c.has(IMAGES, IMAGE_ADDRESSES).contextWindow(200_000)),
            rule(
                    PERPLEXITYS,
                    "^sonar$",
                    "perplexity/sonar",
                    c -> c.has(IMAGES, IMAGE_ADDRESSES).contextWindow(128_000)),

            // ---- Published weights: what the model's own card says it reads.
            // https://huggingface.co/openai/gpt-oss-120b, and https://console.groq.com/docs/structured-outputs
            rule(
                    Set.of(Vendor.GROQ),
                    "^gpt-oss-(20|120)b$",
                    "openai/gpt-oss-20b",
                    c -> gptOss(c).has(JSON_SCHEMA)),
            rule(ANYWHERE, "^gpt-oss", "gpt-oss:20b", KnownModels::gptOss),
            // https://huggingface.co/meta-llama/Llama-3.2-11B-Vision-Instruct
            rule(ANYWHERE, "^llama-?v?3[.p-]?2-.*vision|^llama3\\.2-vision", "llama3.2-vision", c -> c.has(IMAGES)),
            // https://huggingface.co/meta-llama/Llama-3.3-70B-Instruct, and those of 3, 3.1 and 3.2 without vision
            rule(
                    ANYWHERE,
                    "^(meta-)?llama-?v?3(?!.*vision)",
                    "llama3.2",
                    c -> c.lacks(IMAGES, IMAGE_ADDRESSES, FILES, REASONING_EFFORT)),
            // https://huggingface.co/meta-llama/Llama-4-Scout-17B-16E-Instruct
            rule(
                    ANYWHERE,
                    "^(meta-)?llama-?v?4",
                    "llama-4-scout-17b-16e-instruct",
                    c -> c.has(TOOLS, IMAGES).lacks(REASONING_EFFORT)),
            // https://huggingface.co/Qwen/Qwen3-VL-8B-Instruct
            rule(ANYWHERE, "^qwen.*-?vl", "qwen3-vl:8b", c -> c.has(IMAGES)),
            // https://huggingface.co/Qwen/Qwen3-32B: later generations see
            rule(
                    ANYWHERE,
                    "^qwen(2\\.5|3)(?![.\\d]|.*(vl|omni))",
                    "qwen3:8b",
                    c -> c.has(TOOLS).lacks(IMAGES, IMAGE_ADDRESSES, FILES)),
            // https://huggingface.co/google/gemma-3-27b-it, where 1b and 270m read text only
            rule(ANYWHERE, "^gemma-?3(?!n)(?!.*(1b|270m))", "gemma3:4b", c -> c.has(IMAGES)),
            // https://huggingface.co/deepseek-ai/DeepSeek-R1 and DeepSeek-V3
            rule(ANYWHERE, "^deepseek-(r1|v3)", "deepseek-r1:8b", c -> c.lacks(IMAGES, IMAGE_ADDRESSES, FILES)));

    private KnownModels() {}

    /** One family of models at those who serve it: names that are found in the last part of the model's name. */
    record Rule(Set<Vendor> vendors, Predicate<String> names, String example, Consumer<Capabilities.Builder> says) {
        boolean knows(Vendor vendor, String model) {
            return vendors.contains(vendor) && names.test(lastPart(model));
        }

        /** Whose models they are, for people to read. */
        String owner() {
            return vendors.equals(ANYWHERE)
                    ? "anywhere"
                    : vendors.stream()
                            .filter(each -> each != Vendor.OPENROUTER)
                            .findFirst()
                            .orElseThrow()
                            .title;
        }
    }

    private static Rule rule(Set<Vendor> vendors, String names, String example, Consumer<Capabilities.Builder> says) {
        return rule(vendors, Pattern.compile(names).asPredicate(), example, says);
    }

    private static Rule rule(
            Set<Vendor> vendors, Predicate<String> names, String example, Consumer<Capabilities.Builder> says) {
        return new Rule(vendors, names, example, says);
    }

    /** A line of Claude's in versions from one to another, where 405 is 4.5. */
    private static Predicate<String> claude(String line, int from, int to) {
        return name -> {
            int version = ClaudeVersion.of(name);
            return version >= from && version <= to && name.contains(line);
        };
    }

    private static Capabilities.Builder openAi(Capabilities.Builder c) {
        return c.has(TOOLS, TOOL_CHOICE, ONE_TOOL_CALL_AT_A_TIME, JSON, SEED);
    }

    private static Capabilities.Builder seesAll(Capabilities.Builder c) {
        return openAi(c).imageTypes(WEB_IMAGES).has(IMAGE_ADDRESSES, FILES, JSON_SCHEMA, FORMAT_BESIDE_TOOLS);
    }

    /** https://platform.openai.com/docs/guides/reasoning: the models before gpt-5. */
    private static Capabilities.Builder thinks(Capabilities.Builder c) {
        return c.has(JSON_SCHEMA, FORMAT_BESIDE_TOOLS)
                .lacks(TEMPERATURE, TOP_P)
                .reasoningEfforts("low", "medium", "high");
    }

    /** .../build-with-claude/vision, .../build-with-claude/pdf-support, and the migration guide for the samplings. */
    private static Capabilities.Builder claude(Capabilities.Builder c) {
        return c.has(TOOLS, TOOL_CHOICE, ONE_TOOL_CALL_AT_A_TIME, IMAGE_ADDRESSES, FILES, STOP)
                .imageTypes(WEB_IMAGES)
                .lacks(TOP_P_BESIDE_TEMPERATURE);
    }

    private static Capabilities.Builder oldClaude(Capabilities.Builder c) {
        return claude(c)
                .has(CONTINUATION, TEMPERATURE, TOP_P)
                .lacks(REASONING_EFFORT, JSON_SCHEMA)
                .contextWindow(200_000);
    }

    private static Capabilities.Builder claude46(Capabilities.Builder c) {
        return claude(c)
                .has(JSON_SCHEMA, FORMAT_BESIDE_TOOLS, TEMPERATURE, TOP_P)
                .lacks(CONTINUATION)
                .reasoningEfforts("low", "medium", "high", "max")
                .contextWindow(1_000_000);
    }

    /** .../docs/image-understanding for the types, .../docs/structured-output and .../docs/function-calling. */
    private static Capabilities.Builder gemini(Capabilities.Builder c) {
        return c.has(TOOLS, TOOL_CHOICE, IMAGE_ADDRESSES, FILES, JSON_SCHEMA, JSON, SEED, STOP, TEMPERATURE, TOP_P)
                .imageTypes("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif");
    }

    private static Capabilities.Builder gptOss(Capabilities.Builder c) {
        return c.has(TOOLS).lacks(IMAGES, IMAGE_ADDRESSES, FILES).reasoningEfforts("low", "medium", "high");
    }

    /**
     * What is known of a model that is asked by chat completions.
     *
     * @param vendor whose server it is
     * @param model the model's name, or null
     */
    static Capabilities byChatCompletions(Vendor vendor, @Nullable String model) {
        return known(vendor, model, c -> {});
    }

    /**
     * What is known of a model that is asked by the Responses API, which has no stop texts and no seed.
     *
     * @param vendor whose server it is
     * @param model the model's name, or null
     * @see <a href="https://platform.openai.com/docs/api-reference/responses/create">what it takes</a>
     */
    static Capabilities byResponses(Vendor vendor, @Nullable String model) {
        return known(vendor, model, c -> c.lacks(STOP, SEED));
    }

    /**
     * What is known of a model that is asked by OpenAI's Responses API.
     *
     * @param model the model's name
     * @return its capabilities
     */
    public static Capabilities byResponses(String model) {
        return byResponses(Vendor.OPENAI, model);
    }

    /**
     * What is known of a model that is asked by Anthropic's Messages API, by its name, wherever it is served.
     *
     * @param model the model's name, or null
     * @return its capabilities
     * @see <a href="https://platform.claude.com/docs/en/api/messages/create">what it takes</a>
     */
    public static Capabilities byMessages(@Nullable String model) {
        return known(Vendor.ANTHROPIC, model, c -> c.lacks(SEED, JSON).maxTemperature(1));
    }

    /**
     * What is known of a model that is asked by Gemini's own API, by its name, wherever it is served.
     *
     * @param model the model's name, or null
     * @return its capabilities
     * @see <a href="https://ai.google.dev/api/generate-content">what it takes</a>
     */
    public static Capabilities byGemini(@Nullable String model) {
        return known(Vendor.GEMINI, model, c -> c.lacks(ONE_TOOL_CALL_AT_A_TIME).maxStopTexts(5));
    }

    private static Capabilities known(Vendor vendor, @Nullable String model, Consumer<Capabilities.Builder> ofTheApi) {
        Capabilities.Builder known = Capabilities.unknown().toBuilder();
        vendor.says.accept(known);
        if (model != null) {
            for (Rule rule : RULES) {
                if (rule.knows(vendor, model)) {
                    rule.says().accept(known);
                    break;
                }
            }
        }
        ofTheApi.accept(known); // what cannot be said in it, no model can be asked
        return known.build();
    }

    static List<Rule> rules() {
        return RULES;
    }

    /** {@code gpt-5} of {@code openai/gpt-5} and {@code models/gpt-5}, in small letters. */
    private static String lastPart(String model) {
        return model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }
}
